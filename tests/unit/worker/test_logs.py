"""A log has one line an event, nothing in it can write to a terminal, and no secret is in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import unicodedata
from typing import Any
from unittest.mock import Mock

import pytest
from builders.process import until_async
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.environment import mask, pattern
from aggregator.errors import OutOfMemory
from aggregator.worker import logs
from aggregator.worker.logs import DIFFERENT, LineFormatter, Unrepeated
from aggregator.worker.troubles import Troubles

HOSTILE = "title\r\nERROR forged\x1b[2J\x07\x00 \u202egpj.exe\u2028next \udc80"


def written(message: str, *arguments: object, as_json: bool, error: Any = None) -> str:
    record = logging.LogRecord("aggregator.test", logging.WARNING, "x.py", 1, message, arguments, error)
    return LineFormatter(lambda text: mask(text, pattern(["hush-hush"])), as_json=as_json).format(record)


def test_an_event_is_one_line_of_json() -> None:
    line = written("source %s: %s", "one", HOSTILE, as_json=True)
    assert "\n" not in line
    assert "\x1b" not in line
    event = json.loads(line)
    assert (event["level"], event["logger"]) == ("warning", "aggregator.test")
    assert event["message"].startswith("source one: title")


def test_on_a_terminal_what_came_from_outside_moves_no_cursor_and_begins_no_line() -> None:
    shown = written("source %s", HOSTILE, as_json=False)
    first, *others = shown.split("\n")
    assert first[:4].isdigit()
    assert all(line.startswith("    ") for line in others), "a further line is indented, so that it cannot be forged"
    assert "\\x1b[2J" in shown
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert written("日本\u3000首相", as_json=False).endswith("日本\u3000首相")


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_whatever_is_logged(text: str, as_json: bool) -> None:
    shown = written("%s", text, as_json=as_json)
    assert all(letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs" for letter in shown)
    if as_json:
        assert "\n" not in shown


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_masked_also_in_what_python_says_of_an_error(as_json: bool) -> None:
    try:
        raise ValueError("https://user:hush-hush@example.org/feed?key=hush-hush")
    except ValueError as error:
        shown = written("failed", as_json=as_json, error=(ValueError, error, error.__traceback__))
    assert "ValueError" in shown
    assert "hush" not in shown
    assert "***@example.org" in shown


def test_a_password_nobody_configured_is_masked_too() -> None:
    assert "https://me:***@example.org" in written("moved to %s", "https://me:pa55@example.org/", as_json=False)


def passed(
    of: Unrepeated,
    message: str,
    at: float,
    *,
    name: str = "aggregator.web",
    level: int = logging.ERROR,
    error: Any = None,
) -> str | None:
    """The message that gets through at this second."""
    record = logging.LogRecord(name, level, "x.py", 1, "store: %s", (message,), error)
    record.created = at
    return record.getMessage() if of.filter(record) else None


def test_what_every_request_would_log_is_logged_once_a_minute() -> None:
    log = Unrepeated()
    assert passed(log, "away", 100) == "store: away"
    assert [passed(log, "away", 100 + second) for second in range(1, 60)] == [None] * 59
    assert passed(log, "full", 110) == "store: full"
    assert passed(log, "away", 160) == "store: away (repeated 59 times since it was last logged)"
    assert passed(log, "away", 161) is None
    assert passed(log, "away", 300) == "store: away (repeated 1 time since it was last logged)"
    assert passed(log, "away", 50) is not None, "a clock set back hides nothing"


def test_messages_without_end_take_no_memory_without_end() -> None:
    log = Unrepeated()
    assert all(passed(log, f"away {n}", 100) for n in range(DIFFERENT + 1))
    assert passed(log, f"away {DIFFERENT}", 101) is None
    assert passed(log, "away 0", 101) == "store: away 0", "it was forgotten"


def test_events_and_details_of_exceptions_are_always_logged() -> None:
    log, failure = Unrepeated(), ValueError("odd")
    details = (ValueError, failure, None)
    assert [passed(log, "polled", 1, level=logging.INFO) for _ in range(3)] == ["store: polled"] * 3
    assert [passed(log, "crash", 1, error=details) for _ in range(3)] == ["store: crash"] * 3
    assert [passed(log, "crash", 1, error=details, name="asyncio") for _ in range(3)] == ["store: crash"] * 3


async def test_while_no_memory_is_left_the_event_loop_fills_no_disk(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It tried to read the answer of a child again and again, and logged a traceback each time: three megabytes a second."""
    caplog.handler.addFilter(only := Unrepeated())
    reader, (end, beginning) = asyncio.StreamReader(), os.pipe()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(end, "rb", buffering=0)
    )
    os.write(beginning, b"answer")
    with monkeypatch.context() as short:
        short.setattr(os, "read", failing := Mock(side_effect=MemoryError))
        await until_async(lambda: failing.call_count > 3)
    assert await reader.read(6) == b"answer"
    pipe.close()
    os.close(beginning)
    caplog.handler.removeFilter(only)
    (record,) = caplog.records
    assert record.getMessage().endswith(f": {OutOfMemory()}")
    assert record.exc_info, "where it was: what asks for too much memory is a fault of ours"


def test_what_fails_again_after_it_recovered_is_logged_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Else the last that the log says of it is that all is well."""
    caplog.handler.addFilter(only := Unrepeated())
    troubles = Troubles()
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            troubles.report("store", "the disk is full")
            troubles.recovered("store")
    caplog.handler.removeFilter(only)
    assert caplog.messages == ["store: the disk is full", "store: recovered"] * 2


def test_start_sends_all_of_it_through_one_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    try:
        logs.start(lambda text: text.replace("hush", "***"))
        logging.getLogger("aggregator.anything").info("a hush\nb")
        logging.getLogger("aiohttp").info("noise")
        for _ in range(3):
            logging.getLogger("aggregator.web").error("store: away")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert [json.loads(line)["message"] for line in out.getvalue().splitlines()] == ["a ***\nb", "store: away"]
