"""Long texts take less room in the file and come back as they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from newsroom import Newsroom, item

from aggregator.store.rows import LONG, pack, unpack

LETTERS = "<p>Two ships of the coast guard met at the harbour, and the ferry waited — für immer.</p>"


@given(st.text(), st.integers(1, 40))
def test_what_is_packed_comes_back(text: str, times: int) -> None:
    assert unpack(pack(text * times)) == text * times


def test_long_texts_alone_are_packed() -> None:
    assert pack("x" * (LONG - 1)) == "x" * (LONG - 1)
    packed = pack(LETTERS * 30)
    assert isinstance(packed, bytes)
    assert len(packed) < len(LETTERS) * 15


def test_an_article_is_read_as_it_was_written_and_so_is_one_from_before_texts_were_packed(room: Newsroom) -> None:
    long = replace(item("Ships meet at the harbour"), content=LETTERS * 30)
    room.publish(long)
    found = room.archive.reading.item(long.id)
    assert found is not None
    assert room.archive.reading.content(found.n) == long.content
    with room.archive._connection.transaction() as raw:
        stored = raw.execute("SELECT content FROM texts").fetchall()
        assert [type(content) for (content,) in stored] == [bytes]
        raw.execute("UPDATE texts SET content = ?", (long.content,))
    assert room.archive.reading.content(found.n) == long.content
