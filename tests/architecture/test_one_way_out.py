"""One function speaks HTTP to others, three modules start processes, nothing evaluates what came from outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "aggregator"

ALLOWED = {
    # what speaks to the network, or could
    "aiohttp": {"fetch/client.py", "fetch/connections.py", "fetch/failures.py", "fetch/guard.py"},
    "aiohappyeyeballs": {"fetch/guard.py"},
    "socket": {"fetch/guard.py", "fetch/failures.py", "worker/startup.py"},
    "ssl": {"fetch/client.py", "fetch/connections.py", "fetch/failures.py"},
    "urllib.request": set(),
    "urllib3": set(),
    "requests": set(),
    "httpx": set(),
    "http.client": set(),
    "http.server": set(),
    "ftplib": set(),
    "smtplib": set(),
    "telnetlib": set(),
    "xmlrpc": set(),
    "webbrowser": set(),
    "socketserver": set(),
    "psycopg": {"store/postgres/connection.py", "store/postgres/failures.py", "store/postgres/server.py"},
    "procrastinate": {"worker/queue.py", "bootstrap/engines.py"},
    # what starts processes
    "subprocess": set(),
    "multiprocessing": {"cli/child_process.py", "cli/serve.py"},
    "concurrent.futures.process": set(),
    "concurrent.futures.ProcessPoolExecutor": set(),
    "pty": set(),
    # what runs what it reads
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "xml": {"parse/repair.py"},  # the standard library's parsers expand entities; this one refuses to have any declared
    "xml.dom": set(),
    "xml.etree": set(),
    "xml.sax": set(),
}
CALLS = {
    "asyncio.create_subprocess_exec": {"sandbox/start.py"},
    "asyncio.create_subprocess_shell": set(),
    "asyncio.open_connection": {"worker/web_process.py"},  # to its own web
    "asyncio.start_server": set(),
    "socket.create_connection": {"worker/startup.py"},  # likewise
    "os.system": set(),
    "os.popen": set(),
    "os.fork": set(),
    "eval": set(),
    "exec": set(),
    "yaml.load": set(),
    "yaml.unsafe_load": set(),
}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.Attribute) and ast.unparse(node).startswith("os.exec"):
            yield ast.unparse(node)


def breaches(text: str, module: str) -> list[str]:
    """What a module does that others alone may."""
    tree = ast.parse(text)
    names = set(imported(tree))
    found = [
        f"imports {name}"
        for banned, where in ALLOWED.items()
        if module not in where
        for name in names
        if name == banned or name.startswith(f"{banned}.")
    ]
    calls = set(called(tree))
    found += [f"calls {name}" for name, where in CALLS.items() if name in calls and module not in where]
    return found + [f"calls {name}" for name in calls if name.startswith(("os.exec", "os.spawn"))]


@pytest.mark.parametrize("module", MODULES)
def test_there_is_one_way_out(module: str) -> None:
    assert breaches((PACKAGE / module).read_text(), module) == []


@pytest.mark.parametrize(
    "text",
    [
        "import urllib.request",
        "from urllib import request",
        "import requests as r",
        "from http import client",
        "import socket\nsocket.create_connection(('a', 1))",
        "import importlib\nimportlib.import_module('aiohttp')",
        "import asyncio\nasyncio.create_subprocess_shell('ls')",
        "import os\nos.execv('a', [])",
        "eval('1')",
        "from xml.etree import ElementTree",
    ],
)
def test_the_test_sees_ways_out(text: str) -> None:
    assert breaches(text, "web/pages.py") != []


def test_what_is_allowed_is_there() -> None:
    """A line of the tables that is of no use any more goes."""
    for name, where in {**ALLOWED, **CALLS}.items():
        for module in where:
            tree = ast.parse((PACKAGE / module).read_text())
            names = {*imported(tree), *called(tree)}
            assert any(one == name or one.startswith(f"{name}.") for one in names), (name, module)
