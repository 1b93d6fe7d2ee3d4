"""What the tests share: a corpus to land files in, and the real data beside the repository."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import flows.run
from flows.describe.measure import hash_content, measure
from flows.engine import Engine
from flows.model import TABLES
from flows.report import Report
from flows.run import run_corpus
from flows.settings import Settings
from flows.supervise import Plainly
from warehouse.connect import connect, define
from warehouse.land import write_part
from warehouse.manifest import read_manifest
from warehouse.publish import replace_snapshot
from warehouse.tables import arrow_schema

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
NOTHING_SKIPPED = "CORPUS_NOTHING_SKIPPED"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of raw files and its warehouse."""

    folder: Path

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds"

    @property
    def warehouse(self) -> Path:
        return self.folder / "landed"

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Writes raw files; None removes one."""
        for uri, content in files.items():
            path = self.seeds / uri
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, **settings: Any) -> Report:
        given = {"seeds": str(self.seeds), "warehouse": str(self.warehouse), "workers": 2, **settings}
        return run_corpus(Settings(**given), Plainly())

    def land(self, files: Mapping[str, str | bytes | None], **settings: Any) -> Report:
        """Writes the files and runs."""
        self.write(files)
        return self.run(**settings)

    def ask(self, query: str, snapshot: int | None = None) -> list[tuple[Any, ...]]:
        with connect(self.warehouse, snapshot) as connection:
            return connection.execute(query).fetchall()

    def take_column(self, table: str, column: str) -> None:
        """Makes the newest snapshot's files of a table such as a version wrote that had no such column."""
        manifest = read_manifest(self.warehouse)
        assert manifest is not None
        files = []
        for file in manifest.tables[table]:
            rows = pq.ParquetFile(self.warehouse / file.path).read().drop_columns([column])
            files.append(write_part(self.warehouse, "staging/of-before", table, rows, rows.schema))
        replace_snapshot(self.warehouse, replace(manifest, tables={**manifest.tables, table: tuple(files)}))
        shutil.rmtree(self.warehouse / "staging" / "of-before")

    def ask_journal(self, query: str) -> list[tuple[Any, ...]]:
        """As `ask`, where nothing has been published yet."""
        with duckdb.connect(":memory:") as connection:
            define(connection, self.warehouse, {})
            return connection.execute(query).fetchall()


def create_tables(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str] = ("main", "before")) -> None:
    """Creates every table in these schemas of a connection, without a row."""
    for schema in schemas:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in TABLES:
            connection.register("empty", arrow_schema(table).empty_table())
            connection.execute(f"CREATE TABLE {schema}.{table} AS FROM empty")


def make_documents(texts: Sequence[str], **columns: Sequence[Any]) -> pa.Table:
    """Texts as documents, 0 and on, with the columns that finding copies reads: NULL where they are not given."""
    rows: dict[str, Sequence[Any]] = {
        "doc_id": [str(number) for number in range(len(texts))],
        "run_id": ["one"] * len(texts),
        "text": texts,
        "content_hash": [hash_content(text) for text in texts],
        "char_count": [len(text) for text in texts],
        "word_count": [measure(text).word_count for text in texts],
        "authors": [[]] * len(texts),
        **{name: [None] * len(texts) for name in ("title", "url", "source", "published", "published_precision")},
        **columns,
    }
    schema = arrow_schema("all_documents")
    return pa.table({name: pa.array(values, schema.field(name).type) for name, values in rows.items()})


@contextmanager
def open_threads(address: str, workers: int | None = None) -> Iterator[Engine]:
    """An engine in this process: starting worker processes takes longer than what most tests run in them."""
    engine = Engine(ThreadPoolExecutor, workers or 2)
    yield engine
    engine.close()


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """An empty corpus whose batches run in this process."""
    monkeypatch.setattr(flows.run, "open_engine", open_threads)
    (tmp_path / "seeds").mkdir()
    return Corpus(tmp_path)


@pytest.fixture
def corpus_of_processes(tmp_path: Path) -> Corpus:
    """An empty corpus whose batches run in worker processes, as they do outside the tests."""
    (tmp_path / "seeds").mkdir()
    return Corpus(tmp_path)


@pytest.fixture
def make_article() -> Callable[..., str]:
    """Prose of its own for each number: long enough to be an article, and no two alike."""

    def make(number: int, paragraphs: int = 3) -> str:
        sentence = "The council of district {n} met on evening {p} and talked for hours about the bridge number {n}{p}."
        return "\n\n".join(" ".join([sentence.format(n=number, p=p)] * 2) for p in range(paragraphs)) + "\n"

    return make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Where nothing may be skipped, as in CI, a skipped test has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(NOTHING_SKIPPED):
        report.outcome = "failed"
        report.longrepr = f"skipped, although {NOTHING_SKIPPED} is set: {call.excinfo.value if call.excinfo else ''}"
    return report
