"""Whatever the editor joins, parts, hides and takes back, in whatever order: ids, redirects and entries keep their promises."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from newsroom import Newsroom, item

HOUR = timedelta(hours=1)
EVENTS = ("Navy buys a frigate", "Octopuses dream in colour", "Plum harvest fails in Lumio")
NEWS = [
    item(event, source, age=(30 - 3 * n - m) * HOUR)
    for n, event in enumerate(EVENTS)
    for m, source in enumerate(("bbc-world", "kyodo", "reuters"))
]
articles = st.lists(st.sampled_from(range(len(NEWS))), max_size=3, unique=True)
files = st.lists(st.fixed_dictionaries({"join": articles, "split": articles, "hide": articles}), min_size=1, max_size=5)


def save(room: Newsroom, said: dict[str, list[int]]) -> None:
    named = {key: [NEWS[n] for n in numbers] for key, numbers in said.items()}
    room.overrule(join=[named["join"]] if len(named["join"]) > 1 else [], split=named["split"], hide=named["hide"])


def entries(room: Newsroom) -> dict[str, dict[str, Any]]:
    found = room.client.get("/latest.json?limit=500").get_json()["items"]
    return {one["id"].removeprefix("urn:uuid:"): one for one in found}


def content(entry: dict[str, Any]) -> Sequence[object]:
    return [entry.get(key) for key in ("title", "external_url", "url", "content_html")]


@settings(max_examples=12, derandomize=True, phases=[Phase.explicit, Phase.generate])  # each makes an archive
@given(files)
def test_ids_and_entries_keep_their_promises(edits: list[dict[str, list[int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Newsroom(Path(folder))
        room.publish(*NEWS)
        known = listed = entries(room)
        for said in edits:
            save(room, said)
            now = entries(room)
            hidden = {NEWS[n].id for n in said["hide"]}
            holds = {one["id"][9:]: one["story"][9:] for one in room.client.get("/api/v1/items").get_json()["items"]}
            assert holds.keys() == {one.id for one in NEWS} - hidden, "each article is told once, but for the hidden"
            assert set(holds.values()) == now.keys()
            for id, entry in now.items():
                before = known.get(id, entry)
                assert entry["date_modified"] >= before["date_modified"], "an entry never goes back"
                moved = entry["date_modified"] != before["date_modified"]
                assert moved or content(entry) == content(before), "it says nothing else without moving"
                assert not moved or id not in listed or content(entry) != content(before), "nor moves for nothing"
            for id in (known.keys() - now.keys()) & holds.keys():
                answer = room.client.get(f"/stories/{id}")
                assert answer.headers["Location"].endswith(f"/stories/{holds[id]}"), (
                    "it leads to where its founder is told"
                )
            known, listed = known | now, now
        room.close()
