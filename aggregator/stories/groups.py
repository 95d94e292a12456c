"""Unites groups of items: first those with equal addresses or headlines, then the most similar ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, product

from aggregator.model.story import KnownItem, Merge
from aggregator.stories.batch_context import LATEST, BatchContext
from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import KIN, Comparison
from aggregator.stories.linkage import Linkage, shown
from aggregator.stories.marks import Marks
from aggregator.stories.tuning import TUNING

PREFETCHED = 20_000  # pairs of two likely groups are scored in advance only if there are at most so many
ALL_PREFETCHED = 1_000_000  # … and at most so many for a batch (300 MB); a batch of dense news has a third of that


class Groups:
    """Groups, each with an index: first the known stories in order of their keys, then each new item as a group of its own. A union
    keeps the smaller index, so the key of a group is that of its oldest story, or else of its earliest item.
    """

    def __init__(self, context: BatchContext) -> None:
        self.context = context
        stories: dict[int, list[int]] = {}
        for item, one in context.known.items():
            stories.setdefault(one.story, []).append(item)
        for story in context.addresses.values():
            stories.setdefault(story, [])  # addresses are kept forever, even if no item of the story is remembered
        self.keys = [*sorted(stories), *(one.item for one in context.new)]
        self.old = len(stories)
        for held in stories.values():
            if len(held) > 1:
                held.sort(key=lambda item: (context.known[item].at, item))
        self.members = [*(stories[key] for key in self.keys[: self.old]), *([one.item] for one in context.new)]
        self.into = list(range(len(self.keys)))  # index → index of the group that absorbed it
        self.index = {item: index for index, items in enumerate(self.members) for item in items}
        self.items: dict[int, Candidate | KnownItem] = {**context.known, **{one.item: one for one in context.new}}
        self.tied: dict[int, str] = {}
        self.merged: list[tuple[int, int]] = []
        self.compared = Comparison(context)
        self.marks = Marks(self.compared.words, context.rarity)

    def find(self, index: int) -> int:
        """The index of the group that has absorbed group `index`, or `index` itself."""
        while self.into[index] != index:
            index = self.into[index]
        return index

    def tie(self) -> None:
        """Unite items with equal addresses or headlines, without comparing them."""
        stories = {story: index for index, story in enumerate(self.keys[: self.old])}
        by_address = {address: stories[story] for address, story in self.context.addresses.items()}
        told: defaultdict[int, list[int]] = defaultdict(list)  # key of a headline → items of the batch so far
        for one in self.context.new:
            if one.canonical:
                self._tie(one.item, by_address.setdefault(one.canonical, self.index[one.item]), "same address")
            if headline := self.context.features[one.item].headline:
                known = [item for item in self.context.headlines[one.item] if item in self.context.known]
                same = (*reversed(told[headline][-LATEST:]), *reversed(known))
                close = next((item for item in same if self._repeats(one, item)), None)
                if close is not None:
                    self._tie(one.item, self.index[close], "same headline")
                told[headline].append(one.item)

    def _repeats(self, one: Candidate, item: int) -> bool:
        """Whether two items with equal headlines report the same news. Not if one outlet repeats its headline later than half a day (a
        daily column) or over another text, nor if the story began more than two days ago (hourly weather reports)."""
        other = self.items[item]
        began = self.items.get(self.keys[self.find(self.index[item])], other)
        column = one.publisher and one.publisher == other.publisher
        apart = TUNING.column if column else TUNING.same_headline
        if abs(other.at - one.at) > apart or abs(began.at - one.at) > TUNING.same_headline:
            return False
        return not (column and self.compared.headed_alike(one.item, item))

    def _tie(self, item: int, index: int, reason: str) -> None:
        a, b = sorted((self.find(index), self.find(self.index[item])))
        if a != b and b >= self.old:  # two known stories are not merged because of one item
            self._union(a, b)
            self.tied.setdefault(item, reason)

    def _union(self, kept: int, absorbed: int) -> None:
        self.into[absorbed] = kept
        self.members[kept].extend(self.members[absorbed])

    def unite(self) -> None:
        """Unite similar groups, after `tie`."""
        edges = {self._groups(pair) for pair in self.compared.likely()}
        self._prefetch(edges)
        linkage = Linkage(self.members, self.compared.scores, TUNING.best_share, self._agree, self.silence)
        for kept, absorbed in linkage.unite(sorted(edges), TUNING.min_link_new):
            self._union(kept, absorbed)
            if absorbed < self.old:
                self.merged.append((kept, absorbed))

    def _agree(self, one: Sequence[int], other: Sequence[int], link: float) -> bool:
        enough = link >= TUNING.min_link or link >= self._needed(one, other)
        return enough and self.mark(one, other) is None and not self.rests_on_one_outlet(one, other)

    def rests_on_one_outlet(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether of two groups that several outlets report each only reports of one outlet are similar to any in the other group. By a
        headline made of two others it would unite what it likes, for good. (Of two, each with the other, may be what both tell twice.)"""
        one, other = shown(one), shown(other)
        told = [[self.items[item].publisher for item in group] for group in (one, other)]
        if min(len(set(outlets)) for outlets in told) < TUNING.some:
            return False
        scores = self.compared.scores(one, other)
        similar = [set(pair) for pair, score in zip(product(*told), scores, strict=True) if score >= KIN]
        return bool(similar) and len(set.intersection(*similar)) == 1

    def mark(self, one: Sequence[int], other: Sequence[int]) -> int | None:
        """The mark of the group `one` if marks keep the two groups apart, else None (see `marks.py`). For reports within a day only
        names count as marks, because each outlet has its own angle on an event and so its own words."""
        return self.marks.between(one, other, names=self._within_a_day(one, other))

    def _needed(self, one: Sequence[int], other: Sequence[int]) -> float:
        """The link that two groups need to be united. It is lower for groups that several outlets report within a day: they are more
        often about one event than their average similarity suggests, since each outlet has its own angle. It is lowest if many
        outlets report both, or if the groups have little similarity to earlier news. (Chapters of a running affair are similar to
        the chapters before them, and should stay apart.)"""
        few, many = sorted(len({self.items[item].publisher for item in group}) for group in (one, other))
        if not self._within_a_day(one, other) or (few < TUNING.some and many < TUNING.many):
            return TUNING.min_link
        most = TUNING.min_link_many if few >= TUNING.many else TUNING.min_link_day
        if many < TUNING.many:
            return most
        before = min(self.items[item].at for item in (*one, *other)) - TUNING.new_before
        kin = max(self.compared.kin(item, before) for item in (*one, *other))
        return min(most, TUNING.min_link_new + TUNING.kin_share * kin)

    def silence(self, one: Sequence[int], other: Sequence[int], best: float) -> float:
        """What pairs that say nothing add to the mean of two groups: nothing, unless many outlets report one of them, both lie within a
        day, and the best pair can unite two items. Of an event that many tell in headlines alone most pairs have hardly a word in common,
        though each headline is like some others. (Between a few reports two headlines alike would be enough.)"""
        one, other = shown(one), shown(other)
        outlets = max(len({self.items[item].publisher for item in group}) for group in (one, other))
        if best <= TUNING.few_words or outlets < TUNING.many or not self._within_a_day(one, other):
            return 0.0
        return TUNING.silent * self.compared.silent(one, other)

    def _within_a_day(self, one: Sequence[int], other: Sequence[int]) -> bool:
        at = [self.items[item].at for item in (*one, *other)]
        # Items without a date have the time 0: nothing is known about when they were published, nor about what came before.
        return min(at) > TUNING.new_before and max(at) - min(at) <= TUNING.day

    def _groups(self, pair: tuple[int, int]) -> tuple[int, int]:
        a, b = self.find(self.index[pair[0]]), self.find(self.index[pair[1]])
        return (a, b) if a < b else (b, a)

    def _prefetch(self, edges: Collection[tuple[int, int]]) -> None:
        """Score most of the pairs that `unite` will need in advance and together, which is faster. Only groups with a strong pair
        between them can unite, so everything that such pairs connect is treated as one group, and compared with all its neighbours,
        small ones first. The limits are for thousands of headlines in the same words, all of which are similar to each other."""
        into: dict[int, int] = {}

        def whole(group: int) -> int:
            while group in into:
                group = into[group]
            return group

        for pair in self.compared.likely(TUNING.min_link):
            a, b = map(whole, self._groups(pair))
            if a != b:
                into[max(a, b)] = min(a, b)
        parts: defaultdict[int, set[int]] = defaultdict(set)
        for group in {group for edge in edges for group in edge}:
            parts[whole(group)].update(shown(self.members[group]))
        beside = sorted((len(parts[a]) * len(parts[b]), a, b) for a, b in {(whole(a), whole(b)) for a, b in edges})
        pairs = accumulate(size for size, *_ in beside)
        self.compared.score_all(
            (one, other)
            for (size, a, b), so_far in zip(beside, pairs, strict=True)
            if size <= PREFETCHED and so_far <= ALL_PREFETCHED
            for one in parts[a]
            for other in parts[b]
            if one != other
        )

    def merges(self) -> Iterable[Merge]:
        """The merges of known stories into older ones."""
        for kept, absorbed in self.merged:
            yield Merge(self.keys[self.find(kept)], self.keys[absorbed])
