"""Why each item is in its story: what they share, which story was the runner-up, and what speaks against that one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Join
from aggregator.stories.features import readable, readable_own
from aggregator.stories.groups import Groups
from aggregator.stories.linkage import SHOWN, Linkage, shown
from aggregator.stories.nations import referring
from aggregator.stories.similarity import WEEKDAYS
from aggregator.stories.tuning import DAY, TUNING

SHARED = 8  # at most so many shared words are reported


def joins(groups: Groups) -> list[Join]:
    """One join for each new item, founders first, so that a story exists before others join it."""
    reasons = _Reasons(groups)
    return sorted(reasons.joins(), key=lambda join: join.reason != "founder")


class _Reasons:
    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.context = groups.context
        self.compared = groups.compared
        self.words = groups.marks.words
        self.linkage = Linkage((), self.compared.scores, TUNING.best_share, more=groups.silence)
        self.mark = cache(lambda one, other: groups.mark(groups.members[one], groups.members[other]))

    def joins(self) -> Iterable[Join]:
        likely: defaultdict[int, set[int]] = defaultdict(set)
        for a, b in self.compared.likely():
            likely[a].add(b)
            likely[b].add(a)
        beside = {one.item: self._beside(one.item) for one in self.context.new}
        self.compared.score_all((item, other) for item, others in beside.items() for other in others)
        return [self._join(one, beside[one.item], likely.get(one.item, frozenset())) for one in self.context.new]

    def _join(self, one: Candidate, others: Sequence[int], likely: Collection[int]) -> Join:
        groups = self.groups
        home = groups.find(groups.index[one.item])
        rival, rival_score = self._rival(one.item, home, likely) if likely else (None, 0.0)
        rival_key = None if rival is None else groups.keys[rival]
        vetoes = () if rival is None else self._vetoes(one, home, rival, rival_score, likely)
        if groups.keys[home] == one.item:
            return Join(one.item, one.item, "founder", rival_score, (), vetoes, rival_key, rival_score)
        reason = groups.tied.get(one.item, "alike")
        score = self._link([one.item], others) if reason == "alike" else 1.0
        words = self._shared(one, self._nearest(one.item, others)) if others else ()
        return Join(one.item, groups.keys[home], reason, score, words, vetoes, rival_key, rival_score)

    def _beside(self, item: int) -> Sequence[int]:
        """The members of its story with which an item is compared: its neighbours there, and the members that represent the story. Not
        all members: thousands of items with one headline would otherwise each be compared with every other."""
        home = self.groups.find(self.groups.index[item])
        members = self.groups.members[home]
        if len(members) <= SHOWN:
            return [other for other in members if other != item]
        near = [other for other in self.context.near[item] if self._home(other) == home]
        return [other for other in dict.fromkeys([*near, *shown(members)]) if other != item]

    def _home(self, item: int) -> int | None:
        index = self.groups.index.get(item)
        return None if index is None else self.groups.find(index)

    def _link(self, one: Sequence[int], others: Sequence[int]) -> float:
        """The link between two groups, in 0…1."""
        return self.linkage.link(one, others, self.linkage.compare(one, others))

    def _nearest(self, item: int, others: Sequence[int]) -> int:
        """The item of `others` that most likely reports the same event."""
        if len(others) == 1:
            return others[0]
        return -max(zip(self.compared.scores([item], others), [-other for other in others], strict=True))[1]

    def _rival(self, item: int, home: int, likely: Collection[int]) -> tuple[int | None, float]:
        """(group, link) of the second-best group for an item, among those with a likely member; (None, 0) if there is none."""
        groups = self.groups
        near = [other for other in self.context.near[item] if other in likely]
        rivals = {groups.find(groups.index[other]) for other in near} - {home}
        links = [(self._link([item], groups.members[rival]), -rival) for rival in rivals]
        link, negative = max(links, default=(0.0, 1))
        return (-negative if links else None), link

    def _shared(self, one: Candidate, other: int) -> tuple[str, ...]:
        """The words, as written, that both items have, and those for a country to which the other item refers by another word; the most
        significant first."""
        mine, theirs, rarity = self.words(one.item), self.words(other), self.context.rarity
        shared = mine.keys() & theirs.keys() | referring(mine.keys(), theirs.keys(), self.compared.country)
        written = readable_own(one, shared)
        ranked = [
            (-(rarity[word] ** 2) * (1 + mine[word]) * (1 + theirs.get(word, False)), written[word]) for word in shared
        ]
        return tuple(word for _, word in sorted(ranked)[:SHARED])

    def _vetoes(self, one: Candidate, home: int, rival: int, score: float, likely: Collection[int]) -> tuple[str, ...]:
        """What speaks against the second-best story, in words: between the item and the most similar item there, and between the two
        stories."""
        groups = self.groups
        near = [item for item in groups.members[rival] if item in likely]
        vetoes = self._against(one, self._nearest(one.item, near))
        mark = self.mark(home, rival)
        if mark is None:
            if score < TUNING.min_link:
                return vetoes
            mine, theirs = groups.members[home], groups.members[rival]
            if groups.rests_on_one_outlet(mine, theirs):
                return (*vetoes, "of the two stories only reports of one outlet are alike")
            whole = self._link(mine, theirs)
            return (
                (*vetoes, f"its story as a whole is less like it: {whole:.2f}") if whole < TUNING.min_link else vetoes
            )
        word = readable(one, {mark}).get(mark)
        return (*vetoes, "each story has a word of its own that the other lacks" + (f": {word}" if word else ""))

    def _against(self, one: Candidate, item: int) -> tuple[str, ...]:
        """What speaks against two items being one story, in words."""
        other, mine, theirs = self.groups.items[item], self.words(one.item), self.words(item)
        # The figures of all items: `mine.keys() & figures` would walk through these, and not through the item's words.
        compared, figures = self.compared, self.compared.figures
        days, pair = abs(one.at - other.at) / DAY, (min(one.item, item), max(one.item, item))
        found = (
            (one.publisher and one.publisher == other.publisher, "one outlet tells both"),
            (_differ(figures.intersection(mine), figures.intersection(theirs)), "no figure in common"),
            (_differ(WEEKDAYS.intersection(mine), WEEKDAYS.intersection(theirs)), "other days of the week"),
            (pair in compared.twins, "each headline names what the other report does not"),
            (pair in compared.numbered_apart, "each headline has another number or day of one series"),
            (pair in compared.announced, "one announces what the other tells as done"),
            (pair in compared.names_alone, "little but names in common"),
            (days >= 1, f"{days:.0f} day{'s' if round(days) > 1 else ''} between them"),
        )
        return tuple(word for holds, word in found if holds)


def _differ(mine: frozenset[int], theirs: frozenset[int]) -> bool:
    """Whether both are non-empty and have nothing in common."""
    return bool(mine and theirs) and mine.isdisjoint(theirs)
