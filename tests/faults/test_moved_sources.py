"""Sources at public addresses whose servers redirect: through the real client, with each poll at the time for which the last planned it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from builders import NOW, archive, rss, source, tools
from servers.internet import divert
from servers.local import Request, Server, answer, conditional, redirect
from servers.names import StubResolver
from servers.threaded import HOST

from aggregator.fetch.client import Http
from aggregator.fetch.gate import Limits
from aggregator.model.source import SourceState
from aggregator.pipeline.refresh import refresh
from aggregator.sandbox.pool import Sandbox

FEED = conditional(rss([("1", "Ferry resumes after storm", NOW)]))
NAMES = {"old.example": [["8.8.8.8"]], "new.example": [["8.8.4.4"]], "inside.example": [[HOST]]}
HOURS, DAY = timedelta(hours=2), timedelta(days=1)


class Outlet(Server):
    """The hosts of an outlet on one server: `old` is in feeds.yaml, and `status` with which it redirects to `target`. `hosts`: which was
    asked for in each request."""

    def __init__(self, status: str, target: str) -> None:
        super().__init__({"/feed": self._feed})
        self.status, self.target = status, target
        self.new = FEED

    async def _feed(self, request: Request, writer: asyncio.StreamWriter) -> None:
        moves = self._host(request) == "old" and self.status
        route = redirect(self.url("/feed", f"{self.target}.example"), self.status) if moves else self.new
        await route(request, writer)

    @staticmethod
    def _host(request: Request) -> str:
        return request.headers["host"].partition(".")[0]

    @property
    def hosts(self) -> list[str]:
        return [self._host(request) for request in self.requests]


class Poller:
    def __init__(self, folder: Path, outlet: Outlet) -> None:
        self.now = NOW
        self.archive = archive(folder)
        self._sources = {
            "s": source("s", url=outlet.url("/feed", "old.example"), every=HOURS, headers=(("X-Key", "k3y"),))
        }
        self.archive.sources.sync(self._sources.values())

    def poll(self, lasting: timedelta) -> SourceState:
        """Poll the source as it is due, for so long, and once at least. Returns its state."""

        async def main() -> None:
            until = self.now + lasting
            http = Http("test", allow_private=[HOST], limits=Limits(spacing=0), resolver=StubResolver(NAMES))
            async with Sandbox(children=1) as sandbox:
                made = tools(
                    self.archive, fetch=http, parse=sandbox.parse, clock=lambda: self.now, sources=self._sources
                )  # fmt: skip
                while self.now <= until:
                    await refresh(made, self.archive.sources.states())
                    self.now = self.state.next_poll or self.now
            await http.close()

        asyncio.run(main())
        return self.state

    @property
    def state(self) -> SourceState:
        (state,) = self.archive.sources.states()
        return state


@pytest.fixture(autouse=True)
def internet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    divert(monkeypatch)
    yield


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
def test_28_a_public_source_that_has_moved_for_a_day_is_polled_where_it_is(tmp_path: Path, status: str) -> None:
    with Outlet(status, "new") as outlet:
        poller = Poller(tmp_path, outlet)
        assert poller.poll(DAY - HOURS).state == "ok"
        assert outlet.hosts == ["old", "new"] * (len(outlet.hosts) // 2)
        state = poller.poll(0.5 * DAY)
        assert (state.state, state.moved_to) == ("moved", outlet.url("/feed", "new.example"))
        assert state.not_modified == state.polls - 1, "its validators are known over the redirect"
        outlet.requests.clear()
        poller.poll(DAY)
        assert set(outlet.hosts) == {"new"}
        assert all("if-none-match" in request.headers for request in outlet.requests), "its validators are still known"
        assert not any("x-key" in request.headers for request in outlet.requests), "which are of its former host"


def test_28_if_the_new_address_is_dead_for_a_day_the_one_of_feeds_yaml_is_polled_again(tmp_path: Path) -> None:
    with Outlet("301 Moved Permanently", "new") as outlet:
        poller = Poller(tmp_path, outlet)
        assert poller.poll(1.5 * DAY).state == "moved"
        outlet.status, outlet.new = "", answer(b"", "404 Not Found")
        poller.poll(3 * DAY)
        assert outlet.hosts[-1] == "old"
        outlet.new = FEED
        assert poller.poll(DAY).state == "ok"
        assert outlet.hosts[-1] == "old"


@pytest.mark.parametrize(
    ("status", "target", "hosts"),
    [("301 Moved Permanently", "inside", {"old"}), ("302 Found", "new", {"old", "new"})],
)
def test_28_no_public_source_moves_to_a_private_address_or_for_the_moment(
    tmp_path: Path, status: str, target: str, hosts: set[str]
) -> None:
    """Not even to one that `allow_private` names for another source."""
    with Outlet(status, target) as outlet:
        state = Poller(tmp_path, outlet).poll(3 * DAY)
        assert set(outlet.hosts) == hosts
        assert (state.moved_to, state.moved_count) == (None, 0)
        assert state.error == (None if target == "new" else "another address leads to this private one")
