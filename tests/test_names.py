"""Names are told from roles, outlets and sentences."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.recognise.names import is_byline, is_common, is_other_work, looks_like_name, parse_authors

GOLD = Path("../shared/data/web_pages/gold.jsonl")
CASES = tomllib.loads((Path(__file__).parent / "cases/names.toml").read_text("utf-8"))


@pytest.mark.parametrize(("printed", "names"), CASES["authors"])
def test_the_names_of_a_byline_are_read(printed: str, names: list[str]) -> None:
    assert parse_authors(printed) == names


@pytest.mark.parametrize("line", CASES["names"])
def test_a_bare_name_is_told(line: str) -> None:
    assert looks_like_name(line)


@pytest.mark.parametrize("line", CASES["not_names"])
def test_a_line_that_is_more_or_less_than_a_name_is_none(line: str) -> None:
    assert not looks_like_name(line)


@pytest.mark.parametrize(
    "line", ["By EJ Ward", "Von Anna Schmidt und Peter Müller", "Par Jean Dupont", "Автор: Анна Петренко"]
)
def test_a_byline_is_told(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize("line", ["By the way", "Von Trapp", "EJ Ward", "By midnight the fire was out.", "Par exemple"])
def test_a_line_that_only_begins_like_a_byline_is_none(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize("text", ["Edited by", "Medically reviewed by:", "Photos:", "Übersetzt von", "Fact-checked by"])
def test_a_label_of_other_work_is_told(text: str) -> None:
    assert is_other_work(text)


@pytest.mark.parametrize("text", ["Written by", "By", "Ann Roe", "Editor Ann Roe", ""])
def test_a_label_of_writing_is_none_of_other_work(text: str) -> None:
    assert not is_other_work(text)


def test_a_name_whose_words_a_text_writes_small_is_a_common_one() -> None:
    assert is_common("City Council", "the council of the city")
    assert not is_common("Ann Council", "the council of the city")


def test_authors_of_real_pages_are_names() -> None:
    """Of the authors noted by people, those of two words or more, without a list or a role, are names as they stand."""
    with GOLD.open(encoding="utf-8") as lines:
        printed = [author for line in lines if (author := json.loads(line)["author"])]
    plain = [author for author in printed if not set(author) & set(",;|&@()/0123456789") and " " in author]
    kept = [author for author in plain if parse_authors(author) == [author] or " and " in author]
    assert len(plain) >= 400
    assert len(kept) / len(plain) >= 0.97
    assert sum(bool(parse_authors(author)) for author in printed) / len(printed) >= 0.97
    lone = [author for author in plain if looks_like_name(author)]
    assert len(lone) / len(plain) >= 0.8


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_and_names_are_not_empty(text: str) -> None:
    assert all(name.strip() == name and name for name in parse_authors(text))


@pytest.mark.parametrize("part", ["and ", ", ", "(", "A ", "By ", "x@", " - ", "A.-", " "])
def test_hostile_text_comes_to_an_end(part: str) -> None:
    """In quadratic time it would not, while anyone waits."""
    text = "By " + part * (1_000_000 // len(part))
    assert not is_byline(text) and not looks_like_name(text)
    parse_authors(text)
