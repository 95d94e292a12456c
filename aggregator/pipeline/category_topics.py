"""Topics found among the categories of feeds. `survey.py` finds them and notes them in the store; editions assign them to items."""

from __future__ import annotations

import msgspec

from aggregator.categorise.category_topics import CategoryTopics
from aggregator.model.notes import Note
from aggregator.ports import Upkeep


class Survey(msgspec.Struct, frozen=True, rename={"topics": "labels"}):
    """The topics found, and when (epoch seconds; None: the survey has not finished). `former`: id → title of topics that earlier surveys
    found and this one did not. Their feeds remain for subscribers, but are empty until the topic is found again."""

    topics: CategoryTopics = CategoryTopics()
    at: int | None = None
    former: dict[str, str] = {}

    @property
    def titles(self) -> dict[str, str]:
        """Id → title of the topics found and of the former ones."""
        return {**self.former, **self.topics.titles}


SURVEY = Note("labels", Survey)


def last_survey(upkeep: Upkeep) -> Survey:
    return upkeep.noted(SURVEY) or Survey()
