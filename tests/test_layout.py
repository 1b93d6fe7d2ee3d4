"""Hard wraps are undone, split sentences joined, white space made regular; verses, lists and tables stay."""

import csv
import re
import textwrap
from collections.abc import Callable
from itertools import pairwise, zip_longest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.columns import find_columns
from flows.clean.furniture import find_furniture
from flows.clean.layout import find_joins, find_wraps
from flows.clean.ledger import apply, squeeze
from flows.clean.repair import find_repairs
from flows.clean.spaces import find_spaces
from flows.model import Cut
from flows.typesetting.printed_lines import METRICS, find_fit, measure, read_lines

SHARED = Path(__file__).parents[2] / "shared"
PRINTED = SHARED / "data" / "news_pdf_rendered"
PASSES = [find_wraps, find_joins, find_spaces]
TWO_COLUMNS = {"03", "07", "11", "15", "19", "23", "27", "31", "35", "39"}
PROSE = (
    "The council met on Monday to hear what the engineers had found beneath the bridge, and what it would cost to mend."
    " Nobody was surprised by the answer, though several members said they had hoped for a smaller one. The bridge was"
    " built by well-known masons from the next valley, and it has carried the mail for a hundred and twenty years."
)
FERRY = (
    "The ferry below the weir will run until the masons are done, and nobody pays who lives on the northern bank. Its"
    " two pilots learned the river from their mother, who had it from hers. They carry carts in the morning and people"
    " in the evening, and on market days they carry both until the light is gone."
)


def lay_out(text: str) -> str:
    for find in PASSES:
        text = apply(text, find(text))
    return text


def read_wikinews() -> list[str]:
    csv.field_size_limit(10_000_000)
    texts: list[str] = []
    for path in sorted((SHARED / "data" / "wikinews").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row["text"] for row in csv.DictReader(file)]
    return texts


def recover(reader: str, but: set[str]) -> float:
    """The share of the true paragraphs of printed news that come out whole."""
    found = total = 0
    for path in sorted(PRINTED.glob(f"*.{reader}.txt")):
        if path.name[:2] in but:
            continue
        text = path.read_text("utf-8")
        for find in (find_repairs, find_furniture, *PASSES):
            text = apply(text, find(text))
        paragraphs = {fold(paragraph) for paragraph in re.split(r"\n+", text)}
        gold = [fold(line) for line in path.with_name(f"{path.name[:2]}.gold.txt").read_text("utf-8").split("\n\n")]
        del gold[0]  # a title in larger type, wrapped at a width of its own
        total += len(gold)
        found += sum(paragraph in paragraphs for paragraph in gold)
    return found / total


def fold(text: str) -> str:
    return " ".join(re.sub("[\u200b-\u200f\u202a-\u202e]", "", text).split())


def test_paragraphs_of_printed_news_are_whole_again() -> None:
    assert recover("layout", TWO_COLUMNS | {"06"}) > 0.97


def test_paragraphs_of_two_columns_are_whole_again() -> None:
    assert recover("layout", set(map("{:02}".format, range(40))) - TWO_COLUMNS) > 0.9


def test_columns_beside_each_other_come_one_after_the_other() -> None:
    left, right = (textwrap.wrap(text, 36, break_on_hyphens=False) for text in (PROSE, FERRY))
    rows = [f"{a:40}{b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
    title = "A bridge and a ferry are the talk of the whole of the valley this year"
    assert lay_out("\n".join([title, "", *rows])) == f"{title}\n\n{PROSE}\n\n{FERRY}"
    assert {cut.rule for cut in find_wraps("\n".join(rows)) if cut.kind == "repair"} == {"column"}


def test_a_paragraph_runs_on_from_column_to_column() -> None:
    lines = textwrap.wrap(f"{PROSE} {FERRY}", 36, break_on_hyphens=False)
    half = (len(lines) + 1) // 2
    rows = [f"{a:40}{b}".rstrip() for a, b in zip_longest(lines[:half], lines[half:], fillvalue="")]
    assert lay_out("\n".join(rows)) == f"{PROSE} {FERRY}"


def test_lines_of_columns_that_stand_half_a_line_apart_are_told_from_paragraphs() -> None:
    left, right = (textwrap.wrap(text, 36, break_on_hyphens=False) for text in (PROSE, FERRY))
    pairs = list(zip_longest(left, right, fillvalue=""))
    rows = [f"{a:40}{b}" for a, b in pairs[:3]]
    rows += [row for a, b in pairs[3:] for row in (a, f"{'':40}{b}") if row.strip()]
    assert lay_out("\n".join(rows)) == f"{PROSE}\n\n{FERRY}"


def test_a_last_page_with_few_lines_is_in_columns_as_the_page_before() -> None:
    left, right = (textwrap.wrap(text, 36, break_on_hyphens=False) for text in (PROSE, FERRY))
    rows = [f"{a:40}{b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
    first = "The masons have begun at the upper arch, where the stones are the oldest of all."
    second = "Nobody waits for them who comes late on a market day."
    parts = zip_longest(textwrap.wrap(first, 34), textwrap.wrap(second, 34), fillvalue="")
    last = "\n".join(f"{a:38}{b}".rstrip() for a, b in parts)
    assert lay_out("\n".join(rows) + f"\n\f{last}").endswith(f"{first}\n\n{second}")
    assert find_columns(last) == []  # by itself it may be a table


def test_a_table_on_a_page_behind_one_in_columns_is_none() -> None:
    left, right = (textwrap.wrap(text, 36, break_on_hyphens=False) for text in (PROSE, FERRY))
    rows = [f"{a:40}{b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
    cells = [("upper arch in the north", "by the old mill"), ("lower arch in the south", "by the weir")]
    table = "\n".join(f"{a:40}{b}" for a, b in cells)
    text = "\n".join(rows) + f"\n\f{table}"
    assert max(cut.end for cut in find_columns(text)) < text.index("\f")


def test_captions_beside_prose_are_a_column() -> None:
    captions = [
        f"The {name} bridge, as it was before the flood came, by Ann."
        for name in ("old", "new", "upper", "lower", "railway")
    ]
    right = [line for caption in captions for line in (*textwrap.wrap(caption, 30), "")]
    left = textwrap.wrap(f"{PROSE} {FERRY}", 36, break_on_hyphens=False)
    rows = [f"{a:40}{b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]
    whole = lay_out("\n".join(rows))
    assert " ".join(whole.split()).startswith(f"{PROSE} {FERRY}") and captions[0] in whole


def test_indented_speeches_are_no_column() -> None:
    speeches = "\n".join(f"{'':40}{line}" for line in textwrap.wrap(FERRY, 36))
    assert find_columns(f"{textwrap.fill(PROSE, 60)}\n\n{speeches}") == []


def test_a_table_is_no_page_in_columns() -> None:
    rows = [
        f"{f'Ward {number} of the Northern District':40}{number * 117} votes for the bridge" for number in range(12)
    ]
    assert find_wraps("\n".join(rows)) == []


def test_paragraphs_without_blank_lines_are_told_by_their_short_last_lines() -> None:
    assert recover("pdftotext", set()) > 0.9  # whether a full line ends a paragraph, only its words tell


def test_wrapped_articles_are_unwrapped_as_they_were() -> None:
    whole = total = 0
    for text in read_wikinews():
        paragraphs = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
        wrapped = "\n\n".join(textwrap.fill(paragraph, 72, break_long_words=False) for paragraph in paragraphs)
        whole += sum(
            a == b for a, b in zip(paragraphs, apply(wrapped, find_wraps(wrapped)).split("\n\n"), strict=False)
        )
        total += len(paragraphs)
    assert whole > 0.99 * total


def test_articles_that_are_not_wrapped_change_in_white_space_alone() -> None:
    for text in read_wikinews():
        assert find_wraps(text) == []
        assert find_joins(text) == []
        assert squeeze(lay_out(text)) == squeeze(text)


def test_sentences_that_page_breaks_split_are_whole_again() -> None:
    text = next((SHARED / "seeds").glob("001_*")).read_text("utf-8")
    cuts = find_joins(text)
    assert [(text[cut.start - 5 : cut.start], cut.after, text[cut.end :][:6]) for cut in cuts] == [
        ("among", " ", "others"),
        ("tween", " ", "mobili"),
        (" have", " ", "shelte"),
    ]
    assert {(cut.kind, cut.rule) for cut in cuts} == {("repair", "split-sentence")}


def test_lines_that_are_paragraphs_are_parted_by_blank_lines() -> None:
    text = next((SHARED / "seeds").glob("000_*")).read_text("utf-8")
    assert lay_out(text).split("\n\n") == text.strip().split("\n")


@pytest.mark.parametrize("width", [40, 60, 72, 100])
def test_prose_is_unwrapped_at_any_width(width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(PROSE, width, break_on_hyphens=False)) + "\n"
    assert lay_out(wrapped) == PROSE


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_words_that_stand_a_line_each_in_a_stretched_line_are_one_line_again(between: str) -> None:
    before = [
        "The bridge over the river has carried traffic",
        "for as long as anybody in the town can recall,",
        "and the engineers who looked at it last spring",
        "with lamps and hammers, while a hundred carts",
        "waited on both banks and the ferry lay at its",
        "mooring because nobody had thought to wake the",
        "pilots before the morning, said that there was",
        "nobody in the whole valley who knew about such",
    ]
    words = ["engineering,", "notwithstanding", "reconstruction"]
    after = ["before the winter, which is what they had asked", "for. The council agreed with them on Tuesday."]
    text = "\n".join([*before, between.join(words), *after])
    assert lay_out(text) == " ".join([*before, *words, *after])


def test_a_stretched_line_that_begins_a_paragraph_is_whole() -> None:
    lines = textwrap.wrap(PROSE, 52, break_on_hyphens=False)
    words = ["Yesterday,", "the", "engineers'", "representative", "Henrietta"]
    after = textwrap.wrap("Understandingham said of it that all of it had to be built again.", 52)
    text = "\n".join([*lines, *words, *after])
    assert f"{' '.join(words)} Understandingham said of it that all" in lay_out(text)


def test_words_that_all_have_capitals_are_a_stretched_line_below_a_full_one() -> None:
    lines = textwrap.wrap(f"{PROSE} {FERRY}", 46, break_on_hyphens=False)
    before = "It was said to all of them on Monday evening."
    words = ["Deputy", "Bridges", "Minister", "Alessandrina"]
    after = "Montgomery-Smythe was not there to hear of it."
    text = "\n".join([*lines[:-1], before, *words, after, *lines])
    assert " ".join([before, *words, after]) in lay_out(text)
    names = "\n".join([*lines[:-1], "It was said to them.", *words, after, *lines])
    assert "\nBridges\n" in lay_out(names)


def test_a_stretched_line_may_begin_with_what_was_joined_to_the_line_above() -> None:
    lines = textwrap.wrap(" ".join([PROSE, FERRY] * 2), 46, break_on_hyphens=False)
    joined = ["nobody on a bank had been told of it by Upper-", "Weirbridge people or any who had"]
    text = "\n".join([*lines[:4], *joined[:1], *joined[1].split(), "misunderstandings about all of it", *lines])
    found = lay_out(eat_hyphens(text.split("\n")))
    assert "told of it by Upper-Weirbridge people or any who had misunderstandings" in found


def eat_hyphens(lines: list[str]) -> str:
    """The lines as pdftotext writes them: of a hyphen at a line's end it makes one word, and one line."""
    return "\n".join(lines).replace("-\n", "")


def test_a_compound_has_the_hyphen_again_that_a_reader_took_from_the_end_of_its_line() -> None:
    lines = textwrap.wrap(f"{PROSE} Its anti-corruption court agreed. {FERRY}", 62, break_on_hyphens=False)
    lines.append("The council was told in the evening that it was for the anti-")
    lines.append("corruption court to say so, and went home in the evening")
    text = eat_hyphens([*lines, "without a word to those who were still waiting at the door."])
    assert "for the anti-corruption court to say so, and went home in" in lay_out(text)
    assert {cut.rule for cut in find_wraps(text) if cut.kind == "repair"} == {"lost-hyphen"}


@pytest.mark.parametrize("compound", ["garden-fence", "chair-then", "music-loving", "co-authors", "gender-bias"])
def test_a_hyphen_stood_between_two_words_that_many_texts_have(compound: str) -> None:
    first, second = compound.split("-")
    lines = textwrap.wrap(" ".join([PROSE, FERRY] * 3), 60, break_on_hyphens=False)
    before = "yesterday nobody in the whole of the valley knew of it or the"[len(first) + 4 :]
    lines[3:3] = [f"{before} {first}-", f"{second} that had kept many of them from the river"]
    assert f" {compound} that had kept" in lay_out(eat_hyphens(lines))


def test_compounds_that_end_lines_of_a_short_text_make_it_no_hyphenated_one() -> None:
    lines = textwrap.wrap(" ".join([PROSE, FERRY] * 2), 60, break_on_hyphens=False)
    lines[3:3] = ["It closed both of the schools and what was left of the non-", "essential services on the bank"]
    lines[7:7] = ["and asked all who had been to the mill to keep to a self-", "imposed quarantine until it is"]
    text = lay_out(eat_hyphens(lines))
    assert "the non-essential services" in text
    assert "to a self-imposed quarantine" in text


def test_a_word_of_another_language_has_no_hyphen_for_its_english_parts() -> None:
    prose = (
        "Le maire a ouvert hier matin le pont que la ville attendait depuis vingt ans, et les habitants du quartier "
        "ont pu le traverser pour la première fois avec leurs enfants et leurs vélos. "
    )
    lines = textwrap.wrap(prose * 6, 60, break_on_hyphens=False)
    lines[4:4] = ["Les autorités de la région et toutes les associations inter-", "nationales étaient là avec lui."]
    assert "inter-" not in lay_out(eat_hyphens(lines))


def test_a_line_that_wide_spaces_stretch_lost_no_hyphen() -> None:
    lines = textwrap.wrap(" ".join([PROSE, FERRY] * 3), 60, break_on_hyphens=False)
    stretched = "and        it           has           been           overcrowded           since,"
    text = "\n".join([*lines[:3], stretched, *lines[3:]])
    assert "been overcrowded since," in lay_out(text)


def test_words_of_a_document_that_hyphenates_keep_no_hyphen() -> None:
    lines = textwrap.wrap(f"{PROSE} {FERRY}", 60, break_on_hyphens=False)
    before = "and so it was that nobody knew whether it was the"
    for first, second in (("govern", "ment"), ("engi", "neers"), ("anti", "cipation")):
        lines += [f"{before:{59 - len(first)}}{first}-", f"{second} {FERRY[:50]}"]
    assert "-" not in lay_out(eat_hyphens(lines)).replace("well-known", "")


def test_below_a_full_line_the_sentence_tells_whether_a_paragraph_begins() -> None:
    first = f"{FERRY} {'The council has not said who it is that will have to pay for it in the end':<76}."
    lines = textwrap.wrap(first, 78, break_on_hyphens=False)
    last = lines[-1].ljust(77, "x")[:77] + "."
    for sentence, parts in (
        ("Meanwhile, Mayor Ann Bell told reporters", True),
        ("They will not", False),
        ("it", False),
    ):
        after = textwrap.wrap(f"{sentence} {PROSE}", 78, break_on_hyphens=False)
        text = "\n".join([*textwrap.wrap(PROSE, 78, break_on_hyphens=False), *lines[:-1], last, *after])
        assert (f"\n\n{sentence}" in lay_out(text)) == parts


def test_blank_lines_around_a_title_are_none_between_paragraphs() -> None:
    last = "and nobody on the whole of the bank was told of it or asked for it."
    wrapped = [*textwrap.wrap(PROSE, 68, break_on_hyphens=False), *textwrap.wrap(FERRY, 68)[:-1], last]
    below = textwrap.wrap(f"Meanwhile, Mayor Ann Bell told reporters of it yesterday. {PROSE}", 68)
    text = "\n\n".join(["The bridge is to be mended", "By the river", "Monday, 3 May", "\n".join([*wrapped, *below])])
    assert "\n\nMeanwhile, Mayor Ann Bell" in lay_out(text)
    spaced = text.replace("\n".join(below), "").rstrip() + "\n\n" + "\n".join(below)
    assert "\n\nMeanwhile, Mayor Ann Bell" in lay_out(spaced)


def set_in_type(text: str, font: int, width: int) -> str:
    """The text in lines as wide as so many average characters of the font, by its number."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if measure(longer, METRICS[font]) <= width else [lines[-1], word]
    return "\n".join(lines)


@pytest.mark.parametrize("font", range(len(METRICS)))
def test_the_type_that_few_lines_were_set_in_is_mostly_told_by_their_lengths(font: int) -> None:
    found = []
    for width in range(50, 90, 2):
        fit = find_fit(list(pairwise(read_lines(set_in_type(" ".join([PROSE, FERRY] * 2), font, width)))))
        found.append(fit is not None and METRICS.index(fit.widths) == font)
    assert found.count(True) > len(found) / 2


def test_a_line_does_not_break_at_a_slash() -> None:
    lines = textwrap.wrap(PROSE, 68, break_on_hyphens=False)
    full = "The council met, and nobody asked it who pays for all of this."
    text = "\n".join([*lines, full, "He/she who builds has to pay for it, as all of them have always known."])
    fit = find_fit(list(pairwise(read_lines(text))))
    assert fit is not None
    assert fit.fill(*list(pairwise(read_lines(text)))[-1]) > 1


def test_a_speaker_in_brackets_begins_a_paragraph_where_a_column_kept_no_blank_lines() -> None:
    speeches = [
        "((Ann)) Who built it? It is older than the mill below it.",
        "((Ben)) The masons of the northern bank did.",
    ]
    parted = [FERRY, f"((Ann)) {FERRY}", f"((Ben)) {FERRY}", f"((Ann)) {FERRY}", f"((Ben)) {FERRY}"]
    wrapped = [textwrap.fill(paragraph, 58) for paragraph in parted]
    text = "\n\n".join([*wrapped, "\n".join(speeches)])
    assert lay_out(text).split("\n\n") == [*parted, *speeches]


def test_a_speaker_who_speaks_once_begins_a_paragraph_even_where_the_one_before_was_cut_short() -> None:
    speeches = [f"((Ann)) {FERRY}", f"((Ben)) {FERRY}"] * 3
    speeches += [f"((Cy)) {FERRY[:-41]} and nobody", f"((Ann)) {FERRY}"]
    wrapped = [line for speech in speeches for line in textwrap.wrap(speech, 58)]
    assert lay_out("\n".join(wrapped)).split("\n\n") == speeches


def test_items_that_any_mark_begins_stay_apart() -> None:
    items = ["██ Held by the town", "██ Held by the valley below it and lent out by them", "The others are lost."]
    text = "\n".join([*textwrap.wrap(PROSE, 60, break_on_hyphens=False), *items])
    assert lay_out(text).endswith("\n\n".join(["", *items]))


def test_captions_on_both_sides_of_a_page_break_are_two() -> None:
    captions = ["The ferry and its two pilots at the weir\n", "\fAnn of the northern bank with her mother\n"]
    text = "\n".join([*textwrap.wrap(PROSE, 60), "The old bridge", "".join(captions)])
    assert lay_out(text).endswith("\n\n".join(["The old bridge", *(caption.strip() for caption in captions)]))


def test_a_page_break_in_mid_sentence_is_a_wrap() -> None:
    lines = textwrap.wrap(PROSE, 60, break_on_hyphens=False)
    assert lay_out("\n".join(lines[:3]) + "\n\n\f\n" + "\n".join(lines[3:])) == PROSE


def test_a_page_break_within_a_sentence_is_a_wrap_before_a_capital_too() -> None:
    text = textwrap.fill(PROSE, 60) + "\nIt was lifted by a crane that came from the harbour\fPort Ansel lent it.\n"
    assert "from the harbour Port Ansel lent it." in lay_out(text)


def test_short_last_lines_end_paragraphs() -> None:
    lines = [*textwrap.wrap(PROSE, 64, break_on_hyphens=False), "A short one.", *textwrap.wrap(PROSE, 64)]
    assert lay_out("\n".join(lines)) == f"{PROSE}\n\nA short one.\n\n{PROSE}"


@pytest.mark.parametrize(
    "text",
    [
        "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame thy form?",
        "so much depends\nupon\n\na red wheel\nbarrow\n\nglazed with rain\nwater\n\nbeside the white\nchickens",
        "Ministry of Works\n12 Bridge Street\nOld Town 4410\ntelephone 555 0100\nopen on weekdays",
        "- flour\n- two eggs\n- a little milk\n- salt",
        "Name Votes\nSmith 1200\nJones 1100\nBrown 900",
    ],
)
def test_verses_lists_addresses_and_tables_keep_their_lines(text: str) -> None:
    assert lay_out(text) == text


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("the govern-", "ment of the", "the government of the"),
        ("by well-", "known masons", "by well-known masons"),
        ("in Ost-", "und Westdeutschland", "in Ost- und Westdeutschland"),
        ("the CDU-", "Politiker said", "the CDU-Politiker said"),
        ("of 2019-", "20 and", "of 2019-20 and"),
        ("a mail-", "carrier came", "a mail-carrier came"),
        ("north–", "south", "north–south"),
        ('it said "', "[n]obody", 'it said "[n]obody'),
    ],
)
def test_hyphens_at_line_ends_are_judged_by_the_document(first: str, second: str, whole: str) -> None:
    evidence = (
        "The mail-carrier is new to the mail-carrier trade, which every mail-carrier in the valley has learned well."
    )
    lines = textwrap.wrap(f"{PROSE} {evidence}", 60, break_on_hyphens=False)
    filler = "x" * (60 - len(first) - 1)
    text = "\n".join([*lines[:-1], f"{filler} {first}", f"{second} {PROSE[:40]}"])
    assert f"{filler} {whole}" in lay_out(text)


def test_an_undone_hyphen_is_a_repair_of_its_own_rule() -> None:
    lines = textwrap.wrap(PROSE, 60, break_on_hyphens=False)
    text = "\n".join([*lines[:-1], f"{'x' * 50} govern-", "ment and more. The government met again."])
    assert [cut.rule for cut in find_wraps(text) if cut.kind == "repair"] == ["line-break-hyphen"]


def test_chinese_lines_are_joined_without_a_space() -> None:
    paragraph = "议会星期一开会听取工程师的报告他们说桥下的石头已经松动需要在冬天之前修好" * 6
    lines = textwrap.wrap(paragraph, 30)
    assert lay_out("\n".join(lines)) == paragraph


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sir,\n\nthank you for the letter that came. It was long.",
        "The things that the engineers asked the council to buy before winter comes:\n\nstone and lime. Then sand.",
        "A heading without a full stop\n\nthe text begins in small letters. And so on.",
        "i wrote it all in small letters. nobody minded that at all, i think.\n\nand this is the way it goes on until"
        "\n\nthe end of it. truly.\n\nand so on.",
    ],
)
def test_paragraphs_that_no_page_break_split_stay_apart(text: str) -> None:
    assert find_joins(text) == []


def test_white_space_is_made_regular() -> None:
    text = "\ufeff".strip("\ufeff") + "  One\u00a0 two \t three.\r\n\r\n\r\n \u3000Four\u2028five\r\nsix. \n"
    assert lay_out(text) == "One two three.\n\nFour\nfive\nsix."


@pytest.mark.parametrize("find", PASSES)
@given(text=st.text() | st.text(alphabet="abcdA.-, \n\n\f\r\u00a0\u3000中ก"))
def test_cuts_are_sorted_and_change_what_their_kind_says(find: Callable[[str], list[Cut]], text: str) -> None:
    position = 0
    for cut in find(text):
        assert position <= cut.start <= cut.end <= len(text)
        position = cut.end
        before = text[cut.start : cut.end]
        assert before != cut.after
        if cut.kind == "space":
            assert squeeze(before) == squeeze(cut.after) == ""
        else:
            assert squeeze(before) in ("", "-", "‐") and cut.after in ("", " ", "-", "-\n")


@given(st.text() | st.text(alphabet="abA. \n\n\f\r\u00a0\u3000"))
def test_regular_white_space_is_left_alone(text: str) -> None:
    regular = apply(text, find_spaces(text))
    assert find_spaces(regular) == []
    assert regular == regular.strip()
    assert not re.search(r"[^\S \n]|\s{2,}(?<!\n\n)|\n{3}", regular)


@pytest.mark.parametrize("find", PASSES)
@pytest.mark.parametrize(
    "text",
    ["word " * 400_000, "\n" * 1_000_000, "-" * 1_000_000, "a-\n" * 100_000, " " * 1_000_000 + "a", "a\f" * 100_000],
)
def test_hostile_text_takes_linear_time(find: Callable[[str], list[Cut]], text: str) -> None:
    assert len(apply(text, find(text))) <= 2 * len(text)


@pytest.mark.parametrize(
    "hostile",
    ["\u0301\n" * 5_000, f"{'wordless ' * 5_000}and\n{'x' * 75_000}\n", "\n".join(["wordless " * 2_000 + "and"] * 6)],
    ids=["accents that stand alone", "lines of a book's length", "no width"],
)
def test_lines_that_no_printer_made_take_linear_time(hostile: str) -> None:
    wrapped = textwrap.fill(PROSE, 70)
    text = f"{wrapped}\n{hostile}\n{wrapped}"
    assert len(apply(text, find_wraps(text))) <= 2 * len(text)
