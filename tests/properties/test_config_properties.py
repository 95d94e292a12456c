"""Whatever stands in the file: settings or ConfigError, nothing else; and what was written sound is read as written."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config.compile import compile_file, compile_texts
from aggregator.config.environment import expand, mask, pattern
from aggregator.config.scalars import SLUG, slug
from aggregator.config.schema import FeedsFile
from aggregator.errors import ConfigError

TOP = sorted(field.alias or name for name, field in FeedsFile.model_fields.items())
INNER = [
    "name",
    "url",
    "id",
    "every",
    "words",
    "places",
    "not",
    "never",
    "all",
    "weight",
    "headers",
    "labels",
    "was",
    "title",
    "pin",
]
SCALARS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["https://a.example/", "5m", "true", "NO", "1:30", "a*", "*", "${X}", "${", "world", "CN", "", "2"]
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(INNER), SCALARS), inner, max_size=4)
    ),
    max_leaves=20,
)
FILES = st.dictionaries(st.sampled_from(TOP), TREES, max_size=5)
SIGNS = (
    "sources:|sections:|\n|\n  |\n  - |- |name: A|url: |{|}|[|]|,|: |&a |*a|!!x |'|\"|>|#|---\n|"
    "...\n|%YAML 1.1\n|? |\t|<<: |\r|\x85|\u2028|é|\0"
)
SNIPPETS = st.lists(st.sampled_from([*SIGNS.split("|"), "|"]), max_size=40).map("".join)


def settles(text: str) -> None:
    try:
        read, *_ = compile_texts({"f": text}, {"X": "1"})
    except ConfigError as error:
        lines = (
            text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 1
        )
        assert error.problems
        assert list(error.problems) == sorted(error.problems, key=lambda p: (p.line, p.column))
        assert all(p.file == "f" and 1 <= p.line <= lines and p.column >= 1 for p in error.problems)
        assert all("\n" not in str(p) and len(str(p)) < 1000 for p in error.problems)
    else:
        assert read.fallback


@given(st.text(max_size=200))
def test_any_text_settles(text: str) -> None:
    settles(text)


@given(SNIPPETS)
@settings(max_examples=100)
def test_any_mixture_of_yaml_signs_settles(text: str) -> None:
    settles(text)


@given(FILES)
@settings(max_examples=100)
def test_any_tree_settles(tree: dict[str, Any]) -> None:
    settles(json.dumps(tree, ensure_ascii=False))  # JSON is YAML


@given(st.binary(max_size=200))
def test_any_bytes_settle(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.yaml"
        path.write_bytes(data)
        try:
            compile_file(path, {})[0]
        except ConfigError as error:
            assert error.problems  # either outcome is right


WORD = st.from_regex(r"[a-zé]{2,8}( [A-Z]{2,5})?", fullmatch=True)
SLUGS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6})?", fullmatch=True)
TERM = st.one_of(
    WORD,
    st.dictionaries(WORD, st.sampled_from(["1", "2.5", "100"]), min_size=1, max_size=1),
    st.fixed_dictionaries({"all": st.lists(WORD, min_size=2, max_size=4, unique=True)}),
)
RULES = st.lists(
    st.fixed_dictionaries({"id": SLUGS, "words": st.lists(TERM, max_size=5)}),
    max_size=5,
    unique_by=lambda entry: entry["id"],
)
SOURCES = st.lists(SLUGS, max_size=5, unique=True).map(
    lambda ids: [{"id": one, "name": one.title(), "url": f"https://{one}.example/feed", "every": "7m"} for one in ids]
)


@given(SOURCES, RULES, RULES)
@settings(max_examples=50)
def test_what_was_written_is_what_is_read(sources: Any, sections: Any, topics: Any) -> None:
    text = json.dumps({"sources": sources, "sections": sections, "topics": topics}, ensure_ascii=False)
    read, *_ = compile_texts({"f": text}, {})
    assert [source.id for source in read.sources] == [entry["id"] for entry in sources]
    assert [source.url for source in read.sources] == [entry["url"] for entry in sources]
    for rules, entry in zip(read.sections[: len(sections)] + read.topics, sections + topics, strict=True):
        assert [list(term.parts) for term in rules.words] == [parts(term) for term in entry["words"]]
    again, *_ = compile_texts(read.texts, {})
    assert again == read


def parts(term: Any) -> list[str]:
    if isinstance(term, str):
        return [term]
    (value,) = term.values()
    return list(value) if isinstance(value, list) else list(term)


@given(st.text(max_size=40))
def test_a_slug_is_an_id_or_nothing(name: str) -> None:
    made = slug(name)
    assert made == "" or (SLUG.fullmatch(made) and slug(made) == made)


@given(st.text(max_size=30), st.text(min_size=4, max_size=10))
def test_a_masked_text_holds_no_secret(text: str, secret: str) -> None:
    if "*" not in secret:
        assert secret not in mask(text + secret + text, pattern([secret]))


@given(st.text(max_size=30))
def test_text_without_references_is_unchanged(text: str) -> None:
    assert expand(text.replace("${", ""), {}) == text.replace("${", "")
