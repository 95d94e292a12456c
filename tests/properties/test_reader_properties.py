"""Weeks of a whole service as those see it who read over HTTP: outlets publish, correct, move and list again, and fail; the editor
edits the rules, hides, joins, parts and renames; texts are pruned. No id is lost, nothing is told twice, no edit is news."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import yaml
from builders.postgres import fresh_database
from newsroom import OVER_POSTGRES

from aggregator.bootstrap import Application, Installation, library
from aggregator.model.source import Failed, Fetched, FetchRequest, Freshness, NotModified, Outcome
from aggregator.model.stream import StreamName
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place_all
from aggregator.pipeline.refresh import refresh
from aggregator.pipeline.tools import Tools
from aggregator.sandbox.pool import Sandbox
from aggregator.web.app import create_app

STEPS = 30
OUTLETS = ("alpha", "beta", "gamma", "delta")
ROOT = "https://wire.example.org"
EVENTS = (
    "Frigate {0} collides with tanker {1} off {2}",
    "{2}: tanker {1} hit by navy frigate {0}",
    "Governor {0} of {1} resigns over collapse of {2} bridge",
    "{1} governor {0} quits as {2} bridge disaster inquiry opens",
)  # two ways of telling each
WIRE = "{1} (Reuters) – The authorities of {2} said that {0} was examined at length by a commission of experts, who report in a few weeks."
SYLLABLES = ("ka", "lo", "mi", "ter", "van", "dor", "sel", "bri", "nu", "pol", "zan", "gre", "tok", "vel", "osh", "qua")
SPANS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2), timedelta(hours=11)) * 3 + (
    timedelta(days=9),
)
CONFIG: dict[str, Any] = {
    "site": {"title": "Wire", "url": ROOT, "timezone": "UTC"},
    "defaults": {"keep": "5d"},
    "sources": [{"id": id, "name": id.title(), "url": f"https://{id}.example/feed"} for id in OUTLETS],
    "sections": [{"id": "defense", "title": "Defense", "words": ["frigate"]}, {"id": "world", "title": "World"}],
}
OVERRIDING = ("hide", "show", "join", "split")  # edits that may change what entries say


@dataclass
class Entry:
    guid: str
    link: str
    title: str
    summary: str
    date: datetime

    @property
    def xml(self) -> str:
        return (
            f"<item><guid isPermaLink='false'>{self.guid}</guid><link>{self.link}</link><title>{escape(self.title)}</title>"
            f"<description>{escape(self.summary)}</description><pubDate>{self.date:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        )


@dataclass
class Outlet:
    entries: list[Entry] = field(default_factory=list)
    former: list[Entry] = field(default_factory=list)
    down: bool = False


class Service:
    """The outlets, the service, and what its readers have of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = datetime(2026, 11, 30, tzinfo=UTC)
        self.outlets = {id: Outlet() for id in OUTLETS}
        self.events: list[tuple[int, list[str]]] = []
        self.count = 0
        self.config = json.loads(json.dumps(CONFIG))
        self.place = Installation(folder / "feeds.yaml", folder, fresh_database() if OVER_POSTGRES else None)
        self.application = self.configured()
        self.archive, self.lookup = self.application.database.open(), self.application.database.open()
        self.put_in_force()
        self.library = library(self.application)
        self.library._clock = lambda: self.now
        self.client = create_app(self.library).test_client()
        self.ids: set[str] = set()
        # Mirrors of everything, and of the stories of a section. (Items that leave a section are found in another way.)
        self.copies: dict[tuple[str, str | None], dict[str, Any]] = {
            ("stories", None): {},
            ("stories", "defense"): {},
            ("items", None): {},
        }
        self.asked = self.now
        self.feeds: dict[str, dict[str, Any]] = {}
        self.places: set[tuple[str, StreamName]] = set()

    def configured(self) -> Application:
        return Application.of_texts(self.place, {"feeds.yaml": yaml.safe_dump(self.config)})

    def put_in_force(self) -> None:
        self.application = self.configured()
        self.archive.sources.sync(self.application.settings.sources)
        self.application.put_in_force(self.archive, self.seconds())

    def seconds(self) -> int:
        return int(self.now.timestamp())

    # What outlets do.

    def told(self) -> tuple[str, str]:
        """Headline and summary of an event, mostly of a recent one."""
        if not self.events or self.chance.random() < 0.15:
            names = ["".join(self.chance.choices(SYLLABLES, k=3)).title() for _ in range(3)]
            self.events.append((self.chance.choice((0, 2)), names))
        kind, names = self.chance.choice(self.events[-3:])
        title = EVENTS[kind + self.chance.randrange(2)].format(*names)
        return title, self.chance.choice(("", WIRE.format(*names), f"{title}, in words of its own: {self.count}."))

    def publish(self) -> None:
        for id in self.chance.choices(OUTLETS, k=self.chance.randrange(4)):
            self.count += 1
            age = timedelta(minutes=self.chance.choice((0, 5, 300, 30_000)))
            entry = Entry(f"{id}-{self.count}", f"https://{id}.example/{self.count}", *self.told(), self.now - age)
            self.outlets[id].entries.insert(0, entry)
            self.outlets[id].former += self.outlets[id].entries[9:]
            del self.outlets[id].entries[9:]

    def tamper(self) -> None:
        outlet = self.chance.choice(list(self.outlets.values()))
        if not outlet.entries:
            return
        entry = self.chance.choice(outlet.entries)
        match self.chance.choice(
            ("correct", "retell", "move", "lead elsewhere", "rename", "list again", "fail", "work")
        ):
            case "correct":
                entry.summary += " Corrected."
            case "retell":
                entry.title, entry.summary = self.told()
            case "move":
                entry.link += "/moved"
            case "lead elsewhere" if (link := self.link()) not in str(self.config.get("stories")):
                entry.link = link  # to what an override names, it would follow that with the next edit
            case "rename":
                entry.guid += "x"
            case "list again":
                outlet.entries += [outlet.former.pop() for _ in outlet.former[-4:]]
            case "fail" | "work" as state:
                outlet.down = state == "fail"

    def link(self) -> str:
        entries = [entry for outlet in self.outlets.values() for entry in (*outlet.entries, *outlet.former)]
        return self.chance.choice(entries).link if entries else f"https://{OUTLETS[0]}.example/"

    def link_told(self) -> str:
        """The address of an article, mostly of a story of several."""
        several = [one["sources"] for one in self.listed("stories", min_publishers=2, limit=40)]
        return str(self.chance.choice(self.chance.choice(several))["url"]) if several else self.link()

    async def fetch(self, request: FetchRequest) -> Outcome:
        outlet = next(outlet for id, outlet in self.outlets.items() if id in request.url)
        if outlet.down:
            return Failed("timeout", "no complete answer")
        items = "".join(entry.xml for entry in outlet.entries)
        body = (
            f"<rss version='2.0'><channel><title>Feed</title><link>{request.url}</link>{items}</channel></rss>".encode()
        )
        if request.etag == (tag := f'"{sha256(body).hexdigest()}"'):
            return NotModified(request.url, tag, None, Freshness())
        return Fetched(request.url, 200, body, None, tag, None, Freshness(), None, len(body))

    # What the service does.

    async def poll(self, sandbox: Sandbox) -> None:
        app = self.application
        tools = Tools(
            archive=self.archive, lookup=self.lookup, fetch=self.fetch, parse=sandbox.parse, clock=lambda: self.now,
            jitter=self.chance.random, defaults=app.settings.defaults, sources=app.sources, request=app.request,
            publisher=app.fold_publisher,
        )  # fmt: skip
        await refresh(tools, self.archive.sources.claim("me", self.now, timedelta(minutes=1), due_only=False))

    def follow(self) -> None:
        edition(self.archive, self.application.policy, self.seconds)
        re_place_all(self.archive, self.application.policy, self.seconds, lambda: True)

    def edit(self) -> str:
        said, links = self.config.setdefault("stories", {}), sorted({self.link_told(), self.link()})
        match what := self.chance.choice(("rule", "section", "source", *OVERRIDING)):
            case "rule":
                words = self.config["sections"][-2]["words"]
                words.remove("bridge") if "bridge" in words else words.append("bridge")
            case "section":
                sections = self.config["sections"]
                bridges = {"id": "bridges", "title": "Bridges", "words": [{"bridge": 3}]}
                sections.remove(bridges) if bridges in sections else sections.insert(0, bridges)
            case "source":
                source = self.chance.choice(self.config["sources"])
                self.count += 1
                source |= {"was": [source["id"]], "id": f"source-{self.count}"}
            case "show":
                said.pop("hide", None)
            case "join" if len(links) > 1:
                said["join"] = [links]
            case "hide" | "split":
                said[what] = links[:1]
        self.put_in_force()
        return what

    # What readers find.

    def get(self, path: str) -> Any:
        answer = self.client.get(path.removeprefix(ROOT))
        assert answer.status_code == 200, path
        return answer.get_json() if "json" in answer.content_type else answer.text

    def pages(self, view: str, **asked: Any) -> Iterator[dict[str, Any]]:
        following = f"/api/v1/{view}?" + "&".join(f"{key}={value}" for key, value in asked.items() if value)
        while following:
            page = self.get(following)
            yield page
            following = page["next_url"]

    def listed(self, view: str, **asked: Any) -> list[dict[str, Any]]:
        return [one for page in self.pages(view, **asked) for one in page[view]]

    def look(self, what: str) -> None:
        stories = {one["id"]: one for one in self.listed("stories", limit=40)}
        told: dict[str, set[str]] = {}
        items = {one["id"]: one for one in self.listed("items", limit=40)}
        for item in items.values():
            told.setdefault(item["story"], set()).add(item["publisher"])
        assert told == {id: set(one["publishers"]) for id, one in stories.items()}, "each item is in one story"
        self.ids_are_for_good(stories)
        self.changes_are_complete({"stories": stories, "items": items})
        self.an_edit_brings_nothing_as_news(what)
        for stream, section in (("/latest", None), ("/sections/world", "world"), ("/sections/defense", "defense")):
            here = sorted(id for id, one in stories.items() if section is None or section in one["sections"])
            assert sorted(self.archived(stream)) == here, "an archive holds each story once"
            self.a_feed_tells_what_is_new(f"{stream}.json", what, stories)

    def ids_are_for_good(self, stories: dict[str, Any]) -> None:
        for id in self.ids - stories.keys():
            answer = self.client.get(f"/api/v1/stories/{id}")
            into = stories.get("urn:uuid:" + answer.headers.get("Location", "")[-36:])
            if into is not None:
                assert (answer.status_code, id in into["merged"]) == (301, True)
            else:
                assert self.config["stories"].get("hide"), (
                    "nothing else takes a story, or the one that it became part of"
                )
        self.ids |= stories.keys()

    def changes_are_complete(self, shown: dict[str, dict[str, Any]]) -> None:
        for (view, section), copy in self.copies.items():
            gone: list[str] = []
            for page in self.pages(view, limit=3, changed_since=f"{self.asked:%Y-%m-%dT%H:%M:%SZ}", section=section):
                copy.update((one["id"], one) for one in page[view])
                gone += [*page["removed"], *(id for one in page[view] for id in one.get("merged", ()))]
            for id in gone:
                copy.pop(id, None)
            here = {id: one for id, one in shown[view].items() if section is None or section in one["sections"]}
            assert {id: _lasting(one) for id, one in copy.items()} == {id: _lasting(one) for id, one in here.items()}
        self.asked = self.now

    def an_edit_brings_nothing_as_news(self, what: str) -> None:
        numbers = [n for rows in self.archive.edition.pages() for _, n, _ in rows]
        members, places = self.archive.edition.members(numbers), set()
        for n, state in self.archive.edition.stories(numbers).items():
            last = max(member.item.entered for member in members[n])
            for one in state.streams:
                places.add(place := (state.id, one.stream))
                assert place in self.places or one.entered <= last or what in ("news", *OVERRIDING)
        self.places |= places

    def archived(self, stream: str) -> list[str]:
        found: list[str] = []
        page = self.get(f"{stream}.atom")
        while link := re.search(r'rel="prev-archive" href="([^"]+)"|href="([^"]+)" rel="prev-archive"', page):
            page = self.get(link[1] or link[2])
            found += re.findall(r"<entry>.*?<id>([^<]+)</id>", page, re.DOTALL)
        return found

    def a_feed_tells_what_is_new(self, path: str, what: str, stories: dict[str, Any]) -> None:
        entries = {one["id"]: one for one in self.get(path)["items"]}
        before = self.feeds.get(path, {})
        both = [id for id in entries if id in before]
        if not any(stories[id]["merged"] for id in both):
            assert both == [id for id in before if id in entries], "entries keep their order"
        for id in both:
            old, new = before[id], entries[id]
            changed = _said(old) != _said(new)
            assert changed == (old["date_modified"] != new["date_modified"]), "content and time change together"
            assert old["date_modified"] <= new["date_modified"]
            assert not changed or what in ("news", *OVERRIDING), "neither edits of rules nor retention are news"
        self.feeds[path] = entries


def _lasting(one: dict[str, Any]) -> dict[str, Any]:
    """A story or item without what changes without notice."""
    sources = [{**source, "source": None} for source in one.get("sources", ())]
    return {**one, "related": None, "receipts": None, "sources": sources, "source": None}


def _said(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["title"], entry["url"], entry.get("summary"), entry["content_html"]


@pytest.mark.parametrize("seed", range(2))
async def test_readers_are_never_misled(tmp_path: Path, seed: int) -> None:
    service = Service(tmp_path, seed)
    async with Sandbox() as sandbox:
        for _ in range(STEPS):
            service.now += service.chance.choice(SPANS)
            what = service.chance.choice(("news", "news", "news", "edit", "prune"))
            if what == "news":
                service.publish()
                service.tamper()
                await service.poll(sandbox)
            elif what == "edit":
                what = service.edit()
            service.follow()
            if what == "prune":
                service.archive.upkeep.prune(service.seconds(), *service.application.keep)
            service.look(what)
    service.archive.close()
    service.lookup.close()
