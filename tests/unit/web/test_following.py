"""The web follows the configuration in force, whichever of its threads looks it up, and answers a request by one of them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from builders.process import PATIENCE
from newsroom import CONFIG, NEWS, Newsroom

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
    assert has_read.wait(PATIENCE)
    room.put_in_force(CONFIG.replace("Test Wire", "Another Wire"))
    library.in_force()
    may_go_on.set()
    slow.join()
    assert library.in_force().settings.site.title == "Another Wire"


def test_no_thread_sees_a_new_configuration_without_the_names_that_are_added_to_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish(*NEWS)
    library = room.library()
    without = CONFIG.replace('  - {name: Reuters, url: "https://reuters.example/feed.xml"}\n', "")
    room.edit(without)
    assert "reuters" in library.in_force().names.sources
    reading = type(library.archive.reading)
    look_up = reading.removed_sources
    seen: list[bool] = []

    def watched(self: Any) -> dict[str, str]:
        seen.append("reuters" in library.last_known.names.sources)  # what another thread would answer by
        return look_up(self)

    monkeypatch.setattr(reading, "removed_sources", watched)
    room.put_in_force(without.replace("Test Wire", "Another Wire"))
    library.in_force()
    assert seen == [True]


def test_a_request_is_answered_by_the_configuration_with_which_it_began(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.publish(*NEWS)
    client = room.client
    library = client.application.extensions["library"]
    reading = type(library.archive.reading)
    look_up = reading.told

    def edited_meanwhile(self: Any, *asked: Any) -> Any:
        monkeypatch.setattr(reading, "told", look_up)
        room.put_in_force(CONFIG.replace("id: defense", "id: forces"))
        other = threading.Thread(target=library.in_force)  # another thread answers by the edited file already
        other.start()
        other.join()
        return look_up(self, *asked)

    monkeypatch.setattr(reading, "told", edited_meanwhile)
    assert client.get("/sections/defense/daily").status_code == 200
    assert client.get("/sections/defense/daily").status_code == 404
