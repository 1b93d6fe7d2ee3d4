"""Damaged characters are mended: mojibake, stray entities, ligatures, control and zero-width characters, NFC.

The judgement of what is damaged is ftfy's wherever it has one; what ftfy does to good text (straight quotes, folded
widths) is not done. Each finder answers with the smallest spans that change.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby

import ftfy
import re2
from ftfy.badness import BADNESS_RE, is_bad
from ftfy.chardata import HTML_ENTITY_RE, LIGATURES
from ftfy.fixes import ANSI_RE, unescape_html

from flows.clean.ledger import apply, compose
from flows.model import Cut

MAX_ROUNDS = 8  # one mends most text, three what was escaped twice; more only what was nested to cost time
MAX_SEGMENT = 1_000_000  # characters that are mended at once, ftfy's own limit
RESYNCHRONISATION = 8  # words to look ahead for where a mended line agrees with the damaged one again
SURROGATE = re.compile("[\ud800-\udfff]")
STREAM_SAFE_MARKS = 30  # combining marks on one character in text of good will: Unicode Standard Annex 15, section 13


def spell_surrogates(text: str, backslash: str = "\\") -> str:
    """The text with halves of surrogate pairs, which no UTF-8 can hold, spelt as a backslash, 'u' and their number."""
    return SURROGATE.sub(lambda half: f"{backslash}u{ord(half[0]):04x}", text)


def find_repairs(text: str) -> list[Cut]:
    """Cuts after which the text is NFC and free of the damage that the finders name: kind 'repair', or 'space'."""
    edits: list[Cut] = []
    for _ in range(MAX_ROUNDS):
        found = False
        for find in FINDERS:
            if cuts := find(text):
                found = True
                edits = compose(edits, cuts)
                text = apply(text, cuts)
        if not found:
            break
    return edits


def find_entities(text: str) -> list[Cut]:
    """HTML entities in text that is not markup: like ftfy, none from the first line with a '<' on."""
    if "&" not in text:
        return []
    tag = text.find("<")
    limit = len(text) if tag < 0 else text.rfind("\n", 0, tag) + 1
    cuts: list[Cut] = []
    for match in HTML_ENTITY_RE.finditer(text, 0, limit):
        character = unescape_html(match[0])
        if character != match[0]:
            after = unicodedata.normalize("NFC", character)
            cuts.append(Cut(match.start(), match.end(), after, "repair", "wrong-entity"))
    return cuts


def find_mojibake(text: str) -> list[Cut]:
    """Text decoded with the wrong encoding, line by line: the words that ftfy mends."""
    if text.isascii() or not SUSPICION.search(text):
        return []
    cuts: list[Cut] = []
    start = 0
    for line in text.split("\n"):
        for offset in range(0, len(line), MAX_SEGMENT):
            segment = line[offset : offset + MAX_SEGMENT]
            if not segment.isascii() and SUSPICION.search(segment) and is_bad(segment):
                here = start + offset
                for first, last, after in compare_words(segment, ftfy.fix_encoding(segment)):
                    if BRAILLE.search(after) and not BRAILLE.search(segment):
                        continue  # a bullet that lost a byte, not writing for the blind
                    cuts.append(Cut(here + first, here + last, after, "repair", "mojibake"))
        start += len(line) + 1
    return cuts


def find_soft_hyphens(text: str) -> list[Cut]:
    """Words parted at a line end by a soft hyphen, which says by itself that the word is one."""
    if "\u00ad" not in text:
        return []
    return [Cut(*match.span(), "", "repair", "line-break-hyphen") for match in SOFT_BREAK.finditer(text)]


def find_control_characters(text: str) -> list[Cut]:
    """Terminal escapes, and the control characters that are not white space."""
    first = CONTROL.search(text)
    if first is None:
        return []
    controls = CONTROLS.finditer(text, first.start())
    return [Cut(*match.span(), "", "repair", "control-character") for match in controls]


def find_zero_width_characters(text: str) -> list[Cut]:
    """Characters without width, except where the script around them needs them."""
    if text.isascii():
        return []
    cuts: list[Cut] = []
    bidirectional: bool | None = None
    for run in ZERO_WIDTH.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        for marks, group in groupby(range(*run.span()), lambda place: classify_zero_width(text[place])):
            places = list(group)
            if marks == "direction" and bidirectional is None:
                bidirectional = RIGHT_TO_LEFT.search(text) is not None
            needed = (
                (marks == "direction" and bidirectional)
                or (marks == "joiner" and bool(JOINING.match(before) or JOINING.match(after)))
                or (marks == "word" and bool(UNSPACED.match(before) and UNSPACED.match(after)))
            )
            if not needed:
                if cuts and cuts[-1].end == places[0]:
                    places[0] = cuts.pop().start
                cuts.append(Cut(places[0], places[-1] + 1, "", "repair", "zero-width-character"))
    return cuts


def classify_zero_width(character: str) -> str:
    """What the character is for: 'word' (a border), 'joiner' of letters, 'direction' of writing, or 'nothing'."""
    if character == "\u200b":
        return "word"
    if character in "\u200c\u200d":
        return "joiner"
    return "nothing" if character in "\u00ad\u2060\ufeff" else "direction"


def find_ligatures(text: str) -> list[Cut]:
    """Latin letters printed as one, such as ﬁ."""
    if text.isascii():
        return []
    return [
        Cut(*match.span(), LIGATURES[ord(match[0])], "repair", "ligature") for match in LATIN_LIGATURE.finditer(text)
    ]


def find_unnormalised(text: str) -> list[Cut]:
    """The characters, with their combining marks, that are not in Unicode's normal form C."""
    hostile = not text.isascii() and MANY_MARKS.search(text) is not None
    if not hostile and unicodedata.is_normalized("NFC", text):
        return []
    cuts: list[Cut] = []
    for piece in COMBINABLE.finditer(text):
        before = piece[0]
        after = normalise(before)
        if after != before:
            kind = "space" if before.isspace() else "repair"
            cuts.append(Cut(*piece.span(), after, kind, "unicode-nfc"))  # type: ignore[arg-type]
    return cuts


def normalise(text: str) -> str:
    """NFC, in linear time: `unicodedata` sorts combining marks by insertion, so it is given long runs sorted."""
    if len(text) > STREAM_SAFE_MARKS:
        runs = groupby(text, lambda character: unicodedata.combining(character) > 0)
        text = "".join(character for marks, run in runs for character in (sort_marks(run) if marks else run))
    return unicodedata.normalize("NFC", text)


def sort_marks(marks: Iterator[str]) -> list[str]:
    """Combining marks in canonical order; decomposed first, since the order is that of the parts."""
    return sorted("".join(unicodedata.normalize("NFD", mark) for mark in marks), key=unicodedata.combining)


def compare_words(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """The words of `before` that differ in `after`: start, end, and what stands there instead."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    i = j = position = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            position += len(old[i])
            i, j = i + 1, j + 1
            continue
        skip_old, skip_new = resynchronise(old, new, i, j)
        end = position + sum(map(len, old[i : i + skip_old]))
        yield position, end, unicodedata.normalize("NFC", "".join(new[j : j + skip_new]))
        position = end
        i, j = i + skip_old, j + skip_new


def resynchronise(old: list[str], new: list[str], i: int, j: int) -> tuple[int, int]:
    """How many words of each to pass until they agree again: all the rest, where they do not agree soon."""
    if len(old) - i == len(new) - j and old[i + 1 : i + 2] == new[j + 1 : j + 2]:
        return 1, 1
    for total in range(1, 2 * RESYNCHRONISATION):
        for skip_old in range(total, -1, -1):
            skip_new = total - skip_old
            agreed = old[i + skip_old : i + skip_old + 2]
            if len(agreed) == 2 and agreed == new[j + skip_new : j + skip_new + 2]:
                return skip_old, skip_new
    return len(old) - i, len(new) - j


def translate_badness(pattern: str) -> str:
    """ftfy's verbose pattern of suspicious characters in RE2's syntax, with wider classes for words and spaces."""
    kept = re.sub(r"(\[[^\]]*\]|\\.)|#[^\n]*|\s+", lambda match: match[1] or "", pattern)
    return "(?m)" + kept.replace(r"\w", r"[\pL\pM\pN_]").replace(r"\s", r"[\s\pZ\pC]")


SUSPICION = re2.compile(translate_badness(BADNESS_RE.pattern))  # finds whatever BADNESS_RE finds, fifty times as fast
SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*(?=\\w)")
BRAILLE = re.compile("[\u2801-\u28ff]")
WORDS = re.compile(r"\s+|\S+")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
CONTROLS = re.compile(rf"(?:{ANSI_RE.pattern}|{CONTROL.pattern})+")
LATIN_LIGATURE = re.compile(f"[{''.join(map(chr, LIGATURES))}]")
ZERO_WIDTH = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
RIGHT_TO_LEFT = re.compile("[\u05d0-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]")
"""Thai, Lao, Myanmar and Khmer: written without spaces, so that U+200B may tell where a word ends."""
JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\ua8ff\ua980-\uaaff\uabc0-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
    "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
"""Scripts whose letters take their shape from U+200C and U+200D (Arabic, Syriac, Indic…), and emoji."""
MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{STREAM_SAFE_MARKS + 1},}}")
COMBINABLE = re.compile(
    r"[\u2000\u2001]|"
    r"[\x21-\x7e\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]?[^\s\x00-\x7f\u3041-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"
)
"""What can change under NFC: the two spaces that do, and any run of characters not known to begin afresh."""

FINDERS: tuple[Callable[[str], list[Cut]], ...] = (
    find_entities,
    find_mojibake,
    find_soft_hyphens,
    find_control_characters,
    find_zero_width_characters,
    find_ligatures,
    find_unnormalised,
)
