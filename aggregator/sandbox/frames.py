"""The messages between parent and child: four bytes of length (big-endian), then MessagePack of the types below. A document
follows its task as it is, after four bytes of its own length, so that 10 MiB are not copied again and again.

The child reads hostile documents and is not trusted: the parent decodes its answers into these types only (msgspec checks
every field), and refuses frames longer than MAX_FRAME. The first frame of a child, which says that it has started, is empty.
"""

from __future__ import annotations

import msgspec

from aggregator.errors import DocumentFailure, PageFailure
from aggregator.model.item import NormalFeed, Told
from aggregator.model.source import ParseJob

MAX_FRAME = 64 * 1024 * 1024  # bytes; a document is at most 10 MiB, and what it becomes is capped field by field
LENGTH = 4
READY = bytes(LENGTH)
"""What a child sends when it has started."""


class Task(msgspec.Struct, frozen=True, tag=True):
    """To parse the document that follows."""

    content_type: str | None
    url: str
    job: ParseJob


class Page(msgspec.Struct, frozen=True, tag=True):
    """To extract the text of the article page that follows; what the feed tells of it."""

    content_type: str | None
    url: str
    told: Told


class Text(msgspec.Struct, frozen=True, tag=True):
    """The text of an article as safe HTML."""

    content: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """The document was parsed."""

    feed: NormalFeed


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The document is not a feed: `kind` and `message` of the ParseError."""

    kind: DocumentFailure | PageFailure
    message: str


class Crashed(msgspec.Struct, frozen=True, tag=True):
    """Parsing failed unexpectedly; `what` names the exception and quotes nothing of the document."""

    what: str


Answer = Done | Text | Refused | Crashed

_encoder = msgspec.msgpack.Encoder()
_task_decoder: msgspec.msgpack.Decoder[Task | Page] = msgspec.msgpack.Decoder(Task | Page)
_answer_decoder = msgspec.msgpack.Decoder(Answer)


def encode(message: Task | Page | Answer) -> bytes:
    payload = _encoder.encode(message)
    return length(payload) + payload


def length(payload: bytes) -> bytes:
    return len(payload).to_bytes(LENGTH, "big")


def decode_task(payload: bytes) -> Task | Page:
    return _task_decoder.decode(payload)


def decode_answer(payload: bytes) -> Answer:
    """Raises msgspec.MsgspecError unless the payload is exactly one of the answers."""
    answer: Answer = _answer_decoder.decode(payload)
    return answer
