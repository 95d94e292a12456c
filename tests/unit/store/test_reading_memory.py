"""The threads of the web server read without a large copy of the archive each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.store.sqlite.connection import Connection

READERS = """
import sys
from pathlib import Path
from aggregator.store.sqlite.connection import Connection

def own():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) >> 10

readers = [Connection(Path(sys.argv[1]), read_only=True) for _ in range(5)]
before = own()
for reader in readers:
    reader.read("SELECT sum(length(text)) FROM texts")
print(own() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells how much of its memory a process shares with others"
)
def test_five_readers_of_a_large_archive_take_little_memory_of_their_own(tmp_path: Path) -> None:
    written = Connection(
        tmp_path / "aggregator.db"
    )  # not closed, so that all of it stays in the log, which is not mapped
    written.keep_log()
    written.raw.execute("CREATE TABLE texts (text BLOB)")
    written.raw.execute(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 7000) INSERT INTO texts SELECT zeroblob(3500) FROM n"
    )
    taken = subprocess.check_output([sys.executable, "-c", READERS, str(written.path)])
    assert int(taken) < 40  # MiB, of 5 × 28
