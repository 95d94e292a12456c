"""Sources appended to a file's text: everything else byte for byte, and the result what was meant."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.config.characters import fault
from aggregator.config.compile import compile_texts
from aggregator.config.edit import ACCESS_LIST, NewSource, alone, append_sources, replace_file, scalar
from aggregator.errors import AggregatorError
from aggregator.model.settings import Settings

NEW = NewSource("New Feed", "https://new.example/feed")
LAYOUTS = {
    "block": "sources:\n  - name: A\n    url: https://a.example/f # why\n\n# the end\nsections:\n  - id: world\n",
    "block without indent": "sources:\n- name: A\n  url: https://a.example/f\nsections: []\n",
    "last in the file, no newline": "sections: []\nsources:\n    - url: https://a.example/f\n      name: A",
    "entries in braces": "sources:\n  - {name: A, url: 'https://a.example/f'}  # x\n  # - {name: B}\nsections: []\n",
    "flow": "sources: [{name: A, url: 'https://a.example/f'}]  # all\nsections: []\n",
    "flow over lines": "sources: [\n  {name: A, url: 'https://a.example/f'},\n]\nsections: []\n",
    "windows": "sources:\r\n  - name: A\r\n    url: https://a.example/f\r\nsections: []\r\n",
    "folded text at the end": "sources:\n  - url: https://a.example/f\n    name: >\n      A\n\nsections: []\n",
    "signs beyond ascii": "# 東京 é 🎌\nsources:\n  - name: A\n    publisher: é東🎌\n    url: https://a.example/f\n\n\nsections: []\n",
    "below keys without a value": "sections:\ntopics: # none\nsources:\n  - name: A\n    url: https://a.example/f\npublishers:\n",
    "nested lists": "sources:\n  - name: A\n    url: https://a.example/f\n    was:\n      - old\n      - older\n# x\nsections: []\n",
}
EMPTY = {
    "no key": "# nothing yet\nsite: {title: X}\n",
    "an empty file but for a comment and a key": "sections: []",
    "a document that is marked as ended": "sections: []\n# nothing yet\n...\n# the end\n",
    "all commented out": "sources:\n  # - name: B\n  #   url: https://b.example/\nsections: []\n",
    "empty brackets": "sources: []  # none\nsections: []\n",
    "empty brackets right before a sign": "sources: []# none\nsections: []\n",
    "indented keys": "  sections: []\n  sources:\n",
    "indented keys, empty brackets": "    sources: []  # none\n    sections: []\n",
}


def settings(text: str) -> Settings:
    return compile_texts({"feeds.yaml": text}, {})[0]


def check(before: str, after: str, *sources: NewSource) -> None:
    old, new = settings(before), settings(after)
    assert [(one.name, one.url) for one in new.sources] == [
        *((one.name, one.url) for one in old.sources),
        *((one.name, one.url) for one in sources),
    ]
    assert [one.id for one in new.sections] == [one.id for one in old.sections]
    assert [line.split("[")[0] for line in before.splitlines() if line.split("[")[0] not in after] == []
    assert before.count("#") == after.count("#")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_source_is_put_at_the_end_of_the_list(layout: str) -> None:
    before = LAYOUTS[layout]
    after = append_sources(before, [NEW, NewSource("Other", "https://other.example/")])
    old, new = settings(before), settings(after)
    assert [one.name for one in new.sources] == [*(one.name for one in old.sources), "New Feed", "Other"]
    start = next(i for i, (a, b) in enumerate(zip(before + "\0", after, strict=False)) if a != b)
    assert after.endswith(before[start:].lstrip("\r\n")) or before[start:].strip() == ""
    assert ("\r\n" in before) == ("\r\n" in after)
    assert after.count("\n") - after.count("\r\n") == 0 or "\r\n" not in before


@pytest.mark.parametrize("layout", [text for text in (*LAYOUTS.values(), *EMPTY.values()) if "\n" in text])
def test_lines_may_end_in_a_carriage_return_alone(layout: str) -> None:
    text = layout.replace("\r\n", "\n")
    assert append_sources(text.replace("\n", "\r"), [NEW]) == append_sources(text, [NEW]).replace("\n", "\r")


@pytest.mark.parametrize("layout", EMPTY)
def test_an_empty_list_takes_its_first_source(layout: str) -> None:
    check(EMPTY[layout], append_sources(EMPTY[layout], [NEW]), NEW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sources: []  # none\r\nsections: []\r\n", "sources:  # none\r\n{}sections: []\r\n"),
        ("sources: [ ]", "sources:\n{}"),
    ],
)
def test_empty_brackets_make_way_for_a_line_for_each(before: str, after: str) -> None:
    """A list of thirty that is imported would be one line."""
    end = "\r\n" if "\r" in before else "\n"
    new = end.join(("  - name: New Feed", f"    url: {NEW.url}", ""))
    assert append_sources(before, [NEW]) == after.format(new)


@pytest.mark.parametrize("before", ["{sources: []}\n", "{\nsources: []\n}\n", "sources: [  # none\n]\n"])
def test_other_brackets_stay(before: str) -> None:
    assert f'[{{name: "New Feed", url: "{NEW.url}"}}' in append_sources(before, [NEW])
    check(before, append_sources(before, [NEW]), NEW)


def test_a_key_that_is_commented_out_stays_with_its_source() -> None:
    mine = "sources:\n  - name: A\n    url: https://a.example/f\n    # every: 5m\n    # lang: en\n"
    added = "  - name: New Feed\n    url: https://new.example/feed\n"
    for rest in ("", "  # - name: B\n", "\n    # of none\nsections: []\n"):
        assert append_sources(mine + rest, [NEW]) == mine + added + rest
    assert append_sources(mine.rstrip("\n"), [NEW]) == mine + added
    windows = mine.replace("\n", "\r\n")
    assert append_sources(windows, [NEW]).startswith(windows)


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_what_ends_a_line_for_yaml_alone_ends_none(char: str) -> None:
    mine = f"# Harbour{char} opens\nsources:\n  - url: https://a.example/f\n    name: A{char} B  # of{char} old\n"
    assert append_sources(mine, [NEW]) == f"{mine}  - name: New Feed\n    url: https://new.example/feed\n"


@pytest.mark.parametrize("text", ["sources: {a: b}\n", "sources: none\n", "{sections: []}\n", "  sections: []\n"])
def test_what_is_no_list_is_left_alone_and_the_lines_are_shown(text: str) -> None:
    with pytest.raises(AggregatorError, match=r"url: https://new\.example/feed"):
        append_sources(text, [NEW])


@pytest.mark.parametrize(
    "name",
    ["=cmd()", "- dash", "a: b", "#1 News", "Yes", "null", "123", "'quoted'", 'say "so"', "{x}", "[x]", "*star", "&and",
     "!bang", "%", "@at", "`tick`", "${HOME}", "a #b", "back\\slash", "ünï", "東京", "trailing:", "–", "1:30"],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["block", "flow"])
def test_any_name_stays_text(name: str, layout: str) -> None:
    source = NewSource(name, "https://new.example/?a=1&b=${x}", id="new", folder=name)
    before = LAYOUTS[layout]
    made = settings(append_sources(before, [source])).sources[-1]
    assert made.name == name
    assert made.url == "https://new.example/?a=1&b=$${x}", "addresses keep their template: the two signs themselves"
    assert made.labels == (("folder", name),)


def test_an_address_that_ends_in_a_colon_stays_one() -> None:
    source = NewSource("New Feed", "https://new.example/a:")
    check(LAYOUTS["block"], append_sources(LAYOUTS["block"], [source]), source)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40))
@example("\u202a")
@example("\ufffe")
def test_a_scalar_reads_as_it_was_given(text: str) -> None:
    given_name = " ".join(text.split())
    if not given_name:
        return
    source = NewSource(given_name, "https://new.example/", id="new")
    try:
        made = settings(append_sources(LAYOUTS["block"], [source])).sources[-1]
    except Exception as error:  # noqa: BLE001 - what YAML or feeds cannot hold is refused with its place
        assert "may not stand in YAML" in str(error) or str(fault(given_name)) in str(error)
        return
    assert made.name == given_name


@pytest.mark.parametrize("text", ["no", "null", "20.5", "2026-12-01", "1_000"])
def test_what_other_programs_take_for_no_text_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


def test_plain_addresses_need_no_quotes() -> None:
    assert scalar("https://a.example/b?c=d&e=%20") == "https://a.example/b?c=d&e=%20"


def test_a_file_is_replaced_whole_with_its_rights_and_through_links(tmp_path: Path) -> None:
    target = tmp_path / "real.yaml"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "feeds.yaml"
    link.symlink_to(target)
    replace_file(link, b"old", b"new")
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.yaml", "real.yaml"]


def test_a_file_saved_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"theirs")
    with pytest.raises(AggregatorError, match="saved by somebody else"):
        replace_file(path, b"ours", b"new")
    assert path.read_bytes() == b"theirs"


def test_a_file_that_a_text_editor_saves_while_ours_is_written_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"before")
    sync = os.fsync

    def slow(descriptor: int) -> None:
        sync(descriptor)
        path.write_bytes(b"theirs")

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(AggregatorError, match="saved by somebody else"):
        replace_file(path, b"before", b"ours")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_that_is_ended_while_it_writes_leaves_nothing_behind(tmp_path: Path) -> None:
    (path := tmp_path / "feeds.yaml").write_bytes(b"before")
    ended = """
import os, pathlib, signal, sys
from aggregator.config.edit import replace_file
sync = os.fsync
os.fsync = lambda file: (os.kill(os.getpid(), signal.SIGTERM), sync(file))
replace_file(pathlib.Path(sys.argv[1]), b"before", b"after")
"""
    assert subprocess.run([sys.executable, "-c", ended, path], check=False).returncode == -signal.SIGTERM
    assert [(one, one.read_bytes()) for one in tmp_path.iterdir()] == [(path, b"after")]


def test_writers_at_once_wait_for_each_other(tmp_path: Path) -> None:
    (path := tmp_path / "feeds.yaml").symlink_to("real.yaml")
    path.write_bytes(b"")

    def add(line: bytes) -> None:
        with alone(path):
            before = path.read_bytes()
            replace_file(path, before, before + line)

    lines = [b"%d\n" % n for n in range(80)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, lines))
    assert sorted(path.read_bytes().splitlines(keepends=True)) == sorted(lines)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["feeds.yaml", "real.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_adds_stays_the_file_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"a")
    path.chmod(0o600)
    os.chown(path, 12345, 23456)
    replace_file(path, b"a", b"b")
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (12345, 23456, 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_what_a_member_of_its_group_adds_stays_the_file_of_the_group() -> None:
    """It got the group of whoever ran `add`, and the service could not read it."""
    member, group, groups = 12345, 23456, os.getgroups()
    with TemporaryDirectory() as folder:
        os.chown(folder, member, member)
        path = Path(folder) / "feeds.yaml"
        path.write_bytes(b"a")
        path.chmod(0o660)
        os.chown(path, 34567, group)
        os.setgroups([group])
        os.seteuid(member)
        try:
            replace_file(path, b"a", b"b")
        finally:
            os.seteuid(0)
            os.setgroups(groups)
        found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (member, group, 0o660)


def test_a_group_that_cannot_be_named_in_this_container_does_not_keep_anybody_from_adding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container without root, of a file with another group of the user who started it."""

    def unnamed(path: str, user: int, group: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    (path := tmp_path / "feeds.yaml").write_bytes(b"a")
    monkeypatch.setattr(os, "chown", unnamed)
    replace_file(path, b"a", b"b")
    assert path.read_bytes() == b"b"


def test_whom_an_access_list_names_may_still_read_the_file_and_nobody_else(tmp_path: Path) -> None:
    """Without the list, the bits of its mask became those of the group."""
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"a")
    everybody = 0xFFFFFFFF  # no user or group is named
    entries = [(1, 6, everybody), (2, 4, 12345), (4, 0, everybody), (16, 4, everybody), (32, 0, everybody)]
    listed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(path, ACCESS_LIST, listed)
    except OSError:
        pytest.skip("this file system knows no access lists")
    replace_file(path, b"a", b"b")
    assert os.getxattr(path, ACCESS_LIST) == listed
    os.removexattr(path, ACCESS_LIST)
    os.setxattr(tmp_path, "system.posix_acl_default", listed)  # new files of the folder get it
    replace_file(path, b"b", b"c")
    assert ACCESS_LIST not in os.listxattr(path)


def test_a_file_that_cannot_be_replaced_is_told_and_stays(tmp_path: Path) -> None:
    path = tmp_path / ("f" * 250)  # the new file beside it would have a name that is too long
    path.write_bytes(b"a")
    with pytest.raises(AggregatorError, match="cannot be written: File name too long"):
        replace_file(path, b"a", b"b")
    assert path.read_bytes() == b"a"
    assert list(tmp_path.iterdir()) == [path]
