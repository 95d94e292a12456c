"""Readers as libraries, each driven by a few lines in its own language (drivers/), in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interop.seen import TOOLS, Seen, installed, program, run

DRIVERS = Path(__file__).parent / "drivers"


class Driven:
    """A driver gets an address and a folder to remember in, and prints `{version, told, entries: [{id, title, link, body}]}`."""

    remembers = follows = True
    driver = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = self.interpreter()
        self.url = ""
        self.last: dict[str, Any] = {}

    def interpreter(self) -> list[str]:
        return [str(installed("bin/python"))]

    @property
    def version(self) -> str:
        return str(self.last["version"])

    def subscribe(self, url: str) -> None:
        self.url = url

    def refresh(self) -> int | None:
        told = run([*self.command, str(DRIVERS / self.driver), self.url, str(self.folder)], self.folder)
        self.last = json.loads(told)
        count: int | None = self.last["told"]
        return count

    def entries(self) -> list[Seen]:
        return [Seen(**one) for one in self.last["entries"]]


class ReaderLibrary(Driven):
    driver = "with_reader.py"


class Feedparser(Driven):
    driver = "with_feedparser.py"


class Node(Driven):
    package = ""

    def interpreter(self) -> list[str]:
        installed(f"node/node_modules/{self.package}")
        return ["env", f"NODE_PATH={TOOLS / 'node' / 'node_modules'}", program("node", "nodejs")]


class RssParser(Node):
    """Its own client asks without conditions."""

    remembers = False
    driver, package = "with_rss_parser.cjs", "rss-parser"


class Feedsmith(Node):
    driver, package = "with_feedsmith.cjs", "feedsmith"
