"""Where sentences end, in any script: at a mark, unless it stands behind an abbreviation, an initial or an ordinal."""

import re
import tomllib
from pathlib import Path
from typing import Any

_RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("sentence_ends.toml").read_text(encoding="utf-8"))
ABBREVIATIONS, BEFORE_NUMBER, AFTER_ORDINAL = (
    frozenset(" ".join(_RULES[table].values()).split()) for table in ("abbreviations", "before_number", "after_ordinal")
)
TERMINALS: str = _RULES["always"]
"""Marks that end a sentence wherever they stand."""
LONGEST_ABBREVIATION = max(map(len, ABBREVIATIONS | BEFORE_NUMBER))
SPACED, CLOSING = (re.escape(_RULES[name]) for name in ("before_space", "closing"))
SENTENCE_END = re.compile(  # linear: it starts where no such mark precedes, and gives nothing back
    rf"[{SPACED}](?<![{SPACED}]{{2}})[{SPACED}]*+[{CLOSING}]*+(?:(?=\s++(\w{{0,20}}+))|\Z)"
)
DOTTED_INITIALS = re.compile(r"\w(?:\.\w)+")


def find_sentence_ends(text: str) -> list[int]:
    """Where the sentences of a text end: behind their marks, and what closes with them."""
    return [match.end() for match in SENTENCE_END.finditer(text) if _ends_sentence(text, match)]


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether a mark ends a sentence, and not an abbreviation, an initial or an ordinal."""
    following = match[1]
    if following is None:
        return True
    if following[:1].islower():
        return False
    if match[0] != ".":
        return True
    start = match.start()
    words = text[max(0, start - LONGEST_ABBREVIATION - 2) : start].split()
    last = words[-1].lstrip("([\"'“‘„«-") if words else ""
    if last.isdigit():
        begins_line = start == len(last) or text[start - len(last) - 1] == "\n"
        return len(last) > 2 or not (begins_line or following.casefold() in AFTER_ORDINAL)
    if (len(last) == 1 and last.isupper()) or DOTTED_INITIALS.fullmatch(last):
        return False
    folded = last.casefold()
    return folded not in ABBREVIATIONS and not (folded in BEFORE_NUMBER and following[:1].isdigit())
