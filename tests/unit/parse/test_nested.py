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
        ("<x><item><title>O</title></item></x>", "<x><within><within>O</within></within></x>"),
        ("<title><b>Own</b></title><x/><link/>", None),
        # what is read whole ends with itself, whatever it contains, and what follows is set apart
        (
            "<content><div>A<br/></div><p>B</content><x><link/></x>",
            "<content><div>A<br/></div><p>B</content><x><within/></x>",
        ),
        ("<x><title>O</title></x><y><p>P</p></y>", "<x><within>O</within></x><y><within>P</within></y>"),
        ("<x><title>Other</x></title>", None),
    ],
)
def test_what_is_within_is_renamed_and_all_else_stays(entry: str, apart: str | None) -> None:
    document = (
        "<rss><channel><image><title>Feed</title></image><item>{}</item><item><x><{}/></x></item></channel></rss>"
    )
    read = set_apart(document.format(entry, "link").encode()).decode()
    assert read == document.format(entry if apart is None else apart, "within")
