"""Small charts as inline SVG. They use only attributes and classes, since pages allow no inline styles. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

STEP, WIDTH, HEIGHT = 5, 4, 32


def bars(counts: Sequence[int], label: str, top: int) -> Markup:
    """One bar per count, oldest first. `top`: the count of a bar of full height; `label`: the text for screen readers. The style
    sheet sets its size; without one it would be as wide as the page, and as high as that makes it."""
    full = max(top, 1)
    drawn = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(n * STEP, HEIGHT - high, WIDTH, high)
        for n, count in enumerate(counts)
        if (high := max(round(count / full * HEIGHT), 2 if count else 1))
    ]
    width = len(counts) * STEP - 1
    box = f"0 0 {width} {HEIGHT}"
    return Markup(
        '<svg class="bars" viewBox="{}" width="{}" height="{}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg>"
    ).format(box, width, HEIGHT, escape(label), escape(label), Markup("").join(drawn))
