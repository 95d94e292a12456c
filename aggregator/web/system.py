"""How the service is doing: liveness, readiness, metrics, and the health of sources as a feed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, current_app

from aggregator.errors import StoreError
from aggregator.model.source import SourceState
from aggregator.model.story import ItemView
from aggregator.model.stream import Stream
from aggregator.web.answers import json_answer
from aggregator.web.described import TEXT, described
from aggregator.web.description import description
from aggregator.web.library import Library
from aggregator.web.shapes import OpenApi

system = Blueprint("system", __name__)

SILENT_TICKS = timedelta(seconds=30)
"""The worker notes a tick every five seconds; so long without one and it is not polling."""


def library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


@system.get("/healthz")
@described("Liveness", TEXT, conditional=False)
def healthz() -> Response:
    return _plain("ok\n")


@system.get("/readyz")
@described("Readiness: the store can be read and sources are polled", TEXT, fails=(503,), conditional=False)
def readyz() -> Response:
    """200 while the store can be read and ticks come; 503 with the reason otherwise."""
    lib = library()
    try:
        tick = lib.archive.upkeep.noted("tick")
    except StoreError as error:
        current_app.logger.error("store: %s", error)
        return _plain("the store cannot be read\n", 503)
    if troubles := lib.troubles():
        parts = ", ".join(trouble.partition(":")[0] for trouble in troubles)  # the rest names paths: it is in the log
        return _plain(f"degraded: {parts}\n", 503)
    if not isinstance(tick, int) or lib.now() - datetime.fromtimestamp(tick, UTC) > SILENT_TICKS:
        return _plain("no worker is polling\n", 503)
    return _plain("ready\n")


def _plain(text: str, status: int = 200) -> Response:
    response = Response(text, status=status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@system.get("/metrics")
@described("Figures for Prometheus", TEXT, fails=(503,), conditional=False)
def metrics() -> Response:
    """Prometheus text format 0.0.4."""
    lib = library()
    states = lib.archive.sources.states()
    now = lib.now()
    rows = [(f"aggregator_{name}", "gauge", value) for name, value in lib.archive.reading.totals().items()]
    rows += [
        ("aggregator_polls_total", "counter", sum(state.polls for state in states)),
        ("aggregator_not_modified_total", "counter", sum(state.not_modified for state in states)),
        ("aggregator_received_bytes_total", "counter", sum(state.bytes_received for state in states)),
        ("aggregator_saved_bytes_total", "counter", sum(state.bytes_saved for state in states)),
        ("aggregator_sources_overdue", "gauge", sum(_overdue(state, now) for state in states)),
    ]
    lines = [f"# TYPE {name} {kind}\n{name} {value}" for name, kind, value in rows]
    kinds: dict[str, int] = {}
    for state in states:
        kinds[state.state] = kinds.get(state.state, 0) + 1
    lines.append("# TYPE aggregator_sources_by_state gauge")
    lines += [f'aggregator_sources_by_state{{state="{name}"}} {count}' for name, count in sorted(kinds.items())]
    response = Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _overdue(state: SourceState, now: datetime) -> bool:
    return state.next_poll is not None and now - state.next_poll > timedelta(minutes=10)


@system.get("/openapi.json")
@described("This description", {"application/json": OpenApi}, fails=(503,))
def openapi() -> Response:
    """The description of this service for programs."""
    lib = library()
    force = lib.in_force()
    return json_answer(description(current_app, force.settings.site.title, force.root), lib.since, max_age=3600)


TROUBLES = ("failing", "gone", "moved", "stale", "silent")


def incidents(lib: Library) -> Stream:
    """Sources that died, moved or went silent, and a broken edit of feeds.yaml, as entries of a feed."""
    force = lib.in_force()
    now = lib.now()
    items = [
        _incident(force.root, state, *lib.health(state, now), since)
        for state in lib.archive.sources.states()
        if lib.health(state, now)[0] in TROUBLES and (since := state.last_success or state.last_attempt)
    ]
    broken = lib.archive.upkeep.noted("config-error")
    if isinstance(broken, dict):
        items.append(_broken(force.root, str(broken["message"]), datetime.fromtimestamp(int(broken["at"]), UTC)))
    items.sort(key=lambda item: item.entered, reverse=True)
    return Stream(
        title=f"{force.settings.site.title} – Health of sources",
        description="Sources that died, moved or went silent, and edits of feeds.yaml that are broken.",
        root=force.root,
        address=f"{force.root}/sources",
        query="",
        language="en",
        updated=max((item.updated for item in items), default=datetime(2026, 1, 1, tzinfo=UTC)),
        names=force.names,
        items=tuple(items),
    )


def _incident(root: str, state: SourceState, kind: str, evidence: str, since: datetime) -> ItemView:
    identity = f"{state.root}\n{kind}\n{since.isoformat()}"
    return _entry(root, identity, title=f"{state.id}: {kind}", text=evidence, source=state.id, at=since)


def _broken(root: str, message: str, at: datetime) -> ItemView:
    title = "feeds.yaml: the last edit is broken and not in force"
    return _entry(root, f"feeds.yaml\n{message}", title=title, text=message, source="feeds.yaml", at=at)


def _entry(root: str, identity: str, *, title: str, text: str, source: str, at: datetime) -> ItemView:
    return ItemView(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"incident:{identity}")), n=0, source=source, publisher="Aggregator",
        title=title, summary=text, content="", url=f"{root}/sources", author=None, lang="en", image=None, enclosures=(),
        categories=(), published=at, updated=at, entered=at, story=None, section=None,
    )  # fmt: skip
