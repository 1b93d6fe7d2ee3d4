"""For each field the most trusted valid claim is chosen, and cleaned."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.describe.choose import RULE, TRUST, Described, choose
from flows.describe.choose_title import clean_title
from flows.describe.credentials import hide_credentials_of, hide_credentials_within
from flows.describe.untold import list_untold
from flows.model import Claim, Field
from flows.recognise.addresses import claims_of_file_name, claims_of_url, clean_url
from flows.recognise.dates import parse_date

TODAY = date(2026, 1, 1)


def test_without_claims_nothing_is_known() -> None:
    assert choose([], TODAY) == Described()


def test_the_more_trusted_origin_wins_whatever_the_order() -> None:
    claims = [
        Claim("title", "From the first line", "first-line-title"),
        Claim("title", "From the heading", "h1"),
        Claim("title", "From the record", "field headline"),
        Claim("title", "From Open Graph", "og"),
    ]
    for order in (claims, claims[::-1]):
        described = choose(order, TODAY)
        assert (described.title, described.title_from) == ("From the record", "field headline")


def test_an_invalid_claim_gives_way_to_the_next() -> None:
    claims = [
        Claim("published", "yesterday", "json-ld"),
        Claim("published", "2031-01-01", "og"),
        Claim("published", "16 December 2025", "date-line"),
        Claim("authors", "Staff", "json-ld"),
        Claim("authors", "By EJ Ward", "byline-by"),
        Claim("title", "  ", "og"),
        Claim("title", "A title", "h1"),
    ]
    described = choose(claims, TODAY)
    assert (described.published, described.published_precision) == (datetime(2025, 12, 16), "day")
    assert described.published_from == "date-line"
    assert (described.authors, described.authors_from) == (("EJ Ward",), "byline-by")
    assert (described.title, described.title_from) == ("A title", "h1")


def test_the_metadata_tells_the_authors_that_a_byline_leaves_out() -> None:
    byline, site = Claim("authors", "Ann Roe", "byline"), Claim("source", "The Example", "og")
    described = choose([byline, site, Claim("authors", "Lee Parsons, Ann Roe", "meta")], TODAY)
    assert (described.authors, described.authors_from) == (("Lee Parsons", "Ann Roe"), "meta")
    for others in ("Lee Parsons, Zoë Poe", "Ann Roe, The Example"):
        described = choose([byline, site, Claim("authors", others, "json-ld")], TODAY)
        assert (described.authors, described.authors_from) == (("Ann Roe",), "byline")


def test_a_nickname_gives_way_to_the_person_whom_the_markup_knows() -> None:
    nickname, person = Claim("authors", "BridgeAnn", "byline"), Claim("authors", "Ann Roe", "json-ld")
    assert choose([nickname, person], TODAY).authors == ("Ann Roe",)
    assert choose([nickname, Claim("authors", "The Example Group", "json-ld")], TODAY).authors == ("BridgeAnn",)
    assert choose([Claim("authors", "The Bridge Team", "byline"), person], TODAY).authors == ("The Bridge Team",)


def test_an_organisation_is_no_author_beside_a_person() -> None:
    def authors(*names: str) -> tuple[str, ...]:
        return choose([Claim("authors", name, "byline") for name in names], TODAY).authors

    assert authors("Ann Roe", "Harbour Health", "The Bridge Team") == ("Ann Roe",)
    assert authors("The Bridge Team", "Harbour Health") == ("The Bridge Team", "Harbour Health")
    assert authors("BridgeAnn", "Harbour Health") == ("BridgeAnn", "Harbour Health")
    assert authors("Ann Roe", "Lee Press", "Zoë School") == ("Ann Roe", "Lee Press", "Zoë School")
    assert authors("Ann Roe", "The Bridge Press", "Media Lab") == ("Ann Roe",)


def test_authors_of_one_origin_make_one_list_in_order_without_repeats() -> None:
    claims = [
        Claim("authors", "John Smith", "meta"),
        Claim("authors", "Ann Roe and Lee Parsons", "json-ld"),
        Claim("authors", "ANN ROE, Staff writer", "json-ld"),
        Claim("authors", "Zoë Poe", "json-ld"),
    ]
    described = choose(claims, TODAY)
    assert described.authors == ("Ann Roe", "Lee Parsons", "Zoë Poe")
    assert described.authors_from == "json-ld"


def test_a_more_exact_date_that_agrees_is_chosen_and_one_that_does_not_is_not() -> None:
    day = Claim("published", "16 December 2025", "og")
    agrees = choose([day, Claim("published", "2025-12-16T10:15:00Z", "time")], TODAY)
    assert (agrees.published, agrees.published_precision) == (datetime(2025, 12, 16, 10, 15), "minute")
    assert agrees.published_from == "time"
    differs = choose([day, Claim("published", "2025-12-17T10:15:00Z", "time")], TODAY)
    assert (differs.published, differs.published_from) == (datetime(2025, 12, 16), "og")


@pytest.mark.parametrize(("printed", "published", "day"), [
    ("2025-12-16T18:00:00-07:00", datetime(2025, 12, 17, 1), date(2025, 12, 16)),
    ("2025-12-16T01:00:00+0100", datetime(2025, 12, 16), date(2025, 12, 16)),
    ("2025-12-16T23:30:00Z", datetime(2025, 12, 16, 23, 30), date(2025, 12, 16)),
    ("16 December 2025", datetime(2025, 12, 16), date(2025, 12, 16)),
    ("December 2025", datetime(2025, 12, 1), None),
])  # fmt: skip
def test_the_day_is_that_of_the_documents_own_clock(printed: str, published: datetime, day: date | None) -> None:
    described = choose([Claim("published", printed, "json-ld")], TODAY)
    assert (described.published, described.published_day) == (published, day)


def test_of_two_dates_of_one_origin_the_first_is_chosen() -> None:
    claims = [Claim("published", "2025-12-16", "json-ld"), Claim("published", "2025-12-18", "json-ld")]
    assert choose(claims, TODAY).published == datetime(2025, 12, 16)


def test_of_two_dates_beside_the_heading_that_nothing_confirms_none_is_told() -> None:
    dates = [Claim("published", "16 December 2025", "dateline"), Claim("published", "18 December 2025", "dateline")]
    assert choose(dates, TODAY).published is None
    assert choose([*dates, Claim("published", "2025-12-18", "time")], TODAY).published == datetime(2025, 12, 16)
    element = Claim("published", "20 December 2025", "date-element")
    assert choose([*dates, element], TODAY).published == datetime(2025, 12, 20)
    assert choose([dates[0], dates[0]], TODAY).published == datetime(2025, 12, 16)


def test_a_date_line_that_tells_of_an_update_too_gives_the_date_of_publication() -> None:
    claims = [Claim("published", "Updated 17 December 2025 | Published 16 December 2025", "date-line")]
    assert choose(claims, TODAY).published == datetime(2025, 12, 16)


def test_a_date_may_be_ahead_of_today_by_a_day() -> None:
    assert choose([Claim("published", "2026-01-02", "og")], TODAY).published == datetime(2026, 1, 2)
    assert choose([Claim("published", "2026-01-03", "og")], TODAY).published is None


@pytest.mark.parametrize(("heading", "title"), [
    ("Blog: Bridge closes", "Bridge closes"),
    ("4 March 2026 Bridge closes", "Bridge closes"),
    ("March 4, 2026 – Bridge closes", "Bridge closes"),
    ("The old town: Bridge closes", "The old town: Bridge closes"),
    ("Harbour: Bridge closes", "Harbour: Bridge closes"),
    ("Blog: Ferry runs", "Blog: Ferry runs"),
    ("4 March 2026", "4 March 2026"),
])  # fmt: skip
def test_the_label_or_day_before_a_heading_goes_where_all_markup_begins_behind_it(heading: str, title: str) -> None:
    claims = [Claim("title", heading, "h1"), Claim("title", "Bridge closes - The Example", "title-element")]
    assert choose(claims, TODAY).title == title
    assert choose([*claims, Claim("title", heading, "og")], TODAY).title == heading
    assert choose([Claim("title", heading, "h1")], TODAY).title == heading


@pytest.mark.parametrize(("title", "others", "cleaned"), [
    ("Bridge closes | The Guardian", [Claim("source", "The Guardian", "og")], "Bridge closes"),
    ("Bridge closes - BBC News", [Claim("source", "bbc news", "json-ld")], "Bridge closes"),
    ("Bridge closes - World - theguardian.com", [Claim("title", "Bridge closes", "h1")], "Bridge closes"),
    ("Bridge closes | World | The Guardian", [], "Bridge closes"),
    ("Bridge closes |the deck rusts", [], "Bridge closes |the deck rusts"),
    ("Bridge closes / May 2026", [Claim("title", "Bridge closes", "json-ld")], "Bridge closes"),
    ("Bridge closes | Example News", [Claim("url", "https://www.example.org/a", "canonical")], "Bridge closes"),
    ("Bridge closes | EAT", [Claim("source", "Examples And Things", "og")], "Bridge closes"),
    ("The Guardian | Bridge closes", [Claim("source", "The Guardian", "og"), Claim("title", "Bridge closes", "h1")],
     "Bridge closes"),
    ("Bridge closes - and opens", [Claim("source", "The Guardian", "og")], "Bridge closes - and opens"),
    ("The Guardian | Bridge closes", [Claim("source", "The Guardian", "og")], "Bridge closes"),
    ("The Guardian - Bridge closes", [Claim("source", "The Guardian", "og")], "The Guardian - Bridge closes"),
])  # fmt: skip
def test_the_name_of_the_site_goes_where_it_is_proved_or_behind_a_bar(
    title: str, others: list[Claim], cleaned: str
) -> None:
    assert choose([Claim("title", title, "og"), *others], TODAY).title == cleaned


@pytest.mark.parametrize(("printed", "cleaned"), [
    ("*Russians at War: An honest portrayal*", "Russians at War: An honest portrayal"),
    ("## A **bold** title ##", "A bold title"),
    ("Tips for C# Code", "Tips for C# Code"),
    ("Tom &amp; Jerry&#39;s <em>day</em>", "Tom & Jerry's day"),
    ("A  title\n in two lines", "A title in two lines"),
    ("A [linked](https://example.org/) title", "A linked title"),
    ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ("5 < 6 > 4", "5 < 6 > 4"),
    ("Using the <picture> element", "Using the <picture> element"),
    ("Why <b> is back", "Why <b> is back"),
    ('A <span class="x">title <em>within</em></span><br/> so', "A title within so"),
    ("…", None),
    ("x" * 501, None),
])  # fmt: skip
def test_a_title_is_without_markup(printed: str, cleaned: str | None) -> None:
    assert clean_title(printed) == cleaned


@pytest.mark.parametrize(("printed", "cleaned"), [
    ("HTTPS://Example.ORG/A/b?C=d#part", "https://example.org/A/b?C=d"),
    ("https://example.org", "https://example.org/"),
    ("https://пример.рф/новости", "https://пример.рф/новости"),
    ("https://example.org:8080/a", "https://example.org:8080/a"),
    ("/a/b", None),
    ("ftp://example.org/a", None),
    ("javascript:alert(1)", None),
    ("https://user@example.org/", None),
    ("https://[", None),
    ("https://localhost/a", None),
    ("https://example.org/a b", None),
])  # fmt: skip
def test_an_address_is_absolute_and_normalised(printed: str, cleaned: str | None) -> None:
    assert clean_url(printed) == cleaned


def test_the_source_is_what_is_known_of_the_folder_then_what_the_file_says_then_its_links_then_the_folder() -> None:
    claims = [
        Claim("source", "news", "folder"),
        Claim("source", "wsws.org", "contact-block"),
        Claim("source", "World Socialist Web Site", "og"),
        Claim("source", "WSWS", "source.toml"),
    ]
    for index, name in enumerate(["WSWS", "World Socialist Web Site", "wsws.org", "news"]):
        assert choose(claims[: 4 - index], TODAY).source == name


def test_a_document_that_names_its_address_but_no_site_has_its_host_as_source() -> None:
    url = Claim("url", "https://www.Example.org:8080/news/1", "canonical")
    for weaker in (Claim("source", "press", "folder"), Claim("source", "other.org", "contact-block")):
        described = choose([url, weaker], TODAY)
        assert (described.source, described.source_from) == ("example.org", "url")
    named = choose([url, Claim("source", "The Example", "og")], TODAY)
    assert (named.source, named.source_from) == ("The Example", "og")


@pytest.mark.parametrize(("printed", "code"), [("en-GB", "en"), ("de", "de"), ("English", None), ("und", None)])
def test_a_language_tag_gives_its_language(printed: str, code: str | None) -> None:
    assert choose([Claim("language", printed, "html-lang")], TODAY).language_claim == code


@pytest.mark.parametrize(("uri", "day"), [
    ("2007-05-10-statement.txt", datetime(2007, 5, 10)),
    ("news/20070510_statement.txt", datetime(2007, 5, 10)),
    ("a/2007/05/10/statement.html", datetime(2007, 5, 10)),
    ("https://example.org/2007/05/10/statement", datetime(2007, 5, 10)),
    ("Akaka/10May2007akaka144.txt", datetime(2007, 5, 10)),
    ("10-May-2007.txt", datetime(2007, 5, 10)),
    ("000_454511d0d6e59e64.txt", None),
    ("2007.txt", None),
    ("20071341_x.txt", None),
    ("12345678.txt", None),
    ("10-05-2007.txt", None),
    ("2007-05-10-to-2007-05-12.txt", None),
    ("id120070510.txt", None),
])  # fmt: skip
def test_a_file_name_tells_a_date_only_when_unmistakable(uri: str, day: datetime | None) -> None:
    claims = [claim for claim in claims_of_file_name(uri) if claim.field == "published"]
    assert [claim.origin for claim in claims] == ["file-name"] * (day is not None)
    assert [date.when for claim in claims if (date := parse_date(claim.value))] == ([day] if day else [])


@pytest.mark.parametrize(("path", "printed"), [
    ("/2026/3/4/old-bridge", "2026-3-4"),
    ("/news/2026/mar/04/old-bridge", "2026-mar-04"),
    ("/news/2026-03-04-old-bridge", "2026-03-04"),
    ("/news/20260304-old-bridge", "2026-03-04"),
    ("/minutes-2026-03-04.html", "2026-03-04"),
    ("/2026/03/04/minutes-2026-03-05", "2026-03-04"),
    ("/old-bridge-20260304/", None),
    ("/shop/item-20120304", None),
    ("/events/2026/03/04/concert", None),
    ("/2026/03/04/shop/new-bakery", "2026-03-04"),
    ("/2026/03/04/event", "2026-03-04"),
    ("/news-2026-03-04-old-bridge", "2026-03-04"),
    ("/story_2026-03-04-abc.html", "2026-03-04"),
    ("/event/news-2026-03-04-old-bridge", None),
    ("/en/calendar/2026-03/concert", None),
    ("/2026/03/04/", "2026-03-04"),
    ("/2026/03/old-bridge", "2026-03"),
    ("/2026/03/04-old-bridges", "2026-03"),
    ("/2026-top-10-bridges/", None),
    ("/a20260304/old-bridge", None),
    ("/2026/bridges/old", None),
    ("/cricket/2010-11/fixtures", None),
    ("/cricket/2010-12/fixtures", "2010-12"),
    ("/2026/13/04/old-bridge", None),
    ("/2026/03/04/2026/03/05/", None),
])  # fmt: skip
def test_an_address_tells_the_day_or_month_in_its_path(path: str, printed: str | None) -> None:
    claims = [claim.value for claim in claims_of_url(f"https://example.org{path}") if claim.field == "published"]
    assert claims == ([printed] if printed else [])


def test_the_day_in_the_address_is_told_and_a_month_says_which_of_several_days_is_meant() -> None:
    others = [Claim("published", "5 March 2026", "dateline"), Claim("published", "2026-02-01", "json-ld")]
    later = date(2027, 1, 1)

    def published(url: str, *claims: Claim) -> tuple[date | None, str | None]:
        chosen = choose([Claim("url", f"https://example.org/{url}", "canonical"), *claims], later)
        return chosen.published_day, chosen.published_from

    assert published("2026/03/04/old-bridge", *others) == (date(2026, 3, 4), "url")
    assert published("2026/02/old-bridge", *others) == (date(2026, 2, 1), "json-ld")
    assert published("2026/01/old-bridge", *others) == (date(2026, 3, 5), "dateline")
    assert published("2026/01/old-bridge") == (None, "url")


def test_the_day_in_the_address_is_told_before_what_others_agree_on() -> None:
    address = Claim("url", "https://example.org/2026/03/04/old-bridge", "canonical")
    others = [Claim("published", "2027-03-09", origin) for origin in ("dateline", "json-ld")]
    agreeing = Claim("published", "2026-03-04T09:00:00Z", "og")
    for claims in ([address, *others], [address, agreeing, *others]):
        assert choose(claims, date(2028, 1, 1)).published_day == date(2026, 3, 4)


def test_a_line_that_says_published_gives_way_to_a_day_that_print_and_markup_share() -> None:
    line = Claim("published", "Published October 12, 2023", "publication-line")

    def day(*claims: tuple[str, str]) -> str:
        told = [line, *(Claim("published", printed, origin) for printed, origin in claims)]
        return str(choose(told, TODAY).published_day)

    assert day(("March 3, 2024", "dateline"), ("2024-03-03", "og")) == "2024-03-03"
    assert day(("March 3, 2024", "dateline"), ("2024-03-02T23:30:00Z", "json-ld")) == "2024-03-03"
    assert day(("March 3, 2024", "dateline")) == day(("2024-03-03", "og")) == "2023-10-12"
    assert day(("March 3, 2024", "dateline"), ("2023-10-12", "og"), ("2024-03-03", "json-ld")) == "2023-10-12"


def test_a_day_in_the_name_of_a_page_is_told_where_nothing_else_is() -> None:
    address = Claim("url", "https://example.org/minutes-2026-03-04", "canonical")
    assert choose([address], date(2027, 1, 1)).published_from == "url-name"
    assert choose([address, Claim("published", "2026-03-09", "time")], date(2027, 1, 1)).published_from == "time"


@pytest.mark.parametrize(
    "moments", [["2024-03-02T23:30:00Z"], ["2024-03-02T12:00:00"], ["2024-03-03", "2024-03-02T15:00Z"]]
)
def test_no_day_in_utc_takes_the_place_of_the_printed_day(moments: list[str]) -> None:
    for origin in ("og", "meta", "json-ld"):
        claims = [Claim("published", moment, origin) for moment in moments]
        printed = Claim("published", "March 3, 2024", "dateline")
        assert choose([printed, *claims], TODAY).published_day == date(2024, 3, 3)


def test_a_printed_day_takes_the_hour_that_its_own_clock_tells() -> None:
    printed = Claim("published", "July 4, 2025", "dateline")
    exact = Claim("published", "2025-07-04T20:04:00-04:00", "microdata")
    chosen = choose([printed, exact], TODAY)
    assert (chosen.published, chosen.published_day) == (datetime(2025, 7, 5, 0, 4), date(2025, 7, 4))


def test_of_the_dates_that_meta_elements_tell_the_first_is_chosen() -> None:
    for days in (["2025-03-05", "2025-03-04"], ["2025-03-04", "2025-03-05"]):
        assert choose([Claim("published", day, "meta") for day in days], TODAY).published == datetime(2025, 3, 4)


@given(st.lists(st.builds(
    Claim,
    st.sampled_from(["title", "authors", "published", "url", "source", "language"]),
    st.text(max_size=60) | st.sampled_from(["http://[x", "<a", "&amp;", "2025-12-16", "A - B", "Lee Parsons"]),
    st.sampled_from(["og", "field x", "a-rule", "folder", "source.toml", ""]),
), max_size=8))  # fmt: skip
def test_no_claim_breaks_the_choice(claims: list[Claim]) -> None:
    described = choose(claims, TODAY)
    values = {claim.origin for claim in claims}
    assert {described.title_from, described.authors_from, described.published_from} <= values | {None}
    assert (described.title is None) == (described.title_from is None)


@pytest.mark.parametrize(("uri", "author"), [
    ("releases/Kerry/31Jan2007Kerry12.txt", "Kerry"),
    ("releases/Akaka/10May2007akaka144.txt", "Akaka"),
    ("releases/Kerry/31Jan2007Dole12.txt", None),
    ("releases/Kerry/31Jan2007.txt", None),
    ("releases/Kerry/Kerry12.txt", None),
    ("31Jan2007Kerry12.txt", None),
    ("news/reuters/31Jan2007reuters12.txt", None),
])  # fmt: skip
def test_a_file_name_tells_an_author_only_behind_a_date_and_in_the_folder_of_that_name(
    uri: str, author: str | None
) -> None:
    described = choose(claims_of_file_name(uri), TODAY)
    assert described.authors == ((author,) if author else ())


def test_what_markup_tells_unseen_is_no_author_when_it_is_the_site_or_an_account() -> None:
    site = Claim("source", "The Example", "og")
    for name in ("The Example", "theexample", "jroe", "web-team2"):
        assert choose([site, Claim("authors", name, "json-ld")], TODAY).authors == ()
    assert choose([site, Claim("authors", "The Example", "byline")], TODAY).authors == ("The Example",)
    assert choose([Claim("source", "Ann Roe", "og"), Claim("authors", "Ann Roe", "meta")], TODAY).authors == (
        "Ann Roe",
    )


def test_beside_a_person_the_site_is_no_author() -> None:
    claims = [
        Claim("source", "The Example", "og"),
        *(Claim("authors", name, "byline") for name in ("The Example", "Ann Roe")),
    ]
    assert choose(claims, TODAY).authors == ("Ann Roe",)


def test_an_hour_that_is_printed_gives_way_to_one_whose_zone_is_told() -> None:
    claims = [
        Claim("published", "3 May 2026, 18:40", "dateline"),
        Claim("published", "2026-05-03T18:40:00+02:00", "json-ld"),
    ]
    described = choose(claims, date(2026, 6, 1))
    assert (described.published, described.published_from) == (datetime(2026, 5, 3, 16, 40), "json-ld")
    assert choose(claims[:1], date(2026, 6, 1)).published == datetime(2026, 5, 3, 18, 40)


def test_the_date_of_the_last_change_is_chosen_only_when_there_is_no_other() -> None:
    updated = Claim("published", "Updated 3 May 2026", "dateline-updated")
    assert choose([updated], date(2026, 6, 1)).published == datetime(2026, 5, 3)
    assert choose([updated, Claim("published", "2025-01-02", "meta")], date(2026, 6, 1)).published == datetime(
        2025, 1, 2
    )


def test_what_a_page_tells_readers_or_networks_comes_before_what_its_json_ld_tells() -> None:
    unseen = Claim("published", "2025-01-01", "json-ld")
    shown = Claim("published", "Updated 4 March 2025", "dateline-updated")
    shared = Claim("published", "2025-01-02", "og")
    assert choose([unseen, shown], TODAY).published_day == date(2025, 3, 4)
    assert choose([unseen, shown, shared], TODAY).published_day == date(2025, 1, 2)


def test_a_day_in_numbers_is_read_as_the_language_of_the_page_has_it() -> None:
    day = Claim("published", "3/4/2025", "dateline")
    assert choose([day], TODAY).published is None
    assert choose([day, Claim("language", "en-US", "html-lang")], TODAY).published == datetime(2025, 3, 4)
    languages = [Claim("language", "en", "json-ld"), Claim("language", "en-GB", "html-lang")]
    assert choose([day, *languages], TODAY).published == datetime(2025, 4, 3)


def test_a_day_in_numbers_is_read_as_the_markup_has_it() -> None:
    printed = Claim("published", "09.10.2024", "dateline")
    assert choose([printed], TODAY).published == datetime(2024, 10, 9)
    for value, told in (
        ("2024-09-10T16:07:00Z", datetime(2024, 9, 10, 16, 7)),
        ("2024-09-11", datetime(2024, 10, 9)),
    ):
        assert choose([printed, Claim("published", value, "json-ld")], TODAY).published == told
    other = [Claim("published", "9 October 2024", "sidecar"), Claim("published", "2024-09-10", "json-ld")]
    assert choose(other, TODAY).published == datetime(2024, 10, 9)


def test_every_origin_of_trust_is_one_that_something_claims() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path("flows").rglob("*.py"))
    origins = {origin for order in TRUST.values() for origin in order} - {RULE}
    assert {origin for origin in origins if f'"{origin.removesuffix("-updated")}"' not in sources} == set()


# What no column tells

TOLD = {
    "title": "Bridge opens",
    "authors": ["Ann Bell", "Carl Diaz"],
    "published": datetime(2025, 1, 2),
    "published_from": "field date",
    "url": "https://example.org/a",
    "source": "The Paper",
    "language": "en",
}


@pytest.mark.parametrize(
    ("claim", "untold"),
    [
        (Claim("title", "Bridge opens", "field title"), {}),
        (Claim("title", "A bridge", "sidecar title"), {"sidecar": {"title": "A bridge"}}),
        (Claim("authors", "Carl Diaz", "field author"), {}),
        (Claim("authors", "By Ann Bell, Reuters", "field byline"), {"field": {"byline": "By Ann Bell, Reuters"}}),
        (Claim("published", "2025-01-02", "field date"), {}),
        (Claim("published", "2025-01-02T01:00:00+01:00", "field date"), {}),
        (Claim("published", "2025-01-02T00:00:30Z", "field date"), {"field": {"date": "2025-01-02T00:00:30Z"}}),
        (Claim("published", "2025-01-02 00:00:00.5", "field date"), {"field": {"date": "2025-01-02 00:00:00.5"}}),
        (Claim("published", "2 January 2025 9:30 IST", "field date"), {"field": {"date": "2 January 2025 9:30 IST"}}),
        (Claim("published", "2025-01-03", "field date"), {"field": {"date": "2025-01-03"}}),
        (
            Claim("published", "3 May 2020, updated 6 May 2020", "field date"),
            {"field": {"date": "3 May 2020, updated 6 May 2020"}},
        ),
        (Claim("published", "2025-01-02", "field pub date"), {"field": {"pub date": "2025-01-02"}}),
        (Claim("url", "HTTPS://example.org/a", "field url"), {}),
        (Claim("url", "https://example.org/a#top", "field url"), {"field": {"url": "https://example.org/a#top"}}),
        (Claim("url", "http://[bad", "field url"), {"field": {"url": "http://[bad"}}),
        (Claim("source", "Reuters", "field source"), {"field": {"source": "Reuters"}}),
        (Claim("language", "EN", "field lang"), {}),
        (Claim("language", "en-GB", "field lang"), {"field": {"lang": "en-GB"}}),
        (Claim("language", "de", "front-matter lang"), {"front-matter": {"lang": "de"}}),
        (Claim("source", "Reuters", "og"), {}),
    ],
)
def test_a_field_that_no_column_tells_is_told(claim: Claim, untold: dict[str, dict[str, str]]) -> None:
    assert list_untold([claim], TOLD) == untold


@pytest.mark.parametrize(
    ("name", "told", "hidden"),
    [
        ("lead", "https://ann:pa@ss@[bad/a@b", "https://[bad/a@b"),
        (
            "lead",
            "see ftp://ann:secret@example.org, and (ann:secret@example.org/a)",
            "see ftp://example.org, and (example.org/a)",
        ),
        ("lead", "ann:secret@example.org/a", "example.org/a"),
        ("lead", "ann:se:cr@et@localhost:8080", "localhost:8080"),
        ("url", "ann:secret@example.org", "example.org"),
        ("Source Name", "ann:secret@example.org", "example.org"),
        ("lead", {"url": ["ann:secret@example.org", 1, None]}, {"url": ["example.org", 1, None]}),
        # No page's address
        ("url", "mailto:bob@example.org", "mailto:bob@example.org"),
        ("lead", "Note: mail bob@example.org", "Note: mail bob@example.org"),
        ("lead", "Desk:bob@example.org, mailto:bob@example.org/a", "Desk:bob@example.org, mailto:bob@example.org/a"),
        ("lead", "by @ann: a/b @ 12:30", "by @ann: a/b @ 12:30"),
        ("lead", "https://example.org/@ann?to=bob@example.org", "https://example.org/@ann?to=bob@example.org"),
        ("source", "The Note: by Ann @ Work", "The Note: by Ann @ Work"),
    ],
)
def test_no_address_keeps_its_password(name: str, told: Any, hidden: Any) -> None:
    assert hide_credentials_within(told, name) == hidden
    if isinstance(told, str):
        field: Field = "url" if name == "url" else "source" if name.startswith("S") else "title"
        [claim] = hide_credentials_of([Claim(field, told, "og")])
        assert claim.value == hidden


def test_several_values_of_a_field_stay_together() -> None:
    claims = [Claim("authors", name, "field authors") for name in ("Ann Bell", "The Desk", "Wire")]
    assert list_untold(claims, TOLD) == {"field": {"authors": ["The Desk", "Wire"]}}
