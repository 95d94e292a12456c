"""Countries by ISO 3166 code: the name that readers see, and the slug in addresses. The names are those of CLDR (English), some of
them shortened; rules may also name a country as UN M49 does."""

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

_M49 = {
    "BN": "brunei-darussalam", "BO": "bolivia-plurinational-state-of", "BQ": "bonaire-sint-eustatius-and-saba",
    "CD": "democratic-republic-of-the-congo", "CG": "congo", "CV": "cabo-verde", "CZ": "czechia",
    "FK": "falkland-islands-malvinas", "FM": "micronesia-federated-states-of",
    "GB": "united-kingdom-of-great-britain-and-northern-ireland", "GS": "south-georgia-and-the-south-sandwich-islands",
    "HK": "china-hong-kong-special-administrative-region", "HM": "heard-island-and-mcdonald-islands",
    "IR": "iran-islamic-republic-of", "KP": "democratic-peoples-republic-of-korea", "KR": "republic-of-korea",
    "LA": "lao-peoples-democratic-republic", "MD": "republic-of-moldova", "MF": "saint-martin-french-part",
    "MO": "china-macao-special-administrative-region", "NL": "netherlands-kingdom-of-the", "PN": "pitcairn",
    "PS": "state-of-palestine", "RU": "russian-federation", "SJ": "svalbard-and-jan-mayen-islands",
    "SX": "sint-maarten-dutch-part", "SY": "syrian-arab-republic", "TR": "turkiye", "TZ": "united-republic-of-tanzania",
    "UM": "united-states-minor-outlying-islands", "US": "united-states-of-america", "VA": "holy-see",
    "VC": "saint-vincent-and-the-grenadines", "VE": "venezuela-bolivarian-republic-of", "VI": "united-states-virgin-islands",
    "WF": "wallis-and-futuna-islands",
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


@cache
def _codes() -> Mapping[str, str]:
    ours = {_joined(slug): code for code, (slug, _) in countries().items()}
    return ours | {_joined(slug): code for code, slug in _M49.items()}


def country_of(slug: str) -> str | None:
    """The code of the country with this name, ours or that of UN M49, as a slug. Hyphens do not count, so that `vietnam` is `viet-nam`,
    and `cote-d-ivoire` `cote-divoire`."""
    return _codes().get(_joined(slug))


def _joined(slug: str) -> str:
    return slug.lower().replace("-", "")
