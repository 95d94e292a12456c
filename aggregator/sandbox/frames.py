"""The messages between parent and child. Each is a frame: four bytes of length (big-endian), then MessagePack of one of the types
below. A document follows its task as raw bytes, after four bytes of its own length, so that 10 MiB are not copied several times.

The child reads hostile documents and is not trusted: the parent decodes its answers only into these types (msgspec checks every
field), and refuses frames longer than MAX_FRAME. The first frame of a child is empty and says that it has started.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec

from aggregator.errors import DocumentFailure, PageFailure
from aggregator.model.item import NormalFeed, Told
from aggregator.model.source import Candidates, ParseJob

MAX_FRAME = 64 * 1024 * 1024  # bytes; a document has at most 10 MiB, and each field of the result is limited
LENGTH = 4
READY = bytes(LENGTH)
"""The empty frame that a child sends when it has started."""


Line = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"\A[^\x00-\x1f\x7f-\x9f]*\Z")]
"""A text that is logged, stored as the error of a source, and printed."""


class _Fetched(msgspec.Struct, frozen=True):
    """A document that follows, with its Content-Type header and its final address."""

    content_type: str | None
    url: str


class Task(_Fetched, frozen=True, tag=True):
    """Parse the document that follows."""

    job: ParseJob


class Page(_Fetched, frozen=True, tag=True):
    """Extract the text of the article from the page that follows. `told` is what the feed contains of it."""

    told: Told


class Search(_Fetched, frozen=True, tag=True):
    """Find the addresses at which the page that follows may have its feeds."""


class Text(msgspec.Struct, frozen=True, tag=True):
    """The text of an article as safe HTML."""

    content: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """The document was parsed."""

    feed: NormalFeed


class Found(msgspec.Struct, frozen=True, tag=True):
    """The addresses at which a page may have its feeds."""

    candidates: Candidates


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The document is not a feed (or the page not an article): `kind` and `message` of the ParseError."""

    kind: DocumentFailure | PageFailure
    message: Line


class Crashed(msgspec.Struct, frozen=True, tag=True):
    """Parsing failed unexpectedly. `what` is the name of the exception, and nothing from the document."""

    what: Line


Request = Task | Page | Search
Answer = Done | Text | Found | Refused | Crashed

decode_task: Callable[[bytes], Request] = msgspec.msgpack.Decoder(Request).decode
decode_answer: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode
"""Raises msgspec.MsgspecError unless the payload is exactly one of the answers."""


def encode(message: Request | Answer) -> bytes:
    payload = msgspec.msgpack.encode(message)
    return length(payload) + payload


def length(payload: bytes) -> bytes:
    return len(payload).to_bytes(LENGTH, "big")
