"""Who holds a lease, and whether the holder still lives."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from builders import NOW, archive
from builders.process import free_port

from aggregator.errors import AlreadyRunning, CannotListen, StoreReadOnly
from aggregator.pipeline.leases import LONGEST, RENEW, EditionLease, release_dead
from aggregator.worker.identity import identity, is_dead
from aggregator.worker.lock import WorkerLock, troubles
from aggregator.worker.startup import check_port


def test_this_process_lives_and_an_ended_one_does_not() -> None:
    assert not is_dead(identity())
    done = subprocess.run(
        [sys.executable, "-c", "from aggregator.worker.identity import identity; print(identity())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert is_dead(done.stdout.strip())


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_process_that_was_killed_is_dead_also_while_nobody_collects_it() -> None:
    """In a container without an init it never is: its sources were then left for as long as its leases last."""
    program = (
        "import time; from aggregator.worker.identity import identity; print(identity(), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        owner = process.stdout.readline().strip()
        assert not is_dead(owner)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(owner)


def test_a_process_of_another_user_that_the_system_hides_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The units in docs/operations hide them. What root polls beside the service was polled twice, and placed by two at once."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    alive, dead = (f"{identity().rsplit(':', 2)[0]}:{pid}:123" for pid in (os.getppid(), ended.pid))
    assert is_dead(alive), "it started at another time"

    def hidden(path: Path, *_: object, **__: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", hidden)
    assert not is_dead(alive)
    assert is_dead(dead)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_process_whose_name_is_no_text_is_known_by_its_start() -> None:
    """Linux cuts names after 15 bytes, within a letter too. Where a lease named such a process, no worker polled while it ran."""
    program = "open('/proc/self/comm', 'wb').write(b'x' * 14 + 'ü'.encode()); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            assert is_dead(f"{identity().rsplit(':', 2)[0]}:{process.pid}:1")
        finally:
            process.kill()


def test_a_process_id_that_is_used_again_is_another_process() -> None:
    host, pid, started = identity().rsplit(":", 2)
    assert is_dead(f"{host}:{pid}:{int(started or 0) + 1}")


@pytest.mark.parametrize("owner", ["elsewhere:1:1", "nonsense", "", f"{identity().rsplit(':', 2)[0]}:x:1"])
def test_of_others_nothing_is_known(owner: str) -> None:
    assert not is_dead(owner)


def test_what_the_dead_hold_is_given_back_and_nothing_else(tmp_path: Path) -> None:
    store = archive(tmp_path, "alpha", "beta")
    lease = timedelta(minutes=5)
    store.sources.claim("dead", NOW, lease, ids=["alpha"])
    store.sources.claim("alive", NOW, lease, ids=["beta"])
    store.edition.lease("dead", 1000, 60)
    release_dead(store, lambda owner: owner == "dead")
    assert [state.id for state in store.sources.claim("next", NOW, lease)] == ["alpha"]
    assert store.edition.lease("next", 1001, 60)
    store.close()


def test_the_second_worker_names_the_first(tmp_path: Path) -> None:
    with (
        WorkerLock(tmp_path),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()} polls into"),
        WorkerLock(tmp_path),
    ):
        pass
    with WorkerLock(tmp_path):
        pass


def test_a_folder_that_knows_no_locks_is_not_one_into_which_another_polls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told that `process unknown` is to be stopped. Mounted folders of a network may be such."""
    monkeypatch.setattr(fcntl, "flock", Mock(side_effect=OSError(errno.ENOLCK, "No locks available")))
    with pytest.raises(StoreReadOnly, match="cannot be locked: No locks available"), WorkerLock(tmp_path):
        pass


def test_nobody_else_may_open_the_lock_and_so_keep_the_worker_from_starting(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with WorkerLock(tmp_path):
            assert (tmp_path / "worker.lock").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_command_that_only_asks_for_a_worker_keeps_none_from_starting(tmp_path: Path) -> None:
    lock = WorkerLock(tmp_path)
    (tmp_path / "worker.lock").touch()
    with (tmp_path / "worker.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # as `held` does
        threading.Timer(0.05, file.close).start()
        with WorkerLock(tmp_path):
            assert lock.held()


def test_f11_a_lock_that_another_process_keeps_is_given_up_within_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("aggregator.worker.lock.time.sleep", slept.append)
    with WorkerLock(tmp_path), pytest.raises(AlreadyRunning), WorkerLock(tmp_path):
        pass
    assert 0 < sum(slept) < 1


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"cannot listen on 127.0.0.1:{port}.*--port"):
            check_port("127.0.0.1", port)


def speaks_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1")])
def test_a_name_is_listened_on_by_its_address(host: str, address: str) -> None:
    """The server takes no names."""
    if ":" in host and not speaks_ipv6():
        pytest.skip("this machine has no IPv6 address of its own, as in many containers")
    assert check_port(host, free_port()) == address


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "0.0..0", "fe80::1"])
def test_a_host_that_is_not_this_machine_does_not_call_for_another_port(host: str) -> None:
    with pytest.raises(CannotListen, match=r"choose another with --host \(or AGGREGATOR_HOST\)"):
        check_port(host, 8000)


def test_a_process_is_the_same_where_its_machine_gets_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would take its own leases for those of another, and store nothing of what it polled."""
    before = identity()
    monkeypatch.setattr("aggregator.worker.identity._machine", lambda: "renamed")
    assert identity() == before


def test_an_edition_stays_with_who_makes_it_during_a_long_batch_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two would place the same items; or nobody any, where it hangs."""
    now = 10**9
    monkeypatch.setattr("aggregator.pipeline.leases.time", Mock(monotonic=lambda: now))
    stores = archive(tmp_path), archive(tmp_path)
    ours, theirs = (EditionLease(store.edition, owner, lambda: now) for store, owner in zip(stores, "ab", strict=True))
    assert ours.proceed()
    for _ in range(10):
        now += int(RENEW)
        ours.renew(stores[0].edition)
        assert not theirs.proceed()
    now += int(LONGEST)
    ours.renew(stores[0].edition)
    assert theirs.proceed()
    for store in stores:
        store.close()


def test_problems_of_a_worker_that_was_killed_are_no_longer_told(tmp_path: Path) -> None:
    program = (
        "import os; from pathlib import Path; from aggregator.worker.lock import WorkerLock, troubles; "
        f"folder = Path({str(tmp_path)!r}); lock = WorkerLock(folder).__enter__(); lock.report('store: full'); "
        "print(*troubles(folder), flush=True); os._exit(1)"
    )
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert killed.stdout == "store: full\n", killed.stderr
    assert troubles(tmp_path) == ()
