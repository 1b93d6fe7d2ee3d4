"""Headers, footers and page numbers leave; what stands within a page stays."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.furniture import find_furniture
from flows.clean.ledger import apply

PRINTED = Path(__file__).parents[2] / "shared" / "data" / "news_pdf_rendered"
FURNITURE = re.compile(
    r"(?m)11/22/26, 3:0\d PM|http://news\.example/\d+\.html|Wikinews, the free|^\s*\d{1,2}/\d{1,2}\s*$"
)


def furnish(text: str) -> list[tuple[str, str]]:
    return [(cut.rule, text[cut.start : cut.end]) for cut in find_furniture(text)]


@pytest.mark.parametrize("reader", ["pdftotext", "layout"])
def test_no_header_footer_or_page_number_of_printed_news_is_left(reader: str) -> None:
    for path in sorted(PRINTED.glob(f"*.{reader}.txt")):
        text = path.read_text("utf-8")
        cuts = find_furniture(text)
        assert not FURNITURE.search(apply(text, cuts)), path.name
        assert {cut.rule for cut in cuts if cut.kind == "remove"} == {
            "print-date",
            "running-header",
            "running-footer",
            "page-number",
        }


@pytest.mark.parametrize("reader", ["pdftotext", "layout"])
def test_the_articles_themselves_lose_nothing(reader: str) -> None:
    cuts = [
        (text, cut)
        for path in sorted(PRINTED.glob(f"*.{reader}.txt"))
        for text in [path.read_text("utf-8")]
        for cut in find_furniture(text)
    ]
    assert cuts
    for text, cut in cuts:
        before = text[cut.start : cut.end]
        assert len(before) < 130
        if cut.kind == "space":
            assert not before.strip()
            continue
        if cut.rule == "lost-hyphen":
            assert (before, cut.after) == ("", "-")
            continue
        assert FURNITURE.search(before) or "…" in before or "Wikinews" in before or re.fullmatch(r"\d+/\d+", before)


def test_a_printed_page_of_its_own_has_furniture() -> None:
    page = "11/22/26, 3:04 PM\n\nMayor resigns - The Paper\n\nThe mayor resigned.\n\nhttps://paper.example/1\n\n1/1\n"
    assert furnish(page) == [
        ("print-date", "11/22/26, 3:04 PM"),
        ("running-header", "Mayor resigns - The Paper"),
        ("running-footer", "https://paper.example/1"),
        ("page-number", "1/1"),
    ]


@pytest.mark.parametrize(("header", "printed"), [
    ("Mayor of Little Harbour resigns - The Paper", "Mayor of Little\nHarbour\nresigns"),
    ("Mayor of Little Harbour resigns over th…", "Mayor of Little Harbour\n\nresigns over the old bridge"),
    ("Mayor of Little Harbour re…", "Mayor of Little Harbour\nresigns over the old bridge\nand the new ferry"),
    ("Mayor of Little Harbour…", "Mayor of Little Harbour\nresigns"),
    ("Mayor of Little-Harbour resigns over the old b…", "Mayor of Little-\nHarbour resigns over\n  the old bridge"),
])  # fmt: skip
def test_a_title_is_one_line_again_as_the_browser_printed_it_above(header: str, printed: str) -> None:
    page = f"11/22/26, 3:04 PM\n\n{header}\n\n{printed}\n2026-11-20\nThe mayor has resigned.\n\n1/1\n"
    kept = [line for line in apply(page, find_furniture(page)).split("\n") if line.strip()]
    whole = " ".join(printed.split()).replace("- ", "-")
    assert kept == [whole, "2026-11-20", "The mayor has resigned."]


def test_a_title_has_the_hyphen_again_that_its_reader_took_from_a_lines_end() -> None:
    title = "Mayor of well-known harbour resigns"
    page = f"11/22/26, 3:04 PM\n\n{title} - The Paper\n\nMayor of wellknown harbour\nresigns\n\n1/1\n"
    assert f"\n{title}\n" in apply(page, find_furniture(page))
    assert [cut.after for cut in find_furniture(page) if cut.rule == "lost-hyphen"] == ["-"]


def test_what_stands_below_the_address_within_a_page_is_the_next_column() -> None:
    page = (
        "11/22/26, 3:04 PM\n\nMayor resigns - The Paper\n\nThe mayor of the old harbour\n\nhttps://paper.example/1\n\n"
        "resigned on Monday morning.\n\n1/1\n"
    )
    assert "The mayor of the old harbour\n\n\n\fresigned on Monday morning." in apply(page, find_furniture(page))


def test_lines_below_that_the_header_does_not_say_are_left_alone() -> None:
    page = "11/22/26, 3:04 PM\n\nThe Paper\n\nMayor resigns\nover the old bridge\n\n1/1\n"
    assert "Mayor resigns\nover the old bridge" in apply(page, find_furniture(page))


@pytest.mark.parametrize("below", [
    "The mayor has resigned over the\nold bridge.",
    "Nobody in the harbour had heard of it before the council\nmet on 3 March 2026",
    "\nNobody had heard of it\n3 March 2026",
    "Harbour\nFerries\n3 March 2026",
    "• The bridge and its keeper\n3 March 2026",
])  # fmt: skip
def test_what_stands_below_a_title_is_no_part_of_it(below: str) -> None:
    title = "Mayor of Little Harbour\nresigns at last"
    page = f"11/22/26, 3:04 PM\n\nMayor of Little Harbour re…\n\n{title}\n{below}\n\n1/1\n"
    assert f"\n{below}\n" in apply(page, find_furniture(page)).replace("\n\n\n", "\n\n")


def test_the_title_on_the_first_page_is_no_running_header() -> None:
    pages = ["A Study of Rain", "First page."], ["A Study of Rain", "Second page."], ["A Study of Rain", "Third."]
    text = "\f".join("\n\n".join(page) for page in pages)
    cuts = find_furniture(text)
    assert [text.count("\f", 0, cut.start) for cut in cuts] == [1, 2]
    assert {cut.rule for cut in cuts} == {"running-header"}


@pytest.mark.parametrize("header", ["The Paper · Local", "The Paper\t\tPrinted 12/03/2026", "The Paper | Issue 14"])
def test_a_header_that_no_title_is_like_leaves_the_first_page_too(header: str) -> None:
    rules = furnish(f"{header}\n\nRain falls.\f{header}\n\nIt fell.")
    assert {rule for rule, _ in rules} <= {"running-header", "print-date"}
    assert "".join(before for _, before in rules) == 2 * header.replace("\t", "")


def test_a_running_header_above_a_title_and_a_byline_leaves_the_first_page_too() -> None:
    text = "The Paper\n\nA Study of Rain\n\nBy Ann Bell\n\nRain falls.\fThe Paper\n\nIt fell."
    assert furnish(text) == 2 * [("running-header", "The Paper")]


def test_a_title_with_a_byline_right_below_it_stays_though_it_runs_on_the_next_page() -> None:
    text = "A Study of Rain\n\nBy Ann Bell\n\nRain falls.\fA Study of Rain\n\nIt fell."
    assert [cut.start for cut in find_furniture(text)] == [text.index("\f") + 1]


def test_page_numbers_count_up() -> None:
    assert furnish("One.\n\n- 4 -\fTwo.\n\n- 5 -\fThree.\n\n- 6 -") == [("page-number", f"- {n} -") for n in (4, 5, 6)]
    assert furnish("One.\n\n1912\fTwo.\n\n1871\fThree.\n\n2004") == []


def test_pages_are_found_where_form_feeds_got_lost() -> None:
    assert furnish("One.\nPage 1 of 3\nTwo.\nPage 2 of 3\nThree.\nPage 3 of 3\n") == [
        ("page-number", f"Page {n} of 3") for n in (1, 2, 3)
    ]


def test_fractions_in_an_article_are_no_pages() -> None:
    assert furnish("The vote was\n2/3\nin favour, and\n1/3\nagainst.") == []
    assert furnish("See page 3 of 7.\nThen see Page 3 of 7\n") == []


def test_a_line_within_the_page_stays_though_it_recurs() -> None:
    body = "\n".join(f"Line {n} of prose that differs {word}." for n, word in enumerate("abcdefghijkl"))
    half = body.split("\n")
    pages = [
        "\n".join([f"Opening {word}.", *half[:6], "Q. And then?", *half[6:], f"Closing {word}."]) for word in "xyz"
    ]
    assert "Q. And then?" not in {before for _, before in furnish("\f".join(pages))}


@given(st.text(alphabet="ab1/2 \n\f") | st.text())
def test_cuts_are_sorted_and_take_no_white_space_line_ends(text: str) -> None:
    position = 0
    for cut in find_furniture(text):
        assert position <= cut.start < cut.end <= len(text)
        assert cut.kind == "remove" and cut.after == ""
        assert "\n" not in text[cut.start : cut.end]
        position = cut.end


@pytest.mark.parametrize("text", ["\f" * 300_000, "\n" * 300_000, " " * 1_000_000, "1/2\n" * 50_000, "a\f" * 50_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert all(cut.kind == "remove" for cut in find_furniture(text))
