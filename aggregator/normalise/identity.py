"""The identity of an entry inside its source (its *key*), the UUID of its item, which is made from the key, and its
*fingerprint* (`Fingerprints`).

The key is the first of these that applies:

1. The *guid*, without a session if it is an address: `<guid>tag:a.example,2026:17</guid>`. It is not used
   - if entries with different addresses share it: each entry of the feed has `<guid>article</guid>`;
   - if the guids of the document only number its entries (1, 2, 3, …), and these have addresses: each number goes from article to article.
2. The *link key*, made from the canonical address without a session, if it is that of a single article: `https://a.example/quake`.
3. The *title key*, made from address, title and date, if the address does not identify an article
   - because it is a front page: all episodes of a podcast link to `https://a.example/`;
   - because entries with three or more titles or dates in the document have it: weather warnings, all at `https://a.example/warnings`.
     (Two may be an article and its new headline.)
4. The *text key*, made from title and date, or from the text if there is no title: for entries without guid and address.

Entries of a document with the same key are one item; the newest of them is kept (of equally old ones the last).

An item may also be stored under another key of its entry: one of its `former_keys`, its title key, or its *words key*, which is made from
address, title and text. `matching.py` says when.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from aggregator import __version__
from aggregator.model.item import ParsedItem
from aggregator.normalise.address import host, is_article
from aggregator.normalise.draft import Context, Draft
from aggregator.normalise.plain import plain
from aggregator.text.words import tokens

NAMESPACE = UUID("6f1d2c1e-5b0a-5c55-9d5e-3b1f4d0c7a11")  # of item ids; changing it would announce all items again
MAX_GUID = 512  # characters; longer guids are hashed
SEVERAL = 3  # an address with so many different entries does not identify an article
MADE_UP = timedelta(minutes=15)
"""A date may be made up for each response if it is not older than this: some servers cache their responses for so long."""
_OF_NAMESPACE = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)
# How the keys of each kind begin. Ids are made from keys: changing one would announce all its items again.
_LINK, _TITLE, _TEXT, _WORDS = "link:", "among:", "text:", "anew:"
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
SIZE = 8  # bytes: enough that no two of the thousand entries of one source get the same fingerprint by chance
_TELLING = 5  # words of a headline that hardly has a second article of the same minute or day
_OLDEST = datetime.min.replace(tzinfo=UTC)


def item_id(root: str, key: str) -> str:
    """The UUID (version 5, RFC 9562) of the item with this key. `root`: the first id of its source, which has no newline."""
    value = _OF_NAMESPACE.copy()
    value.update(f"{root}\n{key}".encode())
    text = value.hexdigest()
    # The result of `uuid.uuid5` in a fifth of its time: this is called for each entry of each changed document.
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def digest(*parts: str) -> str:
    """32 hexadecimal digits of the SHA-256 of these texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def keys(drafts: Sequence[Draft]) -> list[str]:
    """The key of each draft, in order."""
    numbered = _are_numbered(drafts)
    shared = _shared(drafts, 2 if numbered else SEVERAL)
    distrusted = {draft.guid for draft in drafts} if numbered else _distrusted(drafts, shared)
    return [_key(draft, draft.guid in distrusted, draft.address in shared) for draft in drafts]


def _are_numbered(drafts: Sequence[Draft]) -> bool:
    """Whether the guids only number the entries of the document: they are 0, 1, 2, … or 1, 2, 3, … (Not if an entry has no address, which
    would be left with its title and date alone.)"""
    if not drafts or not all(draft.canonical and draft.guid and _NUMBER.fullmatch(draft.guid) for draft in drafts):
        return False
    numbers = sorted(int(draft.guid or "") for draft in drafts)
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _shared(drafts: Iterable[Draft], least: int) -> frozenset[str | None]:
    """Addresses that do not identify an article: front pages, none at all, and those of at least `least` entries with different titles or
    dates."""
    entries = {(draft.address, draft.parsed.title or draft.parsed.text, draft.dated) for draft in drafts}
    counts = Counter(address for address, _, _ in entries)
    return frozenset(address for address, count in counts.items() if count >= least or not is_article(address))


def _distrusted(drafts: Iterable[Draft], shared: Collection[str | None]) -> frozenset[str | None]:
    """Guids that entries with different addresses share. If the address does not identify an article, titles are compared instead."""
    matters = {(draft.guid, draft.headline if draft.address in shared else draft.address) for draft in drafts}
    counts = Counter(guid for guid, _ in matters)
    return frozenset(guid for guid, count in counts.items() if count > 1)


def _key(draft: Draft, distrusted: bool, shared: bool) -> str:
    if draft.guid and not distrusted:
        return _guid_key(draft.guid)
    if draft.address:
        return title_key(draft) if shared else _link_key(draft.address)
    return _text_key(draft)


def _guid_key(guid: str) -> str:
    return guid if len(guid) <= MAX_GUID else f"guid:{digest(guid)}"


def _link_key(canonical: str) -> str:
    return f"{_LINK}{digest(canonical)}"


def is_link_key(key: str) -> bool:
    return key.startswith(_LINK)


def title_key(draft: Draft) -> str:
    """The key from address, title (or text) and date."""
    text = "" if draft.headline else plain(draft.parsed.text)
    return f"{_TITLE}{digest(draft.address or '', draft.headline, _when(draft), text)}"


def outlet_key(draft: Draft) -> str:
    """The key from outlet, title and date, of an entry of a wrapper, in whose address that of the article does not show."""
    return f"{_TITLE}{digest(_outlet(draft), draft.headline, _when(draft))}"


def leads_on(draft: Draft, context: Context) -> bool:
    """Whether the address of a wrapper's entry is one of the wrapper itself that redirects to the article of the outlet that it names. Guid
    and address may be made up for each response then, as by Google News. (Not if several articles of the outlet may have its title and
    date: a few words such as `Weather warning` with a date that may name no more than a day.)"""
    if not (context.job.wrapper and draft.guid and draft.dated and is_article(draft.canonical)):
        return False
    outlet = _outlet(draft)
    tells = is_exact(draft.dated) or len(tokens(draft.headline)) - len(tokens(outlet)) >= _TELLING
    return bool(outlet and draft.headline) and tells and host(draft.canonical) == host(context.base)


def _outlet(draft: Draft) -> str:
    return plain(draft.parsed.publisher) if draft.parsed.publisher else ""


def _when(draft: Draft) -> str:
    return draft.dated.isoformat() if draft.dated else ""


def is_title_key(key: str) -> bool:
    return key.startswith(_TITLE)


def _text_key(draft: Draft) -> str:
    return f"{_TEXT}{digest(draft.title, _when(draft), '' if draft.title else draft.parsed.text.strip())}"


def words_key(draft: Draft) -> str:
    """The key from address, title and text, without guid and date."""
    return f"{_WORDS}{digest(draft.address or '', draft.headline, plain(draft.parsed.text))}"


def former_keys(draft: Draft, key: str) -> tuple[str, ...]:
    """Keys that the entry may have had earlier: its guid or link key, if other entries came to share them; its title key, if its guid is a
    number, which is used as soon as the numbers of the document do not begin with 0 or 1."""
    guid = draft.guid
    if is_title_key(key) and draft.address:
        return (*([_guid_key(guid)] if guid else []), _link_key(draft.address))
    return (title_key(draft),) if guid and key == guid and _NUMBER.fullmatch(guid) else ()


def is_exact(date: datetime | None) -> bool:
    """Whether a date names a second. One that names a day or a minute is that of all warnings of this day, or issued together."""
    return date is not None and date.second > 0


def may_be_made_up(date: datetime | None, now: datetime) -> bool:
    """Whether a date may be made up for this response, because it is hardly older."""
    return date is not None and date > now - MADE_UP


def without_duplicates(drafts: Sequence[Draft], context: Context) -> list[tuple[str, Draft]]:
    """(key, draft) of each distinct entry, in document order. Two entries are the same if their keys are equal, or if address, title and
    date are equal and the address is that of an article. (Without the date, warnings with the same title would be lost.) If the date does
    not name a second, their words must be equal, too. (Not the markup: of an article listed in two sections, each has a counting pixel of
    its own.) The outlet counts instead of an address of the wrapper's own (`leads_on`)."""

    def told(draft: Draft) -> tuple[str | datetime | None, ...]:
        return _outlet(draft) if leads_on(draft, context) else draft.address, draft.parsed.title, draft.dated

    chosen: dict[str, Draft] = {}
    for key, draft in zip(keys(drafts), drafts, strict=True):
        rival = chosen.get(key)
        if rival is None or (draft.published or _OLDEST) >= (rival.published or _OLDEST):
            chosen[key] = draft
    alike = Counter(map(told, chosen.values()))
    twins: set[tuple[str | datetime | None, ...]] = set()
    distinct = []
    for key, draft in chosen.items():
        same = told(draft)
        words = "" if is_exact(draft.dated) or alike[same] == 1 else plain(draft.parsed.text)
        twin = (*same, words)
        if not (is_article(draft.canonical) and draft.parsed.title and twin in twins):
            distinct.append((key, draft))
        twins.add(twin)
    return distinct


class Fingerprints:
    """Fingerprints (hashes) of entries. They show that an entry was in the previous document unchanged, so that it need not be normalised
    again. Even when a document has changed, this holds for most of its entries.

    A fingerprint covers everything that the parser found in the entry, and everything else that affects the result: the version of this
    program, the base address and the configuration of the source. Entries without text have no fingerprint: they are cheap to normalise,
    and they are counted to recognise a source that sends bare headlines.

    `before`: the fingerprints of the entries of the previous document, concatenated."""

    def __init__(self, context: Context, before: bytes) -> None:
        job = context.job
        decides = (__version__, context.base, context.language, job.root, job.publisher, job.wrapper, job.lang)
        self._key = hashlib.blake2b(repr(decides).encode(), digest_size=32).digest()
        self._before = split(before)

    def fingerprint(self, key: str, parsed: ParsedItem) -> bytes:
        """The fingerprint of an entry. `key` is its identity, which also depends on the other entries of the document."""
        return hashlib.blake2b(_bytes(key, parsed), digest_size=SIZE, key=self._key).digest()

    def __contains__(self, fingerprint: bytes) -> bool:
        return fingerprint in self._before


def _bytes(key: str, parsed: ParsedItem) -> bytes:
    try:
        return msgspec.msgpack.encode((key, parsed))
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot represent and `repr` can
        return repr((key, parsed)).encode()


def split(fingerprints: bytes) -> Collection[bytes]:
    return frozenset(fingerprints[n : n + SIZE] for n in range(0, len(fingerprints), SIZE))
