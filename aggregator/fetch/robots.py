"""What hosts ask of crawlers (robots.txt, RFC 9309), for pages that nobody subscribed to: articles. Feeds are not
crawled: a person chose each of them.

`protego` parses and matches the rules. Before that, the file is cut to the rules meant for us, since a hostile one
could name thousands of programs before thousands of rules.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from protego import Protego

from aggregator.fetch.redirects import WebAddress
from aggregator.model.source import Failed, Fetched, Freshness, Outcome

TOKEN = "aggregator"  # noqa: S105 (a product token, RFC 9309, 2.2.1: the one of our User-Agent)
SHORTEST, LONGEST = 3600, 86_400
"""Seconds for which an answer is valid, whatever it says itself; RFC 9309, 2.4: no longer than a day."""
READ = 512_000  # bytes; RFC 9309, 2.5: at least 500 KiB
HOSTS = 256
KEPT = 4 * READ  # bytes of files whose rules are kept; a rule takes sixty times its length
_LINE = re.compile(r"\s*(user-?agent|dis?allow|allow)\s*:\s*([^#]*)", re.IGNORECASE)
_NAME = re.compile(r"[a-z_-]+|\*")


@dataclass(slots=True)
class _Host:
    """`rules` None: they could not be read; `size` of the file, in bytes; `until` on the monotonic clock."""

    rules: Protego | None = None
    size: int = 0
    until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """`ask` fetches an address as feeds are fetched, with all checks and limits. The rules of a host are kept for their
    lifetime, as far as `HOSTS` and `KEPT` allow."""

    def __init__(
        self, ask: Callable[[str], Awaitable[Outcome]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = monotonic
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def refusal(self, address: WebAddress) -> Failed | None:
        """Why a page must not be requested: `robots`, or `waiting` if it is to be tried later; None if it may be."""
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
        if not host.rules.can_fetch(address.url, TOKEN):
            return Failed("robots", "the robots.txt of its host forbids reading it")
        return None

    async def _learn(self, host: _Host, url: str) -> None:
        """RFC 9309, 2.3.1: the rules read apply; a host without a robots.txt (4xx, endless redirects) forbids nothing;
        one that cannot answer (5xx, network, and here also 429) is not crawled until it can, unless its earlier rules
        are known."""
        outcome = await self._ask(url)
        lifetime = LONGEST
        if isinstance(outcome, Fetched):
            lifetime = LONGEST if outcome.freshness.max_age is None else outcome.freshness.max_age
            host.rules = await asyncio.to_thread(rules, outcome.body)
            host.size = min(len(outcome.body), READ)
        elif isinstance(outcome, Failed) and _has_none(outcome):
            host.rules, host.size = Protego.parse(""), 0
        else:
            lifetime = (outcome.freshness.retry_after or 0) if isinstance(outcome, Failed) else 0
        host.until = self._clock() + min(max(lifetime, SHORTEST), LONGEST)

    def _forget(self) -> None:
        """Whoever may name articles may name a thousand hosts with a file of the greatest length each."""
        while len(self._hosts) > HOSTS or (
            len(self._hosts) > 1 and sum(host.size for host in self._hosts.values()) > KEPT
        ):
            self._hosts.popitem(last=False)


def _has_none(answer: Failed) -> bool:
    status = answer.status or 0
    return answer.kind == "redirect" or (status != 429 and (200 <= status < 300 or 400 <= status < 500))


def rules(body: bytes) -> Protego:
    """The rules of a robots.txt that are meant for us: of all groups that name us, else of those for everybody."""
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
