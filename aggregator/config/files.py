"""The two places where a configuration's texts are kept: a folder, or memory."""

from __future__ import annotations

import os
import select
import stat
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path

from aggregator.config.project import Missing, Reader, Unreadable
from aggregator.config.tree import MAX_BYTES
from aggregator.errors import OUT_OF_FILES, TooManyFiles

PATIENCE = 10  # seconds in which somebody writes into a pipe: `plan <(git show draft:feeds.yaml)`


def disk(main: Path) -> Reader:
    """Files by the name as the user wrote it; what is included lies beside the main file."""

    def read(name: str) -> str:
        return decode(read_bytes(main if name == str(main) else main.parent / name))

    return read


def held(texts: Mapping[str, str]) -> Reader:
    def read(name: str) -> str:
        if name not in texts:
            raise Missing
        return texts[name]

    return read


def read_bytes(path: Path) -> bytes:
    """The file's bytes, a little over the limit at most, which `read_tree` refuses.

    Raises:
        Unreadable: and whoever wrote the file can mend that.
        TooManyFiles: the file may be sound.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode) and not select.select([file], [], [], PATIENCE)[0]:
                raise Unreadable("is a pipe into which nobody writes")
            os.set_blocking(file.fileno(), True)
            return file.read(len(BOM_UTF8) + MAX_BYTES + 1)
    except FileNotFoundError:
        raise Missing from None
    except IsADirectoryError:
        raise Unreadable("is a folder, not a file") from None
    except PermissionError:
        raise Unreadable("is not readable: give the service permission to read it") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
            raise TooManyFiles from error
        raise Unreadable(f"cannot be read: {error}") from error


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would block until somebody writes into it, which may be never."""
    return os.open(path, flags | os.O_NONBLOCK)


def decode(data: bytes) -> str:
    """The bytes as UTF-8, a byte order mark left out. Raises Unreadable at the first byte that is not."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16: save it as UTF-8")
    if data.startswith(rb"{\rtf"):
        raise Unreadable("is rich text (RTF): save it as plain text")
    text = data.removeprefix(BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        if len(text) > MAX_BYTES:  # is refused for that; and a character may be cut by our own limit
            return text.decode(errors="replace")
        before = text[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        line = before.count(b"\n") + 1
        raise Unreadable(
            f"is not UTF-8 here (byte 0x{text[error.start]:02X}): save it as UTF-8", line, column
        ) from None
