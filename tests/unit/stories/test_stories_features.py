from __future__ import annotations

from time import process_time

import pytest

from aggregator.stories.candidate import Candidate
from aggregator.stories.features import features, readable, readable_own
from aggregator.text.headline import bare_lead, bare_title
from aggregator.text.words import stem_ids, stems, tokens, unelided, word_id


def item(title: str, summary: str = "", lang: str | None = None) -> Candidate:
    return Candidate(1, title, summary, "Outlet", None, 0, lang)


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("BREAKING: Dam gives way in the northern valley", "Dam gives way in the northern valley"),
        ("Live updates: Dam gives way in the northern valley", "Dam gives way in the northern valley"),
        ("Dam gives way in the northern valley | The Daily Bugle", "Dam gives way in the northern valley"),
        ("World | Dam gives way in the northern valley | Bugle", "Dam gives way in the northern valley"),
        ("Dam gives way in the northern valley - The Daily Bugle", "Dam gives way in the northern valley"),
        ("Dam gives way in the northern valley – as it happened", "Dam gives way in the northern valley"),
        ("Dam gives way in the northern valley: What we know so far", "Dam gives way in the northern valley"),
        ("Dam gives way in the northern valley – what you need to know", "Dam gives way in the northern valley"),
        ("Dam in the valley: what we know about the dead", "Dam in the valley: what we know about the dead"),
        ("Police tell valley what they know", "Police tell valley what they know"),
        ("Dam gives way - thousands flee the valley", "Dam gives way - thousands flee the valley"),
        ("عاجل | انفجار كبير يهز العاصمة بيروت", "انفجار كبير يهز العاصمة بيروت"),
        ("СРОЧНО: взрыв в центре Москвы", "взрыв в центре Москвы"),
        ("EN DIRECT - Explosion à Paris", "Explosion à Paris"),
        ("Son dakika! Ankara'da patlama oldu", "Ankara'da patlama oldu"),
        ("【速報】東京で震度5強の地震", "東京で震度5強の地震"),
        ("快訊／花蓮近海發生規模5地震", "花蓮近海發生規模5地震"),
        ("[속보] 서울에서 폭발 사고 발생", "서울에서 폭발 사고 발생"),
        ("国际 | 俄军袭击基辅", "俄军袭击基辅"),
        ("Analysis: why", "Analysis: why"),  # nothing would be left to tell
    ],
)
def test_a_headline_loses_labels_and_outlets(written: str, bare: str) -> None:
    assert bare_title(written) == bare


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("KYIV, Ukraine (AP) — Russia said on Monday", "Russia said on Monday"),
        ("NAIROBI (Agency) - Rain fell", "Rain fell"),
        ("LONDON — The minister resigned", "The minister resigned"),
        ("МОСКВА, 27 ноя – РИА Новости. Взрыв прогремел", "Взрыв прогремел"),
        ("КИЕВ, 27 ноября. /ТАСС/. Взрыв прогремел", "Взрыв прогремел"),
        ("Madrid, 27 nov (EFE).- El gobierno dimitió", "El gobierno dimitió"),
        ("新华社北京11月27日电（记者李明）外交部发言人", "外交部发言人"),
        ("【北京共同】外務省は", "外務省は"),
        ("(서울=연합뉴스) 김철수 기자 = 정부는 27일", "정부는 27일"),
        ("القاهرة (أ ف ب) - قالت الحكومة", "قالت الحكومة"),
        ("قالت الحكومة (أمس) إن", "قالت الحكومة (أمس) إن"),
        ("The minister (67) resigned", "The minister (67) resigned"),
        ("Rain fell. Sign up for our morning newsletter", "Rain fell.  "),
        ("Rain fell. Get our 'breaking news' e-mail, the world's weekly-newsletter", "Rain fell.  "),
        ("Rep. Dana Mercer (R-S.C.) said so", "Rep. Dana Mercer said so"),
        ("Rep. Dana Mercer (D., N.Y.) said so", "Rep. Dana Mercer said so"),
        ("Reps. Mercer (D., N.Y.) and Lee, R-North Dakota, said so", "Reps. Mercer and Lee, said so"),
        ("So said Mercer, R-Fla. He left", "So said Mercer He left"),
        ("On Tuesday, D-Day veterans saw an (R-rated) film", "On Tuesday, D-Day veterans saw an (R-rated) film"),
    ],
)
def test_a_lead_loses_datelines_invitations_and_the_parties_of_members_of_congress(written: str, bare: str) -> None:
    assert bare_lead(written).strip() == bare.strip()


@pytest.mark.parametrize("filling", ["'", "-", "’-", "' ", "a'", "a' ", " ", "(", "a"])
def test_an_invitation_that_never_ends_takes_no_time(filling: str) -> None:
    """Leads are read where the edition is made: one that stalls there stalls all news."""
    began = process_time()
    for start in ("Sign up ", "Sign up", "Get our "):
        for length in (26, 480):
            bare_lead(start + (filling * length)[:length] + " x")
    assert process_time() - began < 0.5


def test_tokens_keep_figures_and_abbreviations_whole() -> None:
    assert tokens("The U.S. sent 10,000 men at 2:20 p.m., O’Brien said.") == [
        "The", "U.S", "sent", "10,000", "men", "at", "2:20", "p.m", "O’Brien", "said",
    ]  # fmt: skip


def test_scripts_without_spaces_give_pairs_of_characters() -> None:
    assert tokens("北京奥运会 2021年") == ["北京", "京奥", "奥运", "运会", "2021", "年"]


def test_stems_fold() -> None:
    assert stems(["Sanctions", "sanctioned", "U.S", "Kyiv’s", "Erdoğan", "3.5"]) == [
        "sanction", "sanction", "us", "kyiv", "erdogan", "3.5",
    ]  # fmt: skip
    assert stems(["Häuser", "Haus"], "de") == stems(["Häusern", "Hauses"], "de")
    assert len({*stems(["prezydent", "prezydenta", "prezydentem"], "pl")}) == 1


@pytest.mark.parametrize(
    ("lang", "joined", "bare"),
    [
        ("fr", "L’Ukraine d'Israël jusqu’aux l’ONU aujourd’hui D’Ormesson", "Ukraine Israël aux ONU aujourd’hui Ormesson"),
        ("fr-CH", "l'île qu’il presqu'île", "île il presqu'île"),
        ("it", "dell’Aia l'Ucraina all'invio un'altra nell'Ue dell’ultim’ora", "Aia Ucraina invio altra Ue ultim’ora"),
        ("ca", "l'Ajuntament d’Espanya", "Ajuntament Espanya"),
        ("en", "O’Brien d'Ivoire Israel's", "O’Brien d'Ivoire Israel's"),
        ("", "L’Ukraine", "L’Ukraine"),
    ],
)  # fmt: skip
def test_words_lose_the_article_that_some_languages_join_to_them(lang: str, joined: str, bare: str) -> None:
    assert unelided(joined.split(), lang) == bare.split()


def test_a_name_is_the_same_word_with_and_without_its_article() -> None:
    with_article = features(item("L’Iran et l’Ukraine se parlent", "Une réunion est prévue.", "fr"))
    without = features(item("Iran et Ukraine se parlent", "Une réunion est prévue.", "fr"))
    assert with_article.title == without.title
    assert with_article.names == without.names == {word_id("iran"), word_id("ukrain")}
    assert readable(item("L’Iran", "", "fr"), {word_id("iran")}) == {word_id("iran"): "iran"}


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_stems_of_its_own_words_are_known_with_and_without_reading_it_again(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = item("Sanctions gegen Iran und die Ukraine", "Die Regierung spricht von 12 Schiffen.", lang)
    own = features(one).words
    assert len(read := readable(one, own)) == len(own)
    assert readable_own(one, own) == read
    monkeypatch.setattr("aggregator.text.words._NUMBERED", {})
    assert readable_own(one, own) == read


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("$4tn", "$4 trillion"),
        ("£122.7m", "£122.7 million"),
        ("€10,5Mn", "€10,5 Millionen"),
        ("50k", "50 thousand"),
    ],
)
def test_an_amount_is_the_same_figure_however_its_unit_is_written(short: str, long: str) -> None:
    first = features(item(f"Water company fined {short}", "", "en")).figures
    assert first and set(first) <= set(features(item(f"Water company fined {long}", "", "en")).figures)


@pytest.mark.parametrize(
    ("lang", "text"), [("my", "အရပ်သား၂၈ဦး"), ("ar", "٢٨ قتيلا"), ("fa", "۲۸ کشته"), ("hi", "२८ लोगों")]
)
def test_a_figure_is_the_same_in_digits_of_every_script(lang: str, text: str) -> None:
    assert features(item(text, "", lang)).figures == (word_id("28"),)


def test_a_letter_that_is_no_unit_stays_with_its_figure() -> None:
    assert features(item("Jets of type 35A for the 1990s", "", "en")).figures == (word_id("35a"), word_id("1990s"))


def test_word_ids_fit_a_signed_column_and_never_change() -> None:
    assert 0 <= word_id("sanction") < 2**63
    assert word_id("sanction") == 8_117_289_788_274_165_652


def test_the_lead_leaves_out_what_the_headline_has() -> None:
    kept = features(item("Dam bursts", "The dam burst on Tuesday"))
    assert kept.title == (word_id("dam"), word_id("burst"))
    assert kept.lead == tuple(map(word_id, ("the", "on", "tuesday")))


def words_of_address(title: str, address: str, summary: str = "", lang: str = "en") -> set[int]:
    one, other = (set(features(Candidate(1, title, summary, "Outlet", at, 0, lang)).words) for at in (address, None))
    return one - other


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://e.org/2026/11/27/turkey-blast-hits-parliament-1234.html", "hits parliament"),
        ("https://e.org/blast_in_turkey_parliament_4/", "parliament"),
        ("https://e.org/world/Blast-Turkey-Parliament-Building/articleshow/104.cms", "parliament building"),
        ("https://e.org/news/turkey-blast-parliament-67039975", ""),  # three words may be those of a section
        ("https://e.org/pages/a-blast-from-the-past-with-music-and-poetry", ""),  # too little of the text
        ("https://e.org/?p=turkey-blast-hits-parliament", ""),
        ("https://turkey-blast-hits-parliament.example/67039975", ""),
        ("https://e.org/%D0%B2%D0%B7-%D1%80%D1%8B-%D0%B2-%D0%B2%D0%B8", ""),
    ],
)
def test_the_words_of_an_address_continue_the_lead(address: str, words: str) -> None:
    expected = {word_id(stem) for stem in stems(words.split(), "en")}
    assert words_of_address("In Turkey, fear after a blast", address) == expected


def test_the_words_of_an_address_add_nothing_to_a_long_lead() -> None:
    long = "The minister said that nobody had seen what happened on that day in the middle of the city. " * 4
    assert not words_of_address("Blast in Turkey", "https://e.org/turkey-blast-hits-parliament", long)


def test_the_words_of_an_address_are_not_read_where_they_are_spelled_otherwise() -> None:
    title, address = "Köln: Regierung berät über die Straße", "https://e.org/koeln-regierung-beraet-ueber-die-strasse"
    assert not words_of_address(title, address, lang="de")


def test_equal_headlines_have_equal_keys_and_short_ones_none() -> None:
    one, other = item("BREAKING: Dam gives way in Kakhovka"), item("Dam gives way in Kakhovka | Bugle")
    assert features(one).headline == features(other).headline != 0
    assert features(item("Morning briefing")).headline == 0
    assert features(item("Extraordinary parliamentary investigation")).headline == 0
    assert features(item("It is on now")).headline == 0


@pytest.mark.parametrize(
    ("headline", "has_key"),
    [
        ("ข่าวเด่นวันนี้", False),  # top news today
        ("พยากรณ์อากาศวันนี้", False),  # weather forecast for today
        ("នាយករដ្ឋមន្ត្រីទៅចិនដើម្បីពិភាក្សាពាណិជ្ជកម្ម", True),
        ("ព័ត៌មានថ្ងៃនេះ", False),
        ("ရာသီဥတုသတင်း", False),
        ("本日のニュースまとめ", False),
        ("นายกรัฐมนตรีเยือนจีนเพื่อหารือเรื่องการค้า", True),
        ("ロシア軍がキーウにミサイル攻撃、5人死亡", True),
        ("俄罗斯总统普京抵达北京", True),
    ],
)
def test_a_headline_is_as_long_as_its_letters_where_words_are_not_spaced(headline: str, has_key: bool) -> None:
    """Its pairs of letters are no words."""
    assert (features(item(headline)).headline > 0) is has_key


def test_a_language_without_stemmer_reads_as_english() -> None:
    assert (
        stem_ids(["Sanctions", "sanction"], "xx-YY") == stem_ids(["Sanctions", "sanction"]) == [word_id("sanction")] * 2
    )
