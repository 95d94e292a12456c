"""`make bench`: what the service costs, measured in one run on this machine. The figures are to be read as ratios."""

from __future__ import annotations

from benchmarks import bench_edition, bench_ingest, bench_latency, bench_reading, bench_serving
from benchmarks.figures import machine


def main() -> None:
    print(machine("aiohttp", "fastfeedparser", "feedparser", "nh3", "sqlite-utils"), end="\n\n")
    print("## Ingest\n")
    print("\n".join(bench_ingest.run()))
    print("\n## Edition\n")
    print("\n".join(bench_edition.run()))
    print("\n## Serving\n")
    print("\n".join(bench_serving.run()))
    print("\n## Serving while an edition runs\n")
    print("\n".join(bench_latency.run()))
    print("\n## Reading as the archive grows\n")
    print("\n".join(bench_reading.run()))


if __name__ == "__main__":
    main()
