"""What do the rules take of bodies that people marked as main content?

    python -m tests.benchmarks.clean_bodies [--cuts] [FOLDER]

FOLDER holds web_pages and article_pages; by default it is ../shared/data. People left some boilerplate in what they
marked (a copyright line, a call to subscribe, "Read more: …"): to remove that is right, and it is counted here
nevertheless. Shares are of characters, white space aside. `--cuts` prints what is cut from the bodies that may be used
to improve the rules: those of article_pages, and of the hosts of web_pages that `marked_pages.is_held_out` leaves.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.clean import clean
from flows.model import Cut, Record
from tests.benchmarks import POLICY
from tests.benchmarks.marked_pages import find_host, is_held_out
from tests.benchmarks.planted_noise import Share, add, count, find_removed

FOLDER = Path(__file__).parents[3] / "shared" / "data"
MOST = 0.02
"""Of which more is taken, a body is damaged."""


@dataclass(frozen=True, slots=True)
class Body:
    """A marked body, and whether the rules were written without it."""

    text: str
    held_out: bool


def read_web_pages(folder: Path) -> Iterator[Body]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Body(row["main_content"] or "", is_held_out(find_host(row["url"] or row["id"])))


def read_article_pages(folder: Path) -> Iterator[Body]:
    for row in json.loads((folder / "ground_truth.json").read_text("utf-8")).values():
        yield Body(row["articleBody"], False)


SETS = {"web_pages": read_web_pages, "article_pages": read_article_pages}


def score(body: Body) -> Share:
    return count(body.text, find_removed(body.text), range(len(body.text)))


def count_damaged(shares: list[Share]) -> int:
    return sum(share.part > MOST * share.whole for share in shares)


def list_removals(text: str) -> list[Cut]:
    return [edit for edit in clean(Record(0, text), policy=POLICY).edits if edit.kind == "remove"]


def print_set(name: str, bodies: list[Body]) -> None:
    scored = [(body, score(body)) for body in bodies]
    for part, chosen in (("held out", True), ("developed on", False)):
        shares = [share for body, share in scored if body.held_out == chosen]
        if shares:
            damaged = f"{count_damaged(shares)} of {len(shares)} above {MOST:.0%}"
            print(f"{f'{name}, {part}':32}{add(shares)!s:>26}   {damaged}")


def main(arguments: list[str]) -> None:
    folders = [argument for argument in arguments if not argument.startswith("-")]
    folder = Path(folders[0]) if folders else FOLDER
    for name, read in SETS.items():
        bodies = list(read(folder / name))
        print_set(name, bodies)
        for body in bodies if "--cuts" in arguments else ():
            for cut in () if body.held_out else list_removals(body.text):
                print(f"  {cut.rule:24} {body.text[cut.start : cut.end]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
