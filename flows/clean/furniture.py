"""Page furniture of printed pages: what stands at the head and foot of page after page, and tells of the paper.

A page ends at a form feed; where those got lost, at the lines that count the pages. A line goes only from the edge of
its page, and only with everything outside it: what stands within the page is its text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from math import ceil

import re2

from flows.describe.dates import find_date, parse_date
from flows.describe.names import is_byline
from flows.model import Cut
from flows.typesetting.hyphens import HYPHENS
from flows.typesetting.printed_lines import ITEM, first_word

EDGE_LINES = 5  # how far into a page a header or footer may reach
LONGEST_LINE = 400  # characters, column padding included; a longer one is prose, and nothing within it is an edge
LONGEST_TITLE = 200  # characters
MOST_TITLE_LINES = 4  # the byline or date among them, behind what a header says of a title
LEAST_FULL = 0.8  # of a title's line, that the next takes with the first word of the one behind it
LONGER_LINE = 1.3  # of a title's line, that the next may be
MOST_BELOW = 2_000  # characters below a header in which its title may stand, broken into lines
RECURRENCE = 0.4  # share of the pages that a running line stands on: left and right pages may have lines of their own
CONSISTENCY = 0.9  # share of those pages on which its numbers stay the same, or count up with the pages


@dataclass(frozen=True, slots=True)
class Cell:
    """A line at the edge of a page, or the part of one that wide spaces set off."""

    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        """The text, digits aside: what recurs."""
        return DIGITS.sub("#", " ".join(self.text.split()))

    @property
    def numbers(self) -> list[int]:
        return [int(digits[:9]) for digits in DIGITS.findall(self.text)]


Line = list[Cell]


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page's edges, outermost first."""

    start: int
    end: int
    head: list[Line]
    foot: list[Line]


def find_furniture(text: str) -> list[Cut]:
    """Cuts of kind 'remove': 'running-header', 'running-footer', 'page-number' and 'print-date'.

    And of kind 'space': the lines of a title, which a browser printed in one above the page, are joined ('hard-wrap');
    what stands below an address within the page is the next column, and parted as the next page is ('column-end').
    """
    spans = find_pages(text)
    if len(spans) < 2 and not PRINT_DATE.match(text[:200].lstrip()):
        return []
    pages = free_counts([read_page(text, start, end) for start, end in spans])
    printed = [is_browser_print(page) for page in pages]
    addresses = find_addresses(text, pages) if any(printed) else set()
    heads = find_running(pages, [page.head for page in pages])
    feet = find_running(pages, [page.foot for page in pages])
    cuts: dict[int, Cut] = {}
    for number, page in enumerate(pages):
        for rule, cell in take_edge(page.head, heads, "running-header", printed[number]):
            if number or rule != "running-header" or printed[number] or has_title_below(text, cell, page):
                cuts[cell.start] = Cut(cell.start, cell.end, "", "remove", rule)
                if number == 0 and printed[0] and rule == "running-header":
                    cuts.update({cut.start: cut for cut in join_title(text, cell, page)})
        for rule, cell in take_edge(page.foot, feet, "running-footer", printed[number]):
            cuts.setdefault(cell.start, Cut(cell.start, cell.end, "", "remove", rule))
        if printed[number]:
            for cell in find_address(text, page, addresses):
                cuts.setdefault(cell.start, Cut(cell.start, cell.end, "", "remove", "running-footer"))
                below = re.compile(r"\s*").match(text, cell.end)
                if below and below.end() not in cuts and below.end() < page.end:  # the next column
                    cuts.setdefault(cell.end, Cut(cell.end, below.end(), "\n\f", "space", "column-end"))
    return [cuts[start] for start in sorted(cuts)]


def find_pages(text: str) -> list[tuple[int, int]]:
    """Where the pages are: parted by form feeds, else by lines that count them, else the whole text is one."""
    breaks = [match.end() for match in re.finditer("\f", text)] or find_page_counts(text)
    borders = [0, *breaks, len(text)]
    return [(start, end) for start, end in pairwise(borders) if text[start:end].strip()]


def find_page_counts(text: str) -> list[int]:
    """The ends of the lines that count pages of the same total, one up from line to line; [] when they do not."""
    if not ENDS_IN_COUNT.search(text):
        return []
    lines = [(int(match[2]), int(match[3]), match[1], match.end()) for match in PAGE_COUNT.finditer(text)]
    if not lines:
        return []
    total, _ = Counter(line[1] for line in lines).most_common(1)[0]
    counts = [line for line in lines if line[1] == total]
    ascending = all(second[0] == first[0] + 1 for first, second in pairwise(counts))
    worded = all(line[2] for line in counts)
    complete = counts[-1][0] == total and len(counts) >= total - 1
    enough = len(counts) >= 2 and (complete or (worded and counts[-1][0] < total))
    return [line[3] for line in counts] if ascending and enough else []


def read_page(text: str, start: int, end: int) -> Page:
    """The outermost lines of the page that are not blank."""
    return Page(start, end, list(read_lines(text, start, end, 1)), list(read_lines(text, start, end, -1)))


def read_lines(text: str, start: int, end: int, direction: int) -> Iterator[Line]:
    """The first lines of text[start:end] that are not blank, as cells, forward (1) or backward (-1)."""
    found = 0
    while start < end and found < EDGE_LINES:
        if direction > 0:
            first, last = start, text.find("\n", start, end)
            last = end if last < 0 else last
            start = last + 1
        else:
            first, last = text.rfind("\n", start, end) + 1, end
            first = max(first, start)
            end = first - 1
        if last - first > LONGEST_LINE:
            return
        line = text[first:last]
        if line.strip():
            found += 1
            yield [Cell(first + cell.start(), first + cell.end(), cell[0]) for cell in CELLS.finditer(line)]


def free_counts(pages: list[Page]) -> list[Page]:
    """The pages, with a count such as 1/6 freed from the end of the word that a reader glued it to, as others count."""
    totals = Counter(
        (cell.numbers[0] - number, cell.numbers[1])
        for number, page in enumerate(pages)
        for cell in (page.foot[0] if page.foot else ())
        if PAGE_OF_PAGES.fullmatch(cell.text)
    )
    if not totals:
        return pages
    (shift, total), seen = totals.most_common(1)[0]
    if seen < 2 or seen == len(pages):
        return pages
    freed: list[Page] = []
    for number, page in enumerate(pages):
        last = page.foot[0][-1]
        count = f"{number + shift}/{total}"
        if last.text.endswith(count) and last.text != count and last.text[-len(count) - 1].isalpha():
            middle = last.end - len(count)
            rest = [*page.foot[0][:-1], Cell(last.start, middle, last.text[: -len(count)])]
            page = replace(page, foot=[[Cell(middle, last.end, count)], rest, *page.foot[1:]])
        freed.append(page)
    return freed


def find_running(pages: Sequence[Page], edges: Sequence[list[Line]]) -> set[str]:
    """The keys that recur at this edge of the pages, with numbers that stay the same or count up with them."""
    numbers: dict[str, list[tuple[int, list[int]]]] = defaultdict(list)
    for number, edge in enumerate(edges):
        for key, cell in {cell.key: cell for line in reversed(edge) for cell in line}.items():
            numbers[key].append((number, cell.numbers))
    needed = max(2, ceil(RECURRENCE * len(pages)))
    return {key for key, places in numbers.items() if len(places) >= needed and is_running(key, places)}


def is_running(key: str, places: list[tuple[int, list[int]]]) -> bool:
    """Whether the numbers of a recurring line agree from page to page; a line of numbers has to count the pages."""
    needed = CONSISTENCY * len(places)
    counting = False
    for slot in zip(*(numbers for _, numbers in places), strict=True):
        if Counter(slot).most_common(1)[0][1] >= needed:
            continue
        shifts = Counter(number - page for number, (page, _) in zip(slot, places, strict=True))
        if shifts.most_common(1)[0][1] < needed:
            return False
        counting = True
    return counting or any(map(str.isalpha, key)) or PRINT_DATE_KEY.fullmatch(key) is not None


def is_browser_print(page: Page) -> bool:
    """Whether the page has the print date at its head and its count at its foot, as browsers print them."""
    if not page.head or not PRINT_DATE.fullmatch(page.head[0][0].text):
        return False
    return any(PAGE_OF_PAGES.fullmatch(cell.text) for cell in page.foot[0])


def take_edge(edge: list[Line], running: set[str], rule: str, printed: bool) -> Iterator[tuple[str, Cell]]:
    """The furniture of one edge of a page, from the outermost line inwards, and the rule that names each."""
    taken: set[str] = set()
    for depth, line in enumerate(edge):
        browser = printed and (depth == 0 or (rule == "running-header" and depth == 1 and len(edge[0]) == 1))
        if not browser and not all(cell.key in running and cell.key not in taken for cell in line):
            return
        for cell in line:
            taken.add(cell.key)
            yield name_furniture(cell.text) or rule, cell


def name_furniture(text: str) -> str | None:
    if PRINT_DATE.fullmatch(text):
        return "print-date"
    return "page-number" if PAGE_NUMBER.fullmatch(text) else None


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


def find_addresses(text: str, pages: Sequence[Page]) -> set[str]:
    """What stands as an address on a line of its own on most of the pages."""
    lines = Counter(address for page in pages for address in set(ADDRESS_LINE.findall(text, page.start, page.end)))
    return {address for address, seen in lines.items() if 2 * seen > len(pages)}


def find_address(text: str, page: Page, addresses: set[str]) -> list[Cell]:
    """The address that a browser printed at the foot of the page, wherever a reader put it: the end of a line, once."""
    found: list[Cell] = []
    for address in addresses:
        start = text.find(address, page.start, page.end)
        end = start + len(address)
        if start >= 0 and text[end : end + 1].isspace() and text.find(address, end, page.end) < 0:
            found.append(Cell(start, end, address))
    return found if len(found) == 1 else []


CLOSE_BELOW = re.compile(r"[^\S\n]*\n[^\S\n]*\S[^\n]*(?=\n)")
DIGITS = re.compile(r"\d+")
CELLS = re.compile(r"\S+(?:[^\S\t]\S+)*")  # parted by tabs and by wide spaces
IMPRINT = re.compile(
    r"\S [·•|] \S|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)  # paper and section or number, or the day of printing
PRINT_DATE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?\s?[Mm]\.?)?",
)
PRINT_DATE_KEY = re.compile(r"#[./-]#[./-]#,? #[:.]#(?:[:.]#)?")
PAGE_WORD = r"(?i:page|p\.|seite|página|pagina|pág\.|strona|str\.|страница|стр\.|сторінка|стор\.|sayfa|s\.)"
OF = r"(?i:of|von|sur|de|di|van|z|из|із|з|/|\|)"
PAGE_OF_PAGES = re.compile(rf"(?:{PAGE_WORD}\s?)?\d{{1,4}}\s?{OF}\s?\d{{1,4}}")
PAGE_NUMBER = re.compile(rf"[-–—|\[(]?\s?(?:{PAGE_WORD}\s?)?\d{{1,4}}(?:\s?{OF}\s?\d{{1,4}})?\s?[-–—|\])]?")
ENDS_IN_COUNT = re2.compile(rf"\d ?{OF} ?\d{{1,4}}[ \t\r]*(?:\n|$)")  # the cheap test before PAGE_COUNT
PAGE_COUNT = re2.compile(rf"(?m)^(?:[^\n]*[ \t][ \t])?[ \t]*({PAGE_WORD} ?)?(\d{{1,4}}) ?{OF} ?(\d{{1,4}})[ \t\r]*$")
ADDRESS_LINE = re.compile(r"\n[ \t]*((?:https?|file)://\S+)(?=\s)")
