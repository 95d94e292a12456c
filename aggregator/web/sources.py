"""The health of sources as the API, pages, metrics and the command `sources` show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from aggregator.addresses import requested
from aggregator.config.environment import mask
from aggregator.model import notes
from aggregator.model.source import PAUSED, Health, SourceState
from aggregator.render.fit import rfc3339
from aggregator.schedule.health import health
from aggregator.schedule.permanent_redirects import adopted
from aggregator.web import shapes
from aggregator.web.library import Library

WITHOUT_TROUBLE = ("ok", "new", "paused")
"""States of sources that have no problem, as pages tell it."""


def problem(row: shapes.Source) -> str:
    """What is wrong with a source, as pages tell it; empty: nothing."""
    return row["last_error"] or ("" if row["state"] in WITHOUT_TROUBLE else row["evidence"])


def source_rows(lib: Library, only: str | None = None) -> list[shapes.Source]:
    """The health of all configured sources, in the order of the file, or of the one with the id `only`. Secrets in addresses are masked."""
    force = lib.in_force()
    listed = addresses(lib)
    states = {state.id: state for state in lib.archive.sources.states([only] if only else None)}
    drops = lib.archive.sources.drops()
    unplaced = lib.archive.upkeep.noted(notes.SET_ASIDE) or {}
    rows: list[shapes.Source] = []
    for source in force.settings.sources:
        if only not in (None, source.id):
            continue
        state = states.get(source.id) or SourceState(source.id, source.id, source.url)
        kind, evidence = public_health(state, listed)
        rows.append(
            {
                "id": source.id,
                "name": source.name,
                "url": force.names.addresses[source.id],
                "publisher": force.publishers[source.id],
                "state": kind if source.enabled else "paused",
                "evidence": evidence,
                "last_success": _when(state.last_success),
                "next_poll": _when(state.next_poll if source.enabled and kind != "gone" else None),
                "why": state.why if source.enabled else PAUSED,
                "last_error": state.error,
                "failures": state.failures,
                "polls": state.polls,
                "not_modified": state.not_modified,
                "bytes_saved": state.bytes_saved,
                "drops": drops.get(source.id, {})
                | ({"unplaced": unplaced[source.id]} if source.id in unplaced else {}),
                "flaws": state.flaws.split(", ") if state.flaws else [],
            }
        )
    return rows


def addresses(lib: Library) -> dict[str, str]:
    """Address → id of the configured source that has it or else, in the order of the file, of the first that moved there."""
    sources = lib.in_force().settings.sources
    found = {requested(source.url): source.id for source in sources}
    moved = {state.id: state.moved_to for state in lib.watched() if adopted(state)}
    for source in sources:
        if target := moved.get(source.id):
            found.setdefault(target, source.id)
    return found


def public_health(state: SourceState, listed: Mapping[str, str] = MappingProxyType({})) -> tuple[Health, str]:
    """The state of a source as everybody may see it: the address to which it moved may contain a secret. `listed`: see `addresses`."""
    kind, evidence = health(state, listed)
    return kind, mask(evidence)


def _when(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
