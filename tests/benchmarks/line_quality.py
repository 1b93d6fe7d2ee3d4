"""What is lost and what is found, line by line: the rules, the rules with the classifier, and the filters of others.

    python -m tests.benchmarks.line_quality [FOLDER]

FOLDER holds line_quality/ and wikinews/; by default it is ../shared/data. Measured is on the dev splits, of French and
Swedish on the second half; nothing was learned of these. A noise line is found when all of it is cut; content is
counted in characters. C4's and RefinedWeb's filters are those for lines, as their papers state them (Raffel et al.
2020, section 2.2; Penedo et al. 2023, appendix G.2); RefinedWeb's edits of line ends, and its rule that a document with
too many such lines goes, are left out.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from flows.clean.lines import THRESHOLD, find_noise
from flows.clean.rules import find_cuts
from tests.benchmarks.train_lines import LANGUAGES, Labelled, read_part, read_wikinews

ROOT = Path(__file__).parents[2]
_COUNTER = re.compile(
    r"\d+\s+(likes?|shares?|comments?|retweets?|reposts?|quotes?|bookmarks?|upvotes?|downvotes?|downloads?|views?|followers?)"
)

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
    """The named rules alone; what they lift is no loss."""
    gone = [0] * len(document)
    for number, characters, kind in _cut_by_rules(document):
        gone[number] += characters * (kind == "remove")
    return gone


def _cut_by_rules(document: list[str]) -> Iterator[tuple[int, int, str]]:
    start = 0
    cuts, _ = find_cuts("\n".join(document))
    for number, line in enumerate(document):
        for cut in cuts:
            characters = min(cut.end, start + len(line)) - max(cut.start, start)
            if characters > 0:
                yield number, characters, cut.kind
        start += len(line) + 1


def filter_by_both(document: list[str]) -> list[int]:
    """The rules, and then the classifier on the lines that they leave."""
    gone = filter_by_rules(document)
    left = [number for number, line in enumerate(document) if gone[number] < len(line)]
    text = "\n".join(document[number] for number in left)
    cuts = find_noise(text, THRESHOLD)
    start = 0
    for number in left:
        end = start + len(document[number])
        if any(cut.start <= start and end <= cut.end for cut in cuts):
            gone[number] = len(document[number])
        start = end + 1
    return gone


def measure(documents: list[Labelled], choose: Filter) -> tuple[float, float]:
    """The share of the content characters lost, and of the noise lines found."""
    lost = content = found = noisy = 0
    for document in documents:
        for line, noise, gone in zip(document.lines, document.noise, choose(document.lines), strict=True):
            if noise:
                noisy += 1
                found += gone == len(line)
            else:
                content += len(line)
                lost += gone
    return lost / content, found / noisy if noisy else 0.0


FILTERS: dict[str, Filter] = {
    "C4": filter_as_c4,
    "RefinedWeb": filter_as_refinedweb,
    "rules": filter_by_rules,
    "rules and classifier": filter_by_both,
}


def main(folder: Path) -> None:
    print("content characters lost, noise lines found\n")
    print(f"{'dev split':10}" + "".join(f"{name:>22}" for name in FILTERS))
    for language in LANGUAGES:
        documents = read_part(folder, language, held_out=True)
        cells = (measure(documents, choose) for choose in FILTERS.values())
        print(f"{language:10}" + "".join(f"{lost:14.2%} {found:7.1%}" for lost, found in cells), flush=True)
    for year in (2019, 2020):
        news = read_wikinews(folder, year)
        cells = (measure(news, choose) for choose in FILTERS.values())
        print(f"news {year}  " + "".join(f"{lost:14.3%} {'':7}" for lost, _ in cells))
    texts = ["\n\n".join(document.lines) for document in news]
    start = process_time()
    for text in texts:
        find_noise(text, THRESHOLD)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"\nclassifier on news: {megabytes / (process_time() - start):.1f} MB/s; threshold {THRESHOLD}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")
