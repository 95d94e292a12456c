"""docs/operations as it is written there: backup, restore and upgrade walked through, units that systemd takes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.process import PATIENCE, aggregator, command, configuration, environment, free_port, get, serves, until
from servers.local import Server, conditional

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/operations"
README = (FOLDER / "README.md").read_text()
UNITS = sorted(FOLDER.glob("*.service"))


def blocks(heading: str) -> list[str]:
    part = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", part, re.DOTALL)


def commands(heading: str) -> str:
    return "\n".join(blocks(heading))


def quoted(path: Path) -> str:
    """For a shell, and for a shell in a quoted word of another: the folder of a test may have blanks in its name."""
    return re.sub(r"(?=[^\w/.-])", r"\\", str(path))


class Machine:
    """A shell in which the service is a process of ours and the places of the documentation are folders of a test."""

    def __init__(self, folder: Path, config: Path, port: int) -> None:
        self.folder, self.config, self.root = folder, config, f"http://127.0.0.1:{port}"
        (folder / "backups").mkdir()
        start = shlex.join(command(config, "run", "--port", str(port)))
        self.stubs = f"""
            set -e
            wire() {{ {shlex.join(command(config))} "$@"; }}
            sudo() {{ if [ "$1 $2" = "sh -c" ]; then (eval "$3"); else "$@"; fi; }}; git() {{ :; }}; make() {{ :; }}
            cd() {{ case "$1" in /srv/*) ;; *) builtin cd "$1" ;; esac; }}
            install() {{ command install "${{@:3}}"; }}
            systemctl() {{
                if [ "$1" = start ]; then {start} >{quoted(folder)}/log 2>&1 & echo $! >{quoted(folder)}/pid
                else kill -TERM $(cat {quoted(folder)}/pid); while kill -0 $(cat {quoted(folder)}/pid); do sleep 0.1; done 2>/dev/null; fi
            }}
        """

    def run(self, text: str) -> None:
        text = re.sub(r"wire-2026-11-24", f"wire-{datetime.now().astimezone():%F}", text)
        text = text.replace("/var/lib/aggregator", quoted(self.folder / "instance"))
        text = text.replace("/backups", quoted(self.folder / "backups"))
        done = subprocess.run(
            ["bash", "-c", self.stubs + text],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment(),
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def shows(self, words: bytes) -> bool:
        return serves(f"{self.root}/readyz") and words in get(f"{self.root}/latest.rss")[1]


def test_backup_restore_and_upgrade_as_they_are_written(tmp_path: Path) -> None:
    with Server({"/one": conditional(rss([("a", "Frigate leaves port", datetime.now(UTC))]))}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")}, head="defaults: {every: 5s}")
        machine = Machine(tmp_path, config, free_port())
        machine.run("systemctl start aggregator")
        try:
            until(lambda: machine.shows(b"Frigate leaves port"))
            save, restore = blocks("Backup and restore")[:2]
            machine.run(save)
            server.routes["/one"] = conditional(rss([("b", "Harbour closes at night", datetime.now(UTC))]))
            until(lambda: machine.shows(b"Harbour closes at night"))
            machine.run(restore)
            until(lambda: machine.shows(b"Harbour closes at night") and machine.shows(b"Frigate leaves port"))
            assert [*tmp_path.glob("instance/before-restore-*/aggregator.db")]
            machine.run(commands("Upgrade"))
            until(lambda: machine.shows(b"Frigate leaves port"))
            assert [*tmp_path.glob("backups/before-*.db")]
        finally:
            machine.run("systemctl stop aggregator")
    raw = sqlite3.connect(tmp_path / "instance/aggregator.db")
    assert raw.execute("SELECT count(*), count(DISTINCT id) FROM items").fetchall() == [(2, 2)]
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()


def test_commands_beside_the_service_have_its_variables(tmp_path: Path) -> None:
    """A secret that feeds.yaml names, the database of many machines: without them `wire` would be about something else."""
    config = configuration(tmp_path, {"one": "https://one.example/${WIRE_TOKEN}"})
    assert aggregator(config, "check").returncode == 2
    (tmp_path / "env").write_text("WIRE_TOKEN='a&b'\nAGGREGATOR_JSON=1\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("sudo", 'exec "$@"'), ("runuser", 'shift 3; exec "$@"'), ("aggregator", _ours())):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    wire = commands("Install").partition("wire() {")[2].partition("\n}\n")[0]
    for place, here in (
        ("/etc/aggregator/feeds.yaml", config), ("/var/lib/aggregator", tmp_path / "instance"),
        ("/etc/aggregator.env", tmp_path / "env"), ("/srv/aggregator/.venv/bin/aggregator", programs / "aggregator"),
    ):  # fmt: skip
        assert place in wire
        wire = wire.replace(place, quoted(here))
    shell = f"PATH={quoted(programs)}:$PATH\nwire() {{{wire}\n}}\nwire check && wire explain 'Frigate  leaves port'"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    assert (done.returncode, '"section"' in done.stdout) == (0, True), done.stderr


def _filled(config: Path, size: int) -> None:
    """An archive that takes so many bytes."""
    assert aggregator(config, "apply").returncode == 0
    with sqlite3.connect(config.parent / "instance/aggregator.db") as raw:
        raw.execute("INSERT INTO articles (item, asked, content) VALUES (1, 0, zeroblob(?))", (size,))
    raw.close()


def _ours() -> str:
    return f'exec {shlex.quote(sys.executable)} -m aggregator "$@"'


@pytest.mark.parametrize("step", re.findall(r"git (?:clone|pull|reset)\b.* && make", README))
def test_what_root_installs_is_readable_for_the_service_and_nothing_else_is(step: str, tmp_path: Path) -> None:
    """With a umask of 027 or 077, as on machines made safe by the book, the service's user could not open the folder, or the files that
    changed. That folder is its home: its `.pgpass` must stay its own, and PostgreSQL's library takes no other."""
    found = re.search(rf"(?:cd /srv/aggregator && )?sudo [^`\n]*{re.escape(step)}[^`\n']*'", README)
    assert found
    folder = tmp_path / "srv"
    if "clone" not in step:
        folder.mkdir(0o755)
        (folder / ".pgpass").touch(0o600)
    stubs = """
        umask 077; set -e; sudo() { [ "$1 $2" = "sh -c" ]; (eval "$3"); }
        git() { mkdir -p "$srv/new"; echo >"$srv/new/file"; }
        make() { mkdir "$srv/.venv"; echo >"$srv/.venv/program"; chmod u+x "$srv/.venv/program"; }
        cd() { [ "$(stat -c %a "$1")" = 755 ] && builtin cd "$1"; }
    """
    text = f"srv={quoted(folder)}\n{stubs}" + found[0].replace("/srv/aggregator", quoted(folder))
    subprocess.run(["bash", "-c", text], check=True, timeout=PATIENCE)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes.pop(".pgpass", 0o600) == 0o600
    assert modes == {"srv": 0o755, "new": 0o755, "file": 0o644, ".venv": 0o755, "program": 0o744}


def test_a_line_for_cron_makes_a_backup_where_nothing_is_set(tmp_path: Path) -> None:
    config = configuration(tmp_path, {})
    assert aggregator(config, "poll").returncode == 0
    (line,) = re.findall(r"```crontab\n(.*)\n```", README)
    *times, user, told = line.split(maxsplit=6)
    assert (len(times), user) == (5, "aggregator")
    assert not re.search(r"(?<!\\)%", told), "cron takes it for the end of the line"
    (tmp_path / "aggregator").write_text(f"#!/bin/sh\n{_ours()}\n")
    (tmp_path / "aggregator").chmod(0o755)
    for place, here in (
        ("/srv/aggregator/.venv/bin/aggregator", "aggregator"), ("/var/lib/aggregator", "instance"), ("/backups", ".")
    ):  # fmt: skip
        assert place in told
        told = told.replace(place, quoted(tmp_path / here))
    bare = {name: value for name, value in environment().items() if name in {"PATH", "PYTHONPATH"}}
    subprocess.run(["sh", "-c", told.replace(r"\%", "%")], check=True, timeout=PATIENCE, cwd="/", env=bare)
    assert [*tmp_path.glob("wire-*.db")]


def test_a_backup_needs_no_sound_configuration(tmp_path: Path) -> None:
    with Server({"/one": conditional(rss([("a", "Frigate leaves port", datetime.now(UTC))]))}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        assert aggregator(config, "poll").returncode == 0
    config.write_text("sources: [")
    done = aggregator(config, "backup", str(tmp_path / "copy.db"))
    assert (done.returncode, (tmp_path / "copy.db").exists()) == (0, True), done.stderr
    config.unlink()
    assert aggregator(config, "backup", str(tmp_path / "second.db")).returncode == 0


SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int is(int file, const char *name) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path), end = strlen(name);
    return length > end && !memcmp(path + length - end, name, end);
}
ssize_t pread64(int file, void *to, size_t count, off_t from) {
    if (BROKEN && from >= 1000000 && is(file, "/aggregator.db")) return errno = EIO, -1;
    return ((ssize_t (*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread64"))(file, to, count, from);
}
ssize_t pwrite64(int file, const void *from, size_t count, off_t to) {
    static int stopped;
    if (!BROKEN && !stopped && to >= 1000000 && is(file, "/copy.db.unfinished")) stopped = 1, raise(SIGSTOP);
    return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64"))(file, from, count, to);
}
"""


def _disk(folder: Path, *, broken: bool) -> dict[str, str]:
    """The environment of a process whose disk fails in the middle of its archive, or which stops in the middle of writing a copy of it."""
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("it takes Linux and a C compiler to make such a disk")
    if " " in str(folder):
        pytest.skip("LD_PRELOAD takes no path with a blank")
    (folder / "shim.c").write_text(SHIM)
    kind = f"-DBROKEN={int(broken)}"
    subprocess.run(["cc", "-shared", "-fPIC", kind, "-o", folder / "shim.so", folder / "shim.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(folder / "shim.so")}


def test_a_backup_of_an_archive_that_its_disk_cannot_read_says_so(tmp_path: Path) -> None:
    """It was said that the copy could not be written."""
    disk, config = _disk(tmp_path, broken=True), configuration(tmp_path, {})
    _filled(config, 2_000_000)
    done = aggregator(config, "backup", str(tmp_path / "copy.db"), **disk)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert f"aggregator: {tmp_path}/instance/aggregator.db: " in done.stderr
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_stopped_leaves_nothing_behind(stop: signal.Signals, tmp_path: Path) -> None:
    disk, config = _disk(tmp_path, broken=False), configuration(tmp_path, {})
    _filled(config, 4_000_000)
    process = subprocess.Popen(command(config, "backup", str(tmp_path / "copy.db")), env={**environment(), **disk})
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db.unfinished"]
    process.send_signal(stop)
    process.send_signal(signal.SIGCONT)
    assert process.wait(PATIENCE) == 130
    assert not list(tmp_path.glob("copy*"))


def test_a_place_that_cannot_be_looked_at_is_named_in_one_line(tmp_path: Path) -> None:
    """Such as a relative path in a folder that is closed to the service's user; a name too long fails for root as well."""
    config, name = configuration(tmp_path, {}), "x" * 300
    assert aggregator(config, "poll").returncode == 0
    done = aggregator(config, "backup", str(tmp_path / name))
    assert (done.returncode, done.stderr) == (
        1,
        f"aggregator: {tmp_path / name}: cannot be written: File name too long\n",
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_units(tmp_path: Path, unit: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    program_of_ours = tmp_path / "aggregator"  # systemd takes no quotes in a path, as that of this checkout may have
    program_of_ours.symlink_to(sys.executable)
    for one in UNITS:
        here = str(program_of_ours).replace(" ", r"\x20")
        text = one.read_text().replace("/srv/aggregator/.venv/bin/aggregator", here)
        (tmp_path / one.name).write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "aggregator" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    told = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", str(tmp_path / unit.name)],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    exposure = re.search(r"Overall exposure level for .*?: ([\d.]+)", told.stdout)
    assert exposure, told.stdout + told.stderr
    assert float(exposure[1]) < 2, told.stdout


def test_a_service_that_is_told_to_reload_as_it_starts_is_started_again() -> None:
    """`systemctl restart` and `reload` one after the other left it ended: SIGHUP ends a process that has no handler yet, and systemd
    takes that for a clean end."""
    for unit in UNITS:
        text = unit.read_text()
        assert ("kill -HUP" in text) is ("\nRestartForceExitStatus=SIGHUP\n" in text), unit.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_of_a_unit_is_one_of_ours(unit: Path, tmp_path: Path) -> None:
    line = re.search(r"^ExecStart=/srv/aggregator/.venv/bin/aggregator (.*)$", unit.read_text(), re.MULTILINE)
    assert line
    name, *options = line[1].split()
    config = configuration(tmp_path, {})
    help_ = aggregator(config, name, "--help").stdout
    assert help_.startswith("usage:")
    assert all(option in help_ for option in options if option.startswith("--"))
