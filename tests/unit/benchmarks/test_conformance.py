"""How feedparser's expectations are read, and that of the corpus enough hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.conformance import Expectation, content_type, expectations
from benchmarks.eval_parse import LIMIT, run

CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", Path(__file__).resolve().parents[3] / "../shared/corpus"))


def test_an_expression_is_taken_apart() -> None:
    document = b"<!--\nHeader: Content-type: text/xml\nExpect: not bozo and entries[0]['a'] == entries[1].b == 'x' + 'y'\n-->\n<rss/>"
    assert expectations(document) == [Expectation(("entries", 0, "a"), "xy"), Expectation(("entries", 1, "b"), "xy")]
    assert content_type(document) == "text/xml"


@pytest.mark.parametrize("expected", [b"Expect: bozo", b"Expect: __import__('os')", b"Expect: (", b"nothing"])
def test_what_is_no_expectation_is_none(expected: bytes) -> None:
    assert expectations(b"<!--\n" + expected + b"\n-->") == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"needs the corpus of real documents at {CORPUS}")
def test_every_document_is_read_or_refused_in_time_and_expectations_hold() -> None:
    report = run(CORPUS, write=lambda _: None, compare=False)
    assert report.slowest < LIMIT
    assert report.outcomes["over the time limit"] == 0
    assert sum(len(names) for names in report.errors.values()) < 15
    assert report.conformance_share >= 0.95
