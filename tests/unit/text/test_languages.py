"""Which language a text is in."""

from __future__ import annotations

import pytest

from aggregator.text.languages import LONG, function_words, language, language_code, language_tag
from aggregator.text.words import tokens


@pytest.mark.parametrize(
    ("text", "said", "lang"),
    [
        ("Die Feuerwehr ist mit hundert Kräften im Einsatz und nicht in Gefahr", None, "de"),
        ("Los bomberos han pedido más medios para que el fuego no llegue a la ciudad", "en-us", "es"),
        ("Москва заявила, что это не было решением, которое от неё ждали", None, "ru"),
        ("Морозы не повлияют на сроки: ярмарку по традиции откроют за час до полуночи", None, "ru"),
        ("Новый мост за зиму не построят, заявили власти по итогам проверки", None, "ru"),
        ("Уряд не сказав, що буде далі з мостом на півночі: роботи за планом, але без «крыши»", None, "uk"),
        ("国会通过了新的预算案，总统表示欢迎", None, "zh"),
        ("東京で新しい法律が成立しました", "en", "ja"),
        ("ရန်ကုန်မြို့တွင် မီးလောင်", None, "my"),
        ("ភ្លើងឆេះផ្សារនៅភ្នំពេញ", "en", "km"),
        ("ໄຟໄໝ້ຕະຫຼາດໃນວຽງຈັນ", None, "lo"),
        ("Feuer in Ulm", "de-AT", "de"),  # too little to tell
        ("Feuer in Ulm", None, ""),
        ("Trümmer treffen Häuser: Dekret für die Anwohner", None, "de"),  # two function words, of no other language
        ("Feuer in Ulm und in London", "en", "en"),
        ("Sale of Chateau de la Mer", None, ""),
        ("The man from Los Angeles and his friends in La Paz are on the way to San Juan", "en", "en"),
        ("Real Madrid beat Paris Saint-Germain", "en", "en"),
        ("The council will meet in the town hall on Monday and vote on the plan", "es", "en"),
        ("The council will meet in the town hall on Monday and vote on the plan", "kn", "kn"),  # not known, and so believed
        ("Det var ikke noe som han ville ha", "no-NO", "nb"),
        ("", None, ""),
        ("", "pt_BR", "pt"),
        ("", "in-ID", "id"),  # as Java and the list of languages for RSS write it
    ],
)  # fmt: skip
def test_the_language_is_what_the_feed_says_unless_the_text_is_plainly_another(
    text: str, said: str | None, lang: str
) -> None:
    assert language(tokens(text), said) == lang


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("EN-gb", "en-GB"),
        (" de ", "de"),
        ("in_ID", "id-ID"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("ENG", "en"),
        ("deu-at", "de-AT"),
        ("fre", "fr"),
        ("fil", "fil"),
        ("MUL", None),
        ("und", None),
        ("English", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_tag_has_its_usual_writing(said: str | None, tag: str | None) -> None:
    assert language_tag(said) == tag


def test_languages_known_here_are_known_by_their_long_codes() -> None:
    """Otherwise a report whose feed says `eng` would join no other report in English."""
    short = {lang for lang in function_words() if len(lang) == 2} - {"sh"}
    assert short <= {tag for long in LONG if (tag := language_tag(long))}
    text = tokens("Der Hund da")
    assert language(text, "eng") == language(text, "en") == "en", "as an item of before these codes were replaced"
    assert [language_code(long) for long in ("eng", "hrv", "nno-NO")] == ["en", "sh", "nb"]
