"""The signals of Gopher, C4 and FineWeb: by hand, against their definitions taken literally, and as views."""

import csv
import gzip
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.describe.measure import measure
from flows.describe.quality import POLICY_PHRASES, SENTENCE_TERMINALS, STOP_WORDS, SYMBOLS, assess
from flows.model import Quality
from flows.recognise.words import split_words

CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("cases").joinpath("quality.toml").read_text("utf-8"))
DATA = Path("../shared/data")
VIEWS = Path(__file__).parents[1] / "warehouse" / "views"

GOOD = Quality(
    word_count=300,
    mean_word_length=5.0,
    hash_to_word_ratio=0.0,
    ellipsis_to_word_ratio=0.0,
    bullet_lines_ratio=0.0,
    ellipsis_lines_ratio=0.0,
    alphabetic_words_ratio=0.9,
    stop_word_count=6,
    duplicate_line_fraction=0.0,
    duplicate_paragraph_fraction=0.0,
    duplicate_line_character_fraction=0.0,
    duplicate_paragraph_character_fraction=0.0,
    top_2_gram_character_fraction=0.02,
    top_3_gram_character_fraction=0.02,
    top_4_gram_character_fraction=0.02,
    duplicate_5_gram_character_fraction=0.0,
    duplicate_6_gram_character_fraction=0.0,
    duplicate_7_gram_character_fraction=0.0,
    duplicate_8_gram_character_fraction=0.0,
    duplicate_9_gram_character_fraction=0.0,
    duplicate_10_gram_character_fraction=0.0,
    terminal_punctuation_lines_ratio=0.9,
    few_words_lines_ratio=0.1,
    long_word_lines_ratio=0.0,
    javascript_lines_ratio=0.0,
    policy_lines_ratio=0.0,
    lorem_ipsum=False,
    curly_bracket=False,
    kept_lines_ratio=0.9,
    kept_sentence_count=12,
    line_punctuation_ratio=0.9,
    short_line_ratio=0.1,
    duplicate_line_characters_ratio=0.0,
    new_line_to_word_ratio=0.1,
)


# The definitions, word for word as slow as they are written


def find_duplicates(parts: list[str]) -> tuple[int, int]:
    seen: set[str] = set()
    duplicates = characters = 0
    for part in parts:
        if part in seen:
            duplicates += 1
            characters += len(part)
        seen.add(part)
    return duplicates, characters


def find_top_n_gram(words: list[str], n: int) -> int:
    """Characters of the most frequent n-gram, words joined by one space; the first of equals."""
    n_grams = Counter(tuple(words[start : start + n]) for start in range(len(words) - n + 1))
    if not n_grams:
        return 0
    n_gram, times = n_grams.most_common(1)[0]
    return len(" ".join(n_gram)) * times


def find_duplicate_n_grams(words: list[str], n: int) -> int:
    """Characters of the n-grams that stood before; after one, the search goes on behind it."""
    seen: set[tuple[str, ...]] = set()
    characters = start = 0
    while start + n <= len(words):
        n_gram = tuple(words[start : start + n])
        if n_gram in seen:
            characters += len("".join(n_gram))
            start += n
        else:
            seen.add(n_gram)
            start += 1
    return characters


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def transcribe_gopher(text: str) -> dict[str, float]:
    words, lines = split_words(text), text.splitlines()
    proper = [word for word in words if any(character not in SYMBOLS for character in word)]
    signals = {
        "word_count": len(proper),
        "mean_word_length": share(sum(len(word) for word in proper), len(proper)),
        "hash_to_word_ratio": share(text.count("#"), len(words)),
        "ellipsis_to_word_ratio": share(text.count("...") + text.count("…"), len(words)),
        "bullet_lines_ratio": share(sum(line.lstrip()[:1] in ("•", "-") for line in lines if line.strip()), len(lines)),
        "ellipsis_lines_ratio": share(sum(bool(re.search(r"(\.\.\.|…)\s*\Z", line)) for line in lines), len(lines)),
        "alphabetic_words_ratio": share(sum(any(map(str.isalpha, word)) for word in words), len(words)),
        "stop_word_count": len(STOP_WORDS.intersection(words)),
    }
    for name, parts in ("line", re.split(r"\n+", text)), ("paragraph", re.split(r"\n{2,}", text.strip())):
        duplicates, characters = find_duplicates(parts)
        signals[f"duplicate_{name}_fraction"] = share(duplicates, len(parts))
        signals[f"duplicate_{name}_character_fraction"] = share(characters, len(text))
    for n in range(2, 5):
        signals[f"top_{n}_gram_character_fraction"] = share(find_top_n_gram(words, n), len(text))
    for n in range(5, 11):
        signals[f"duplicate_{n}_gram_character_fraction"] = share(find_duplicate_n_grams(words, n), len(text))
    return signals


def transcribe_c4(text: str) -> dict[str, float]:
    """The rules in the order of C4's code, which looks at a line no more once one has dropped it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    drops: Counter[str] = Counter()
    kept, sentences = 0, 0
    lorem_ipsum = curly_bracket = False
    for line in lines:
        cited = re.sub(r"\[\d*]|\[edit]|\[citation needed]", "", line)
        drop = {
            "long_word": any(len(word) > 1000 for word in line.split()),
            "no_terminal": cited[-1:] not in (".", "?", "!", '"', "'") or cited[-3:] == "...",
            "few_words": len(line.split()) < 3,
            "javascript": "javascript" in cited.lower(),
            "policy": any(phrase in cited.lower() for phrase in POLICY_PHRASES),
        }
        drops.update(rule for rule, holds in drop.items() if holds)
        if drop["long_word"] or drop["no_terminal"] or drop["few_words"]:
            continue
        lorem_ipsum = lorem_ipsum or "lorem ipsum" in cited.lower()
        if drop["javascript"]:
            continue
        curly_bracket = curly_bracket or "{" in cited
        if drop["policy"]:
            continue
        kept += 1
        sentences += measure(cited).sentence_count
    return {
        "terminal_punctuation_lines_ratio": share(len(lines) - drops["no_terminal"], len(lines)),
        "few_words_lines_ratio": share(drops["few_words"], len(lines)),
        "long_word_lines_ratio": share(drops["long_word"], len(lines)),
        "javascript_lines_ratio": share(drops["javascript"], len(lines)),
        "policy_lines_ratio": share(drops["policy"], len(lines)),
        "lorem_ipsum": lorem_ipsum,
        "curly_bracket": curly_bracket,
        "kept_lines_ratio": share(kept, len(lines)),
        "kept_sentence_count": sentences,
    }


def transcribe_fineweb(text: str) -> dict[str, float]:
    lines = [line for line in text.split("\n") if line.strip() != ""]
    return {
        "line_punctuation_ratio": share(sum(line.endswith(tuple(SENTENCE_TERMINALS)) for line in lines), len(lines)),
        "short_line_ratio": share(sum(len(line) <= 30 for line in lines), len(lines)),
        "duplicate_line_characters_ratio": share(find_duplicates(lines)[1], len(text.replace("\n", ""))),
        "new_line_to_word_ratio": share(text.count("\n"), len(split_words(text))),
    }


def transcribe(text: str) -> dict[str, float]:
    return transcribe_gopher(text) | transcribe_c4(text) | transcribe_fineweb(text)


def read_real_texts() -> Iterator[str]:
    """Clean news, and web text of six languages with all its noise."""
    for path in sorted((DATA / "wikinews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            yield from (row["text"] for row in csv.DictReader(rows))
    for path in sorted((DATA / "line_quality").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as records:
            yield from ("\n".join(json.loads(record)["text"]) for record in records)


# The signals


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: str(case["why"]))
def test_a_signal_is_what_a_hand_computes(case: dict[str, Any]) -> None:
    text = case["text"] * case.get("times", 1)
    signals = asdict(assess(text))
    for name, value in case["signals"].items():
        numerator, _, denominator = str(value).partition("/")
        expected = float(numerator) / float(denominator or 1)
        assert signals[name] == pytest.approx(expected), name


def test_every_signal_has_a_case() -> None:
    assert {name for case in CASES["case"] for name in case["signals"]} == {field.name for field in fields(Quality)}


@pytest.mark.skipif(not DATA.exists(), reason="needs the real texts")
def test_signals_of_real_texts_equal_the_definitions() -> None:
    texts = list(read_real_texts())
    assert len(texts) > 1000
    for text in texts:
        assert asdict(assess(text)) == transcribe(text)


@given(st.text(st.sampled_from("ab.#-• …'[1]{\n \u2028\u0301東A")))
def test_signals_of_any_text_equal_the_definitions(text: str) -> None:
    assert asdict(assess(text)) == transcribe(text)


@given(
    st.lists(
        st.sampled_from(["to be", "that", "a b c", "The end.", "use cookies now.", "javascript", "lorem ipsum x."])
    )
)
def test_signals_of_repeated_phrases_equal_the_definitions(phrases: list[str]) -> None:
    for separator in (" ", "\n", "\n\n"):
        text = separator.join(phrases)
        assert asdict(assess(text)) == transcribe(text)


@pytest.mark.parametrize("hostile", ["a ", "a b c ", "a\n", "{ lorem ipsum x.\n", "...", "[" * 10, "\n"])
def test_hostile_text_comes_to_an_end(hostile: str) -> None:
    """In quadratic time it would not, while anyone waits."""
    assert assess(hostile * (1_000_000 // len(hostile)))


# The views


def choose(view: str, qualities: list[Quality]) -> list[bool]:
    """Which of the documents the view selects."""
    documents = pa.table({"doc_id": list(range(len(qualities))), "quality": [asdict(quality) for quality in qualities]})
    with duckdb.connect() as connection:
        connection.register("documents", documents)
        connection.execute(f"CREATE TEMP VIEW chosen AS {(VIEWS / f'{view}.sql').read_text(encoding='utf-8')}")
        chosen = {row[0] for row in connection.sql("SELECT doc_id FROM chosen").fetchall()}
    return [doc_id in chosen for doc_id in range(len(qualities))]


@pytest.mark.parametrize("view", CASES["limits"])
def test_a_view_keeps_what_is_within_its_limits_and_nothing_beyond(view: str) -> None:
    limits: dict[str, dict[str, Any]] = CASES["limits"][view]
    within = [replace(GOOD, **{name: limit}) for name, limit in all_limits(limits, "keeps")]
    beyond = [replace(GOOD, **{name: limit}) for name, limit in all_limits(limits, "drops")]
    assert all(choose(view, within))
    assert not any(choose(view, beyond))


def all_limits(limits: dict[str, dict[str, Any]], side: str) -> list[tuple[str, Any]]:
    return [(name, limit) for name, sides in limits.items() for limit in sides[side]]


def test_a_view_asks_for_no_signal_without_a_tested_limit() -> None:
    for view, limits in CASES["limits"].items():
        query = (VIEWS / f"{view}.sql").read_text(encoding="utf-8")
        assert set(re.findall(r"quality\.(\w+)", query)) == set(limits)


def test_a_view_drops_a_document_without_text() -> None:
    for view in CASES["limits"]:
        assert choose(view, [assess(""), GOOD]) == [False, True]
