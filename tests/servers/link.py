"""The network between a process and its database, which can be cut: packets get lost, and nobody is told.

with Link(url) as link:
    ... link.url ...
    link.cut()
    link.restore()
    link.lose()
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from builders.process import PATIENCE

from servers.threaded import HOST, Threaded


class Link(Threaded):
    """A context manager: a TCP port that leads to the socket of a PostgreSQL server. What was sent while it is cut arrives when
    it is restored, as TCP repeats it. `trips`: how often somebody spoke who had an answer, or spoke first."""

    def __init__(self, url: str) -> None:
        super().__init__("link")
        parts = urlsplit(url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._user, self._database = parts.username, parts.path
        self._whole = asyncio.Event()
        self._whole.set()
        self.trips = 0

    @property
    def url(self) -> str:
        return f"postgresql://{self._user}@{HOST}:{self.port}{self._database}"

    def cut(self) -> None:
        self._done(self._whole.clear)

    def restore(self) -> None:
        self._done(self._whole.set)

    def lose(self) -> None:
        """As a proxy whose server is gone: connections stay open, and nothing comes over them any more; new ones lead to the server."""
        self._done(self._lose)

    def _done(self, change: Callable[[], None]) -> None:
        """Once this returns, nothing passes any more, or everything does."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(change)
        self._loop.call_soon_threadsafe(done.set)
        assert done.wait(PATIENCE)

    def _lose(self) -> None:
        self._whole.clear()
        self._whole = asyncio.Event()
        self._whole.set()

    async def _serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        whole = self._whole
        await whole.wait()
        far, to_far = await asyncio.open_unix_connection(self._socket)
        spoke = [far]

        def note(reader: asyncio.StreamReader) -> None:
            self.trips += reader is near and spoke[0] is far
            spoke[0] = reader

        await asyncio.gather(self._pass_on(near, to_far, whole, note), self._pass_on(far, to_near, whole, note))

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        whole: asyncio.Event,
        note: Callable[[asyncio.StreamReader], None],
    ) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while data := await reader.read(65536):
                note(reader)
                await whole.wait()
                writer.write(data)
                await writer.drain()
            await whole.wait()
