"""Converts errors of requests to values (`Failed`).

The messages are our own words. They quote nothing that a server sent, and of addresses only the host, so they contain neither
secrets nor unsafe content.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from aggregator.errors import FailureKind, OutOfMemory, lack
from aggregator.fetch.guard import AddressRefused
from aggregator.model.source import Failed, Freshness

# X509_V_ERR_…, openssl/x509_vfy.h
_CERTIFICATE = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate's chain ends in a self-signed one that is not trusted",
    20: "the certificate's issuer is not known here",
    21: "the certificate cannot be verified: the chain is incomplete",
    23: "the certificate was revoked",
    62: "the certificate is for another host",
    64: "the certificate is for another address",
}
_SOCKET: Final[Mapping[int, tuple[FailureKind, str]]] = {
    errno.ECONNREFUSED: ("refused", "the connection was refused"),
    errno.ECONNRESET: ("reset", "the connection was reset"),
    errno.EPIPE: ("reset", "the connection was reset"),
    errno.ETIMEDOUT: ("timeout", "the host does not answer"),
    errno.EHOSTUNREACH: ("refused", "there is no route to the host"),
    errno.ENETUNREACH: ("refused", "the network is unreachable"),
}
LED_INSIDE: Final = "another address leads to this private one"
NO_NAME_SERVER: Final = "the name server does not answer"


class Stopped(Exception):
    """Ends a request within this package; `failed` is what the caller of `Http` gets."""

    def __init__(
        self, kind: FailureKind, message: str, status: int | None = None, freshness: Freshness | None = None
    ) -> None:
        super().__init__(message)
        self.failed = Failed(kind, message, status, freshness or Freshness())


def http_failure(status: int, fresh: Freshness, headers: Mapping[str, str]) -> Failed:
    """The failure for an HTTP status, with the standard's reason phrase, never the server's."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    if headers.get("cf-mitigated", "").strip().lower() == "challenge":
        return Failed("challenge", f"{status} {phrase}: a challenge meant for browsers", status, fresh)
    return Failed("http", f"{status} {phrase}", status, fresh)


def _connecting(error: OSError) -> Failed:
    if isinstance(error.__cause__, ssl.SSLError):  # in TLS 1.3 a server refuses who connects only afterwards
        return _tls(error.__cause__)
    if lacking := lack(error):
        raise lacking from error
    if isinstance(error, AddressRefused):
        return Failed("address", str(error.strerror))
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_MEMORY:
            raise OutOfMemory from error
        if error.errno == socket.EAI_AGAIN:
            return Failed("dns", NO_NAME_SERVER)
        return Failed("dns", "the host name is not known")
    kind, message = _SOCKET.get(error.errno or 0, ("refused", "the connection could not be made"))
    return Failed(kind, message)


def _tls(error: Exception) -> Failed:
    cause: object = getattr(error, "os_error", error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failed("tls", _CERTIFICATE.get(cause.verify_code, "the certificate is not trusted"))
    return Failed("tls", "the secure connection could not be set up")


_READINGS: Final[tuple[tuple[tuple[type[Exception], ...], Callable[[Any], Failed]], ...]] = (
    ((Stopped,), lambda error: error.failed),
    ((aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError), _tls),
    ((aiohttp.ClientConnectorError,), lambda error: _connecting(error.os_error)),
    ((TimeoutError,), lambda _: Failed("timeout", "no complete answer in time")),
    ((aiohttp.ClientPayloadError,), lambda _: Failed("truncated", "the body ends early")),
    ((aiohttp.ServerDisconnectedError,), lambda _: Failed("reset", "the connection was closed without an answer")),
    ((OSError,), _connecting),
)


def failure(error: Exception) -> Failed:
    """The `Failed` for an exception of aiohttp, asyncio or the operating system; the text of `error` is not shown.

    Raises:
        Lacking: instead of a `Failed`, since the server is not to blame.
    """
    for types, read in _READINGS:
        if isinstance(error, types):
            return read(error)
    return Failed("protocol", "the answer breaks the rules of HTTP")
