"""The report and the artifacts: their numbers are the tables', and no text of a document does anything in them."""

import dataclasses
import html
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request

import flows.run
from flows.cli import main
from flows.model import Check
from flows.report import Report, write_summary
from flows.report.artifacts import DESCRIPTIONS
from flows.report.funnel import Stage, describe_funnel, draw_funnel
from flows.report.markdown import escape, write_table
from flows.report.page import write_page
from tests.browser import open_page
from tests.conftest import Corpus, open_threads

Article = Callable[..., str]
HOSTILE = (
    "A | b `c` <script>alert(1)</script> <img src=http://x.example/a onerror=alert(2)> [l](http://y.example) "
    "www.z.example"
)
HOSTILE_NAME = "<img src=x onerror=alert(3)> `a` | [b](c).pdf"
LARGEST_PAGE = 2_000_000
LARGEST_ARTIFACT = 50_000


def write_records(make_article: Article, count: int, sources: int, title: str = "") -> str:
    return "".join(
        json.dumps(
            {
                "title": f"{title} {number}",
                "text": make_article(number),
                "source": f"{title} source {number % sources}",
                "published": f"{1990 + number % 30}-{1 + number % 12:02}-05",
            }
        )
        + "\n"
        for number in range(count)
    )


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpus, Report]]:
    """A corpus with copies, boilerplate, files that did not land, and texts that would like to do something."""
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    sentence = "The council of district {n} met on evening {p} and talked for hours about the bridge number {n}{p}."

    def make_article(number: int) -> str:
        return "\n\n".join(" ".join([sentence.format(n=number, p=p)] * 2) for p in range(3))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.run, "open_engine", open_threads)
        corpus.land({"old.txt": make_article(90), "gone.txt": make_article(91)})
        report = corpus.land(
            {
                "many.jsonl": write_records(make_article, 40, 12, HOSTILE),
                "arabic.md": f"# عنوان من اليمين إلى اليسار\n\n{make_article(70)}",
                "copy.txt": make_article(3),
                "footer.txt": f"{make_article(71)}\n\n0 Comments\n",
                HOSTILE_NAME: b"%PDF-1.4 and no more",
                "empty.txt": "",
                "gone.txt": None,
            }
        )
    assert not report.failed
    yield corpus, report


# The page


def read_page(corpus: Corpus, folder: Path) -> str:
    return write_page(str(corpus.warehouse), folder / "page.html").read_text("utf-8")


def strip_tags(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_the_page_has_the_numbers_of_the_tables(landed: tuple[Corpus, Report], tmp_path: Path) -> None:
    corpus, _ = landed
    told = strip_tags(read_page(corpus, tmp_path))
    [(files, documents, kept)] = corpus.ask(
        "SELECT (FROM files SELECT count(*)), (FROM all_documents SELECT count(*)), (FROM documents SELECT count(*))"
    )
    for count, what in ((files, "files"), (documents, "documents"), (kept, "documents")):
        assert f"{count:,} {what}" in told
    assert "−1 empty" in told and "−1 unreadable" in told and "−1 exact copy" in told
    assert re.search(r"comment-footer\s+remove\s+1\s+1", told)
    assert "it has no bytes" in told


def test_the_page_asks_no_network_and_runs_no_script(landed: tuple[Corpus, Report], tmp_path: Path) -> None:
    page = read_page(landed[0], tmp_path)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(251, 250, 247)"), ("dark", "rgb(20, 25, 30)")])
def test_a_person_sees_the_corpus_and_nothing_happens(
    landed: tuple[Corpus, Report], tmp_path: Path, scheme: str, ground: str
) -> None:
    path = write_page(str(landed[0].warehouse), tmp_path / "page.html")
    asked: list[str] = []
    said: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith("file:"):
            asked.append(request.url)

    with open_page() as page:
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        page.on("request", note)
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(path.as_uri())
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert page.get_by_role("heading", level=1).inner_text().startswith("The corpus of")
        titles = page.get_by_role("heading", level=2).all_inner_texts()
        assert titles[:3] == ["What came in, and what is kept", "Documents over time", "Languages"]
        assert page.get_by_role("img").first.get_attribute("aria-label", timeout=1000)
        page.get_by_text("The numbers").first.focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("table").first.is_visible()
        assert HOSTILE_NAME in page.inner_text("main")
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    assert (asked, said) == ([], [])


def test_a_screen_reader_is_told_the_sections_the_pictures_and_their_numbers(
    landed: tuple[Corpus, Report], tmp_path: Path
) -> None:
    path = write_page(str(landed[0].warehouse), tmp_path / "page.html")
    with open_page() as page:
        page.goto(path.as_uri())
        titles = page.get_by_role("heading", level=2).all_inner_texts()
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        read = page.locator("body").aria_snapshot()
    for title in titles:
        assert f'link "{title}"' in read
        assert f'region "{title}"' in read
    pictures = re.findall(r"""img "(.+?): a picture of the numbers below\"""", read)
    assert pictures
    assert set(pictures) < set(titles)
    assert read.count("- table") >= len(pictures)
    assert re.search(r'img "\d+ files found', read)


def test_a_long_name_fits_a_small_screen(landed: tuple[Corpus, Report], tmp_path: Path) -> None:
    warehouse = shutil.copytree(landed[0].warehouse, tmp_path / f"<b>{'x' * 80}")
    path = write_page(str(warehouse), tmp_path / "page.html")
    with open_page(width=390) as page:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.title() == f"{warehouse.name}: corpus report"


def test_a_folder_without_a_file_is_told(corpus: Corpus) -> None:
    assert "| files found | 0 |" in write_summary(corpus.land({}))


def test_a_corpus_without_a_document_has_a_page(corpus: Corpus, tmp_path: Path) -> None:
    corpus.land({"empty.txt": ""})
    told = strip_tags(read_page(corpus, tmp_path))
    assert "Files that need a person" in told
    assert "Languages" not in told


def test_a_corpus_where_every_file_landed_says_so(corpus: Corpus, make_article: Article, tmp_path: Path) -> None:
    corpus.land({"a.txt": make_article(1)})
    told = strip_tags(read_page(corpus, tmp_path))
    assert "Every file landed, and wholly." in told
    assert "1 tells no date." not in told  # there is nothing over time to draw


def test_the_page_stays_small_whatever_the_number_of_sources(
    corpus: Corpus, make_article: Article, tmp_path: Path
) -> None:
    corpus.land({"many.jsonl": write_records(make_article, 600, 500)}, near_duplicates="none")
    page = read_page(corpus, tmp_path)
    assert len(page.encode()) < LARGEST_PAGE
    assert "all others" in page


def test_the_command_prints_the_path_of_the_page(
    landed: tuple[Corpus, Report], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "folder" / "out.html"
    monkeypatch.setattr(
        "sys.argv", ["corpus", "report", "--warehouse", str(landed[0].warehouse), "--output", str(output)]
    )
    assert main() == 0
    assert capsys.readouterr().out.strip() == str(output)
    assert output.read_text("utf-8").startswith("<!doctype html>")


def test_without_its_extra_the_report_says_what_to_install(
    landed: tuple[Corpus, Report], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.delitem(sys.modules, "flows.report.charts", raising=False)
    monkeypatch.delattr("flows.report.charts", raising=False)
    with pytest.raises(LookupError, match=r"pip install 'corpus-etl\[report\]'"):
        write_page(str(landed[0].warehouse), tmp_path / "page.html")


# The artifacts


def test_every_artifact_has_a_description_and_a_size_that_a_database_can_keep(landed: tuple[Corpus, Report]) -> None:
    _, report = landed
    expected = {"funnel", "changes", "checks", "problems", "cuts", "copies"}
    assert {key.removeprefix("corpus-") for key in report.artifacts} == expected
    assert report.artifacts.keys() <= DESCRIPTIONS.keys()
    assert all(len(markdown) < LARGEST_ARTIFACT for markdown in report.artifacts.values())


def test_the_artifacts_tell_what_changed_and_what_needs_a_person(landed: tuple[Corpus, Report]) -> None:
    _, report = landed
    assert "| removed | 1 | 1 | gone.txt |" in report.artifacts["corpus-changes"]
    assert "| new | 6 | 43 |" in report.artifacts["corpus-changes"]
    assert "| 1 | empty | it has no text: it has no bytes |" in report.artifacts["corpus-problems"]
    assert escape(HOSTILE_NAME) in report.artifacts["corpus-problems"]
    assert "comment-footer | 0 Comments" in report.artifacts["corpus-cuts"]
    assert "| holds | keys\\_are\\_unique |" in report.artifacts["corpus-checks"]


def test_files_with_the_same_fault_are_one_problem_whatever_the_place_of_it(
    corpus: Corpus, make_article: Callable[[int], str]
) -> None:
    faults = {f"{n}.txt": f"{'x' * n}\x01\x02\x03{make_article(n)}" for n in (3, 30)}
    problems = corpus.land({**faults, "one.txt": make_article(1), "cut.txt": b"\x1f\x8b\x08cut"}).artifacts
    [fault] = [line for line in problems["corpus-problems"].splitlines() if "control" in line]
    assert "| 2 | unreadable |" in fault
    assert "the first at byte \\# when read as utf-8, the likeliest encoding" in fault
    assert "after 0 unpacked bytes" in problems["corpus-problems"]  # of one file the number itself


def test_text_of_a_document_is_no_markup(landed: tuple[Corpus, Report]) -> None:
    told = escape(HOSTILE)
    assert "<" not in told and "://" not in told and "www." not in told
    assert not re.search(r"(?<!\\)[|`\[\]()]", told)
    assert escape("a\n\nb\t| c") == "a b \\| c"
    assert len(escape("x" * 10_000)) < 300


def test_neither_a_row_that_breaks_a_claim_nor_a_reason_is_markup(landed: tuple[Corpus, Report]) -> None:
    report = landed[1]
    check = Check("nothing_lands", "fail", False, 1, json.dumps([{"uri": HOSTILE_NAME}]), report.run.run_id)
    run = dataclasses.replace(report.run, outcome="failed", reason=f"cannot read {HOSTILE}")
    told = write_summary(dataclasses.replace(report, run=run, checks=[check]))
    assert "<" not in told and "://" not in told
    assert "\\`c\\`" in told and "\\`a\\`" in told


def test_a_table_says_large_numbers_readably() -> None:
    assert write_table(("n", "what"), [(1234567, None)]) == "| n | what |\n|---:|---|\n| 1,234,567 |  |"
    assert write_table(("n",), []) == ""


def test_the_funnel_adds_up_and_names_the_largest_reasons() -> None:
    leaving = (("empty", 4), ("unreadable", 3), ("unsupported", 2), ("too large", 1), ("forgotten", 1))
    stage = Stage("found", "files", 100, leaving)
    assert stage.staying == 89
    assert describe_funnel((stage,)) == ("100 files found (4 empty, 3 unreadable, 2 unsupported, 2 for other reasons)")
    assert draw_funnel((stage, Stage("kept", "documents", 0))).count("<rect") == 3


# What a run prints


def test_a_dry_run_says_what_it_would_do(
    landed: tuple[Corpus, Report],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    make_article: Article,
) -> None:
    corpus, _ = landed
    corpus.write({"new.md": f"# New\n\n{make_article(80)}", "old.txt": make_article(81)})
    arguments = ["run", str(corpus.seeds), "--warehouse", str(corpus.warehouse), "--plain", "--dry-run"]
    monkeypatch.setattr("sys.argv", ["corpus", *arguments])
    monkeypatch.setenv("COLUMNS", "160")
    snapshots = len(list((corpus.warehouse / "snapshots").iterdir()))
    assert main() == 0
    _, told = capsys.readouterr()
    assert re.search(r"new\s+\.md\s+1\s+0\.0\s+new\.md", told)
    assert re.search(r"changed or touched\s+\.txt\s+\d", told)
    assert re.search(r"→ 1 new, \d+ changed or touched", told)
    assert re.search(r"files to process\s+\d+ *\n", told) and "landed" not in told
    monkeypatch.setattr("flows.draft.hash_recipe", lambda _: "of another version")
    assert main() == 0
    _, told = capsys.readouterr()
    assert re.search(r"again\s+\.txt\s+\d", told)
    assert re.search(r"→ 1 new, \d+ again", told)
    assert "changed or touched" not in told
    assert len(list((corpus.warehouse / "snapshots").iterdir())) == snapshots
