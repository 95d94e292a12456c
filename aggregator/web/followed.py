"""What the editor follows, and how much less other news weighs, and what tells no news. Pure."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.settings import Rules, Settings
from aggregator.model.story import StoryView
from aggregator.model.stream import StreamName
from aggregator.text.regions import countries

FEW = 3  # countries; what is about so many, such as two at war, is a subject, and not a part of the world
LEAST = 0.5  # what is left at least of the weight of a story of none of the editor's subjects, or whose headline tells no news …
MATTERS = 2  # … and 1 less so many times 1 / n, if n outlets report it: what many do is news whatever it is about


def followed(settings: Settings) -> frozenset[StreamName]:
    """The editor's subjects: the topics of the file, and the sections that are of no region. A file without topics names none."""
    sections = (one for one in settings.sections if not _is_of_a_region(one) and one.id != settings.fallback)
    return frozenset(one.stream for one in (*settings.topics, *sections)) if settings.topics else frozenset()


def _is_of_a_region(section: Rules) -> bool:
    return len({code for term in section.places for place in term.parts for code in countries(place)}) > FEW


def is_followed(story: StoryView, subjects: Collection[StreamName]) -> bool:
    """Whether it is of one of the subjects, or there are none. Matches and stars are news of a place, and of nothing else."""
    held = (*(StreamName("topic", id) for id in story.topics), *(StreamName("section", id) for id, _ in story.scores))
    return not subjects or any(one in subjects for one in held)


def emphasis(story: StoryView, subjects: Collection[StreamName]) -> float:
    """1 for news of one of the subjects; less for others, and for what asks, explains or is followed live; least for what is both."""
    from aggregator.text.headline import tells  # long patterns, which commands that only list need not wait for

    less = max(LEAST, 1 - MATTERS / story.independent)
    return (1.0 if is_followed(story, subjects) else less) * (1.0 if tells(story.title, story.link) else less)
