"""What goes over the pipes between parent and child: four bytes of length, then MessagePack of the types below.

The child reads hostile documents and is not trusted: the parent decodes its answers into these types and nothing else
(msgspec checks every field), and refuses a frame longer than MAX_FRAME.
"""

from __future__ import annotations

import msgspec

from aggregator.model.item import NormalFeed
from aggregator.model.source import ParseJob

MAX_FRAME = 64 * 1024 * 1024  # bytes; a document is at most 10 MiB, and what it becomes is capped field by field
LENGTH = 4


class Task(msgspec.Struct, frozen=True, tag=True):
    """A document to read."""

    body: bytes
    content_type: str | None
    url: str
    job: ParseJob


class Page(msgspec.Struct, frozen=True, tag=True):
    """The page of an article, to be extracted."""

    body: bytes
    content_type: str | None
    url: str


class Text(msgspec.Struct, frozen=True, tag=True):
    """Safe HTML of an article."""

    content: str


class Done(msgspec.Struct, frozen=True, tag=True):
    feed: NormalFeed


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The document is no feed: `kind` and `message` of the ParseError."""

    kind: str
    message: str


class Crashed(msgspec.Struct, frozen=True, tag=True):
    """The reader itself failed on the document; `what` names the exception, nothing of the document."""

    what: str


Answer = Done | Text | Refused | Crashed

_encoder = msgspec.msgpack.Encoder()
_task_decoder: msgspec.msgpack.Decoder[Task | Page] = msgspec.msgpack.Decoder(Task | Page)
_answer_decoder = msgspec.msgpack.Decoder(Answer)


def encode(message: Task | Page | Answer) -> bytes:
    payload = _encoder.encode(message)
    return len(payload).to_bytes(LENGTH, "big") + payload


def decode_task(payload: bytes) -> Task | Page:
    return _task_decoder.decode(payload)


def decode_answer(payload: bytes) -> Answer:
    """Raises msgspec.MsgspecError where the payload is not exactly one of the answers."""
    answer: Answer = _answer_decoder.decode(payload)
    return answer
