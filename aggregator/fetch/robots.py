"""Obeys robots.txt (RFC 9309) for articles, to which nobody has subscribed. It does not apply to feeds: a person has chosen each of
them.

`protego` parses and matches the rules. Before that, the file is reduced to the rules meant for us: a hostile file could have thousands
of user agents, each with thousands of rules.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

from msgspec import Struct, field
from protego import Protego

from aggregator.fetch.redirects import WebAddress
from aggregator.model.source import Failed, Fetched, Freshness, Outcome

TOKEN = "aggregator"  # noqa: S105 (a product token, RFC 9309, 2.2.1: the one of our User-Agent)
SHORTEST, LONGEST = 3600, 86_400
"""Limits in seconds for how long a response is valid, whatever it says itself (RFC 9309, 2.4: not longer than a day)."""
READ = 512_000  # bytes that are read of a file (RFC 9309, 2.5: at least 500 KiB)
HOSTS = 256  # the rules of so many hosts are kept, at most
KEPT = 4 * READ  # … from files of so many bytes in total; in memory a rule takes sixty times its length
_LINE = re.compile(r"\s*(user-?agent|dis?allow|allow)\s*:\s*([^#]*)", re.IGNORECASE)
_NAME = re.compile(r"[a-z_-]+|\*")


class _Host(Struct):
    """`rules`: None if they could not be read; `size`: bytes of the file; `until`: valid until this time of the monotonic clock."""

    rules: Protego | None = None
    size: int = 0
    until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """`ask(url)` fetches an address in the same way as a feed, with all checks and limits. The rules of a host are kept for their
    lifetime, within `HOSTS` and `KEPT`."""

    def __init__(
        self, ask: Callable[[str], Awaitable[Outcome]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = monotonic
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def refusal(self, address: WebAddress) -> Failed | None:
        """Why a page must not be requested: a failure of kind `robots`, or `waiting` if it may be tried later. None: it may be
        requested."""
        root = urljoin(address.url, "/")
        host = self._hosts.setdefault(root, _Host())
        self._hosts.move_to_end(root)
        async with host.turn:
            if self._clock() >= host.until:
                await self._learn(host, f"{root}robots.txt")
                self._forget()
        if host.rules is None:
            wait = max(1, round(host.until - self._clock()))
            return Failed(
                "waiting",
                "the robots.txt of its host cannot be read at the moment",
                freshness=Freshness(retry_after=wait),
            )
        # In a thread: of a hostile file thirty thousand rules may take up to a second.
        if not await asyncio.to_thread(host.rules.can_fetch, address.url, TOKEN):
            return Failed("robots", "the robots.txt of its host forbids reading it")
        return None

    async def _learn(self, host: _Host, url: str) -> None:
        """Read the rules of a host (RFC 9309, 2.3.1). A host without a robots.txt (4xx, endless redirects) forbids nothing. If a host
        cannot answer (5xx, network errors, and here also 429), its earlier rules apply; without earlier rules nothing is requested
        until it can."""
        outcome = await self._ask(url)
        lifetime = LONGEST
        if isinstance(outcome, Fetched):
            lifetime = LONGEST if outcome.freshness.max_age is None else outcome.freshness.max_age
            host.rules = await asyncio.to_thread(rules, outcome.body)
            host.size = min(len(outcome.body), READ)
        elif isinstance(outcome, Failed) and _has_none(outcome):
            host.rules, host.size = Protego.parse(""), 0
        else:
            lifetime = outcome.freshness.retry_after or 0
        host.until = self._clock() + min(max(lifetime, SHORTEST), LONGEST)

    def _forget(self) -> None:
        """Drop the rules of the hosts used longest ago: feeds may link to any number of hosts, each with a file of maximum length."""
        while len(self._hosts) > HOSTS or sum(host.size for host in self._hosts.values()) > KEPT:
            self._hosts.popitem(last=False)


def _has_none(answer: Failed) -> bool:
    status = answer.status or 0
    return answer.kind == "redirect" or (status != 429 and (200 <= status < 300 or 400 <= status < 500))


def rules(body: bytes) -> Protego:
    """The rules of a robots.txt that are meant for us: those of all groups that name us, else those of the groups for `*`."""
    groups: dict[str, list[str]] = {TOKEN: [], "*": []}
    named = False
    agents: set[str] = set()
    beginning = True
    for line in body[:READ].decode("utf-8-sig", "replace").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        key, value = found[1].lower(), found[2].strip()
        if key.startswith("user"):
            agents = agents if beginning else set()
            name = _NAME.match(value.lower())
            agents |= {name[0]} & groups.keys() if name else set()
            named = named or TOKEN in agents
            beginning = True
            continue
        beginning = False
        for agent in agents:
            groups[agent].append(f"{'Allow' if key == 'allow' else 'Disallow'}: {value}")
    meant = groups[TOKEN] if named else groups["*"]
    return Protego.parse("\n".join(["User-agent: *", *meant]))
