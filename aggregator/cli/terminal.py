"""What the output can show."""

from __future__ import annotations

import os
from typing import TextIO


def is_terminal(output: TextIO) -> bool:
    """Whether it is a terminal that takes control sequences; one that does not, such as a shell in Emacs, says so in TERM."""
    return output.isatty() and os.environ.get("TERM") != "dumb"
