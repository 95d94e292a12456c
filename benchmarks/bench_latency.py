"""Latency of responses while an edition runs beside the server, compared with the server alone;
`python -m benchmarks.bench_latency`.

Server, edition and wrk share all cores, as in production. wrk sends one request after the other over eight connections: for
one feed (which the edition changes with every batch), and for feeds, pages and API in turn. Measurements with and without
edition alternate; the result is the median, over neighbouring pairs, of the ratio of the 99th percentiles.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.bootstrap import Installation
from benchmarks.bench_edition import Growing
from benchmarks.bench_serving import serving

ITEMS = 10_000
BATCH = 500  # items that arrive together
PAIRS, SECONDS = 5, 3
PORT = 8474
WANTED = 3.0
ADDRESSES = (
    "/latest.rss",
    "/",
    "/sections/{section}.atom",
    "/sections/{section}",
    "/latest.json",
    "/api/v1/stories?limit=20",
)


def keep_editing(folder: Path) -> None:
    """What arrives and its edition, batch after batch, until this process is ended."""
    growing = Growing(folder)
    growing.size = growing.archive.reading.totals()["items"]
    while True:
        growing.take(BATCH, BATCH)


@contextmanager
def editing(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.bench_latency", "--edit", str(folder)]
    process = subprocess.Popen(command)
    try:
        time.sleep(2)  # it has begun
        assert process.poll() is None, "the edition ended"
        yield
        assert process.poll() is None, "the edition ended"
    finally:
        process.terminate()
        process.wait(10)


def percentile(script: Path) -> tuple[float, float]:
    """(99th percentile in ms, answers a second)."""
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}s", "--latency", "-s", str(script), f"http://127.0.0.1:{PORT}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in printed, printed
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", printed).groups()  # type: ignore[union-attr]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])  # type: ignore[index]
    assert rate, f"no answer within {SECONDS} s: this machine has too much else to do"
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit], rate


def _script(path: Path, addresses: tuple[str, ...]) -> Path:
    listed = ", ".join(f'"{address}"' for address in addresses)
    path.write_text(
        f"local asked, n = {{{listed}}}, 0\n"
        "request = function() n = n % #asked + 1; return wrk.format('GET', asked[n], {['Accept-Encoding'] = 'gzip'}) end\n"
    )
    return path


def run() -> list[str]:
    """A Markdown table; empty but for a reason where a program lacks."""
    if not shutil.which("wrk"):
        return ["skipped: needs wrk"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        growing = Growing(folder)
        growing.take(ITEMS)
        counts = growing.archive.reading.counts("section", 0)
        place: Installation = growing.application.installation
        growing.archive.close()
        addresses = tuple(one.format(section=max(counts, key=lambda id: counts[id])) for one in ADDRESSES)
        scripts = {
            "one feed": _script(folder / "one.lua", addresses[:1]),
            "feeds, pages, API in turn": _script(folder / "all.lua", addresses),
        }
        with serving(place, PORT):
            found = {what: _pairs(script, folder) for what, script in scripts.items()}
    return [
        "| requests | 99th percentile at rest, ms | while an edition runs, ms | ratio (range) "
        "| answers per second, at rest and while it runs |",
        "|---|---|---|---|---|",
        *(_row(what, pairs) for what, pairs in found.items()),
    ]


def _pairs(script: Path, folder: Path) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    percentile(script)  # warm
    pairs = []
    for _ in range(PAIRS):
        rest = percentile(script)
        with editing(folder):
            pairs.append((rest, percentile(script)))
    return pairs


def _row(what: str, pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> str:
    rest, beside = (statistics.median(pair[n][0] for pair in pairs) for n in (0, 1))
    ratios = sorted(edited[0] / quiet[0] for quiet, edited in pairs)
    rates = [statistics.median(pair[n][1] for pair in pairs) for n in (0, 1)]
    return (
        f"| {what} | {rest:.1f} | {beside:.1f} | {statistics.median(ratios):.1f} × ({ratios[0]:.1f}–{ratios[-1]:.1f}; "
        f"target: below {WANTED:.0f}) | {rates[0]:,.0f} and {rates[1]:,.0f} |"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--edit"]:
        keep_editing(Path(sys.argv[2]))
    print("\n".join(run()))
