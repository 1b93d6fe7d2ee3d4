"""The rules keep the promises that their own files make."""

from pathlib import Path

import pytest

from flows.clean.ledger import apply
from flows.clean.matchers import LONGEST_LINE
from flows.clean.rulebook import Rule, load_rules, read_rules, try_rules
from flows.clean.rules import find_cuts
from tests.benchmarks.planted_noise import Noise, read_noise

PROSE = (
    "The council voted on Tuesday evening to build a second bridge over the river, after two years of argument.",
    "Building begins in April, and the first cars are to cross it before the winter of the year after next.",
    "Shopkeepers on the northern bank had feared for their trade while the old bridge carries all of the lorries.",
)
RULE = """
[[rule]]
name = "bell-line"
zone = "anywhere"
kind = "remove"
description = "Bells."
pattern = "bells?"
hits = ["bell", "bells", "Bell!"]
misses = ["belle", "bellow", "a bell"]
"""


def put(rule: Rule, example: str) -> str:
    """An article with the example where the rule looks."""
    match rule.zone:
        case "opening":
            return f"{example} {PROSE[0]}\n\n{PROSE[1]}"
        case "head":
            return "\n\n".join(("A bridge for the town", example, *PROSE))
        case "tail" | "ends":
            return "\n\n".join((*PROSE, example))
        case _:
            return "\n\n".join((*PROSE, example, *PROSE))


def name(rule: Rule, example: str) -> str:
    return f"{rule.name}: {example}"


HITS = [pytest.param(rule, hit, id=name(rule, hit)) for rule in load_rules() for hit in rule.hits]
MISSES = [pytest.param(rule, miss, id=name(rule, miss)) for rule in load_rules() for miss in rule.misses]


@pytest.mark.parametrize(("rule", "hit"), HITS)
def test_a_hit_is_taken_whole_by_its_rule_and_nothing_else_is(rule: Rule, hit: str) -> None:
    text = put(rule, hit)
    cuts, _ = find_cuts(text)
    assert [(cut.rule, text[cut.start : cut.end].strip(), cut.kind) for cut in cuts] == [(rule.name, hit, rule.kind)]


@pytest.mark.parametrize(("rule", "miss"), MISSES)
def test_a_near_miss_is_left_by_every_rule(rule: Rule, miss: str) -> None:
    assert find_cuts(put(rule, miss)) == ([], [])


@pytest.mark.parametrize(("rule", "hit"), HITS)
def test_a_disabled_rule_takes_nothing(rule: Rule, hit: str) -> None:
    cuts, _ = find_cuts(put(rule, hit), frozenset({rule.name}))
    assert rule.name not in {cut.rule for cut in cuts}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("By EJ Ward\n\n", {("authors", "EJ Ward", "byline")}),
        ("By Jane Doe and John Smith, Staff Writers\n\n", {("authors", "Jane Doe and John Smith", "byline")}),
        ("By JANE O’NEILL\n\n", {("authors", "JANE O’NEILL", "byline")}),
        ("Von Hans Müller\n\n", {("authors", "Hans Müller", "byline")}),
        ("Автор: Олена Коваленко\n\n", {("authors", "Олена Коваленко", "byline")}),
        (
            "By Jane Doe | March 3, 2024\n\n",
            {("authors", "Jane Doe", "byline"), ("published", "March 3, 2024", "byline")},
        ),
        ("KYIV, March 3, 2024 (Reuters) – ", {("published", "March 3, 2024", "dateline")}),
        ("KYIV, March 3, 2024 – ", {("published", "March 3, 2024", "dateline")}),
        ("KYIV, March 3 (Reuters) – ", set()),
    ],
)
def test_what_is_lifted_from_the_head_becomes_claims_as_printed(text: str, claims: set[tuple[str, str, str]]) -> None:
    text += "\n\n".join(PROSE)
    cuts, found = find_cuts(text)
    assert apply(text, cuts).strip() == "\n\n".join(PROSE)
    assert {(claim.field, claim.value, claim.origin) for claim in found} == claims


@pytest.mark.parametrize("parting", ["\n", "\n\n"])
def test_a_contact_block_is_one_cut_and_its_link_names_the_source(parting: str) -> None:
    block = "To contact the WSW and the Socialist Equality Party visit:" + parting + "wsws.org/contact"
    text = parting.join((*PROSE, block))
    cuts, claims = find_cuts(text)
    assert [text[cut.start : cut.end] for cut in cuts] == [block]
    assert [(claim.field, claim.value) for claim in claims] == [("source", "wsws.org")]


def test_a_platform_is_nobodys_own_site() -> None:
    text = "\n".join((*PROSE, "Media contact:", "Jane Doe", "https://www.facebook.com/example"))
    cuts, claims = find_cuts(text)
    assert len(cuts) == 1
    assert claims == []


def test_lines_of_one_rule_become_one_cut_across_blank_lines() -> None:
    text = "\n\n".join((*PROSE, "14 Comments", "Leave a comment"))
    cuts, _ = find_cuts(text)
    assert [text[cut.start : cut.end] for cut in cuts] == ["14 Comments\n\nLeave a comment"]


def test_a_byline_in_the_middle_of_an_article_is_text() -> None:
    assert find_cuts("\n".join((*PROSE, "By Jane Doe", *PROSE))) == ([], [])


def test_a_sentence_with_an_address_in_the_middle_of_an_article_is_text() -> None:
    sentence = "For more information, call the city at (202) 555-0143."
    assert find_cuts("\n".join((*PROSE, sentence, *PROSE))) == ([], [])
    assert [cut.rule for cut in find_cuts("\n".join((*PROSE, sentence)))[0]] == ["contact-sentence"]


def test_a_line_too_long_for_boilerplate_is_text() -> None:
    assert find_cuts("Share this article " * (LONGEST_LINE // 19 + 1)) == ([], [])


def test_white_space_around_and_inside_a_line_does_not_hide_it() -> None:
    text = f"{PROSE[0]}\n \t Share\u00a0this   article \n{PROSE[1]}"
    cuts, _ = find_cuts(text)
    assert [text[cut.start : cut.end] for cut in cuts] == ["Share\u00a0this   article"]


def test_a_line_with_phrases_of_several_rules_is_taken_by_the_rule_of_its_beginning() -> None:
    line = "© 2024 Example News. Click here to subscribe to our daily briefing."
    text = "\n".join((*PROSE, line))
    assert [(cut.rule, text[cut.start : cut.end]) for cut in find_cuts(text)[0]] == [("copyright-line", line)]


def test_a_rule_leaves_a_line_longer_than_it_says() -> None:
    call = "Read all of our coverage of the flood"
    for words, taken in ((10, True), (60, False)):
        line = call + " and the river" * words
        assert len(line) <= LONGEST_LINE or not taken
        assert bool(find_cuts("\n".join((*PROSE, line)))[0]) == taken


def test_a_line_without_what_its_rule_requires_is_left() -> None:
    for line, taken in (
        ("Reproduction of our texts without permission is prohibited.", True),
        ("Reproduction interdite sans notre accord écrit", True),
        ("Reproduction of storks without permission of the zoo is prohibited.", False),
        ("La reproduction des cigognes est interdite dans ce parc.", False),
    ):
        assert bool(find_cuts("\n".join((*PROSE, line, *PROSE)))[0]) == taken


def test_what_a_piece_is_filed_under_stands_at_its_ends_and_not_again_and_again() -> None:
    line = "Kategorie: Frauen"
    assert [cut.rule for cut in find_cuts("\n\n".join((*PROSE, line)))[0]] == ["topic-line"]
    assert find_cuts("\n\n".join((*PROSE, line, *PROSE))) == ([], [])
    results = [f"{line}\n\n1. Jane Doe\n\n2. Ann Lee"] * 3
    assert find_cuts("\n\n".join((*PROSE, *results))) == ([], [])


def test_capitals_of_turkish_are_no_others() -> None:
    text = "\n".join((*PROSE, "İLK YORUMU SİZ YAPIN"))
    assert [text[cut.start : cut.end] for cut in find_cuts(text)[0]] == ["İLK YORUMU SİZ YAPIN"]


def test_the_section_of_a_paper_is_no_author() -> None:
    assert find_cuts("\n\n".join(("Sube el precio del pan", "Por Economía La Capital", *PROSE))) == ([], [])


def test_what_is_removed_and_what_is_lifted_can_be_asked_for_apart() -> None:
    text = "\n\n".join(("By Jane Doe", "Share this article", *PROSE))
    removed, no_claims = find_cuts(text, only="remove")
    lifted, claims = find_cuts(text, only="lift")
    assert [cut.kind for cut in removed] == ["remove"]
    assert no_claims == []
    assert [cut.kind for cut in lifted] == ["lift"]
    assert [claim.value for claim in claims] == ["Jane Doe"]


def test_credits_under_every_picture_of_a_series_are_its_text() -> None:
    credit = "Photo: Jane Doe"
    assert [cut.rule for cut in find_cuts("\n\n".join((*PROSE, credit, *PROSE)))[0]] == ["photo-credit"]
    assert find_cuts("\n\n".join((*PROSE, *[credit] * 20, *PROSE))) == ([], [])


def test_a_stamp_of_the_last_change_goes_from_the_body_and_stays_in_the_head_which_it_may_date() -> None:
    stamp = "Updated 3 March 2024, 14:05"
    assert [cut.rule for cut in find_cuts("\n\n".join((*PROSE, stamp, *PROSE)))[0]] == ["update-stamp"]
    assert find_cuts("\n\n".join((stamp, *PROSE)), only="remove") == ([], [])


def test_phrases_of_every_language_are_alternatives_of_the_pattern(tmp_path: Path) -> None:
    phrases = "[rule.phrases]\nde = '''\nglocken?\n\ngeläut\n'''\nfr = '''\ncloches?\n'''\n"
    (tmp_path / "bells.toml").write_text(RULE + phrases, encoding="utf-8")
    assert [rule.pattern for rule in read_rules(tmp_path)] == ["bells?|glocken?|geläut|cloches?"]
    (tmp_path / "bells.toml").write_text(RULE + "phrases = 3", encoding="utf-8")
    with pytest.raises(ValueError, match="'phrases' is of the wrong type"):
        read_rules(tmp_path)


@pytest.mark.parametrize(
    "noise", [noise for noise in read_noise() if noise.part == "seen"], ids=lambda noise: noise.text
)
def test_boilerplate_as_sites_print_it_is_found_where_it_stands(noise: Noise) -> None:
    above, below = {"head": ((), PROSE), "between": (PROSE, PROSE), "tail": (PROSE, ())}[noise.place]
    text = "\n\n".join((*above, noise.text, *below))
    cuts, _ = find_cuts(text, only="remove")
    assert apply(text, cuts).split() == " ".join((*above, *below)).split()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"bells?"', '"bells("', "'pattern' does not compile"),
        ('"bells?"', '"{gong}"', r"the term {gong} is not in \[terms\]"),
        ('"bells?"', '"(?P<tone>bells)"', "the group 'tone' of 'pattern' is no claim's field"),
        ('"anywhere"', '"nowhere"', "the zone 'nowhere' is none of"),
        ('"remove"', '"burn"', "the kind 'burn' is none of"),
        ('description = "Bells."', "", "'description' is missing"),
        ('description = "Bells."', "description = 7", "'description' is of the wrong type"),
        ('description = "Bells."', 'description = ""\ncolour = "red"', "the key 'colour' is unknown"),
        ('"bellow", "a bell"', "", "at least three hits and three misses"),
        ("", RULE, "bells.toml has a rule of this name"),
    ],
)
def test_a_broken_rule_says_which_and_why(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    broken = RULE.replace(old, new) if old else RULE + new
    (tmp_path / "bells.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match=f"bells.toml, rule bell-line: .*{complaint}"):
        try_rules(read_rules(tmp_path))


def test_a_term_that_stands_for_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bells.toml").write_text('[terms]\ngong = "{gong}{gong}"' + RULE.replace("bells?", "{gong}"))
    with pytest.raises(ValueError, match="stands for itself"):
        read_rules(tmp_path)
