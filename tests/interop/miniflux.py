"""Miniflux of Debian's package with a PostgreSQL of its own, both on free ports of 127.0.0.1 and gone afterwards."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from builders.process import free_port, serves, until
from interop.seen import Seen, number, program

PASSWORD = "interop-on-loopback"


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database in a cluster of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed (make interop tries: apt-get install postgresql, as root)")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="interop-postgres-"))
    port = free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = str(folder / "data")
        make = [str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "miniflux", "--no-sync", "-E", "UTF8"]
        subprocess.run(_as_postgres(make), check=True, capture_output=True, timeout=60, cwd="/")
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
        control = [str(programs / "pg_ctl"), "-D", data, "-w"]
        start = [*control, "-o", settings, "-l", str(folder / "log"), "start"]
        subprocess.run(_as_postgres(start), check=True, stdout=subprocess.DEVNULL, timeout=60, cwd="/")
        try:
            yield f"postgres://miniflux@127.0.0.1:{port}/postgres?sslmode=disable"
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(_as_postgres(stop), check=False, capture_output=True, timeout=60, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def miniflux() -> Iterator[str]:
    """The address of a running Miniflux."""
    path = program("miniflux")
    with postgres() as database:
        port = free_port()
        settings = {
            "DATABASE_URL": database, "RUN_MIGRATIONS": "1", "CREATE_ADMIN": "1", "ADMIN_USERNAME": "interop",
            "ADMIN_PASSWORD": PASSWORD, "LISTEN_ADDR": f"127.0.0.1:{port}", "DISABLE_SCHEDULER_SERVICE": "1",
            "FETCHER_ALLOW_PRIVATE_NETWORKS": "1",  # later versions refuse loopback without it
        }  # fmt: skip
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen([path], env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT)
            try:
                until(lambda: serves(f"http://127.0.0.1:{port}/healthcheck"))
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(10)


class Miniflux:
    """By its REST API."""

    remembers = follows = True

    def __init__(self, root: str) -> None:
        self.root = root
        self.feed = 0

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        key = base64.b64encode(f"interop:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.root}{path}", data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @property
    def version(self) -> str:
        return number(str(self.call("GET", "/v1/version")["version"]))

    def subscribe(self, url: str) -> None:
        self.feed = self.call("POST", "/v1/feeds", json.dumps({"feed_url": url}).encode())["feed_id"]

    def refresh(self) -> None:
        self.call("PUT", f"/v1/feeds/{self.feed}/refresh")

    def entries(self) -> list[Seen]:
        """It gives no id of the entry: the hash that it makes of it stands for it."""
        rows = self.call("GET", f"/v1/feeds/{self.feed}/entries?limit=100")["entries"]
        return [Seen(row["hash"], row["title"], row["url"], row["content"]) for row in rows]

    def subscriptions(self) -> dict[str, str]:
        return {row["title"]: row["feed_url"] for row in self.call("GET", "/v1/feeds")}

    def forget(self) -> None:
        for row in self.call("GET", "/v1/feeds"):
            self.call("DELETE", f"/v1/feeds/{row['id']}")
