"""The classifier of lines takes menus and chrome, and leaves articles whole."""

import csv
import json
import tomllib
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import Policy, clean
from flows.clean.ledger import apply
from flows.clean.line_features import FEATURES, is_run_together, measure_lines
from flows.clean.line_words import LONGEST_LINE, measure_words
from flows.clean.lines import RULE, THRESHOLD, calibrate, find_noise, judge, load_model, read_model, score_lines
from flows.forest import Matrix
from flows.ingest.read import read
from flows.model import Cut, Record
from tests.benchmarks.marked_lines import (
    PAGES,
    Marked,
    find_copies,
    read_documents,
    read_marked,
    read_page_texts,
    split,
)
from tests.benchmarks.train_lines import train_without

DATA = Path("../shared/data")
SEEDS = Path("../shared/seeds")
CASES = Path(__file__).parent / "cases" / "seeds.toml"
MENU = [
    *("Home", "Sign In", "Register", "Forums", "Search", "My Account", "Login", "Contact"),
    *("Privacy Policy", "Terms of Use", "Back to top", "Log in to reply", "Next »", "« Previous"),
]
PROSE = [
    "The city council voted on Tuesday to close the old bridge over the river, which has carried traffic since 1931.",
    "Engineers had found cracks in two of its piers, and the mayor said that nobody could vouch for the others.",
    "The council expects the repairs to take a year, and to cost as much as the bridge did when it was built.",
]


def test_an_article_of_prose_loses_nothing() -> None:
    assert find_noise("\n\n".join(PROSE), THRESHOLD) == []


def test_of_a_menu_at_most_a_line_is_left() -> None:
    assert len(apply("\n".join(MENU), find_noise("\n".join(MENU), THRESHOLD)).split()) <= 1


def test_a_lower_threshold_takes_the_menu_above_an_article_and_the_article_stays() -> None:
    text = "\n".join([*MENU[:8], *PROSE, *MENU[8:]])
    kept = apply(text, find_noise(text, 0.7)).split("\n")
    assert set(PROSE) <= set(kept)
    assert not {"Sign In", "Register", "Forums", "Search", "My Account", "Next »", "« Previous"} & set(kept)


def test_lines_of_separators_are_noise_whatever_stands_around() -> None:
    text = "\n".join([PROSE[0], "|| ||", PROSE[1], "»»»", PROSE[2], "_____", *MENU])
    cuts = find_noise(text, THRESHOLD)
    assert [text[cut.start : cut.end] for cut in cuts[:2]] == ["|| ||", "»»»"]
    assert text[cuts[2].start :].startswith("_____")


@pytest.mark.parametrize("parting", ["* * *", "---", "_____", "———", "#"])
def test_what_parts_the_sections_of_prose_belongs_to_the_text(parting: str) -> None:
    assert find_noise("\n\n".join([PROSE[0], parting, PROSE[1], PROSE[2]]), THRESHOLD) == []


RUN_TOGETHER = (
    "HomeNewsOpening hoursOur teamFind a clinicBook a visitPatient storiesWork with usPress roomContactPrivacySite map"
)


@pytest.mark.parametrize("text", [f"{PROSE[0]}\n{RUN_TOGETHER}\n{PROSE[1]}", f"{PROSE[0] * 2}\n{RUN_TOGETHER * 3}"])
def test_the_entries_of_a_menu_run_together_are_noise_however_long(text: str) -> None:
    (cut,) = find_noise(text, THRESHOLD)
    assert text[cut.start : cut.end] == text.split("\n")[1]


@pytest.mark.parametrize(
    "line",
    [
        "YouTube LinkedIn WordPress JavaScript TypeScript PlayStation PowerPoint DreamWorks FedEx SketchUp OpenStreet",
        "The HashMap, the TreeMap, the LinkedList, the ArrayList, the HashSet and the TreeSet are what most people use",
        "TÃ¤mÃ¤ kÃ¤y hyvin tÃ¤Ã¤llÃ¤ kun kÃ¤vellÃ¤Ã¤n pÃ¤ivittÃ¤in jÃ¤rvelle ja sÃ¤Ã¤ nÃ¤yttÃ¤Ã¤ kauniilta",
        " ".join(PROSE).replace(". ", "."),
        "HomeNewsOpening hoursOur teamContact usPrivacySite map",
    ],
)
def test_names_with_a_capital_inside_broken_letters_and_lost_spaces_are_no_menu_run_together(line: str) -> None:
    assert not is_run_together(line)


def test_a_row_of_a_table_of_numbers_belongs_to_the_text() -> None:
    lines = ["Home", "About us", "11/1/2013\t+9.9%", "12/1/2013\t+9.7%", "Contact", "Log in"]
    scores = judge(lines, load_model())
    assert scores[[2, 3]].tolist() == [0, 0]
    assert scores[[0, 1, 4, 5]].min() > 0


def test_adjacent_lines_of_noise_are_one_cut_of_whole_lines() -> None:
    text = f"{PROSE[0]}\n  || \n\n ___\n »»\n{PROSE[1]}"
    (cut,) = find_noise(text, THRESHOLD)
    assert (text[cut.start : cut.end], cut.after, cut.kind, cut.rule) == ("|| \n\n ___\n »»", "", "remove", RULE)


def test_where_hardly_a_line_is_no_prose_none_is_judged() -> None:
    assert find_noise("\n".join([*PROSE, "Sign In", "Register"]), 0.01) == []
    assert find_noise("\n".join([*PROSE, "Sign In", "Register", "Log out"]), 0.01) != []


def test_a_calibrated_score_keeps_its_order_and_moves_the_threshold() -> None:
    scores = np.array([0, 0.2, 0.6, 0.9, 1], dtype=np.float32)
    calibrated = calibrate(scores, 0.6)
    assert calibrated.tolist() == sorted(calibrated)
    assert calibrated[[0, 2, 4]].tolist() == pytest.approx([0, THRESHOLD, 1])
    assert calibrate(scores, THRESHOLD) == pytest.approx(scores)


def test_a_line_is_scored_by_the_threshold_of_its_language() -> None:
    menu = ["Startseite", "Anmelden", "Warenkorb", "Impressum", "Datenschutz", "Kontakt", "Suche"]
    model = load_model()
    judged = judge(menu, model)
    told = [score for _, _, score in score_lines("\n".join(menu))]
    assert told == pytest.approx(calibrate(judged, model.thresholds["de"]).tolist())


def test_a_higher_threshold_takes_no_more() -> None:
    text = "\n".join(read_marked(DATA / "line_quality" / "en-dev.jsonl.gz")[0].lines)
    gone = [sum(cut.end - cut.start for cut in find_noise(text, threshold)) for threshold in (0.5, 0.7, 0.9, 1.01)]
    assert gone == sorted(gone, reverse=True)
    assert gone[0] > gone[2] > gone[3] == 0


def test_long_lines_are_content() -> None:
    menu = "\n".join(["Login", "Sign In " * LONGEST_LINE, "Register"])
    assert score_lines(menu)[1][2] == 0


def test_a_line_that_stands_alone_is_content() -> None:
    assert find_noise("Sign In", THRESHOLD) == []
    assert find_noise("|| ||\nSign In", THRESHOLD) == find_noise("|| ||", THRESHOLD)


def test_nothing_is_found_in_nothing() -> None:
    assert score_lines("") == score_lines(" \n\n\t\n") == []
    assert find_noise("\n \n", 0.0) == []


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\n |\u2028\U0001f600"))))
def test_any_text_has_sorted_spans_without_white_space_around(text: str) -> None:
    position = 0
    for start, end, score in score_lines(text):
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        assert 0 <= score <= 1
        position = end
    assert [span[:2] for span in score_lines(text)] == [span[:2] for span in score_lines(text)]


def test_news_articles_lose_next_to_nothing() -> None:
    lost = total = 0
    for path in sorted((DATA / "wikinews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            texts = [row["text"] for row in csv.DictReader(rows)]
        total += sum(map(len, texts))
        lost += sum(cut.end - cut.start for text in texts for cut in find_noise(text, THRESHOLD))
    assert lost <= 0.0002 * total


def test_the_body_of_a_real_article_stays() -> None:
    paths = sorted(SEEDS.glob("*.txt"))
    assert paths
    for path in paths:
        text = path.read_text("utf-8")
        body = "\n".join(line for line in text.split("\n") if len(line) > LONGEST_LINE or line.rstrip().endswith("."))
        kept = apply(text, find_noise(text, THRESHOLD))
        assert all(line in kept for line in body.split("\n")), path.name


def test_the_expected_text_of_the_sample_seeds_stays() -> None:
    checked = 0
    for case in tomllib.loads(CASES.read_text("utf-8"))["document"]:
        path = Path("seeds") / case["uri"]
        reading = read(path.read_bytes(), path.name, 1 << 28)
        record = next(record for record in reading.records if record.record == case.get("record", 0))
        assert isinstance(record, Record)
        text = clean(record).text
        kept = apply(text, find_noise(text, THRESHOLD))
        for passage in case.get("contains", []):
            if passage in text:
                checked += 1
                assert all(line in kept for line in passage.split("\n\n")), (path.name, passage)
    assert checked > 50


def test_what_is_learned_of_some_documents_tells_the_noise_of_others() -> None:
    documents = [document for document in read_documents(DATA) if document.language in ("en", "sv")][::3]
    learned = train_without(documents, [0])[0]
    model = read_model(asdict(learned))
    held = [document for document, fold in zip(documents, split(documents), strict=True) if fold == 0]
    scores = np.concatenate([judge(document.lines, model) for document in held])
    noise = np.concatenate([document.noise for document in held])
    assert np.quantile(scores[noise], 0.4) > np.quantile(scores[~noise], 0.9)


def test_a_family_has_the_number_of_its_first_document_whatever_joins_it_to_another() -> None:
    one, two, three = (
        [f"Line {number} of text {name}, which is long enough." for number in range(3)] for name in "abc"
    )
    texts = [one, three, two, [*one[:2], *two[:2]]]
    documents = [Marked("en", lines, np.zeros(len(lines), dtype=bool)) for lines in texts]
    assert find_copies(documents).tolist() == [0, 1, 0, 0]


def test_documents_that_share_lines_are_in_one_fold() -> None:
    texts = [[f"Line {number} of a text that stands in no other document." for number in range(at)] for at in (3, 4)]
    others = [[f"Another line, the {number}th of document {at}, stands here." for number in range(3)] for at in (1, 2)]
    documents = [Marked("en", text, np.zeros(len(text), dtype=bool)) for text in (texts[0], *others, texts[1])]
    assert find_copies(documents).tolist() == [0, 1, 2, 0]
    assert split(documents).tolist() == [0, 1, 2, 0]


def measure(lines: list[str], name: str) -> Matrix:
    row: Matrix = measure_lines(lines, {})[FEATURES.index(name)]
    return row


def test_words_are_told_by_their_case_and_length() -> None:
    lines = ["The man of the house", "Sign In", "a", "12 of Ab-c"]
    assert measure(lines, "lower words").tolist() == pytest.approx([0.8, 0, 1, 1 / 3])
    assert measure(lines, "short lower words").tolist() == pytest.approx([0.6, 0, 1, 1 / 3])
    assert np.exp(measure(lines, "longest word")).tolist() == pytest.approx([5, 4, 1, 4])


def test_a_list_that_belongs_to_the_text_has_its_words() -> None:
    lines = ["Bridges over the river", "- Stone bridges", "- Wooden bridges", "Newsletter", "Newsletter", "1 2"]
    words = measure_words(lines, np.zeros(len(lines), dtype=np.float32), {})
    assert words["words elsewhere"].tolist() == pytest.approx([1 / 3, 0.5, 0.5, 0, 0, 0])
    assert words["words of the first line"][:4].tolist() == pytest.approx([1, 0.5, 0.5, 0])
    assert words["words of the line before"].tolist() == pytest.approx([0, 0.5, 0.5, 0, 1, 0])
    assert words["words of the line after"].tolist() == pytest.approx([0.25, 0.5, 0, 1, 0, 0])


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("address", "see www.example.org", "and so on.It"),
        ("address", "mail@example.fi", "half @ price"),
        ("time", "12:30", "12 30"),
        ("time", "of 1998", "of 19980"),
        ("telephone", "Tel. +358 (0)9 123 456", "100 000"),
        ("bars", "|Name|", "Name"),
        ("starts bullet", "• one", "one •"),
        ("ends question", "Really?", "Really."),
        ("ends ellipsis", "and more…", "and more."),
        ("ends bracket", "Sports (12)", "Sports (12) now"),
        ("colon inside", "Price: 12", "Price:12"),
        ("ends colon", "Tags:", "Tags: none"),
    ],
)
def test_forms_of_a_line_are_told(name: str, has: str, lacks: str) -> None:
    assert measure([has, lacks], name)[0] > 0
    assert measure([has, lacks], name)[1] == 0


def test_the_model_is_readable_data() -> None:
    data = json.loads((Path("flows") / "clean" / "lines.json").read_text("utf-8"))
    assert set(data) == {"words", "forest", "thresholds"}
    assert data["words"] == load_model().words
    assert all(abs(weight) >= 0.1 for weight in data["words"].values())


def test_long_prose_and_hostile_lines_are_left_alone() -> None:
    assert not find_noise("\n\n".join([" ".join(PROSE)] * 3000), THRESHOLD)
    cuts = find_noise("a b\n" * 40_000 + "\n".join("|" * 300 for _ in range(4_000)), THRESHOLD)
    assert all(first.end <= second.start for first, second in pairwise(cuts))


def test_what_markup_has_told_of_the_lines_of_a_page_is_left_to_it() -> None:
    text = "\n".join([*MENU, *PROSE])
    policy = Policy(line_noise_threshold=THRESHOLD)
    assert len(clean(Record(0, text), policy=policy).text) < len("\n\n".join(PROSE)) + 20
    marked = Record(0, f"{text}\nHome", cuts=(Cut(len(text), len(text) + 5, "", "remove", "html-navigation"),))
    assert RULE not in {edit.rule for edit in clean(marked, policy=policy).edits}


@pytest.mark.skipif(not (DATA / "web_pages").is_dir(), reason="needs the real pages")
def test_the_pages_that_are_learned_from_are_of_other_hosts_than_those_reported_on() -> None:
    pages = read_page_texts(DATA)
    learned = {document.host for document in read_documents(DATA) if document.language == PAGES}
    assert learned and learned.isdisjoint({page.host for page in pages if page.is_dev})
    fold = split(pages)
    for host in filter(None, learned):
        assert len({own for own, page in zip(fold.tolist(), pages, strict=True) if page.host == host}) == 1


def test_a_list_or_a_table_without_prose_around_is_left_whole() -> None:
    table = "\n".join(["Results", "North", "1,234", "+12%", "South", "980", "-3%", "Total", "2,214", "+5%", *MENU])
    policy = Policy(line_noise_threshold=0.5)
    assert "1,234" in clean(Record(0, table), policy=policy).text
    assert find_noise(table, 0.5) != []


def test_code_is_no_prose_for_which_a_list_beside_it_would_be_judged() -> None:
    text = "\n".join([*MENU, "", *["    total = add(1)"] * 40])
    code = text.index("    total")
    policy = Policy(line_noise_threshold=0.5)
    cleaned = clean(Record(0, text, verbatim=((code, len(text)),)), policy=policy)
    assert RULE not in {edit.rule for edit in cleaned.edits}
