"""Resolves the character references of HTML (`&amp;`, `&#8217;`)."""

from __future__ import annotations

import html
import re

_TOO_LONG = re.compile("&#[0-9]{1000,};?")


def unescape(text: str) -> str:
    """The text with its references resolved once. A number that is no character becomes U+FFFD, as in HTML, however many digits it has:
    Python itself reads no number of more than 4,300."""
    return html.unescape(_TOO_LONG.sub("\ufffd", text) if "&#" in text else text)
