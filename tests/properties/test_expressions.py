"""No expression can be stalled by the text it reads. Fetched text meets most of them, some where all polling or all news
waits; what matches is taken from the expression itself, and a part of it repeated."""

from __future__ import annotations

import pkgutil
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from inspect import getsource
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import aggregator

LENGTH = 500  # characters; what grows with the square of them takes milliseconds, with the fourth power minutes
SECONDS = 0.5  # of the processor
DRAWN = 3
STARTS = 2  # where a part of each drawn text is repeated
ENDS = ("\x01~", '"x"y')
PUMPS = (" ", "'", "-", "a", "a'", "a ", "1", '"', "=", "<a ", "( ")


def repeats(expression: re.Pattern[Any]) -> bool:
    signs = (b"*", b"+", b"{") if isinstance(expression.pattern, bytes) else ("*", "+", "{")
    return any(sign in expression.pattern for sign in signs)


@cache
def expressions() -> dict[str, re.Pattern[Any]]:
    """Those of every module, by its name and theirs."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(aggregator.__path__, "aggregator."):
        if not module.name.endswith("__main__"):
            for name, value in vars(import_module(module.name)).items():
                if isinstance(value, re.Pattern) and repeats(value) and value not in found.values():
                    found[f"{module.name.removeprefix('aggregator.')}.{name}"] = value
    return found


@contextmanager
def in_time() -> Iterator[None]:
    """`re` looks for signals while it searches. Seconds of the processor, so that a busy machine fails nothing."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def ways(name: str) -> tuple[str, ...]:
    """How the module of an expression applies it: `match` and `fullmatch` begin at one place of the text, a search at each."""
    module, own = name.rpartition(".")[::2]
    uses = set(re.findall(rf"\b{own}\b(?!:? .*= |\ =)\.?(\w*)", getsource(import_module(f"aggregator.{module}"))))
    return tuple(sorted(uses)) if own.startswith("_") and uses <= {"match", "fullmatch"} else ("search",)


def stall(expression: re.Pattern[Any], ways: Sequence[str] = ("search",)) -> None:
    """Raises TimeoutError where a text of `LENGTH` takes longer than `SECONDS` of the processor."""
    raw = isinstance(expression.pattern, bytes)
    pumps, ends = ([one.encode() if raw else one for one in given] for given in (PUMPS, ENDS))
    drawn: re.Pattern[Any] = re.compile(
        expression.pattern, expression.flags & ~re.IGNORECASE
    )  # bytes cannot be drawn so

    @settings(
        max_examples=DRAWN, database=None, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.from_regex(drawn, alphabet=None if raw else st.characters()), st.integers(0, 1 << 30))
    def search(example: Any, seed: int) -> None:
        chance = Random(seed)
        for pump in pumps * STARTS:
            start = chance.randrange(len(example) + 1)
            for part in (pump, example[start : start + chance.randrange(1, 4)]):
                for end in ends if part else ():
                    grown = example[:start] + part * (LENGTH // len(part))
                    with in_time():
                        for way in ways:
                            getattr(expression, way)(grown + example[start:] + end)
                            getattr(expression, way)(grown + end)

    search()


@pytest.mark.parametrize("name", sorted(expressions()))
def test_no_text_stalls_an_expression(name: str) -> None:
    stall(expressions()[name], ways(name))


@pytest.mark.parametrize(
    "known",
    [
        r'\s*([a-z-]+)\s*(?:=\s*"?([^",]*)"?)?\s*(?:,|$)',
        r"\b(?:Sign up|Subscribe)\b(?:\W+[\w’'-]+){0,12}\W+(?:podcasts?|newsletters?)\b",
        r"\s*([^<>()@]{1,200}?)\s*(?:[<(\[]|\s)(?:mailto:)?[^\s<>()@]+@[^\s<>()@]+[)>\]]?\s*",
        r"(a+)+$",
    ],
)
def test_those_that_were_stalled_once_are_told(known: str) -> None:
    with pytest.raises(TimeoutError):
        stall(re.compile(known))
