"""Other programs that poll feeds: how each is installed, run, and asked what it stored.

reader is installed from PyPI into `.venv-peers`; newsboat and sfeed are Debian's and take part if they are installed.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aggregator import __version__
from benchmarks.bench_ingest import configuration
from benchmarks.figures import ROOT
from benchmarks.measure import compile_program

VENV = ROOT / ".venv-peers"
PYTHON = VENV / "bin" / "python"
# sgmllib3k: feedparser has not asked for it since 6.0.13, and reader 3.26 wants it. 3.27 needs Python 3.12.
READER = ("reader[cli]==3.26", "sgmllib3k>=1,<2")
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Job:
    """A command that polls all sources, in the environment it wants."""

    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """`prepare(folder, port, feeds)` makes the sources known, fetches nothing, and gives the job; `files(folder)` are
    what it stored, `count(folder)` how many items that is."""

    name: str
    version: str
    prepare: Callable[[Path, int, int], Job]
    files: Callable[[Path], Iterator[Path]]
    count: Callable[[Path], int]

    def size(self, folder: Path) -> int:
        return sum(path.stat().st_size for path in self.files(folder))


def peers() -> tuple[list[Peer], dict[str, str]]:
    """Those that are here, ours first; and why others are not."""
    missing: dict[str, str] = {}
    found = [Peer(OURS, __version__, _ours, lambda folder: folder.glob("instance/aggregator.db*"), _our_items)]
    if problem := set_up_reader():
        missing["reader"] = problem
    else:
        found += [_reader(None), _reader(20)]
    for name, programs, make in (
        ("newsboat", ("newsboat",), _newsboat),
        ("sfeed", ("sfeed_update", "sfeed", "curl"), _sfeed),
    ):
        absent = [program for program in programs if shutil.which(program) is None]
        if absent:
            missing[name] = f"{absent[0]} is not installed (apt-get install {absent[0].partition('_')[0]})"
        else:
            found.append(make())
    return found, missing


def addresses(port: int, feeds: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/f{number}.xml" for number in range(feeds)]


def _ours(folder: Path, port: int, feeds: int) -> Job:
    place = ("--config", str(configuration(folder, port, feeds)), "--instance", str(folder / "instance"))
    command = (sys.executable, "-m", "aggregator", *place)
    compile_program(ROOT)
    _run((*command, "sources"))
    return Job((*command, "poll"))


def _our_items(folder: Path) -> int:
    """Those that are placed in a story: what waits is not done."""
    return _rows(folder / "instance" / "aggregator.db", "SELECT count(*) FROM placements WHERE story IS NOT NULL")


def set_up_reader() -> str | None:
    """Into its own environment, where it is not there yet; what went wrong."""
    asked = [str(PYTHON), "-c", "import reader, sgmllib"]
    if PYTHON.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
        return None
    print("setting up reader in .venv-peers …", file=sys.stderr)
    try:
        _run((sys.executable, "-m", "venv", str(VENV)))
        _run((str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *READER))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        return f"could not be installed: {reason(error)}"
    return None


def _reader(workers: int | None) -> Peer:
    script = (
        "import sys, reader; r = reader.make_reader(sys.argv[1]); [r.add_feed(u) for u in sys.stdin.read().split()]"
    )

    def prepare(folder: Path, port: int, feeds: int) -> Job:
        store = str(folder / "reader.db")
        _run((str(PYTHON), "-c", script, store), "\n".join(addresses(port, feeds)))
        # Without --no-scheduled it would leave alone what it polled within the hour.
        asked = ("update", "--no-scheduled", *(("--workers", str(workers)) if workers else ()))
        return Job((str(PYTHON), "-m", "reader", "--db", store, *asked))

    return Peer(
        f"reader, {workers} workers" if workers else "reader",
        _output((str(PYTHON), "-m", "reader", "--version")),
        prepare,
        lambda folder: folder.glob("reader.db*"),
        lambda folder: _rows(folder / "reader.db", "SELECT count(*) FROM entries"),
    )


def _newsboat() -> Peer:
    def prepare(folder: Path, port: int, feeds: int) -> Job:
        urls, settings = folder / "urls", folder / "config"
        urls.write_text("\n".join(addresses(port, feeds)))
        settings.write_text("")
        place = ("-u", str(urls), "-c", str(folder / "cache.db"), "-C", str(settings))
        return Job(("newsboat", *place, "-x", "reload"), (("HOME", str(folder)),))

    return Peer(
        "newsboat",
        _output(("newsboat", "--version")),
        prepare,
        lambda folder: folder.glob("cache.db*"),
        lambda folder: _rows(folder / "cache.db", "SELECT count(*) FROM rss_item"),
    )


def _sfeed() -> Peer:
    def prepare(folder: Path, port: int, feeds: int) -> Job:
        settings = folder / "sfeedrc"
        every = "\n".join(f'feed "f{n}" "{url}"' for n, url in enumerate(addresses(port, feeds)))
        settings.write_text(f'sfeedpath="{folder}/feeds"\nfeeds() {{\n{every}\n}}\n')
        return Job(("sfeed_update", str(settings)), (("HOME", str(folder)),))

    def files(folder: Path) -> Iterator[Path]:
        return (folder / "feeds").glob("f*")

    return Peer("sfeed_update", _packaged("sfeed"), prepare, files, lambda folder: sum(map(_lines, files(folder))))


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _rows(database: Path, query: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query).fetchone()[0])


def _run(command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=600)
    return done.stdout


def _output(command: Sequence[str]) -> str:
    """The first number that looks like a version."""
    found = re.search(r"\d+(\.\d+)+", _run(command))
    return found[0] if found else "?"


def _packaged(package: str) -> str:
    try:
        return _run(("dpkg-query", "--show", "--showformat=${Version}", package))
    except (subprocess.CalledProcessError, OSError):
        return "?"


def reason(error: Exception) -> str:
    """The last line of what a command said, or what it did."""
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr if isinstance(error.stderr, str) else (error.stderr or b"").decode("utf-8", "replace")
        return (said.strip().splitlines() or [f"exit {error.returncode}"])[-1][:200]
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not done after {error.timeout:.0f} s"
    return str(error) or type(error).__name__
