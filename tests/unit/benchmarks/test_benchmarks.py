"""Benchmarks of the archive, on little: they call inner parts of the service and copy its tables, and nobody runs them for weeks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks import bench_backends, bench_edition, bench_reading


@pytest.mark.filterwarnings("ignore")  # of the PostgreSQL in a wheel
@pytest.mark.parametrize(
    "run",
    [lambda: bench_edition.run((20, 80)), lambda: bench_reading.run((1, 4000)), lambda: bench_backends.run(20)],
    ids=["edition", "reading", "backends"],
)
def test_a_benchmark_makes_its_table(run: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_edition, "MEASURED", 20)
    head, _, *table = run()
    assert len(table) == 2
    assert all(row.count("|") == head.count("|") for row in table)
