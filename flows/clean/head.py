"""The head of a text: the lines of title, authors and date are lifted out of it into claims.

A line is lifted for its place among the others, never for its own shape alone: a name stands by a date or under the
title, a title above them or set off from prose that takes up its words.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from flows.clean.head_lines import LINE, LONGEST_TITLE, SHORTEST_PROSE, Line, read_lines
from flows.clean.opening_date import PRINT_TIME, drop_opening_date, find_opening_date, is_release_label
from flows.clean.wording import score_line
from flows.model import Claim, Cut
from flows.recognise.date_search import search_dates
from flows.recognise.date_words import fold, is_label
from flows.recognise.dates import find_date
from flows.recognise.names import is_common, is_nobodys, strip_byline

SHORTEST_WRAPPED = 30
"""Characters: hardly a page is so narrow that it wraps a title earlier."""
MOST_TITLE_WORDS = 15
"""Of a title that neither a byline or date nor capitals vouch for."""
LEAD = 1_500
"""Characters below a title that take up its words."""
PROSE_READ = 20_000
"""Characters in which a name's words are looked for in small letters."""
MOST_ABOVE_TITLE = 2
"""Lines above a title: a day, that it is a press release, and what says nothing of it."""
NO_TITLE = 0.9
"""The wording's score from which a line that stands where a title does is none: to lose a title costs more than a call
that stays."""
MOST_DATES_BELOW = 1
"""With more date lines than this further down, the text is a diary or a timeline, and the first is not its own date."""

_WORDS = re.compile(r"[^\W\d_]{4,}")
_NO_TITLE_END = re.compile(r"(?:[.:;,…。]|\.[\"'”’»)\]])$")
_NO_TITLE_START = re.compile(r"[-•*·|>#=_@(]|https?:|\d+[.)]\s")
_NO_TITLE = re.compile(
    r"(?i)(?:for immediate release|press release|advertis|sponsored|photo|image|picture|caption|foto|share|follow"
    r"|subscribe|sign (?:up|in)|log in|skip to|read more|related|cookie|copyright|©|dear |page \d|\d+ comments?"
    r"|table of contents)"
)
_ADDRESS = re.compile(r"\S@\S|://|www\.")


def find_head(
    text: str, title: str | None, persons: Collection[str] | None = None, wording_threshold: float = 1.0
) -> tuple[list[Cut], list[Claim]]:
    """The cuts that lift the lines of title, authors and date, and the claims they make.

    `title` is the document's title where its markup or metadata tell one: its line above the text may be gone already.
    `persons` are whom the markup of a web page names, folded, as its head does, too: of these is a bare name.
    A first line that is boilerplate by its wording, from that threshold and `NO_TITLE` on, is no title, but one may
    follow it; at 1 none is.
    """
    lines = read_lines(text)
    if not lines:
        return [], []
    cuts: list[Cut] = []
    claims: list[Claim] = []
    below_title = 0
    above_title = 0
    if title:
        below_title = _count_title_lines(lines, title)
        if below_title:
            cuts.append(_lift(lines[:below_title], "title-line"))
    dates = [] if _is_timeline(text, lines) else _find_date_lines(lines, below_title if title else -1)
    if not title:
        above_title = _count_lines_above_title(lines, wording_threshold)
        below_title = above_title + _count_first_lines_of_title(text, lines[above_title:])
        if below_title > above_title:
            titled = lines[above_title:below_title]
            cuts.append(_lift(titled, "first-line-title"))
            printed = drop_opening_date(" ".join(line.text for line in titled))
            claims.append(Claim("title", printed, "first-line-title"))
        else:
            below_title = 0
    dates = [line for line in dates if line not in lines[above_title:below_title]]
    for line in _find_name_lines(text, lines, dates, below_title, title, persons):
        cuts.append(_lift([line], "byline-under-title"))
        claims.append(Claim("authors", line.text, "byline-under-title"))
    if below_title or dates:
        claims += (Claim("authors", line.text, "byline-line") for line in lines[below_title:] if line.byline)
    cuts += [_lift([line], "date-line") for line in dates]
    published = [line for line in dates if line.date and not line.date.updated] or dates
    if published:
        claims.append(Claim("published", published[0].text, "date-line"))
    else:
        claims += find_opening_date(text) or _find_byline_date(lines[below_title:])
    return sorted(cuts, key=lambda cut: cut.start), claims


def _lift(lines: Sequence[Line], rule: str) -> Cut:
    return Cut(lines[0].start, lines[-1].end, "", "lift", rule)


def _find_date_lines(lines: Sequence[Line], below_title: int) -> list[Line]:
    """The date lines; below a standfirst only those beside authors: a letter that is quoted begins with a date, too.

    A vague one stands beside authors, or right below the known title: in line number `below_title`.
    """
    standfirst = next((index for index, line in enumerate(lines) if line.prose), len(lines))
    found = []
    for index, line in enumerate(lines):
        beside = [*lines[max(index - 1, 0) : index], *lines[index + 1 : index + 2]]
        beside_authors = any(other.byline or other.names for other in beside)
        if (line.date and (index < standfirst or beside_authors)) or (
            line.vague and (index == below_title or beside_authors)
        ):
            found.append(line)
    return found


def _is_timeline(text: str, lines: Sequence[Line]) -> bool:
    """Whether date lines go on below the head, so that none of them is the document's own."""
    if not any(line.date for line in lines):
        return False
    below = 0
    for match in LINE.finditer(text, lines[-1].end):
        line = match[0]
        if len(line) < SHORTEST_PROSE and not PRINT_TIME.match(line.strip()) and find_date(line):
            below += 1
            if below > MOST_DATES_BELOW:
                return True
    return False


def _count_title_lines(lines: Sequence[Line], title: str) -> int:
    """How many of the first lines repeat the known title, which may be wrapped."""
    known = _fold_words(title)
    joined = ""
    for count, line in enumerate(lines[:4], 1):
        joined += " " + line.text
        if _fold_words(joined) == known and known:
            return count
    return 0


def _fold_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _count_first_lines_of_title(text: str, lines: Sequence[Line]) -> int:
    """How many of the first lines are a title by the structure around them; 0 when in doubt."""
    first = lines[0]
    if first.vouches or first.prose or not _may_be_title(first.text):
        return 0
    count = 1
    while count < min(4, len(lines) - 1) and _is_wrapped(text, lines[count - 1], lines[count]):
        count += 1
    title = " ".join(line.text for line in lines[:count])
    if len(title) > LONGEST_TITLE or _NO_TITLE_END.search(title) or count == len(lines):
        return 0
    below = lines[count]
    if is_label(lines[count - 1].text) and find_date(below.text):
        return 0
    if below.names and _may_go_on(text, lines[count - 1], below):
        return 0
    named = bool(below.names) or is_nobodys(below.text)
    dated = named and len(lines) > count + 1 and lines[count + 1].date is not None
    if below.vouches or dated or _find_byline_date([below]):
        return count if len(title.split()) > 1 and not first.names else 0
    if count > 1:
        return 0
    if len(lines) > 2 and lines[2].vouches and len(below.text) > len(title) and _is_parted(text, first, below):
        return 1 if not first.names else 0
    return int(below.prose and _is_taken_up(text, first, below))


def _find_byline_date(lines: Sequence[Line]) -> list[Claim]:
    """The claim of the day behind a byline that names nobody, which no rule takes: 'Posted by admin on 3 March'."""
    for line in lines:
        for found in search_dates(line.text)[:1]:
            before = line.text[: found.start].rstrip(" ,|·•–—-")
            if (
                found.end == len(line.text)
                and not found.updated
                and is_nobodys(before)
                and strip_byline(before) != before
            ):
                return [Claim("published", line.text[found.start :], "opening-date")]
    return []


def _count_lines_above_title(lines: Sequence[Line], wording_threshold: float) -> int:
    """How many of the first lines are days, are boilerplate, or say that it is a press release: a title may follow."""
    above = (
        line.date is not None
        or line.vague
        or is_release_label(line.text)
        or (wording_threshold < 1 and score_line(line.text) >= max(wording_threshold, NO_TITLE))
        for line in lines[:MOST_ABOVE_TITLE]
    )
    count = next((number for number, is_above in enumerate(above) if not is_above), MOST_ABOVE_TITLE)
    return count if count < len(lines) else 0


def _may_be_title(line: str) -> bool:
    if _NO_TITLE_START.match(line) or _NO_TITLE_END.search(line) or _NO_TITLE.match(line) or _ADDRESS.search(line):
        return False
    opening = line.lstrip("\"'“‘«„¿¡")[:1]
    return len(line) >= 8 and (opening.isupper() or opening.isdigit() or (opening.isalpha() and not opening.islower()))


def _may_go_on(text: str, above: Line, below: Line) -> bool:
    """Whether a name right below a line so long may be the rest of a wrapped title."""
    return not (_is_parted(text, above, below) or above.vouches) and len(above.text) >= SHORTEST_WRAPPED


def _is_wrapped(text: str, above: Line, below: Line) -> bool:
    """Whether the line goes on where the one above broke off in mid-phrase."""
    if below.vouches or below.prose or text.count("\n", above.end, below.start) != 1 or len(above.text) < 20:
        return False
    return below.text[0].islower() or (above.text.split()[-1].islower() and len(above.text.split()[-1]) <= 4)


def _is_parted(text: str, above: Line, below: Line) -> bool:
    return text.count("\n", above.end, below.start) > 1


def _is_taken_up(text: str, first: Line, below: Line) -> bool:
    """Whether a line above prose is its title: capitals or a blank line set it off, and the prose has its words."""
    words = first.text.split()
    long_words = [word for word in words if len(word) > 3 and word[0].isalpha()]
    capitals = first.text.isupper() or (len(long_words) > 2 and all(word[0].isupper() for word in long_words))
    if not 3 <= len(words) <= (2 * MOST_TITLE_WORDS if capitals else MOST_TITLE_WORDS):
        return False
    if first.names or not (capitals or _is_parted(text, first, below)):
        return False
    known = set(_WORDS.findall(fold(first.text)))
    lead = set(_WORDS.findall(fold(text[below.start : below.start + LEAD])))
    return len(known & lead) >= min(len(known), 2) > 0


def _find_name_lines(
    text: str,
    lines: Sequence[Line],
    dates: Sequence[Line],
    below_title: int,
    title: str | None,
    persons: Collection[str] | None,
) -> list[Line]:
    """The bare names beside a date line, or directly under the title and above prose."""
    rest_of_title = {
        below.start for above, below in pairwise(lines) if below.names and not title and _may_go_on(text, above, below)
    }
    beside = [
        named
        for first, second in pairwise(lines[below_title:])
        for named, other in ((first, second), (second, first))
        if named.names and other in dates and named.start not in rest_of_title and _is_vouched(named, persons)
    ]
    if beside:
        return beside[:1]
    under = lines[below_title : below_title + 2]
    if not (below_title or title) or len(under) < 2 or not under[0].names or not under[1].prose:
        return []
    if not _is_vouched(under[0], persons):
        return []
    known = _fold_words(title or " ".join(line.text for line in lines[:below_title]))
    is_subject = any(_fold_words(name) in known or is_common(name, text[:PROSE_READ]) for name in under[0].names)
    return [] if is_subject else [under[0]]


def _is_vouched(line: Line, persons: Collection[str] | None) -> bool:
    """Whether a page's markup names who is named; of a text that has none, always."""
    return persons is None or all(fold(name) in persons for name in line.names)
