"""The types of the API's responses. The views build them (mypy checks it), and `openapi.description` generates /openapi.json from them.
There, the docstrings of the classes are the descriptions."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from aggregator.model.notes import ConfigurationReport, RePlacing
from aggregator.render.shapes import Address, Instant, LocatedReceipt, Placement, Report

Urn = Annotated[str, Meta(pattern="^urn:uuid:[0-9a-f-]{36}$")]
Month = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}$")]
Count = Annotated[int, Meta(ge=0, extra_json_schema={"format": "int64"})]
"""Clients generated from the description keep an integer without a format in 32 bits, which `bytes_saved` exceeds."""


class Related(TypedDict):
    """A related story. `month` is the archive that lists it. `filled`: its subject is another one; it is recent and important."""

    id: Urn
    title: str
    section: str
    month: Month
    filled: bool


class Story(TypedDict):
    """The items that report one event. `url` is the story's page, `link` the lead article; `updated` changes when an outlet joins or the
    lead changes. `sources` are its reports: of each outlet the first and its newest, at most 50, and the lead article. `merged` are the
    ids of stories that were merged into this one and redirect to it; each merge counts for `changed_since`."""

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
    """An item in the timeline of its story."""

    published: Instant
    publisher: str
    title: str
    url: Address | None


class Cited(TypedDict):
    """A link to another site in the text of a story's lead article; `title` is the text of the link."""

    title: str
    url: Address
    host: str


class StoryInFull(Story):
    """A story with the text of its lead article, the links in it to other sites (`cited`), and its items (`timeline`)."""

    content_html: str
    cited: list[Cited]
    timeline: list[Moment]


class Item(TypedDict):
    """One entry of one source. `source` is the source's id. `story` and `section` are null until the item is placed."""

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
    """An item with its text; `why` says for what reason it is in its story."""

    content_html: str
    why: str | None


class Feeds(TypedDict):
    """The addresses of one stream's feeds."""

    rss: Address
    atom: Address
    json: Address


class Rules(TypedDict):
    """A section or a topic, with the number of its stories, and of those that entered it in the last 24 hours."""

    id: str
    title: str
    description: str | None
    url: Address
    feeds: Feeds
    stories: Count
    stories_24h: Count


class Source(TypedDict):
    """A configured source and its health. `evidence` is the reason for `state`, `why` that for `next_poll`. `drops` counts what was
    dropped or held back, by reason; `flaws` names what had to be repaired in the source's last new document. Secrets in `url` are
    masked."""

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
    """The state of the service. `epoch` identifies the configuration in force; `config_error` describes an invalid edit of feeds.yaml.
    `last_tick` is when a worker last looked for sources that are due; `totals.pending` counts items that are not placed yet."""

    title: str
    epoch: str
    totals: dict[str, Count]
    last_tick: Instant | None
    last_edition: Instant | None
    configuration: ConfigurationReport | None
    config_error: Any
    re_placing: RePlacing | None


class Page(TypedDict):
    """What every list has in addition to its rows: the cursor of its next part, and the address of that."""

    next: str | None
    next_url: Address | None


class Changes(Page):
    """The fields of a list of changes (`changed_since`)."""

    removed: NotRequired[list[Urn]]
    changed_until: NotRequired[Instant | None]


class Stories(Changes):
    """With `changed_since`: after you have stored the rows in your copy, delete what `removed` names. Only the last page has
    `changed_until`: the value for `changed_since` in your next request."""

    stories: list[Story]


class Items(Changes):
    """With `changed_since`: after you have stored the rows in your copy, delete what `removed` names. Only the last page has
    `changed_until`: the value for `changed_since` in your next request."""

    items: list[Item]


class Sections(Page):
    sections: list[Rules]


class Topics(Page):
    topics: list[Rules]


class Sources(Page):
    sources: list[Source]


class Moved(TypedDict):
    """The body of a redirect: the address that its header names too."""

    location: Address


class Problem(TypedDict):
    """An error (RFC 9457). `parameter` is the name of the invalid parameter, if it was one."""

    type: str
    title: str
    status: int
    detail: str
    parameter: NotRequired[str]


class Author(TypedDict):
    """An outlet or author; `avatar` is the icon of the feed."""

    name: str
    avatar: NotRequired[Address]


class Attachment(TypedDict):
    """A picture, podcast or film that the lead article came with."""

    url: Address
    mime_type: str
    size_in_bytes: NotRequired[Count]


class JsonFeedItem(TypedDict):
    """An entry. What is not required is not known, or there is none."""

    id: str
    url: str
    title: str
    summary: str
    content_html: str
    date_published: Instant
    date_modified: Instant
    authors: list[Author]
    tags: list[str]
    image: NotRequired[Address]
    language: NotRequired[str]
    attachments: NotRequired[list[Attachment]]
    _aggregator: NotRequired[Placement]


class About(TypedDict):
    """`about` explains the fields of this service; `updated` is the time of the newest change of an entry."""

    about: Address
    updated: Instant


class JsonFeed(TypedDict):
    """A feed in the format JSON Feed 1.1 (jsonfeed.org). `next_url` has older entries."""

    version: str
    title: str
    home_page_url: Address
    feed_url: Address
    description: str
    language: str
    icon: Address
    favicon: Address
    next_url: NotRequired[Address]
    items: list[JsonFeedItem]
    _aggregator: About


class OpenApi(TypedDict):
    """A description of this service: OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]
