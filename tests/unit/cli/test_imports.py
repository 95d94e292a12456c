"""How quickly a command starts: it imports what it needs, which may be a fraction of what the program has."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pydantic", "yaml", "werkzeug", "feedgen", "aiohttp", "apscheduler")
"""Each takes a command as long to import as it takes to read the configuration, or longer."""


@pytest.mark.parametrize(
    "modules",
    [
        "cli.sources, aggregator.web.sources",
        "cli.explain, aggregator.web.receipts",
        "cli.plan, aggregator.cli.check, aggregator.cli.apply, aggregator.cli.prune, aggregator.cli.backup",
        "cli.poll, aggregator.pipeline.edition",
        "cli.run, aggregator.worker.web_process",  # until its web is started, which readers wait for
    ],
)
def test_a_command_does_not_import_what_it_may_not_need(modules: str) -> None:
    code = f"import sys, aggregator.cli.main, aggregator.{modules}; print(*sorted({{*{HEAVY}}} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_the_grouping_does_not_import_what_scipy_does_not_need() -> None:
    # numpy still has them for who uses them, though scipy took over its names.
    code = (
        "import sys, aggregator.stories.grouping, numpy; print(*sorted({'numpy.f2py', 'numpy.testing'} & {*sys.modules})); "
        "numpy.testing.assert_equal(numpy.f2py.__name__, 'numpy.f2py')"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_what_is_imported_of_numpy_while_scipy_is_imported_stays() -> None:
    # By another version of scipy, or in another thread.
    code = """
import sys
class Meanwhile:
    def find_spec(self, name, path, target=None):
        if name == "scipy.sparse":
            import numpy.testing
sys.meta_path.insert(0, Meanwhile())
import aggregator.stories.sparse, numpy
numpy.testing.assert_equal(numpy.f2py.__name__, "numpy.f2py")
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""
