"""What views need of a request: the library of the application, its path, and the story that the address names."""

from __future__ import annotations

import uuid

from flask import current_app, request
from werkzeug.exceptions import NotFound

from aggregator.model.story import StoryView
from aggregator.web.library import Library


class Renamed(Exception):
    """What was requested has another id now, `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def path_of_request() -> str:
    """The path of the request, without the path of `site.url`."""
    return request.environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace") or "/"


def identifier(text: str) -> str:
    """The canonical form of a UUID, given bare or as urn:uuid:…. Raises NotFound for anything else."""
    try:
        return str(uuid.UUID(text.lower().removeprefix("urn:uuid:")))
    except ValueError as error:
        raise NotFound("there is nothing with this id") from error


def story_named(id: str) -> StoryView:
    """The story with this id.

    Raises:
        NotFound: there is none.
        Renamed: it was merged into another story.
    """
    found = library().archive.reading.story(identifier(id))
    if found is None:
        raise NotFound("there is no story with this id")
    if isinstance(found, str):
        raise Renamed(found)
    return found
