"""Readers of the terminal: newsboat and sfeed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from interop.seen import Seen, number, program, run


class Newsboat:
    remembers = follows = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = program("newsboat")
        (folder / "urls").touch()
        (folder / "config").write_text("show-read-feeds yes\n")

    @property
    def version(self) -> str:
        return number(run([self.program, "--version"], self.folder))

    def call(self, *arguments: str) -> str:
        files = ["-u", "urls", "-c", "cache.db", "-C", "config"]
        return run([self.program, *files, *arguments], self.folder)

    def subscribe(self, url: str) -> None:
        with (self.folder / "urls").open("a") as urls:
            urls.write(url + "\n")

    def refresh(self) -> None:
        self.call("-x", "reload")

    def unread(self) -> int:
        return int(self.call("-x", "print-unread").split()[0])

    def entries(self) -> list[Seen]:
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title, url, content FROM rss_item WHERE deleted = 0").fetchall()
        return [Seen(*row) for row in rows]


SFEEDRC = """
sfeedpath="{folder}/feeds"
fetch() {{
    output="${{sfeedtmpdir}}/feeds/$1.got"
    curl -f -s -m 15 -L --max-redirs 0 --compressed --etag-save "{folder}/$1.etag" --etag-compare "{folder}/$1.etag" \\
        -R -o "${{output}}" -z "{folder}/$1.lastmod" "$2"
    ended=$?
    [ $ended -eq 0 ] || {{ echo "curl ended with $ended" >> "{folder}/errors"; return 1; }}
    [ -e "${{output}}" ] || return 0
    cp -p "${{output}}" "{folder}/$1.lastmod"
    cat "${{output}}"
}}
feeds() {{
{feeds}
}}
"""


class Sfeed:
    """With the settings that sfeedrc(5) gives for conditional requests. Of an entry that it knows it keeps the first text."""

    remembers, follows = True, False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = program("sfeed_update", "sfeed")
        program("curl")
        self.urls: list[str] = []

    @property
    def version(self) -> str:
        return number(run(["dpkg-query", "-W", "sfeed"], self.folder))

    def subscribe(self, url: str) -> None:
        self.urls.append(url)
        feeds = "\n".join(f'    feed "feed{at}" "{one}"' for at, one in enumerate(self.urls))
        (self.folder / "sfeedrc").write_text(SFEEDRC.format(folder=self.folder, feeds=feeds))

    def refresh(self) -> None:
        run([self.program, "sfeedrc"], self.folder)
        errors = self.folder / "errors"
        assert not errors.exists() or not errors.read_text(), errors.read_text()

    def entries(self) -> list[Seen]:
        found = []
        for file in sorted((self.folder / "feeds").iterdir()):
            for line in file.read_text().splitlines():
                _, title, link, content, _, id, *_ = line.split("\t")
                found.append(Seen(id, title, link, content))
        return found
