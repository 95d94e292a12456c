"""A process that is killed while it puts an edit in force leaves it in force as a whole or not at all: rules with their sources, and
when these are polled next. One that is killed while it makes an edition leaves the news waiting, or in its stories."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import item, polled
from builders.postgres import fresh_database
from msgspec import structs

from aggregator.bootstrap import Application, Installation
from aggregator.bootstrap.engines import Engines
from aggregator.bootstrap.installation import utc_now
from aggregator.cli.edition import place_all
from aggregator.cli.main import main
from aggregator.model import notes
from aggregator.model.stream import Filter, StreamQuery
from aggregator.pipeline import edition, overrides
from aggregator.sandbox.pool import Sandbox
from aggregator.store.postgres.connection import Raw
from aggregator.store.upkeep import Upkeep

BEFORE = """\
site: {title: Wire, reload: manual}
sources:
  - {name: One, url: "https://one.example/", every: 6h}
  - {name: Two, url: "https://two.example/"}
  - {name: Four, url: "https://four.example/"}
sections:
  - {id: defense, words: [missile]}
  - {id: world}
"""
AFTER = """\
site: {title: Wire, reload: manual}
sources:
  - {name: First, was: [one], url: "https://one.example/", every: 5m}
  - {name: Three, url: "https://three.example/"}
  - {name: Four, url: "https://four.example/new", lang: de}
sections:
  - {id: arms, was: [defense], words: [rocket]}
  - {id: world}
"""
KILLED = 9


def apply(place: Installation) -> None:
    assert place.database is not None
    arguments = ["--config", place.config, "--instance", place.instance, "--database", place.database, "apply"]
    assert main([str(argument) for argument in arguments]) == 0


def reload(place: Installation) -> None:
    """What a worker does."""
    application = Application.load(place)
    Engines(application, Sandbox()).make(application, follows=False)


def killed_at(
    statement: int, do: Callable[[], object], begins: tuple[Any, str] = (Application, "put_in_force")
) -> bool:
    """Do it in a process that is killed at this statement of an archive after the function `begins` began; whether it was killed before
    the end."""
    child = os.fork()
    if child == 0:
        try:
            os.close(1)
            _kill_at(statement, *begins)
            do()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), "it failed"
    return code == KILLED


def _kill_at(statement: int, owner: Any, name: str) -> None:
    """End this process at this statement after the function of this name began."""
    left: Iterator[int] | None = None

    def count(*_: object) -> None:
        if left is not None and next(left, None) is None:
            os._exit(KILLED)

    def began(*arguments: Any, **more: Any) -> Any:
        nonlocal left
        left = iter(range(statement))
        return begin(*arguments, **more)

    def connected(*arguments: Any, **more: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*arguments, **more)
        made.set_trace_callback(count)
        return made

    def waited(self: Raw, *arguments: Any, **more: Any) -> Any:
        count()
        return wait(self, *arguments, **more)

    begin, connect, wait = getattr(owner, name), sqlite3.connect, Raw.wait
    setattr(owner, name, began)
    sqlite3.connect, Raw.wait = connected, waited  # type: ignore[method-assign,assignment]


def state(place: Installation) -> tuple[Any, ...]:
    """What an edit changes: the rules, the sources and which of them are polled soon, and the sections of stories."""
    with closing(Application.load(place).database.open()) as archive:
        in_force = archive.upkeep.configuration()
        report = archive.upkeep.noted(notes.CONFIGURATION)
        assert in_force is not None
        assert report is not None
        assert report.epoch == in_force.epoch, "so the status tells of this edit"
        sources = archive.sources.states()
        soon = utc_now() + timedelta(minutes=6)
        placed = [story.section for story in archive.edition.stories([1]).values()]
    return (
        "rocket" in "".join(in_force.texts.values()),
        {one.id: (one.url, one.etag, bool(one.next_poll and one.next_poll < soon)) for one in sources},
        *placed,
    )


def installed(folder: Path, kind: str) -> Installation:
    """With the file of before in force, on a database of this kind."""
    database = fresh_database() if kind == "postgres" else f"sqlite:///{folder / 'a.db'}"
    place = Installation(folder / "feeds.yaml", folder, database)
    place.config.write_text(BEFORE)
    apply(place)
    return place


@pytest.mark.parametrize(
    ("kind", "do"),
    [
        ("sqlite", apply),
        ("postgres", reload),
        pytest.param("sqlite", reload, marks=pytest.mark.slow),
        pytest.param("postgres", apply, marks=pytest.mark.slow),
    ],
)
def test_a_kill_at_any_statement_leaves_an_edit_in_force_as_a_whole_or_not_at_all(
    tmp_path: Path, kind: str, do: Callable[[Installation], None]
) -> None:
    place = installed(tmp_path, kind)
    now = utc_now()
    with closing(Application.load(place).database.open()) as archive:
        archive.intake.apply([polled("one", [item("one", "a", "Missile lands in the sea")])], now)
        place_all(Application.load(place))
        known = {"etag": '"1"', "next_poll": now + timedelta(hours=5), "last_attempt": now, "last_success": now}
        archive.sources.save([structs.replace(one, **known) for one in archive.sources.states()])
    seen, statement = [state(place)], 0
    place.config.write_text(AFTER)
    while killed_at(statement, lambda: do(place)):
        if (found := state(place)) != seen[-1]:
            seen.append(found)
        statement += 1
    assert statement > 20
    told = {
        "first": ("https://one.example/", '"1"', True),
        "three": ("https://three.example/", None, False),
        "four": ("https://four.example/new", None, False),
    }
    former = {id: (f"https://{id}.example/", '"1"', False) for id in ("one", "two", "four")}
    edited = [(True, told, "arms"), (True, told, "world")]
    assert seen == [(False, former, "defense"), *(edited if do is apply else edited[:1])]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_at_any_statement_of_an_edition_leaves_its_news_waiting_or_in_stories(tmp_path: Path, kind: str) -> None:
    place = installed(tmp_path, kind)
    with closing(Application.load(place).database.open()) as archive:
        titles = {"a": "Missile lands in the sea", "b": "Octopuses dream"}
        archive.intake.apply([polled("one", [item("one", key, title) for key, title in titles.items()])], utc_now())

    def news() -> tuple[int, int, int]:
        with closing(Application.load(place).database.open()) as archive:
            return (
                len(archive.edition.pending()),
                len(archive.edition.stories([1, 2])),
                archive.reading.totals()["stories"],
            )

    seen, statement = [news()], 0
    while killed_at(statement, lambda: place_all(Application.load(place)), (edition, "_place_or_split")):
        if (found := news()) != seen[-1]:
            seen.append(found)
        statement += 1
    assert statement > 20
    assert seen == [(2, 0, 0), (0, 2, 2)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_at_any_statement_of_retention_leaves_texts_whole_with_their_words_or_deleted(
    tmp_path: Path, kind: str
) -> None:
    place, now, keep = installed(tmp_path, kind), utc_now(), 90 * 86_400
    with closing(Application.load(place).database.open()) as archive:
        for source in ("one", "two"):
            told = item(source, "a", "Octopuses dream", summary="Said of corals.", content="<p>Of corals.</p>")
            archive.intake.apply([polled(source, [told])], now)
        place_all(Application.load(place))

    def delete() -> None:
        with closing(Application.load(place).database.open()) as archive:
            archive.upkeep.prune(int(now.timestamp()) + keep + 86_400, keep, {})

    def kept() -> tuple[int, ...]:
        with closing(Application.load(place).database.open()) as archive:
            found = [
                archive.reading.items(StreamQuery("search", view="items", filter=Filter(words=(word,))), 0)[0]
                for word in ("corals", "octopuses")
            ]
            summaries = [one.summary for one in archive.edition.items([1, 2])]
            return (*map(len, found), sum(map(bool, summaries)), sum(bool(archive.reading.content(n)) for n in (1, 2)))

    seen, statement = [kept()], 0
    while killed_at(statement, delete, (Upkeep, "prune")):
        if (found := kept()) != seen[-1]:
            seen.append(found)
        statement += 1
    assert statement > 20
    assert seen == [(2, 2, 2, 2), (1, 2, 1, 1), (0, 2, 0, 0)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_between_what_the_editor_splits_and_joins_leaves_neither_undone(tmp_path: Path, kind: str) -> None:
    place = installed(tmp_path, kind)
    titles = {
        "one": ("Dam in Kakhovka gives way and floods towns", "Octopuses dream in colour, marine biologists find"),
        "two": (
            "Dam in Kakhovka gives way, flooding towns below",
            "Octopuses dream in colour, biologists of the sea find",
        ),
    }
    polls = [polled(name, [item(name, str(n), title) for n, title in enumerate(of)]) for name, of in titles.items()]

    def stories() -> list[list[str]]:
        with closing(Application.load(place).database.open()) as archive:
            numbers = [n for rows in archive.edition.pages() for _, n, _ in rows]
            members = archive.edition.members(numbers).values()
        return sorted(sorted(f"{one.item.source} {one.item.title[:3]}" for one in story) for story in members)

    with closing(Application.load(place).database.open()) as archive:
        archive.intake.apply(polls, utc_now())
        place_all(Application.load(place))
    assert stories() == [["one Dam", "two Dam"], ["one Oct", "two Oct"]]
    one, two = ([f"https://{name}.example/{n}" for n in range(2)] for name in titles)
    place.config.write_text(f"{BEFORE}stories: {{split: {two}, join: [{one}]}}\n")
    with closing((edited := Application.load(place)).database.open()) as archive:
        edited.put_in_force(archive, int(utc_now().timestamp()))
    assert killed_at(0, lambda: place_all(Application.load(place)), (overrides, "joined"))
    assert stories() == [["one Dam"], ["one Oct"], ["two Dam"], ["two Oct"]]
    place_all(Application.load(place))
    assert stories() == [["one Dam", "one Oct"], ["two Dam"], ["two Oct"]]
