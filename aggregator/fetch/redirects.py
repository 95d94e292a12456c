"""The state of a request while it follows redirects. Pure: each step gives a new value."""

from __future__ import annotations

from urllib.parse import unquote

import ada_url
from msgspec import Struct

from aggregator.fetch.failures import Stopped

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


class WebAddress(Struct, frozen=True):
    """An absolute http(s) address as browsers parse it (WHATWG), without userinfo and fragment."""

    url: str
    scheme: str  # http or https
    host: str  # no brackets, no trailing dot
    port: str

    @classmethod
    def of(cls, parsed: ada_url.URL) -> WebAddress:
        """Raises Stopped (kind `address`) for other schemes. (An http(s) address always has a host.)"""
        scheme = parsed.protocol.rstrip(":")
        if scheme not in ("http", "https"):
            raise Stopped("address", f"{scheme[:20]}: only http and https addresses are polled")
        parsed.username = parsed.password = parsed.hash = ""
        host, port = parsed.hostname.strip("[]").rstrip("."), parsed.port or ("443" if scheme == "https" else "80")
        return cls(parsed.href, scheme, host, port)

    def may_have_secrets_of(self, first: WebAddress) -> bool:
        """Whether headers meant for `first` may be sent here: if it has the same origin, or the same host but with TLS."""
        if self.host != first.host:
            return False
        upgraded = (first.scheme, first.port, self.scheme, self.port) == ("http", "80", "https", "443")
        return (self.scheme, self.port) == (first.scheme, first.port) or upgraded


class Trail(Struct, frozen=True):
    """A request that has come from `first` to `here`. `permanent` is the end of the chain of 301 and 308 with which it began (None:
    there was none). `unbroken`: all steps so far belong to that chain; another status, or a step from https to http, ends it."""

    first: WebAddress
    here: WebAddress
    permanent: WebAddress | None = None
    unbroken: bool = True
    seen: frozenset[str] = frozenset()

    def step(self, status: int, location: str | None) -> Trail:
        """The trail after one more redirect. Raises Stopped (kind `redirect`) if it has no target, goes in a circle, or leads to an
        address that is not polled."""
        if not location:
            raise Stopped("redirect", f"redirects ({status}) without saying where", status)
        try:
            target = WebAddress.of(ada_url.URL(location, self.here.url))
        except ValueError:
            raise Stopped("redirect", f"redirects ({status}) to an invalid address", status) from None
        except Stopped as stopped:
            raise Stopped(
                "redirect", f"redirects ({status}) to an address that is not polled: {stopped.failed.message}", status
            ) from None
        seen = self.seen | {self.here.url}
        if target.url in seen:
            raise Stopped("redirect", "redirects in a circle", status)
        downgrade = self.here.scheme == "https" and target.scheme == "http"
        unbroken = self.unbroken and status in _PERMANENT and not downgrade
        return Trail(self.first, target, target if unbroken else self.permanent, unbroken, seen)


def start(url: str) -> tuple[Trail, tuple[str, str] | None]:
    """The trail at its beginning, and (user, password) if the address contains them. Raises Stopped."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        raise Stopped("address", "not a valid address") from None
    login = (unquote(parsed.username), unquote(parsed.password)) if parsed.username or parsed.password else None
    address = WebAddress.of(parsed)
    return Trail(address, address), login
