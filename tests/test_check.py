"""Each check finds what breaks its claim, and lets pass what does not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from flows.model import Check
from tests.conftest import Corpus, create_tables
from warehouse.check import CHECKS, FIRST_ROWS, LONGEST_TEXT, read_claim, run_checks
from warehouse.connect import define
from warehouse.tables import arrow_schema

START = datetime(2026, 1, 1)
USUAL_RUN: dict[str, Any] = {"documents": 20, "words": 300, "removed_share": 0.1, "copies": 2, "language": "en"}
"""What a source brings in a usual run."""


def name_run(number: int) -> str:
    return f"{START + timedelta(hours=number):%Y%m%dT%H%M%S}-ab12"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table, without a row, and the views."""
    with duckdb.connect(":memory:") as connection:
        define(connection, tmp_path, {}, commented=False)
        views = connection.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall()
        for name, _ in views:
            connection.execute(f"DROP VIEW {name}")
        create_tables(connection)
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        waiting = {name: sql for name, sql in views if name not in tables}
        while waiting:  # a view may stand on others
            for name, sql in list(waiting.items()):
                try:
                    connection.execute(sql)
                    del waiting[name]
                except duckdb.CatalogException:
                    continue
        yield connection


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows; columns that are not given are NULL, or empty lists."""
    schema = arrow_schema(table)
    given = {
        field.name: pa.array(
            [row.get(field.name, [] if pa.types.is_list(field.type) else None) for row in rows], field.type
        )
        for field in schema
    }
    added = pa.table(given)
    connection.register("added", added)
    connection.execute(f"INSERT INTO {table} FROM added")


def arrive(
    connection: duckdb.DuckDBPyConnection, number: int, source: str = "gazette", uris: str = "", **given: Any
) -> None:
    """Documents of a source come in a run, as usual but for what is given."""
    usual = USUAL_RUN | given
    run_id = name_run(number)
    documents = [
        {
            "doc_id": f"{source}{uris}-{number}-{place}",
            "uri": f"{source}{uris}/{number}-{place}.txt",
            "record": 0,
            "source": source,
            "language": usual["language"],
            "text": "word",
            "char_count": 4,
            "word_count": usual["words"] + place,
            "original_chars": 1000,
            "removed_chars": int(1000 * usual["removed_share"]),
            "suspended_rules": [],
            "content_hash": f"{source}-{number}-{place}",
            "first_run_id": run_id,
            "run_id": run_id,
        }
        for place in range(usual["documents"])
    ]
    insert(connection, "all_documents", documents)
    copies = [document["doc_id"] for document in documents[: usual["copies"]]]
    insert(
        connection,
        "duplicates",
        [{"doc_id": copy, "kept_id": "other", "kind": "exact", "similarity": 1.0} for copy in copies],
    )


def run_check(connection: duckdb.DuckDBPyConnection, name: str, number: int = 0) -> Check:
    """One check, as in the run of that number."""
    checks = run_checks(connection, name_run(number), [name_run(number)])
    [check] = [check for check in checks if check.name == name]
    return check


# What a check is


@pytest.mark.parametrize("path", sorted(CHECKS.glob("*.sql")), ids=lambda path: path.stem)
def test_every_check_says_what_it_means_and_how_bad_it_is(path: Path) -> None:
    severity, meaning = read_claim(path)
    assert severity in ("fail", "warn")
    assert len(meaning) > 40
    assert meaning.endswith((".", "`"))


def test_a_check_without_a_severity_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "a_claim.sql").write_text("-- A claim.\nFROM files")
    with pytest.raises(ValueError, match=r"a_claim\.sql does not begin with"):
        run_checks(connection, "now", ["now"], folder=tmp_path)


def test_a_check_shows_the_first_rows_and_shortens_long_texts(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "a_claim.sql").write_text(
        f"-- warn: A claim.\nSELECT range AS number, '{'x' * 999}' AS text FROM range(9)"
    )
    [check] = run_checks(connection, "now", ["now"], folder=tmp_path)
    assert (check.severity, check.passed, check.stops, check.rows) == ("warn", False, False, 9)
    assert check.detail is not None
    text = "x" * LONGEST_TEXT + "…"
    assert json.loads(check.detail) == [{"number": number, "text": text} for number in range(FIRST_ROWS)]


def test_a_warning_lets_the_run_be_published(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "no_ferries.sql").write_text("-- warn: A claim.\nFROM documents SELECT uri WHERE text LIKE '%ferry%'")
    monkeypatch.setattr("warehouse.check.run_checks.__defaults__", (1.0, tmp_path))
    report = corpus.land(
        {"a.txt": "The ferry sails again after a winter in the yard, and the whole town came to see it."}
    )
    assert report.run.outcome == "published"
    assert corpus.ask("FROM checks SELECT name, severity, passed, rows") == [("no_ferries", "warn", False, 1)]


def test_documents_without_text_are_copies_of_nothing_and_hold_up_no_run(corpus: Corpus) -> None:
    report = corpus.land({"a.md": "# The ferry sails again\n", "b.md": "# The library opens\n"})
    assert [check.name for check in report.checks if not check.passed] == ["kept_documents_have_text"]
    assert report.run.outcome == "published"
    assert corpus.ask("FROM documents SELECT title, text ORDER BY uri") == [
        ("The ferry sails again", ""),
        ("The library opens", ""),
    ]


# Rows


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("keys_are_unique", "INSERT INTO all_documents FROM all_documents LIMIT 1"),
        ("keys_are_unique", "INSERT INTO duplicates FROM duplicates LIMIT 1"),
        ("keys_are_unique", "INSERT INTO files BY NAME SELECT 'a.txt' AS uri FROM range(2)"),
        ("keys_are_unique", "INSERT INTO fingerprints BY NAME SELECT 'a' AS doc_id FROM range(2)"),
        ("keys_are_unique", "INSERT INTO pairs BY NAME SELECT 'a' AS doc_id, 'b' AS other_id FROM range(2)"),
        ("keys_are_unique", "INSERT INTO templates BY NAME SELECT '' AS source, 1 AS paragraph_hash FROM range(2)"),
        (
            "keys_are_unique",
            "INSERT INTO edits BY NAME SELECT 'a' AS doc_id, 0 AS seq, '{run}' AS run_id FROM range(2)",
        ),
        (
            "keys_are_unique",
            "INSERT INTO paragraphs BY NAME SELECT 'a' AS doc_id, 0 AS seq, '{run}' AS run_id FROM range(2)",
        ),
        ("kept_documents_have_text", "UPDATE all_documents SET text = chr(160) WHERE doc_id = 'gazette-0-9'"),
        ("kept_documents_differ", "UPDATE all_documents SET content_hash = 'same'"),
        ("dates_are_possible", "UPDATE all_documents SET published = '1066-10-14'"),
        ("dates_are_possible", "UPDATE all_documents SET published = '2026-01-03'"),
        ("values_are_of_the_contract", "UPDATE duplicates SET kind = 'alike'"),
        ("values_are_of_the_contract", "UPDATE duplicates SET similarity = 1.5"),
        (
            "values_are_of_the_contract",
            "UPDATE all_documents SET published = '2025-01-01', published_precision = 'era'",
        ),
        ("values_are_of_the_contract", "UPDATE all_documents SET language_confidence = 7"),
        ("values_are_of_the_contract", "INSERT INTO edits BY NAME SELECT 'spell' AS kind"),
    ],
)
def test_a_row_that_breaks_a_claim_is_found(connection: duckdb.DuckDBPyConnection, name: str, change: str) -> None:
    arrive(connection, 0)
    insert(connection, "runs", [{"run_id": name_run(0), "started_at": START}])
    assert run_check(connection, name).passed
    connection.execute(change.format(run=name_run(0)))
    assert not run_check(connection, name).passed


TEXT = "A ferry sails.\n\nIt is full."
EDITS = [
    {"seq": 0, "start_char": 0, "end_char": 8, "text_char": 0, "kind": "lift", "before": "By Jane", "after": ""},
    {"seq": 1, "start_char": 26, "end_char": 30, "text_char": 16, "kind": "repair", "before": "Itt", "after": "It"},
]


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, True),
        ({"text_char": 20, "after": "full"}, True),
        ({"start_char": 9}, False),  # no room for the sentence that stands between the two
        ({"before": "Much more than there was"}, False),
    ],
)
def test_the_ledger_inverts_where_its_places_can_hold_the_text(
    connection: duckdb.DuckDBPyConnection, change: dict[str, Any], passes: bool
) -> None:
    document = {"doc_id": "a", "run_id": name_run(0), "text": TEXT, "original_chars": 30}
    insert(connection, "all_documents", [document])
    insert(connection, "edits", [{"doc_id": "a", "rule": "some", **edit} for edit in (EDITS[0], EDITS[1] | change)])
    assert run_check(connection, "the_ledger_inverts").passed is passes


# Sources, against their own past

USUAL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sources_bring_as_many_as_usual": ({"documents": 200}, {"documents": 60}),
    "sources_bring_texts_as_long_as_usual": ({"words": 40}, {"words": 200}),
    "sources_bring_the_usual_languages": ({"language": "fr"}, {}),
    "sources_bring_copies_as_usual": ({"copies": 15}, {"copies": 5}),
    "sources_lose_text_as_usual": ({"removed_share": 0.5}, {"removed_share": 0.2}),
}


@pytest.mark.parametrize("name", USUAL)
def test_what_is_not_usual_of_a_source_is_told_and_what_is_nearly_usual_is_not(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    unusual, usual = USUAL[name]
    for number in range(12):
        arrive(connection, number)
        arrive(connection, number, "courier", documents=50, language="de")
    arrive(connection, 12, **usual)
    assert run_check(connection, name, 12).passed
    arrive(connection, 13, **unusual)
    check = run_check(connection, name, 13)
    assert (check.severity, check.rows) == ("warn", 1)
    assert json.loads(str(check.detail))[0]["source"] == "gazette"


@pytest.mark.parametrize("name", USUAL)
def test_neither_a_young_source_nor_a_small_one_is_told_to_be_unusual(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    unusual, _ = USUAL[name]
    for number in range(7):
        arrive(connection, number)
    for number in range(7, 20):
        arrive(connection, number, "courier", documents=1 + number % 3, copies=number % 2)
    arrive(connection, 20, **unusual)
    arrive(connection, 20, "courier", words=20, documents=7, copies=5, language="fr", removed_share=0.5)
    assert run_check(connection, name, 20).passed


def test_what_always_varied_may_vary(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(20):
        arrive(connection, number, documents=[10, 30, 90, 250][number % 4])
    arrive(connection, 20, documents=700)
    assert run_check(connection, "sources_bring_as_many_as_usual", 20).passed


def test_a_source_that_came_by_its_rhythm_and_stopped_is_silent(connection: duckdb.DuckDBPyConnection) -> None:
    told = []
    for number in range(40):
        arrive(connection, number, "courier", documents=1, copies=0)
        if number % 3 == 0 and number < 24:
            arrive(connection, number, "weekly", documents=1, copies=0)
        if number in (0, 1, 2):
            arrive(connection, number, "rare", documents=1, copies=0)
        told.append(run_check(connection, "no_source_has_gone_silent", number))
    assert [check.passed for check in told] == [True] * 27 + [False] * 13  # the last one came in run 21
    assert told[27].severity == "warn"
    [row] = json.loads(str(told[27].detail))
    assert row == {"source": "weekly", "last_run": name_run(21), "runs_without": 6, "longest_pause": 3}


def test_when_no_source_brings_anything_none_is_silent(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(10):
        for source in ("courier", "gazette"):
            arrive(connection, number, source, documents=1, copies=0)
    for number in range(100, 120):  # runs with nothing new but a changed file
        assert run_check(connection, "no_source_has_gone_silent", number).passed


def test_a_source_that_loses_most_of_its_documents_is_told(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    arrive(connection, 0, documents=30)
    connection.execute("INSERT INTO before.all_documents FROM all_documents")
    name = "sources_keep_their_documents"
    for removed, passed in ((15, True), (16, False), (30, False)):
        connection.execute(
            "DELETE FROM all_documents WHERE parse_filename(uri) IN (SELECT format('0-{}.txt', range) FROM range(?))",
            [removed],
        )
        assert run_check(connection, name, 1).passed is passed
