"""Whatever the clock is set to while sources are polled: no text is deleted that its source lists, or did within `keep`."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from builders import NOW, Store, archive, item, policy, postgres_archive
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.model.item import Item, NormalFeed
from aggregator.model.poll import PollResult, Recognition, StoredItems
from aggregator.model.source import Fetched, Freshness, NotModified, SourceState
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.edition import edition
from aggregator.schedule.clock import corrected
from aggregator.schedule.decide import after_poll
from aggregator.schedule.rate import Bounds

DAY = timedelta(days=1)
KEEP = 20 * DAY
NOTED = 2 * DAY  # how exactly it is known when an item was last listed
BOUNDS = Bounds(every=timedelta(minutes=15), explicit=True)

deeds = st.sampled_from(("news", "news", "turnover", "edit", "drop", "nothing", "nothing"))
clocks = st.sampled_from((0, 0, 0, 0, -1, -5, -30, -4000, 5, 4000))  # days by which it is wrong
weeks = st.lists(st.tuples(deeds, clocks, st.sampled_from((1, 24, 48))), min_size=5, max_size=30)


class Service:
    """Polls `alpha`, and `beta`, which always has news; knows when items of `alpha` were truly listed."""

    def __init__(self, store: Store) -> None:
        self.store, self.time, self.wrong, self.wrong_for = store, NOW, timedelta(), timedelta()
        self.document: list[Item] = []
        self.version = self.made = 0
        self.listed = dict[str, tuple[Item, timedelta]]()  # id → (item, when it was last listed, since the beginning)

    def change(self, deed: str) -> None:
        """What an outlet does to its document."""
        if deed == "drop":
            self.document = self.document[1:]
        elif deed == "edit":
            self.document = [replace(one, hash=str(self.version)) for one in self.document]
        elif deed != "nothing":
            self.document = [*(self.document[-2:] if deed == "news" else ()), self.new("alpha")]
        self.version += deed != "nothing"

    def new(self, source: str) -> Item:
        self.made += 1
        return item(source, str(self.made), f"Story {self.made}", summary=f"What is told of {self.made}.")

    def poll(self) -> None:
        now, tag = self.time + self.wrong, f'"{self.version}"'
        self.store.sources.save(corrected(self.store.sources.states(), now))
        alpha, beta = self.store.sources.states()
        if alpha.etag == tag:
            again = NotModified(alpha.url, tag, None, Freshness())
            same = after_poll(alpha, again, feed=None, new_items=0, now=now, bounds=BOUNDS, jitter=0.5)
            results = [PollResult(same)]
        else:
            results = [self.read(alpha, self.document, tag)]
        self.store.intake.apply([*results, self.read(beta, [self.new("beta")], None)], now)
        self.listed |= {one.id: (one, self.time - NOW) for one in self.document}

    def read(self, state: SourceState, document: list[Item], tag: str | None) -> PollResult:
        known = self.store.intake.known([one.id for one in document])
        found = recognise(document, StoredItems(known)) if document else Recognition()
        after = after_poll(
            state, Fetched(state.url, 200, b"", None, tag, None, Freshness()), feed=NormalFeed("rss", tuple(document)),
            new_items=len(found.new), now=self.time + self.wrong, bounds=BOUNDS, jitter=0.5,
        )  # fmt: skip
        return PollResult(replace(after, body_hash=tag or ""), found, live=state.body_hash is not None)

    def prune(self) -> None:
        now = int(self.time.timestamp())
        edition(self.store, policy(), lambda: now)
        self.store.upkeep.prune(now, int(KEEP.total_seconds()), {})

    def check(self) -> None:
        """What is listed has its text, and so has what was listed within `keep` (of what was stored by a wrong clock it is known only when
        it was stored)."""
        here = {one.id for one in self.document}
        known = self.store.intake.known(self.listed)
        read = self.store.edition.items([one.number for one in known.values()])
        pruned = {one.id for one in read if one.pruned}
        for one, when in self.listed.values():
            since = self.time - NOW - when
            if since < (KEEP if one.id in here else KEEP - 2 * NOTED - self.wrong_for):
                assert one.id not in pruned


def live(store: Store, steps: list[tuple[str, int, int]]) -> None:
    with closing(store):
        service = Service(store)
        service.change("news")
        service.poll()
        for deed, wrong, hours in steps:
            service.time += timedelta(hours=hours)
            service.wrong = wrong * DAY
            service.wrong_for += timedelta(hours=hours) if wrong else timedelta()
            service.change(deed)
            service.poll()
            if not wrong:
                service.prune()
                service.check()


QUIET = [("nothing", 0, 48)] * 12


@settings(max_examples=20, deadline=None)
@given(weeks)
@example([("news", -4000, 1), *QUIET])  # it answers only 304 afterwards
@example([("news", -4000, 1), ("turnover", 0, 1), ("nothing", 0, 48)])  # it was gone when the clock was right again
@example([("edit", -4000, 1), *QUIET])  # of what was known the text was replaced
@example([("news", -5, 1), *QUIET])
@example([("news", 4000, 1), ("edit", 0, 1), *QUIET])
def test_no_text_is_lost_by_a_clock_that_was_wrong(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        live(archive(Path(folder), "alpha", "beta"), steps)


@settings(max_examples=2, deadline=None)
@given(weeks)
@example([("news", -4000, 1), ("edit", 0, 1), *QUIET])
def test_nor_on_postgresql(steps: list[tuple[str, int, int]]) -> None:
    live(postgres_archive("alpha", "beta"), steps)
