"""What README shows of `explain` is what the default configuration gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aggregator.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


def test_the_explanation_in_the_readme_is_the_one_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    shown = re.search(r'^\$ \S+ explain "(.*)"\n((?:.+\n)+?)```', (ROOT / "README.md").read_text(), re.MULTILINE)
    assert shown
    assert main(["--config", "feeds.yaml", "--instance", str(tmp_path), "explain", shown[1]]) == 0
    given = capsys.readouterr().out.splitlines()
    lines = [line for line in shown[2].splitlines() if line.strip() != "…"]
    assert len(lines) > 5
    assert [line for line in lines if line not in given] == []
