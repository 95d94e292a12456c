"""robots.txt: whose rules hold for us, for how long, and what holds where it cannot be read."""

from __future__ import annotations

import asyncio
import time

import ada_url
import pytest

from aggregator.errors import FailureKind
from aggregator.fetch.redirects import WebAddress
from aggregator.fetch.robots import LONGEST, READ, SHORTEST, Robots, rules
from aggregator.model.source import Failed, Fetched, Freshness, Outcome


def place(url: str) -> WebAddress:
    return WebAddress.of(ada_url.URL(url))


def told(text: str | bytes, max_age: int | None = None) -> Fetched:
    body = text.encode() if isinstance(text, str) else text
    return Fetched("https://a.example/robots.txt", 200, body, "text/plain", None, None, Freshness(max_age))


def status(number: int, retry_after: int | None = None) -> Failed:
    return Failed("http", "", number, Freshness(retry_after=retry_after))


class Host:
    """A function from address to outcome, with a clock that a test turns."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[str] = []
        self.now = 1000.0
        self.robots = Robots(self.ask, lambda: self.now)

    async def ask(self, url: str) -> Outcome:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def kind(self, url: str = "https://a.example/news/1") -> str | None:
        refused = asyncio.run(self.robots.refusal(place(url)))
        return refused.kind if refused else None


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("user-AGENT : *  # all\n  disallow : /news # those", False),
        ("User-agent: *\nDisallow: /\nAllow: /news", True),  # the longest match, whatever the order
        ("User-agent: *\nAllow: /news\nDisallow: /news", True),  # of equals, what allows
        ("User-agent: *\nDisallow: /*1$", False),
        ("User-agent: *\nDisallow: /*/2", True),
        ("User-agent: *\nDisallow: /n%65ws", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: aggregator\nDisallow: /private", True),  # ours alone
        ("User-agent: *\nAllow: /\nUser-agent: Aggregator/1.0\nDisallow: /news", False),
        ("User-agent: aggregator\nUser-agent: other\nDisallow: /news", False),
        ("User-agent: other\nDisallow: /\nUser-agent: aggregators\nDisallow: /", True),
        ("User-agent: aggregator\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: aggregator\nDisallow: /news", False),
        ("User-agent: aggregator\nAllow: /\nUser-agent: other\nDisallow: /news", True),  # the rules of others
        ("User-agent: aggregator\nDisallow: /private\nUser-agent: *\nDisallow: /", True),  # ours alone, though not the last
        ("Disallow: /", True),  # meant for nobody
        ("User-agent: 360Spider\nDisallow: /", True),  # which is no name by the standard, but common
        ("User-agent: *\nCrawl-delay: 5\nSitemap: https://a.example/map\nDisallow: /news", False),
        ("<!doctype html><title>Not found</title>", True),
        ("\ufeffUser-agent: *\nDisallow: /news", False),
        ("User-agent: *\r\nDisallow: /news\r\n", False),
    ],
)  # fmt: skip
def test_whose_rules_hold(text: str, allowed: bool) -> None:
    assert rules(text.encode()).can_fetch("https://a.example/news/1", "aggregator") is allowed


def test_a_file_is_asked_for_once_a_host_and_again_when_it_is_old() -> None:
    host = Host(told("User-agent: *\nDisallow: /news"), told("User-agent: *\nDisallow:"))
    assert host.kind() == host.kind() == "robots"
    assert host.kind("https://a.example/sport") is None
    assert host.asked == ["https://a.example/robots.txt"]
    host.kind("http://a.example/news"), host.kind("https://a.example:8443/news")
    assert host.asked[1:] == ["http://a.example/robots.txt", "https://a.example:8443/robots.txt"]
    host.now += LONGEST
    assert host.kind() is None
    assert len(host.asked) == 4


async def test_many_pages_at_once_ask_once() -> None:
    host = Host(told("User-agent: *\nDisallow: /9"))
    refusals = await asyncio.gather(*(host.robots.refusal(place(f"https://a.example/{n}")) for n in range(20)))
    assert sum(refused is not None for refused in refusals) == 1
    assert len(host.asked) == 1


@pytest.mark.parametrize(("max_age", "held"), [(None, LONGEST), (0, SHORTEST), (7200, 7200), (10**9, LONGEST)])
def test_it_holds_as_long_as_it_says_within_bounds(max_age: int | None, held: int) -> None:
    host = Host(told("", max_age))
    host.kind()
    host.now += held - 1
    host.kind()
    assert len(host.asked) == 1
    host.now += 1
    host.kind()
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [status(404), status(400), status(410), status(204), Failed("empty", "", 200), Failed("redirect", "")],
)
def test_a_host_that_has_none_asks_for_nothing(answer: Failed) -> None:
    host = Host(answer, status(500))
    assert host.kind() is host.kind() is None
    assert len(host.asked) == 1


@pytest.mark.parametrize("kind", ["timeout", "dns", "refused", "tls", "truncated", "too-large", "address"])
def test_a_host_that_cannot_answer_is_asked_later(kind: FailureKind) -> None:
    host = Host(Failed(kind, ""), told(""))
    assert host.kind() == host.kind() == "waiting"
    assert len(host.asked) == 1
    host.now += SHORTEST
    assert host.kind() is None


def test_later_is_when_the_host_says() -> None:
    host = Host(status(503, 7200), status(429), told(""))
    refused = asyncio.run(host.robots.refusal(place("https://a.example/1")))
    assert refused is not None
    assert refused.freshness.retry_after == 7200
    host.now += 7200
    assert host.kind() == "waiting"
    host.now += SHORTEST
    assert host.kind() is None


def test_what_a_host_said_before_holds_while_it_cannot_answer() -> None:
    host = Host(told("User-agent: *\nDisallow: /news"), status(500))
    assert host.kind() == "robots"
    host.now += LONGEST
    assert host.kind() == "robots"
    assert host.kind("https://a.example/sport") is None
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{n}\n" for n in range(20_000)) + "Allow: /b\n" * 30_000,
        "User-agent: *\n" + "Disallow: /" + "*a" * 200_000 + "b",
        "User-agent: *\n" + "Disallow: /*a*b$\n" * 40_000,
        "User-agent: *\nDisallow: /" + "$" * 400_000,
        "User-agent:" * 40_000,
        "\n" * 500_000,
        "User-agent" + " " * 500_000 + "x",
    ],
    ids=["agents by rules", "wildcards", "rules", "dollars", "one line", "lines", "spaces"],
)
def test_a_hostile_file_costs_little(text: str) -> None:
    began = time.process_time()
    found = rules(text.encode())
    assert found.can_fetch("https://a.example/" + "a" * 2000, "aggregator") in (True, False)
    assert time.process_time() - began < 3


async def test_long_rules_hold_up_nobody_else() -> None:
    """All requests waited for up to a second for each article of a host with thirty thousand rules."""
    host = Host(told("User-agent: *\nDisallow: /*a\n"))
    others: list[str] = []
    await host.robots.refusal(place("https://a.example/news/1"))  # reads the file
    asyncio.get_running_loop().call_soon(others.append, "went on")
    await host.robots.refusal(place("https://a.example/news/2"))
    assert others, "while the rules were compared"


def test_the_table_of_hosts_is_bounded() -> None:
    host = Host(told(""))

    async def main() -> None:
        for number in range(1000):
            assert await host.robots.refusal(place(f"https://h{number}.example/1")) is None

    asyncio.run(main())
    assert len(host.robots._hosts) <= 256
    assert host.kind("https://h999.example/2") is None
    assert len(host.asked) == 1000, "the host asked last is the last to be forgotten"


def test_long_files_of_many_hosts_are_not_all_kept() -> None:
    host = Host(told("User-agent: *\nDisallow: /news\n" + "#" * READ))
    for number in range(20):
        assert host.kind(f"https://h{number}.example/news") == "robots"
    assert len(host.robots._hosts) == 4
    assert host.kind("https://h19.example/news") == "robots"
    assert len(host.asked) == 20
