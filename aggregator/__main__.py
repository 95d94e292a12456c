"""The command `aggregator`. Loading its parts takes longer than most of its commands: a Ctrl-C meanwhile ends it as it would end
the command, without a word."""


def main() -> int:
    try:
        from aggregator.cli.main import main as command
    except KeyboardInterrupt:
        return 130
    return command()


if __name__ == "__main__":
    raise SystemExit(main())
