"""Which story each item of a batch joins: read the history, compare, decide.

1. equal addresses, and equal headlines within two days, join outright;
2. an index of rare words nominates what is worth comparing within the window of days;
3. groups unite, the most alike first, while the link between them is strong enough;
4. a story keeps the key of its founding item; where known stories unite, the older key stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from aggregator.stories.comparison import Comparison
from aggregator.stories.features import readable
from aggregator.stories.likeness import against, shared
from aggregator.stories.linkage import Linkage
from aggregator.stories.reading import Reading, read
from aggregator.stories.tuning import TUNING, Tuning
from aggregator.stories.values import Candidate, Grouping, History, Join, Merge


def group(batch: Sequence[Candidate], history: History, tuning: Tuning = TUNING) -> Grouping:
    """Decide on a batch of new items, none of them known to `history`. Order inside the batch does not matter."""
    if not batch:
        return Grouping((), ())
    ordered = sorted(batch, key=in_order)
    reading = read(ordered, history, tuning)
    groups = _Groups(reading, tuning)
    groups.tie()
    groups.unite()
    return Grouping(
        joins=tuple(groups.joins()),
        merges=tuple(groups.merges()),
        features={item: kept.beside(groups.compared.near(item)) for item, kept in reading.features.items()},
        postings=[(word, item) for item, words in reading.rare.items() for word in words],
        frequencies=reading.counts,
        documents=len(ordered),
    )


def in_order(one: Candidate) -> tuple[int, str, str, str, str, int]:
    return (one.at, one.title, one.summary, one.publisher, one.canonical or "", one.item)


class _Groups:
    """Groups of items while they unite: first the known stories, older keys first, then each new item by itself.

    A union keeps the smaller index, so that the key of a group is that of its oldest story or earliest item.
    """

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.reading = reading
        self.tuning = tuning
        stories: defaultdict[int, list[int]] = defaultdict(list)
        for item, one in reading.known.items():
            stories[one.story].append(item)
        self.keys = [*sorted(stories), *(one.item for one in reading.new)]
        self.old = len(stories)
        self.members = [*(sorted(stories[key]) for key in self.keys[: self.old]), *([one.item] for one in reading.new)]
        self.into = list(range(len(self.keys)))  # index → index of the group that absorbed it
        self.index = {item: index for index, items in enumerate(self.members) for item in items}
        self.tied: dict[int, str] = {}
        self.merged: list[tuple[int, int, float]] = []
        self.marks: dict[tuple[int, int], int | None] = {}  # of pairs of groups, once they are whole
        self.compared = Comparison(reading, tuning)
        self.linkage = Linkage((), self.compared.score, tuning.best)

    def find(self, index: int) -> int:
        while self.into[index] != index:
            index = self.into[index]
        return index

    def tie(self) -> None:
        """What is one story without weighing."""
        stories = {story: index for index, story in enumerate(self.keys[: self.old])}
        by_address = {address: stories[story] for address, story in self.reading.addresses.items()}
        by_headline: dict[int, int] = {}
        for one in self.reading.new:
            if one.canonical:
                self._tie(one.item, by_address.setdefault(one.canonical, self.index[one.item]), "same address")
            self._tie_headline(one, by_headline)

    def _tie_headline(self, one: Candidate, by_headline: dict[int, int]) -> None:
        headline = self.reading.features[one.item].headline
        if not headline:
            return
        earlier = [item for item in self.reading.headlines.get(headline, ()) if item in self.reading.known]
        if headline in by_headline:
            earlier.append(by_headline[headline])
        close = [item for item in earlier if self._repeats(one, item)]
        if close:
            self._tie(one.item, self.index[close[-1]], "same headline")
        by_headline[headline] = one.item

    def _repeats(self, one: Candidate, item: int) -> bool:
        """Whether an equal headline is the same news: one outlet's, a day later, is a column that comes every day."""
        other = self.compared.profiles[item]
        column = one.publisher and one.publisher == other.publisher
        return abs(other.at - one.at) <= (self.tuning.column if column else self.tuning.same_headline)

    def _tie(self, item: int, index: int, reason: str) -> None:
        a, b = sorted((self.find(index), self.find(self.index[item])))
        if a != b and b >= self.old:  # two known stories are not merged for one item's sake
            self._union(a, b)
            self.tied.setdefault(item, reason)

    def _union(self, kept: int, absorbed: int) -> None:
        self.into[absorbed] = kept
        self.members[kept].extend(self.members[absorbed])

    def unite(self) -> None:
        """Bring together what is alike. Absorbed groups are of no concern any more: no edge leads to them."""
        edges = {(self.find(self.index[a]), self.find(self.index[b])) for a, b in self.compared.likely()}
        self.linkage = Linkage(self.members, self.compared.score, self.tuning.best, self.compared.apart)
        for union in self.linkage.unite(sorted(edges), self.tuning.least):
            self._union(union.kept, union.absorbed)
            if union.absorbed < self.old:
                self.merged.append((union.kept, union.absorbed, union.link))

    def link(self, one: Sequence[int], other: Sequence[int]) -> float:
        return self.linkage.link(self.linkage.compare(one, other))

    def joins(self) -> Iterable[Join]:
        """Founders first, so that a story stands before what joins it."""
        likely: defaultdict[int, set[int]] = defaultdict(set)
        for a, b in self.compared.likely():
            likely[a].add(b)
            likely[b].add(a)
        found = [self._join(one, likely.get(one.item, frozenset())) for one in self.reading.new]
        return sorted(found, key=lambda join: join.reason != "founder")

    def _join(self, one: Candidate, likely: Collection[int]) -> Join:
        home = self.find(self.index[one.item])
        rival, rival_score = self._rival(one.item, home, likely) if likely else (None, 0.0)
        rival_key = None if rival is None else self.keys[rival]
        vetoes = () if rival is None else self._vetoes(one, home, rival, likely)
        if self.keys[home] == one.item:
            return Join(one.item, one.item, "founder", rival_score, (), vetoes, rival_key, rival_score)
        others = [item for item in self.members[home] if item != one.item]
        reason = self.tied.get(one.item, "alike")
        score = self.link([one.item], others) if reason == "alike" else 1.0
        words = self._shared(one, others)
        return Join(one.item, self.keys[home], reason, score, words, vetoes, rival_key, rival_score)

    def _shared(self, one: Candidate, others: Sequence[int]) -> tuple[str, ...]:
        """The words that an item shares with the nearest of its story."""
        compared = self.compared
        nearest = max(others, key=lambda item: (compared.score(one.item, item), -item))
        return shared(
            compared.profiles[one.item], compared.profiles[nearest], compared.rarity, self._readable(one.item)
        )

    def _readable(self, item: int) -> dict[int, str]:
        return readable(self.reading.words[item], self.reading.features[item].lang)

    def _rival(self, item: int, home: int, likely: Collection[int]) -> tuple[int | None, float]:
        """The other group that is most like an item, of those with a member that is like it at all."""
        near = [other for other in self.reading.near[item] if other in likely]
        rivals = {self.find(self.index[other]) for other in near} - {home}
        links = [(self.link([item], self.members[rival]), -rival) for rival in rivals]
        link, negative = max(links, default=(0.0, 1))
        return (-negative if links else None), link

    def _vetoes(self, one: Candidate, home: int, rival: int, likely: Collection[int]) -> tuple[str, ...]:
        """What speaks against the story that came next, in words: of the item and the nearest there, and of the two
        stories."""
        compared = self.compared
        near = [item for item in self.members[rival] if item in likely]
        nearest = max(near, key=lambda item: (compared.score(one.item, item), -item))
        vetoes = against(compared.profiles[one.item], compared.profiles[nearest], compared.rarity)
        if (home, rival) not in self.marks:
            stories = self.members[home], self.members[rival]
            self.marks[home, rival] = compared.mark(*stories) if compared.apart(*stories) else None
        mark = self.marks[home, rival]
        if mark is None:
            return vetoes
        word = self._readable(one.item).get(mark)
        return (*vetoes, "each story has a word of its own that the other lacks" + (f": {word}" if word else ""))

    def merges(self) -> Iterable[Merge]:
        for kept, absorbed, link in self.merged:
            yield Merge(self.keys[self.find(kept)], self.keys[absorbed], link)
