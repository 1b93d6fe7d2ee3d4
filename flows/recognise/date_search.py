"""Dates within a line that holds more than a date: a byline, a row of what a site tells of its article."""

import re
from datetime import date
from itertools import islice

from flows.recognise.date_words import LETTERS, ORDINALS, fold
from flows.recognise.dates import TOKEN, YEARS, PrintedDate, read_labelled

LONGEST_SEARCHED = 200
"""Characters of a line in which dates are searched."""
MOST_TOKENS = 24
"""Of a date with its label, time and zone."""
MOST_LINES = 500
"""Different lines with a date that are read to learn the order of others."""

_MAY_HOLD_DATE = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)|\d[./-]\d|[年년]")
_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d)(?![\d./-])")
_FIRST_LETTERS = frozenset("nymwblu[(c")
_LAST_LETTERS = frozenset("nyxmwbgaohzZ)].")


def search_dates(line: str, month_first: bool | None = None) -> list[PrintedDate]:
    """The dates in a line, exact to the day, each with its label; none of a line too long for a byline.

    `month_first` is as `parse_date` has it.
    """
    if len(line) > LONGEST_SEARCHED or not _MAY_HOLD_DATE.search(line):
        return []
    tokens = [(token.start(), token.end(), _letter(token[0])) for token in TOKEN.finditer(line)]
    found: list[PrintedDate] = []
    first = 0
    while first < len(tokens):
        run = first
        while run < len(tokens) and tokens[run][2]:
            run += 1
        date = _search_run(line, tokens[first : min(run, first + MOST_TOKENS)], month_first)
        if date:
            found.append(date)
            first = next((number for number in range(first, run) if tokens[number][0] >= date.end), run)
        else:
            first += 1 if run > first + 1 else max(1, run - first)
    return found


def infer_order(lines: str) -> bool | None:
    """Whether 3/4/2025 is in March by the other dates of a text's lines; None if none tells.

    They tell by a number that is no month, else by the same day in words: beside 'March 4, 2025' it is in March.
    """
    numbers = [(int(first), int(second), int(year)) for first, _, second, year in _NUMBERS.findall(lines)]
    told = {second > 12 for first, second, _ in numbers if (first > 12) != (second > 12)}
    if not told and numbers:
        dated = dict.fromkeys(line for line in lines.splitlines() if _MAY_HOLD_DATE.search(line[:LONGEST_SEARCHED]))
        spelled = {found.date.day for line in islice(dated, MOST_LINES) for found in search_dates(line)}
        told = {
            is_month_first
            for first, second, year in numbers
            for is_month_first, month, day in ((True, first, second), (False, second, first))
            if first != second and 1 <= first <= 12 and 1 <= second <= 12 and date(year, month, day) in spelled
        }
    return told.pop() if len(told) == 1 else None


def _search_run(line: str, tokens: list[tuple[int, int, str]], month_first: bool | None) -> PrintedDate | None:
    """The longest date that begins with the first token."""
    if not tokens or tokens[0][2] not in _FIRST_LETTERS:
        return None
    start = tokens[0][0]
    for _, end, letter in reversed(tokens):
        if letter in _LAST_LETTERS and _is_balanced(line[start:end]):
            read = read_labelled(line[start:end], month_first)
            if read and read[0].precision in ("day", "minute"):
                return PrintedDate(read[0], start, end, "u" in read[1])
    return None


def _is_balanced(printed: str) -> bool:
    """Whether brackets that open in it close in it, and no others: 'No. 2 (February 2024)' has no day."""
    return all(printed.count(opening) == printed.count(closing) for opening, closing in ("()", "[]"))


def _letter(token: str) -> str:
    """The letter of a token in a shape; the empty string where no date has it."""
    if token.isdecimal():
        return "n" if len(token) < 3 else "y" if len(token) == 4 and int(token) in YEARS else "x"
    word = fold(token).replace("’", "'")
    return LETTERS.get(word) or ("o" if word in ORDINALS else "f" if word == "feira" else "")
