"""A date is read where the whole string is one, and nothing is guessed."""

import csv
import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.recognise.date_search import infer_order, search_dates
from flows.recognise.date_words import MONTHS, is_month_first, is_of_other
from flows.recognise.dates import PrintedDate, find_date, parse_date

DATEPARSER = Path("../shared/data/dates/dateparser_string_iso.tsv")
CASES = tomllib.loads((Path(__file__).parent / "cases/dates.toml").read_text("utf-8"))


@pytest.mark.parametrize(("printed", "when", "precision"), CASES["dates"])
def test_a_printed_date_is_read(printed: str, when: datetime, precision: str) -> None:
    date = parse_date(printed)
    assert date is not None
    assert (date.when, date.precision) == (when, precision)


@pytest.mark.parametrize("printed", CASES["none"])
def test_what_is_no_date_or_several_is_none(printed: str) -> None:
    assert parse_date(printed) is None


@pytest.mark.parametrize(("line", "day", "updated"), [
    ("  16 December 2025 ", 16, False),
    ("Posted on 16 December 2025", 16, False),
    ("Updated: 16 December 2025", 16, True),
    ("Published: 16 December 2025 | Updated: 17 December 2025 10:15", 16, False),
    ("Updated 17 December 2025, published 16 December 2025", 16, False),
    ("Published 16 December 2025 - Last updated 17 December 2025", 16, False),
    ("16. Dezember 2025 (aktualisiert am 17. Dezember 2025)", 16, False),
])  # fmt: skip
def test_a_date_line_says_when_a_document_was_published_or_that_it_was_updated(
    line: str, day: int, updated: bool
) -> None:
    found = find_date(line)
    assert isinstance(found, PrintedDate)
    assert found.date.when == datetime(2025, 12, day)
    assert found.updated is updated
    assert line[found.start : found.end] == line.strip()


@pytest.mark.parametrize("line", ["2025", "December 2025", "1984", "On 16 December 2025 the court ruled.", "12 / 2025"])
def test_a_line_that_may_be_something_else_is_no_date_line(line: str) -> None:
    assert find_date(line) is None


@pytest.mark.parametrize(("line", "printed"), [
    ("By Ann Roe | March 4, 2026 | 5 min read", ["March 4, 2026"]),
    ("Posted by Ann Roe on 4 March 2026 in News", ["on 4 March 2026"]),
    ("Von Anna Schmidt, aktualisiert am 4. März 2026", ["aktualisiert am 4. März 2026"]),
    ("Published 3 March 2026 by Ann Roe · Updated 4 March 2026", ["Published 3 March 2026", "Updated 4 March 2026"]),
    ("4 March 2026", ["4 March 2026"]),
    ("In March 2026 it closed", []),
    ("Call 555-2026-11", []),
    ("x" * 190 + " 4 March 2026", []),
])  # fmt: skip
def test_the_dates_within_a_line_are_found(line: str, printed: list[str]) -> None:
    assert [line[date.start : date.end] for date in search_dates(line)] == printed


def test_a_searched_date_tells_whether_it_is_of_the_last_change() -> None:
    assert [date.updated for date in search_dates("Published 3 March 2026 · Updated 4 March 2026")] == [False, True]


@pytest.mark.parametrize(("tag", "day"), [
    ("en-US", datetime(2025, 3, 4)),
    ("en-GB", datetime(2025, 4, 3)),
    ("en_AU", datetime(2025, 4, 3)),
    ("de", datetime(2025, 4, 3)),
    ("pt-BR", datetime(2025, 4, 3)),
    ("en", None),
    ("ja", None),
    ("", None),
])  # fmt: skip
def test_a_day_in_numbers_is_read_in_the_order_of_the_language_and_country(tag: str, day: datetime | None) -> None:
    date = parse_date("3/4/2025", is_month_first(tag))
    assert (date.when if date else None) == day
    assert [found.date.when for found in search_dates("By Ann Roe | 3/4/2025", is_month_first(tag))] == [day] * (
        day is not None
    )


@pytest.mark.parametrize("line", ["The match ended 0-5-2024", "Set 3/0/2024", "Lot 00/11/2024"])
def test_numbers_that_are_no_day_tell_no_order(line: str) -> None:
    assert infer_order(f"Played on March 5, 2024\n{line}") in (None, True)
    assert infer_order(f"{line}\n5/3/2024\nMarch 5, 2024") is False


def test_an_order_that_makes_no_date_gives_way() -> None:
    for month_first in (True, False, None):
        assert parse_date("31/12/2025", month_first) == parse_date("12/31/2025", month_first) is not None


def test_a_month_name_means_one_month_in_every_language() -> None:
    assert {MONTHS[word] for word in ("mart", "marts", "mars", "marca", "março", "mar") if word in MONTHS} == {3}
    assert set(MONTHS.values()) == set(range(1, 13))
    assert len(MONTHS) > 350


def test_absolute_dates_of_dateparser_are_read_and_none_wrongly() -> None:
    """Asked: strings in which the expected year and day both stand, of tests that set neither an order nor a 'now'."""
    day_or_month_first = {"11. 12. 2014, 08:45:39"}  # dateparser reads the month first; dots are day first in CLDR
    answered, asked, wrong = 0, 0, []
    with DATEPARSER.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            try:
                expected = datetime.fromisoformat(row["expected_iso"])
            except ValueError:
                continue
            numbers = [int(n) for n in re.findall(r"\d+", row["input"])]
            absolute = {expected.year, expected.day} <= set(numbers) and expected.year < 2100
            if not absolute or "prefer" in row["test"] or "order" in row["test"] or row["input"] in day_or_month_first:
                continue
            asked += 1
            date = parse_date(row["input"])
            if date is None:
                continue
            answered += 1
            exact = expected.replace(tzinfo=None, second=0, microsecond=0)
            if date.when != (exact if date.precision == "minute" else datetime(exact.year, exact.month, exact.day)):
                wrong.append((row["input"], date))
    assert wrong == []
    assert asked >= 220
    assert answered / asked >= 0.7


@given(st.text(alphabet="0123456789 .,:/-+TZapm年月日декabr", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    date = parse_date(text)
    assert date is None or 1500 <= date.when.year <= 2101


def test_lines_that_are_no_dates_are_no_dates_however_long() -> None:
    lines = ["Lee Parsons", "In 2019 the company, founded in 1998, said", "1 " * 500_000, "Три года назад 2019"]
    assert not any(parse_date(line) or search_dates(line) for line in lines)


@pytest.mark.parametrize(
    ("before", "is_others"),
    [
        ("Accepted: ", True),
        ("Received 2 March 2024 | Accepted ", True),
        ("Date of birth: ", True),
        ("Closing date ", True),
        ("Срок подачи: ", True),
        ("Closing Arguments | ", False),
        ("Widely Accepted · ", False),
        ("A Difficult Birth – ", False),
        ("Новый срок | ", False),
    ],
)
def test_a_word_of_titles_is_a_label_only_beside_words_of_labels(before: str, is_others: bool) -> None:
    assert is_of_other(before) == is_others
