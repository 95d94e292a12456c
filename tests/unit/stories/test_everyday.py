"""What is written in another language than English: its everyday words join nothing."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from aggregator.stories.candidate import Candidate
from aggregator.stories.everyday import word_ids
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from aggregator.stories.rarity import Rarity

# Invented. Two outlets tell each of the events that have two reports.
REPORTS = {
    "de": (
        (
            "Brand in Chemiewerk bei Ludwigshafen",
            "Nach einem Brand in einem Chemiewerk bei Ludwigshafen hat die Feuerwehr die Anwohner "
            "aufgefordert, Fenster und Türen geschlossen zu halten.",
        ),
        (
            "Feuer im Ludwigshafener Chemiewerk: Anwohner sollen Fenster schließen",
            "Die Feuerwehr ist mit mehr als hundert Kräften an dem Chemiewerk im Einsatz. Verletzt wurde "
            "nach Angaben der Stadt niemand.",
        ),
        (
            "Landtag in Erfurt berät über den Haushalt",
            "Der Landtag hat am Mittwoch mit der Beratung über den Haushalt begonnen. Nach den Plänen der "
            "Regierung soll es mehr Geld für die Schulen geben.",
        ),
        (
            "Bahn kündigt Sperrung der Strecke nach Rostock an",
            "Die Strecke wird nach Angaben der Bahn ab dem Frühjahr für mehrere Monate gesperrt. Es soll ein "
            "Ersatzverkehr mit Bussen eingerichtet werden.",
        ),
        (
            "Forscher entdecken neue Käferart im Harz",
            "Im Harz haben Forscher der Universität Göttingen eine neue Art von Käfern entdeckt, die nur in "
            "alten Buchenwäldern lebt.",
        ),
        (
            "Gericht verurteilt früheren Bürgermeister zu Haftstrafe",
            "Der frühere Bürgermeister wurde nach Angaben des Gerichts zu einer Haftstrafe von zwei Jahren "
            "verurteilt, weil er Geld angenommen haben soll.",
        ),
    ),
    "es": (
        (
            "Un incendio obliga a evacuar a los vecinos de Ronda",
            "Los bomberos trabajan desde la madrugada en la extinción de un incendio que ha obligado a "
            "evacuar a más de doscientos vecinos de Ronda.",
        ),
        (
            "Evacuados más de doscientos vecinos de Ronda por un incendio forestal",
            "El fuego, que se ha declarado esta madrugada, sigue activo y los bomberos han pedido más medios "
            "a la Junta.",
        ),
        (
            "El Gobierno aprueba la subida de las pensiones",
            "El Gobierno ha aprobado este martes la subida de las pensiones para el próximo año, según ha "
            "anunciado la ministra en una rueda de prensa.",
        ),
        (
            "La huelga de los pilotos deja en tierra a miles de pasajeros",
            "La huelga de los pilotos ha obligado a la compañía a cancelar más de cien vuelos, según ha "
            "informado el aeropuerto.",
        ),
        (
            "Muere a los noventa años el pintor Anselmo Quiroga",
            "El pintor, que había recibido este año el premio de las artes, ha muerto en su casa, según ha "
            "informado su familia.",
        ),
        (
            "Detenido el alcalde de un pueblo por el desvío de fondos",
            "La policía ha detenido este martes al alcalde por el desvío de fondos que el Gobierno había "
            "dado para las obras del colegio.",
        ),
    ),
    "fr": (
        (
            "Une avalanche fait trois morts dans les Écrins",
            "Trois skieurs ont été tués mercredi dans une avalanche dans le massif des Écrins, a annoncé la "
            "préfecture des Hautes-Alpes.",
        ),
        (
            "Écrins : trois skieurs tués par une avalanche",
            "Les secours ont été prévenus par un témoin. La préfecture des Hautes-Alpes avait appelé à la "
            "prudence dans le massif.",
        ),
        (
            "Les députés adoptent le budget de la Sécurité sociale",
            "Les députés ont adopté mercredi soir le budget, après des semaines de débats et malgré "
            "l'opposition d'une partie de la majorité.",
        ),
        (
            "La tour de la cathédrale de Reims va être restaurée",
            "La restauration de la tour, qui va durer trois ans, a été confiée à une entreprise de la "
            "région, a annoncé le ministère.",
        ),
        (
            "Un réseau de trafiquants de civelles démantelé à Nantes",
            "Huit personnes ont été mises en examen, a annoncé mercredi le procureur, après une enquête qui "
            "a duré plus de deux ans.",
        ),
        (
            "Les agriculteurs bloquent une autoroute près de Toulouse",
            "Les agriculteurs ont bloqué mercredi l'autoroute avec des tracteurs et ont annoncé qu'ils y "
            "passeraient la nuit.",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", ["de", "en-US", None])
@pytest.mark.parametrize("lang", REPORTS)
def test_everyday_words_of_other_languages_join_nothing(lang: str, said: str | None, english: list[Candidate]) -> None:
    reports = [
        Candidate(1000 + n, title, lead, f"outlet {n}", None, 0, lang if said == "de" else said)
        for n, (title, lead) in enumerate(REPORTS[lang])
    ]
    memory = Memory()
    memory.apply(english, group(english, memory))
    memory.apply(reports, group(reports, memory))
    stories = defaultdict(set)
    for report in reports:
        stories[memory.story(report.item)].add(report.item - 1000)
    assert sorted(map(sorted, stories.values())) == [[0, 1], [2], [3], [4], [5]]


@pytest.fixture(scope="module")
def english() -> list[Candidate]:
    """What else came that day: the archive is English, and so is what it knows of words."""
    what = ("dam", "strike", "trial", "vote", "flood", "merger", "launch", "visit", "protest", "rescue")
    where = ("Leeds", "Boston", "Perth", "Lagos", "Delhi", "Oslo", "Quito", "Cairo", "Lima", "Seoul")
    lead = "It is the first day, and nobody knows what comes of the"
    return [
        Candidate(
            n, f"{where[n % 10]}: {what[n // 10]} goes on", f"{lead} {what[n // 10]}.", f"paper {n}", None, 0, "en"
        )
        for n in range(100)
    ]


def test_everyday_words_are_words_of_their_language_and_names_of_all() -> None:
    german, english = (
        word_ids(["war", "die", "Merkel", "Velmora"], "de"),
        word_ids(["war", "die", "Merkel", "Velmora"], "en"),
    )
    assert [one == other for one, other in zip(german, english, strict=True)] == [False, False, True, True]


def test_everyday_words_tell_little_in_every_language() -> None:
    def weights(words: str, lang: str) -> list[float]:
        nothing = np.array([], np.int64)
        found: list[float] = Rarity(0, nothing, nothing).of(np.array(word_ids(words.split(), lang))).tolist()
        return found

    for words, lang in (("und nicht wurde", "de"), ("que para los", "es"), ("что это был", "ru"), ("我们 中国", "zh")):
        assert max(weights(words, lang)) < 5.5, lang
    assert min(weights("Kakhovka Velmora", "de")) > 7
    assert min(weights("und nicht wurde", "en")) > 6  # no English words
