"""Trains the wording classifier and writes flows/clean/wording.json: deterministic, half a minute of one core.

    python -m tests.benchmarks.train_wording HELP [FOLDER]

HELP holds Debian's packages of LibreOffice's help, unpacked, each in a folder of its name: instructions in the
imperative, hundreds of thousands of words in each of a dozen languages, none of them boilerplate.

    for language in cs da de en-us es fi fr hu it nl pl pt pt-br ru sv tr; do
        apt-get download libreoffice-help-$language
        dpkg-deb -x libreoffice-help-${language}_*.deb HELP/libreoffice-help-$language
    done

FOLDER holds web_pages/, article_pages/, line_quality/ and wikinews/; by default it is ../shared/data. Beside the help
are learned from lines that were written for it (tests/benchmarks/wording/, a file a language), the lines that the rules
must take and must leave, the part of tests/cases/planted.toml that is not held out, and the lines that people marked as
content, in line_quality (of which many are of blogs and forums, and address a reader) and in the pages of hosts that
are not held out, and the Wikinews of 2019. `planted_noise`, `clean_bodies` and `line_quality` report.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from flows.clean import wording
from flows.clean.rulebook import LONGEST_CALL, load_rules
from flows.clean.wording import Wording, list_terms
from tests.benchmarks.grow_forest import Floats, find_probability, write_weights
from tests.benchmarks.marked_lines import DATA, LEARNED_YEAR, read_line_quality, read_wikinews
from tests.benchmarks.marked_pages import is_held_out, read_article_pages, read_web_pages
from tests.benchmarks.planted_noise import read_noise

WRITTEN = Path(__file__).with_name("wording")
WRITTEN_WEIGHT = 3.0
"""Of a line that was written to be learned from or is a rule's case: what it says is certain."""
HELP_WEIGHT = 0.5
MOST_HELP = 3000
"""Lines that are learned from of a language's help."""
FEWEST_LINES = 2
"""A term is in at least so many lines."""
PENALTY = 0.2
"""Of a weight, by its size: most terms have none."""
LEAST_WEIGHT = 0.05
STEPS = 400
SHORTEST = 3
"""Characters of a line that is learned from."""


class Line(NamedTuple):
    """A line, whether it is noise, and what it counts."""

    text: str
    noise: bool
    weight: float


def read_written(folder: Path = WRITTEN) -> Iterator[Line]:
    """The lines that were written to be learned from."""
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        for kind in ("noise", "content"):
            yield from (Line(text, kind == "noise", WRITTEN_WEIGHT) for text in table[kind])


def read_cases() -> Iterator[Line]:
    """The lines of the rules' cases and of the planted ones that are not held out."""
    planted = [noise.text for noise in read_noise() if not noise.held_out]
    rules = [rule for rule in load_rules() if rule.kind == "remove"]
    for text in chain(planted, *(rule.hits for rule in rules)):
        yield from (Line(line, True, WRITTEN_WEIGHT) for line in text.split("\n"))
    for text in chain.from_iterable(rule.misses for rule in rules):
        yield from (Line(line, False, WRITTEN_WEIGHT) for line in text.split("\n"))


def read_bodies(folder: Path) -> Iterator[list[str]]:
    """The lines of each text, or main content of a page, that people marked as content; of hosts held out none.

    Of the others many are noise by their place, not by their wording: names in a menu, headlines.
    """
    for page in chain(read_web_pages(folder / "web_pages"), read_article_pages(folder / "article_pages")):
        if not is_held_out(page.host):
            yield page.gold.split("\n")
    for document in chain(read_line_quality(folder), read_wikinews(folder, LEARNED_YEAR)):
        yield [line for line, noise in zip(document.lines, document.noise, strict=True) if not noise]


def read_help(folder: Path) -> Iterator[Line]:
    """Lines of each package of help, drawn evenly from all its different ones in their order."""
    for package in sorted(folder.iterdir()):
        texts: set[str] = set()
        for path in sorted(package.rglob("text/**/*.html")):
            shown = LexborHTMLParser(path.read_bytes()).css_first("#DisplayArea")
            texts.update(" ".join(node.text().split()) for node in (shown.css("p, h1, h2, h3, li") if shown else ()))
        lines = sorted(text for text in texts if len(text) <= LONGEST_CALL)
        yield from (Line(text, False, HELP_WEIGHT) for text in lines[:: max(1, len(lines) // MOST_HELP)])


def read_lines(help_pages: Path, folder: Path) -> list[Line]:
    """All lines that are learned from."""
    lines = chain(
        read_written(),
        read_cases(),
        read_help(help_pages),
        (Line(line, False, 1.0) for body in read_bodies(folder) for line in dict.fromkeys(body)),
    )
    stripped = (line._replace(text=line.text.strip()) for line in lines)
    return [line for line in stripped if SHORTEST <= len(line.text) <= LONGEST_CALL]


def fit(lines: Sequence[Line], penalty: float = PENALTY, steps: int = STEPS) -> Wording:
    """Logistic regression with a penalty on the size of the weights (FISTA: Beck and Teboulle 2009)."""
    terms_of = [sorted(list_terms(line.text)) for line in lines]
    lines_with = Counter(chain.from_iterable(terms_of))
    vocabulary = sorted(term for term, count in lines_with.items() if count >= FEWEST_LINES)
    number = {term: at for at, term in enumerate(vocabulary)}
    known = [[number[term] for term in terms if term in number] for terms in terms_of]
    column = np.fromiter(chain.from_iterable(known), dtype=np.int64)
    row = np.repeat(np.arange(len(lines)), [len(terms) for terms in known])
    value = (1 / np.sqrt([len(terms) for terms in terms_of]))[row]
    weight = np.array([line.weight for line in lines])
    noise = np.array([line.noise for line in lines], dtype=float)

    def measure(weights: Floats) -> Floats:
        """What each line's terms weigh."""
        return np.bincount(row, value * weights[column], minlength=len(lines)).astype(float)

    def gather(errors: Floats) -> Floats:
        """What each term has of the lines' errors."""
        return np.bincount(column, value * errors[row], minlength=len(vocabulary)).astype(float)

    curvature = _find_curvature(lambda weights: gather(weight * measure(weights)), len(vocabulary)) / 2
    curvature_of_bias = weight.sum() / 2
    weights, bias = np.zeros(len(vocabulary)), 0.0
    ahead, bias_ahead, momentum = weights, bias, 1.0
    for _ in range(steps):
        error = weight * (find_probability(measure(ahead) + bias_ahead) - noise)
        moved = ahead - gather(error) / curvature
        moved = np.sign(moved) * np.maximum(np.abs(moved) - penalty / curvature, 0)
        moved_bias = bias_ahead - error.sum() / curvature_of_bias
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = moved + (momentum - 1) / following * (moved - weights)
        bias_ahead = moved_bias + (momentum - 1) / following * (moved_bias - bias)
        weights, bias, momentum = moved, moved_bias, following
    found = {term: round(float(own), 2) for term, own in zip(vocabulary, weights, strict=True)}
    return Wording(round(float(bias), 2), {term: own for term, own in found.items() if abs(own) >= LEAST_WEIGHT})


def _find_curvature(apply: Callable[[Floats], Floats], size: int, steps: int = 40) -> float:
    """The greatest eigenvalue of a symmetric matrix, by powers; a twentieth more, since they come from below."""
    vector, length = np.random.default_rng(0).normal(size=size), 1.0
    for _ in range(steps):
        vector = apply(vector / length)
        length = float(np.linalg.norm(vector))
    return 1.05 * length


def write_wording(learned: Wording) -> str:
    """The JSON of wording.json: a term a line."""
    return f'{{\n "bias": {learned.bias},\n{write_weights("terms", learned.terms)}\n}}\n'


def main(help_pages: Path, folder: Path = DATA) -> None:
    lines = read_lines(help_pages, folder)
    learned = fit(lines)
    path = Path(wording.__file__).with_name("wording.json")
    path.write_text(write_wording(learned), encoding="utf-8")
    noise = sum(line.noise for line in lines)
    print(f"{noise} lines of noise, {len(lines) - noise} of content")
    print(f"{path.name}: {path.stat().st_size // 1000} kB, {len(learned.terms)} terms")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
