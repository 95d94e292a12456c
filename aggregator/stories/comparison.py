"""Scores pairs of items: the probability that both belong to one story. Each pair is scored once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice

import numpy as np

from aggregator.model.story import KnownItem
from aggregator.stories.arrays import Bools, Floats, Ints, look_up
from aggregator.stories.batch_context import BatchContext
from aggregator.stories.candidate import Candidate
from aggregator.stories.features import SPELLED, done_since, encoded_identifiers, encoded_names, other_number
from aggregator.stories.locations import nations
from aggregator.stories.similarity import (
    EVIDENCE,
    FEW,
    KEPT,
    LEAST,
    SHORT,
    TELLING,
    Neighbourhood,
    among,
    evidence,
    neighbourhood,
    vectors,
)
from aggregator.stories.trees import probability
from aggregator.stories.tuning import TUNING
from aggregator.stories.twins import naming, twins

Pair = tuple[int, int]

TOGETHER = 1 << 16  # pairs that are scored at a time, which limits memory: for a million at once it was 650 MB more
KIN = 0.05  # pairs with a lower probability do not count as similar in `Comparison.kin`
SILENT = 1e-9  # the probability of pairs that say nothing (see `Comparison.silent`): no more than 0, but told from it
_WEIGHT, _NATIONS, _FIGURES = ([name for name, _ in EVIDENCE].index(name) for name in ("weight", "nations", "figures"))


class Comparison:
    """The items of a `BatchContext`, prepared for comparison. Each has a row: first the new items, then the known ones."""

    def __init__(self, context: BatchContext) -> None:
        self.rarity = context.rarity
        known = context.known.values()
        items = [*(one.item for one in context.new), *context.known]
        everyone: list[Candidate | KnownItem] = [*context.new, *known]
        self._row = dict(zip(items, range(len(items)), strict=True))
        self._items = np.array(items)
        self._new = len(context.new)
        self._publisher = _numbered([one.publisher for one in everyone])
        self._encoded = [*context.encoded, *(one.kept for one in known)]
        cached = context.cache.rows(items, self._encoded)
        self._headline = context.cache.headline(cached)
        self._spelled = context.cache.is_in(SPELLED, cached)
        words, traits = context.cache.matrix(cached)
        weight = self.rarity.known(words.ids, traits["share"])
        telling = weight >= TELLING
        # A nation tells where something happens, however common it is, unless a headline may mean another word ("us").
        nation = (nations(traits["location"]) >= 0)[words.column] & (words.name | ~words.title)
        self._of_twins = words.only(telling[words.column] | nation)
        words = words.only(telling[words.column])  # the others are not needed, and many
        at = np.array([one.at for one in everyone])
        self._vectors = vectors(words, weight, traits, context.cache.lang(cached), at)
        one, other = self._pairs(context.near)
        close, common = self._cosines(one, other)
        self._nominated = one, other, close, common
        self._around = self._neighbourhoods(context.cache.near(cached))
        # Row → (publication, probability) of each item that is similar to it.
        self._kin: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        self._probability: dict[Pair, float] = {}
        # Pairs that look alike but report two similar events (see `twins.py`); whose headlines have different numbers of one series; of
        # which the earlier announces what the later tells as done; whose probability was limited because they have little but names in
        # common. The item with the smaller number comes first.
        self.twins: set[Pair] = set()
        self.numbered_apart: set[Pair] = set()
        self.announced: set[Pair] = set()
        self.names_alone: set[Pair] = set()
        # Of most pairs that share a rare word nothing more is ever asked.
        worth = self._comparable(close, common, FEW)
        one, other = one[worth], other[worth]
        found = self._judge(one, other, close[worth], common[worth])
        likely = found >= TUNING.min_probability
        self._likely = self._items_of(one[likely], other[likely])
        self._keep(one, other, found)

    def _pairs(self, near: Mapping[int, Sequence[int]]) -> tuple[Ints, Ints]:
        """The rows of the nominated pairs, each pair once, the smaller row first."""
        width, order = len(self._items), np.argsort(self._items)
        nominator = np.repeat(np.arange(len(near)), [len(others) for others in near.values()])
        index, there = look_up(np.fromiter(chain.from_iterable(near.values()), np.int64), self._items[order])
        nominator, nominee = nominator[there], order[index[there]]
        pairs = np.sort(np.minimum(nominator, nominee) * width + np.maximum(nominator, nominee))
        return np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], width)

    def _cosines(self, one: Ints, other: Ints) -> tuple[Floats, Ints]:
        """As `Vectors.cosines`, but 0 for pairs outside the window, and a country to which both refer by different words ("Yemen",
        "Houthis") counts as a shared word."""
        at = self._vectors.at
        close, common = self._vectors.cosines(one, other)
        close = np.where(np.abs(at[one] - at[other]) <= TUNING.window, close, 0.0)
        some = np.flatnonzero((close >= TUNING.min_cosine) & (common < LEAST))
        common[some] += self._vectors.nations.otherwise(one[some], other[some])[0]
        return close, common

    def _semantic_cosines(self, one: Ints, other: Ints) -> Floats:
        """As `Vectors.semantic_cosines`, 0 for pairs outside the window."""
        at = self._vectors.at
        return np.where(np.abs(at[one] - at[other]) <= TUNING.window, self._vectors.semantic_cosines(one, other), 0.0)

    def _neighbourhoods(self, earlier: Ints) -> tuple[Neighbourhood, Neighbourhood]:
        """The neighbourhood of each item by words, and by embedding: from the nominated pairs and `earlier` ones (`FeatureCache.near`)."""
        one, other, close, _ = self._nominated
        both, semantic = np.concatenate([one, other]), self._semantic_cosines(one, other)
        return (
            neighbourhood(both, np.concatenate([close, close]), earlier[:, :KEPT]),
            neighbourhood(both, np.concatenate([semantic, semantic]), earlier[:, KEPT:]),
        )

    def _comparable(self, close: Floats, common: Ints, least: int = LEAST) -> Bools:
        """Which pairs are worth an evaluation of the trees: those that share `least` words and have a high enough cosine."""
        return (close >= TUNING.min_cosine) & (common >= least)

    def _judge(self, one: Ints, other: Ints, close: Floats, common: Ints) -> Floats:
        """The probability for each pair of rows, in 0…1, twins not yet considered.

        If a pair shares few words, or little but names, a high probability may be chance, or the items may tell two events about one
        person. It is then limited to `few_words`, which is too low to unite two items by itself, but does not keep an item out of a
        story that is similar to it in other members. No limit for two outlets that share rare words, a name among them. Of up to three,
        those of one name ("Hong Kong") count as one: such pairs of headlines say of whom they tell, and hardly what.

        A lower limit, `unnamed`, if letters were compared, not words: like events elsewhere ("Fire in …") share most of them, and no name
        is known. None if both have a figure, or hardly another letter."""
        worth = self._comparable(close, common, FEW)
        found = np.zeros(len(one))
        if worth.any():
            a, b = one[worth], other[worth]
            same = (self._publisher[a] == self._publisher[b]) & (self._publisher[a] > 0)
            penalty = np.where(same, TUNING.same_publisher_penalty, 0.0)
            rows = evidence(self._vectors, self._around, a, b, close[worth])
            likely = probability(rows)
            shared, weight, nations = common[worth], rows[:, _WEIGHT], rows[:, _NATIONS]
            brief = (shared <= LEAST) & (likely > TUNING.few_words) & (likely < TUNING.one_name)
            for pair in np.flatnonzero(brief).tolist():
                further = self._further(int(a[pair]), int(b[pair]))
                shared[pair] -= len(further)
                weight[pair] -= sum(further)
            few = np.flatnonzero((shared < LEAST) & (likely > TUNING.few_words))
            if len(few):
                named = self._named(a[few], b[few]) | (nations[few] > 0)
                telling = ~same[few] & named & (weight[few] + nations[few] >= TUNING.few_rarity)
                likely[few[~telling]] = TUNING.few_words
            unsure = np.flatnonzero((likely > TUNING.few_words) & (likely < TUNING.names_alone))
            if len(unsure):
                told = self._vectors.told(a[unsure], b[unsure])
                alone = unsure[told < TUNING.told_rarity]
                likely[alone] = TUNING.few_words
                self.names_alone.update(self._items_of(a[alone], b[alone]))
            spelled = self._spelled[a] & self._spelled[b] & (close[worth] < TUNING.copied)
            unnamed = spelled & (rows[:, _FIGURES] == 0)
            likely = np.where(unnamed, np.minimum(likely, TUNING.unnamed), likely)
            found[worth] = np.where(self._column(a, b, same), 0.0, np.maximum(likely - penalty, 0.0))
        found[~worth & self._brief(one, other)] = SILENT
        return found

    def _brief(self, one: Ints, other: Ints) -> Bools:
        """Pairs of hardly more than headlines, in one language, of two outlets."""
        length, lang, publisher = np.diff(self._vectors.words.start), self._vectors.lang, self._publisher
        brief = np.maximum(length[one], length[other]) < SHORT
        found: Bools = brief & (lang[one] == lang[other]) & (publisher[one] != publisher[other])
        return found

    def _named(self, one: Ints, other: Ints) -> Bools:
        """Pairs whose headlines have a name in common."""
        rows, (a, b) = among(one, other)
        who = naming(self._vectors.words.rows(rows), self._vectors.vocabulary).who
        named: Bools = np.diff(who[a].multiply(who[b]).tocsr().indptr) > 0
        return named

    def _further(self, one: int, other: int) -> list[float]:
        """The rarities of the words that two rows, which share up to three, have beside a rarer one of the same name. A name of several
        words is one if these stand beside each other in both headlines, and one of the two, which is not in title case, begins them with
        capitals. Two countries are two names ("Israel-Lebanon talks")."""
        mine, theirs = encoded_names(self._encoded[one]), encoded_names(self._encoded[other])
        shared = self._vectors.words.words(one).keys() & self._vectors.words.words(other).keys()
        rarity, country = self.rarity, self.country
        named = {
            word
            for pair in mine.keys() & theirs.keys()
            if (mine[pair] or theirs[pair])
            and shared.issuperset(pair)
            and len({country[word] for word in pair if word in country}) < 2
            for word in pair
        }
        return sorted(rarity[word] for word in named)[:-1]

    def kin(self, item: int, before: int) -> float:
        """How similar an item is to earlier news: the highest probability among the items that it was compared with and that were
        published at or before the time `before`; 0 if there are none."""
        steps: list[tuple[int, float]] = []
        for one in sorted(self._kin[self._row[item]]):
            if not steps or one[1] > steps[-1][1]:
                steps.append(one)
        # The others are never the answer. It is asked for again with each link of a group, and of thousands of reports in the same words
        # each has all others.
        self._kin[self._row[item]] = steps
        return max((likely for at, likely in steps if at <= before), default=0.0)

    def _column(self, one: Ints, other: Ints, same: Bools) -> Bools:
        """Pairs of one outlet (`same`) with equal headlines that are more than half a day apart, a column that appears regularly, or that
        are only `headed_alike`."""
        at, items = self._vectors.at, self._items
        found: Bools = same & (self._headline[one] == self._headline[other])
        for pair in np.flatnonzero(found & (np.abs(at[one] - at[other]) <= TUNING.column)).tolist():
            found[pair] = self.headed_alike(int(items[one[pair]]), int(items[other[pair]]))
        return found

    def headed_alike(self, one: int, other: int) -> bool:
        """Whether two items of one outlet with equal headlines have leads in other words. The headline then heads whatever is told (a
        column, the first line of all posts of an account): it is not the news."""
        leads = [{word for word, heads in self.words(item).items() if not heads} for item in (one, other)]
        least = min(map(len, leads))
        return least >= TUNING.lead_words and len(set.intersection(*leads)) < TUNING.lead_share * least

    def _keep(self, one: Ints, other: Ints, found: Floats) -> None:
        """Store the probabilities of these pairs: 0 for twins, different numbers of one series, an announcement and the event."""
        at, kin = self._vectors.at, found >= KIN
        for a, b, likely in zip(one[kin].tolist(), other[kin].tolist(), found[kin].tolist(), strict=True):
            self._kin[a].append((int(at[b]), likely))
            self._kin[b].append((int(at[a]), likely))
        alike = np.flatnonzero(found >= TUNING.min_probability)
        rows, (a, b) = among(one[alike], other[alike])
        told = [encoded_identifiers(self._encoded[row]) for row in rows.tolist()]
        numbered, acting = np.array([[bool(numbers), bool(acts)] for numbers, acts in told], np.bool_).reshape(-1, 2).T
        since = at[other[alike]] - at[one[alike]]
        first, later = np.where(since > 0, (a, b), (b, a))
        with_numbers = np.flatnonzero(numbered[a] & numbered[b]).tolist()
        with_acts = np.flatnonzero(acting[a] & acting[b] & (np.abs(since) >= TUNING.event)).tolist()
        for apart, noted in (
            (twins(naming(self._of_twins.rows(rows), self._vectors.vocabulary), a, b), self.twins),
            ([pair for pair in with_numbers if other_number(told[a[pair]][0], told[b[pair]][0])], self.numbered_apart),
            ([pair for pair in with_acts if done_since(told[first[pair]][1], told[later[pair]][1])], self.announced),
        ):
            pairs = alike[apart]
            found[pairs] = 0.0
            noted.update(self._items_of(one[pairs], other[pairs]))
        self._probability.update(zip(self._items_of(one, other), found.tolist(), strict=True))

    def _items_of(self, one: Ints, other: Ints) -> list[Pair]:
        """The pairs of rows as pairs of items, the item with the smaller number first."""
        a, b = self._items[one], self._items[other]
        return list(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))

    def likely(self, least: float = 0.0) -> Sequence[Pair]:
        """The nominated pairs that may be one story: with at least the probability `least`, or `min_probability`."""
        return [pair for pair in self._likely if self._probability[pair] >= least] if least else self._likely

    def score_all(self, pairs: Iterable[Pair]) -> None:
        """Score these pairs together, which is much faster than one by one when `scores` needs them."""
        known, row = self._probability, self._row
        left = iter(pairs)
        while some := [*islice(left, TOGETHER)]:
            ordered = {pair if pair[0] < pair[1] else (pair[1], pair[0]) for pair in some}
            asked = [pair for pair in ordered if pair not in known]
            if asked:
                one = np.array([row[a] for a, _ in asked])
                other = np.array([row[b] for _, b in asked])
                self._keep(one, other, self._judge(one, other, *self._cosines(one, other)))

    def scores(self, one: Sequence[int], other: Sequence[int]) -> list[float]:
        """The probability for each item of `one` with each of `other`, in 0…1, row by row."""
        pairs = _between(one, other)
        try:
            return [self._probability[pair] for pair in pairs]
        except KeyError:
            self.score_all(pairs)
        return [self._probability[pair] for pair in pairs]

    def silent(self, one: Sequence[int], other: Sequence[int]) -> float:
        """The share of the pairs between these items that were scored and say nothing: two outlets' headlines with hardly a word in common.
        Each has but a few words for an event, and its own."""
        pairs = _between(one, other)
        return sum(self._probability.get(pair) == SILENT for pair in pairs) / len(pairs)

    def words(self, item: int) -> dict[int, bool]:
        """The significant words of an item (`word_id`) → whether the word is in its headline."""
        return self._vectors.words.words(self._row[item])

    @cached_property
    def country(self) -> dict[int, int]:
        """Word → number of the country to which it refers, for words that refer to one."""
        ids, country = self._vectors.words.ids, self._vectors.nations.country
        there = country > 0
        return dict(zip(ids[there].tolist(), country[there].tolist(), strict=True))

    @cached_property
    def figures(self) -> frozenset[int]:
        """The words that begin with a digit."""
        return frozenset(self._vectors.words.ids[self._vectors.vocabulary.figure].tolist())

    def evidence(self) -> Iterator[tuple[Pair, list[float]]]:
        """The nominated pairs that the trees evaluate, with their evidence. For training."""
        one, other, close, common = self._nominated
        worth = self._comparable(close, common)
        one, other = one[worth], other[worth]
        rows = evidence(self._vectors, self._around, one, other, close[worth])
        yield from zip(
            zip(self._items[one].tolist(), self._items[other].tolist(), strict=True), rows.tolist(), strict=True
        )

    def near(self) -> list[bytes]:
        """For each new item, in the order of the context, the similarities of its nearest neighbours as bytes (units of 1/255),
        first by words, then by embedding."""
        near = np.hstack([around.near[: self._new] for around in self._around])
        all = np.round(near * 255).astype(np.uint8).tobytes()
        return [all[start : start + 2 * KEPT].rstrip(b"\0") for start in range(0, len(all), 2 * KEPT)]


def _numbered(names: Sequence[Hashable]) -> Ints:
    """A number for each distinct name, 0 for none."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers) + 1) if name else 0 for name in names], dtype=np.int64)


def _between(one: Sequence[int], other: Sequence[int]) -> list[Pair]:
    """The pairs of each item of `one` with each of `other`, row by row, as their probabilities are stored."""
    return [(a, b) if a < b else (b, a) for a in one for b in other]
