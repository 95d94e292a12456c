"""Polls one source: fetches and parses its document, recognises what is new, and schedules the next poll. Stores nothing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from aggregator.errors import ChildFailure, FailureKind, ParseError, SandboxError, lack, of_one
from aggregator.model.item import Item, NormalFeed
from aggregator.model.poll import PollResult, Recognition, StoredItems
from aggregator.model.settings import Source
from aggregator.model.source import Failed, Fetched, FetchRequest, NotModified, Outcome, ParseJob, SourceState
from aggregator.normalise.address import is_article
from aggregator.normalise.matching import differs
from aggregator.normalise.recognition import FLOOD_TITLES, recognise
from aggregator.pipeline.concealment import concealed, reveals, without_secrets
from aggregator.pipeline.together import Together
from aggregator.pipeline.tools import Tools
from aggregator.ports import Intake
from aggregator.schedule import decide, permanent_redirects
from aggregator.schedule.health import FLOOD
from aggregator.schedule.hints import pause_of
from aggregator.schedule.rate import bounds_for, new_item_limit

log = logging.getLogger(__name__)

_PARSER: Mapping[ChildFailure, FailureKind] = {"timeout": "parser-timeout", "crashed": "parser-crashed"}


class Poll(Struct, frozen=True):
    """A finished poll. `outcome`: None if a document was fetched (it is not kept in memory). `again`: it failed with the same message as
    the previous poll."""

    result: PollResult
    outcome: NotModified | Failed | None
    again: bool


class _Answer(NamedTuple):
    """What a request brought. `digest`: of the document, if there is one; `feed` and `found`: what was read from it, if it is another than
    at the previous poll."""

    outcome: Outcome
    digest: str | None = None
    feed: NormalFeed | None = None
    found: Recognition = Recognition()


class Document(NamedTuple):
    """The items of a document of a source that was polled in this state."""

    state: SourceState
    items: Sequence[Item]
    now: datetime


LookingUp = Together[Document, StoredItems]
DOCUMENTS = 32
"""Maximum number of documents that are looked up together."""


async def poll(tools: Tools, state: SourceState, look_up: LookingUp | None = None) -> Poll:
    """Poll one source: fetch, parse, recognise, schedule. Nothing is stored yet. `look_up`: that of other polls at the same time."""
    look_up = look_up or looking_up(lambda: tools)
    return _planned(tools, state, await _answer(tools, tools.sources[state.id], state, look_up))


def unstorable(tools: Tools, state: SourceState, error: Exception) -> Poll:
    """The poll in place of one whose result the store does not take, now that the source was polled in `state`."""
    return _planned(tools, state, _Answer(_crashed(state.id, error)))


def _crashed(source: str, error: Exception) -> Failed:
    log.error("source %s: unexpected error", source, exc_info=error)
    return Failed("crashed", f"an error in this program, see the log ({type(error).__name__})")


def _planned(tools: Tools, state: SourceState, answer: _Answer) -> Poll:
    source = tools.sources[state.id]
    outcome, feed, found = answer.outcome, answer.feed, answer.found
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
    known = _remembered(known, answer)
    if "${" in source.url:
        # it is the address of the request, which contains the secret
        known = replace(known, validator_url=None)
    # Not live is the first document at this address, or the first after a pause: a back-catalogue.
    live = state.body_hash is not None
    result = PollResult(known, found, drops=feed.drops if feed else (), live=live, after=state.polls)
    again = isinstance(outcome, Failed) and outcome.message == state.error
    return Poll(result, None if isinstance(outcome, Fetched) else outcome, again)


async def _answer(tools: Tools, source: Source, state: SourceState, look_up: LookingUp) -> _Answer:
    """Request the document of a source, and read it unless it is the same as before."""
    try:
        outcome = await _fetched(tools, source, state)
        if not isinstance(outcome, Fetched):
            return _Answer(outcome)
        digest = hashlib.blake2b(outcome.body, digest_size=16).hexdigest()
        if digest == state.body_hash:
            return _Answer(outcome, digest)
        return (await _taken(tools, source, state, outcome, look_up))._replace(digest=digest)
    except Exception as error:
        if lacking := lack(error):
            raise lacking from error
        if not of_one(error):
            raise
        return _Answer(_crashed(source.id, error))


def _remembered(known: SourceState, answer: _Answer) -> SourceState:
    """The state with what is remembered of the document, so that the same document need not be read at the next poll."""
    if answer.feed:
        known = replace(known, said=answer.found.fingerprints)
    if answer.found.by_words:
        # Read the next document even if it is the same: if an item that was recognised by its words, or held back, keeps its date then,
        # the date is not made up, and it is another entry.
        return replace(known, body_hash="", etag=None, last_modified=None)
    if isinstance(answer.outcome, Fetched):
        return replace(known, body_hash=answer.digest)
    if isinstance(answer.outcome, NotModified) and known.body_hash is None:
        return replace(known, body_hash="")  # nothing was missed during the pause: the next document has news
    return known


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
    if not isinstance(outcome, Failed) and ("${" in source.url or reveals(outcome, asked, tools.secrets(source))):
        outcome = concealed(outcome, asked, tools.mask)
    return outcome


async def _taken(tools: Tools, source: Source, state: SourceState, fetched: Fetched, look_up: LookingUp) -> _Answer:
    """Read a document and recognise what is new. Entries with known fingerprints are skipped at first; if one of them turns out not to be
    stored as expected, the whole document is read again. A document that cannot be parsed becomes a `Failed`, so that its validators are
    not stored without its items."""
    for fingerprints in (state.said or b"", b""):
        try:
            feed = await _read(tools, source, state, fetched, fingerprints)
        except ParseError as error:
            return _Answer(Failed(error.kind, str(error), fetched.status))
        except SandboxError as error:
            return _Answer(Failed(_PARSER[error.kind], str(error), fetched.status))
        known = await look_up(Document(state, feed.items, tools.clock()))
        found = await asyncio.to_thread(recognise, feed.items, known, new_item_limit(state.rate))
        if not found.unread:
            break
    return _Answer(fetched, feed=feed, found=found)


async def _read(tools: Tools, source: Source, state: SourceState, fetched: Fetched, fingerprints: bytes) -> NormalFeed:
    """Parse and normalise a document."""
    publisher = source.publisher if source.wrapper else tools.publisher(source.publisher, source.url)
    job = ParseJob(source.id, state.root, publisher, source.wrapper, source.lang, tools.clock(), fingerprints)
    return without_secrets(_folded(tools, await tools.parse(fetched, job)), tools.secrets(source))


def looking_up(tools: Callable[[], Tools]) -> LookingUp:
    """What all polls of a process look up their documents with: those that are read at about the same time in one go."""
    return Together(lambda documents: _stored(tools().lookup.intake, documents), DOCUMENTS, 0.0, _source, of_one)


def _source(document: Document) -> str:
    return document.state.id


def _stored(intake: Intake, documents: Sequence[Document]) -> list[StoredItems]:
    """What the store knows of the items of documents. Most contain little that is new; details are looked up only for that. Each gets what
    is known of all: its own ids are in no other."""
    all_items = [item for document in documents for item in document.items]
    stored = intake.known({id for item in all_items for id in (item.id, item.title_id, *item.former_ids) if id})
    unknown = [[item for item in document.items if item.id not in stored] for document in documents]
    additional = {id for items in unknown for item in items for id in (item.id, item.title_id)}
    known_as = intake.first_ids(additional.union(item.words_id for item in all_items) - {""})
    stored |= intake.known(set(known_as.values()))
    places: dict[str, set[str]] = {}
    for document, new in zip(documents, unknown, strict=True):
        edited = [item for item in document.items if item.id in stored and differs(item, stored[item.id])]
        there = {item.canonical for item in (*new, *edited) if is_article(item.canonical)}
        places.setdefault(document.state.id, set()).update(there)
    addresses = intake.known_addresses(places)
    stored |= intake.known({ids[-1] for found in addresses.values() for ids in found.values()})
    known = []
    for (state, _, now), new in zip(documents, unknown, strict=True):
        flooded = FLOOD in (state.flaws or "")
        titles = intake.known_titles(state.id) if len(new) >= (1 if flooded else FLOOD_TITLES) else {}
        known.append(StoredItems(stored, addresses[state.id], titles, flooded, known_as, now, state.said or b""))
    return known


def _folded(tools: Tools, feed: NormalFeed) -> NormalFeed:
    """Replace the publishers of a wrapper's items by their canonical names. This is done here because the address of the outlet
    (`Item.outlet`) is not stored, and the items' links lead to the wrapper."""
    if not any(item.outlet for item in feed.items):
        return feed
    items = (replace(item, publisher=tools.publisher(item.publisher, item.outlet)) for item in feed.items)
    return replace(feed, items=tuple(items))
