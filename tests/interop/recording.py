"""A proxy that stands between a reader and the service, passes on every byte and remembers what was asked and answered."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authenticate"}


@dataclass(frozen=True)
class Exchange:
    method: str
    path: str  # with the query
    asked: dict[str, str]  # names in lower case
    status: int
    answered: dict[str, str]

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.asked or "if-modified-since" in self.asked


class Proxy:
    """A context manager on a free port of 127.0.0.1; `upstream` is the port it passes on to."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.upstream = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._relay())
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="recording proxy", daemon=True)

    def asked(self, path: str) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.path.partition("?")[0] == path]

    def _relay(proxy) -> type[BaseHTTPRequestHandler]:
        class Relay(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                onward = http.client.HTTPConnection("127.0.0.1", proxy.upstream, timeout=20)
                try:
                    onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                    for name, value in self.headers.items():
                        if name.lower() not in HOP_BY_HOP:
                            onward.putheader(name, value)
                    onward.endheaders()
                    answer = onward.getresponse()
                    body = answer.read()
                finally:
                    onward.close()
                asked = {name.lower(): value for name, value in self.headers.items()}
                answered = {name.lower(): value for name, value in answer.getheaders()}
                proxy.exchanges.append(Exchange(self.command, self.path, asked, answer.status, answered))
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                if body and "content-length" not in answered:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_HEAD = _pass

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the exchanges are kept."""

        return Relay

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
