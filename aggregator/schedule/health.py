"""The state of a source as it is shown, with the evidence, and the flaws of its last document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from aggregator.model.item import TRUNCATED, Drop, NormalFeed
from aggregator.model.source import NOT_POLLED, Flaw, Health, SourceState
from aggregator.schedule import permanent_redirects
from aggregator.schedule.formatting import minute, span
from aggregator.text.plurals import counted

MOST = 0.5
"""If at least this share of a document's items has a flaw, it is the source's flaw and not an item's."""
FEWEST = 3  # items; shares of fewer items mean nothing

UNDATED: Final = "undated"
FUTURE: Final = "future-dated"
THIN: Final = "thin"
FLOOD: Final = "guid-flood"
ALL_NEW: Final = "all-new"
SILENT_AFTER = timedelta(days=7)
STALE_AFTER = timedelta(days=90)
MISSED = 3
"""A source is silent after so many times its rhythm without anything new."""

FAILURES: tuple[Health, ...] = ("failing", "challenge", "not-a-feed")
FLAWS: dict[Flaw, str] = {
    FLOOD: "its last document gave known titles new guids: the repeats were held back",
    TRUNCATED: "its last document breaks off: its complete entries were kept",
    FUTURE: "most items of its last document are dated in the future: they count as published when first seen",
    UNDATED: "most items of its last document have no plausible date: they count as published when first seen",
    THIN: "its last document contains headlines only",
}
"""Flaws of a document that are shown as the state, the gravest first."""
REPAIRED = {
    ALL_NEW: "lists nothing that was known: other news may have come and gone before it (a shorter `every` helps)",
    "malformed": "is not well-formed",
    "junk-before-start": "has something before its beginning",
    "junk-after-end": "goes on after its end",
    "second-declaration": "has a second XML declaration",
    "second-document": "is followed by another one",
    "internal-subset": "has a document type of its own",
    "control-characters": "has characters that XML forbids",
    "forbidden-references": "refers to characters that XML forbids",
    "doubled-cdata": "has text marked as CDATA twice",
    "endless-cdata": "has a CDATA section that never ends",
    "endless-comment": "has a comment that never ends",
    "endless-instruction": "has a processing instruction that never ends",
    "unusual-namespaces": "writes its namespaces in an unusual way",
    "undeclared-entities": "uses entities that XML does not know",
    "stray-less-than": "has < in a text",
    "missing-ends": "has elements that do not end",
    "stray-ends": "has ends of elements that do not begin",
    "encoding-mismatch": "is not in the encoding that it declares",
    "encoding-unknown": "declares an unknown encoding",
    "encoding-errors": "has bytes that mean nothing in its encoding",
    "items-of-wrong-type": "lists things that are no items",
    "no-version": "does not say its version of JSON Feed",
}
"""Other flaws of a document, most of which were repaired."""
DROPS = {
    "double-entry": "entries that a document lists twice, taken once",
    "empty-entry": "entries without any content, left out",
    "error-entry": "entries that only report a failure of what makes the feed, left out",
    "over-cap": "entries beyond what is taken of a document or in a day, left out",
    "repeated": "entries with known titles and new guids, held back",
    "unsafe-address": "links that do not lead to http(s), removed",
    "unsafe-markup": "texts from which scripts, frames or forms were removed",
    "content-cut": "texts cut for their length, tags or addresses",
    "tracking-pixel": "images that count readers, removed",
    "future-date": "dates in the future, not used",
    "unbelievable-date": "dates that cannot be read or are before 1970, not used",
    "unplaced": "items that could not be placed, tried again every hour",
}
"""What was dropped or held back, by the reason under which it is counted."""


def flaws(feed: NormalFeed, held_back: Iterable[Drop], news: int = 0) -> tuple[str, ...]:
    """The flaws of a document as slugs, for `SourceState.flaws`: the parser's, and `undated` (no plausible date), `future-dated`, `thin`
    (headlines only), `guid-flood` (known titles under new guids, held back), `all-new` (nothing in it was known, so that other news may
    have come and gone before). `news`: how many of its items are new; 0 for a back-catalogue, in which all are."""
    drops = {drop.reason: drop.count for drop in feed.drops}
    count = len(feed.items)
    shares = {
        UNDATED: sum(item.published is None for item in feed.items),
        FUTURE: drops.get("future-date", 0),
        THIN: sum(not (item.unread or item.fingerprint or item.summary or item.content) for item in feed.items),
    }
    found = [name for name, many in shares.items() if count >= FEWEST and many >= MOST * count]
    if any(drop.reason == "repeated" for drop in held_back):
        found.append(FLOOD)
    if news >= max(count, FEWEST):
        found.append(ALL_NEW)
    return (*feed.flaws, *found)


def in_words(flaw: str) -> str:
    """A flaw in `SourceState.flaws`, as people read it."""
    shown = next((words for known, words in FLAWS.items() if flaw == known), None)
    return shown or f"its last document {REPAIRED.get(flaw, f'has a flaw: {flaw}')}"


def dropped(reason: str, count: int) -> str:
    """What was dropped or held back for a reason, and how many, as people read it."""
    return f"{DROPS.get(reason, reason)}: {count:,}"


def health(state: SourceState, listed: Mapping[str, str] = MappingProxyType({})) -> tuple[Health, str]:
    """(state, evidence). Of the sources in feeds.yaml, listed has address → id of the one that has it or may take it. The state
    is the first of these that applies:
    - `gone`: 410, no longer polled;
    - `challenge`: a check for browsers instead of the feed; `not-a-feed`: a web page or nothing; `failing`: the last poll failed
      otherwise;
    - `new`: not polled yet;
    - `moved`: polled at another address than feeds.yaml says;
    - `stale`: it answers, but nothing new for 90 days; `silent`: nothing new for 7 days, or for three times its rhythm;
    - `guid-flood`, `truncated`, `future-dated`, `undated`, `thin`: flaws of its last document;
    - `ok`.

    The evidence says since when, not for how long, so that it does not change merely because time passes."""
    if state.last_status == 410:
        # Not since then: whoever names the source polls it again.
        return "gone", f"the server said 410 Gone on {_day(state.last_attempt)}: not polled until its url changes"
    if state.failures:
        return _failing(state)
    if state.last_success is None:
        return "new", NOT_POLLED
    if permanent_redirects.adopted(state):
        return "moved", f"moved permanently since {_day(state.moved_since)}; {_advice(state, listed)}"
    if (answered := quiet(state, state.last_success)) >= silent_after(state):  # until the last poll: none, no silence
        word: Health = "stale" if answered >= STALE_AFTER else "silent"
        usually = f"; it usually brings something every {span(state.rhythm)}" if state.rhythm else ""
        newest = state.last_new or state.first_success
        guess = ": its outlet may have given it up" if word == "stale" else ""
        return word, f"it answers, but nothing new has come since {_minute(newest)}{guess}{usually}"
    return _of_document(state) or ("ok", _going_well(state))


def _advice(state: SourceState, listed: Mapping[str, str]) -> str:
    """What the editor does about a source that moved. Two sources cannot have one address."""
    if (other := listed.get(state.moved_to or "")) in (None, state.id):
        return f"in feeds.yaml set url: {state.moved_to}"
    return (
        f"{state.moved_to} is the address of source {other}: in feeds.yaml remove this source, and add `was: [{state.id}]` to {other}, "
        "so that its former addresses lead there"
    )


def _failing(state: SourceState) -> tuple[Health, str]:
    since = f", last success {_minute(state.last_success)}" if state.last_success else ", never succeeded"
    why = f"{counted(state.failures, 'failure')} in a row{since}: {state.error or state.error_kind}"
    if permanent_redirects.adopted(state):
        why += f"; polled at {state.moved_to}, to which it moved permanently"
    match state.error_kind:
        case "challenge" | "not-a-feed" as kind:
            return kind, why
        case _:
            return "failing", why


def quiet(state: SourceState, now: datetime) -> timedelta:
    """For how long the source has brought nothing new (if it never has: since its first response)."""
    return now - (state.last_new or state.first_success or now)


def silent_after(state: SourceState) -> timedelta:
    """After how long without anything new a source counts as silent: for a weekly newsletter longer than for a newspaper."""
    return min(max(SILENT_AFTER, MISSED * (state.rhythm or timedelta())), STALE_AFTER)


def _of_document(state: SourceState) -> tuple[Flaw, str] | None:
    held = {flaw.strip() for flaw in (state.flaws or "").split(",")}
    return next(((flaw, words) for flaw, words in FLAWS.items() if flaw in held), None)


def _going_well(state: SourceState) -> str:
    newest = f"newest item {_minute(state.last_new)}" if state.last_new else "no items yet"
    return f"{newest}, last success {_minute(state.last_success)}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "an unknown day"


def _minute(moment: datetime | None) -> str:
    return minute(moment) if moment else "never"
