"""Computes the receipts of a story on demand, and its coverage by labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aggregator.model.judgement import Receipt, RunnerUp
from aggregator.model.settings import Settings
from aggregator.model.story import ItemView, StoryView
from aggregator.normalise.address import typed
from aggregator.text.regions import countries
from aggregator.web.library import Library

if TYPE_CHECKING:
    from aggregator.store.reading import Reading

ReceiptsOf = Callable[[str, str, str | None], tuple[Receipt, ...]]
"""(headline, summary, id of the source) → why a text belongs where it is."""

PinReceipts = Mapping[tuple[int, str], Receipt]
"""(number of a story, section to which it is pinned) → receipt for the pin."""

EXPLAINED = 6
"""At most so many texts of a story are examined for its receipts."""


def receipts_of(
    library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]
) -> dict[str, tuple[Receipt, ...]]:
    force, pins = library.in_force(), pin_receipts(library)
    found = {story.id: why(library, story, pins) for story in stories}
    return found | {item.id: force.receipts(item.title, item.summary, item.source) for item in items}


def why(library: Library, story: StoryView, pins: PinReceipts) -> tuple[Receipt, ...]:
    """The receipts of a story for its sections and its configured topics."""
    force = library.in_force()
    return explained(story, force.receipts, force.settings, library.archive.reading, pins)


def explained(
    story: StoryView, receipts: ReceiptsOf, settings: Settings, reading: Reading, pins: PinReceipts
) -> tuple[Receipt, ...]:
    """As `why`: from its lead, and from other reports for those that the lead does not explain."""
    missing = {name for name, _ in story.scores} | {topic.id for topic in settings.topics}.intersection(story.topics)
    found: list[Receipt] = []
    for title, summary, source in _texts(reading, story):
        fresh = [one for one in receipts(title, summary, source) if one.section in missing]
        missing -= {one.section for one in fresh}
        found += fresh
        if not missing:
            break  # before the next text, which may have to be read from the store
    if pin := pins.get((story.n, story.section)):
        found = [pin, *(one for one in found if one.section != pin.section)]
    order = [name for name, _ in story.scores] + list(story.topics)
    return tuple(_of_story(one, story) for one in sorted(found, key=lambda one: order.index(one.section)))


def _of_story(one: Receipt, story: StoryView) -> Receipt:
    """The receipt of a report with the scores of the story, which are means over its reports and so may differ."""
    score = dict(story.scores).get(one.section)
    if score is None:
        return one  # a topic
    others = [RunnerUp(name, value) for name, value in story.scores if name != one.section]
    # The runner-up of the report, if the story has no other section: it is below the threshold for the story.
    below = one.runner_up if one.runner_up and one.runner_up.score < score else None
    return replace(one, score=score, runner_up=others[0] if others else below)


def _texts(reading: Reading, story: StoryView) -> Iterator[tuple[str, str, str | None]]:
    """(headline, summary, source id) of the lead, then of the other reports (without summaries), then of the items with their summaries,
    which must be read from the store."""
    lead = next((report for report in story.reports if report.url == story.link), None)
    yield story.title, story.summary, lead.source if lead else None
    for report in islice((one for one in story.reports if one is not lead), EXPLAINED - 1):
        yield report.title, "", report.source
    for item in reading.members(story.n)[:EXPLAINED]:
        yield item.title, item.summary, item.source


def pin_receipts(library: Library) -> PinReceipts:
    """The receipts of all pins of the configuration in force."""
    return pin_receipts_on(library.today(), library.in_force().settings, library.archive.reading)


def pin_receipts_on(today: date, settings: Settings, reading: Reading) -> PinReceipts:
    """The receipts of all pins that hold today. Articles are found by former addresses, too."""
    pins = [(address, pin) for pin in settings.overrides.pin if pin.holds(today) and (address := typed(pin.url))]
    homes = reading.homes([address for address, _ in pins]) if pins else {}
    found: dict[tuple[int, str], Receipt] = {}
    for address, pin in pins:
        for story in homes.get(address, ()):
            found.setdefault((story, pin.section), Receipt(pin.section, 1.0, "stories: pin", pin.at, (), None))
    return found


def coverage(settings: Settings, story: StoryView) -> dict[str, list[tuple[str, str, int]]]:
    """How many of a story's publishers have which label, the most frequent first: {"country": [("GB", "United Kingdom", 3), …], …}.
    Without keys that fewer than two publishers have."""
    labels = {publisher.name: publisher.labels for publisher in settings.publishers}
    found: dict[str, Counter[str]] = {}
    for publisher in story.publishers:
        for key, value in labels.get(publisher, ()):
            found.setdefault(key, Counter())[value] += 1
    return {
        key: [(value, _named(key, value), count) for value, count in counts.most_common()]
        for key, counts in sorted(found.items())
        if counts.total() > 1
    }


def _named(key: str, value: str) -> str:
    """A label for people: of a country, its name."""
    return countries()[value][1] if key == "country" and value in countries() else value
