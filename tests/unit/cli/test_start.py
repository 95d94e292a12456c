"""`run` begins to serve before it has looked through the archive, and to write after."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import empty_archive
from builders.process import PATIENCE, configuration, free_port

from aggregator.bootstrap import Application, Installation
from aggregator.cli import run, serve, worker
from aggregator.cli.main import main
from aggregator.errors import StoreCorrupt
from aggregator.store.sqlite.upkeep import Upkeep
from aggregator.worker import logs
from aggregator.worker.startup import PARENT


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logs, "start", lambda mask: None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application.load(Installation(configuration(tmp_path, {}), tmp_path / "instance"))


def test_readers_are_served_while_the_archive_is_looked_through_and_no_longer_if_it_is_damaged(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, told = threading.Event(), []

    def check(self: Upkeep) -> None:
        assert serving.wait(PATIENCE), "the check of a large archive takes a minute"
        raise StoreCorrupt("damaged")

    async def web(stopping: asyncio.Event) -> None:
        serving.set()
        await stopping.wait()
        told.append("to stop")

    monkeypatch.setattr(Upkeep, "check", check)
    with pytest.raises(StoreCorrupt):
        worker.work(application, web)
    assert told == ["to stop"]
    assert application.database.open().upkeep.configuration() is None, "nothing was written"


def test_a_signal_while_the_archive_is_looked_through_ends_the_web_and_does_not_wait_for_the_rest(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, happened = threading.Event(), []

    def end(code: int) -> None:
        happened.append(f"exit {code}")
        looked.set()  # for this test, whose process goes on

    async def web(stopping: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await stopping.wait()
        happened.append("web ended")

    monkeypatch.setattr(Upkeep, "check", lambda self: looked.wait(PATIENCE))
    monkeypatch.setattr(os, "_exit", end)
    worker.work(application, web)
    assert happened == ["web ended", "exit 0"]


@pytest.fixture
def unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve`, `run` and `worker` do all but serve and work."""
    for command in (run, worker):
        monkeypatch.setattr(command, "work", lambda application, web: 0)
    monkeypatch.setattr(serve, "_fork", lambda: None)
    monkeypatch.setattr(serve, "_granian", lambda address, port, said: None)
    for name in ("AGGREGATOR_CONFIG", "AGGREGATOR_INSTANCE", "AGGREGATOR_DATABASE_URL", "AGGREGATOR_ADDRESS", PARENT):
        monkeypatch.setenv(name, "")  # which it sets for its children
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("unserved")
@pytest.mark.parametrize("command", ["run", "serve"])
@pytest.mark.parametrize("url", [None, "https://wire.example.org"])
def test_where_links_lead_to_the_address_on_which_it_listens_it_warns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, url: str | None
) -> None:
    config, port = configuration(tmp_path, {}), free_port()
    if url:
        config.write_text(config.read_text().replace("site: {", f"site: {{url: {url}, "))
    assert main(["--config", str(config), "--instance", str(tmp_path / "i"), command, "--port", str(port)]) == 0
    warned = f"site.url is not set, so feeds link to http://127.0.0.1:{port}; set it in {config} "
    assert (warned in capsys.readouterr().err) is (url is None)


@pytest.mark.usefixtures("unserved")
@pytest.mark.parametrize("command", ["run", "worker", "serve"])
def test_what_is_wrong_in_the_file_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """The log of a worker tells it too, but on a full disk or beside a writer that takes long it does not come to that."""
    config = configuration(tmp_path, {})
    place = ["--config", str(config), "--instance", str(tmp_path / "i")]
    assert main([*place, "apply"]) == 0
    capsys.readouterr()
    config.write_text("sources: [")
    assert main([*place, command, *(["--port", str(free_port())] if command != "worker" else [])]) == 0
    assert capsys.readouterr().err.startswith(f"{config}:1:11: ")


@pytest.mark.usefixtures("unserved")
def test_serve_that_is_the_first_to_start_makes_the_archive_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a new machine it may start before the worker. But its location may also be mistyped."""
    place = ["--config", str(configuration(tmp_path, {})), "--instance", str(tmp_path / "i")]
    for new in (True, False):
        monkeypatch.delenv(PARENT, raising=False)
        assert main([*place, "serve", "--port", str(free_port())]) == 0
        assert (f"{tmp_path / 'i' / 'aggregator.db'}: there is no archive here" in capsys.readouterr().err) is new


@pytest.mark.usefixtures("unserved")
def test_the_processes_that_serve_read_what_the_command_was_given(tmp_path: Path) -> None:
    config, url, port = configuration(tmp_path, {}), f"sqlite:///{tmp_path / 'other.db'}", free_port()
    place = ["--config", str(config), "--instance", str(tmp_path / "i"), "--database", url]
    assert main([*place, "serve", "--port", str(port)]) == 0
    assert Installation.of_environment(os.environ) == Installation(
        config, tmp_path / "i", url, address=f"http://127.0.0.1:{port}"
    )


@pytest.mark.usefixtures("unserved")
def test_an_empty_path_means_the_usual_one_and_not_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--instance "$DIR"` of a script in which DIR is not set."""
    configuration(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    assert main(["--config", "", "--instance", "", "--database", "", "serve", "--port", str(free_port())]) == 0
    assert not Path("aggregator.db").exists()
    assert Path("instance", "aggregator.db").exists()


@pytest.mark.usefixtures("unserved")
def test_serve_says_that_it_serves_by_another_configuration_than_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody edits `site.url`, starts the web alone, and looks in vain for what the edit changed."""
    config = configuration(tmp_path, {})
    place = ["--config", str(config), "--instance", str(tmp_path / "instance")]
    empty_archive(tmp_path / "instance")
    for command, edited, differs in (
        ("serve", False, False),
        ("apply", False, False),
        ("serve", False, False),
        ("serve", True, True),
        ("apply", False, False),
        ("serve", False, False),
    ):
        if edited:
            config.write_text(config.read_text() + "# another\n")
        monkeypatch.delenv(PARENT, raising=False)
        port = ["--port", str(free_port())] if command == "serve" else []
        assert main([*place, command, *port]) == 0
        assert ("is not the configuration in force" in capsys.readouterr().err) is differs


def test_the_worker_does_not_go_on_without_its_web(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where nobody reads what it prints first: it polled, and nothing answered."""
    looked = threading.Event()

    async def web(stopping: asyncio.Event) -> None:
        await asyncio.to_thread(looked.wait, PATIENCE)
        raise BrokenPipeError

    monkeypatch.setattr(Upkeep, "check", lambda self: looked.set())
    with pytest.raises(BrokenPipeError):
        worker.work(application, web)


def test_that_it_serves_is_said_once_the_port_listens_and_not_before(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        saying = threading.Thread(target=serve._say_when_listening, args=(*bound.getsockname(), "Serving"), daemon=True)
        saying.start()
        saying.join(0.1)
        assert capsys.readouterr().err == ""
        bound.listen()
        saying.join(PATIENCE)
        assert capsys.readouterr().err == "Serving\n"
