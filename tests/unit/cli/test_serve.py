"""What granian is told of the process that serves."""

from __future__ import annotations

import multiprocessing
import os

from aggregator.cli.serve import lives


def test_a_process_whose_end_another_thread_has_noted_is_not_said_to_live() -> None:
    """granian has a thread for that; now and then it said at a Ctrl-C that it killed a worker which had ended."""
    context = multiprocessing.get_context("spawn")
    asked = context.Event()
    ended = context.Process(target=asked.wait)
    ended.start()
    assert lives(ended)
    asked.set()
    os.waitpid(ended.pid or 0, 0)
    assert ended.is_alive(), "what Python says"
    assert not lives(ended)
