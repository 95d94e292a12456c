"""`add`, `try`, `import` and `export`, as an editor sees them."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import listparser
import pytest
from builders import NOW, process, rss
from builders.documents import answer_here
from servers.local import Request, Server, answer, conditional, redirect

from aggregator.bootstrap import Application, Database, Installation
from aggregator.cli import classify
from aggregator.cli.appending import NewNames
from aggregator.cli.main import COMMANDS, load, main
from aggregator.config.edit import alone
from aggregator.parse.opml import read_opml
from aggregator.sandbox.pool import Sandbox

FILE = """\
# My sources – kept by hand.
allow_private: [127.0.0.1]
publishers:
  - {name: Harbour, domains: [harbour.example]}
sources:
  - name: First      # the first
    url: https://first.example/feed

# --- sections ---
sections:
  - {id: world}
"""
PAGE = b"""<!doctype html><title>x</title>
<link rel=alternate type="application/rss+xml" href="/news.rss" title="News &amp; views">
<link rel=alternate type="application/rss+xml" href="/sport.rss" title="Sport">"""


@dataclass
class Desk:
    file: Path
    server: Server
    read: Callable[[], Any]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["--config", str(self.file), "--instance", str(self.file.parent / "instance"), *arguments])
        captured = self.read()
        return code, captured.out, captured.err

    def text(self) -> str:
        return self.file.read_text("utf-8")

    def listed(self, *feeds: tuple[str, str]) -> str:
        """The path of a list of feeds, each with its title and address."""
        rows = "".join(f'<outline text="{title}" xmlUrl="{url}"/>' for title, url in feeds)
        return self.saved(f'<opml version="2.0"><body>{rows}</body></opml>')

    def saved(self, listed: str) -> str:
        path = self.file.with_name("list.opml")
        path.write_text(listed, "utf-8")
        return str(path)

    def classify(self, lines: str) -> tuple[int, list[dict[str, Any]], str]:
        """What is printed of lines in `items`, which lie beside the file."""
        self.items.write_text(lines, "utf-8")
        code, out, err = self.run("classify", str(self.items))
        return code, [json.loads(line) for line in out.splitlines()], err

    @property
    def items(self) -> Path:
        return self.file.with_name("items.jsonl")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(Sandbox, "_answer", answer_here)
    file = tmp_path / "feeds.yaml"
    file.write_text(FILE, "utf-8")
    news = rss([("1", "Ferries collide off Oslo", NOW)], "The <i>News</i>", "news.example")
    sport = rss([("1", "Rowing", NOW)], "=cmd()", "sport.example")
    routes = {
        "/": answer(PAGE, content_type="text/html"),
        "/news.rss": conditional(news),
        "/sport.rss": conditional(sport),
        "/one": answer(
            b'<html><a href="/nowhere/feed">x</a><a href="/news.rss">RSS</a></html>', content_type="text/html"
        ),
        "/plain": answer(b"<html>no feed here</html>", content_type="text/html"),
        "/old": redirect("/news.rss", "301 Moved Permanently"),
    }
    with Server(routes) as server:
        yield Desk(file, server, capsys.readouterr)


def test_a_feed_is_added_and_the_rest_of_the_file_stays(desk: Desk) -> None:
    code, out, err = desk.run("add", desk.server.url("/news.rss"))
    assert (code, err) == (0, "")
    entry = f"  - name: The News\n    url: {desk.server.url('/news.rss')}\n"
    assert desk.text() == FILE.replace("https://first.example/feed\n", f"https://first.example/feed\n{entry}")
    assert "Added source the-news (feeds.yaml:8): The News, 1 entry, http" in out


def test_sources_are_listed_in_columns_however_long_a_state_is(desk: Desk) -> None:
    desk.server.routes["/news.rss"] = conditional(rss([("1", "Ferries collide off Oslo", datetime.now(UTC))]))
    page = f"  - {{name: Page, url: '{desk.server.url('/plain')}'}}\n\n# --- sections"
    desk.file.write_text(
        FILE.replace("https://first.example/feed", desk.server.url("/news.rss")).replace("\n# --- sections", page)
    )
    desk.run("poll")
    code, out, _ = desk.run("sources")
    heads = [line for line in out.splitlines() if "last success" in line]
    assert code == 0
    assert [line.split()[:2] for line in heads] == [["first", "ok"], ["page", "not-a-feed"]]
    *_, following, evidence = out.splitlines()
    assert following.endswith(": 1 failure in a row")
    (said,) = re.findall("1 failure in a row, never succeeded: (.+)", evidence)
    assert out.count(said) == 1, "not in the reason and beneath it"
    columns = {line.index("last success") for line in heads}
    columns |= {len(line) - len(line.lstrip()) for line in out.splitlines() if line not in heads}
    assert len(columns) == 1, out


def test_to_a_file_that_is_saved_while_the_feed_is_asked_the_source_is_added_as_it_is_by_then(desk: Desk) -> None:
    saved = FILE.replace("id: world", "id: news")

    async def saving(request: Request, writer: asyncio.StreamWriter) -> None:
        desk.file.write_text(saved, "utf-8")
        await conditional(rss([("1", "Boats", NOW)], "Boats", "boats.example"))(request, writer)

    desk.server.routes["/boats"] = saving
    assert desk.run("add", desk.server.url("/boats"))[0] == 0
    entry = f"  - name: Boats\n    url: {desk.server.url('/boats')}\n"
    assert desk.text() == saved.replace("https://first.example/feed\n", f"https://first.example/feed\n{entry}")


def test_a_file_that_is_a_link_to_itself_is_told(desk: Desk) -> None:
    desk.file.unlink()
    desk.file.symlink_to(desk.file)
    said = f"{desk.file}:1:1: `{desk.file}` cannot be read: Too many levels of symbolic links\n"
    assert desk.run("import", desk.listed())[::2] == (2, said)


def test_sources_that_are_added_at_once_are_all_added(desk: Desk) -> None:
    names, here = ["a", "a", "b", "c", "d"], asyncio.Barrier(5)

    async def together(request: Request, writer: asyncio.StreamWriter) -> None:
        await here.wait()  # all have read the file
        title = names[int(request.path[1:])]
        await conditional(rss([(title, "Boats", NOW)], title, f"{title}.example"))(request, writer)

    desk.server.routes |= {f"/{n}": together for n in range(5)}
    adding = [subprocess.Popen(process.command(desk.file, "add", desk.server.url(f"/{n}"))) for n in range(5)]
    assert [one.wait() for one in adding] == [0] * 5
    made = Application.load(Installation(desk.file, desk.file.parent)).settings.sources
    assert sorted(source.id for source in made) == ["a", "a-2", "b", "c", "d", "first"]


def test_who_waits_for_another_writer_is_told(desk: Desk) -> None:
    adding = process.command(desk.file, "add", desk.server.url("/news.rss"))
    with alone(desk.file):
        waiting = subprocess.Popen(adding, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert waiting.stderr
        assert "waiting for another `add` or `import`" in waiting.stderr.readline()
    assert (waiting.communicate()[1], waiting.returncode) == ("", 0)
    assert "The News" in desk.text()


def test_feeds_titled_alike_are_told_to_be_one_publisher(desk: Desk) -> None:
    desk.server.routes["/other.rss"] = conditional(rss([("1", "Boats", NOW)], "The News", "other.example"))
    assert desk.run("add", desk.server.url("/news.rss"))[2] == ""
    code, out, err = desk.run("add", desk.server.url("/other.rss"))
    assert (code, "Added source the-news-2" in out) == (0, True)
    assert err == (
        f"{desk.file}:10:5: warning: the-news and the-news-2 count as one outlet, since both have the publisher The News; "
        "if they are not, give one of them another `publisher`\n"
    )
    feeds = [(name, f"https://{name}{n}.example/") for n in range(9) for name in "abcdef"]
    _, _, err = desk.run("import", desk.listed(*feeds, ("Lone", "https://l.example/")))
    told = err.splitlines()
    assert len(told) == 6
    assert "a, a-2, a-3 and 6 more count as one outlet, since all have the publisher a;" in told[0]
    assert "… and 1 more group of sources" in told[5]


def test_a_feed_that_calls_itself_what_a_listed_outlet_is_called_is_told_to_count_as_it(desk: Desk) -> None:
    desk.server.routes["/posing.rss"] = conditional(rss([("1", "Boats", NOW)], "Harbour", "posing.example"))
    code, out, err = desk.run("add", desk.server.url("/posing.rss"))
    assert (code, "Added source harbour" in out) == (0, True)
    assert err == (
        f"{desk.file}:8:5: warning: harbour counts as Harbour because of its name, but 127.0.0.1 is none of its domains; "
        "if it is not, give it another `publisher`\n"
    )
    assert desk.run("import", desk.listed(("HARBOUR", "https://www.harbour.example/rss")))[2] == ""


def test_feeds_of_one_host_are_told_to_be_several_publishers(desk: Desk) -> None:
    post = [(f"Post: {name}", f"https://www.post.example/{name}") for name in ("World", "Asia")]
    assert desk.run("import", desk.listed(*post))[2] == (
        f"{desk.file}:10:5: warning: post-world and post-asia have one host, post.example, but count as different outlets; "
        "if they are one, give both the same `publisher`\n"
    )
    mail = [(f"Mail: {name}", f"https://www.post.example/2{name}") for name in ("World", "Asia")]
    assert desk.run("import", desk.listed(*mail))[2] == "", "the editor knows"


def test_several_feeds_of_a_publisher_that_the_file_knows_are_no_news(desk: Desk) -> None:
    feeds = [("Harbour", f"https://harbour.example/{n}") for n in range(2)]
    assert desk.run("import", desk.listed(*feeds))[2] == ""


def test_several_feeds_are_offered_with_numbers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # a real child searches the page
    code, out, err = desk.run("add", desk.server.url("/"))
    assert code == 2
    assert "1  " in err
    assert "News & views" in err
    assert "--pick N" in err
    assert desk.text() == FILE
    code, out, err = desk.run("add", desk.server.url("/"), "--json")
    offered = [
        {"pick": 1, "url": desk.server.url("/news.rss"), "title": "News & views"},
        {"pick": 2, "url": desk.server.url("/sport.rss"), "title": "Sport"},
    ]
    assert (code, json.loads(out), err.count("\n")) == (2, {"feeds": offered}, 1)
    code, out, _ = desk.run("add", desk.server.url("/"), "--pick", "2", "--json")
    assert code == 0
    assert json.loads(out)["added"] == {"id": "cmd", "name": "=cmd()", "url": desk.server.url("/sport.rss")}
    assert '- name: "=cmd()"' in desk.text()
    assert desk.run("add", desk.server.url("/"), "--pick", "3")[0] == 2


def test_a_feed_that_the_page_does_not_name_is_not_another_one(desk: Desk) -> None:
    """The page named two when it was looked at."""
    desk.server.routes["/"] = answer(PAGE.rpartition(b"\n")[0], content_type="text/html")
    code, _, err = desk.run("add", desk.server.url("/"), "--pick", "2")
    assert (code, err) == (2, "aggregator: --pick: the page names 1 feed\n")
    assert desk.text() == FILE
    assert desk.run("add", desk.server.url("/"))[0] == 0


@pytest.mark.parametrize("command", ["add", "try"])
def test_of_one_feed_no_second_is_picked(desk: Desk, command: str) -> None:
    code, _, err = desk.run(command, desk.server.url("/news.rss"), "--pick", "2")
    assert (code, err) == (2, "aggregator: --pick: there is only one feed at this address\n")
    assert desk.text() == FILE
    assert desk.run(command, desk.server.url("/news.rss"), "--pick", "1")[0] == 0


def test_the_one_feed_of_a_page_and_a_permanent_redirect(desk: Desk) -> None:
    assert desk.run("add", desk.server.url("/one"), "--name", "Mine")[0] == 0
    assert f"  - name: Mine\n    url: {desk.server.url('/news.rss')}\n" in desk.text()
    code, out, _ = desk.run("add", desk.server.url("/old"))
    assert code == 0
    assert "is polled already, by source mine (feeds.yaml:8)" in out
    told = json.loads(desk.run("add", desk.server.url("/news.rss"), "--json")[1])
    assert told == {"added": None, "present": "mine", "at": "feeds.yaml:8"}


@pytest.mark.parametrize(("charset", "header"), [("windows-1251", ""), ("utf-16", ""), ("koi8-r", "; charset=koi8-r")])
def test_a_page_is_read_in_its_encoding(desk: Desk, charset: str, header: str) -> None:
    links = "".join(
        f'<link rel="alternate" type="{RSS}" title="{title}" href="{path}">'
        for title, path in (("Новости дня", "/news.rss"), ("Спорт", "/sport.rss"))
    )
    named = "" if header else f"<meta charset={charset}>"
    page = f"<!doctype html><html><head>{named}{links}</head><body></body></html>"
    desk.server.routes["/page"] = answer(page.encode(charset), content_type=f"text/html{header}")
    code, out, _ = desk.run("add", desk.server.url("/page"), "--json")
    assert (code, [row["title"] for row in json.loads(out)["feeds"]]) == (2, ["Новости дня", "Спорт"])


def test_of_a_page_that_leads_on_in_browsers_it_is_said_which_address_to_give(desk: Desk) -> None:
    page = b'<!doctype html><meta http-equiv=refresh content="0; url=/one"><title>x</title>'
    desk.server.routes["/start"] = answer(page, content_type="text/html")
    code, _, err = desk.run("add", desk.server.url("/start"))
    assert (code, "If your browser ends at another address, give that" in err) == (1, True), err


@pytest.mark.parametrize("command", ["try", "add"])
def test_a_page_that_grows_when_it_is_read_fills_the_memory_of_a_child_only(
    desk: Desk, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each paragraph opens again all two thousand elements that were left open."""
    monkeypatch.undo()  # a real child
    left_open = b"".join(b"<font size=%d>" % size for size in range(2000))
    page = b"<!doctype html><html><p>" + left_open + b"<p>x" * 2000
    desk.server.routes["/grows"] = answer(page, content_type="text/html")
    code, _, err = desk.run(command, desk.server.url("/grows"))
    assert (code, "the document could not be read" in err) == (1, True), err
    assert desk.server.requests[-1].path == "/grows", "nothing else is requested"


@pytest.mark.parametrize(
    "address",
    [
        "https://first.example/feed",
        "http://www.first.example/feed/",
        "first.example/feed",
        "https://first.example:443/feed?",
        "https://first.example/%66eed",
        "http://FIRST.example/./feed#top",
        "https://first.example/feed/?utm_source=page&utm_medium=rss",
        " //first.example/feed\n",
        "https:/first.example/feed",
    ],
)
def test_an_address_already_there_is_said_so_before_anybody_is_asked(desk: Desk, address: str) -> None:
    """In whatever spelling."""
    code, out, _ = desk.run("add", address)
    assert (code, "is polled already, by source first (feeds.yaml:6)" in out) == (0, True)
    assert desk.text() == FILE
    assert desk.server.requests == []


def test_an_address_already_there_is_known_by_the_value_of_its_variable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_KEY", "hush-hush")
    desk.file.write_text(FILE.replace("first.example/feed", "first.example/${WIRE_KEY}/feed"), "utf-8")
    code, out, _ = desk.run("add", "https://first.example/hush-hush/feed")
    assert code == 0
    assert out.startswith("https://first.example/${WIRE_KEY}/feed is polled already, by source first (feeds.yaml:6)")
    path = desk.saved('<opml><body><outline xmlUrl="https://first.example/hush-hush/feed"/></body></opml>')
    told = json.loads(desk.run("import", path, "--json")[1])
    assert told["present"] == ["https://first.example/***/feed"]


@pytest.mark.parametrize("address", ["https://first.example/feed?feed_id=2", "https://first.example/Feed"])
def test_an_address_that_may_be_another_feed_is_asked(desk: Desk, address: str) -> None:
    assert desk.run("add", address)[0] == 1
    assert desk.text() == FILE


@pytest.mark.parametrize("typed", ["  {}\n", "{}\u00a0", "//{1}", "http:/{1}", "http:{1}", "HTTP://{1}"])
def test_an_address_is_taken_as_browsers_take_it(desk: Desk, typed: str) -> None:
    url = desk.server.url("/news.rss")
    code, out, err = desk.run("add", typed.format(url, url.removeprefix("http://")))
    assert (code, err) == (0, "")
    assert f", {url}\n" in out.replace("HTTP:", "http:")
    assert desk.run("add", url)[1].endswith("(feeds.yaml:8). Nothing was written.\n")


@pytest.mark.parametrize("place", ["/news.rss?of=https://harbour.example/", "/web/2026/https://harbour.example/feed"])
def test_an_address_without_scheme_may_hold_another_one(desk: Desk, place: str) -> None:
    desk.server.routes[place] = desk.server.routes["/news.rss"]
    code, out, err = desk.run("add", desk.server.url(place).removeprefix("http://"))
    assert (code, err) == (0, "")
    assert f", {desk.server.url(place)}\n" in out


def test_an_address_that_was_wrapped_in_an_e_mail_is_taken(desk: Desk) -> None:
    url = desk.server.url("/news.rss")
    assert desk.run("try", url.replace("/news", "/\nne\tws"))[0] == 0
    desk.server.routes["/my%20news.rss"] = desk.server.routes["/news.rss"]
    assert desk.run("add", desk.server.url("/my news.rss"))[0] == 0
    assert f"    url: {desk.server.url('/my%20news.rss')}\n" in desk.text()


@pytest.mark.parametrize("command", ["add", "try"])
def test_what_is_no_web_address_at_all_is_bad_usage(desk: Desk, command: str) -> None:
    code, _, err = desk.run(command, desk.saved("<opml/>"))
    assert (code, "is a file, not a web address; `aggregator import` takes lists" in err) == (2, True)
    assert desk.run(command, " ")[::2] == (
        2,
        "aggregator: give the address of a feed, or of a page that links to one\n",
    )
    assert desk.run(command, "a" * 5000)[0] == 1


def declaring(*links: tuple[str, str, str]) -> Any:
    rows = (f'<link rel=alternate type="{type}" title="{title}" href="{href}">' for type, title, href in links)
    return answer(f"<!doctype html><title>x</title>{''.join(rows)}".encode(), content_type="text/html")


RSS = "application/rss+xml"


@pytest.mark.parametrize(
    "others",
    [
        [(RSS, "News &raquo; Comments Feed", "/sport.rss")],
        [(RSS, "News &raquo; Kommentar-Feed", "/comments/feed/")],
        [("application/json", "JSON", "/wp-json/wp/v2/pages/5")],
        [("text/xml", "This page", "/page.xml")],
    ],
)
def test_beside_the_feed_of_a_page_its_comments_and_interfaces_are_no_choice(
    desk: Desk, others: list[tuple[str, str, str]]
) -> None:
    desk.server.routes["/blog"] = declaring(*others, (RSS, "News &raquo; Feed", "/news.rss"))
    code, out, err = desk.run("add", desk.server.url("/blog"))
    assert (code, err) == (0, ""), out
    assert f"url: {desk.server.url('/news.rss')}\n" in desk.text()


def test_a_feed_of_comments_is_there_to_be_picked(desk: Desk) -> None:
    desk.server.routes["/blog"] = declaring((RSS, "Comments", "/sport.rss"), (RSS, "Feed", "/news.rss"))
    assert desk.run("add", desk.server.url("/blog"), "--pick", "2")[0] == 0
    assert f"url: {desk.server.url('/sport.rss')}\n" in desk.text()


@pytest.mark.parametrize("type", ["text/xml", "application/xml"])
def test_a_feed_that_a_page_declares_as_xml_is_found(desk: Desk, type: str) -> None:
    desk.server.routes["/old-blog"] = declaring((type, "RSS", "/news.rss"))
    assert desk.run("add", desk.server.url("/old-blog"))[0] == 0
    assert f"url: {desk.server.url('/news.rss')}\n" in desk.text()


def test_a_feed_at_the_root_is_guessed_from_an_article_and_told_once(desk: Desk) -> None:
    desk.server.routes |= {
        "/2026/11/article.html": answer(b"<!doctype html><p>no links", content_type="text/html"),
        "/feed": redirect("/feed.xml", "301 Moved Permanently"),
        "/feed.xml": conditional(rss([("1", "Boats", NOW)], "Boats", "boats.example")),
    }
    code, _, err = desk.run("add", desk.server.url("/2026/11/article.html"))
    assert (code, err) == (0, "")
    assert f"url: {desk.server.url('/feed.xml')}\n" in desk.text()
    assert len(desk.server.requests) < 15


def test_what_is_no_feed_is_said_and_nothing_is_written(desk: Desk) -> None:
    for address, fails, said in (
        (desk.server.url("/plain"), 1, "no feed"),
        ("http://10.1.2.3/feed", 1, "private"),
        ("ftp://a.example/", 2, "no web address"),
        ("http://", 2, "no web address"),
        ("http://[::1/", 2, "no web address"),
        ("javascript:alert(1)", 2, "no web address"),
        ("/srv/lists/misspelt.opml", 2, "no web address"),  # a path; srv would be asked for
        ("~/misspelt.xml", 2, "no web address"),
    ):
        for command in ("add", "try"):
            code, _, err = desk.run(command, address)
            assert code == fails, address
            assert said in err
            assert "Traceback" not in err
    assert desk.text() == FILE


def test_a_broken_file_is_not_added_to(desk: Desk) -> None:
    desk.file.write_text("sources: [")
    assert desk.run("add", desk.server.url("/news.rss"))[0] == 2
    assert desk.text() == "sources: ["


def test_try_finds_the_feed_of_a_page_and_stores_nothing(desk: Desk) -> None:
    code, out, err = desk.run("try", desk.server.url("/"))
    assert code == 0
    assert f"The News: rss, 1 entry\n  {desk.server.url('/news.rss')}\n  world  " in out
    assert "--pick N" in err
    found = json.loads(desk.run("try", desk.server.url("/"), "--pick", "2", "--json")[1])
    assert (found["title"], found["entries"], found["items"][0]["section"]) == ("=cmd()", 1, "world")
    assert not (desk.file.parent / "instance" / "aggregator.db").exists()


def test_try_shows_as_many_entries_as_it_is_asked_for(desk: Desk) -> None:
    desk.server.routes["/many.rss"] = answer(rss([(str(n), f"Ferry {n}", NOW) for n in range(30)]))
    for arguments, shown in (((), 20), (("--limit", "1"), 1)):
        found = json.loads(desk.run("try", desk.server.url("/many.rss"), *arguments, "--json")[1])
        assert (found["entries"], len(found["items"])) == (30, shown)


def test_lists_and_items_are_read_from_standard_input(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    given('<opml><body><outline text="Boats" xmlUrl="https://boats.example/f"/></body></opml>')
    assert [one["id"] for one in json.loads(desk.run("import", "-", "--json")[1])["added"]] == ["boats"]
    given("<opml><body>")
    assert desk.run("import", "-")[2].startswith("aggregator: standard input:1: ")
    for arguments in ((), ("-",)):
        given('{"title": "Ferries collide"}\n[]\n')
        code, out, err = desk.run("classify", *arguments)
        assert (code, json.loads(out)["id"], err.partition(": ")[0]) == (1, "line-1", "standard input:2")


def test_try_lists_the_feeds_of_a_page_whose_first_one_is_dead(desk: Desk) -> None:
    desk.server.routes["/half"] = declaring((RSS, "Gone", "/gone.rss"), (RSS, "News", "/news.rss"))
    code, _, err = desk.run("try", desk.server.url("/half"))
    assert code == 1
    assert f"  2  {desk.server.url('/news.rss')}  News\n" in err
    assert "--pick N" in err


def test_try_shows_where_the_entries_of_a_source_land_that_is_listed(desk: Desk) -> None:
    """Its `usually` or `section` counts, as it does when they come."""
    desk.run("add", desk.server.url("/news.rss"))
    text = desk.text().replace("sections:\n", "sections:\n  - {id: sea, words: [whale]}\n")
    desk.file.write_text(text.replace("/news.rss", "/news.rss\n    usually: sea"))
    found = json.loads(desk.run("try", desk.server.url("/"), "--json")[1])
    assert (found["source"], found["items"][0]["section"]) == ("the-news", "sea")
    assert "/news.rss, source the-news (" in desk.run("try", desk.server.url("/"))[1]


OPML = """<opml version="2.0"><body>
<outline text="Asia, daily"><outline text="=HYPERLINK(&quot;x&quot;)" xmlUrl="https://a.example/feed"/></outline>
<outline text="First again" xmlUrl="http://first.example/feed"/>
<outline text="First once more" xmlUrl="http://first.example/feed"/>
<outline text="Twice" xmlUrl="https://a.example/feed#x"/>
<outline text="bad" xmlUrl="javascript:alert(1)"/><outline text="bad" xmlUrl="file:///etc/passwd"/>
<outline text="bad" xmlUrl="http://10.0.0.1/x"/><outline text="bad" xmlUrl="http://[::1]/x"/>
<outline text="First" xmlUrl="https://other.example/${HOME}"/>
<outline text="東京" xmlUrl="https://tokyo.example/rss"/>
<outline text="Harbour Asia" xmlUrl="https://www.harbour.example/asia.rss"/>
</body></opml>"""


def test_import_adds_what_is_new_and_counts_the_rest(desk: Desk) -> None:
    path = desk.saved(OPML)
    code, out, _ = desk.run("import", path, "--json")
    assert code == 0
    told = json.loads(out)
    assert [len(told[key]) for key in ("added", "present", "duplicates", "dropped")] == [4, 1, 2, 4]
    assert {"first-2", "tokyo-example"} < {row["id"] for row in told["added"]}
    text = desk.text()
    assert text.startswith(FILE[: FILE.index("\n# --- sections")])
    assert text.endswith(FILE[FILE.index("\n# --- sections") :])
    assert (
        '  - name: "=HYPERLINK(\\"x\\")"\n    url: https://a.example/feed\n    labels: {folder: "Asia, daily"}\n'
        in text
    )
    assert '  - name: First\n    id: first-2\n    url: "https://other.example/$${HOME}"\n' in text
    assert "    id: tokyo-example\n" in text
    assert "  - name: Harbour Asia\n    url: https://www.harbour.example/asia.rss\n    publisher: Harbour\n" in text
    assert desk.run("check")[0] == 0
    code, out, _ = desk.run("import", path)
    assert "Sources added" in out
    assert "Already there: 5. Listed twice: 2." in out


def test_sources_says_which_are_not_in_force_yet(desk: Desk) -> None:
    """It said that there is no such source just after `add` had told its id."""
    desk.run("apply")
    desk.run("import", desk.listed(("B", "https://b.example/")))
    code, out, err = desk.run("sources")
    assert (code, "b.example" in out) == (0, False)
    assert "names 1 source more, but is not in force; `aggregator apply`" in err
    code, _, err = desk.run("sources", "first", "b")
    assert (code, "names b, but is not in force; `aggregator apply`" in err) == (2, True)


def test_the_keys_of_json_are_documented(desk: Desk) -> None:
    page = Path(__file__).parents[3] / "docs/operations/README.md"
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page.read_text("utf-8"), re.MULTILINE)
    told = {command: set(re.findall(r"`(\w+)`", keys)) for command, keys in rows}
    told["explain"] |= told["classify"]
    for command, *arguments in (
        ["check"], ["apply"], ["plan"], ["sources"], ["explain", "--expect", "world", "Quake"], ["import", desk.saved(OPML)],
        ["add", "https://first.example/feed"],
    ):  # fmt: skip
        code, out, _ = desk.run(command, *arguments, "--json")
        assert (command, code, set(json.loads(out)) - told[command]) == (command, 0, set())


def test_a_source_is_found_by_the_id_it_had_its_name_and_its_address(desk: Desk) -> None:
    desk.file.write_text(desk.text().replace("    url: https://first", "    was: [erstwhile]\n    url: https://first"))
    for command in ("poll", "sources"):
        for other in ("erstwhile", "First", "http://first.example/feed/", "fisrt"):
            said = f"aggregator: there is no source {other}; did you mean `first`?\n"
            assert desk.run(command, other)[2].endswith(said)
        assert desk.run(command, "nope")[2].endswith("no source nope; there is only `first`\n")


def test_addresses_that_readers_write_as_feed_are_taken(desk: Desk) -> None:
    news = desk.server.url("/news.rss").removeprefix("http:")
    assert desk.run("try", f"feed:{news}")[0] == 0
    for copied in ("<http:{}>", "“http:{}”", "http:{}\u200b"):
        assert desk.run("try", copied.format(news))[0] == 0
    assert f", http:{news}\n" in desk.run("add", f"feed:{news}")[1]
    assert "is polled already, by source the-news" in desk.run("add", f"feed:http:{news}")[1]
    told = imported(desk, [("x", url) for url in (f"FEED:{news}", "feed:https://a.example/f", "feed://b.example/f")])
    assert [one["url"] for one in told["added"]] == ["https://a.example/f", "http://b.example/f"]
    assert told["present"] == [f"http:{news}"]


def test_what_is_added_waits_for_apply_where_reload_is_manual(desk: Desk) -> None:
    path = desk.listed(("x", "https://a.example/f"))
    desk.file.write_text(f"site: {{reload: manual}}\n{FILE}", "utf-8")
    assert "`aggregator apply` puts it in force.\n" in desk.run("add", desk.server.url("/news.rss"))[1]
    assert "`aggregator apply` puts them in force.\n" in desk.run("import", path)[1]
    assert "aggregator apply" not in desk.run("import", path)[1], "nothing was added"


def test_check_names_a_pin_that_is_over(desk: Desk) -> None:
    pins = "".join(
        f"\n  - {{url: 'https://a.example/', section: world, until: {day}}}" for day in ("2020-02-29", "9999-12-31")
    )
    desk.file.write_text(f"{FILE}stories:\n  pin:{pins}\n", "utf-8")
    code, out, _ = desk.run("check")
    assert (code, out) == (
        0,
        f"{desk.file}:14:5: warning: this pin has no effect, since 2020-02-29 is past: delete it\n",
    )


def test_poll_of_a_source_that_waits_for_apply_says_so(desk: Desk) -> None:
    desk.file.write_text(f"site: {{reload: manual}}\n{FILE}", "utf-8")
    assert desk.run("apply")[0] == 0
    assert desk.run("add", desk.server.url("/news.rss"))[0] == 0
    code, _, err = desk.run("poll", "the-news")
    assert code == 2
    assert err == (
        f"aggregator: there is no source the-news; {desk.file} has it, and waits for `aggregator apply`, since reload is manual\n"
    )


def imported(desk: Desk, outlines: Iterable[tuple[str, str]]) -> dict[str, Any]:
    code, out, err = desk.run("import", desk.listed(*outlines), "--json")
    assert code == 0, err
    return dict(json.loads(out))


@pytest.mark.parametrize(
    "url",
    [
        "http:///a.example/f", "http://\\a.example/f", "HTTP:////a.example/f", "feed:///a.example/f", "https://a.example/x y",
        "https://a.example/x&#xa0;y", "https://a.example/&#x202e;gpj.rss", f"https://a.example/{'x' * 2048}",
    ],
)  # fmt: skip
def test_an_address_that_no_file_may_hold_keeps_no_other_feed_out(desk: Desk, url: str) -> None:
    told = imported(desk, [("Odd", url), ("Good", "https://good.example/f")])
    assert len(told["dropped"]) == 1
    assert [row["url"] for row in told["added"]] == ["https://good.example/f"]


def test_names_of_thousands_of_feeds_with_one_title_take_a_few_steps_each() -> None:
    class Asked(set[str]):
        times = 0

        def __contains__(self, id: object) -> bool:
            Asked.times += 1
            return super().__contains__(id)

    names = NewNames([])
    names._ids = Asked({"feed-3"})
    ids = [names.give("Feed", f"https://{n}.example/").id or "feed" for n in range(1000)]
    assert ids[:4] == ["feed", "feed-2", "feed-4", "feed-5"]
    assert len(set(ids)) == 1000
    assert Asked.times < 3000


def test_a_name_keeps_the_invisible_joiners_that_its_script_needs(desk: Desk) -> None:
    name = "ایران\u200cوایر"
    imported(desk, [(name, "https://a.example/"), ("\u200d", "https://b.example/")])
    assert f'  - name: "{name}"\n    id: a-example\n' in desk.text()
    assert "  - name: b.example\n" in desk.text()
    assert desk.run("check")[0] == 0


@pytest.mark.parametrize("length", [59, 60, 61])
def test_feeds_of_one_long_name_get_ids_of_their_own(desk: Desk, length: int) -> None:
    """An id has 64 characters at most, and no hyphen before another: neither must come from cutting it."""
    title = f"{'x' * length} tail"
    assert len(imported(desk, [(title, f"https://n{n}.example/f") for n in range(12)])["added"]) == 12
    ids = [source["id"] for source in json.loads(desk.run("sources", "--json")[1])["sources"]]
    assert len(set(ids)) == 13
    assert max(map(len, ids)) <= 64


@pytest.mark.parametrize("url", ["https://x.example/«news»", "https://x.example/?q=‘a’", "https://例え.example/é”"])
@pytest.mark.parametrize("around", ["{}", " {}", "&lt;{}&gt;", "\u200b{}\u200b"])
def test_import_leaves_an_address_as_it_is_and_takes_off_what_is_around_it(desk: Desk, around: str, url: str) -> None:
    assert [one["url"] for one in imported(desk, [("a", around.format(url))])["added"]] == [url]


def test_import_takes_quotes_off_an_address_that_begins_with_one(desk: Desk) -> None:
    assert imported(desk, [("a", " “https://x.example/«news»/a”")])["added"][0]["url"] == "https://x.example/«news»/a"


def test_import_takes_invisible_characters_out_of_an_address(desk: Desk) -> None:
    """Such a feed was dropped. Joiners of Persian are letters."""
    url = "https://x.example/خبر\u200cها/long-path/feed"
    added = imported(desk, [("a", url.replace("path", "\u00adpa\u200bth"))])["added"]
    assert [one["url"] for one in added] == [url]


@pytest.mark.parametrize("login", ["u:p[w", "u]:p", "u:℀", "u:p／w"])
def test_import_takes_any_login_that_an_address_may_hold(desk: Desk, login: str) -> None:
    """Python's own reading of addresses refuses what browsers, and so our fetcher, read well."""
    added = imported(desk, [("", f"https://{login}@odd.example/feed")])["added"]
    assert [row["name"] for row in added] == ["odd.example"]
    assert desk.run("check")[0] == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"title": "a", "url": "http://["}', 0), ('{"title": "a", "url": "https://u:p[@b.example/"}', 0),
        ('{"title": "a", "published": "Mon, 1 Jan 99999999999999999999 00:00:00 +0000"}', 1),
        ('{"title": "a", "published": "0001-01-01T00:00:00+14:00"}', 1),
        ('{"title": "a", "published": "2026-11-24t12:00:00z"}', 0), ('{"title": "a", "published": "24 Nov 2026"}', 0),
        ('{"title": "a", "published": 1764000000}', 1), ('{"title": "a", "published": [1]}', 1), ('{"title": "a", "published": null}', 0),
    ],
)  # fmt: skip
def test_classify_takes_odd_lines_or_says_what_is_wrong_with_them(desk: Desk, line: str, code: int) -> None:
    found, _, err = desk.classify(line)
    assert found == code
    assert bool(code) == err.startswith(f"{desk.items}:1: `published` must be")


@pytest.mark.parametrize(("id", "code"), [(2**64 - 1, 0), (-(2**63), 0), (1.5, 0), (2**64, 1), (10**22 + 1, 1)])
def test_classify_gives_an_id_back_as_it_is_or_says_that_it_cannot(desk: Desk, id: float, code: int) -> None:
    """Longer numbers were rounded, so that two ids could become one."""
    found, told, err = desk.classify(json.dumps({"id": id, "title": "Ferries collide"}))
    assert (found, [one["id"] for one in told]) == (code, [] if code else [id])
    assert bool(code) == err.startswith(f"{desk.items}:1: `id` is a number of more than 64 bits")


@pytest.mark.parametrize("depth", [300, 900, 1020])
def test_classify_names_an_id_that_is_nested_too_deeply_and_places_the_others(desk: Desk, depth: int) -> None:
    """It ended with a traceback, and told of no item."""
    path = desk.file.with_name("items.jsonl")
    ids = [f"{'[' * some}{']' * some}" for some in (depth, 250)]
    path.write_text("".join(f'{{"id": {id}, "title": "Ferries collide"}}\n' for id in ids))
    found, out, err = desk.run("classify", str(path))
    assert (found, out.splitlines()[0].partition(",")[0]) == (1, f'{{"id":{ids[1]}')
    assert err.startswith(f"{path}:1: `id` is nested too deeply\n")


def test_classify_finds_nothing_in_a_standard_input_that_the_caller_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)  # so Python says it
    assert desk.run("classify") == (0, "", "")
    sys.stdin.close()


def test_classify_names_each_line_that_is_no_item_and_places_the_others(desk: Desk) -> None:
    path = desk.items
    code, told, err = desk.classify('{"title": "Ferries collide"}\n\n[1]\n{"id": 7}\n{"title"\n')
    assert (code, [one["id"] for one in told]) == (1, ["line-1"])
    first, second, third, last = err.splitlines()
    assert first == f"{path}:3: expected an object with a `title`"
    assert second == f"{path}:4: expected an object with a `title`"
    assert third.startswith(f"{path}:5: is not JSON: ")
    assert last == "aggregator: 3 lines are no items"
    assert desk.run("classify", str(path.with_name("none")))[::2] == (
        1,
        f"aggregator: {path.with_name('none')}: cannot be read: No such file or directory\n",
    )


def test_classify_does_not_read_a_line_that_never_ends(desk: Desk) -> None:
    assert desk.run("classify", "/dev/zero") == (
        1,
        "",
        "aggregator: /dev/zero:1: a line of more than 64 MiB: these are no JSON Lines\n",
    )


@pytest.mark.parametrize("end", ["", '\n{"title": "Ferries collide"}\n'])
def test_classify_passes_over_a_line_that_is_too_long(desk: Desk, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setattr(classify, "LONGEST", 64)
    code, told, err = desk.classify('{"title": "Pandas dream"}\n' + "x" * 128 + end)
    assert (code, [one["id"] for one in told]) == (1, ["line-1", "line-3"] if end else ["line-1"])
    assert err.splitlines() == [f"{desk.items}:2: a line of more than 0 MiB", "aggregator: 1 line is no item"]


def test_classify_tells_stories_apart_whose_items_have_one_id(desk: Desk) -> None:
    """A story is called as its first item. Of those that would be called alike, all but the first are called after a line."""
    tanks = "Tanks roll into the northern city of Kharkiv at dawn"
    titles = ["Pandas dream", "Ferries collide", tanks, tanks, "Rivers rise"]

    def stories(*ids: object) -> list[object]:
        lines = [{"id": id, "title": title} for id, title in zip(ids, titles, strict=True)]
        code, printed, err = desk.classify("\n".join(map(json.dumps, lines)))
        assert (code, err, [line["id"] for line in printed]) == (0, "", list(ids))
        return [line["story"] for line in printed]

    assert stories([1], "b", [1], "d", 1) == [[1], "b", "line-3", "line-3", 1]
    assert stories(1, "1", "c", "c", 1) == [1, "1", "c", "c", "line-5"]
    taken = ("line-3", "line-3", "line-3", "line-3", "line-2")
    assert stories(*taken) == ["line-3", "line-2", "line-3'", "line-3'", "line-5"]


def test_classify_places_items_beside_one_of_endless_texts(desk: Desk) -> None:
    words = " ".join(f"w{n}" for n in range(70_000))  # more than the features of an item can have
    lines = [{"title": words}, {"title": "Ferries collide", "summary": words}, {"title": "Jordan " * 10_000}]
    code, told, _ = desk.classify("\n".join(map(json.dumps, lines)))
    assert (code, [one["story"] for one in told]) == (0, ["line-1", "line-2", "line-3"])


@pytest.mark.parametrize("key", ["title", "summary", "content"])
def test_classify_reads_words_that_long_markup_precedes(desk: Desk, key: str) -> None:
    told = f'<img alt="" src="data:image/png;base64,{"A" * 5_000}">Navy commissions frigate'
    desk.file.write_text(f"{FILE}  - {{id: defense, words: [frigate]}}\n")
    _, (placed,), _ = desk.classify(json.dumps({"title": "Ferries", key: told}))
    assert placed["section"] == "defense"


def test_of_many_lines_that_are_no_items_some_are_named(desk: Desk) -> None:
    *named, last = desk.classify("[]\n" * 21)[2].splitlines()
    assert (len(named), last) == (20, "aggregator: 21 lines are no items, 20 of which are named above")


def test_a_story_of_undated_items_has_the_id_of_the_first_of_them(desk: Desk) -> None:
    """Items without a date are taken in the order of the lines, and a story has its founder's id."""
    _, told, _ = desk.classify(
        '{"title": "US sends a carrier group to the gulf"}\n{"title": "U.S. sends a carrier group to the gulf"}'
    )
    assert [one["story"] for one in told] == ["line-1"] * 2


@pytest.mark.parametrize("lang", ["und", "English", "x" * 300])
def test_classify_reads_as_a_poll_does_what_is_no_language(desk: Desk, lang: str) -> None:
    """Reports in two languages are never one story."""
    summary = "An explosion at the port of Oslo killed two dock workers on Sunday, police said."
    told = (
        ("Blast hits the harbour of Oslo, two dock workers killed", "Bugle", "en"),
        ("Explosion in the port of Oslo kills two dock workers", "Harbour", lang),
    )
    items = [{"title": title, "summary": summary, "publisher": who, "lang": lang} for title, who, lang in told]
    assert {one["story"] for one in desk.classify("\n".join(map(json.dumps, items)))[1]} == {"line-1"}


def test_classify_makes_no_one_story_of_a_page_that_several_titles_share(desk: Desk) -> None:
    titles = ("Parliament passes fishing law", "Volcano forces hundreds to flee", "Chess master loses in Madrid")
    items = [{"title": title, "publisher": "Bugle", "url": "https://bugle.example/live"} for title in titles]
    _, told, _ = desk.classify("\n".join(map(json.dumps, items)))
    assert [one["story"] for one in told] == ["line-1", "line-2", "line-3"]


def test_classify_unites_those_who_link_to_an_article_that_readers_post_under_many_titles(desk: Desk) -> None:
    told = (
        ("Ships collide off Lisbon", "Harbour"), ("My uncle saw it all", "Forum"), ("Never trust autopilots", "Forum"),
        ("Who pays for that", "Forum"), ("Freighter sinks near Portugal", "Bugle"),
    )  # fmt: skip
    items = [{"title": title, "publisher": who, "url": "https://harbour.example/2026/ships"} for title, who in told]
    assert {one["story"] for one in desk.classify("\n".join(map(json.dumps, items)))[1]} == {"line-1"}


@pytest.mark.parametrize("command", ["try", "add"])
def test_a_password_that_was_given_is_not_said_again(desk: Desk, command: str) -> None:
    address = desk.server.url("/none").replace("://", "://joe:hunter22@")
    code, out, err = desk.run(command, address)
    assert code == 1
    assert "hunter22" not in out + err
    assert "joe:***@" in err


def test_explain_says_nothing_to_the_terminal_that_a_headline_could_not(desk: Desk) -> None:
    out = desk.run("explain", "Missiles\x1b[31m for \u202e Taiwan\n")[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "for Taiwan" in out.replace("[", "").replace("]", "")


def test_a_listed_feed_without_an_address_is_named(desk: Desk) -> None:
    """As the last one of a file that breaks off."""
    path = desk.saved('<opml version="2.0"><body><outline type="rss" text="Harbour" xmlUrl')
    code, out, _ = desk.run("import", path)
    assert code == 1
    assert "dropped: 'Harbour'\n" in out


@pytest.mark.parametrize(("many", "more"), [(5, ""), (7, "  … and 2 more; --json lists all\n")])
def test_of_many_addresses_that_cannot_be_polled_some_are_named(desk: Desk, many: int, more: str) -> None:
    code, out, _ = desk.run("import", desk.listed(*(("a", f"ftp://a.example/{n}") for n in range(many))))
    assert (code, desk.text()) == (0, FILE)
    assert out.startswith(
        f"Sources added to {desk.file}: 0. Already there: 0. Listed twice: 0. Dropped because they cannot be polled: {many}.\n"
    )
    assert f"  dropped: 'ftp://a.example/4'\n{more}  (Only http(s)" in out


def test_try_says_what_is_wrong_with_the_document(desk: Desk) -> None:
    whole = rss([("1", "Ferries collide off Oslo", NOW), ("2", "Rowing", NOW)], "News", "news.example")
    desk.server.routes["/cut.rss"] = answer(whole[: whole.rindex(b"</item>") - 20])
    out = desk.run("try", desk.server.url("/cut.rss"))[1]
    assert "  its last document breaks off: its complete entries were kept\n" in out


def test_poll_says_what_it_polled_where_another_process_makes_the_edition(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.file.write_text(FILE.replace("https://first.example/feed", desk.server.url("/news.rss")))
    monkeypatch.setattr("aggregator.cli.edition.WAIT", 0)
    code, out, err = desk.run("poll")
    assert (code, "another process is making the edition" in err) == (1, True)
    assert out == "1 source polled: 0 not modified, 0 failed. 1 new item, 0 changed; 0 placed, 0 new stories.\n"


def test_poll_says_which_sources_it_leaves_alone_and_why(desk: Desk) -> None:
    paused = FILE.replace("https://first.example/feed", f"{desk.server.url('/news.rss')}\n    enabled: false")
    desk.file.write_text(paused)
    code, out, _ = desk.run("poll")
    assert code == 0
    assert "0 sources polled" in out
    assert "  first: left alone, paused: enabled is false in feeds.yaml\n" in out
    assert desk.server.asked("/news.rss") == []


@pytest.mark.parametrize("contact", ["editor@wire.example", None])
def test_who_is_asked_learns_whom_to_write_to(desk: Desk, contact: str | None) -> None:
    site = f"site: {{url: https://wire.example/news{f', contact: {contact}' if contact else ''}}}\n"
    desk.file.write_text(site + FILE.replace("https://first.example/feed", desk.server.url("/news.rss")))
    desk.run("poll")
    (asked,) = desk.server.asked("/news.rss")
    assert asked.headers["user-agent"].endswith(f" (+https://wire.example/news{f'; {contact}' if contact else ''})")


def test_poll_finds_topics_among_the_categories_of_feeds_where_no_worker_does(desk: Desk) -> None:
    now = datetime.now(UTC)
    for name, things in (("a", "Harbour Orchard Steeple"), ("b", "Lantern Meadow Quarry"), ("c", "Bakery Cellar Mill")):
        titles = [f"{thing}{end} closes" for thing in things.split() for end in ("", "stead", "gate", "ford")]
        text = rss([(title.split()[0], title, now) for title in titles], name, f"{name}.example").decode()
        desk.server.routes[f"/{name}"] = answer(
            text.replace("</item>", "<category>Village Life</category></item>", 3).encode()
        )
    lines = "".join(f"  - {{name: {name}, url: '{desk.server.url(f'/{name}')}'}}\n" for name in "abc")
    desk.file.write_text(FILE.replace("  - name: First      # the first\n    url: https://first.example/feed\n", lines))
    code, out, _ = desk.run("poll")
    assert (code, out.startswith("3 sources polled: 0 not modified, 0 failed. 36 new items")) == (0, True)
    told = json.loads(desk.run("explain", "https://a.example/Harbour", "--json")[1])
    assert [one["topic"] for one in told["found_topics"]] == ["village-life"]


def test_explain_wants_something_to_explain(desk: Desk) -> None:
    assert desk.run("explain", " ")[::2] == (2, "aggregator: give a headline, an address or an id\n")


def test_export_and_import_of_own_hosts_keeps_what_allow_private_names(desk: Desk) -> None:
    own = [desk.server.url("/news.rss"), "http://nas.local/feed", "http://10.1.2.3/feed"]
    allowed = FILE.replace("[127.0.0.1]", "[127.0.0.1, nas.local, 10.1.0.0/16]")
    lines = "".join(f"  - {{name: Own {index}, url: '{url}'}}\n" for index, url in enumerate(own))
    desk.file.write_text(allowed.replace("\n# --- sections", f"{lines}\n# --- sections"))
    path = desk.saved(desk.run("export")[1])
    desk.file.write_text(allowed)
    told = json.loads(desk.run("import", path, "--json")[1])
    assert ([row["url"] for row in told["added"]], told["dropped"]) == (own, [])
    assert desk.run("check")[0] == 0
    desk.file.write_text(FILE.replace("[127.0.0.1]", "[]"))
    code, out, _ = desk.run("import", path)
    assert code == 0
    assert "cannot be polled" in out
    assert "only if allow_private names them" in out
    assert "dropped: 'http://10.1.2.3/feed'" in out
    assert "nas.local" not in desk.text()


def test_pages_that_the_other_reader_made_feeds_of_are_not_taken_for_feeds(desk: Desk) -> None:
    kinds = {"a": "rss", "b": "HTML+XPath", "c": "JSON+DotNotation", "d": "JSONFeed", "e": "application/rss+xml"}
    rows = "".join(
        f'<outline text="{name}" type="{kind}" xmlUrl="https://{name}.example/"/>' for name, kind in kinds.items()
    )
    code, out, _ = desk.run("import", desk.saved(f'<opml version="2.0"><body>{rows}</body></opml>'))
    assert (code, "Dropped because they cannot be polled: 2." in out) == (0, True)
    assert out.splitlines()[1:3] == ["  dropped: 'https://b.example/'", "  dropped: 'https://c.example/'"]
    assert "not of pages that FreshRSS scrapes" in out
    assert [name for name in kinds if f"url: https://{name}.example/" in desk.text()] == ["a", "d", "e"]


def test_folders_go_through_import_and_export(desk: Desk) -> None:
    feed = '<outline text="{0}" xmlUrl="https://{0}.example/feed"/>'.format
    path = desk.saved(
        f'<opml><body><outline text="Tech">{feed("one")}<outline text="Asia">{feed("two")}</outline></outline>'
        f'{feed("three")}<outline text="Tech">{feed("four")}</outline></body></opml>'
    )
    added = json.loads(desk.run("import", path, "--json")[1])["added"]
    exported = read_opml(desk.run("export")[1].encode()).feeds
    folders = {listed.url: "/".join(listed.folder) or None for listed in exported}
    assert {row["url"]: row["folder"] for row in added} == {url: folders[url] for url in (row["url"] for row in added)}
    assert [listed.folder for listed in exported if listed.url.startswith("https://two")] == [("Tech", "Asia")]


@pytest.mark.parametrize(
    "data", [b"<rss/>", b"", b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', b"<opml>" + b"<outline>" * 5000]
)
def test_import_refuses_what_is_no_list(desk: Desk, data: bytes) -> None:
    path = desk.file.with_name("list.opml")
    path.write_bytes(data)
    code, _, err = desk.run("import", str(path))
    assert code == 1
    assert err.startswith(f"aggregator: {path}: ")
    assert desk.text() == FILE
    assert desk.run("import", str(path.with_name("none.opml")))[0] == 1


def test_import_of_a_list_that_breaks_off_takes_what_is_there_and_says_where(desk: Desk) -> None:
    path = desk.file.with_name("list.opml")
    feeds = '<opml><body>\n<outline text="One" xmlUrl="https://one.example/f"/>\n<outline text="Two" xmlUrl="https://two.exa'
    path.write_text(feeds)
    code, out, err = desk.run("import", str(path))
    assert (code, "Sources added" in out) == (1, True)
    assert err.startswith(f"aggregator: {path}:3: ")
    assert "one.example" in desk.text()
    assert "two.exa" not in desk.text()
    code, out, err = desk.run("import", str(path), "--json")
    assert (code, json.loads(out)["added"], err.startswith(f"aggregator: {path}:3: ")) == (1, [], True)
    path.write_text(f'{feeds}mple/f"/></body></opml>')
    assert desk.run("import", str(path))[::2] == (0, "")
    assert "two.example" in desk.text()


def test_export_is_read_back_by_another_program_and_keeps_secrets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hush-hush")
    desk.run("import", desk.saved(OPML))
    secret = '  - {name: S, url: "https://s.example/?t=${TOKEN}"}\n  - {name: P, url: "https://me:pw@p.example/"}\n'
    desk.file.write_text(desk.text().replace("\n# --- sections", f"{secret}\n# --- sections"))
    code, out, err = desk.run("export")
    assert code == 0
    assert "hush" not in out
    assert "a secret: 2." in err
    found = listparser.parse(out)
    assert not found.bozo
    assert "htmlUrl" not in out, "an address that is not known is left out"
    assert {(feed.title, feed.url) for feed in found.feeds} >= {
        ("First", "https://first.example/feed"),
        ('=HYPERLINK("x")', "https://a.example/feed"),
        ("東京", "https://tokyo.example/rss"),
    }


def test_a_file_behind_a_command_that_takes_none_is_said_to_go_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    """As `plan` has it behind."""
    with pytest.raises(SystemExit) as ended:
        main(["check", "proposal.yaml"])
    assert ended.value.code == 2
    assert "for another file: aggregator --config proposal.yaml check" in capsys.readouterr().err


INTERRUPTED = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == awaited:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # as at a terminal: what runs in the background ignores it
awaited, sys.argv = sys.argv[1], ["aggregator", *sys.argv[2:]]
sys.meta_path.insert(0, Interrupting())
from aggregator.__main__ import main
raise SystemExit(main())
"""


@pytest.mark.parametrize(
    ("module", "command"),
    [
        *((module, ("explain", "Navy")) for module in ("aggregator.cli.main", "aggregator.cli.explain", "orjson", "json", "uuid")),
        *((module, ("backup", "copy.db")) for module in ("aggregator.store.sqlite.archive", "_sqlite3")),
    ],
)  # fmt: skip
def test_ctrl_c_during_the_imports_ends_it_without_a_word(desk: Desk, module: str, command: tuple[str, str]) -> None:
    """In the middle of those that orjson makes, which is not written in Python, an exception crashed it."""
    folder = desk.file.parent
    Database(Installation(desk.file, folder / "instance")).open().close()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, *command], cwd=folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert f"aggregator {name}" in out
    assert " ".join(load(name).help.split())[:40] in " ".join(out.split())
