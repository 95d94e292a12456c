"""Which numbers in a headline say which one of a series it is."""

from __future__ import annotations

from time import process_time

import pytest

from aggregator.text.identifiers import identifiers, is_version_alone


def numbers(headline: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for series, number in identifiers(headline):
        found.setdefault(series, set()).add(number)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CVE-2026-40200: Heap overflow in libfoo", "CVE-2026-40201: Heap overflow in libfoo"),
        ("USN-7234-1: Linux kernel vulnerabilities", "USN-7235-1: Linux kernel vulnerabilities"),
        ("RHSA-2026:1234 Important: kernel security update", "RHSA-2026:1235 Important: kernel security update"),
        ("CERTFR-2026-AVI-0123 : Vulnérabilité dans Foo", "CERTFR-2026-AVI-0124 : Vulnérabilité dans Foo"),
        ("ICSA-26-123-01: Foo SCADA", "ICSA-26-123-02: Foo SCADA"),
        ("ZDI-26-123: Foo", "ZDI-26-124: Foo"),
        ("GHSA-abcd-1234-ef56 in foo", "GHSA-abcd-1234-ef57 in foo"),
        ("Microsoft: KB5001234 fails to install", "Microsoft: KB5001299 fails to install"),
        ("Linux 7.1 released", "Linux 7.2 Released With New Drivers"),
        ("Linux Kernel 7.1 Officially Released", "Linux 7.2 is now available"),
        ("Linux 7.1 erschienen", "Linux 7.2 ist erschienen"),
        ("Linux 7.1-rc3", "Linux 7.1-rc4"),
        ("PostgreSQL 18.3, 17.9 and 16.13 Released!", "PostgreSQL 18.4, 17.10 and 16.14 Released!"),
        ("curl 8.17.0", "curl 8.18.0"),
        ("Linux 6.12.58", "Linux 6.12.59"),
        ("What is new in Python 3.14.2", "What is new in Python 3.14.3"),
        ("Apple ships iOS 26.2.1 with fixes", "Apple ships iOS 26.2.2 with fixes"),
        ("Release v1.2.3", "Release v1.2.4"),
        ("5.2", "5.3"),
        ("5.2.1", "5.2.2"),
        ("Order No. 1234 of the ministry", "Order No. 1235 of the ministry"),
        ("Указ № 123 о наградах", "Указ № 124 о наградах"),
        ("The Guide #107: Why we watch", "The Guide #108: Why we watch"),
        ("Episode 12: the fall", "Episode 13: the fall"),
        ("NPR News: 11-30-2026 3PM EST", "NPR News: 11-30-2026 4PM EST"),
        ("News bulletin 14:00", "News bulletin 15:00"),
        ("Nachrichten vom 30.11.2026, 15 Uhr", "Nachrichten vom 30.11.2026, 16 Uhr"),
        ("Linie 18: Störung am Barbarossaplatz", "Linie 16: Störung am Ubierring"),
        ("KVB: Linie 18: Störung", "KVB: Linie 16: Störung"),
        ("Metro line 4: no service tonight", "Metro line 5: no service tonight"),
        ("Horoscope for Monday, October 12", "Horoscope for Tuesday, October 13"),
        ("Polizeibericht vom 03.05.2026", "Polizeibericht vom 04.05.2026"),
        ("Horóscopo de hoy, lunes 1 de junio de 2026", "Horóscopo de hoy, martes 2 de junio de 2026"),
        ("Гороскоп на 1 июня 2026 года", "Гороскоп на 2 июня 2026 года"),
        ("10月2日の天気", "10月3日の天気"),
        ("Crossword 2026-10-02", "Crossword 2026-10-03"),
    ],
)
def test_numbers_of_one_series_are_told_apart(one: str, other: str) -> None:
    mine, theirs = numbers(one), numbers(other)
    assert any(mine[series].isdisjoint(theirs[series]) for series in mine.keys() & theirs.keys())


@pytest.mark.parametrize(
    "headline",
    [
        "Turkey earthquake death toll rises to 1,200",
        "Magnitude 7.1 quake hits coast",
        "Earthquake 7.1",
        "Another 24 Released By Hamas",
        "World No. 4 Medvedev beats No. 12 seed",
        "#12 Michigan beats #25 Ohio",
        "Poland buys 32 F-35s after KC-135 crash at COP-30",
        "COVID-19: 1,200 new cases",
        "Market opens at 9:30 UTC-05:00",
        "Shares up 7.1.2%",
        "Power back by 5pm after storm",
        "Bears 24-17 Lions",
        "Oil jumps 3.5% after Iran seizes tanker",
        "Flat 2 of part 3 of the estate",
        "Nothing in numbers",
        "Police to issue 20 fines over parties",
        "Police Issue 100 Subpoenas",
        "Ohio voters approve Issue 1",
        "Trading Volume 120 Million on NYSE",
        "Als Folge 20 Tote",
        "BBC News: 12 dead as train derails at 7am",
        "Nachrichten: 12 Tote um 15 Uhr",
        "Wall Street Journal: Fed cuts by 25 points at 3:30 pm",
        "Thu. 10:06 a.m.: Latest Olympics headlines: 3rd athlete tests positive",
        "1.234.567 casos de covid",
        "Covid 1.234.567 infectados",
        "Michigan falls to #12",
        "Home run #1,234",
        "IND-245-6 at tea",
        "FIFA-2026-27 calendar",
        "LIVE-12:30 Kyiv under attack",
        "Rated 7.5 out of 10",
        "Line 5 dead after derailment",
        "Auf der Linie 18 Verletzte",
        "In line 10: what we know",
        "Online 24: der Abend",
    ],
)
def test_other_figures_are_no_identifiers(headline: str) -> None:
    assert numbers(headline) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Linux 7.1 released", "Linux 7.1.0 is out"),
        ("Linux 7.1-rc3 released", "Linux 7.1rc3"),
        ("Firefox v150.0.2", "Firefox 150.0.2 released"),
        ("CVE-2026-40200 and CVE-2026-40201 are exploited", "CVE-2026-40201 is exploited"),
        ("Ep. 12", "Ep 12"),
        ("Horoscope for October 12", "Horoscope for 12th October"),
        ("Polizeibericht vom 3.5.26", "Polizeibericht vom 03.05.2026"),
        ("Leaders to meet on Oct. 30", "Leaders to meet on October 30, 2026"),
        ("Huelga el 1 de junio del 2026", "Huelga el 1 de junio de 2026"),
        ("2026年10月2日の天気", "10月2日の天気"),
        ("Chrome 150.0.7204.96/.97 fixes zero-day", "Google patches Chrome 150.0.7204.97"),
    ],
)
def test_one_number_is_written_in_several_ways(one: str, other: str) -> None:
    mine, theirs = numbers(one), numbers(other)
    assert any(mine[series] & theirs[series] for series in mine.keys() & theirs.keys())


def test_a_day_is_a_number_of_headlines_that_have_all_else_in_common() -> None:
    one, other = numbers("Two dead in flood of 3 May 2026"), numbers("Flood of 4 May 2026 kills two")
    assert one.keys().isdisjoint(other.keys())
    written, short = numbers("Streik am 30. November 2026"), numbers("Streik am 30.11.2026")
    assert written.keys().isdisjoint(short.keys()), "the month of most languages is not read"
    assert numbers("Balance a 00 del 2026") == {"date balance": {""}}, "no day at all"
    assert numbers("CVE-2026-40200 fixed on May 3").keys() == {"cve"}, "a number of its own tells more"


def test_a_version_alone_is_told_from_one_of_something() -> None:
    alone = ["8.19.0", "v1.2", "5.2", "Release v1.2.3-rc1", "version 2.0.1", " 1.0.0 "]
    others = ["curl 8.19.0", "8.19.0 is out", "12", "1.234.567", "30.11.26", "7.1 quake", "Release", ""]
    assert list(map(is_version_alone, [*alone, *others])) == [True] * len(alone) + [False] * len(others)


@pytest.mark.parametrize(
    "headline",
    [
        "v" + "1." * 9000,
        "A-" * 9000 + "1",
        "CVE-" * 9000 + "1",
        "1.1," * 9000,
        "A 1.1" + " and 1.1" * 9000,
        "1h " * 9000,
        "news: 1 1 1 " * 9000,
        "news 1" + "." * 9000,
        "May 1 " * 9000,
        "a 1 of May 20" * 9000,
        "1.1.20" * 9000,
        "a" * 90_000 + " 2026",
    ],
)
def test_a_long_headline_is_read_in_time_that_grows_with_its_length(headline: str) -> None:
    start = process_time()
    list(identifiers(headline))
    assert process_time() - start < 1
