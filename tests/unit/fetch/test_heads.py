"""Heads of responses that are repaired; how such responses are read is tested in tests/faults/test_fetch_faults.py."""

from __future__ import annotations

from aggregator.fetch.heads import repaired


def test_a_head_of_hundreds_of_lines_is_left_to_be_refused() -> None:
    """All other requests would wait while a flood of them is split."""
    few, many = (b"HTTP/1.1 200 OK\r\n" + b"X : y\r\n" * lines + b"\r\n" for lines in (100, 600))
    assert repaired(few) == few.replace(b" :", b":")
    assert repaired(many) == many


def test_a_head_that_keeps_the_rules_stays_as_it_is() -> None:
    """Else its connection would not be used again."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length:  5\r\nETag: 1\r\nX: chunked\r\n\r\n"
    assert repaired(head) == head
