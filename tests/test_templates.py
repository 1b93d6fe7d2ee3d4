"""What recurs across a source's documents is its template, and is cut; what only looks so stays."""

from collections.abc import Callable
from typing import Any

import pytest

from flows.clean.templates import find_templates, hash_paragraph, list_paragraphs
from tests.conftest import Corpus
from tests.test_engine import read_tables

Article = Callable[..., str]
FOOTER = "The Harbour Post is published by Quay Media, 1 Dock Road. All complaints go to the editor, in writing."
SPELLED = {ord(digit): word for digit, word in zip("0123456789", "qrstuvwxyz", strict=True)}
"""Numbers make no other paragraph: articles must differ in words."""
CALL = "Story continues further below"


def make_source(make_article: Article, count: int, shape: str, folder: str = "post") -> dict[str, str]:
    """Articles of one source; in `shape` {0}, {1} and {2} are the paragraphs of each, and {n} its number."""
    articles = {}
    for number in range(count):
        paragraphs = make_article(number).translate(SPELLED).strip().split("\n\n")
        articles[f"{folder}/{number:02}.txt"] = shape.format(*paragraphs, n=number) + "\n"
    return articles


def list_texts(corpus: Corpus) -> list[str]:
    return [text for (text,) in corpus.ask("FROM all_documents SELECT text ORDER BY uri, record")]


def list_template_cuts(corpus: Corpus) -> list[str]:
    return [before for (before,) in corpus.ask("FROM edits SELECT before WHERE rule = 'template' ORDER BY doc_id, seq")]


def test_a_footer_that_recurs_is_cut_with_the_count_that_justifies_it(corpus: Corpus, make_article: Article) -> None:
    report = corpus.land(make_source(make_article, 12, "{0}\n\n{1}\n\n* * *\n\n" + FOOTER))
    assert not report.failed
    assert not [text for text in list_texts(corpus) if "Quay Media" in text or "* * *" in text]
    assert list_template_cuts(corpus).count(FOOTER) == 12
    assert corpus.ask("FROM template_cuts SELECT DISTINCT source, documents, of_documents WHERE documents > 0") == [
        ("post", 12, 12)
    ]
    [(why, count)] = corpus.ask("FROM left_out SELECT why, count(*) WHERE part LIKE '%Quay Media%' GROUP BY ALL")
    assert (why, count) == ("remove: in 12 of 12 documents of post", 12)


def test_case_punctuation_and_numbers_make_no_other_paragraph(corpus: Corpus, make_article: Article) -> None:
    corpus.land(make_source(make_article, 12, "{0}\n\n{1}\n\nSOLD by Quay Media, issue {n} — of this year's series!"))
    assert len(list_template_cuts(corpus)) == 12
    assert hash_paragraph("Issue 7, page 12.") == hash_paragraph("ISSUE 1234 page 5")
    assert hash_paragraph("Issue seven") != hash_paragraph("Issue eight")
    assert hash_paragraph("* * *") is None


def test_a_short_line_that_breaks_into_articles_is_cut(corpus: Corpus, make_article: Article) -> None:
    corpus.land(make_source(make_article, 12, "{0}\n\n" + CALL + "\n\n{1}\n\n{2}"))
    assert list_template_cuts(corpus) == [CALL] * 12
    assert all(text.count("\n\n") == 2 for text in list_texts(corpus))


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("From the office of the harbour master\n\n{0}\n\n{1}", id="the line that opens every document"),
        pytest.param("{0}\n\nI swear to keep the harbour, so help me the tide.\n\n{1}", id="an oath"),
        pytest.param("{0}\n\nBackground\n\n{1}", id="a heading"),
        pytest.param(FOOTER, id="a document that is nothing else"),
    ],
)
def test_what_recurs_and_carries_content_stays(corpus: Corpus, make_article: Article, shape: str) -> None:
    files = make_source(make_article, 12, shape)
    assert not corpus.land(files).failed
    assert list_template_cuts(corpus) == []
    assert list_texts(corpus) == [text.strip() for text in files.values()]


def test_a_small_source_has_no_template(corpus: Corpus, make_article: Article) -> None:
    corpus.land(make_source(make_article, 9, "{0}\n\n" + FOOTER))
    assert list_template_cuts(corpus) == []


def test_a_line_of_few_of_the_documents_is_no_template(corpus: Corpus, make_article: Article) -> None:
    files = make_source(make_article, 120, "{0}\n\n{1}")
    for uri in list(files)[:11]:
        files[uri] += "\n" + FOOTER + "\n"
    corpus.land(files)
    assert list_template_cuts(corpus) == []
    assert not corpus.run(template_share=0.05).failed
    assert len(list_template_cuts(corpus)) == 11


def test_versions_and_copies_of_one_article_make_no_template(corpus: Corpus, make_article: Article) -> None:
    story = make_article(1, paragraphs=4)
    files = {
        f"post/{version:02}.txt": f"Update number {'x' * version}.\n\n{story}\n{FOOTER}" for version in range(1, 20)
    }
    corpus.land(files)
    assert list_template_cuts(corpus) == []


def test_a_refrain_counts_once(corpus: Corpus, make_article: Article) -> None:
    poem = "\n\n".join(f"{line}\n\nAnd still the tide came in" for line in make_article(1, paragraphs=15).split("\n\n"))
    corpus.land({"post/poem.txt": poem})
    assert list_template_cuts(corpus) == []


def test_another_source_keeps_what_is_a_template_here(corpus: Corpus, make_article: Article) -> None:
    here = make_source(make_article, 12, "{0}\n\n" + FOOTER)
    there = make_source(make_article, 1, "{1}\n\n" + FOOTER, folder="reporter")
    corpus.land(here | there)
    assert len(list_template_cuts(corpus)) == 12
    assert FOOTER in list_texts(corpus)[-1]


def test_documents_landed_before_are_cleaned_again_when_a_line_becomes_a_template_and_when_it_ends(
    corpus: Corpus, make_article: Article
) -> None:
    files = make_source(make_article, 14, "{0}\n\n{1}\n\n" + FOOTER)
    uris = sorted(files)
    corpus.land({uri: files[uri] for uri in uris[:8]})
    assert list_template_cuts(corpus) == []
    report = corpus.land({uri: files[uri] for uri in uris[8:]})
    assert not report.failed
    assert len(list_template_cuts(corpus)) == 14
    assert corpus.ask("FROM changes SELECT change, count(*) GROUP BY ALL") == [("reprocessed", 8)]
    incremental = read_tables(corpus)
    assert not corpus.run(full=True).failed
    assert read_tables(corpus) == incremental

    assert corpus.run().run.outcome == "unchanged"
    assert not corpus.land(dict.fromkeys(uris[:8])).failed
    assert list_template_cuts(corpus) == []
    assert [FOOTER in text for text in list_texts(corpus)] == [True] * 6


def test_new_documents_of_a_source_with_a_template_are_processed_once(corpus: Corpus, make_article: Article) -> None:
    files = make_source(make_article, 14, "{0}\n\n{1}\n\n" + FOOTER)
    corpus.land(dict(list(files.items())[:12]))
    corpus.land(files)
    assert len(list_template_cuts(corpus)) == 14
    [(again,)] = corpus.ask_journal("FROM runs SELECT seconds ->> 'land again' ORDER BY started_at DESC LIMIT 1")
    assert again is None


def test_the_rule_can_be_switched_off(corpus: Corpus, make_article: Article) -> None:
    corpus.land(make_source(make_article, 12, "{0}\n\n" + FOOTER))
    assert not corpus.run(disabled_rules=("template",)).failed
    assert list_template_cuts(corpus) == []
    assert corpus.ask("FROM templates") == []


def test_the_first_paragraph_is_never_cut() -> None:
    text = "\n\n".join([CALL, "Once more.", FOOTER])
    spans = list_paragraphs(text)
    known: dict[int, Any] = {span.hash: "tail" for span in spans if span.hash is not None}
    assert [text[cut.start : cut.end] for cut in find_templates(text, spans, known)] == ["Once more.", FOOTER]


def test_a_paragraph_in_a_script_without_spaces_can_be_a_call() -> None:
    text = "港は月曜日に閉まった。\n\n続きを読むにはここ\n\n潮が高かった。"
    spans = list_paragraphs(text)
    [cut] = find_templates(text, spans, {spans[1].hash or 0: "anywhere"})
    assert text[cut.start : cut.end] == "続きを読むにはここ"
