"""What every view needs of a request: the library of the application that received it, and the story that its address names."""

from __future__ import annotations

import uuid

from flask import current_app
from werkzeug.exceptions import NotFound

from aggregator.model.story import StoryView
from aggregator.web.library import Library


class Renamed(Exception):
    """The requested thing has another id now: `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def identifier(text: str) -> str:
    """A UUID, bare or as urn:uuid:…, in its canonical form."""
    try:
        return str(uuid.UUID(text.lower().removeprefix("urn:uuid:")))
    except ValueError as error:
        raise NotFound("there is nothing with this id") from error


def story_named(id: str) -> StoryView:
    """The story with an id.

    Raises:
        NotFound: there is none.
        Renamed: it was merged into another.
    """
    found = library().archive.reading.story(identifier(id))
    if found is None:
        raise NotFound("there is no story with this id")
    if isinstance(found, str):
        raise Renamed(found)
    return found
