"""What a worker says of its problems: each once, in words for others in one line, with details in the log alone."""

from __future__ import annotations

import errno
import logging

import pytest

from aggregator.errors import StoreBusy, TooManyFiles
from aggregator.worker.troubles import Troubles


def test_each_problem_is_told_when_it_begins_changes_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[str] = []
    troubles = Troubles(shown.append)
    with caplog.at_level(logging.INFO):
        troubles.recovered("store")
        for message in ("locked", "locked", "full\nof 3 disks"):
            troubles.report("store", StoreBusy(message))
        troubles.report("polling", TooManyFiles())
        troubles.report("polling", OSError(errno.EMFILE, "Too many open files"))
        troubles.recovered("store")
        troubles.recovered("store")
    files = str(TooManyFiles())
    assert caplog.messages == [
        "store: locked", "store: full\nof 3 disks", f"polling: {files}", "store: recovered",
    ]  # fmt: skip
    assert not any(record.exc_info for record in caplog.records), "they are understood"
    assert shown == [
        "store: locked", "store: full", f"store: full\npolling: {files.splitlines()[0]}",
        f"polling: {files.splitlines()[0]}",
    ]  # fmt: skip


def test_of_an_unexpected_error_others_learn_its_name_and_the_log_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[str] = []
    Troubles(shown.append).report("editions", ValueError("postgresql://me:hush@db/ cannot be read"))
    assert shown == ["editions: ValueError, an error in this program: see the log"]
    (record,) = caplog.records
    assert record.exc_info
    assert "hush" not in record.getMessage()


def test_a_folder_that_takes_no_report_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def read_only(text: str) -> None:
        raise OSError(30, "Read-only file system")

    troubles = Troubles(read_only)
    troubles.report("store", "full")
    troubles.recovered("store")
    told = "problems cannot be written for /readyz: Read-only file system"
    assert [one for one in caplog.messages if "readyz" in one] == [told, told]
