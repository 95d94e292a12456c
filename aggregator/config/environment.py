"""Substitutes `${NAME}` in feeds.yaml from the environment, and masks secrets in everything that is shown.

In a source's `url` and `headers`, the settings keep `${NAME}`, and its value is substituted when the request is made. Everywhere else it is
substituted when the file is read. `$${` stands for a literal `${`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from aggregator.model.settings import Source

REFERENCE = re.compile(r"\$\$\{|\$\{([^}\n]*)\}?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
USERINFO = re.compile(r"(?<=://)(?:([^/?#\s@:]*:))?[^/?#\s]*@")
# The same in an invalid address: its password contains `/`, `#` or a space, or it does not have exactly two slashes. What looks like a port
# is not taken for a password.
MISWRITTEN = re.compile(
    r"\b(https?(?::[/\\]*|[/\\]+)[^/?#\s@:\\`\[]*:)(?!\d{1,5}(?:[/?#\s`'\",;)\]]|$)|[\s`]|$)[^\n`]{0,200}@",
    re.IGNORECASE,
)
# What may be an address, valid or not.
LIKE_AN_ADDRESS = re.compile(r"https?[:/\\]|//|\\\\|@", re.IGNORECASE)
ADDRESS = "<an address>"
# Parameters of addresses whose names say that their values are secret; not `keyword` or `author`. In private feeds of Reddit it is `feed`.
KEYED = re.compile(
    r"(?<=[?&;#])([\w.-]*(?:token|secret|passw(?:or)?d|(?:pass|access|private|user|feed|rss)key|api[_-]?key|signature|jwt)"
    r"|(?:[\w.-]*[_.-])?(?:key|pass|pwd|auth|sig|sid|session(?:id)?)|feed(?==[0-9a-f]{40}\b))=[^&#\s\"'<>]+",
    re.IGNORECASE,
)
# Names of headers whose value is a secret.
TELLING = re.compile(r"auth|cookie|token|key|secret|pass|session", re.IGNORECASE)
SHORTEST = 4  # shorter values are not masked: they occur in half of all sentences
SHORTEST_IN_ITEMS = 8  # as `SHORTEST`, in items: their texts may contain shorter values by chance


def references(text: str) -> tuple[str, ...]:
    """The names of the variables in a text, in order; malformed names too."""
    return tuple(match[1] for match in REFERENCE.finditer(text) if match[1] is not None)


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Substitutes every `${NAME}`. White space around the value is removed: a secret that comes from a file ends with a line break, which
    headers may not contain. Raises KeyError with the name of a missing variable."""
    return REFERENCE.sub(lambda match: "${" if match[1] is None else environ[match[1]].strip(), text)


def secrets(sources: Iterable[Source], environ: Mapping[str, str]) -> set[str]:
    """All values of these sources that must not be shown, each also without the escapes with which it is written.

    These are the values of variables in addresses and headers, passwords in addresses, and headers whose names say that they are secret
    (of `Authorization: Bearer abc` also `abc` alone; the last word of another, such as a cookie, may be any word of the news).
    """
    found: set[str] = set()
    for source in sources:
        texts = [source.url, *(value for _, value in source.headers)]
        found.update(environ.get(name, "").strip() for text in texts for name in references(text))
        for name, value in source.headers:
            if TELLING.search(name) and not references(value):
                found.add(value)
                if name.lower().endswith("authorization"):
                    found.add(value.rpartition(" ")[2])
        if password := re.search(r"://(?:[^/?#\s@:]*:)?([^/?#\s]*)@", source.url):
            found.add(password[1])
    found.update([unquote(one) for one in found])
    return {one for one in found if len(one) >= SHORTEST}


def keys(url: str) -> list[str]:
    """The parameters of an address that carry a key: `token=abc`, as written and without escapes. Of one that contains `;`, which may
    belong to its value or end it, also what is before."""
    found = [match[0] for parted in (url, url.replace(";", "&")) for match in KEYED.finditer(parted)]
    return list(dict.fromkeys([*found, *map(unquote, found)]))


def secrets_in_items(source: Source, environ: Mapping[str, str]) -> re.Pattern[str] | None:
    """Finds the secrets in the address and headers of a source, which its items must not show. Without variables that hold its host name
    (`https://one.example`) or a part of it, to which items link, and without secrets shorter than `SHORTEST_IN_ITEMS`. A key that stands
    in the address itself (`token=…`), or in a variable with other parts of it, may be an ordinary word: it is found only with its name."""
    requested = expand(source.url, environ)
    address = re.split(r"[?#]", USERINFO.sub("", requested))[0]
    site = "/".join([*address.split("/")[:3], ""]).lower()
    known = [one for one in secrets([source], environ) if len(one) >= SHORTEST_IN_ITEMS and one.lower() not in site]
    return pattern([*known, *(one for one in keys(requested) if len(one.partition("=")[2]) >= SHORTEST_IN_ITEMS)])


def pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    """Finds these values, the longer of two that begin alike, in addresses and HTML, in which each character may be escaped; None if there
    are none. Programs differ in which characters of an address they escape, and whether with capitals (`%2F`, in .NET `%2f`)."""
    written = ["".join(map(_written, value)) for value in sorted(values, key=lambda one: (-len(one), one))]
    return re.compile("|".join(written)) if written else None


def _written(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char
    escaped = "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
    forms = (re.escape(char), re.escape(html.escape(char)), f"(?i:{escaped})", *([r"\+"] if char == " " else []))
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def quoted(text: str, most: int = 500) -> str:
    """A text of the file for a message, in backquotes and shortened. What may be an address is not quoted, since readers see messages too,
    and nobody can tell what is the password of an address that lacks its @."""
    return ADDRESS if LIKE_AN_ADDRESS.search(text) else f"`{text if len(text) <= most else text[: most - 3] + '…'}`"


def mask(text: str, hidden: re.Pattern[str] | None = None) -> str:
    """Replaces by *** every hidden value (the `pattern` of `secrets`), and in any address the password and the parameters whose names say
    that they are secret. A user name without a password is masked too, since it may be a token."""
    if hidden:
        text = hidden.sub("***", text)
    text = USERINFO.sub(lambda match: f"{match[1] or ''}***@", MISWRITTEN.sub(r"\1***@", text))
    return KEYED.sub(r"\1=***", text)
