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
    return publisher_index(compile_texts({"f": TEXT}, {})[0])


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
