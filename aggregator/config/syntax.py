"""Explains libyaml's messages about invalid YAML to somebody who edits a list of feeds, and warns of text that YAML probably reads
differently from what is meant: cut off by a #, part of the entry above, or `null`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import yaml

from aggregator.config.characters import CURLY
from aggregator.errors import Problem

NO_COLON = "a key without a colon, or a line that is indented too little: write `key: value`"
NO_SPACE = "a space is missing after the colon: write `key: value`"
NO_SPACE_BEHIND_DASH = "a space is missing after the dash: write `- ` before each entry"
CONFLICT = re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?: |$)")
# White space that is no space to YAML, as copied from web pages, in the indentation or after a key.
BLANK = re.compile(r"[ -]*+(?:[\w-]+:)?(?![ \t])(\s)")
HASHED = re.compile(r"(?:^|[ \t,\[{])#\w")
QUOTED = """text goes on behind a quote that ended: put all of it into quotes of the other kind: '"Hot" summer' or "It's hot\""""
COLON = "inside { } or [ ] quote text that contains or ends in a colon, or put a comma before the next key"
# At the beginning of a text, and not closed before the colon behind it. (’ is an apostrophe: ’Tis)
CURLED = re.compile(rf"(?:^|[:-]\s|[\[{{,])\s*(?!’)([{CURLY}])[^{CURLY}]*\Z")
BACKSLASH = "a backslash in \"double quotes\" starts an escape: use 'single quotes'"
BRACKETED = "text goes on behind a bracket that ended: quote text that begins with [ or {"

# The parser's message → what it usually means in this file.
ADVICE = {
    "mapping values are not allowed": (
        'a colon followed by a space starts a value: quote text that contains one ("Ukraine: day 900"), '
        "or fix the indentation"
    ),
    "did not find expected key": "the indentation does not fit the lines above, or a quote or bracket ended too early",
    "did not find expected '-' indicator": "the indentation does not fit the lines above: put keys below keys, `- ` below `- `",
    "block sequence entries are not allowed": "a list entry (`- `) cannot start here: begin a line, indented below its key",
    "did not find expected ',' or ']'": "a list in [ ] is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "a table in { } is not closed, or a comma is missing",
    "did not find expected node content": (
        "a list in [ ] or a table in { } is not closed, or text begins with a comma or a closing bracket: quote it"
    ),
    "found unexpected ':'": COLON,
    "did not find expected comment or line break": "quote text that begins with | or >",
    "expected directive name": "quote text that begins with %",
    "found unexpected non-alphabetical character": "quote text that begins with %",
    "did not find expected whitespace or line break": "quote text that begins with !",
    "mapping keys are not allowed": "quote text that begins with ?",
    "did not find expected <document start>": "the file ended above this line, by a line `...` or a closing bracket: delete what ends it",
    "found unexpected end of stream": "a quote is never closed",
    "found unknown escape character": BACKSLASH,
    "did not find expected hexdecimal number": BACKSLASH,  # libyaml's spelling
    "found invalid Unicode character escape code": BACKSLASH,
    "exceeded maximum nesting depth": "nested too deep; nothing in this file needs more than six",
    "found undefined tag handle": "quote text that begins with !",
    "did not find expected alphabetic or numeric": 'quote text that begins with & or *: "*brand" has any beginning, missile* any ending',
}

TEXTS = (
    "name", "aliases", "title", "description", "publisher", "words", "not", "never", "examples", "counterexamples",
)  # fmt: skip
"""Keys of texts and of lists of texts, in which a # is probably part of the text."""

# Signs that look like those of YAML: a dash that a word processor made, the colon of an input method for Chinese or Japanese
# behind a key. (It also stands within words: `- 台湾：有事`.)
DASHES = "‐‑‒–—―−－•·"
LOOKALIKE = re.compile(rf"\s*(?:([{DASHES}])\s|(?:- )?[a-z_]+(：))")

_DASH = re.compile(" *-(?= )")
_WITHIN_CURLY = re.compile("([“”„])[^“”„]*[“”]?|[^“”„]*([“”])")  # on both sides, or one (in [ ])
_CUT_OFF = re.compile(r" (#[^\s#]+)\s*$")

Misread = tuple[int, int, str]
"""Line and column (counted from 1), and a message that says what to do."""


def advice(name: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """The parser's error as a problem, at the position where the parser stopped.

    Some errors are noticed too late for that to help. Then the position is that of the cause: where a quote opens that is never closed, the
    line without a valid key, the character that is no space, or the first line of a git conflict.
    """
    lines = text.splitlines()
    if (conflict := next((number for number, line in enumerate(lines, 1) if CONFLICT.match(line)), None)) is not None:
        meaning = "a conflict that git left: keep one version, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
        return Problem(name, conflict, 1, f"invalid YAML: {meaning}")
    mark = error.problem_mark or error.context_mark
    if error.context_mark and "unexpected end of stream" in str(error.problem):
        mark = error.context_mark
    keyless = _keyless(lines, error)
    line, column = keyless or ((mark.line, mark.column) if mark else (0, 0))
    if line >= len(lines) and lines:  # the end of the file: show its last line
        line, column = len(lines) - 1, len(lines[-1])
    rest = lines[line][column:] if line < len(lines) else ""
    if lookalike := _lookalike(lines, line):
        number, column, meaning = lookalike
        return Problem(name, number, column, f"invalid YAML: {meaning}")
    if keyless and re.match(r"-\w", rest):
        meaning = NO_SPACE_BEHIND_DASH
    elif keyless:
        meaning = NO_SPACE if re.match(r"[\w-]+:(?!//)[^ \t]", rest) else NO_COLON
    elif "mapping values" in str(error.problem) and line and re.match(r"\s*-\w", lines[line - 1]):
        meaning = f"the line above: {NO_SPACE_BEHIND_DASH}"
    elif "<document start>" in str(error.problem) and lines[first := _first(lines)][: column + 1].isspace():
        meaning = f"the first key, on line {first + 1}, is indented further than this line: align them"
    elif rest.startswith(":") and (curly := CURLED.search(lines[line][:column])):
        meaning = no_quote(curly[1])
    else:
        meaning = _meaning(str(error.problem), lines, line, column)
    return Problem(name, line + 1, column + 1, f"invalid YAML: {meaning}{_opened(text, error, line)}")


def _lookalike(lines: list[str], line: int) -> Misread | None:
    """A character on this line or the one above that only looks like a space, dash or colon of YAML."""
    for number in (line, line - 1):
        here = lines[number] if 0 <= number < len(lines) else ""
        if blank := BLANK.match(here):
            return number + 1, blank.start(1) + 1, no_space(blank[1])
        if like := LOOKALIKE.match(here):
            sign = like[like.lastindex or 0]
            meant = "colon: type `: `" if sign == "：" else "dash: begin each entry of a list with `- `"
            return number + 1, like.end() - (sign != "："), f"`{sign}` is no {meant}"
    return None


def no_space(char: str) -> str:
    return f"the character here is U+{ord(char):04X}, which is no space to YAML: delete it and type a space"


def no_quote(char: str) -> str:
    return f'`{char}` is no quote to YAML: type "'


def _keyless(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[int, int] | None:
    """The position of a key whose colon, or the space after it, is missing. The parser notices this only on a later line."""
    if "could not find expected ':'" in str(error.problem) and error.context_mark:
        return error.context_mark.line, error.context_mark.column
    if "mapping values are not allowed" in str(error.problem) and error.problem_mark:
        above = error.problem_mark.line - 1
        while above > 0 and not lines[above].strip():
            above -= 1
        found = re.match(r"[ -]*(?=[\w-]+:(?!//)[^ \t])", lines[above]) if above >= 0 else None
        if found and not re.search(r": |:$", lines[above]):
            return above, found.end()
    return None


def _first(lines: list[str]) -> int:
    """The first line (counted from 0) with more than a comment."""
    return next((number for number, line in enumerate(lines) if line.strip() and line.lstrip()[0] != "#"), 0)


def _opened(text: str, error: yaml.MarkedYAMLError, line: int) -> str:
    """Says where the quote or bracket was opened in which the parser stopped, if on an earlier line: the error is more often there."""
    quote = _quote_into(text, line)
    if quote is not None:
        return f"; a quote that opens on line {quote + 1} ends on this line"
    begun = error.context_mark
    if begun and begun.line < line and "flow" in str(error.context):
        hashed = any(HASHED.search(one) for one in text.splitlines()[begun.line : line])
        return f" (it opens on line {begun.line + 1}{'; quote text that begins with #' if hashed else ''})"
    return ""


def _quote_into(text: str, line: int) -> int | None:
    """The line (counted from 0) where a quote opens that ends on this later line."""
    found = None
    with suppress(yaml.YAMLError):  # raised only after the tokens that matter
        for token in yaml.scan(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            if token.start_mark.line > line:
                break
            if (
                isinstance(token, yaml.ScalarToken)
                and token.style in ("'", '"')
                and token.start_mark.line < line == token.end_mark.line
            ):
                found = token.start_mark.line
    return found


def _in_brackets(here: str, before: str, char: str) -> str | None:
    """What a missing comma means if the text on this line says it, before the character at which the parser stopped."""
    if "${" in here:
        return 'inside { } or [ ] quote text that contains ${NAME}: "Bearer ${NAME}"'
    if char == ":" and re.search(r"[\[{]", before):  # else a bracket of an earlier line is never closed
        return COLON
    if char in ("'", '"') and before.endswith(("'", '"')):
        return "a comma is missing between two texts in quotes"
    return None


def _meaning(problem: str, lines: list[str], line: int, column: int) -> str:
    here = lines[line] if line < len(lines) else ""
    indent = here[: len(here) - len(here.lstrip())]
    char = here[column : column + 1]
    if char == "\t" or "\t" in indent:
        return "a tab; indent with spaces"
    if "cannot start any token" in problem:
        return f"quote text that begins with {char}"
    before = here[:column].rstrip()
    if "','" in problem and (meaning := _in_brackets(here, before, char)):
        return meaning
    if char and before and re.search("expected (?:key|'-'|',')", problem):
        if before[-1] in "'\"" and before.count(before[-1]) > 1:  # else the quote was opened on an earlier line
            return QUOTED
        if before[-1] in "]}":
            return BRACKETED
    return next((words for said, words in ADVICE.items() if said in problem), problem)


def misread(scalar: Any, lines: Sequence[str], key: str | None) -> Iterator[Misread]:
    """Warnings about a scalar (an event of the parser). `lines` are the lines of the file; `key` is the key to whose value or list the
    scalar belongs."""
    if scalar.style:  # text in quotes is meant as it is written
        return
    yield from _swallowed(scalar, lines)
    if key in TEXTS:
        yield from _cut_off(scalar, lines)
        if not key.endswith("examples") and (curly := _WITHIN_CURLY.fullmatch(scalar.value)):
            message = f"{no_quote(curly[1] or curly[2])}, or delete it: it is part of the text here"
            yield scalar.start_mark.line + 1, scalar.start_mark.column + 1, message
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
