"""Paragraphs of a PDF by its tags: whole across lines, columns and pages; not believed where they are lines'."""

import textwrap

import pytest

from flows.clean.ledger import apply
from flows.ingest.formats.pdf_layout import PageText
from flows.ingest.formats.pdf_lines import Line
from flows.ingest.formats.pdf_paragraphs import join_tagged
from flows.ingest.formats.pdf_tags import Path, Tag

EM = 10.0
PROSE = (
    "The council met on Monday to hear what the engineers had found beneath the bridge, and what it would cost to mend."
    " Nobody was surprised by the answer, though several members said they had hoped for a smaller one."
)


def lay(text: str, tag: Tag | None, top: float, left: float = 50, width: int = 60) -> list[Line]:
    """The text in lines of so many characters, from the top down."""
    lines = textwrap.wrap(text, width, break_on_hyphens=True)
    return [
        Line(line, left, top - EM * 1.2 * number - EM, left + 5 * len(line), top - EM * 1.2 * number, tag)
        for number, line in enumerate(lines)
    ]


def paragraph(*path: int) -> Tag:
    return Tag(path, True)


def read(*pages: list[Line]) -> str | None:
    joined = join_tagged([PageText("", "", tuple(lines)) for lines in pages])
    return joined and apply(joined[0], joined[1])


def test_a_paragraph_is_whole_on_the_page_on_which_it_begins() -> None:
    lines = lay(PROSE, paragraph(0, 1), 200)
    header, footer = [lay(text, None, top) for text, top in (("The Paper, 3 March", 790), ("1/2", 20))]
    first = [*lay("Mayor resigns", paragraph(0, 0), 300), *lines[:2], *footer, *header]
    second = [*header, *lines[2:], *lay("It was cold that day.", paragraph(0, 2), 100), *footer]
    assert read(first, second) == (
        f"The Paper, 3 March\n\nMayor resigns\n\n{PROSE}\n\n1/2\fThe Paper, 3 March\n\nIt was cold that day.\n\n1/2"
    )


def test_a_page_on_which_no_paragraph_begins_says_nothing_twice() -> None:
    lines = lay(PROSE, paragraph(0, 0), 300)
    pages = [PageText("\n".join(line.text for line in part), "", tuple(part)) for part in (lines[:2], lines[2:])]
    joined = join_tagged(pages)
    assert joined
    assert apply(joined[0], joined[1]) == f"{PROSE}\f"


def test_a_page_whose_lines_cannot_be_placed_keeps_its_text() -> None:
    joined = join_tagged([PageText("", "", tuple(lay(PROSE, paragraph(0, 0), 300))), PageText("A poster.")])
    assert joined
    assert joined[0].endswith("\fA poster.")


def test_columns_are_read_in_the_order_of_the_tags() -> None:
    right = lay("It was cold that day, and nobody had slept.", paragraph(0, 1), 300, left=400, width=30)
    assert read([*right, *lay(PROSE, paragraph(0, 0), 300, width=30)]) == (
        f"{PROSE}\n\nIt was cold that day, and nobody had slept."
    )


def test_a_hyphen_at_a_lines_end_is_judged_by_the_document() -> None:
    text = f"{PROSE} Its anti-corruption court agreed, and so the anti-corruption court will be heard at once."
    for width in range(40, 70):
        assert read(lay(text, paragraph(0, 0), 300, width=width)) == text


def test_lines_that_were_broken_on_purpose_stay() -> None:
    lines = lay("The Bridge Inn", paragraph(0, 0), 300)
    lines += lay("4 Weir Lane, below the mill of the old harbour", paragraph(0, 0), 288)
    lines += lay("Port Ansel", paragraph(0, 0), 276)
    assert read(lines) == "The Bridge Inn\n4 Weir Lane, below the mill of the old harbour\nPort Ansel"


def test_a_paragraph_with_a_gap_within_was_two() -> None:
    tag = paragraph(0, 0)
    assert read([*lay(PROSE, tag, 300), *lay(PROSE, tag, 200)]) == f"{PROSE}\n\n{PROSE}"


def test_the_cells_of_a_row_stand_on_one_line() -> None:
    def cell(row: int, column: int, text: str) -> list[Line]:
        place: Path = (1, row)
        return lay(text, Tag((*place, column, 0), True, place, (*place, column)), 300 - 30 * row, 50 + 200 * column, 20)

    rows = [("Ward", "Votes for the bridge over the weir"), ("North", "117"), ("South", "84")]
    lines = [line for row, words in enumerate(rows) for column in (0, 1) for line in cell(row, column, words[column])]
    assert read(lay(PROSE, paragraph(0, 0), 500) + lines) == (
        f"{PROSE}\n\nWard\tVotes for the bridge over the weir\nNorth\t117\nSouth\t84"
    )


def lay_each(lines: list[Line]) -> list[Line]:
    return [line for number, part in enumerate(lines) for line in lay(part.text, paragraph(0, number), part.top)]


@pytest.mark.parametrize(
    "lines",
    [lay(PROSE, None, 300), lay(PROSE, Tag((0,), False), 300), lay_each(lay(PROSE, None, 300))],
    ids=["untagged", "in no paragraph", "a paragraph a line"],
)
def test_tags_that_tell_no_paragraphs_are_not_believed(lines: list[Line]) -> None:
    assert read(lines) is None
