"""The schema of feeds.yaml: which keys it may contain, how each value is read, and a JSON Schema for text editors.

`python -m aggregator.config.schema` prints the JSON Schema (docs/feeds.schema.json). Its descriptions are those of this module; a text
editor shows them for the key under the pointer. docs/configuration.md says more. This module is only imported when a file is really
compiled, since pydantic takes a tenth of a second.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from aggregator.config import rules, scalars
from aggregator.config.tree import Node, Text
from aggregator.model import settings
from aggregator.model.settings import FIRST_INTERVAL, Example, Position, Term

T = TypeVar("T")

# JSON Schema of a scalar that we take as text. A text editor's YAML reader converts some to numbers or booleans.
TEXT = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
STRING: dict[str, Any] = {"type": "string", "pattern": r"\S"}
_VARIABLE = r".*\$\{"  # a variable may have any value
DURATION = {"type": "string", "pattern": rf"^([0-9]+ ?[smhdw]$|{_VARIABLE})"}
SLUG = {
    "type": ["string", "integer"],
    "pattern": f"^([a-z0-9]+(-[a-z0-9]+)*$|{_VARIABLE})",
    "maxLength": scalars.MAX_ID,
}
ADDRESS = {"type": "string", "pattern": f"^([Hh][Tt][Tt][Pp][Ss]?://|{_VARIABLE})"}
LANGUAGE = {"type": "string", "pattern": f"^({scalars.LANGUAGE.pattern}$|{_VARIABLE})"}
SWITCH = {"type": ["boolean", "string"], "pattern": f"^(true$|false$|{_VARIABLE})"}
WEIGHT = {"type": "number", "exclusiveMinimum": 0, "maximum": rules.MAX_WEIGHT}
WEIGHED = {"type": "object", "additionalProperties": WEIGHT, "minProperties": 1, "maxProperties": 1}
PARTS = {"type": "array", "items": TEXT, "minItems": 2, "maxItems": rules.MAX_PARTS}
ALL = {"type": "object", "properties": {"all": PARTS}, "required": ["all"], "additionalProperties": False}
UNLESS = {"type": "array", "items": TEXT, "minItems": 1, "maxItems": rules.MAX_CHOICES}
ALL_WEIGHED = {**ALL, "properties": {"all": PARTS, "weight": WEIGHT, "unless": UNLESS}}
HEADERS = {"type": "object", "additionalProperties": TEXT}
LABELS = {**HEADERS, "propertyNames": {"pattern": f"^{scalars.LABEL.pattern}$"}}


def _read(value: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(value), WithJsonSchema(schema)


def _empty(value: Any) -> Any:
    """Converts a key without a value to an empty list, since all entries of a list may be commented out."""
    return [] if isinstance(value, Text) and value == "" and value.plain else value


def _example(value: Any) -> Example:
    return Example(rules.texts_only(value), scalars.position(value))


def _name(value: Any) -> str:
    return scalars.text(value, 200)


def _choice(*names: str) -> tuple[PlainValidator, WithJsonSchema]:
    schema = {"anyOf": [{"enum": list(names)}, {"type": "string", "pattern": _VARIABLE}]}
    return _read(partial(scalars.choice, names=names), schema)


def _unweighed(key: str, effect: str) -> tuple[PlainValidator, WithJsonSchema]:
    return _read(partial(rules.read_unweighed, key=key, effect=effect), {"anyOf": [TEXT, ALL]})


def _duration(default: timedelta, description: str) -> Any:
    """A key with a duration. In the JSON Schema its default is as the file would have it: pydantic would say PT15M."""
    return _key(default, description, json_schema_extra={"default": scalars.duration_text(default)})


def _key(default: Any, description: str, **more: Any) -> Any:
    return Field(default=default, description=description, **more)


def _list(description: str, **more: Any) -> Any:
    return _key([], description, **more)


Line = Annotated[str, *_read(_name, TEXT)]
Slug = Annotated[str, *_read(scalars.slug_id, SLUG)]
Flag = Annotated[bool, *_read(scalars.boolean, SWITCH)]
Address = Annotated[str, *_read(scalars.web_address, ADDRESS)]
SiteAddress = Annotated[str | None, *_read(scalars.site_address, ADDRESS)]
Contact = Annotated[str | None, *_read(scalars.contact, STRING)]
TimeZone = Annotated[str, *_read(scalars.time_zone, STRING)]
Reload = Annotated[str, *_choice("auto", "manual")]
Language = Annotated[str, *_read(scalars.language, LANGUAGE)]
Every = Annotated[timedelta, *_read(partial(scalars.duration, bounds=scalars.EVERY), DURATION)]
Keep = Annotated[timedelta, *_read(partial(scalars.duration, bounds=scalars.KEEP), DURATION)]
Scope = Annotated[str, *_choice("host", "source")]
Labels = Annotated[tuple[tuple[str, str], ...], *_read(scalars.labels, LABELS)]
Headers = Annotated[tuple[tuple[str, str], ...], *_read(scalars.headers, HEADERS)]
Place = Annotated[Term, *_read(rules.read_place, {"anyOf": [TEXT, WEIGHED]})]
Word = Annotated[Term, *_read(rules.read_word, {"anyOf": [TEXT, ALL_WEIGHED, WEIGHED]})]
Not = Annotated[Term, *_unweighed("not", "it is not counted")]
Never = Annotated[Term, *_unweighed("never", "it rules the section out")]
Sample = Annotated[Example, *_read(_example, TEXT)]
Day = Annotated[date, *_read(scalars.day, {"type": "string", "format": "date"})]
Domain = Annotated[str, *_read(scalars.domain, STRING)]
PrivatePlace = Annotated[str, *_read(scalars.private_place, STRING)]
Many = Annotated[list[T], BeforeValidator(_empty)]


class Entry(BaseModel):
    """A table of the file. It has its own position and those of its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=False)
    _at: Position = PrivateAttr()
    _raw: dict[str, Any] = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _stand(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        entry = handler({} if _empty(data) == [] else data)
        entry._at, entry._raw = scalars.position(data), data or {}
        return entry

    def at(self, key: str = "", index: int | None = None) -> Position:
        """The position of a key's value (or of the list entry), else of the table itself."""
        value = self._raw.get(key)
        if index is not None and isinstance(value, list):
            value = value[index]
        return value.at if isinstance(value, Node) else self._at

    def written(self, key: str) -> Any:
        """The value of a key as it was before validation; of none an empty list."""
        return self._raw.get(key) or []


class Site(Entry):
    """Settings of the whole site."""

    title: Line = _key("World Wire", "Title of the site and of its feeds.")
    url: SiteAddress = _key(None, "Public address, a sub-path allowed. All links in feeds are built from it.")
    language: Language = _key("en", "Language tag of the site, such as en or pt-BR.")
    timezone: TimeZone = _key("UTC", "IANA time zone for months, and for dates on pages and in texts of feeds.")
    contact: Contact = _key(None, "E-mail or web address, sent in the User-Agent so that outlets can reach you.")
    reload: Reload = _key("auto", "auto: saving the file applies it. manual: wait for `aggregator apply`.")
    cors: Flag = _key(True, "Whether web pages of other sites may read the feeds and the API.")
    republish_full_text: Flag = _key(
        False, "Put the text extracted from articles into feeds. Ask the outlets for permission first."
    )
    country_topics: Flag = _key(True, "Whether each country that a story names is a topic, besides those of the file.")


class Defaults(Entry):
    """Defaults for sources that do not set the key themselves."""

    every: Every = _duration(FIRST_INTERVAL, "Initial interval between polls; it then adapts.")
    keep: Keep = _duration(timedelta(days=90), "How long texts of items are kept after a source last listed them.")
    retry_after: Scope = _key(
        "host", "Which sources wait when a server asks for a pause (Retry-After): all of its host, or only that source."
    )


class Publisher(Entry):
    """An outlet. All its names and domains count as one publisher."""

    name: Line = Field(description="The outlet's name, as shown.")
    aliases: Many[Line] = _list("Other names it goes by.")
    domains: Many[Domain] = _list("Its domains, subdomains included.")
    labels: Labels = _key((), "Labels to search by, such as {country: GB, owner: public}.")


class Source(Entry):
    """One feed that is polled."""

    name: Line = Field(description="Name of the source.")
    url: Address = Field(description="Address of the feed. ${NAME} is replaced by the environment variable NAME.")
    id: Slug | None = _key(None, "Defaults to the slug of the name: BBC World → bbc-world.")
    publisher: Line | None = _key(None, "The outlet that publishes it; defaults to the name.")
    every: Every | None = _key(None, "Initial interval between polls, instead of the default.")
    keep: Keep | None = _key(None, "How long texts of its items are kept, instead of the default.")
    retry_after: Scope | None = _key(
        None, "host or source: which sources wait when its server asks for a pause, instead of the default."
    )
    usually: Slug | None = _key(None, "Section that its items go to when their words do not decide.")
    section: Slug | None = _key(None, "Section that all its items are placed in, whatever their words.")
    full_text: Flag = _key(False, "Fetch articles and show their text on the story page.")
    wrapper: Flag = _key(False, "A feed with items of other outlets: each item names its own publisher.")
    enabled: Flag = _key(True, "false pauses the source; its items stay.")
    was: Many[Slug] = _list("Earlier ids of this source; it keeps their history.")
    headers: Headers = _key((), "Extra request headers. ${NAME} is replaced by the environment variable NAME.")
    labels: Labels = _key((), "Labels to search by, in addition to those of the publisher.")
    lang: Language | None = _key(None, "Language of its items, except those that name another themselves.")


class Rules(Entry):
    """A section or a topic, and the rules for what belongs to it."""

    id: Slug = Field(description="Used in web addresses: /sections/ID or /topics/ID.")
    title: Line | None = _key(None, "Shown as heading; defaults to the id without hyphens.")
    description: Line | None = _key(None, "One line for the index and the feed.")
    was: Many[Slug] = _list("Earlier ids: their addresses lead here, and stories keep their places.")
    places: Many[Place] = _list("ISO 3166 codes, UN M49 names of countries and regions as slugs, named groups.")
    words: Many[Word] = _list(
        'Words and phrases; {phrase: weight}; {all: [a, b | c], unless: [d]}; missile*; "*brand".'
    )
    nots: Many[Not] = _list("Phrases that do not count; {all: [a, b | c]}.", alias="not")
    nevers: Many[Never] = _list("Words that exclude an item.", alias="never")
    examples: Many[Sample] = _list("Headlines that must be placed here; `check` tests them.")
    counterexamples: Many[Sample] = _list("Headlines that must not be placed here; `check` tests them.")


class Pin(Entry):
    """A story kept at the top of a section's page, and of its block on the front page."""

    url: Address = Field(description="Address of any of its articles.")
    section: Slug = Field(description="The section it is pinned to.")
    until: Day | None = _key(None, "The last day; without it the pin does not expire.")


class Stories(Entry):
    """Overrides of how stories are grouped and shown, given as addresses of articles."""

    join: Many[Annotated[list[Address], Field(min_length=2)]] = _list("Lists of articles that belong to one story.")
    split: Many[Address] = _list("Articles that each are a story of their own.")
    hide: Many[Address] = _list("Articles that are shown nowhere; a story disappears when all its articles are hidden.")
    pin: Many[Pin] = _list("Stories kept at the top of a section's page.")

    @cached_property
    def overrides(self) -> settings.Overrides:
        return settings.Overrides(
            join=tuple(settings.Named(tuple(urls), self.at("join", n)) for n, urls in enumerate(self.join)),
            split=tuple(settings.Named((url,), self.at("split", n)) for n, url in enumerate(self.split)),
            hide=tuple(settings.Named((url,), self.at("hide", n)) for n, url in enumerate(self.hide)),
            pin=tuple(settings.Pin(pin.url, pin.section, pin.until, pin.at()) for pin in self.pin),
        )


class IncludedFile(Entry):
    """A file named by `include`."""

    publishers: Many[Publisher] = _list("Outlets, with their names and domains.")
    sources: Many[Source] = _list("Feeds that are polled.")
    sections: Many[Rules] = _list("Sections; a tie goes to the one listed first.")
    topics: Many[Rules] = _list("Finer subjects, by the same rules.")


class FeedsFile(IncludedFile):
    """feeds.yaml: what is polled and how it is sorted."""

    site: Site = Field(default_factory=Site, description="Settings of the whole site.")
    allow_private: Many[PrivatePlace] = _list("Hosts or networks on private addresses that may be polled.")
    defaults: Defaults = Field(default_factory=Defaults, description="Defaults for all sources.")
    include: Many[Line] = _list(
        "Further files with publishers, sources, sections and topics, in the folder of this one or below."
    )
    stories: Stories = Field(default_factory=Stories, description="Join, split, hide and pin stories.")


def json_schema() -> str:
    """The JSON Schema (2020-12) of feeds.yaml as the text of docs/feeds.schema.json."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **FeedsFile.model_json_schema(by_alias=True)}
    _suit_text_editors(schema)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _suit_text_editors(schema: dict[str, Any]) -> None:
    """Changes `schema` in place. Keys of lists and tables may be null: a text editor's YAML reader finds null if all entries are
    commented out. No other key may, also if its value is None when it is left out. Defaults that say nothing are left out: a text editor
    writes the default of a key that is completed."""
    for value in schema.values():
        if isinstance(value, dict):
            kind = value.get("type")
            if (kind == "object" and "required" not in value) or (kind == "array" and value.get("default") == []):
                value["type"] = [kind, "null"]
            if (either := value.get("anyOf")) and either[-1] == {"type": "null"}:
                either.pop()
                if len(either) == 1:
                    value.update(value.pop("anyOf")[0])
            if value.get("default") in (None, []):
                value.pop("default", None)
            _suit_text_editors(value)


if __name__ == "__main__":
    sys.stdout.write(json_schema())
