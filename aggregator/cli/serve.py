"""`aggregator serve`: the web without polling, on granian."""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import threading
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from aggregator.bootstrap import Application, Installation, web_application
from aggregator.cli.arguments import Command, number, option
from aggregator.cli.broken_file import for_service
from aggregator.cli.terminal import say
from aggregator.errors import TooManyFiles, UsageError
from aggregator.sandbox.memory import save_memory_of_web
from aggregator.sandbox.parent import die_with_parent
from aggregator.worker.startup import PARENT, check_port, end_on_signals, terminal_closed, wait_until_listened

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

THREADS = 5  # started on demand; with more than 2 × cores + 1 granian warns at each start
FILES = 64  # minimum number of files that a process must be able to open to serve anybody
KILL_AFTER = 5  # seconds that open connections get when the service stops
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound
"""What stands for all addresses of the machine, and the one that links name."""


def add(parser: argparse.ArgumentParser) -> None:
    option(parser, "--host", "address to listen on", default="127.0.0.1")
    option(parser, "--port", "port to listen on", default="8000")


def listening(args: argparse.Namespace, installation: Installation) -> tuple[str, int, Installation]:
    """(host, port, installation with the address under which it is reached).

    Raises:
        TooManyFiles: this process may open too few files to serve even a few readers.
    """
    if 0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[0] < FILES:  # negative: no limit
        raise TooManyFiles
    host, port = str(args.host), number("--port", args.port, 65535)
    if not host:  # an empty host would mean all addresses of the machine
        raise UsageError("--host: expected an address or a name of this machine")
    shown = EVERYWHERE.get(host, host)
    return host, port, replace(installation, address=f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")


def announce(application: Application) -> None:
    if application.settings.site.url is None:
        print(
            f"warning: site.url is not set, so feeds link to {application.installation.address}; "
            f"set it in {application.installation.config} to the public address before others subscribe",
            file=sys.stderr,
        )


def run(args: argparse.Namespace, installation: Installation) -> int:
    end_on_signals()
    host, port, installation = listening(args, installation)
    address = check_port(host, port)
    if parent := os.environ.get(PARENT):
        die_with_parent(int(parent))
    else:
        application = for_service(installation)
        say(application.database.notice_if_new())
        with closing(application.database.open()) as archive:  # creates or migrates it before anybody reads
            in_force = archive.upkeep.configuration()
        announce(application)
        if in_force is not None and not application.settings.is_of(in_force.texts):
            print(
                f"{installation.config} is not the configuration in force, which is served; "
                "`aggregator worker`, `run` or `apply` puts it in force",
                file=sys.stderr,
            )
    # For the processes that granian starts.
    os.environ.update({**installation.environment(), PARENT: str(os.getpid())})
    _fork()
    others = " and at the other addresses of this machine" if host in EVERYWHERE else ""
    _granian(address, port, f"Serving on {installation.address}{others} (Ctrl-C stops)")
    return 0


def _fork() -> None:
    """Have granian fork its worker process. By default Python 3.14 would start a new interpreter for it, which would not be detached
    (`_detach`) and would load all modules again."""
    from multiprocessing import set_start_method

    if sys.platform == "linux":
        set_start_method("fork", force=True)
    os.register_at_fork(after_in_child=_detach)


def _detach() -> None:
    """Run in granian's worker after the fork: put it into a process group of its own, and reset its signal handlers. Granian's main
    process stops it. A Ctrl-C in the terminal would otherwise reach the worker too, which would then get a second signal and wait to
    be killed; and with the inherited handlers a worker that is still starting would ignore its signal."""
    os.setpgid(0, 0)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_DFL)


def _served(address: str, port: int, said: str) -> Any:
    """Load the application in granian's worker, and print `said` once the worker listens: granian does not report that, and scripts wait
    for this line before they send requests."""
    save_memory_of_web()
    application = web_application()
    threading.Thread(target=_say_when_listening, args=(address, port, said), daemon=True).start()
    return application


def lives(child: BaseProcess) -> bool:
    """Whether a child process has not ended. As soon as another thread has taken note of its end, which granian's does, it has, though
    `is_alive` may say yes for a moment: granian would log then that it kills a worker which had refused to stop."""
    try:
        os.waitid(os.P_PID, child.pid or 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return child.is_alive()


def _say_when_listening(address: str, port: int, said: str) -> None:
    wait_until_listened(address, port)
    print(said, file=sys.stderr, flush=True)


def _granian(address: str, port: int, said: str) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    class Server(MPServer):
        def signal_handler_reload(self, *_: Any) -> None:
            react: Any = self.signal_handler_interrupt if terminal_closed() else super().signal_handler_reload
            react()

        def _spawn_worker(self, *args: Any, **named: Any) -> Any:
            worker: Any = super()._spawn_worker(*args, **named)
            worker.is_alive = partial(lives, worker.inner)
            return worker

    server = Server(
        "aggregator",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # over HTTP/2 one connection may ask for 200 answers at once, and never take them
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        log_level=LogLevels.warning,
    )
    # Not granian's own loader, which prefers modules of the current folder.
    server.serve(target_loader=partial(_served, address, port, said), wrap_loader=False)


COMMAND = Command(
    "Serve feeds, pages and the API, without polling (that is `aggregator worker`).",
    add,
    run,
    "serve --host 0.0.0.0",
)
