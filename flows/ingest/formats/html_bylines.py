"""Who wrote an article as its page shows it: behind a 'By', in an author's element, or in a name beside a date."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from flows.ingest.formats.html_pieces import (
    LONGEST_LITTLE,
    Piece,
    group_lines,
    join_line,
    read_labelled_lines,
    read_small_elements,
)
from flows.recognise.date_search import search_dates
from flows.recognise.date_words import fold
from flows.recognise.names import (
    BYLINE_ANYWHERE,
    find_byline_words,
    is_agency,
    is_byline,
    is_byline_label,
    is_common,
    is_named_by,
    is_organisation,
    is_other_work,
    is_spelt_out,
    looks_like_name,
    parse_authors,
    parse_bare_names,
    strip_byline,
)

LINES_WITH_NAME: Final = 12
"""Lines from the heading in which a bare name beside a date may be the author's."""
MOST_WORDS_OF_BARE_NAME: Final = 3
"""That begin large: 'von' does not."""
MOST_WORDS_BEFORE: Final = 3
AUTHOR_ELEMENTS: Final = (
    "[rel~='author' i], [class*='author' i], [class*='byline' i], [itemprop~='author' i], "
    "a[href*='/author/' i], a[href*='/authors/' i]"
)

_OF_AUTHOR = re.compile(
    r"author|autor|auteur|byline|by-line|writer|written|contributor|creator|reporter|columnist|vcard|hcard|p-name"
)
_NOT_OF_AUTHOR = re.compile(
    r"comment|avatar|photo|share|social|follow|review|icon"
    r"|(?<![a-z])(?:role|job|position|desc(?:ription)?|bio(?:graphy)?|cat(?:egory)?|tags?|date|time)(?![a-z])"
)
_PERSON_PAGE = re.compile(
    r"(?i)/(?:blog-)?(?:authors?|autor(?:es|en)?|auteurs?|contributors?|writers?|people|person|profiles?|staff|team|by"
    r"|users?|producers|bios?|reviewers?|columnists?|journalists?|experts?|members?|creators?|author-page)/[^/]"
    r"|[?&]_?author="
)
_TOPIC_PAGE = re.compile(
    r"(?i)/(?:category|categories|tags?|topics?|section|blog|news)(?:/|$)|[?&]\w*(?:topic|category|tag)="
)
_OF_TOPIC = re.compile(r"term|tag|categor|topic|title|event|heading")
_BORDERS = " .,:;|·•–—-"


def find_byline(pieces: Sequence[Piece], known: Mapping[str, str]) -> list[str]:
    """The authors that the pieces beside the heading name; `known` are those of the page's markup, by folded name.

    A line that begins with 'By' is believed, unless persons that the markup tells are printed elsewhere. What elements
    made for authors hold is a name where the markup tells no person: a button or a topic may stand in one, too.
    """
    persons = {folded: name for folded, name in known.items() if " " in name and looks_like_name(name)}
    labelled = _find_labelled(pieces)
    printed = _find_known(pieces, persons)
    if labelled and (not printed or any(fold(name) in persons for name in labelled)):
        return labelled
    marked = [] if persons else _find_marked(pieces)
    return printed or marked or _find_known(pieces, known)


def find_author_element(tree: LexborHTMLParser) -> list[str]:
    """The names of the one author's element that the page has, wherever; none where there are several."""
    found = {}
    for text, own in read_small_elements(tree, AUTHOR_ELEMENTS):
        names = [] if _NOT_OF_AUTHOR.search(own) else parse_authors(text)
        if any(map(_begins_with_agency, names)):
            continue
        if names and all(map(looks_like_name, names)) and sum(map(len, names)) >= len(text) / 2:
            found[frozenset(map(fold, names))] = names
    return next(iter(found.values())) if len(found) == 1 else []


def _begins_with_agency(name: str) -> bool:
    """Whether an agency stands before what may be a place: 'AFP Brussels', no 'Sid Hill'."""
    first = name.partition(" ")[0]
    return is_agency(first) and (len(first) > len("dpa") or (first.isupper() and not name.isupper()))


def find_labelled_author(tree: LexborHTMLParser) -> list[str]:
    """The names of the one line that is a byline by its first words, wherever; none where there are several."""
    found = {}
    for line in read_labelled_lines(tree, BYLINE_ANYWHERE):
        dates = search_dates(line)
        names = [
            name
            for name in parse_authors((line[: dates[0].start] if dates else line).strip(_BORDERS))
            if looks_like_name(name)
        ]
        if names:
            found[frozenset(map(fold, names))] = names
    return next(iter(found.values())) if len(found) == 1 else []


def _is_marked(piece: Piece) -> bool:
    """Whether the markup says that it is an author."""
    return bool(_OF_AUTHOR.search(piece.words)) and not (
        _NOT_OF_AUTHOR.search(piece.own) or _TOPIC_PAGE.search(piece.address)
    )


def _is_linked(piece: Piece) -> bool:
    """Whether it links to a person's page."""
    return bool(piece.address) and _PERSON_PAGE.search(piece.address) is not None


def _is_topic(piece: Piece) -> bool:
    """Whether it links to what else there is of a topic, or is said to be one."""
    return bool(_TOPIC_PAGE.search(piece.address) or _OF_TOPIC.search(piece.own))


def _find_labelled(pieces: Sequence[Piece]) -> list[str]:
    """The names behind a 'By', which may stand on a line of its own."""
    lines = group_lines(pieces)
    for number, line in enumerate(lines, 1):
        text = join_line(line)
        if number < len(lines) and is_byline_label(text):
            following = lines[number][0]
            if not _is_topic(following) and is_named_by(following.text):
                return parse_authors(following.text)
            text = f"{text} {following.text}"
        for start in find_byline_words(text):
            part = text[start:]
            if is_other_work(text[:start]) or _is_in_sentence(text[:start], part):
                continue
            dates = search_dates(part)
            part = part[: dates[0].start].strip(_BORDERS) if dates else part
            if is_byline(part):
                first, *others = parse_authors(part) or [""]
                names = [first, *(name for name in others if looks_like_name(name) or f"and {name}" in part)]
                return [_drop_role(name, line) for name in names if name]
    return []


def _is_in_sentence(before: str, byline: str) -> bool:
    """Whether so much stands before a 'By' that it hardly begins a byline: 'Ein Kommentar von' does."""
    words = before.split()
    return len(words) > MOST_WORDS_BEFORE and words[-1][-1].isalpha() and not is_spelt_out(byline)


def _drop_role(name: str, line: Sequence[Piece]) -> str:
    """The name alone, where a link to the person's page tells where it ends."""
    linked = (piece.text for piece in line if _is_linked(piece) and looks_like_name(piece.text))
    return next((text for text in linked if name.startswith(f"{text} ")), name)


def _find_known(pieces: Sequence[Piece], known: Mapping[str, str]) -> list[str]:
    """The authors that the markup tells and that are printed, each alone; and others that are printed alike."""
    if not known:
        return []
    printed = [(piece, strip_byline(piece.text).strip(_BORDERS)) for piece in pieces]
    folded = [fold(name) for _, name in printed]
    first = next((piece for (piece, _), name in zip(printed, folded, strict=True) if name in known), None)
    if first is None:
        return []
    names = {
        key: known.get(key, name)
        for (piece, name), key in zip(printed, folded, strict=True)
        if key in known or (looks_like_name(name) and _is_alike(piece, first))
    }
    return list(names.values())


def _is_alike(piece: Piece, other: Piece) -> bool:
    """Whether two pieces are printed as names of one list: in like elements, that link to persons or share a line."""
    linked = _is_linked(piece)
    return piece.own == other.own and linked == _is_linked(other) and (linked or piece.line == other.line)


def _find_marked(pieces: Sequence[Piece]) -> list[str]:
    """The names in elements that are said to be authors, or that link to a person's page."""
    names: list[str] = []
    first: Piece | None = None
    other_work = False
    agency = -1  # the last line that names one: what else it has in one word is where the agency reports from
    for piece in pieces:
        agency = piece.line if is_agency(piece.text.strip(_BORDERS)) else agency
        if is_other_work(piece.text):
            other_work = True
        elif is_byline_label(piece.text):
            other_work = False
        elif (_is_marked(piece) or _is_linked(piece)) and (first is None or _is_alike(piece, first)):
            found = [name for name in _read_marked(piece) if " " in name or piece.line != agency]
            if found and not other_work:
                names += found
                first = first or piece
            other_work = other_work and not found
    return list(dict.fromkeys(names))


def _read_marked(piece: Piece) -> list[str]:
    text = strip_byline(piece.text)
    if len(text) > LONGEST_LITTLE or search_dates(text):
        return []
    if looks_like_name(text):
        return [text]
    names = parse_authors(text)
    if sum(map(len, names)) < len(text) / 2:
        return []
    told = _is_linked(piece) or _OF_AUTHOR.search(piece.own)
    return [name for name in names if (told if " " not in name else is_named_by(name))]


def find_name_beside_date(pieces: Sequence[Piece], tree: LexborHTMLParser) -> list[str]:
    """A bare name, or several joined, on the line before a date, behind one or with it.

    No name is what links to a topic, or stands in prose, or words that the page writes small elsewhere.
    """
    lines = group_lines(pieces)[:LINES_WITH_NAME]
    dated = [any(piece.time or search_dates(piece.text) for piece in line) for line in lines]
    found = [
        names
        for number, line in enumerate(lines)
        if any(dated[max(0, number - 1) : number + 2])
        for piece in line
        if not piece.in_prose and (names := _read_beside_dates(piece.text)) and not _is_topic(piece)
    ]
    prose = tree.body.text(separator=" ") if found and tree.body is not None else ""
    return next((names for names in found if not any(is_common(name, prose) for name in names)), [])


def _read_beside_dates(text: str) -> list[str]:
    """The names that a text is, before the 'in' of their topic, or the one that stands in it behind its date."""
    dates = search_dates(text)
    if not dates:
        return parse_bare_names(text.lstrip(_BORDERS).removesuffix(" in"), _is_bare_name)
    names = parse_authors(text[dates[-1].end :].strip(_BORDERS))
    return names if len(names) == 1 and _is_bare_name(names[0]) else []


def _is_bare_name(text: str) -> bool:
    words = text.split()
    return (
        len(words) > 1
        and sum(word[0].isupper() for word in words) <= MOST_WORDS_OF_BARE_NAME
        and looks_like_name(text)
        and not is_organisation(text)
    )
