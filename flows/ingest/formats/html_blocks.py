"""A page as blocks: what is shown of it, paragraph by paragraph, with what the markup tells of each.

`find_blocks` walks the tree once, without recursion, and forgets the markup; what follows needs only its result.
"""

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Shown, but in rows of their own: everything else is inline
_BLOCK_TAGS = (
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol "
    "optgroup option p pre search section summary table tbody tfoot thead tr ul"
)
BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
NESTING: Final = BLOCKS - {"body", "p", "hr", "li", "dd", "dt", "option", "optgroup", "tr", "tbody", "thead", "tfoot"}
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CELLS: Final = frozenset(("td", "th"))
CLOSE: Final = frozenset(("li", "dt", "dd", "tr", "option"))  # no blank line around them
_NOT_SHOWN_TAGS = (
    "head script style template noscript svg math iframe object embed canvas audio video map select datalist "
    "textarea noframes"
)
NOT_SHOWN: Final = frozenset(_NOT_SHOWN_TAGS.split())
TELLING: Final = ("class", "id", "role", "itemprop", "itemtype", "data-component", "aria-label")
"""The attributes whose words tell what an element is."""
_DISCUSSION: Final = (
    'script[type="application/ld+json"], '
    '[itemtype$="schema.org/DiscussionForumPosting"], [itemtype$="schema.org/QAPage"]'
)
_DISCUSSION_TYPE: Final = re.compile(r'"@type"\s*:\s*\[?\s*"(?:DiscussionForumPosting|QAPage)"')
_HIDDEN: Final = '[hidden], [style*="display:none" i], [style*="display: none" i]'


class Element(NamedTuple):  # a page has thousands: a tuple is made in a fifth of a dataclass's time
    """An element of the page: its tag, the words of its class, id and role, and its parent's number, -1 for none."""

    tag: str
    words: str
    parent: int


class Block(NamedTuple):
    """A run of text that stands in rows of its own: text[start:end], and how much of it is links."""

    start: int
    end: int
    element: int
    link_characters: int
    links: int


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows, as text in blocks, and the elements that the blocks stand in, parents before children."""

    text: str
    blocks: tuple[Block, ...]
    elements: tuple[Element, ...]
    title: str = ""
    """What the markup calls the page; it is not shown."""
    is_discussion: bool = False
    """Whether what its readers wrote is what it is about."""


@dataclass(slots=True)
class _Builder:
    """The page while it is walked. An element comes into it with its first block: most of a page's have none."""

    opened: list[tuple[str, LexborNode]]
    """The block elements that are open."""
    row: list[str] = field(default_factory=list)
    """The pieces of text of the row that is being filled."""
    rows: list[tuple[str, str]] = field(default_factory=list)
    """The rows of the block before it, each with what stands before it."""
    separator: str = ""
    """What stands before the row."""
    link_characters: int = 0
    links: int = 0
    numbers: list[int] = field(default_factory=list)
    """Of those of the open elements that have a block."""
    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)

    def break_row(self, separator: str) -> None:
        self.rows.append((self.separator, " ".join("".join(self.row).split())))
        self.row.clear()
        self.separator = separator

    def add_rows(self, lines: list[str]) -> None:
        """Adds preformatted text, whose lines are rows."""
        self.row.append(lines[0])
        for line in lines[1:]:
            self.break_row("\n")
            self.row.append(line)

    def close_block(self) -> None:
        """Ends the block that is being filled; it is none if nothing but white space is in it."""
        text = " ".join("".join(self.row).split())
        self.row.clear()
        if self.rows:
            rows = [(separator, row) for separator, row in (*self.rows, (self.separator, text)) if row]
            text = "".join(f"{separator}{row}" for separator, row in rows)[len(rows[0][0]) :] if rows else ""
            self.rows.clear()
            self.separator = ""
        if text:
            self._add_block(text)
        self.links = self.link_characters = 0

    def _add_block(self, text: str) -> None:
        numbers, elements, blocks = self.numbers, self.elements, self.blocks
        for tag, node in self.opened[len(numbers) :]:
            elements.append(Element(tag, _read_words(node), numbers[-1] if numbers else -1))
            numbers.append(len(elements) - 1)
        element = numbers[-1]
        if blocks:
            tight = elements[element].tag in CLOSE and elements[blocks[-1].element].tag in CLOSE
            gap = "\n" if tight else "\n\n"
            self.parts.append(gap)
            self.length += len(gap)
        self.parts.append(text)
        end = self.length + len(text)
        blocks.append(Block(self.length, end, element, min(self.link_characters, len(text)), self.links))
        self.length = end


def find_blocks(body: LexborNode, with_hidden: bool = False) -> Page:
    """What the page shows below `body`, in the order of the markup; if asked, with what it hides until scripts run."""
    builder = _Builder([("body", body)])
    opened, numbers, row, rows = builder.opened, builder.numbers, builder.row, builder.rows
    hidden = set() if with_hidden else {node.mem_id for node in body.css(_HIDDEN)}
    in_link = in_pre = 0
    node = body.first_child
    open_tags: list[tuple[str, LexborNode | None]] = []  # of the elements that are open, and what follows them
    while True:
        if node is None:
            if not open_tags:
                break
            tag, node = open_tags.pop()
            if tag in BLOCKS:
                if row or rows:
                    builder.close_block()
                opened.pop()
                del numbers[len(opened) :]
                in_pre -= tag == "pre"
            elif tag == "a":
                in_link -= 1
            continue
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content
            if text:
                if in_pre and "\n" in text:
                    builder.add_rows(text.split("\n"))
                elif row or not text.isspace():  # a row does not begin with white space
                    row.append(text)
                    if in_link:
                        builder.link_characters += len(text.strip())
        elif tag == "br":
            builder.break_row("\n")
        elif tag in NOT_SHOWN or tag[0] == "-" or (hidden and node.mem_id in hidden):
            pass
        elif (child := node.first_child) is not None:
            if tag in BLOCKS:
                if row or rows:
                    builder.close_block()
                opened.append((tag, node))
                in_pre += tag == "pre"
            elif tag == "a":
                in_link += 1
                builder.links += 1
            elif tag in CELLS:
                builder.break_row("\t")
            open_tags.append((tag, node.next))
            node = child
            continue
        elif tag in BLOCKS:
            if row or rows:
                builder.close_block()
        elif tag in CELLS:
            builder.break_row("\t")
        node = node.next
    builder.close_block()
    title = body.parser.css_first("title")
    return Page(
        "".join(builder.parts),
        tuple(builder.blocks),
        tuple(builder.elements),
        title.text() if title is not None else "",
        _is_discussion(body.parser),
    )


def _is_discussion(parser: LexborHTMLParser) -> bool:
    """Whether a page says in the words of schema.org that its posts are what it is about."""
    return any(
        node.tag != "script" or _DISCUSSION_TYPE.search(node.text()) is not None for node in parser.css(_DISCUSSION)
    )


def _read_words(node: LexborNode) -> str:
    attributes = node.attributes
    return " ".join([value for name in TELLING if (value := attributes.get(name))]).lower() if attributes else ""
