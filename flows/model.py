"""The rows of the tables, and what passes between the stages. A dataclass of `TABLES` is a table, a field is a column.

The text beside a field is the column's comment in DuckDB, and its only description anywhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, NewType

JSON = NewType("JSON", str)
"""Text that is JSON, and that DuckDB shows as JSON."""

Kind = Literal["remove", "lift", "repair"]
Field = Literal["title", "authors", "published", "url", "source", "language"]
Extent = tuple[int, int]
"""A part of a text, from its first character to the one behind its last."""


# What passes between the stages


@dataclass(frozen=True, slots=True)
class Claim:
    """What something says of a document: `value` as printed, `origin` who says it ('json-ld', 'source.toml')."""

    field: Field
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A change that a stage proposes to the text it was given: text[start:end] becomes `after`.

    Offsets are code points of that text, end exclusive. Kind 'space' changes white space alone: it is composed like the
    others, but becomes no row of `edits`.
    """

    start: int
    end: int
    after: str
    kind: Kind | Literal["space"]
    rule: str
    confidence: float | None = None
    """What a classifier gives the cut, from 0 to 1; a rule that says what it takes gives none."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document as a reader found it: its whole text, the cuts its markup gives away, and the claims made of it."""

    record: int
    text: str
    claims: tuple[Claim, ...] = ()
    cuts: tuple[Cut, ...] = ()
    metadata: dict[str, Any] | None = None
    verbatim: tuple[Extent, ...] = ()
    """Where the text stands as it was typed, such as code: whole lines, which keep their indentation."""
    format: str | None = None
    """Its own, where it is not its file's, as that of a page in an archive; then `encoding` is its own, too."""
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot become a document, and why, in words a person can act on."""

    record: Annotated[int, "number of the record in its file, from 0"]
    reason: Annotated[str, "why it did not land, and what to do"]


# Tables


@dataclass(frozen=True, slots=True)
class Quality:
    """The signals of Gopher, C4 and FineWeb, as datatrove's filters of these names compute them."""

    word_count: Annotated[int, "Gopher: words, symbols left out"]
    mean_word_length: Annotated[float, "Gopher: characters a word, symbols left out"]
    hash_to_word_ratio: Annotated[float, "Gopher's symbol-to-word ratio of '#'; symbols are words, here and below"]
    ellipsis_to_word_ratio: Annotated[float, "Gopher's symbol-to-word ratio of '...' and '…'"]
    bullet_lines_ratio: Annotated[float, "Gopher: lines that start with '•' or '-', of all; the paper names no mark"]
    ellipsis_lines_ratio: Annotated[float, "Gopher: lines that end in '...' or '…', of all, blank ones too"]
    alphabetic_words_ratio: Annotated[float, "Gopher: words with a letter"]
    stop_word_count: Annotated[
        int, "Gopher: how many of the, be, to, of, and, that, have, with occur; in small letters"
    ]
    duplicate_line_fraction: Annotated[
        float, "Gopher: lines that stood before; whether the first counts, it leaves open"
    ]
    duplicate_paragraph_fraction: Annotated[float, "Gopher: paragraphs that stood before"]
    duplicate_line_character_fraction: Annotated[float, "Gopher: characters in lines that stood before"]
    duplicate_paragraph_character_fraction: Annotated[float, "Gopher: characters in paragraphs that stood before"]
    top_2_gram_character_fraction: Annotated[
        float, "Gopher: characters in the most frequent 2-gram, even if it is there once"
    ]
    top_3_gram_character_fraction: Annotated[float, "Gopher: the same of 3 words"]
    top_4_gram_character_fraction: Annotated[float, "Gopher: the same of 4 words"]
    duplicate_5_gram_character_fraction: Annotated[float, "Gopher: characters in 5-grams that stood before, none twice"]
    duplicate_6_gram_character_fraction: Annotated[float, "Gopher: the same of 6 words"]
    duplicate_7_gram_character_fraction: Annotated[float, "Gopher: the same of 7 words"]
    duplicate_8_gram_character_fraction: Annotated[float, "Gopher: the same of 8 words"]
    duplicate_9_gram_character_fraction: Annotated[float, "Gopher: the same of 9 words"]
    duplicate_10_gram_character_fraction: Annotated[float, "Gopher: the same of 10 words"]
    terminal_punctuation_lines_ratio: Annotated[
        float, "C4: lines that end in . ? ! \" or (not in its code) ', not in ..."
    ]
    few_words_lines_ratio: Annotated[float, "C4: lines of fewer than 3 words; 5 in its code"]
    long_word_lines_ratio: Annotated[
        float, "C4: lines with a word of over 1,000 characters; in its code, not in the paper"
    ]
    javascript_lines_ratio: Annotated[float, "C4: lines that name javascript"]
    policy_lines_ratio: Annotated[float, "C4: lines on cookies, privacy or terms of use; in its code, not in the paper"]
    lorem_ipsum: Annotated[
        bool, "C4: 'lorem ipsum' is in a line that the rules before have left; in the paper, anywhere"
    ]
    curly_bracket: Annotated[bool, "C4: '{' is in a line that the rules before have left; in the paper, anywhere"]
    kept_lines_ratio: Annotated[float, "C4: lines that no rule drops; as above, of the lines that are not blank"]
    kept_sentence_count: Annotated[int, "C4: sentences in the lines that no rule drops"]
    line_punctuation_ratio: Annotated[
        float, "FineWeb: lines, blank ones left out, that end in any script's end of sentence"
    ]
    short_line_ratio: Annotated[float, "FineWeb: lines, blank ones left out, of at most 30 characters"]
    duplicate_line_characters_ratio: Annotated[
        float, "FineWeb: characters in lines that stood before, line ends left out"
    ]
    new_line_to_word_ratio: Annotated[float, "FineWeb: line ends a word; in datatrove, not in the paper"]


@dataclass(frozen=True, slots=True)
class LanguageShare:
    """A language of a text, and how much of it is in it."""

    language: Annotated[str, "ISO 639-1, else 639-3"]
    share: Annotated[float, "of the letters of its paragraphs, from 0 to 1"]


@dataclass(frozen=True, slots=True)
class Document:
    """Every document that landed, copies too; the view `documents` holds those that are kept."""

    doc_id: Annotated[str, "32 hex characters of SHA-256 over uri and record: stable while the file stays where it is"]
    uri: Annotated[str, "the file, relative to the seeds' root, or its full URL"]
    record: Annotated[int, "the record in the file, from 0"]
    source: Annotated[str | None, "publisher or site: source.toml, else the file's metadata, its own links, its folder"]
    source_from: Annotated[str | None, "who says so: 'source.toml', 'json-ld', 'contact-block', 'folder', …"]
    url: Annotated[str | None, "canonical address, when the document tells one"]
    title: Annotated[str | None, "as printed, without markup"]
    title_from: Annotated[str | None, "who says so: 'json-ld', 'markdown-heading', …"]
    authors: Annotated[list[str], "names as printed, without 'By'; [] when the document tells none"]
    authors_from: Annotated[str | None, "who says so"]
    published: Annotated[datetime | None, "UTC; as exact as published_precision says"]
    published_day: Annotated[date | None, "its day by the document's own clock; NULL when it tells no day"]
    published_precision: Annotated[str | None, "'year', 'month', 'day' or 'minute'"]
    published_from: Annotated[str | None, "who says so"]
    language: Annotated[str | None, "ISO 639-1, else 639-3; NULL when the text is too short or too mixed to tell"]
    language_confidence: Annotated[float | None, "from 0 to 1, the detector's own"]
    languages: Annotated[
        list[LanguageShare], "of a text that mixes them, those of its paragraphs, most first; [] when none can be told"
    ]
    text: Annotated[str, "clean text, NFC, paragraphs parted by one blank line; code keeps its indentation"]
    char_count: Annotated[int, "code points of text"]
    word_count: Annotated[int, "words of text; a Han or Kana character counts as one"]
    sentence_count: Annotated[int, "sentences of text"]
    paragraph_count: Annotated[int, "paragraphs of text"]
    original_chars: Annotated[int, "characters of the original, white space aside"]
    removed_chars: Annotated[int, "characters that the edits of kind 'remove' took away, white space aside"]
    suspended_rules: Annotated[
        list[str], "rules that did not act on it: together they would have removed more than largest_removed_share"
    ]
    quality: Annotated[Quality, "signals of Gopher, C4 and FineWeb, by their names there"]
    content_hash: Annotated[str, "SHA-256 of the text folded for comparison: equal for exact copies"]
    format: Annotated[str, "how it came: 'text', 'markdown', 'html', 'pdf', 'jsonl'; of a page in an archive, its own"]
    encoding: Annotated[str | None, "character encoding of what it came as; NULL where the format has its own"]
    bytes: Annotated[int, "size of the file as found"]
    metadata: Annotated[JSON, "whatever else the input carried: nothing is dropped"]
    first_run_id: Annotated[str, "the run in which it first came"]
    run_id: Annotated[str, "the run that made this row"]
    ingested_at: Annotated[datetime, "UTC, when this row was made"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Every change between a document's original and its text; undone, they give the original, white space aside."""

    doc_id: Annotated[str, "the document"]
    seq: Annotated[int, "from 0, in the order of the text"]
    start_char: Annotated[int, "first character in the original, code points from 0"]
    end_char: Annotated[int, "one past the last"]
    text_char: Annotated[int, "where in text its `after` stands, or where the removed part stood"]
    kind: Annotated[str, "'remove' boilerplate, 'lift' into metadata, 'repair'"]
    rule: Annotated[str, "the rule that made it: `corpus rules` lists them"]
    before: Annotated[str, "what stood in the original"]
    after: Annotated[str, "what stands in text instead"]
    confidence: Annotated[float | None, "the classifier's own, from 0 to 1; NULL for a rule that says what it takes"]
    run_id: Annotated[str, "the run that made this row"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Every paragraph of a document's text, and those that were cut from it as its source's template."""

    doc_id: Annotated[str, "the document"]
    seq: Annotated[int, "from 0, those that were cut counted too"]
    start_char: Annotated[int | None, "first character in text, code points from 0; NULL when it was cut"]
    char_count: Annotated[int, "code points"]
    paragraph_hash: Annotated[int | None, "64 bits over its words: case, punctuation and numbers aside"]
    numbers_hash: Annotated[int | None, "64 bits over its numbers; NULL where it has none"]
    edit_seq: Annotated[int | None, "the edit that cut it; NULL when it stands"]
    run_id: Annotated[str, "the run that made this row"]


@dataclass(frozen=True, slots=True)
class Template:
    """Every paragraph that recurs so often in a source that it is cut from its documents, as rule 'template'."""

    source: Annotated[str, "the source; '' of the documents that tell none, which are judged together"]
    paragraph_hash: Annotated[int, "the paragraph, as in `paragraphs`"]
    documents: Annotated[int, "documents of the source that have it; copies and versions of one count once"]
    of_documents: Annotated[int, "documents of the source, counted likewise"]
    run_id: Annotated[str, "the run in which these counts came to be"]


@dataclass(frozen=True, slots=True)
class File:
    """Every file that was found, and what became of it."""

    uri: Annotated[str, "the file, relative to the seeds' root, or its full URL"]
    sha256: Annotated[str | None, "of its bytes; NULL when they could not be read"]
    bytes: Annotated[int, "size as found"]
    modified_at: Annotated[datetime | None, "UTC, as the file system tells it"]
    format: Annotated[str | None, "told from the content; NULL when none was recognised"]
    encoding: Annotated[str | None, "character encoding, where the format does not fix it"]
    status: Annotated[str, "'landed', 'empty', 'unreadable', 'unsupported', 'too_large' or 'forgotten'"]
    reason: Annotated[str | None, "why it did not land, or not wholly, and what to do"]
    documents: Annotated[int, "documents that landed from it"]
    rejected: Annotated[list[Rejected], "the records that did not"]
    state: Annotated[
        str, "hash of its bytes, sidecar, source.toml and the recipe: while it is the same, nothing is done"
    ]
    first_seen_run: Annotated[str, "the run that first found it"]
    run_id: Annotated[str, "the run that made this row"]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Keys of a document: two that have one in common are compared. flows/dedupe/kernels.py says how they are made."""

    doc_id: Annotated[str, "the document"]
    bands: Annotated[list[int], "of similar wording, MinHash over pairs of words: 42, or none of fewer than 10 words"]
    anchors: Annotated[list[int], "of shared runs: one at least for any 31 words that two documents share"]
    run_id: Annotated[str, "the run that made this row"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Documents that have much in common, exact copies aside: what copies are elected from."""

    doc_id: Annotated[str, "the one"]
    other_id: Annotated[str, "the other: its id sorts after"]
    jaccard: Annotated[float, "pairs of words that both have, of those that either has, from 0 to 1"]
    five_word_jaccard: Annotated[float, "the same of runs of 5 words"]
    containment: Annotated[float, "pairs of words of doc_id that other_id has too, of all that it has"]
    other_containment: Annotated[float, "those of other_id, likewise"]
    coverage: Annotated[float, "words of doc_id in passages of 20 words that other_id has too, of all its words"]
    other_coverage: Annotated[float, "those of other_id, likewise"]
    fact_changes: Annotated[
        float,
        "share of the names and numbers in these passages of doc_id that other_id has nowhere, one forgiven, less the "
        "share of other words: above 0 for a form that was filled in again",
    ]
    other_fact_changes: Annotated[float, "those of other_id, likewise"]
    subject_changes: Annotated[
        float,
        "share of the names and numbers in these passages of doc_id that recur there and that other_id has nowhere: "
        "above 0 on both sides where the two are about something else in the same words",
    ]
    other_subject_changes: Annotated[float, "those of other_id, likewise"]
    run_id: Annotated[str, "the run that compared them"]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Every document that is a copy, and the one that is kept in its stead."""

    doc_id: Annotated[str, "the copy"]
    kept_id: Annotated[str, "the document that is kept"]
    kind: Annotated[str, "'exact', 'near', or 'contained': part of a longer one"]
    similarity: Annotated[
        float, "1 for exact copies; of near ones the jaccard of `pairs`, of contained ones the coverage"
    ]
    kept_because: Annotated[str, "what decided between the two"]
    run_id: Annotated[str, "the run that made this row"]


@dataclass(frozen=True, slots=True)
class Change:
    """Every file that changed, left or came back, run by run: where the documents of the past went."""

    uri: Annotated[str, "the file"]
    change: Annotated[str, "'changed', 'removed', 'returned', or 'reprocessed': the same bytes, told of differently"]
    documents_before: Annotated[int, "documents it had in the snapshot before"]
    sha256_before: Annotated[str | None, "of its bytes then"]
    first_seen_run: Annotated[str, "the run that first found it"]
    run_id: Annotated[str, "the run that saw the change"]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Every file and document that was taken out for good, from every snapshot: runs leave it out."""

    uri: Annotated[str, "the file"]
    record: Annotated[int | None, "the record in it; NULL for the whole file"]
    content_hash: Annotated[str | None, "of its text: by it the record is known when its number has changed"]
    reason: Annotated[str, "why, as it was given"]
    forgotten_at: Annotated[datetime, "UTC"]
    run_id: Annotated[str, "the run that took it out"]


@dataclass(frozen=True, slots=True)
class Run:
    """Every run, those that failed too."""

    run_id: Annotated[str, "time and a random part: sorts by start"]
    snapshot_id: Annotated[int | None, "the snapshot it published; NULL when it published none"]
    started_at: Annotated[datetime, "UTC"]
    ended_at: Annotated[datetime, "UTC"]
    outcome: Annotated[
        str,
        "'published', 'unchanged' (nothing new), 'failed', 'tidied', 'forgotten', 'verified', or 'refuted' (a "
        "verification found what does not hold)",
    ]
    reason: Annotated[str | None, "why it failed"]
    recipe: Annotated[str, "hash of what decides the rows: rules, settings, versions"]
    settings: Annotated[JSON, "as given"]
    counts: Annotated[JSON, "files, documents, characters"]
    seconds: Annotated[JSON, "by stage; stages of a batch are summed over the workers"]


@dataclass(frozen=True, slots=True)
class Check:
    """Every claim that was checked before a run was published."""

    name: Annotated[str, "the claim: the name of a file in warehouse/checks"]
    severity: Annotated[str, "'fail': while it does not hold, nothing is published; or 'warn'"]
    passed: Annotated[bool, "whether no row broke it"]
    rows: Annotated[int, "how many rows broke it"]
    detail: Annotated[str | None, "the first five of them, as a JSON array of objects; long texts are shortened"]
    run_id: Annotated[str, "the run"]

    @property
    def stops(self) -> bool:
        """Whether it keeps a run from being published."""
        return not self.passed and self.severity == "fail"


TABLES: dict[str, type] = {
    "all_documents": Document,
    "edits": Edit,
    "paragraphs": Paragraph,
    "templates": Template,
    "files": File,
    "fingerprints": Fingerprint,
    "pairs": Pair,
    "duplicates": Duplicate,
    "changes": Change,
    "forgotten": Forgotten,
    "runs": Run,
    "checks": Check,
}
