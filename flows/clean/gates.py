"""Gates: what a line must have for the patterns of a family of rules to be worth trying on it.

An automaton of all phrases at once would be the simplest gate, but a few dozen of them begin with a span of any words,
each of which keeps it alive through every line, in ever new combinations of states. So a phrase with a beginning of its
own is told by that: its automaton dies within the first word of nearly all lines. A phrase that begins with a span is
told by its key, the part behind the span, which is searched for.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flows.clean.rulebook import compile_pattern

_CHARACTER = r"\\(?:[xpP]\{[^}]*\}|x..|.)|\[\^?\]?(?:\\.|[^\]\\])*\]"  # an escape or a class
_ATOM = re.compile(rf"{_CHARACTER}|.", re.DOTALL)
_WITHIN = re.compile(rf"(?:[^()\[\\]+|{_CHARACTER}|[^()])*", re.DOTALL)  # up to the next parenthesis
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_OPTIONAL = ("?", "*", "{0")
_SPANS = ("[^", r"\S")


@dataclass(frozen=True, slots=True)
class Gate:
    """A necessary condition of a line that one of some phrases takes, or takes the beginning of."""

    beginnings: Any
    keys: Any

    def admits(self, line: bytes) -> bool:
        """Whether the line, in UTF-8, meets it: encoded once, a line is asked about by many gates."""
        if self.beginnings is not None and self.beginnings.match(line):
            return True
        return self.keys is not None and self.keys.search(line) is not None


def build_gate(patterns: Sequence[str], before: str) -> Gate:
    """The gate of patterns without named groups; `before` is a pattern of what may stand before a phrase."""
    beginnings: list[str] = []
    keys: list[str] = []
    for pattern in patterns:
        for phrase in split_alternatives(pattern):
            key = find_key(phrase)
            (beginnings if key is None else keys).append(key or phrase)
    return Gate(
        compile_pattern(f"(?i:(?:{before})(?:{'|'.join(beginnings)}))") if beginnings else None,
        compile_pattern(f"(?i:{'|'.join(keys)})") if keys else None,
    )


def split_alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern's outermost level."""
    alternatives = [""]
    for atom, quantifier in _split_atoms(pattern):
        if atom == "|":
            alternatives.append("")
        else:
            alternatives[-1] += atom + quantifier
    return alternatives


def find_key(phrase: str) -> str | None:
    """The part behind the span that a phrase begins with, up to the next; None where it begins with no span, or where
    nothing certain stands behind it.
    """
    atoms = list(_split_atoms(phrase))
    optional = 0
    while optional < len(atoms) and atoms[optional][1].startswith(_OPTIONAL):
        optional += 1
    if not any(span in atom for atom, _ in atoms[:optional] for span in _SPANS):
        return None
    key = ""
    for atom, quantifier in atoms[optional:]:
        if "[^" in atom:
            break
        key += atom + quantifier
    return key if key and not compile_pattern(key).fullmatch("") else None


def _split_atoms(pattern: str) -> Iterator[tuple[str, str]]:
    """The pattern's outermost parts, each with its quantifier: characters, classes, groups, and the bars between."""
    position = 0
    while position < len(pattern):
        end = _skip_atom(pattern, position)
        quantifier = _QUANTIFIER.match(pattern, end)
        behind = quantifier.end() if quantifier else end
        yield pattern[position:end], pattern[end:behind]
        position = behind


def _skip_atom(pattern: str, position: int) -> int:
    """Where the character, class or group ends that starts at the position."""
    if pattern[position] != "(":
        found = _ATOM.match(pattern, position)
        return found.end() if found else position + 1
    depth = 0
    while position < len(pattern):
        depth += 1 if pattern[position] == "(" else -1
        position += 1
        if depth == 0:
            return position
        within = _WITHIN.match(pattern, position)
        position = within.end() if within else position
    return position
