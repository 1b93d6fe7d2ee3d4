"""The tables and views hold what is promised, and say of each column what it means."""

from collections.abc import Callable

import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from tests.conftest import Corpus
from warehouse import connect, list_files

FOOTER = "\n0 Comments\n"
CONTRACT = {
    "documents": {
        "doc_id": "VARCHAR",
        "uri": "VARCHAR",
        "record": "BIGINT",
        "source": "VARCHAR",
        "url": "VARCHAR",
        "title": "VARCHAR",
        "authors": "VARCHAR[]",
        "published": "TIMESTAMP",
        "published_day": "DATE",
        "published_precision": "VARCHAR",
        "language": "VARCHAR",
        "language_confidence": "DOUBLE",
        "text": "VARCHAR",
        "char_count": "BIGINT",
        "word_count": "BIGINT",
        "sentence_count": "BIGINT",
        "paragraph_count": "BIGINT",
        "removed_chars": "BIGINT",
        "quality": "STRUCT",
        "content_hash": "VARCHAR",
        "format": "VARCHAR",
        "encoding": "VARCHAR",
        "bytes": "BIGINT",
        "metadata": "JSON",
        "first_run_id": "VARCHAR",
        "run_id": "VARCHAR",
        "ingested_at": "TIMESTAMP",
    },
    "edits": {
        "doc_id": "VARCHAR",
        "seq": "BIGINT",
        "start_char": "BIGINT",
        "end_char": "BIGINT",
        "kind": "VARCHAR",
        "rule": "VARCHAR",
        "before": "VARCHAR",
        "after": "VARCHAR",
        "run_id": "VARCHAR",
    },
    "files": {
        "uri": "VARCHAR",
        "sha256": "VARCHAR",
        "bytes": "BIGINT",
        "modified_at": "TIMESTAMP",
        "format": "VARCHAR",
        "status": "VARCHAR",
        "reason": "VARCHAR",
        "documents": "BIGINT",
        "first_seen_run": "VARCHAR",
        "run_id": "VARCHAR",
    },
    "duplicates": {
        "doc_id": "VARCHAR",
        "kept_id": "VARCHAR",
        "kind": "VARCHAR",
        "similarity": "DOUBLE",
        "kept_because": "VARCHAR",
        "run_id": "VARCHAR",
    },
    "runs": {
        "run_id": "VARCHAR",
        "snapshot_id": "BIGINT",
        "started_at": "TIMESTAMP",
        "ended_at": "TIMESTAMP",
        "outcome": "VARCHAR",
        "recipe": "VARCHAR",
        "settings": "JSON",
        "counts": "JSON",
        "seconds": "JSON",
    },
    "checks": {"run_id": "VARCHAR", "name": "VARCHAR", "passed": "BOOLEAN", "rows": "BIGINT", "detail": "VARCHAR"},
}
CONTRACT["all_documents"] = CONTRACT["documents"]


@pytest.fixture
def landed(corpus: Corpus, make_article: Callable[..., str]) -> Corpus:
    """A corpus with a kept document of each of two papers, a copy, a cut, a bad record and an unreadable file."""
    files: dict[str, str | bytes | None] = {
        "gazette/a.txt": make_article(1) + FOOTER,
        "gazette/copy.txt": make_article(1),
        "courier/b.md": "# A title\n\n" + make_article(2),
        "courier/lines.jsonl": f'{{"text": "{make_article(3, 1).strip()}"}}\nnot json\n',
        "broken.pdf": b"%PDF-1.7\nnothing of the kind",
    }
    assert not corpus.land(files).failed
    return corpus


@pytest.mark.parametrize("table", CONTRACT)
def test_the_columns_of_the_contract_are_there_with_their_types(landed: Corpus, table: str) -> None:
    columns = dict(landed.ask(f"SELECT column_name, column_type FROM (DESCRIBE {table})"))
    columns = {name: "STRUCT" if kind.startswith("STRUCT(") else kind for name, kind in columns.items()}
    assert CONTRACT[table].items() <= columns.items()


def test_the_columns_are_the_same_before_anything_landed(corpus: Corpus, landed: Corpus) -> None:
    query = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    before = landed.ask(query)
    for path in list(landed.seeds.rglob("*.*")):
        path.unlink()
    landed.land({"empty.txt": ""})
    assert landed.ask("FROM all_documents") == []
    assert landed.ask(query) == before


def test_every_table_and_column_says_what_it_means(landed: Corpus) -> None:
    tables = landed.ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal")
    assert {"documents", "edits", "left_out"} <= {name for name, _ in tables}
    assert not [name for name, comment in tables if not comment]
    columns = landed.ask("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert not [(table, column) for table, column, comment in columns if not comment]


def test_the_corpus_holds_what_is_kept_and_all_documents_the_copies_too(landed: Corpus) -> None:
    everything = {uri for (uri,) in landed.ask("SELECT uri FROM all_documents")}
    kept = {uri for (uri,) in landed.ask("SELECT uri FROM documents")}
    assert everything - kept == {uri for (uri,) in landed.ask("SELECT uri FROM left_out WHERE what = 'copy'")}
    assert len(everything) == len(kept) + 1 == 4


def test_whatever_is_left_out_is_a_row_that_says_why(landed: Corpus) -> None:
    rows = landed.ask("FROM left_out SELECT what, uri, record, rule, part ORDER BY what, uri, part")
    gazette = {"gazette/a.txt", "gazette/copy.txt"}
    assert [row for row in rows if row[1] not in gazette] == [
        ("file", "broken.pdf", None, "unreadable", None),
        ("part", "courier/b.md", 0, "markdown-heading", "# A title"),
        ("record", "courier/lines.jsonl", 1, "rejected", None),
    ]
    assert ("part", "gazette/a.txt", 0, "comment-footer", "0 Comments") in rows
    assert landed.ask("SELECT what FROM left_out WHERE why IS NULL OR why = ''") == []


def test_sources_count_what_is_kept_and_what_is_not(landed: Corpus) -> None:
    rows = landed.ask("FROM source_status SELECT source, documents, copies, words > 0, languages ORDER BY source")
    assert rows == [("courier", 2, 0, True, ["en"]), ("gazette", 1, 1, True, ["en"])]


def test_the_effects_of_a_rule_are_those_of_its_edits(landed: Corpus) -> None:
    effects = landed.ask("FROM rule_effects SELECT * EXCLUDE sources ORDER BY rule, kind")
    assert effects == landed.ask(
        "FROM edits SELECT rule, kind, count(*), sum(length(before)), count(DISTINCT doc_id), max(length(before)) "
        "GROUP BY ALL ORDER BY rule, kind"
    )
    assert ("comment-footer", "remove", 1, len("0 Comments"), 1, len("0 Comments")) in effects


def test_the_views_of_filters_choose_among_the_documents(landed: Corpus) -> None:
    with connect(landed.warehouse) as connection:
        columns = connection.sql("FROM documents").columns
        for view in ("gopher", "c4", "fineweb"):
            assert connection.sql(f"FROM {view}").columns == columns
            strangers = connection.sql(f"FROM {view} ANTI JOIN documents USING (doc_id)")
            assert strangers.to_arrow_table().num_rows == 0


@pytest.mark.parametrize(
    ("query", "pushed"),
    [
        ("FROM all_documents SELECT avg(quality.line_punctuation_ratio)", "quality.line_punctuation_ratio"),
        ("FROM all_documents SELECT count(*) WHERE uri = 'gazette/a.txt'", "uri='gazette/a.txt'"),
    ],
)
def test_a_scan_of_a_table_reads_no_more_than_is_asked(landed: Corpus, query: str, pushed: str) -> None:
    [(_, plan)] = landed.ask(f"EXPLAIN {query}")
    assert "UNION" not in plan
    scan = plan[plan.index("READ_PARQUET") :] if "READ_PARQUET" in plan else plan
    assert pushed in "".join(character for character in scan if character.isalnum() or character in "._='/")


def test_months_languages_and_quality_count_the_documents_that_are_kept(landed: Corpus) -> None:
    landed.land({"courier/dated.md": "---\ndate: 2024-02-29\n---\n\nIt snowed in the hills, and the road was closed."})
    [(kept,)] = landed.ask("FROM documents SELECT count(*)")
    for view in ("corpus_by_month", "corpus_by_language", "quality_by_source"):
        assert landed.ask(f"FROM {view} SELECT sum(documents)") == [(kept,)]
    assert landed.ask("FROM corpus_by_month SELECT source, month::VARCHAR, documents WHERE month IS NOT NULL") == [
        ("courier", "2024-02-01", 1)
    ]
    assert landed.ask("FROM corpus_by_language SELECT sum(share)") == [(pytest.approx(1),)]
    rows = landed.ask("FROM quality_by_source SELECT source, without_title, without_date ORDER BY source")
    assert rows == [("courier", pytest.approx(2 / 3, abs=1e-4), pytest.approx(2 / 3, abs=1e-4)), ("gazette", 1, 1)]


def test_files_that_need_a_person_say_what_to_do(landed: Corpus) -> None:
    landed.land({"empty.txt": ""})
    rows = landed.ask("FROM files_to_look_at SELECT uri, status, rejected_records")
    assert rows == [("empty.txt", "empty", 0), ("courier/lines.jsonl", "landed", 1), ("broken.pdf", "unreadable", 0)]
    assert landed.ask("FROM files_to_look_at SELECT uri WHERE reason IS NULL OR what_to_do IS NULL") == []


def test_what_came_in_with_a_run_stays_with_it(landed: Corpus, make_article: Callable[..., str]) -> None:
    [(first,)] = landed.ask("FROM runs SELECT run_id")
    report = landed.land({"gazette/new.txt": make_article(9), "gazette/a.txt": make_article(1) + "More of it."})
    rows = landed.ask("FROM arrivals SELECT run_id, source, documents, language_share ORDER BY ALL")
    assert rows == [(first, "courier", 2, 1.0), (first, "gazette", 2, 1.0), (report.run.run_id, "gazette", 1, 1.0)]
    query = f"FROM documents SELECT uri WHERE first_run_id = '{report.run.run_id}'"
    assert landed.ask(query) == [("gazette/new.txt",)]


def test_the_files_of_a_snapshot_are_its_table_for_whoever_reads_parquet(landed: Corpus) -> None:
    everything = "FROM all_documents SELECT doc_id ORDER BY ALL"
    landed.land({"gazette/a.txt": None})
    for snapshot in (1, 2):
        files = list_files(snapshot=snapshot, warehouse=landed.warehouse)
        read = pyarrow.dataset.dataset([str(file) for file in files]).to_table(["doc_id"])["doc_id"]
        assert sorted(read.to_pylist()) == [doc_id for (doc_id,) in landed.ask(everything, snapshot)]
    runs = pq.read_table(list_files("runs", warehouse=landed.warehouse))
    assert runs.num_rows == 2
    with pytest.raises(LookupError, match="all_documents, edits"):
        list_files("documents", warehouse=landed.warehouse)
    with pytest.raises(LookupError, match="there are 1 to 2"):
        list_files(snapshot=7, warehouse=landed.warehouse)
