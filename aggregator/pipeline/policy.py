"""What an edition decides by, and what comparisons do: one configuration as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from aggregator.model.judgement import Judgement, Scores
from aggregator.model.story import PendingItem

if TYPE_CHECKING:
    from aggregator.categorise.rulebook import Rulebook
    from aggregator.model.judgement import Receipt
    from aggregator.model.settings import Settings, Source

OLD = 14 * 86_400
"""Seconds after which a report is no news, whatever its outlet changes in it: a story that has no younger one enters streams at the
times at which it would have entered them. Rules may have changed since its text was gone, and a source that was down lists many such
texts at once."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the edition decides by. `place` maps the (publisher, judgement) pairs of a story to its primary section and
    all its sections with scores, highest first. `configuration` and `program` name what the policy is made of; `like` is an
    earlier configuration that places every stored item alike, if there is one."""

    configuration: str
    judge: Callable[[PendingItem], Judgement]
    place: Callable[[Sequence[tuple[str, Judgement]]], tuple[str, Scores]]
    publisher: Callable[[PendingItem], str]
    topic_titles: Mapping[str, str]
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)  # streams of former ids → ids, as in Settings
    found_topics: frozenset[str] = frozenset()  # topics that places make, not rules
    at_home: Callable[[PendingItem], bool] = lambda item: False  # whether the article is at an address of its publisher
    wrappers: frozenset[str] = frozenset()  # sources that repeat what others publish
    hidden: frozenset[str] = frozenset()  # canonical addresses of `stories: hide`
    hidden_items: frozenset[int] = frozenset()  # stored items that were at these before they moved
    strangers: frozenset[int] = frozenset()  # stored items that moved to a named address of another outlet's article
    pinned: Mapping[str, str] = field(default_factory=dict)  # canonical address → section
    pins: tuple[tuple[str, str, int | None], ...] = ()  # (canonical address, section, when it is over), over or not
    apart: frozenset[str] = frozenset()  # canonical addresses of `stories: split`
    joined: tuple[frozenset[str], ...] = ()  # canonical addresses of `stories: join`
    program: str = ""
    like: str | None = None
    taken_names: frozenset[str] = frozenset()  # of outlets, sections and topics: no category is a topic of these
    # The topics that places make, by what categories call them.
    place_names: Mapping[str, str] = field(default_factory=dict)
    spoken_for: Callable[[str], bool] = lambda title: False  # whether configured topics mean a text
    old: int = OLD  # or the time after which texts are gone, if that is shorter

    @property
    def epoch(self) -> str:
        """Names rules and program together: a story placed under another epoch is outdated."""
        return f"{self.like or self.configuration}.{self.program}"

    @property
    def named(self) -> frozenset[str]:
        """Canonical addresses of the articles that overrides name."""
        return self.apart.union(self.hidden, (address for address, _, _ in self.pins), *self.joined)

    def at(self, now: int) -> Policy:
        """The policy at this moment: pins expire by themselves."""
        if not self.pins:
            return self
        return replace(
            self, pinned={address: section for address, section, over in self.pins if not over or now < over}
        )

    def hides(self, item: PendingItem) -> bool:
        return item.canonical in self.hidden or item.n in self.hidden_items


class Configuration(Protocol):
    """One of the configurations that are compared. `sources` have the ids under which stored items name them."""

    @property
    def settings(self) -> Settings: ...
    @property
    def rulebook(self) -> Rulebook: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def sources(self) -> Mapping[str, Source]: ...
    def judge(self, title: str, summary: str, source: Source | None = None) -> Judgement: ...
    def receipts(self, title: str, summary: str, source: Source | None = None) -> tuple[Receipt, ...]: ...
