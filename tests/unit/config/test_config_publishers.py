from __future__ import annotations

import pytest

from aggregator.config.compile import compile_texts
from aggregator.config.publishers import PublisherIndex, publisher_index

TEXT = """
publishers:
  - {name: BBC, aliases: [BBC News], domains: [bbc.co.uk, bbc.com]}
  - {name: The Guardian, domains: [theguardian.com]}
  - {name: Sport of the BBC, domains: [sport.bbc.co.uk]}
  - {name: Süddeutsche Zeitung, aliases: [SZ]}
"""


@pytest.fixture(name="index", scope="module")
def _index() -> PublisherIndex:
    return publisher_index(compile_texts({"f": TEXT}, {})[0].publishers)


@pytest.mark.parametrize(
    ("name", "host", "canonical"),
    [
        ("bbc  NEWS", None, "BBC"),
        ("BBC.com", None, "BBC"),
        ("guardian", None, "The Guardian"),
        ("Suddeutsche Zeitung", None, "Süddeutsche Zeitung"),
        ("Somebody", "www.BBC.co.uk.", "BBC"),
        ("Somebody", "m.sport.bbc.co.uk", "Sport of the BBC"),
        ("Somebody", "notbbc.co.uk", "Somebody"),
        ("Somebody", None, "Somebody"),
        ("", None, ""),
    ],
)
def test_canonical(index: PublisherIndex, name: str, host: str | None, canonical: str) -> None:
    assert index.canonical(name, host) == canonical


@pytest.mark.parametrize("named", ["publisher: bbc news", "publisher: BBC.co.uk", "publisher: news.bbc.com"])
def test_a_source_has_the_publisher_that_it_names_by_an_alias_or_a_domain(named: str) -> None:
    text = f"{TEXT}sources:\n  - {{name: World, url: https://feeds.example.org/world, {named}}}\n"
    assert compile_texts({"f": text}, {})[0].sources[0].publisher == "BBC"
