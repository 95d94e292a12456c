"""A service with three outlets that a reader subscribes to, and what happens next in that world."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from builders import rss
from builders.process import aggregator, configuration, free_port, running, serves, until
from interop.recording import Exchange, Proxy
from servers.local import Server, conditional

RULES = """
sections:
  - {id: defense, title: Defense, words: [frigate, missile*, navy]}
  - {id: europe, title: Europe, words: [baltic, poland, oslo]}
  - {id: world, title: World}
"""
FRIGATE = "Frigate Sachsen collides with freighter near Bornholm in the Baltic"
MISSILES = "Navy test-fires two anti-ship missiles off Hokkaido"
OSLO = "Oslo votes on a new opera house & a “tunnel” under the fjord"
OCTOPUS = "Scientists discover how octopuses dream"
EARLIER = f"German {FRIGATE}"
LATER = "Missile factory in Nevada doubles its output of interceptors"

DEFENSE = {FRIGATE: "https://harbour.example/a1", MISSILES: "https://wire.example/b1"}
"""What /sections/defense holds at first: headline → link."""
DEFENSE_LATER = {**DEFENSE, LATER: "https://harbour.example/a2"}
EUROPE = {FRIGATE: "https://harbour.example/a1", OSLO: "https://tidende.example/c1"}

Row = tuple[str, str, datetime | None]


@dataclass
class World:
    proxy: Proxy
    server: Server
    config: Path
    now: datetime

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.proxy.port}"

    def feed(self, section: str = "defense", extension: str = "rss") -> str:
        return f"{self.root}/sections/{section}.{extension}"

    def asked(self, section: str = "defense", extension: str = "rss") -> list[Exchange]:
        return self.proxy.asked(f"/sections/{section}.{extension}")

    def publish(self, outlet: str, *rows: tuple[str, str, float], further: str = "") -> None:
        """The outlet's feed holds these from now on: (guid, headline, hours ago), and `further` items in XML."""
        dated: list[Row] = [(guid, title, self.now - timedelta(hours=hours)) for guid, title, hours in rows]
        document = rss(dated, outlet.title(), f"{outlet}.example").replace(
            b"</channel>", further.encode() + b"</channel>"
        )
        self.server.routes[f"/{outlet}"] = conditional(document)

    def poll(self, failing: Sequence[str] = ()) -> None:
        done = aggregator(self.config, "poll", "--json")
        assert done.returncode == 0, done.stderr
        assert [failed["source"] for failed in json.loads(done.stdout)["failed"]] == list(failing)

    def begin(self) -> None:
        """Two stories in Defense, two in Europe, one of them in both; one elsewhere."""
        self.publish("harbour", ("a1", FRIGATE, 5))
        self.publish("wire", ("b1", MISSILES, 4), ("b2", OCTOPUS, 3))
        self.publish("tidende", ("c1", OSLO, 2))
        self.poll()

    def move_on(self) -> None:
        """A second outlet joins the story of the frigate, and Defense gets a third story."""
        self._next_second()
        self.publish("harbour", ("a2", LATER, 0.2), ("a1", FRIGATE, 5))
        joined = f"{FRIGATE}, navy says"
        self.publish("tidende", ("c2", joined, 1), ("c1", OSLO, 2))
        self.poll()

    def _next_second(self) -> None:
        """curl goes by dates even where it has an ETag, and dates are whole seconds: what changes within one is missed."""
        at = int(time.time())
        until(lambda: int(time.time()) > at)

    def new_lead(self) -> None:
        """An outlet that had the frigate before the others turns up: its report leads now."""
        self._next_second()
        self.publish("tidende", ("c0", EARLIER, 6), ("c1", OSLO, 2))
        self.poll()


@contextmanager
def world(folder: Path, begin: Callable[[World], None] = World.begin) -> Iterator[World]:
    """The service as `serve` runs it, behind the proxy, after `begin`."""
    with Proxy() as proxy, Server() as server:
        proxy.upstream = free_port()
        outlets = {outlet: server.url(f"/{outlet}") for outlet in ("harbour", "wire", "tidende")}
        config = configuration(folder, outlets, RULES)
        text = config.read_text().replace(
            "{title: Test Wire}", f"{{title: Test Wire, url: 'http://127.0.0.1:{proxy.port}'}}"
        )
        config.write_text(text)
        made = World(proxy, server, config, datetime.now(UTC).replace(microsecond=0))
        begin(made)
        with running(config, "serve", "--port", str(proxy.upstream)):
            until(lambda: serves(f"http://127.0.0.1:{proxy.upstream}/healthz"))
            yield made
