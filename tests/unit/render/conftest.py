from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from msgspec import structs
from newsroom import NEWS, Newsroom, item

from aggregator.model.item import Enclosure

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"

HOSTILE = (
    "Quotes \" ' & <b>tags</b> &amp; entities ]]> end",
    "Emoji 🛰️ and 中国 and العربية",
    "<script>alert(1)</script>",
    "&lt;script&gt;",
    "-- > comment <!-- ]]>",
    "x" * 3000,
)
ODD_ADDRESS = "https://bbc.example/100%/[a]^`{}|?b[]=[c]%zz|d#e#f%[g]"
"""As browsers leave it, and no valid URI."""


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """News with titles that would break careless writers, pictures, enclosures, another language, no address."""
    room = Newsroom(tmp_path_factory.mktemp("render"))
    audio = Enclosure("https://bbc.example/a.mp3?a=1&b=2", "audio/mpeg", 1234)
    picture = Enclosure("https://bbc.example/p.jpg?a=1&b=2", "image/jpeg", 99)
    odd = [
        item(title, "kyodo", age=timedelta(minutes=n + 1), summary="", content="", author=title[:40])
        for n, title in enumerate(HOSTILE)
    ]
    reuters = next(state for state in room.archive.sources.states() if state.id == "reuters")
    room.archive.sources.save([structs.replace(reuters, icon="https://reuters.example/icon.png?a=1&b=2")])
    room.publish(
        *NEWS,
        *odd,
        item(
            "Un sommet à Genève",
            "reuters",
            lang="fr",
            enclosures=[picture, audio, Enclosure("https://bbc.example/b.mp3")],
        ),
        item(
            "Nothing to Link To",
            url=None,
            lang=None,
            summary="Only & a <summary>.",
            enclosures=[Enclosure("https://bbc.example/q.png", "image/png")],
        ),
        item("", "kyodo", age=timedelta(hours=7), summary="", content=""),  # a picture alone, say
        item(
            "Addresses of All Kinds",
            url=ODD_ADDRESS,
            image=ODD_ADDRESS,
            enclosures=[Enclosure(ODD_ADDRESS, "audio/mpeg", 1)],
        ),
    )
    yield room
    room.close()


@pytest.fixture(scope="session")
def atom_schema() -> Any:
    return etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))


@pytest.fixture(scope="session")
def jsonfeed_schema() -> Any:
    return json.loads((SCHEMAS / "jsonfeed.schema.json").read_text("utf-8"))
