"""Whatever becomes of the documents of a source, an article is one item for good: none is lost, none is told twice, and none becomes
another. Its address stays while its guid, texts and date change, or its guid while it moves, or each in turn."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from builders import archive, source, tools

from aggregator.model.item import NormalFeed
from aggregator.model.source import Failed, Fetched, FetchRequest, Freshness, NotModified, Outcome, ParseJob
from aggregator.normalise.document import normalise
from aggregator.parse.reader import parse
from aggregator.pipeline.poll import poll

STEPS = 60
DAY = 86_400
KEPT_BY = {"alpha": "guid", "beta": "link", "gamma": "either", "delta": "title", "epsilon": "turn", "zeta": "place"}
"""What tells of an article of an outlet that it is the same; `place`: its link, since its guid is its place in the document."""
HEADLINES = ("Le président de la région démissionne", "Frigate and tanker collide", "Rates are raised again")
SPANS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=9), timedelta(days=2))
FORMATS = ("rss", "atom", "rdf", "json")
CHARSETS = ("utf-8", "windows-1252", "utf-16")
ANSWERS = ("sound", "sound", "sound", "down", "gone", "empty", "cut", "login", "unmodified", "elsewhere")


@dataclass
class Article:
    n: int
    guid: str | None
    link: str | None
    title: str
    summary: str
    date: datetime
    read: set[str | None] = field(default_factory=set)  # its guids and links that were read

    def xml(self, form: str) -> str:
        rss = form == "rss"
        guid = f"<guid isPermaLink='false'>{self.guid}</guid>" if rss else f"<id>{self.guid}</id>"
        link = f"<link href='{self.link}'/>" if form == "atom" else f"<link>{self.link}</link>"
        date = f"{self.date:%a, %d %b %Y %H:%M:%S} +0000" if rss else f"{self.date:%Y-%m-%dT%H:%M:%SZ}"
        names = {"rss": ("item", "description", "pubDate"), "atom": ("entry", "summary", "published")}
        entry, text, when = names.get(form, ("item", "description", "dc:date"))
        about = f" rdf:about='{self.guid}'" if self.guid and form == "rdf" else ""
        told = [guid] if self.guid and form != "rdf" else []
        told += [link] if self.link else []
        told += [f"<title>{escape(self.title)}</title><{text}>{escape(self.summary)}</{text}><{when}>{date}</{when}>"]
        return f"<{entry}{about}>{''.join(told)}</{entry}>"

    @property
    def json(self) -> dict[str, str]:
        date = f"{self.date:%Y-%m-%dT%H:%M:%SZ}"
        said = {"title": self.title, "summary": self.summary, "content_text": self.summary, "date_published": date}
        return said | ({"id": self.guid} if self.guid else {}) | ({"url": self.link} if self.link else {})


@dataclass
class Outlet:
    id: str
    listed: list[Article] = field(default_factory=list)
    former: list[Article] = field(default_factory=list)
    form: str = "rss"
    charset: str = "utf-8"
    malformed: bool = False
    answer: str = "sound"
    cut: float = 1.0

    def document(self) -> bytes:
        if KEPT_BY[self.id] == "place":
            for place, article in enumerate(self.listed, 1):
                article.guid = str(place)
        if self.form == "json":
            feed = {"version": "https://jsonfeed.org/version/1.1", "title": self.id}
            return json.dumps({**feed, "items": [article.json for article in self.listed]}).encode()
        title = f"<title>{self.id}{' Q&A &nbsp;' if self.malformed else ''}</title>"
        entries = "".join(article.xml(self.form) for article in self.listed)
        whole = {
            "rss": f"<rss version='2.0'><channel>{title}{entries}</channel></rss>",
            "atom": f"<feed xmlns='http://www.w3.org/2005/Atom'>{title}{entries}</feed>",
            "rdf": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
            f"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{title}</channel>{entries}</rdf:RDF>",
        }[self.form]
        return f"<?xml version='1.0' encoding='{self.charset}'?>{whole}".encode(self.charset)

    def answers(self, request: FetchRequest) -> Outcome:
        if self.answer == "down":
            return Failed("timeout", "no complete answer")
        if self.answer == "gone":
            return Failed("http", "410 Gone", 410)
        body = self.document()
        body = {"empty": b"", "login": b"<!DOCTYPE html><title>Login</title>"}.get(self.answer, body)
        if self.answer == "cut":
            body = body[: int(len(body) * self.cut)]
        tag = f'"{sha256(body).hexdigest()}"'
        if request.etag and (request.etag == tag or self.answer == "unmodified"):
            return NotModified(request.url, request.etag, None, Freshness())
        url = f"https://moved.example/{self.id}" if self.answer == "elsewhere" else request.url
        return Fetched(url, 200, body, None, tag, None, Freshness(), url if url != request.url else None, len(body))


class World:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.outlets = [Outlet(id) for id in KEPT_BY]
        self.count = 0

    def publish(self) -> None:
        outlet, chance = self.chance.choice(self.outlets), self.chance
        self.count += 1
        n, kept = self.count, KEPT_BY[outlet.id]
        guid = f"{outlet.id}-{n}" if kept in ("guid", "turn") or (kept == "either" and chance.random() < 0.5) else None
        link = None if kept == "title" else f"https://{outlet.id}.example/a{n}/story"
        title = f"{chance.choice(HEADLINES)} N{n}"  # else it may be taken for a repeat
        date = self.now - timedelta(minutes=chance.choice((0, 5, 300, 30_000)))
        outlet.listed.insert(0, Article(n, guid, link, title, f"What happened: {n}.", date))
        outlet.former += outlet.listed[9:]
        del outlet.listed[9:]

    def change(self) -> None:
        outlet, chance = self.chance.choice(self.outlets), self.chance
        if not outlet.listed:
            return
        article, kept = chance.choice(outlet.listed), KEPT_BY[outlet.id]
        often = ("tell", "answer", "answer") if kept == "turn" else ("answer", "answer")
        match chance.choice(("text", "title", "date", "spell", "tell", "list", "write", *often)):
            case "text":
                article.summary += " Corrected."
            case "title" if kept != "title":
                article.title = f"{chance.choice(HEADLINES)}, as was learnt N{article.n}"
            case "date" if kept != "title":
                article.date = self.now
            case "spell" if article.link:
                rest = article.link.split("://")[1].removeprefix("www.").partition("?")[0].rstrip("/")
                begun, ended = chance.choice(("http://", "https://www.")), chance.choice(("/", "?utm_source=rss"))
                article.link = f"{begun}{rest}{ended}"
            case "tell" if kept == "guid":
                article.link = f"https://{outlet.id}.example/a{article.n}/moved-{chance.randrange(99)}"
            case "tell" if kept == "turn":
                new, moved = chance.randrange(99), chance.random() < 0.5
                for article in outlet.listed:
                    if moved and article.guid in article.read:
                        article.link = f"https://{outlet.id}.example/a{article.n}/moved-{new}"
                    elif not moved and article.link in article.read:
                        article.guid = f"{outlet.id}-{article.n}-{new}"
            case "tell" if kept == "either":
                article.guid = chance.choice((None, f"{outlet.id}-{article.n}-{chance.randrange(99)}"))
            case "list":
                outlet.former.append(article)
                outlet.listed.remove(article)
                chance.shuffle(outlet.former)
                outlet.listed += [outlet.former.pop() for _ in outlet.former[:2]]
            case "write":
                outlet.form, outlet.charset = chance.choice(FORMATS), chance.choice(CHARSETS)
                outlet.malformed = chance.random() < 0.5
            case "answer":
                outlet.answer, outlet.cut = chance.choice(ANSWERS), chance.random()


def told(title: str, url: str | None) -> int:
    """Which article it is."""
    found = re.search(r"/a(\d+)/", url) if url else re.search(r" N(\d+)$", title)
    assert found, (title, url)
    return int(found[1])


async def parsed(fetched: Fetched, job: ParseJob) -> NormalFeed:
    return normalise(parse(fetched.body, fetched.content_type, fetched.url), job, fetched.url)


@pytest.mark.parametrize("seed", range(4))
def test_an_article_is_one_item_whatever_becomes_of_its_document(tmp_path: Path, seed: int) -> None:
    world, store = World(seed), archive(tmp_path, *KEPT_BY)
    sources = {id: source(id) for id in KEPT_BY}
    by_id = {outlet.id: outlet for outlet in world.outlets}
    numbers: dict[int, int] = {}
    articles: dict[int, int] = {}
    read: set[int] = set()

    async def fetch(request: FetchRequest) -> Outcome:
        return by_id[request.source].answers(request)

    made = tools(store, fetch=fetch, parse=parsed, clock=lambda: world.now, sources=sources)
    for _ in range(STEPS):
        world.now += world.chance.choice(SPANS)
        world.publish()
        for _ in range(world.chance.randrange(5)):
            world.change()
        if world.chance.random() < 0.1:
            store.upkeep.prune(int(world.now.timestamp()), 5 * DAY, {})
        for state in world.chance.sample(store.sources.states(), 2):
            done = asyncio.run(poll(made, state))
            store.intake.apply([done.result], world.now)
            if by_id[state.id].answer in ("sound", "elsewhere"):
                assert not isinstance(done.outcome, Failed)
                read |= {article.n for article in by_id[state.id].listed}
                for article in by_id[state.id].listed:
                    article.read |= {article.guid, article.link}
        for item in store.edition.items(store.edition.pending()):
            n = told(item.title, item.url)
            assert articles.setdefault(item.n, n) == n, "no item becomes another article"
            assert numbers.setdefault(n, item.n) == item.n, "no article is told twice"
        assert read <= numbers.keys(), "none is lost"
    assert len(read) > STEPS / 3
    store.close()
