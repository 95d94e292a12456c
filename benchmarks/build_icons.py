"""Draws the icons in aggregator/web/static: `python -m benchmarks.build_icons`.

`icon.png` has 144 pixels, the largest width that RSS allows, and round corners; `touch.png` is for the home screen of iPhones, which want
180, round the corners themselves and paint black what is transparent.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from math import hypot
from pathlib import Path

STATIC = Path(__file__).parents[1] / "aggregator" / "web" / "static"
ICONS = {"icon.png": (144, True), "touch.png": (180, False)}
"""Name → width and height in pixels, and whether its corners are round."""
GRID = 48
RED, WHITE, YELLOW = (140, 29, 24), (253, 252, 249), (245, 227, 163)
SHAPES = (
    ((10, 12, 38, 16), 2, WHITE),
    ((10, 21, 31, 25), 2, WHITE),
    ((10, 30, 24, 34), 2, WHITE),
    ((32, 28, 40, 36), 4, YELLOW),
)
"""Left, top, right and bottom on a grid of 48 × 48, the radius of the corners, and the colour: three lines of text and a dot."""
CORNER = 9


def rows(width: int, rounded: bool) -> Iterator[bytes]:
    """The pixels of each row, four bytes each (RGBA)."""
    scale = width / GRID

    def covered(x: int, y: int, box: tuple[int, int, int, int], radius: int) -> float:
        """The share of a pixel that is in a box with round corners."""
        left, top, right, bottom = (side * scale for side in box)
        inner = radius * scale
        across = max(left + inner - x - 0.5, x + 0.5 - right + inner, 0)
        down = max(top + inner - y - 0.5, y + 0.5 - bottom + inner, 0)
        return min(1.0, max(0.0, inner - hypot(across, down) + 0.5))

    for y in range(width):
        row = bytearray()
        for x in range(width):
            colour: tuple[float, ...] = RED
            for box, radius, paint in SHAPES:
                share = covered(x, y, box, radius)
                colour = tuple(share * new + (1 - share) * old for new, old in zip(paint, colour, strict=True))
            opaque = covered(x, y, (0, 0, GRID, GRID), CORNER) if rounded else 1.0
            row += bytes(round(value) for value in (*colour, 255 * opaque))
        yield bytes(row)


def png(width: int, rounded: bool) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, width, 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows(width, rounded)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


if __name__ == "__main__":
    for name, (width, rounded) in ICONS.items():
        (STATIC / name).write_bytes(png(width, rounded))
