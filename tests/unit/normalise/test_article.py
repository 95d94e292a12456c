"""Whether a text is the article that a feed tells of."""

from __future__ import annotations

import time

import pytest

from aggregator.errors import ParseError
from aggregator.model.item import Told
from aggregator.normalise.article import article_of

TOLD = Told("Ferry sinks near Palermo", "All passengers were saved by fishermen.", "<p>All passengers were saved.</p>")
TEXT = (
    "<p>Fishermen saved all passengers of a ferry that sank on Tuesday, off the coast of Sicily, as its owner said.</p>"
)


def test_an_article_tells_what_the_feed_tells() -> None:
    article_of(TEXT, TOLD, ())
    article_of(
        "<p>" + "西西里岛附近一艘渡轮沉没，渔民救起全部乘客。" * 3 + "</p>", Told("渡轮在西西里岛附近沉没", "", ""), ()
    )
    article_of(
        "<p>Паром затонул у берегов Сицилии, пассажиров спасли рыбаки.</p>", Told("У Сицилии затонул паром", "", ""), ()
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<p>Log in to continue reading. Create a free account to get our newsletters.</p>", "another-text"),
        ("<p>" + "Sport, weather and other news of the day. " * 60 + "</p>" + TEXT, "another-text"),
        ("<p>Ferry sinks, all saved.</p>", "shorter"),
    ],
)
def test_another_text_is_not_taken_for_it(text: str, kind: str) -> None:
    with pytest.raises(ParseError) as error:
        article_of(text, TOLD, ())
    assert error.value.kind == kind
    assert "ferry" not in str(error.value).lower()


def test_a_page_with_its_headline_may_tell_it_in_other_words() -> None:
    text = "<p>Nobody drowned on Tuesday, thanks to three boats that happened to be near, the coastguard told us.</p>"
    article_of(text, TOLD, ["Ferry sinks off Palermo &#8211; The Outlet"])
    for heading in ("", "Log in", "Page not found | Palermo Outlet"):
        with pytest.raises(ParseError):
            article_of(text, TOLD, [heading])


def test_where_the_feed_tells_nothing_any_text_will_do() -> None:
    article_of(TEXT, Told("", "", ""), ())


def test_the_headline_is_no_part_of_the_text() -> None:
    rest = f"{TEXT}<h2>Fishermen</h2><p>They were near.</p>"
    for first in (
        "<p>FERRY sinks near Palermo.</p>",
        "<h2>Ferry off Palermo: <i>all</i> saved</h2>",
        "<p>Sicily</p><h3>Ferry sinks near Palermo</h3>",
    ):
        told = article_of(first + rest, TOLD, ["The Outlet", "Ferry off Palermo: <b>all saved</b>"])
        assert told == ("<p>Sicily</p>" if "Sicily<" in first else "") + rest
    assert article_of(rest, TOLD, ["Ferry sinks", "Fishermen"]) == f"{TEXT}<p>They were near.</p>"
    picture = '<p><img src="https://x.example/ferry.jpg"></p>'
    assert article_of(picture + rest, TOLD, ['<img src="logo.svg">']) == picture + rest  # a heading without words


def test_a_heading_that_holds_the_headline_again_is_left_whole() -> None:
    """Without its beginning, the ends would close what is around the text in a page."""
    text = f"<h2>Ferry sinks <div><h2>near Palermo</h2></div></h2>{TEXT}"
    assert article_of(text, TOLD, []) == text


def test_a_page_with_the_headline_that_only_asks_to_log_in_is_not_the_article() -> None:
    text = '<p><a href="https://x.example">Log in</a> or create an account to continue reading this article.</p>'
    with pytest.raises(ParseError) as error:
        article_of(text, TOLD, ["Ferry sinks near Palermo"])
    assert error.value.kind == "another-text"


def test_a_text_that_the_page_has_twice_is_read_once() -> None:
    refrain = "<p>So they say.</p>"
    assert article_of(TEXT + refrain + TEXT + refrain, TOLD, []) == TEXT + refrain + refrain


def test_sub_headings_of_what_was_read_once_do_not_stay_behind() -> None:
    boats = (
        "<p>Three boats happened to be near, the coastguard said, and took everybody to the harbour of the island.</p>"
    )
    told = f"{TEXT}<h2>Boats</h2> <h3>Three <i>of</i> them</h3>\n{boats}"
    assert article_of(told + told, TOLD, []).rstrip() == told
    assert article_of(told + "<h3>Nobody drowned</h3>", TOLD, []) == told + "<h3>Nobody drowned</h3>"
    last = "<h3>Nobody drowned</h3>"
    assert article_of(told + boats + last, TOLD, []) == told + last, (
        "a paragraph that is quoted again makes no copy of it"
    )


@pytest.mark.parametrize(
    "label",
    [
        "Advertisement", "Comment", "Comments", "Article continues after ad", "Story continues below this advertisement", "Share this",
        "Share this article", "Share this story", "Share this post", "Video unavailable", "View this post on Instagram",
        "Our Standards: the trust principles.", "Already a subscriber? Log in", "Already a member? Log in",
        "You’ve reached your limit.", "You have reached your free article limit for this month.", "Subscribe to continue reading.",
        "Log in now to keep reading", "Sign in or create an account to continue reading", "To keep reading, please subscribe.",
        "To continue reading log in", "This article is only for subscribers", "This story is for our subscribers.",
        "Thanks for reading Window on War! Subscribe for free to receive new posts and support my work.", "Share", "Leave a comment",
        "Thank you for reading The Wire. This post is public so feel free to share it.", "Subscribe now",
        "The Wire is a reader-supported publication. To receive new posts and support my work, consider becoming a subscriber.",
    ],
)  # fmt: skip
def test_a_label_between_paragraphs_is_no_part_of_the_text(label: str) -> None:
    assert article_of(f"<p>{label}</p>{TEXT}<p>{label}</p>", TOLD, []) == TEXT


@pytest.mark.parametrize(
    "label", ["Advertisement", "Comments", "Share this", "Share", "Subscribe now", "Video unavailable"]
)
def test_a_sentence_that_begins_like_a_label_stays(label: str) -> None:
    news = f"<p>{label} is what fishermen read off Sicily when the ferry sank.</p>"
    assert article_of(TEXT + news, TOLD, []) == TEXT + news


def test_spaces_in_a_text_take_no_time() -> None:
    started = time.process_time()
    text = f"{TEXT}<pre>x{' ' * 50_000}x</pre>"
    assert article_of(text, TOLD, []) == text
    assert time.process_time() - started < 1


def test_what_a_feed_adds_to_its_text_makes_no_page_the_shorter() -> None:
    credit = (
        '<p>The post <a href="https://x.example/1">Ferry</a> appeared first on <a href="https://x.example">X</a>.</p>'
    )
    told = Told(TOLD.headline, TOLD.summary, TEXT + credit)
    update = f"{TEXT}<p>All are home.</p>"
    assert article_of(update + credit, told, []) == update


def test_a_link_to_the_rest_is_no_part_of_the_text_unless_it_names_another_outlet() -> None:
    link = '<a href="https://outlet.example/ferry">'
    elsewhere = f"<p>{link}Read the full story at The Outlet</a></p>"
    assert article_of(f"{TEXT}<p>{link}Read more</a></p>{elsewhere}<p>{link}Fishermen</a></p>", TOLD, []) == (
        f"{TEXT}{elsewhere}<p>{link}Fishermen</a></p>"
    )
