"""`aggregator check`: validate feeds.yaml and run its examples."""

from __future__ import annotations

import argparse
import sys

from aggregator.bootstrap import Application, Installation
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.terminal import print_json
from aggregator.errors import ConfigError
from aggregator.text.plurals import counted


def run(args: argparse.Namespace, installation: Installation) -> int:
    from aggregator.categorise.examples import check_examples

    settings = None
    try:
        application = Application.load(installation)
        settings = application.settings
        errors = check_examples(application.rulebook)
        problems = (*application.warnings, *errors)
    except ConfigError as error:
        problems = errors = error.problems
    if args.json:
        print_json({"ok": not errors, "problems": problems})
    else:
        for problem in problems:
            print(problem)
        if settings is not None and not errors:
            examples = sum(
                len(rule.examples) + len(rule.counterexamples) for rule in (*settings.sections, *settings.topics)
            )
            print(
                f"{installation.config} is valid: {counted(len(settings.sources), 'source')}, "
                f"{counted(len(settings.sections), 'section')}, {counted(len(settings.topics), 'topic')}, "
                f"{counted(examples, 'example holds', 'examples hold')}.",
                file=sys.stderr,
            )
    return 2 if errors else 0


COMMAND = Command("Validate the configuration and run its examples; exit 0 if valid, else 2.", json_option, run)
