"""Text that stands in a PDF for several glyphs together: its replacement text, ActualText (ISO 32000-1, 14.9.4).

A letter and its vowel signs are such glyphs, or a letter and its accent. PDFium gives the whole text at the place of
the first of them, and takes the others for a gap: it puts a space behind the text, and ends a line too early there.
"""

import ctypes
import re
from collections.abc import Mapping
from typing import Any, Final

import pypdfium2.raw as pdfium

_KEY: Final = b"ActualText"
_WORD_END: Final = re.compile(r"\S(?=\s)")

Reaches = Mapping[int, float]
"""The right edges of texts that several objects are drawn for, in points, by the address of the first object."""


def find_reaches(page: Any, textpage: Any, text: str) -> Reaches:
    """How far the replacement texts of a pypdfium2 page reach, where one of more than one object ends a word.

    `text` has a character in each place that PDFium numbers.
    """
    ends = (pdfium.FPDFText_GetTextObject(textpage.raw, found.start()) for found in _WORD_END.finditer(text))
    if not any(_find_mark(drawn) for drawn in ends if drawn):
        return {}
    reaches: dict[int, float] = {}
    mark = first = 0
    line = (0.0, 0.0, 0.0)
    for number in range(pdfium.FPDFPage_CountObjects(page.raw)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, number)
        around = _find_mark(drawn) if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_TEXT else 0
        if around:
            bottom, right, top = _read_bounds(drawn)
            if around != mark:
                first, line = address(drawn), (bottom, right, top)
            elif min(top, line[2]) >= max(bottom, line[0]):
                line = min(bottom, line[0]), max(right, line[1]), max(top, line[2])
                reaches[first] = line[1]
        mark = around
    return reaches


def address(drawn: Any) -> int:
    """Where PDFium keeps an object: what tells one from another."""
    return ctypes.cast(drawn, ctypes.c_void_p).value or 0


def _find_mark(drawn: Any) -> int:
    """The address of the innermost mark with a replacement text around an object; 0 where there is none."""
    for number in range(pdfium.FPDFPageObj_CountMarks(drawn) - 1, -1, -1):
        mark = pdfium.FPDFPageObj_GetMark(drawn, number)
        if pdfium.FPDFPageObjMark_GetParamValueType(mark, _KEY) == pdfium.FPDF_OBJECT_STRING:
            return address(mark)
    return 0


def _read_bounds(drawn: Any) -> tuple[float, float, float]:
    """Bottom, right and top of what an object draws."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(drawn, *map(ctypes.byref, (left, bottom, right, top)))
    return bottom.value, right.value, top.value
