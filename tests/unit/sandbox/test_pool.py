"""The sandbox with real children: answers, limits, death, recycling. No document costs another one."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import AsyncExitStack, suppress
from html import escape
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest
from builders.documents import JOB, URL, item, read, rss
from builders.process import PATIENCE, children, most_memory, runs, until, until_async
from msgspec.structs import replace
from servers.local import Server, answer

from aggregator.errors import NoReader, ParseError, SandboxError
from aggregator.fetch.client import Http
from aggregator.model.item import Drop, Enclosure, NormalFeed, Told
from aggregator.model.source import Candidates, Fetched, FetchRequest, Freshness
from aggregator.sandbox import frames, pool
from aggregator.sandbox.pool import MEBIBYTE, Sandbox
from aggregator.sandbox.process import ChildProcess

GOOD = rss([item(guid="1"), item(guid="2", link="https://example.org/2")])
SLOW = b"<rss><channel><item><item>" + b"<" * 10_000_000  # feedparser needs many seconds for it


def fetched(body: bytes) -> Fetched:
    return Fetched(URL, 200, body, "application/rss+xml", None, None, Freshness())


async def test_answers_what_parse_and_normalise_answer() -> None:
    async with Sandbox(children=1) as sandbox:
        assert await sandbox.parse(fetched(GOOD), JOB) == read(GOOD)


async def test_modules_in_the_current_folder_are_not_taken_for_those_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "html.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    await test_answers_what_parse_and_normalise_answer()


async def test_a_document_that_is_no_feed_is_a_parse_error_and_the_child_lives_on() -> None:
    async with Sandbox(children=1) as sandbox:
        with pytest.raises(ParseError) as error:
            await sandbox.parse(fetched(b"<html></html>"), JOB)
        assert error.value.kind == "not-a-feed"
        (child,) = sandbox.pids
        answer = await sandbox.parse(fetched(GOOD), JOB)
        assert sandbox.pids == [child]
        assert len(answer.items) == 2


@pytest.mark.parametrize("host", [f"{'a' * 2000}.example", f"feeds.example:{'8' * 2000}"])
async def test_a_page_that_names_a_feed_at_an_endless_address_is_told_of_as_a_page_and_the_child_lives_on(
    host: str,
) -> None:
    page = f'<html><link rel="alternate" type="application/rss+xml" href="https://{host}/feed"></html>'.encode()
    async with Sandbox(children=1) as sandbox:
        with pytest.raises(ParseError, match=r"a web page, not a feed\Z"):
            await sandbox.parse(fetched(page), JOB)
        assert len(sandbox.pids) == 1


async def stalled(sandbox: Sandbox) -> None:
    """Stop the only child, so that it never answers, however fast or busy the machine is."""
    await until_async(lambda: sandbox.pids)
    (child,) = sandbox.pids
    os.kill(child, signal.SIGSTOP)


async def test_ctrl_c_in_a_terminal_ends_no_child_not_even_one_that_just_starts() -> None:
    async with Sandbox(children=1) as sandbox:
        answer = asyncio.create_task(sandbox.parse(fetched(GOOD), JOB))
        await until_async(lambda: sandbox.pids)
        (child,) = sandbox.pids
        assert os.getpgid(child) != os.getpgid(0), "a terminal signals the group of the command"
        assert len((await answer).items) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads wait for children")
async def test_where_no_thread_can_be_started_no_child_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread was to wait for its end: without one the child could not be used, and ran on beside the next ones."""
    others = children(os.getpid()).keys()
    async with Sandbox(children=1) as sandbox:
        with monkeypatch.context() as lacking:
            lacking.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
            with suppress(RuntimeError):
                await sandbox.start()
        assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        assert [*(children(os.getpid()).keys() - others)] == sandbox.pids


async def test_a_stalled_child_is_killed() -> None:
    async with Sandbox(children=1) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        await stalled(sandbox)
        sandbox._wall = 1
        (child,) = sandbox.pids
        with pytest.raises(SandboxError, match="longer than 1 s to read") as error:
            await sandbox.parse(fetched(GOOD), JOB)
        assert error.value.kind == "timeout"
    assert not runs(child)


async def test_a_document_is_not_blamed_for_time_in_which_the_parent_stood_still() -> None:
    async with Sandbox(children=1, wall=PATIENCE) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        sandbox._wall = 1
        asked = asyncio.create_task(sandbox.parse(fetched(GOOD), JOB))
        async with asyncio.timeout(PATIENCE):
            while not sandbox._busy:
                await asyncio.sleep(0)
        (child,) = sandbox._busy
        assert select.select([child._pipe.get_extra_info("pipe")], [], [], PATIENCE)[0], "the child has answered"
        time.sleep(1.1)  # as if this process was stopped
        assert len((await asked).items) == 2


async def test_a_stalled_child_is_killed_also_by_a_parent_that_is_always_late() -> None:
    """Each slice of its time ended late (a machine that swaps), so none counted, and it lived for ever."""
    async with Sandbox(children=1) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        await stalled(sandbox)
        sandbox._wall = 0.15
        asked = asyncio.create_task(sandbox.parse(fetched(GOOD), JOB))
        async with asyncio.timeout(PATIENCE):
            while not asked.done():
                time.sleep(0.03)
                await asyncio.sleep(0)
        with pytest.raises(SandboxError, match="to read"):
            await asked


async def test_a_child_that_is_given_up_while_its_answer_arrives_leaves_its_place_to_others() -> None:
    """Its poll waited forever, and so did a queue that was restarted: of an answer that nobody reads asyncio never sees the end."""
    words = f"<description>{'word ' * 2000}</description>"
    long = fetched(rss([item(words, guid=str(n), link=f"https://example.org/{n}") for n in range(900)]))
    async with Sandbox(children=1) as sandbox:
        given_up = asyncio.create_task(sandbox.parse(long, JOB))
        async with asyncio.timeout(PATIENCE):
            while not sandbox._busy:
                await asyncio.sleep(0)
            (child,) = sandbox._busy
            arrived = child._reader._buffer  # type: ignore[attr-defined]  # asyncio does not say how much has arrived
            while len(arrived) <= 2 * MEBIBYTE:
                await asyncio.sleep(0)
        given_up.cancel()
        async with asyncio.timeout(PATIENCE):
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2


@pytest.fixture
def stopped_at_start(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The children that were started. Each is stopped before it can be ready."""
    start, pids = ChildProcess.start, list[int]()

    async def stopped(memory: int) -> ChildProcess:
        child = await start(memory)
        os.kill(child.pid, signal.SIGSTOP)
        pids.append(child.pid)
        return child

    monkeypatch.setattr(ChildProcess, "start", stopped)
    return pids


async def test_the_time_that_a_child_takes_to_start_is_none_of_its_document(stopped_at_start: list[int]) -> None:
    async with Sandbox(children=1, wall=0.1) as sandbox:
        answer = asyncio.create_task(sandbox.parse(fetched(GOOD), JOB))
        await until_async(lambda: stopped_at_start)
        await asyncio.sleep(0.3)
        sandbox._wall = PATIENCE
        os.kill(stopped_at_start[0], signal.SIGCONT)
        assert len((await answer).items) == 2


async def test_a_child_that_does_not_start_is_told_once_and_holds_up_what_waits_once(
    stopped_at_start: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of a document, nor of its source."""
    monkeypatch.setattr(pool, "AFRESH", PATIENCE)
    async with Sandbox(children=1, starting=1) as sandbox:
        answers = [sandbox.parse(fetched(GOOD), JOB) for _ in range(20)]
        said = await asyncio.gather(*answers, return_exceptions=True)
        assert {str(error) for error in said} == {
            "no process that reads documents starts here: it takes longer than 1 s"
        }
        assert all(isinstance(error, NoReader) for error in said)
        assert sandbox.pids == []
        assert len(stopped_at_start) == 1
        monkeypatch.undo()
        sandbox._starting, sandbox._afresh = PATIENCE, 0.0
        assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2


async def test_a_child_that_ends_as_it_starts_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the program is upgraded under it, or where it gets too little memory."""
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    async with Sandbox(children=2) as sandbox:
        asked = [sandbox.parse(fetched(GOOD), JOB) for _ in range(5)]
        for error in await asyncio.gather(*asked, return_exceptions=True):
            assert isinstance(error, NoReader)
            assert "they end at once; `python -m aggregator.sandbox.child 0 0` may say why" in str(error)
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        sandbox._afresh = 0.0
        await sandbox.start()  # the first document will tell
        with pytest.raises(NoReader, match="starts here: No such file or directory"):
            await sandbox.parse(fetched(GOOD), JOB)


async def test_a_child_that_is_killed_as_it_starts_costs_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by the kernel where memory is short. Another one starts at once; only if that ends too none starts here."""
    start, killed = ChildProcess.start, [True, False, True, True]

    async def some(memory: int) -> ChildProcess:
        child = await start(memory)
        if killed.pop(0):
            os.kill(child.pid, signal.SIGKILL)
        return child

    monkeypatch.setattr(ChildProcess, "start", some)
    async with Sandbox(children=1, recycle=2) as sandbox:
        for _ in range(2):
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        with pytest.raises(NoReader):
            await sandbox.parse(fetched(GOOD), JOB)
        assert killed == []


async def test_where_one_child_works_a_further_one_that_does_not_start_costs_no_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, started = ChildProcess.start, []

    async def once(memory: int) -> ChildProcess:
        started.append(await start(memory))
        if len(started) > 1:
            os.kill(started[-1].pid, signal.SIGSTOP)
        return started[-1]

    monkeypatch.setattr(ChildProcess, "start", once)
    async with Sandbox(children=3, alone=0, starting=PATIENCE) as sandbox:
        await sandbox.start()
        assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        sandbox._starting = 0.5
        for _ in range(2):
            answers = await asyncio.gather(*(sandbox.parse(fetched(GOOD), JOB) for _ in range(30)))
            assert all(len(one.items) == 2 for one in answers)
        assert len(sandbox.pids) == 1
        assert len(started) == 3, "once each, and not again at once"
        assert (sandbox._slots._value, sandbox._further) == (1, 2)


async def test_a_stalled_child_holds_up_no_other_document() -> None:
    async with Sandbox(children=2, wall=PATIENCE) as sandbox:
        slow = asyncio.create_task(sandbox.parse(fetched(SLOW), JOB))
        await stalled(sandbox)
        others = await asyncio.gather(*(sandbox.parse(fetched(GOOD), JOB) for _ in range(50)))
        assert not slow.done()
    assert all(len(one.items) == 2 for one in others)
    with pytest.raises(SandboxError):
        await slow


@pytest.mark.parametrize(("alone", "patience", "children"), [(60, 60.0, 1), (60, 0.0, 3), (20, 60.0, 3)])
async def test_a_further_child_is_for_many_documents_or_for_one_that_waits_for_long(
    alone: int, patience: float, children: int
) -> None:
    async with Sandbox(children=3, alone=alone, patience=patience) as sandbox:
        answers = await asyncio.gather(*(sandbox.parse(fetched(GOOD), JOB) for _ in range(30)))
        assert len(answers) == 30
        assert len(sandbox.pids) == children


@pytest.mark.parametrize("asked", [False, True])
async def test_the_first_child_starts_with_a_document_or_when_asked_to(asked: bool) -> None:
    async with Sandbox() as sandbox:
        if asked:
            await sandbox.start()
        before = sandbox.pids
        assert len(before) == asked
        await sandbox.parse(fetched(GOOD), JOB)
        assert len(sandbox.pids) == 1
        assert not asked or sandbox.pids == before


async def test_the_next_document_is_under_way_before_the_caller_works_on_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, seen = 0, []
    ask = ChildProcess.ask

    async def counted(child: ChildProcess, task: frames.Task | frames.Page, body: bytes) -> frames.Answer:
        nonlocal asked
        asked += 1
        return await ask(child, task, body)

    monkeypatch.setattr(ChildProcess, "ask", counted)
    async with Sandbox(children=1) as sandbox:

        async def one() -> None:
            await sandbox.parse(fetched(GOOD), JOB)
            seen.append(asked)

        await asyncio.gather(*(one() for _ in range(5)))
    assert seen == [2, 3, 4, 5, 5]


async def test_a_child_holds_a_document_once() -> None:
    """Those of the greatest size that is read, in all children at once, are to leave the service within its memory."""
    held = []
    async with Sandbox(children=1) as sandbox:
        for size in (1, 10 << 20):
            with pytest.raises(ParseError, match="a web page"):
                await sandbox.parse(fetched(b"<html>" + b"x" * size), JOB)
            (child,) = sandbox.pids
            held.append(most_memory(child))
    small, large = held
    assert large - small < 15  # MiB


@pytest.mark.parametrize(("pages", "size"), [(False, MEBIBYTE // 8), (True, MEBIBYTE // 8), (False, 2 * MEBIBYTE)])
def test_documents_that_arrive_faster_than_they_are_read_wait_at_their_servers(pages: bool, size: int) -> None:
    """Those of hundreds of podcasts would else fill the memory, or pages of articles; also the first ones, which are all under way before
    the length of any is known."""
    body = GOOD + b" " * size

    async def main(server: Server) -> None:
        async with Sandbox(children=1, wall=60, backlog=8 * size) as sandbox:
            await sandbox.start()
            await stalled(sandbox)
            http = Http("test", allow_private=["127.0.0.1"], room=sandbox.room)
            arrived = 0

            async def one(number: int) -> object:
                nonlocal arrived
                outcome = await http(FetchRequest(f"s{number}", server.url("/feed")))
                assert isinstance(outcome, Fetched)
                arrived += 1
                return await (sandbox.extract(outcome, Told("", "", "")) if pages else sandbox.parse(outcome, JOB))

            tasks = [asyncio.create_task(one(number)) for number in range(20)]
            await until_async(lambda: arrived == 8)
            assert len(server.asked("/feed")) == 8
            assert sandbox._held == 8 * len(body), "so no further one is asked for"
            os.kill(sandbox.pids[0], signal.SIGCONT)
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(one, ParseError if pages else NormalFeed) for one in ended)
            assert sandbox._held == 0
            await http.close()

    with Server({"/feed": answer(body, content_type="application/rss+xml")}) as server:
        asyncio.run(main(server))


async def test_servers_that_hang_hold_up_no_other_though_the_first_documents_were_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first 32 of them held up all others until their deadlines, after long documents fewer."""
    monkeypatch.setattr(pool, "SOON", 0.01)
    async with Sandbox(backlog=2 * pool.FIRST) as sandbox, AsyncExitStack() as hanging:
        for _ in range(7):
            await asyncio.wait_for(hanging.enter_async_context(sandbox.room()), PATIENCE)
        assert sandbox._held == 7 * pool.EXPECTED
        await until_async(lambda: not sandbox._begun)
    assert sandbox._held == 0


def test_a_killed_child_costs_its_own_document_at_most() -> None:
    async def main() -> list[object]:
        async with Sandbox(children=2) as sandbox:
            await sandbox.parse(fetched(GOOD), JOB)
            (idle,) = sandbox.pids
            os.kill(idle, signal.SIGKILL)
            return list(
                await asyncio.gather(*(sandbox.parse(fetched(GOOD), JOB) for _ in range(20)), return_exceptions=True)
            )

    results = asyncio.run(main())
    assert sum(isinstance(one, SandboxError) for one in results) <= 1
    assert sum(isinstance(one, NormalFeed) for one in results) >= 19


async def test_a_child_is_replaced_after_its_share_of_documents() -> None:
    seen: set[int] = set()
    async with Sandbox(children=1, recycle=2) as sandbox:
        for _ in range(4):
            await sandbox.parse(fetched(GOOD), JOB)
            seen.update(sandbox.pids)
    assert len(seen) == 2


async def test_memory_is_bounded() -> None:
    bomb = rss(
        "".join(f"<item><guid>{number}</guid><description>{'x' * 500}</description></item>" for number in range(9000))
    )
    async with Sandbox(children=1, memory=110 * 1024 * 1024) as sandbox:
        with pytest.raises(SandboxError) as error:
            await sandbox.parse(fetched(bomb + b" " * 5_000_000), JOB)
        assert error.value.kind == "crashed"


@pytest.mark.parametrize(
    "before", ["", "<!---->", "<?x>", "<script></script>"]
)  # without it, the `<` before it would begin a tag
async def test_elements_that_are_opened_again_in_each_paragraph_fit_into_a_child(before: str) -> None:
    """Twelve million of them did not; and in the web process, where the page of a story resolves what was escaped in its text, nothing but
    the machine's memory limited them."""
    opened = "".join(f"<{before}font size={size}>" for size in range(3000))
    title = escape("<p>" + opened + "<p>x" * 3500)
    bomb = rss(f"<item><guid>1</guid><title>{title}</title></item>")
    async with Sandbox(children=1) as sandbox:
        assert (await sandbox.parse(fetched(bomb), JOB)).items[0].title.startswith("x x x")


def test_no_child_is_left_behind() -> None:
    async def main() -> list[int]:
        sandbox = Sandbox(children=2)
        await asyncio.gather(*(sandbox.parse(fetched(GOOD), JOB) for _ in range(4)))
        slow = asyncio.create_task(sandbox.parse(fetched(SLOW), JOB))
        await asyncio.sleep(0)
        pids = sandbox.pids
        await sandbox.close()
        with pytest.raises(SandboxError):
            await slow
        with pytest.raises(SandboxError, match="closed"):
            await sandbox.parse(fetched(GOOD), JOB)
        return pids

    for pid in asyncio.run(main()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def reading(folder: Path, then: str) -> Path:
    """Have each child that finds this folder do something as soon as it has parsed a document. (`sitecustomize` is a module that Python
    imports as it starts.) Returns a file that is there afterwards."""
    done = folder / "done"
    (folder / "sitecustomize.py").write_text(
        "import os, sys, time\n"
        "def called(frame, event, _):\n"
        "    if event == 'call' and frame.f_code.co_name == 'normalise':\n"
        f"        open({str(done)!r}, 'w').close()\n"
        f"        {then}\n"
        "sys.setprofile(called)\n"
    )
    return done


async def test_what_libraries_print_gets_into_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = reading(tmp_path, "os.write(1, b'deprecated')")
    monkeypatch.syspath_prepend(tmp_path)
    await test_answers_what_parse_and_normalise_answer()
    assert done.exists()


DIED = "the process that read the document died"
PIPES = "[fd for fd in map(int, os.listdir('/proc/self/fd')) if fd > 2 and os.path.islink(f'/proc/self/fd/{fd}')]"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"\xff\xff\xff\xff", DIED), (b"\x04\x00\x00\x01", DIED), (b"\0\0\0\x02\xc1\xc1", DIED), (b"\0\0\0\0", DIED),
        (frames.length(3000 * b"\x81\xa1a") + 3000 * b"\x81\xa1a", DIED),
        (frames.encode(frames.Text("of an article")), "the process that reads documents gave an unexpected answer"),
    ],
)  # fmt: skip
async def test_a_child_in_the_hands_of_its_document_is_not_listened_to_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, told: str
) -> None:
    """Whoever has taken it over may answer anything, and then nothing."""
    reading(tmp_path, f"[os.write(fd, {answer!r}) for fd in {PIPES}]; time.sleep(600)")
    monkeypatch.syspath_prepend(tmp_path)
    async with Sandbox(children=1, wall=600) as sandbox:
        asked = asyncio.create_task(sandbox.parse(fetched(GOOD), JOB))
        await until_async(lambda: sandbox.pids)
        (child,) = sandbox.pids
        with pytest.raises(SandboxError, match=told):
            async with asyncio.timeout(PATIENCE):
                await asked
        assert sandbox.pids == ([] if told == DIED else [child])
    assert not runs(child)


@pytest.mark.parametrize(
    "then", ["time.sleep(600)", f"[os.write(fd, bytes(65536)) for _ in iter(int, 1) for fd in {PIPES}]"]
)
def test_a_process_that_a_child_in_the_hands_of_its_document_has_started_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    """It keeps the pipes of the child open, which has ended, and may go on answering."""
    started = tmp_path / "started"
    note = f"open({str(started)!r}, 'w').write(str(os.getpid()))"
    reading(tmp_path, f"os.path.exists({str(started)!r}) or os.fork() and os._exit(0) or ({note}, {then})")
    monkeypatch.syspath_prepend(tmp_path)

    async def main() -> None:
        async with asyncio.timeout(PATIENCE), Sandbox(children=1, wall=5) as sandbox:
            with pytest.raises(SandboxError):
                await sandbox.parse(fetched(GOOD), JOB)
            sandbox._wall = PATIENCE
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2

    try:
        asyncio.run(main())
    finally:
        with suppress(ProcessLookupError):  # its pipe has broken
            os.kill(int(started.read_text()), signal.SIGKILL)


def test_of_an_idle_child_that_has_ended_no_pipe_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that it has started holds the other ends."""
    started, files = tmp_path / "started", Path("/proc/self/fd")
    note = f"open({str(started)!r}, 'w').write(str(os.getpid()))"
    reading(tmp_path, f"os.path.exists({str(started)!r}) or os.fork() or ({note}, time.sleep(600))")
    monkeypatch.syspath_prepend(tmp_path)

    async def main() -> None:
        async with asyncio.timeout(PATIENCE), Sandbox(children=1) as sandbox:
            await sandbox.parse(fetched(GOOD), JOB)
            await until_async(lambda: started.exists() and started.read_text())
            open_files = len(list(files.iterdir()))
            os.kill(sandbox.pids[0], signal.SIGKILL)
            await until_async(lambda: not sandbox.pids)
            await sandbox.parse(fetched(GOOD), JOB)
            assert len(list(files.iterdir())) == open_files

    try:
        asyncio.run(main())
    finally:
        os.kill(int(started.read_text()), signal.SIGKILL)


async def test_a_document_that_makes_the_program_fail_ends_no_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(tmp_path, "raise KeyError('from the document')")  # once: then nothing is called any more
    monkeypatch.syspath_prepend(tmp_path)
    async with Sandbox(children=1) as sandbox:
        with pytest.raises(SandboxError) as error:
            await sandbox.parse(fetched(GOOD), JOB)
        assert str(error.value) == "the document could not be read (KeyError)"
        (child,) = sandbox.pids
        assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        assert sandbox.pids == [child]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_a_child_that_crashes_leaves_no_copy_of_its_memory_on_the_disk() -> None:
    """A document that crashes it is there at each poll."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    async with Sandbox(children=1) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        said = Path(f"/proc/{sandbox.pids[0]}/limits").read_text()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in said.splitlines()}
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [str(512 * MEBIBYTE)] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("busy_with", ["nothing", "a document"])
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path, busy_with: str) -> None:
    """Also one that reads a document, and sees the end of its input only afterwards."""
    done = reading(tmp_path, "time.sleep(600)" if busy_with == "a document" else "pass")
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio, os, signal\n"
        "from builders.documents import JOB\n"
        "from aggregator.sandbox.pool import Sandbox\n"
        "from aggregator.model.source import Candidates, Fetched, Freshness\n"
        "async def main():\n"
        "    sandbox = Sandbox(children=1)\n"
        "    body = b'<rss><channel><item><title>x</title></item></channel></rss>'\n"
        "    fetched = Fetched('https://e.org/', 200, body, None, None, None, Freshness())\n"
        "    answer = asyncio.create_task(sandbox.parse(fetched, JOB))\n"
        f"    while not (os.path.exists({str(done)!r}) and {busy_with == 'a document'} or answer.done()):\n"
        "        await asyncio.sleep(0.01)\n"
        "    print(*sandbox.pids, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )

    async def main() -> int:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        parent = await asyncio.create_subprocess_exec(
            sys.executable, str(program), stdout=asyncio.subprocess.PIPE, env=environment
        )
        assert parent.stdout is not None
        child = int(await parent.stdout.readline())
        await parent.wait()
        return child

    child = asyncio.run(main())
    until(lambda: not runs(child))


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_child_ends_whose_parent_died_before_it_could_say_that_it_must_not_outlive_it() -> None:
    """Somebody else is its parent by then; a brother may still hold the other end of its input."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-m", "aggregator.sandbox.child", str(os.getppid()), "0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    ) as child:  # fmt: skip
        assert child.stdout
        assert child.stdout.read(frames.LENGTH) == b"", "it ended before it was ready"
        assert child.wait(PATIENCE) == 0


def test_an_answer_that_is_none_of_ours_is_refused() -> None:
    for payload in (b"", b"\xc1", b"\x80", msgspec.msgpack.encode({"type": "Done", "feed": {"format": 7}})):
        with pytest.raises(msgspec.MsgspecError):
            frames.decode_answer(payload)


def test_an_answer_with_a_longer_list_than_ours_is_refused_before_it_is_read() -> None:
    """By a child that was taken over: sixty million empty strings took a gigabyte of its parent, and held up all else for seconds."""
    good, long = read(GOOD), ("",) * 101
    (first, *_) = good.items
    feeds = [
        replace(good, flaws=long),
        replace(good, drops=(Drop("empty-entry"),) * 101),
        replace(good, items=(first,) * 1001),
        replace(good, channel=replace(good.channel, skip_hours=(1,) * 101)),
        replace(good, channel=replace(good.channel, skip_days=(1,) * 101)),
        replace(good, items=(replace(first, categories=long),)),
        replace(good, items=(replace(first, former_ids=long),)),
        replace(good, items=(replace(first, enclosures=(Enclosure(URL),) * 101),)),
    ]
    found = [Candidates({str(n): "" for n in range(101)}, (), ()), Candidates({}, long, ()), Candidates({}, (), long)]
    answers: list[frames.Answer] = [*map(frames.Done, feeds), *map(frames.Found, found)]
    for one in answers:
        with pytest.raises(msgspec.ValidationError, match="length <= 100"):
            frames.decode_answer(frames.encode(one)[frames.LENGTH :])
    begun = frames.encode(frames.Found(Candidates({}, (), ())))[frames.LENGTH :].replace(
        b"linked\x90", b"linked\xdd\xff\xff\xff\xff"
    )
    with pytest.raises(msgspec.ValidationError, match="length <= 100"):
        frames.decode_answer(begun)


@pytest.mark.parametrize(
    ("of_item", "of_feed"),
    [
        ({"published": "2026-01-01T00:00:00"}, {}), ({"published": "0001-01-01T00:00:00+23:59"}, {}),
        ({"published": "9999-12-31T23:59:59-23:59"}, {}), ({}, {"flaws": ["\x1b[2J"]}), ({}, {"flaws": ["guid-flood\n"]}),
        ({}, {"drops": [{"reason": "a, b"}]}), ({}, {"format": "r" * 41}),
    ],
)  # fmt: skip
def test_an_answer_with_what_no_document_holds_is_refused(
    of_item: dict[str, object], of_feed: dict[str, object]
) -> None:
    """By a child that was taken over: such a date ended the poll of all sources, and the words were printed on a terminal."""
    answer = msgspec.msgpack.decode(frames.encode(frames.Done(read(GOOD)))[frames.LENGTH :])
    assert frames.decode_answer(msgspec.msgpack.encode(answer))
    answer["feed"]["items"][0] |= of_item
    answer["feed"] |= of_feed
    with pytest.raises(msgspec.ValidationError):
        frames.decode_answer(msgspec.msgpack.encode(answer))


@pytest.mark.parametrize("said", ["a\nb", "\x1b[2J", "x" * 1001])
def test_a_failure_in_words_that_are_none_of_ours_is_refused(said: str) -> None:
    for failed in (frames.Refused("not-a-feed", said), frames.Crashed(said)):
        with pytest.raises(msgspec.ValidationError):
            frames.decode_answer(frames.encode(failed)[frames.LENGTH :])


async def test_secrets_of_the_environment_stay_with_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_TOKEN", "secret-value")
    async with Sandbox(children=1) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        (child,) = sandbox.pids
        assert b"secret-value" not in Path(f"/proc/{child}/environ").read_bytes()


async def test_sources_whose_documents_stall_again_and_again_hold_up_others_once() -> None:
    """Then they share a child."""
    worst = [replace(JOB, source=f"worst-{n}") for n in range(2)]
    async with Sandbox(children=2, wall=0.2, alone=0) as sandbox:
        first = await asyncio.gather(*(sandbox.parse(fetched(SLOW), job) for job in worst), return_exceptions=True)
        assert all(isinstance(one, SandboxError) for one in first), first
        sandbox._wall = PATIENCE
        again = [asyncio.create_task(sandbox.parse(fetched(SLOW), job)) for job in worst]
        await stalled(sandbox)
        for _ in range(10):
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        assert not any(task.done() for task in again)
    await asyncio.gather(*again, return_exceptions=True)


async def test_a_source_whose_document_is_read_again_waits_for_no_slow_one() -> None:
    page = replace(fetched(b"<html><body>word"), content_type="text/html")
    async with Sandbox(children=2, wall=PATIENCE) as sandbox:
        await sandbox.parse(fetched(GOOD), JOB)
        await stalled(sandbox)
        sandbox._wall = 1
        with pytest.raises(SandboxError, match="longer than"):
            await sandbox.parse(fetched(GOOD), JOB)
        sandbox._wall = PATIENCE
        await sandbox.parse(fetched(GOOD), JOB)
        await stalled(sandbox)
        slow = asyncio.create_task(sandbox.extract(page, Told("Word", "", "")))
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        assert not slow.done()
    with pytest.raises(SandboxError):
        await slow


async def test_articles_that_stall_hold_up_no_feed() -> None:
    """Their pages never get the last child."""
    page = replace(fetched(b"<html><body>" + b"<p>word <b>word" * 200_000), content_type="text/html")
    async with Sandbox(children=2, wall=PATIENCE) as sandbox:
        pages = [asyncio.create_task(sandbox.extract(page, Told("Word", "", ""))) for _ in range(3)]
        await stalled(sandbox)
        for _ in range(10):
            assert len((await sandbox.parse(fetched(GOOD), JOB)).items) == 2
        assert not any(task.done() for task in pages), "feeds did not wait for a page"
    ended = await asyncio.gather(*pages, return_exceptions=True)
    assert all(isinstance(one, SandboxError) for one in ended), ended
