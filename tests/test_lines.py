"""The classifier of lines takes menus and chrome, and leaves articles whole."""

import csv
import json
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean import clean
from flows.clean.ledger import apply
from flows.clean.line_features import LONGEST_LINE
from flows.clean.lines import RULE, THRESHOLD, calibrate, find_noise, judge, load_model, score_lines
from flows.ingest.read import read
from flows.model import Record
from tests.benchmarks.line_quality import FILTERS, measure
from tests.benchmarks.train_lines import read_labelled, read_part

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
    text = "\n".join([PROSE[0], "|| ||", PROSE[1], "_____", PROSE[2]])
    assert [text[cut.start : cut.end] for cut in find_noise(text, THRESHOLD)] == ["|| ||", "_____"]


def test_adjacent_lines_of_noise_are_one_cut_of_whole_lines() -> None:
    text = f"{PROSE[0]}\n  || \n\n ___\n{PROSE[1]}"
    (cut,) = find_noise(text, THRESHOLD)
    assert (text[cut.start : cut.end], cut.after, cut.kind, cut.rule) == ("|| \n\n ___", "", "remove", RULE)


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
    text = "\n".join(read_labelled(DATA / "line_quality" / "en-dev.jsonl.gz")[0].lines)
    gone = [sum(cut.end - cut.start for cut in find_noise(text, threshold)) for threshold in (0.5, 0.7, 0.9, 1.01)]
    assert gone == sorted(gone, reverse=True)
    assert gone[0] > gone[2] > gone[3] == 0


def test_long_lines_are_content() -> None:
    menu = "\n".join(["Login", "Sign In " * LONGEST_LINE, "Register"])
    assert score_lines(menu)[1][2] == 0


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
    for path in sorted(SEEDS.glob("*.txt")):
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


@pytest.mark.parametrize(
    ("language", "least"), [("en", 0.75), ("de", 0.6), ("es", 0.84), ("fi", 0.27), ("fr", 0.28), ("sv", 0.56)]
)
def test_noise_is_found_and_content_kept_in_every_language(language: str, least: float) -> None:
    documents = read_part(DATA, language, held_out=True)
    lost, found = measure(documents, FILTERS["rules and classifier"])
    assert lost <= 0.01
    assert found >= least


def test_the_model_is_readable_data() -> None:
    data = json.loads((Path("flows") / "clean" / "lines.json").read_text("utf-8"))
    assert set(data) == {"words", "first", "second", "thresholds"}
    assert data["words"] == load_model().words
    assert all(abs(weight) >= 0.1 for weight in data["words"].values())


def test_long_prose_and_hostile_lines_are_left_alone() -> None:
    assert not find_noise("\n\n".join([" ".join(PROSE)] * 3000), THRESHOLD)
    cuts = find_noise("a b\n" * 40_000 + "\n".join("|" * 300 for _ in range(4_000)), THRESHOLD)
    assert all(first.end <= second.start for first, second in pairwise(cuts))
