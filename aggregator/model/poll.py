"""What a poll compares its document with, its result, and the summary of many polls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct, field

from aggregator.model.item import Drop, Item, StoredItem
from aggregator.model.source import SourceState

_UNDATED = datetime.max.replace(tzinfo=UTC)


class StoredItems(Struct, frozen=True):
    """The part of the store that matters for one document (`pipeline/poll.py` looks it up).

    - `items`: the stored items under all ids of the document's items, and those in `addresses` and `known_as`.
    - `addresses`: canonical address of an article → ids of this source's items there, the newest last. Only for items whose id is unknown,
      and for those that may be another item (`matching.differs`).
    - `titles`: title → dates (epoch seconds) of the source's newest items. Only if the document may be a flood, or after one.
    - `flooded`: repeats of the previous document were held back.
    - `known_as`: additional id of an item → the id under which it is stored.
    - `now`: when the document was fetched.
    - `fingerprints`: those of the previous document.
    """

    items: Mapping[str, StoredItem]
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    titles: Mapping[str, Collection[int | None]] = field(default_factory=dict)
    flooded: bool = False
    known_as: Mapping[str, str] = field(default_factory=dict)
    now: datetime = _UNDATED
    fingerprints: bytes = b""


class Recognition(Struct, frozen=True):
    """What is known of the items of a document, and what is not (`normalise/recognition.py`).

    - `new`: in document order; `changed` and `seen` (as stored): with their numbers in the store. All other items were held back and are
      counted in `drops`: as `repeated` (a flood) or `over-cap` (too many new items).
    - `fingerprints`: those of all items that were not held back, and of the words of those whose date may be made up, concatenated.
    - `known_as`: additional id → the id of its item, to be added to the table of this name; `forget`: ids to be removed from it.
    - `by_words`: an item was recognised by its words, or held back although it may be news, since its date may be made up: the next
      document must be read even if it is the same."""

    new: tuple[Item, ...] = ()
    changed: tuple[tuple[int, Item], ...] = ()
    seen: tuple[int, ...] = ()
    drops: tuple[Drop, ...] = ()
    fingerprints: bytes = b""
    known_as: Mapping[str, str] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    by_words: bool = False

    @property
    def unread(self) -> bool:
        """Whether an item was skipped because of its fingerprint, but is not stored as expected.

        Then the whole document must be read.
        """
        return any(item.unread for item in self.new) or any(item.unread for _, item in self.changed)


class PollResult(Struct, frozen=True):
    """What one poll of one source changes: the source's new state, and what was `found` in its document.

    `drops`: what normalising discarded. `live` is False for a back-catalogue (the first poll, or the first after a pause): its items enter
    streams with their publication times. `after`: how many polls of its source were counted when it began, if that is to be compared with
    the stored number.
    """

    state: SourceState
    found: Recognition = field(default_factory=Recognition)
    drops: tuple[Drop, ...] = ()
    live: bool = True
    after: int | None = None


class FailedPoll(NamedTuple):
    """`again`: the previous poll of the source failed with the same message."""

    source: str
    message: str
    kind: str
    again: bool


class RefreshReport(Struct, frozen=True):
    """What a refresh did, for the summary of `poll` and the log."""

    polled: int = 0
    not_modified: int = 0
    failed: tuple[FailedPoll, ...] = ()
    new: int = 0
    changed: int = 0
