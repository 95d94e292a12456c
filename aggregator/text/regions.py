"""Countries by ISO 3166 code, with the names that readers see and the slugs in addresses, and regions of the world as rules name them: UN
M49 regions as slugs, and groups of countries.

The names of countries are those of CLDR (English), some of them shortened; rules may also name a country as UN M49 does. Source of the
regions: UN Statistics Division, "Standard country or area codes for statistical use" (M49). Taiwan and Kosovo, which M49 does not list,
are in eastern-asia and southern-europe. Membership of groups as of 2026.
"""

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


_LEAVES = {
    "northern-africa": "DZ EG LY MA SD TN EH",
    "eastern-africa": "IO BI KM DJ ER ET TF KE MG MW MU YT MZ RE RW SC SO SS UG TZ ZM ZW",
    "middle-africa": "AO CM CF TD CG CD GQ GA ST",
    "southern-africa": "BW SZ LS NA ZA",
    "western-africa": "BJ BF CV CI GM GH GN GW LR ML MR NE NG SH SN SL TG",
    "caribbean": "AI AG AW BS BB BQ VG KY CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VI",
    "central-america": "BZ CR SV GT HN MX NI PA",
    "south-america": "AR BO BV BR CL CO EC FK GF GY PY PE GS SR UY VE",
    "northern-america": "BM CA GL PM US",
    "central-asia": "KZ KG TJ TM UZ",
    "eastern-asia": "CN HK MO KP JP MN KR TW",
    "south-eastern-asia": "BN KH ID LA MY MM PH SG TH TL VN",
    "southern-asia": "AF BD BT IN IR MV NP PK LK",
    "western-asia": "AM AZ BH CY GE IQ IL JO KW LB OM QA SA PS SY TR AE YE",
    "eastern-europe": "BY BG CZ HU PL MD RO RU SK UA",
    "northern-europe": "AX DK EE FO FI IS IE LV LT NO SJ SE GB GG JE IM",
    "channel-islands": "GG JE",
    "southern-europe": "AD AL BA HR GI GR VA IT MT ME MK PT SM RS SI ES XK",
    "western-europe": "AT BE FR DE LI LU MC NL CH",
    "australia-and-new-zealand": "AU CX CC HM NZ NF",
    "melanesia": "FJ NC PG SB VU",
    "micronesia": "GU KI MH FM NR MP PW UM",
    "polynesia": "AS CK PF NU PN WS TK TO TV WF",
    "antarctica": "AQ",
    # Groups.
    "middle-east": "BH CY EG IR IQ IL JO KW LB OM PS QA SA SY TR AE YE",
    "gulf": "BH KW OM QA SA AE",
    "arab-league": "DZ BH KM DJ EG IQ JO KW LB LY MR MA OM PS QA SA SO SD SY TN AE YE",
    "eu": "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
    "euro-area": "AT BE BG HR CY EE FI FR DE GR IE IT LV LT LU MT NL PT SK SI ES",
    "nato": "AL BE BG CA HR CZ DK EE FI FR DE GR HU IS IT LV LT LU ME MK NL NO PL PT RO SK SI ES SE TR GB US",
    "nordic": "DK FI IS NO SE FO AX GL",
    "baltic": "EE LV LT",
    "balkans": "AL BA BG HR XK ME MK RO RS SI GR",
    "caucasus": "AM AZ GE",
    "sahel": "BF TD ML MR NE SN SD",
    "horn-of-africa": "DJ ER ET SO",
    "g7": "CA FR DE IT JP GB US",
    "brics": "BR RU IN CN ZA EG ET ID IR AE",
    "asean": "BN KH ID LA MY MM PH SG TH VN TL",
    "five-eyes": "AU CA NZ GB US",
    "korea": "KP KR",
    "arctic": "CA DK FI GL IS NO RU SE US",
}

_UNIONS = {
    "sub-saharan-africa": "eastern-africa middle-africa southern-africa western-africa",
    "africa": "northern-africa sub-saharan-africa",
    "latin-america-and-the-caribbean": "caribbean central-america south-america",
    "americas": "latin-america-and-the-caribbean northern-america",
    "asia": "central-asia eastern-asia south-eastern-asia southern-asia western-asia",
    "europe": "eastern-europe northern-europe southern-europe western-europe",
    "oceania": "australia-and-new-zealand melanesia micronesia polynesia",
}

_OTHER_NAMES = {
    "latin-america": "latin-america-and-the-caribbean",
    "north-america": "northern-america",
    "southeast-asia": "south-eastern-asia",
    "south-asia": "southern-asia",
    "east-asia": "eastern-asia",
    "west-africa": "western-africa",
    "east-africa": "eastern-africa",
    "north-africa": "northern-africa",
    "central-africa": "middle-africa",
    "pacific": "oceania",
    "european-union": "eu",
}


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


def _build() -> dict[str, frozenset[str]]:
    regions = {slug: frozenset(codes.split()) for slug, codes in _LEAVES.items()}
    for slug, parts in _UNIONS.items():
        regions[slug] = frozenset().union(*(regions[part] for part in parts.split()))
    for name, slug in _OTHER_NAMES.items():
        regions[name] = regions[slug]
    return regions


REGIONS = _build()
"""Slug → ISO 3166 codes."""

COUNTRIES = frozenset().union(
    *(REGIONS[slug] for slug in ("africa", "americas", "asia", "europe", "oceania", "antarctica"))
)
"""All country codes that a rule may name (ISO 3166-1 alpha-2, and XK for Kosovo)."""


@cache
def _codes() -> Mapping[str, str]:
    """Name of a country, ours or that of UN M49, as a slug without hyphens (so that `vietnam` is `viet-nam`) → its code."""
    ours = {slug.replace("-", ""): code for code, (slug, _) in countries().items()}
    return ours | {slug.replace("-", ""): code for code, slug in _M49.items()}


def codes_of(place: str) -> frozenset[str]:
    """The country codes that one entry of `places:` stands for: the code or name of a country, or the slug of a region, in any case; empty
    if it is unknown."""
    if place.lower() in REGIONS:
        return REGIONS[place.lower()]
    code = place.upper() if place.upper() in COUNTRIES else _codes().get(place.lower().replace("-", ""))
    return frozenset((code,)) if code else frozenset()


def are_near(one: str, other: str) -> bool:
    """Whether two countries lie in the same part of a continent (UN M49), such as Western Asia."""
    return any(one in REGIONS[part] and other in REGIONS[part] for part in _LEAVES)
