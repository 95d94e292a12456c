from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from builders.disks import read_only

from aggregator.config import cache
from aggregator.config.cache import KEPT, examine_cached
from aggregator.config.compile import compile_file
from aggregator.config.watch import Watch
from aggregator.errors import ConfigError
from aggregator.model.settings import Settings

TEXT = """
include: [more.yaml]
site: {title: "${TITLE}"}
sources: [{name: A, url: "https://a.example/${KEY}", every: 5m, was: [b], labels: {x: y}}]
stories: {pin: [{url: https://a.example/1, section: s, until: 2026-12-01}]}
"""
MORE = "sections: [{id: s, words: [a, {b: 2}, {all: [c, d]}, a], places: [NO]}]\n"
ENVIRON = {"TITLE": "Wire", "KEY": "open-sesame"}


class Place:
    """A project in a folder, and how often it was compiled."""

    def __init__(self, folder: Path) -> None:
        self.main, self.instance = folder / "feeds.yaml", folder / "instance"
        self.more = folder / "more.yaml"
        self.main.write_text(TEXT)
        self.more.write_text(MORE)

    @property
    def entry(self) -> Path:
        (entry,) = (self.instance / "cache").iterdir()
        return entry

    def load(self, **environ: str) -> Settings:
        return examine_cached(self.main, self.instance, {**ENVIRON, **environ})[0]

    def hit(self, **environ: str) -> bool:
        """Whether the entry answers: it is rewritten only where it does not."""
        before = self.entry.stat().st_ino, self.entry.read_bytes()
        self.load(**environ)
        return (self.entry.stat().st_ino, self.entry.read_bytes()) == before


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Place]:
    cache._code.cache_clear()
    yield Place(tmp_path)
    cache._code.cache_clear()


def test_the_cached_settings_are_the_compiled_ones(place: Place) -> None:
    fresh = compile_file(place.main, ENVIRON)[0]
    assert place.load() == fresh
    assert place.hit()
    again, warnings = examine_cached(place.main, place.instance, ENVIRON)
    assert (again, again.texts) == (fresh, fresh.texts)
    assert [warning.warning for warning in warnings] == [True]
    assert type(again.sources[0].every) is type(fresh.sources[0].every)


@pytest.mark.parametrize("change", ["main", "more", "TITLE", "KEY", "code"])
def test_a_change_is_seen(place: Place, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place.load()
    if change == "main":
        place.main.write_text(TEXT + "# edited\n")
    elif change == "more":
        place.more.write_text(MORE.replace("NO", "SE"))
    elif change == "code":
        monkeypatch.setattr("aggregator.__version__", "9.9.9")
        cache._code.cache_clear()  # another process
    assert not place.hit(**({change: "other"} if change in ENVIRON else {}))


def test_what_a_running_process_compiles_is_not_taken_for_the_work_of_an_upgrade_that_was_pulled_meanwhile(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull may bring another feeds.yaml, which the service reads at once; the new version went by what the old one had read in it."""
    place.load()
    monkeypatch.setattr("aggregator.__version__", "9.9.9")
    place.main.write_text(TEXT + "# edited\n")
    place.load()
    cache._code.cache_clear()  # another process
    assert not place.hit()


def test_all_modules_that_compile_count_as_the_code() -> None:
    """Among them those that fold names of publishers and write addresses in ASCII, which the settings contain."""
    listing = "import sys, aggregator.config.compile, aggregator.config.project; print(*(m.__file__ for m in sys.modules.values()"
    listing += " if m.__name__.startswith('aggregator.')), sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert len(loaded) > 20
    compiling = {Path(name) for name in loaded if not name.endswith("__init__.py")}
    assert compiling - set(cache.code_files()) == set()


def test_a_file_that_breaks_is_refused_although_it_is_cached(place: Place) -> None:
    place.load()
    place.more.unlink()
    with pytest.raises(ConfigError, match=r"more\.yaml` does not exist"):
        place.load()
    with pytest.raises(ConfigError, match="KEY"):
        examine_cached(place.main, place.instance, {"TITLE": "x"})


def test_a_damaged_entry_is_ignored(place: Place) -> None:
    whole = place.load()
    data = place.entry.read_bytes()
    at = data.index(b"Wire")
    for damaged in (b"", b"\xc1", data[: len(data) // 2], data[:at] + b"Fire" + data[at + 4 :], b"null"):
        place.entry.write_bytes(damaged)
        assert place.load() == whole


def test_no_secret_is_written(place: Place) -> None:
    place.load()
    assert b"sesame" not in place.entry.read_bytes()
    assert place.entry.stat().st_mode & 0o077 == 0


def test_two_files_share_an_instance(place: Place, tmp_path: Path) -> None:
    place.load()
    other = tmp_path / "other.yaml"
    other.write_text("sources: []\n")
    examine_cached(other, place.instance, {})
    assert len(list((place.instance / "cache").iterdir())) == 2


def test_files_of_others_in_the_folder_are_left_alone(place: Place) -> None:
    """The instance may be a folder that had a `cache` before (`--instance .`)."""
    folder = place.instance / "cache"
    folder.mkdir(parents=True)
    for number in range(2 * KEPT):
        (folder / f"photo-{number}.jpg").write_bytes(b"photo")
    place.load()
    assert len(list(folder.glob("*.jpg"))) == 2 * KEPT
    assert len(list(folder.iterdir())) == 2 * KEPT + 1


def test_drafts_do_not_fill_the_disk(place: Place, tmp_path: Path) -> None:
    """Each that `plan FILE` is given may have a name of its own, as from mktemp; nor what a killed process had begun to write."""
    place.load()
    folder, first = place.entry.parent, place.entry
    begun = folder / f".{first.name}-begun"
    begun.write_bytes(b"half")
    for number in range(KEPT):
        draft = tmp_path / f"draft-{number}.yaml"
        draft.write_text(TEXT)
        examine_cached(draft, place.instance, ENVIRON)
    assert len(list(folder.iterdir())) == KEPT
    assert not begun.exists()
    assert not first.exists(), "the newest are kept"
    assert place.load() == compile_file(place.main, ENVIRON)[0]
    assert first.exists()


def test_each_text_of_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    more = "# more than a pipe holds at a time\n" * 20_000
    for title in ("One", "Two"):
        writer = Thread(target=pipe.write_text, args=[f"{more}site: {{title: {title}}}\n"])
        writer.start()
        assert examine_cached(pipe, tmp_path / "instance", {})[0].site.title == title
        writer.join()


def test_a_folder_that_cannot_be_written_is_no_error(place: Place) -> None:
    place.instance.mkdir()
    with read_only(place.instance):
        assert place.load() == compile_file(place.main, ENVIRON)[0]
        assert [*place.instance.iterdir()] == []


def test_an_instance_that_is_a_file_is_no_error(place: Place) -> None:
    place.instance.write_text("")
    assert place.load() == compile_file(place.main, ENVIRON)[0]


def test_a_pipe_into_which_nobody_writes_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.config.project.PATIENCE", 0.01)
    pipe = tmp_path / "feeds.yaml"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match=r"feeds.yaml:1:1: `.*` is a pipe into which nobody writes"):
        examine_cached(pipe, tmp_path / "instance", {})
    watch = Watch(pipe, {})
    assert [watch.saved() for _ in range(3)] == [False, True, False]


def test_an_included_pipe_into_which_nobody_writes_holds_up_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the file in its place had been compiled, each command waited for ever."""
    monkeypatch.setattr("aggregator.config.project.PATIENCE", 0.01)
    place.load()
    place.more.unlink()
    os.mkfifo(place.more)
    with pytest.raises(ConfigError, match="is a pipe into which nobody writes"):
        place.load()
