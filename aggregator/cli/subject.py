"""Finds what `explain` is asked about: a headline, or a story or item of the archive, by its id or the address of an article."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from aggregator.bootstrap import Application, utc_now
from aggregator.config.characters import unwrapped
from aggregator.errors import AggregatorError
from aggregator.model.judgement import Case, Receipt
from aggregator.model.settings import Position, Source
from aggregator.model.story import ItemView, StoryView

if TYPE_CHECKING:
    from aggregator.store.reading import Reading

# lower case only: “Node.js/Deno” is not an address
_WITHOUT_SCHEME = re.compile(r"(?:(?:[^\WA-Z]|-)+\.)+[a-z]{2,}/\S*")


Override = tuple[str, Position]
"""A key of `stories:`, and the line that names an article."""


class Subject(NamedTuple):
    """A text to be explained, and if it is that of a stored item, what the archive knows of it. `source`: its source in the present file;
    `categories`: topic → category of the feed that led to it; `pinned`: the receipt if its story is pinned; `overrides`: the lines of
    `stories: join` and `split` that name it; `why`: the receipts of its story."""

    title: str
    summary: str = ""
    item: ItemView | None = None
    source: Source | None = None
    categories: Mapping[str, str] = MappingProxyType({})
    story: StoryView | None = None
    pinned: Receipt | None = None
    overrides: Sequence[Override] = ()
    why: tuple[Receipt, ...] = ()

    @property
    def case(self) -> Case:
        return Case.of(self.title, self.summary, self.source)

    @property
    def stays(self) -> str | None:
        """The stored section of an item whose text was pruned, since it can no longer be explained; else None."""
        return self.item.section if self.item and self.item.pruned else None


def look_up(application: Application, text: str) -> Subject | None:
    """What the archive knows of an address or id; None if the text is neither.

    Raises:
        AggregatorError: the archive does not have it.
    """
    from aggregator.web.receipts import explained, pin_receipts_on

    id, address = _id_in(text), _address_in(text)
    if id is None and address is None:
        return None
    with closing(application.database.open_to_read()) as archive:
        reading = archive.reading
        item = _item(application, reading, id, address)
        story = reading.story(item.story) if item.story else None
        categories = application.policy.with_found(archive.upkeep).category_topics.of(item.categories)
        ids = application.stored_ids(archive)
        sources: dict[str | None, Source] = {ids[one.id]: one for one in application.settings.sources if one.id in ids}
        subject = Subject(item.title, item.summary, item, sources.get(item.source), categories)
        if not isinstance(story, StoryView):
            return subject
        today = utc_now().astimezone(ZoneInfo(application.settings.site.timezone)).date()
        pins = pin_receipts_on(today, application.settings, reading)

        def receipts(title: str, summary: str, source: str | None) -> tuple[Receipt, ...]:
            return application.receipts(title, summary, sources.get(source))

        return subject._replace(
            story=story,
            pinned=pins.get((story.n, story.section)),
            overrides=[*_named(application, reading, item.id, item.url, "join", "split")],
            why=explained(story, receipts, application.settings, reading, pins),
        )


def _named(application: Application, reading: Reading, id: str, url: str | None, *keys: str) -> Iterator[Override]:
    """The lines of `stories:` under these keys that name an article, by a former address too."""
    from aggregator.normalise.address import typed

    own = typed(url or "")
    for key, named, at in application.settings.overrides.lines():
        if key in keys and (typed(named) == own or reading.find(named, typed(named)) == id):
            yield key, at


def _id_in(text: str) -> str | None:
    """The id in a text: the text is an id, or an address that ends with one, such as those of our pages (and of some outlets)."""
    path = re.split("[?#]", unwrapped(text.lower()))[0]
    try:
        return str(uuid.UUID(path.removeprefix("urn:uuid:").rstrip("/").rsplit("/", 1)[-1]))
    except ValueError:
        return None


def _address_in(text: str) -> str | None:
    """The address, if the text is one. It may have quotes around it, or lack the scheme, as browsers show it."""
    text = unwrapped(text)
    if text.lower().startswith(("http://", "https://")):
        return text
    return f"https://{text}" if _WITHOUT_SCHEME.fullmatch(text) else None


def _item(application: Application, reading: Reading, id: str | None, address: str | None) -> ItemView:
    """The item with this address, else that with this id, else the lead of the story with this id. Raises AggregatorError."""
    from aggregator.normalise.address import typed

    article = None
    if address:  # the fragment may be part of an entry's address, or only a position in the article
        places = dict.fromkeys([address, address.partition("#")[0]])
        article = next(filter(None, (reading.find(place, typed(place)) for place in places)), None)
    id = article or id
    if id is None:
        raise AggregatorError(
            "the archive has no item with this address; its headline instead shows where it would land"
        )
    story = None if article else reading.story(id)  # before items: the id of a story is also that of its first item
    if isinstance(story, str):
        story = reading.story(story)
    if isinstance(story, StoryView):
        lead = story.lead
        id = next((item.id for item in reading.members(story.n) if item.n == lead), id)
    item = reading.item(id)
    if item is None:
        if article:
            line = next((f" ({at})" for _, at in _named(application, reading, article, address, "hide")), "")
            raise AggregatorError(f"the article at this address is hidden by `stories: hide`{line}")
        what = "address" if address else "id"
        raise AggregatorError(f"the archive has no story or item with this {what}, or `stories: hide` hides it")
    return item
