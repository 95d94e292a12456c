"""Selects the picture of an entry among its media (Media RSS and the iTunes namespace), as each parser returns them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
_AVATAR = re.compile(r"https?://(?:[\w-]+\.)*gravatar\.com/")  # WordPress.com lists the author's face first


def widest(media: Iterable[Mapping[str, Any]]) -> str | None:
    """The address of the widest picture among media, each with `url` and perhaps `type`, `medium` and `width`."""
    pictures = [one for one in media if one.get("url") and _is_picture(one)]
    return str(max(pictures, key=_width)["url"]) if pictures else None


def _is_picture(media: Mapping[str, Any]) -> bool:
    if _AVATAR.match(media["url"]):
        return False
    if media.get("medium") or media.get("type"):
        return media.get("medium") == "image" or str(media.get("type")).startswith("image/")
    return _PICTURE.search(media["url"]) is not None


def _width(media: Mapping[str, Any]) -> int:
    width = str(media.get("width") or "")
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
