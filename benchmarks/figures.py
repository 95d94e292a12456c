"""Writes figures into a document between two marks, so that the next run replaces them and nothing else."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def replaced(text: str, name: str, lines: Iterable[str]) -> str:
    """`text` with `lines` between the marks of `name`. Raises ValueError unless each mark is there once, in order."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed) or begin in after or end in before + after:
        raise ValueError(f"expected {begin} and {end} in the document, once and in this order")
    return f"{before}{begin}\n{chr(10).join(lines)}\n{end}{after}"


def write(name: str, lines: Sequence[str], document: Path = DOCUMENT) -> None:
    document.write_text(replaced(document.read_text("utf-8"), name, lines), "utf-8")


def middle(values: Sequence[float], digits: int = 1) -> str:
    """The median, followed by minimum and maximum if there are several values."""
    spread = f" ({min(values):,.{digits}f}–{max(values):,.{digits}f})" if len(values) > 1 else ""
    return f"{median(values):,.{digits}f}{spread}"


def machine(*libraries: str) -> str:
    """The machine of a measurement, with versions and load average."""
    with_versions = "".join(f", {name} {version(name)}" for name in libraries)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    system = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"{system}{with_versions}; load average at start {load}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
