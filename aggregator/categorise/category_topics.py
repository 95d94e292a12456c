"""Topics found in the categories that feeds give their items: those that several outlets use. There is no list of
names.

To become a topic, a category must be usable as a name; be used by several publishers; not be what an outlet writes on
many of its items ("News", "Uncategorized"), nor a part of its site (a segment of the items' addresses: /sport/…); not
be the name of an outlet or section; and not mean what a configured topic means. Spellings that differ in case, accents,
signs, a plural, or as British and American spellings do, count as one. Pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from aggregator.text.fold import key as folded
from aggregator.text.words import spelled

PUBLISHERS = 3  # that must use a category before it is a topic
ITEMS = 6  # and on how many items
MOST = 100  # topics; those that most publishers use
OFTEN = 0.25  # share of a publisher's items from which a category names the feed, not the subject of the item
FEW = 4  # items of a publisher below which that cannot be told
EACH = 2  # topics of an item

_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")  # George Floyd Protests (2020)
_NAME = re.compile(r"[^\W\d_][\w’'&. -]*")
_WORD = re.compile(r"[a-z0-9]+")
_SLUG = re.compile(r"(?<=[a-z]{2})-(?=[a-z]{2})")  # in machine-learning, not in e-bikes
LENGTH = range(2, 41)
WORDS = 4

# What pages are called wherever they come from.
_PARTS = (
    "news latest breaking headline top story article post page home front main feature featured general misc other more "
    "uncategorized uncategorised default opinion editorial op-ed comment commentary column analysis explainer interview "
    "video photo picture gallery podcast audio live blog newsletter update briefing press release statement report "
    "today daily weekly week month archive tag category rss feed premium subscriber exclusive sponsored advertorial "
    "world international global national local regional domestic foreign overseas section topic special content partner "
    "editors editor picks pick must in depth long read longread deep dive letters quiz crossword puzzle horoscope cartoon "
    "homepage trending popular recommended slider hero carousel push lead staff wire syndicated evergreen magazine print edition "
    "web short watch listen view review profile people perspective insight resource announcement event app only important hot now "
    "monday tuesday wednesday thursday friday saturday sunday"
)


class Category(NamedTuple):
    """A category as it may be shown, the form in which it is compared, and an id that is safe in an address."""

    title: str
    key: str
    id: str


class Use(NamedTuple):
    """One item: who published it, its categories as the feed has them, and its address."""

    publisher: str
    categories: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class CategoryTopics:
    """`titles` of the topics found, by id; `ids` by what categories are compared by."""

    titles: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def of(self, categories: Iterable[str]) -> dict[str, str]:
        """The topics that categories name, in their order, no more than two; each with the category that first names it."""
        found: dict[str, str] = {}
        for one in categories if self.ids else ():
            if len(found) < EACH and (made := category_of(one)) and (id := self.ids.get(made.key)):
                found.setdefault(id, one)
        return found


def category_of(text: str) -> Category | None:
    """A category as a name; None if it is not one: a machine's tag, a keyword list, an index entry."""
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
    """The words as they are compared: whatever their spelling and number, and without the `and` that others write &."""
    return [_singular(spelled(word)) for word in words if word != "and"]


def _words(text: str) -> frozenset[str]:
    """In which names are compared with each other: "Russia-Ukraine war" means "Ukraine – Russia War"."""
    return frozenset(_compared(_WORD.findall(folded(_ASIDE.sub("", text)))))


def _singular(word: str) -> str:
    """`strikes` and `strike` count as one; but not `crisis`, `virus` and `press`. `economies` is `economy`."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("oes", "ches", "shes", "xes", "sses")):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


_PART = frozenset(map(_singular, _PARTS.split()))


def find_topics(
    uses: Iterable[Use],
    known: CategoryTopics,
    *,
    taken_names: Collection[str] = (),
    places: Mapping[str, str] | None = None,
    spoken_for: Callable[[str], bool] = lambda title: False,
) -> CategoryTopics:
    """The topics of these uses. Ids that are `known` stay as they are. `taken_names` are names that cannot be topics:
    outlets, sections and configured topics; `places` are existing topics (name → id) that a category may name, as in "UK news";
    `spoken_for` says whether configured topics match a text."""
    taken = {_words(name) for name in taken_names}
    named = ((form, id) for name, id in (places or {}).items() for form in (name, f"{name} news"))
    by_place = {made.key: id for form, id in named if (made := category_of(form))}
    spellings: defaultdict[str, Counter[Category]] = defaultdict(Counter)
    publishers: defaultdict[str, set[str]] = defaultdict(set)
    for made, publisher in _informative(uses):
        spellings[made.key][made] += 1
        publishers[made.key].add(publisher)
    refused = {key for key in spellings.keys() | known.ids.keys() if _words(key) in taken}
    old = {key: id for key, id in known.ids.items() if id in known.titles and key not in refused}
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
            if best.id not in titles and best.id not in by_place.values() and not spoken_for(best.title):
                titles[best.id], ids[key] = best.title, best.id
    return CategoryTopics(titles, ids | {key: id for key, id in by_place.items() if key in spellings})


def _informative(uses: Iterable[Use]) -> Iterable[tuple[Category, str]]:
    """Each use of a category, without those that a publisher puts on too many of its items to be informative, and
    without parts of its site."""
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
