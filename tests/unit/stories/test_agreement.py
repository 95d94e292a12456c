"""Which report of a story tells something else than the others."""

from __future__ import annotations

from aggregator.model.story import EditionItem
from aggregator.stories.agreement import Agreement

FLOOD = (
    (
        "Flut reißt an der Ahr Brücken mit",
        "Nach dem Regen steht das Wasser in den Straßen der Stadt, und die Feuerwehr ist mit allen Wagen im Einsatz.",
    ),
    (
        "Hochwasser an der Ahr: Brücken sind weg",
        "Das Wasser steht nach dem Regen in der Stadt, die Feuerwehr hat alle Wagen im Einsatz und das Militär hilft.",
    ),
    (
        "Die Ahr reißt Brücken mit",
        "Mit dem Regen kam das Wasser in die Stadt, und nach der Feuerwehr ist auch das Militär im Einsatz.",
    ),
)
QUEEN = (
    "Die Königin ist mit an der See",
    "Nach dem Fest ist die Königin mit dem Hund an der See, und das hat auch das Kind.",
)


def test_the_words_that_every_text_in_a_language_has_are_no_agreement() -> None:
    reports = [
        EditionItem(n, "", "", f"Outlet {n}", title, lead, None, None, "de", (), None, 0, 0, 0)
        for n, (title, lead) in enumerate((*FLOOD, QUEEN))
    ]
    agreement = Agreement(reports)
    assert [agreement.is_odd(report) for report in reports] == [False, False, False, True]
