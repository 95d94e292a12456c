"""The icons are those that their program draws."""

from __future__ import annotations

import struct
import zlib

import pytest

from benchmarks.build_icons import ICONS, STATIC, rows


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_as_it_is_drawn(name: str) -> None:
    """Pixel by pixel, since versions of zlib compress differently."""
    width, rounded = ICONS[name]
    data = (STATIC / name).read_bytes()
    assert struct.unpack(">II", data[16:24]) == (width, width)
    length = struct.unpack(">I", data[33:37])[0]
    assert data[37:41] == b"IDAT"
    assert zlib.decompress(data[41 : 41 + length]) == b"".join(b"\0" + row for row in rows(width, rounded)), (
        "draw it anew: python -m benchmarks.build_icons"
    )
