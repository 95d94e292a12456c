"""`aggregator export`: print the sources as OPML."""

from __future__ import annotations

import argparse
import sys

from aggregator.bootstrap import Installation, utc_now
from aggregator.cli.arguments import Command, nothing
from aggregator.cli.broken_file import file_or_in_force
from aggregator.model.settings import Settings, Source


def run(args: argparse.Namespace, installation: Installation) -> int:
    with file_or_in_force(installation) as application:
        _print(application.settings)
    return 0


def _print(settings: Settings) -> None:
    from aggregator.config.environment import expand, mask, references
    from aggregator.render.opml import Outline, render

    public = [one for one in settings.sources if not references(one.url) and mask(one.url) == one.url]
    outlines = [Outline(one.name, expand(one.url, {}), folder=_folder(one)) for one in public]
    rendered = render(settings.site.title, outlines, utc_now())
    sys.stdout.buffer.write(rendered.body)
    sys.stdout.buffer.flush()
    if secret := len(settings.sources) - len(public):
        print(f"Sources left out, because their address holds a secret: {secret}.", file=sys.stderr)


def _folder(source: Source) -> tuple[str, ...]:
    """The folder from which `import` made the label of the source."""
    from aggregator.config.edit import FOLDER

    return tuple(filter(None, dict(source.labels).get(FOLDER, "").split("/")))


COMMAND = Command(
    "Print the sources as OPML, for other feed readers. Labels that `import` made of folders become folders again; addresses "
    "that contain secrets are left out.",
    nothing,
    run,
    "export > list.opml",
)
