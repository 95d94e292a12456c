"""What headers say of validators, freshness and waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from aggregator.fetch.headers import freshness, legal_validator, user_agent

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("unquoted", True),
        ("Mon, 02 Nov 2026 08:00:00 GMT", True),
        ('"' + "x" * 1022 + '"', True),
        ('"é"', True),  # UTF-8 comes back as the same bytes
        ('"\udce9"', False),  # latin-1 bytes would not
        ('"' + "x" * 1023 + '"', False),
        ('"a\r\nX-Evil: 1"', False),
        ('"a\tb"', False),
        ('"a\x7f"', False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_validators_are_kept_whole_or_not_at_all(value: str | None, kept: bool) -> None:
    assert legal_validator(value) == (value if kept else None)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": "public, Max-Age=600, s-maxage=900"}, 600),
        ({"Cache-Control": 'max-age="600"'}, 600),
        ({"Cache-Control": "s-maxage=900"}, 900),
        ({"Cache-Control": " , public,, MAX-AGE = 600 ,x"}, 600),
        ({"Cache-Control": 'no-transform="a, b", private max-age=600'}, 600),
        ({"Cache-Control": "public", "Strict-Transport-Security": "max-age=31536000"}, None),
        ({"Cache-Control": "no-store"}, 0),
        ({"Cache-Control": "no-cache, max-age=600"}, 0),
        ({"Cache-Control": "max-age=600", "Age": "200"}, 400),
        ({"Cache-Control": "max-age=600", "Age": "700"}, 0),
        ({"Cache-Control": "max-age=600", "Age": "soon"}, 600),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Cache-Control": "max-age=" + "9" * 5000}, 7 * DAY),
        ({"Cache-Control": "max-age=99999999"}, 7 * DAY),
        ({"Cache-Control": "max-age=600", "Expires": "Tue, 24 Nov 2026 18:00:00 GMT"}, 600),
        ({"Expires": "Tue, 24 Nov 2026 13:00:00 GMT"}, HOUR),
        ({"Expires": "Tue, 24 Nov 2026 13:00:00 GMT", "Date": "Tue, 24 Nov 2026 12:30:00 GMT"}, HOUR // 2),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"Expires": "0"}, None),
        ({"Expires": "Tue, 24 Nov 99999 13:00:00 GMT"}, None),
    ],
)
def test_freshness_of_an_answer(headers: dict[str, str], expected: int | None) -> None:
    assert freshness(headers, 200, NOW).max_age == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120), ("0", 0), ("-1", 0), ("1000000000", DAY), ("9" * 5000, DAY), ("1e9", None), ("soon", None),
        ("", None), ("١٢", None), ("Tue, 24 Nov 2026 12:10:00 GMT", 600), ("Tue, 24 Nov 2020 12:10:00 GMT", 0),
        ("Tue, 24 Nov 2036 12:10:00 GMT", DAY), ("Tue, 24 Nov 2026 12:10:00", 600),
        ("Tue, 24 Nov 2026 14:10:00 +0200", 600), ("Tue, 99 Nov 2026 12:10:00", None),
    ],
)  # fmt: skip
def test_retry_after_is_clamped_to_a_day_and_garbage_is_nothing(value: str, expected: int | None) -> None:
    assert freshness({"Retry-After": value}, 429, NOW).retry_after == expected
    assert freshness({"Retry-After": value}, 503, NOW).retry_after == expected
    assert freshness({"Retry-After": value}, 200, NOW).retry_after is None


def test_a_date_of_retry_after_is_by_the_clock_of_its_server() -> None:
    headers = {"Date": "Sun, 01 Nov 2020 12:00:00 GMT", "Retry-After": "Sun, 01 Nov 2020 12:10:00 GMT"}
    assert freshness(headers, 503, NOW).retry_after == 600


def test_a_header_given_in_several_lines_is_read_as_one() -> None:
    several = CIMultiDict([("Cache-Control", "public"), ("cache-control", "max-age=600")])
    assert freshness(several, 200, NOW).max_age == 600


def test_a_cache_control_of_megabytes_tells_nothing() -> None:
    """To read it would hold up everything for seconds. A long one is read to its end."""
    assert freshness({"Cache-Control": "x, " * 3000 + "max-age=600"}, 200, NOW).max_age == 600
    assert freshness(CIMultiDict([("Cache-Control", "max-age=600" + ", x" * 20_000)] * 100), 200, NOW).max_age is None


NAMES = st.sampled_from(["Cache-Control", "Expires", "Age", "Date", "Retry-After"])
SIGNS = (
    *"=,;- +", "max-age=", "s-maxage", "no-cache", "0", "60", "9" * 30, "²", "٣", "Tue, 24 Nov ", "2026", "9999", " 13:00:00 GMT",
)  # fmt: skip
VALUES = st.lists(st.sampled_from(SIGNS) | st.text(max_size=2), max_size=6).map("".join)


@given(st.dictionaries(NAMES, VALUES))
def test_no_header_breaks_anything(headers: dict[str, str]) -> None:
    found = freshness(headers, 503, NOW)
    assert found.max_age is None or 0 <= found.max_age <= 7 * DAY
    assert found.retry_after is None or 0 <= found.retry_after <= DAY


def test_user_agent_names_program_and_contact() -> None:
    assert user_agent("1.2", "https://wire.example") == "aggregator/1.2 (+https://wire.example)"
    assert user_agent("1.2", "https://a.example", "b@a.example") == "aggregator/1.2 (+https://a.example; b@a.example)"
    assert user_agent("1.2", "https://a.example", "https://a.example") == "aggregator/1.2 (+https://a.example)"
    assert user_agent("1.2") == "aggregator/1.2"
    assert user_agent("1.2", "a\r\nX: é") == "aggregator/1.2 (+aX: )"
    assert user_agent("1.2", "https://müller.example/ü") == "aggregator/1.2 (+https://xn--mller-kva.example/%C3%BC)"
    assert user_agent("1.2", "https://x.example/@müller") == "aggregator/1.2 (+https://x.example/@m%C3%BCller)"
    assert user_agent("1.2", "desk@müller.example") == "aggregator/1.2 (+desk@xn--mller-kva.example)"


@pytest.mark.parametrize("name", ["Cache-Control", "Expires", "Date", "Age", "Retry-After"])
def test_no_header_takes_time(name: str) -> None:
    """They are read where all polling is done: a second spent here is a second for every source."""
    began = process_time()
    stalling = f'{"a" * 150}={" " * 150}"x"y'
    for spelt in (stalling, "a " * 2000, "=" * 4000, '"' * 4000, "1 " * 2000, "-" * 4000, "(" * 4000):
        freshness({"Expires": "0", name: spelt}, 429, NOW)
    assert process_time() - began < 1
