"""How long a text is, and what it says: words, sentences and paragraphs of many scripts, and the content's hash."""

import csv
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.describe.measure import hash_content, measure
from flows.recognise.words import fold, split_words

CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("cases").joinpath("measure.toml").read_text("utf-8"))
WIKINEWS = Path("../shared/data/wikinews/wikinews_2020.csv")


@pytest.mark.parametrize("case", CASES["words"], ids=lambda case: str(case["text"]))
def test_words_are_split_as_unicode_does(case: dict[str, Any]) -> None:
    assert [word for word in split_words(case["text"]) if any(map(str.isalnum, word))] == case["words"]
    assert measure(case["text"]).word_count == len(case["words"])


@pytest.mark.parametrize("case", CASES["sentences"], ids=lambda case: str(case["why"]))
def test_sentences_end_where_a_reader_says(case: dict[str, Any]) -> None:
    count = case.get("count", len(case["sentences"]))
    assert measure(" ".join(case["sentences"])).sentence_count == count


@pytest.mark.parametrize("case", CASES["paragraphs"], ids=lambda case: repr(case["text"]))
def test_paragraphs_are_parted_by_blank_lines(case: dict[str, Any]) -> None:
    assert measure(case["text"]).paragraph_count == case["count"]


@pytest.mark.parametrize("case", CASES["same"], ids=lambda case: str(case["why"]))
def test_texts_that_say_the_same_have_one_hash(case: dict[str, Any]) -> None:
    assert hash_content(case["one"]) == hash_content(case["other"])


@pytest.mark.parametrize("case", CASES["different"], ids=lambda case: str(case["why"]))
def test_texts_that_say_something_else_have_another(case: dict[str, Any]) -> None:
    assert hash_content(case["one"]) != hash_content(case["other"])


def test_a_hash_is_sha_256_of_the_folded_text() -> None:
    assert hash_content(" Hello,  World! ") == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"


def test_an_empty_text_measures_nothing() -> None:
    for empty in ("", " ", "\n\n \n"):
        measures = measure(empty)
        assert measures.word_count == measures.sentence_count == measures.paragraph_count == 0


def test_characters_are_code_points() -> None:
    assert measure("a\u0301𝒳 ").char_count == 4


@given(st.text())
def test_words_and_symbols_are_the_text_without_its_white_space(text: str) -> None:
    assert "".join(split_words(text)) == "".join(text.split())


@given(st.text(st.sampled_from("aÉß9९東ไ್\u0301\u200d\ufe0f'’.,-!。? \n\u0085\ud800")))
def test_counts_are_those_of_the_words(text: str) -> None:
    measures = measure(text)
    words = [word for word in split_words(text) if unicodedata.category(word[0])[0] in "LN"]
    assert measures.word_count == len(words)
    assert measures.sentence_count <= measures.word_count
    assert (measures.sentence_count == 0) == (measures.word_count == 0)
    assert (measures.paragraph_count == 0) == (not text.strip())


@given(st.text(), st.text(st.sampled_from(" \n\t.,;!—_")))
def test_punctuation_around_a_text_does_not_change_its_hash(text: str, around: str) -> None:
    if any(map(str.isalnum, text)):
        assert hash_content(around + text + around) == hash_content(text)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_folds_like_any_text(text: str) -> None:
    assert fold(text) == fold(text + "\u2003")


@pytest.mark.parametrize("hostile", ["." * 10, ". ", '."', ".\n\n", "a.", "a'", "\u0301", "1.", "\n \n", "…a"])
def test_hostile_text_comes_to_an_end(hostile: str) -> None:
    """In quadratic time it would not, while anyone waits."""
    text = hostile * (1_000_000 // len(hostile))
    assert measure(text).char_count == len(text)
    assert len(hash_content(text)) == 64


@pytest.mark.skipif(not WIKINEWS.exists(), reason="needs the real articles")
def test_real_articles_have_sentences_of_a_plausible_length() -> None:
    with WIKINEWS.open(encoding="utf-8", newline="") as rows:
        articles = [measure(row["text"]) for row in csv.DictReader(rows) if row["text"].strip()]
    words = sum(article.word_count for article in articles)
    assert 15 < words / sum(article.sentence_count for article in articles) < 30
    assert all(article.sentence_count >= article.paragraph_count * 0.5 for article in articles)
