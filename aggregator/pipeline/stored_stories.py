"""Goes through the stored stories, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aggregator.ports import EditionStore

PAGE = 500  # stories in memory at a time

Row = tuple[int, int, str]
"""(when the story entered, its number, the epoch under which it was placed)."""


def archive_rows(store: EditionStore, since: int = 0, limit: int | None = None) -> Iterator[Sequence[Row]]:
    """The stories of the archive, newest first, in pages. At most `limit` (None: all) that entered at or after `since`."""
    before: tuple[int, int] | None = None
    left = limit if limit is not None else 1 << 62
    while left > 0 and (page := store.page(before, min(PAGE, left), since)):
        yield page
        before, left = page[-1][:2], left - len(page)
