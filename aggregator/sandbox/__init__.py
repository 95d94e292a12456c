"""Parsing in child processes that can be killed. The only package that starts children for documents; it knows `parse` and
`normalise`, and nothing of where documents come from or go to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.sandbox.pool import Sandbox

__all__ = ["Sandbox"]


if not TYPE_CHECKING:  # which would take any name for one of this package

    def __getattr__(name: str) -> object:
        """The pool brings asyncio, which the children, who are of this package too, need not wait for."""
        if name != "Sandbox":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from aggregator.sandbox.pool import Sandbox

        return Sandbox
