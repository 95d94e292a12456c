"""Validates the addresses, hosts, domains and request headers of the file, like `scalars` its other values."""

from __future__ import annotations

import re
from ipaddress import ip_network

from aggregator.addresses import host_of, plain
from aggregator.config.characters import unwrapped
from aggregator.config.environment import mask
from aggregator.config.scalars import Wrong, position, shown, table, text
from aggregator.config.tree import Table, Text
from aggregator.model.source import OWN_HEADERS

HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9-]*[a-z0-9])?")
BLANK = re.compile(r"[\s\x00-\x1f]")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110


def web_address(value: object) -> str:
    """An absolute http or https address. If it is secret, the address with `${NAME}` is returned. No message quotes an invalid one: what
    is its password cannot be told if an @ is missing."""
    written = text(value, 2048)
    if BLANK.search(str(value).strip()):
        several = _typed(value).count("://") > 1
        how = "; write each address by itself" if several else "; delete it, or write it as %20"
        held = how if BLANK.search(_typed(value).strip()) else ", as the value of a variable here does"
        raise Wrong(f"an address cannot contain white space{held}")
    if host_of(written) is None or not re.match(r"https?://[^/\\]", written, re.IGNORECASE):
        raise Wrong(f"expected an http or https address{_address_meant(value)}")
    return value.kept.strip() if isinstance(value, Text) else written


def _typed(value: object) -> str:
    """The address as the editor wrote it."""
    return value.shown if isinstance(value, Text) else str(value)


def _address_meant(value: object) -> str:
    written = unwrapped(_typed(value))
    bare = re.sub(r"^(?:feed:|(?!https?://)[a-z]{3,6}:?/{1,2})(?=\w)(?!https?:)", "", written, flags=re.IGNORECASE)
    bare = re.sub(r"^feed:(?=https?://)", "", bare, flags=re.IGNORECASE)
    guess = bare if "://" in bare else f"https://{bare}"
    return f"; did you mean {mask(guess)}?" if re.match(r"https?://[\w-]+(\.[\w-]+)+(/[^@]*)?$", guess) else ""


def site_address(value: object) -> str:
    """The public address, in ASCII as feeds and headers need it, without query, fragment, user and final slash. Double slashes become
    single, since a link to //news/latest leads to the host `news`."""
    address = web_address(value)
    if any(char in address for char in "?#@"):
        raise Wrong("the public address cannot have a query, fragment or user")
    return re.sub("(?<!:)//+", "/", plain(address) or address).rstrip("/")


def private_place(value: object) -> str:
    """A host, address or network for `allow_private`."""
    written = text(value).lower()
    if "://" in written:
        hint = f"; did you mean {host}?" if (host := host_of(written)) else ""
        raise Wrong(f"expected a host or network without http://, found {shown(value)}{hint}")
    bare, _, bits = written.strip("[]").partition("/")
    if re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", bare):
        return _network(value, written)
    if bits or not HOST.fullmatch(bare):
        raise Wrong(f"expected a host such as nas.local, or a network such as 10.0.0.0/8, found {shown(value)}")
    return written


def _network(value: object, written: str) -> str:
    try:
        ip_network(written.strip("[]"), strict=False)
    except ValueError:
        raise Wrong(f"expected an address or network such as 127.0.0.1 or 10.0.0.0/8, found {shown(value)}") from None
    return written


def domain(value: object) -> str:
    """A publisher's domain: `bbc.co.uk`, without scheme, path and www."""
    written = text(value, 253).lower()
    guess = host_of(written if "://" in written else f"https://{written}") or ""
    if guess == written and "." in written and HOST.fullmatch(written) and not written.startswith("www."):
        return written
    hint = f"; did you mean {guess.removeprefix('www.')}?" if "." in guess else ""
    raise Wrong(f"expected a domain such as bbc.co.uk, found {shown(value)}{hint}")


def headers(value: object) -> tuple[tuple[str, str], ...]:
    """Names of headers and their values, with `${NAME}`. No message quotes a value, since it may be secret."""
    named = table(value, "headers such as {Authorization: Bearer ${TOKEN}}")
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
        raise Wrong("a header must be one line of text", position(value))
    if not written.isascii():
        raise Wrong("a header must be plain ASCII", position(value))
    return value.kept.strip() if isinstance(value, Text) else written
