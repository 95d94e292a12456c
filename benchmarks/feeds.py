"""Generates feeds of made-up words with the frequencies of a natural language, so that grouping and search do realistic work."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "il")]


class Language:
    """Words by rank: the n-th is drawn with a probability of about 1/n (Zipf)."""

    def __init__(self, words: int = 30_000, seed: int = 1) -> None:
        chance = random.Random(seed)
        self.words = list(
            dict.fromkeys("".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(words))
        )
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def text(self, chance: random.Random, length: int) -> str:
        return " ".join(chance.choices(self.words, cum_weights=self.weights, k=length))


def write(folder: Path, feeds: int, entries: int, *, changed: float = 0.0) -> int:
    """RSS documents f0.xml … under `folder`; returns their bytes. `changed`: the share of feeds whose newest entry is
    another one than without it; files that do not change are not touched, so a server answers 304 for them."""
    language = Language()
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    total = 0
    for number in range(feeds):
        chance = random.Random(number)
        fresh = 1 if number < feeds * changed else 0
        rows = []
        for n in range(entries + fresh):
            # One entry in ten tells an event that other feeds tell too.
            shared = chance.random() < 0.1
            event = random.Random(f"event {chance.randrange(feeds)}") if shared else chance
            title = language.text(event, 9).capitalize()
            moment = now - timedelta(minutes=chance.randrange(60 * 48))
            body = "".join(f"<p>{language.text(chance, 60)}</p>" for _ in range(5))
            key = hashlib.md5(f"{number} {n}".encode(), usedforsecurity=False).hexdigest()
            rows.append(
                f"<item><title>{title}</title><link>https://outlet{number}.example/{key}</link><guid>{key}</guid>"
                f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>{language.text(chance, 40)}</description>"
                f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
            )
        rows = rows[fresh:] if fresh else rows
        head = (
            f"<title>Outlet {number}</title><link>https://outlet{number}.example/</link><description>News</description>"
        )
        text = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel>{head}{''.join(rows)}</channel></rss>"
        ).encode()
        path = folder / f"f{number}.xml"
        if not path.exists() or path.read_bytes() != text:
            path.write_bytes(text)
        total += len(text)
    return total
