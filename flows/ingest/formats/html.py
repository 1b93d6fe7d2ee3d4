"""Web pages: the text is all that a page shows, and main-content extraction is cuts that say what was left out."""

import re
from itertools import groupby
from typing import Final

import re2
from selectolax.lexbor import LexborHTMLParser

from flows.ingest.contents import Contents, Records, Refused, is_blank
from flows.ingest.declared import declared_encoding
from flows.ingest.formats import text
from flows.ingest.formats.html_blocks import NESTING, Page, find_blocks
from flows.ingest.formats.html_claims import find_claims
from flows.ingest.formats.html_classifier import Model, load_model
from flows.ingest.formats.html_dates import find_lone_date
from flows.ingest.formats.html_labels import count_text, label_blocks
from flows.model import Claim, Cut, Record
from flows.recognise.date_words import is_month_first

NAME: Final = "html"
SUFFIXES: Final = (".html", ".htm", ".xhtml", ".shtml")

_LITTLE = 500  # characters of running text; a page that shows less may hide it until its scripts run
_START = re2.compile(
    r"(?i)\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?s:.*?)-->\s*)*"
    r"(?:<!DOCTYPE\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<title[\s>]|<meta\s)"
)
_MANY_TAGS = 20_000  # fewer cannot nest so deep that it takes a second
_DEEPEST = 2_000  # browsers stop at 512
_BLOCK_TAG = re.compile(rf"<(/?)(?:{'|'.join(sorted(NESTING))})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_BLOCK = r"(?:p|div|article|section|h[1-6]|ul|ol|dl|table|blockquote|figure|html|body)"
_MARKUP = re2.compile(rf"(?is)\A\s*<{_BLOCK}(?:\s[^<>]*)?>.*</{_BLOCK}>\s*\z")
_TAG = re2.compile(
    r"(?i)<(?:html|head|body|title|meta|div|p|h[1-6]|br|table|article|span|a|ul|script|font|center)[\s/>]"
)


def recognises(contents: Contents) -> bool:
    """Whether it begins as a page does, or its suffix says so and there are tags in it."""
    if _START.search(contents.head):
        return True
    return contents.suffix in SUFFIXES and _TAG.search(contents.head) is not None


def is_markup(source: str) -> bool:
    """Whether a text is HTML from its first character to its last: a page, or blocks of one."""
    return source[:100].lstrip()[:1] == "<" and _MARKUP.search(source) is not None


def read_records(contents: Contents, codec: str | None = None) -> Records:
    """One record. `codec` is the encoding that a server told of, whose word counts before the page's.

    Not so UTF-8: many servers say it of every page, and what is asked here is not in it.
    """
    told = None if codec == "utf-8" else codec
    decoded = text.decode_text(contents.data, lambda data: told or declared_encoding(data))
    return Records([read_page(decoded.text)], decoded.encoding, decoded.reason)


def read_page(source: str, model: Model | None = None) -> Record:
    """The record of a page, by the model that ships or another. Raises Refused when it shows no text."""
    source = flatten_nesting(source)
    tree = LexborHTMLParser(source)
    claims, metadata = find_claims(tree)
    page = find_shown(tree, source)
    if is_blank(page.text):
        raise Refused("empty", "a web page that shows no text: it may need a browser to run its scripts")
    cuts = cut_blocks(page, model or load_model())
    if not any(claim.field == "published" for claim in claims):
        languages = (is_month_first(claim.value) for claim in claims if claim.field == "language")
        lone = find_lone_date(page.text, cuts, next((known for known in languages if known is not None), None))
        claims += [Claim("published", lone, "date-alone")] if lone else []
    verbatim = tuple((page.blocks[number].start, page.blocks[number].end) for number in page.verbatim)
    return Record(0, page.text, tuple(claims), tuple(cuts), metadata or None, verbatim)


def find_shown(tree: LexborHTMLParser, source: str) -> Page:
    """What a page shows; with what it hides until its scripts run, where it shows next to nothing else."""
    if tree.body is None:
        return Page("", (), ())
    page = find_blocks(tree.body)
    if count_text(page, _LITTLE) < _LITTLE:
        whole = find_blocks(LexborHTMLParser(source).body or tree.body, with_hidden=True)
        page = whole if count_text(whole, 2 * _LITTLE) >= 2 * _LITTLE else page
    return page


def flatten_nesting(source: str) -> str:
    """The source with block elements below the deepest level as line breaks: Lexbor's time grows with depth squared."""
    if source.count("<") < _MANY_TAGS:
        return source
    depth = 0

    def keep_or_break(tag: re.Match[str]) -> str:
        nonlocal depth
        closes = tag.group(1) == "/"
        kept = tag.group(0) if depth + (not closes) <= _DEEPEST else "<br>"
        depth = max(0, depth - 1) if closes else depth + 1
        return kept

    return _BLOCK_TAG.sub(keep_or_break, source)


def cut_blocks(page: Page, model: Model) -> list[Cut]:
    """One cut for each run of blocks that the same rule leaves out; the classifier is as sure of it as of the least."""
    cuts: list[Cut] = []
    labelled = zip(page.blocks, label_blocks(page, model), strict=True)
    for rule, run in groupby(labelled, key=lambda pair: pair[1][0]):
        if rule:
            blocks, labels = zip(*run, strict=True)
            confidence = min((sure for _, sure in labels if sure is not None), default=None)
            confidence = None if confidence is None else round(confidence, 2)
            cuts.append(Cut(blocks[0].start, blocks[-1].end, "", "remove", rule, confidence))
    return cuts
