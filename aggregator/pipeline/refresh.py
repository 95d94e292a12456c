"""Refresh: fetches and parses the claimed sources, recognises what is new, and schedules the next polls. The items of a source and its
new state are stored in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from aggregator.addresses import plain
from aggregator.errors import ChildFailure, FailureKind, Lacking, ParseError, SandboxError, StoreError
from aggregator.model.item import NormalFeed
from aggregator.model.poll import PollResult, Recognition, RefreshReport
from aggregator.model.settings import Defaults, Source
from aggregator.model.source import Failed, Fetched, FetchRequest, NotModified, Outcome, ParseJob, SourceState
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.stored_items import stored_items
from aggregator.ports import Archive, Clock, Extractor, Fetcher, Parser
from aggregator.schedule import decide, permanent_redirects
from aggregator.schedule.bounds import bounds_for
from aggregator.schedule.pauses import pause_of
from aggregator.schedule.rate import new_item_limit

log = logging.getLogger(__name__)

TOGETHER = 64
"""Sources in progress at a time; the fetcher and the sandbox have their own limits."""
COMMIT = 32
"""Maximum number of results in one transaction."""
LINGER = 0.1
"""Seconds that the first result of a transaction waits for more, at most: a transaction itself takes as long as storing some twenty
results."""

_PARSER: Mapping[ChildFailure, FailureKind] = {"timeout": "parser-timeout", "crashed": "parser-crashed"}


@dataclass(frozen=True, slots=True)
class Tools:
    """What a refresh needs.

    `archive` is used for writing, in threads; `lookup` is the same archive with another connection, so that reading does not wait for
    writing. `request(source)`: (address, headers) with secrets substituted (KeyError: an environment variable is missing). `jitter()`:
    a random number in [0, 1). `mask(message)` masks secrets; `secrets(source)` are those of a source. `publisher(name, address)`: the
    canonical name of an outlet. `owner`: the identity that claimed the sources."""

    archive: Archive
    lookup: Archive
    fetch: Fetcher
    parse: Parser
    clock: Clock
    jitter: Callable[[], float]
    defaults: Defaults
    sources: Mapping[str, Source]
    request: Callable[[Source], tuple[str, tuple[tuple[str, str], ...]]]
    mask: Callable[[str], str] = lambda text: text
    secrets: Callable[[Source], Sequence[str]] = lambda source: ()
    extract: Extractor | None = None  # None: no articles are asked for
    publisher: Callable[[str, str | None], str] = lambda name, url: name
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class _Poll:
    """A finished poll. `outcome`: None if a document was fetched (it is not kept in memory). `again`: it failed with the same message as
    the previous poll."""

    result: PollResult
    outcome: NotModified | Failed | None
    again: bool


async def refresh(
    tools: Tools,
    states: Sequence[SourceState],
    progress: Callable[[int, int], None] = lambda done, of: None,
    news: Callable[[], None] = lambda: None,
) -> RefreshReport:
    """Poll these sources, whose leases the caller must hold. A fault of one source affects no other. `progress` gets (sources done, in
    total); `news` is called each time that items were stored which an edition must place."""
    queue: asyncio.Queue[_Poll | None] = asyncio.Queue()
    slots = asyncio.Semaphore(TOGETHER)
    writer = asyncio.create_task(_write(tools, queue, len(states), progress, news))

    async def one(state: SourceState) -> None:
        async with slots:
            await queue.put(await poll(tools, state))

    polls = [asyncio.create_task(one(state)) for state in states]
    try:
        # The writer ends early only if the store cannot be written; then further fetching is useless.
        waits: list[asyncio.Future[Any]] = [asyncio.gather(*polls, return_exceptions=True), writer]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in polls:
            task.cancel()
        outcomes = await asyncio.gather(*polls, return_exceptions=True)
        await queue.put(None)
        report = await writer  # results that have arrived are stored even if we are cancelled
    for error in outcomes:
        if isinstance(error, Exception):  # our own errors; faults of sources are values
            raise error
    return report


async def _write(
    tools: Tools,
    queue: asyncio.Queue[_Poll | None],
    total: int,
    progress: Callable[[int, int], None],
    news: Callable[[], None],
) -> RefreshReport:
    """Store results as they arrive, several in one transaction."""
    report = RefreshReport()
    ending = False
    while not ending:
        waiting = [await queue.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while len(waiting) < COMMIT and waiting[-1] is not None:
                    waiting.append(await queue.get())
        ending = waiting[-1] is None
        polls = [poll for poll in waiting if poll is not None]
        if polls:
            results = [poll.result for poll in polls]
            added = await asyncio.to_thread(tools.archive.intake.apply, results, tools.clock(), tools.owner)
            if added or any(poll.result.found.changed for poll in polls):
                news()
            report = _counted(report, polls, added)
            progress(report.polled, total)
    return report


def _counted(report: RefreshReport, polls: Sequence[_Poll], added: int) -> RefreshReport:
    failed = [(poll.result.state.id, poll.outcome.message) for poll in polls if isinstance(poll.outcome, Failed)]
    return RefreshReport(
        polled=report.polled + len(polls),
        not_modified=report.not_modified + sum(isinstance(poll.outcome, NotModified) for poll in polls),
        failed=(*report.failed, *failed),
        again=report.again.union(poll.result.state.id for poll in polls if poll.again),
        kinds=(*report.kinds, *(poll.outcome.kind for poll in polls if isinstance(poll.outcome, Failed))),
        new=report.new + added,
        changed=report.changed + sum(len(poll.result.found.changed) for poll in polls),
    )


async def poll(tools: Tools, state: SourceState) -> _Poll:
    """Poll one source: fetch, parse, recognise, schedule. Nothing is stored yet."""
    source = tools.sources[state.id]
    found, feed, body = Recognition(), None, None
    try:
        outcome = await _fetched(tools, source, state)
        body = _digest(outcome.body) if isinstance(outcome, Fetched) else None
        if isinstance(outcome, Fetched) and body != state.body_hash:
            outcome, feed, found = await _taken(tools, source, state, outcome)
    except (StoreError, Lacking):  # not the fault of this source; the next one would fail in the same way
        raise
    except Exception as error:
        log.exception("source %s: unexpected error", source.id)
        outcome, feed = Failed("crashed", f"an error in this program, see the log ({type(error).__name__})"), None
    if isinstance(outcome, Failed):
        outcome = replace(outcome, message=tools.mask(outcome.message))
    known = decide.after_poll(
        state,
        outcome,
        feed=feed,
        new_items=len(found.new),
        now=tools.clock(),
        bounds=bounds_for(source, tools.defaults),
        jitter=tools.jitter(),
        held_back=found.drops,
    )
    if isinstance(outcome, Fetched):
        known = structs.replace(known, body_hash=body)
    elif isinstance(outcome, NotModified) and state.body_hash is None:
        known = structs.replace(known, body_hash="")  # nothing was missed during the pause: the next document has news
    # Read the next document even if it is the same: if an item that was recognised by its words, or held back, keeps its date then, the
    # date is not made up, and it is another entry.
    if found.by_words:
        known = structs.replace(known, body_hash="", etag=None, last_modified=None)
    if feed:
        known = structs.replace(known, said=found.fingerprints)
    if "${" in source.url:
        # it is the address of the request, which contains the secret
        known = structs.replace(known, validator_url=None)
    # Not live is the first document at this address, or the first after a pause: a back-catalogue.
    result = PollResult(known, found, drops=feed.drops if feed else (), live=state.body_hash is not None)
    again = isinstance(outcome, Failed) and outcome.message == state.error
    return _Poll(result, None if isinstance(outcome, Fetched) else outcome, again)


async def _fetched(tools: Tools, source: Source, state: SourceState) -> Outcome:
    try:
        url, headers = tools.request(source)
    except KeyError as error:
        return Failed("secret", f"the environment variable {error.args[0]} is not set")
    asked = permanent_redirects.address(state, url)
    etag, modified = decide.validators(state)
    pause = pause_of(source, tools.defaults)
    outcome = await tools.fetch(
        FetchRequest(source.id, asked, headers, etag, modified, state.validator_url, configured=url, pause=pause)
    )
    if not isinstance(outcome, Failed) and "${" in source.url:
        outcome = _concealed(tools, outcome, asked)
    return outcome


async def _read(
    tools: Tools, source: Source, state: SourceState, outcome: Fetched, fingerprints: bytes
) -> tuple[Outcome, NormalFeed | None]:
    """Parse and normalise a document. A body that cannot be parsed becomes a `Failed`, so that its validators are not stored without its
    items."""
    publisher = source.publisher if source.wrapper else tools.publisher(source.publisher, source.url)
    job = ParseJob(source.id, state.root, publisher, source.wrapper, source.lang, tools.clock(), fingerprints)
    try:
        return outcome, _discreet(_folded(tools, await tools.parse(outcome, job)), tools.secrets(source))
    except ParseError as error:
        return Failed(error.kind, str(error), outcome.status), None
    except SandboxError as error:
        return Failed(_PARSER[error.kind], str(error), outcome.status), None


async def _taken(
    tools: Tools, source: Source, state: SourceState, fetched: Fetched
) -> tuple[Outcome, NormalFeed | None, Recognition]:
    """Read a document and recognise what is new. Entries with known fingerprints are skipped at first; if one of them turns out not to be
    stored as expected, the whole document is read again."""
    for fingerprints in (state.said or b"", b""):
        outcome, feed = await _read(tools, source, state, fetched, fingerprints)
        found = await asyncio.to_thread(_recognised, tools, state, feed) if feed else Recognition()
        if not found.unread:
            break
    return outcome, feed, found


def _recognised(tools: Tools, state: SourceState, feed: NormalFeed) -> Recognition:
    known = stored_items(tools.lookup.intake, state, feed.items, tools.clock())
    return recognise(feed.items, known, new_item_limit(state.rate))


def _folded(tools: Tools, feed: NormalFeed) -> NormalFeed:
    """Replace the publishers of a wrapper's items by their canonical names. This is done here because the address of the outlet
    (`Item.outlet`) is not stored, and the items' links lead to the wrapper."""
    if not any(item.outlet for item in feed.items):
        return feed
    items = (replace(item, publisher=tools.publisher(item.publisher, item.outlet)) for item in feed.items)
    return replace(feed, items=tuple(items))


def _discreet(feed: NormalFeed, secrets: Sequence[str]) -> NormalFeed:
    """Hide the secrets of a source in its items. A feed with a personal key often repeats it in the links of its items, which everybody
    would see."""
    if not secrets:
        return feed

    def hide(text: Any) -> Any:
        for value in secrets if text else ():
            text = text.replace(value, "***")
        return text

    items = tuple(
        replace(
            item,
            url=hide(item.url),
            canonical=hide(item.canonical),
            title=hide(item.title),
            summary=hide(item.summary),
            content=hide(item.content),
            author=hide(item.author),
            publisher=hide(item.publisher),
            categories=tuple(map(hide, item.categories)),
            image=hide(item.image),
            enclosures=tuple(replace(one, url=hide(one.url)) for one in item.enclosures),
        )
        for item in feed.items
    )
    channel = feed.channel
    shown = replace(channel, title=hide(channel.title), link=hide(channel.link), icon=hide(channel.icon))
    return replace(feed, items=items, channel=shown)


def _concealed(tools: Tools, outcome: Fetched | NotModified, asked: str) -> Fetched | NotModified:
    """The response to an address that contains a secret, without anything that may reveal it: the addresses are masked, and a permanent
    redirect is dropped. Validators are dropped if they come from another address, because they would have to be stored with it."""
    own = outcome.url == plain(asked)
    kept = replace(outcome, url=tools.mask(outcome.url), permanent=None)
    return kept if own else replace(kept, etag=None, last_modified=None)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
