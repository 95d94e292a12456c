"""Appends sources to the text of a file, and keeps everything else byte for byte. Writes files as a whole or not at all.

The YAML is never written anew. The events of the parser say where the list `sources` ends; lines are inserted there, in the style of the
list.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from aggregator.config.characters import LINE_BREAK, in_lines
from aggregator.config.tree import events
from aggregator.errors import AggregatorError

FOLDER = "folder"
"""The label for the folder that a source had in another reader."""

_PLAIN = re.compile(r"[A-Za-z0-9][\w .,&'()/–—-]*")
NO_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
"""Words that other programs that read YAML take for a truth value or nothing, unless they are in quotes."""


class NewSource(Struct, frozen=True):
    name: str
    url: str
    id: str | None = None  # given if the slug of the name is empty or taken
    publisher: str | None = None
    folder: str | None = None  # becomes the label FOLDER

    def pairs(self) -> list[tuple[str, str]]:
        """Keys and values as YAML."""
        found = [("name", scalar(self.name)), ("id", self.id), ("url", scalar(self.url))]
        found += [("publisher", scalar(self.publisher) if self.publisher else None)]
        found += [("labels", f"{{{FOLDER}: {scalar(self.folder, flow=True)}}}" if self.folder else None)]
        return [(key, value) for key, value in found if value]


def scalar(text: str, *, flow: bool = False) -> str:
    """A value as YAML: without quotes if that is safe, else in double quotes. `${` is escaped, so that it names no variable."""
    text = text.replace("${", "$${")
    plain = re.fullmatch(r"https?://[\w./~%?&=+:;@-]+", text, re.ASCII) if not flow else None
    if plain and not text.endswith(":"):
        return text
    safe = (
        _PLAIN.fullmatch(text)
        and text == text.strip()
        and text.lower() not in NO_TEXT
        and not re.fullmatch(r"[\d.,]+", text)
    )
    return text if safe and not (flow and "," in text) else _quoted(text)


def _quoted(text: str) -> str:
    """The text in double quotes, in which every character can be escaped."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in ('"', "\\"):
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08X}"


class _Spot(Struct, frozen=True):
    """Where to insert sources. `column` is that of the dashes. `flow`: inside brackets; `first`: these have no entry yet."""

    offset: int
    column: int = 2
    flow: bool = False
    first: bool = False
    key: bool = False  # the key `sources` must be written too
    brackets: tuple[int, int] | None = None  # of an empty list, to delete: else thirty sources would be on one line


def append_sources(text: str, sources: Sequence[NewSource]) -> str:
    """The text with these sources at the end of its list `sources`.

    Raises:
        AggregatorError: the list is written in an unusual way; the message shows the lines to add by hand.
    """
    newline = next((one for one in ("\r\n", "\n", "\r") if one in text), "\n")
    spot = _spot(text)
    if spot is None:
        by_hand = newline.join(_block(source, 2, newline) for source in sources)
        raise AggregatorError(
            f"the list `sources` is written in a way that cannot be added to; add by hand:\n{by_hand}"
        )
    if spot.flow:
        entries = ", ".join(
            "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in one.pairs()) + "}" for one in sources
        )
        return text[: spot.offset] + ("" if spot.first else ", ") + entries + text[spot.offset :]
    blocks = "".join(_block(source, spot.column, newline) for source in sources)
    head, tail = text[: spot.offset], text[spot.offset :]
    if spot.brackets:
        start, end = spot.brackets
        head = head[:start].rstrip(" ") + head[end:]
    if head and not head.endswith(("\n", "\r")):
        head += newline
    return f"{head}{f'{newline}sources:{newline}' if spot.key else ''}{blocks}{tail}"


def _flow(value: str) -> str:
    return value if value.startswith(("{", '"')) else _quoted(value)


def _block(source: NewSource, column: int, newline: str) -> str:
    first, *rest = (f"{key}: {value}{newline}" for key, value in source.pairs())
    margin = " " * (column + 2)
    return f"{' ' * column}- {first}{''.join(margin + line for line in rest)}"


def _spot(text: str) -> _Spot | None:
    """Where to insert, by the parser's events. None if `sources` is not a list."""
    end = len(text)
    depth, key, is_key = 0, "", True
    target: Any = None  # the event that starts the list
    last: Any = None  # the last event inside it that ends with its text
    flows: list[bool] = []
    event: Any
    for event in events(in_lines(text)):
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if depth == 1 and not is_key and key == "sources" and target is None:
                    if isinstance(event, yaml.MappingStartEvent):
                        return None
                    target = event
                flows.append(bool(event.flow_style))
                depth += 1
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                depth -= 1
                flow = flows.pop()
                if target is not None and depth == 1:
                    return (None if flows[0] else _in_place_of(text, target, event)) or _end_of(text, target, last)
                last = event if flow else last
                is_key = True if depth == 1 else is_key
            case yaml.ScalarEvent():
                if depth == 1 and is_key:
                    key, is_key = event.value, False
                elif depth == 1:
                    if key == "sources":
                        after: Any = event.end_mark
                        return _Spot(_line_end(text, after.index)) if event.value == "" else None
                    is_key = True
                last = event
            case yaml.DocumentEndEvent(explicit=True):  # a line `...`: what comes after it belongs to no document
                ended: Any = event.start_mark
                end = ended.index
    return _Spot(end, key=True)


def _in_place_of(text: str, start: Any, end: Any) -> _Spot | None:
    """The place below empty brackets; None if they are not empty, or if more than a comment follows on their line."""
    opens, closes = start.start_mark.index, end.end_mark.index
    empty = re.compile(r"\[ *\][ \t]*(?:#|[\r\n]|\Z)").match(text, opens)
    return _Spot(_line_end(text, closes), brackets=(opens, closes)) if empty else None


def _end_of(text: str, start: Any, last: Any) -> _Spot:
    inside = last is not None and last.start_mark.index > start.start_mark.index
    if start.flow_style:
        return _Spot(last.end_mark.index if inside else start.end_mark.index, flow=True, first=not inside)
    at = last.end_mark.index
    ends_line = text[at - 1] in "\r\n"
    column = start.start_mark.column
    return _Spot(_past_comments(text, at if ends_line else _line_end(text, at), column), column=column)


def _past_comments(text: str, offset: int, column: int) -> int:
    """Skips comments that are indented like the keys of the last entry: a key that is commented out belongs to it."""
    comment = re.compile(rf" {{{column + 1},}}#[^\r\n]*(?:{LINE_BREAK.pattern}|\Z)")
    while found := comment.match(text, offset):
        offset = found.end()
    return offset


def _line_end(text: str, offset: int) -> int:
    found = LINE_BREAK.search(text, offset)
    return found.end() if found else len(text)


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replaces the file's content by renaming a new file over it. Follows symbolic links, and keeps owner and permissions. Of several
    processes that do so at once, one succeeds.

    Raises:
        AggregatorError: the file is no longer `before`, since somebody saved it meanwhile; or it cannot be written.
    """
    target = path.resolve()
    try:
        with target.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # a process that waits here will find other bytes at the path
            fresh = _written_beside(target, after)
            try:
                # Compared last: a text editor takes no lock, and the disk takes its time.
                if target.read_bytes() != before:
                    raise saved_meanwhile(path)
                fresh.replace(target)
            finally:
                fresh.unlink(missing_ok=True)
    except OSError as error:
        raise AggregatorError(f"{path}: cannot be written: {error.strerror}") from error


def saved_meanwhile(path: Path) -> AggregatorError:
    return AggregatorError(f"{path}: was saved by somebody else just now; nothing was written, try again")


def _written_beside(target: Path, data: bytes) -> Path:
    """A new file in the folder of `target`, with its owner and permissions, that holds the data and is on the disk."""
    was = target.stat()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(PermissionError):  # only root may: the service must be able to read what root wrote
            os.chown(name, was.st_uid, was.st_gid)
        fresh.chmod(was.st_mode & 0o7777)
    except BaseException:  # Ctrl-C as well
        fresh.unlink(missing_ok=True)
        raise
    return fresh
