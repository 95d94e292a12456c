"""A saved file while the worker runs, through the engines that the worker asks twice a second."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from builders import archive as made_archive
from builders import item, polled
from msgspec import structs

from aggregator.bootstrap import Application, Installation, reloads
from aggregator.bootstrap.engines import Engines
from aggregator.bootstrap.installation import Database, utc_now
from aggregator.bootstrap.reloads import Reloads
from aggregator.cli.edition import place_all
from aggregator.cli.main import main
from aggregator.config import project
from aggregator.config.watch import Watch
from aggregator.errors import ConfigError, StoreBusy, TooManyFiles
from aggregator.fetch.client import Http
from aggregator.model import notes
from aggregator.model.poll import PollResult
from aggregator.model.settings import Settings, StoredConfiguration
from aggregator.model.source import SIGHTINGS, Failed, FetchRequest, Freshness, Outcome
from aggregator.pipeline.edits import changes as edits
from aggregator.ports import Upkeep
from aggregator.sandbox.pool import Sandbox
from aggregator.schedule.decide import JITTER, after_poll
from aggregator.schedule.rate import Bounds
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.sqlite.connection import Connection
from aggregator.worker import config_reload, startup
from aggregator.worker.config_reload import ConfigReload
from aggregator.worker.engine import Current, Engine, Reload, Shared
from aggregator.worker.lock import WorkerLock
from aggregator.worker.polling import Polling
from aggregator.worker.startup import ask_to_reload
from aggregator.worker.troubles import Troubles

FILE = """\
site: {title: Wire, reload: auto}
sources:
  - {name: One, url: "https://one.example/"}
sections:
  - {id: defense, words: [missile]}
  - {id: world}
"""
MANUAL = FILE.replace("reload: auto", "reload: manual")
ROCKET = FILE.replace("missile", "rocket")  # an edit
MANUAL_ROCKET = MANUAL.replace("missile", "rocket")
FAILING = FILE.replace("[missile]}", "[rocket], examples: [Missile lands in the sea]}")


def text_in_force(upkeep: Upkeep) -> str:
    """The files of the configuration in force."""
    held = upkeep.configuration()
    assert held is not None
    return "".join(held.texts.values())


class Worker:
    """The worker's side, looking at the file as often as a test says."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "feeds.yaml"
        self.file.write_text(text)
        self.place = Installation(self.file, folder / "instance")
        application = Application.load(self.place)
        self.engines = Engines(application, Sandbox())
        self.reloads = Reloads(application, self.engines)
        self.engine = self.reloads.start()
        self.at_start = self.look()

    def save(self, text: str) -> None:
        beside = self.file.with_suffix(".new")
        beside.write_text(text)
        beside.replace(self.file)

    def look(self) -> Reload | None:
        """Two looks see an edit; what neither tells is nothing."""
        told = [found for found in (self.reloads.changed(), self.reloads.changed()) if found is not None]
        return told[0] if told and (told[0].engine or told[0].status) else None

    def edit(self, text: str) -> None:
        """Save the file, and put it in force."""
        self.save(text)
        told = self.look()
        assert told and told.engine

    def in_force(self) -> str:
        archive = self.place.instance / "aggregator.db"
        opened = SqliteArchive(archive)
        text = text_in_force(opened.upkeep)
        opened.close()
        return text

    def command(self, *arguments: str) -> int:
        return main(["--config", str(self.file), "--instance", str(self.place.instance), *arguments])


@pytest.fixture(autouse=True)
def not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test hears the hangups of another."""
    monkeypatch.setattr(startup, "_hangups", [])


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path, FILE)
    assert made.at_start is None
    yield made
    asyncio.run(made.engines.close())


@pytest.fixture
def manual(tmp_path: Path) -> Iterator[Worker]:
    """A worker that follows no file before `apply`."""
    made = Worker(tmp_path, MANUAL)
    yield made
    asyncio.run(made.engines.close())


def options(folder: Path, text: str = FILE) -> list[str]:
    """Of commands for a file that is written here."""
    file = folder / "feeds.yaml"
    file.write_text(text)
    return ["--config", str(file), "--instance", str(folder / "instance")]


def test_a_saved_file_gives_a_new_engine_and_tells_what_changed(worker: Worker) -> None:
    fetcher = worker.engine.tools.fetch
    worker.save(FILE.replace("[missile]", "[missile, frigate]"))
    told = worker.look()
    assert told and told.engine and told.status
    assert told.status.changed["sections"]["changed"][0]["added"] == ("words: frigate",)
    assert any("words: frigate" in line for line in told.lines)
    assert "frigate" in worker.in_force()
    assert told.engine.tools.fetch is fetcher, "which hosts were asked when is not forgotten"
    assert worker.look() is None


def test_a_host_that_is_private_no_more_is_spared_again(worker: Worker) -> None:
    worker.save("allow_private: [nas.local]\n" + FILE)
    worker.look()
    assert worker.engines.private("nas.local")
    worker.save(FILE)
    worker.look()
    assert not worker.engines.private("nas.local")


def test_a_secret_that_an_edit_brings_is_not_written_into_the_log_either(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log hid those with which the worker had started."""
    monkeypatch.setenv("WIRE_KEY", "s3cret-0f-the-wire")
    worker.edit(FILE.replace("https://one.example/", "https://one.example/${WIRE_KEY}/feed"))
    assert worker.engines.mask("cannot read https://one.example/s3cret-0f-the-wire/feed").endswith("/***/feed")
    worker.edit(FILE)
    told = worker.engines.mask("cannot read https://one.example/s3cret-0f-the-wire/feed")
    assert told.endswith("/***/feed"), "a poll that began before the edit may fail after it"


def test_a_comment_is_in_force_without_a_word_of_change(worker: Worker) -> None:
    worker.save("# a comment\n" + FILE)
    told = worker.look()
    assert told and told.status
    assert told.status.changed["other"] == ()
    assert told.lines == ("the configuration changed and is in force",)


@pytest.mark.parametrize("text", ["", "sources: [", FILE[:70], "site: {reload: never}\n", "\x00", FAILING])
def test_a_broken_file_changes_nothing_and_is_mended_without_a_restart(worker: Worker, text: str) -> None:
    before = worker.in_force()
    worker.save(text)
    with pytest.raises(ConfigError):
        worker.look()
    assert worker.look() is None, "it is told once"
    assert worker.in_force() == before
    worker.save(ROCKET)
    told = worker.look()
    assert told is not None
    assert told.valid
    assert "rocket" in worker.in_force()


@pytest.mark.parametrize("host", ["one.example", "two.example"])
async def test_a_pause_that_a_host_asked_of_another_process_is_kept_for_its_other_sources(
    worker: Worker, host: str
) -> None:
    """Of another worker, or of the command `poll`; also if the one that was asked has moved to this host."""
    worker.save(FILE.replace("sources:\n", f"sources:\n  - {{name: Two, url: 'https://{host}/two'}}\n"))
    told = worker.look()
    assert told and told.engine
    current, tools, now = Current(told.engine), told.engine.tools, utc_now()
    asked = Failed("http", "429 Too Many Requests", 429, Freshness(retry_after=1800))
    (one,) = tools.archive.sources.states(["one"])
    if host == "two.example":
        one = structs.replace(one, moved_to=f"https://{host}/one", moved_since=now, moved_count=SIGHTINGS)
    state = after_poll(one, asked, feed=None, new_items=0, now=now, bounds=Bounds(), jitter=0.0)
    tools.archive.intake.apply([PollResult(state)], now)
    shared = Shared(current, tools.owner or "", utc_now, Troubles(print))
    polling = Polling(shared, adopt_pauses=worker.engines.adopt_pauses)
    await polling.tick()
    await polling.idle()
    (two,) = tools.archive.sources.states(["two"])
    assert (two.polls, two.last_status) == (0, None)
    assert "another feed of its host was told to wait" in two.why
    assert two.next_poll
    waits = (two.next_poll - now).total_seconds()
    assert waits == pytest.approx(1800 * (1 + JITTER / 2), abs=1800 * JITTER / 2 + 60)


def test_an_edit_whose_examples_fail_is_refused_everywhere(worker: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    worker.save(FAILING)
    with pytest.raises(ConfigError) as caught:
        worker.look()
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (5, 47)
    assert problem.message == '"Missile lands in the sea": expected section defense, got world (no rule matched)'
    with pytest.raises(ConfigError):
        ask_to_reload()
        worker.reloads.changed()
    for command in ("check", "apply", "poll"):
        assert worker.command(command) == 2, command
        captured = capsys.readouterr()
        assert "feeds.yaml:5:47" in captured.out + captured.err
    restarted = Reloads(Application.load(worker.place), worker.engines)
    assert restarted.start().policy.epoch == worker.engine.policy.epoch
    with pytest.raises(ConfigError):
        [restarted.changed() for _ in range(2)]  # it tells that, too, if it is started meanwhile
    assert "missile" in worker.in_force()


def test_what_is_in_force_stays_so_though_its_examples_fail_after_an_upgrade(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(tmp_path, FAILING)  # nothing was in force that could stay instead
    assert worker.in_force() == FAILING
    asyncio.run(worker.engines.close())
    caplog.clear()
    again = Worker(tmp_path, FAILING)
    assert again.command("poll") == 0
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any("feeds.yaml:5:47" in one and "expected section defense" in one for one in told)
    asyncio.run(again.engines.close())


def test_what_is_in_force_stays_so_though_a_variable_changed_with_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_TITLE", "Wire")
    text = FAILING.replace("title: Wire", 'title: "${WIRE_TITLE}"')
    worker = Worker(tmp_path, text)
    asyncio.run(worker.engines.close())
    monkeypatch.setenv("WIRE_TITLE", "World Wire")
    again = Worker(tmp_path, text)
    assert again.command("poll") == 0
    asyncio.run(again.engines.close())


def test_a_former_configuration_takes_no_memory(worker: Worker) -> None:
    """It refers to itself in circles, and the collector of those hardly ever looks through a long-lived process."""

    def held() -> int:
        return sum(isinstance(object, Application) for object in gc.get_objects())

    current = Current(worker.engine)
    reload = ConfigReload(Shared(current, "me", utc_now), worker.reloads.changed)
    del worker.engine
    gc.collect()
    before = held()
    gc.disable()
    try:
        for word in ("frigate", "destroyer", "corvette"):
            worker.save(FILE.replace("missile", word))
            for _ in range(2):
                asyncio.run(reload.check())
            assert word in worker.in_force()
        assert held() <= before
    finally:
        gc.enable()


def test_a_listing_needs_no_poll_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*options(tmp_path), "sources", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["sources"]
    assert (row["id"], row["state"], row["why"]) == ("one", "new", "not polled yet")
    opened = SqliteArchive(tmp_path / "instance" / "aggregator.db")
    assert opened.sources.states(listed=False) == []
    opened.close()


def test_what_304_saves_is_told_from_the_first_kibibyte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*options(tmp_path), "sources"]
    assert main(command) == 0
    opened = SqliteArchive(tmp_path / "instance" / "aggregator.db")
    opened.sources.sync(Application.load(Installation(tmp_path / "feeds.yaml", tmp_path)).settings.sources)
    (state,) = opened.sources.states()
    for size, told in ((700, "last success never\n"), (2100, "last success never, 2 KiB saved by 304\n")):
        opened.sources.save([structs.replace(state, bytes_saved=size)])
        capsys.readouterr()
        assert main(command) == 0
        assert told in capsys.readouterr().out
    opened.close()


def test_a_paused_source_has_no_next_poll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, said in (
        (FILE, "next poll now: not polled yet"),
        (FILE.replace("name: One", "name: One, enabled: false"), "next poll none: paused"),
    ):
        assert main([*options(tmp_path, text), "sources"]) == 0
        assert said in capsys.readouterr().out


def test_a_listing_leaves_sources_to_what_is_in_force(worker: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    worker.save(FAILING.replace("name: One", "name: Two"))
    assert worker.command("sources", "--json") == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["sources"]] == ["one"]
    opened = SqliteArchive(worker.place.instance / "aggregator.db")
    assert [state.id for state in opened.sources.states()] == ["one"]
    opened.close()


@pytest.mark.parametrize("arguments", [(), ("--due",), ("one",)])
def test_poll_says_that_another_process_holds_the_sources(
    worker: Worker, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    opened = SqliteArchive(worker.place.instance / "aggregator.db")
    assert opened.sources.claim("elsewhere:1:1", datetime.now(UTC), timedelta(minutes=5), due_only=False)
    assert worker.command("poll", *arguments, "--json") == 0
    why = "polled by another process at this moment"
    assert json.loads(capsys.readouterr().out)["held"] == [{"source": "one", "why": why}]
    assert worker.command("poll", *arguments) == 0
    out = capsys.readouterr().out
    assert out.startswith("0 sources polled")
    assert "1 source left alone, polled by another process at this moment: one" in out
    opened.sources.release("elsewhere:1:1")
    opened.close()


def test_poll_due_says_nothing_of_sources_that_are_not_due(worker: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    opened = SqliteArchive(worker.place.instance / "aggregator.db")
    (state,) = opened.sources.states()
    opened.sources.save([structs.replace(state, next_poll=datetime.now(UTC) + timedelta(hours=1))])
    opened.close()
    assert worker.command("poll", "--due", "--json") == 0
    assert json.loads(capsys.readouterr().out)["held"] == []


def test_a_deleted_file_changes_nothing(worker: Worker) -> None:
    worker.file.unlink()
    with pytest.raises(ConfigError, match="does not exist"):
        worker.look()
    worker.save(FILE)
    found = [worker.reloads.changed() for _ in range(2)]
    assert Reload() in found, "the file is sound again, and what it says is in force already"


def test_an_included_file_is_followed_too(worker: Worker) -> None:
    more = worker.file.with_name("more.yaml")
    worker.save("include: [more.yaml]\n" + FILE)
    with pytest.raises(ConfigError, match=r"more\.yaml"):
        worker.look()
    more.write_text('sources:\n  - {name: Two, url: "https://two.example/"}\n')
    told = worker.look()
    assert told and told.engine
    assert set(told.engine.tools.sources) == {"one", "two"}
    more.write_text('sources:\n  - {name: Three, url: "https://two.example/"}\n')
    told = worker.look()
    assert told and told.status
    assert told.status.changed["sources"]["renamed"] == [{"from": "two", "to": "three"}]


@pytest.mark.parametrize("where", ["follower.sources.sync", "follower.upkeep.put_in_force", "lookup.sources.held"])
def test_a_store_that_is_busy_loses_no_edit(worker: Worker, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def busy(*_: object) -> None:
        raise StoreBusy("held")

    # With another contact, requests are made by a new fetcher.
    worker.save(ROCKET.replace("title: Wire", "title: Wire, contact: me@one.example"))
    with monkeypatch.context() as held:
        archive, part, method = where.split(".")
        held.setattr(getattr(getattr(worker.engines._archives, archive), part), method, busy)
        with pytest.raises(StoreBusy):
            worker.look()
    told = worker.look()
    assert told and told.engine, "who works goes on with what is in force"
    assert "  - section defense: words: missile" in " ".join(told.lines)
    assert "rocket" in worker.in_force()


@pytest.mark.parametrize("opened", [0, 1])
def test_where_no_file_can_be_opened_an_edit_is_neither_broken_nor_lost(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, opened: int
) -> None:
    """For readers it was broken, until the file was saved once more."""
    may = [opened]
    really = project.without_waiting

    def lacking(path: str, flags: int) -> int:
        if path != str(worker.file) or may[0]:
            may[0] -= path == str(worker.file)
            return really(path, flags)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    worker.save(ROCKET)
    with monkeypatch.context() as full:
        full.setattr(project, "without_waiting", lacking)
        with pytest.raises(TooManyFiles):
            worker.look()
        may[0] = opened
        with pytest.raises(TooManyFiles):  # nor does the log say in between that all is well
            worker.reloads.changed()
    told = worker.look()
    assert told and told.engine
    assert "rocket" in worker.in_force()


@pytest.mark.parametrize(
    "where", [(Application, "load"), (Application, "admit"), (Engines, "make"), (reloads, "_listed")]
)
def test_where_memory_is_lacking_an_edit_is_not_lost(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: tuple[object, str]
) -> None:
    """Half a second after the error the log said that all was well, and the edit was never put in force."""
    caplog.set_level("INFO", "aggregator.worker.troubles")
    current = Current(worker.engine)
    reload = ConfigReload(Shared(current, "me", utc_now), worker.reloads.changed)
    worker.save(ROCKET)
    with monkeypatch.context() as lacking:
        lacking.setattr(*where, Mock(side_effect=MemoryError))
        for _ in range(5):
            asyncio.run(reload.check())
    assert caplog.messages == ["configuration: there is not enough memory here; allow more (ulimit -v)"]
    for _ in range(2):
        asyncio.run(reload.check())
    assert caplog.messages[1:] == ["configuration: recovered"]
    assert "rocket" in worker.in_force()
    assert current.engine is not worker.engine


@pytest.mark.parametrize("mended", [False, True])
def test_where_memory_is_lacking_a_broken_file_is_told_once_there_is_some(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    """The log said half a second later that all was well."""
    reload = ConfigReload(Shared(Current(worker.engine), "me", utc_now), worker.reloads.changed)
    worker.save("sources: [")
    with monkeypatch.context() as lacking:
        lacking.setattr(config_reload, "_public", Mock(side_effect=MemoryError))
        for _ in range(3):
            asyncio.run(reload.check())
        if mended:
            worker.save(FILE)
            for _ in range(2):
                asyncio.run(reload.check())
    asyncio.run(reload.check())
    assert (worker.engines.upkeep.noted(notes.BROKEN_EDIT) is None) is mended


@pytest.mark.parametrize("where", [(Application, "load"), (Watch, "take"), (ConfigReload, "_write")])
def test_where_memory_is_lacking_a_hangup_is_not_lost(
    manual: Worker, monkeypatch: pytest.MonkeyPatch, where: tuple[type, str]
) -> None:
    """The file was read again once there was memory, but then waited for `apply`."""
    reload = ConfigReload(Shared(Current(manual.engine), "me", utc_now), manual.reloads.changed)
    manual.save(MANUAL_ROCKET)
    with monkeypatch.context() as lacking:
        lacking.setattr(*where, Mock(side_effect=MemoryError))
        ask_to_reload()
        asyncio.run(reload.check())
    asyncio.run(reload.check())
    assert "rocket" in manual.in_force()
    manual.save(MANUAL)
    for _ in range(2):
        asyncio.run(reload.check())
    assert "rocket" in manual.in_force(), "without a further one the next edit waits"


def test_a_hangup_while_the_file_is_read_is_heard_after_that(manual: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = Application.load

    def load(installation: Installation) -> Application:
        found = loaded(installation)
        monkeypatch.setattr(Application, "load", loaded)
        manual.save(MANUAL_ROCKET)  # too late for this reading
        ask_to_reload()
        return found

    monkeypatch.setattr(Application, "load", load)
    ask_to_reload()
    for _ in range(2):
        manual.reloads.changed()
    assert "rocket" in manual.in_force()


def test_what_is_saved_after_a_hangup_that_the_store_could_not_follow_waits_for_apply(
    manual: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read as if it had been asked for, since what had been asked for was not in force yet; and that twice a second."""
    reload = ConfigReload(Shared(Current(manual.engine), "me", utc_now), manual.reloads.changed)
    read = Mock(side_effect=Application.load)
    manual.save(MANUAL_ROCKET)
    with monkeypatch.context() as held:
        held.setattr(Application, "load", read)
        held.setattr(manual.engines._archives.follower.sources, "sync", Mock(side_effect=StoreBusy("the disk is full")))
        ask_to_reload()
        asyncio.run(reload.check())
        for _ in range(3):
            asyncio.run(reload.check())
    assert read.call_count == 1
    manual.save(MANUAL.replace("missile", "torpedo"))
    for _ in range(2):
        asyncio.run(reload.check())
    assert "torpedo" not in manual.in_force()


def test_while_the_store_takes_no_edit_that_is_reported_once(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a full disk the log said twice a second by turns that it is full, and that it is not."""
    caplog.set_level("INFO", "aggregator.worker.troubles")
    reload = ConfigReload(Shared(Current(worker.engine), "me", utc_now), worker.reloads.changed)
    worker.save(ROCKET)
    with monkeypatch.context() as held:
        held.setattr(worker.engines._archives.follower.sources, "sync", Mock(side_effect=StoreBusy("the disk is full")))
        for _ in range(5):
            asyncio.run(reload.check())
    assert caplog.messages == ["configuration: the disk is full"]
    asyncio.run(reload.check())
    assert caplog.messages[1:] == ["configuration: recovered"]
    assert "rocket" in worker.in_force()


def test_an_edit_that_another_machine_put_in_force_first_is_told_as_what_it_changes(worker: Worker) -> None:
    """The file is copied to several machines at once; each notes for readers of the status what changed."""
    edited = ROCKET
    worker.save(edited)
    assert not worker.reloads.changed(), "the first of the two looks that see an edit"
    elsewhere = Application.load(worker.place)
    archive = elsewhere.database.open()
    elsewhere.put_in_force(archive, 0)
    archive.close()
    told = worker.reloads.changed()
    assert told and told.engine and told.status
    assert told.status.changed["sections"]["changed"]


def test_who_follows_an_edit_says_which_former_id_needs_was(worker: Worker) -> None:
    worker.edit(FILE.replace("name: One,", "name: Uno,"))
    worker.save(FILE.replace("name: One,", "name: Un,"))
    assert worker.command("apply") == 0
    told = worker.look()
    assert told and told.status
    assert told.status.changed["sources"]["lost"] == ("uno",)
    assert (
        "  ~ source uno is renamed to un (name: Uno → Un); with `was: [uno]` its former addresses lead to it"
        in told.lines
    )


@pytest.mark.parametrize("command", ["", "apply"])
def test_who_follows_an_edit_that_undoes_a_renaming_says_so(worker: Worker, command: str) -> None:
    """In the status, over the true note of `apply`, the section was removed and another one new."""
    worker.save(FILE.replace("{id: defense,", "{id: defence, was: [defense],"))
    assert worker.look()
    worker.save(FILE)
    if command:
        assert worker.command(command) == 0
    told = worker.look()
    assert told and told.status
    assert told.status.changed["sections"]["renamed"] == [{"from": "defence", "to": "defense"}]
    assert not told.status.changed["sections"]["removed"]


def test_two_edits_of_another_machine_in_quick_succession_leave_the_second_in_force(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is put in force while this machine still compiles the first, which takes seconds: it put the first in force again, and
    the second was lost on all machines."""
    first, second = ROCKET, FILE.replace("missile", "torpedo")
    elsewhere = Installation(worker.file.with_name("elsewhere.yaml"), worker.place.instance)
    archive = Database(elsewhere).open()

    def save(text: str) -> None:
        elsewhere.config.write_text(text)
        Application.load(elsewhere).put_in_force(archive, 0)

    compiled = Application.of_texts

    def meanwhile(installation: Installation, texts: Mapping[str, str]) -> Application:
        monkeypatch.undo()
        save(second)
        return compiled(installation, texts)

    save(first)
    monkeypatch.setattr(Application, "of_texts", meanwhile)
    worker.reloads.changed()
    assert "torpedo" in worker.in_force()
    told = worker.reloads.changed()
    assert told is not None
    assert any("torpedo" in line for line in told.lines), told.lines
    assert worker.reloads.changed() is None
    archive.close()


def test_with_reload_manual_a_saved_file_waits_for_apply(manual: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    manual.save(MANUAL_ROCKET)
    told = manual.look()
    assert told and told.engine is None and told.status
    assert told.status.waiting is not None
    assert told.status.waiting["sections"]["changed"][0]["removed"] == ("words: missile",)
    manual.file.chmod(0o600)
    assert manual.look() is None, "the same edit is told once"
    for text in (MANUAL, MANUAL_ROCKET):
        manual.save(text)
        told = manual.look()
    assert told and told.status and told.status.waiting, "it was undone meanwhile"
    assert "missile" in manual.in_force()
    assert manual.command("poll", "--due") == 0, "other commands follow what is in force too"
    assert "missile" in manual.in_force()
    with WorkerLock(manual.place.instance):
        assert manual.command("apply") == 0
    assert "words: rocket" in capsys.readouterr().out
    told = manual.look()
    assert told and told.engine and told.status
    assert told.status.waiting is None
    assert "rocket" in manual.in_force()
    assert manual.look() is None


def test_an_edit_that_is_applied_before_the_worker_has_read_it_never_waits(manual: Worker) -> None:
    """Log and status said that it waits for `apply`."""
    manual.save(MANUAL_ROCKET)
    assert manual.reloads.changed() is None, "the first of the two looks that see an edit"
    with WorkerLock(manual.place.instance):
        assert manual.command("apply") == 0
    told = manual.reloads.changed()
    assert told and told.engine and told.status
    assert told.status.waiting is None
    assert manual.look() is None


def test_an_edit_that_is_in_force_already_does_not_undo_a_later_one(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine has made it and the later one, which came into force while this machine compiled the first."""
    first, later = (
        Application.of_texts(worker.place, {"feeds.yaml": FILE.replace("missile", word)})
        for word in ("rocket", "torpedo")
    )
    changes_since = Application.changes_since

    def meanwhile(application: Application, before: StoredConfiguration | None, upkeep: Upkeep) -> edits.Changes:
        monkeypatch.undo()
        later.put_in_force(archive, 0)
        return changes_since(application, before, upkeep)

    with closing(Database(worker.place).open()) as archive:
        worker.save(ROCKET)
        assert worker.reloads.changed() is None, "the first of the two looks that see an edit"
        first.put_in_force(archive, 0)
        monkeypatch.setattr(Application, "changes_since", meanwhile)
        worker.reloads.changed()
        told = worker.look()
    assert "torpedo" in worker.in_force()
    assert told and told.engine
    assert told.engine.policy.configuration == later.settings.epoch


def test_an_edit_that_waited_and_was_applied_without_a_worker_waits_no_more(tmp_path: Path) -> None:
    """The status said that it waits; and the next worker, that it was undone."""
    worker = Worker(tmp_path, MANUAL)
    worker.save(MANUAL_ROCKET)
    told = worker.look()
    assert told and told.status
    worker.engine.tools.archive.upkeep.note(notes.CONFIGURATION, told.status)
    asyncio.run(worker.engines.close())
    assert worker.command("apply") == 0
    again = Worker(tmp_path, MANUAL_ROCKET)
    assert again.at_start is None
    noted = again.engine.tools.archive.upkeep.noted(notes.CONFIGURATION)
    assert noted is not None
    assert (noted.epoch, noted.waiting) == (again.reloads._application.settings.epoch, None)
    assert noted.changed["sections"]["changed"][0]["added"] == ["words: rocket"]
    asyncio.run(again.engines.close())


@pytest.mark.parametrize("restarted", [False, True])
def test_an_edit_that_waited_and_was_taken_back_waits_no_more(tmp_path: Path, restarted: bool) -> None:
    worker = Worker(tmp_path, MANUAL)
    worker.save(MANUAL_ROCKET)
    told = worker.look()
    assert told and told.status
    worker.engine.tools.archive.upkeep.note(notes.CONFIGURATION, told.status)
    if restarted:
        asyncio.run(worker.engines.close())
        worker = Worker(tmp_path, MANUAL)
        told = worker.at_start
    else:
        worker.save(MANUAL)
        told = worker.look()
    assert told and told.engine is None and told.status
    assert told.status.waiting is None
    assert "undone" in told.lines[0]
    worker.engine.tools.archive.upkeep.note(notes.CONFIGURATION, told.status)
    worker.save(MANUAL)
    assert worker.look() is None, "it is told once"
    asyncio.run(worker.engines.close())


def test_a_restart_with_reload_manual_keeps_what_was_in_force(tmp_path: Path) -> None:
    first = Worker(tmp_path, MANUAL)
    asyncio.run(first.engines.close())
    second = Worker(tmp_path, MANUAL_ROCKET)
    assert "missile" in second.in_force()
    assert second.at_start is not None
    assert second.at_start.engine is None, "it says that the file waits"
    ask_to_reload()
    told = second.reloads.changed()
    assert told and told.engine, "HUP takes the file"
    assert "rocket" in second.in_force()
    asyncio.run(second.engines.close())


def test_another_file_that_was_applied_stays_in_force(worker: Worker, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(FILE.replace("missile", "torpedo"))
    with WorkerLock(worker.place.instance):
        assert main(["--config", str(other), "--instance", str(worker.place.instance), "apply"]) == 0
    told = worker.look()
    assert told and told.engine
    assert [worker.look() for _ in range(3)] == [None] * 3, "the file on disk does not fight it"
    assert "torpedo" in worker.in_force()


def test_two_machines_with_other_values_of_a_variable_do_not_put_them_in_force_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice a second, and after each all stored stories were to be placed anew, until the last had been restarted with the new
    value. A command from a shell that has another value changes nothing, as on one machine."""
    text, machines = FILE.replace("[missile]", '["${WORD}"]'), {}
    for word in ("missile", "torpedo"):
        monkeypatch.setenv("WORD", word)
        machines[word] = Worker(tmp_path, text)
    monkeypatch.setattr(Database, "shared", True)
    refused, took = [], []
    for word in ("missile", "torpedo") * 3:
        monkeypatch.setenv("WORD", word)
        try:
            told = machines[word].look()
        except ConfigError as error:
            refused.append(word)
            assert "other values from its environment" in str(error)
        else:
            took += [word] if told and told.engine else []
    assert (took, refused) == (["missile", "torpedo"], ["missile"])
    for machine in machines.values():
        asyncio.run(machine.engines.close())


def test_apply_re_places_stored_stories_where_no_worker_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_archive(tmp_path / "instance").close()
    for told in ("is in force now", "was in force already"):
        assert main([*options(tmp_path), "apply"]) == 0
        assert told in capsys.readouterr().out
    assert main([*options(tmp_path, "sources: {"), "apply"]) == 2


@pytest.fixture
def with_a_story(tmp_path: Path) -> Path:
    """A folder whose archive has a story, which is placed by FILE."""
    with closing(made_archive(tmp_path / "instance", "one")) as archive:
        archive.intake.apply([polled("one", [item("one", "a", "Missile lands in the sea")])], utc_now())
    assert main([*options(tmp_path), "poll", "--due"]) == 0
    return tmp_path


WAITING = "stored stories that were not re-placed yet follow with the next `apply`, `poll` or `run`"


def test_an_apply_that_is_interrupted_says_that_the_file_is_in_force(
    with_a_story: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr("aggregator.pipeline.re_placement.re_place_all", Mock(side_effect=KeyboardInterrupt))
        assert main([*options(with_a_story, ROCKET), "apply"]) == 130
    assert capsys.readouterr() == ("", f"{with_a_story / 'feeds.yaml'} is in force now; {WAITING}.\n")


def test_an_apply_during_the_edition_of_another_process_says_that_the_file_is_in_force(
    with_a_story: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said only that it had failed, and that items are stored; and that stories wait where none does."""
    with closing(Database(Installation(with_a_story / "feeds.yaml", with_a_story / "instance")).open()) as archive:
        assert archive.edition.lease("elsewhere:1", int(utc_now().timestamp()), 60)
    monkeypatch.setattr("aggregator.cli.edition.time.sleep", lambda seconds: None)
    capsys.readouterr()
    tried = [(FILE, "was in force already"), (ROCKET, f"is in force now; {WAITING}")]
    for text, result in [*tried, (ROCKET, f"was in force already; {WAITING}")]:
        assert main([*options(with_a_story, text), "apply"]) == 1
        told = capsys.readouterr()
        assert (told.out, f"feeds.yaml {result}.\n" in told.err) == ("", True)
        assert "another process is making the edition; waiting for it, 120 seconds at most" in told.err
        assert "another process is making the edition and has not finished" in told.err


@pytest.mark.parametrize("edit", ["site: {contact: me@wire.example, ", "allow_private: [10.0.0.1]\nsite: {"])
def test_a_host_that_asked_for_a_pause_is_left_alone_by_the_client_of_a_new_contact_or_allowance(
    tmp_path: Path, edit: str
) -> None:
    worker = Worker(tmp_path, FILE)
    fetcher = worker.engine.tools.fetch
    assert isinstance(fetcher, Http)
    fetcher.pause("one.example", 600)
    worker.save(FILE.replace("site: {", edit))
    told = worker.look()
    assert told and told.engine and told.engine.tools.fetch is not fetcher

    async def outcome(engine: Engine) -> Outcome:
        try:
            return await engine.tools.fetch(FetchRequest("one", "https://one.example/"))
        finally:
            await worker.engines.close()

    failed = asyncio.run(outcome(told.engine))
    assert isinstance(failed, Failed) and failed.kind == "waiting"


@pytest.mark.parametrize("reload", ["auto", "manual"])
def test_an_edit_that_is_put_in_force_while_a_worker_starts_stays(tmp_path: Path, reload: str) -> None:
    """A worker that restarts runs examples and compiles rules, which takes seconds, and its file changes nothing: it put what was in force
    at its start in force again."""
    text = FILE.replace("reload: auto", f"reload: {reload}")
    asyncio.run(Worker(tmp_path, text).engines.close())
    place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
    application = Application.load(place)
    engines = Engines(application, Sandbox())
    reloads = Reloads(application, engines)
    elsewhere = Installation(tmp_path / "elsewhere.yaml", place.instance)
    elsewhere.config.write_text(text.replace("missile", "rocket"))
    assert main(["--config", str(elsewhere.config), "--instance", str(elsewhere.instance), "apply"]) == 0

    reloads.start()
    assert "rocket" in text_in_force(engines.upkeep)
    told = [reloads.changed() for _ in range(2)]
    assert any("rocket" in line for found in told if found and found.engine for line in found.lines)
    for _ in range(3):  # these read the file, which may have been saved during the start, for the first time
        reloads.changed()
    assert "rocket" in text_in_force(engines.upkeep)
    os.utime(place.config, (0, 0))
    for _ in range(2):
        reloads.changed()
    assert ("missile" in text_in_force(engines.upkeep)) == (reload == "auto"), (
        "it was saved again, and the last to be saved counts"
    )
    asyncio.run(engines.close())


def test_an_edit_that_is_put_in_force_while_a_worker_starts_by_a_broken_file_stays(tmp_path: Path) -> None:
    """A minute may pass until the archive is examined: the worker put what was in force before in force again, on all machines, and the
    edit was lost until the next save."""
    asyncio.run(Worker(tmp_path, FILE).engines.close())
    place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
    place.config.write_text("sources: [")
    application, broken = Application.load_or_in_force(place)
    assert broken
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(ROCKET)
    assert main(["--config", str(elsewhere), "--instance", str(place.instance), "apply"]) == 0
    engines = Engines(application, Sandbox())
    reloads = Reloads(application, engines)
    engine = reloads.start()
    assert "rocket" in text_in_force(engines.upkeep)
    assert engine.policy.epoch == Application.load(Installation(elsewhere, place.instance)).policy.epoch
    with pytest.raises(ConfigError):
        [reloads.changed() for _ in range(2)]
    asyncio.run(engines.close())


def test_what_is_told_is_the_failing_example_where_what_is_in_force_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("WORD", "torpedo")
        asyncio.run(Worker(tmp_path, FILE.replace("missile", '"${WORD}"')).engines.close())
    with pytest.raises(ConfigError, match="Missile lands in the sea"):
        Worker(tmp_path, FAILING)


def test_an_edit_stays_though_a_program_keeps_the_file_open_while_a_worker_starts(tmp_path: Path) -> None:
    asyncio.run(Worker(tmp_path, FILE).engines.close())
    place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
    engines = Engines(Application.load(place), Sandbox())
    reloads = Reloads(Application.load(place), engines)
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(ROCKET)
    with place.config.open("a"):
        reloads.start()
        assert main(["--config", str(elsewhere), "--instance", str(place.instance), "apply"]) == 0
        for _ in range(3):
            reloads.changed()
    for _ in range(3):
        reloads.changed()
    assert "rocket" in text_in_force(engines.upkeep)
    asyncio.run(engines.close())


def test_a_file_that_is_saved_right_after_it_was_read_at_start_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(FILE)
    application = Application.load(Installation(file, tmp_path / "instance"))
    file.write_text(ROCKET)
    engines = Engines(application, Sandbox())
    reloads = Reloads(application, engines)
    reloads.start()
    assert "missile" in text_in_force(engines.upkeep), (
        "it may be half-written: the first check only looks whether it is still changing"
    )
    told = [reloads.changed() for _ in range(2)]
    assert any(found and found.engine for found in told)
    assert "rocket" in text_in_force(engines.upkeep)
    asyncio.run(engines.close())


@pytest.mark.parametrize("included", [False, True])
def test_an_edit_that_is_undone_while_a_worker_starts_is_undone(tmp_path: Path, included: bool) -> None:
    """The undone file was taken for the one that was there at start: the edit stayed in force until the next save."""
    file = tmp_path / "feeds.yaml"
    edited = file
    if included:
        edited = tmp_path / "rules.yaml"
        file.write_text("include: [rules.yaml]\n" + FILE.partition("sections:")[0])
        edited.write_text("sections:" + FILE.partition("sections:")[2])
    else:
        file.write_text(FILE)
    place, text = Installation(file, tmp_path / "instance"), edited.read_text()
    apply = ["--config", str(file), "--instance", str(place.instance), "apply"]
    assert main(apply) == 0
    engines = Engines(Application.load(place), Sandbox())
    reloads = Reloads(Application.load(place), engines)
    edited.write_text(text.replace("missile", "rocket"))
    assert main(apply) == 0
    reloads.start()
    edited.write_text(text)
    for _ in range(4):
        reloads.changed()
    assert "missile" in text_in_force(engines.upkeep)
    asyncio.run(engines.close())


def test_an_edit_that_a_worker_puts_in_force_while_a_poll_starts_stays(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poll put the file that it had read in force again; the worker followed, and the edit was lost until the next save."""
    effective = Application.effective

    def meanwhile(installation: Installation) -> Application:
        monkeypatch.undo()
        found = effective(installation)
        worker.edit(ROCKET)
        return found

    monkeypatch.setattr(Application, "effective", meanwhile)
    assert worker.command("poll", "--due") == 0
    worker.look()
    assert "rocket" in worker.in_force()


def test_an_edit_that_a_worker_puts_in_force_while_a_poll_compiles_the_former_one_stays(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poll had looked at the file before that."""
    worker.file.write_text(FILE.replace("missile", "torpedo"))
    former = Application.former

    def meanwhile(application: Application, stored: StoredConfiguration | None) -> Settings | None:
        monkeypatch.undo()
        worker.edit(ROCKET)
        return former(application, stored)

    monkeypatch.setattr(Application, "former", meanwhile)
    assert worker.command("poll", "--due") == 0
    worker.look()
    assert "rocket" in worker.in_force()


def test_the_edit_that_comes_second_is_compared_with_the_one_before_it(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was compared with the one that was in force when it began."""
    former = Application.former

    def meanwhile(application: Application, stored: StoredConfiguration | None) -> Settings | None:
        monkeypatch.undo()
        worker.save(ROCKET)
        assert worker.command("apply") == 0
        return former(application, stored)

    edit = Application.of_texts(worker.place, {"feeds.yaml": FILE.replace("missile", "torpedo")})
    monkeypatch.setattr(Application, "former", meanwhile)
    archive = Database(worker.place).open()
    assert edit.put_in_force(archive, 0)
    assert "torpedo" in worker.in_force()
    noted = archive.upkeep.noted(notes.CONFIGURATION)
    assert noted is not None
    assert noted.changed["sections"]["changed"][0]["removed"] == ["words: rocket"]
    archive.close()


def test_others_write_while_an_edit_is_compared_with_what_is_in_force(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 100,000 sources the comparison takes a quarter of a minute, for which no poll could be stored."""
    changes, done = edits.changes, list[bool]()

    def compared(*settings: Any) -> edits.Changes:
        with closing(Connection(worker.place.instance / "aggregator.db", patience=0)) as other, other.transaction():
            done.append(True)
        return changes(*settings)

    edit = Application.of_texts(worker.place, {"feeds.yaml": FILE.replace("missile", "torpedo")})
    monkeypatch.setattr(edits, "changes", compared)
    with closing(Database(worker.place).open()) as archive:
        assert edit.put_in_force(archive, 0)
    assert done


def test_what_is_in_force_already_is_not_compiled_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """That cost each `poll` of the default file a second."""
    monkeypatch.setattr(Application, "of_texts", Mock(side_effect=AssertionError))
    assert worker.command("poll", "--due") == 0


def test_an_apply_while_a_poll_starts_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With reload: manual the poll works by what was in force when it began, and put that in force again."""
    worker = Worker(tmp_path, MANUAL)
    asyncio.run(worker.engines.close())
    effective = Application.effective

    def meanwhile(installation: Installation) -> Application:
        monkeypatch.undo()
        found = effective(installation)
        worker.save(MANUAL_ROCKET)
        assert worker.command("apply") == 0
        return found

    monkeypatch.setattr(Application, "effective", meanwhile)
    assert worker.command("poll", "--due") == 0
    assert "rocket" in worker.in_force()


def test_an_apply_does_not_undo_what_a_service_applied_meanwhile(
    worker: Worker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was saved again while the examples of the former save were run: these came into force last, and stayed."""
    worker.file.write_text(ROCKET)

    def meanwhile(application: Application, upkeep: Upkeep) -> tuple[()]:
        monkeypatch.undo()
        worker.edit(FILE.replace("missile", "torpedo"))
        return ()

    monkeypatch.setattr(Application, "admit", meanwhile)
    assert worker.command("apply") == 1
    assert "torpedo" in worker.in_force()
    assert "another edit came into force" in capsys.readouterr().err


@pytest.mark.parametrize("reload", ["auto", "manual"])
def test_an_apply_during_a_poll_is_not_re_placed_by_the_former_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reload: str
) -> None:
    """Without a worker the stories stayed so until the next poll, although `apply` had re-placed them."""
    text = FILE.replace("reload: auto", f"reload: {reload}")
    place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
    command = options(tmp_path, text)
    archive = made_archive(place.instance, "one")
    archive.intake.apply([polled("one", [item("one", "a", "Missile lands in the sea")])], utc_now())
    assert main([*command, "poll", "--due"]) == 0

    def meanwhile(application: Application, *tell: Any) -> None:
        place.config.write_text(text.replace("missile", "rocket"))
        assert archive.edition.outdated(Application.load(place).policy.epoch, 1)
        assert main([*command, "apply"]) == 0
        place_all(application, *tell)

    monkeypatch.setattr("aggregator.cli.poll.place_all", meanwhile)
    assert main([*command, "poll", "--due"]) == 0
    assert not archive.edition.outdated(Application.load(place).policy.epoch, 1)
    archive.close()


def test_a_worker_that_follows_an_edit_leaves_the_sources_of_a_later_one(worker: Worker) -> None:
    """Put in force by a third worker in the moment before: if the first was killed then, the sources stayed those of the former edit."""
    applications = []
    for name in ("Two", "Three"):
        worker.file.write_text(FILE.replace("One", name))
        applications.append(Application.load(worker.place))
    archive = Database(worker.place).open()
    for application in applications:
        application.put_in_force(archive, 0)
    applications[0].follow(archive)
    assert [state.id for state in archive.sources.states()] == ["three"]
    archive.close()


def test_what_is_in_force_and_cannot_be_read_here_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not in the transaction, for whose end others wait."""
    monkeypatch.setenv("WIRE_TOKEN", "s3cret-token")
    assert (
        main([*options(tmp_path, FILE.replace("name: One,", "name: One, headers: {A: '${WIRE_TOKEN}'},")), "apply"])
        == 0
    )
    monkeypatch.delenv("WIRE_TOKEN")
    options(tmp_path)
    application = Application.load(Installation(tmp_path / "feeds.yaml", tmp_path / "instance"))
    read = Mock(side_effect=Application.of_texts)
    monkeypatch.setattr(Application, "of_texts", read)
    with closing(application.database.open()) as archive:
        stored = archive.upkeep.configuration()
        assert application.put_in_force(archive, 0)
    assert stored
    raised = []
    for _ in range(2):
        with pytest.raises(ConfigError) as error:
            application.read(stored)
        raised.append(len(error.traceback))
    assert read.call_count == 1
    assert raised[0] == raised[1], "as on a full disk, twice a second: its traceback would grow for as long"


def test_what_is_in_force_and_cannot_be_read_here_is_told_until_something_else_is_in_force(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers were told that the last edit is broken until the file of this machine, which nobody had touched, was saved."""
    other = tmp_path / "other.yaml"
    reload = ConfigReload(Shared(Current(worker.engine), "me", utc_now), worker.reloads.changed)

    def told_after_apply(word: str) -> str | None:
        other.write_text(FILE.replace("missile", word))
        with monkeypatch.context() as elsewhere, WorkerLock(worker.place.instance):
            elsewhere.setenv("WORD", "torpedo")
            assert main(["--config", str(other), "--instance", str(worker.place.instance), "apply"]) == 0
        for _ in range(3):
            asyncio.run(reload.check())
        noted = worker.engine.archive.upkeep.noted(notes.BROKEN_EDIT)
        return noted.message if noted else None

    assert "WORD" in (told_after_apply('"${WORD}"') or "")
    assert told_after_apply("rocket") is None
    worker.save("sources: [")
    assert told_after_apply("frigate") is not None
    assert told_after_apply("destroyer") is not None, "the file of this machine is as broken as before"
