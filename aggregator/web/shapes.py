"""The types of the API's responses. The views build them (mypy checks it), and `openapi.description` generates /openapi.json from them,
with the docstrings of the classes as descriptions."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from aggregator.model.notes import ConfigurationReport, RePlacing
from aggregator.render.shapes import Address, Instant, LocatedReceipt, Placement, Report

Urn = Annotated[str, Meta(pattern="^urn:uuid:[0-9a-f-]{36}$")]
Month = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}$")]
Count = Annotated[int, Meta(ge=0)]


class Related(TypedDict):
    """`filled`: not related by its subject, but one of the most important recent stories of its section."""

    id: Urn
    title: str
    section: str
    month: Month
    filled: bool


class Story(TypedDict):
    """The items that report one event; `link` is the lead article, `url` the story's page. `merged` are the ids of stories
    that were merged into it and redirect to it: it is listed by `changed_since` when one is."""

    id: Urn
    url: Address
    title: str
    summary: str
    link: Address | None
    published: Instant
    updated: Instant
    section: str
    sections: list[str]
    topics: list[str]
    publishers: list[str]
    sources: list[Report]
    receipts: list[LocatedReceipt]
    related: list[Related]
    image: Address | None
    lang: str | None
    merged: list[Urn]


class Moment(TypedDict):
    published: Instant
    publisher: str
    title: str
    url: Address | None


class Cited(TypedDict):
    """Links in the text of a story's lead to other sites."""

    title: str
    url: Address
    host: str


class StoryInFull(Story):
    content_html: str
    cited: list[Cited]
    timeline: list[Moment]


class Item(TypedDict):
    """One entry of one source."""

    id: Urn
    url: Address | None
    title: str
    summary: str
    source: str
    publisher: str
    published: Instant
    updated: Instant
    story: Urn | None
    section: str | None
    sections: list[str]
    topics: list[str]
    lang: str | None


class ItemInFull(Item):
    content_html: str
    why: str | None


class Feeds(TypedDict):
    rss: Address
    atom: Address
    json: Address


class Rules(TypedDict):
    """A section or a topic."""

    id: str
    title: str
    description: str | None
    url: Address
    feeds: Feeds
    stories: Count
    stories_24h: Count


class Source(TypedDict):
    """A configured feed and its health; secrets in `url` are masked."""

    id: str
    name: str
    url: str | None
    publisher: str
    state: str
    evidence: str
    last_success: Instant | None
    next_poll: Instant | None
    why: str
    last_error: str | None
    failures: Count
    polls: Count
    not_modified: Count
    bytes_saved: Count
    drops: dict[str, Count]
    flaws: list[str]


class Status(TypedDict):
    title: str
    epoch: str
    totals: dict[str, Count]
    last_tick: Instant | None
    last_edition: Instant | None
    configuration: ConfigurationReport | None
    config_error: Any
    re_placing: RePlacing | None


class Page(TypedDict):
    """What every list has in addition to its rows."""

    next: str | None
    next_url: Address | None


class Changes(Page):
    """With `changed_since`, `removed` are ids to be deleted from a copy once the rows are in it, and `changed_until` on the last page
    is what to give as `changed_since` the next time."""

    removed: NotRequired[list[Urn]]
    changed_until: NotRequired[Instant | None]


class Stories(Changes):
    stories: list[Story]


class Items(Changes):
    items: list[Item]


class Sections(Page):
    sections: list[Rules]


class Topics(Page):
    topics: list[Rules]


class Sources(Page):
    sources: list[Source]


class Moved(TypedDict):
    """Of a redirect: where to, as its header says too."""

    location: Address


class _Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str


class Problem(_Problem, total=False):
    """RFC 9457; `parameter` names the invalid one."""

    parameter: str


class JsonFeedItem(TypedDict, total=False):
    id: str
    url: str
    title: str
    summary: str
    content_html: str
    date_published: Instant
    date_modified: Instant
    authors: list[dict[str, str]]
    tags: list[str]
    image: Address
    language: str
    attachments: list[dict[str, Any]]
    _aggregator: Placement


class JsonFeed(TypedDict):
    """JSON Feed 1.1 (jsonfeed.org)."""

    version: str
    title: str
    home_page_url: Address
    feed_url: Address
    items: list[JsonFeedItem]


class OpenApi(TypedDict):
    """A description of this service: OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
