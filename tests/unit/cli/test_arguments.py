"""Options and their variables."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NoReturn

import pytest

from aggregator.bootstrap import Installation
from aggregator.cli.main import COMMANDS, load, main, parser, place_of_command
from aggregator.cli.serve import listening
from aggregator.errors import UsageError


@pytest.fixture
def check(tmp_path: Path) -> list[str]:
    config = tmp_path / "feeds.yaml"
    config.write_text("site: {title: Wire}\n")
    return ["--config", str(config), "--instance", str(tmp_path / "instance"), "check"]


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", "On", " 1 "])
def test_a_variable_turns_an_option_on(
    check: list[str], value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGGREGATOR_JSON", value)
    assert main(check) == 0
    assert capsys.readouterr().out.startswith("{")


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
def test_a_variable_leaves_an_option_off(
    check: list[str], value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGGREGATOR_JSON", value)
    assert main(check) == 0
    assert capsys.readouterr().out == ""


def test_a_variable_that_is_neither_is_bad_usage(
    check: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGGREGATOR_JSON", "json")
    assert main(check) == 2
    assert "AGGREGATOR_JSON: expected 1 or 0, found json" in capsys.readouterr().err


def test_variables_say_where_everything_is_unless_options_do(
    check: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("AGGREGATOR_CONFIG", check[1])
    monkeypatch.setenv("AGGREGATOR_INSTANCE", str(tmp_path / "one"))
    assert main(["apply"]) == 0
    assert [*tmp_path.rglob("*.db")] == [tmp_path / "one" / "aggregator.db"]
    monkeypatch.setenv("AGGREGATOR_DATABASE_URL", f"sqlite:///{tmp_path}/two.db")
    assert main(["apply"]) == 0
    assert main(["--database", f"sqlite:///{tmp_path}/three.db", "apply"]) == 0
    assert main(["--config", "none.yaml", "apply"]) == 2
    assert {one.name for one in tmp_path.rglob("*.db")} == {"aggregator.db", "two.db", "three.db"}
    assert [*elsewhere.iterdir()] == []


def test_a_number_that_a_variable_gives_is_told_with_its_name(
    check: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pod beside a service called aggregator, Kubernetes sets it."""
    monkeypatch.setenv("AGGREGATOR_PORT", "tcp://10.43.0.5:80")
    assert main([*check[:-1], "serve"]) == 2
    assert capsys.readouterr().err == (
        "aggregator: --port: expected a number from 1 to 65535, found tcp://10.43.0.5:80 in AGGREGATOR_PORT\n"
    )


def test_a_time_that_is_none_is_told_with_what_was_given(
    check: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "aggregator: --since: expected an age such as 24h, 7d or 4w, or a date such as 2026-11-24, found soon"
    assert main([*check[:-1], "plan", "--since", "soon"]) == 2
    assert capsys.readouterr().err == f"{said}\n"
    monkeypatch.setenv("AGGREGATOR_SINCE", "soon")
    assert main([*check[:-1], "plan"]) == 2
    assert capsys.readouterr().err == f"{said} in AGGREGATOR_SINCE\n"


def test_bad_usage_of_try_is_told_before_anything_is_fetched(
    check: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*check[:-1], "try", "http://127.0.0.1:9/nobody", "--limit", "1000000000"]) == 2
    said = "aggregator: --limit: expected a number from 1 to 999999999, found 1000000000\n"
    assert capsys.readouterr().err == said


def test_a_path_that_is_not_in_utf_8_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    Path(folder).mkdir()
    Path(folder, "feeds.yaml").write_text("site: {title: Wire}\n")
    for arguments in (["--config", f"{folder}/feeds.yaml", "check"], ["plan", f"{folder}/feeds.yaml"]):
        assert main(["--instance", str(tmp_path), *arguments]) == 2
        assert "the path is not in UTF-8" in capsys.readouterr().err


def test_a_current_folder_that_was_deleted_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (gone := tmp_path / "gone").mkdir()
    os.chdir(gone)
    gone.rmdir()
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    assert ended.value.code == 2
    assert "the current folder has been deleted" in capsys.readouterr().err


def test_help_shows_a_default_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGGREGATOR_CONFIG", "/srv/100%/feeds.yaml")
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "/srv/100%/feeds.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    "url", ["sqlite:///:memory:", "sqlite:///", "sqlite:////", "sqlite://", "archive.db", "mysql://host/db"]
)
def test_an_archive_is_a_file_or_on_a_server(
    check: list[str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--database", url, *check[:-1], "poll"]) == 2
    assert "--database: expected sqlite:///PATH or postgresql://" in capsys.readouterr().err
    assert not (tmp_path / ":memory:").exists()


def test_a_folder_is_no_archive(check: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder := tmp_path / "wire.db").mkdir()
    for command in ("sources", "plan", "prune", "poll", "serve"):
        assert main(["--database", f"sqlite:///{folder}", *check[:-1], command]) == 1
        assert capsys.readouterr().err == f"aggregator: {folder}: is a folder; name the file of the database\n"


@pytest.mark.parametrize("command", [["prune"], ["backup", "copy.db"], ["explain", "https://one.example/a"]])
def test_a_command_that_needs_the_contents_makes_no_archive_at_a_mistyped_place(
    check: list[str], command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "instnace"
    assert main([*check[:-1], "--instance", str(place), *command]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{place}/aggregator.db: there is no archive here; give its location with --instance" in told.err
    assert [path.name for path in place.rglob("*.db")] == []
    assert place.exists() is (command[0] == "explain"), "which keeps what it read of the file"


@pytest.mark.parametrize("command", ["sources", "apply"])
def test_a_command_that_works_right_after_the_file_was_written_says_that_it_makes_the_archive(
    check: list[str], command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its place may also be mistyped."""
    place = tmp_path / "instnace"
    for new in (True, False):
        assert main([*check[:-1], "--instance", str(place), command]) == 0
        said = f"{place / 'aggregator.db'}: there is no archive here, so an empty one is made"
        assert (said in capsys.readouterr().err) is new


def test_a_backup_to_standard_output_is_refused(
    check: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of this name was made, and the pipe got our words."""
    monkeypatch.chdir(tmp_path)
    there = [*check[:-1], "--instance", str(tmp_path)]
    assert main([*there, "apply"]) == 0
    capsys.readouterr()
    assert main([*there, "backup", "-"]) == 2
    told = capsys.readouterr()
    assert (told.out, "name a file" in told.err, Path("-").exists()) == ("", True, False)


def test_an_instance_that_is_a_file_is_told(
    check: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "file").touch()
    for command in ("sources", "poll", "apply"):
        assert main([*check[:-1], "--instance", str(file), command]) == 1
        assert f"{file}: the folder cannot be made: this is a file\n" in capsys.readouterr().err


@pytest.mark.parametrize("reload", ["auto", "manual"])
def test_a_poll_says_that_it_makes_the_archive_that_is_named(
    reload: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its place may also be mistyped. Without `--database` a first poll needs no word."""
    (file := tmp_path / "feeds.yaml").write_text(f"site: {{title: Wire, reload: {reload}}}\n")
    named = tmp_path / "wier" / "wire.db"
    for database, new in ((named, True), (named, False), (None, False)):
        where = ["--database", f"sqlite:///{database}"] if database else []
        assert main(["--config", str(file), "--instance", str(tmp_path / "instance"), *where, "poll"]) == 0
        assert (f"{named}: there is no archive here" in capsys.readouterr().err) is new


def test_what_may_not_be_looked_at_is_not_taken_for_what_is_not_there(
    check: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as what is in a folder that is closed to this user; a name too long fails for root as well."""
    place = tmp_path / ("x" * 300)
    assert main([*check[:-1], "plan", str(place)]) == 2
    assert "File name too long" in capsys.readouterr().err
    monkeypatch.setattr(Path, "exists", os.path.exists)  # as in Python 3.14
    for command in (["plan"], ["backup", str(tmp_path / "copy.db")]):
        assert main(["--database", f"sqlite:///{place}", *check[:-1], *command]) == 1
        assert capsys.readouterr().err == f"aggregator: {place}: cannot be opened: File name too long\n"


def test_an_empty_host_is_not_taken_for_all_addresses() -> None:
    with pytest.raises(UsageError, match="--host: expected an address or a name"):
        listening(Namespace(host="", port="8000"), Installation(Path("feeds.yaml"), Path("instance")))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("fd00::2", "http://[fd00::2]:80"),
        ("nas.local", "http://nas.local:80"),
    ],
)
def test_the_address_that_is_told_is_one_at_which_it_answers(host: str, address: str) -> None:
    """Where IPv6 sockets take no IPv4, `::` does not answer at 127.0.0.1."""
    _, _, reached = listening(Namespace(host=host, port="80"), Installation(Path("feeds.yaml"), Path("instance")))
    assert reached.address == address


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files", "check.py"), "too many files are open here; allow more .*"),
        (MemoryError(), "there is not enough memory here; allow more .*"),
        (RuntimeError("can't start new thread"), "no further process or thread can be started here; allow more .*"),
    ],
)
def test_a_limit_that_is_too_low_is_told_in_one_line(
    check: list[str],
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def load(name: str) -> NoReturn:
        raise error

    monkeypatch.setattr("aggregator.cli.main.load", load)
    assert main(check) == 1
    assert re.fullmatch(f"aggregator: {said}\n", capsys.readouterr().err)


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_web_that_may_open_next_to_no_file_is_not_started(
    check: list[str], command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its server would end in a page of its own words."""
    monkeypatch.setattr("resource.getrlimit", lambda _: (16, 4096))
    assert main([*check[:-1], command]) == 1
    assert re.fullmatch("aggregator: too many files are open here; allow more .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--databse=x.db", "poll"], "unrecognized arguments: --databse=x.db; did you mean `--database`?\n"),
        (["--confg", "x.yaml", "poll"], "unrecognized arguments: --confg; did you mean `--config`?\n"),
        (["--confg=x.yaml", "poll"], "unrecognized arguments: --confg=x.yaml; did you mean `--config`?\n"),
        (["poll", "--confg=x.yaml"], "unrecognized arguments: --confg=x.yaml; did you mean `--config`?\n"),
        (["--confg=x.yaml"], "unrecognized arguments: --confg=x.yaml; did you mean `--config`?\n"),
        (["pol"], "there is no `pol`; did you mean `poll`?\n"),
        (["--json", "Plan"], "there is no `Plan`; did you mean `plan`?\n"),
        (["help", "plan"], "there is no `help`; did you mean `--help`?\n"),
        (["--port", "80", "check"], "unrecognized arguments: --port 80\n"),
        (["--port=80", "rnu"], "there is no `rnu`; did you mean `run`?\n"),
        (["x.yaml"], "there is no `x.yaml`; there are `run`, `serve`, `worker`, `poll`, `check`, "),
        (["--port", "80"], "there is no `80`; there are `run`, `serve`, "),
        ([], "name a command, such as `aggregator run`; `aggregator --help` lists all\n"),
        (["poll", "--jsn"], "unrecognized arguments: --jsn; did you mean `--json`?\n"),
        (["plan", "--markdwn", "x.yaml"], "unrecognized arguments: --markdwn; did you mean `--markdown`?\n"),
        (["check", "--quiet"], "unrecognized arguments: --quiet\n"),
        (["check", "--", "--json"], "unrecognized arguments: -- --json\n"),
    ],
)
def test_a_misspelt_option_or_command_is_named(
    given: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert (ended.value.code, expected in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("given", [["--conf", "{}"], ["--conf={}"], ["--con", "{}", "--inst", "poll"]])
def test_a_global_option_may_be_shortened(check: list[str], given: list[str], tmp_path: Path) -> None:
    assert main([word.format(check[1]) for word in given] + ["--instance", str(tmp_path / "poll"), "check"]) == 0


@pytest.mark.parametrize("given", ["--json --config {} check", "check --json --config={}", "--conf {} check --json"])
def test_options_may_stand_before_the_command_and_behind_it(
    check: list[str], given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGGREGATOR_INSTANCE", check[3])
    assert main(given.format(check[1]).split()) == 0
    assert json.loads(capsys.readouterr().out)["ok"]


def test_the_value_of_an_option_is_no_command() -> None:
    words = ["--config", "poll", "--port", "80", "run", "plan"]
    assert place_of_command(words) == 4
    assert place_of_command(words[:2]) is None


def test_the_help_of_a_command_names_the_options_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["poll", "--help"])
    assert "--config, --instance, --database: see `aggregator --help`" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_in_the_help_of_a_command_is_a_call_of_it(name: str) -> None:
    command = load(name)
    if not command.example:
        return
    words = shlex.split(command.example.partition(" > ")[0])
    assert words.pop(place_of_command(words) or 0) == name
    command.add(own := ArgumentParser())
    assert own.parse_known_args(parser(bare=True).parse_known_args(words)[1])[1] == []
    assert len(f"Example: aggregator {command.example}") <= 78, "it is broken at a hyphen, and cannot be copied"
