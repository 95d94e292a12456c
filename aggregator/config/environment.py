"""`${NAME}` in feeds.yaml: substituted from the environment, and kept out of everything that is shown.

In a source's `url` and `headers` the name stays in the settings, and the value is substituted when the request is made;
everywhere else it is substituted when the file is read. `$${` stands for a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from aggregator.model.settings import Source

REFERENCE = re.compile(r"\$\$\{|\$\{([^}\n]*)\}?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
USERINFO = re.compile(r"(?<=://)(?:([^/?#\s@:]*:))?[^/?#\s]*@")
# The same in an address that is none, because its password has `/`, `#` or a blank in it, or its slashes are not two: what looks
# like a port belongs to a host.
MISWRITTEN = re.compile(
    r"\b(https?(?::[/\\]*|[/\\]+)[^/?#\s@:\\`\[]*:)(?!\d{1,5}(?:[/?#\s`'\",;)\]]|$)|[\s`]|$)[^\n`]{0,200}@",
    re.IGNORECASE,
)
# Parameters of addresses that by their name carry a key; `keyword` and `author` do not.
KEYED = re.compile(
    r"(?<=[?&])([\w.-]*(?:token|secret|passw(?:or)?d|passkey|api[_-]?key|signature)"
    r"|(?:[\w.-]*[_.-])?(?:key|pass|pwd|auth|sig|sid|session(?:id)?))=[^&#\s\"'<>]+",
    re.IGNORECASE,
)
# Names of headers whose value is a secret.
TELLING = re.compile(r"auth|cookie|token|key|secret|pass|session", re.IGNORECASE)
SHORTEST = 4  # a "secret" of three letters would blank out half of every sentence


def references(text: str) -> tuple[str, ...]:
    """The names used in a text, in order; malformed ones as they are."""
    return tuple(match[1] for match in REFERENCE.finditer(text) if match[1] is not None)


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Substitute every `${NAME}`, without white space around the value: a secret that comes from a file ends in a line
    break, which no header may hold. Raises KeyError with the name of a missing variable."""
    return REFERENCE.sub(lambda match: "${" if match[1] is None else environ[match[1]].strip(), text)


def secrets(sources: Iterable[Source], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Every value of these that must not be shown, longest first: variables in addresses and headers, passwords in addresses,
    and headers that by their name carry a key; each also in the forms it takes inside an address."""
    found: set[str] = set()
    for source in sources:
        texts = [source.url, *(value for _, value in source.headers)]
        found.update(environ.get(name, "").strip() for text in texts for name in references(text))
        found.update(value for name, value in source.headers if TELLING.search(name) and not references(value))
        password = re.search(r"://(?:[^/?#\s@:]*:)?([^/?#\s]*)@", source.url)
        if password:
            found.add(password[1])
    forms = {form for value in found for form in (value, quote(value, safe=""), quote_plus(value), quote(value))}
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=lambda form: (-len(form), form)))


def mask(text: str, hidden: Iterable[str] = ()) -> str:
    """Put *** for every hidden value (as `secrets` gives them), and in any address for the password (or sole user name: a
    token) and for parameters that by their name carry a key."""
    for value in hidden:
        text = text.replace(value, "***")
    text = USERINFO.sub(lambda match: f"{match[1] or ''}***@", MISWRITTEN.sub(r"\1***@", text))
    return KEYED.sub(r"\1=***", text)
