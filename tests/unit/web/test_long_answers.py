"""Whole months and long lists are made a few at a time, so that those who ask for them leave threads to those who read news."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from aggregator.cli.serve import THREADS
from aggregator.web import long_answers
from aggregator.web.long_answers import AT_ONCE, WAITING

ADDRESSES = ("/latest/2026-11.json?q=-x", "/sections/defense/2026-11.rss?q=-x")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_more_are_made_at_once(client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "PATIENCE", 0)
    library = client.application.extensions["library"]
    kept = client.get("/latest/2026-10.rss")
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(library.long_answers.one())
        late = client.get(address)
        assert (late.status_code, late.headers["Retry-After"], late.headers["Cache-Control"]) == (503, "10", "no-store")
        assert client.get(f"{address}&limit=5").status_code == 200, "a part of a month is no more than any list"
        assert client.get("/latest/2026-11?q=-x").status_code == 200, "so is a page of it"
        assert client.get("/latest.rss?q=-x").status_code == 200
        assert client.get("/latest/2026-10.rss").data == kept.data, "what is cached waits for no turn"
    assert client.get(address).status_code == 200


def test_long_lists_of_the_api_take_the_same_turns(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "PATIENCE", 0)
    library = client.application.extensions["library"]
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(library.long_answers.one())
        late = client.get("/api/v1/stories?limit=500")
        assert (late.status_code, late.headers["Retry-After"]) == (503, "10")
        assert late.content_type == "application/problem+json"
        assert client.get("/api/v1/stories").status_code == 200
        assert client.get("/api/v1/items?limit=500").status_code == 200, "items are soon listed"
    assert client.get("/api/v1/stories?limit=500").status_code == 200


def test_however_many_ask_for_them_threads_are_left() -> None:
    assert AT_ONCE + WAITING < THREADS


def test_no_more_than_a_few_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "WAITING", 0)
    library = client.application.extensions["library"]
    monkeypatch.setattr(library, "long_answers", long_answers.LongAnswers())
    assert client.get("/api/v1/stories?limit=499").status_code == 503, "at once, without any patience"


def test_who_asks_for_several_months_at_once_gets_them_all_where_they_are_soon_made(client: FlaskClient) -> None:
    library = client.application.extensions["library"]
    waiting = threading.Event()
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(library.long_answers.one())

        def another() -> None:
            waiting.set()
            with library.long_answers.one():
                got.append(True)

        got: list[bool] = []
        thread = threading.Thread(target=another)
        thread.start()
        waiting.wait()
    thread.join()
    assert got


MEMORY = """
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier
from aggregator.web.long_answers import LongAnswers

turns, together, kept = LongAnswers(), Barrier(4), []

def answer():
    together.wait()
    with turns.one() if sys.argv[1] == "ours" else nullcontext():
        blocks = [bytes(2000) for _ in range(20_000)]
        kept.append(blocks[-1])
        del blocks

with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda _: answer(), range(4)))
    print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
def test_what_they_took_is_given_back() -> None:
    held = {
        which: int(subprocess.check_output([sys.executable, "-c", MEMORY, which])) for which in ("ours", "by itself")
    }
    assert held["ours"] < held["by itself"] - 60  # MiB, of the 160 that four threads took
