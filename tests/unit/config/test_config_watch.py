"""When a saved file is seen."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregator.config.watch import PATIENCE, Watch


@pytest.fixture
def main_file(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text("include: [more.yaml]\n")
    (tmp_path / "more.yaml").write_text("sources: []\n")
    return path


@pytest.fixture
def watch(main_file: Path) -> Watch:
    made = Watch(main_file, {"PART": "part\n"})
    assert looks(made) == [False, True, False], "the first look knows nothing of what went before"
    return made


def looks(watch: Watch) -> list[bool]:
    return [watch.saved() for _ in range(3)]


def test_an_edit_in_place_is_seen_once(watch: Watch, main_file: Path) -> None:
    main_file.write_text("include: [more.yaml]\nsources: []\n")
    assert looks(watch) == [False, True, False]


def test_a_file_that_still_grows_is_left_alone(watch: Watch, main_file: Path) -> None:
    for text in ("i", "include", "include: [more.yaml]"):
        main_file.write_text(text)
        assert not watch.saved()
    assert watch.saved()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells")
@pytest.mark.parametrize("name", ["feeds.yaml", "more.yaml"])
def test_a_file_that_a_process_is_writing_is_left_alone_while_that_pauses(
    watch: Watch, main_file: Path, name: str
) -> None:
    path = main_file.with_name(name)
    with path.open("a") as file:
        file.write("sources: []\n")
        file.flush()
        assert not any(looks(watch) + looks(watch))
    assert looks(watch) == [True, False, False]
    with path.open("a") as file:
        file.write("# one that never ends\n")
        file.flush()
        seen = [watch.saved() for _ in range(2 * PATIENCE)]
    assert (seen.index(True), seen.count(True)) == (PATIENCE + 1, 1)


def test_a_file_renamed_over_is_seen_though_size_and_time_are_the_same(watch: Watch, main_file: Path) -> None:
    stat = main_file.stat()
    beside = main_file.with_suffix(".tmp")
    beside.write_text("include: [none.yaml]\n")
    os.utime(beside, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    beside.replace(main_file)
    assert main_file.stat().st_size == stat.st_size
    assert looks(watch) == [False, True, False]


def test_an_edit_in_place_is_seen_though_size_and_time_are_restored(watch: Watch, main_file: Path) -> None:
    stat = main_file.stat()
    main_file.write_text("include: [none.yaml]\n")
    os.utime(main_file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert main_file.stat().st_size == stat.st_size
    assert looks(watch) == [False, True, False]


def test_a_deleted_file_and_its_return_are_two_edits(watch: Watch, main_file: Path) -> None:
    text = main_file.read_text()
    main_file.unlink()
    assert looks(watch) == [False, True, False]
    main_file.write_text(text)
    assert looks(watch) == [False, True, False]


def test_an_included_file_is_watched_also_while_the_main_file_is_broken(watch: Watch, main_file: Path) -> None:
    main_file.write_text("include: [more.yaml\n")
    assert looks(watch) == [False, True, False]
    (main_file.parent / "more.yaml").write_text("sources:\n")
    assert looks(watch) == [False, True, False]


def test_an_included_file_that_is_not_there_yet_is_waited_for(watch: Watch, main_file: Path) -> None:
    main_file.write_text("include: [new.yaml]\n")
    assert looks(watch) == [False, True, False]
    (main_file.parent / "new.yaml").write_text("topics: []\n")
    assert looks(watch) == [False, True, False]


def test_an_included_file_is_watched_though_a_variable_names_it(watch: Watch, main_file: Path) -> None:
    main_file.write_text('include: ["${PART}.yaml"]\n')
    assert looks(watch) == [False, True, False]
    (main_file.parent / "part.yaml").write_text("topics: []\n")
    assert looks(watch) == [False, True, False]
    main_file.write_text('include: ["${PART}.yaml", "${NOT_SET}.yaml"]\n')
    assert looks(watch) == [False, True, False]


def test_a_link_that_is_switched_is_an_edit(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).write_text(f"site: {{title: {name}}}\n")
    link = tmp_path / "feeds.yaml"
    link.symlink_to("old")
    watch = Watch(link, {})
    looks(watch)
    link.unlink()
    link.symlink_to("new")
    assert looks(watch) == [False, True, False]


@contextmanager
def as_somebody() -> Iterator[None]:
    """As a user who may not read everything, which root may."""
    root = os.geteuid() == 0
    if root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)


def test_a_file_that_may_be_read_at_last_is_an_edit_though_nobody_saved_it_again() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "feeds.yaml"
        path.write_text("sources: []\n")
        watch = Watch(path, {})
        looks(watch)
        beside = folder / "new"
        beside.write_text("topics: []\n")
        beside.chmod(0)
        beside.replace(path)
        with as_somebody():
            assert looks(watch) == [False, True, False]
        path.chmod(0o644)
        with as_somebody():
            assert looks(watch) == [False, True, False]


def test_a_save_between_taking_and_reading_is_not_missed(watch: Watch, main_file: Path) -> None:
    watch.take()
    main_file.write_text("sources: []\n")
    assert looks(watch) == [False, True, False]


def test_what_a_save_includes_is_watched_though_the_file_was_being_read_for_its_includes(main_file: Path) -> None:
    """What was read was taken to be what is there now, and no edit of the new file was seen until the main file was saved again."""

    class Saving(dict[str, str]):
        def __getitem__(self, name: str) -> str:
            if self.pop("once", None):
                main_file.write_text("include: [other.yaml]\n")
            return super().__getitem__(name)

    main_file.write_text('include: ["${PART}.yaml"]\n')
    watch = Watch(main_file, Saving(PART="part", once="yes"))
    watch.take()
    assert looks(watch) == [False, True, False]
    main_file.with_name("other.yaml").write_text("sources: []\n")
    assert looks(watch) == [False, True, False]
