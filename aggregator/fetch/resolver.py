"""Looks up the names of hosts."""

from __future__ import annotations

import asyncio
import socket
import threading

from aiohttp.abc import AbstractResolver, ResolveResult

Answers = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]]

LOOKUPS = 32  # simultaneous look-ups of names


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
    except UnicodeError:  # a label that is too long or empty
        error = socket.gaierror(socket.EAI_NONAME, "not a host name")

    def settle() -> None:
        if not future.done():
            future.set_exception(error) if error else future.set_result(answers)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed before the name server answered
        return
