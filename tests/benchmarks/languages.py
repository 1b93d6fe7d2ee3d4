"""How often the language is told right, how often it is not told, and how fast, beside the detectors of others.

    python -m tests.benchmarks.languages [FOLDER]

FOLDER holds lingua_sentences/ and udhr/; by default it is ../shared/data. Of every language that langdetect has a
profile of, there are 40 texts of news sentences and 40 passages of the Universal Declaration of Human Rights, at each
length; what is not told counts as wrong. langdetect_rs must give langdetect's answers (tests/test_language.py).
"""

import random
import re
import sys
import tarfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Final

import langdetect
import langdetect_rs

from flows.recognise import language as detection
from flows.recognise.language import detect_language

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
LENGTHS: Final = (50, 200, 1000)
"""Characters of a text."""
TEXTS: Final = 40
"""Of each language, in each set and length."""
BASELINE: Final = "langdetect"
_STANDARDS: Final = {"nb": "no", "nn": "no", "als": "sq"}
"""The languages of written standards that langdetect does not tell apart."""
_LANGUAGE: Final = re.compile(r'<html[^>]*\blang="(\w+)(?!-Hani|-Tglg)[\w-]*"')
"""Of a page in a script that its language is written in today."""
_PARAGRAPH: Final = re.compile(r"(?s)<p>(.*?)</p>")

Detect = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and the language that it is known to be in."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the texts, from 0 to 1; seconds of CPU for all of them."""

    right: float
    untold: float
    seconds: float


@cache
def list_profiles() -> frozenset[str]:
    """ISO 639-1 codes of langdetect's profiles; both Chinese scripts are 'zh'."""
    return frozenset(path.name.partition("-")[0] for path in Path(langdetect.PROFILES_DIRECTORY).iterdir())


def read_archive(path: Path) -> dict[str, str]:
    """The texts of an archive by the names of its files, in the order of the names."""
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read().decode("utf-8") for name, file in sorted(files.items()) if file is not None}


@cache
def read_sentences(data: Path = DATA) -> dict[str, list[str]]:
    """News sentences by language."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for name, text in read_archive(data / "lingua_sentences" / "sentences.tar.xz").items():
        code = Path(name).stem
        sentences[_STANDARDS.get(code, code)] += [line.strip() for line in text.splitlines() if line.strip()]
    return dict(sentences)


@cache
def read_declarations(data: Path = DATA) -> dict[str, list[str]]:
    """Paragraphs of the Declaration by language, translations of it into the same one after the other.

    Pages that have a number for a name are of dialects, under the code of the language next to them.
    """
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for name, page in read_archive(data / "udhr" / "udhr_html.tar.xz").items():
        found = _LANGUAGE.search(page)
        if found and not Path(name).stem.isdigit():
            code = _STANDARDS.get(found[1], found[1])
            paragraphs[code] += [" ".join(paragraph.split()) for paragraph in _PARAGRAPH.findall(page)]
    return dict(paragraphs)


def make_text(chance: random.Random, sentences: Sequence[str], length: int) -> str:
    """The first `length` characters of sentences in any order."""
    text = ""
    while len(text) < length:
        text += chance.choice(sentences) + " "
    return text[:length].strip()


def take_passage(chance: random.Random, paragraphs: Sequence[str], length: int) -> str:
    """The first `length` characters from one paragraph on."""
    start = chance.randrange(len(paragraphs))
    return " ".join([*paragraphs[start:], *paragraphs[:start]])[:length].strip()


@cache
def read_samples(data: Path, length: int) -> dict[str, list[Sample]]:
    """The texts of one length, by set."""
    sets = {
        "news": (read_sentences(data), make_text),
        "declarations": (read_declarations(data), take_passage),
    }
    return {
        name: [
            Sample(code, make(random.Random(f"{code} {length} {number}"), parts[code], length))
            for code in sorted(list_profiles() & parts.keys())
            for number in range(TEXTS)
        ]
        for name, (parts, make) in sets.items()
    }


def detect_by(module: object) -> Detect:
    """A detector of langdetect's interface, seeded."""
    module.DetectorFactory.seed = 0  # type: ignore[attr-defined]

    def detect(text: str) -> str | None:
        try:
            return str(module.detect(text)).partition("-")[0]  # type: ignore[attr-defined]
        except module.LangDetectException:  # type: ignore[attr-defined]
            return None

    return detect


def list_peers() -> dict[str, Detect]:
    """The detectors that ours asks, each alone, by name and version."""
    return {
        f"{BASELINE} {version('langdetect')}": detect_by(langdetect),
        f"langdetect-rs {version('langdetect-rs')}": detect_by(langdetect_rs),
        f"pycld2 {version('pycld2')}": lambda text: detection.ask_pycld2(text)[0],
        "fastText lid.176.ftz": lambda text: detection.ask_fasttext(text)[0],
    }


def detect_own(text: str) -> str | None:
    return detect_language(text).language


def score(samples: Sequence[Sample], detect: Detect) -> Score:
    detect(samples[0].text)  # what is loaded at the first question is no text's time
    start = process_time()
    answers = [detect(sample.text) for sample in samples]
    seconds = process_time() - start
    right = sum(answer == sample.language for answer, sample in zip(answers, samples, strict=True))
    return Score(right / len(samples), answers.count(None) / len(samples), seconds)


def score_all(data: Path, detectors: Mapping[str, Detect]) -> dict[tuple[str, int], dict[str, Score]]:
    """By set and length, the scores of each detector."""
    return {
        (name, length): {detector: score(samples, detect) for detector, detect in detectors.items()}
        for length in LENGTHS
        for name, samples in read_samples(data, length).items()
    }


def main(data: Path) -> None:
    scores = score_all(data, {"corpus": detect_own, **list_peers()})
    names = list(next(iter(scores.values())))
    baseline = next(name for name in names if name.startswith(f"{BASELINE} "))
    print("right, not told, texts a second, and as a multiple of langdetect's\n")
    print(f"{'texts':24}" + "".join(f"{name:>32}" for name in names))
    for (name, length), row in scores.items():
        count = len(read_samples(data, length)[name])
        cells = "".join(
            f"{found.right:10.2%} {found.untold:6.2%} {count / found.seconds:7,.0f} "
            f"{row[baseline].seconds / found.seconds:5.1f}x"
            for found in row.values()
        )
        print(f"{name:12} {length:4} {count:5}{cells}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
