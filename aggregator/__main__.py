"""The command `aggregator`. Importing its modules takes longer than most commands. A Ctrl-C ends it at once meanwhile: an exception in the
middle of an import may be taken for a failure of that import, and crashes some modules that are not written in Python."""

import signal


def main() -> int:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where the caller has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from aggregator.cli.main import main as command

    return command()


if __name__ == "__main__":
    raise SystemExit(main())
