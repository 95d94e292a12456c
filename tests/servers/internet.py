"""The internet in the test's hands: connections to public addresses lead to the local servers at the same ports."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiohappyeyeballs import AddrInfoType

from aggregator.fetch.guard import Guard
from servers.threaded import HOST


class _Diverted(socket.socket):
    def connect(self, address: Any) -> None:
        self._meant = address
        super().connect((HOST, *address[1:]))

    def getpeername(self) -> Any:
        return self._meant


def divert(patch: pytest.MonkeyPatch) -> None:
    """What the guard refuses is refused as before. Everything else is diverted, wherever it would lead."""
    make = Guard.make_socket

    def make_socket(guard: Guard, info: AddrInfoType) -> socket.socket:
        make(guard, info).close()
        return _Diverted(*info[:3])

    patch.setattr(Guard, "make_socket", make_socket)
