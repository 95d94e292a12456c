"""What all pages need: the values of the layout, and the static files."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup, escape

from aggregator.model.feed import Rendered, content_etag
from aggregator.model.story import StoryHead
from aggregator.render.formats import FORMATS
from aggregator.text.plurals import counted
from aggregator.text.scripts import direction
from aggregator.web.in_force import InForce
from aggregator.web.request_context import library
from aggregator.web.responses import respond
from aggregator.web.times import Times, month_of
from aggregator.web.tones import tones

HTML = "text/html; charset=utf-8"
ENGLISH = "en"
"""Language of the pages' own words, whatever the language of the news and of the site."""
_TONGUE = {"ltr": Markup(' dir="ltr"'), "rtl": Markup(' dir="rtl"')}
_TIME = Markup('<time datetime="%s" title="%s">%s</time>')
STATIC = {
    "wire.css": "text/css; charset=utf-8",
    "wire.js": "text/javascript; charset=utf-8",
    "icon.png": "image/png",
    "touch.png": "image/png",
}


def page(template: str, modified: datetime | None, **values: Any) -> Response:
    """The response with a page. `modified`: when its content last changed; None: unknown. The date is determined before rendering: if
    something changes meanwhile, the same bytes may be sent again later, but nothing is missed."""
    lib = library()
    hour = lib.hour()
    body = printed(template, **values).encode()
    return respond(Rendered.of(body, HTML, max(modified or hour, hour)), max_age=60, dated=modified is not None)


def printed(template: str, **values: Any) -> str:
    """A template with what every page needs: titles, prefix, times."""
    lib = library()
    force = lib.in_force()
    times = Times(lib.now().astimezone(force.zone))

    @cache
    def spoken(language: str | None = None) -> Markup:
        """The attribute `lang` for a text that is not in the pages' own language. A text of unknown language counts as being in the
        language of the site."""
        told = language or force.settings.site.language
        return Markup() if told.lower().split("-")[0] == ENGLISH else Markup(' lang="{}"').format(told)

    def named_by_editor(id: str) -> Markup:
        """The attribute `lang` for the name of this section or topic, if the file has it; those of others are English, or an outlet's."""
        return spoken() if any(rules.id == id for rules in force.settings.rules) else Markup()

    def tongue(story: StoryHead, text: str) -> Markup:
        """The attributes of a text of a story: its language (or else that of the site), and the direction that its letters have."""
        return _TONGUE[direction(text)] + spoken(story.lang)

    def stamp(moment: datetime, said: datetime | None = None) -> Markup:
        """The short form of a time, with the full one to hover over. `said`: a time whose day has just been told."""
        short = times.after(moment, said) if said else times.local(moment)
        return _TIME % (moment.isoformat(), times.full(moment), short)

    return render_template(
        template,
        site=force.settings.site,
        prefix=force.prefix,
        root=force.root,
        about=about(force),
        sections=force.settings.sections,
        names=force.names,
        tones=tones(tuple(section.id for section in force.settings.sections)),
        today=times.now,
        stamp=stamp,
        spoken=spoken,
        named_by_editor=named_by_editor,
        tongue=tongue,
        instant=datetime.fromisoformat,
        at=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        full=times.full,
        day=times.day,
        lately=times.lately,
        here=times.here,
        zone=times.zone,
        month=lambda moment: month_of(int(moment.timestamp()), force.zone),
        month_name=times.month,
        code=_code,
        version=static_version(),
        formats=FORMATS,
        **values,
    )


def address() -> str:
    """The canonical address of the requested page, without parameters."""
    return library().in_force().root + request.path


def feeds_of(path: str, query: str = "") -> list[tuple[str, str, str]]:
    """(name, media type, address) of the feeds of a page, for autodiscovery and for readers to copy."""
    root = library().in_force().root
    return [(one.name, one.type, f"{root}{path}.{extension}{query}") for extension, one in FORMATS.items()]


def about(force: InForce) -> str:
    """A sentence about the site for first-time visitors."""
    sources = counted(sum(source.enabled for source in force.settings.sources), "source")
    return f"The news of {sources}: reports of one event are one story, which names every outlet and says why it is in its sections."


def _code(text: str) -> Markup:
    """Escaped text, with the parts between backticks in `<code>`, addresses as links."""
    forms = Markup("<code>{0}</code>"), Markup('<a href="{0}">{0}</a>')
    return Markup("").join(
        forms[part.startswith("/")].format(part) if n % 2 else escape(part) for n, part in enumerate(text.split("`"))
    )


@lru_cache(maxsize=8)
def static_file(name: str) -> bytes | None:
    return (files("aggregator.web") / "static" / name).read_bytes() if name in STATIC else None


@lru_cache(maxsize=1)
def static_version() -> str:
    """A version for the addresses of static files. It changes with their content, so that they can be cached for long."""
    data = b"".join(static_file(name) or b"" for name in STATIC)
    return content_etag(data).strip('"')[:10]
