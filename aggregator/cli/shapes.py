"""The types of what `plan`, `explain`, `classify` and `try` print as JSON. Text and Markdown are written from the same values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from aggregator.categorise.counterfactuals import Outcome
from aggregator.categorise.examples import Turned
from aggregator.render.shapes import LocatedReceipt, Report


class Moved(TypedDict):
    """A story that moves; `old` and `new` are its primary sections."""

    title: str
    old: str
    new: str


class Sample(Moved):
    """`rule`, `at`: why it moves; `gone`: because that is removed."""

    id: str
    url: str | None
    rule: str
    at: str | None
    gone: bool


class StreamMoves(TypedDict):
    """Of a section or topic, the numbers and examples of `pipeline.edits.plan.Moves`."""

    id: str
    title: str
    before: int
    after: int
    primary_before: NotRequired[int]  # only of sections
    primary_after: NotRequired[int]
    come: int
    go: int
    become: int
    coming: list[Sample]
    going: list[Sample]
    becoming: list[Sample]


class Article(TypedDict):
    title: str
    url: str | None


class Story(Article):
    id: str


class Joined(Story):
    joined_by: list[Story]


class Split(Story):
    leaving: list[Article]


class Hidden(Story):
    """`whole`: none of its articles is left."""

    hiding: list[Article]
    showing: list[Article]
    whole: bool


class Overrides(TypedDict):
    """What `stories:` does; `unknown`: addresses that no stored item has."""

    joins: list[Joined]
    splits: list[Split]
    hides: list[Hidden]
    unknown: list[str]


class DeadLine(TypedDict):
    """`found`: stored items have it, but are placed elsewhere; `new`: the edit adds it."""

    of: str
    key: str
    line: str
    at: str
    found: bool
    new: bool


class DeadSource(TypedDict):
    id: str
    stories: int


class Dead(TypedDict):
    lines: list[DeadLine]
    sources: list[DeadSource]


class Plan(Overrides):
    """What `plan` prints. `in_force`: epoch of the configuration in force; `refused`: the number of examples that keep the file from
    being put in force."""

    file: str
    in_force: str | None
    stories: int
    waiting: int
    moved: int
    changed: int
    sections: list[StreamMoves]
    topics: list[StreamMoves]
    configuration: Mapping[str, Any]
    examples: list[Turned]
    refused: int
    dead: Dead


class Judgement(TypedDict):
    section: str
    sections: list[str]
    topics: list[str]
    receipts: list[LocatedReceipt]


class Entry(Judgement):
    title: str
    url: str | None
    published: str | None


class FoundTopic(TypedDict):
    topic: str
    rule: str
    text: str


class Score(TypedDict):
    section: str
    score: float


class Pin(TypedDict):
    section: str
    at: str


class Line(TypedDict):
    """A line of the file, such as one of `stories: join` that names the item."""

    rule: str
    at: str


class InStory(TypedDict, total=False):
    """What is known of an item that is in a story."""

    joined: str | None
    joining: Mapping[str, Any] | None
    story_section: str
    story_sections: list[Score]
    story_receipts: list[LocatedReceipt]
    pinned: Pin | None
    overrides: list[Line]
    headed_by: str | None
    told_by: list[Report]


class KeptOut(Line):
    kind: str
    id: str


class Proposal(TypedDict):
    """An edit of one line. `edit`: what to type at `at`; `fails`: the examples that it breaks; `story`: the primary section that the story
    of the text would have. Numbers of stories: `looked_at` that it could affect, `led` of them with the expected primary section by now;
    `moved` to another primary section, `changed` in any way."""

    section: str
    key: str
    line: str
    was: str | None
    at: str
    edit: str
    fails: list[str]
    weight: float
    story: str | None
    looked_at: int
    led: int
    moved: int
    changed: int
    come: int
    go: int
    samples: list[Moved]


class Expectation(TypedDict):
    """`fixed`: the section that its source fixes; `story`: the primary section of its story; `holds`: by itself it is in `section`."""

    section: str
    fixed: str | None
    story: str | None
    holds: bool
    proposals: Sequence[Proposal]


class Explanation(Judgement, InStory):
    """What `explain` prints, with an `Expectation` as `expect` if that is asked for."""

    id: str | None
    story: str | None
    found_topics: list[FoundTopic]
    outcome: Outcome
    kept_out: list[KeptOut]
