"""A configuration as the pipeline sees it: for editions (Policy), and for comparisons (Configuration)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from aggregator.model.judgement import Judgement, Scores
from aggregator.model.story import PendingItem
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.renamed import Renamed
from aggregator.ports import StoredStories

if TYPE_CHECKING:
    from aggregator.categorise.rulebook import Rulebook
    from aggregator.model.judgement import Receipt
    from aggregator.model.settings import Settings, Source

OLD = 14 * 86_400
"""Seconds after which a report is no longer news, whatever changes in it. A story whose reports are all older enters new streams at the
times at which it would have entered them, not now. Otherwise old stories could become news: a source that was down lists many old
texts at once, and the rules may have changed since these were pruned."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings and functions by which the edition decides. `place` maps the (publisher, judgement) pairs of a story to (primary
    section, all sections with scores, highest first). `configuration` (an epoch) and `program` (a version) identify the policy;
    `like`: the epoch of an earlier configuration that places every stored item alike, if there is one."""

    configuration: str
    judge: Callable[[PendingItem], Judgement]
    place: Callable[[Sequence[tuple[str, Judgement]]], tuple[str, Scores]]
    publisher: Callable[[PendingItem], str]
    topic_titles: Mapping[str, str]
    renamed: Renamed = field(default_factory=Renamed)
    found_topics: frozenset[str] = frozenset()  # topics that come from places or categories, not from rules
    at_home: Callable[[PendingItem], bool] = lambda item: False  # whether the article is at an address of its publisher
    wrappers: frozenset[str] = frozenset()  # sources that repeat what others publish
    overrides: OverrideIndex = field(default_factory=OverrideIndex)
    program: str = ""
    like: str | None = None
    # names of outlets, sections and topics: such categories never become topics
    taken_names: frozenset[str] = frozenset()
    # Name of a place as used in categories → the topic of that place.
    place_names: Mapping[str, str] = field(default_factory=dict)
    spoken_for: Callable[[str], bool] = lambda title: False  # whether a configured topic covers this name
    old: int = OLD  # or `keep`, if that is shorter

    @property
    def epoch(self) -> str:
        """Identifies rules and program together: a story that was placed under another epoch is outdated."""
        return f"{self.like or self.configuration}.{self.program}"

    def at(self, now: int) -> Policy:
        """The policy at this time (see `OverrideIndex.at`)."""
        return replace(self, overrides=self.overrides.at(now))

    def following(self, store: StoredStories) -> Policy:
        """The policy with the present addresses of articles (see `OverrideIndex.following`)."""
        return replace(self, overrides=self.overrides.following(store, self.publisher))


class Configuration(Protocol):
    """One of two configurations that are compared. `sources` uses the ids that stored items have."""

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
