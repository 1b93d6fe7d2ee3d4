"""What a page shows piece by piece: runs of text, with what the elements around them say of them and link to.

A page's head is read from the pieces beside its heading: only so far as a byline or a date may stand from it.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, Final, NamedTuple

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

_SKIPPED = NOT_SHOWN | {"nav", "form", "figcaption"}
_TELLING = ("class", "id", "itemprop", "rel", "data-testid", "data-qa", "data-component")
_ASIDE = frozenset(("aside", "blockquote", "figure"))
_CELLS = frozenset(("li", "td", "th", "dd", "dt"))
_OF_DATE = re.compile(r"publish|posted|date")
_OF_ASIDE = re.compile(
    r"(?<![a-z])(?:side-?bar|widget|respond|reply|replies|responses|discussion|product|book)(?![a-z])"
)
_OF_OTHERS = re.compile(
    r"comment|related|recommend|popular|trending|read-?next|teaser|(?<!has)(?<!has[-_])menu|navbar|nav-item"
)


class Piece(NamedTuple):
    """A run of text: what the innermost of its elements that say anything says, and all of them; where it links to."""

    text: str
    own: str
    words: str
    address: str
    line: int
    """The same for all pieces of a block."""
    time: str
    """The machine-readable time that it is printed for."""
    in_prose: bool = False
    """Whether it is part of a paragraph of prose: a link in it, a word in bold."""


class _Element(NamedTuple):
    """What an element says of the text in it."""

    words: str
    address: str
    time: str | None
    """None where the element is made for none."""
    is_block: bool


class _Around(NamedTuple):
    """What all the elements around a text say of it, as a piece has it; and the number of the block it stands in."""

    own: str
    words: str
    address: str
    time: str
    block: int
    is_of_others: bool


def read_pieces(heading: LexborNode, below: bool) -> list[Piece]:
    """The pieces below a heading, or those above it, in their order; none of comments and other articles' teasers."""
    outside = _ancestors(heading)
    known: dict[int, _Element] = {}
    known_around: dict[int, _Around] = {}
    pieces: list[Piece] = []
    line = 0
    blocks = [-1]  # of the lines, by their numbers
    paragraphs: list[int] = []  # those of prose
    for number, (node, text) in enumerate(_walk_texts(heading, below)):
        if len(text) > LONGEST_LINE:
            paragraph = _find_block(node)
            paragraphs.append(paragraph.mem_id if paragraph is not None and paragraph.tag == "p" else -1)
            if len(paragraphs) >= MOST_PROSE:
                break
            continue
        element = node.parent
        innermost = element.mem_id if element is not None else -1
        around = known_around.get(innermost)
        if around is None:
            around = known_around[innermost] = _look_around(element, outside, known)
        own, words, address, time, this_block, is_of_others = around
        if this_block != blocks[line]:
            blocks.append(this_block)
            line += 1
        if line > (LINES_BELOW if below else LINES_ABOVE) or number > MOST_PIECES:
            break
        if is_of_others:
            continue
        if below and pieces and address and pieces[-1][1:-1] == (own, words, address, line, time):
            text = f"{pieces.pop().text} {text}"  # one link is one piece
        pieces.append(Piece(text, own, words, address, line, time))
    within = {line for line, block in enumerate(blocks) if block in paragraphs and block > 0}
    pieces = (
        [piece._replace(in_prose=True) if piece.line in within else piece for piece in pieces] if within else pieces
    )
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
        if text and not _is_of_others(node):
            yield text, _read_words(node)


def read_labelled_lines(
    tree: LexborHTMLParser,
    label: Any,
    longest: int = LONGEST_LITTLE,
    shown: str | None = None,
    *,
    beside_prose: bool = False,
) -> Iterator[str]:
    """The text of each block that begins with a label, a pattern, and has little of it; behind a label alone the next.

    A line behind a break is one of its own. With `longest`, the first so many characters of a block that has more.
    `shown` is what `read_lines` reads, where it is known. With `beside_prose` only blocks before an article's prose or
    behind it: none within it, in a list, a table or what stands beside it.
    """
    if tree.body is None:
        return
    # Few texts begin with what the label matches anywhere: the others need not be matched one by one.
    found = label.finditer(read_lines(tree) if shown is None else shown)
    beginnings = {match[0].strip().partition("\n")[0] for match in found}
    shortest = min(map(len, beginnings), default=0)
    beginnings = {beginning[:shortest] for beginning in beginnings}
    texts = (node for node in tree.body.traverse(include_text=True) if beginnings and node.tag == "-text")
    for node in islice((node for node in texts if _begins(node, beginnings, shortest, label)), MOST_ELEMENTS):
        block = _find_block(node)
        if block is None or _is_of_others(node) or (beside_prose and _is_inside(node)):
            continue
        line = _read_line_of(node)
        text = _read_little(block) if not line or label.fullmatch(line) else line
        if not text and longest > LONGEST_LITTLE:
            text = " ".join(block.text(separator=" ").split())[:longest]
        if text and label.fullmatch(text):
            following, _ = next(_walk_texts(block, True), (None, ""))
            below = _find_block(following) if following is not None else None
            text = f"{text} {_read_list(below)}" if below is not None else ""
        if text:
            yield text


def read_lines(tree: LexborHTMLParser) -> str:
    """All that stands in a page's body, each run of text on lines of its own."""
    return tree.body.text(separator="\n") if tree.body is not None else ""


def _begins(node: LexborNode, beginnings: AbstractSet[str], length: int, label: Any) -> bool:
    """Whether a text begins with a label; given are the first characters, so many, of all that there are."""
    text = (node.text_content or "").strip()
    return text[:length] in beginnings and label.match(text) is not None


def _read_line_of(node: LexborNode) -> str:
    """The text from a node to the next break of its line, where it stands behind one and is short; else nothing."""
    start = node
    while start.prev is None and start.parent is not None and start.parent.tag not in BLOCKS:
        start = start.parent
    if not _follows_break(start):
        return ""
    texts: list[str] = []
    inner: LexborNode | None = start
    while inner is not None and inner.tag != "br" and inner.tag not in BLOCKS and len(texts) < MOST_ELEMENTS:
        texts.append((inner.text_content or "") if inner.tag == "-text" else _read_little(inner))
        inner = inner.next
    text = " ".join(" ".join(texts).split())
    return text if len(text) <= LONGEST_LITTLE else ""


def _follows_break(node: LexborNode) -> bool:
    previous = node.prev
    while previous is not None and previous.tag == "-text" and not (previous.text_content or "").strip():
        previous = previous.prev
    return previous is not None and previous.tag == "br"


def _read_list(block: LexborNode) -> str:
    """The text of a block with little of it; of an item that of its whole list, each after a semicolon."""
    items = block.parent.css("li") if block.tag == "li" and block.parent is not None else [block]
    texts = [_read_little(item) for item in items[:MOST_ELEMENTS]]
    return "; ".join(texts) if all(texts) else ""


def _is_skipped(node: LexborNode, tag: str | None) -> bool:
    """Whether nothing in an element is a head's. An article's own footer may be: some print the byline in one."""
    if tag != "footer":
        return tag in _SKIPPED
    return not any(element.tag == "article" for element in _list_around(node))


def _find_block(node: LexborNode) -> LexborNode | None:
    return next((element for element in _list_around(node) if element.tag in BLOCKS), None)


def _list_around(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around a node, from the innermost, as many as are asked."""
    parent = node.parent
    for _ in range(MOST_LEVELS):
        if parent is None or parent.tag == "body":
            return
        yield parent
        parent = parent.parent


def _is_of_others(node: LexborNode) -> bool:
    """Whether an element is one of navigation, comments or other articles' teasers, or within one."""
    around = list(_list_around(node))
    words = " ".join(map(_read_words, [node, *around]))
    return _OF_OTHERS.search(words) is not None or any(_is_skipped(element, element.tag) for element in around)


def _is_inside(node: LexborNode) -> bool:
    """Whether a text stands within prose, or in what hardly is an article's own: a table's row, an aside, a reply."""
    for element in _list_around(node):
        words = _read_words(element)
        if (element.tag in _ASIDE and not _OF_DATE.search(words)) or _OF_ASIDE.search(words):
            return True
        if element.tag in _CELLS and _read_little(element):
            return True
        if _has_prose(element, True) and _has_prose(element, False):
            return True
    return False


def _has_prose(element: LexborNode, ahead: bool) -> bool:
    """Whether a paragraph of prose stands behind an element, or before it, in the same one."""
    sibling = element.next if ahead else element.prev
    for _ in range(MOST_ELEMENTS):
        if sibling is None:
            return False
        if sibling.tag == "p" and _is_prose(sibling):
            return True
        sibling = sibling.next if ahead else sibling.prev
    return False


def _is_prose(node: LexborNode) -> bool:
    """Whether an element has more text than a line."""
    length = 0
    for inner in islice(node.traverse(include_text=True), MOST_ELEMENTS):
        length += len((inner.text_content or "").strip()) if inner.tag == "-text" else 0
        if length > LONGEST_LINE:
            return True
    return False


def _ancestors(node: LexborNode) -> frozenset[int]:
    found = []
    parent = node.parent
    while parent is not None:
        found.append(parent.mem_id)
        parent = parent.parent
    return frozenset(found)


def _walk_texts(node: LexborNode, ahead: bool) -> Iterator[tuple[LexborNode, str]]:
    """The text nodes behind an element in the order of the markup, or those before it, backwards; and their texts."""
    following = _step_over(node, ahead)
    while following is not None:
        tag = following.tag
        if tag == "-text":
            text = " ".join((following.text_content or "").split())
            if text:
                yield following, text
        elif not _is_skipped(following, tag):
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


def _look_around(parent: LexborNode | None, outside: frozenset[int], known: dict[int, _Element]) -> _Around:
    """What the elements around a text say, from the innermost, its `parent`, on; but for those around the heading."""
    around: list[_Element] = []
    block = -1
    for _ in range(MOST_LEVELS):
        if parent is None:
            break
        number = parent.mem_id
        if number in outside:
            break
        said = known.get(number)
        if said is None:
            said = known[number] = _read_element(parent)
        around.append(said)
        if block < 0 and said.is_block:
            block = number
        parent = parent.parent
    if block < 0 and parent is not None:
        block = parent.mem_id
    words = " ".join([each.words for each in around if each.words])
    return _Around(
        next((each.words for each in around if each.words), ""),
        words,
        next((each.address for each in around if each.address), ""),
        next((each.time for each in reversed(around) if each.time is not None), ""),
        block,
        _OF_OTHERS.search(words) is not None,
    )


def _read_element(node: LexborNode) -> _Element:
    tag = node.tag
    attributes = node.attributes
    words = " ".join(filter(None, map(attributes.get, _TELLING))).lower()
    return _Element(
        f"{words} author" if tag == "address" else words,
        (attributes.get("href") or "") if tag == "a" else "",
        (attributes.get("datetime") or "") if tag == "time" else None,
        tag in BLOCKS,
    )


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
