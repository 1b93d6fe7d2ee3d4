"""What is lost and what is found, line by line: the rules, the rules with the classifier, and the filters of others.

    python -m tests.benchmarks.line_quality [FOLDER]

FOLDER holds line_quality/, wikinews/, web_pages/ and article_pages/; by default it is ../shared/data. Measured is on
the dev splits. All documents of line_quality fall into five folds, those of the dev splits too; each is judged by what
`train_lines` learns, in this run, from the other four, with the thresholds that the scores of these four give. A noise
line is found when all of it is cut; content is counted in characters. C4's and RefinedWeb's filters are those for
lines, as their papers state them (Raffel et al. 2020, section 2.2; Penedo et al. 2023, appendix G.2); RefinedWeb's
edits of line ends, and its rule that a document with too many such lines goes, are left out. The plain text of pages,
of hosts that nothing is learned from, the news, of another year than is learned from, and the time are measured with
what ships.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from flows.clean import clean
from flows.clean.lines import THRESHOLD, Model, find_noise, load_model, read_model
from flows.model import Record
from tests.benchmarks import POLICY
from tests.benchmarks.marked_lines import (
    DATA,
    LANGUAGES,
    Marked,
    read_documents,
    read_page_texts,
    read_wikinews,
    split,
)
from tests.benchmarks.marked_pages import split_words
from tests.benchmarks.train_lines import cut_by_rules, find_thresholds, judge, judge_held_out, train_without

_COUNTER = re.compile(
    r"\d+\s+(likes?|shares?|comments?|retweets?|reposts?|quotes?|bookmarks?|upvotes?|downvotes?|downloads?|views?|followers?)"
)

REPORTED_YEAR = 2020

Filter = Callable[[list[str]], list[int]]
"""Of each line, how many characters go."""


def filter_as_c4(document: list[str]) -> list[int]:
    """Kept is a line of five words or more that ends in a terminal mark and does not speak of JavaScript."""
    return [
        0
        if line.endswith((".", "!", "?", '"')) and len(line.split()) >= 5 and "javascript" not in line.lower()
        else len(line)
        for line in document
    ]


def filter_as_refinedweb(document: list[str]) -> list[int]:
    """Out goes a line mainly of capitals, of digits alone, of one word, or that is a counter ('3 likes')."""
    return [len(line) if _is_refinedweb_noise(line) else 0 for line in document]


def _is_refinedweb_noise(line: str) -> bool:
    capitals = sum(map(str.isupper, line))
    return (
        capitals > len(line) / 2
        or line.replace(" ", "").isdigit()
        or len(line.split()) < 2
        or bool(_COUNTER.fullmatch(line.lower()))
    )


def filter_by_rules(document: list[str]) -> list[int]:
    """The named rules alone."""
    gone: list[int] = cut_by_rules(document).tolist()
    return gone


def filter_by_both(document: list[str], model: Model | None = None) -> list[int]:
    """The rules, and then the classifier on the lines that they leave."""
    lengths = np.array([len(line) for line in document])
    gone: list[int] = judge(document, model or load_model()).count_gone(lengths, THRESHOLD).tolist()
    return gone


def measure(documents: Sequence[Marked], choose: Filter) -> tuple[float, float]:
    """The share of the content characters lost, and of the noise lines found."""
    return measure_all([(document, choose) for document in documents])


def measure_all(pairs: Sequence[tuple[Marked, Filter]]) -> tuple[float, float]:
    """The same of documents that each have a filter of their own."""
    lost = content = found = noisy = 0
    for document, choose in pairs:
        for line, noise, gone in zip(document.lines, document.noise, choose(document.lines), strict=True):
            if noise:
                noisy += 1
                found += gone == len(line)
            else:
                content += len(line)
                lost += gone
    return lost / content, found / noisy if noisy else 0.0


def keep_lines(text: str, choose: Filter) -> str:
    """The lines of which nothing goes."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(line for line, gone in zip(lines, choose(lines), strict=True) if not gone)


def keep_as_a_run(text: str) -> str:
    """What is left of a text by rules and both classifiers, by a run with no setting of its own."""
    return clean(Record(0, text), policy=POLICY).text


def measure_texts(pages: Sequence[Marked], keep: Callable[[str], str]) -> tuple[float, float]:
    """The mean F1 of the words that are kept of the pages' plain text, and the share of the content's that are lost."""
    total = content = lost = 0.0
    for page in pages:
        kept = Counter(split_words(keep("\n".join(page.lines))))
        marked = [line for line, noise in zip(page.lines, page.noise, strict=True) if not noise]
        wanted = Counter(split_words("\n".join(marked)))
        both = (kept & wanted).total()
        total += 2 * both / max(1, kept.total() + wanted.total())
        content += wanted.total()
        lost += wanted.total() - both
    return total / len(pages), lost / content


def learn_without(documents: Sequence[Marked]) -> dict[int, Model]:
    """By fold, what is learned without its documents: the lexicon, the forest and the thresholds."""
    learned = train_without(documents)
    judged = judge_held_out(documents, learned)
    fold = split(documents)
    models = {}
    for own, without in learned.items():
        others = [at for at in range(len(documents)) if fold[at] != own]
        thresholds = find_thresholds([documents[at] for at in others], [judged[at] for at in others])
        models[own] = read_model(asdict(replace(without, thresholds=thresholds)))
    return models


def learn_without_first(documents: Sequence[Marked]) -> dict[int, Model]:
    """The same of the first fold alone, in a fifth of the time, with the thresholds that ship."""
    learned = train_without(documents, [0])
    return {0: read_model(asdict(replace(learned[0], thresholds=load_model().thresholds)))}


def pair_held_out(
    documents: Sequence[Marked], models: Mapping[int, Model], language: str, of_all: bool = False
) -> list[tuple[Marked, Filter]]:
    """The documents of a language's dev split in the folds of the models, each with the filter that knows none of it.

    `of_all` splits, where there is but one fold: of a small language it has three documents of the dev split.
    """
    return [
        (document, partial(filter_by_both, model=models[int(own)]))
        for document, own in zip(documents, split(documents), strict=True)
        if document.language == language and (document.is_dev or of_all) and int(own) in models
    ]


FILTERS: dict[str, Filter] = {
    "C4": filter_as_c4,
    "RefinedWeb": filter_as_refinedweb,
    "rules": filter_by_rules,
}
BOTH = "rules and classifier"


def main(folder: Path) -> None:
    documents = read_documents(folder)
    models = learn_without(documents)
    print("content characters lost, noise lines found\n")
    print(f"{'dev split':10}" + "".join(f"{name:>22}" for name in (*FILTERS, BOTH)))
    for language in LANGUAGES:
        pairs = pair_held_out(documents, models, language)
        cells = [measure([document for document, _ in pairs], choose) for choose in FILTERS.values()]
        cells.append(measure_all(pairs))
        print(f"{language:10}" + "".join(f"{lost:14.2%} {found:7.1%}" for lost, found in cells), flush=True)
    pages = [page for page in read_page_texts(folder) if page.is_dev]
    print(f"\n{len(pages)} pages of hosts that are held out, as text: F1 of words, content lost")
    for name, choose in (("everything", lambda lines: [0] * len(lines)), *FILTERS.items()):
        score, lost = measure_texts(pages, partial(keep_lines, choose=choose))
        print(f"{name:26}{score:8.3f}{lost:9.2%}")
    score, lost = measure_texts(pages, keep_as_a_run)
    print(f"{'as a run cleans them':26}{score:8.3f}{lost:9.2%}\n")
    news = read_wikinews(folder, REPORTED_YEAR)
    cells = [measure(news, choose) for choose in (*FILTERS.values(), filter_by_both)]
    print(f"news {REPORTED_YEAR} " + "".join(f"{lost:14.3%} {'':7}" for lost, _ in cells))
    texts = ["\n\n".join(document.lines) for document in news]
    start = process_time()
    for text in texts:
        find_noise(text, THRESHOLD)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"\nclassifier on news: {megabytes / (process_time() - start):.1f} MB/s; threshold {THRESHOLD}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
