"""A page that carries its text twice is kept once."""

import pytest

from flows.clean.ledger import apply
from flows.ingest.formats import html
from flows.ingest.formats.html_copies import LEAST_COPIED, find_copies
from flows.ingest.formats.html_labels import COPY


@pytest.mark.parametrize(
    ("texts", "copies"),
    [
        ("one two three", []),
        ("one two three one two three", [range(3, 6)]),
        ("one two three new one two three", [range(4, 7)]),
        ("one two three one two three one two three", [range(3, 6), range(6, 9)]),
        ("three one two three one two three", [range(3, 6)]),
        ("one two three one new three", []),  # no run of seven characters
        ("refrain refrain refrain", [range(1, 2), range(2, 3)]),
        ("one two one two one two one two one two", []),  # however often they follow one another, these are short
        ("one two three new two one two three new two", [range(5, 10)]),
    ],
)
def test_a_copy_says_the_same_as_what_stands_above_in_the_same_order(texts: str, copies: list[range]) -> None:
    assert find_copies(texts.split(), 7) == copies


def lay_out(paragraphs: list[str]) -> str:
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<body><h1>The ferry</h1><div class='wide'>{prose}</div><div class='narrow'>{prose}</div></body>"


def test_the_text_for_narrow_screens_is_left_out_of_a_page_that_has_it_for_wide_ones() -> None:
    paragraphs = [f"On day {day} the ferry left at noon, and came back with the mail at six." for day in range(1, 41)]
    record = html.read_page(lay_out(paragraphs))
    kept = apply(record.text, record.cuts)
    assert [kept.count(paragraph) for paragraph in paragraphs] == [1] * len(paragraphs)
    assert [cut.rule for cut in record.cuts if cut.end - cut.start >= LEAST_COPIED] == [COPY]


def test_a_few_repeated_rows_are_kept() -> None:
    paragraphs = [f"On day {day} the ferry left at noon, and came back with the mail at six." for day in range(1, 11)]
    record = html.read_page(lay_out(paragraphs))
    assert COPY not in {cut.rule for cut in record.cuts}
