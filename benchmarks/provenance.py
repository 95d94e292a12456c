"""Which shipped files were built from which. The builders record it, so that a test notices when a source was edited and the file
not rebuilt; rebuilding needs packages that are not installed where tests run.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = Path(__file__).parent / "places" / "built.json"


def record(target: Path, *sources: Path) -> None:
    """Record that `target` was built from `sources` as they are now."""
    known = _known() | {_name(target): {_name(source): _digest(source) for source in sources}}
    RECORD.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def outdated() -> list[str]:
    """The files whose sources have changed since they were built."""
    return [
        target
        for target, sources in _known().items()
        if any(_digest(ROOT / source) != digest for source, digest in sources.items())
    ]


def _known() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return known


def _name(path: Path) -> str:
    return path.resolve().relative_to(ROOT.resolve()).as_posix()


def _digest(path: Path) -> str:
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()
