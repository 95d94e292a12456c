"""A source that left feeds.yaml: it counts no more, and what it told stays readable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from newsroom import NEWS, Newsroom

LINE = '  - {name: Kyodo, url: "https://user:hush@kyodo.example/feed.xml"}\n'


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path)
    made.publish(*NEWS)
    assert made.client.get("/sources/kyodo").status_code == 200
    for gone in (LINE, '  - {name: Silent, url: "https://silent.example/feed.xml"}\n'):
        assert gone in made.text
        made.text = made.text.replace(gone, "")
    made.put_in_force(made.text)
    made.archive.sources.sync(made.application.settings.sources)
    yield made
    made.archive.close()


def test_sources_are_counted_as_configured(room: Newsroom) -> None:
    told = room.client.get("/metrics").text
    assert "\naggregator_sources 2\n" in told
    states = [line for line in told.splitlines() if line.startswith("aggregator_sources_by_state{")]
    assert sum(int(line.rsplit(" ", 1)[1]) for line in states) == 2
    status = room.client.get("/api/v1/status").json
    assert status and status["totals"]["sources"] == 2
