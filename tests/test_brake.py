"""The brake: rules that would take too much of a document, or suddenly more of a source, are stopped and told of."""

import json
from collections.abc import Callable

import pytest

from flows.clean import Policy, clean
from flows.model import Cut, Record
from tests.conftest import Corpus

Article = Callable[..., str]
STORY = "The ferry to the islands was late again on Monday, and nobody on the quay was surprised."
NOISE = "\n\n".join(
    ["Leave a comment", "0 Comments", "Share this article", "Subscribe to our newsletter", "Advertisement"]
)


def test_a_document_that_would_lose_too_much_keeps_its_text_and_is_marked() -> None:
    record = Record(0, f"{STORY}\n\n{NOISE}")
    cut = clean(record, policy=Policy(largest_removed_share=0.9))
    kept = clean(record, policy=Policy(largest_removed_share=0.2))
    assert cut.text == STORY
    assert cut.suspended_rules == ()
    assert kept.text == record.text
    assert set(kept.suspended_rules) == {edit.rule for edit in cut.edits if edit.kind == "remove"}


def test_a_document_of_nothing_but_boilerplate_is_kept_and_marked(corpus: Corpus) -> None:
    corpus.land({"a.txt": "0 Comments\n", "b.txt": STORY})
    rows = corpus.ask("FROM documents SELECT text, len(suspended_rules) ORDER BY uri")
    assert rows == [("0 Comments", 1), (STORY, 0)]
    [(kept_whole,)] = corpus.ask("FROM runs SELECT counts ->> 'documents_kept_whole'")
    assert kept_whole == "1"


def test_what_a_reader_leaves_out_of_a_page_counts_only_where_it_leaves_nothing() -> None:
    navigation = "Home News Sport Weather Archive"
    text = f"{navigation * 20}\n\n{STORY}"
    menu = Cut(0, len(navigation) * 20, "", "remove", "navigation-region")
    policy = Policy(largest_removed_share=0.5)
    assert clean(Record(0, text, cuts=(menu,)), policy=policy).text == STORY
    all_of_it = Cut(0, len(text), "", "remove", "navigation-region")
    kept = clean(Record(0, text, cuts=(all_of_it,)), policy=policy)
    assert STORY in kept.text
    assert kept.suspended_rules == ("navigation-region",)


def test_a_page_of_which_next_to_nothing_is_left_is_kept() -> None:
    menu = "\n\n".join(["Go up", "Go in", "Sign on"] * 20)
    cut = Cut(0, len(menu), "", "remove", "navigation-region")
    kept = clean(Record(0, f"{menu}\n\nOk.", cuts=(cut,)), policy=Policy(largest_removed_share=0.75))
    assert kept.text.startswith("Go up")
    assert kept.suspended_rules == ("navigation-region",)


def test_lifts_and_repairs_stand_when_rules_are_suspended() -> None:
    record = Record(0, f"By Jane Harbour\n\nIt was late â€“ {STORY}\n\n{NOISE}")
    kept = clean(record, policy=Policy(largest_removed_share=0.01))
    assert "late – The ferry" in kept.text
    assert [claim.value for claim in kept.claims if claim.field == "authors"]
    assert "Leave a comment" in kept.text


@pytest.fixture
def with_a_past(corpus: Corpus, make_article: Article) -> Corpus:
    """A corpus of a source whose next articles are half boilerplate."""
    corpus.land({f"post/{number}.txt": make_article(number) + "\n0 Comments\n" for number in range(20)})
    noise = "\n\nShare this article" * 60
    corpus.write({f"post/new-{number}.txt": make_article(number + 100) + noise for number in range(20)})
    return corpus


def test_a_source_that_suddenly_loses_more_fails_the_run_with_the_rule_and_three_examples(with_a_past: Corpus) -> None:
    report = with_a_past.run()
    [check] = [check for check in report.checks if not check.passed]
    assert check.name == "sources_lose_no_more_than_before"
    assert check.detail is not None
    [row] = json.loads(check.detail)
    assert (row["source"], row["format"]) == ("post", "text")
    assert row["share_now"] > row["share_before"] + 0.25
    assert row["rule"] in {cut.rule for cut in clean(Record(0, f"{STORY}\n\nShare this article")).edits}
    assert len(row["examples"]) == 3
    assert all("Share this article" in example for example in row["examples"])
    assert with_a_past.ask("FROM all_documents SELECT count(*)") == [(20,)]


def test_an_operator_can_let_the_jump_pass(with_a_past: Corpus) -> None:
    assert with_a_past.run(largest_removed_jump=1.0).run.outcome == "published"


def test_small_runs_are_judged_together(corpus: Corpus, make_article: Article) -> None:
    corpus.land({f"post/{number}.txt": make_article(number) for number in range(25)})
    noise = "\n\nShare this article" * 60
    outcomes = []
    for run in range(3):
        new = range(100 * run + 100, 100 * run + 112)
        outcomes.append(corpus.land({f"post/new-{n}.txt": make_article(n) + noise for n in new}).failed)
    assert outcomes == [False, True, True]


def test_few_new_documents_tell_no_share(corpus: Corpus, make_article: Article) -> None:
    corpus.land({f"post/{number}.txt": make_article(number) for number in range(20)})
    noise = "\n\nShare this article" * 60
    report = corpus.land({f"post/new-{number}.txt": make_article(number + 100) + noise for number in range(3)})
    assert not report.failed
