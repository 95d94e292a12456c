"""Content codings within their limits, however the bytes are cut."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from servers.misbehaving import brotli_bomb, gzip_bomb

from aggregator.fetch.decode import Body
from aggregator.fetch.failures import Stopped

MIB = 1 << 20
CODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "": bytes}


def decoded(coding: str, data: bytes, limit: int = MIB, step: int = 1 << 16) -> bytes:
    body = Body(coding, limit)
    for start in range(0, len(data), step):
        body.add(data[start : start + step])
    return body.whole()


@given(st.sampled_from(sorted(CODERS)), st.binary(max_size=5000), st.integers(1, 700))
def test_what_was_coded_comes_back_however_it_is_cut(coding: str, data: bytes, step: int) -> None:
    assume(coding or not data.startswith(b"\x1f\x8b"))  # a gzip file
    assert decoded(coding, CODERS[coding](data), step=step) == data


@given(st.binary(max_size=5000), st.integers(1, 700), st.integers(0, 9))
def test_deflate_without_its_wrapper_comes_back_however_it_is_cut(data: bytes, step: int, level: int) -> None:
    """Older servers of Microsoft send it so (RFC 9110, 8.4.1.2)."""
    engine = zlib.compressobj(level, wbits=-15)
    coded = engine.compress(data) + engine.flush()
    assert decoded("deflate", coded, step=step) == data
    if len(coded) > 1:
        with pytest.raises(Stopped) as refused:
            decoded("deflate", coded[:-1], step=step)
        assert refused.value.failed.kind == "truncated"


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.integers(1, 50))
def test_a_body_in_several_members_comes_back_whole_however_it_is_cut(parts: list[bytes], step: int) -> None:
    coded = b"".join(map(gzip.compress, parts))
    assert decoded("gzip", coded, step=step) == b"".join(parts)
    assert decoded("gzip", coded + b"\x1f\x00 junk", step=step) == b"".join(parts)


@given(st.sampled_from(["", "identity", "utf-8"]), st.binary(max_size=5000), st.integers(1, 700))
def test_a_gzip_file_that_no_header_names_is_read_however_it_is_cut(coding: str, data: bytes, step: int) -> None:
    """Feeds lie on servers compressed (`feed.xml.gz`), and the server does not say so."""
    coded = gzip.compress(data)
    assert decoded(coding, coded, step=step) == data
    with pytest.raises(Stopped) as refused:
        decoded(coding, coded[:-1], step=step)
    assert refused.value.failed.kind == "truncated"


def test_what_only_begins_like_a_gzip_file_is_read_as_it_is() -> None:
    for data in (b"", b"\x1f", b"\x1fa", b"<\x1f\x8b"):
        assert decoded("", data, step=1) == data


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_gzip_file_in_a_gzip_file_stays_one(coding: str) -> None:
    """There are files that unpack to themselves."""
    inner = gzip.compress(b"news")
    assert decoded(coding, gzip.compress(inner)) == inner


@given(st.sampled_from(["gzip", "deflate", "br"]), st.binary(max_size=2000))
def test_garbage_is_refused_and_never_anything_else(coding: str, data: bytes) -> None:
    try:
        decoded(coding, data)
    except Stopped as refused:
        assert refused.failed.kind in ("protocol", "truncated", "too-large")


@given(st.sampled_from(["gzip", "deflate", "br"]), st.data())
def test_a_cut_body_is_never_taken_for_a_whole_one(coding: str, data: st.DataObject) -> None:
    coded = CODERS[coding](b"The ferry sails again. " * 20)
    cut = data.draw(st.integers(1, len(coded) - 1))
    with pytest.raises(Stopped) as refused:
        decoded(coding, coded[:cut])
    assert refused.value.failed.kind == "truncated"


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip_bomb),
        ("", gzip_bomb),
        ("gzip", lambda mebibytes: gzip.compress(bytes(4 * MIB)) * (mebibytes // 4)),
        ("br", brotli_bomb),
    ],
    ids=["gzip", "gzip-file", "gzip-members", "br"],
)
def test_a_bomb_stops_at_the_limit_and_is_never_unpacked(coding: str, bomb: Callable[[int], bytes]) -> None:
    coded = bomb(64)
    tracemalloc.start()
    with pytest.raises(Stopped) as refused:
        decoded(coding, coded, limit=10 * MIB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.failed.kind == "too-large"
    assert peak < 40 * MIB


def test_a_bomb_behind_a_member_that_is_one_byte_too_long_is_not_unpacked_either() -> None:
    """zlib takes what may still come out as a number, and 0 for no limit."""
    body, coded = Body("gzip", 999), gzip.compress(bytes(1000)) + gzip_bomb(64)
    tracemalloc.start()
    try:
        with pytest.raises(Stopped, match="larger than"):
            body.add(coded)
        assert tracemalloc.get_traced_memory()[1] < MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", sorted(CODERS))
def test_a_body_without_a_byte_is_empty_and_does_not_break_off(coding: str) -> None:
    assert decoded(coding, b"") == b""


def test_much_out_of_little_comes_back_whole() -> None:
    """A decoder with a bounded buffer holds output back; data that compresses well shows it."""
    for coding, coder in CODERS.items():
        for size in (65_536, 98_272, 196_544, 500_000):
            assert decoded(coding, coder(bytes(size))) == bytes(size)


@pytest.mark.parametrize("size", [MIB, MIB + 1])
@pytest.mark.parametrize("coding", ["gzip", "br", ""])
def test_the_limit_is_exact(coding: str, size: int) -> None:
    data = CODERS[coding](bytes(size))
    if size == MIB:
        assert len(decoded(coding, data)) == size
    else:
        with pytest.raises(Stopped):
            decoded(coding, data)


def test_bytes_that_decode_to_nothing_count_too() -> None:
    engine = zlib.compressobj(0, zlib.DEFLATED, 31)
    empty_blocks = engine.compress(b"") + engine.flush(zlib.Z_FULL_FLUSH) * 400_000
    with pytest.raises(Stopped) as refused:
        decoded("gzip", empty_blocks)
    assert refused.value.failed.kind == "too-large"


@pytest.mark.parametrize(
    "coding", ["gzip, gzip", "br, gzip", "identity, gzip, br", "zstd", "compress", "aws-chunked, zstd"]
)
def test_stacked_and_unoffered_codings_are_refused(coding: str) -> None:
    with pytest.raises(Stopped) as refused:
        Body(coding, MIB)
    assert refused.value.failed.kind == "protocol"


def test_of_codings_without_end_only_the_first_are_read() -> None:
    assert decoded("none," * 1_000_000 + "gzip", b"news") == b"news"


@pytest.mark.parametrize("name", ["UTF-8", "none", "identity", " iso-8859-1 ", "windows-1251", "aws-chunked", ""])
def test_what_is_no_coding_is_read_as_it_is(name: str) -> None:
    assert decoded(name, b"<rss>") == b"<rss>"


@pytest.mark.parametrize("beside", ["identity", "aws-chunked", "utf-8"])
def test_what_is_no_coding_means_nothing_beside_one(beside: str) -> None:
    assert decoded(f"{beside}, gzip", gzip.compress(b"x")) == b"x"
