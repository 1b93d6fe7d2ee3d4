"""The tags of a PDF: which paragraph, heading or row of a table a piece of a page belongs to (ISO 32000-1, 14.7)."""

import ctypes
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2.raw as pdfium

Path = tuple[int, ...]
"""The numbers of an element and of those around it among their siblings, from the root: they sort in reading order."""

MOST_ELEMENTS: Final = 200_000  # of a file, counted anew for each page they are on; what is beyond counts as untagged
_DEEPEST: Final = 60
_PARAGRAPHS: Final = frozenset(
    ["P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "Title", "LI", "Caption", "BlockQuote", "TOCI", "Note", "FENote"]
)
_GROUPS: Final = frozenset(
    [
        "Document",
        "DocumentFragment",
        "Part",
        "Art",
        "Sect",
        "Div",
        "Aside",
        "L",
        "TOC",
        "Index",
        "Table",
        "THead",
        "TBody",
        "TFoot",
        "Figure",
        "Formula",
        "Form",
    ]
)
_CELLS: Final = frozenset(("TD", "TH"))
_ROW: Final = "TR"


@dataclass(frozen=True, slots=True)
class Tag:
    """What a piece of text is part of."""

    block: Path
    """The innermost paragraph, or what else stands around it where it is in none."""
    is_paragraph: bool
    row: Path = ()
    """Of a table, if it is in one."""
    cell: Path = ()


class TagReader:
    """Reads the tags of a file's pages, of as many elements as are worth it."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS

    def read(self, page: Any) -> dict[int, Tag]:
        """The tag of each marked content of a pypdfium2 page, by its number; none where the page has no tags."""
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw) if self.left > 0 else None
        if not tree:
            return {}
        tags: dict[int, Tag] = {}
        try:
            for number in range(max(0, min(self.left, pdfium.FPDF_StructTree_CountChildren(tree)))):
                element = pdfium.FPDF_StructTree_GetChildAtIndex(tree, number)
                if element:
                    self._walk(element, Tag((number,), False), tags)
        finally:
            pdfium.FPDF_StructTree_Close(tree)
        return tags

    def _walk(self, top: Any, around: Tag, tags: dict[int, Tag]) -> None:
        waiting = [(top, around.block, around)]
        while waiting:
            element, path, around = waiting.pop()
            tag = _name(_read_type(element), path, around)
            children = max(0, pdfium.FPDF_StructElement_CountChildren(element))
            self.left -= children + 1
            if self.left < 0 or len(path) > _DEEPEST:
                continue
            for number in range(children):
                content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, number)
                if content >= 0:
                    tags.setdefault(content, tag)
                    continue
                child = pdfium.FPDF_StructElement_GetChildAtIndex(element, number)
                if child:
                    waiting.append((child, (*path, number), tag))


def _name(kind: str, path: Path, around: Tag) -> Tag:
    """The tag of what stands in an element: its own, if it is a block, else that of the block around it."""
    if kind in _PARAGRAPHS:
        return Tag(path, True, around.row, around.cell)
    if kind == _ROW:
        return Tag(path, True, path)
    if kind in _CELLS:
        return Tag(path, True, around.row, path)
    return Tag(path, False) if kind in _GROUPS else around


def _read_type(element: Any) -> str:
    """The type of an element, the standard one where the file maps its own to it."""
    size = pdfium.FPDF_StructElement_GetType(element, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_StructElement_GetType(element, buffer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
