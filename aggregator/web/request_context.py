"""What is needed of a request: whether it is answered at all, the library of the application, its path, the same for another id, and
the story that it names."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from flask import current_app, request
from werkzeug.exceptions import NotFound

from aggregator.model.story import StoryView
from aggregator.render.formats import FORMATS
from aggregator.web.library import Library

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
"""A host with an optional port (RFC 3986, 3.2.2). No comma is allowed, since that joins the values of two Host headers."""


class Renamed(Exception):
    """What was requested has another id now, `id`."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def well_formed(environ: WSGIEnvironment) -> bool:
    """Whether a request is answered at all: it has a path and exactly one host (RFC 9112, 3.2), so that a proxy in front of us understands
    it in the same way. HTTP/1.0 needs no host. (The HTTP server below Flask lets malformed requests through.)"""
    host, path = environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "")
    named = _HOST.fullmatch(host) if host else environ.get("SERVER_PROTOCOL") != "HTTP/1.1"
    return bool(named) and (path.startswith("/") or (path == "*" and environ["REQUEST_METHOD"] == "OPTIONS"))


def library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def path_of_request() -> str:
    """The path of the request, without the path of `site.url`."""
    return request.environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace") or "/"


def path_with(id: str) -> str:
    """The path that was requested, without the path of `site.url`, with another id in it."""
    return current_app.url_map.bind("").build(request.endpoint or "", {**(request.view_args or {}), "id": id})


def identifier(text: str) -> str:
    """The canonical form of a UUID, given bare or as urn:uuid:…. Raises NotFound for anything else."""
    try:
        return str(uuid.UUID(text.lower().removeprefix("urn:uuid:")))
    except ValueError as error:
        raise NotFound("there is nothing with this id") from error


def story_named(id: str) -> StoryView:
    """The story with this id.

    Raises:
        NotFound: there is none; or an extension is appended, as to the address of a feed.
        Renamed: it was merged into another story.
    """
    if id.endswith(tuple(f".{extension}" for extension in FORMATS)):
        raise NotFound(
            f"there is no feed of a single story; {library().last_known.prefix}/api/v1/stories/ID has it as JSON"
        )
    found = library().archive.reading.story(identifier(id))
    if found is None:
        raise NotFound("there is no story with this id")
    if isinstance(found, str):
        raise Renamed(found)
    return found
