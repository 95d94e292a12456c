"""Appends sources to the text of a file, and keeps everything else byte for byte. Writes files as a whole or not at all.

The YAML is never written anew. The parser says where the list `sources` ends; lines are inserted there, in the style of the list.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from aggregator.config.characters import LINE_BREAK, in_lines
from aggregator.config.project import without_waiting
from aggregator.config.tree import LOADER, events
from aggregator.errors import AggregatorError

FOLDER = "folder"
"""The label for the folder that a source had in another reader."""

# Brackets after which no more than a comment follows on their line.
_EMPTY = re.compile(r"\[ *\](?:[ \t]+#|[ \t]*(?:[\r\n]|\Z))")
_PLAIN = re.compile(r"[A-Za-z0-9][\w .,&'()/–—-]*")
ACCESS_LIST = "system.posix_acl_access"  # the attribute in which Linux keeps what setfacl sets
JOINERS = "\u200c\u200d"  # invisible, but parts of words in Persian, and of emoji
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
        and not re.fullmatch(r"[\d.,_-]+", text)
    )
    return text if safe and not (flow and "," in text) else _quoted(text)


def _quoted(text: str) -> str:
    """The text in double quotes, in which every character can be escaped."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in ('"', "\\"):
        return f"\\{char}"
    return char if char.isprintable() or char in JOINERS else f"\\U{ord(char):08X}"


class _Spot(Struct, frozen=True):
    """Where to insert sources: between `head` and `tail`. `column` is that of the dashes, None inside brackets; `opening` precedes them."""

    head: str
    tail: str
    column: int | None
    opening: str = ""


def append_sources(text: str, sources: Sequence[NewSource]) -> str:
    """The text with these sources at the end of its list `sources`.

    Raises:
        AggregatorError: the list is written in an unusual way; the message shows the lines to add by hand.
    """
    newline = next((one for one in ("\r\n", "\n", "\r") if one in text), "\n")
    spot = _spot(text, newline)
    if spot is None:
        by_hand = newline.join(_block(source, 2, newline) for source in sources)
        raise AggregatorError(
            f"the list `sources` is missing, or written in a way that cannot be added to; add below `sources:` by hand:\n{by_hand}"
        )
    head = spot.head
    if spot.column is None:
        entries = ", ".join(
            "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in one.pairs()) + "}" for one in sources
        )
    else:
        entries = "".join(_block(source, spot.column, newline) for source in sources)
        if head and not head.endswith(("\n", "\r")):
            head += newline
    return f"{head}{spot.opening}{entries}{spot.tail}"


def _flow(value: str) -> str:
    return value if value.startswith(("{", '"')) else _quoted(value)


def _block(source: NewSource, column: int, newline: str) -> str:
    first, *rest = (f"{key}: {value}{newline}" for key, value in source.pairs())
    margin = " " * (column + 2)
    return f"{' ' * column}- {first}{''.join(margin + line for line in rest)}"


def _spot(text: str, newline: str) -> _Spot | None:
    """Where to insert. None if `sources` is not a list, or if the key is missing where it cannot be written at the end of the text."""
    root: Any = yaml.compose(in_lines(text), Loader=LOADER)
    listed: Any = next((value for key, value in root.value if key.value == "sources"), None) if root else None
    margin = root.start_mark.column if root else 0  # of the keys; mostly 0
    if listed is None:
        end = _document_end(text)
        key = f"{newline}sources:{newline}"
        return None if root and (margin or root.flow_style) else _Spot(text[:end], text[end:], 2, key)
    opens, closes = listed.start_mark.index, listed.end_mark.index
    below = _line_end(text, closes)
    if listed.value == "":
        return _Spot(text[:below], text[below:], margin + 2)
    if not isinstance(listed, yaml.SequenceNode):
        return None
    if listed.flow_style and _EMPTY.match(text, opens) and not root.flow_style:
        # Without the brackets: else thirty sources would be on one line.
        return _Spot(text[:opens].rstrip(" ") + text[closes:below], text[below:], margin + 2)
    if listed.flow_style:
        end = listed.value[-1].end_mark.index if listed.value else opens + 1
        return _Spot(text[:end], text[end:], None, ", " if listed.value else "")
    last = listed
    while isinstance(last, yaml.CollectionNode) and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    end, column = last.end_mark.index, listed.start_mark.column
    below = _past_comments(text, end if text[end - 1] in "\r\n" else _line_end(text, end), column)
    return _Spot(text[:below], text[below:], column)


def _document_end(text: str) -> int:
    """The end of the text, or the line `...`: what comes after it belongs to no document."""
    ends: Any = (event for event in events(in_lines(text)) if isinstance(event, yaml.DocumentEndEvent))
    return next((event.start_mark.index for event in ends), len(text))


def _past_comments(text: str, offset: int, column: int) -> int:
    """Skips comments that are indented like the keys of the last entry: a key that is commented out belongs to it."""
    comment = re.compile(rf" {{{column + 1},}}#[^\r\n]*(?:{LINE_BREAK.pattern}|\Z)")
    while found := comment.match(text, offset):
        offset = found.end()
    return offset


def _line_end(text: str, offset: int) -> int:
    found = LINE_BREAK.search(text, offset)
    return found.end() if found else len(text)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """A context in which no other process is that edits the file through this function. Text editors ask nobody."""
    with contextlib.ExitStack() as kept:
        # There is no such file, or its file system knows no locks: whoever reads or replaces it next finds out.
        with contextlib.suppress(OSError):
            for _ in range(1000):  # not for ever, where a file system gives a file another number each time
                kept.close()
                held = kept.enter_context(open(path, "rb", opener=without_waiting))
                fcntl.flock(held, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(held.fileno()), path.stat()):  # else whoever held it has replaced it
                    break
        yield


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replaces the file's content by renaming a new file over it. Follows symbolic links, and keeps owner, permissions and
    access list. For one process at a time (`alone`). SIGTERM and SIGHUP wait meanwhile, since they would leave the new file behind.

    Raises:
        AggregatorError: the file is no longer `before`, since somebody saved it meanwhile; or it cannot be written.
    """
    target = path.resolve()
    held_before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP))
    try:
        fresh = _written_beside(target, after)
        try:
            # Compared last: a text editor takes no lock, and the disk takes its time.
            if target.read_bytes() != before:
                raise saved_meanwhile(path)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise AggregatorError(
            f"{path}: cannot be written: {error.strerror} (this needs a new file in its folder)"
        ) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_before)


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
        # The service must be able to read what others wrote: root, or members of the group that shares the file. Others may not give
        # it away; in a container without root the group may be one that cannot be named there, which is another error.
        with contextlib.suppress(OSError):
            os.chown(name, -1, was.st_gid)
        with contextlib.suppress(OSError):
            os.chown(name, was.st_uid, -1)
        with contextlib.suppress(OSError, AttributeError):  # it has none, or its file system or macOS knows none
            os.removexattr(name, ACCESS_LIST)  # that of its folder, which `target` need not have
        with contextlib.suppress(OSError, AttributeError):
            os.setxattr(name, ACCESS_LIST, os.getxattr(target, ACCESS_LIST))
        fresh.chmod(was.st_mode & 0o7777)
    except BaseException:  # Ctrl-C as well
        fresh.unlink(missing_ok=True)
        raise
    return fresh
