"""PDF: the text of its pages, parted by form feeds, in reading order; paragraphs by blank lines where the layout tells.

Lines are read in `pdf_lines`, their layout in `pdf_layout`, tags in `pdf_tags`. PDFium is not safe for threads: a
process reads one file at a time.
"""

import ctypes
from datetime import datetime
from typing import Any, Final

import pypdfium2 as pdfium
import re2
from pypdfium2 import raw

from flows.ingest.contents import Contents, Records, Refused, is_blank
from flows.ingest.formats.pdf_layout import PageText, read_page
from flows.ingest.formats.pdf_paragraphs import join_tagged
from flows.ingest.formats.pdf_tags import TagReader
from flows.model import Claim, Record
from warehouse.words import count_of

NAME: Final = "pdf"
SUFFIXES: Final = (".pdf",)

_MAGIC_WITHIN: Final = 1024  # bytes before the header that readers put up with (ISO 32000-1, annex H.3.4.1)
_PASSWORD: Final = "password"
# Titles and authors that programs put there by themselves
_BOGUS_TITLE = re2.compile(
    r"(?i)^(?:microsoft (?:word|powerpoint|excel|publisher)\b|untitled|no title|title$|document\d*$|slide ?1$|"
    r"about:blank|(?:https?|file):|[^ ]*[\\/][^ ]*$|"
    r".*\.(?:docx?|pdf|indd|qxp|qxd|pptx?|xlsx?|odt|rtf|tex|dvi|p65|pmd|pub|txt|html?|cdr|ai)$)"
)
_BOGUS_AUTHOR = re2.compile(
    r"(?i)^(?:admin(?:istrator)?|user\d*|owner|unknown|author|anonymous|default|guest|pc|hp|dell|windows user|root|"
    r"test|microsoft.*|adobe.*|.*\\.*|.*@.*)$"
)
_DATE = re2.compile(r"^D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:Z|([+-]\d{2})'?(\d{2})?)?")


def recognises(contents: Contents) -> bool:
    """Whether the header stands where readers look for it."""
    return b"%PDF-" in contents.data[:_MAGIC_WITHIN]


def read_records(contents: Contents) -> Records:
    """One record."""
    try:
        document = pdfium.PdfDocument(contents.data)
    except pdfium.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise Refused("unreadable", "encrypted: it opens with a password only; store it without one") from error
        raise Refused("unreadable", f"damaged ({error}): fetch the file again") from error
    try:
        pages, damaged = _read_pages(document)
        info = _read_dictionary(document)
    finally:
        document.close()
    tagged = join_tagged(pages)
    text, cuts, heading = tagged or ("\f".join(page.text for page in pages), [], pages[0].heading if pages else "")
    if is_blank(text.replace("\ufffd", "")):
        if damaged:
            what = "its only page cannot" if len(pages) == 1 else f"no page of {len(pages):,} can"
            raise Refused("unreadable", f"{what} be read: {damaged[0]}")
        what = f"{count_of(len(pages), 'page')} but no text"
        raise Refused("empty", f"it has {what}: if they are pictures, they need character recognition (OCR)")
    claims, metadata = read_info(info)
    claims += [Claim("title", heading, "pdf-heading")] if heading else []
    reason = f"{len(damaged)} of {len(pages):,} pages left out: {damaged[0]}" if damaged else None
    return Records(
        [Record(0, text, tuple(claims), tuple(cuts), metadata={**metadata, "pages": len(pages)})], None, reason
    )


def _read_dictionary(document: Any) -> dict[str, str]:
    """What the file says of itself; half a surrogate pair is U+FFFD, which pypdfium2 does not read at all."""
    told = {}
    for key in pdfium.PdfDocument.METADATA_KEYS:
        size = raw.FPDF_GetMetaText(document, key.encode() + b"\0", None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDF_GetMetaText(document, key.encode() + b"\0", buffer, size)
        if value := buffer.raw.decode("utf-16-le", "replace").rstrip("\0"):
            told[key] = value
    return told


def _read_pages(document: Any) -> tuple[list[PageText], list[str]]:
    """Each page, empty where it cannot be read, and what is wrong with those."""
    pages: list[PageText] = []
    damaged: list[str] = []
    tags = TagReader()
    for number in range(len(document)):
        try:
            page = document[number]
            try:
                pages.append(read_page(page, tags.read(page)))
            finally:
                page.close()
        except pdfium.PdfiumError as error:
            pages.append(PageText(""))
            damaged.append(f"page {number + 1:,}: {error}")
    return pages, damaged


def read_info(info: dict[str, str]) -> tuple[list[Claim], dict[str, Any]]:
    """Claims of title and author, unless a program put them there; the rest is metadata."""
    claims: list[Claim] = []
    metadata: dict[str, Any] = {}
    for name, printed in info.items():
        value = " ".join(printed.replace("\0", "").split())
        if not value:
            continue
        if name == "Title" and len(value) > 3 and not _BOGUS_TITLE.search(value):
            claims.append(Claim("title", value, "pdf-info"))
        elif name == "Author" and len(value) > 3 and not _BOGUS_AUTHOR.search(value):
            claims.append(Claim("authors", value, "pdf-info"))
        elif name.endswith("Date"):
            metadata[name] = _read_date(value)
        else:
            metadata[name] = value
    return claims, metadata


def _read_date(value: str) -> str:
    """A date of PDF in ISO 8601; as it is, when it is none."""
    found = _DATE.match(value)
    if not found:
        return value
    year, *parts, hours, minutes = found.groups()
    defaults = (1, 1, 0, 0, 0)
    numbers = [int(part) if part else default for part, default in zip(parts, defaults, strict=True)]
    zone = f"{hours}:{minutes or '00'}" if hours else "+00:00" if "Z" in value else ""
    try:
        return datetime.fromisoformat(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(int(year), *numbers) + zone
        ).isoformat()
    except ValueError:
        return value
