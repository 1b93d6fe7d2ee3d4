"""The ledger leads from the original to the text and back."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.ledger import apply, compose, squeeze, undo, write_edits
from flows.model import Cut, Kind


@st.composite
def cuts_of(draw: st.DrawFn, length: int) -> list[Cut]:
    """Sorted cuts that do not overlap, of a text of this length."""
    borders = sorted(draw(st.lists(st.integers(0, length), max_size=12)))
    cuts: list[Cut] = []
    for start, end in zip(borders[::2], borders[1::2], strict=False):
        if cuts and cuts[-1].end == start == end and cuts[-1].start == start:
            continue  # two insertions at one place have no order
        kind: Kind = draw(st.sampled_from(["remove", "lift", "repair"]))
        after = "" if kind != "repair" else draw(st.text(alphabet="ab \n", max_size=3))
        cuts.append(Cut(start, end, after, kind, "rule"))
    return cuts


@given(st.data(), st.text(max_size=40))
def test_composed_edits_do_what_the_stages_did_one_after_the_other(data: st.DataObject, original: str) -> None:
    edits: list[Cut] = []
    text = original
    for _ in range(4):
        cuts = data.draw(cuts_of(len(text)))
        edits = compose(edits, cuts)
        text = apply(text, cuts)
        assert apply(original, edits) == text
        assert all(first.end <= second.start for first, second in pairwise(edits))


@given(st.data(), st.text(max_size=40))
def test_undoing_the_edits_gives_the_original_back(data: st.DataObject, original: str) -> None:
    edits = compose(data.draw(cuts_of(len(original))), [])
    rows = write_edits("document", "run", original, edits)
    assert undo(apply(original, edits), rows) == squeeze(original)


def test_a_removed_line_takes_the_marks_that_were_taken_at_its_borders() -> None:
    # Of the original "Text.\n**[site.org](x)**":
    marks = [Cut(6, 9, "", "repair", "markdown-link"), Cut(17, 23, "", "repair", "markdown-link")]
    cuts = [Cut(6, 14, "", "remove", "contact-block")]
    assert compose(marks, cuts) == [Cut(6, 23, "", "remove", "contact-block")]


def test_white_space_around_a_removed_line_leaves_its_row() -> None:
    removed = Cut(5, 9, "", "remove", "share-line")  # of "One.\nTwo.\nThree."
    edits = compose([removed], [Cut(4, 6, "\n\n", "space", "white-space")])
    assert removed in edits
    assert apply("One.\nTwo.\nThree.", edits) == "One.\n\nThree."


@given(st.data(), st.text(alphabet="ab \n", max_size=30))
def test_white_space_never_becomes_part_of_a_row_that_is_not_white_space(data: st.DataObject, original: str) -> None:
    edits = compose(data.draw(cuts_of(len(original))), [])
    text = apply(original, edits)
    spaces = [Cut(m.start(), m.end(), " ", "space", "white-space") for m in re.finditer(r"\s+", text)]
    composed = compose(edits, spaces)
    assert apply(original, composed) == apply(text, spaces)
    for cut in composed:
        if cut.kind == "space":
            assert squeeze(original[cut.start : cut.end]) == squeeze(cut.after)


def test_overlapping_cuts_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        compose([], [Cut(0, 3, "", "remove", "one"), Cut(2, 4, "", "remove", "two")])


def test_edits_that_do_not_fit_the_text_are_refused() -> None:
    rows = write_edits("document", "run", "one two", [Cut(0, 3, "1", "repair", "digit")])
    with pytest.raises(ValueError, match="does not fit"):
        undo("2 two", rows)


def test_a_cut_behind_another_edit_keeps_how_sure_the_classifier_is() -> None:
    repaired = Cut(0, 1, "O", "repair", "mojibake")  # of "0ne.\nTwo.\nThree."
    removed = Cut(5, 9, "", "remove", "wording-classifier", 0.97)
    assert compose([repaired], [removed]) == [repaired, removed]
