"""The formats that are read. A new one is a module as `Format` says, and its name in FORMATS."""

from typing import Final, Protocol

from flows.ingest.contents import Contents, Records
from flows.ingest.formats import html, jsonl, markdown, pdf, text, warc


class Format(Protocol):
    """What a module of this folder has."""

    @property
    def NAME(self) -> str:
        """What the format is called in the tables."""

    def recognises(self, contents: Contents) -> bool:
        """Whether the contents are in this format; the suffix is a hint."""

    def read_records(self, contents: Contents) -> Records:
        """The records. Raises Refused or Undecodable."""


FORMATS: Final[tuple[Format, ...]] = (warc, pdf, html, jsonl, markdown, text)
"""The first that recognises a file reads it."""
