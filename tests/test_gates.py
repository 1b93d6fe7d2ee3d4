"""A gate turns away only lines that no phrase behind it takes."""

import pytest

from flows.clean.gates import build_gate, find_key, split_alternatives


@pytest.mark.parametrize(
    ("phrase", "key"),
    [
        ("follow us on .*", None),
        (r"[^.!?]{0,60}(?:subscribe|sign up) (?:now|here)[^.]*", "(?:subscribe|sign up) (?:now|here)"),
        (r"(?:[^?!]{0,80}[?:.!] ?)?call (?:us|me)(?: [^!]{0,60})? now", "call (?:us|me)"),
        (r"(?:please )?[^.]*e-?mail", "e-?mail"),
        (r"(?:\S+ )?app", "app"),
        (r"[^.]*", None),
        (r"[^.]{1,20} now", None),
    ],
)
def test_the_key_of_a_phrase_is_what_stands_behind_the_span_it_begins_with(phrase: str, key: str | None) -> None:
    assert find_key(phrase) == key


def test_alternatives_are_parted_at_the_outermost_level_alone() -> None:
    assert split_alternatives(r"a|(?:b|c)|[|]|\||d{2,3}") == ["a", "(?:b|c)", "[|]", r"\|", "d{2,3}"]


def test_what_no_phrase_begins_or_holds_is_turned_away() -> None:
    gate = build_gate([r"share this|[^.]{0,60}subscribe now[^.]*"], r"[ *]*")
    assert gate.admits(b"* Share this story")
    assert gate.admits(b"To read on, subscribe now or never")
    assert not gate.admits(b"The ferry to the islands was late, and they share this sorrow.")
    assert not gate.admits(b"")
