"""How long it took from publication to the story, as /metrics shows it: measured of news alone."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from newsroom import Newsroom, item

from aggregator.pipeline.edition import edition


def test_only_what_was_polled_as_news_and_has_a_time_of_its_own_counts(room: Newsroom) -> None:

    def delays() -> list[int]:
        report = edition(room.archive, room.application.policy, lambda: int(room.now.timestamp()))
        return sorted(report.delays)

    late = item("Navy buys potatoes", age=timedelta(minutes=10))
    room.receive(late, item("Frigate sold to museum", "kyodo", age=timedelta(minutes=3)), live=True)
    room.receive(item("Missile silo becomes hotel", "reuters", age=timedelta(hours=5)))  # the back-catalogue
    room.receive(item("Octopuses dream", "reuters", age=timedelta()), live=True)  # without a date: as it is first seen
    room.now += timedelta(minutes=1)
    assert delays() == [240, 660]
    room.change(replace(late, title="Navy buys more potatoes", hash="another"))
    assert delays() == [], "a correction is no news"
