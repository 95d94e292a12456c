"""Where the processor time of a poll goes, by library and by part of the program; for one source tree, or for several on the same
feeds.

    python -m benchmarks.profile_poll [--feeds N] [--before TREE]     (default: 100 feeds, this tree alone)

A tree is a checkout of this repository. Each runs in processes of its own, in turn: three times without profiling, for processor
seconds (the minimum, since other load only adds), and once under cProfile, for shares. So that one profile covers everything,
documents are parsed in the process itself and results are stored by the polling thread. A profiler makes Python calls look more
expensive than they are and cannot see into libraries, so only the order of the shares matters.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

Function = tuple[str, int, str]  # file, line, name, as pstats has them
Shares = dict[str, float]  # kind → seconds

PHASES = ("refresh", "edition")
OURS = "ours: "
MARKS = {
    "start: imports": (
        "importlib", "marshal.", "builtins.compile", "builtins.exec", "_imp.", "__build_class__", "/re/_", "/typing.py",
        "/dataclasses.py", "/enum.py", "/inspect.py", "posix.",
    ),
    "SQLite": ("sqlite3",),
    "numpy, scipy": ("numpy", "scipy"),
    "words: re, stemming": ("re.Pattern", "/re/__init__", "Stemmer", "snowball", "unicodedata"),
    "phrases: Aho-Corasick": ("ahocorasick", "AhoCorasick"),
    "sanitising: nh3": ("nh3", "builtins.Cleaner"),
    "compression: brotli, gzip": ("zlib", "brotli"),
    "parsing: fastfeedparser, lxml": ("feedparser", "lxml"),
    "HTML to text: selectolax": ("selectolax", "lexbor"),
    "addresses: ada": ("ada_url", "_ada_wrapper"),
    "dates": ("dateutil", "datetime.strptime"),
    "ids and hashes: uuid, hashlib": ("/uuid.py", "hashlib", "_blake2", "_hashlib", "_md5", "_sha"),
    "JSON, msgpack": ("orjson", "msgspec"),
    "network: aiohttp, asyncio": (
        "aiohttp", "aiosignal", "yarl", "multidict", "asyncio", "selectors", "select.", "_socket", "/socket.py", "ssl",
    ),
}  # fmt: skip
KINDS = tuple((mark, named) for named, marks in MARKS.items() for mark in marks)
"""What stands in the file or name of a function → its kind. The first that fits holds."""
OTHER = "standard library, others"


def kind(function: Function) -> str | None:
    """None: a built-in like `len`, which is whoever's calls it."""
    file, _, name = function
    package = _package(file)
    if package:
        return OURS + package
    where = name if file == "~" else file.replace("\\", "/")
    for mark, named in KINDS:
        if mark in where:
            return named
    return None if file == "~" else OTHER


def _package(file: str) -> str | None:
    """The package of the package that a file of ours is in."""
    parts = Path(file).parts
    if "aggregator" not in parts or "site-packages" in parts:
        return None
    below = parts[len(parts) - parts[::-1].index("aggregator") :]
    return below[0] if len(below) > 1 else "other"


def by_kind(stats: Mapping[Function, tuple[Any, ...]]) -> Counter[str]:
    """Seconds by kind; those of built-ins, and of what is made of text at run time (dataclasses), go to their callers."""
    found: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in stats.items():
        named = kind(function) if function[0] != "<string>" else None
        if named:
            found[named] += own
            continue
        shared = {caller: of[2] for caller, of in callers.items()}
        left = own - sum(shared.values())
        for caller, seconds in shared.items():
            found[kind(caller) or OTHER] += seconds
        found[OTHER] += max(0.0, left)
    return found


# In a process of its own, over the tree that PYTHONPATH names ---------------------------------------------------------


def one(config: Path, instance: Path, profiled: bool) -> dict[str, Any]:
    """Poll and edition once; seconds of the processor by phase, and by kind where `profiled`."""
    from aggregator.bootstrap import Application, Installation

    application = Application.load(Installation(config, instance))
    application.rulebook  # noqa: B018 (made before, in every tree alike)
    policy = application.policy
    found: dict[str, Any] = {}
    phases: tuple[tuple[str, Callable[[], int]], ...] = (
        ("refresh", lambda: asyncio.run(_refresh(application))),
        ("edition", lambda: _edition(application, policy)),
    )
    for phase, work in phases:
        profile = cProfile.Profile() if profiled else None
        began = time.process_time()
        if profile:
            profile.enable()
        count = work()
        if profile:
            profile.disable()
        seconds = time.process_time() - began
        kinds = by_kind(_functions(profile)) if profile else {}
        found[phase] = {"seconds": seconds, "items": count, "kinds": kinds}
    return found


def _functions(profile: cProfile.Profile) -> Mapping[Function, tuple[Any, ...]]:
    collected: Any = pstats.Stats(profile)
    found: Mapping[Function, tuple[Any, ...]] = collected.stats
    return found


async def _refresh(application: Any) -> int:
    from aggregator.bootstrap import utc_now
    from aggregator.normalise.document import normalise
    from aggregator.parse.reader import parse
    from aggregator.pipeline.refresh import refresh
    from aggregator.worker.identity import identity

    async def here(fetched: Any, job: Any) -> Any:
        return normalise(parse(fetched.body, fetched.content_type, fetched.url), job, fetched.url)

    async def at_once(function: Any, *args: Any, **named: Any) -> Any:
        return function(*args, **named)

    archive, lookup = application.database.open(), application.database.open()
    archive.sources.sync(application.settings.sources)
    states = archive.sources.claim(identity(), utc_now(), timedelta(hours=1), limit=1_000_000, due_only=False)
    fetcher = application.fetcher()
    asyncio.to_thread = at_once  # type: ignore[assignment]
    try:
        report = await refresh(application.tools(archive, lookup, fetcher, here), states)
    finally:
        await fetcher.close()
    return int(report.new)


def _edition(application: Any, policy: Any) -> int:
    from aggregator.pipeline.edition import edition

    return int(edition(application.database.open(), policy, lambda: int(time.time())).items)


# The comparison -------------------------------------------------------------------------------------------------------


def run(trees: Mapping[str, Path], feeds: int, runs: int = 3) -> dict[str, dict[str, Any]]:
    """Tree → phase → what `one` found, with the least and the greatest of the untouched seconds as `plain` and `most`;
    trees take turns."""
    from benchmarks.bench_ingest import configuration, served
    from benchmarks.feeds import write
    from benchmarks.measure import compile_program

    for path in trees.values():
        compile_program(path)
    with tempfile.TemporaryDirectory(prefix="profile-") as name:
        folder = Path(name)
        (folder / "www").mkdir()
        write(folder / "www", feeds, 50)
        with served(folder / "www") as port:
            config = configuration(folder, port, feeds)
            plain = [
                {tree: _apart(path, config, folder / f"{tree}-{n}", False) for tree, path in trees.items()}
                for n in range(runs)
            ]
            found = {tree: _apart(path, config, folder / f"{tree}-profiled", True) for tree, path in trees.items()}
    for tree, phases in found.items():
        for phase, of in phases.items():
            seconds = [one[tree][phase]["seconds"] for one in plain]
            of["plain"], of["most"] = min(seconds), max(seconds)
    return found


def _apart(tree: Path, config: Path, instance: Path, profiled: bool) -> dict[str, Any]:
    command = [sys.executable, "-P", __file__, "--one", str(config), str(instance), str(int(profiled))]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, check=True, timeout=1800)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(found: Mapping[str, Mapping[str, Any]], phase: str, least: float = 0.005) -> list[str]:
    """A row for each kind that is `least` of the whole in some tree, the largest of the last tree first: the share, and
    the untouched seconds that it stands for."""
    trees = list(found)
    whole = {tree: sum(found[tree][phase]["kinds"].values()) for tree in trees}
    shares = {tree: {name: of / whole[tree] for name, of in found[tree][phase]["kinds"].items()} for tree in trees}
    names = sorted({name for of in shares.values() for name in of}, key=lambda name: -shares[trees[-1]].get(name, 0.0))
    lines = [f"| {phase} | {' | '.join(trees)} |", f"|---{'|---' * len(trees)}|"]
    items = {tree: found[tree][phase]["items"] for tree in trees}
    plain = {tree: found[tree][phase]["plain"] for tree in trees}
    lines.append(f"| items | {' | '.join(f'{items[tree]:,}' for tree in trees)} |")
    spread = (f"{plain[tree]:.2f} s (to {found[tree][phase]['most']:.2f})" for tree in trees)
    lines.append(f"| total, without the profiler | {' | '.join(spread)} |")
    for name in names:
        if max(shares[tree].get(name, 0.0) for tree in trees) >= least:
            cells = (f"{(share := shares[tree].get(name, 0.0)):.0%} ({share * plain[tree]:.2f} s)" for tree in trees)
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, f"| **total of ours** | {' | '.join(f'**{_ours(shares[tree]):.0%}**' for tree in trees)} |"]


def _ours(shares: Shares) -> float:
    return sum(share for name, share in shares.items() if name.startswith(OURS))


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(Path(arguments[1]), Path(arguments[2]), arguments[3] == "1")))
        return
    from benchmarks.figures import ROOT, machine, write

    asked = argparse.ArgumentParser(description="where the time of a poll goes, by kind")
    asked.add_argument("--feeds", type=int, default=100)
    asked.add_argument("--before", type=Path, help="another checkout, to compare with")
    asked.add_argument("--no-write", action="store_true", help="print only; docs/benchmarks.md stays")
    args = asked.parse_args(arguments)
    os.chdir(ROOT)
    head = f"{args.feeds:,} feeds × 50 items. {machine()}."
    trees = {**({"before": args.before.resolve()} if args.before else {}), "now": ROOT}
    found = run(trees, args.feeds)
    lines: list[str] = [head, *_joined(["", *table(found, phase)] for phase in PHASES)]
    print("\n".join(lines))
    if not args.no_write:
        write("profile", lines)


def _joined(parts: Iterable[Sequence[str]]) -> list[str]:
    return [line for part in parts for line in part]


if __name__ == "__main__":
    main(sys.argv[1:])
