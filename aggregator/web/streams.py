"""Addresses → streams: which stream an address names, and what is put into its feed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from aggregator.errors import QueryError
from aggregator.model.judgement import Receipt
from aggregator.model.settings import Settings
from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import FRESH_SECONDS, SHORTEST, Filter, Names, Stream, StreamQuery
from aggregator.normalise.address import canonical
from aggregator.web import parameters
from aggregator.web.asked import Renamed
from aggregator.web.library import InForce, Library, month_bounds, month_of, stream_name
from aggregator.web.republished import republished

MAX_PUBLISHERS = 50
FLOOR = 5
"""Stories that a found topic needs before the indexes list it."""
EXPLAINED = 6
"""Texts of a story that are looked at for its receipts."""


def resolve(
    library: Library, kind: str, id: str | None, args: Mapping[str, str], month: str | None = None
) -> StreamQuery:
    """The stream an address and its parameters name.

    Raises:
        NotFound: there is no such section, topic, source or month.
        Renamed: the source has another id now.
        QueryError: a parameter does not fit.
    """
    force = library.in_force()
    _known(force, kind, id)
    wanted = labelled(force.settings, parameters.search(args, library.now()))
    if wanted.publisher:
        wanted = replace(wanted, publisher=force.publisher(wanted.publisher))
    check(force.names, wanted)
    default_view = "items" if kind == "source" else "stories"
    return StreamQuery(
        kind=kind,
        id=id,
        view=parameters.choice(args, "view", ("stories", "items"), default_view),
        min_publishers=parameters.number(args, "min_publishers", 1, (1, MAX_PUBLISHERS)) or 1,
        primary=parameters.flag(args, "primary"),
        limit=parameters.number(args, "limit", None, parameters.LIMITS),
        filter=wanted,
        window=_window(month, force) if month else None,
    )


def _known(force: InForce, kind: str, id: str | None) -> None:
    if kind in ("section", "topic", "source") and id not in ids(force.names, kind):
        renamed = next((source.id for source in force.settings.sources if kind == "source" and id in source.was), None)
        if renamed:
            raise Renamed(renamed)
        raise NotFound(f"there is no {kind} of this id")


def ids(names: Names, kind: str) -> Collection[str]:
    known: dict[str, Collection[str]] = {"section": names.sections, "topic": names.topics, "source": names.sources}
    return known[kind]


def check(names: Names, wanted: Filter) -> None:
    """A misspelt id is an error, not an empty answer."""
    for name in ("section", "topic", "source"):
        id = getattr(wanted, name)
        if id is not None and id not in ids(names, name):
            raise QueryError(name, f"`{name}` names none that there is; /{name}s lists them")


@dataclass(frozen=True, slots=True)
class Listed:
    """A section or topic of an index: how many stories it holds, and how many of them entered within a day."""

    id: str
    title: str
    description: str | None
    total: int
    recent: int


def listed(library: Library, kind: str) -> list[Listed]:
    """Sections or topics in the editor's order; then topics found by places that pass a floor of use."""
    settings = library.in_force().settings
    counts = library.archive.reading.counts(kind, int(library.now().timestamp()) - 86_400)
    configured = settings.sections if kind == "section" else settings.topics
    rows = [Listed(one.id, one.title, one.description, *counts.get(one.id, (0, 0))) for one in configured]
    if kind == "topic":
        known = {one.id for one in configured}
        found = [(title, id) for id, title in library.in_force().names.topics.items() if id not in known]
        rows += [
            Listed(id, title, None, *counts[id]) for title, id in sorted(found) if counts.get(id, (0, 0))[0] >= FLOOR
        ]
    return rows


def labelled(settings: Settings, wanted: Filter) -> Filter:
    """`label=public` or `label=owner:public`: the sources and publishers that carry it."""
    if wanted.label is None:
        return wanted
    key, _, value = wanted.label.rpartition(":")

    def carries(labels: tuple[tuple[str, str], ...]) -> bool:
        return any(found == value and key in ("", name) for name, found in labels)

    sources = tuple(source.id for source in settings.sources if carries(source.labels))
    publishers = tuple(publisher.name for publisher in settings.publishers if carries(publisher.labels))
    return Filter(**{**{name: getattr(wanted, name) for name in Filter.__slots__}, "labelled": (sources, publishers)})


def _window(month: str, force: InForce) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", month)
    if not found or not 1970 <= int(found[1]) <= 9998 or not 1 <= int(found[2]) <= 12:
        raise NotFound("there is no such month")
    return month_bounds(int(found[1]), int(found[2]), force.zone)


def query_string(args: Mapping[str, str]) -> str:
    """The parameters that count, as they were asked: "?q=…&limit=5" or ""."""
    kept = [(name, args[name]) for name in args if name in parameters.STREAM and args[name]]
    return f"?{urlencode(kept, errors='replace')}" if kept else ""


def path_of(kind: str, id: str | None) -> str:
    return {"section": f"/sections/{id}", "topic": f"/topics/{id}", "source": f"/sources/{id}"}.get(kind, f"/{kind}")


def build(
    library: Library, query: StreamQuery, args: Mapping[str, str], *, rendered: str | None = None
) -> tuple[Stream, int | None]:
    """What the feed of a query lists, and when time alone will change it (epoch seconds; None: never). `rendered`: the
    format that is made of it; each is given what it has a place for."""
    force = library.in_force()
    reading = library.archive.reading
    now = int(library.now().timestamp())
    stories: tuple[StoryView, ...] = ()
    items: tuple[ItemView, ...] = ()
    if query.view == "items":
        found, expires = reading.items(query, now)
        items = tuple(found)
    else:
        told, expires = reading.stories(query, now)
        stories = tuple(told)
    newest = [one.updated for one in stories] + [one.updated for one in items]
    changed = library.changed(stream_name(query))
    path = force.root + path_of(query.kind, query.id)
    previous, following, current = _documents(library, query, path, now)
    every = force.settings.defaults.every
    stream = Stream(
        title=title(force, query),
        description=description(force, query),
        root=force.root,
        address=f"{path}/{month_of(query.window[0], force.zone)}" if query.window else path,
        query=query_string(args),
        language=force.settings.site.language,
        updated=max(newest, default=changed),
        names=force.names,
        modified=max(changed, by_time(library, query, args, (*stories, *items)), *newest),
        stories=stories,
        items=items,
        receipts=_receipts(force, stories, items) if rendered == "json" else {},
        texts=republished(library, stories, items) if rendered else {},
        icons=_icons(library, stories, items) if rendered else {},
        ttl=max(1, int(every.total_seconds() // 60)),
        icon=f"{force.root}/static/icon.png",
        archive=query.window is not None and query.window[1] <= now,
        previous=previous,
        next=following,
        current=current,
    )
    if query.window and now < query.window[1]:
        expires = query.window[1]  # the month closes
    return stream, expires


def _icons(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Icons of the sources that lead what is listed, as their feeds name them."""
    sources = {story.lead_source for story in stories} | {item.source for item in items}
    states = library.archive.sources.states({source for source in sources if source})
    return {state.id: state.icon for state in states if state.icon}


def by_time(
    library: Library, query: StreamQuery, args: Mapping[str, str], listed: Sequence[StoryView | ItemView]
) -> datetime:
    """When time alone last changed what is listed: an entry grew too old, a month closed, an age means another time."""
    now = library.now()
    found = [library.since]
    if parameters.ages(args):
        found.append(now.replace(second=0, microsecond=0))
    if query.window and query.window[1] <= now.timestamp():
        found.append(datetime.fromtimestamp(query.window[1], UTC))
    if query.limit is None and query.window is None and len(listed) >= SHORTEST:
        last = listed[-1]
        following = replace(query, limit=1, before=(int(last.entered.timestamp()), last.n))
        reading = library.archive.reading
        ask = reading.items if query.view == "items" else reading.stories
        found += [one.entered + timedelta(seconds=FRESH_SECONDS) for one in ask(following, int(now.timestamp()))[0]]
    return max(moment for moment in found if moment <= max(now, library.since))


def _receipts(
    force: InForce, stories: Iterable[StoryView], items: Iterable[ItemView]
) -> dict[str, tuple[Receipt, ...]]:
    found = {story.id: why(force, story) for story in stories}
    return found | {item.id: force.receipts(item.title, item.summary, item.source) for item in items}


def why(force: InForce, story: StoryView) -> tuple[Receipt, ...]:
    """Receipts of a story for the sections and topics it is in: worked out from its lead, and for those that the lead
    alone does not explain from the other headlines."""
    missing = {name for name, _ in story.scores} | set(story.topics)
    found: list[Receipt] = []
    lead = next((report for report in story.reports if report.url == story.link), None)
    texts = [(story.title, story.summary, lead.source if lead else None)]
    texts += [(report.title, "", report.source) for report in story.reports if report is not lead]
    for title, summary, source in texts[:EXPLAINED]:
        if not missing:
            break
        fresh = [one for one in force.receipts(title, summary, source) if one.section in missing]
        missing -= {one.section for one in fresh}
        found += fresh
    pinned = _pinned(force, story)
    found = pinned + [one for one in found if one.section not in {pin.section for pin in pinned}]
    order = [name for name, _ in story.scores] + list(story.topics)
    scores = dict(story.scores)
    return tuple(
        replace(one, score=scores.get(one.section, one.score))
        for one in sorted(found, key=lambda one: order.index(one.section))
    )


def _pinned(force: InForce, story: StoryView) -> list[Receipt]:
    """What `stories: pin` says of a story's section."""
    pinned = [pin for pin in force.settings.overrides.pin if pin.section == story.section]
    addresses = {canonical(report.url) for report in story.reports} if pinned else set()
    pins = [pin for pin in pinned if canonical(pin.url) in addresses]
    return [Receipt(pin.section, 1.0, "stories: pin", pin.at, (), None) for pin in pins[:1]]


def _documents(library: Library, query: StreamQuery, path: str, now: int) -> tuple[str | None, str | None, str | None]:
    """Addresses of RFC 5005: the archive before, the one after, and the current document."""
    if query.kind not in ("latest", "section", "topic") or query.view != "stories" or not query.filter.empty:
        return None, None, None
    force = library.in_force()
    name = "latest" if query.kind == "latest" else f"{query.kind}:{query.id}"
    if query.window is None:
        last, _ = library.archive.reading.neighbours(name, now + 1, now + 1)
        return (f"{path}/{month_of(last, force.zone)}" if last else None), None, None
    before, after = library.archive.reading.neighbours(name, *query.window)
    return (
        f"{path}/{month_of(before, force.zone)}" if before else None,
        f"{path}/{month_of(after, force.zone)}" if after else None,
        path,
    )


def title(force: InForce, query: StreamQuery) -> str:
    site = force.settings.site.title
    named = {
        "section": force.names.sections.get(query.id or ""),
        "topic": force.names.topics.get(query.id or ""),
        "source": force.names.sources.get(query.id or "", (None, None))[0],
        "latest": "Latest",
    }.get(query.kind)
    parts = [site, named or "Search"]
    if query.filter.words or query.filter.without:
        words = [f"“{word}”" if " " in word else word for word in query.filter.words]
        parts.append(" ".join([*words, *(f"-{word}" for word in query.filter.without)]))
    if query.window:
        parts.append(month_of(query.window[0], force.zone))
    return " – ".join(parts)


def description(force: InForce, query: StreamQuery) -> str:
    what = "Items" if query.view == "items" else "Stories, each with all the outlets that tell it"
    kinds = {
        "section": f"{what}, in the section {force.names.sections.get(query.id or '')}.",
        "topic": f"{what}, on {force.names.topics.get(query.id or '')}.",
        "source": f"{what}, from {force.names.sources.get(query.id or '', ('', None))[0]}.",
        "latest": f"{what}, newest first.",
    }
    return kinds.get(query.kind, f"{what}, that a search finds.")


def coverage(settings: Settings, story: StoryView) -> dict[str, list[tuple[str, int]]]:
    """How many of a story's publishers carry which label, most frequent first: {"country": [("GB", 3), …], …}. Empty
    where fewer than two of them carry any."""
    labels = {publisher.name: publisher.labels for publisher in settings.publishers}
    found: dict[str, Counter[str]] = {}
    for publisher in story.publishers:
        for key, value in labels.get(publisher, ()):
            found.setdefault(key, Counter())[value] += 1
    return {key: counts.most_common() for key, counts in sorted(found.items()) if counts.total() > 1}
