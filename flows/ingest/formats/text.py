"""Plain text: the decoded file is the record, with its line ends and page breaks."""

from collections.abc import Callable
from typing import Final

import re2

from flows.ingest.contents import Contents, Records, Refused, is_blank
from flows.ingest.decode import Decoded, decode
from flows.ingest.foreign import describe_foreign
from flows.model import Record

NAME: Final = "text"
SUFFIXES: Final = (".txt", ".text")

_LETTER = re2.compile(r"[\pL\pM]+")
_LETTERS_OF_PROSE = 0.87  # of its characters, white space aside


def recognises(contents: Contents) -> bool:
    """Whether it is nothing else that we know, by its content or its suffix."""
    return describe_foreign(contents) is None


def read_records(contents: Contents, codec: str | None = None) -> Records:
    """One record. `codec` is the encoding that a server told of."""
    decoded = decode_text(contents.data, lambda _: codec)
    return Records([Record(0, decoded.text)], decoded.encoding, decoded.reason)


def decode_text(data: bytes, declare: Callable[[bytes], str | None] | None = None) -> Decoded:
    """The text of a file; Refused when nothing of it can be seen."""
    decoded = decode(data, declare)
    if is_blank(decoded.text):
        raise Refused("empty", "it has no text: only white space and characters that are not shown")
    return decoded


def is_typed(text: str) -> bool:
    """Whether set-off text is code, a table or a drawing rather than prose in lines: by its letters among its signs.

    Measured on passages of 400 Python files and paragraphs of 600 articles of Wikinews: three of four passages of code
    have fewer letters than this, and one of thirty paragraphs.
    """
    signs = "".join(text.split())
    return len(signs) - len(_LETTER.sub("", signs)) < _LETTERS_OF_PROSE * len(signs)
