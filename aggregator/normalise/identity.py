"""The identity of an item inside its source (its key), and its UUID.

The key is the guid; without one the canonical address, else title and date, else the text. If entries with different
addresses share a guid, the guid is not used for them, nor are guids that merely number the entries of a document; an address that
tells of no single article is but a part of the key. Of two entries with one key the newest is kept (of equally old ones the last).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urljoin
from uuid import UUID

from aggregator.normalise.address import absolute, canonical, is_article
from aggregator.normalise.characters import spaced
from aggregator.normalise.dates import earliest
from aggregator.normalise.draft import Draft
from aggregator.normalise.plain import plain

NAMESPACE = UUID("6f1d2c1e-5b0a-5c55-9d5e-3b1f4d0c7a11")  # of item ids; changing it would re-announce everything
MAX_GUID = 512
SEVERAL = 3  # titles
_OF_NAMESPACE = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_OLDEST = datetime.min.replace(tzinfo=UTC)


def item_id(root: str, key: str) -> str:
    """UUID (version 5, RFC 9562) of the item with this key under its source's first id. A `root` holds no newline."""
    value = _OF_NAMESPACE.copy()
    value.update(f"{root}\n{key}".encode())
    text = value.hexdigest()
    # As `uuid.uuid5` writes it, in a fifth of its time: this is called for each entry of each changed document.
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
    return [_key(draft, draft.guid in distrusted, draft.canonical in shared) for draft in drafts]


def _are_numbered(drafts: Sequence[Draft]) -> bool:
    """Whether guids merely number the entries of a document, so that each will go from article to article: they count from 0 or 1."""
    if not drafts or not all(draft.guid and _NUMBER.fullmatch(draft.guid) for draft in drafts):
        return False
    numbers = sorted(int(draft.guid or "") for draft in drafts)
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _shared(drafts: Iterable[Draft], least: int) -> frozenset[str | None]:
    """Addresses that tell of no single article: of a front page, or of so many entries that differ in title or date (of two, it may be
    an article with a new one)."""
    entries = {
        (draft.canonical, draft.parsed.title or draft.parsed.text, draft.dated) for draft in drafts if draft.canonical
    }
    counts = Counter(address for address, _, _ in entries)
    return frozenset(address for address, count in counts.items() if count >= least or not is_article(address))


def _distrusted(drafts: Iterable[Draft], shared: Collection[str | None]) -> frozenset[str | None]:
    """Guids that are shared by entries with different addresses (or, if they have none of their own, different titles)."""
    matters = {
        (draft.guid, _title(draft) if draft.canonical in shared else draft.canonical or draft.title) for draft in drafts
    }
    counts = Counter(guid for guid, _ in matters)
    return frozenset(guid for guid, count in counts.items() if count > 1)


def _key(draft: Draft, distrusted: bool, shared: bool) -> str:
    if draft.guid and not distrusted:
        return _of_guid(draft.guid)
    if draft.canonical:
        return among(draft) if shared else _of_link(draft.canonical)
    return _of_text(draft, draft.dated, draft.parsed.text.strip())


def _of_guid(guid: str) -> str:
    return guid if len(guid) <= MAX_GUID else f"guid:{digest(guid)}"


def _of_link(canonical: str) -> str:
    return f"link:{digest(canonical)}"


def apart(draft: Draft, key: str) -> str | None:
    """The key of an entry whose guid turns out to be that of another article."""
    return among(draft) if draft.guid and key == _of_guid(draft.guid) else None


def is_of_link(key: str) -> bool:
    return key.startswith("link:")


def among(draft: Draft) -> str:
    """The key of an entry without a guid of its own, where its address does not tell it from others."""
    title = _title(draft)
    when = draft.dated.isoformat() if draft.dated else ""
    return f"among:{digest(draft.canonical or '', title, when, '' if title else plain(draft.parsed.text))}"


def anew(draft: Draft, key: str) -> str | None:
    """A key without date and guid, of an entry whose address is not that of one article."""
    if is_article(draft.canonical) and not is_among(key):
        return None
    return f"anew:{digest(draft.canonical or '', _title(draft), plain(draft.parsed.text))}"


def _title(draft: Draft) -> str:
    return plain(draft.parsed.title, titled=True) if draft.parsed.title else ""


def is_among(key: str) -> bool:
    return key.startswith("among:")


def _of_text(draft: Draft, when: datetime | None, text: str) -> str:
    return f"text:{digest(draft.title, when.isoformat() if when else '', '' if draft.title else text)}"


def formers(draft: Draft, key: str) -> tuple[str, ...]:
    """The keys that an entry may have had before others shared its address, and those that an earlier program gave it: it resolved
    relative guids where feedparser read them, knew fractions of seconds, and white space around the text, where feedparser did not, and
    took the address that leads on to an article for its own."""
    parsed, guid = draft.parsed, draft.guid
    if parsed.base and guid == key and not _ABSOLUTE.match(guid):
        try:
            return (spaced(urljoin(parsed.base.strip(), guid)),)
        except ValueError:
            return ()
    if is_of_link(key):
        named = canonical(absolute(parsed.link, draft.base))
        return () if named is None or named == draft.canonical else (_of_link(named),)
    if is_among(key):
        # A number named whatever was in its place, perhaps in the same words.
        by_guid = [_of_guid(guid)] if guid and not _NUMBER.fullmatch(guid) else []
        return (*by_guid, *([_of_link(draft.canonical)] if draft.canonical else []))
    if not key.startswith("text:"):
        return ()
    told = earliest([parsed.published, parsed.updated])
    when = told if told and told.microsecond else draft.dated
    return tuple({_of_text(draft, when, parsed.text), _of_text(draft, draft.dated, parsed.text)} - {key})


def without_duplicates(drafts: Sequence[Draft]) -> list[tuple[str, Draft]]:
    """(key, draft) of each distinct entry, in document order. Two entries are one if their keys are equal, or if their canonical
    addresses, titles and dates are, and the address is that of one article: warnings come again under one title."""
    chosen: dict[str, Draft] = {}
    for key, draft in zip(keys(drafts), drafts, strict=True):
        rival = chosen.get(key)
        if rival is None or (draft.published or _OLDEST) >= (rival.published or _OLDEST):
            chosen[key] = draft
    twins: set[tuple[str, str | None, datetime | None]] = set()
    distinct = []
    for key, draft in chosen.items():
        twin = (draft.canonical or "", draft.parsed.title, draft.dated)
        if is_among(key) or not (is_article(draft.canonical) and draft.parsed.title and twin in twins):
            distinct.append((key, draft))
        twins.add(twin)
    return distinct
