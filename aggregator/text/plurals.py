"""Counts with their nouns, for messages."""

from __future__ import annotations


def counted(count: int, one: str, several: str | None = None) -> str:
    """`1 source`, `2 sources`; `several` is the plural if it is not `one` with an s."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"
