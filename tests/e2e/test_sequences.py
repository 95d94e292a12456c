"""Consecutive snapshots of real feeds, polled one after the other: each item once, edits in place, no announcement twice."""

from __future__ import annotations

import asyncio
import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from builders import policy, source, tools
from lxml import etree
from servers.local import Server, answer

from aggregator.fetch.client import Http
from aggregator.pipeline.edition import edition
from aggregator.pipeline.refresh import refresh
from aggregator.sandbox.pool import Sandbox
from aggregator.store.sqlite.archive import SqliteArchive

CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", Path(__file__).resolve().parents[2] / "../shared/corpus"))
OUTLETS = ("bbc", "cnn", "nytimes", "rnz", "smh")

pytestmark = pytest.mark.skipif(not (CORPUS / "sequences").is_dir(), reason="the corpus of real feeds is not here")


def snapshots(outlet: str) -> list[bytes]:
    return [gzip.decompress(path.read_bytes()) for path in sorted((CORPUS / "sequences" / outlet).glob("*.xml.gz"))]


class Identities:
    """An independent count: entries are one where they share a guid, or the address without parameters."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def find(self, name: str) -> str:
        self.parents.setdefault(name, name)
        while self.parents[name] != name:
            name = self.parents[name]
        return name

    def add(self, document: bytes) -> None:
        for entry in etree.fromstring(document).iter("item"):
            names = []
            if guid := entry.findtext("guid", "").strip():
                names.append(f"guid {guid}")
            if link := entry.findtext("link", "").strip():
                parts = urlsplit(link)
                names.append(f"link {parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}")
            for name in names[1:]:
                self.parents[self.find(name)] = self.find(names[0])
            for name in names:
                self.find(name)

    @property
    def count(self) -> int:
        return len({self.find(name) for name in list(self.parents)})


def test_each_item_is_stored_once(tmp_path: Path) -> None:
    series = {outlet: snapshots(outlet) for outlet in OUTLETS}
    expected = {}
    for outlet, documents in series.items():
        identities = Identities()
        for document in documents:
            identities.add(document)
        expected[outlet] = identities.count
    archive, lookup = SqliteArchive(tmp_path / "a.db"), SqliteArchive(tmp_path / "a.db")
    moment = [datetime(2020, 7, 1, tzinfo=UTC)]
    with Server() as server:
        sources = {outlet: source(outlet, url=server.url(f"/{outlet}")) for outlet in OUTLETS}
        archive.sources.sync(sources.values())

        async def replay() -> list[int]:
            fetch = Http("test", allow_private=["127.0.0.1"])
            added = []
            async with Sandbox() as sandbox:
                made = tools(
                    archive, lookup=lookup, fetch=fetch, parse=sandbox.parse, clock=lambda: moment[0], sources=sources
                )

                async def poll(number: int) -> int:
                    for outlet, documents in series.items():
                        server.routes[f"/{outlet}"] = answer(documents[number], content_type="application/rss+xml")
                    moment[0] += timedelta(hours=1)
                    states = archive.sources.claim("test", moment[0], timedelta(minutes=1), due_only=False)
                    report = await refresh(made, states)
                    assert report.failed == ()
                    return report.new

                for number in range(len(series["bbc"])):
                    added.append(await poll(number))
                stories = edition(archive, policy(), lambda: int(moment[0].timestamp()))
                assert stories.items == sum(added)
                version = archive.reading.version()
                repeats = [
                    await poll(len(series["bbc"]) - 1),
                    await poll(3),
                    await poll(0),
                    await poll(len(series["bbc"]) - 1),
                ]
                edition(archive, policy(), lambda: int(moment[0].timestamp()))
                assert repeats == [0, 0, 0, 0], "the same snapshot again, or an old one, announces nothing"
                assert archive.reading.version()[0] >= version[0]
            await fetch.close()
            return added

        asyncio.run(replay())
    counted = dict(
        archive._connection.raw.execute(
            "SELECT s.id, count(*) FROM items i JOIN sources s ON s.n = i.source GROUP BY 1"
        )
    )
    assert counted == expected
