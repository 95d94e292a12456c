"""Whole months are made a few at a time, so that those who ask for archives leave threads to those who read news."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from aggregator.model.stream import StreamQuery
from aggregator.web.months import AT_ONCE

ADDRESSES = ("/latest/2026-11.json?q=-x", "/sections/defense/2026-11.rss?q=-x", "/latest/2026-11?q=-x")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_more_are_made_at_once(client: FlaskClient, address: str) -> None:
    library = client.application.extensions["library"]
    kept = client.get("/latest/2026-10.rss")
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(library.place_for(StreamQuery("latest", window=(0, 1))))
        late = client.get(address)
        assert (late.status_code, late.headers["Retry-After"], late.headers["Cache-Control"]) == (503, "10", "no-store")
        assert client.get(f"{address}&limit=5").status_code == 200, "a part of a month is no more than any list"
        assert client.get("/latest.rss?q=-x").status_code == 200
        assert client.get("/latest/2026-10.rss").data == kept.data, "what is cached needs no place"
    assert client.get(address).status_code == 200


def test_who_asks_for_several_months_at_once_gets_them_all_where_they_are_soon_made(client: FlaskClient) -> None:
    library = client.application.extensions["library"]
    month = StreamQuery("latest", window=(0, 1))
    waiting = threading.Event()
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(library.place_for(month))

        def another() -> None:
            waiting.set()
            with library.place_for(month):
                got.append(True)

        got: list[bool] = []
        thread = threading.Thread(target=another)
        thread.start()
        waiting.wait()
    thread.join()
    assert got
