"""Why a request failed, in our words: of errors that no local server can cause."""

from __future__ import annotations

import errno
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from aggregator.fetch.failures import failure

_KEY = ConnectionKey("outlet.example", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("number", "kind", "message"),
    [
        (errno.ECONNREFUSED, "refused", "the connection was refused"),
        (errno.ECONNRESET, "reset", "the connection was reset"),
        (errno.EPIPE, "reset", "the connection was reset"),
        (errno.ETIMEDOUT, "timeout", "the host does not answer"),
        (errno.EHOSTUNREACH, "refused", "there is no route to the host"),
        (errno.ENETUNREACH, "refused", "the network is unreachable"),
        (errno.EADDRNOTAVAIL, "refused", "the connection could not be made"),
        (None, "refused", "the connection could not be made"),
    ],
)
def test_what_the_system_says_of_a_connection(number: int | None, kind: str, message: str) -> None:
    cause = OSError(number, "said by the system") if number else OSError("said by the system")
    failed = failure(aiohttp.ClientConnectorError(_KEY, cause))
    assert (failed.kind, failed.message) == (kind, message)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (21, "the certificate cannot be verified: the chain is incomplete"),
        (23, "the certificate was revoked"),
        (26, "the certificate is not trusted"),  # for another purpose
    ],
)
def test_what_openssl_says_of_a_certificate(code: int, message: str) -> None:
    """X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, …_CERT_REVOKED, …_INVALID_PURPOSE."""
    refused = ssl.SSLCertVerificationError(1, "said by the system")
    refused.verify_code = code
    assert (failure(refused).kind, failure(refused).message) == ("tls", message)


def test_a_request_that_takes_too_long_without_a_deadline_of_ours() -> None:
    """aiohttp has timeouts of its own, which are errors of the system to Python."""
    assert failure(aiohttp.SocketTimeoutError()).kind == failure(TimeoutError()).kind == "timeout"
