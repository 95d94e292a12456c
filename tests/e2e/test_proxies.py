"""The proxies of docs/operations in front of the service, as they are written there, under a sub-path."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.process import PATIENCE, aggregator, configuration, free_port, get, running, serves, until
from servers.local import Server, conditional

DOCS = (Path(__file__).resolve().parents[2] / "docs/operations/README.md").read_text()


def documented(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    assert found, language
    return found[1]


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    inside = documented("nginx").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    paths = "".join(
        f"{name}_temp_path '{folder}/{name}';" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid '{folder}/pid'; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {paths} server {{ listen 127.0.0.1:{port}; {inside} }} }}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    inside = documented("caddy").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    head = f'{{\n admin off\n auto_https off\n storage file_system "{folder}"\n}}\n'
    (folder / "Caddyfile").write_text(head + inside.replace("example.org {", f"http://127.0.0.1:{port} {{", 1))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def apache2(folder: Path, port: int, upstream: int) -> list[str]:
    modules = Path("/usr/lib/apache2/modules")
    if not modules.is_dir():
        pytest.skip(f"no modules of Apache in {modules}")
    inside = documented("apache").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    loaded = "".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "proxy", "proxy_http")
    )
    user = "User nobody\n" if os.geteuid() == 0 else ""  # its children are never root
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog /dev/stderr\nServerName localhost\nListen 127.0.0.1:{port}\n"
        f"{loaded}{user}DefaultRuntimeDir {folder}\n{inside}"
    )
    return ["apache2", "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"]


def haproxy(folder: Path, port: int, upstream: int) -> list[str]:
    inside = documented("haproxy").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    inside, secured = re.subn(r"bind :443 ssl .*", f"bind 127.0.0.1:{port}", inside)
    assert secured
    timeouts = "".join(f" timeout {side} 60s\n" for side in ("connect", "client", "server"))
    (folder / "haproxy.cfg").write_text(f"defaults\n mode http\n{timeouts}{inside}")
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


PROXIES = {"nginx": nginx, "caddy": caddy, "apache2": apache2, "haproxy": haproxy}


@contextmanager
def proxied(folder: Path, name: str) -> Iterator[str]:
    """The public address of a service with a story in it."""
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed")
    port, upstream = free_port(), free_port()
    public = f"http://127.0.0.1:{port}/news"
    with Server({"/one": conditional(rss([("a1", "Frigate leaves port", datetime.now(UTC))]))}) as server:
        config = configuration(folder, {"one": server.url("/one")})
        config.write_text(config.read_text().replace("{title: Test Wire}", f"{{title: Test Wire, url: '{public}'}}"))
        assert aggregator(config, "poll").returncode == 0
        _, *arguments = PROXIES[name](folder, port, upstream)
        with (folder / "proxy.log").open("w") as log, running(config, "serve", "--port", str(upstream)):
            process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
            try:
                until(lambda: serves(f"http://127.0.0.1:{upstream}/healthz"))
                until(lambda: process.poll() is not None or serves(f"{public}/healthz"))
                assert process.poll() is None, (folder / "proxy.log").read_text()
                yield public
            finally:
                process.terminate()
                process.wait(PATIENCE)


@pytest.mark.parametrize("name", PROXIES)
def test_behind_a_proxy_under_a_path_everything_is_reached_and_led_to_there(tmp_path: Path, name: str) -> None:
    with proxied(tmp_path, name) as public:
        seen, ahead = {public + "/"}, [public + "/"]
        while ahead:  # the whole site: no link leads out of the path, none is dead
            status, body, headers = get(ahead.pop())
            assert status == 200
            if not headers["content-type"].startswith("text/html"):
                continue
            links = re.findall(r'(?:href|src)="([^"#?]+)', body.decode())
            own = {
                link if "://" in link else public.removesuffix("/news") + link
                for link in links
                if "one.example" not in link
            }
            own = {link for link in own if "outlet.example" not in link}
            assert all(link.startswith(public) for link in own), own
            ahead += own - seen
            seen |= own
        assert len(seen) > 20
        assert b"Frigate leaves port" in get(public)[1], "the address that readers are told, without a slash"
        _, body, headers = get(f"{public}/latest.rss")
        assert f'href="{public}/latest.rss"' in body.decode()
        assert get(f"{public}/latest.rss", If_None_Match=headers["etag"])[0] == 304
        assert get(f"{public}/api/v1/stories?limit=1")[0] == 200
        for address in (
            "/metrics",
            "/readyz",
            "//metrics",
            "/./metrics",
            "/%6Detrics",
            "/x/../metrics",
            "/news/metrics",
        ):
            assert get(public + address)[0] in (403, 404), address


@pytest.mark.parametrize("name", PROXIES)
def test_behind_a_proxy_nothing_is_written(tmp_path: Path, name: str) -> None:
    import urllib.error
    import urllib.request

    with proxied(tmp_path, name) as public:
        for method in ("POST", "PUT", "DELETE"):
            request = urllib.request.Request(f"{public}/latest.rss", data=b"x", method=method)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=PATIENCE)
            assert refused.value.code in (403, 405)
            refused.value.close()
