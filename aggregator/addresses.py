"""Which network addresses may be polled. Pure: no DNS lookups, no connections.

A source, or a server that answers for it, must not be able to direct requests to the machine that the program runs on or to the
network behind it (server-side request forgery). So only globally reachable unicast addresses count as public (all that the IANA
special-purpose registries do not list); other addresses must be named in `allow_private`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import ada_url
from msgspec import Struct

Address = IPv4Address | IPv6Address

# https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. Our own table, because
# `ipaddress.is_global` differs between the Python versions that we run on.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this network": reaches the machine itself on Linux
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, but inside a cloud (Azure) it is the machine's own host
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved and broadcast
    )
)
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them: it wraps an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4 wraps an IPv4 address, and no feed is served from it (RFC 7526)
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")

# Names that by their RFCs never leave the machine or the site (6761, 6762, 8375, and ICANN's .internal).
_PRIVATE_NAMES = ("localhost", "local", "internal", "home.arpa")


def address_of(text: str) -> Address | None:
    """The IP address that `text` spells, with or without brackets and zone; None if it is a host name."""
    try:
        return ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public(address: str | Address) -> bool:
    """Whether an address is globally reachable unicast. False for a text that is not an address."""
    known = address_of(address) if isinstance(address, str) else address
    if known is None:
        return False
    if isinstance(known, IPv4Address):
        return not any(known in network for network in _NOT_PUBLIC_4)
    wrapped = known.ipv4_mapped
    if wrapped is None and known in _NAT64:
        wrapped = IPv4Address(int(known) & 0xFFFF_FFFF)
    if wrapped is not None:
        return is_public(wrapped)
    return known in _GLOBAL_UNICAST_6 and not any(known in network for network in _NOT_PUBLIC_6)


def host_of(url: str) -> str | None:
    """The host of an http(s) address as browsers read it (WHATWG), so that decimal, octal, hexadecimal and circled
    digits become the address they stand for; lower case, no brackets, no trailing dot. None if there is none."""
    try:
        parsed = ada_url.URL(url.strip())
    except ValueError:
        return None
    if parsed.protocol not in ("http:", "https:"):
        return None
    return parsed.hostname.strip("[]").rstrip(".").lower() or None


def has_scheme(url: str) -> bool:
    """Whether an address as typed begins with a scheme and `//`. (Another address may follow in its path or parameters.)"""
    return re.match("[^/?#]*://", url) is not None


def with_scheme(url: str) -> str:
    """An address as typed, with https if it has no scheme."""
    return url if has_scheme(url) else f"https://{url}"


def requested(url: str) -> str:
    """The address that is requested for this one, in one spelling; as it is written if it is invalid."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return url
    parsed.hash = ""
    return str(parsed.href)


def one_site(host: str, other: str) -> bool:
    """Whether two hosts belong to one site: they are equal, or one is a subdomain of the other (`www.` is ignored)."""
    a, b = host.removeprefix("www."), other.removeprefix("www.")
    return bool(a and b) and (f".{a}".endswith(f".{b}") or f".{b}".endswith(f".{a}"))


def plain(url: str) -> str | None:
    """An address as browsers write it (WHATWG), without user, password and fragment; None if it is not valid."""
    try:
        parsed = ada_url.URL(url.strip())
    except ValueError:
        return None
    parsed.username = parsed.password = parsed.hash = ""
    return parsed.href


def private_host(host: str) -> bool:
    """Whether a host is on this machine or this network, judged by its spelling alone."""
    if address_of(host) is not None:
        return not is_public(host)
    name = host.rstrip(".").lower()
    return any(name == private or name.endswith("." + private) for private in _PRIVATE_NAMES)


def literal_private(url: str) -> bool:
    """As `private_host`, for a web address. A public name that resolves to a private address is detected only when the connection is
    made."""
    host = host_of(url)
    return host is not None and private_host(host)


class Allowance(Struct, frozen=True):
    """`allow_private` of the configuration: host names and networks that may be polled although they are private."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> Allowance:
        """From the entries as written: `nas.local`, `127.0.0.1`, `10.1.0.0/16`, `[fd00::1]`."""
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for name in names:
            try:
                networks.append(ip_network(name.strip().strip("[]"), strict=False))
            except ValueError:
                hosts.add(name.strip().rstrip(".").lower())
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str) -> bool:
        """Whether a host is listed: by its name, by its address, or by a network that contains it. `localhost` always
        means this machine (RFC 6761), so it is listed if its address is."""
        name = host.rstrip(".").lower()
        return name in self.hosts or self.covers("127.0.0.1" if name == "localhost" else host)

    def covers(self, address: str) -> bool:
        """Whether an address lies in a listed network, as it is spelt or as the IPv4 address that is mapped into it."""
        known = address_of(address)
        spelt = (known, getattr(known, "ipv4_mapped", None))
        return any(one in network for one in spelt if one is not None for network in self.networks)

    def admits(self, address: str) -> bool:
        """Whether a connection to an address may be made: it is public, or listed."""
        return is_public(address) or self.covers(address)
