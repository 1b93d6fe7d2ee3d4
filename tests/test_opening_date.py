"""The day that a text opens with is told where it stands on no line of its own, and stays in the text."""

import pytest

from flows.clean.opening_date import drop_opening_date, find_opening_date, is_release_label

PROSE = (
    "The city council voted on Tuesday to close the old bridge over the river, which has carried traffic since 1931, "
    "after engineers found cracks in two of its piers."
)


@pytest.mark.parametrize(("head", "printed"), [
    ("March 4  2026 Council closes old bridge            ", "March 4 2026"),
    ("Wednesday, March 4, 2026 - Council closes old bridge\n", "Wednesday, March 4, 2026"),
    ("       Releases            03 14 2026 Council closes old bridge          ", "03/14/2026"),
    ("FOR IMMEDIATE RELEASE: March 4, 2026\nCouncil closes old bridge\n", "March 4, 2026"),
    ("News   FOR IMMEDIATE RELEASE   March 4  2026 Council closes old bridge     ", "March 4 2026"),
    ("Council closes old bridge\n\nPressemitteilung vom 4. März 2026\n", "4. März 2026"),
    ("Council closes old bridge     March 4  2026    Springfield     ", "March 4 2026"),
    ("Council closes old bridge\n\nSPRINGFIELD, March 4, 2026 (Example Wire) – ", "March 4, 2026"),
    ("SAN EXAMPLE, Calif., March 4, 2026 /Example Wire/ -- ", "March 4, 2026"),
    ("Berlin, 4. März 2026 (bsp) - ", "4. März 2026"),
])  # fmt: skip
def test_a_text_that_opens_with_a_day_tells_it(head: str, printed: str) -> None:
    assert [claim.value for claim in find_opening_date(head + PROSE)] == [printed]


@pytest.mark.parametrize("head", [
    "March 4, 2026, was the day on which the bridge closed. ",
    "March 4, 2026 was the day on which the bridge closed. ",
    "On March 4, 2026 the bridge closed. ",
    "03 04 2026 Council closes old bridge            ",
    "SPRINGFIELD, March 4 (Example Wire) – ",
    "Council to meet     Wednesday March 4 2026     Town hall     ",
    "Council to meet     Wednesday March 4 2026 10 30 AM     Town hall     ",
    "Council closes old bridge\n\nRegister by March 4, 2026\n",
    "Joined\nMarch 4, 2026\n",
    "Updated March 4, 2026 Council closes old bridge     ",
    "Ann Roe wrote on March 4, 2026 – ",
    f"{PROSE}\n\nMarch 4, 2026 Dear Mayor     ",
    "3/4/26, 3:04 PM\n",
    "13/4/26, 3:04 PM\n",
    "March 4, 2026 Closed the bridge\nMarch 5, 2026 Opened it again\n",
])  # fmt: skip
def test_a_day_that_is_the_storys_or_one_of_several_is_not_told(head: str) -> None:
    assert find_opening_date(head + PROSE) == []


def test_a_title_is_told_without_the_day_before_it() -> None:
    assert drop_opening_date("March 4 2026 Council closes old bridge") == "Council closes old bridge"
    assert drop_opening_date("March 4 2026") == "March 4 2026"
    assert drop_opening_date("March 4, 2026, in Springfield") == "March 4, 2026, in Springfield"


def test_a_line_that_says_that_it_is_a_press_release_says_hardly_more() -> None:
    assert is_release_label("FOR IMMEDIATE RELEASE")
    assert is_release_label("Press Release: March 4, 2026")
    assert not is_release_label("Press release ends in tears")


@pytest.mark.parametrize("part", [" ", "A ", "A", "a   ", "March 4 2026 A   ", "News ", "(", "1 ", "—", "A, "])
def test_hostile_text_comes_to_an_end(part: str) -> None:
    find_opening_date(part * 100_000)
