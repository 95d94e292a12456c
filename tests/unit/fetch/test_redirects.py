"""Redirects step by step: who may see the headers of a source, and where the steps end."""

from __future__ import annotations

import ada_url
import pytest

from aggregator.fetch.failures import Stopped
from aggregator.fetch.redirects import WebAddress, start


def place(url: str) -> WebAddress:
    return WebAddress.of(ada_url.URL(url))


@pytest.mark.parametrize(
    ("first", "here", "may"),
    [
        ("https://a.example/feed", "https://a.example/other", True),
        ("https://a.example/feed", "https://a.example:443/other", True),
        ("http://a.example/feed", "https://a.example/feed", True),  # the same host, only safer
        ("https://a.example/feed", "http://a.example/feed", False),
        ("https://a.example:8443/feed", "http://a.example:8443/feed", False),
        ("http://a.example/feed", "https://a.example:8443/feed", False),
        ("http://a.example:8080/feed", "https://a.example/feed", False),
        ("http://a.example:8080/feed", "http://a.example:8081/feed", False),
        ("http://a.example:8080/feed", "http://a.example:8080/other", True),
        ("https://a.example/feed", "https://www.a.example/feed", False),
        ("https://a.example/feed", "https://b.example/feed", False),
    ],
)
def test_secrets_go_to_their_own_host_alone_and_never_to_a_less_safe_one(first: str, here: str, may: bool) -> None:
    assert place(here).may_have_secrets_of(place(first)) is may


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://a.example/", None),
        ("https://ann:p%40ss@a.example/", ("ann", "p@ss")),
        ("https://token@a.example/", ("token", "")),
        ("https://:token@a.example/", ("", "token")),
    ],
)
def test_a_login_is_taken_out_of_the_address(url: str, login: tuple[str, str] | None) -> None:
    trail, found = start(url)
    assert (trail.here.url, found) == ("https://a.example/", login)


def test_what_was_said_over_plain_http_on_the_way_moves_no_source_for_good() -> None:
    trail, _ = start("https://a.example/")
    moved = trail.step(301, "https://b.example/")
    for target in ("http://b.example/", "https://evil.example/"):
        moved = moved.step(301, target)
        assert moved.permanent == place("https://b.example/")
    upgraded = start("http://a.example/")[0].step(301, "https://a.example/")
    assert upgraded.permanent == place("https://a.example/")


def test_a_circle_ends_where_it_closes() -> None:
    trail, _ = start("https://a.example/1")
    trail = trail.step(302, "/2").step(302, "/3#part")
    with pytest.raises(Stopped, match="circle"):
        trail.step(302, "https://a.example/2")
    with pytest.raises(Stopped, match="circle"):
        start("https://a.example/1")[0].step(301, "#top")
