"""The language is the word of the majority, the same everywhere, or nothing."""

import random
import zipfile
from pathlib import Path

import langdetect
import langdetect_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.model import LanguageShare
from flows.recognise.language import Detected, detect_language, list_languages
from tests.benchmarks.languages import list_profiles, make_text, read_sentences

DECLARATION = Path("../shared/data/udhr/udhr.zip")
SEEDS = Path("../shared/seeds")
TOLD_MIXED = 0.7
"""Share of texts half in one language, half in another, that get none."""


def langdetect_answers(module: object, text: str) -> list[tuple[str, float]] | None:
    try:
        return [(found.lang, found.prob) for found in module.detect_langs(text)]  # type: ignore[attr-defined]
    except module.LangDetectException:  # type: ignore[attr-defined]
        return None


def test_the_fast_path_gives_the_answers_of_langdetect() -> None:
    langdetect.DetectorFactory.seed = langdetect_rs.DetectorFactory.seed = 0
    chance = random.Random(0)
    texts = [
        make_text(chance, sentences, length)
        for sentences in read_sentences().values()
        for length in (*(20, 50) * 10, *(200,) * 8, 1000)
    ]
    with zipfile.ZipFile(DECLARATION) as archive:
        names = [name for name in archive.namelist() if name.endswith("-UTF8")]
        texts += [archive.read(name).decode("utf-8-sig", "replace")[:1000] for name in names[::6]]
    both = chance.sample(texts, 100)
    texts += [first[:200] + second[:200] for first, second in zip(both, both[::-1], strict=True)]
    assert len(texts) >= 2_200
    for text in texts:
        assert langdetect_answers(langdetect_rs, text) == langdetect_answers(langdetect, text)


def test_a_text_half_in_another_language_gets_none_more_often_than_one_in_a_single_language() -> None:
    chance = random.Random(7)
    unknown = {1: 0, 2: 0}
    for _ in range(250):
        languages = chance.sample(sorted(list_profiles() & read_sentences().keys()), 2)
        for count in unknown:
            parts = [make_text(chance, read_sentences()[language], 1000) for language in languages[:count]]
            unknown[count] += detect_language("\n\n".join(parts)).language is None
    assert unknown[2] >= TOLD_MIXED * 250
    assert unknown[1] <= 2


@pytest.mark.parametrize(("text", "language"), [
    ("これは日本語の文章です。", "ja"),
    ("国务院总理在北京会见了来访的外国代表团。", "zh"),
    ("國務院總理在北京會見了來訪的外國代表團。", "zh"),
    ("API を使って HTTP リクエストを送信し、JSON をパースします。", "ja"),
    ("대한민국의 수도는 서울이다.", "ko"),
    ("ประเทศไทยเป็นประเทศในเอเชีย", "th"),
    ("Հայաստանի մայրաքաղաքը Երևանն է", "hy"),
    ("საქართველოს დედაქალაქია თბილისი", "ka"),
])  # fmt: skip
def test_a_script_of_one_language_tells_it(text: str, language: str) -> None:
    assert detect_language(text).language == language


@pytest.mark.parametrize(
    "text", ["", "  \n", "OK", "Lee Parsons", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "🙂" * 50, "東京"]
)
def test_what_is_too_short_or_no_language_is_unknown(text: str) -> None:
    assert detect_language(text) == Detected(None, None)


def test_real_articles_are_english() -> None:
    articles = [path.read_text("utf-8") for path in SEEDS.glob("*.txt")]
    assert articles
    for article in articles:
        detected = detect_language(article)
        assert detected.language == "en"
        assert detected.confidence and detected.confidence > 0.99


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    text = make_text(random.Random(3), read_sentences()["sk"], 60)
    first = detect_language(text)
    for other in read_sentences()["cs"][:20]:
        detect_language(other)
    assert detect_language(text) == first


@given(st.text(max_size=300))
def test_no_text_breaks_the_detector(text: str) -> None:
    detected = detect_language(text)
    assert (detected.language is None) == (detected.confidence is None)
    assert detected.confidence is None or 0 < detected.confidence <= 1


def test_a_text_that_mixes_languages_tells_the_shares_of_its_paragraphs() -> None:
    sentences = read_sentences()
    english, german = (" ".join(sentences[language][:12]) for language in ("en", "de"))
    text = "\n\n".join([english, german, "42!", english])
    shares = list_languages(text, detect_language(text))
    assert [share.language for share in shares] == ["en", "de"]
    letters = [sum(map(str.isalpha, part)) for part in (english, german)]
    assert shares[0].share == pytest.approx(2 * letters[0] / (2 * letters[0] + letters[1]), abs=0.01)
    assert sum(share.share for share in shares) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("language", ["en", "fi", "ja", "ru", "tr", "zh"])
def test_a_text_of_one_language_has_one_share(language: str) -> None:
    text = "\n\n".join(read_sentences()[language][:20])
    assert list_languages(text, detect_language(text)) == [LanguageShare(language, 1.0)]


@pytest.mark.parametrize("text", ["", "42", "* * *\n\n7"])
def test_a_text_too_short_to_tell_has_no_languages(text: str) -> None:
    assert list_languages(text, detect_language(text)) == []
