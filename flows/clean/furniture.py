"""Page furniture of printed pages: what stands at the head and foot of page after page, and tells of the paper.

A line goes only from the edge of its page, and only with everything outside it: what stands within the page is its
text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

from flows.clean.page_edges import OF, PAGE_WORD, Cell, Line, Page, find_pages, read_page
from flows.clean.printed_title import has_title_below, join_title
from flows.model import Cut

RECURRENCE = 0.4  # share of the pages that a running line stands on: left and right pages may have lines of their own
CONSISTENCY = 0.9  # share of those pages on which its numbers stay the same, or count up with the pages


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


PRINT_DATE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?\s?[Mm]\.?)?",
)
PRINT_DATE_KEY = re.compile(r"#[./-]#[./-]#,? #[:.]#(?:[:.]#)?")
PAGE_OF_PAGES = re.compile(rf"(?:{PAGE_WORD}\s?)?\d{{1,4}}\s?{OF}\s?\d{{1,4}}")
PAGE_NUMBER = re.compile(rf"[-–—|\[(]?\s?(?:{PAGE_WORD}\s?)?\d{{1,4}}(?:\s?{OF}\s?\d{{1,4}})?\s?[-–—|\])]?")
ADDRESS_LINE = re.compile(r"\n[ \t]*((?:https?|file)://\S+)(?=\s)")
