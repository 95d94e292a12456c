"""Dates of items: the earliest plausible one, or None if there is none.

Parsers hand them on as text (fastfeedparser in the form of RFC 3339), which is read here alone: numbers (20261120, 2026112010,
seconds or milliseconds since 1970, also as .NET writes them: `/Date(1795165200000)/`), or a text in which

- the day is found first, in one of `_FORMS`, with names of months in some forty languages, and years of the Buddhist era;
- then, in what is left, the time (`_TIME`), which may be missing;
- behind it the zone: an offset (+01:00, GMT+1), a name (`_ZONES`, `_SPELLED`) or a place (Europe/Berlin, in the machine's database of
  zones); an unknown one is UTC.

Words beside these (Friday, at, um, Uhr) do not count, nor does what stands behind the time. Another number before it, or anywhere if
there is no time, makes it no date.

The text must name the day: nothing is guessed from today's date. Whether 10/11/2026 begins with the day or the month is inferred
from the day of the week, if it is named, or from the other dates of the document (`day_first`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

Entry = TypeVar("Entry")

EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # before it is the epoch, in any time zone, which means "no date"
_BUDDHIST = 543  # years between the eras; Thai servers write such years in any of the forms
_BUDDHIST_YEARS = range(2500, 2600)
_MOST = 100  # characters of a date
_MOST_MARKUP = 1000  # with markup
# What an element of HTML says of its date, as the <time> and <span> that Drupal writes.
_SAID = re.compile(r"<\w[^<>]*\s(?:datetime|content)\s*=\s*[\"']([^\"'<>]+)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
LAST = datetime.max.replace(tzinfo=UTC)  # counts for an entry without a date
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
    "МСК": 3, "GMT": 0, "UTC": 0, "UT": 0, "Z": 0,
}  # fmt: skip
# The same in words, of which they are the initials. "Eastern" and the like stand right behind a number, am, pm, a sign, US or Canada: other
# words make them another zone (AUS Eastern, SA Pacific and West Pacific Standard Time of Windows) or none (Middle Eastern, Asia-Pacific).
_SPELLED = re.compile(
    r"(?:(?<![^\W\d_][\s/-])|(?<=(?<![^\W\d_])[ap]m[\s-])|(?<=[ap]\.m[\s-])|(?<=\bUS[\s/])|(?<=\bCanada[\s/]))"
    r"\b(?:Australian )?(?:Eastern|Central|Mountain|Pacific(?!/)|Western)(?: Standard| Daylight)?(?: Time)?(?![ -]?[^\W_])"
    r"|\b(?:(?:Eastern|Central|Western) European(?: Summer)?|British Summer|Greenwich Mean|Hong Kong"
    r"|(?:India|Japan|Korea|South Africa) Standard|(?:Central|East|West) Africa) Time\b",
    re.IGNORECASE,
)
# A place in the database of zones. Feeds are not trusted: what they write here becomes the name of a file.
_PLACE = (
    r"(?<![\w/.])(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)"
    r"(?:/(?a:[A-Za-z][\w+-]*)){1,2}(?![/\w])"
)
_FARTHEST = 14 * 3600  # seconds between a zone and UTC
_MONTHS = {  # how months begin in other languages; without `lis` and `listopada`, which are October in Croatian and November in Polish
    name: month
    for month, names in enumerate((
        "jan jän ene gen xan янв sty січ oca яну ιαν ينا th1 มกร ม.ค ינו जनव ژان ian جنو led tamm jaan saus sij yan јан جان",
        "feb fev fév фев lut лют şub φεβ فبر th2 กุม ก.พ פבר फरव फ़र فور فرو úno helm veeb vasa velj феб فيف شبا",
        "mar mär mac mrz maar maal mrt мар бер μαρ μάρ مار th3 มีน มี.ค מרץ मार már bře kova kovo ožu آذا اذا",
        "apr abr avr апр kwi кві nis απρ أبر th4 เมษ เม.ย אפר अप् آور اپر ápr dub huht bala trav أفر افر نيس",
        "may mai mag mei maj май мая тра μαΐ μάι ماي th5 พฤษ พ.ค מאי मई مه مئی máj maí kvě touk geg svib мај أيا ايا",
        "jun giu xuñ juin июн cze чер haz meit юни ιουν ιούν يوني th6 มิถ มิ.ย יונ जून ژوئن iun جون jún jūn kes juun birž lipn lipan"
        " červen červn iyu iyn јун جوا حزي",
        "jul lug xul juil июл lipc lipi лип tem юли ιουλ ιούλ يولي th7 กรก ก.ค יול जुल ژوئی iul جول júl jūl hein juul liep srpnj"
        " srpan července červenec iyul iyl јул جوي تمو",
        "aug ago ogo aoû авг sie сер ağu agu αυγ αύγ أغس th8 สิง ส.ค אוג अगस اوت آگو اگس ágú avg avq elok rugpj kolov srpna srpen أوت"
        " غشت آب اب",
        "sep set сен wrz вер eyl сеп σεπ سبت th9 กัน ก.ย ספט सित سپت ستم szep zář syys rugs ruj sen أيل ايل شتن",
        "oct okt out ott окт paź жов eki οκτ أكت th10 ตุล ต.ค אוק अक् اکت říj loka spal اكت",
        "nov ноя лис kas ное νοε νοέ نوف th11 พฤศ พ.ย נוב नवं नवम نوا noi نوم nóv listopadu marr lapk stude noy нов نون",
        "dec dez dic dis déc des дек gru гру ara δεκ ديس th12 ธัน ธ.ค דצמ दिस دسا دسم pros joul dets дец dek دجن",
    ), 1)
    for name in names.split()
}  # fmt: skip
_LONGEST = max(map(len, _MONTHS))
_LEVANT = {"تشرين الأول": "oct", "تشرين الثاني": "nov", "كانون الأول": "dec", "كانون الثاني": "jan"}
_LEVANTINE = re.compile("|".join(_LEVANT))
# Months that are numbers: tháng 11, 20 11月 2026; they become th11.
_NUMBERED = re.compile(r"th(?:án)?g (?=\d)|(?<=\d )(?=\d{1,2}[月월]\.? \d{4})", re.IGNORECASE)
# 20th; T7 or Thứ 7, a Saturday in Vietnamese; marks of the writing direction
_NOTHING = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º)\b|\bT(?:hứ )?[2-7]\b(?=,)|[\u200e\u200f]", re.IGNORECASE)
_REGION = re.compile(r"\[!?(\w+/[\w/+-]+)\]")  # RFC 9557
# ISO 8601, and without T: 20261120T10, 2026-11-20T1030, 20261120103000Z, 20261120 10:30
_COMPACT = re.compile(
    r"(?<!\d)((?:19|2[05])\d\d)-?(\d\d)-?(\d\d)(?:T|\s?(?=\d\d:?\d\d))(\d\d)(?::?(\d\d)(?::?(\d\d))?)?(?![\d:]|-\d\d-)"
)
_YEAR = r"(?P<year>(?!0)\d{4})(?!\d)"
_DAY = r"(?P<day>\d{1,2})"
_WORD = r"(?<![^\W_])(?P<month>[^\W\d_]{3,14})\.?"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as datetime counts them
_NAMED = rf"(?i:{'|'.join(_WEEKDAYS)})(?i:rs?|s|s?day|nesday|rsday|urday)?\b"
_WEEKDAY = re.compile(rf"\b{_NAMED}")
# As dates of Unix have it: Fri Nov 20 10:00:00 AM CET 2026.
_BETWEEN = r"(?P<time>\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?(?: ?[A-Z]{1,5})?(?: ?[+-]\d\d:?\d\d)? )?"
_MONTH_OR_DAY = re.compile(rf"(?<![A-Za-z\d]){_DAY}(?P<sign>[./-]) ?(?P<month>\d{{1,2}})(?P=sign) ?{_YEAR}")
_NUMBERS = re.compile(
    rf"(?<![^\W_])(?<![./-]){_DAY}(?P<sign>[/ ])(?P<month>\d{{1,2}})(?P=sign)(?P<year>\d\d|[12]\d{{3}})(?![\d./:-])"
)
# How a day is written: what comes first in a text counts.
_FORMS = (
    # 20 Nov 2026, 20th of November 2026, 20 de noviembre del 2026, 20/nov/2026, 20-Nov-26 10:30, 20 Friday, Nov 2026; a name may have
    # signs in it (พ.ย.), or numbers (th11)
    re.compile(
        rf"(?<!\d){_DAY}[\s,./-]+(?:de |of |ב|{_NAMED},? )?(?P<month>[^\s\d,:/+-][^\s,:/+-]{{1,13}})"
        rf"[\s,./-]+(?:del? |năm |พ\.ศ\. ?)?{_BETWEEN}"
        rf"(?P<year>(?!0)\d{{4}}(?!\d)|\d\d(?=[\s,]\D{{0,12}}\d{{1,2}}(?:[:.]\d|\s?[h時时시点點])))"
    ),
    # Nov. 20, 2026
    re.compile(rf"{_WORD}[\s-]+{_DAY}(?:,|,?[\s-]+){_BETWEEN}{_YEAR}"),
    # 2026. november 20., 2026 m. lapkričio 20 d., 2026-Nov-20
    re.compile(rf"(?<!\d){_YEAR}(?:\.| m\.)?[\s-]?{_WORD}[\s-]{_DAY}(?!\d)"),
    # 20.11.2026, 20/11/2026, 11-20-2026
    _MONTH_OR_DAY,
    # 11/20/26; Fri, 11 20 2026
    _NUMBERS,
    # 2026-11-20, 2026. 11. 20., 2026年11月20日
    re.compile(rf"(?<!\d){_YEAR}(?:[-/]|\. ?|\s?[年년]\s?)(?P<month>\d{{1,2}})(?:[-/]|\. ?|\s?[月월]\s?){_DAY}(?!\d)"),
)
# 10:30, 10.30, 10 h 30, 15時05分30秒, 3:05 p. m., 3 pm, 午後3:05; not the day and month of 20.10.–22.11.2026, nor the zone of
# 2026-11-20+01:00
_TIME = re.compile(
    r"(?:(?P<early>午前|上午|凌晨|早上|오전|\b(?-i:AM|ÖÖ))|(?P<late>午後|下午|中午|晚上|오후|\b(?-i:PM|ÖS)))?\s?"
    r"(?<![\d+])(?P<hour>\d{1,2})(?:(?=\s?[ap]\.?\s?m\b)"
    r"|(?:[:：]|\.(?=\d\d(?:\.\d\d(?:\.\d{6,9})?)?(?![\d.]))|\s?[時时시点點h]\s?)(?P<minute>\d\d?)"
    r"(?:(?:[:：.]|\s?[分분]\s?)(?P<second>\d\d?)(?:[.,:]\d+)?)?(?!\d)(?:\s?[分분秒초])?)"
    r"(?:\s*(?:(?P<am>a\.?\s?m|π\.?\s?μ|(?-i:ÖÖ|PG|SA)|ص|ق\.ظ)|(?P<pm>p\.?\s?m|μ\.?\s?μ|(?-i:ÖS|PTG|CH)|م|ب\.ظ))\b\.?)?",
    re.IGNORECASE,
)
# +01:00, GMT+1, CET; +0100 or GMT+0100 whose sign was decoded as a space (not a time in another zone: 10:30 GMT 1130 CET; nor 9 am-11 am)
_ZONE = re.compile(
    r"(?:(?<![^\W_])(?:GMT|UTC?)?\s?(?P<sign>[+−-])|\A(?:\s?GMT)?\s(?=\d{4}\b(?!\s?[A-Z])))(?P<hours>\d{1,2})[:.]?+(?P<minutes>\d\d)?+"
    r"(?!\d|\s?[aApP]\.?\s?[mM]\b)"
    rf"|(?P<place>{_PLACE})|(?<![^\W\d_])(?P<name>{'|'.join(_ZONES)})(?![^\W\d_])"
)
_OFFSET = re.compile(r"[+−-]\d\d(?::?\d\d)?\b")
_DOT_NET = re.compile(r"\s*/Date\((\d{12,13})(?:[+-]\d{4})?\)/\s*", re.ASCII)  # milliseconds, whatever the zone
_SINCE_1970 = re.compile(r"\s*([1-3]\d{9})(?:\d{3})?(?:\.\d+)?\s*", re.ASCII)
# Ten digits that begin with 19 are seconds since 1970; with 20 they are a date and hour, since the seconds would be of 2033 or later.
_DIGITS = re.compile(
    r"\s*((?:19(?!\d{8}\s*\Z)|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])?\s*",
    re.ASCII,
)
# The forms of RFC 5322 and RFC 3339, which most feeds use: a text that matches one need not be compared with the other forms.
_RFC_3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_USUAL = re.compile(
    r"[A-Z][a-z]{2}, (\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ((?:19|20)\d\d) (\d\d):(\d\d):(\d\d) (GMT|[+-]\d{4})",
    re.ASCII,
)


def newest(entries: Sequence[Entry], most: int, published: Callable[[Entry], datetime | None]) -> Sequence[Entry]:
    """The `most` newest entries, in the order of the document. An undated one counts as newest; equal ones in that order."""
    if len(entries) <= most:
        return entries
    order = sorted(range(len(entries)), key=lambda place: published(entries[place]) or LAST, reverse=True)
    return [entries[place] for place in sorted(order[:most])]


def earliest(candidates: Iterable[datetime | None]) -> datetime | None:
    """The earliest candidate after the epoch."""
    return min((time for time in candidates if time is not None and time >= EARLIEST), default=None)


def day_first(texts: Iterable[str | None]) -> bool | None:
    """Whether the dates of a document that look like 10/11/2026 begin with the day.

    True if some can only be read so (20/11/2026) and none only the other way (11/20/2026), False in the reverse case, else None.
    """
    found = [_MONTH_OR_DAY.search(text) for text in texts if text]
    slashed = [one for one in found if one and one["sign"] != "."]  # with dots the day always comes first
    told = {ways[0] for one in slashed if len(ways := _ways(one)) == 1}
    return told.pop() if len(told) == 1 else None


def read(text: str | None, day_first: bool | None = None) -> datetime | None:
    """The date (aware, UTC) in a text that names year, month and day.

    None for `yesterday`, `12:00` and garbage, and for 10/11/2026 if `day_first` is None.
    """
    if text and "<" in text and len(text) <= _MOST_MARKUP:
        said = _SAID.search(text)
        shown = _TAG.sub(" ", text).replace("<", " ")
        return (read(said[1], day_first) if said else None) or read(shown, day_first)
    if not text or len(text) > _MOST:
        return None
    if usual := _USUAL.fullmatch(text):
        day, month, *rest, zone = usual.groups()
        year, *time = map(int, rest)
        return _at([year, _MONTHS[month.lower()], int(day), *time], _zone(zone))
    if internet := _RFC_3339.fullmatch(text):
        *parts, zone = internet.groups()
        return _at([*map(int, parts)], _zone(zone))
    return _read_unusual(text, day_first)


def _read_unusual(text: str, day_first: bool | None) -> datetime | None:
    if digits := _DIGITS.fullmatch(text):
        return _at([*(int(part or 0) for part in digits.groups()), 0, 0], 0)
    if since := _SINCE_1970.fullmatch(text):
        return datetime.fromtimestamp(int(since[1]), UTC)
    if dot_net := _DOT_NET.fullmatch(text):
        return datetime.fromtimestamp(int(dot_net[1]) // 1000, UTC)
    text = _NUMBERED.sub("th", _LEVANTINE.sub(lambda one: _LEVANT[one[0]], _NOTHING.sub("", text)))
    text = _COMPACT.sub(lambda one: "{}-{}-{} {}:{}:{}".format(*one.groups("00")), _REGION.sub(r" \1 ", text))
    found = _day(_SPELLED.sub(_initials, text), day_first)
    if found is None:
        return None
    day, rest = found
    time = _TIME.search(rest)
    before, behind = (rest[: time.start()], rest[time.end() :]) if time else (_OFFSET.sub("", rest), rest)
    if re.search(r"\d", before):
        return None  # a number that is neither the day nor the time
    return _at([*day, *(_clock(time) if time else (0, 0, 0))], _zone(behind))


def _day(text: str, day_first: bool | None) -> tuple[list[int], str] | None:
    """Year, month and day, and the text around them."""
    for found in sorted((one for form in _FORMS for one in form.finditer(text)), key=re.Match.start):
        told = found.groupdict()
        year, month, day = int(told["year"]), _month(told["month"]), int(told["day"])
        if month is None:
            continue
        if told.get("sign") in ("/", "-", " "):
            meant = _meant(found, day_first)
            if meant is None:
                return None
            year, month, day = meant.year, meant.month, meant.day
        if year < 100:
            year += 2500 if "ก" <= told["month"] <= "๛" else 2000 if year < 69 else 1900
        return [year, month, day], f"{text[: found.start()]} {told.get('time') or ''} {text[found.end() :]}"
    return None


def _meant(found: re.Match[str], day_first: bool | None) -> date | None:
    """The day that 10/11/2026 means (or 10/30/26, or `Sat, 11 04 2026`), if only one order of the numbers makes a date, or one of the day
    of the week that is named. Else the order of the document counts, but not for years of two digits, which may come first, too. Numbers
    without signs may be anything, unless the day of the week is theirs."""
    first, second, third = (int(found[name]) for name in ("day", "month", "year"))
    is_short, is_bare = third < 100, found["sign"] == " "
    orders = (third, second, first), (third, first, second), (first, second, third)  # four digits are no day
    days = {day for order in orders if (day := _date(*order))}
    weekday = _WEEKDAY.search(found.string)
    named = {day for day in days if weekday and day.weekday() == _WEEKDAYS.index(weekday[0][:3].lower())}
    meant = days if not named and not is_bare and not (is_short and weekday) else named
    if len(meant) == 1:
        return meant.pop()
    return None if day_first is None or is_short or is_bare else _date(*orders[not day_first])


def _date(year: int, month: int, day: int) -> date | None:
    """The day, if there is one. Of two digits of a year only those of our time: others may be of another era."""
    if year < 100:
        year = year + 2000 if year < 38 else year + 1900 if year >= 90 else 0
    try:
        return date(_of_our_era(year), month, day)
    except ValueError:
        return None


def _of_our_era(year: int) -> int:
    return year - _BUDDHIST if year in _BUDDHIST_YEARS else year


def _ways(found: re.Match[str]) -> list[bool]:
    """The ways in which 10/11/2026 can be read: True for the day first, False for the month first."""
    return [day_first for day_first, month in ((True, found["month"]), (False, found["day"])) if int(month) <= 12]


def _month(name: str) -> int | None:
    """The number of a month, from its number or its name."""
    if name.isdecimal():
        return int(name)
    name = name.lower()
    known = (_MONTHS.get(name[:size]) for size in range(_LONGEST, 2, -1))
    return next(filter(None, known), _MONTHS.get(name))


def _clock(time: re.Match[str]) -> tuple[int, int, int]:
    """Hour, minute and second."""
    hour, is_late = int(time["hour"]), time["late"] or time["pm"]
    if (is_late or time["am"] or time["early"]) and hour <= 12:
        hour = hour % 12 + (12 if is_late else 0)
    return hour, int(time["minute"] or 0), int(time["second"] or 0)


def _initials(spelled: re.Match[str]) -> str:
    """The short name of a zone in words: EST, and ET of "Eastern" alone."""
    initials = "".join(word[0] for word in spelled[0].upper().split())
    return initials if initials.endswith("T") else f"{initials}T"


def _zone(text: str) -> int | ZoneInfo:
    """The zone in what follows a time, as seconds east of UTC or by its place; an unknown one is UTC."""
    for found in _ZONE.finditer(text):
        if (zone := _named_zone(found)) is not None:
            return zone
    # In small letters if nothing stands beside it: `est` and `ist` are words, too.
    alone = _ZONE.fullmatch(text.strip().upper())
    return _named_zone(alone) or 0 if alone else 0


def _named_zone(found: re.Match[str]) -> int | ZoneInfo | None:
    if name := found["name"]:
        return int(_ZONES[name] * 3600)
    if place := found["place"]:
        with suppress(KeyError, ValueError, OSError):  # unknown, no zone, a folder
            return ZoneInfo(place)
        return None
    seconds = int(found["hours"]) * 3600 + int(found["minutes"] or 0) * 60
    return seconds if found["sign"] in ("+", None) else -seconds


def _at(parts: Sequence[int], zone: int | ZoneInfo) -> datetime | None:
    """The moment (aware, UTC) of year, month, day, hour, minute and second in a zone (`_zone`).

    An offset that no zone has counts as none. 24:00 is midnight of the next day, and a leap second is the following second. Years of
    the Buddhist era are converted. None for a day or time that does not exist.
    """
    year, month, day, hour, minute, second = parts
    place, offset = (UTC, zone) if isinstance(zone, int) else (zone, 0)
    offset = offset if abs(offset) <= _FARTHEST else 0
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        midnight = datetime(_of_our_era(year), month, day, tzinfo=place)
        return (midnight + timedelta(hours=hour, minutes=minute, seconds=second - offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
