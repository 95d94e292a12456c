"""Parsed entries to items that are safe to store and to show. Pure: `now` comes in with the job. Own code here is
identity, dates and text; HTML, addresses and character sets are their libraries' matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.normalise.document import normalise

__all__ = ["normalise"]


if not TYPE_CHECKING:  # which would take any name for one of this package

    def __getattr__(name: str) -> object:
        """`normalise` brings the libraries for HTML, which those who compare addresses or recognise items need not wait for."""
        if name != "normalise":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from aggregator.normalise.document import normalise

        return normalise
