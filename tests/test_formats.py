"""What each format makes of a file: text, cuts, claims."""

import gzip
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from selectolax.lexbor import LexborHTMLParser

from flows.clean import clean
from flows.clean.ledger import squeeze, undo, write_edits
from flows.describe.choose import choose
from flows.ingest.contents import Refused, look_at
from flows.ingest.formats import html, html_labels, jsonl, pdf
from flows.ingest.formats.fields import claims_of
from flows.ingest.formats.html_blocks import find_blocks
from flows.ingest.formats.html_classifier import load_model
from flows.ingest.formats.html_regions import read_words
from flows.ingest.formats.markdown import read_markdown
from flows.ingest.formats.pdf_directions import read_in_order
from flows.ingest.formats.pdf_lines import _find_lines, spell
from flows.model import Claim, Record, Rejected
from tests.browser import open_page

TESTS = Path(__file__).parent
DATA = TESTS.parents[1] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the real data beside the repository")
MARKDOWN = tomllib.loads((TESTS / "cases" / "markdown.toml").read_text())["case"]


def apply_cuts(record: Record) -> str:
    """The text after the record's cuts; they must be sorted and not overlap."""
    parts: list[str] = []
    position = 0
    for cut in record.cuts:
        assert position <= cut.start <= cut.end <= len(record.text), cut
        parts += record.text[position : cut.start], cut.after
        position = cut.end
    return "".join([*parts, record.text[position:]])


def values(record: Record, field: str, origin: str | None = None) -> list[str]:
    """What the record claims for a field."""
    return [claim.value for claim in record.claims if claim.field == field and origin in (None, claim.origin)]


# Markdown


@pytest.mark.parametrize("case", MARKDOWN, ids=[case["name"] for case in MARKDOWN])
def test_markdown_marks_become_cuts(case: dict[str, Any]) -> None:
    record = read_markdown(case["source"])
    assert record.text == case["source"]
    assert apply_cuts(record) == case["text"]
    assert sorted({cut.rule for cut in record.cuts}) == case["rules"]
    assert values(record, "title") == ([case["title"]] if "title" in case else [])


def test_front_matter_is_claims_and_metadata() -> None:
    source = "---\ntitle: T\nauthors:\n  - Ann Bell\n  - Carl Diaz\ndate: 2025-01-02\nlayout: post\n---\n\nText.\n"
    record = read_markdown(source)
    assert values(record, "authors", "front-matter authors") == ["Ann Bell", "Carl Diaz"]
    assert values(record, "published") == ["2025-01-02"]
    assert record.metadata == {"layout": "post"}
    assert record.cuts[0].kind == "lift"


@pytest.mark.parametrize(
    ("matter", "claims", "metadata"),
    [
        ("---\ntitle: Quay: a history\nauthor: Ann Bell\n---", ["Quay: a history", "Ann Bell"], None),
        ("---\ntitle: >-\n  A Year\n  of Goats\n...", ["A Year of Goats"], None),
        ('---\ntitle: "A: B" # so\nparams:\n  toc: true\n---', ["A: B"], {"params": {"toc": "true"}}),
        (
            "---\nauthors:\n  - name: Ann Bell\n    email: a@example.org\n---",
            ["Ann Bell"],
            {"authors": [{"name": "Ann Bell", "email": "a@example.org"}]},
        ),
        (
            '+++\ntitle = "T"\ndate = 2025-01-02\nauthors = ["Ann Bell"]\n[params]\ntoc = true\n+++',
            ["T", "Ann Bell", "2025-01-02"],
            {"params": {"toc": True}},
        ),
        (
            "+++\ntitle = 'T'\nlow = nan\nhigh = -inf\nten = 1_0.5\n+++",
            ["T"],
            {"low": "nan", "high": "-inf", "ten": 10.5},
        ),
        ("---\ntitle: T\nten: &ten [1]\nmany: *ten\n---", ["T"], {"ten": "&ten [1]", "many": "*ten"}),
    ],
)
def test_front_matter_is_yaml_or_toml_and_read_by_lines_where_it_is_neither(
    matter: str, claims: list[str], metadata: dict[str, Any] | None
) -> None:
    record = read_markdown(f"{matter}\n\nText.\n")
    assert [claim.value for claim in record.claims] == claims
    assert record.metadata == metadata
    assert apply_cuts(record).strip() == "Text."


@pytest.mark.parametrize(
    "source",
    [
        "---\nNote: this is a text.\nIt goes on.\n---\n\nText.",
        "---\n\nText.\n\n---\n",
        "+++\nText.\n+++\n",
        f"---\n{'[' * 60_000}\n---\n",
    ],
)
def test_a_text_between_rules_is_no_front_matter(source: str) -> None:
    record = read_markdown(source)
    assert record.metadata is None
    assert not any(cut.rule == "markdown-front-matter" for cut in record.cuts)


def test_front_matter_tells_the_title_whatever_heading_comes_first() -> None:
    record = read_markdown("---\ntitle: A Year of Goats\ndate: next spring\n---\n\n# Introduction\n\nText.\n")
    told = choose(record.claims, date(2026, 1, 1))
    assert (told.title, told.title_from) == ("A Year of Goats", "front-matter title")
    assert record.metadata == {"date": "next spring"}  # no date


@pytest.mark.parametrize(
    "mark", ["*a ", "a* ", "**a*", "[", "![", "[a](", "[a](b ", "`", "``a`", "<a", "\\", "> ", "_a", "*_"]
)
def test_fifty_thousand_marks_that_open_and_never_close_are_read(mark: str) -> None:
    record = read_markdown(mark * 50_000)
    assert set(record.text) == set(mark)
    apply_cuts(record)


@given(st.text(alphabet="ab *_`[]()<>!\\#->\n\"'é", max_size=80))
def test_any_markdown_gives_cuts_that_fit(source: str) -> None:
    apply_cuts(read_markdown(source))


# HTML


PARAGRAPH = (
    "The council met on Tuesday to discuss the budget of the coming year, as it had promised to do in the spring. "
)
SENTENCES = [
    "The bridge over the northern canal was closed on Tuesday after engineers had found cracks in two of its piers.",
    "Nobody knows when it will be open to carts again, and the ferry takes only passengers who travel on foot.",
    "The council said that it would publish a timetable in the spring; the harbour master did not want to wait.",
    "He has asked the shipyard for planks, nails and four carpenters, and he has been given the planks and the nails.",
]
PAGE = f"""<!DOCTYPE html><html lang="de"><head><title>Budget passed | The Example</title>
<meta property="og:title" content="Budget passed"><meta name="author" content="Ann Bell">
<meta property="og:site_name" content="The Example"><meta property="og:description" content="It passed.">
<meta property="article:published_time" content="2025-03-04T05:06:07Z">
<link rel="canonical" href="https://example.org/budget"><style>p {{}}</style>
<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "headline": "Budget passed at last",
"author": [{{"@type": "Person", "name": "Ann Bell"}}, {{"name": "Carl Diaz"}}], "datePublished": "2025-03-04",
"publisher": {{"name": "Example Media"}}, "url": "/relative"}}]}}</script></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Budget   passed</h1><div class="entry-content"><p>{PARAGRAPH * 3}</p>
<p>First line.<br>Second <b>li</b>ne.</p>
<script>var hidden = 1</script><p hidden>Not shown.</p><p style="display: none">Nor this.</p>
<table><tr><th>Year</th><th>Sum</th></tr><tr><td>2025</td><td>3</td></tr></table>
<ul><li>One item of the list</li><li>Another item</li></ul><p>{PARAGRAPH * 2}</p>
<div class="share-buttons"><a href="#">Share on Example</a></div></div></article>
<div class="related-posts"><a href="/x">Another story that you may read</a></div>
<section id="comments"><p>I do not agree with this at all, and I have said so before, many times over.</p></section>
<footer>Copyright 2025 The Example</footer></body></html>"""


def test_the_text_of_a_page_is_all_that_it_shows() -> None:
    record = html.read_page(PAGE)
    assert record.text.startswith("Home\nNews\n\nBudget passed\n\nThe council met")
    assert "First line.\nSecond line." in record.text
    assert "Year\tSum\n2025\t3" in record.text
    assert "One item of the list\nAnother item" in record.text
    assert record.text.endswith("Copyright 2025 The Example")
    for hidden in ("var hidden", "Not shown", "Nor this", "The Example |", "p {}"):
        assert hidden not in record.text


def test_what_main_content_extraction_leaves_out_is_named() -> None:
    record = html.read_page(PAGE)
    removed = {cut.rule: record.text[cut.start : cut.end] for cut in record.cuts}
    assert all(cut.kind == "remove" and cut.after == "" for cut in record.cuts)
    assert removed["html-navigation"] == "Home\nNews"
    assert removed["html-share"] == "Share on Example"
    assert removed["html-related"] == "Another story that you may read"
    assert removed["html-comments"].startswith("I do not agree")
    assert removed["html-footer"] == "Copyright 2025 The Example"
    assert apply_cuts(record).count("The council met") == 5


def test_what_a_page_says_of_itself_is_claimed() -> None:
    record = html.read_page(PAGE)
    claims = set(record.claims)
    assert claims >= {
        Claim("title", "Budget passed at last", "json-ld"),
        Claim("title", "Budget passed", "og"),
        Claim("title", "Budget passed", "h1"),
        Claim("title", "Budget passed | The Example", "title-element"),
        Claim("authors", "Ann Bell", "json-ld"),
        Claim("authors", "Carl Diaz", "json-ld"),
        Claim("authors", "Ann Bell", "meta"),
        Claim("published", "2025-03-04", "json-ld"),
        Claim("published", "2025-03-04T05:06:07Z", "og"),
        Claim("source", "Example Media", "json-ld"),
        Claim("source", "The Example", "og"),
        Claim("url", "https://example.org/budget", "canonical"),
        Claim("language", "de", "html-lang"),
    }
    assert values(record, "url") == ["https://example.org/budget"]  # a relative one is no address
    assert record.metadata == {"description": "It passed.", "first_published": "2025-03-04"}


def test_broken_json_ld_costs_no_other_claim() -> None:
    page = PAGE.replace('{"@graph"', '{"@graph" "broken"')
    assert values(html.read_page(page), "title", "json-ld") == []
    assert values(html.read_page(page), "title", "og") == ["Budget passed"]


def test_a_number_of_json_ld_that_no_computer_holds_costs_no_other_claim() -> None:
    page = PAGE.replace('{"@graph"', f'{{"size": {"1" * 5000}, "@graph"')
    assert values(html.read_page(page), "title", "json-ld") == []
    assert values(html.read_page(page), "title", "og") == ["Budget passed"]


def test_an_article_without_a_telling_class_is_the_element_that_holds_most_of_the_text() -> None:
    prose = "<p>The bridge was closed on Tuesday, and nobody knows when it will be open to carts again.</p>" * 5
    source = f"<div><p>You are here: a page of the newspaper.</p></div><div>{prose}</div><div>© The Paper</div>"
    record = html.read_page(f"<html><body>{source}</body></html>")
    assert {cut.rule for cut in record.cuts} == {"html-outside-article"}
    assert record.text[record.cuts[0].end : record.cuts[-1].start].count("Tuesday") == 5


def test_a_page_of_plain_paragraphs_keeps_every_one() -> None:
    paragraphs = [f"<p>{sentence}</p>" for sentence in SENTENCES]
    record = html.read_page(f"<html><body>{''.join(paragraphs)}</body></html>")
    assert apply_cuts(record).split("\n\n") == SENTENCES


@pytest.mark.parametrize(("first", "second"), [
    ("It is the one long sentence of a short page, and has most of the words that there are on it.", "So it is."),
    ("市区新桥昨日正式通车，许多市民步行过桥，欣赏两岸风光。工程历时三年，总投资十亿元。", "市长也来了。"),
])  # fmt: skip
def test_a_paragraph_is_not_the_article_that_it_stands_in(first: str, second: str) -> None:
    for markup in (f"<p>{first}</p><p>{second}</p>", f"<div class=article><p>{first}</p><p>{second}</p></div>"):
        assert apply_cuts(html.read_page(markup)) == f"{first}\n\n{second}"


def test_a_heading_stands_over_what_follows_its_byline() -> None:
    posts = [
        f"<article><h2>{title}</h2><p class=byline>Posted by Ida Frost</p><p>{sentence}</p></article>"
        for title, sentence in zip(("The pond is frozen", "A new baker"), SENTENCES, strict=False)
    ]
    record = html.read_page(f"<html><body>{''.join(posts)}</body></html>")
    expected = f"The pond is frozen\n\n{SENTENCES[0]}\n\nA new baker\n\n{SENTENCES[1]}"
    assert apply_cuts(record).split() == expected.split()
    assert {cut.rule for cut in record.cuts} == {"html-byline"}


def label_scored(monkeypatch: pytest.MonkeyPatch, markup: str, score: float) -> tuple[str | None, float | None]:
    """The label of a page's first block, when the classifier scores it so and the paragraphs after it as content."""
    filler = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES) * html_labels.FEWEST_BLOCKS
    body = LexborHTMLParser(f"<body>{markup}{filler}</body>").body
    assert body is not None
    page = find_blocks(body)
    scores = np.ones(len(page.blocks))
    scores[0] = score
    monkeypatch.setattr(html_labels, "judge", lambda *_: scores)
    return html_labels.label_blocks(page, load_model())[0]


def test_what_no_rule_names_is_left_out_by_the_classifiers_score(monkeypatch: pytest.MonkeyPatch) -> None:
    markup = f"<p>{SENTENCES[0]}</p>"
    assert label_scored(monkeypatch, markup, 0.125) == (html_labels.CLASSIFIER, 0.875)
    assert label_scored(monkeypatch, markup, html_labels.KEPT_FROM) == (None, None)


def test_what_a_rule_takes_is_given_back_by_the_classifiers_score(monkeypatch: pytest.MonkeyPatch) -> None:
    markup = f"<div class='promo'>{SENTENCES[0]}</div>"
    assert label_scored(monkeypatch, markup, html_labels.KEPT_FROM - 0.125) == ("html-advertisement", None)
    assert label_scored(monkeypatch, markup, html_labels.KEPT_FROM) == (None, None)


def test_readers_comments_are_never_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert label_scored(monkeypatch, f"<div id='comments'>{SENTENCES[0]}</div>", 1.0) == ("html-comments", None)


def test_a_cut_of_several_blocks_is_as_sure_as_the_least_sure_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "<body>" + "".join(f"<p>{sentence}</p>" for sentence in SENTENCES) * html_labels.FEWEST_BLOCKS
    scores = np.ones(len(SENTENCES) * html_labels.FEWEST_BLOCKS, dtype=np.float32)
    scores[1:4] = 0.0, 0.2, 0.1
    monkeypatch.setattr(html_labels, "judge", lambda *_: scores)
    (cut,) = html.read_page(source).cuts
    assert (cut.rule, cut.confidence) == (html_labels.CLASSIFIER, 0.8)


PROSE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


@pytest.mark.parametrize("opening", ["nav", "footer", "header", "div class='main-menu'", "ul id=breadcrumbs"])
def test_a_pages_furniture_is_one_block_from_which_only_what_is_not_shown_is_missing(opening: str) -> None:
    script = "<script>run()<script></script>"
    links = f"<a href=/><svg><title>Logo</title></svg>Home</a>{script}<p>Ad<b>vice</b></p><p hidden>Log out</p>"
    source = f"<body>{PROSE}<{opening}>{links}</{opening.split()[0]}>{PROSE}"
    page = find_blocks(LexborHTMLParser(source).body)  # type: ignore[arg-type]
    assert [page.text[block.start : block.end] for block in page.blocks] == [*SENTENCES, "Home\nAd\nvice", *SENTENCES]


@pytest.mark.parametrize(("markup", "blocks"), [("<h1>The bridge</h1><p>It is closed.</p>", 2), (PROSE, 4)])
def test_what_is_called_furniture_is_read_like_all_else_if_it_may_hold_the_article(markup: str, blocks: int) -> None:
    source = f"<body><div class='site-header'><script>run()</script>{markup}</div>{PROSE}"
    page = find_blocks(LexborHTMLParser(source).body)  # type: ignore[arg-type]
    assert len(page.blocks) == blocks + len(SENTENCES)


def test_readers_comments_are_left_out_however_well_they_are_written() -> None:
    prose = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    source = f"<html><body><article>{prose}</article><div id='comments'>{prose}</div></body></html>"
    record = html.read_page(source)
    assert apply_cuts(record).strip().split("\n\n") == SENTENCES
    assert "html-comments" in {cut.rule for cut in record.cuts}


COMMENTS = "".join(f"<div>Ann Bell</div><div>{sentence}</div>" for sentence in SENTENCES)


@pytest.mark.parametrize(
    "opening",
    [
        "<section aria-label='Comments'>",
        "<ul class='coral-comments'>",
        "<ol class='commentlist'>",
        "<div id='disqus_thread'>",
        "<div class='fb-comments'>",
        "<div class='articleComments'>",
        "<div itemprop='comment' itemtype='https://schema.org/Comment'>",
        "<div id='kommentare'>",
        "<div class='responses'>",
        "<div><h2>3 Comments</h2>",
        "<div><div><b>Leave a reply</b></div>",
        "<h3>4 thoughts on “The bridge”</h3><div>",
        "<h2>Commentaires (7)</h2>",
        "<h2>コメント</h2>",
    ],
)
def test_readers_comments_are_told_by_what_they_stand_in_or_under(opening: str) -> None:
    prose = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 2)
    source = f"<html><body><div><h1>The bridge</h1><div>{prose}</div>{opening}{COMMENTS}"
    record = html.read_page(source)
    assert apply_cuts(record).strip().split("\n\n")[-8:] == SENTENCES * 2
    assert record.cuts[-1].rule == "html-comments"
    assert record.cuts[-1].confidence is None


def test_a_heading_ends_the_section_of_comments_before_it() -> None:
    prose = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 2)
    source = f"<body><h1>Bridges</h1>{prose}<h2>Comments</h2>{COMMENTS}<h2>Ferries</h2>{prose}</body>"
    page = find_blocks(LexborHTMLParser(source).body)  # type: ignore[arg-type]
    labels, _ = html_labels.label_by_rules(page)
    assert labels == [None] * 9 + ["html-comments"] * 9 + [None] * 9


@pytest.mark.parametrize(
    ("words", "region", "article"),
    [
        ("", None, None),
        ("story hero", None, None),
        ("sidebar newsletter-box", "html-subscription", None),  # the rules' order decides, not the words'
        ("site-footer nav", "html-navigation", None),
        ("navfooter", "html-navigation", None),
        ("copyright-footer", "html-footer", None),
        ("copyright", "html-caption", None),
        ("entry-content", None, 1),
        ("entry-content articlebody", None, 0),
        ("entry-content related", "html-related", 1),
    ],
)
def test_the_first_rule_that_an_elements_words_call_for_is_taken(
    words: str, region: str | None, article: int | None
) -> None:
    assert read_words(words) == (region, article)


@pytest.mark.parametrize("opening", ['<section id="{}">', '<div class="section" id="{}"><span id="s"></span>\n'])
def test_a_section_that_is_named_after_its_heading_is_no_region(opening: str) -> None:
    prose = PROSE * 2
    named = opening.format("sharing-memory") + f"<h2>Sharing memory<a>¶</a></h2>{prose}"
    other = opening.format("sharing") + "<h2>Pass it on</h2><p>On paper or aloud.</p>"
    page = find_blocks(LexborHTMLParser(f"<body>{prose}{named}</section></div>{other}").body)  # type: ignore[arg-type]
    labels, _ = html_labels.label_by_rules(page)
    assert set(labels[: len(SENTENCES) * 4 + 1]) == {None}
    assert set(labels[len(SENTENCES) * 4 + 1 :]) == {"html-share"}


# What documentation holds and articles do not: lists of links and of terms, with names that elsewhere tell of regions
REFERENCE = """<div class="sidebar"><p>A note on <b>piers</b></p></div><ul><li><a href=a>open()</a></li><li>
<a href=b>close()</a></li></ul><dl><dt id="tkinter.menu">Menu</dt><dd>a list</dd></dl>"""
LINKS = "<div class=sidebar><a href=/>Home</a></div>"


@pytest.mark.parametrize(
    ("maker", "outside", "main"),
    [
        ("<meta name=generator content='Docutils 0.19: https://docutils.sourceforge.io/'>", LINKS, "div role=main"),
        ('<meta content="javadoc/ClassWriterImpl" name="generator"/>', LINKS, "main"),
        ("<!-- Generated by javadoc (17) on Tue -->", LINKS, "main"),
        ("<!-- Book generated using mdBook -->", LINKS, "main"),
        ("<meta name='generator' content='DocBook XSL Stylesheets V1'>", "<div class=navheader>Next</div>", "div"),
        ("<meta name=generator content=publican>", "<ul class=docnav><li>Next</li></ul>", "div"),
    ],
)
def test_what_a_tool_for_documentation_calls_its_main_content_is_believed(maker: str, outside: str, main: str) -> None:
    content = f"<h1>Bridges</h1>{REFERENCE}{PROSE}<nav>Up</nav>{LINKS}"
    source = f"<!DOCTYPE html><head>{maker}</head><body>{outside}<{main}>{content}</{main.split()[0]}>"
    kept = apply_cuts(html.read_page(source)).split()
    assert kept == " ".join(["Bridges A note on piers open() close() Menu a list", *SENTENCES]).split()


@pytest.mark.parametrize(
    "maker",
    [
        "",
        "<meta name=generator content='WordPress 6'>",
        "<meta name=keywords content=sphinx>",
        "<!-- Generated by javadoc (1.8) -->",  # it had no `main`
    ],
)
def test_a_page_that_no_tool_for_documentation_made_is_judged_as_an_article(maker: str) -> None:
    source = f"<!DOCTYPE html><head>{maker}</head><body><div>{REFERENCE}{PROSE}</div>"
    assert "A note on" not in apply_cuts(html.read_page(source))


def test_documentation_that_would_be_left_without_text_is_judged_as_an_article() -> None:
    source = f"<head><meta name=generator content=rustdoc></head><body>{PROSE}<main><nav>Up</nav></main>"
    assert SENTENCES[0] in apply_cuts(html.read_page(source))


def test_the_id_of_a_term_tells_of_no_region() -> None:
    source = f"<body>{PROSE}<dl><dt id=tkinter.menu>Menu</dt><dd>A list of what can be done.</dd></dl>"
    page = find_blocks(LexborHTMLParser(source).body)  # type: ignore[arg-type]
    assert html_labels.label_by_rules(page)[0] == [None] * 6


@pytest.mark.parametrize(
    "state", ["no-comments", "has-comments", "comments-closed", "comments-count-3", "deprecation-comment"]
)
def test_a_class_that_says_whether_there_are_comments_makes_no_comment(state: str) -> None:
    prose = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    page = find_blocks(LexborHTMLParser(f"<div class='post {state}'>{prose}</div>").body)  # type: ignore[arg-type]
    assert html_labels.label_by_rules(page)[0] == [None] * 4


@pytest.mark.parametrize(
    "markup",
    [
        "<script type='application/ld+json'>{'@type': 'DiscussionForumPosting'}</script>".replace("'", '"'),
        "<div itemscope itemtype='https://schema.org/QAPage'></div>",
    ],
)
def test_the_posts_of_a_discussion_are_its_content(markup: str) -> None:
    posts = "".join(f"<div class='comment'><p>{sentence}</p></div>" for sentence in SENTENCES)
    source = f"<html><head>{{}}</head><body><h1>The bridge</h1><div id='comments'>{posts}</div></body></html>"
    page = find_blocks(LexborHTMLParser(source.format(markup)).body)  # type: ignore[arg-type]
    assert "html-comments" not in html_labels.label_by_rules(page)[0]
    page = find_blocks(LexborHTMLParser(source.format("")).body)  # type: ignore[arg-type]
    assert "html-comments" in html_labels.label_by_rules(page)[0]


def test_a_page_of_very_many_blocks_is_left_to_the_rules() -> None:
    source = "<html><body>" + "<p>A line of a list that goes on and on.</p>" * (html_labels.MOST_BLOCKS + 1)
    assert html_labels.CLASSIFIER not in {cut.rule for cut in html.read_page(source).cuts}


def test_a_page_that_shows_nothing_is_empty() -> None:
    with pytest.raises(Refused) as caught:
        html.read_page("<html><body><script>render()</script></body></html>")
    assert caught.value.status == "empty"


@pytest.mark.parametrize("tag", ["div", "b", "a", "table", "ul><li", "p", "span", "font"])
def test_a_hundred_thousand_nested_tags_are_read_to_the_text_in_them(tag: str) -> None:
    record = html.read_page("<html><body>" + f"<{tag}>" * 100_000 + PARAGRAPH)
    assert record.text.endswith(PARAGRAPH.strip())


@needs_data
def test_real_pages_give_cuts_that_fit_and_the_classifier_says_how_sure_it_is_of_its_own() -> None:
    paths = sorted((DATA / "readability_pages" / "html").glob("*.gz"))[:20]
    assert paths
    by_classifier = 0
    for path in paths:
        record = html.read_page(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))
        assert apply_cuts(record)
        for cut in record.cuts:
            assert (cut.confidence is not None) == (cut.rule == html_labels.CLASSIFIER)
            by_classifier += cut.rule == html_labels.CLASSIFIER
    assert by_classifier


# JSON lines


def read_lines(*lines: str | bytes) -> list[Record | Rejected]:
    """What the lines give, as one file."""
    data = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return list(jsonl.read_records(look_at(data, ".jsonl")).records)


GOOD = '{"text": "Good."}'


def test_what_a_page_in_a_field_tells_of_itself_stays_beside_the_fields() -> None:
    head = '<head><meta name="description" content="It passed."></head>'
    page = f"<html>{head}<body><p>The quay is closed.</p></body></html>"
    [alone, beside] = read_lines(
        json.dumps({"text": page, "tags": ["a"]}), json.dumps({"text": page, "description": "A quay."})
    )
    assert isinstance(alone, Record) and alone.metadata == {"description": "It passed.", "tags": ["a"]}
    assert isinstance(beside, Record)
    assert beside.metadata == {"page description": "It passed.", "description": "A quay."}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: column 2: not JSON (Expecting property name enclosed in double quotes)"),
        ('["text"]', "line 2: a JSON array where an object should stand"),
        ('"text"', "line 2: a JSON string where an object should stand"),
        ('{"title": "T"}', "line 2: no field 'text' among 'title'"),
        ('{"text": 5}', "line 2: the field 'text' is a JSON number, not a string"),
        ('{"text": null}', "line 2: the field 'text' is a JSON null, not a string"),
        ('{"text": " "}', "line 2: the field 'text' is empty"),
        ('{"text": "a", "n": NaN}', "line 2: NaN is not JSON"),
        ('{"text": "a", "n": -Infinity}', "line 2: -Infinity is not JSON"),
        ('{"text": "\\ud800"}', "line 2: half a surrogate pair (\\ud800), which is no character"),
        (b'{"text": "\xff"}', "line 2: byte 11 is ff, which is not UTF-8: convert it to UTF-8"),
        ('{"text": ' + "[" * 100_000, "line 2: nested too deep: more than 500 lists and objects stand in one another"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_the_others_land(line: str | bytes, reason: str) -> None:
    first, bad, blank_skipped = read_lines(GOOD, line, "", GOOD)
    assert isinstance(first, Record) and isinstance(blank_skipped, Record)
    assert bad == Rejected(1, reason)
    assert (first.record, blank_skipped.record) == (0, 2)


def test_the_usual_names_are_mapped_and_the_rest_is_kept() -> None:
    line = {
        "Article_Body": "The text.",
        "headline": "The title",
        "link": "https://example.org/a",
        "datePublished": "2025-01-02",
        "byline": ["Ann Bell", {"name": "Carl Diaz"}],
        "lang": "en",
        "publisher": {"name": "The Example"},
        "id": 12345678901234567890123,
        "nested": {"a": [1, None, True]},
        "score": 0.5,
    }
    (record,) = read_lines(json.dumps(line))
    assert isinstance(record, Record)
    assert record.text == "The text."
    assert record.claims == (
        Claim("title", "The title", "field headline"),
        Claim("authors", "Ann Bell", "field byline"),
        Claim("authors", "Carl Diaz", "field byline"),
        Claim("published", "2025-01-02", "field datePublished"),
        Claim("url", "https://example.org/a", "field link"),
        Claim("source", "The Example", "field publisher"),
        Claim("language", "en", "field lang"),
    )
    assert record.metadata == {"id": 12345678901234567890123, "nested": {"a": [1, None, True]}, "score": 0.5}


def test_a_number_that_no_reader_holds_stays_as_it_is_written() -> None:
    digits = "1" + "0" * 5000
    (record,) = read_lines(f'{{"text": "Good.", "whole": {digits}, "large": 1e999, "small": -7}}')
    assert isinstance(record, Record)
    assert record.metadata == {"whole": digits, "large": "1e999", "small": -7}


@pytest.mark.parametrize(
    ("value", "claimed"),
    [
        (1735787045, ["2025-01-02T03:04:05+00:00"]),
        (1735787045000, ["2025-01-02T03:04:05+00:00"]),
        (2025, []),
        (True, []),
    ],
)
def test_seconds_and_milliseconds_are_times_and_other_numbers_are_not(value: int, claimed: list[str]) -> None:
    claims, metadata = claims_of({"timestamp": value}, "field")
    assert [claim.value for claim in claims] == claimed
    assert metadata == ({} if claimed else {"timestamp": value})


def test_repeated_keys_and_huge_numbers_are_kept() -> None:
    (record,) = read_lines('{"a": 1, "text": "T", "a": 2, "big": 1e999}')
    assert isinstance(record, Record)
    assert record.metadata == {"a": 2, "a (1)": 1, "big": "1e999"}


def test_a_relative_address_is_no_claim() -> None:
    assert claims_of({"url": "/news/1"}, "field") == ([], {"url": "/news/1"})


def test_html_in_a_field_is_read_as_a_page_and_the_name_of_a_tag_in_a_sentence_is_not() -> None:
    markup = "<p>Rain fell.</p>\n<p>It was&nbsp;wet.</p>"
    page, sentence, blank = read_lines(
        json.dumps({"text": markup, "title": "Rain"}), '{"text": "<p> is a tag."}', '{"text": "<p>&#8203;</p>"}'
    )
    assert isinstance(page, Record) and isinstance(sentence, Record)
    assert page.text == "Rain fell.\n\nIt was wet."
    assert page.claims == (Claim("title", "Rain", "field title"),)
    assert sentence.text == "<p> is a tag."
    assert blank == Rejected(2, "line 3: the field 'text' is HTML that shows no text")


def test_a_file_without_a_record_is_unreadable_and_says_why_of_each_line() -> None:
    with pytest.raises(Refused) as caught:
        read_lines("{", "[]")
    assert caught.value.status == "unreadable"
    assert caught.value.reason.startswith("none of its 2 lines is a record; line 1: column 2")
    assert [rejected.record for rejected in caught.value.rejected] == [0, 1]


def test_records_are_read_as_they_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(jsonl.read_records(look_at(f"{GOOD}\n{GOOD}\n".encode(), ".jsonl")).records)
    assert isinstance(next(lines), Record)
    monkeypatch.setattr(jsonl, "parse_object", None)  # the second line was not read before: now it cannot be
    with pytest.raises(TypeError):
        next(lines)


@needs_data
def test_json_is_told_from_what_is_none_as_the_suite_says() -> None:
    seen = 0
    for path in sorted((DATA / "robustness" / "JSONTestSuite").rglob("[ny]_*.json")):
        data = path.read_bytes()
        if path.name.startswith("n_"):
            results = read_lines(GOOD, data)
            assert not any(isinstance(result, Record) for result in results[1:]), path.name
            assert len(results) > 1 or not data.strip(), path.name
        elif data.lstrip().startswith(b"{"):
            with pytest.raises(Refused) as caught:
                read_lines(data.replace(b"\n", b" "))
            assert "no field 'text'" in caught.value.reason, path.name
        seen += 1
    assert seen > 250


# What reading depends on


def test_reading_depends_on_no_later_stage_that_cuts() -> None:
    root = Path(pdf.__file__).parents[2]
    modules = [*(root / "ingest").rglob("*.py"), *(root / "typesetting").rglob("*.py")]
    assert len(modules) > 30
    assert [
        path.name for path in modules if re.search(r"^from flows\.(?:clean|dedupe)\b", path.read_text("utf-8"), re.M)
    ] == []


# PDF


def test_a_line_of_which_nothing_can_be_read_is_none() -> None:
    class Boxes:
        def read(self, character: int) -> tuple[float, float, float, float]:
            return 5.0 * character, 0.0, 5.0 * character + 5, 10.0

        def find_tag(self, start: int, end: int) -> None:
            return None

    lines = _find_lines(Boxes(), "The ferry\n\uffff\uffff\nsails again")  # type: ignore[arg-type]
    assert [line.text for line in lines] == ["The ferry", "sails again"]


def test_characters_beyond_the_first_plane_keep_their_place_and_half_of_one_is_told_of() -> None:
    codes = [*b"A ", 0xD83D, 0xDE00, *b" B", 0x301, 0xD83D, 0x43, 0xDE00]
    text = spell(codes)
    assert len(text) == len(codes)
    assert text.replace("\uffff", "") == "A \U0001f600 B\u0301\ufffdC\ufffd"


def test_halves_that_stand_the_other_way_in_a_line_from_right_to_left_are_one_character() -> None:
    codes = [0x5D0, 0xDE00, 0xD83D, 0xDD38, 0xD835, 0x5D1, 0xDE00, 0xD83D, 0xDE00]
    assert spell(codes) == "\u05d0\U0001f600\uffff\U0001d538\uffff\u05d1\ufffd\U0001f600\uffff"


def test_half_a_character_in_what_a_pdf_says_of_itself_costs_no_other() -> None:
    source = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj
4 0 obj<</Length 49>>stream
BT /F 12 Tf 20 100 Td (The ferry sails again) Tj ET
endstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
6 0 obj<</Title<FEFFD83D00460065007200720079>/Author(Ann Roe)>>endobj trailer<</Root 1 0 R/Info 6 0 R>>"""
    (record,) = pdf.read_records(look_at(source, ".pdf")).records
    assert isinstance(record, Record)
    assert record.text.strip() == "The ferry sails again"
    assert {(claim.field, claim.value) for claim in record.claims} == {("title", "\ufffdFerry"), ("authors", "Ann Roe")}


def test_a_letter_that_several_glyphs_make_up_parts_no_word_of_a_pdf() -> None:
    accented = b"/Span<</ActualText<FEFF00E9>>>BDC (e) Tj 6.7 0 Td (x) Tj EMC"  # the accent stands beside its letter
    drawn = b"(caf) Tj 16 0 Td %b 6 0 Td (t) Tj 3.3 0 Td %b 10 0 Td (ici) Tj 13.3 0 Td (et) Tj" % (accented, accented)
    source = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj
4 0 obj<</Length %d>>stream
BT /F 12 Tf 20 100 Td %b ET
endstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Root 1 0 R>>"""
    (record,) = pdf.read_records(look_at(source % (len(drawn) + 26, drawn), ".pdf")).records
    assert isinstance(record, Record)
    assert record.text.strip() == "caf\u00e9t\u00e9 ici et"


def test_what_a_browser_prints_loses_no_character_of_any_plane_or_direction() -> None:
    told = "Tree 𝔸𝔹 grows, e\u0301 x\u0302 ❤ ends. 😀 עברית العربية"
    with open_page() as page:
        page.set_content(f"<p style=\"font-family:'DejaVu Sans'\">{told}</p><p>😀</p><p>The ferry sails again.</p>")
        printed = page.pdf()
    textpage = PdfDocument(printed)[0].get_textpage()
    shown = textpage.get_text_range()  # a font that lacks a letter prints none
    (record,) = pdf.read_records(look_at(printed, ".pdf")).records
    assert isinstance(record, Record)
    assert sorted(squeeze(record.text)) == sorted(squeeze(shown))
    cleaned = clean(record)
    rows = write_edits("0" * 32, "run", record.text, cleaned.edits)
    assert undo(cleaned.text, rows) == squeeze(record.text)


@pytest.mark.parametrize(("direction", "text"), [
    ("rtl", "أعلن المجلس يوم الاثنين 25 مارس 2024 عن إصلاح الجسر (الذي بني عام 1904)، ولا بد من 3.5 مليون."),
    ("rtl", "ראש העיר אמר כי העלות תהיה 3.5 מיליון דולר, וכי חברת Northern Masons תתחיל (מחר)."),
    ("rtl", "העלות היא 50% מהסכום, כלומר $5 או ₪300 ליום, לפי https://a.example/he?id=12 מיום 25-03-2024 (COVID-19)."),
    ("rtl", "قال بين 25-03-2024 و 2024/03/25 إن النسبة 50% [المصدر: رويترز (لندن)] ثم مضى."),
    ("rtl", "אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ בְּרֵאשִׁית בָּרָא אֱלֹהִים"),
    ("ltr", 'The council said so ("المجلس البلدي") and wrote: לא נסגור את הגשר before it left.'),
])  # fmt: skip
def test_text_from_right_to_left_is_read_in_its_order(direction: str, text: str) -> None:
    with open_page() as page:
        page.set_content(f"<p dir='{direction}' style=\"font: 10px 'DejaVu Sans'\">{text}</p>")
        printed = page.pdf()
    (record,) = pdf.read_records(look_at(printed, ".pdf")).records
    assert isinstance(record, Record)
    assert record.text == text


def test_lines_behind_one_with_a_hyphen_at_its_end_stay_lines_of_their_own_in_a_pdf() -> None:
    text = "He stood in the well-<br>known كلمة, of a self-<br>evident and other-<br>worldly kind."
    with open_page() as page:
        page.set_content(f"<p style=\"font: 10px 'DejaVu Sans'; width: 200px; text-align: right\">{text}</p>")
        printed = page.pdf()
    (record,) = pdf.read_records(look_at(printed, ".pdf")).records
    assert isinstance(record, Record)
    assert record.text == text.replace("<br>", "\n")


def test_columns_of_a_pdf_that_is_read_from_right_to_left_begin_with_the_right_one() -> None:
    said = "ראש העיר אמר כי העלות תהיה שלושה מיליון דולר וכי חברת הבנייה תתחיל מחר בבוקר."
    with open_page() as page:
        paragraphs = "".join(f"<p>{number} {said}</p>" for number in range(10, 24))
        page.set_content(f"<div dir='rtl' style=\"font: 14px 'DejaVu Sans'; columns: 2\">{paragraphs}</div>")
        printed = page.pdf()
    (record,) = pdf.read_records(look_at(printed, ".pdf")).records
    assert isinstance(record, Record)
    assert [int(number) for number in re.findall(r"\d+", record.text)] == list(range(10, 24))


@pytest.mark.parametrize("turned", ["1 0 0 1", "0 1 -1 0", "0 -1 1 0", "-1 0 0 -1"])
def test_what_is_read_from_right_to_left_may_be_printed_sideways(turned: str) -> None:
    drawn = b"BT /F 12 Tf %b 100 100 Tm (21 dcba) Tj ET" % turned.encode()
    letters = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <61> <64> <0627> endbfrange"
    source = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj
4 0 obj<</Length %d>>stream
%b
endstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>endobj
6 0 obj<</Length %d>>stream
%b
endstream endobj trailer<</Root 1 0 R>>"""
    told = source % (len(drawn), drawn, len(letters), letters)
    (record,) = pdf.read_records(look_at(told, ".pdf")).records
    assert isinstance(record, Record)
    assert record.text == "\u0627\u0628\u0629\u062a 21"


def test_letters_of_a_ligature_of_a_pdf_are_read_in_their_order() -> None:
    with open_page() as page:
        page.set_content("<p dir='rtl' style=\"font: 10px 'DejaVu Sans'\">ﺍﻟﺴﻼﻡ ﻋﻠﻴﻜﻢ</p>")
        printed = page.pdf()
    (record,) = pdf.read_records(look_at(printed, ".pdf")).records
    assert isinstance(record, Record)
    assert record.text == "السلام عليكم"


@pytest.mark.parametrize(("standing", "right_to_left", "read"), [
    ("abc ג\u200dבא", False, "abc אב\u200dג"),
    ("אב 12:30 גד", True, "דג 12:30 בא"),
    ("אב 12:30 גד", False, "דג 12:30 בא"),
    ("North Sea אב", True, "בא North Sea"),
    ("(אב)", False, "(בא)"),
    (")אב(", True, "(בא)"),
])  # fmt: skip
def test_what_stands_from_left_to_right_is_turned_round_where_it_is_read_so(
    standing: str, right_to_left: bool, read: str
) -> None:
    assert read_in_order(standing, right_to_left) == read


@needs_data
def test_pages_of_a_pdf_are_parted_and_paragraphs_told() -> None:
    folder = DATA / "news_pdf_rendered"
    found = pdf.read_records(look_at((folder / "00.pdf").read_bytes(), ".pdf"))
    (record,) = found.records
    assert isinstance(record, Record)
    assert record.text.count("\f") == 21
    assert values(record, "title", "pdf-info")[0].startswith("Iranian International Master Dorsa Derakhshani")
    assert values(record, "authors") == [] and values(record, "published") == []
    assert record.metadata and record.metadata["CreationDate"] == "2026-11-22T15:04:30+00:00"
    lines = record.text.split("\n\n")
    assert any(part.endswith("holds the FIDE Master title.") for part in lines)


@needs_data
def test_the_lines_in_the_largest_type_are_the_heading_of_a_printed_article() -> None:
    right = wrong = 0
    for path in sorted((DATA / "news_pdf_rendered").glob("*.pdf"))[::4]:
        (record,) = pdf.read_records(look_at(path.read_bytes(), ".pdf")).records
        assert isinstance(record, Record)
        title = path.with_suffix(".gold.txt").read_text().splitlines()[0]
        right += values(record, "title", "pdf-heading") == [title]
        wrong += values(record, "title", "pdf-heading") not in ([title], [])
    assert (right, wrong) == (10, 0)


@needs_data
def test_rendered_articles_are_read_in_their_order() -> None:
    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(words, words[1:], words[2:], words[3:], strict=False))

    shares = []
    for path in sorted((DATA / "news_pdf_rendered").glob("*.pdf"))[::4]:
        (record,) = pdf.read_records(look_at(path.read_bytes(), ".pdf")).records
        assert isinstance(record, Record)
        gold = shingles(path.with_suffix(".gold.txt").read_text())
        shares.append(len(gold & shingles(record.text)) / len(gold))
    assert sum(shares) / len(shares) > 0.95


@needs_data
def test_every_pdf_lands_or_says_why_not() -> None:
    statuses: dict[str, int] = {}
    for path in sorted((DATA / "pdf").rglob("*.pdf")):
        try:
            (record,) = pdf.read_records(look_at(path.read_bytes(), ".pdf")).records
            assert isinstance(record, Record) and record.text.strip()
            statuses["landed"] = statuses.get("landed", 0) + 1
        except Refused as refusal:
            assert refusal.reason.startswith(("encrypted: ", "damaged (", "it has ", "no page "))
            statuses[refusal.status] = statuses.get(refusal.status, 0) + 1
    assert statuses == {"landed": 169, "empty": 23, "unreadable": 21}


@pytest.mark.parametrize(
    ("info", "claims"),
    [
        ({"Title": "The budget"}, [Claim("title", "The budget", "pdf-info")]),
        ({"Title": "Microsoft Word - budget.doc"}, []),
        ({"Title": "budget_final.indd"}, []),
        ({"Title": "untitled"}, []),
        ({"Author": "Ann Bell"}, [Claim("authors", "Ann Bell", "pdf-info")]),
        ({"Author": "Administrator"}, []),
        ({"CreationDate": "D:20250102"}, []),
    ],
)
def test_what_a_program_puts_into_a_pdf_is_no_claim(info: dict[str, str], claims: list[Claim]) -> None:
    found, metadata = pdf.read_info(info)
    assert found == claims
    assert len(found) + len(metadata) == 1
