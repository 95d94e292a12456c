"""What the steps work on: the context of the document, and the draft of one item that each step adds to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model.item import Enclosure, ParsedItem
from aggregator.model.source import ParseJob


@dataclass(frozen=True, slots=True)
class Context:
    """What concerns the whole document. Relative addresses are resolved against `base`, an absolute address. `drops` counts
    what was discarded, by reason. `day_first` is how its dates such as 10/11/2026 are written, if they tell. `language` is
    the one that the document or the editor names; `recognised`, where nobody does, the one that most of its
    entries are in; it decides for new entries alone, and so does `cut`: the characters after which the feed breaks off its
    texts, if it does."""

    job: ParseJob
    base: str
    language: str | None
    recognised: str | None = None
    day_first: bool | None = None
    cut: int | None = None
    drops: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Draft:
    """One item in progress. A step reads `parsed` and what earlier steps wrote, and writes its own fields. `dated` is the date as
    the entry alone gives it, perhaps in the future; `published` depends on the clock and on other entries too."""

    parsed: ParsedItem
    base: str = ""
    dated: datetime | None = None
    published: datetime | None = None
    url: str | None = None
    canonical: str | None = None
    guid: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str | None = None
    publisher: str = ""
    outlet: str | None = None
    lang: str | None = None
    categories: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
