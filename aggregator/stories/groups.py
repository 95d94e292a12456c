"""Groups of items while they unite: outright by address and headline, then the most alike first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import Comparison
from aggregator.stories.linkage import Linkage, shown
from aggregator.stories.marks import Marks
from aggregator.stories.reading import Reading
from aggregator.stories.tuning import Tuning
from aggregator.stories.values import Known, Merge

FORESEEN = 20_000  # pairs between two likely groups that are judged before they are asked for


class Groups:
    """Groups of items while they unite: first the known stories, older keys first, then each new item by itself.

    A union keeps the smaller index, so that the key of a group is that of its oldest story or earliest item.
    """

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.reading = reading
        self.tuning = tuning
        stories: defaultdict[int, list[int]] = defaultdict(list)
        for item, one in reading.known.items():
            stories[one.story].append(item)
        for story in reading.addresses.values():
            stories[story]  # also one of whose items nothing is remembered any more: an address is known for good
        self.keys = [*sorted(stories), *(one.item for one in reading.new)]
        self.old = len(stories)
        self.members = [*(sorted(stories[key]) for key in self.keys[: self.old]), *([one.item] for one in reading.new)]
        self.into = list(range(len(self.keys)))  # index → index of the group that absorbed it
        self.index = {item: index for index, items in enumerate(self.members) for item in items}
        self.items: dict[int, Candidate | Known] = {**reading.known, **{one.item: one for one in reading.new}}
        self.tied: dict[int, str] = {}
        self.merged: list[tuple[int, int, float]] = []
        self.compared = Comparison(reading, tuning)
        self.marks = Marks(self.compared.words, reading.rarity, tuning)

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
        latest = [by_headline[headline]] if headline in by_headline else []
        earlier = [item for item in self.reading.headlines.get(headline, ()) if item in self.reading.known]
        close = next((item for item in (*latest, *reversed(earlier)) if self._repeats(one, item)), None)
        if close is not None:
            self._tie(one.item, self.index[close], "same headline")
        by_headline[headline] = one.item

    def _repeats(self, one: Candidate, item: int) -> bool:
        """Whether an equal headline is the same news: one outlet's, a day later, is a column that comes every day, and
        what has gone on for days (the weather, every hour) is no longer what its story began with."""
        other = self.items[item]
        began = self.items.get(self.keys[self.find(self.index[item])], other)
        column = one.publisher and one.publisher == other.publisher
        apart = self.tuning.column if column else self.tuning.same_headline
        return abs(other.at - one.at) <= apart and abs(began.at - one.at) <= self.tuning.same_headline

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
        edges = {self._groups(pair) for pair in self.compared.likely()}
        self._foresee(edges)
        linkage = Linkage(self.members, self.compared.scores, self.tuning.best, self.marks.apart)
        for union in linkage.unite(sorted(edges), self.tuning.least):
            self._union(union.kept, union.absorbed)
            if union.absorbed < self.old:
                self.merged.append((union.kept, union.absorbed, union.link))

    def _groups(self, pair: tuple[int, int]) -> tuple[int, int]:
        a, b = self.find(self.index[pair[0]]), self.find(self.index[pair[1]])
        return (a, b) if a < b else (b, a)

    def _foresee(self, edges: Collection[tuple[int, int]]) -> None:
        """Have judged at one go what uniting will mostly ask for. Only groups with a sure pair between them unite, so
        what hangs together by such pairs is taken for one, and compared with all that is beside it."""
        into: dict[int, int] = {}

        def whole(group: int) -> int:
            while group in into:
                group = into[group]
            return group

        for pair in self.compared.likely(self.tuning.least):
            a, b = map(whole, self._groups(pair))
            if a != b:
                into[max(a, b)] = min(a, b)
        parts: defaultdict[int, set[int]] = defaultdict(set)
        for group in {group for edge in edges for group in edge}:
            parts[whole(group)].update(shown(self.members[group]))
        self.compared.meet(
            (one, other)
            for a, b in {(whole(a), whole(b)) for a, b in edges}
            if len(parts[a]) * len(parts[b]) <= FORESEEN
            for one in parts[a]
            for other in parts[b]
            if one != other
        )

    def merges(self) -> Iterable[Merge]:
        for kept, absorbed, link in self.merged:
            yield Merge(self.keys[self.find(kept)], self.keys[absorbed], link)
