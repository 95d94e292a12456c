"""Warns of text that YAML probably reads differently from what is meant: cut off by a #, part of the entry above, or `null`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

TEXTS = (
    "name", "aliases", "title", "description", "publisher", "words", "not", "never", "examples", "counterexamples",
)  # fmt: skip
"""Keys of texts and of lists of texts, in which a # is probably part of the text."""

_DASH = re.compile(" *-(?= )")
_CUT_OFF = re.compile(r" (#[^\s#]+)\s*$")

Misread = tuple[int, int, str]
"""Line and column (counted from 1), and a message that says what to do."""


def misread(scalar: Any, lines: Sequence[str], key: str | None) -> Iterator[Misread]:
    """Warnings about a scalar (an event of the parser). `lines` are the lines of the file; `key` is the key to whose value or list the
    scalar belongs."""
    if scalar.style:  # text in quotes is meant as it is written
        return
    yield from _swallowed(scalar, lines)
    if key in TEXTS:
        yield from _cut_off(scalar, lines)
        if scalar.value.lower() in ("null", "~"):  # other programs read these as no value
            message = f"`{scalar.value}` is text here, not nothing: leave the line out, or quote it if it is meant so"
            yield scalar.start_mark.line + 1, scalar.start_mark.column + 1, message


def _swallowed(scalar: Any, lines: Sequence[str]) -> Iterator[Misread]:
    """Finds entries of a list that are indented further than the one above, so that YAML takes them as part of its text."""
    first, last = scalar.start_mark.line + 1, scalar.end_mark.line + 1
    for number, line in enumerate(lines[first:last], first + 1):
        if dash := _DASH.match(line):
            message = (
                "this belongs to the text above, since it is indented further: align the dashes, or quote the text"
            )
            yield number, dash.end(), message


def _cut_off(scalar: Any, lines: Sequence[str]) -> Iterator[Misread]:
    """Finds text that is cut off, since # after a space starts a comment: `name: Channel #1`."""
    line, column = scalar.end_mark.line, scalar.end_mark.column
    rest = lines[line][column:] if scalar.value and line < len(lines) else ""
    if lost := _CUT_OFF.fullmatch(rest):
        message = (
            f"`{lost[1]}` is a comment, since a space precedes the #: quote the text if it belongs to it, else put a "
            "space behind the #"
        )
        yield line + 1, column + 2, message


def is_comment(scalar: Any, lines: Sequence[str]) -> bool:
    """Whether a scalar is empty because a # makes the rest of its line a comment."""
    line, column = scalar.start_mark.line, scalar.start_mark.column
    rest = lines[line][column:] if line < len(lines) else ""
    return not scalar.value and rest.lstrip(" ").startswith("#")
