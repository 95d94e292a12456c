"""In which forms a word of a search is found."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.fold import key
from aggregator.text.forms import forms

LINES = [
    line.split()
    for line in (files("aggregator.text") / "data" / "numbers.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("hurricane", "hurricanes"), ("country", "countries"), ("boycott", "boycotts"), ("crash", "crashes"), ("church", "churches"),
        ("headache", "headaches"), ("tax", "taxes"), ("virus", "viruses"), ("cause", "causes"), ("house", "houses"),
        ("class", "classes"), ("tornado", "tornadoes"), ("volcano", "volcanos"), ("shoe", "shoes"), ("war", "wars"), ("spy", "spies"),
        ("crisis", "crises"), ("woman", "women"), ("gunman", "gunmen"), ("life", "lives"), ("movie", "movies"), ("Houthi", "Houthis"),
        ("referendum", "referenda"), ("American", "Americans"), ("militia", "militias"), ("key", "keys"), ("survey", "surveys"),
        ("F-35", "F-35s"), ("T-72", "T-72s"), ("Su-35", "Su-35s"), ("UAV", "UAVs"), ("air-strike", "air-strikes"),
        ("hero", "heroes"), ("army", "armies"), ("veto", "vetoes"), ("inch", "inches"), ("fox", "foxes"), ("bureau", "bureaus"),
        ("Su35", "Su-35s"), ("MiG-29", "mig29s"), ("covid19", "COVID-19"), ("airstrike", "air-strikes"), ("HIMARS-1", "HIMARS-1s"),
    ],
)  # fmt: skip
def test_singular_and_plural_find_each_other(one: str, several: str) -> None:
    assert key(several) in map(key, forms(one))
    assert key(one) in map(key, forms(several))


def test_a_phrase_is_searched_as_written_and_a_type_in_it_as_the_index_has_it() -> None:
    assert forms('"new hurricanes"') == ("new hurricanes",)
    assert forms('"the F 35 and su 35"') == ("the F 35 and su 35", "the F-35 and su 35")
    assert forms('"Т  90"') == ("Т  90", "Т-90")
    assert forms('"group 7 f"') == ("group 7 f",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("defence", "defense"), ("defences", "defense"), ("Zelensky", "zelenskyy"), ("Kiev", "kyiv"), ("Türkiye", "turkey"),
        ("programmes", "programs"), ("tonnes", "tons"), ("organised", "organized"), ("armoured", "armored"), ("labourers", "laborers"),
        ("organisation", "organizations"), ("behavioural", "behavioral"), ("air-defences", "air-defense"),
        ("re-election", "reelection"), ("cease-fires", "ceasefire"), ("Ukraine's", "ukraine"), ("hurricanes,", "hurricane"),
        ("(hurricanes)", "hurricane"), ("states’", "states"),
    ],
)  # fmt: skip
def test_what_is_spelled_otherwise_is_found(one: str, other: str) -> None:
    assert other == key(one).strip("'") or other in map(key, forms(one))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("f-35", "f-35b"), ("F-16", "F-16v"), ("Su-35", "Su-35s"), ("MiG-31", "MiG-31k"), ("b-1", "b-1b"), ("f35", "f35b"),
        ("email", "e-mail"), ("e-mails", "email"),
    ],
)  # fmt: skip
def test_a_variant_is_found(typed: str, found: str) -> None:
    assert found in forms(typed)
    assert forms(f'"{typed}"') == (typed,)


def test_what_may_be_no_variant_is_not_read_as_one() -> None:
    assert forms("g7") == ("g7", "g7s"), "without a hyphen it may be a group"
    assert forms("b-2") == ("b-2", "b-2s"), "B2B is another word"
    assert forms("Müller") == ("Müller", "mullers"), "nor is Mueller, mostly another man"


def test_what_many_write_with_a_hyphen_is_found_without_and_with_it() -> None:
    assert {"re-election", "cease-fire", "air-strikes"} < {
        *forms("reelection"),
        *forms("ceasefire"),
        *forms("airstrikes"),
    }
    assert {"reelection", "ceasefires", "airstrike"} < {
        *forms("re-election"),
        *forms("cease-fire"),
        *forms("air-strikes"),
    }


@pytest.mark.parametrize(
    "term",
    [
        '"hurricanes"', '"rare earths"', "rare earths", "missile*", "news", "arms", "arm", "states", "us", "US", "U.S.", "UN", "with",
        "Hamas", "Paris", "Texas", "politics", "new", "1990s", "5g", "東京", "Москвы", "Straße", "J. D.", "a*", "x", "_", "-",
    ],
)  # fmt: skip
def test_these_are_found_as_they_are_written(term: str) -> None:
    assert [form for form in forms(term) if key(form) != key(term.strip('"'))] in ([], ["strasses"])


def test_marches_are_not_the_month() -> None:
    assert forms("marches") == ("marches",)
    assert "marches" not in forms("March")


def test_any_of_several_words_is_found_in_its_forms() -> None:
    assert forms('hero OR "air raids" OR defences') == ("hero", "heros", "heroes", "air raids", *forms("defences"))
    assert forms('"hero OR heroes"') == ("hero OR heroes",)
    assert forms("héros OR sanctions", "fr") == ("héros", "sanctions")


def test_words_of_another_language_are_not_taken_for_english() -> None:
    for lang in ("de", "fr-CA", "es"):
        assert forms("labours", lang) == ("labours",)
    assert len(forms("labours", "en")) == len(forms("labours", "en-GB")) == len(forms("labours", "EN")) == 4
    for word in ("sans", "dans", "pays", "corps", "temps", "mais", "alles", "eine", "sind", "para"):
        assert forms(word) == (word,), "nor where no language is asked for: these would be San, Dan, pay, corp, temp …"


@given(st.text(max_size=40) | st.from_regex(r"[\w_'*\"-]{1,20}", fullmatch=True), st.sampled_from((None, "en", "fr")))
def test_the_word_itself_comes_first_and_every_form_once(term: str, lang: str | None) -> None:
    found = forms(term, lang)
    assert found[0] in (term, term[1:-1])
    assert len(set(found)) == len(found)
    assert len(found) < 40


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_each_line_of_the_list_counts(line: list[str]) -> None:
    if len(line) == 1:
        (word,) = line
        assert forms(word) == (word,)
        assert word not in forms(word.removesuffix("s"))
    else:
        one, several = line
        assert several in forms(one)
        assert one in forms(several)
    assert LINES.count(line) == 1


def test_a_word_of_the_list_without_another_form_would_have_one_by_rule() -> None:
    """Or it would be no use to list it."""
    for word in (word for word, *more in LINES if not more):
        assert word.endswith("s") and not word.endswith("ss")
