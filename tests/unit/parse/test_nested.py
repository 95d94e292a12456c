"""What stands within the elements of an entry gets other names."""

from __future__ import annotations

import pytest

from aggregator.parse.nested import set_apart


@pytest.mark.parametrize(
    ("entry", "apart"),
    [
        ("<x><title>Other</title></x>", "<x><within>Other</within></x>"),
        # empty ones stay so: the document would not be well-formed, and read by guessing
        ("<x><link href='a'/><link/><title>O</title></x>", "<x><within/><within/><within>O</within></x>"),
        ("<x><y><link/></y></x><title>Own</title>", "<x><within><within/></within></x><title>Own</title>"),
        ("<title><b>Own</b></title><x/><link/>", None),
        ("<x><title>Other</x></title>", None),
    ],
)
def test_what_is_within_is_renamed_and_all_else_stays(entry: str, apart: str | None) -> None:
    document = f"<rss><channel><image><title>Feed</title></image><item>{entry}</item><item><x/></item></channel></rss>"
    expected = document if apart is None else document.replace(entry, apart)
    assert set_apart(document.encode()).decode() == expected
