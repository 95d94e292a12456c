"""Finds topics in the categories that feeds give their items. There is no fixed list of names. Pure functions.

A category becomes a topic if

- it is usable as a name (`category_of`);
- several publishers use it;
- it is not on a large part of a publisher's items ("News", "Uncategorized");
- it is not a section of the publisher's site (a segment of the items' addresses: /sport/…);
- it is not the name of an outlet or of a section;
- no configured topic matches it.

Spellings that differ only in case, accents, punctuation, plural, or as British and American English do, count as one category.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct, field

from aggregator.text.fold import key as folded
from aggregator.text.words import spelled

PUBLISHERS = 3  # at least so many publishers must use a category that becomes a topic
ITEMS = 6  # … on at least so many items
MOST = 100  # at most so many topics: those that most publishers use
OFTEN = 0.25  # a category on a greater share of a publisher's items names the feed, not the subject of an item
FEW = 4  # if a publisher has fewer items, that share means nothing
EACH = 2  # at most so many topics for one item

_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")  # George Floyd Protests (2020)
_NAME = re.compile(r"[^\W\d_][\w’'&. -]*")
_WORD = re.compile(r"[a-z0-9]+")
_SLUG = re.compile(r"(?<=[a-z]{2})-(?=[a-z]{2})")  # in machine-learning, not in e-bikes
LENGTH = range(2, 41)
WORDS = 4

# Words for parts and kinds of pages, of any site, and for desks of any outlet. A category of only such words is not a topic.
_PARTS = (
    "news latest breaking headline top story article post page home front main feature featured general misc other more "
    "uncategorized uncategorised default opinion editorial op-ed comment commentary column analysis explainer interview "
    "video photo picture gallery podcast audio live blog newsletter update briefing press release statement report "
    "today daily weekly week month archive tag category rss feed premium subscriber exclusive sponsored advertorial "
    "world international global national local regional domestic foreign overseas section topic special content partner "
    "editors editor picks pick must in depth long read longread deep dive letters quiz crossword puzzle horoscope cartoon "
    "homepage trending popular recommended slider hero carousel push lead staff wire syndicated evergreen magazine print edition "
    "web short watch listen view review profile people perspective insight resource announcement event app only important hot now "
    "monday tuesday wednesday thursday friday saturday sunday "
    "business politics sport culture society lifestyle entertainment style"
)


class Category(NamedTuple):
    """A category: its title for readers, its key for comparison, and an id that is safe in an address."""

    title: str
    key: str
    id: str


class Use(NamedTuple):
    """The use of categories by one item: its publisher, its categories as in the feed, and its address."""

    publisher: str
    categories: tuple[str, ...]
    address: str = ""


class CategoryTopics(Struct, frozen=True):
    """The topics found: `titles` by topic id, and `ids` by `Category.key`."""

    titles: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def of(self, categories: Iterable[str]) -> dict[str, str]:
        """The first topics (at most `EACH`) that the categories name: their ids, each with the category that first names it."""
        found: dict[str, str] = {}
        for one in categories if self.ids else ():
            if len(found) < EACH and (made := category_of(one)) and (id := self.ids.get(made.key)):
                found.setdefault(id, one)
        return found


def category_of(text: str) -> Category | None:
    """The category as a name, or None if it is not usable as one: a machine's tag, a list of keywords, an index entry."""
    title = " ".join(_ASIDE.sub("", text).replace("_", " ").split()).strip(" .-&’'")
    if len(title) not in LENGTH or not _NAME.fullmatch(title) or title.count("-") > 1:
        return None
    words = _WORD.findall(plain := folded(title))
    if (
        not 1 <= len(words) <= WORDS
        or not plain.isascii()
        or all(_singular(word) in _PART for word in words if word != "and")
    ):
        return None
    if title.islower():
        title = _SLUG.sub(" ", title)
        title = title[0].upper() + title[1:]
    return Category(title, " ".join(_compared(words)), "-".join(words))


def _compared(words: Iterable[str]) -> list[str]:
    """The words as they are compared: singular, in one spelling, and without `and`, since others write &."""
    return [_singular(spelled(word)) for word in words if word != "and"]


def _words(text: str) -> frozenset[str]:
    """The set of words by which names are compared: "Russia-Ukraine war" is equal to "Ukraine – Russia War"."""
    return frozenset(_compared(_WORD.findall(folded(_ASIDE.sub("", text)))))


def _singular(word: str) -> str:
    """The singular of an English plural: `strikes` → `strike`, `economies` → `economy`; `crisis`, `virus` and `press` stay."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("oes", "ches", "shes", "xes", "sses")):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


_PART = frozenset(map(_singular, _PARTS.split()))


class CategoryNames(Struct, frozen=True):
    """Which categories of feeds may become topics. Not those with `taken` names (of outlets, sections and topics), nor those of which a
    configured topic is `spoken_for`. `places`: name of a place → the topic of that place, to which a category leads that names it, also
    as in "UK news"."""

    taken: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)
    spoken_for: Callable[[str], bool] = lambda title: False


ANY_NAME = CategoryNames()


def find_topics(uses: Iterable[Use], known: CategoryTopics, names: CategoryNames = ANY_NAME) -> CategoryTopics:
    """The topics that these uses yield. `known`: those found before, whose ids stay the same."""
    taken = {_words(name) for name in names.taken}
    named = ((form, id) for name, id in names.places.items() for form in (name, f"{name} news"))
    by_place = {made.key: id for form, id in named if (made := category_of(form))}
    spellings: defaultdict[str, Counter[Category]] = defaultdict(Counter)
    publishers: defaultdict[str, set[str]] = defaultdict(set)
    for made, publisher in _informative(uses):
        spellings[made.key][made] += 1
        publishers[made.key].add(publisher)
    refused = {key for key in spellings.keys() | known.ids.keys() if _words(key) in taken}
    former = {key: id for key, id in known.ids.items() if id in known.titles and key not in refused}
    old = {key: id for key, id in former.items() if not names.spoken_for(known.titles[id])}  # a topic of it may be new
    ranked = sorted(
        (key for key in spellings if key not in refused and key not in by_place),
        key=lambda key: (key not in old, -len(publishers[key]), -spellings[key].total(), key),
    )
    titles: dict[str, str] = {}
    ids: dict[str, str] = {}
    for key in (*ranked, *sorted(old.keys() - spellings.keys() - by_place.keys())):
        if len(titles) >= MOST:
            break
        if key in old:
            titles[old[key]], ids[key] = known.titles[old[key]], old[key]
        elif len(publishers[key]) >= PUBLISHERS and spellings[key].total() >= ITEMS:
            best = max(spellings[key].items(), key=lambda entry: (entry[1], entry[0].title))[0]
            if best.id not in titles and best.id not in by_place.values() and not names.spoken_for(best.title):
                titles[best.id], ids[key] = best.title, best.id
    return CategoryTopics(titles, ids | {key: id for key, id in by_place.items() if key in spellings})


def _informative(uses: Iterable[Use]) -> Iterable[tuple[Category, str]]:
    """Each use of a category with its publisher, without the uninformative ones.

    Uninformative is a category that a publisher puts on too many of its items, or that is a section of its site.
    """
    items: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    parts: Counter[tuple[str, str]] = Counter()
    seen: list[tuple[Category, str]] = []
    for use in uses:
        items[use.publisher] += 1
        segments = frozenset(urlsplit(use.address).path.lower().split("/")[:-1])
        for made in {made.key: made for one in use.categories if (made := category_of(one))}.values():
            counts[made.key, use.publisher] += 1
            parts[made.key, use.publisher] += made.id in segments
            seen.append((made, use.publisher))
    return [
        (made, publisher)
        for made, publisher in seen
        if (items[publisher] < FEW or counts[made.key, publisher] <= OFTEN * items[publisher])
        and 2 * parts[made.key, publisher] <= counts[made.key, publisher]
    ]
