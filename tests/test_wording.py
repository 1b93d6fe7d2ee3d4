"""The wording classifier takes lone lines that are worded as boilerplate, and leaves the text around them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import Policy, clean
from flows.clean.ledger import apply
from flows.clean.rulebook import LONGEST_CALL
from flows.clean.wording import RULE, Wording, find_worded, list_terms, load_wording, score_line
from flows.model import Record
from flows.settings import Settings
from tests.benchmarks.marked_lines import read_wikinews
from tests.benchmarks.train_wording import Line, fit, read_written, write_wording

DATA = Path("../shared/data")
THRESHOLD = Settings().wording_threshold
PROSE = [
    "The city council voted on Tuesday to close the old bridge over the river, which has carried traffic since 1931.",
    "Engineers had found cracks in two of its piers, and the mayor said that nobody could vouch for the others.",
    "The council expects the repairs to take a year, and to cost as much as the bridge did when it was built.",
]
CALLS = [
    "Never miss a headline: let our editors write to your inbox each weekday morning",
    "Verpassen Sie keine Nachricht mehr und holen Sie sich unseren kostenlosen Newsletter jeden Abend ins Postfach",
    "Si cet article vous a plu, partagez-le avec vos amis sur les réseaux sociaux",
    "¿Te ha gustado este artículo? Compártelo con tus amigos en las redes sociales",
    "Чтобы не пропустить важные новости, подписывайтесь на нашу рассылку и наш канал",
]
CONTENT = [
    "The minister declined to comment.",
    "The newsletter reached 40,000 readers before it was closed in May.",
    "Share prices fell by a third on Monday.",
    "Hier geben Sie den Namen des Autors dieser Veröffentlichung an.",
    "Cliquez sur le bouton Suivant pour passer à l'étape suivante.",
    "Mais voilà, tu l'as fait !",
    "Cette photo se passe de commentaires :-)",
    "Das ist aber wunderschön geworden, liebe Grüße an dich!",
    "Hej på er, jag skrattade så att grannen knackade i väggen!",
    "Background",
    "Bestätigen",
    "Autor",
    "* * *",
    "12",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_among_prose_is_taken_though_no_rule_names_it(call: str) -> None:
    text = "\n\n".join([PROSE[0], call, *PROSE[1:]])
    (cut,) = find_worded(text, THRESHOLD)
    assert text[cut.start : cut.end] == call
    assert cut.rule == RULE
    assert cut.confidence is not None and THRESHOLD <= cut.confidence <= 1


@pytest.mark.parametrize("line", [*PROSE, *CONTENT])
def test_content_that_speaks_of_the_same_things_is_left(line: str) -> None:
    assert find_worded("\n\n".join([PROSE[0], line, PROSE[1]]), THRESHOLD) == []


def test_calls_that_only_blank_lines_part_are_one_cut() -> None:
    text = "\n\n".join([PROSE[0], *CALLS, PROSE[1]])
    cuts = find_worded(text, THRESHOLD)
    assert len(cuts) == 1
    assert apply(text, cuts).split("\n\n") == [PROSE[0], "", PROSE[1]]


def test_no_line_is_taken_at_one() -> None:
    text = "\n\n".join([PROSE[0], *CALLS[:2]])
    assert clean(Record(0, text), policy=Policy(wording_threshold=1.0)).text == text
    assert clean(Record(0, text), policy=Policy(wording_threshold=THRESHOLD)).text == PROSE[0]


def test_the_rule_can_be_switched_off_by_its_name() -> None:
    text = "\n\n".join([PROSE[0], CALLS[0]])
    policy = Policy(wording_threshold=THRESHOLD, disabled_rules=frozenset({RULE}))
    assert clean(Record(0, text), policy=policy).text == text


def test_what_rules_would_take_apart_the_classifier_leaves_too() -> None:
    text = "\n\n".join(["Share this article", "Leave a comment", *CALLS, "All rights reserved."])
    cleaned = clean(Record(0, text), policy=Policy(wording_threshold=THRESHOLD, largest_removed_share=0.1))
    assert cleaned.text == text
    assert RULE in cleaned.suspended_rules or not any(edit.kind == "remove" for edit in cleaned.edits)


def test_a_call_above_the_title_is_no_title_but_the_line_below_it_is() -> None:
    title = "Council closes the old bridge"
    text = "\n\n".join([CALLS[2], title, "By Ann Bell", "3 May 2024", *PROSE])
    cleaned = clean(Record(0, text), policy=Policy(wording_threshold=THRESHOLD))
    assert [claim.value for claim in cleaned.claims if claim.field == "title"] == [title]
    assert cleaned.text == "\n\n".join(PROSE)
    unlearned = clean(Record(0, text), policy=Policy(disabled_rules=frozenset({RULE}), wording_threshold=THRESHOLD))
    assert unlearned.claims == clean(Record(0, text)).claims
    assert CALLS[2] in text[: unlearned.edits[0].end] or CALLS[2] in unlearned.text


@given(st.text(max_size=LONGEST_CALL + 20))
def test_any_line_has_a_score_and_long_ones_and_words_alone_have_none(line: str) -> None:
    score = score_line(line)
    assert 0 <= score <= 1
    if len(line) > LONGEST_CALL or len(re.findall(r"[^\W\d_]+", line)) < 2:
        assert score == 0


def test_case_numbers_and_apostrophes_make_no_difference() -> None:
    assert list_terms("SHOW 12 COMMENTS, IT’S FREE") == list_terms("Show 7 comments, it's free")


def test_what_is_learned_tells_the_lines_apart_and_does_not_depend_on_their_order() -> None:
    lines = [Line(f"Sign up for {word} now", True, 1.0) for word in ("news", "letters", "mail")] * 3
    lines += [Line(f"The {word} stood on the hill", False, 1.0) for word in ("mill", "house", "church")] * 3
    learned = fit(lines)
    assert score_line("Sign up now", learned) > 0.5 > score_line("The church stood here", learned)
    assert write_wording(fit(lines[::-1])) == write_wording(learned)
    assert score_line("Unheard words", Wording(0.0, {})) == 0.5


def test_the_weights_are_of_terms_that_lines_can_have() -> None:
    terms = load_wording().terms
    assert len(terms) > 1000
    for term in terms:
        parts = term.split(" ")
        assert len(parts) <= 2
        assert all(part == part.casefold() for part in parts)


def test_the_written_lines_are_each_of_one_kind_and_no_case_of_the_benchmark() -> None:
    kinds: dict[str, bool] = {}
    for line in read_written():
        assert kinds.setdefault(line.text, line.noise) == line.noise


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
def test_clean_news_of_another_year_than_is_learned_from_loses_next_to_nothing() -> None:
    texts = ["\n\n".join(document.lines) for document in read_wikinews(DATA, 2020)]
    taken = [text[cut.start : cut.end] for text in texts for cut in find_worded(text, THRESHOLD)]
    assert sum(map(len, taken)) <= sum(map(len, texts)) / 1000, taken
