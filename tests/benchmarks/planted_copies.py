"""Near-duplicates found, by kind of copy: copies planted among press releases and Wikinews, for each intent.

    python -m tests.benchmarks.planted_copies [--documents 20000] [--natural] [--write FILE.parquet] [--removed FILE…]

A copy is found when it and what it was made of are not both kept. Wrong is a document that goes as a copy of one of
another family, unless 5-word Jaccard is .5 or 5-word containment .8, as ../shared/data/near_dup_pairs counts copies.
Documents that say much of what others say (a third of their runs of 5 words) are left out, since what is right for
them is a matter of intent; with `--natural` they stay, and the figures show how much of that each intent takes.

`--write` keeps the planted set for `tests/benchmarks/copies_by_others.py`, `--removed` scores what that printed.
"""

import argparse
import csv
import io
import random
import re
import subprocess
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedupe import find_duplicates
from flows.dedupe.fingerprint import write_fingerprints
from flows.describe.measure import hash_content
from flows.settings import Settings
from tests.conftest import SHARED, create_tables, make_documents

SEED = 20
INTENTS = ("copies", "reprints", "versions", "fineweb")
SHARE = 0.14
"""Of the documents, those that a copy is planted of: 5,500 of 39,242."""
BOILERPLATE = (
    "Sign up for our newsletter to get the day's news in your inbox. Copyright reserved; this material may not be "
    "published, broadcast or rewritten without permission. Follow us for more stories from the region, and share this "
    "page with your friends."
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A document: what it was made of (its own number when it is none), and how."""

    text: str
    family: int
    kind: str


def read_documents(natural: bool, sample: bool = False) -> list[str]:
    """Texts of press releases and of Wikinews, of at least 20 words, no two of the same words, in random order."""
    texts = [text for text in read_texts(sample) if len(text.split()) >= 20]
    texts = list({hash_content(text): text for text in texts}.values())
    random.Random(SEED).shuffle(texts)
    return texts if natural else _leave_out_kin(texts)


def _leave_out_kin(texts: list[str]) -> list[str]:
    """Those of which no third of the runs of 5 words stands in another."""
    shingles = [{hash(shingle) for shingle in _list_shingles(text)} for text in texts]
    count = Counter(chain.from_iterable(shingles))
    return [
        text
        for text, own in zip(texts, shingles, strict=True)
        if sum(count[shingle] > 1 for shingle in own) * 3 < len(own)
    ]


def read_texts(sample: bool = False) -> Iterator[str]:
    """Texts of Wikinews, then of the press releases, or of a sample of these."""
    for path in sorted((SHARED / "data/wikinews").glob("*.csv")):
        with path.open(newline="") as stream:
            yield from (row["text"] for row in csv.DictReader(stream))
    packed = SHARED / f"data/press_releases{'_sample' if sample else ''}.tar.zst"
    raw = subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in archive:
            if member.isfile() and (content := archive.extractfile(member)) is not None:
                yield content.read().decode("utf-8", "replace")


def plant(texts: list[str]) -> list[Planted]:
    """The documents, and copies of some, one of a kind each."""
    chance = random.Random(SEED)
    vocabulary = [word for text in texts[:2000] for word in text.split()]

    def change(text: str, share: float) -> str:
        return "\n".join(" ".join(_change_words(line.split(), share, vocabulary, chance)) for line in text.split("\n"))

    def cut(text: str, share: float) -> str:
        return text[: int(len(text) * share)].rsplit(maxsplit=1)[0]

    kinds: dict[str, Callable[[str], str]] = {
        "5 % changed": lambda text: change(text, 0.05),
        "10 % changed": lambda text: change(text, 0.1),
        "20 % changed": lambda text: change(text, 0.2),
        "30 % changed": lambda text: change(text, 0.3),
        "first 80 %": lambda text: cut(text, 0.8),
        "first half": lambda text: cut(text, 0.5),
        "first quarter": lambda text: cut(text, 0.25),
        "excerpt from within": lambda text: _cut_within(text, chance),
        "boilerplate around": lambda text: f"{BOILERPLATE}\n\n{text}\n\n{BOILERPLATE}",
        "cut, changed, added to": lambda text: f"{change(cut(text, 0.75), 0.1)}\n\n{BOILERPLATE}",
        "other case, 5 % changed": lambda text: change(text, 0.05).upper(),
    }
    planted = [Planted(text, number, "") for number, text in enumerate(texts)]
    for number in chance.sample(range(len(texts)), int(len(texts) * SHARE)):
        kind = chance.choice(list(kinds))
        planted.append(Planted(kinds[kind](texts[number]), number, kind))
    return planted


def _change_words(words: list[str], share: float, vocabulary: list[str], chance: random.Random) -> Iterator[str]:
    """A third of the changed words replaced, a third left out, a third followed by another."""
    for word in words:
        if chance.random() >= share:
            yield word
        elif (kind := chance.randrange(3)) == 0:
            yield chance.choice(vocabulary)
        elif kind == 1:
            yield from (word, chance.choice(vocabulary))


def _cut_within(text: str, chance: random.Random) -> str:
    words = text.split()
    length = max(15, len(words) // 3)
    start = chance.randrange(max(1, len(words) - length))
    return " ".join(words[start : start + length])


def load(planted: list[Planted]) -> tuple[duckdb.DuckDBPyConnection, float]:
    """A connection with what finding copies reads, and an empty snapshot before; seconds to write the fingerprints."""
    connection = duckdb.connect(":memory:")
    create_tables(connection)
    doc_ids = [f"{number:032}" for number in range(len(planted))]
    documents = make_documents([each.text for each in planted], doc_id=doc_ids)
    connection.register("rows", documents)
    connection.execute("INSERT INTO all_documents BY NAME FROM rows")
    write_fingerprints(documents["doc_id"][:1].combine_chunks(), documents["text"][:1].combine_chunks(), "")  # compiles
    start = time.process_time()
    prints = write_fingerprints(documents["doc_id"].combine_chunks(), documents["text"].combine_chunks(), "planted")
    seconds = time.process_time() - start
    connection.register("rows", prints)
    connection.execute("INSERT INTO fingerprints BY NAME FROM rows")
    return connection, seconds


def score(planted: list[Planted], connection: duckdb.DuckDBPyConnection, intent: str) -> dict[str, float]:
    """The figures of one intent, by kind of copy."""
    settings = Settings.model_validate({"near_duplicates": intent})
    start = time.process_time()
    found = find_duplicates(connection.cursor(), "planted", settings).duplicates
    seconds = time.process_time() - start
    kept = {
        int(one): int(other)
        for one, other in zip(*(found[name].to_pylist() for name in ("doc_id", "kept_id")), strict=True)
    }
    return {**judge(planted, kept, kept), "CPU seconds": seconds}


def judge(planted: list[Planted], kept: dict[int, int], removed: Collection[int]) -> dict[str, float]:
    """The figures for what was removed, by number, and what it is a copy of, where that is known."""
    found: dict[str, list[bool]] = {}
    for number, each in enumerate(planted):
        if each.kind:
            is_short = 20 <= len(each.text.split()) <= 80
            for group in ("all", each.kind, *(["of 20 to 80 words"] if is_short else [])):
                found.setdefault(group, []).append(number in removed or each.family in removed)
    natural = [(one, other) for one, other in kept.items() if planted[one].family != planted[other].family]
    wrong = sum(not _are_copies(planted[one].text, planted[other].text) for one, other in natural)
    figures = {kind: sum(hits) / len(hits) for kind, hits in sorted(found.items())}
    return {**figures, "removed": len(removed), "natural copies": len(natural) - wrong, "wrong": wrong}


def judge_removed(planted: list[Planted], told: str) -> dict[str, float]:
    """The figures for what another tool removed. It names no kept document: wrong is one that has no planted copy."""
    lines = told.splitlines()
    removed = {int(line): -1 for line in lines if not line.startswith("#")}
    with_copies = {each.family for each in planted if each.kind}
    figures = judge(planted, {}, removed)
    del figures["natural copies"]
    wrong = sum(planted[number].family not in with_copies for number in removed)
    return {**figures, "wrong": wrong, "CPU seconds": float(lines[-1].split(": ")[1].split(" s")[0])}


def _are_copies(one: str, other: str) -> bool:
    first, second = _list_shingles(one), _list_shingles(other)
    common = len(first & second)
    return common >= 0.5 * len(first | second) or common >= 0.8 * min(len(first), len(second))


def _list_shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(5)), strict=False))


def read_peak_memory() -> float:
    """Megabytes that this process has held at most; the system's own count would begin with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _write(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--natural", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--removed", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    planted = plant(read_documents(given.natural)[: given.documents])
    print(f"{len(planted):,} documents, {sum(bool(each.kind) for each in planted):,} of them planted copies")
    if given.write:
        columns = {name: [getattr(each, name) for each in planted] for name in ("text", "family", "kind")}
        pq.write_table(pa.table(columns), given.write)
    connection, seconds = load(planted)
    score(planted, connection, "none")  # compiles
    figures = {intent: score(planted, connection, intent) for intent in INTENTS}
    megabytes = sum(len(each.text.encode()) for each in planted) / 1e6
    print(f"{read_peak_memory():.0f} MB of memory at most, with the documents and the judge")
    print(f"{megabytes / seconds:.0f} MB a second of CPU time to write the fingerprints; with finding the copies:")
    for each in figures.values():
        each["MB a CPU second"] = megabytes / (seconds + each["CPU seconds"])
    figures |= {path.stem: judge_removed(planted, path.read_text()) for path in given.removed}
    print(" " * 26, *(f"{name:>10}" for name in figures))
    for name in figures[INTENTS[0]]:
        print(f"{name:26}", *(f"{_write(told.get(name)):>10}" for told in figures.values()))


if __name__ == "__main__":
    main()
