"""Decides which requests are answered at all (RFC 9112, 3.2). Pure. The HTTP server below Flask lets malformed requests through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
"""A host with an optional port (RFC 3986, 3.2.2). No comma is allowed, since that joins the values of two Host headers."""


def well_formed(environ: WSGIEnvironment) -> bool:
    """Whether a request has a path and exactly one host, so that a proxy in front of us understands it in the same way. HTTP/1.0 needs no
    host."""
    host, path = environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "")
    named = _HOST.fullmatch(host) if host else environ.get("SERVER_PROTOCOL") != "HTTP/1.1"
    return bool(named) and (path.startswith("/") or (path == "*" and environ["REQUEST_METHOD"] == "OPTIONS"))
