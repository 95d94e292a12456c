"""Converts text of the file to values: one function for each kind. Each raises Wrong, which says in an editor's terms what is expected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo, available_timezones

from aggregator.addresses import host_of, plain
from aggregator.config.characters import UNSEEN, unwrapped
from aggregator.config.environment import ADDRESS, mask, quoted
from aggregator.config.suggest import closest, did_you_mean
from aggregator.config.tree import Items, Node, Table, Text, kind
from aggregator.model.settings import Position
from aggregator.model.source import OWN_HEADERS

NOWHERE = Position("", 0, 0)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
NAMED = re.compile(
    r"(?i)(\d+)\s*(?a:(s)(?:ec[a-z]*)?|(m)(?:in[a-z]*)?|(h)(?:rs?|ours?)?|(d)(?:ays?)?|(w)(?:ks?|eeks?)?)"
)
"""A duration in words. Not any word that begins with the letter of a unit: in German `Std` is an hour, in Spanish `meses` are months."""
DURATION = re.compile(r"([0-9]+)\s?([smhdw])")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID = 64  # characters
LABEL = re.compile(r"[a-z][a-z0-9_-]*")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
EVERY = (timedelta(seconds=1), timedelta(weeks=4))
OR_NOT = ", or leave it out"
MEANT = dict.fromkeys(("true", "yes", "on", "y", "1"), "true") | dict.fromkeys(
    ("false", "no", "off", "n", "0"), "false"
)
KEEP = (timedelta(days=1), timedelta(days=36500))
HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9-]*[a-z0-9])?")
BLANK = re.compile(r"[\s\x00-\x1f]")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110


class Wrong(ValueError):
    """An invalid value. `at` (a position, or a node of the tree) is given if it says more exactly where the error is than the position
    of the whole value."""

    def __init__(self, message: str, at: object = None) -> None:
        super().__init__(message)
        self.at = at if isinstance(at, Position | None) else position(at)


def position(value: object) -> Position:
    """The position of a node of the tree."""
    return value.at if isinstance(value, Node) else NOWHERE


def shown(value: object) -> str:
    """A value for a message: shortened and quoted; of a list or table, that it is one."""
    if isinstance(value, Items | Table):
        return kind(value)
    written = _typed(value)
    return quoted(written, 60) if written.strip() else "nothing"


def text(value: object, most: int = 500) -> str:
    """Text that is not empty, with white space reduced to single spaces."""
    if not isinstance(value, str):
        raise Wrong(f"expected text, found {kind(value)}", value)
    line = " ".join(value.split())
    if not line:
        raise Wrong(f"expected text, found nothing; write it{OR_NOT}", value)
    if len(line) > most:
        raise Wrong(f"longer than {most} characters", value)
    return line


def boolean(value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    meant = MEANT.get(value.lower()) if isinstance(value, str) else None
    hint = f"; did you mean {meant}?" if meant else ""
    raise Wrong(f"expected true or false, found {shown(value)}{hint}")


def choice(value: object, names: tuple[str, ...]) -> str:
    if (written := text(value)) in names:
        return written
    near = closest(written, names)
    hint = f"; did you mean `{near}`?" if near else ""
    raise Wrong(f"expected {' or '.join(names)}, found {shown(value)}{hint}")


def duration(value: object, bounds: tuple[timedelta, timedelta]) -> timedelta:
    """`30s`, `15m`, `2h`, `7d`, `2w`."""
    written = text(value)
    if DURATION.fullmatch(written) is None:
        hint = next((f"; did you mean {one}?" for one in _meant(written) if _fits(one, bounds)), "")
        raise Wrong(f"expected a duration such as 30s, 15m, 2h, 7d or 2w, found {shown(value)}{hint}")
    if not _fits(written, bounds):
        raise Wrong(f"{shown(value)} is out of range: from {duration_text(bounds[0])} to {duration_text(bounds[1])}")
    return timedelta(seconds=_seconds(written))


def _seconds(written: str) -> int:
    return int(written[:-1]) * UNITS[written[-1]]


def _fits(written: str, bounds: tuple[timedelta, timedelta]) -> bool:
    return bounds[0].total_seconds() <= _seconds(written) <= bounds[1].total_seconds()


def _meant(written: str) -> Iterator[str]:
    """The durations that an invalid text may mean, the likeliest first."""
    if clock := re.fullmatch(r"(\d{1,4}):(\d\d)", written):
        yield f"{int(clock[1]) * 60 + int(clock[2])}m"
    if named := NAMED.fullmatch(written):
        yield f"{int(named[1])}{named[named.lastindex or 1].lower()}"
    if written.isdecimal():
        yield from (f"{int(written)}m", f"{int(written)}d")


def duration_text(span: timedelta) -> str:
    """A duration as the file has it: `90d`."""
    seconds = int(span.total_seconds())
    return next(f"{seconds // size}{unit}" for unit, size in reversed(UNITS.items()) if seconds % size == 0)


def slug_id(value: object) -> str:
    written = text(value, MAX_ID)
    if SLUG.fullmatch(written):
        return written
    found = shown(value)
    guess = "" if found == ADDRESS else slug(found)
    hint = f"; as an id that is {guess}" if guess else ""
    raise Wrong(f"an id consists of a–z, 0–9 and single hyphens, found {found}{hint}")


_SINGLE = str.maketrans({
    "ø": "o", "đ": "d", "ł": "l", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "&": " and ", "'": None, "’": None,
})  # fmt: skip


def slug(name: str) -> str:
    """`BBC World` → `bbc-world`, `Süddeutsche` → `suddeutsche`; empty if no Latin letter or digit is left."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_SINGLE))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return "-".join(re.findall(r"[a-z0-9]+", bare.replace(".", "")))[:MAX_ID].strip("-")


def language(value: object) -> str:
    if LANGUAGE.fullmatch(written := text(value)):
        return written
    meant = written.partition(".")[0].replace("_", "-")  # as systems name it: de_DE.UTF-8
    hint = f"; did you mean {meant}?" if LANGUAGE.fullmatch(meant) else ""
    raise Wrong(f"expected a language tag such as en or pt-BR, found {shown(value)}{hint}")


def time_zone(value: object) -> str:
    """A name of the IANA time zone database."""
    name = text(value)
    if name == "UTC":  # needs no database
        return name
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        near = did_you_mean(name, available_timezones())
        raise Wrong(f"expected a time zone such as UTC or Europe/Berlin, found {shown(value)}{near}") from None


def contact(value: object) -> str:
    """An e-mail address or the address of a web page, for the User-Agent."""
    written = text(value, 200)
    if re.fullmatch(r"[^\s@()<>\x00-\x1f]+@[^\s@()<>]+\.[^\s@()<>]+", written) or host_of(written):
        return written
    raise Wrong(f"expected an e-mail address or an http(s) address, found {shown(value)}")


def labels(value: object) -> tuple[tuple[str, str], ...]:
    named = table(value, "labels such as {country: GB, owner: public}")
    if wrong := [key for key in named if not LABEL.fullmatch(key)]:
        found = ", ".join(f"`{key}`" for key in wrong[:5])
        message = f"a label name begins with a letter and consists of a–z, 0–9, - and _, found {found}"
        raise Wrong(message, named.keys_at.get(wrong[0]))
    return tuple(sorted((key, text(inner, 100)) for key, inner in named.items()))


def table(value: object, example: str) -> Table:
    if isinstance(value, Table):
        return value
    if isinstance(value, Text) and value == "" and value.plain:
        return Table(value.at)
    raise Wrong(f"expected {example}, found {kind(value)}")


def day(value: object) -> date:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise Wrong(f"expected a date such as 2026-12-01, found {shown(value)}") from None


def web_address(value: object) -> str:
    """An absolute http or https address. If it is secret, the address with `${NAME}` is returned. No message quotes an invalid one: what
    is its password cannot be told if an @ is missing."""
    written = text(value, 2048)
    if BLANK.search(str(value).strip()):
        several = _typed(value).count("://") > 1
        how = "; write each address by itself" if several else "; delete it, or write it as %20"
        held = how if BLANK.search(_typed(value).strip()) else ", as the value of a variable here does"
        raise Wrong(f"an address cannot contain white space{held}")
    labels = (host_of(written) or "").split(".")
    if "" in labels or not re.match(r"https?://(?!https?:/)[^/\\]", written, re.IGNORECASE):
        port = re.match(r"https?://[^/?#@]+:(\d+)(?:[/?#]|$)", written, re.IGNORECASE)
        large = "; a port is at most 65535" if port and int(port[1]) > 65535 else ""
        raise Wrong(f"expected an http or https address{large or _address_meant(value)}")
    if unseen := UNSEEN.search(written):
        raise Wrong(f"an address cannot contain the invisible character U+{ord(unseen[0]):04X}: delete it")
    return value.kept.strip() if isinstance(value, Text) else written


def _typed(value: object) -> str:
    """A text as the editor wrote it, with its variables."""
    return value.shown if isinstance(value, Text) else str(value)


def _address_meant(value: object) -> str:
    written = unwrapped(_typed(value))
    bare = re.sub(r"^(?:feed:|(?!https?://)[a-z]{3,6}:?/{1,2})(?=\w)(?!https?:)", "", written, flags=re.IGNORECASE)
    bare = re.sub(r"^(?:feed:|https?://)(?=https?://)", "", bare, flags=re.IGNORECASE)
    guess = bare if "://" in bare else f"https://{bare}"
    return f"; did you mean {mask(guess)}?" if re.match(r"https?://[\w-]+(\.[\w-]+)+(/[^@]*)?$", guess) else ""


def site_address(value: object) -> str:
    """The public address, in ASCII as feeds and headers need it, without query, fragment, user and final slash. Double slashes become
    single, since a link to //news/latest leads to the host `news`."""
    address = web_address(value)
    if any(char in address for char in "?#@"):
        raise Wrong("the public address cannot have a query, fragment or user: leave out ?, # and @")
    if re.search("%(?![0-9A-Fa-f]{2})", address):  # which servers and readers take for a broken request
        raise Wrong("a % begins an escape such as %C3 here: write it as %25")
    return re.sub("(?<!:)//+", "/", plain(address) or address).rstrip("/")


def private_place(value: object) -> str:
    """A host, address or network for `allow_private`."""
    written = text(value).lower()
    if "://" in written:
        hint = f"; did you mean {host}?" if (host := host_of(written)) else ""
        raise Wrong(f"expected a host or network without http://, found {shown(value)}{hint}")
    bare, _, bits = written.strip("[]").partition("/")
    if re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", bare):
        try:
            ip_network(written.strip("[]"), strict=False)
        except ValueError:
            expected = "an address or network such as 127.0.0.1 or 10.0.0.0/8"
            raise Wrong(f"expected {expected}, found {shown(value)}") from None
    elif bits or not HOST.fullmatch(bare):
        raise Wrong(f"expected a host such as nas.local, or a network such as 10.0.0.0/8, found {shown(value)}")
    return written


def domain(value: object) -> str:
    """A publisher's domain: `bbc.co.uk`, without scheme, path and www."""
    written = text(value, 253).lower()
    bare = written.removeprefix("*.")
    guess = (host_of(bare if "://" in bare else f"https://{bare}") or "").removeprefix("www.")
    valid = "." in guess and HOST.fullmatch(guess)
    if valid and guess == written:
        return written
    hint = f"; did you mean {guess}?" if valid else ""
    raise Wrong(f"expected a domain such as bbc.co.uk, found {shown(value)}{hint}")


def headers(value: object) -> tuple[tuple[str, str], ...]:
    """Names of headers and their values, with `${NAME}`. No message quotes a value, since it may be secret."""
    named = table(value, 'headers such as {Authorization: "Bearer ${TOKEN}"}')
    first: dict[str, str] = {}
    for name in named:
        if first.setdefault(name.lower(), name) != name:
            raise Wrong(
                f"duplicate header `{name}`, first as `{first[name.lower()]}`: keep one", named.keys_at.get(name)
            )
    return tuple((_header_name(name, named), _header_value(inner)) for name, inner in named.items())


def _header_name(name: str, named: Table) -> str:
    if not HEADER.fullmatch(name):
        # The name is not quoted: without a space after the colon, it contains the value.
        raise Wrong(
            "this is not a valid header name; write `Name: value`, with a space after the colon",
            named.keys_at.get(name),
        )
    if name.lower() in OWN_HEADERS:
        raise Wrong(f"`{name}` is left to the program: delete it", named.keys_at.get(name))
    return name


def _header_value(value: object) -> str:
    written = text(value, 8192)
    if re.search(r"[\x00-\x1f\x7f]", str(value).strip()):
        raise Wrong("a header must be one line of text", value)
    if not written.isascii():
        raise Wrong("a header must be plain ASCII", value)
    return value.kept.strip() if isinstance(value, Text) else written
