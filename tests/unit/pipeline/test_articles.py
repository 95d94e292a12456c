"""Which articles are requested, in which order, and when again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import NOW, archive, item, polled, source, tools
from msgspec.structs import replace

from aggregator.errors import AggregatorError, FailureKind, OutOfMemory
from aggregator.model.item import NormalFeed, Told
from aggregator.model.source import Failed, Fetched, FetchRequest, Freshness, Outcome, ParseJob
from aggregator.pipeline.articles import LATER, LIMIT, RECENT, TOGETHER, TURN, articles, leads_to_list
from aggregator.pipeline.leases import release_dead
from aggregator.pipeline.tools import Tools
from aggregator.store.sqlite.archive import SqliteArchive

GONE = Failed("timeout", "no complete answer within 30 seconds")


@dataclass
class Desk:
    """`answers` gives for the path of an article what its host answers; `seconds` is how long that takes; `alpha` is what the file says of
    that source otherwise than of `beta`."""

    store: SqliteArchive
    now: datetime = NOW
    seconds: int = 1
    answers: Callable[[str], Outcome | None] = lambda path: None
    alpha: dict[str, bool] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def call(self, after: int = 0) -> list[str]:
        """What is asked for by a call so many seconds after the one before."""
        self.now += timedelta(seconds=after)
        self.asked.clear()
        asyncio.run(articles(self.tools()))
        return list(self.asked)

    def adds(self, *sources: str) -> None:
        """A fourth article of each, which is asked for first."""
        self.store.intake.apply([polled(id, [item(id, "4", "Number 4")]) for id in sources], NOW)

    def tools(self) -> Tools:
        async def fetch(request: FetchRequest) -> Outcome:
            self.asked.append(request.url.removeprefix("https://"))
            self.now += timedelta(seconds=self.seconds)
            page = Fetched(request.url, 200, b"", "text/html", None, None, Freshness())
            return self.answers(request.url.rpartition("/")[2]) or page

        async def extract(page: Fetched, told: Told) -> str:
            return f"<p>{told.headline}</p>"

        async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
            raise AssertionError

        return tools(
            self.store, fetch=fetch, parse=parse, extract=extract, clock=lambda: self.now, owner="this process",
            sources={
                id: source(id, url=f"https://feeds.example/{id}", **{"full_text": True} | more)
                for id, more in (("alpha", self.alpha), ("beta", {}))
            },
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = archive(tmp_path, "alpha", "beta")
    for id in ("alpha", "beta"):
        store.intake.apply([polled(id, [item(id, str(n), f"Number {n}") for n in (1, 2, 3)])], NOW)
    yield Desk(store)
    store.close()


def test_an_article_is_requested_once_the_newest_of_its_host_first(desk: Desk) -> None:
    asked = desk.call()
    assert Counter(asked) == Counter(f"{host}.example/{n}" for host in ("alpha", "beta") for n in (1, 2, 3))
    assert [one for one in asked if one.startswith("alpha")] == [f"alpha.example/{n}" for n in (1, 2, 3)]
    assert desk.call(LATER) == desk.call(RECENT - 2 * LATER) == []


def test_articles_of_old_items_are_not_requested(desk: Desk) -> None:
    assert desk.call(RECENT + 60) == []


def test_of_very_many_articles_the_rest_is_left_for_the_next_call(desk: Desk) -> None:
    desk.seconds = 0
    desk.store.intake.apply([polled("alpha", [item("alpha", f"more-{n}", f"More {n}") for n in range(LIMIT)])], NOW)
    assert (len(desk.call()), len(desk.call())) == (LIMIT, 6)


def test_so_many_hosts_are_asked_at_a_time(desk: Desk) -> None:
    urls = [f"https://host-{n}.example/1" for n in range(2 * TOGETHER)]
    desk.store.intake.apply([polled("alpha", [item("alpha", url, url, url=url, canonical=url) for url in urls])], NOW)
    now, most = 0, 0

    async def fetch(request: FetchRequest) -> Outcome:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return Failed("http", "410 Gone", 410)

    asyncio.run(articles(replace(desk.tools(), fetch=fetch)))
    assert most == TOGETHER


@pytest.mark.parametrize("key", ["full_text", "enabled"])
def test_no_article_is_requested_of_a_source_without_full_text_or_that_is_paused(desk: Desk, key: str) -> None:
    desk.alpha = {key: False}
    assert desk.call() == [f"beta.example/{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("kind", ["timeout", "dns", "refused", "reset", "http"])
def test_a_host_that_cannot_be_reached_is_asked_for_two_articles(desk: Desk, kind: FailureKind) -> None:
    """The fault of the first might be its own."""
    desk.answers = lambda path: Failed(kind, "not reached", 502 if kind == "http" else None)
    assert sorted(desk.call()) == ["alpha.example/1", "alpha.example/2", "beta.example/1", "beta.example/2"]
    assert desk.call(LATER // 2 - 60) == []
    desk.answers = lambda path: None
    assert sorted(desk.call(120)) == ["alpha.example/3", "beta.example/3"]
    assert sorted(desk.call(LATER)) == ["alpha.example/1", "alpha.example/2", "beta.example/1", "beta.example/2"]


def test_an_article_that_is_not_answered_holds_up_no_other(desk: Desk) -> None:
    desk.adds("alpha", "beta")
    desk.answers = lambda path: GONE if path in "42" else None
    assert len(desk.call()) == 8


@pytest.mark.parametrize("failed", [GONE, Failed("waiting", "later", None, Freshness(retry_after=LATER))])
def test_an_article_that_leads_to_a_host_that_fails_holds_up_none_of_its_own_host(desk: Desk, failed: Failed) -> None:
    """And it is asked for ever more rarely, whatever time that host names."""
    hosts = {"1": "elsewhere.example", "2": "nowhere.example"}
    desk.answers = lambda path: replace(failed, host=hosts[path]) if path in hosts else None
    assert len(desk.call()) == 6
    asked = [one for _ in range(2 * RECENT // 600) for one in desk.call(600)]
    assert set(asked) == {f"{host}.example/{n}" for host in ("alpha", "beta") for n in (1, 2)}
    assert all(3 <= times <= 7 for times in Counter(asked).values())


def test_a_host_that_fails_twice_is_left_alone_also_where_redirects_led_there(desk: Desk) -> None:
    """Of a feed whose links all lead to one other host, each article would ask that host again."""
    desk.answers = lambda path: replace(GONE, host="elsewhere.example")
    assert sorted(desk.call()) == ["alpha.example/1", "alpha.example/2", "beta.example/1", "beta.example/2"]
    assert desk.call(LATER // 2 - 60) == []
    assert sorted(desk.call(120)) == ["alpha.example/3", "beta.example/3"]


def test_an_article_that_leads_to_a_host_that_names_a_time_is_not_asked_for_before(desk: Desk) -> None:
    pause = Failed("http", "429 Too Many Requests", 429, Freshness(retry_after=3 * LATER), "elsewhere.example")
    desk.answers = lambda path: pause if path == "1" else None
    assert len(desk.call()) == 6
    assert desk.call(3 * LATER - 60) == []
    assert sorted(desk.call(120)) == ["alpha.example/1", "beta.example/1"]


def test_two_failures_in_a_row_are_counted_by_host(desk: Desk) -> None:
    desk.adds("alpha", "beta")
    desk.answers = lambda path: replace(GONE, host="elsewhere.example" if path == "4" else "nowhere.example")
    assert sorted(desk.call()) == [f"{host}.example/{n}" for host in ("alpha", "beta") for n in (1, 2, 4)]


def test_a_host_that_asks_for_a_pause_after_it_failed_is_left_alone(desk: Desk) -> None:
    pause = Failed("http", "503 Service Unavailable", 503, Freshness(retry_after=7200))
    desk.answers = lambda path: GONE if path == "1" else pause
    assert len(desk.call()) == 4


def test_a_host_that_asks_for_a_pause_without_naming_a_time_is_left_alone(desk: Desk) -> None:
    desk.answers = lambda path: Failed("http", "429 Too Many Requests", 429)
    assert len(desk.call()) == 4
    desk.answers = lambda path: None
    assert len(desk.call(LATER // 2 + 60)) == 2
    assert len(desk.call(LATER)) == 4


@pytest.mark.parametrize("error", [OutOfMemory, MemoryError])
@pytest.mark.parametrize("by", ["fetch", "extract"])
def test_an_error_of_this_machine_ends_the_call_and_its_article_is_asked_for_an_hour_later(
    desk: Desk, by: str, error: type[Exception]
) -> None:
    """It would be requested at each poll, also by `poll`, where each is a process of its own. The others of all hosts are not: they were
    not asked for, or are done."""
    whole = desk.tools()
    does: Callable[..., Awaitable[object]] = getattr(whole, by)

    async def fails(of: Fetched | FetchRequest, *more: Told) -> object:
        found = await does(of, *more)
        if of.url == "https://alpha.example/1":
            raise error
        return found

    with pytest.raises(OutOfMemory):
        asyncio.run(articles(replace(whole, **{by: fails})))
    assert sorted(desk.asked) == ["alpha.example/1", "beta.example/1", "beta.example/2", "beta.example/3"]
    release_dead(desk.store, lambda owner: True)
    assert desk.call() == ["alpha.example/2", "alpha.example/3"]
    assert desk.call(LATER - 60) == []
    assert desk.call(60) == ["alpha.example/1"]


def test_a_host_that_fails_under_its_other_name_is_left_alone(desk: Desk) -> None:
    """Most redirects lead from one name of a host to the other."""
    pause = Failed("http", "429 Too Many Requests", 429, Freshness(retry_after=7200), "www.alpha.example")
    desk.answers = lambda path: pause
    assert sorted(one for one in desk.call() if one.startswith("alpha")) == ["alpha.example/1"]


def test_a_pause_for_which_a_part_of_a_site_asks_is_none_of_the_site(desk: Desk) -> None:
    """Its shop or its videos may be down for a day."""
    pause = Failed("http", "503 Service Unavailable", 503, Freshness(retry_after=86_400), "video.alpha.example")
    desk.answers = lambda path: pause if path == "1" else None
    assert len(desk.call()) == 6


def test_articles_that_were_not_asked_for_when_the_service_stopped_are_asked_for_by_the_next(desk: Desk) -> None:
    async def stopped() -> None:
        begun = asyncio.Event()

        async def hang(request: FetchRequest) -> Outcome:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        asking = asyncio.create_task(articles(replace(desk.tools(), fetch=hang)))
        await begun.wait()
        assert desk.store.articles.owners() == ["this process"], "who was killed is known by it"
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(stopped())
    assert desk.store.articles.owners() == []
    assert len(desk.call()) == 6


def test_an_error_of_this_program_costs_its_article_alone(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.answers = lambda path: dict[str, Outcome]()[path] if path == "2" else None
    assert len(desk.call()) == 6
    found = desk.store.reading.extracted(range(1, 7)).values()
    assert sorted(text for _, text in found if text) == sorted(2 * ["<p>Number 1</p>", "<p>Number 3</p>"])
    assert "source alpha: an article could not be read" in caplog.messages
    assert desk.call(LATER) == []


def test_an_article_that_is_never_answered_is_requested_half_a_dozen_times(desk: Desk) -> None:
    desk.answers = lambda path: GONE if path == "3" else None
    times = sum(desk.call(600).count("alpha.example/3") for _ in range(2 * RECENT // 600))
    assert 4 <= times <= 8


def test_a_server_that_fails_is_asked_again_later_and_for_other_articles_now(desk: Desk) -> None:
    desk.answers = lambda path: Failed("http", "502 Bad Gateway", 502) if path == "3" else None
    assert len(desk.call()) == 6
    assert sorted(desk.call(LATER + 60)) == ["alpha.example/3", "beta.example/3"]


@pytest.mark.parametrize("status", [429, 403])
def test_a_host_that_names_a_time_is_left_alone_until_then(desk: Desk, status: int) -> None:
    desk.answers = lambda path: Failed("http", "later", status, Freshness(retry_after=7200))
    assert len(desk.call()) == 2
    assert desk.call(7000) == []
    assert len(desk.call(300)) == 2


@pytest.mark.parametrize("status", [None, 429])
def test_an_article_that_leads_to_a_host_that_is_to_be_left_alone_holds_up_the_others_once(
    desk: Desk, status: int | None
) -> None:
    """They were asked for after it again each time, until they were too old."""
    failed = Failed("http" if status else "waiting", "later", status, Freshness(retry_after=LATER))
    desk.answers = lambda path: failed if path == "1" else None
    assert sorted(desk.call()) == ["alpha.example/1", "beta.example/1"]
    assert sorted(desk.call(LATER + 1)) == [f"{host}.example/{n}" for host in ("alpha", "beta") for n in (2, 3)]
    assert sorted(desk.call(LATER // 2)) == ["alpha.example/1", "beta.example/1"]


def test_a_slow_host_does_not_hold_a_call_for_long(desk: Desk) -> None:
    desk.seconds = TURN // 2
    assert len(desk.call()) < 6
    desk.seconds = 0
    before = len(desk.asked)
    assert len(desk.call()) == 6 - before


def test_a_page_that_several_items_name_is_requested_once(desk: Desk) -> None:
    live = "https://alpha.example/live"
    entries = [item("alpha", f"live-{n}", f"Update {n}", url=f"{live}#{n}", canonical=f"{live}#{n}") for n in range(9)]
    desk.store.intake.apply([polled("alpha", entries), polled("beta", [item("beta", "live", "All", url=live)])], NOW)
    assert sum("live" in one for one in desk.call()) == 1
    found = desk.store.reading.extracted(range(1, 17))
    assert {text for _, text in found.values()} == {
        f"<p>{title}</p>" for title in ("All", "Number 1", "Number 2", "Number 3", *(f"Update {n}" for n in range(9)))
    }


@pytest.mark.parametrize(
    "answers", [lambda path: Failed("http", "410 Gone", 410), lambda path: dict[str, Outcome]()[path]]
)
def test_a_page_that_several_items_name_is_gone_for_all_of_them(
    desk: Desk, answers: Callable[[str], Outcome | None]
) -> None:
    desk.store.intake.apply([polled("beta", [item("beta", "live", "Live", url="https://alpha.example/1")])], NOW)
    desk.answers = answers
    assert len(desk.call()) == 6
    assert desk.call(2 * LATER) == []


def test_a_page_is_requested_for_each_host_of_feeds_that_name_it(desk: Desk) -> None:
    """Of a feed at a private address it may be at one, too."""
    desk.store.intake.apply([polled("beta", [item("beta", "live", "Live", url="https://alpha.example/1")])], NOW)
    sources = dict(desk.tools().sources) | {"alpha": source("alpha", full_text=True)}
    asyncio.run(articles(replace(desk.tools(), sources=sources)))
    assert desk.asked.count("alpha.example/1") == 2


def test_a_page_that_has_no_text_is_no_error_of_this_program(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def fails(page: Fetched, told: Told) -> str:
        raise AggregatorError("it has no text")

    asyncio.run(articles(replace(desk.tools(), extract=fails)))
    assert len(desk.asked) == 6
    assert caplog.messages == []


def test_secrets_are_masked_in_the_reason_why_an_article_has_no_text(desk: Desk, tmp_path: Path) -> None:
    desk.answers = lambda path: Failed("http", "no answer to hunter-22", 410)
    asyncio.run(articles(replace(desk.tools(), mask=lambda text: text.replace("hunter-22", "***"))))
    (file,) = tmp_path.glob("*.db")
    with closing(sqlite3.connect(file)) as stored:
        assert stored.execute("SELECT DISTINCT why FROM articles").fetchall() == [("no answer to ***",)]


@pytest.mark.parametrize(
    ("url", "target", "to_list"),
    [
        ("https://a.example/world/2026/deal", "https://a.example/", True),
        ("https://a.example/deal", "https://www.a.example/?from=deal", True),
        ("https://a.example/world/2026/deal", "https://a.example/world", True),
        ("https://a.example/middle-east/deal-of-the-states", "https://a.example/middle-east/", True),
        ("https://a.example/article-123", "https://www.a.example/news/world", True),
        ("https://a.example/?p=7", "https://www.a.example/", True),
        ("https://a.example/?p=7", "https://a.example/?p=7&lang=en", False),
        ("https://a.example/?p=7", "https://a.example/2026/11/deal", False),
        ("https://a.example/2026/11/deal/", "https://a.example/deal", False),
        ("https://a.example/world/deal-1/amp", "https://a.example/world/deal-1", False),
        ("https://a.example/deal/index.html", "https://a.example/deal/", False),
        ("https://a.example/world/2026/deal-1", "https://a.example/world/2026/deal-2", False),
        ("https://links.example/a-1", "https://a.example/deal", False),
        ("https://a.example/article-123", "https://a.example/news/world/deal", False),
        ("https://a.example/article-123", "https://a.example/news/deal-of-the-states", False),
        ("https://a.example/deal", "https://a.example/agreement", False),
    ],
)
def test_a_redirect_to_a_list_of_articles_gives_no_article(url: str, target: str, to_list: bool) -> None:
    """The teasers of a section, that of the article among them, were the text of the story."""
    assert leads_to_list(url, target) is to_list


def test_what_a_section_lists_is_not_shown_as_an_article_of_it(desk: Desk) -> None:
    desk.answers = lambda path: Fetched("https://alpha.example/news", 200, b"", "text/html", None, None, Freshness())
    assert len(desk.call()) == 6
    found = desk.store.reading.extracted(list(range(1, 7))).values()
    assert {source for source, text in found if text} == {"beta"}
