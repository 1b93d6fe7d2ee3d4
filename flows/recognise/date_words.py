"""The words of printed dates in many languages, as `dates.toml` has them, and the letters that stand for them."""

import re
import tomllib
import unicodedata
from itertools import pairwise
from pathlib import Path


def fold(text: str) -> str:
    """The text without case and accents."""
    if text.isascii():
        return text.lower()
    marked = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in marked if not unicodedata.combining(c))).replace("ı", "i")


def _read_numbered(table: dict[str, list[str]]) -> dict[str, set[int]]:
    """For each folded word the numbers, from 1, that any language gives it."""
    numbers: dict[str, set[int]] = {}
    for names in table.values():
        for number, forms in enumerate(names, 1):
            for form in forms.split():
                numbers.setdefault(fold(form).replace("’", "'"), set()).add(number)
    return numbers


_DATA = tomllib.loads((Path(__file__).parent / "dates.toml").read_text("utf-8"))
MONTHS = {word: min(numbers) for word, numbers in _read_numbered(_DATA["months"]).items() if len(numbers) == 1}
WEEKDAYS = {word: min(numbers) for word, numbers in _read_numbered(_DATA["weekdays"]).items() if len(numbers) == 1}
ZONES: dict[str, int] = {name.lower(): minutes for name, minutes in _DATA["zones"].items()}
PUBLISHED: tuple[str, ...] = tuple(_DATA["words"]["published"].split())
AFTER_DOT: dict[str, int] = _DATA["after_dot"]

# The letter of a token in a shape. Where a word has two readings, the later line wins.
LETTERS = {
    **{fold(word): "c" for word in _DATA["words"]["binding"].split()},
    **{fold(word): "l" for word in _DATA["words"]["published"].split()},
    **{fold(word): "u" for word in _DATA["words"]["updated"].split()},
    **{fold(word): "g" for word in _DATA["words"]["year"].split()},
    **{fold(word): "h" for word in _DATA["words"]["hour"].split()},
    **dict.fromkeys(WEEKDAYS, "w"),
    **dict.fromkeys(MONTHS, "m"),
    **dict.fromkeys(WEEKDAYS.keys() & MONTHS.keys(), "b"),
    **dict.fromkeys(ZONES, "z"),
    **{word.lower(): "Z" for word in _DATA["unclear_zones"]["abbreviations"].split()},
    "am": "a",
    "pm": "a",
    **{mark: mark for mark in ",.:/-|()[]+'"},
    **dict.fromkeys("–—−‒", "-"),
    **dict.fromkeys("•·@;", ","),
    **dict.fromkeys("’‘`´", "'"),
}
ORDINALS = {fold(word) for word in _DATA["words"]["ordinal"].split()}
_MONTH_FIRST = frozenset(_DATA["order"]["month_first"])
_DAY_FIRST = frozenset(_DATA["order"]["day_first"])


MOST_LABEL_WORDS = 2
"""That no other date has: 'Date of birth' is one word."""
MOST_LED_WORDS = 8
"""Of a line that leads on to a date: a line of more is prose that is wrapped, whatever it ends in."""
_LEADING = frozenset(map(fold, _DATA["words"]["leading"].split()))
_BEHIND_NAMES = frozenset(map(fold, _DATA["words"]["leading_behind_names"].split()))
_DOCUMENT = frozenset(map(fold, _DATA["words"]["document"].split()))
_EVENTS = frozenset(map(fold, _DATA["words"]["events"].split()))
_OTHER_ALONE = _EVENTS | frozenset(map(fold, _DATA["words"]["other_alone"].split()))
_WORD = re.compile(r"[\w'’]+")
_PART = re.compile(r"[^|·•;:()\n–—]*$")
_OTHER = re.compile(  # but an open letter, or access, has its day
    rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, _DATA['words']['other'].split()))})(?:\W+(?!letter|access)\w+)?\W*$"
)


def is_of_other(before: str) -> bool:
    """Whether the words before a date say that it is another thing's: a deadline, an event, the day of a visit."""
    return _OTHER.search(before) is not None or _is_other_alone(before)


def is_event(line: str) -> bool:
    """Whether a line is the one word of something that happens on a day: a label above it, or a title."""
    return fold(line) in _EVENTS


def _is_other_alone(before: str) -> bool:
    """Whether the last part before a date is such words as are a title's beside others: 'Date of birth', 'Accepted'."""
    part = _PART.search(before.rstrip(" :"))
    words = _WORD.findall(fold(part[0])) if part else []
    return not _OTHER_ALONE.isdisjoint(words) and all(word in _OTHER_ALONE or _is_of_label(word) for word in words)


def _is_of_label(word: str) -> bool:
    return word in _LEADING or LETTERS.get(word) in ("c", "l")


def is_label_of_other(line: str) -> bool:
    """Whether a line above a date is such words and hardly more: a title may end in them, too.

    What binds counts at the beginning alone, where it is an article: 'The Museum Opens' is no 'Date of birth'.
    """
    words = [fold(word) for word in line.split()]
    more = sum(LETTERS.get(word) not in ("c", "l") for word in words) + (LETTERS.get(next(iter(words), "")) == "c")
    return more <= MOST_LABEL_WORDS and is_of_other(line)


def is_label(line: str) -> bool:
    """Whether a line above a date is a label: of another thing's, of its publication, or one that leads on to it."""
    letters = [LETTERS.get(word) for word in _WORD.findall(fold(line))]
    return _ends_as_label(line) or is_label_of_other(line) or (bool(letters) and set(letters) <= set("clu"))


def leads_on(line: str) -> bool:
    """Whether a line ends in a word that leads on to a date, and is no label of its publication."""
    words = _WORD.findall(fold(line))
    of_publication = not _DOCUMENT.isdisjoint(words) or any(LETTERS.get(word) in ("l", "u") for word in words)
    return _ends_as_label(line) and not of_publication and not (len(words) == 1 and words[0] in _BEHIND_NAMES)


def _ends_as_label(line: str) -> bool:
    """Whether a line ends in a word that leads on to a date: 'Gültig bis', 'Das Konzert vom'.

    Names end so, too, with a capital ('Anh Le'), which is then such a word only behind others of a label; and behind a
    name some lead on to the day of its article ('Par Jean Dupont le').
    """
    printed = _WORD.findall(line)
    words = [fold(word) for word in printed]
    if not words or words[-1] not in _LEADING or len(words) > MOST_LED_WORDS:
        return False
    if all(map(_is_of_label, words[:-1])) or is_of_other(" ".join(printed[:-1])):
        return True
    return printed[-1].islower() and not (words[-1] in _BEHIND_NAMES and _may_have_name(printed[:-1]))


def _may_have_name(words: list[str]) -> bool:
    """Whether two words that begin large stand together, neither of which is a label's: 'Das Konzert' has no name."""
    return any(all(word[0].isupper() and not _is_of_label(fold(word)) for word in beside) for beside in pairwise(words))


def is_month_first(tag: str) -> bool | None:
    """Whether 3/4/2025 is in March in a language or, with its region, a country; None when it is not known."""
    tag = tag.strip().lower().replace("_", "-")
    if tag in _MONTH_FIRST:
        return True
    return False if _DAY_FIRST & {tag, tag.partition("-")[0]} else None
