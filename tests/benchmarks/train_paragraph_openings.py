"""Learns which sentences begin paragraphs in English news: a minute of one core.

    python -m tests.benchmarks.train_paragraph_openings [FOLDER]

writes flows/clean/paragraph_openings.toml. FOLDER holds web_pages/, article_pages/, wikinews/ and news_pdf_rendered/;
by default it is ../shared/data. Learned from are the bodies of both sets of pages and two of three of the Wikinews
articles that were not printed; reported on is the third of each three. Each sentence's end is an example, and counts by
the length of the word behind it, for so likely it stands at the end of a full line.
"""

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from flows.clean import paragraph_openings
from flows.typesetting.printed_lines import is_closed
from tests.benchmarks.grow_forest import Floats, find_probability

ROOT = Path(__file__).parents[2]
FEWEST = 20  # examples that have a feature
DAMPING = 8.0  # of the sum of squares of the weights
STEPS = 400
WIKINEWS_COUNTS = 12  # so many times, since pages that are no news outnumber it

Example = tuple[frozenset[str], int, bool]
"""Its features, the length of the word behind the sentence's end, whether a paragraph ends there."""


def read_pages(folder: Path) -> Iterator[list[str]]:
    """The paragraphs of web_pages and article_pages."""
    bodies = [json.loads(line)["main_content"] or "" for line in (folder / "web_pages" / "gold.jsonl").open()]
    truth = json.loads((folder / "article_pages" / "ground_truth.json").read_text())
    for body in [*bodies, *(page["articleBody"] for page in truth.values())]:
        yield [part for part in re.split(r"\s*\n\s*", body.strip()) if part]


def read_wikinews(folder: Path) -> list[list[str]]:
    """The paragraphs of the articles that were not printed."""
    csv.field_size_limit(10_000_000)
    with (folder / "news_pdf_rendered" / "INDEX.tsv").open() as file:
        printed = {row["title"] for row in csv.DictReader(file, delimiter="\t")}
    articles = []
    for path in sorted((folder / "wikinews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            articles += [row["text"] for row in csv.DictReader(file) if row["title"] not in printed]
    return [[" ".join(part.split()) for part in text.split("\n\n") if part.strip()] for text in articles]


def list_examples(paragraphs: Sequence[str]) -> Iterator[Example]:
    usual = sum(map(len, paragraphs)) / max(1, len(paragraphs))
    for number, paragraph in enumerate(paragraphs):
        for match in re.finditer(r"\S+(?=\s+\S)", paragraph):
            if is_closed(match[0]):
                after = paragraph[match.end() :].lstrip()
                yield make_example(paragraph[: match.end()], after, usual, False)
        if is_closed(paragraph) and number + 1 < len(paragraphs):
            yield make_example(paragraph, paragraphs[number + 1], usual, True)


def make_example(before: str, after: str, usual: float, opens: bool) -> Example:
    return frozenset(paragraph_openings.describe(before, after, usual)), len(after.split(None, 1)[0]) + 1, opens


def train(examples: Sequence[Example]) -> dict[str, float]:
    """The weights by feature, and the bias, of the logistic regression that explains the examples best."""
    counts = Counter(name for names, _, _ in examples for name in names)
    numbers = {name: number for number, name in enumerate(sorted(n for n, seen in counts.items() if seen >= FEWEST))}
    features = [[numbers[name] for name in names if name in numbers] for names, _, _ in examples]
    columns = np.concatenate([np.array(row, dtype=np.int64) for row in features])
    rows = np.repeat(np.arange(len(features)), [len(row) for row in features])
    answers = np.array([opens for _, _, opens in examples], dtype=np.float64)
    counted = np.array([length for _, length, _ in examples], dtype=np.float64)
    counted /= counted.mean()
    weights: Floats = np.zeros(len(numbers) + 1)  # the bias is the last
    squares: Floats = np.full(len(numbers) + 1, 1e-8)
    for _ in range(STEPS):
        likely = find_probability(np.bincount(rows, weights[columns], len(features)) + weights[-1])
        errors = (likely - answers) * counted
        slopes = np.append(np.bincount(columns, errors[rows], len(numbers)) + DAMPING * weights[:-1], errors.sum())
        squares += slopes**2
        weights -= 0.5 * slopes / np.sqrt(squares)
    return {**dict(zip(numbers, map(float, weights), strict=False)), "bias": float(weights[-1])}


def report(weights: dict[str, float], examples: Sequence[Example]) -> str:
    """How much of what a full line leaves open is told right, and of the openings, by what is counted."""
    bound = np.log(paragraph_openings.LEAST_LIKELY / (1 - paragraph_openings.LEAST_LIKELY))
    right = found = every = ends = 0
    for names, length, opens in examples:
        told = weights["bias"] + sum(weights.get(name, 0.0) for name in names) > bound
        right += length * (told == opens)
        found += length * (told and opens)
        every += length
        ends += length * opens
    return (
        f"told right {right / every:.3f}, none taken for an opening {1 - ends / every:.3f}, openings {found / ends:.3f}"
    )


def write(weights: dict[str, float], path: Path) -> None:
    groups: dict[str, dict[float, list[str]]] = {kind: defaultdict(list) for kind in paragraph_openings.KINDS}
    signs: dict[str, float] = {}
    for name, weight in weights.items():
        kind, _, word = name.partition(" ")
        if kind in groups:
            groups[kind][round(weight, 1)].append(word)
        else:
            signs[name] = round(weight, 2)
    lines = [
        "# What speaks for the opening of a paragraph, in log-odds.",
        "# Written by tests/benchmarks/train_paragraph_openings.py.",
    ]
    lines += ["", "[signs]", *(f"{json.dumps(name)} = {weight}" for name, weight in sorted(signs.items()))]
    for kind, words in groups.items():
        lines += ["", f"[{kind}s]"]
        for weight, group in sorted(words.items()):
            text = " ".join(sorted(group))
            if weight:
                lines.append(f'"{weight}" = {json.dumps(text, ensure_ascii=False)}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data"
    articles = read_wikinews(folder)
    pages = [example for paragraphs in read_pages(folder) for example in list_examples(paragraphs)]
    news = [
        example for number, paragraphs in enumerate(articles) if number % 3 < 2 for example in list_examples(paragraphs)
    ]
    weights = train(pages + WIKINEWS_COUNTS * news)
    write(weights, ROOT / "flows" / "clean" / "paragraph_openings.toml")
    others = [example for paragraphs in articles[2::3] for example in list_examples(paragraphs)]
    print(f"third of three Wikinews articles: {report(weights, others)}")


if __name__ == "__main__":
    main(sys.argv[1:])
