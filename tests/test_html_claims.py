"""What a page says of its article is read from its markup and from what it shows beside the heading."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from selectolax.lexbor import LexborHTMLParser

from flows.describe.choose import choose
from flows.ingest.formats.html import read_page
from flows.ingest.formats.html_claims import find_claims
from flows.model import Claim
from flows.recognise.date_search import infer_order
from flows.recognise.dates import parse_date

PROSE = (
    "<p>The city council voted on Tuesday to close the old bridge over the river, which has carried traffic since "
    "1931, after engineers found cracks in two of its piers and rust on the cables that hold the deck.</p>"
)


def claim(head: str = "", body: str = "", lang: str = "en") -> dict[tuple[str, str], list[str]]:
    """The values that a page claims, by field and origin."""
    page = f"<html lang='{lang}'><head>{head}</head><body>{body}{PROSE * 3}</body></html>"
    claims: dict[tuple[str, str], list[str]] = {}
    for made in find_claims(LexborHTMLParser(page))[0]:
        claims.setdefault((made.field, made.origin), []).append(made.value)
    return claims


def script(*things: object) -> str:
    """A script of JSON-LD for each."""
    return "".join(f"<script type='application/ld+json'>{json.dumps(thing)}</script>" for thing in things)


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Bridge closes",
    "datePublished": "2026-03-04T05:06:07+01:00",
    "author": {"@type": "Person", "name": "Ann Roe"},
}


# JSON-LD


@pytest.mark.parametrize("source", [
    json.dumps(ARTICLE),
    json.dumps([ARTICLE]),
    json.dumps({"@graph": [{"@type": "WebSite", "name": "The Example"}, ARTICLE]}),
    json.dumps({"@type": "WebPage", "mainEntity": ARTICLE}),
    json.dumps({**ARTICLE, "@type": ["NewsArticle", "BlogPosting"]}),
    json.dumps({**ARTICLE, "@type": "https://schema.org/NewsArticle"}),
    f"<!-- {json.dumps(ARTICLE)} -->",
    f"//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>",
    json.dumps(ARTICLE)[:-1] + ",}",
    json.dumps(ARTICLE).replace('"', "&quot;"),
    json.dumps(ARTICLE).replace("Bridge closes", "Bridge\tcloses") + ";",
])  # fmt: skip
def test_an_article_is_found_in_json_ld_however_it_is_wrapped(source: str) -> None:
    claims = claim(f"<script type='application/ld+json'>{source}</script>")
    assert claims["title", "json-ld"] == ["Bridge closes"]
    assert claims["authors", "json-ld"] == ["Ann Roe"]
    assert claims["published", "json-ld"] == ["2026-03-04T05:06:07+01:00"]


def test_json_ld_that_is_written_into_a_meta_element_is_read() -> None:
    claims = claim(f"<meta name='script:ld+json' content='{json.dumps(ARTICLE)}'>")
    assert claims["published", "json-ld"] == [ARTICLE["datePublished"]]


def test_an_author_that_is_told_elsewhere_in_the_graph_is_found() -> None:
    graph = {"@graph": [{**ARTICLE, "author": {"@id": "#ann"}}, {"@type": "Person", "@id": "#ann", "name": "Ann Roe"}]}
    assert claim(script(graph))["authors", "json-ld"] == ["Ann Roe"]


def test_references_in_a_circle_come_to_an_end() -> None:
    graph = {"@graph": [{**ARTICLE, "author": {"@id": "#a"}}, {"@id": "#a", "name": {"@id": "#a"}}]}
    assert ("authors", "json-ld") not in claim(script(graph))


def test_of_several_articles_the_first_is_the_pages() -> None:
    other = {"@type": "NewsArticle", "headline": "Ferry sails", "author": "Lee Poe", "datePublished": "2020-01-01"}
    claims = claim(script(ARTICLE, other))
    assert claims["title", "json-ld"] == ["Bridge closes"]
    assert claims["authors", "json-ld"] == ["Ann Roe"]
    assert claims["published", "json-ld"] == ["2026-03-04T05:06:07+01:00"]


def test_a_recipe_is_what_a_page_without_an_article_is_about() -> None:
    recipe = {"@type": "Recipe", "name": "Pea soup", "author": {"name": "Lee Poe"}, "datePublished": "2020-01-01"}
    assert claim(script(recipe))["authors", "json-ld"] == ["Lee Poe"]
    assert claim(script(recipe, ARTICLE))["authors", "json-ld"] == ["Ann Roe"]


def test_what_is_said_of_the_page_is_not_said_of_an_article() -> None:
    page = {
        "@type": "WebPage",
        "name": "Bridge",
        "datePublished": "2011-01-01",
        "author": "A System",
        "inLanguage": "en",
    }
    claims = claim(script(page))
    assert claims == {("language", "json-ld"): ["en"], ("language", "html-lang"): ["en"]}


# Meta elements


@pytest.mark.parametrize(("name", "field"), [
    ("og:title", "title"), ("twitter:title", "title"), ("DC.title", "title"), ("parsely-title", "title"),
    ("author", "authors"), ("byl", "authors"), ("dc.creator", "authors"), ("parsely-author", "authors"),
    ("sailthru.author", "authors"), ("citation_author", "authors"), ("cXenseParse:author", "authors"),
    ("article:published_time", "published"), ("parsely-pub-date", "published"), ("sailthru.date", "published"),
    ("DCTERMS.issued", "published"), ("citation_publication_date", "published"), ("published-date", "published"),
    ("cXenseParse:publishtime", "published"), ("share:article_published_time", "published"),
    ("article:first_published_time", "published"), ("date-pub", "published"), ("og:publish_date", "published"),
])  # fmt: skip
def test_a_meta_element_makes_a_claim_under_each_of_its_usual_names(name: str, field: str) -> None:
    for attribute in ("name", "property"):
        claims = claim(f"<meta {attribute}='{name}' content='2026-03-04'>")
        assert [value for (claimed, _), value in claims.items() if claimed == field] == [["2026-03-04"]]


def test_a_date_of_modification_is_no_date_of_publication() -> None:
    head = (
        "<meta property='article:modified_time' content='2026-03-04'><meta name='last-modified' content='2026-03-04'>"
    )
    assert not [field for field, _ in claim(head) if field == "published"]


def test_a_profile_is_no_authors_name() -> None:
    assert not claim("<meta property='article:author' content='https://social.example/ann'>").get(("authors", "og"))


# The heading


def test_the_heading_that_repeats_the_title_is_the_title() -> None:
    head = "<title>Council closes old bridge | The Example</title><meta property='og:site_name' content='The Example'>"
    claims = claim(head, "<h1>The Example</h1><h1>Popular stories</h1><h1>Council closes <em>the</em> old bridge</h1>")
    assert claims["title", "h1"] == ["Council closes the old bridge"]
    assert ("title", "heading") not in claims


def test_a_heading_of_the_second_order_is_the_title_only_when_it_is_the_same() -> None:
    head = "<title>Council closes old bridge</title>"
    assert claim(head, "<h2>Council closes old bridge</h2>")["title", "h1"] == ["Council closes old bridge"]
    assert ("title", "h1") not in claim(head, "<h2>Why the council closes bridges</h2>")


@pytest.mark.parametrize("address", ["/", "https://example.org/", "//example.org", "index.html"])
def test_a_heading_that_leads_to_the_first_page_is_no_title(address: str) -> None:
    head = "<title>Bridge Letters: the council closes the old bridge</title>"
    claims = claim(head, f"<h1><a href='{address}'>Bridge Letters</a></h1>")
    assert ("title", "h1") not in claims
    assert ("title", "heading") not in claims
    assert claim(head, "<h1><a href='/bridge'>Council closes the old bridge</a></h1>")["title", "h1"]


def test_a_heading_that_leads_to_another_page_is_that_pages() -> None:
    body = "<h1><a href='{}'>Why the council closes old bridges</a></h1><h1>The council closes the bridge</h1>"
    own = "<link rel='canonical' href='https://example.org/news/bridge'>"
    head = "<title>Council closes old bridges</title>"
    assert claim(head + own, body.format("/news/why"))["title", "h1"] == ["The council closes the bridge"]
    for address in ("/news/bridge", "bridge#top", "https://example.org/news/Bridge/?from=home"):
        assert claim(head + own, body.format(address))["title", "h1"] == ["Why the council closes old bridges"]
    assert claim(head, body.format("/news/why"))["title", "h1"] == ["Why the council closes old bridges"]


def test_the_words_of_a_title_are_told_by_the_markup_where_its_letters_are_elements() -> None:
    claims = claim("<title>Council closes old bridge</title>", "<h1><b>C</b>ouncil closes old bridge</h1>")
    assert claims["title", "h1"] == ["Council closes old bridge"]


def test_a_word_of_a_long_title_alone_is_a_sections_heading() -> None:
    head = "<title>How the council, the harbour and hundreds of drivers lost their old bridge</title>"
    assert ("title", "h1") not in claim(head, "<h1>Harbour</h1>")


def test_a_heading_that_nothing_confirms_is_told_apart() -> None:
    claims = claim("<title>Council closes old bridge</title>", "<h1>Welcome</h1>")
    assert claims["title", "heading"] == ["Welcome"]
    assert ("title", "h1") not in claims


# The byline

TITLE = "<title>Council closes old bridge</title>"
HEADING = "<h1>Council closes old bridge</h1>"


@pytest.mark.parametrize(("byline", "authors"), [
    ("<p>By Ann Roe</p>", ["Ann Roe"]),
    ("<p>By Ann Roe and Lee Poe, Reuters</p>", ["Ann Roe", "Lee Poe"]),
    ("<div><span>By</span> <a href='/x'>Ann Roe</a> | <span>4 March 2026</span></div>", ["Ann Roe"]),
    ("<p>Written by</p><p>Ann</p><p>Baker</p>", ["Ann"]),
    ("<p>Von Anna Schmidt</p>", ["Anna Schmidt"]),
    ("<p>Par Jeanne Dupont</p>", ["Jeanne Dupont"]),
    ("<p>Posted by Ann Roe on March 4, 2026 in News</p>", ["Ann Roe"]),
    ("<div class='post-author'>Ann Roe</div>", ["Ann Roe"]),
    ("<div><a href='/authors/roe'>Ann Roe</a>, <a href='/authors/poe'>Lee Poe</a></div>", ["Ann Roe", "Lee Poe"]),
    ("<address><a rel='author' href='/roe'>Ann Roe</a></address>", ["Ann Roe"]),
    ("<span class='author vcard'><a class='url fn n' href='/'>Ann Roe</a></span>", ["Ann Roe"]),
    ("<p><a href='/author/ann-roe/'>Ann Roe</a></p>", ["Ann Roe"]),
    ("<div>Ann Roe</div><div>4 March 2026</div>", ["Ann Roe"]),
    ("<p>Ann Roe and Lee Poe</p><p>4 March 2026</p>", ["Ann Roe", "Lee Poe"]),
    ("<p>Anna Maria von Roe</p><p>4 March 2026</p>", ["Anna Maria von Roe"]),
    ("<p><a href='/author/roe'><b>Ann</b> <i>Roe</i></a></p>", ["Ann Roe"]),
    ("<div>4 March 2026 · Ann Roe on behalf of <a href='/'>The Example</a></div>", ["Ann Roe"]),
    ("<div><i>4 March 2026</i> • Ann Roe in <a href='/blog/bridges'>Bridges</a></div>", ["Ann Roe"]),
    ("<div>Ann Roe</div><div><time datetime='04-03-2026'>04-03-2026</time></div>", ["Ann Roe"]),
    ("<div>By</div><div>The Example Team</div><div>|</div><div>6 mins</div>", ["The Example Team"]),
    ("<p>Written by: <a href='/author/roe'>Ann Roe</a> <i>Gardener</i></p>", ["Ann Roe"]),
    ("<p>Ein kurzer Kommentar von Anna Schmidt</p>", ["Anna Schmidt"]),
    ("<div class='author'>The Example Team</div>", ["The Example Team"]),
    ("<p>By</p><div class='author hasMenu'><a href='/authors/roe'>Ann Roe</a></div>", ["Ann Roe"]),
    ("<p>By <b>Ann Roe</b><br>" + PROSE.removeprefix("<p>"), ["Ann Roe"]),
    ("<div class='author'><b class='author'>Ann Roe,</b> <b class='author'>Reuters</b></div>", ["Ann Roe"]),
    ("<div class='author'><b>Ann Roe</b><i class='author-role'>Senior Gardener</i></div>", ["Ann Roe"]),
])  # fmt: skip
def test_a_byline_under_the_heading_is_found(byline: str, authors: list[str]) -> None:
    assert claim(TITLE, HEADING + byline)["authors", "byline"] == authors


@pytest.mark.parametrize("line", [
    "<p>By the river</p>",
    "<p>Edited by Lee Poe</p>",
    "<p>Medically reviewed by Lee Poe</p>",
    "<p>Photos by Lee Poe</p>",
    "<p>Sponsored by Lee Poe</p>",
    "<p>Ann Roe</p>",
    "<div class='comment-author'>Lee Poe</div>",
    "<div class='related'><p>By Lee Poe</p></div>",
    "<div class='author'>4 March 2026</div>",
    "<div>City Council</div><div>4 March 2026</div>",
    "<div>City Council and Ann Roe</div><div>4 March 2026</div>",
    "<div>Harbour Health and Personal Ferries</div><div>4 March 2026</div>",
    "<p>San Francisco | Reuters | March 4, 2026</p>",
    "<p>Real Estate | Staff Reporter | March 4, 2026</p>",
    "<p>Ann Roe | Photo: Reuters | March 4, 2026</p>",
    "<div><a href='/category/lee-poe'>Lee Poe</a></div><div>4 March 2026</div>",
    "<div class='byline'><a class='byline__category' href='/x'>Health &amp; Wellness</a></div>",
    "<div class='author'><a href='/articles?content_topic=9'>HR Strategy</a></div>",
    "<p>By</p><p><a rel='tag' href='/lists'>Wedding Checklists</a></p>",
    "<p>A Bread Machine Used By Lee Poe</p>",
    "<p>Date Last Reviewed:</p><p>4 March 2026</p>",
    "<nav><a href='/authors/poe'>Lee Poe</a></nav>",
    "<div class='menu author'><a href='/authors/poe'>Lee Poe</a></div>",
    "<div>4 March 2026</div><p>OVERBROOK — <a href='/players/poe'>Lee Poe</a> " + PROSE.removeprefix("<p>"),
    "<div><a class='author' href='/author/afp'>AFP,</a> <i class='author'>Brussels,</i></div>",
    "<div class='author'><i class='author'>AFP</i> <i class='author'>Brussels</i></div>",
    "<div class='author'><i class='author'>Reuters</i> <i class='author'>Brussels</i></div>",
])  # fmt: skip
def test_what_is_no_byline_makes_no_author(line: str) -> None:
    claims = claim(TITLE, HEADING + line)
    assert [field for field, _ in claims if field == "authors"] == []


def test_a_person_whom_the_markup_names_and_the_page_prints_is_the_author() -> None:
    head = TITLE + "<meta name='author' content='Ann Roe'>"
    line = "<p>Presented by Lee Poe</p><div class='x'>Ann Roe</div><div class='author'>Editorial Standards</div>"
    assert claim(head, HEADING + line)["authors", "byline"] == ["Ann Roe"]


def test_the_one_author_below_the_article_is_found_and_of_several_none() -> None:
    box = "<div class='author-box'><h4 class='author-name'>{}</h4></div>"
    claims = claim(TITLE, HEADING + PROSE * 4 + box.format("Ann Roe"))
    assert claims["authors", "author-element"] == ["Ann Roe"]
    claims = claim(TITLE, HEADING + PROSE * 4 + box.format("Ann Roe") + box.format("Lee Poe"))
    assert ("authors", "author-element") not in claims


def test_a_list_of_authors_behind_a_label_is_read_whole() -> None:
    items = "<ul><li><a href='/ann'>Ann A. Roe</a></li><li>Lee Poe</li></ul>"
    claims = claim(TITLE, f"{HEADING}{PROSE * 4}<h6>Author(s)</h6>{items}")
    assert claims["authors", "author-element"] == ["Ann A. Roe", "Lee Poe"]


@pytest.mark.parametrize("line", [
    "<p>Contributors: Ann Roe</p>",
    "<p>Written by Ann Roe</p>", "<h3>Author</h3><p>Ann Roe</p>", "<p>Authors: Ann Roe, senior gardener</p>",
    "<p><i>Posted by Ann Roe on 4 March 2026</i></p>", "<p>Geschrieben von Ann Roe</p>",
])  # fmt: skip
def test_a_line_that_is_a_byline_by_its_first_words_is_found_anywhere(line: str) -> None:
    assert claim(TITLE, HEADING + PROSE * 4 + line)["authors", "author-element"] == ["Ann Roe"]
    several = line + line.replace("Ann Roe", "Lee Poe")
    assert ("authors", "author-element") not in claim(TITLE, HEADING + PROSE * 4 + several)
    comment = f"<div class='comment'>{line}</div>"
    assert ("authors", "author-element") not in claim(TITLE, HEADING + PROSE * 4 + comment)


def test_an_author_whom_the_card_of_a_page_names_is_found() -> None:
    head = "<meta name='twitter:label{}' content='{}'><meta name='twitter:data{}' content='{}'>"
    card = head.format(1, "Written by", 1, "Ann Roe") + head.format(2, "Time to read", 2, "4 minutes")
    assert claim(card)["authors", "meta"] == ["Ann Roe"]


def test_of_an_element_made_for_authors_no_name_is_read_where_the_markup_names_a_person() -> None:
    line = "<p class='author'><a href='/staff/shop'>Shop Online</a></p>"
    assert claim(TITLE, HEADING + line)["authors", "byline"] == ["Shop Online"]
    assert ("authors", "byline") not in claim(TITLE + "<meta name='author' content='Ann Roe'>", HEADING + line)


def test_the_footer_of_an_article_may_hold_its_byline_and_date_and_that_of_a_page_not() -> None:
    footer = "<footer><p>By Ann Roe</p><p>4 March 2026</p></footer>"
    claims = claim(TITLE, f"<article>{HEADING}{footer}</article>")
    assert claims["authors", "byline"] == ["Ann Roe"]
    assert claims["published", "dateline"] == ["4 March 2026"]
    assert {field for field, _ in claim(TITLE, HEADING + footer)} == {"title", "language"}


def test_beside_a_heading_of_the_second_order_that_is_nearly_the_title_byline_and_date_are_read() -> None:
    title = "<title>The old bridge over the river closes for good</title>"
    for body in ("<p>By Ann Roe</p><p>4 March 2026</p>{}", "{}<p>By Ann Roe</p><p>4 March 2026</p>"):
        claims = claim(title, body.format("<h2>Why the old bridge over the river closes</h2>"))
        assert claims["authors", "byline"] == ["Ann Roe"]
        assert claims["published", "dateline"] == ["4 March 2026"]
        assert ("title", "h1") not in claims
        assert {("authors", "byline"), ("published", "dateline")}.isdisjoint(
            claim(
                f"{title}<meta name='author' content='Lee Poe'><meta name='date' content='2024-03-03'>",
                body.format("<h2>Why the old bridge over the river closes</h2>"),
            )
        )
    for other in ("Weather and tides", "The old bridge over the river in spring"):
        assert ("authors", "byline") not in claim(title, f"<h2>{other}</h2><p>By Ann Roe</p>")


# The date


@pytest.mark.parametrize(("line", "printed"), [
    ("<p>4 March 2026</p>", "4 March 2026"),
    ("<p>By Ann Roe | March 4, 2026 | 5 min read</p>", "March 4, 2026"),
    ("<div><span>Published</span><span>4 March 2026</span></div>", "Published 4 March 2026"),
    ("<p>Published</p><p>4 March 2026</p>", "Published 4 March 2026"),
    ("<p>Open letter, 4 March 2026</p>", "4 March 2026"),
    ("<p>Veröffentlicht am 4. März 2026</p>", "Veröffentlicht am 4. März 2026"),
])  # fmt: skip
def test_a_date_beside_the_heading_is_found(line: str, printed: str) -> None:
    for body in (HEADING + line, line + HEADING):
        assert claim(TITLE, body)["published", "dateline"] == [printed]


def test_the_machine_readable_time_of_a_date_beside_the_heading_is_found() -> None:
    line = "<p><time datetime='2026-03-04T05:06:07Z'>4 March</time></p>"
    assert claim(TITLE, HEADING + line)["published", "time"] == ["2026-03-04T05:06:07Z"]


def test_a_day_in_numbers_beside_the_heading_is_read_as_the_pages_language_has_it() -> None:
    assert claim(TITLE, f"{HEADING}<p>3/4/2026</p>", "en-US")["published", "dateline"] == ["3/4/2026"]
    assert ("published", "dateline") not in claim(TITLE, f"{HEADING}<p>3/4/2026</p>", "en")


def test_a_date_of_the_last_change_is_told_apart() -> None:
    line = "<p>Updated: <time datetime='2026-03-04'>4 March 2026</time></p>"
    claims = claim(TITLE, HEADING + line)
    assert claims["published", "dateline-updated"] == ["Updated: 4 March 2026"]
    assert claims["published", "time-updated"] == ["2026-03-04"]
    assert ("published", "dateline") not in claims


@pytest.mark.parametrize("lines", [
    "<p>The council met on 4 March 2026.</p>",
    "<p>When</p><p>4 March 2026</p><p>Where</p><p>Harbour</p>",
    "<p>The council, which met to speak about the old bridge and its cables, on 4 March 2026 closed it for good</p>",
    "<ul><li>4 March 2026</li><li>5 March 2026</li><li>6 March 2026</li></ul>",
    "<div class='related'><p>4 March 2026</p></div>",
    "<footer>4 March 2026</footer>",
    "<p>Limited offer ~ redeem by 12.31.26</p>",
    "<p>Subscribe until 4 March 2026</p>",
    "<p>Last checked: 4 March 2026</p>",
    "<p>Member since 4 March 2026</p>",
    "<p>Joined</p><p>4 March 2026</p>",
    "<p>Received 2026 Mar 4; Accepted 2026 Mar 9</p>",
    "<div class='opening-hours'>4 March 2026</div>",
])  # fmt: skip
def test_a_date_that_is_the_storys_or_anothers_is_not_the_articles(lines: str) -> None:
    assert not [field for field, _ in claim(TITLE, HEADING + lines) if field == "published"]


def test_the_one_date_that_an_element_is_made_for_is_found_anywhere() -> None:
    element = "<div class='pub-date'>4 March 2026</div>"
    assert claim(TITLE, HEADING + PROSE * 4 + element)["published", "date-element"] == ["4 March 2026"]
    two = element + element.replace("4", "5")
    assert ("published", "date-element") not in claim(TITLE, HEADING + PROSE * 4 + two)


@pytest.mark.parametrize(("line", "origin"), [
    ("Posted on the 4/3/2026 at 19:00 by @ann", "publication-line"),
    ("Veröffentlicht: 4. März 2026", "publication-line"),
    ("First published 4 March 2026", "publication-line"),
    ("Date: 2026-03-04", "date-label"),
    ("Created 2026-03-04", "date-label"),
])  # fmt: skip
def test_the_one_line_that_begins_with_the_label_of_a_date_is_found_anywhere(line: str, origin: str) -> None:
    body = f"<article>{HEADING}{PROSE * 4}<p>{line}</p></article>"
    [printed] = claim(TITLE, body, "en-GB")["published", origin]
    assert parse_date(printed, month_first=False) == parse_date("2026-03-04 19:00" if "19:00" in line else "2026-03-04")
    other = line.replace("4", "5")
    assert ("published", origin) not in claim(TITLE, f"{body}<p>{other}</p>", "en-GB")
    assert ("published", origin) not in claim(TITLE, body.replace(line, f"Not {line}"), "en-GB")
    assert claim(TITLE, body.replace(line, f"&nbsp; {line}"), "en-GB")["published", origin] == [printed]


@pytest.mark.parametrize("line", [
    "<ul><li>Published October 12, 2023</li></ul>",
    "<table><tr><th>Published</th><td>October 12, 2023</td></tr></table>",
    "<aside><p>Published October 12, 2023</p></aside>",
    "<blockquote><p>Posted October 12, 2023</p></blockquote>",
    "<section id='respond'><p>Posted October 12, 2023</p></section>",
    "<div class='sidebar'><p>Published October 12, 2023</p></div>",
    f"{PROSE}<p>Originally published October 12, 2023 by Lee Poe</p>{PROSE}",
    f"{PROSE}<div><p>Published October 12, 2023</p></div>{PROSE}",
    "<p>Published October 12, 2023 by Heron</p>",
    "<p>Released: October 12, 2023</p>",
    "<p>Release date: October 12, 2023</p>",
])  # fmt: skip
def test_a_line_that_says_published_is_read_only_where_an_articles_may_stand(line: str) -> None:
    body = f"<article>{HEADING}{PROSE * 4}{line}</article>"
    assert ("published", "publication-line") not in claim(TITLE, body)
    aside = "<aside class='published-on'>Published October 12, 2023</aside>"
    assert ("published", "publication-line") in claim(TITLE, f"<article>{HEADING}{PROSE * 4}{aside}</article>")
    for name in ("Ann Roe", "Staff Writer", "@ann"):
        byline = f"<p>Published October 12, 2023 by {name}</p>"
        assert ("published", "publication-line") in claim(TITLE, f"<article>{HEADING}{PROSE * 4}{byline}</article>")
    claims = claim(TITLE, f"{HEADING}<p>March 3, 2024</p>{PROSE * 4}{line}")
    assert {origin for field, origin in claims if field == "published"} == {"dateline"}


@pytest.mark.parametrize("label", ["Published: {}", "<b>Published:</b> {}", "<b>Published: {}</b>"])
def test_a_label_begins_a_line_behind_a_break_too(label: str) -> None:
    lines = f"<p>Last change: 5 March 2026<br>\n{label.format('4 March 2026')}<br>Readers so far: 61</p>"
    claims = claim(TITLE, f"<article>{HEADING}{PROSE * 4}{lines}</article>")
    assert claims["published", "publication-line"] == ["Published: 4 March 2026"]
    alone = lines.replace("4 March 2026", "<br>") + "<p>4 March 2026</p>"
    assert ("published", "publication-line") not in claim(TITLE, f"<article>{HEADING}{PROSE * 4}{alone}</article>")
    in_line = lines.replace("<br>", " ")
    assert ("published", "publication-line") not in claim(TITLE, f"<article>{HEADING}{PROSE * 4}{in_line}</article>")


def test_a_day_in_the_attributes_of_a_pages_body_is_the_pages() -> None:
    def find(body: str) -> list[str]:
        claims, _ = find_claims(LexborHTMLParser(f"<html>{body}{HEADING}{PROSE}</html>"))
        return [made.value for made in claims if made.field == "published"]

    assert find("<body class='x' data-pubdate='2026-03-04' data-lastmod='2026-03-05'>") == ["2026-03-04"]
    assert find("<body><div data-pubdate='2026-03-04'>") == []
    assert find("<body data-comment-published='2026-03-04' data-site-published='1999-01-01'>") == []


def test_the_time_of_a_last_change_is_told_where_its_day_is_printed_or_no_year() -> None:
    line = "<p>Last reviewed: <time datetime='2026-03-04T12:00:00Z'>{}</time></p>"
    told = [("published", "time-updated") in claim(TITLE, HEADING + line.format(printed))
            for printed in ("4 March 2026", "March 2026", "three days ago")]  # fmt: skip
    assert told == [True, False, True]


def test_words_of_publication_are_read_beside_other_dates_and_mere_labels_are_not() -> None:
    def find(line: str) -> str | None:
        body = f"{HEADING}<p>30 March 2026</p>{PROSE * 4}<p>{line}</p>"
        return choose(
            find_claims(LexborHTMLParser(f"<html lang='en'>{TITLE}<body>{body}"))[0], date(2030, 1, 1)
        ).published_from

    assert find("Published 4 March 2026") == "publication-line"
    assert (
        find("This article was first published on 4 March 2026 and has been looked through since.")
        == "publication-line"
    )
    assert find("Created: 4 March 2026") == "dateline"
    assert find("Last updated 4 March 2026") == "dateline"
    assert find("This story was published in Vol. 3 No. 2 (March 2026) of our magazine.") == "dateline"


def test_of_an_element_that_tells_of_a_last_change_too_the_first_date_is_told() -> None:
    element = "<p class='date'>4 March 2026 <i>Updated: 6 March 2026</i></p>"
    claims = claim(TITLE, HEADING + PROSE * 4 + element)
    assert claims["published", "date-element"] == ["4 March 2026"]
    assert ("published", "date-element-updated") not in claims


@pytest.mark.parametrize("line", [
    "This entry was posted on Wednesday, March 4, 2026 at 5:00 pm and is filed under bridges, rivers and other news.",
    "This article was originally published on 4 March 2026 but has been looked through again since, as are all.",
    "Dieser Beitrag wurde am 4. März 2026 von Ann Roe unter Brücken veröffentlicht.",
])  # fmt: skip
def test_the_one_sentence_that_says_when_an_entry_was_posted_is_found_anywhere(line: str) -> None:
    body = f"<article>{HEADING}{PROSE * 4}<p>{line}</p></article>"
    [printed] = claim(TITLE, body)["published", "publication-line"]
    assert parse_date(printed).day == date(2026, 3, 4)  # type: ignore[union-attr]
    assert ("published", "publication-line") not in claim(TITLE, body.replace(line, f"She said: {line}"))


def test_a_date_alone_on_its_line_is_the_articles_and_not_one_among_other_words() -> None:
    lines = "<p>4 March 2026</p><p>Statement of the bridge workers - 3 March 2026</p>"
    assert claim(TITLE, HEADING + lines)["published", "dateline"] == ["4 March 2026"]


def test_the_words_around_a_date_tell_that_it_is_of_the_last_change() -> None:
    line = "<p>We updated this page for you on 4 March 2026</p>"
    assert ("published", "dateline") not in claim(TITLE, HEADING + line)
    element = "<div class='modified-date'>4 March 2026</div>"
    assert claim(TITLE, HEADING + PROSE * 4 + element)["published", "date-element-updated"] == ["4 March 2026"]


def test_a_day_in_numbers_is_read_as_other_days_of_the_page_are() -> None:
    others = PROSE * 4 + "<p>Also of interest: the new ferry (12/19/2025)</p>"
    assert claim(TITLE, f"{HEADING}<p>3/4/2026</p>{others}")["published", "dateline"] == ["2026-03-04"]


def test_different_days_alone_are_read_to_learn_the_order_of_others() -> None:
    assert infer_order("1/2/2026\n" * 5_000 + "2 January 2026") is True
    assert (
        infer_order("".join(f"4 March {year}\n" for year in range(1500, 2000)) * 9 + "1/2/2026\n2 January 2026") is None
    )


@pytest.mark.parametrize(("spelled", "day"), [
    ("March 4, 2026", ["2026-03-04"]),
    ("3 April 2026", ["2026-04-03"]),
    ("5 May 2026", None),
    ("3 April 2026</p><p>4 March 2026", None),
])  # fmt: skip
def test_a_day_in_numbers_is_read_as_the_same_day_in_words(spelled: str, day: list[str] | None) -> None:
    time = "<p><time datetime='3-4-2026'>3-4-2026</time></p>"
    claims = claim(TITLE, f"{HEADING}{time}{PROSE * 4}<div class='related'><p>{spelled}</p></div>")
    assert claims.get(("published", "dateline")) == day


def test_the_one_line_of_a_page_that_is_a_date_is_told_where_nothing_else_tells_one() -> None:
    def find(body: str) -> list[str]:
        record = read_page(f"<html><body>{body}</body></html>")
        return [made.value for made in record.claims if made.field == "published"]

    line = "<p>4 March 2026</p>"
    assert find(PROSE * 4 + line + PROSE) == ["4 March 2026"]
    assert find(PROSE * 4 + line + "<p>5 March 2026</p>") == []
    assert find(PROSE * 4 + "<p>Last updated: 4 March 2026</p>") == []
    assert find(PROSE * 4 + f"<footer>{line}</footer>") == []
    assert find(PROSE * 4 + f"<p>Opening hours</p>{line}") == []
    assert find(f"<meta property='article:published_time' content='2026-03-05'>{PROSE * 4}{line}") == ["2026-03-05"]


def test_a_printed_date_that_open_graph_tells_as_the_last_change_is_told_apart() -> None:
    first = "<meta property='article:published_time' content='2025-01-02T03:04:05Z'>"
    last = "<meta property='article:modified_time' content='2026-03-04T05:06:07Z'>"
    line = "<p>4 March 2026</p>"
    assert claim(TITLE + first + last, HEADING + line)["published", "dateline-updated"] == ["4 March 2026"]
    assert claim(TITLE + last, HEADING + line)["published", "dateline"] == ["4 March 2026"]
    assert claim(TITLE + first, HEADING + line)["published", "dateline"] == ["4 March 2026"]


def test_claims_are_made_once() -> None:
    claims, _ = find_claims(LexborHTMLParser("<meta name='author' content='Ann Roe'>" * 2))
    assert claims == [Claim("authors", "Ann Roe", "meta")]


@pytest.mark.parametrize("page", [
    lambda: HEADING + "<div class='author'>" * 50_000 + "By Ann Roe",
    lambda: HEADING * 50_000,
    lambda: HEADING + "<span class='author date'>By By By 4 March </span>" * 50_000,
    lambda: HEADING + "by " * 500_000,
    lambda: HEADING + "<footer>" * 50_000 + "By Ann Roe",
    lambda: HEADING + "<p>Written by</p>" * 50_000,
    lambda: HEADING + "<b>" * 50_000 + "Written by <i>Ann Roe</i>" * 50_000,
    lambda: "<h1>" * 50_000 + "Council closes old bridge",
    lambda: f"<script type='application/ld+json'>{'{' * 100_000}</script>",
    lambda: f"<script type='application/ld+json'>{json.dumps(ARTICLE)[:-1]}{',' * 500_000}</script>",
])  # fmt: skip
def test_hostile_pages_come_to_an_end(page: Callable[[], str]) -> None:
    """In quadratic time they would not, while anyone waits."""
    find_claims(LexborHTMLParser(TITLE + page()))
