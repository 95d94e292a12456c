"""The labels of topics, and the figures made of them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from aggregator.config.compile import compile_file
from benchmarks.eval_sections import FEEDS
from benchmarks.eval_topics import FILES, Counts, measure, read, rows, run

RULES = """
sections:
  - id: world
    title: World
topics:
  - id: volcanoes
    title: Volcanoes
    words: [volcano*, eruption]
  - id: elections
    title: Elections
    words: [election*]
"""
TEXTS: dict[str, list[tuple[str, str, str | None]]] = {
    "stream": [("a", "Volcano wakes", "An eruption is near."), ("b", "Ballots are counted", None)],
    "sections": [("c", "Election of a pope", ""), ("d", "A quiet day", "")],
}
LABELS = """# a comment
stream\tA\ta\tvolcanoes
stream\tA\tb\telections
sections\tB\tc\t
sections\tB\td\t
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, path in FILES.items():
        file = tmp_path / path
        file.parent.mkdir()
        lines = [json.dumps({"id": id_, "title": title, "summary": body}) for id_, title, body in TEXTS[name]]
        file.write_bytes(gzip.compress("\n".join(lines).encode()))
    (tmp_path / "feeds.yaml").write_text(RULES)
    (tmp_path / "labels.tsv").write_text(LABELS)
    return tmp_path


def test_each_half_of_each_set_is_measured_by_the_rules_in_service(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(corpus, corpus / "feeds.yaml", labels=corpus / "labels.tsv", verbose=True)
    assert found["stream, half A"].micro == Counts(hits=1, missed=1, wrong=0)
    assert found["sections, half B"].micro == Counts(hits=0, missed=0, wrong=1)
    assert (found["both, half A"].items, found["sections, half A"].items) == (2, 0)
    printed = capsys.readouterr().out
    assert "stream, half A             2       2      1.000   0.500  0.667" in printed
    assert "-elections: Ballots are counted | " in printed
    assert "not in this corpus" not in printed


def test_what_is_wrong_in_the_half_kept_aside_is_not_shown(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(corpus, corpus / "feeds.yaml", labels=corpus / "labels.tsv", verbose=True)
    assert "Election of a pope" not in capsys.readouterr().out


def test_an_item_that_the_corpus_lacks_is_left_out_and_counted(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (corpus / "labels.tsv").open("a") as labels:
        labels.write("stream\tB\tgone\telections\n")
    assert len(list(read(corpus, corpus / "labels.tsv"))) == 4
    run(corpus, corpus / "feeds.yaml", labels=corpus / "labels.tsv")
    assert "1 labelled items are not in this corpus." in capsys.readouterr().out


def test_figures_of_an_example_worked_by_hand(corpus: Path) -> None:
    """Labels {volcanoes}, {elections}, {}, {}; answers {volcanoes, elections}, {}, {elections}, {}.

    One of three answers is right, one of two labels is found: precision 1/3, recall 1/2, F1 2 / (2 + 1 + 2) = 2/5.
    """
    items = list(read(corpus, corpus / "labels.tsv"))
    found = measure(items, [["volcanoes", "elections"], [], ["elections"], []])
    assert found.micro.precision == pytest.approx(1 / 3)
    assert found.micro.recall == pytest.approx(1 / 2)
    assert found.micro.f1 == pytest.approx(2 / 5)
    assert found.by_topic == {"volcanoes": Counts(1, 0, 0), "elections": Counts(0, 1, 2)}


def test_the_labels_name_topics_that_feeds_yaml_has() -> None:
    known = {topic.id for topic in compile_file(FEEDS, {})[0].topics}
    assert {topic for row in rows() for topic in row[3].split()} <= known


def test_an_item_is_labelled_once_in_one_half() -> None:
    assert len({(name, item) for name, _, item, _ in rows()}) == len(rows())
    assert Counter((name, half) for name, half, _, _ in rows()) == {
        ("stream", "A"): 200, ("stream", "B"): 200, ("sections", "A"): 75, ("sections", "B"): 75,
        ("stream", "rare-A"): 211, ("stream", "rare-B"): 204, ("sections", "rare-A"): 218, ("sections", "rare-B"): 226,
        ("stream", "new-A"): 30, ("stream", "new-B"): 30, ("sections", "new-A"): 30, ("sections", "new-B"): 30,
    }  # fmt: skip
