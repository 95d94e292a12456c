"""Problems for the editor as entries of a feed: sources with problems, quiet sections, broken edits."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from aggregator.model import notes
from aggregator.model.feed import Stream
from aggregator.model.source import Health, SourceState
from aggregator.model.story import ItemView
from aggregator.model.stream import StreamQuery
from aggregator.normalise.plain import inert
from aggregator.schedule.formatting import minute
from aggregator.schedule.health import FAILURES, FLOOD, STALE_AFTER, silent_after
from aggregator.web.in_force import InForce
from aggregator.web.library import Library
from aggregator.web.sources import addresses, public_health

TROUBLES: tuple[Health, ...] = (*FAILURES, "gone", "moved", "stale", "silent", FLOOD)
SILENCE: tuple[Health, ...] = ("silent", "stale")
PATIENCE = 3
"""A failing source appears in the feed after so many failures in a row; /sources shows its state at once."""
QUIET, USUAL = timedelta(days=2), timedelta(days=16)
"""A section is quiet if no story entered it in the last two days, but in the two weeks before at least one a day on average."""


def incidents(lib: Library, limit: int | None, asked: str) -> Stream:
    """The feed of problems, newest first. Its entries say since when a problem exists, not for how long, so that neither further polls nor
    the passing of time change them. (A new name of a source changes the title of its entry, but neither its id nor its `updated`: nothing
    has happened.) `limit`: at most so many entries; `asked`: the parameters of the request, as `query_string` gives them."""
    force, listed = lib.in_force(), addresses(lib)
    items = [
        _incident(force, state, kind, evidence)
        for state in lib.watched()
        for kind, evidence in [public_health(state, listed)]
        if kind in TROUBLES and (kind not in FAILURES or state.failures >= PATIENCE)
    ]
    items += _quiet_sections(lib)
    broken = lib.archive.upkeep.noted(notes.BROKEN_EDIT)
    if broken:
        items.append(_broken(force, broken.message, datetime.fromtimestamp(broken.at, UTC)))
    items = sorted(items, key=lambda item: item.entered, reverse=True)[:limit]
    updated = max((item.updated for item in items), default=datetime(2026, 1, 1, tzinfo=UTC))
    return Stream(
        title=f"{force.settings.site.title} – Health of sources",
        description="Sources that died, moved or went silent, sections gone quiet, and broken edits of feeds.yaml.",
        root=force.root,
        address=f"{force.root}/sources",
        query=asked,
        part=asked,
        language="en",
        updated=updated,
        modified=updated,
        names=force.names,
        items=tuple(items),
    )


def _incident(force: InForce, state: SourceState, kind: Health, evidence: str) -> ItemView:
    """The entry for a problem of a source. It has the same id as long as the problem lasts. If it is unknown when a problem began, its date
    is that of the configuration in force."""
    after = _after(state, kind)
    identity = f"{state.root}\n{kind}\n{after.isoformat() if after else 'never'}"
    known = after or (state.first_success if kind in SILENCE else None)
    later = {"silent": silent_after(state), "stale": STALE_AFTER}.get(kind, timedelta())
    at = (known or force.since) + later
    if kind in SILENCE and state.first_success:  # a feed that was dead when it was added is no news of years ago
        at = max(at, state.first_success)
    title = f"{force.names.sources.get(state.id, state.id)}: {kind.replace('-', ' ')}"  # as /sources has both
    return _entry(force, state.id, title, identity, text=_text(state, kind, evidence), at=at)


def _text(state: SourceState, kind: Health, evidence: str) -> str:
    """The evidence, without the number of failures, which changes with each poll."""
    if kind in FAILURES:
        error = evidence.partition(": ")[2]  # and at which address it is polled, if it moved
        last = state.last_success
        return f"No poll has {f'succeeded since {minute(last)}' if last else 'ever succeeded'}: {error}"
    return evidence[:1].upper() + evidence[1:]


def _after(state: SourceState, kind: Health) -> datetime | None:
    """The event after which a problem began, which further polls do not change."""
    if kind == FLOOD:
        return None  # polls go on to succeed, so none of these times is fixed
    return state.last_new if kind in SILENCE else state.moved_since if kind == "moved" else state.last_success


def _quiet_sections(lib: Library) -> list[ItemView]:
    """Entries for sections that usually have news and have none now, although others do: their sources or rules may be broken."""
    force, now = lib.in_force(), lib.now()
    reading = lib.archive.reading
    recent = reading.counts("section", int((now - QUIET).timestamp()))
    usual = reading.counts("section", int((now - USUAL).timestamp()))
    if not any(count for _, count in recent.values()):
        return []  # the whole service is quiet
    found = []
    for section in force.settings.sections:
        if recent.get(section.id, (0, 0))[1] or usual.get(section.id, (0, 0))[1] < (USUAL - QUIET).days:
            continue
        # None if the last one has left since they were counted.
        for story in reading.stories(StreamQuery("section", section.id, limit=1), int(now.timestamp()))[0]:
            text = f"No story has entered it since {minute(story.entered)}; in the two weeks before, it had at least one a day on average."
            name, title = f"section {section.id}", f"Section {section.title}: quiet"
            identity = f"{name}\n{story.entered.isoformat()}"
            found.append(_entry(force, name, title, identity, text=text, at=story.entered + QUIET))
    return found


def _broken(force: InForce, message: str, at: datetime) -> ItemView:
    title = "feeds.yaml: the last edit is broken and not in force"
    return _entry(force, "feeds.yaml", title, f"feeds.yaml\n{message}", text=message, at=at)


def _entry(force: InForce, source: str, title: str, identity: str, *, text: str, at: datetime) -> ItemView:
    return ItemView(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"incident:{identity}")), n=0, source=source, publisher=force.settings.site.title,
        title=inert(title), summary=inert(text), url=f"{force.root}/sources", author=None, lang="en", image=None, enclosures=(),
        categories=(), published=at, updated=at, entered=at, story=None, section=None,
    )  # fmt: skip
