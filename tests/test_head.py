"""Lines of title, authors and date are lifted from the head of a text, and nothing else is."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.head import find_head
from flows.clean.head_lines import HEAD_LINES
from flows.clean.ledger import apply
from flows.recognise.dates import parse_date

DATA = Path("../shared/data")
SEEDS = Path("../shared/seeds")
PROSE = (
    "The city council voted on Tuesday to close the old bridge over the river, which has carried traffic since 1931, "
    "after engineers found cracks in two of its piers.\n\nThe council expects repairs of the bridge to take a year."
)


def lift(text: str, title: str | None = None) -> tuple[str, dict[str, str]]:
    """The text that stays, and the claims by field."""
    cuts, claims = find_head(text, title)
    assert all(cut.kind == "lift" and not cut.after for cut in cuts)
    return apply(text, cuts).strip(), {claim.field: claim.value for claim in claims}


def test_a_bare_name_above_a_date_line_is_the_author() -> None:
    kept, claims = lift(f"\n\nLee Parsons\n\n16 December 2025\n\n{PROSE}")
    assert kept == PROSE
    assert claims == {"authors": "Lee Parsons", "published": "16 December 2025"}


@pytest.mark.parametrize("head", [
    "Council Closes Old Bridge\n\nLee Parsons\n16 December 2025",
    "Council Closes Old Bridge\n16 December 2025\nLee Parsons",
    "Council Closes Old Bridge\n\nPublished: 16 December 2025\n\nLee Parsons",
])  # fmt: skip
def test_title_name_and_date_lines_are_lifted(head: str) -> None:
    kept, claims = lift(f"{head}\n\n{PROSE}")
    assert kept == PROSE
    assert claims["title"] == "Council Closes Old Bridge"
    assert claims["authors"] == "Lee Parsons"
    date = parse_date(claims["published"])
    assert date and (date.when.year, date.when.month, date.when.day) == (2025, 12, 16)


def test_a_byline_vouches_for_the_title_and_is_left_to_its_rule() -> None:
    kept, claims = lift(f"Council closes old bridge\n\nBy Lee Parsons\n\n{PROSE}")
    assert kept == f"By Lee Parsons\n\n{PROSE}"
    assert claims == {"title": "Council closes old bridge", "authors": "By Lee Parsons"}


@pytest.mark.parametrize(
    "above", ["March 4, 2026", "FOR IMMEDIATE RELEASE", "Press Release\n\nMarch 4, 2026", "03/04/2026"]
)
def test_a_title_may_follow_the_day_and_that_it_is_a_press_release(above: str) -> None:
    _, claims = lift(f"{above}\n\nCouncil closes old bridge\n\n{PROSE}")
    assert claims["title"] == "Council closes old bridge"


def test_a_byline_that_names_nobody_vouches_for_the_title_where_a_day_follows() -> None:
    for line in ("Staff Writer", "By Example Staff\nBy Reuters Staff", "By Editorial Board"):
        line = line.rpartition("\n")[2]
        assert lift(f"Council closes old bridge\n\n{line}\nMarch 4, 2026\n\nNo prose")[1] == {
            "title": "Council closes old bridge",
            "published": "March 4, 2026",
        }
        assert "title" not in lift(f"Council closes old bridge\n\n{line}\n\nNo prose")[1]


def test_the_day_behind_a_byline_that_names_nobody_is_told() -> None:
    _, claims = lift(f"Council closes old bridge\n\nPosted by admin on March 4, 2026\n\n{PROSE}")
    assert claims == {"title": "Council closes old bridge", "published": "on March 4, 2026"}


def test_a_title_above_prose_that_takes_up_its_words_is_lifted() -> None:
    assert lift(f"CITY COUNCIL CLOSES BRIDGE\n{PROSE}") == (PROSE, {"title": "CITY COUNCIL CLOSES BRIDGE"})
    assert lift(f"Council votes to close old bridge\n\n{PROSE}") == (
        PROSE,
        {"title": "Council votes to close old bridge"},
    )


@pytest.mark.parametrize("line", [
    "Sign up for our newsletter",
    "FOR IMMEDIATE RELEASE",
    "Council votes to close old bridge.",
    "WASHINGTON",
    "Photo: the old bridge over the river",
    "Some things that nobody below speaks of",
    "the council votes to close the old bridge",
    "Bridge",
    "council@example.org Bridge Council",
])  # fmt: skip
def test_a_first_line_that_may_be_something_else_stays(line: str) -> None:
    assert lift(f"{line}\n\n{PROSE}") == (f"{line}\n\n{PROSE}", {})


def test_a_first_line_that_repeats_the_known_title_is_lifted_though_wrapped() -> None:
    title = "Council votes to close the ‘old’ bridge"
    for first in ("Council votes to close the 'old' bridge", "COUNCIL VOTES TO CLOSE\nTHE “OLD” BRIDGE"):
        assert lift(f"{first}\n\n{PROSE}", title) == (PROSE, {})


def test_a_bare_name_under_the_known_title_is_the_author_only_above_prose() -> None:
    assert lift(f"Lee Parsons\n\n{PROSE}", "Council closes bridge") == (PROSE, {"authors": "Lee Parsons"})
    staff = f"Lee Parsons\n\nAnn Roe\n\n{PROSE}"
    assert lift(staff, "Our council") == (staff, {})
    portrait = f"Lee Parsons\n\n{PROSE}"
    assert lift(portrait, "Lee Parsons, a life") == (portrait, {})
    assert lift(portrait) == (portrait, {})


def test_on_a_web_page_a_bare_name_is_an_author_only_if_its_markup_says_so() -> None:
    text = f"Universal Appeal\n\n{PROSE}"
    assert find_head(text, "Council closes bridge", ["ann roe"]) == ([], [])
    _, claims = find_head(text, "Council closes bridge", ["universal appeal"])
    assert [claim.value for claim in claims] == ["Universal Appeal"]
    dated = f"Lee Parsons\n27 January 2019\n\n{PROSE}"
    assert [claim.value for claim in find_head(dated, "Council closes bridge", [])[1]] == ["27 January 2019"]
    for persons in (["lee parsons"], None):
        _, claims = find_head(dated, "Council closes bridge", persons)
        assert [claim.value for claim in claims] == ["Lee Parsons", "27 January 2019"]


def test_a_name_that_may_be_the_rest_of_a_wrapped_title_stays() -> None:
    head = "Penguins pine for pairings: an interview with biologist\nNatasha Gownaris"
    kept, claims = lift(f"{head}\n27 January 2019\n{PROSE}")
    assert kept.startswith(f"{head}\n")
    assert claims == {"published": "27 January 2019"}


def test_an_updated_line_is_lifted_and_claims_only_when_alone() -> None:
    both = f"Updated: 17 December 2025\n16 December 2025\n\n{PROSE}"
    assert lift(both) == (PROSE, {"published": "16 December 2025"})
    assert lift(f"Updated: 17 December 2025\n\n{PROSE}") == (PROSE, {"published": "Updated: 17 December 2025"})


def test_a_month_is_a_date_line_right_below_the_known_title_and_nowhere_else() -> None:
    assert lift(f"Old bridge closes\n\nMarch 2026\n\n{PROSE}", "Old bridge closes") == (
        PROSE,
        {"published": "March 2026"},
    )
    assert lift(f"March 2026\n\nCouncil notes\n\n{PROSE}")[1] == {}


def test_a_date_that_may_be_read_two_ways_shows_who_is_the_author() -> None:
    kept, claims = lift(f"Lee Parsons\n\n03/04/2026\n\n{PROSE}", "Old bridge closes")
    assert (kept, claims["authors"]) == (PROSE, "Lee Parsons")
    assert parse_date(claims["published"]) is None


def test_a_date_within_a_title_of_two_lines_is_part_of_it() -> None:
    assert lift(f"Council budget\n2004-08\n\n{PROSE}", "Council budget 2004-08") == (PROSE, {})


def test_the_day_on_which_a_member_joined_stays() -> None:
    text = f"Old bridge closes\n\nAnn Roe\n\nJoined\n\nMarch 4, 2026\n\n{PROSE}"
    assert "published" not in lift(text, "Old bridge closes")[1]


def test_a_diary_keeps_its_dates() -> None:
    diary = "\n\n".join(f"{day} May 1945\n\nThe {day}th day was as quiet as the one before it." for day in range(1, 9))
    assert lift(diary) == (diary, {})


def test_the_date_of_a_quoted_letter_stays() -> None:
    letter = f"{PROSE.splitlines()[0]}\n\nJune 20, 2006\n\nThe Honorable Francis J. Harvey\nSecretary of the Army"
    assert lift(letter) == (letter, {})


def test_the_time_of_printing_is_no_date_line() -> None:
    assert lift(f"11/22/26, 3:04 PM\n\n{PROSE}") == (f"11/22/26, 3:04 PM\n\n{PROSE}", {})


def test_real_articles_without_a_head_stay_whole() -> None:
    for name in ("000_454511d0d6e59e64.txt", "003_1a6adf4de77c28da.txt"):
        text = (SEEDS / name).read_text("utf-8")
        assert find_head(text, None) == ([], [])


def test_a_real_article_whose_heading_is_lifted_already_gives_author_and_date() -> None:
    text = (SEEDS / "001_54d33e0b3c334c63.txt").read_text("utf-8")
    heading = text.index("# *")
    text = text[text.index("\n", heading) :]
    kept, claims = lift(text, "Russians at War: An honest portrayal of the people inside Russia's military")
    assert claims == {"authors": "Lee Parsons", "published": "16 December 2025"}
    assert kept.startswith("As the US and NATO-instigated proxy war")


def test_of_wikinews_bodies_only_the_date_line_is_lifted() -> None:
    bodies = dated = 0
    for file in sorted((DATA / "wikinews").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                bodies += 1
                cuts, claims = find_head(row["text"], row["title"])
                lifted = [row["text"][cut.start : cut.end] for cut in cuts]
                assert len(lifted) <= 1
                if lifted:
                    date = parse_date(lifted[0])
                    assert date and abs((date.when - parse_date(row["date"]).when).days) <= 31  # type: ignore[union-attr]
                    assert [(claim.field, claim.value) for claim in claims] == [("published", lifted[0])]
                    dated += 1
    assert (bodies, dated) == (295, 175)


def test_printed_news_gives_title_and_date() -> None:
    titled = 0
    files = sorted((DATA / "news_pdf_rendered").glob("*.gold.txt"))
    for file in files:
        text = file.read_text("utf-8")
        title, day = text.split("\n\n")[:2]
        kept, claims = lift(text)
        assert claims.get("title", title) == title
        assert claims["published"] == day
        titled += "title" in claims
        assert kept in text
    assert len(files) == 40
    assert titled >= 39


@pytest.mark.parametrize(
    "label",
    [
        "Applications due",
        "Comments due by",
        "Date of birth",
        "Next meeting",
        "Start date",
        "Nächste Sitzung",
        "Date de la prochaine réunion",
        "Valid until",
        "Gültig ab",
        "Stichtag",
        "En vigueur à partir du",
        "Fecha límite",
        "Válido até",
        "Geldig vanaf",
        "Срок подачи",
        "Voimassa alkaen",
    ],
)
def test_the_label_of_another_date_is_no_title_and_its_date_is_none_of_publication(label: str) -> None:
    body = "The bridge will be closed to lorries for nine days, since its deck is old, the harbour board said.\n" * 3
    text = f"{label}\n3.4.2024\n\n{body}"
    assert find_head(text.replace("3.4.2024", "3 April 2024"), None) == ([], [])
    assert find_head(text, None) == ([], [])


@pytest.mark.parametrize("author", ["By Anh Le", "By Wei Du", "Annie Au", "Par Jean Dupont, le", "Le"])
def test_a_name_that_ends_as_a_label_does_leaves_the_day_below_it(author: str) -> None:
    body = "The board put off the quay again on Tuesday, since its engineers found the ground too soft.\n" * 3
    _, claims = lift(f"Board Puts Off the Quay\n\n{author}\n3 April 2024\n\n{body}")
    assert claims["title"] == "Board Puts Off the Quay"
    assert claims["published"] == "3 April 2024"
    assert ("authors" in claims) == (author != "Le")


@pytest.mark.parametrize("label", ["Pressemitteilung vom", "Communiqué du", "Comunicado del", "Bericht vom"])
def test_what_leads_on_from_a_release_or_an_article_leads_on_to_its_day(label: str) -> None:
    body = "The board put off the quay again on Tuesday, since its engineers found the ground too soft.\n" * 3
    kept, claims = lift(f"{label}\n3. April 2024\n\n{body}")
    assert claims == {"published": "3. April 2024"}
    assert kept.startswith(label)


@pytest.mark.parametrize("label", ["Das Konzert vom", "Valable du", "VALABLE DU", "Exposition ouverte du"])
def test_what_leads_on_from_anything_else_leads_on_to_another_day(label: str) -> None:
    assert find_head(f"{label}\n3. April 2024\n\n{'The ground was too soft for it, they said. ' * 4}", None) == ([], [])


@pytest.mark.parametrize(
    "title", ["The Library Opens", "The Mine Closes", "A School Closing", "The Treaty Accepted", "The Gates Open"]
)
def test_a_title_of_three_words_may_end_as_a_label_does(title: str) -> None:
    body = "People from all over the valley came to see it on Tuesday, and most of them stayed until late.\n" * 3
    _, claims = lift(f"{title}\n\n3 April 2024\n\n{body}")
    assert claims == {"title": title, "published": "3 April 2024"}


@pytest.mark.parametrize("event", ["Election", "HEARING", "Sitzung", "Réunion"])
def test_what_happens_on_a_day_is_no_label_of_it_where_a_byline_follows(event: str) -> None:
    body = "People from all over the valley came to see it on Tuesday, and most of them stayed until late.\n" * 3
    day = "3 April 2024"
    _, claims = lift(f"{event}\n{day}\nBy Ann Bell\n\n{body}")
    assert claims == {"authors": "By Ann Bell", "published": day}
    assert "published" not in lift(f"{event}\n{day}\n\n{body}")[1]
    assert "published" not in lift(f"Next {event}\n{day}\nBy Ann Bell\n\n{body}")[1]
    assert "published" not in lift(f"Deadline\n{day}\nBy Ann Bell\n\n{body}")[1]
    assert "published" not in lift(f"Delivery\n{day}\nBy Royal Mail\n\n{body}")[1]
    assert "published" not in lift(f"The Valley Votes\n{event}\n{day}\nBy Ann Bell\n\n{body}")[1]


def test_the_label_of_the_last_change_is_no_title() -> None:
    kept, claims = lift("Last updated\n3 April 2024\n\n" + "The bridge is closed to lorries, the board said.\n" * 5)
    assert kept.startswith("Last updated")
    assert claims == {"published": "3 April 2024"}


@given(st.text(alphabet="\n Aabc.16 May2025By", max_size=200), st.none() | st.text(max_size=20))
def test_no_text_breaks_the_head_and_cuts_are_whole_lines(text: str, title: str | None) -> None:
    cuts, _ = find_head(text, title)
    assert len(apply(text, cuts)) == len(text) - sum(cut.end - cut.start for cut in cuts)
    for cut in cuts:
        assert not text[: cut.start].rsplit("\n", 1)[-1].strip()
        assert not text[cut.end :].split("\n", 1)[0].strip()


@pytest.mark.parametrize("part", ["\n", "a\n", "16 May 2025\n", "By A B\n", "A B\n", " ", "x" * 100 + "\n"])
def test_hostile_text_comes_to_an_end(part: str) -> None:
    """In quadratic time it would not, while anyone waits."""
    cuts, _ = find_head(part * (1_000_000 // len(part)), "title")
    assert len(cuts) <= HEAD_LINES
