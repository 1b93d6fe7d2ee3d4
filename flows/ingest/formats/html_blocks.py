"""A page as blocks: what is shown of it, paragraph by paragraph, with what the markup tells of each.

`find_blocks` walks the tree once, without recursion, and forgets the markup; what follows needs only its result. It
does not walk into a page's furniture, its menus and footers and the like: the text of each is one block.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.ingest.formats.html_regions import is_furniture
from flows.ingest.formats.text import is_typed

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
TELLING: Final = frozenset(("class", "id", "role", "itemprop", "itemtype", "data-component", "aria-label"))
"""The attributes whose words tell what an element is."""
_DISCUSSION: Final = (
    'script[type="application/ld+json"], '
    '[itemtype$="schema.org/DiscussionForumPosting"], [itemtype$="schema.org/QAPage"]'
)
_DISCUSSION_TYPE: Final = re.compile(r'"@type"\s*:\s*\[?\s*"(?:DiscussionForumPosting|QAPage)"')
_TOOLS = (
    b"asciidoc|asciidoctor|docbook|docutils|doxygen|gtk-doc|javadoc|makeinfo|texi2html|mdbook|publican|rustdoc|sphinx"
)
# What they write into a page's head, as <meta name="generator"> or a comment. No tools of sites, as MkDocs: in their
# themes the `main` holds what stands beside the text, too
_MADE_BY: Final = re.compile(
    rb"(?i)<(?:meta\s(?=[^<>]*\bname=.?generator\b)[^<>]*content=.?|!--[^<>]{,80}generated (?:by|using) )"
    rb"(?:" + _TOOLS + rb")\b"
)
_HEAD: Final = 10_000  # bytes
_DESCRIPTION: Final = 'meta[name="description" i][content], meta[property="og:description" i][content]'
_HIDDEN: Final = '[hidden], [style*="display:none" i], [style*="display: none" i]'
_PASSED: Final = NOT_SHOWN | {"-comment"}
_UNSEEN: Final = ", ".join(sorted(NOT_SHOWN))
_LONG_LINE: Final = 80  # characters
_MOST_PROSE: Final = 400  # characters of long lines in a page's furniture
_BEFORE_HEADING: Final = 3  # nodes of a section, at most: white space, and a mark for links of before
_WORD: Final = re.compile(r"[^\W_]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_CODE: Final = re.compile(r"code|highlight|syntax|prettyprint|\blang(?:uage)?-|hljs")
_MOST_DESCRIPTIONS: Final = 6
_MOST_LEVELS: Final = 3  # elements from a preformatted one outwards that are asked whether it is code
_MOST_MISTAKEN: Final = 20  # elements that are none after all, from which on no more are looked through


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
    is_documentation: bool = False
    """Whether it says that a tool for documentation made it; of its elements, the one of the role main is a `main`."""
    verbatim: tuple[int, ...] = ()
    """The numbers of the blocks that stand as they were typed: code, whose lines and indentation are kept."""
    descriptions: tuple[str, ...] = ()
    """What the markup says that the page is about: often how its article begins, or what stands above it."""


@dataclass(slots=True)
class _Builder:
    """The page while it is walked. An element comes into it with its first block: most of a page's have none."""

    opened: list[tuple[str, str]]
    """The block elements that are open."""
    row: list[str] = field(default_factory=list)
    """The pieces of text of the row that is being filled."""
    rows: list[tuple[str, str]] = field(default_factory=list)
    """The rows of the block before it, each with what stands before it."""
    separator: str = ""
    """What stands before the row."""
    link_characters: int = 0
    links: int = 0
    is_code: bool = False
    """Whether an element of the block being filled says so."""
    verbatim: list[int] = field(default_factory=list)
    """The numbers of the blocks that stand as they were typed."""
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

    def close_block(self) -> None:
        """Ends the block that is being filled; it is none if nothing but white space is in it."""
        if self.opened[-1][0] == "pre":
            text = self._read_preformatted("".join(self.row))
        else:
            text = " ".join("".join(self.row).split())
        self.row.clear()
        self.is_code = False
        if self.rows:
            rows = [(separator, row) for separator, row in (*self.rows, (self.separator, text)) if row]
            text = "".join(f"{separator}{row}" for separator, row in rows)[len(rows[0][0]) :] if rows else ""
            self.rows.clear()
            self.separator = ""
        if text:
            self._add_block(text)
        self.links = self.link_characters = 0

    def _read_preformatted(self, source: str) -> str:
        """The text of a block whose line ends are rows; with its indentation and blank lines where it is code."""
        lines = [line.rstrip() for line in "\n".join(source.splitlines()).strip("\n").split("\n")]
        text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
        told = self.is_code or any(_CODE.search(words) for _, words in self.opened[-_MOST_LEVELS:])
        if told or is_typed(text):
            if text:
                self.verbatim.append(len(self.blocks))
            return text
        return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))

    def add_furniture(self, tag: str, words: str, node: LexborNode, unseen: str) -> bool:
        """Adds the text of an element as one block of links; not if prose is in it, or a heading of the first order.

        What `unseen` selects is taken from the tree.
        """
        if node.css_first("h1") is not None:
            return False
        selected = {inner.mem_id: inner for inner in node.css(unseen)}
        for inner in reversed(selected.values()):  # what stands in another goes before it
            inner.decompose()
        lines = [*map(" ".join, filter(None, map(str.split, node.text(separator="\n").split("\n"))))]
        if sum(length for length in map(len, lines) if length > _LONG_LINE) > _MOST_PROSE:
            return False
        if lines:
            text = "\n".join(lines)
            self.link_characters, self.links = len(text), len(lines)
            self.opened.append((tag, words))
            self._add_block(text)
            self.opened.pop()
            del self.numbers[len(self.opened) :]
            self.links = self.link_characters = 0
        return True

    def _add_block(self, text: str) -> None:
        numbers, elements, blocks = self.numbers, self.elements, self.blocks
        for tag, words in self.opened[len(numbers) :]:
            elements.append(Element(tag, words, numbers[-1] if numbers else -1))
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
    """What the page shows below `body`, in the order of the markup; if asked, with what it hides until scripts run.

    What is not shown of the page's furniture is no longer in the tree thereafter.
    """
    builder = _Builder([("body", _read_words(body))])
    opened, numbers, row, rows = builder.opened, builder.numbers, builder.row, builder.rows
    hidden = set() if with_hidden else {node.mem_id for node in body.css(_HIDDEN)}
    unseen = _UNSEEN if with_hidden else f"{_UNSEEN}, {_HIDDEN}"
    within = dict.fromkeys(("a", "pre", "article"), 0)
    mistaken = 0
    is_documentation = _is_documentation(body.parser)
    tags = _number_tags()
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
            if tag in within:
                within[tag] -= 1
            continue
        tag = tags.get(node.tag_id, "")
        if tag == "-text":
            text = node.text_content
            if text and (row or within["pre"] or not text.isspace()):  # only of what is typed rows begin with space
                row.append(text)
                if within["a"]:
                    builder.link_characters += len(text.strip())
        elif tag == "br":
            if within["pre"]:
                row.append("\n")
            else:
                builder.break_row("\n")
        elif tag in _PASSED or (hidden and node.mem_id in hidden):
            pass
        elif (child := node.first_child) is not None:
            if tag in BLOCKS:
                if row or rows:
                    builder.close_block()
                words = _read_words(node)
                block_tag = "main" if is_documentation and node.attributes.get("role") == "main" else tag
                if mistaken < _MOST_MISTAKEN and is_furniture(block_tag, words, within["article"] > 0):
                    if builder.add_furniture(tag, words, node, unseen):
                        node = node.next
                        continue
                    mistaken += 1
                    child = node.first_child  # it may have been one that is not shown
                opened.append((block_tag, words))
            elif tag in CELLS:
                builder.break_row("\t")
            elif tag == "a":
                builder.links += 1
            elif tag == "code":
                builder.is_code = True
            if tag in within:
                within[tag] += 1
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
        is_documentation,
        tuple(builder.verbatim),
        _read_descriptions(body.parser),
    )


@cache
def _number_tags() -> dict[int, str]:
    """By their numbers, which are quicker to ask for, the tags that say anything of what is shown."""
    parser = LexborHTMLParser("<p>text<!-- comment -->")
    nodes = [*parser.css("p")[0].iter(include_text=True)]
    nodes += map(parser.create_node, (*BLOCKS, *CELLS, *NOT_SHOWN, "a", "br", "code"))
    return {node.tag_id: node.tag or "" for node in nodes}


def _is_discussion(parser: LexborHTMLParser) -> bool:
    """Whether a page says in the words of schema.org that its posts are what it is about."""
    source = parser.raw_html
    if not (b"DiscussionForumPosting" in source or b"QAPage" in source):
        return False
    return any(
        node.tag != "script" or _DISCUSSION_TYPE.search(node.text()) is not None for node in parser.css(_DISCUSSION)
    )


def _is_documentation(parser: LexborHTMLParser) -> bool:
    """Whether a tool for documentation says that it made a page: in a comment, as Javadoc, only where a `main` is."""
    made = _MADE_BY.search(parser.raw_html[:_HEAD])
    return made is not None and (made[0][1:2] != b"!" or parser.css_first("main") is not None)


def _read_descriptions(parser: LexborHTMLParser) -> tuple[str, ...]:
    found = parser.css(_DESCRIPTION)[:_MOST_DESCRIPTIONS]
    return tuple(dict.fromkeys(text for node in found if (text := node.attributes["content"])))


def _read_words(node: LexborNode) -> str:
    words = ""
    for name, value in node.attributes.items():
        if value and name in TELLING and not (name == "id" and _is_anchor(node, value)):
            words = f"{words} {value}" if words else value
    return words.lower()


def _is_anchor(node: LexborNode, name: str) -> bool:
    """Whether an element is named after what it tells of: a term of a list, as "tkinter.Menu", which is no menu.

    So are sections after their headings, as Sphinx and Pandoc do: "sharing-memory" shares nothing.
    """
    if node.tag in ("dt", "dd"):
        return True
    if node.tag != "section" and "section" not in (node.attributes.get("class") or "").split():
        return False
    heading = node.first_child
    for _ in range(_BEFORE_HEADING):
        if heading is not None and heading.tag not in HEADINGS:
            heading = heading.next
    if heading is None or heading.tag not in HEADINGS:
        return False
    return _WORD.findall(heading.text().lower()) == _WORD.findall(name.lower())
