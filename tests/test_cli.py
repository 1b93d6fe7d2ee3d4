"""The command: results on stdout, all else on stderr; exit status 0 done, 1 failed, 2 wrong usage."""

import csv
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import flows.run
from flows.clean.rulebook import list_rules
from flows.cli import app, main
from tests.conftest import Corpus, open_threads
from warehouse.manifest import read_manifest
from warehouse.output import MOST_ROWS
from warehouse.publish import replace_snapshot
from warehouse.show import show_document

ARTICLE = "The ferry sails again after a winter in the yard, and the whole town came to see it leave the quay. " * 4
FILES = {
    "gazette/ferry.txt": f"The ferry sails again\n\nBy Jane Doe\n\n{ARTICLE}\n\n0 Comments\n",
    "gazette/entities.txt": f"{ARTICLE}\n\nFish &amp;amp; chips donâ€™t cost the world.\n",
    "gazette/lines.jsonl": "".join(
        json.dumps({"title": f"Item {number}", "text": f"{number} {ARTICLE}", "score": number}) + "\n"
        for number in range(3)
    ),
    "gazette/empty.txt": "",
    "gazette/copy.txt": f"The ferry sails again\n\nBy Jane Doe\n\n{ARTICLE}\n",
}

LATER = """The library in the old customs house opens again on Friday, with new lamps, a ramp at a side door and four \
thousand books that were thought lost in the flood. Readers carried them home at the time, and have brought them back.
"""

Corpus_ = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """One corpus for all the questions: nothing that is asked changes it."""
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.run, "open_engine", open_threads)
        assert corpus.land(FILES, near_duplicates="none").run.outcome == "published"
        assert corpus.land({"later.txt": f"Later. {ARTICLE}"}, near_duplicates="none").run.outcome == "published"
    yield corpus


@pytest.fixture
def run(landed: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Corpus_:
    """Runs the command in this process: its exit status, stdout and stderr."""
    monkeypatch.setenv("CORPUS_WAREHOUSE", str(landed.warehouse))
    monkeypatch.setenv("COLUMNS", "160")

    def run_command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", *arguments])
        status = main()
        out, err = capsys.readouterr()
        return status, out, err

    return run_command


def start(landed: Corpus, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """The real command, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "CORPUS_WAREHOUSE": str(landed.warehouse), **environment},
    )


# Every command says what it does


def list_commands() -> list[str]:
    return [name for name in app if not name.startswith("-")]


@pytest.mark.parametrize("command", list_commands())
def test_every_command_and_every_option_has_a_help_text(command: str) -> None:
    assert app[command].help
    for argument in app[command].assemble_argument_collection(parse_docstring=True):
        if argument.show:
            assert argument.parameter.help, f"{argument.name} of `corpus {command}` says nothing"


@pytest.mark.parametrize(
    "command", ["run", "serve", "sql", "show", "status", "runs", "snapshots", "checks", "rules", "search", "shell"]
)
def test_the_commands_of_the_contract_are_there_and_take_a_warehouse(run: Corpus_, command: str) -> None:
    status, out, _ = run(command, "--help")
    assert status == 0
    assert "--warehouse" in out


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "nonsense"),
        (["sql"], "QUERY"),
        (["show"], "DOCUMENT"),
        (["sql", "SELECT 1", "--nope"], "--nope"),
        (["sql", "SELECT", "1"], "put it in quotes"),
        (["search", "two", "words"], "put it in quotes"),
        (["run", "one", "two"], "too many arguments: two\n"),
        (["sql", "SELECT 1", "--format", "xml"], "table"),
        (["sql", "SELECT 1", "--snapshot", "x"], "--snapshot is 'x': give the number of a snapshot, or a day"),
        (["sql", "SELECT 1", "--snapshot", "2026-13-41"], "--snapshot"),
        (["status", "--warehouse", "s3://bucket/corpus"], "s3://"),
        (["run", "--plain", "s3://bucket/seeds"], "s3://"),
        (["run", "/nowhere"], "there is no folder /nowhere"),
        (["run", __file__], f"{__file__} is a file: name the folder"),
        (["verify", "/nowhere"], "there is no folder /nowhere"),
        (["serve", "--seeds", "/nowhere"], "there is no folder /nowhere"),
        (["serve", "/nowhere"], "there is no folder /nowhere"),
        (["run", "--plain", "--warehouse", __file__], "name a folder"),
        (["run", "--plain", "--engine", "steam"], "Dask"),
        (["run", "--plain", "--workers", "-1"], "--workers"),
        (["search", "quay", "--limit", "all"], "--limit is 'all': give a whole number"),
        (["tidy", "--keep-days", "few"], "--keep-days is 'few': give a number"),
        (["run", "--plain", "--disabled-rules", "coment-footer"], "is it 'comment-footer'?"),
    ],
)
def test_wrong_usage_is_told_in_words_with_exit_status_2(run: Corpus_, arguments: list[str], told: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
    assert "pydantic" not in err
    assert "Value error" not in err


@pytest.mark.parametrize(("name", "value"), [("CORPUS_WORKERS", "zero"), ("CORPUS_WAREHOUSE", "")])
def test_a_wrong_setting_of_the_environment_is_wrong_usage(
    run: Corpus_, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    status, out, err = run("status")
    assert (status, out) == (2, "")
    assert name in err
    assert repr(value) in err


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM documents",
        "INSERT INTO files VALUES (1)",
        "CREATE TABLE mine AS SELECT 1",
        "COPY documents TO '{folder}/rows.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/rows.csv'",
        "/* so */ explain (analyze) COPY (SELECT 1) TO '{folder}/rows.csv'",
        "ATTACH '{folder}/rows.csv' AS mine",
        "SET threads = 1",
        "CHECKPOINT",
    ],
)
def test_a_statement_that_does_not_read_is_refused_and_not_run(run: Corpus_, tmp_path: Path, statement: str) -> None:
    status, out, err = run("sql", statement.format(folder=tmp_path))
    assert (status, out) == (2, "")
    assert "only those that read are taken" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("query", ["", " ; ", "SELECT 1; SELECT 2", "-- nothing but a comment"])
def test_what_is_not_one_statement_is_refused(run: Corpus_, query: str) -> None:
    status, out, err = run("sql", query)
    assert (status, out) == (2, "")
    assert "give one statement" in err


# What fails


def test_a_typo_is_shown_where_it_stands(run: Corpus_) -> None:
    status, out, err = run("sql", "SELECT uri FRM documents WHERE record = 0")
    assert (status, out) == (1, "")
    lines = err.splitlines()
    [line] = [number for number, content in enumerate(lines) if content.startswith("LINE 1")]
    assert lines[line + 1].index("^") == lines[line].index("documents")
    assert "TRACEBACK" not in err


def test_a_wrong_column_is_told_with_those_that_it_may_have_been(run: Corpus_) -> None:
    status, _, err = run("sql", "FROM documents SELECT titel")
    assert status == 1
    assert '"title"' in err


def test_a_snapshot_that_is_not_there_is_told_with_those_that_are(run: Corpus_) -> None:
    status, out, err = run("sql", "SELECT 1", "--snapshot", "9")
    assert (status, out) == (1, "")
    assert "there are 1 to 2" in err


@pytest.mark.parametrize("command", [["status"], ["runs"], ["checks"], ["rules"], ["show", "a"], ["sql", "SELECT 1"]])
def test_where_nothing_has_landed_every_command_says_how_to_begin(
    run: Corpus_, tmp_path: Path, command: list[str]
) -> None:
    status, out, err = run(*command, "--warehouse", str(tmp_path))
    assert (status, out) == (1, "")
    assert "`corpus run`" in err


def test_a_first_run_that_failed_is_among_the_runs(
    run: Corpus_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("flows.run.find_files", fail)
    assert run("run", str(tmp_path), "--plain", "--warehouse", str(tmp_path / "landed"))[0] == 1
    status, out, _ = run("runs", "--format", "json", "--warehouse", str(tmp_path / "landed"))
    assert status == 0
    assert [row["outcome"] for row in json.loads(out)] == ["failed"]


# Answers, in every format

VALUES = """
    SELECT NULL AS nothing, 'a,"b"' || chr(10) || 'c' AS quoted, '' AS empty, true AS yes,
    TIMESTAMP '2026-01-02 03:04:05' AS moment, DATE '2026-01-02' AS day, ['x', NULL] AS list,
    {'a': 1, 'b': ['x']} AS part,
    '{"k": [1, 2]}'::JSON AS json, sum(9007199254740993::BIGINT) AS huge, 'nan'::DOUBLE AS nan,
    1.50::DECIMAL(5, 2) AS exact, 'Řeka — 河' AS text"""
PLAIN = {
    "nothing": None,
    "quoted": 'a,"b"\nc',
    "empty": "",
    "yes": True,
    "moment": "2026-01-02 03:04:05",
    "day": "2026-01-02",
    "list": ["x", None],
    "part": {"a": 1, "b": ["x"]},
    "json": {"k": [1, 2]},
    "huge": 9007199254740993,
    "nan": None,
    "exact": 1.5,
    "text": "Řeka — 河",
}


def test_json_is_one_array_of_objects_of_plain_values(run: Corpus_) -> None:
    status, out, err = run("sql", VALUES, "--format", "json")
    assert (status, err) == (0, "")

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert json.loads(out, parse_constant=refuse) == [PLAIN]


def test_csv_has_lists_and_structs_as_json_and_null_as_nothing(run: Corpus_) -> None:
    status, out, err = run("sql", VALUES, "--format", "csv")
    assert (status, err) == (0, "")
    assert "\r" not in out
    [row] = csv.DictReader(io.StringIO(out, newline=""), strict=True)
    assert row == {
        **PLAIN,
        "nothing": "",
        "yes": "true",
        "list": '["x",null]',
        "part": '{"a":1,"b":["x"]}',
        "json": '{"k":[1,2]}',
        "huge": "9007199254740993",
        "nan": "nan",
        "exact": "1.50",
    }


def test_parquet_by_redirection_keeps_types_and_values(landed: Corpus, tmp_path: Path) -> None:
    with start(landed, "sql", VALUES, "--format", "parquet") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    (tmp_path / "rows.parquet").write_bytes(out)
    rows = duckdb.read_parquet(str(tmp_path / "rows.parquet"))
    kinds = dict(zip(rows.columns, map(str, rows.types), strict=True))
    assert {name: kinds[name] for name in ("moment", "day", "list", "part", "json", "huge", "exact")} == {
        "moment": "TIMESTAMP",
        "day": "DATE",
        "list": "VARCHAR[]",
        "part": "STRUCT(a INTEGER, b VARCHAR[])",
        "json": "JSON",
        "huge": "DECIMAL(38,0)",
        "exact": "DECIMAL(5,2)",
    }
    [row] = rows.fetchall()
    assert int(row[rows.columns.index("huge")]) == 9007199254740993


@pytest.mark.parametrize(("format", "expected"), [("json", "[]\n"), ("csv", "uri,authors\n")])
def test_no_rows_are_still_an_answer(run: Corpus_, format: str, expected: str) -> None:
    assert run("sql", "FROM documents SELECT uri, authors WHERE false", "--format", format) == (0, expected, "")
    assert "0 rows" in run("sql", "FROM documents SELECT uri WHERE false")[1]


@pytest.mark.parametrize("format", ["json", "csv"])
def test_columns_of_one_name_are_told_apart(run: Corpus_, format: str) -> None:
    _, out, _ = run("sql", "SELECT 1 AS a, 2 AS a, 3 AS A", "--format", format)
    rows = json.loads(out) if format == "json" else list(csv.DictReader(io.StringIO(out)))
    assert [list(map(int, row.values())) for row in rows] == [[1, 2, 3]]


def test_a_table_that_shows_fewer_rows_says_so_and_the_other_formats_have_them_all(run: Corpus_) -> None:
    query = f"FROM range({MOST_ROWS + 1})"
    status, out, err = run("sql", query)
    assert status == 0
    assert str(MOST_ROWS - 1) in out
    assert f"first {MOST_ROWS:,} rows" in err
    assert run("sql", f"FROM range({MOST_ROWS})")[2] == ""
    rows = json.loads(run("sql", query, "--format", "json")[1])
    assert [row["range"] for row in rows] == list(range(MOST_ROWS + 1))


def test_many_rows_come_in_their_order(run: Corpus_) -> None:
    _, out, _ = run("sql", "SELECT range AS number FROM range(300000) ORDER BY number DESC", "--format", "csv")
    assert [int(line) for line in out.split()[1:]] == list(range(299_999, -1, -1))


def test_a_table_that_is_too_wide_says_so(run: Corpus_, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    _, out, err = run("sql", "FROM documents LIMIT 1")
    assert "shown)" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "--format json" in err
    assert run("sql", "SELECT 1")[2] == ""


def test_an_error_in_the_midst_of_the_rows_is_told(run: Corpus_) -> None:
    for format in ("table", "csv", "json"):
        query = "SELECT CASE WHEN range > 500000 THEN error('no such ferry') ELSE range END AS row FROM range(1000000)"
        status, _, err = run("sql", query if format != "table" else f"{query} ORDER BY row", "--format", format)
        assert status == 1
        assert "no such ferry" in err


def test_a_plan_is_printed_as_it_is_drawn(run: Corpus_) -> None:
    _, out, _ = run("sql", "EXPLAIN FROM documents")
    assert r"\n" not in out
    assert len(out.splitlines()) > 5


@pytest.mark.parametrize(
    "query",
    ["DESCRIBE documents", "SHOW TABLES", "SUMMARIZE files", "VALUES (1)", "PIVOT runs ON outcome USING count(*)"],
)
def test_whatever_reads_is_taken(run: Corpus_, query: str) -> None:
    status, out, err = run("sql", query, "--format", "json")
    assert (status, err) == (0, "")
    assert json.loads(out)


def test_a_word_in_a_literal_calls_nothing(run: Corpus_) -> None:
    query = "FROM documents SELECT count(*) WHERE text LIKE '%query (%' OR text = $$enable_logging()$$"
    assert run("sql", query, "--format", "csv") == (0, "count_star()\n0\n", "")


@pytest.mark.parametrize("name", ["it's here", 'a "b" | `c`', "[x]*", "ümläut\n文"])
def test_a_warehouse_may_have_any_name(run: Corpus_, landed: Corpus, tmp_path: Path, name: str) -> None:
    shutil.copytree(landed.warehouse, tmp_path / name)
    for query in ("FROM documents SELECT count(*) > 0", "FROM runs SELECT count(*) > 0"):
        status, out, err = run("sql", query, "--format", "csv", "--warehouse", str(tmp_path / name))
        assert (status, err) == (0, "")
        assert out.endswith("true\n")


def test_a_query_may_begin_with_a_comment(run: Corpus_) -> None:
    assert run("sql", "-- how many\nSELECT 1 AS one", "--format", "csv") == (0, "one\n1\n", "")


@pytest.mark.parametrize(
    "query",
    [
        "FROM read_text('{file}')",
        "FROM read_blob('/proc/self/environ')",
        "FROM read_csv('{file}')",
        "FROM read_parquet('{file}')",
        "FROM glob('{folder}/*')",
        "FROM '{file}'",
        "FROM '{folder}/plain'",
        "FROM documents SEMI JOIN '{file}' USING (uri)",
        "FROM query('FROM read_text(''{file}'')')",
        "FROM '{tables}/../../outside.csv'",
        "FROM read_parquet('https://localhost:1/rows.parquet')",
        "FROM sqlite_scan('{file}', 'rows')",
        "EXPLAIN ANALYZE FROM read_text('{file}')",
        "FROM enable_logging(storage = 'file', storage_path = '{tables}')",
        "FROM query('FROM enable_' || 'logging(storage = ''file'', storage_path = ''{tables}/log'')')",
        "SELECT 'größer' FROM main.\"QUERY\" /* ( */ -- (\n ('FROM documents')",
        "FROM json_execute_serialized_sql(json_serialize_sql('FROM documents'))",
        "FROM enable_profiling(save_location = '{tables}/profile.json', format = 'json')",
    ],
)
def test_a_query_reads_the_corpus_alone_and_says_how_to_read_more(
    run: Corpus_, landed: Corpus, tmp_path: Path, query: str
) -> None:
    (tmp_path / "mine.csv").write_text("uri\nsecret\n")
    (tmp_path / "plain").write_text("secret")
    tables = landed.warehouse / "tables"
    files = sorted(landed.warehouse.rglob("*"))
    query = query.format(folder=tmp_path, file=tmp_path / "mine.csv", tables=tables)
    status, out, err = run("sql", query, "--format", "csv")
    assert status == 2
    assert "secret" not in out
    assert "warehouse.connect() in Python" in err
    assert sorted(landed.warehouse.rglob("*")) == files


@pytest.mark.parametrize("statement", ["INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true"])
def test_a_query_cannot_open_its_bounds(run: Corpus_, statement: str) -> None:
    status, out, err = run("sql", statement)
    assert (status, out) == (2, "")
    assert "warehouse.connect() in Python" in err


@pytest.mark.parametrize("query", ["SELECT getenv('HOME')", "FROM connection", "FROM query"])
def test_a_query_sees_neither_the_environment_nor_the_program(run: Corpus_, query: str) -> None:
    status, out, err = run("sql", query)
    assert (status, out) == (1, "")
    assert "does not exist" in err or "query" in err


def test_a_long_table_goes_through_the_pager_of_a_terminal(
    run: Corpus_, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages: list[str] = []
    monkeypatch.setattr("pydoc.pager", pages.append)
    run("sql", "FROM range(200)")
    assert pages == []
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("LINES", "24")
    assert run("sql", "FROM range(200)")[1] == ""
    assert "199" in pages[0]
    assert "1" in run("sql", "SELECT 1")[1]


def test_a_snapshot_of_the_past_is_asked_by_its_number(run: Corpus_) -> None:
    counts = [run("sql", "SELECT count(*) FROM documents", "--snapshot", n, "--format", "csv")[1] for n in ("1", "2")]
    assert [int(count.split()[1]) for count in counts] == [5, 6]


def test_a_snapshot_of_the_past_is_asked_by_a_day_at_whose_end_it_was_current(corpus: Corpus, run: Corpus_) -> None:
    for day, name in (("2024-05-06", "a.txt"), ("2024-05-06", "b.txt"), ("2024-05-09", "c.txt")):
        corpus.land({name: f"{name}. {ARTICLE}"}, near_duplicates="none")
        manifest = read_manifest(corpus.warehouse)
        assert manifest is not None
        ended_at = datetime.fromisoformat(f"{day}T23:00:00.000001")
        replace_snapshot(corpus.warehouse, replace(manifest, run=replace(manifest.run, ended_at=ended_at)))

    def count(day: str) -> tuple[int, str, str]:
        options = ("--snapshot", day, "--format", "csv", "--warehouse", str(corpus.warehouse))
        return run("sql", "SELECT count(*) FROM documents", *options)

    days = ("2024-05-06", "2024-05-08", "2024-05-09", "2030-01-01")
    assert [int(count(day)[1].split()[1]) for day in days] == [2, 2, 3, 3]
    status, _, err = count("2024-05-05")
    assert status == 1
    assert "the oldest, 1, is of 2024-05-06" in err


def test_a_copy_is_shown_with_what_the_kept_one_has_instead(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.land({"a.md": f"# Quay\n\n{LATER}", "b.txt": LATER.replace("Friday", "Monday")})
    show_document("b.txt", None, False, str(corpus.warehouse))
    printed = " ".join(capsys.readouterr().out.split())
    assert "copy of" in printed
    assert "again on ⟦copy: Monday,⟧ ⟦kept: Friday,⟧ with new lamps, a ramp at a side … at the time," in printed


# Where it writes


@pytest.mark.parametrize("format", ["table", "csv", "json", "parquet"])
def test_a_reader_that_has_read_enough_is_no_failure(landed: Corpus, format: str) -> None:
    with start(landed, "sql", "FROM range(3000000)", "--format", format) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        noise = process.stderr.read().decode()
    assert process.returncode == 0
    assert not noise.replace(
        f"these are the first {MOST_ROWS:,} rows: --format csv, json or parquet prints all of them\n", ""
    )


@pytest.mark.parametrize("command", [["status"], ["rules"], ["show", "later.txt"]])
def test_a_reader_that_reads_nothing_is_no_failure(landed: Corpus, command: list[str]) -> None:
    with start(landed, *command) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_every_script_is_printed_whatever_the_locale(landed: Corpus) -> None:
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command in (["sql", "SELECT chr(27827) AS river"], ["status"], ["show", "gazette/entities.txt"]):
        with start(landed, *command, **old) as process:
            out, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
        out.decode("utf-8")


def test_results_go_to_stdout_and_failures_to_stderr(landed: Corpus) -> None:
    for query, status in (("SELECT 1", 0), ("SELEC 1", 1), ("SELECT 1; SELECT 2", 2)):
        with start(landed, "sql", query) as process:
            out, err = process.communicate()
        assert process.returncode == status
        assert bool(out) == (status == 0)
        assert bool(err) == (status != 0)


def test_nothing_is_coloured_that_is_not_a_terminal(run: Corpus_) -> None:
    for command in (["show", "gazette/ferry.txt"], ["status"], ["sql", "FROM documents LIMIT 1"]):
        assert "\x1b" not in run(*command)[1]


# One document


def test_a_document_is_shown_with_its_cuts_and_the_rules_that_made_them(run: Corpus_) -> None:
    status, out, err = run("show", "gazette/ferry.txt")
    assert (status, err) == (0, "")
    assert out.startswith("The ferry sails again\n\n")
    assert re.search(r"authors +Jane Doe +\(byline\)", out)
    assert "\n⟦comment-footer: 0 Comments⟧" in out
    assert "⟦byline: By Jane Doe⟧\n" in out


def test_a_repair_is_shown_before_and_after(run: Corpus_) -> None:
    assert "Fish ⟦wrong-entity: &amp;amp; → &⟧ chips" in run("show", "gazette/entities.txt")[1]


def test_the_original_is_the_file_white_space_aside(run: Corpus_) -> None:
    for uri in ("gazette/ferry.txt", "gazette/entities.txt", "later.txt"):
        _, out, _ = run("show", uri, "--original")
        assert out.split() == {**FILES, "later.txt": f"Later. {ARTICLE}"}[uri].split()


def test_a_document_is_found_by_the_start_of_its_id(run: Corpus_, landed: Corpus) -> None:
    [(doc_id,)] = landed.ask("SELECT doc_id FROM documents WHERE uri = 'later.txt'")
    for name in (doc_id, doc_id[:12], f" {doc_id}\r"):
        assert doc_id in run("show", name)[1]


def test_of_a_file_with_several_documents_the_record_is_chosen(run: Corpus_) -> None:
    status, out, err = run("show", "gazette/lines.jsonl")
    assert (status, out) == (2, "")
    assert [title for title in ("Item 0", "Item 1", "Item 2") if title in err] == ["Item 0", "Item 1", "Item 2"]
    status, out, _ = run("show", "gazette/lines.jsonl", "--record", "1")
    assert status == 0
    assert out.startswith("Item 1\n")
    status, _, err = run("show", "gazette/lines.jsonl", "--record", "7")
    assert status == 2
    assert "gazette/lines.jsonl has no record 7: give" in err


def test_a_copy_says_whose_it_is_and_why(run: Corpus_, landed: Corpus) -> None:
    [(copy, kept)] = landed.ask("SELECT doc_id, kept_id FROM duplicates")
    out = run("show", copy)[1]
    assert re.search(rf"copy of +{kept} +\(exact; kept because \w", out)


def test_a_file_that_did_not_land_says_why(run: Corpus_) -> None:
    status, out, err = run("show", "gazette/empty.txt")
    assert (status, out) == (1, "")
    assert "it is empty" in err


@pytest.mark.parametrize("name", ["nobody", "", "100%", "0000"])
def test_a_document_that_is_not_there_is_told_with_how_to_find_one(run: Corpus_, name: str) -> None:
    status, out, err = run("show", name)
    assert (status, out) == (1, "")
    assert "corpus sql" in err


def test_what_steers_a_terminal_is_shown_by_its_number(corpus: Corpus, run: Corpus_) -> None:
    corpus.land({"a.txt": f"{ARTICLE}\n\nThe end \x1b[31mis\x07 ne\u200bar.\n"})
    _, out, _ = run("show", "a.txt", "--warehouse", str(corpus.warehouse))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u200b]", out)
    assert "<U+200B>" in out


# What is there


def read_json(answer: tuple[int, str, str]) -> list[dict[str, Any]]:
    status, out, err = answer
    assert (status, err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(out)
    return rows


def test_the_status_tells_what_there_is_and_what_was_left_out(run: Corpus_) -> None:
    status, out, err = run("status")
    assert (status, err) == (0, "")
    head, table = out.split("\n\n")
    assert re.search(r"^corpus +6 documents, \d+ words, 1 source, 1 language$", head, re.MULTILINE)
    assert re.search(r"^left out .*1 empty file, 1 exact copy", head, re.MULTILINE)
    assert re.search(r"^snapshot +2, ", head, re.MULTILINE)
    assert re.search(r"^newest run .* published$", head, re.MULTILINE)
    assert re.search(r"^gazette +5 +1 ", table, re.MULTILINE)
    rows = {row["source"]: (row["documents"], row["copies"]) for row in read_json(run("status", "--format", "json"))}
    assert rows == {"gazette": (5, 1), None: (1, 0)}


def test_the_runs_are_listed_the_newest_first(run: Corpus_) -> None:
    rows = read_json(run("runs", "--format", "json"))
    assert [(row["snapshot"], row["found"], row["processed"], row["corpus"]) for row in rows] == [
        (2, 6, 1, 6),
        (1, 5, 5, 5),
    ]


def test_the_snapshots_say_when_they_were_published_and_by_which_run(run: Corpus_, landed: Corpus) -> None:
    rows = read_json(run("snapshots", "--format", "json"))
    assert [(row["snapshot"], row["documents"], row["copies"]) for row in rows] == [(2, 6, 1), (1, 5, 1)]
    told = [(row["snapshot"], row["run_id"], row["published"]) for row in rows]
    assert told == landed.ask("SELECT snapshot_id, run_id, ended_at::VARCHAR FROM runs ORDER BY started_at DESC")


def test_the_checks_are_those_of_the_newest_run(run: Corpus_, landed: Corpus) -> None:
    rows = read_json(run("checks", "--format", "json"))
    assert rows
    assert all(row["passed"] for row in rows)
    [(newest,)] = landed.ask("SELECT arg_max(run_id, started_at) FROM runs")
    assert {row["run_id"] for row in rows} == {newest}


def test_a_failed_check_comes_first_and_is_the_exit_status(
    corpus: Corpus, run: Corpus_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "a_holds.sql").write_text("-- fail: A claim.\nFROM documents WHERE false")
    (tmp_path / "checks" / "no_ferries.sql").write_text(
        "-- fail: A claim.\nFROM documents SELECT uri WHERE text LIKE '%ferry%'"
    )
    monkeypatch.setattr("warehouse.check.run_checks.__defaults__", (1.0, tmp_path / "checks"))
    assert corpus.land({"a.txt": ARTICLE}).failed
    status, out, _ = run("checks", "--format", "json", "--warehouse", str(corpus.warehouse))
    assert status == 1
    assert [(row["name"], row["passed"]) for row in json.loads(out)] == [("no_ferries", False), ("a_holds", True)]


def test_the_rules_are_told_with_what_they_take_and_did(run: Corpus_, landed: Corpus) -> None:
    rows = {(row["rule"], row["kind"]): row for row in read_json(run("rules", "--format", "json"))}
    assert {(rule.name, rule.kind) for rule in list_rules() if rule.kind != "space"} == rows.keys()
    assert set(landed.ask("SELECT DISTINCT rule, kind FROM edits")) <= rows.keys()
    footer = rows["comment-footer", "remove"]
    assert footer["description"] and footer["zone"]
    effects = ("hits", "characters", "documents", "sources", "largest")
    assert [footer[name] for name in effects] == [1, len("0 Comments"), 1, 1, len("0 Comments")]


def test_the_rules_tell_what_they_gained_since_the_snapshot_before(corpus: Corpus, run: Corpus_) -> None:
    corpus.land({"a.txt": f"{ARTICLE}\n0 Comments\n"})
    corpus.land({"b.txt": f"{ARTICLE} Twice.\n12 Comments\n", "c.txt": f"{ARTICLE} Thrice.\n1 Comment\n"})
    for snapshot, hits, gained in ((1, 1, 1), (2, 3, 2)):
        options = ("--snapshot", str(snapshot), "--format", "json", "--warehouse", str(corpus.warehouse))
        [row] = [row for row in read_json(run("rules", *options)) if row["rule"] == "comment-footer"]
        assert (row["hits"], row["hits_gained"]) == (hits, gained)
        assert row["characters"] >= row["characters_gained"] > 0
    (corpus.warehouse / "snapshots" / "000001.json").unlink()  # it has expired: who knows what was gained
    [row] = [row for row in read_json(run("rules", *options)) if row["rule"] == "comment-footer"]
    assert (row["hits"], row["hits_gained"], row["characters_gained"]) == (3, None, None)


def test_a_claim_that_does_not_hold_is_told_with_its_meaning_its_rows_and_its_query(
    corpus: Corpus, run: Corpus_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("warehouse.ask.CHECKS", tmp_path)
    monkeypatch.setattr("warehouse.check.run_checks.__defaults__", (1.0, tmp_path))
    (tmp_path / "no_ferries.sql").write_text(
        "-- warn: Ferries are\n-- late.\nFROM documents SELECT uri, '\x1b' AS bell"
    )
    assert corpus.land({"a.txt": ARTICLE}).run.outcome == "published"
    status, out, _ = run("checks", "--warehouse", str(corpus.warehouse))
    assert status == 0  # a warning is no failure
    assert "warn: no_ferries, 1 row. Ferries are late." in out
    assert '{"uri": "a.txt"' in out
    assert str(tmp_path / "no_ferries.sql") in out
    assert "\x1b" not in out


def test_the_shell_is_duckdbs_own_on_the_catalog_read_only(landed: Corpus) -> None:
    with start(landed, "shell") as process:
        out, err = process.communicate(
            b".mode csv\nFROM documents SELECT count(*);\nCREATE TABLE mine (number INTEGER);\n"
        )
    assert out.decode().split() == ["count_star()", "6"]
    assert "read-only" in err.decode()


def test_the_ui_is_duckdbs_own(run: Corpus_, landed: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: started.append(arguments[1:]))
    assert run("shell", "--ui")[0] == 0
    assert started == [["-readonly", "-ui", f"{landed.warehouse}/corpus.duckdb"]]


def test_where_there_is_no_shell_it_says_how_to_get_one(
    run: Corpus_, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    status, out, err = run("shell")
    assert (status, out) == (1, "")
    assert "pip install duckdb-cli" in err


def test_a_run_prints_its_headline_to_stdout_and_proposes_queries_that_work(
    corpus: Corpus, run: Corpus_, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.write({"a.txt": ARTICLE})
    monkeypatch.setenv("CORPUS_WAREHOUSE", str(corpus.warehouse))
    status, out, err = run("run", str(corpus.seeds), "--plain")
    assert status == 0
    assert out == f"snapshot 1 of {corpus.warehouse} is published\n"
    queries = re.findall(r'corpus sql "(.+?)"', err)
    assert len(queries) == 3
    for query in queries:
        assert run("sql", query)[0] == 0
