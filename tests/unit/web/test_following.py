"""The web follows the configuration in force, whichever of its threads looks it up."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from newsroom import CONFIG, Newsroom

from aggregator.model.settings import StoredConfiguration


def test_a_thread_that_read_the_configuration_before_a_change_does_not_undo_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = room.library()
    upkeep = type(library.archive.upkeep)
    look_up = upkeep.configuration
    has_read, may_go_on = threading.Event(), threading.Event()

    def slowly(self: Any) -> StoredConfiguration | None:
        held = look_up(self)
        if threading.current_thread() is slow:
            has_read.set()
            may_go_on.wait(0.5)  # the other may have to wait for this one
        return held

    monkeypatch.setattr(upkeep, "configuration", slowly)
    slow = threading.Thread(target=library.in_force)
    slow.start()
    assert has_read.wait(10)
    room.put_in_force(CONFIG.replace("Test Wire", "Another Wire"))
    library.in_force()
    may_go_on.set()
    slow.join()
    assert library.in_force().settings.site.title == "Another Wire"
