"""Describing: the columns of a document that are chosen among claims or read off its clean text."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flows.describe.choose import choose
from flows.describe.measure import hash_content, measure
from flows.describe.quality import assess
from flows.model import Claim
from flows.recognise.language import detect_language, list_languages


def describe(text: str, claims: Sequence[Claim], today: date) -> dict[str, Any]:
    """The columns by name. A date after `today` is no publication date."""
    chosen = choose(claims, today)
    measures = measure(text)
    language = detect_language(text)
    return {
        "source": chosen.source,
        "source_from": chosen.source_from,
        "url": chosen.url,
        "title": chosen.title,
        "title_from": chosen.title_from,
        "authors": list(chosen.authors),
        "authors_from": chosen.authors_from,
        "published": chosen.published,
        "published_day": chosen.published_day,
        "published_precision": chosen.published_precision,
        "published_from": chosen.published_from,
        "language": language.language,
        "language_confidence": language.confidence,
        "languages": list_languages(text, language),
        "char_count": measures.char_count,
        "word_count": measures.word_count,
        "sentence_count": measures.sentence_count,
        "paragraph_count": measures.paragraph_count,
        "quality": assess(text),
        "content_hash": hash_content(text),
    }
