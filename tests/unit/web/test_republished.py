"""Whose articles are shown: those of sources that have `full_text` now, whatever was extracted while it was on."""

from __future__ import annotations

from pathlib import Path

from newsroom import CONFIG, Newsroom, item

TEXT = "<p>All that the outlet wrote.</p>"


def configured(*full: str, republish: bool = True) -> str:
    text = CONFIG.replace("timezone: UTC", f"timezone: UTC, republish_full_text: {str(republish).lower()}")
    for name in full:
        text = text.replace(f"{{name: {name}, url", f"{{name: {name}, full_text: true, url")
    return text


def extracted(newsroom: Newsroom) -> str:
    """A story of two outlets of which each has its article extracted; returns its id."""
    newsroom.edit(configured("BBC World", "Kyodo"))
    newsroom.publish(
        item("Navy's Newest Frigate Delayed Again, Shipbuilder Says"),
        item("Navy's newest frigate delayed again, shipbuilder says", "kyodo"),
    )
    now = int(newsroom.now.timestamp())
    for article in newsroom.archive.articles.claim(["bbc-world", "kyodo"], now - 86_400, 9, now, now + 3600):
        newsroom.archive.articles.save(article.item, TEXT, None, now)
    (story,) = newsroom.client.get("/api/v1/stories").get_json()["stories"]
    assert len(story["publishers"]) == 2
    return str(story["id"])


def shown(newsroom: Newsroom, id: str) -> dict[str, bool]:
    addresses = {"page": f"/stories/{id}", "api": f"/api/v1/stories/{id}", "feed": "/latest.json"}
    told = {name: newsroom.client.get(address).text for name, address in addresses.items()}
    return {name: "All that the outlet wrote." in text for name, text in told.items()}


def test_an_outlet_that_is_switched_off_is_shown_no_more_though_another_of_its_story_is_on(tmp_path: Path) -> None:
    empty = Newsroom(tmp_path)
    id = extracted(empty)
    lead = empty.client.get(f"/api/v1/stories/{id}").get_json()["link"]
    first, other = ("BBC World", "Kyodo") if "bbc-world" in lead else ("Kyodo", "BBC World")
    assert shown(empty, id) == {"page": True, "api": True, "feed": True}
    empty.edit(configured(first))
    assert shown(empty, id) == {"page": True, "api": True, "feed": True}
    empty.edit(configured(other))
    assert shown(empty, id) == {"page": False, "api": False, "feed": False}
    empty.edit(configured(first, other, republish=False))
    assert shown(empty, id) == {"page": True, "api": False, "feed": False}
    empty.close()
