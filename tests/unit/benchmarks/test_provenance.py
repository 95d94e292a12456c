"""Files that are built of others, and shipped, follow them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import provenance


def test_what_is_shipped_was_built_of_what_is_here() -> None:
    assert provenance.outdated() == [], (
        "build these anew: python -m benchmarks.build_places, then .build_locations, .build_languages and .build_native_names"
    )


def test_an_edit_that_was_not_followed_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "RECORD", tmp_path / "built.json")
    source, target = tmp_path / "names.txt", tmp_path / "names.bin"
    source.write_text("Oslo")
    provenance.record(target, source)
    assert provenance.outdated() == []
    source.write_text("Oslo, Bergen")
    assert provenance.outdated() == ["names.bin"]
    provenance.record(target, source)
    assert provenance.outdated() == []
