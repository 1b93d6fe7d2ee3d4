"""What a page shows piece by piece: runs of text, with what the elements around them say of them and link to.

A page's head is read from the pieces beside its heading: only so far as a byline or a date may stand from it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.ingest.formats.html_blocks import BLOCKS, NOT_SHOWN

LINES_BELOW: Final = 40
"""Lines below a heading that are read, down to the third long paragraph."""
LINES_ABOVE: Final = 8
LONGEST_LINE: Final = 160
"""Characters: what is longer is prose."""
MOST_PROSE: Final = 3
MOST_PIECES: Final = 400
MOST_LEVELS: Final = 6
"""Elements around a piece that are asked."""
MOST_ELEMENTS: Final = 100
LONGEST_LITTLE: Final = 80
"""Characters that an element has which holds nothing but a name or a date."""

_SKIPPED = NOT_SHOWN | {"nav", "footer", "form", "figcaption"}
_TELLING = ("class", "id", "itemprop", "rel", "data-testid", "data-qa", "data-component")
_OF_OTHERS = re.compile(r"comment|related|recommend|popular|trending|read-?next|teaser|menu|navbar|nav-item")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: what the innermost of its elements that say anything says, and all of them; where it links to."""

    text: str
    own: str
    words: str
    address: str
    line: int
    """The same for all pieces of a block."""
    time: str
    """The machine-readable time that it is printed for."""


def read_pieces(heading: LexborNode, below: bool) -> list[Piece]:
    """The pieces below a heading, or those above it, in their order; none of comments and other articles' teasers."""
    around = _ancestors(heading)
    pieces: list[Piece] = []
    line = prose = 0
    block = -1
    for number, node in enumerate(_walk_texts(heading, below)):
        text = " ".join((node.text_content or "").split())
        if len(text) > LONGEST_LINE:
            prose += 1
            if prose >= MOST_PROSE:
                break
            continue
        this_block, piece = _read_piece(node, text, line, around)
        if this_block != block:
            block = this_block
            line += 1
        if line > (LINES_BELOW if below else LINES_ABOVE) or number > MOST_PIECES:
            break
        if _OF_OTHERS.search(piece.words):
            continue
        piece = replace(piece, line=line)
        if below and pieces and piece.address and replace(piece, text=pieces[-1].text) == pieces[-1]:
            piece = replace(piece, text=f"{pieces.pop().text} {text}")  # one link is one piece
        pieces.append(piece)
    return pieces if below else pieces[::-1]


def group_lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces line by line."""
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and lines[-1][0].line == piece.line:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def join_line(pieces: Sequence[Piece]) -> str:
    """The text of a line; the empty string where it is too long for a byline or a date."""
    text = " ".join(piece.text for piece in pieces)
    return text if len(text) <= LONGEST_LINE else ""


def read_small_elements(tree: LexborHTMLParser, selector: str) -> Iterator[tuple[str, str]]:
    """The text of each element with little of it, and what its attributes say; none of comments and teasers."""
    for node in tree.css(selector)[:MOST_ELEMENTS]:
        text = _read_little(node)
        words = [_read_words(node)]
        parent = node.parent
        for _ in range(MOST_LEVELS):
            if not text or parent is None or parent.tag == "body":
                break
            text = "" if parent.tag in _SKIPPED else text
            words.append(_read_words(parent))
            parent = parent.parent
        if text and not _OF_OTHERS.search(" ".join(words)):
            yield text, words[0]


def _ancestors(node: LexborNode) -> frozenset[int]:
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent.mem_id)
        parent = parent.parent
    return frozenset(found)


def _walk_texts(node: LexborNode, ahead: bool) -> Iterator[LexborNode]:
    """The text nodes behind an element in the order of the markup, or those before it, backwards."""
    following = _step_over(node, ahead)
    while following is not None:
        tag = following.tag
        if tag == "-text":
            if (following.text_content or "").strip():
                yield following
        elif tag not in _SKIPPED:
            child = following.first_child if ahead else following.last_child
            if child is not None:
                following = child
                continue
        following = _step_over(following, ahead)


def _step_over(node: LexborNode | None, ahead: bool) -> LexborNode | None:
    """The next node that is not within this one."""
    while node is not None and node.tag != "body":
        sibling = node.next if ahead else node.prev
        if sibling is not None:
            return sibling
        node = node.parent
    return None


def _read_piece(node: LexborNode, text: str, line: int, around: frozenset[int]) -> tuple[int, Piece]:
    """The block that a text node stands in, and its piece: of the elements below those around the heading."""
    words: list[str] = []
    address = time = ""
    block = -1
    parent = node.parent
    for _ in range(MOST_LEVELS):
        if parent is None or parent.mem_id in around:
            break
        attributes = parent.attributes
        tag = parent.tag
        if tag == "a" and not address:
            address = attributes.get("href") or ""
        if tag == "time":
            time = attributes.get("datetime") or ""
        if block < 0 and tag in BLOCKS:
            block = parent.mem_id
        said = f"{_read_words(parent)} author" if tag == "address" else _read_words(parent)
        if said:
            words.append(said)
        parent = parent.parent
    if block < 0 and parent is not None:
        block = parent.mem_id
    return block, Piece(text, words[0] if words else "", " ".join(words), address, line, time)


def _read_little(node: LexborNode) -> str:
    """The text of an element, where it is short."""
    texts: list[str] = []
    length = 0
    for number, inner in enumerate(node.traverse(include_text=True)):
        if number > MOST_ELEMENTS or length > LONGEST_LITTLE:
            return ""
        part = " ".join((inner.text_content or "").split()) if inner.tag == "-text" else ""
        if part:
            length += len(part)
            texts.append(part)
    return " ".join(texts)


def _read_words(node: LexborNode) -> str:
    return " ".join(filter(None, map(node.attributes.get, _TELLING))).lower()
