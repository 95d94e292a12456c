"""`aggregator check`: validate feeds.yaml and run its examples."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import suppress
from zoneinfo import ZoneInfo

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.terminal import print_json, say
from aggregator.errors import ConfigError, Problem
from aggregator.model.settings import Settings
from aggregator.normalise.characters import visible
from aggregator.text.plurals import counted


def run(args: argparse.Namespace, installation: Installation) -> int:
    from aggregator.categorise.examples import check_examples

    valid = None
    try:
        application = Application.load(installation)
        errors = check_examples(application.rulebook)
        problems = (*application.warnings, *_over(application.settings), *errors)
        valid = None if errors or args.json else f"{installation.config} is valid: {_contents(application.settings)}."
    except ConfigError as error:
        problems = errors = error.problems
    problems = tuple(problem.under(str(installation.config)) for problem in problems)
    with suppress(BrokenPipeError):  # of a reader that has enough (`| head`): the exit code is that of the file
        if args.json:
            print_json({"ok": not errors, "problems": problems})
        else:
            for problem in problems:
                print(visible(str(problem)))  # others may have named the file
    say(valid)
    return 2 if errors else 0


def _over(settings: Settings) -> Iterator[Problem]:
    """Warnings of pins that are over: the year may be mistyped. Not among those of the file, which are kept as long as it stays."""
    today = utc_now().astimezone(ZoneInfo(settings.site.timezone)).date()
    for pin in settings.overrides.pin:
        if not pin.holds(today):
            yield pin.at.warning(f"this pin has no effect, since {pin.until} is past: delete it")


def _contents(settings: Settings) -> str:
    examples = sum(len(rule.examples) + len(rule.counterexamples) for rule in settings.rules)
    return (
        f"{counted(len(settings.sources), 'source')}, {counted(len(settings.sections), 'section')}, "
        f"{counted(len(settings.topics), 'topic')}, {counted(examples, 'example holds', 'examples hold')}"
    )


COMMAND = Command(
    "Validate the configuration and run its examples. Prints FILE:LINE:COLUMN: MESSAGE for each error and warning; exits with 0 "
    "if there are no errors, else with 2.",
    json_option,
    run,
    "--config proposal.yaml check",
)
