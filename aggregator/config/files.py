"""Reads the texts of a configuration, from a folder or from memory."""

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

PATIENCE = 10  # seconds to wait for the first bytes of a pipe: `plan <(git show draft:feeds.yaml)`


def disk(main: Path) -> Reader:
    """Reads the main file by its path, and included files by their names in its folder."""

    def read(name: str) -> str:
        return decode(read_bytes(main if name == str(main) else main.parent / name))

    return read


def held(texts: Mapping[str, str]) -> Reader:
    """Reads texts in memory, by their names."""

    def read(name: str) -> str:
        if name not in texts:
            raise Missing
        return texts[name]

    return read


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Of a file that is too large, just enough for `read_tree` to refuse it.

    Raises:
        Unreadable: the file is missing or cannot be read; its author can mend that.
        TooManyFiles: this process has too many files open; nothing is known about the file.
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
    """Opens without blocking: opening a pipe would wait until somebody writes into it, which may be never."""
    return os.open(path, flags | os.O_NONBLOCK)


def decode(data: bytes) -> str:
    """Decodes UTF-8, without a byte order mark. Raises Unreadable with the position of the first invalid byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16: save it as UTF-8")
    if data.startswith(rb"{\rtf"):
        raise Unreadable("is rich text (RTF): save it as plain text")
    text = data.removeprefix(BOM_UTF8)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        if len(text) > MAX_BYTES:  # `read_tree` refuses it; and `read_bytes` may have cut a character
            return text.decode(errors="replace")
        before = text[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        line = before.count(b"\n") + 1
        raise Unreadable(
            f"is not UTF-8 here (byte 0x{text[error.start]:02X}): save it as UTF-8", line, column
        ) from None
