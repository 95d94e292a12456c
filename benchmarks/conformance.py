"""The expectations in feedparser's test documents, read without executing them: a path into the parsed feed, and a value.

The first comment of a document says `Expect: not bozo and entries[0]['title'] == 'x'`. The expression is parsed with `ast`; each
part of an `and` is an expectation of its own. Expectations about what we do not keep are left out and counted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_EXPECT = re.compile(rb"Expect:\s*(.*?)\s*(?=\n\s*\n|\n[A-Z][\w-]*:|-->)", re.DOTALL)
_HEADER = re.compile(rb"^(?:Header:)?\s*Content-[Tt]ype:\s*(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Expectation:
    """`path` such as ("entries", 0, "tags", 1, "term"), and the literal it is to equal."""

    path: tuple[str | int, ...]
    value: Any


def content_type(document: bytes) -> str | None:
    found = _HEADER.search(_ascii(document)[:4000])
    return found[1].decode("ascii", "replace") if found else None


def expectations(document: bytes) -> list[Expectation]:
    found = _EXPECT.search(_ascii(document)[:8000])
    if found is None:
        return []
    try:
        tree = ast.parse(found[1].decode("utf-8", "replace").strip().replace("\n", " "), mode="eval").body
    except (SyntaxError, ValueError):
        return []
    return list(_of(tree))


def _ascii(document: bytes) -> bytes:
    """UTF-16 and UTF-32 documents with their zero bytes taken out: enough to read a comment."""
    return document.replace(b"\0", b"") if b"\0" in document[:64] else document


def _of(node: ast.expr) -> Iterator[Expectation]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for part in node.values:
            yield from _of(part)
    elif isinstance(node, ast.Compare) and all(isinstance(one, ast.Eq) for one in node.ops):
        value = _literal(node.comparators[-1])
        if value is not _NO_LITERAL:
            for side in [node.left, *node.comparators[:-1]]:
                if path := _path(side):
                    yield Expectation(path, value)


_NO_LITERAL = object()


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        return left + right if isinstance(left, str) and isinstance(right, str) else _NO_LITERAL
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return _NO_LITERAL


def _path(node: ast.expr) -> tuple[str | int, ...] | None:
    """The names and indices of `entries[0]['a'].b`, or None where it is anything else."""
    parts: list[str | int] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            parts.append(node.slice.value if isinstance(node.slice.value, int) else str(node.slice.value))
        else:
            return None
        node = node.value
    return (node.id, *reversed(parts)) if node.id in ("entries", "feed") else None


REASONS: tuple[tuple[str, str], ...] = (
    (r"sanitize/.*_(iframe|object)\.xml", "text inside iframe and object goes with the element"),
    (r"sanitize/.*_crazy\.xml", "a page built to confuse sanitisers inside a text: other remains, none of it markup"),
    (
        r"(base|http|lang)/(http_.*content_location|headers_content_location|http_content_language)",
        "headers we do not read",
    ),
    (r"entry_category_term|media_category_label", "of term and label the other one is kept"),
    (r"itunes_item_category|madeup_tags", "iTunes categories and made-up tags are not read"),
    (r"multiple_values|date_overwriting", "of several dates the earliest counts, not the last"),
    (r"http_entry_id_base", "ids are not resolved against a base"),
    (r"entities/[lr]ang", "the brackets as HTML 5 has them"),
    (r"entity_in_doctype", "entities of the internal subset are never expanded"),
    (r"itunes_channel_(image_url|link_image)", "an iTunes image given otherwise than by href"),
    (r"(description_and_summary|summary_and_description)", "of summary and description the description counts"),
    (r"LocalNameClash", "an element of a foreign namespace with the name of ours, ahead of ours"),
    (r"cdf/", "CDF, a format of 1997, is not read"),
    (r"not_a_doctype", "what begins like a declaration is a comment, as in browsers"),
    (r"bozo_linenoise", "of nonsense we make other nonsense"),
    (r"item_dc_language", "an entry that tells nothing but its language is none"),
    (
        r"node_precedence|_link_(no_href_link_priority|rel_enclosure_no_href)",
        "its two entries are equal in all we keep, hence one item",
    ),
    (r"feed_title_script_inline|xml_malicious_comment|nested_cdata", "remains of dropped markup, inert"),
)
"""Why an expectation that does not hold is not meant to, by a pattern of the document's name, in reading order."""


def reason(name: str) -> str:
    return next((why for pattern, why in REASONS if re.search(pattern, name)), f"unexplained: {name}")
