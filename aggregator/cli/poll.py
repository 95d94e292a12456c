"""`aggregator poll`: all (or named, or only due) sources once, then the edition."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson

from aggregator.bootstrap import Application, Place, utc_now
from aggregator.categorise.program import NOTE
from aggregator.cli.arguments import Command, json_option, option
from aggregator.errors import AggregatorError, StoreBusy, UsageError
from aggregator.model.poll import RefreshReport
from aggregator.model.source import SourceState
from aggregator.pipeline.leases import bury
from aggregator.ports import Archive
from aggregator.worker.processes import identity, is_dead

LEASE = timedelta(minutes=60)
EDITION_LEASE = 60  # seconds
WAIT = 120  # seconds for another process to finish its edition

ASKED_TO_WAIT = (429, 503)
BUSY = "polled by another process at this moment"
SHOWN = 5  # busy sources told by name

Progress = Callable[[int, int], None]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="*", help="ids of sources (default: all)")
    option(parser, "--due", "only sources that are due", action="store_true")
    json_option(parser)


def run(args: argparse.Namespace, place: Place) -> int:
    application = Application.ruling(place)
    unknown = [id for id in args.source if id not in application.sources]
    if unknown:
        from difflib import get_close_matches

        near = get_close_matches(unknown[0], application.sources, 1)
        hint = f"; did you mean {near[0]}?" if near else "; `aggregator sources` lists them"
        raise UsageError(f"there is no source {unknown[0]}{hint}")
    try:
        report, held = asyncio.run(_poll(application, args.source or None, args.due))
    except asyncio.CancelledError:  # SIGTERM
        raise AggregatorError("stopped; what had arrived is stored and waits for the next edition") from None
    placed, founded = _edition(application)
    _print(report, held, placed, founded, as_json=args.json)
    return 0


Held = list[tuple[str, str]]
"""Sources left alone, and why."""


def _held(states: Iterable[SourceState], application: Application, named: list[str] | None) -> Held:
    """Sources that are not polled: paused ones, and, unless they are named, those whose server said to go away or to
    wait."""
    found = []
    now = utc_now()
    for state in states:
        if named is not None and state.id not in named:
            continue
        waits = state.last_status in ASKED_TO_WAIT and state.failures and state.next_poll and state.next_poll > now
        if not application.sources[state.id].enabled:
            found.append((state.id, "paused: enabled is false in feeds.yaml"))
        elif named is None and (state.state == "gone" or waits):
            found.append((state.id, state.why))
    return found


def _busy(known: Iterable[SourceState], application: Application, claimed: Iterable[SourceState], due: bool) -> Held:
    """Sources that were to be polled and could not be claimed, since another process holds them."""
    taken, now = {state.id for state in claimed}, utc_now()
    return [
        (state.id, BUSY)
        for state in known
        if state.id not in taken
        and application.sources[state.id].enabled
        and (not due or (state.state != "gone" and (state.next_poll is None or state.next_poll <= now)))
    ]


async def _poll(application: Application, ids: list[str] | None, due: bool) -> tuple[RefreshReport, Held]:
    from aggregator.pipeline.articles import articles
    from aggregator.pipeline.refresh import refresh
    from aggregator.sandbox import Sandbox

    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    archive, lookup = application.archive(), application.archive()
    for problem in application.admit(archive.upkeep.configuration()):
        print(problem, file=sys.stderr)
    archive.sources.sync(application.settings.sources)
    settings = application.settings
    archive.upkeep.put_in_force(settings.epoch, settings.texts, seconds())
    owner = identity()
    bury(archive, is_dead)
    known = [state for state in archive.sources.states() if state.id in application.sources]
    held = [] if due else _held(known, application, ids)
    wanted = [state for state in known if (ids is None or state.id in ids) and state.id not in dict(held)]
    asked = [state.id for state in wanted]
    states = archive.sources.claim(owner, utc_now(), LEASE, limit=1_000_000, ids=asked, due_only=due)
    held += _busy(wanted, application, states, due)
    fetcher = application.fetcher(known if ids is None else ())  # who names a source wants it asked
    try:
        async with Sandbox() as sandbox:
            with bar("Polling") as progress:
                tools = application.tools(archive, lookup, fetcher, sandbox.parse, sandbox.extract)
                report = await refresh(tools, states, progress)
            await articles(tools)
            return report, held
    finally:
        archive.sources.release(owner)
        await fetcher.close()
        archive.close()
        lookup.close()


def seconds() -> int:
    return int(utc_now().timestamp())


def _edition(application: Application) -> tuple[int, int]:
    """Place all that arrived. Returns the numbers of items placed and of new stories."""
    from aggregator.pipeline.edition import edition
    from aggregator.pipeline.survey import survey

    archive = application.archive()
    with editing(archive) as proceed:
        with bar("Edition") as progress:
            report = edition(archive, application.policy, seconds, progress, proceed)
        judge_anew(archive, application, proceed)
        survey(archive, application.policy, seconds(), proceed)
    archive.close()
    return report.items, report.stories


def judge_anew(archive: Archive, application: Application, proceed: Callable[[], bool]) -> int:
    """Stored stories follow an edit of the rules; returns how many were judged anew."""
    from aggregator.pipeline.replacing import re_place_all

    archive.upkeep.note(NOTE, application.policy.program)
    with bar("Re-placing") as progress:
        return re_place_all(archive, application.policy, seconds, proceed, progress)


@contextmanager
def editing(archive: Archive) -> Iterator[Callable[[], bool]]:
    """Hold the edition; what is given renews the lease, and says whether it is still held.

    Raises:
        StoreBusy: another process holds it and does not finish.
    """
    owner = identity()

    def proceed() -> bool:
        return archive.desk.lease(owner, seconds(), EDITION_LEASE)

    bury(archive, is_dead)
    _wait_for_lease(proceed)
    try:
        yield proceed
    finally:
        archive.desk.release(owner)


def _wait_for_lease(proceed: Callable[[], bool]) -> None:
    import time

    for _ in range(WAIT):
        if proceed():
            return
        time.sleep(1)
    raise StoreBusy("another process makes the edition and does not finish; the items are stored and wait for it")


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    """A progress bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)


def _print(report: RefreshReport, held: Held, placed: int, founded: int, *, as_json: bool) -> None:
    if as_json:
        value: dict[str, Any] = {
            "polled": report.polled,
            "not_modified": report.not_modified,
            "failed": [{"source": source, "error": why} for source, why in report.failed],
            "held": [{"source": source, "why": why} for source, why in held],
            "new": report.new,
            "changed": report.changed,
            "placed": placed,
            "stories": founded,
        }
        print(orjson.dumps(value).decode())
        return
    print(
        f"{report.polled} sources polled: {report.not_modified} unchanged, {len(report.failed)} failed. "
        f"{report.new} new items, {report.changed} changed; {placed} placed, {founded} new stories."
    )
    for source, why in report.failed:
        print(f"  {source}: {why}")
    for source, why in held:
        if why != BUSY:
            print(f"  {source}: left alone, {why}")
    if busy := [source for source, why in held if why == BUSY]:
        more = f" and {len(busy) - SHOWN} more" if len(busy) > SHOWN else ""
        count = "1 source" if len(busy) == 1 else f"{len(busy)} sources"
        print(f"  {count} left alone, {BUSY}: {', '.join(busy[:SHOWN])}{more}")


COMMAND = Command("poll", "Poll sources once, make the edition, and say what came.", add, run)
