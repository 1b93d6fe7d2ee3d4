"""A source's template: the paragraphs that recur across its documents and carry nothing of any one of them.

Which these are is learned from all documents of a source by `templates.sql`, never from one; here they are found in
one document. At its end a template is a run of such paragraphs, whatever their length: a legal footer, a word about the
publisher. Within it, only a short line that is no sentence: a call such as "Story continues below".
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from flows.model import Cut, Edit, Paragraph
from flows.recognise.words import fold, split_words

RULE = "template"
PARTING = "\n\n"

Templates = Mapping[str, AbstractSet[int]]
"""By source: the hashes of its template's paragraphs."""

LONGEST_CALL = 100
FEWEST_WORDS = 3
SENTENCE_END = tuple('.?:。？"”»“」')

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Span:
    """A paragraph of a text: text[start:end], and its hashes."""

    start: int
    end: int
    hash: int | None
    """Over its words: case, punctuation and numbers aside; None where it has no letter or digit."""
    numbers: int | None
    """Over its numbers; None where it has none."""


def list_paragraphs(text: str) -> list[Span]:
    """The paragraphs of a clean text, which one blank line parts."""
    spans = []
    start = 0
    for paragraph in text.split(PARTING) if text else ():
        spans.append(Span(start, start + len(paragraph), *hash_paragraph(paragraph)))
        start += len(paragraph) + len(PARTING)
    return spans


def hash_paragraph(paragraph: str) -> tuple[int | None, int | None]:
    """The hashes of a paragraph's words and of its numbers: 64 bits each, signed."""
    folded = fold(paragraph)
    if not any(map(str.isalnum, folded)):
        return None, None
    numbers = _NUMBER.findall(folded)
    return _hash(_NUMBER.sub("0", folded)), _hash(" ".join(numbers)) if numbers else None


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def find_templates(text: str, paragraphs: Sequence[Span], known: AbstractSet[int]) -> list[Span]:
    """The paragraphs that are the source's template, whose hashes are known; never the first of the text."""
    tail = len(paragraphs)
    while tail > 1 and (paragraphs[tail - 1].hash is None or paragraphs[tail - 1].hash in known):
        tail -= 1
    if all(span.hash is None for span in paragraphs[tail:]):
        tail = len(paragraphs)  # a row of stars alone is no template
    within = [span for span in paragraphs[1:tail] if span.hash in known and _is_call(text[span.start : span.end])]
    return [*within, *paragraphs[tail:]]


def write_cuts(span: Span) -> tuple[Cut, Cut]:
    """The cuts that take a paragraph which is not the first, and what parts it from the one before."""
    parting = Cut(span.start - len(PARTING), span.start, "", "space", RULE)
    return parting, Cut(span.start, span.end, "", "remove", RULE)


def _is_call(paragraph: str) -> bool:
    """Whether it is a short line of several words, and no sentence: a heading often is one word or two."""
    if len(paragraph) > LONGEST_CALL or paragraph.endswith(SENTENCE_END):
        return False
    return len(split_words(paragraph)) >= FEWEST_WORDS


def write_paragraphs(
    doc_id: str, run_id: str, spans: Iterable[Span], taken: AbstractSet[int], edits: Iterable[Edit]
) -> list[Paragraph]:
    """The rows of `paragraphs`, of which those that start at `taken` were cut, each by one of the edits."""
    cuts = (edit.seq for edit in edits if edit.rule == RULE)
    rows: list[Paragraph] = []
    start = 0
    for seq, span in enumerate(spans):
        length = span.end - span.start
        cut = span.start in taken
        rows.append(
            Paragraph(
                doc_id=doc_id,
                seq=seq,
                start_char=None if cut else start,
                char_count=length,
                paragraph_hash=span.hash,
                numbers_hash=span.numbers,
                edit_seq=next(cuts) if cut else None,
                run_id=run_id,
            )
        )
        start += 0 if cut else length + len(PARTING)
    return rows


@lru_cache(maxsize=2)
def read_templates(files: tuple[Path, ...]) -> Templates:
    """The templates that the files of the table `templates` hold."""
    templates: dict[str, set[int]] = {}
    for file in files:
        columns = pq.ParquetFile(file).read(["source", "paragraph_hash"]).to_pydict()
        for source, paragraph_hash in zip(*columns.values(), strict=True):
            templates.setdefault(source, set()).add(paragraph_hash)
    return templates
