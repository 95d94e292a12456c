"""Countries by ISO 3166 code: the name that readers see and the slug in addresses. Names from CLDR (English), some shortened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def countries() -> Mapping[str, tuple[str, str]]:
    """Code → (slug, name)."""
    text = (files("aggregator.text") / "data" / "countries.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {code: (slug, name) for code, slug, name in rows}
