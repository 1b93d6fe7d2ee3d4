"""What finding copies costs as a corpus grows, and as it comes in slices.

    python -m tests.benchmarks.copies_at_scale growth [10000 100000 1000000] [--memory 2048] [--plot growth.svg]
    python -m tests.benchmarks.copies_at_scale slices [20]

`growth` makes documents of sentences of the press releases, of which every tenth is a reprint of another; it prints the
time, as a multiple of reading the texts from Parquet, and the peak memory of the process that finds the copies; as a
picture, too, where a file is named for it.
`slices` brings all press releases in random slices, of which some leave and return, and compares every pair and
duplicate with those of one run; it prints what the last slice of 1 % costs, in CPU time as a share of the one run.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import vl_convert

from flows.dedupe import find_duplicates
from flows.dedupe.fingerprint import write_fingerprints
from flows.settings import Settings
from tests.benchmarks.planted_copies import read_peak_memory, read_texts
from tests.conftest import create_tables, make_documents
from warehouse.tables import arrow_schema

CHUNK = 20_000
WORDS, RUN = 200, 4
"""Of a document that is made up, and of the runs of a press release that it is made of."""


def write_documents(folder: Path, count: int) -> None:
    """Documents as Parquet, and their fingerprints: all in one corpus."""
    chance = random.Random(count)
    words = [word for _, text in zip(range(20_000), read_texts(), strict=False) for word in text.split()]
    earlier: list[str] = []
    for start in range(0, count, CHUNK):
        texts: list[str] = []
        for _ in range(min(CHUNK, count - start)):
            if len(texts) > 1000 and chance.random() < 0.1:
                texts.append(f"Reprinted. {chance.choice(earlier or texts[:1000])}")
                continue
            runs = (chance.randrange(len(words) - RUN) for _ in range(WORDS // RUN))
            texts.append(" ".join(word for run in runs for word in words[run : run + RUN]))
        earlier = texts[:1000]
        write_chunk(folder, start, texts)


def write_chunk(folder: Path, start: int, texts: Sequence[str]) -> None:
    """One file of each of the two tables."""
    doc_ids = [f"{start + number:032}" for number in range(len(texts))]
    for table, content in (
        ("all_documents", make_documents(texts, doc_id=doc_ids)),
        ("fingerprints", write_fingerprints(pa.array(doc_ids), pa.array(texts), "made")),
    ):
        (folder / table).mkdir(exist_ok=True)
        pq.write_table(content, folder / table / f"{start:09}.parquet", compression="zstd")


def find_in(folder: Path, memory: int) -> None:
    """Finds the copies among the documents of a folder, and prints how many, seconds and megabytes."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET temp_directory = ?", [str(folder / "waiting")])
    create_tables(connection, ["before"])
    for table in ("all_documents", "fingerprints"):
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder / table}/*.parquet')")
    start = time.perf_counter()
    connection.execute("SELECT sum(length(text)) FROM all_documents").fetchall()
    reading = time.perf_counter() - start
    start = time.perf_counter()
    found = find_duplicates(connection, "made", Settings(dedupe_memory_mb=memory))
    seconds = time.perf_counter() - start
    peak = f"{read_peak_memory():.0f}"
    print(found.duplicates.num_rows, found.pairs.num_rows, f"{seconds:.1f}", f"{seconds / reading:.0f}", peak)


def show_growth(sizes: Sequence[int], memory: int, plot: Path | None) -> None:
    """One line a size."""
    measured: list[dict[str, float]] = []
    print("  documents    copies     pairs   seconds  × reading  peak MB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_documents(Path(folder), size)
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.copies_at_scale",
                "find",
                folder,
                "--memory",
                str(memory),
            ]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        print(f"{size:11,} {int(said[0]):9,} {int(said[1]):9,} {said[2]:>9} {said[3]:>10} {said[4]:>8}", flush=True)
        measured.append({"documents": size, "time": float(said[3]), "memory": float(said[4])})
    if plot:
        draw_growth(measured, plot)


def draw_growth(measured: Sequence[Mapping[str, float]], path: Path) -> None:
    """Writes a picture, SVG, of time and memory by the number of documents, all on scales of powers of ten."""
    panels = [
        {
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "documents", "type": "quantitative", "scale": {"type": "log"}, "axis": {"format": "~s"}},
                "y": {"field": name, "type": "quantitative", "scale": {"type": "log"}, "title": title},
            },
        }
        for name, title in (("time", "time, × reading the texts"), ("memory", "peak memory, MB"))
    ]
    path.write_text(vl_convert.vegalite_to_svg({"data": {"values": list(measured)}, "hconcat": panels}), "utf-8")


class Corpus:
    """Press releases that come and go; each step starts from what the step before has found."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.connection = duckdb.connect(":memory:")
        with tempfile.TemporaryDirectory() as folder:
            for start in range(0, len(texts), CHUNK):
                write_chunk(Path(folder), start, texts[start : start + CHUNK])
            for table in ("all_documents", "fingerprints"):
                self.connection.execute(
                    f"CREATE TABLE every_{table} AS FROM read_parquet('{folder}/{table}/*.parquet')"
                )
        self.forget()

    def forget(self) -> None:
        """Nothing has come yet."""
        for schema in ("main", "before"):
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            for table in ("pairs", "duplicates"):
                self.connection.register("empty", arrow_schema(table).empty_table())
                self.connection.execute(f"CREATE OR REPLACE TABLE {schema}.{table} AS FROM empty")
            for table in ("all_documents", "fingerprints"):
                self.connection.execute(f"CREATE OR REPLACE TABLE {schema}.{table} AS FROM every_{table} LIMIT 0")

    def bring_to(self, numbers: Sequence[int], run_id: str) -> float:
        """Makes the corpus hold these documents, finds their copies, and tells the CPU seconds that took."""
        execute = self.connection.execute
        for table in ("all_documents", "fingerprints", "pairs", "duplicates"):
            execute(f"CREATE OR REPLACE TABLE before.{table} AS FROM main.{table}")
        self.connection.register("there", pa.table({"doc_id": [f"{number:032}" for number in numbers]}))
        for table in ("all_documents", "fingerprints"):
            kept = f"FROM before.{table} SEMI JOIN there USING (doc_id)"
            new = f"FROM every_{table} SEMI JOIN there USING (doc_id) ANTI JOIN before.{table} USING (doc_id)"
            new += f" SELECT * REPLACE ('{run_id}' AS run_id)"
            execute(f"CREATE OR REPLACE TABLE main.{table} AS {kept} UNION ALL {new}")
        with self.connection.cursor() as cursor:
            start = time.process_time()
            found = find_duplicates(cursor, run_id, Settings())
            seconds = time.process_time() - start
        for name, rows in (("pairs", found.pairs), ("duplicates", found.duplicates)):
            self.connection.register("rows", rows)
            execute(f"CREATE OR REPLACE TABLE main.{name} AS FROM rows")
        return seconds

    def pass_over_keys(self) -> float:
        """The CPU seconds it takes to find the keys that several documents have."""
        start = time.process_time()
        keys = "FROM main.fingerprints SELECT unnest(bands || anchors) AS key"
        self.connection.execute(f"SELECT count(*) FROM (FROM ({keys}) SELECT key GROUP BY key HAVING count(*) > 1)")
        return time.process_time() - start

    def read(self) -> list[pa.Table]:
        """What was found, but for the run that found it."""
        return [
            self.connection.sql(f"FROM main.{name} SELECT * EXCLUDE (run_id) ORDER BY ALL").to_arrow_table()
            for name in ("pairs", "duplicates")
        ]


def show_slices(slices: int) -> None:
    """Whether slices come to what one run does, and what the last hundredth costs."""
    corpus = Corpus(list(read_texts()))
    count = len(corpus.texts)
    order = list(range(count))
    random.Random(slices).shuffle(order)
    corpus.bring_to(order[:1000], "first")  # compiles
    corpus.forget()
    whole = corpus.bring_to(order, "whole")
    wanted = corpus.read()
    corpus.forget()
    for step in range(1, slices + 1):
        there = order[: count * step // slices]
        if step % 4 == 0 and step < slices:  # some leave, and return with the next
            there = there[count // (2 * slices) :]
        seconds = corpus.bring_to(there, f"{step}")
        print(f"slice {step}: {len(there):,} documents, {seconds / whole:.2f} of the one run", flush=True)
    same = all(one.equals(other) for one, other in zip(corpus.read(), wanted, strict=True))
    print(f"{wanted[0].num_rows:,} pairs, {wanted[1].num_rows:,} duplicates: {'the same' if same else 'NOT THE SAME'}")
    corpus.bring_to(order[: count * 99 // 100], "less")
    more = corpus.bring_to(order, "more")
    passing = corpus.pass_over_keys()
    print(f"1 % more: {more / whole:.3f} of what the one run costs; one pass over the keys {passing / whole:.3f}")


def main() -> None:
    """Runs one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["growth", "slices", "find"])
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("--memory", type=int, default=2048)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    if given.what == "find":
        find_in(Path(given.numbers[0]), given.memory)
    elif given.what == "growth":
        show_growth([int(number) for number in given.numbers] or [10_000, 100_000, 1_000_000], given.memory, given.plot)
    else:
        show_slices(int(given.numbers[0]) if given.numbers else 20)


if __name__ == "__main__":
    main()
