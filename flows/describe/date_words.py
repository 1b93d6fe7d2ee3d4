"""The words of printed dates in many languages, as `dates.toml` has them, and the letters that stand for them."""

import re
import tomllib
import unicodedata
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
_LEADING = frozenset(map(fold, _DATA["words"]["leading"].split()))
_WORD = re.compile(r"[\w'’]+")
_OTHER = re.compile(  # but an open letter, or access, has its day
    rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, _DATA['words']['other'].split()))})(?:\W+(?!letter|access)\w+)?\W*$"
)


def is_of_other(before: str) -> bool:
    """Whether the words before a date say that it is another thing's: a deadline, an event, the day of a visit."""
    return _OTHER.search(before) is not None


def is_label_of_other(line: str) -> bool:
    """Whether a line above a date is such words and hardly more: a title may end in them, too."""
    more = sum(LETTERS.get(fold(word)) not in ("c", "l") for word in line.split())
    return more <= MOST_LABEL_WORDS and is_of_other(line)


def is_label(line: str) -> bool:
    """Whether a line above a date is a label: of another thing's, of its publication, or one that leads on to it."""
    letters = [LETTERS.get(word) for word in _WORD.findall(fold(line))]
    return leads_on(line) or is_label_of_other(line) or (bool(letters) and set(letters) <= set("clu"))


def leads_on(line: str) -> bool:
    """Whether a line ends in a word that leads on to a date, and is no label of its publication."""
    words = _WORD.findall(fold(line))
    return bool(words) and words[-1] in _LEADING and not {"l", "u"} & {LETTERS.get(word) for word in words}


def is_month_first(tag: str) -> bool | None:
    """Whether 3/4/2025 is in March in a language or, with its region, a country; None when it is not known."""
    tag = tag.strip().lower().replace("_", "-")
    if tag in _MONTH_FIRST:
        return True
    return False if _DAY_FIRST & {tag, tag.partition("-")[0]} else None
