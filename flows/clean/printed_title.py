"""Titles of printed pages: what a header says of the title, and which lines below it are the title's.

A browser prints the title of a page in its header, which goes; the title that stands below it stays, in one line.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from flows.clean.page_edges import Cell, Page
from flows.model import Cut
from flows.recognise.dates import find_date, parse_date
from flows.recognise.names import is_byline
from flows.typesetting.hyphens import HYPHENS
from flows.typesetting.printed_lines import ITEM, first_word

LONGEST_TITLE = 200  # characters
MOST_TITLE_LINES = 4  # the byline or date among them, behind what a header says of a title
LONGER_LINE = 1.3  # of a title's line, that the next may be
LEAST_FULL = 0.8  # of a title's line, that the next takes with the first word of the one behind it
MOST_BELOW = 2_000  # characters below a header in which its title may stand, broken into lines
CLOSE_BELOW = re.compile(r"[^\S\n]*\n[^\S\n]*\S[^\n]*(?=\n)")
IMPRINT = re.compile(
    r"\S [·•|] \S|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)  # paper and section or number, or the day of printing


def has_title_below(text: str, cell: Cell, page: Page) -> bool:
    """Whether the page, the first, still has its title when this running header is gone.

    It has where the header says what no title does, where the title is printed again below, or where another line
    that may be one stands between the header and a byline or date.
    """
    depth = next(depth for depth, line in enumerate(page.head) if cell in line)
    if len(page.head[depth]) > 1 or IMPRINT.search(cell.text) or is_repeated(text, cell, page):
        return True
    below = [" ".join(part.text for part in line) for line in page.head[depth + 1 :]]
    titles = list(takewhile(lambda line: not stands_below_title(line), below))
    return 0 < len(titles) < len(below) and all(map(may_be_title, titles))


def is_repeated(text: str, cell: Cell, page: Page) -> bool:
    """Whether the words of the header stand again right below it."""
    title = "".join(cell.text.rstrip("…").split())
    following = text[cell.end : min(page.end, cell.end + 4 * len(cell.text) + 200)]
    return title in "".join(following.split())


def join_title(text: str, cell: Cell, page: Page) -> Iterator[Cut]:
    """Cuts that make one line of those right below the header that together say what it says.

    The header may have more behind the title, the site's name, or only the title's beginning: then the title goes on
    to the byline or date, if one stands close below.
    """
    title = " ".join(cell.text.rstrip("…").split())
    told = end = last = widest = 0
    for line in re.finditer(r"\S.*", text[cell.end : min(page.end, cell.end + MOST_BELOW)]):
        start = cell.end + line.start()
        space = title[told : told + 1] == " "
        words, rest = " ".join(line[0].split()), title[told + space :]
        missing = find_missing_hyphens(words, rest) if words == line[0].rstrip() else []
        for place in reversed(missing):
            words = f"{words[:place]}-{words[place:]}"
        belongs = rest.startswith(words) or start < last
        if rest and words.startswith(rest) and cell.text.endswith("…"):
            belongs, last = True, find_title_end(text, start + len(line[0]), page, max(widest, len(words)))
        if end:
            space = space or (told >= len(title) and text[end - 1] not in HYPHENS)
            after, rule = (" " * space, "hard-wrap") if belongs else ("\n\n", "paragraph")
            yield Cut(end, start, after, "space", rule)
        if not belongs:
            return
        yield from (Cut(start + place, start + place, "-", "repair", "lost-hyphen") for place in missing)
        told += space + len(words)
        widest = max(widest, len(words))
        end = start + len(line[0].rstrip())


def find_title_end(text: str, start: int, page: Page, widest: int) -> int:
    """Where a title ends that is known up to here: above the byline or date that stands close below; else here.

    What lies between has lines no longer than the last that is known, or is in smaller type; and none that breaks off
    where the next word would have fitted, as the lines of a list do: the `widest` line of the title tells.
    """
    end = start
    above = start - text.rfind("\n", 0, start) - 1
    longest = LONGER_LINE * (above + 1)
    for _ in range(MOST_TITLE_LINES):
        below = CLOSE_BELOW.match(text, end, min(page.end, end + LONGEST_TITLE))
        line = below[0].strip() if below else ""
        if line and stands_below_title(line):
            return end
        if below is None or len(line) > longest or not may_be_title(line) or ITEM.match(line):
            return start
        if above + len(f" {first_word(line)}") < LEAST_FULL * widest:
            return start
        above, end = len(line), below.end()
    return start


def find_missing_hyphens(words: str, title: str) -> list[int]:
    """Where the words lack a hyphen that the title has, and that a reader ate; [] where they differ in more."""
    places = []
    told = 0
    for place, character in enumerate(words):
        if character != "-" == title[told : told + 1]:
            places.append(place)
            told += 1
        if title[told : told + 1] != character:
            return []
        told += 1
    return places


def stands_below_title(line: str) -> bool:
    """Whether the line is a byline or a date."""
    return is_byline(line) or parse_date(line) is not None or find_date(line) is not None


def may_be_title(line: str) -> bool:
    return len(line) <= LONGEST_TITLE and not line.endswith((".", ",", ";"))
