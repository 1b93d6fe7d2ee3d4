"""How much boilerplate do the rules find, and what do they take besides?

    python -m tests.benchmarks.planted_noise [--missed] [FOLDER]

Lines of tests/cases/planted.toml are planted into clean articles, each into several and each where such a line stands
(above, between, below), and the articles are cleaned. FOLDER holds the articles; by default it is
../shared/data/wikinews. Figures are shares of characters, white space aside; what is lifted or repaired is no loss.
`--missed` prints what was left of the part that may be used to improve the rules; of the other nothing is printed.
"""

import csv
import random
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.clean import clean
from flows.model import Record
from tests.benchmarks import POLICY

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "planted.toml"
PLACES = ("head", "between", "tail")
PARTS = ("seen", "held_out")
TIMES = 4
"""How many articles each line is planted into."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Noise:
    """A line or block of boilerplate."""

    text: str
    kind: str
    language: str
    place: str
    held_out: bool = False

    @property
    def part(self) -> str:
        return PARTS[self.held_out]


@dataclass(frozen=True, slots=True)
class Planted:
    """An article with noise in it: text[start:end] is that noise. `number` is the article's."""

    number: int
    text: str
    spans: tuple[tuple[int, int, Noise], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """So many characters of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{100 * self.part / max(1, self.whole):7.2f} % of {self.whole:9,}"


def add(shares: Iterable[Share]) -> Share:
    shares = list(shares)
    return Share(sum(share.part for share in shares), sum(share.whole for share in shares))


def read_noise(path: Path = CASES) -> list[Noise]:
    groups = tomllib.loads(path.read_text("utf-8"))["planted"]
    return [
        Noise(text, group["kind"], group["language"], group["place"], group.get("held_out", False))
        for group in groups
        for text in group["texts"]
    ]


def read_articles(folder: Path) -> list[str]:
    articles = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            articles += [row["text"] for row in csv.DictReader(rows)]
    return articles


def deal(noise: Sequence[Noise], articles: int, chance: random.Random) -> list[list[Noise]]:
    """What each article gets: as evenly as it goes, every line `TIMES` times."""
    hands: list[list[Noise]] = [[] for _ in range(articles)]
    for place in PLACES:
        cards = [line for line in noise if line.place == place] * TIMES
        chance.shuffle(cards)
        for number, line in enumerate(cards):
            hands[number % articles].append(line)
    return hands


def plant(number: int, article: str, noise: Sequence[Noise], chance: random.Random) -> Planted:
    """The article with each line in a paragraph of its own."""
    paragraphs: list[str | Noise] = [part for part in re.split(r"\n\s*\n", article.strip()) if part.strip()]
    last = len(paragraphs) - 1
    gaps = {line: chance.randint(min(1, last), last) for line in noise if line.place == "between"}
    for line, gap in sorted(gaps.items(), key=lambda pair: -pair[1]):
        paragraphs.insert(gap, line)
    paragraphs[:0] = [line for line in noise if line.place == "head"]
    paragraphs += [line for line in noise if line.place == "tail"]
    text, spans = "", []
    for paragraph in paragraphs:
        printed = paragraph if isinstance(paragraph, str) else paragraph.text
        if isinstance(paragraph, Noise):
            spans.append((len(text), len(text) + len(printed), paragraph))
        text += f"{printed}\n\n"
    return Planted(number, text, tuple(spans))


def find_removed(text: str) -> bytearray:
    """For each character, whether cleaning removes it."""
    removed = bytearray(len(text))
    for edit in clean(Record(0, text), policy=POLICY).edits:
        if edit.kind == "remove":
            removed[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
    return removed


def count(text: str, removed: bytearray, numbers: Iterable[int]) -> Share:
    printed = [number for number in numbers if not text[number].isspace()]
    return Share(sum(removed[number] for number in printed), len(printed))


def score(planted: Planted) -> tuple[list[tuple[Noise, Share]], Share]:
    """What is removed of each planted line, and of everything else."""
    removed = find_removed(planted.text)
    found = [(line, count(planted.text, removed, range(start, end))) for start, end, line in planted.spans]
    everything = count(planted.text, removed, range(len(planted.text)))
    taken = add(share for _, share in found)
    return found, Share(everything.part - taken.part, everything.whole - taken.whole)


def score_part(
    part: str, noise: Sequence[Noise], articles: Sequence[str]
) -> Iterator[tuple[Planted, list[tuple[Noise, Share]], Share]]:
    chance = random.Random(SEED)
    hands = deal([line for line in noise if line.part == part], len(articles), chance)
    for number, (article, hand) in enumerate(zip(articles, hands, strict=True)):
        planted = plant(number, article, hand, chance)
        yield planted, *score(planted)


def print_groups(name: str, found: Mapping[str, Sequence[tuple[Noise, Share]]], key: Callable[[Noise], str]) -> None:
    print(f"\nplanted, removed, by {name:10}" + "".join(f"{part:>24}" for part in PARTS))
    groups = list(dict.fromkeys(key(line) for part in PARTS for line, _ in found[part]))
    for group in groups:
        shares = [add(share for line, share in found[part] if key(line) == group) for part in PARTS]
        print(f"  {group:30}" + "".join(f"{share!s:>24}" for share in shares))


def main(arguments: Sequence[str]) -> None:
    folders = [argument for argument in arguments if not argument.startswith("-")]
    articles = read_articles(Path(folders[0]) if folders else ROOT.parent / "shared" / "data" / "wikinews")
    noise = read_noise()

    print(f"{len(articles)} articles as they are")
    clean_shares = [count(text, find_removed(text), range(len(text))) for text in articles]
    worst = max(range(len(articles)), key=lambda number: clean_shares[number].part / max(1, clean_shares[number].whole))
    print(f"  {'removed':30}{add(clean_shares)!s:>24}\n  {f'worst: article {worst}':30}{clean_shares[worst]!s:>24}")

    found: dict[str, list[tuple[Noise, Share]]] = {}
    for part in PARTS:
        scored = list(score_part(part, noise, articles))
        found[part] = [pair for _, pairs, _ in scored for pair in pairs]
        planted, _, loss = max(scored, key=lambda row: row[2].part / max(1, row[2].whole))
        print(f"\n{part}: {len({line for line, _ in found[part]})} lines, each in {TIMES} articles")
        print(f"  {'planted, removed':30}{add(share for _, share in found[part])!s:>24}")
        print(f"  {'others, removed':30}{add(loss for _, _, loss in scored)!s:>24}")
        print(f"  {f'worst: article {planted.number}':30}{loss!s:>24}")
    print_groups("kind", found, lambda line: line.kind)
    print_groups("language", found, lambda line: line.language)
    if "--missed" in arguments:
        print("\nleft, wholly or in part, of the seen part")
        for line in dict.fromkeys(line for line, share in found["seen"] if share.part < share.whole):
            share = add(share for other, share in found["seen"] if other == line)
            print(
                f"  {100 * share.part / share.whole:3.0f} %  {line.kind}, {line.language}, {line.place}: {line.text!r}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
