"""Ingest of generated feeds from a local server: the first poll, a poll where all answer 304, and one where a tenth of the feeds
has changed; and how the cost grows with ten times the items.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.feeds import write
from benchmarks.figures import ROOT
from benchmarks.measure import Cost, compile_program, measure

ROWS = ("first poll", "all 304", "10 % changed")


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """nginx if it is here, else Python's own server; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx:
        settings = folder.parent / "nginx.conf"
        settings.write_text(
            f"daemon off; worker_processes 1; pid {folder.parent}/nginx.pid; error_log /dev/null; user root; events {{}}\n"
            f"http {{ access_log off; gzip on; gzip_types *; gzip_comp_level 1; types {{ application/rss+xml xml; }}\n"
            f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
        )
        command = [nginx, "-c", str(settings)]
    else:
        command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def configuration(folder: Path, port: int, feeds: int) -> Path:
    """The default rules over generated sources."""
    default = Path("feeds.yaml").read_text()
    rules = default[default.index("\nsections:") :]
    sources = "".join(f"  - {{name: Outlet {n}, url: 'http://127.0.0.1:{port}/f{n}.xml'}}\n" for n in range(feeds))
    path = folder / "feeds.yaml"
    path.write_text(f"site: {{title: Bench}}\nallow_private: [127.0.0.1]\nsources:\n{sources}{rules}")
    return path


def ingest(feeds: int, entries: int) -> list[tuple[str, Cost]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = folder / "www"
        pages.mkdir()
        size = write(pages, feeds, entries)
        print(f"{feeds} feeds × {entries} items, {size / 1e6:.0f} MB", file=sys.stderr)
        found = []
        with served(pages) as port:
            config = configuration(folder, port, feeds)
            command = [
                sys.executable,
                "-m",
                "aggregator",
                "--config",
                str(config),
                "--instance",
                str(folder / "instance"),
                "poll",
            ]
            compile_program(ROOT)
            subprocess.run([*command[:-1], "sources"], check=True, stdout=subprocess.DEVNULL)
            for row in ROWS:
                if row == ROWS[2]:
                    write(pages, feeds, entries, changed=0.1)
                found.append((row, measure(command)))
        database = sum(path.stat().st_size for path in (folder / "instance").glob("aggregator.db*"))
        print(f"database {database / 2**20:.0f} MiB", file=sys.stderr)
        return found


def run(feeds: int = 1000, entries: int = 50) -> list[str]:
    """A Markdown table; the last column is the cost per item against a tenth of the feeds."""
    small = dict(ingest(feeds // 10, entries))
    rows = [
        f"| {feeds} feeds × {entries} items | wall s | CPU s | memory MiB | CPU per item, relative to a tenth of the feeds |",
        "|---|---|---|---|---|",
    ]
    for name, cost in ingest(feeds, entries):
        growth = cost.cpu / small[name].cpu / 10
        rows.append(f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.memory:.0f} | {growth:.2f} × |")
    return rows


if __name__ == "__main__":
    print("\n".join(run(*map(int, sys.argv[1:]))))
