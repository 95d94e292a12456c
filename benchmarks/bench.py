"""`make bench`: what the service costs, measured in one run on this machine. Read the figures as ratios."""

from __future__ import annotations

import platform
from importlib.metadata import version

from benchmarks import bench_edition, bench_ingest


def machine() -> str:
    import os

    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("aiohttp", "fastfeedparser", "feedparser", "nh3", "sqlite-utils")
    )
    return f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores; {libraries}"


def main() -> None:
    print(machine(), end="\n\n")
    print("## Ingest\n")
    print("\n".join(bench_ingest.run()))
    print("\n## Edition\n")
    print("\n".join(bench_edition.run()))


if __name__ == "__main__":
    main()
