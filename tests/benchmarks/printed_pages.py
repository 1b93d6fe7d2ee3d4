"""Are the paragraphs of printed pages whole again, and is what the printer put around them gone?

    python -m tests.benchmarks.printed_pages [--missed]

Articles that a browser printed to PDF, in one column and in two, are read from the PDF itself and from both texts that
pdftotext makes of it, and cleaned. A paragraph counts when it comes out exactly, white space and invisible marks aside:
as a paragraph of the clean text, as what was lifted from the head, or as a title that is claimed. Furniture is a print
date, an address, a count of pages or a running title that is left. Two articles of three were used to improve the
passes, every third was not.
`--missed` prints the paragraphs of the former that did not come out. Some cannot: the file gives not all their letters.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.clean import clean
from flows.ingest.contents import look_at
from flows.ingest.formats import pdf
from flows.model import Record
from tests.benchmarks import POLICY

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "news_pdf_rendered"
PARTS = ("seen", "held_out")
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\ufeff\u00ad]")
FURNITURE = re.compile(
    r"(?m)^.*(?:11/22/26,? 3:0\d PM|http://news\.example/\d+\.html|- Wikinews, the free|^\s*\d{1,2}/\d{1,2}\s*$).*"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one printed article."""

    number: str
    columns: int
    paragraphs: int
    missed: tuple[str, ...]
    damaged: int
    """Paragraphs with a word that the file does not give: its font has no such letter, or its reader ate a hyphen; some
    of the latter come out all the same."""
    furniture: tuple[str, ...]

    @property
    def part(self) -> str:
        return PARTS[int(self.number) % 3 == 0]


def read_pdf(path: Path) -> Record:
    (record,) = pdf.read_records(look_at(path.read_bytes(), ".pdf")).records
    if not isinstance(record, Record):
        raise ValueError(f"{path.name}: {record.reason}")
    return record


def read_text(path: Path) -> Record:
    return Record(0, path.read_text("utf-8"))


READERS: dict[str, tuple[str, Callable[[Path], Record]]] = {
    "pdf": ("pdf", read_pdf),
    "pdftotext": ("pdftotext.txt", read_text),
    "pdftotext -layout": ("layout.txt", read_text),
}


def fold(text: str) -> str:
    return " ".join(INVISIBLE.sub("", text).split())


def score(number: str, columns: int, record: Record, gold: Iterable[str]) -> Outcome:
    cleaned = clean(record, policy=POLICY)
    lifted = [record.text[edit.start : edit.end] for edit in cleaned.edits if edit.kind == "lift"]
    found = {fold(paragraph) for text in (cleaned.text, *lifted) for paragraph in text.split("\n")}
    found.update(map(fold, lifted))
    found.update(fold(claim.value) for claim in cleaned.claims if claim.field == "title")
    paragraphs = [fold(paragraph) for paragraph in gold]
    missed = tuple(paragraph for paragraph in paragraphs if paragraph not in found)
    given = "".join(fold(record.text).split())
    damaged = sum(not all(word in given for word in paragraph.split()) for paragraph in paragraphs)
    return Outcome(number, columns, len(paragraphs), missed, damaged, tuple(FURNITURE.findall(cleaned.text)))


def score_all(numbers: Sequence[str] | None = None) -> dict[str, list[Outcome]]:
    """The outcomes by reader, of all articles or of those numbered."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for path in sorted(FOLDER.glob("*.gold.txt")):
        number = path.name[:2]
        if numbers is not None and number not in numbers:
            continue
        gold = path.read_text("utf-8").strip().split("\n\n")
        columns = 1 + (int(number) % 4 == 3)  # every fourth was printed in two
        for name, (suffix, read) in READERS.items():
            outcomes[name].append(score(number, columns, read(path.with_name(f"{number}.{suffix}")), gold))
    return outcomes


def measure_recovery(outcomes: Iterable[Outcome], undamaged: bool = False) -> float:
    """The share of the paragraphs that came out exactly, from 0 to 1: of all, or of those that the file gives whole."""
    outcomes = list(outcomes)
    damaged = sum(outcome.damaged for outcome in outcomes) if undamaged else 0
    missed = sum(len(outcome.missed) for outcome in outcomes) - damaged
    return 1 - missed / max(1, sum(outcome.paragraphs for outcome in outcomes) - damaged)


def main(arguments: Sequence[str]) -> None:
    outcomes = score_all()
    print(
        f"{'read from':20}{'columns':>8}"
        + "".join(f"{part:>12}" for part in PARTS)
        + f"{'all':>12}{'undamaged':>12}{'furniture left':>18}"
    )
    for name, rows in outcomes.items():
        for columns in (1, 2):
            here = [row for row in rows if row.columns == columns]
            shares = [measure_recovery(row for row in here if row.part == part) for part in PARTS]
            shares += [measure_recovery(here), measure_recovery(here, undamaged=True)]
            left = sum(len(row.furniture) for row in here)
            print(f"{name:20}{columns:8}" + "".join(f"{100 * share:10.2f} %" for share in shares) + f"{left:18}")
    if "--missed" in arguments:
        for name, rows in outcomes.items():
            for row in rows:
                for line in row.missed + row.furniture if row.part == "seen" else ():
                    print(f"{name}, {row.number}, {row.columns} columns: {line[:100]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
