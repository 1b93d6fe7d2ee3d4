"""When an article was published as its page shows it: beside its heading, in an element made for dates, in a line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import re2
from selectolax.lexbor import LexborHTMLParser

from flows.ingest.formats.html_pieces import (
    Piece,
    group_lines,
    join_line,
    read_labelled_lines,
    read_lines,
    read_small_elements,
)
from flows.model import Cut, Field
from flows.recognise.date_search import LONGEST_SEARCHED, search_dates
from flows.recognise.date_words import PUBLISHED, is_label_of_other, is_of_other
from flows.recognise.dates import LONGEST, PrintedDate, find_date
from flows.recognise.names import is_byline, is_nobodys, strip_byline

MOST_BESIDE: Final = 60
"""Characters of its line before a date, or behind it: with more, it stands in prose."""
MOST_DATES: Final = 2
"""Of more dates beside a heading none is the article's: they are a list's."""
LONGEST_LABEL: Final = 30
DATE_ELEMENTS: Final = (
    "time, [class*='date' i], [class*='publish' i], [class*='posted' i], [class*='time' i], [itemprop*='date' i]"
)
NOT_OF_ARTICLE: Final = frozenset(("html-navigation", "html-footer", "html-comments", "html-related", "html-consent"))
"""What a page shows besides its article: a date in it is another's."""

_UNCLEAR_LABELS = (
    "date dated datum datée fecha data дата tarih tarihi created first originally issue release released ligne"
)
_PUBLISHING = frozenset(PUBLISHED) - frozenset(_UNCLEAR_LABELS.split())
"""Words that tell of publication: 'Created' may be a table's, 'Released' a film's, 'Date' anything's."""
_INDENT = r"^[\s\p{Z}]*"
"""RE2's white space has no no-break space."""
_WORD = re.compile(r"\w+")
_BORDERS = " |•·,;–—-"
_SENTENCE_END = re.compile(r"\d ?\.$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DEADLINE = re.compile(
    r"(?i)(?<!\w)(?:by|until|till|expires|bis(?: zum)?|jusqu['’]au|hasta(?: el)?|entro(?: il)?|até)\s+"
)
_PUBLISHED = re2.compile(rf"(?im){_INDENT}(?:{'|'.join(PUBLISHED)})(?:[\s\p{{Z}}]|:|$)")
_PUBLISHED_IN_WORDS = re2.compile(
    rf"(?im){_INDENT}(?:(?:was |first |originally ){{0,2}})(?:{'|'.join(sorted(_PUBLISHING))})(?:[\s\p{{Z}}]|:|$)"
)
_ENTRY = re2.compile(
    rf"(?im){_INDENT}(?:this|dieser|cet|ce|esta|este|questo|dit|denne|det) (?:\w+ )?(?:entry|post|article|story|piece"
    r"|page|beitrag|artikel|eintrag|text|billet|entrada|artículo|articolo|bericht|artigo|innlegget|indlæg) "
    r"(?:was|wurde|has been|a été|fue|è stato|werd|foi|ble|blev)\s"
)
_MAY_TELL = re2.compile(f"(?:{_ENTRY.pattern})|(?:{_PUBLISHED_IN_WORDS.pattern})")
"""What few pages have, looked for at once."""
_CHANGED = re.compile(
    r"(?i)updat|modif|edited|revis|reviewed|aktualis|actualis|actualiz|aggiorn|atualiz|bijgewerkt|обновл|оновл"
)
_OF_OTHER = re.compile(r"hours|deadline|expir|copyright|birth|joined")
_MAY_BE_DATE_LINE = re.compile(rf"(?m)^[^\n]{{0,{LONGEST - 40}}}(?:[12]\d{{3}}|\d[./-]\d\d)[^\n]{{0,40}}$")

Told = tuple[Field, str, str]


def find_dates(pieces: Sequence[Piece], month_first: bool | None) -> list[Told]:
    """The dates beside the heading, as printed and as their markup says; those of the last change apart.

    Where some stand alone on their line, those that stand among other words are another thing's.
    """
    told: list[Told] = []
    alone: set[str] = set()
    label = ""
    for line in group_lines(pieces):
        text = join_line(line)
        printed = f"{label} {text}" if label else text
        if any(_OF_OTHER.search(piece.own) for piece in line):
            continue
        read = list(_read_line(printed, month_first))
        for found, origin in read:
            told.append(("published", printed[found.start : found.end], origin))
            if any(_is_day(part, found.date.day, month_first) for part in (text, *(piece.text for piece in line))):
                alone.add(printed[found.start : found.end])
        times = [piece.time for piece in line if piece.time]
        updated = _CHANGED.search(printed) is not None
        # Of a last change that is printed without its day, or in a sentence, the markup tells more than readers see.
        if times and not is_of_other(printed) and (read or not updated or not _YEAR.search(printed)):
            told += (("published", time, _name_origin("time", updated)) for time in times)
        label = text if len(text) < LONGEST_LABEL and not any(c.isdigit() for c in text) else ""
    alone.intersection_update(value for _, value, origin in told if origin == "dateline")
    if alone:
        told = [claim for claim in told if claim[2] != "dateline" or claim[1] in alone]
    printed_dates = {value for _, value, origin in told if origin == "dateline"}
    return told if len(printed_dates) <= MOST_DATES else []


def find_date_element(tree: LexborHTMLParser, month_first: bool | None) -> Iterator[Told]:
    """The one date of publication that elements anywhere on the page are made for, else the one of a last change."""
    dates: dict[bool, dict[date, str]] = {False: {}, True: {}}
    for text, own in read_small_elements(tree, DATE_ELEMENTS):
        if _OF_OTHER.search(own):
            continue
        for found in search_dates(text, month_first):
            updated = found.updated or _CHANGED.search(own) is not None
            dates[updated][found.date.when.date()] = text[found.start : found.end]
    for updated, printed in dates.items():
        if len(printed) == 1:
            yield "published", next(iter(printed.values())), _name_origin("date-element", updated)
        if printed:
            return


def find_publication_line(tree: LexborHTMLParser, month_first: bool | None) -> list[Told]:
    """The one date behind 'This entry was posted on', else behind a 'Published' that begins a line beside the prose.

    In a list, a table, an aside or between paragraphs it may be the day of a book, a film, another article or a reply.
    """
    shown = read_lines(tree)
    if _MAY_TELL.search(shown) is None:
        return []
    entries: dict[date, str] = {}
    for line in read_labelled_lines(tree, _ENTRY, LONGEST_SEARCHED, shown, beside_prose=True):
        for found in search_dates(line, month_first)[:1]:
            is_told = not _PUBLISHING.isdisjoint(_WORD.findall(line.lower()))
            if is_told and not _CHANGED.search(line[: found.start]):
                entries[found.date.when.date()] = line[found.start : found.end]
    return _tell_one(entries, "publication-line") or _tell_one(
        _read_labelled(tree, _PUBLISHED_IN_WORDS, month_first, shown, beside_prose=True), "publication-line"
    )


def find_labelled_date(tree: LexborHTMLParser, month_first: bool | None) -> list[Told]:
    """The one date behind a 'Date:' or 'Created on' that begins a line, wherever it is."""
    return _tell_one(_read_labelled(tree, _PUBLISHED, month_first, read_lines(tree)), "date-label")


def _read_labelled(
    tree: LexborHTMLParser, label: Any, month_first: bool | None, shown: str, *, beside_prose: bool = False
) -> dict[date, str]:
    """The days behind a label that begins a line, with their first lines."""
    days: dict[date, str] = {}
    for line in read_labelled_lines(tree, label, shown=shown, beside_prose=beside_prose):
        for found in search_dates(line, month_first)[:1]:
            if found.start == 0 and not found.updated and not (beside_prose and _names_publisher(line[found.end :])):
                days[found.date.when.date()] = line[: found.end]
    return days


def _names_publisher(behind: str) -> bool:
    """Whether what stands behind a date is by something that is no person's name, and large: a book's publisher."""
    rest = behind.strip(_BORDERS)
    name = strip_byline(rest)
    return name != rest and name[:1].isupper() and not (is_byline(rest) or is_nobodys(rest))


def _tell_one(days: Mapping[date, str], origin: str) -> list[Told]:
    """The claim of the one day; none of several."""
    return [("published", printed, origin) for printed in days.values()] if len(days) == 1 else []


def find_lone_date(text: str, cuts: Sequence[Cut], month_first: bool | None) -> str | None:
    """The day that lines of a page are and nothing else, where there is one alone beside navigation and footers.

    On the hosts of web_pages that were developed on, it is right for 4 of 5 pages whose date nothing else tells, and
    no page without a date has one; the one line of a last change is wrong for 3 of 4.
    """
    outside = [(cut.start, cut.end) for cut in cuts if cut.rule in NOT_OF_ARTICLE]
    days: dict[date, str] = {}
    for match in _MAY_BE_DATE_LINE.finditer(text):
        printed = match[0].strip(_BORDERS)
        found = find_date(printed, month_first)
        if found is None or found.updated or found.date.day is None:
            continue
        above = text[max(0, match.start() - 2 * LONGEST_LABEL) : match.start()].rstrip()[-LONGEST_LABEL:]
        is_outside = any(start <= match.start() < end for start, end in outside)
        if not is_outside and not is_label_of_other(above.rpartition("\n")[2]):
            days.setdefault(found.date.day, printed)
            if len(days) > 1:
                return None
    return next(iter(days.values()), None)


def _read_line(printed: str, month_first: bool | None) -> Iterator[tuple[PrintedDate, str]]:
    """The dates of a line with their origins; none that the words before it say to be of something else."""
    end = 0
    for found in search_dates(printed, month_first):
        before, end = printed[end : found.start], found.end
        if any(found.start in (word.start(), word.end()) for word in _DEADLINE.finditer(printed)):
            continue
        if is_of_other(before):
            continue
        beside = max(found.start, len(printed) - found.end)
        if beside <= MOST_BESIDE and not _SENTENCE_END.search(printed[: found.end + 1]):
            labelled = _PUBLISHED.match(printed[found.start :]) is not None
            updated = found.updated or (not labelled and _CHANGED.search(before) is not None)
            yield found, _name_origin("dateline", updated)


def _is_day(text: str, day: date | None, month_first: bool | None) -> bool:
    """Whether a text is that day and nothing else."""
    found = find_date(text.strip(_BORDERS), month_first)
    return found is not None and found.date.day == day


def _name_origin(origin: str, updated: bool) -> str:
    return f"{origin}-updated" if updated else origin
