"""The address guard: prevents connections to addresses that `aggregator.addresses` does not admit.

It checks when a socket is created, because that is the address that is really used: aiohttp does not ask a resolver about literal
addresses, and the addresses of a name may change between a check and the connection (DNS rebinding). The resolver filters as well, so
that the public addresses are used if a name has public and private ones. `SystemResolver` looks the names up.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import weakref
from collections import Counter

from aiohappyeyeballs import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from aggregator.addresses import Allowance, is_public, private_host
from aggregator.errors import lack

Answers = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]]

LOOKUPS = 32  # simultaneous look-ups of names


class AddressRefused(PermissionError):
    """The address is private, and `allow_private` does not admit it. `by_name`: a host leads there whose name does not say so."""

    def __init__(self, *, by_name: bool = False) -> None:
        said = (
            "the name of the host leads to a private address: name it in allow_private only if the host is yours"
            if by_name
            else "the address is private and allow_private does not name it"
        )
        super().__init__(errno.EACCES, said)


class Guard(AbstractResolver):
    """Resolver and socket factory of one connector."""

    def __init__(self, allowance: Allowance, resolver: AbstractResolver) -> None:
        self._allowance = allowance
        self._resolver = resolver
        self._asked = Counter[str]()  # names that are being looked up, without a trailing dot
        self._private: set[str] = set()  # names that resolved to admitted private addresses, and to no public one
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The admitted addresses of a name. Raises AddressRefused if it has addresses but none is admitted."""
        name = host.rstrip(".")
        self._asked[name] += 1
        try:
            found = await self._resolver.resolve(host, port, family)
        finally:
            self._asked -= Counter([name])
        admitted = [answer for answer in found if self._allowance.admits(answer["host"])]
        if found and not admitted:
            raise AddressRefused(by_name=not private_host(name))
        if admitted and not any(is_public(answer["host"]) for answer in admitted):
            self._private.add(name)
        else:
            self._private.discard(name)
        return admitted

    def asks(self, host: str) -> bool:
        """Whether a look-up of this name is in progress."""
        return host in self._asked

    async def close(self) -> None:
        """Close the resolver, and wait for connections that are still closing: aiohttp releases a TLS connection while its last exchange
        is in progress, and if the event loop ends then, the socket stays open."""
        await self._resolver.close()
        for _ in range(100):
            if all(made.fileno() == -1 for made in self._sockets):
                return
            await asyncio.sleep(0.01)

    def make_socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for an admitted address. Raises AddressRefused for any other, before anything is sent."""
        family, kind, protocol, _, address = info
        if not self._allowance.admits(str(address[0])):
            raise AddressRefused
        made = socket.socket(family, kind, protocol)
        self._sockets.add(made)
        return made

    def is_private(self, host: str) -> bool:
        """Whether a host that was connected to is a private one (by name, by spelling or by what it resolved to)."""
        return private_host(host) or host in self._private or self._allowance.names(host)


class SystemResolver(AbstractResolver):
    """Resolves names with `getaddrinfo` in daemon threads.

    The system's resolver supports hosts files, VPNs and search domains, which c-ares (aiodns) does only in part. aiohttp's
    ThreadedResolver calls it in the loop's default executor, whose threads are joined when the process ends, so that an unresponsive
    name server would delay a shutdown. Daemon threads do not.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        async with self._room:
            future: asyncio.Future[Answers] = loop.create_future()
            threading.Thread(
                target=_look_up, args=(loop, future, host, port, family), name=f"dns {host}", daemon=True
            ).start()
            answers = await future
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found, _, protocol, _, address in answers
        ]

    async def close(self) -> None:
        """Nothing to close: threads end with their look-up or with the process."""


def _look_up(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Answers], host: str, port: int, family: int
) -> None:
    answers: Answers = []
    error: OSError | None = None
    try:
        answers = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)  # type: ignore[assignment]  # typeshed widens the address for builds without IPv6
    except OSError as refused:
        error = refused
        if not (isinstance(refused, socket.gaierror) or lack(refused)):  # EAI_SYSTEM: nothing was asked
            error = socket.gaierror(socket.EAI_AGAIN, str(refused))
    except UnicodeError:  # a label that is too long or empty
        error = socket.gaierror(socket.EAI_NONAME, "not a host name")

    def settle() -> None:
        if not future.done():
            future.set_exception(error) if error else future.set_result(answers)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed before the name server answered
        return
