"""What recurs across a source's documents is its template, and is cut; what only looks so stays."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import Policy, clean
from flows.clean.ledger import squeeze, undo, write_edits
from flows.clean.templates import find_templates, hash_paragraph, list_paragraphs
from flows.model import Claim, Record
from tests.conftest import Corpus
from tests.test_engine import read_tables

Article = Callable[..., str]
FOOTER = "The Harbour Post is published by Quay Media, 1 Dock Road. All complaints go to the editor, in writing."
SPELLED = {ord(digit): word for digit, word in zip("0123456789", "qrstuvwxyz", strict=True)}
"""Numbers make no other paragraph: articles must differ in words."""
CALL = "The story of the day in the valley"


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
    files = make_source(make_article, 12, "{0}\n\n{1}")
    endings = ["SOLD by Quay Media since 2024 — weekly!", "Sold by «Quay Media», since 2025: weekly"]
    corpus.land({uri: f"{text}\n{endings[number % 2]}\n" for number, (uri, text) in enumerate(files.items())})
    assert len(list_template_cuts(corpus)) == 12
    assert hash_paragraph("Issue 7, page 12.")[0] == hash_paragraph("ISSUE 1234 page 5")[0]
    assert hash_paragraph("Issue seven") != hash_paragraph("Issue eight")
    assert hash_paragraph("* * *") == (None, None)


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
        pytest.param("{0}\n\n{1}\n\nHarbour {n}3 Upper Quay {n}1", id="a result"),
        pytest.param("{0}\n\n{1}\n\nThe highest water of the day was {n}2 inches.", id="a reading"),
        pytest.param("Quay notes {0:.11}\n\nFrom the office of the harbour master\n\n{0}", id="a line under the first"),
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


def test_documents_that_tell_no_source_are_judged_together(corpus: Corpus, make_article: Article) -> None:
    files = make_source(make_article, 12, "{0}\n\n{1}\n\n" + FOOTER)
    assert not corpus.land({uri.removeprefix("post/"): text for uri, text in files.items()}).failed
    assert corpus.ask("FROM all_documents SELECT DISTINCT source") == [(None,)]
    assert len(list_template_cuts(corpus)) == 12
    assert corpus.ask("FROM template_cuts SELECT DISTINCT source, documents") == [("", 12)]


def test_the_rule_can_be_switched_off(corpus: Corpus, make_article: Article) -> None:
    corpus.land(make_source(make_article, 12, "{0}\n\n" + FOOTER))
    assert not corpus.run(disabled_rules=("template",)).failed
    assert list_template_cuts(corpus) == []
    assert corpus.ask("FROM templates") == []


def test_short_briefs_with_a_long_footer_have_a_template(corpus: Corpus) -> None:
    names = ["Anna", "Bela", "Cleo", "Dora", "Ella", "Fina", "Gila", "Hana", "Ida", "Jana", "Kaja", "Lena"]
    brief = (
        "{0} of the northern quay has mended the big net and the small net of her uncle, said {0}'s father on Monday."
    )
    rights = "Every brief may be printed by whoever names the harbour as its origin and leaves the words as they are."
    corpus.land({f"post/{name}.txt": f"{brief.format(name)}\n\n{FOOTER}\n\n{rights}" for name in names})
    assert len(list_template_cuts(corpus)) == 24
    assert [len(text) for text in list_texts(corpus)] == [len(brief.format(name)) for name in names]


def test_a_saying_that_ends_a_few_documents_stays(corpus: Corpus, make_article: Article) -> None:
    files = make_source(make_article, 90, "{0}\n\n{1}")
    for uri in list(files)[:10]:
        files[uri] += "\nI swear to keep the harbour, so help me the tide.\n"
    corpus.land(files)
    assert list_template_cuts(corpus) == []


def test_paragraphs_that_stay_are_as_they_were(corpus: Corpus, make_article: Article) -> None:
    """Lines that one line end parts are paragraphs or not by what the whole text does: the template is cut after."""
    story = "{0}\n{1}\n\n{2}"
    footer = FOOTER.replace(". ", ".\n")
    assert not corpus.land(make_source(make_article, 14, f"{story}\n\n{footer}")).failed
    assert len(list_template_cuts(corpus)) == 14
    assert not [text for text in list_texts(corpus) if "Quay Media" in text]


def test_what_is_learned_does_not_depend_on_what_was_learned_before(corpus: Corpus, make_article: Article) -> None:
    """Documents near the brake: with the template they would lose too much, without it they do not."""
    noise = "\n\nShare this article on Facebook, Twitter and WhatsApp" * 2
    corpus.land(make_source(make_article, 14, "{0:.150}" + noise + "\n\n" + FOOTER), largest_removed_share=0.5)
    first = read_tables(corpus)
    for number in range(3):
        corpus.write({f"other/{number}.txt": make_article(number + 50)})
        report = corpus.run(largest_removed_share=0.5)
        assert not report.failed
        assert '"files": 1,' in report.run.counts
    assert corpus.ask("FROM all_documents SELECT text WHERE uri LIKE 'post/%' ORDER BY ALL") == sorted(
        (row[0],) for row in corpus.ask("FROM all_documents SELECT text WHERE uri LIKE 'post/%'")
    )
    assert read_tables(corpus)["templates"] == first["templates"]


def test_a_document_that_keeps_its_text_keeps_it_from_the_template_too(corpus: Corpus, make_article: Article) -> None:
    shape = "{0:.90}" + "\n\nShare this article" * 40
    corpus.land(make_source(make_article, 14, shape))
    assert corpus.ask("FROM all_documents SELECT count(*) WHERE len(suspended_rules) > 0 AND removed_chars = 0") == [
        (14,)
    ]


def test_the_first_paragraph_is_never_cut() -> None:
    text = "\n\n".join([CALL, "Once more.", FOOTER])
    spans = list_paragraphs(text)
    known = {span.hash for span in spans if span.hash is not None}
    assert [text[span.start : span.end] for span in find_templates(text, spans, known)] == ["Once more.", FOOTER]


@given(st.lists(st.sampled_from(["a tide", "a boat", "* * *", "a rope\nof two lines", FOOTER, CALL]), max_size=9))
def test_cutting_a_template_leaves_the_other_paragraphs(paragraphs: list[str]) -> None:
    record = Record(0, "\n\n".join(paragraphs))
    claims = (Claim("source", "post", "folder"),)
    known = {hash_paragraph(text)[0] or 0 for text in (FOOTER, CALL, "a boat")}
    before = clean(record, claims)
    after = clean(record, claims, Policy(templates={"post": known}))
    assert after.paragraphs == before.paragraphs
    stay = [span for span in before.paragraphs if span.start not in after.template]
    assert after.text == "\n\n".join(before.text[span.start : span.end] for span in stay)
    assert undo(after.text, write_edits("", "", record.text, after.edits)) == squeeze(record.text)


def test_a_paragraph_in_a_script_without_spaces_can_be_a_call() -> None:
    text = "港は月曜日に閉まった。\n\n続きを読むにはここ\n\n潮が高かった。"
    spans = list_paragraphs(text)
    [span] = find_templates(text, spans, {spans[1].hash or 0})
    assert text[span.start : span.end] == "続きを読むにはここ"
