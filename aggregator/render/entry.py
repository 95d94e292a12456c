"""What all formats say about an entry: id, texts, links, body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from html import escape

from msgspec import Struct

from aggregator.model.feed import Brief, Names, Stream
from aggregator.model.item import Enclosure
from aggregator.model.story import ItemView, Report, StoryView, headline
from aggregator.normalise.plain import plain_of_safe
from aggregator.normalise.reports import told_once
from aggregator.render.fit import fit, fit_address, zone_name
from aggregator.text.scripts import direction

MANY = 5
"""At most so many lines of one outlet are listed under a story: a live ticker may report one a thousand times."""


class FeedEntry(Struct, frozen=True):
    """One entry of a feed. `body` is HTML of escaped text and http(s) links, and of the sanitised text of the article if that may be
    republished."""

    id: str  # urn:uuid:…
    title: str
    link: str
    summary: str
    body: str
    published: datetime
    updated: datetime
    author: str
    lang: str | None
    image: str | None
    source: tuple[str, str] | None  # (title, address) of the feed that has the lead article
    tags: tuple[tuple[str, str], ...]  # (id, title)
    icon: str | None = None  # address of the icon of that feed
    enclosures: tuple[Enclosure, ...] = ()
    story: StoryView | None = None
    item: ItemView | None = None


def urn(id: str) -> str:
    return f"urn:uuid:{id}"


def entries(stream: Stream) -> Iterable[FeedEntry]:
    for story in stream.stories:
        yield _story_entry(story, stream)
    for item in stream.items:
        yield _item_entry(item, stream)
    for brief in stream.briefs:
        yield _brief_entry(brief, stream)


def _story_entry(story: StoryView, stream: Stream) -> FeedEntry:
    entry, names, source = story.entry, stream.names, story.lead_source
    page = f"{stream.root}/stories/{story.id}"
    return FeedEntry(
        id=urn(story.id),
        title=fit(headline(entry.title, entry.link, entry.publisher)),
        link=fit_address(entry.link) or page,
        summary=fit(entry.summary),
        body=_body(
            _text(stream.texts.get(story.id)) or _paragraph(entry.summary),
            entry.reports,
            page,
            entry.topics,
            stream.zone,
        ),
        published=story.published,
        updated=datetime.fromtimestamp(entry.updated, UTC),
        author=fit(entry.publisher),
        lang=entry.lang,
        image=fit_address(entry.image),
        source=_feed(source, names),
        icon=fit_address(stream.icons.get(source or "")),
        tags=_tags(tuple(name for name, _ in story.scores), story.topics, names),
        enclosures=tuple(map(_enclosure, entry.enclosures)),
        story=story,
    )


def _item_entry(item: ItemView, stream: Stream) -> FeedEntry:
    names = stream.names
    page = f"{stream.root}/stories/{item.story}" if item.story else None
    reports = (item.report,) if page else ()  # what an editor should look at has no other source than this service
    return FeedEntry(
        id=urn(item.id),
        title=fit(headline(item.title, item.url, item.publisher)),
        link=fit_address(item.url) or page or stream.root,
        summary=fit(item.summary),
        body=_body(_text(stream.texts.get(item.id)) or _paragraph(item.summary), reports, page, (), stream.zone),
        published=item.published,
        updated=item.updated,
        author=fit(item.author or item.publisher),
        lang=item.lang,
        image=fit_address(item.image),
        source=_feed(item.source, names),
        icon=fit_address(stream.icons.get(item.source)),
        tags=_tags(item.sections, item.topics, names),
        enclosures=tuple(map(_enclosure, item.enclosures)),
        item=item,
    )


def _brief_entry(brief: Brief, stream: Stream) -> FeedEntry:
    lines = [_story_line(story, stream.root) for story in brief.stories]
    return FeedEntry(
        id=urn(brief.id),
        title=fit(brief.title),
        link=f"{stream.address}#d-{brief.day}",
        summary=fit("; ".join(story.title for story in brief.stories[:3])),
        body=fit(f"<ol>{''.join(lines)}</ol>"),
        published=brief.published,
        updated=brief.updated,
        author=stream.title,
        lang=None,
        image=None,
        source=None,
        tags=(),
    )


def _story_line(story: StoryView, root: str) -> str:
    publishers = ", ".join(escape(name) for name in story.announced)
    summary = f"<br>{_inline(story.summary)}" if story.summary else ""
    link = f'<a href="{escape(f"{root}/stories/{story.id}")}"{_dir(story.title)}>{escape(story.title)}</a>'
    return f"<li>{link} ({publishers}){summary}</li>"


def _feed(source: str | None, names: Names) -> tuple[str, str] | None:
    address = names.addresses.get(source or "")
    return (names.sources[source or ""], fit_address(address)) if address and "***" not in address else None


def _enclosure(one: Enclosure) -> Enclosure:
    return Enclosure(fit_address(one.url), one.type, one.length)


def _tags(sections: Iterable[str], topics: Iterable[str], names: Names) -> tuple[tuple[str, str], ...]:
    known = [(id, names.sections.get(id, id)) for id in sections]
    return (*known, *((id, names.topics.get(id, id)) for id in topics))


def _dir(text: str) -> str:
    """The attribute `dir` for an element with right-to-left text, else "". The body as a whole is left-to-right: without the attribute
    the full stop would be at the wrong end, and a date after the text would get into it."""
    return ' dir="rtl"' if direction(text) == "rtl" else ""


def _text(html: str | None) -> str:
    """The safe HTML of an article, in a `<div>` with `dir` if it is right-to-left."""
    dir = _dir(plain_of_safe(html)) if html else ""
    return f"<div{dir}>{html}</div>" if dir else html or ""


def _paragraph(text: str) -> str:
    return f"<p{_dir(text)}>{escape(text)}</p>" if text else ""


def _inline(text: str) -> str:
    dir = _dir(text)
    return f"<span{dir}>{escape(text)}</span>" if dir else escape(text)


def _body(text: str, reports: Collection[Report], page: str | None, topics: Iterable[str], zone: tzinfo) -> str:
    """`text` (safe HTML), followed by the sources, the topics and the address of the story's page."""
    parts = [text]
    if lines := list(_lines(told_once(reports), zone)):
        parts.append(f"{'<p><strong>Sources</strong></p>' if len(lines) > 1 else ''}<ul>{''.join(lines)}</ul>")
    named = ", ".join(escape(topic) for topic in topics)
    if named:
        parts.append(f"<p>Topics: {named}</p>")
    if page:
        parts.append(f'<p><a href="{escape(page)}">All about this story</a></p>')
    return fit("".join(parts))


def _lines(reports: Collection[Report], zone: tzinfo) -> Iterator[str]:
    """Every outlet, with the newest of its reports."""
    earlier = {name: count - MANY for name, count in Counter(one.publisher for one in reports).items() if count > MANY}
    passed = Counter[str]()
    for report in reports:
        passed[name := report.publisher] += 1
        if passed[name] > earlier.get(name, 0):
            yield _line(report, zone)
        elif passed[name] == 1:
            yield f"<li>{escape(name)}: {earlier[name]} earlier</li>"


def _line(report: Report, zone: tzinfo) -> str:
    when = datetime.fromtimestamp(report.published, zone)
    title = headline(report.title, report.url, report.publisher)
    told = f'<a href="{escape(report.url)}"{_dir(title)}>{escape(title)}</a>' if report.url else _inline(title)
    return f"<li>{escape(report.publisher)}: {told} ({when:%d %b %Y, %H:%M} {zone_name(when)})</li>"
