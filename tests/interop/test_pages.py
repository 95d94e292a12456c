"""Every page that links lead to: valid HTML by vnu, no violation of WCAG 2.2 A and AA by axe-core in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from builders.process import get
from interop.libraries import DRIVERS
from interop.seen import installed, number, program, run
from interop.world import World, world

pytestmark = pytest.mark.interop
HEADLINES = (
    "Frigate Sachsen collides with freighter near Bornholm in the Baltic",
    "Navy test-fires two anti-ship missiles off Hokkaido",
    "Poland signs for forty-eight self-propelled howitzers",
    "Oslo votes on a new opera house & a “tunnel” under the fjord",
    "Scientists discover how octopuses dream",
    "Vineyards of Mendoza lose a third of their harvest to hail",
    "Nairobi opens its first elevated railway line",
    "Missile factory in Nevada doubles its output of interceptors",
    "Striking dockers close the port of Rotterdam for a day",
    "<script> in a headline & how a parliament fixed its website",
    "الجيش يعلن إسقاط 35 طائرة مسيرة فوق العاصمة",
)
TWO_DIRECTIONS = """<item><guid isPermaLink="false">two</guid><title>Navy of Oman orders missiles from Ankara</title>
<description>سلطنة عمان تطلب صواريخ من تركيا لسفنها الحربية</description></item>"""
MOST_PAGES = 80


def fill(made: World) -> None:
    """Two months of news; the first stories are told by three outlets, the last lie in other months. One outlet is dead."""
    old = [(f"old{at}", f"{title}, a year on", 24.0 * 20 * at) for at, title in enumerate(HEADLINES[:4], 1)]
    for outlet, suffix, first in (("harbour", "", 0), ("wire", ", officials say", 0), ("tidende", ": what we know", 0)):
        rows = [(f"n{at}", title + suffix, at * 3.0 + first) for at, title in enumerate(HEADLINES)]
        made.publish(
            outlet,
            *(rows if not suffix else rows[:4]),
            *(old if not suffix else ()),
            further="" if suffix else TWO_DIRECTIONS,
        )
    made.poll()
    made.server.routes.pop("/wire")
    made.poll(failing=("wire",))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("site"), fill) as made:
        yield made


@pytest.fixture(scope="module")
def pages(site: World) -> dict[str, bytes]:
    """Path → HTML of all that links lead to from the front page."""
    found: dict[str, bytes] = {}
    ahead = ["/", "/search", "/search?q=frigate", "/search?q=nothing-of-that-kind", "/docs"]
    seen = set(ahead)
    while ahead and len(found) < MOST_PAGES:
        path = ahead.pop(0)
        status, body, headers = get(site.root + path)
        assert status == 200, path
        if not headers["content-type"].startswith("text/html"):
            continue
        found[path] = body
        links = [urldefrag(urljoin(site.root + path, one)).url for one in re.findall(r'href="([^"]+)"', body.decode())]
        ours = [link.removeprefix(site.root).replace("&amp;", "&") for link in links if link.startswith(site.root)]
        new = [link for link in dict.fromkeys(ours) if link not in seen and kind(link) != "static"]
        seen.update(new)
        ahead += new
    return found


def kind(path: str) -> str:
    """Pages of one kind are made by one template: /sections/defense and /sections/world are."""
    first, *rest = path.partition("?")[0].strip("/").split("/")
    shape = ["month" if re.fullmatch(r"\d{4}-\d\d", part) else part if part == "daily" else "id" for part in rest]
    return "/".join([first, *shape])


def test_the_walk_finds_every_kind_of_page(pages: dict[str, bytes]) -> None:
    kinds = {kind(path) for path in pages}
    assert kinds >= {
        "", "latest", "sections", "sections/id", "sections/id/month", "topics", "topics/id", "sources", "sources/id",
        "stories/id", "search", "docs",
    }  # fmt: skip


def test_html_is_valid(pages: dict[str, bytes], tmp_path: Path, checked: list[str]) -> None:
    jar = installed("node/node_modules/vnu-jar/build/dist/vnu.jar")
    names: dict[str, str] = {}
    for at, (path, body) in enumerate(pages.items()):
        (tmp_path / f"{at}.html").write_bytes(body)
        names[f"{at}.html"] = path
    java = program("java", "default-jre-headless")
    told = run([java, "-jar", str(jar), "--format", "json", "--exit-zero-always", "--stdout", *names], tmp_path, 120)
    errors = [
        f"{names[message['url'].rpartition('/')[2]]}: {message['message']}: {message.get('extract', '')}"
        for message in json.loads(told)["messages"]
        if message["type"] != "info"
    ]
    version = number(run([java, "-jar", str(jar), "--version"], tmp_path))
    checked.append(f"vnu {version}: {len(pages)} pages, {len(errors)} faults")
    assert not errors, "\n".join(errors)


def test_pages_are_accessible(site: World, pages: dict[str, bytes], tmp_path: Path, checked: list[str]) -> None:
    """Light and dark, wide and narrow; nor does a page load anything from elsewhere, err in its script or scroll sideways."""
    modules = installed("node/node_modules/axe-core").parent
    installed("node/node_modules/playwright-core")
    one_of_each = list({kind(path): path for path in reversed(pages)}.values())
    searches = [path for path in pages if path.startswith("/search?q=")]
    paths = list(dict.fromkeys([*one_of_each, *searches[:3]]))
    command = [program("node", "nodejs"), str(DRIVERS / "with_axe.cjs"), program("chromium"), site.root, *paths]
    told = json.loads(run(command, tmp_path, 240, NODE_PATH=str(modules)))
    checked.append(
        f"axe-core {told['axe']} in Chromium {told['browser']}: {len(paths)} kinds of page, {told['looked']} looks, "
        f"{told['passed']} rules passed, {len(told['found'])} faults"
    )
    assert told["looked"] == 4 * len(paths)
    assert told["passed"] > 10 * told["looked"], "axe-core had something to look at"
    assert not told["found"], "\n".join(told["found"])


def test_on_a_phone_nothing_is_out_of_sight(site: World, pages: dict[str, bytes], tmp_path: Path) -> None:
    """The current one of the sections, whose row is wider; and the addresses of feeds, when they are folded out."""
    modules = installed("node/node_modules/playwright-core").parent
    sections = [path for path in pages if kind(path) == "sections/id" and "?" not in path]
    assert len(sections) > 1
    one_of_each = list({kind(path): path for path in reversed(pages)}.values())
    paths = list(dict.fromkeys([*one_of_each, *sections]))
    command = [program("node", "nodejs"), str(DRIVERS / "with_a_phone.cjs"), program("chromium"), site.root, *paths]
    assert json.loads(run(command, tmp_path, 240, NODE_PATH=str(modules))) == []


def test_what_belongs_to_a_headline_begins_where_it_does(site: World, pages: dict[str, bytes], tmp_path: Path) -> None:
    """The outlet and its headline from right to left stood at the two ends of a line of 60 rem; or, if the summary alone was so, those
    from left to right."""
    modules = installed("node/node_modules/playwright-core").parent
    command = [program("node", "nodejs"), str(DRIVERS / "with_two_directions.cjs"), program("chromium")]
    ours, theirs = (
        next(path for path, page in pages.items() if told in page) for told in (b'<h1 dir="rtl"', b'<h1 dir="ltr"')
    )
    seen: dict[str, list[int]] = {}
    for path in ("/", "/latest", ours, theirs):
        for what, distances in json.loads(
            run([*command, site.root + path], tmp_path, 120, NODE_PATH=str(modules))
        ).items():
            seen.setdefault(what, []).extend(distances)
    both = {
        f"{way} {what}"
        for way in ("ltr", "rtl")
        for what in ("h2 kicker", "h2 meta", "h3 meta", "h1 kicker", "h1 meta", "a time", "a meta", "ticker")
    }
    assert {*both, "number"} <= seen.keys()
    assert all(distance <= 1 for distances in seen.values() for distance in distances), seen


def test_keys_can_be_turned_off_and_on(site: World, tmp_path: Path) -> None:
    """WCAG 2.1.4: who dictates, or hits a key by accident, is not to be led about the page."""
    modules = installed("node/node_modules/playwright-core").parent
    command = [program("node", "nodejs"), str(DRIVERS / "with_keys.cjs"), program("chromium"), site.root]
    on, off = {"j": "A", "/": "INPUT"}, {"j": "BODY", "/": "BODY"}
    assert json.loads(run(command, tmp_path, 120, NODE_PATH=str(modules))) == [on, off, on]


def test_addresses_of_feeds_are_folded_in_by_escape_and_by_a_click_elsewhere(site: World, tmp_path: Path) -> None:
    modules = installed("node/node_modules/playwright-core").parent
    command = [program("node", "nodejs"), str(DRIVERS / "with_a_sheet.cjs"), program("chromium"), f"{site.root}/latest"]
    assert json.loads(run(command, tmp_path, 120, NODE_PATH=str(modules))) == [
        False,
        False,
        True,
        True,
        True,
        "Subscribe",
    ]


def test_a_page_that_stays_open_says_that_there_is_news(site: World, tmp_path: Path) -> None:
    """As a link, in a region whose changes are read out; and only then: the charts change with each hour."""
    modules = installed("node/node_modules/playwright-core").parent
    command = [program("node", "nodejs"), str(DRIVERS / "with_news.cjs"), program("chromium")]
    assert json.loads(run([*command, f"{site.root}/latest"], tmp_path, 120, NODE_PATH=str(modules))) == [0, 1]
    month = f"{site.root}/latest/{datetime.now(UTC) - timedelta(hours=14):%Y-%m}?limit=1&page=2"
    assert json.loads(run([*command, month], tmp_path, 120, NODE_PATH=str(modules))) == [0, 0], "a further page"


def test_a_front_page_that_waits_for_the_first_news_says_when_it_is_there(tmp_path: Path) -> None:
    """README: `make run`, then open the page; the first poll takes a minute."""
    modules = installed("node/node_modules/playwright-core").parent
    with world(tmp_path, lambda _: None) as empty:
        command = [program("node", "nodejs"), str(DRIVERS / "with_news.cjs"), program("chromium"), f"{empty.root}/"]
        assert json.loads(run(command, tmp_path, 120, NODE_PATH=str(modules))) == [0, 1]


def test_with_forced_colours_only_the_current_link_is_underlined_and_rings_are_whole(
    site: World, pages: dict[str, bytes], tmp_path: Path
) -> None:
    modules = installed("node/node_modules/playwright-core").parent
    section = next(path for path in pages if kind(path) == "sections/id" and "?" not in path)
    command = [program("node", "nodejs"), str(DRIVERS / "with_own_colours.cjs"), program("chromium"), site.root]
    found = json.loads(run([*command, "/", section, "/search?q=frigate"], tmp_path, 120, NODE_PATH=str(modules)))
    assert [len(underlined) for underlined, _ in found] == [0, 1, 1], found
    assert [cut_off for _, cut_off in found] == [[], [], []]
