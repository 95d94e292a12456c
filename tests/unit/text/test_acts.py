from __future__ import annotations

import pytest

from aggregator.text.acts import acts


@pytest.mark.parametrize(
    ("headline", "told"),
    [
        ("House to vote on aid bill", [False]),
        ("House will vote on aid bill", [False]),
        ("House faces vote on aid bill", [False]),
        ("House votes for aid bill", [True]),
        ("House votes to send aid", [True]),
        ("Workers to strike from Friday", [False]),
        ("Workers poised for largest strike in years", [False]),
        ("Workers strike over pay", [True]),
        ("Workers strike in Velmora", [True]),
        ("Workers’ strike in Velmora goes on", []),
        ("Workers' strike in Velmora goes on", []),
        ("Drone strike in Velmora kills two", []),
        ("Killer to be executed on Tuesday", [False]),
        ("Killer executed by lethal injection", [True]),
        ("Minister calls for mayor to be sentenced", [False]),
        ("Mayor forced to testify, had to sign statement", []),
        ("Mayor to resign", []),
        ("Mayor resigns", []),
        ("Flights cancelled due to strike", []),
        ("Killer sentenced to life", [True]),
        ("Dockers' strike to go ahead", []),
        ("Premier responds to vote on aid", []),
        ("Earthquake strikes harbour, toll expected to rise", []),
        ("Hostages held in harbour expected to be moved", []),
        ("Port to build wall, begin works", []),
        ("Lindqvist becomes first premier to visit Velmora", []),
        ("Premier to visit Velmora for first time", [False]),
        ("Nurses' strike: which hospitals are affected", []),
        ("Air strikes on harbour kill four", []),
        ("Workers begin strike", [True]),
        ("Strike dates announced by dockers", []),
        ("Speaker says votes will go ahead", []),
        ("Harbour braces for strike", [False]),
        ("House votes as premier is to visit Velmora", [False]),
        ("Workers may strike, union votes", []),
        ("Storm floods harbour", []),
        ("", []),
    ],
)
def test_acts_are_announced_or_done(headline: str, told: list[bool]) -> None:
    assert [done for _, done in acts(headline)] == told


def test_the_same_act_has_the_same_number_in_both() -> None:
    announced, done = acts("Premier to travel to Velmora"), acts("Premier lands in Velmora")
    assert [act for act, _ in announced] == [act for act, _ in done]
