"""Polls one source: fetches and parses its document, recognises what is new, and schedules the next poll. Stores nothing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from msgspec import structs

from aggregator.errors import ChildFailure, FailureKind, Lacking, ParseError, SandboxError, StoreError, lack
from aggregator.model.item import NormalFeed
from aggregator.model.poll import PollResult, Recognition
from aggregator.model.settings import Source
from aggregator.model.source import Failed, Fetched, FetchRequest, NotModified, Outcome, ParseJob, SourceState
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.concealment import concealed, without_secrets
from aggregator.pipeline.stored_items import stored_items
from aggregator.pipeline.tools import Tools
from aggregator.schedule import decide, permanent_redirects
from aggregator.schedule.bounds import bounds_for
from aggregator.schedule.pauses import pause_of
from aggregator.schedule.rate import new_item_limit

log = logging.getLogger(__name__)

_PARSER: Mapping[ChildFailure, FailureKind] = {"timeout": "parser-timeout", "crashed": "parser-crashed"}


@dataclass(frozen=True, slots=True)
class Poll:
    """A finished poll. `outcome`: None if a document was fetched (it is not kept in memory). `again`: it failed with the same message as
    the previous poll."""

    result: PollResult
    outcome: NotModified | Failed | None
    again: bool


async def poll(tools: Tools, state: SourceState) -> Poll:
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
        if lacking := lack(error):
            raise lacking from error
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
    return Poll(result, None if isinstance(outcome, Fetched) else outcome, again)


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
        outcome = concealed(outcome, asked, tools.mask)
    return outcome


async def _read(
    tools: Tools, source: Source, state: SourceState, outcome: Fetched, fingerprints: bytes
) -> tuple[Outcome, NormalFeed | None]:
    """Parse and normalise a document. A body that cannot be parsed becomes a `Failed`, so that its validators are not stored without its
    items."""
    publisher = source.publisher if source.wrapper else tools.publisher(source.publisher, source.url)
    job = ParseJob(source.id, state.root, publisher, source.wrapper, source.lang, tools.clock(), fingerprints)
    try:
        return outcome, without_secrets(_folded(tools, await tools.parse(outcome, job)), tools.secrets(source))
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


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
