"""The command `aggregator`. Importing its modules takes longer than most commands, so a Ctrl-C during the imports must also end it
quietly, without a traceback."""


def main() -> int:
    try:
        from aggregator.cli.main import main as command
    except KeyboardInterrupt:
        return 130
    return command()


if __name__ == "__main__":
    raise SystemExit(main())
