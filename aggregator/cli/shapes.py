"""The types of what `plan` prints as JSON. Text and Markdown are written from the same values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


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


class Leading(TypedDict, total=False):
    primary_before: int
    primary_after: int


class StreamMoves(Leading):
    """Of a section or topic, the numbers and examples of `pipeline.plan.Moves`. Only sections have the numbers of `Leading`."""

    id: str
    title: str
    before: int
    after: int
    come: int
    go: int
    become: int
    coming: list[Sample]
    going: list[Sample]
    becoming: list[Sample]


class Story(TypedDict):
    id: str
    title: str
    url: str | None


class Article(TypedDict):
    title: str
    url: str | None


class Joined(Story):
    joined_by: list[Story]


class Split(Story):
    leaving: list[Article]


class Hidden(Story):
    """`whole`: none of its articles is left."""

    hiding: list[Article]
    showing: list[Article]
    whole: bool


class OutdonePin(Story):
    """Its pin to `section` does not count, because of that to `by`."""

    section: str
    at: str
    by: str
    by_at: str


class EndedPin(TypedDict):
    url: str
    section: str
    until: str
    at: str


class Overrides(TypedDict):
    """What `stories:` does; `unknown`: addresses that no stored item has."""

    joins: list[Joined]
    splits: list[Split]
    hides: list[Hidden]
    unknown: list[str]
    outdone: list[OutdonePin]
    over: list[EndedPin]


class Example(TypedDict):
    of: str
    kind: str
    text: str
    at: str
    held: bool | None
    holds: bool
    why: str | None


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
    examples: list[Example]
    refused: int
    dead: Dead
