"""Proposes edits of a single line that would put a text into a section, with the effect of each on the archive; the best first."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import islice

from msgspec import Struct

from aggregator.categorise.examples import Key, Miss, failing
from aggregator.categorise.proposing import Proposal, proposals
from aggregator.model.judgement import Case
from aggregator.model.settings import FALLBACK
from aggregator.model.stream import StreamName
from aggregator.pipeline.edits.causes import Configuration
from aggregator.pipeline.edits.changes import term_text
from aggregator.pipeline.edits.plan import Moves, Plan, plan
from aggregator.ports import ReadableArchive

TRIED = 24  # the effect on the archive is computed for so many proposals
LOOKED_AT = 2000  # … over so many stories with the words of the proposal, the newest ones
UNKNOWN = 1 / 3  # a word that no other story has counts as one of which so many stories are in the section

Trial = Callable[[Proposal], Configuration]
"""Returns the configuration with the proposed edit."""


class Effect(Struct, frozen=True):
    """What an edit would do. `fails`: examples that hold now and would fail; `story`: the primary section that the story of the text
    would have; None if it does not move or is not stored."""

    proposal: Proposal
    fails: tuple[Miss, ...]
    story: str | None
    plan: Plan

    @property
    def line(self) -> str:
        return term_text(self.proposal.term)

    @property
    def moves(self) -> Moves:
        """The moves into and out of the section that is edited."""
        return self.plan.streams.get(self.proposal.rules.stream, Moves())


class Expectation(Struct, frozen=True):
    """The editor expects the text `case` to be in the section `wanted`. `now` is the present configuration; `story` the number of its
    story, if it is stored in `archive`."""

    now: Configuration
    archive: ReadableArchive | None
    case: Case
    wanted: str
    story: int | None

    def best(self, trial: Trial, progress: Callable[[int, int], None] = lambda done, of: None) -> list[Effect]:
        """The effects of possible edits, the best first; `progress` is told how many of them are known. Edits are preferred, in this
        order, that

        1. break the fewest examples;
        2. move the story of the text as well;
        3. use words whose other stories are in the section already, for the most part, and need little weight for it;
        4. move the fewest stories;
        5. use a word that a topic uses, then fewer words, then those that the headline has first: it mostly begins with what it is
           about."""
        possible = filter(self._keeps_fallback, proposals(self.now.rulebook, self.case, self.wanted))
        found = list(islice(possible, TRIED))
        failed, effects = failing(self.now.rulebook), list[Effect]()
        for proposal in found:
            progress(len(effects), len(found))
            effects.append(self._effect(proposal, trial(proposal), failed))
        telling = self._telling()
        return sorted(effects, key=lambda effect: self._rank(effect, telling))

    def leading(self, then: Configuration) -> str | None:
        """The new primary section of the stored story; None if it would not change, or no story is stored."""
        if self.archive is None or self.story is None:
            return None
        found = plan(self.archive.edition, self.now.policy, then.policy, iter([[(0, self.story, "")]]))
        return next((name.id for name, moves in found.streams.items() if moves.leads), None)

    def _keeps_fallback(self, proposal: Proposal) -> bool:
        """Whether the edit leaves the fallback section as it is. If that is the last section without rules, a rule would end its role."""
        return proposal.rules.id != self.now.settings.fallback or proposal.rules.id == FALLBACK

    def _telling(self) -> frozenset[str]:
        """Words of the text that rules of topics match: they say what it is about."""
        topics = {topic.id for topic in self.now.settings.topics}
        found = self.now.receipts(self.case.title, self.case.summary)
        return frozenset(match.text.lower() for one in found if one.section in topics for match in one.matched)

    def _effect(self, proposal: Proposal, then: Configuration, failed: Container[Key]) -> Effect:
        fails = tuple(miss for key, miss in failing(then.rulebook).items() if key not in failed)
        found = self._plan(proposal, then, self.archive) if self.archive else Plan()
        return Effect(proposal, fails, self.leading(then), found)

    def _plan(self, proposal: Proposal, then: Configuration, archive: ReadableArchive) -> Plan:
        """The plan of the edit, over the stories that it may move."""
        store = archive.edition
        every = store.pages(limit=LOOKED_AT)
        pages = iter([store.containing(proposal.phrase, LOOKED_AT)]) if proposal.phrase else every
        before, after = (one.policy.with_found(archive.upkeep) for one in (self.now, then))
        return plan(store, before, after, pages)

    def led(self, effect: Effect) -> int:
        """How many of the stories with the words of the edit have the section as their primary one by now."""
        return effect.plan.streams.get(StreamName("section", self.wanted), Moves()).led

    def _belonging(self, effect: Effect) -> float:
        """The share of these stories, as if one more were UNKNOWN. The story of the text itself says nothing."""
        if effect.proposal.phrase is None:
            return UNKNOWN
        others = max(0, effect.plan.stories - (self.story is not None))
        return (min(self.led(effect), others) + UNKNOWN) / (others + 1)

    def _rank(self, effect: Effect, telling: frozenset[str]) -> tuple[int | float, ...]:
        line, words = effect.line, effect.proposal.term.parts[0].lower()
        return (
            len(effect.fails),
            effect.story not in (None, self.wanted),
            -self._belonging(effect) / effect.proposal.term.weight,
            effect.plan.changed,
            line.partition(":")[0].strip("{} ").lower() not in telling,
            line.count(" "),
            self.case.title.lower().find(words),
        )
