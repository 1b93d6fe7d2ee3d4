"""Are title, authors and date of plain text read right, and is nothing told that is not so?

    python -m tests.benchmarks.plain_text_metadata [--told-wrong] [FOLDER]

FOLDER holds press_releases_sample.tar.zst, wikinews and dates; by default it is ../shared/data. The sets:

- press releases: the file's name tells day and senator; they are read without their names, and with them. Nine of ten
  print no day at their head, nearly all no author; of one senator half of the days printed are days before the file's.
- Wikinews: the day that its own list has; some articles print it as their first line. None prints an author or title.
- heads: those of tests/cases/heads.toml, above articles of Wikinews whose titles they take; half of them are held out.
- dates: strings of dateparser's tests, each on a line below a title; of those that name no day of a year, none is.

Of each field: how many texts have it (by what we know of them, not by whether it is printed), the shares that are told
exactly, told wrongly, and not told; and the share of texts without it for which something is told nevertheless. Titles
are compared as `metadata` does, authors as sets of names. `--told-wrong` prints what is wrong, but of what is held out.
"""

import csv
import re
import sys
import tarfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from flows.clean import clean
from flows.describe.choose import choose
from flows.ingest.read import read
from flows.model import Claim, Record
from flows.recognise.addresses import claims_of_file_name
from tests.benchmarks import POLICY
from tests.benchmarks.metadata import FIELDS, FOLDER, FOLDS, TODAY, Told

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "heads.toml"
ARTICLES_A_HEAD = 4
HEADS, HEADS_HELD_OUT = "heads of plain text", "heads of plain text, held out"
RELEASES = "press releases"
RELEASES_IN_SAMPLE = 4055
JUDGED = (
    ("date lines of dateparser", "date"),
    *((HEADS_HELD_OUT, field) for field in FIELDS),
    (f"{RELEASES} without their names", "date"),
)
"""Parts and fields by which it is judged what a text alone tells."""
OTHERWISE = {"11. 12. 2014, 08:45:39"}
"""What dateparser reads with the month first; dots are day first in CLDR."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the name of its file, and what is known of it; None for a field that is not asked."""

    part: str
    source: str
    name: str
    title: str | None
    authors: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of the texts that have a field, and of those that have none."""

    asked: int
    exact: int
    wrong: int
    without: int
    invented: int


def read_press_releases(folder: Path, limit: int | None, with_names: bool) -> Iterator[Text]:
    """All of the sample, or about `limit` of them, from all over it."""
    part = f"{RELEASES} {'with' if with_names else 'without'} their names"
    with (
        pa.CompressedInputStream(pa.OSFile(str(folder / "press_releases_sample.tar.zst")), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for number, member in enumerate(archive):
            content = None if limit and number % (RELEASES_IN_SAMPLE // limit) else archive.extractfile(member)
            if content is None:
                continue
            known = choose(claims_of_file_name(member.name), TODAY)
            senator = Path(member.name).parent.name
            name = member.name if with_names else "text.txt"
            text = content.read().decode("utf-8", "replace")
            yield Text(part, text, name, None, senator, str(known.published_day or ""))


def read_wikinews(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Title, day and text."""
    for path in sorted((folder / "wikinews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            yield from ((row["title"], row["date"], row["text"]) for row in csv.DictReader(rows))


def read_heads(folder: Path) -> Iterator[Text]:
    """Each head above some articles that print no day themselves."""
    articles = [(title, _drop_day(text.strip())) for title, _, text in read_wikinews(folder)]
    for number, head in enumerate(tomllib.loads(CASES.read_text("utf-8"))["head"]):
        part = HEADS_HELD_OUT if head.get("held_out") else HEADS
        for title, text in articles[number * ARTICLES_A_HEAD :][:ARTICLES_A_HEAD]:
            printed = head["text"].format(title=title) + (" " if head.get("inline") else "\n\n") + text
            suffix = ".md" if any(mark in head["text"] for mark in "#*_=") else ".txt"
            yield Text(part, printed, f"text{suffix}", title, "; ".join(head.get("authors", ())), head.get("day", ""))


def read_dates(folder: Path) -> Iterator[Text]:
    """Strings of dateparser's tests: those that hold year and day of what they mean, and those that name no year."""
    title, _, body = next(read_wikinews(folder))
    body = _drop_day(body.strip())
    with (folder / "dates" / "dateparser_string_iso.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            try:
                day = datetime.fromisoformat(row["expected_iso"]).date()
            except ValueError:
                continue
            numbers = [int(number) for number in re.findall(r"\d+", row["input"])]
            if "order" in row["test"] or "prefer" in row["test"] or row["input"] in OTHERWISE:
                continue
            whole = {day.year, day.day} <= set(numbers)
            if whole or (len(numbers) < 3 and all(number < 32 for number in numbers)):
                text = f"{title}\n\n{row['input']}\n\n{body}"
                yield Text("date lines of dateparser", text, "text.txt", None, None, str(day) if whole else "")


def tell(text: Text) -> Told:
    """What the text's row of `documents` would tell."""
    for record in read(text.source.encode(), text.name, 1 << 30).records:
        if isinstance(record, Record):
            named: Sequence[Claim] = claims_of_file_name(text.name)
            chosen = choose(clean(record, named, POLICY).claims, TODAY)
            return Told(chosen.title or "", "; ".join(chosen.authors), str(chosen.published_day or ""))
    return Told("", "", "")


def is_same(text: Text, field: str, told: str) -> bool:
    """Whether what is told is so; of a senator, the family name is known alone."""
    gold = getattr(text, field)
    if field == "authors" and text.part.startswith(RELEASES):
        return gold.casefold() in (name.split()[-1].casefold() for name in told.split(";") if name.strip())
    return FOLDS[field](gold) == FOLDS[field](told)


def score(texts: Sequence[Text], told: Sequence[Told], field: str) -> Score:
    pairs = [(text, getattr(one, field)) for text, one in zip(texts, told, strict=True)]
    known = [(is_same(text, field, one), bool(one)) for text, one in pairs if getattr(text, field)]
    unknown = [bool(one) for text, one in pairs if getattr(text, field) == ""]
    wrong = sum(is_told and not same for same, is_told in known)
    return Score(len(known), sum(same for same, _ in known), wrong, len(unknown), sum(unknown))


def read_all(folder: Path = FOLDER, limit: int | None = None) -> Iterator[Text]:
    """All texts; of the press releases, the first `limit`."""
    yield from read_press_releases(folder, limit, with_names=False)
    yield from read_press_releases(folder, limit, with_names=True)
    yield from (Text("Wikinews", text, "text.txt", None, "", day) for _, day, text in read_wikinews(folder))
    yield from read_heads(folder)
    yield from read_dates(folder)


def score_all(texts: Iterable[Text]) -> dict[tuple[str, str], Score]:
    """By part and field, of the fields that are asked."""
    scores = {}
    for part, group in groupby(sorted(texts, key=lambda text: text.part), key=lambda text: text.part):
        members = list(group)
        told = [tell(text) for text in members]
        for field in FIELDS:
            scored = score(members, told, field)
            if scored.asked or scored.without:
                scores[part, field] = scored
    return scores


def print_wrong(texts: Iterable[Text]) -> None:
    for text in texts:
        if text.part == HEADS_HELD_OUT:
            continue
        told = tell(text)
        for field in FIELDS:
            gold, one = getattr(text, field), getattr(told, field)
            if gold is not None and one and not is_same(text, field, one):
                print(f"{text.part}, {field}: {one!r} for {gold!r} of {' '.join(text.source[:200].split())!r}")


def print_table(scores: dict[tuple[str, str], Score]) -> None:
    print(f"{'':48}{'texts':>7}{'exact':>8}{'wrong':>8}{'not told':>10}{'without':>9}{'invented':>10}")
    for (part, field), found in scores.items():
        asked, without = max(1, found.asked), max(1, found.without)
        missing = found.asked - found.exact - found.wrong
        shares = (
            f"{found.exact / asked:8.3f}{found.wrong / asked:8.3f}{missing / asked:10.3f}" if found.asked else " " * 26
        )
        invented = f"{found.invented / without:10.3f}" if found.without else ""
        print(f"{part + ', ' + field:48}{found.asked:7}{shares}{found.without:9}{invented}")


def _drop_day(text: str) -> str:
    """An article without the day that some print as their first line."""
    first, _, rest = text.partition("\n")
    return rest.strip() if any(year in first for year in ("2019", "2020")) and len(first) < 60 else text


def main(arguments: Sequence[str]) -> None:
    folder = next((Path(argument) for argument in arguments if not argument.startswith("--")), FOLDER)
    texts = list(read_all(folder))
    if "--told-wrong" in arguments:
        print_wrong(texts)
    print_table(score_all(texts))


if __name__ == "__main__":
    main(sys.argv[1:])
