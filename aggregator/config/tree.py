"""Parses YAML to a tree of text, lists and tables, in which every node has its position.

Only the parser's events are used (libyaml's if PyYAML has it), and no values are constructed. So a tag cannot create an object, an alias
cannot multiply its content, and `NO` and `1:30` stay the text that the editor typed. Deep nesting cannot exhaust Python's stack, since
ours is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from aggregator.config.characters import FORBIDDEN, LINE_BREAK, fault, in_lines, without_faults
from aggregator.config.environment import quoted
from aggregator.config.syntax import advice, is_comment, misread, no_space
from aggregator.errors import Problem
from aggregator.model.settings import Position

MAX_BYTES = 1 << 20  # a file with thousands of rules has a tenth of that
MAX_DEPTH = 20  # the grammar needs six levels

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's if PyYAML has it
ESCAPES = " (a backslash in \"double quotes\" starts an escape; in 'single quotes' it is itself)"


class Text(str):
    """A scalar. `template`: the text as the editor wrote it, if variables of the environment were substituted in it. `secret`: the settings
    get the template, not the value."""

    at: Position
    plain: bool  # written without quotes; if it is empty, there is no value
    template: str | None
    secret: bool

    def __new__(
        cls, value: str, at: Position, plain: bool = False, template: str | None = None, secret: bool = False
    ) -> Text:
        text = super().__new__(cls, value)
        text.at, text.plain, text.template, text.secret = at, plain, template, secret
        return text

    @property
    def kept(self) -> str:
        """The value for the settings."""
        return self.shown if self.secret else str(self)

    @property
    def shown(self) -> str:
        """The value for messages, as the editor wrote it."""
        return str(self) if self.template is None else self.template


class Items(list[Any]):
    """A sequence."""

    def __init__(self, at: Position) -> None:
        super().__init__()
        self.at = at


class Table(dict[str, Any]):
    """A mapping; `keys_at` has the position of each key."""

    def __init__(self, at: Position) -> None:
        super().__init__()
        self.at = at
        self.keys_at: dict[str, Position] = {}


Node = Text | Items | Table


class Broken(Exception):
    """Parsing cannot continue; the builder's `problems` say why."""


class _Open(Struct):
    """A list or table whose end has not come. `under`: the key whose value it is; `key`: of a table, the key whose value comes next."""

    node: Items | Table
    under: Text | None
    key: Text | None = None


class _Builder:
    """Builds the tree from events, and collects `problems`. `sound` becomes false if the tree cannot represent the file."""

    def __init__(self, name: str, text: str, included: bool) -> None:
        self.name, self.included = name, included
        self._lines = text.splitlines()
        self.problems: list[Problem] = []
        self.sound = True
        self.root: Node | None = None
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        at = self._at(event)
        match event:
            case yaml.DocumentStartEvent():
                if self.root is not None:
                    message = "a second document starts here, but the file must be one document: delete the line `---`"
                    self.refuse(at, message)
                    raise Broken
            case yaml.AliasEvent():
                self.refuse(at, _star(event.anchor or ""))
                self._put(Text("", at))
            case yaml.ScalarEvent():
                self._marks(event, at)
                self._misread(event, at)
                self._put(Text(self._sayable(event, at), at, plain=not event.style))
            case yaml.SequenceStartEvent():
                self._enter(event, Items(at))
            case yaml.MappingStartEvent():
                self._enter(event, Table(at))
            case yaml.CollectionEndEvent():
                self._open.pop()

    def refuse(self, at: Position, message: str) -> None:
        self.problems.append(at.problem(message))
        self.sound = False

    def _sayable(self, event: yaml.ScalarEvent, at: Position) -> str:
        """The scalar's text. Forbidden characters are reported and removed, so that other errors are found too."""
        found = fault(event.value)
        if found is None:
            return str(event.value)
        hint = ESCAPES if event.style == '"' else ""
        self.problems.append(at.problem(f"this text contains {found}{hint}"))
        return without_faults(event.value)

    def _misread(self, event: yaml.ScalarEvent, at: Position) -> None:
        around = self._open[-1] if self._open else None
        of_list = around is not None and isinstance(around.node, Items)
        if of_list and is_comment(event, self._lines):
            self.refuse(at, "this entry is a comment: quote text that begins with #, or put the # before the dash")
        key = None if around is None else around.under if of_list else around.key
        for line, column, message in misread(event, self._lines, key):
            self.problems.append(Position(self.name, line, column, self.included).warning(message))

    def _at(self, event: yaml.Event) -> Position:
        mark: Any = event.start_mark
        return Position(self.name, mark.line + 1, mark.column + 1, self.included)

    def _marks(self, event: Any, at: Position) -> None:
        advice = "which is not supported: delete it, or quote text that begins with"
        if event.anchor is not None:
            self.refuse(at, f"`&{_named(event.anchor)}` is an anchor, {advice} &")
        if event.tag is not None:
            self.refuse(at, f"a tag starts here, {advice} !")

    def _enter(self, event: yaml.Event, node: Items | Table) -> None:
        self._marks(event, node.at)
        under = self._open[-1].key if self._open else None
        self._put(node)
        if len(self._open) >= MAX_DEPTH:
            self.refuse(node.at, f"nested more than {MAX_DEPTH} deep; nothing in this file needs more than six")
            raise Broken
        self._open.append(_Open(node, under))

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node, Items):
            parent.node.append(node)
        elif parent.key is None:
            parent.key = self._key(node)
        else:
            key, parent.key = parent.key, None
            self._pair(parent.node, key, node)

    def _key(self, node: Node) -> Text:
        if isinstance(node, Text):
            if node.plain and node[:1].isspace():
                self.refuse(node.at, no_space(node[0]))
            return node
        self.refuse(node.at, "a key must be text, found a list or table; quote text that begins with [ or {")
        return Text(f"\0{len(self.problems)}", node.at)

    def _pair(self, table: Table, key: Text, value: Node) -> None:
        if key == "<<" and key.plain:
            self.refuse(key.at, "`<<` merges tables, which is not supported: write the keys out")
        elif key in table:
            first = table.keys_at[key]
            of_list = len(self._open) > 1 and isinstance(self._open[-2].node, Items)
            entry = ", or begin another entry with `- `" if of_list and first.line < key.at.line else ""
            message = f"duplicate key {quoted(key)}, first on line {first.line}: keep one{entry}"
            self.problems.append(key.at.problem(message))
        else:
            table[str(key)] = value
            table.keys_at[str(key)] = key.at


def _star(anchor: str) -> str:
    return (
        f"`*{_named(anchor)}` is an alias, which is not supported: write the value out, or quote text that begins with *, as "
        f'"*{_named(anchor)}" for any beginning; a word with any ending is written `{_named(anchor)}*`'
    )


def _named(anchor: str) -> str:
    """The name of an anchor if it has only letters: otherwise it may be part of a password that begins with & or *."""
    return anchor if anchor.isalpha() else "…"


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events for a text (after `in_lines`)."""
    return iter(yaml.parse(text, Loader=LOADER))


def read_tree(name: str, text: str, *, included: bool = False) -> tuple[Table | None, list[Problem]]:
    """Parses the text of one file. The tree is None if it cannot represent the file. Of duplicate keys, the first is kept."""
    refused = _unreadable(name, text) or _no_yaml(name, text)
    if refused:
        return None, [refused]
    text = in_lines(text)
    builder = _Builder(name, text, included)
    try:
        for event in events(text):
            builder.take(event)
    except Broken:
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        last = advice(name, text, error)
        told = {(problem.line, problem.column) for problem in builder.problems if not problem.warning}
        return None, builder.problems if (last.line, last.column) in told else [*builder.problems, last]
    root = builder.root
    if builder.sound and not isinstance(root, Table):
        empty = root is None or root == ""
        what = (
            f"the file is empty{' but for comments' * ('#' in text)}"
            if empty
            else f"the file must contain keys and values, found {kind(root)}"
        )
        at = Position(name, 1, 1) if empty or root is None else root.at
        builder.problems.append(at.problem(f"{what}; it begins with a key such as `sources:`"))
    return root if builder.sound and isinstance(root, Table) else None, builder.problems


def kind(value: object) -> str:
    """The kind of a node, in words."""
    if isinstance(value, dict):
        return "a table of keys and values"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value == "" else "text"


def _no_yaml(name: str, text: str) -> Problem | None:
    """A problem if the text is HTML or XML: what was saved is a page that shows the file, or a list of another feed reader."""
    if not (found := re.match(r"\s*<(?=[!?A-Za-z][^<>]*>)", text)):
        return None
    line = text.count("\n", 0, found.end()) + 1
    message = (
        "this is a web page, not YAML: save the file itself (on GitHub: Raw)"
        if re.search(r"<html\b", text[:2000], re.IGNORECASE)
        else "this is XML, not YAML; `aggregator import` reads the lists of other feed readers (OPML)"
    )
    return Problem(name, line, 1, message)


def _unreadable(name: str, text: str) -> Problem | None:
    """A problem if the text is too long or contains a character that YAML forbids. libyaml would report these without a line."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return Problem(
            name, 1, 1, f"larger than {MAX_BYTES >> 20} MiB; split it with `include`, or check what got into it"
        )
    if found := FORBIDDEN.search(text):
        index, char = found.start(), found[0]
        ends = [line.end() for line in LINE_BREAK.finditer(text, 0, index)]
        column = index - (ends[-1] if ends else 0) + 1
        return Problem(
            name, len(ends) + 1, column, f"the character U+{ord(char):04X} is not allowed in YAML: delete it"
        )
    return None
