"""Speed of serving a feed, on one core each: nginx with the same bytes on disk, our server, and Flask alone under granian. Needs
nginx and wrk; `python -m benchmarks.bench_serving`.

Each round measures all three in turn, so that the ratios of a round compare what ran within the same seconds; the result is
the median over rounds.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from aggregator.bootstrap import Application, Installation, library
from aggregator.model.item import Item
from aggregator.model.poll import PollResult, Recognition
from aggregator.pipeline.edition import edition

CONFIG = """
site: {title: Bench, url: "https://wire.example.org"}
sources: [{name: Outlet, url: "https://outlet.example/feed.xml"}]
sections: [{id: world, title: World}]
"""
ADDRESS = "/sections/world.rss"
ROUNDS, SECONDS = 5, 3
PORTS = {"nginx": 8471, "ours": 8472, "flask": 8473}
TARGETS = {"200": (0.25, 2.0), "304": (0.2, 2.0)}  # of nginx, of Flask under granian


def plain() -> Any:
    """The application without what stands in front of Flask."""
    from aggregator.web.app import create_app
    from aggregator.web.cache import ResponseCache

    app = create_app(library(Application.load(Installation.of_environment(os.environ))))
    assert isinstance(app.wsgi_app, ResponseCache)
    return app.wsgi_app.inner


def fill(folder: Path) -> Installation:
    """An archive with as many stories as a feed lists at the least."""
    place = Installation(folder / "feeds.yaml", folder)
    place.config.write_text(CONFIG, "utf-8")
    application = Application.load(place)
    archive = application.database.open()
    archive.sources.sync(application.settings.sources)
    now = datetime.now(UTC)
    state = structs.replace(archive.sources.states()[0], last_success=now)
    items = tuple(_item(n, now - timedelta(hours=n)) for n in range(60))
    archive.intake.apply([PollResult(state, Recognition(new=items), live=False)], now)
    edition(archive, application.policy, lambda: int(now.timestamp()))
    archive.close()
    return place


def _item(n: int, published: datetime) -> Item:
    words = " ".join(uuid.uuid5(uuid.NAMESPACE_OID, f"{n} {k}").hex[:7] for k in range(24))
    return Item(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, str(n))), source="outlet", key=str(n), url=f"https://outlet.example/{n}",
        canonical=f"https://outlet.example/{n}", title=words[:60], summary=words, content="", author=None, publisher="Outlet",
        published=published, lang="en", categories=(), image=None, enclosures=(), hash=str(n),
    )  # fmt: skip


def command(interface: str, port: int) -> list[str]:
    """Granian as `aggregator serve` starts it, with one worker."""
    granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--factory", "--workers", "1"]
    return [*granian, "--blocking-threads", "4", "--no-ws", "--log-level", "error", "--port", str(port), interface]


@contextmanager
def serving(place: Installation, port: int) -> Iterator[None]:
    """Our server over an archive, free on all cores."""
    environment = {**os.environ, **place.environment()}
    process = subprocess.Popen(command("aggregator.bootstrap:web_application", port), env=environment)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def servers(folder: Path, place: Installation) -> Iterator[None]:
    """All three, each on the first core; what they serve is the same."""
    environment = {**os.environ, **place.environment()}
    commands = {
        "ours": command("aggregator.bootstrap:web_application", PORTS["ours"]),
        "flask": command("benchmarks.bench_serving:plain", PORTS["flask"]),
        "nginx": ["nginx", "-c", str(folder / "nginx.conf")],
    }
    running = []
    try:
        for name in ("ours", "flask", "nginx"):
            if name == "nginx":
                _prepare_nginx(folder)
            running.append(subprocess.Popen(["taskset", "-c", "0", *commands[name]], env=environment))
            _wait(PORTS[name])
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(10)


def _prepare_nginx(folder: Path) -> None:
    page = folder / "www" / ADDRESS.lstrip("/")
    page.parent.mkdir(parents=True)
    page.write_bytes(urllib.request.urlopen(f"http://127.0.0.1:{PORTS['ours']}{ADDRESS}").read())
    (folder / "nginx.conf").write_text(f"""
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; etag on; keepalive_requests 100000000; open_file_cache max=100;
  types {{ application/rss+xml rss; }}
  server {{ listen 127.0.0.1:{PORTS["nginx"]}; root {folder}/www; add_header Cache-Control "public, max-age=900"; }}
}}
""")


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing answers on port {port}")


def rate(port: int, tag: str | None) -> float:
    """Answers a second, by wrk on the second core."""
    asked = ["-H", f"If-None-Match: {tag}"] if tag else []
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c32", f"-d{SECONDS}s", *asked, f"http://127.0.0.1:{port}{ADDRESS}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    assert not failed, printed
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])  # type: ignore[index]


def measure() -> dict[str, dict[str, list[float]]]:
    tags = {}
    for name, port in PORTS.items():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{ADDRESS}") as got:
            tags[name] = got.headers["ETag"]
    found: dict[str, dict[str, list[float]]] = {status: {name: [] for name in PORTS} for status in TARGETS}
    for _ in range(ROUNDS):
        for status, rates in found.items():
            for name, port in PORTS.items():
                rates[name].append(rate(port, tags[name] if status == "304" else None))
    return found


def report(found: dict[str, dict[str, list[float]]]) -> list[str]:
    lines = [
        "| answer | nginx, per second | ours | Flask on granian | ours / nginx | ours / Flask |",
        "|---|---|---|---|---|---|",
    ]
    for status, rates in found.items():
        figures = " | ".join(f"{statistics.median(rates[name]):,.0f}" for name in ("nginx", "ours", "flask"))
        of_nginx, of_flask = (
            statistics.median(a / b for a, b in zip(rates["ours"], rates[other], strict=True))
            for other in ("nginx", "flask")
        )
        least, times = TARGETS[status]
        lines.append(
            f"| {status} | {figures} | {of_nginx:.2f} (target: {least}) | {of_flask:.1f} × (target: {times:.0f}) |"
        )
    return lines


def run() -> list[str]:
    """A Markdown table; a reason where something lacks."""
    missing = [program for program in ("nginx", "wrk", "taskset") if not shutil.which(program)]
    if missing or (os.cpu_count() or 1) < 2:
        return [f"skipped: needs {', '.join(missing) or 'two cores'}"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx reads as another user
        with servers(folder, fill(folder)):
            return report(measure())


if __name__ == "__main__":
    print("\n".join(run()))
