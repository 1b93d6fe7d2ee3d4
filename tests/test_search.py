"""Full-text search: the best first, the words marked, in any script, from the command line and from SQL."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator

import duckdb
import pytest

import flows.run
from flows.cli import main
from tests.conftest import Corpus, open_threads
from warehouse.connect import CATALOG
from warehouse.search import EXCERPT, Term, find_excerpt

FERRY = "The ferry sails again after a winter in the yard. The ferry is full, and the ferry is late."
HARBOUR = "The harbour office counts its ships: a trawler, two barges and, once a day, the ferry to the island."
COUNCIL = "The council met for hours about the new bridge. Its members were tired, and the café next door was closed."
FILES: dict[str, str | bytes | None] = {
    "gazette/ferry.txt": FERRY,
    "gazette/harbour.txt": HARBOUR,
    "courier/council.txt": COUNCIL,
    "courier/tokyo.txt": "東京都の新しい橋は来年の春に開通する予定だと、都の担当者が会見で述べた。工事は順調だという。",
    "courier/beijing.txt": "北京市政府昨天宣布,新的大桥将于明年春天通车,市民可以免费使用。工程进展顺利,费用低于预算。",
    "courier/bangkok.txt": "สะพานใหม่ในกรุงเทพมหานครจะเปิดให้ประชาชนใช้ในปีหน้าตามที่เจ้าหน้าที่ได้แถลงข่าวเมื่อวานนี้",
    "courier/emoji.txt": "The mayor ended her speech with a 🎉 and left the hall before anybody could ask for money.",
}
Answer = Callable[..., list[str]]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.run, "open_engine", open_threads)
        assert corpus.land(FILES).run.outcome == "published"
        assert corpus.land({"gazette/late.txt": "A zeppelin was seen above the town, and nobody knew whose."}).run
    yield corpus


@pytest.fixture
def run(
    landed: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("CORPUS_WAREHOUSE", str(landed.warehouse))

    def run_command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corpus", "search", *arguments])
        status = main()
        out, err = capsys.readouterr()
        return status, out, err

    return run_command


@pytest.fixture
def find(run: Callable[..., tuple[int, str, str]]) -> Answer:
    """The names of the files that are found, the best first."""

    def find_files(*arguments: str) -> list[str]:
        status, out, err = run(*arguments, "--format", "json")
        assert (status, err) == (0, "")
        return [row["uri"].split("/")[1].removesuffix(".txt") for row in json.loads(out)]

    return find_files


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ferry", ["ferry", "harbour"]),
        ("FERRY Trawler", ["harbour", "ferry"]),
        ("cafe", ["council"]),
        ("CAFÉ", ["council"]),
        ("ferr", []),
        ("ferr*", ["ferry", "harbour"]),
        ("bridge AND (ferry OR", ["ferry", "council", "harbour"]),
        ("'; DROP TABLE documents --", []),
        ('"the ferry"', ["ferry", "harbour", "council"]),
        ("🎉", ["emoji"]),
        ("東京", ["tokyo"]),
        ("新しい橋", ["tokyo"]),
        ("大桥", ["beijing"]),
        ("สะพานใหม่", ["bangkok"]),
        ("zebra", []),
    ],
)
def test_documents_are_found_by_their_words_the_best_first(find: Answer, words: str, found: list[str]) -> None:
    answer = find(words)
    assert answer[: len(found)] == found
    assert bool(answer) == bool(found)


def test_words_that_every_document_has_say_little_but_find(find: Answer) -> None:
    assert set(find("the")) == {"ferry", "harbour", "council", "emoji", "late"}


def test_a_search_is_bounded_by_source_language_number_and_snapshot(find: Answer) -> None:
    assert find("ferry bridge", "--source", "courier") == ["council"]
    assert find("the", "--limit", "2") == find("the")[:2]
    assert find("橋 ferry", "--language", "ja") == ["tokyo"]
    assert find("zeppelin") == ["late"]
    assert find("zeppelin", "--snapshot", "1") == []


@pytest.mark.parametrize("words", ["", "  ", "'\"()&|!", "*"])
def test_what_has_no_word_is_wrong_usage(run: Callable[..., tuple[int, str, str]], words: str) -> None:
    status, out, err = run(words)
    assert (status, out) == (2, "")
    assert "no word" in err


def test_hits_are_marked_for_programs_and_shown_to_people(run: Callable[..., tuple[int, str, str]]) -> None:
    [row] = csv.DictReader(io.StringIO(run("trawler BARGE*", "--format", "csv")[1]))
    assert "a **trawler**, two **barges** and" in row["excerpt"]
    _, out, _ = run("trawler")
    assert "a trawler, two barges" in out
    assert f"corpus show {row['doc_id']}" in out
    assert "no document" in run("zebra")[2]


def test_the_search_is_a_table_of_sql_too(landed: Corpus) -> None:
    query = "FROM search('ferry') SELECT uri, round(score, 3)"
    with duckdb.connect(str(landed.warehouse / CATALOG), read_only=True) as catalog:
        found = catalog.execute(query).fetchall()
    assert found == landed.ask(query)
    assert [uri for uri, _ in found] == ["gazette/ferry.txt", "gazette/harbour.txt"]


def test_the_scores_are_those_of_bm25(landed: Corpus) -> None:
    """By the formula as Robertson and Zaragoza print it, over the words of the samples."""
    from math import log

    lengths = dict(landed.ask("FROM documents SELECT uri, word_count"))
    usual = sum(lengths.values()) / len(lengths)
    idf = log(1 + (len(lengths) - 2 + 0.5) / (2 + 0.5))
    for uri, frequency in (("gazette/ferry.txt", 3), ("gazette/harbour.txt", 1)):
        score = idf * frequency * 2.2 / (frequency + 1.2 * (1 - 0.75 + 0.75 * lengths[uri] / usual))
        assert dict(landed.ask("FROM search('ferry') SELECT uri, score"))[uri] == pytest.approx(score)


# Excerpts


def mark(text: str, *words: str) -> str:
    terms = [Term(word.rstrip("*"), word.endswith("*"), not word.isascii()) for word in words]
    return "".join(f"[{part}]" if is_hit else part for part, is_hit in find_excerpt(text, terms))


def test_an_excerpt_is_the_passage_with_most_of_the_words() -> None:
    text = "A ferry. " + "Nothing of the kind. " * 40 + "The ferry was late at the quay. " + "Nothing at all. " * 40
    excerpt = mark(text, "ferry", "quay")
    assert "The [ferry] was late at the [quay]" in excerpt
    assert excerpt[0] == excerpt[-1] == "…"
    assert len(excerpt) <= EXCERPT + 10


def test_a_text_without_a_hit_shows_its_beginning() -> None:
    assert mark("It begins\n\nhere.", "ferry") == "It begins here."


def test_hits_stand_where_the_text_has_them_whatever_its_letters() -> None:
    assert mark("İzmir: the Café Ğ is open", "cafe") == "İzmir: the [Café] Ğ is open"
    assert mark("新しい東京都の橋", "東京", "京都") == "新しい[東京][都]の橋"


def test_what_steers_a_terminal_is_shown_by_its_number_in_an_excerpt() -> None:
    assert mark("a \x1b[31m ferry", "ferry") == "a <U+001B>[31m [ferry]"


def test_an_excerpt_of_a_long_text_full_of_hits_is_found_in_linear_time() -> None:
    assert mark("ferry " * 100_000, "ferry").count("[ferry]") <= EXCERPT / 5
