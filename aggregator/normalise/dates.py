"""Dates of items: the earliest plausible one, or None if there is none.

A date that the parser did not understand is read here, in one of these forms:

- ISO 8601 in its common variants, also with the zone that Java and JavaScript write after them in brackets (RFC 9557);
- RFC 5322, by `email.utils`; an unknown zone counts as UTC;
- numbers: 20261120, 2026112010, 20261120T1000, 20.11.2026, 20. 11. 2026, 2026. 11. 20., 20/11/2026, 11/20/2026,
  2026年11月20日(金) 午後3時05分, and seconds or milliseconds since 1970, also as .NET writes them (`/Date(1795165200000)/`);
- RFC 5322 with deviations: PM, +01:00, GMT+1, a zone in brackets or before the year (Java), no time, words before the time (`um 10:30`),
  20th, 20 11月 2026, `Nov. 20, 2026 at 10:30 AM ET`, `2026. november 20.`, months of other languages, years of the Buddhist era.

The text must name the day: nothing is guessed from today's date. Whether 10/11/2026 begins with the day or the month is inferred
from the other dates of the document (`day_first`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import TypeVar

Entry = TypeVar("Entry")

EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # before it is the epoch, in any time zone, which means "no date"
_BUDDHIST = 543  # years between the eras; Thai servers write years of the Buddhist era in any of the forms
_BUDDHIST_YEARS = range(2500, 2600)
_NOW = datetime.max.replace(tzinfo=UTC)
_ISO = re.compile(
    r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|[A-Za-z]{2,5}|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?: (?:[A-Z]{3,5}|[+-]\d{2,4}))?\s*",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
# Hours from UTC. IST, CST and BST are ambiguous, and have the meaning that is usual in news feeds. ET, CT, MT and PT are taken for daylight
# time, which holds for most of the year; in winter they are an hour too early, never in the future.
_ZONES = {
    "ET": -4, "CT": -5, "MT": -6, "PT": -7,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "HST": -10,
    "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "PKT": 5, "SGT": 8,
    "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "WEST": 1, "WAT": 1, "CAT": 2, "SAST": 2,
    "EAT": 3, "TRT": 3, "WIB": 7, "ICT": 7, "WITA": 8, "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AKDT": -8, "BRT": -3,
    "MSD": 4, "SAMT": 4, "YEKT": 5, "OMST": 6, "NOVT": 7, "KRAT": 7, "IRKT": 8, "YAKT": 9, "VLAT": 10, "MAGT": 11, "PETT": 12,
    "IDT": 3, "IRST": 3.5, "IRDT": 4.5, "GST": 4, "AZT": 4, "GET": 4, "AFT": 4.5, "UZT": 5, "NPT": 5.75, "MMT": 6.5, "MYT": 8,
    "PHT": 8, "WIT": 9, "WET": 0, "NST": -3.5, "NDT": -2.5, "ART": -3, "BRST": -2, "CLST": -3, "CLT": -4, "VET": -4, "COT": -5, "PET": -5,
}  # fmt: skip
_FARTHEST = 14 * 3600  # seconds between a zone and UTC
_YEAR_ONE = re.compile(r"(?<![+\-:\d])0\d{3}\s+\d{1,2}:")  # email.utils would read the year 0001 as 2001
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS = {  # how months begin in other languages; without `lis` and `listopada`, which are October in Croatian and November in Polish
    name: month
    for month, names in {
        "Jan": "jan ene gen янв sty січ oca яну ιαν ينا th1 มกร ม.ค ינו जनव ژان ian جنو led tamm jaan saus sij yan јан جان",
        "Feb": "feb fev fév фев lut лют şub φεβ فبر th2 กุม ก.พ פבר फरव फ़र فور فرو úno helm veeb vasa velj феб فيف شبا",
        "Mar": "mar mär mrz maar maal mrt мар бер μαρ μάρ مار th3 มีน มี.ค מרץ मार már bře kova kovo ožu آذا اذا",
        "Apr": "apr abr avr апр kwi кві nis απρ أبر th4 เมษ เม.ย אפר अप् آور اپر ápr dub huht bala trav أفر افر نيس",
        "May": "may mai mag mei maj май мая тра μαΐ μάι ماي th5 พฤษ พ.ค מאי मई مه مئی máj maí kvě touk geg svib мај أيا ايا",
        "Jun": "jun giu juin июн cze чер haz meit юни ιουν ιούν يوني th6 มิถ มิ.ย יונ जून ژوئن iun جون jún jūn kes juun birž lipn lipan"
        " červen červn iyu iyn јун جوا حزي",
        "Jul": "jul lug juil июл lipc lipi лип tem юли ιουλ ιούλ يولي th7 กรก ก.ค יול जुल ژوئی iul جول júl jūl hein juul liep srpnj"
        " srpan července červenec iyul iyl јул جوي تمو",
        "Aug": "aug ago aoû авг sie сер ağu agu αυγ αύγ أغس th8 สิง ส.ค אוג अगस اوت آگو اگس ágú avg avq elok rugpj kolov srpna srpen أوت"
        " غشت آب اب",
        "Sep": "sep set сен wrz вер eyl сеп σεπ سبت th9 กัน ก.ย ספט सित سپت ستم szep zář syys rugs ruj sen أيل ايل شتن",
        "Oct": "oct okt out ott окт paź жов eki οκτ أكت th10 ตุล ต.ค אוק अक् اکت říj loka spal اكت",
        "Nov": "nov ноя лис kas ное νοε νοέ نوف th11 พฤศ พ.ย נוב नवं नवम نوا noi نوم nóv listopadu marr lapk stude noy нов نون",
        "Dec": "dec dez dic déc des дек gru гру ara δεκ ديس th12 ธัน ธ.ค דצמ दिस دسا دسم pros joul dets дец dek دجن",
    }.items()
    for name in names.split()
}  # fmt: skip
_LONGEST = max(map(len, _MONTHS))
_LEVANT = {"تشرين الأول": "oct", "تشرين الثاني": "nov", "كانون الأول": "dec", "كانون الثاني": "jan"}
_IN_LEVANT = re.compile("|".join(_LEVANT))
_MONTH = re.compile(
    r"(?:^\D*)?(?<!\d)(\d{1,2})[\s.-]+(?:de |ב)?([^\s\d,:/+-][^\s,:/+-]{1,13})[\s,.-]+(?:de |năm |พ\.ศ\. ?)?(?=\d{4})"
)
# 2026. november 20., péntek; 2026 m. lapkričio 20 d.
_YEAR_FIRST = re.compile(
    r"\b(\d{4})(?:\.| m\.)\s?([^\W\d_]{3,14})\.?\s(\d{1,2})(?: d)?\.?,?(?:\s[^\W\d_]{4,14},?)?(?=\s\d|\s*\Z)"
)
_MONTH_FIRST = re.compile(r"(?<![^\W_])([^\W\d_]{3,13})\.?\s+(\d{1,2}),?\s+(?=\d{4}(?!\d))")  # Nov. 20, 2026
_NUMBERED = re.compile(r"tháng (?=\d)|(?<=\d )(?=\d{1,2}[月월]\.? \d{4})", re.IGNORECASE)
# Words before the time (`um 10:30`) or after it (`10:30 Uhr`); the time may be written 10.30 or 10 h 30.
_AT = re.compile(
    r"[.,]{0,2}\s+(?:à|um|om|at|a las|às|alle|ore|ora|kl\.?|klo|saat|в|о|o|v|u|pukul|godz\.|lúc|เวลา|בשעה|ساعت)\s+"
    r"(?=\d{1,2}(?:[:.]| ?h ?)\d{2})"
    r"|(?<=\d{4})\s[грr]\.,?|(?<=\d{4})\.,?(?=\s\d{1,2}[:.]\d\d)|(?<=\d{4})\.\Z|(?<=\d{2})\s(?:Uhr|น\.)"
    r"|(?<=\d{4})\s(?:Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi|Pazar)(?=\s\d)",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(?<=\s)(\d{1,2})(?:\.| ?h ?)(\d{2})(?:\.(\d{2}))?(?![\d.])")
_HALF_DAY = re.compile(
    r"(?<![\d:])(\d{1,2})(:\d{2}(?::\d{2})?)\s*(?:a\.?\s?m|π\.?\s?μ|(?-i:ÖÖ|PG|SA)|ص|ق\.ظ"
    r"|(?P<pm>p\.?\s?m|μ\.?\s?μ|(?-i:ÖS|PTG|CH)|م|ب\.ظ))\b\.?",
    re.IGNORECASE,
)
_HALF_DAY_FIRST = re.compile(r"(?:(午前|上午|오전|\bAM)|午後|下午|오후|\bPM)\s?(\d{1,2}(?:[:：]\d{2}){1,2})")
_CLOCK = re.compile(r"(\d{1,2})\s?[時时시点點]\s?(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?")
_ZONE = re.compile(r"(:\d{2})\s*(?:GMT|UTC?)?\s?([+-])(\d{1,2}):?(\d{2})?\s*(?:\([^()]*\)\s*)?$")
_SPACED = re.compile(r"\s*(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})(?:\.|(?!\S))")
_DOT_NET = re.compile(r"\s*/Date\((\d{12,13})(?:[+-]\d{4})?\)/\s*", re.ASCII)  # milliseconds, whatever the zone
# Fri Nov 20 10:00:00 CET 2026
_JAVA = re.compile(r"(\d{2}:\d{2}:\d{2}) ((?:[A-Z]{2,5}|GMT)?(?:[+-]\d{2}:?\d{2})?) (\d{4})\s*\Z")
_ZONE_BESIDE = re.compile(r"(?:\[!?[\w/+-]{1,40}\])+\s*\Z")  # RFC 9557
_SINCE_1970 = re.compile(r"\s*([1-3]\d{9})(?:\d{3})?(?:\.\d+)?\s*", re.ASCII)
# Ten digits that begin with 19 are seconds since 1970; with 20 they are a date and hour, since the seconds would be of 2033 or later.
_DIGITS = re.compile(
    r"\s*((?:19(?!\d{8}\s*\Z)|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:([01]\d|2[0-3])(?:([0-5]\d)([0-5]\d)?)?)?\s*",
    re.ASCII,
)
_ZONE_IN_BRACKETS = re.compile(
    r"(?<=:\d\d)\s*[(\[](?:(?:GMT|UTC?)?\s?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?|(?P<name>[A-Z]{2,5}))[)\]]\s*\Z"
)
_BESIDE_ZONE = re.compile(r"(?<=\b[A-Z]{3})\s*\([^()]*\)\s*\Z")  # 10:30 CET (GMT+1)
_FRACTION = re.compile(r"(?<=:\d\d:\d\d)\.\d+(?=\s)")
_IN_ORDER = re.compile(
    r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일](?:\s?(?:[(（][^\d()（）]{1,4}[)）]|星期.|[週周].|.曜日?|.요일))?"
)
# 20.11.2026, perhaps after a day of the week.
_DOTTED = re.compile(r"(?:\A\s*[^\W\d_]{2,12}\.?,)?\s*(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)(?:\.|\s[гр]\.)?,?(?!\d)")
# 20/11/2026 or 11-20-2026, perhaps after a day of the week and with a dash before the time.
_SLASHED = re.compile(r"\s*(?:[^\W\d_]{2,12}\.?,?\s+){0,2}(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)(?:,| [-–](?= ))?")
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?(?!\d)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_DASHED = re.compile(r"(?<=\d{4}) [-–] (?=\d{1,2}(?:[:.]| ?h ?)\d{2}(?![\d.]))")  # Drupal writes a dash before the time
_TIME = re.compile(r"\d[:.]\d{2}")
_NAMED = re.compile(r"\b([A-Z]{2,5})\s*$")
# The forms of RFC 5322 and RFC 3339, which most feeds use: a text that matches one need not be compared with the other forms.
_RFC_3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_USUAL = re.compile(
    rf"[A-Z][a-z]{{2}}, (\d{{1,2}}) ({'|'.join(_ENGLISH)}) ((?:19|20)\d\d) (\d\d):(\d\d):(\d\d) (GMT|[+-]\d{{4}})",
    re.ASCII,
)


def newest(entries: Sequence[Entry], most: int, published: Callable[[Entry], datetime | None]) -> Sequence[Entry]:
    """The `most` newest entries, in the order of the document. An undated one counts as newest; equal ones in that order."""
    if len(entries) <= most:
        return entries
    order = sorted(range(len(entries)), key=lambda place: published(entries[place]) or _NOW, reverse=True)
    return [entries[place] for place in sorted(order[:most])]


def to_seconds(date: datetime | None) -> int | None:
    """A date as the store has it (epoch seconds)."""
    return int(date.timestamp()) if date else None


def earliest(candidates: Iterable[datetime | None]) -> datetime | None:
    """The earliest candidate after the epoch."""
    return min((time for time in candidates if time is not None and time >= EARLIEST), default=None)


def day_first(texts: Iterable[str | None]) -> bool | None:
    """Whether the dates of a document that look like 10/11/2026 begin with the day.

    True if some can only be read so (20/11/2026) and none only the other way (11/20/2026), False in the reverse case, else None.
    """
    ways = [_ways(slashed) for text in texts if text and (slashed := _SLASHED.match(text))]
    told = {way[0] for way in ways if len(way) == 1}
    return told.pop() if len(told) == 1 else None


def read(text: str | None, day_first: bool | None = None) -> datetime | None:
    """The date (aware, UTC) in a text that names year, month and day.

    None for `yesterday`, `12:00` and garbage, and for 10/11/2026 if `day_first` is None.
    """
    if not text or len(text) > 100:
        return None
    if usual := _USUAL.fullmatch(text):
        day, month, *rest, zone = usual.groups()
        year, *time = map(int, rest)
        return _at([year, _ENGLISH.index(month) + 1, int(day), *time], _seconds(zone))
    if internet := _RFC_3339.fullmatch(text):
        *parts, zone = internet.groups()
        return _at([*map(int, parts)], _seconds(zone))
    return _read_unusual(text, day_first)


def _read_unusual(text: str, day_first: bool | None) -> datetime | None:
    if digits := _DIGITS.fullmatch(text):
        return _at([int(part or 0) for part in digits.groups()], 0)
    if since := _SINCE_1970.fullmatch(text):
        return datetime.fromtimestamp(int(since[1]), UTC)
    if dot_net := _DOT_NET.fullmatch(text):
        return datetime.fromtimestamp(int(dot_net[1]) // 1000, UTC)
    if not text.isascii():
        text = _CLOCK.sub(_with_colons, _IN_ORDER.sub(r"\1-\2-\3 ", text))
        text = _IN_LEVANT.sub(lambda one: _LEVANT[one[0]], text)
    text = _HALF_DAY_FIRST.sub(_half_day_after, _JAVA.sub(r"\3 \1 \2", text))
    text = _ZONE_IN_BRACKETS.sub(_bare_zone, _DASHED.sub(" ", _FRACTION.sub("", text)))
    text = _SPACED.sub(r"\1-\2-\3", _ZONE_BESIDE.sub("", _BESIDE_ZONE.sub("", text)))
    if slashed := _SLASHED.match(text):
        text = _in_order(slashed, day_first) + text[slashed.end() :]
    text = _COMPACT.sub(lambda one: "{}-{}-{}T{}:{}:{}".format(*one.groups("00")), _ORDINAL.sub("", text))
    text = _DOTTED.sub(r"\3-\2-\1", text)
    text = _HOURS.sub(_with_colons, _AT.sub(" ", text))
    text = _ZONE.sub(_bare_offset, _HALF_DAY.sub(_of_whole_day, text))
    if match := _ISO.fullmatch(text):
        return _at([int(part or 0) for part in match.groups()[:6]], _seconds(match[7]))
    text = _YEAR_FIRST.sub(r"\3 \2 \1", text)
    text = _MONTH.sub(_in_english, _MONTH_FIRST.sub(r"\2 \1 ", _NUMBERED.sub("th", text)))
    if not _TIME.search(text) and re.search(r"\d{4}", text):
        text += " 00:00"
    parts = None if _YEAR_ONE.search(text) else parsedate_tz(text)
    if parts is None or not re.search(r"\d{4}|\b\d{2}\s+\d{1,2}:\d{2}", text):
        return None
    named = _NAMED.search(text)
    return _at(parts[:6], _seconds(named[1]) if named else parts[9] or 0)


def _ways(slashed: re.Match[str]) -> list[bool]:
    """The ways in which a date can be read: True for the day first, False for the month first."""
    return [day_first for day_first, month in ((True, slashed[3]), (False, slashed[1])) if int(month) <= 12]


def _in_order(slashed: re.Match[str], day_first: bool | None) -> str:
    """The date with its year first, or unchanged if it is unknown which number is the month."""
    first, second, year = int(slashed[1]), int(slashed[3]), slashed[4]
    ways = _ways(slashed)
    if len(ways) == 1:
        day_first = ways[0]
    if day_first is None and first != second:
        return slashed[0]
    return f"{year}-{second}-{first} " if day_first else f"{year}-{first}-{second} "


def _bare_zone(zone: re.Match[str]) -> str:
    return f" {zone['name']}" if zone["name"] else f" {zone['sign']}{zone['hours']:0>2}{zone['minutes'] or '00'}"


def _bare_offset(zone: re.Match[str]) -> str:
    return f"{zone[1]} {zone[2]}{zone[3]:0>2}{zone[4] or '00'}"


def _of_whole_day(time: re.Match[str]) -> str:
    hour = int(time[1])
    return f"{hour if hour > 12 else hour % 12 + 12 * (time['pm'] is not None)}{time[2]} "


def _with_colons(time: re.Match[str]) -> str:
    return ":".join(f"{part:0>2}" for part in time.groups("00"))


def _half_day_after(time: re.Match[str]) -> str:
    return f"{time[2].replace('：', ':')} {'AM' if time[1] else 'PM'}"


def _in_english(month: re.Match[str]) -> str:
    name = month[2].lower()
    known = next((_MONTHS[name[:size]] for size in range(_LONGEST, 2, -1) if name[:size] in _MONTHS), _MONTHS.get(name))
    return f"{month[1]} {known} " if known else month[0]


def _seconds(zone: str | None) -> int:
    """Seconds east of UTC; an unknown zone is UTC."""
    if zone is None:
        return 0
    if match := _OFFSET.fullmatch(zone):
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
        return -seconds if match[1] == "-" else seconds
    return int(_ZONES.get(zone.upper(), 0) * 3600)


def _at(parts: Sequence[int], offset: int) -> datetime | None:
    """The moment (aware, UTC) of year, month, day, hour, minute and second; `offset` in seconds east of UTC.

    An offset that no zone has counts as none. 24:00 is midnight of the next day, and a leap second is the following second. Years of
    the Buddhist era are converted. None for a day or time that does not exist.
    """
    year, month, day, hour, minute, second = parts
    year -= _BUDDHIST if year in _BUDDHIST_YEARS else 0
    offset = offset if abs(offset) <= _FARTHEST else 0
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=second - offset)
    except (ValueError, OverflowError):
        return None
