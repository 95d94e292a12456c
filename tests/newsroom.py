"""A small newsroom for tests: a real archive in a folder, filled through the intake and the edition, and the web over it.

The clock stands still unless a test moves it. With AGGREGATOR_TEST_POSTGRES=1 the archive is on a real PostgreSQL.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_lowercase
from types import CodeType

import pytest
from builders import Store, empty_archive
from builders.postgres import fresh_database
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from msgspec import structs

from aggregator.bootstrap import Application, Installation, library
from aggregator.cli.comparison import Comparison
from aggregator.cli.shapes import Plan
from aggregator.model.item import Enclosure, Item
from aggregator.model.poll import PollResult, Recognition
from aggregator.model.story import StoryState
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place
from aggregator.web.app import create_app
from aggregator.web.library import Library

OVER_POSTGRES = bool(os.environ.get("AGGREGATOR_TEST_POSTGRES"))
of_the_file = pytest.mark.skipif(OVER_POSTGRES, reason="it is about the SQLite file and what lies beside it")

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

CONFIG = """
site: {title: Test Wire, url: "https://wire.example.org/news", language: en, timezone: UTC}
defaults: {every: 15m}
publishers:
  - {name: BBC, aliases: [BBC News], domains: [bbc.example], labels: {country: GB, owner: public}}
  - {name: Kyodo, labels: {country: JP, owner: cooperative}}
sources:
  - {name: BBC World, url: "https://bbc.example/world.xml", publisher: BBC, labels: {kind: broadcaster, folder: "Europe: London"}}
  - {name: Kyodo, url: "https://user:hush@kyodo.example/feed.xml"}
  - {name: Reuters, url: "https://reuters.example/feed.xml"}
  - {name: Silent, url: "https://silent.example/feed.xml"}
sections:
  - id: defense
    title: Defense
    description: Forces & weapons
    words: [missile*, navy, frigate*]
  - id: asia-pacific
    title: Asia-Pacific
    places: [CN, JP, eastern-asia]
  - {id: world, title: World}
topics:
  - {id: rare-earths, title: Rare earths, words: [rare earth, rare earths]}
  - {id: nato, title: NATO, words: [NATO]}
"""


def item(
    title: str,
    source: str = "bbc-world",
    *,
    age: timedelta = timedelta(hours=1),
    summary: str | None = None,
    content: str = "<p>What happened, at length.</p>",
    publisher: str | None = None,
    url: str | None = "",
    image: str | None = None,
    enclosures: Iterable[Enclosure] = (),
    lang: str | None = "en",
    author: str | None = None,
) -> Item:
    """An item as normalising leaves it; published `age` before noon, its address made of its title."""
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source}\n{title}"))
    address = f"https://{source}.example/{id[:8]}" if url == "" else url
    summary = f"{title}, says {source} at greater length." if summary is None else summary
    return Item(
        id=id, source=source, key=id, url=address, canonical=address, title=title, summary=summary, content=content,
        author=author, publisher=publisher or {"bbc-world": "BBC", "kyodo": "Kyodo", "reuters": "Reuters"}[source],
        published=NOON - age, lang=lang, categories=(), image=image, enclosures=tuple(enclosures), hash=f"{title}{summary}{content}",
    )  # fmt: skip


def gibberish(texts: int, words: int = 5) -> list[str]:
    """Texts that have no word in common, so that each is a story of its own."""
    letters = random.Random(1)
    return [" ".join("".join(letters.choices(ascii_lowercase, k=8)) for _ in range(words)) for _ in range(texts)]


NEWS = (
    item(
        "China Grants Rare Earth Licenses to US Auto Suppliers",
        age=timedelta(hours=5),
        image="https://bbc.example/a.jpg",
    ),
    item("China grants rare earth licenses to suppliers of US automakers", "kyodo", age=timedelta(hours=4)),
    item("China Grants Rare Earth Licenses to U.S. Auto Suppliers", "reuters", age=timedelta(hours=3)),
    item("Navy's Newest Frigate Delayed Again, Shipbuilder Says", age=timedelta(hours=2)),
    item("Scientists Discover How Octopuses Dream", "kyodo", age=timedelta(hours=30), lang="en-GB"),
    item("Missile Test Over the Sea of Japan Alarms NATO", "reuters", age=timedelta(days=20)),
    item("Frigate Visits a Harbour in October", age=timedelta(days=45)),
)
"""Two months, three sections, one story that three publishers tell."""


class _Compiled(BytecodeCache):
    """Templates, compiled once for all tests of a process."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code[bucket.key] = bucket.code


_COMPILED = _Compiled()


@dataclass
class Newsroom:
    """`text` is the configuration. `client` asks the web; `receive` and `publish` bring news."""

    folder: Path
    text: str = CONFIG
    now: datetime = NOON
    app_client: FlaskClient | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        database = fresh_database() if OVER_POSTGRES else None
        if not OVER_POSTGRES:
            empty_archive(self.folder)
        self.place = Installation(self.folder / "feeds.yaml", self.folder, database, address="http://127.0.0.1:8000")
        self.application = Application.of_texts(self.place, {"feeds.yaml": self.text})
        self.archive: Store = self.application.database.open()
        self.archive.sources.sync(self.application.settings.sources)
        # the news comes after it
        self.application.put_in_force(self.archive, int((self.now - timedelta(minutes=1)).timestamp()))

    def put_in_force(self, text: str) -> None:
        self.application = Application.of_texts(self.place, {"feeds.yaml": text})
        self.application.put_in_force(self.archive, int(self.now.timestamp()))

    def edit(self, text: str) -> None:
        """The editor saves the file, and stored stories follow."""
        self.put_in_force(text)
        self.follow()

    def overrule(
        self, *, join: Sequence[Sequence[Item]] = (), split: Iterable[Item] = (), hide: Iterable[Item] = ()
    ) -> None:
        """An hour later, the editor writes this under `stories:`, in place of what stood there."""
        self.now += timedelta(hours=1)
        said = {
            "join": [[one.url for one in group] for group in join],
            "split": [one.url for one in split],
            "hide": [one.url for one in hide],
        }
        self.edit(f"{self.text}stories: {said}\n")

    def plan(self, text: str | None = None) -> Plan:
        """What `aggregator plan` says of a proposed file, or of the one in force."""
        proposed = Application.of_texts(self.place, {"feeds.yaml": text}) if text else self.application
        return Comparison(proposed, self.archive).report(self.archive.edition.pages(), lambda done: None)

    def follow(self) -> None:
        re_place(self.archive, self.application.policy, lambda: int(self.now.timestamp()))

    def receive(self, *items: Item, live: bool = False) -> None:
        """Store items as a poll does; by default as a back-catalogue, which enters with its times of publication."""
        sources = {state.id: state for state in self.archive.sources.states()}
        results = [
            PollResult(
                structs.replace(sources[source], last_success=self.now, state="ok"),
                Recognition(new=tuple(one for one in items if one.source == source)),
                live=live,
            )
            for source in {one.source for one in items}
        ]
        self.archive.intake.apply(results, self.now)

    def change(self, *items: Item) -> None:
        """Store what outlets say of known items by now: another text, or another address."""
        known = self.archive.intake.known([one.id for one in items])
        states = {state.id: state for state in self.archive.sources.states()}
        changed = [(states[one.source], Recognition(changed=((known[one.id].number, one),))) for one in items]
        self.archive.intake.apply([PollResult(state, found) for state, found in changed], self.now)

    def publish(self, *items: Item, live: bool = False) -> None:
        """Store items and place them."""
        self.receive(*items, live=live)
        edition(self.archive, self.application.policy, lambda: int(self.now.timestamp()))

    def stories(self) -> dict[str, StoryState]:
        """Headline → state of each story."""
        return {state.entry.title: state for state in self.archive.edition.stories(self.numbers()).values()}

    def numbers(self) -> list[int]:
        """Those of all stories."""
        return [n for rows in self.archive.edition.pages() for _, n, _ in rows]

    def library(self) -> Library:
        made = library(self.application)
        made._clock = lambda: self.now
        return made

    @property
    def client(self) -> FlaskClient:
        if self.app_client is None:
            app = create_app(self.library())
            app.jinja_env.bytecode_cache = _COMPILED
            self.app_client = app.test_client()
        return self.app_client

    def close(self) -> None:
        self.archive.close()


Rooms = Callable[..., Newsroom]
"""The fixture `rooms` makes newsrooms, each of its configuration, and closes them in the end."""
