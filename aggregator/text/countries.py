"""Countries by ISO 3166 code: the name that readers see, and the slug in addresses. The names are those of CLDR (English), some of
them shortened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

_ALSO = {
    "AE": ("UAE", "Emirates"), "BA": ("Bosnia",), "CD": ("DRC", "Democratic Republic of Congo"),
    "CI": ("Ivory Coast",), "CZ": ("Czechia",), "GB": ("UK", "Britain", "Great Britain"), "KP": ("DPRK",), "MM": ("Burma",),
    "NL": ("Holland", "The Netherlands"), "PH": ("The Philippines",), "PS": ("Palestine",), "TL": ("East Timor",),
    "TR": ("Türkiye",), "US": ("US", "USA"), "VA": ("Vatican",),
}  # fmt: skip


@cache
def countries() -> Mapping[str, tuple[str, str]]:
    """Code → (slug, name)."""
    text = (files("aggregator.text") / "data" / "countries.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {code: (slug, name) for code, slug, name in rows}


def names() -> Iterator[tuple[str, str]]:
    """(code, name) for each country, and for each other name that feeds use."""
    for code, (_, name) in countries().items():
        yield code, name
        yield from ((code, other) for other in _ALSO.get(code, ()))
