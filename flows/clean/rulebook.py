"""The rules of `rules/*.toml`, one file a family, read and checked.

A file has `[[rule]]` tables, whose keys are the fields of `Rule`, and may have a table `[terms]`: pieces of pattern
that its rules write as `{name}`. The terms of `terms.toml` are known to all. White space at both ends of each line of
a pattern is layout. Beside or instead of its pattern a rule may have a table `[rule.phrases]`, which holds by language
more patterns of the same, one a line. Patterns are in RE2's syntax, so that matching is linear in the text, and ignore
case save in `(?-i:…)`. Beware that `\\b` and `\\w` know ASCII alone.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import re2

from flows.model import Field

FOLDER = Path(__file__).with_name("rules")
PASSES = Path(__file__).with_name("passes.toml")
"""What the rules take that are code."""
Zone = Literal["head", "tail", "ends", "below", "anywhere", "opening"]
Kind = Literal["remove", "lift"]

PATTERNS = ("pattern", "unless", "only_with", "continues", "between")
"""The keys of a rule that are patterns."""
LONGEST_CALL = 260
"""Characters: hardly a call, a button or a notice of a site is longer."""
GROUP = re.compile(r"\(\?P<(\w+)>")
"""How a named group of a pattern begins."""

_TERM = re.compile(r"\{([a-z][a-z-]{2,})\}")
_TYPES = {"hits": list, "misses": list, "longest": int, "most": int}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of boilerplate line or block. Named groups of the patterns are claim fields, and make claims."""

    name: str
    family: str
    zone: Zone
    kind: Kind
    pattern: str
    description: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    longest: int = LONGEST_CALL
    """A line of more characters is left."""
    most: int | None = None
    """A text in which it takes more lines keeps them all: what recurs so often is the form of the text itself."""
    unless: str | None = None
    """A line in which this is found anywhere is left."""
    only_with: str | None = None
    """A line in which this is found nowhere is left: what the line must speak of, wherever its language puts it."""
    continues: str | None = None
    """Of a block: the lines that go on with it. A block is its first line and at least one of these, and is one cut."""
    between: str | None = None
    """Of a block: the lines that belong to it when one that continues it follows a few lines on."""


@cache
def compile_pattern(pattern: str, longest: bool = False) -> Any:
    """A pattern of google-re2, with memory for the automaton of all rules at once: with less it is ever rebuilt."""
    options = re2.Options()
    options.log_errors = False
    options.longest_match = longest
    options.max_mem = 1 << 28
    return re2.compile(pattern, options=options)


def _expand(pattern: str, terms: Mapping[str, str]) -> str:
    """The pattern without layout, its terms replaced by what they stand for."""
    while True:
        pattern = "".join(line.strip() for line in pattern.splitlines())
        unknown = [name for name in _TERM.findall(pattern) if name not in terms]
        if unknown:
            raise ValueError(f"the term {{{unknown[0]}}} is not in [terms]")
        expanded = _TERM.sub(lambda match: f"(?:{terms[match[1]]})", pattern)
        if expanded == pattern:
            return pattern
        if len(expanded) > 1_000_000:
            raise ValueError("a term stands for itself")
        pattern = expanded


def _add_phrases(table: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with the phrases of every language as alternatives of its pattern."""
    entry = dict(table)
    phrases = entry.pop("phrases", {})
    if not isinstance(phrases, dict) or not all(isinstance(lines, str) for lines in phrases.values()):
        raise ValueError("'phrases' is of the wrong type")
    lines = [line.strip() for text in phrases.values() for line in text.splitlines() if line.strip()]
    if lines and isinstance(entry.get("pattern", ""), str):
        entry["pattern"] = "|".join(filter(None, [entry.get("pattern", "").strip(), *lines]))
    return entry


def _read_rule(entry: Mapping[str, Any], family: str, terms: Mapping[str, str]) -> Rule:
    table = _add_phrases(entry)
    known = {field.name: field for field in fields(Rule) if field.name != "family"}
    for key in table:
        if key not in known:
            raise ValueError(f"the key {key!r} is unknown; known are {', '.join(known)}")
    for key, field in known.items():
        if key not in table and field.default is MISSING:
            raise ValueError(f"{key!r} is missing")
        if key in table and type(table[key]) is not _TYPES.get(key, str):
            raise ValueError(f"{key!r} is of the wrong type")
    if table["zone"] not in get_args(Zone):
        raise ValueError(f"the zone {table['zone']!r} is none of {', '.join(get_args(Zone))}")
    if table["kind"] not in get_args(Kind):
        raise ValueError(f"the kind {table['kind']!r} is none of {', '.join(get_args(Kind))}")
    if "between" in table and "continues" not in table:
        raise ValueError("'between' needs 'continues'")
    if min(len(table["hits"]), len(table["misses"])) < 3:
        raise ValueError("there must be at least three hits and three misses")
    patterns: dict[str, str] = {}
    for key in PATTERNS:
        if key in table:
            patterns[key] = _expand(table[key], terms)
            strange = set(GROUP.findall(patterns[key])) - set(get_args(Field))
            if strange:
                raise ValueError(f"the group {min(strange)!r} of {key!r} is no claim's field")
    lists = {"hits": tuple(table["hits"]), "misses": tuple(table["misses"])}
    return Rule(**{**table, **lists, **patterns, "family": family})


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of the folder's TOML files, by file name, then as they stand. ValueError names file, rule and fault."""
    tables = {path: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    shared: dict[str, str] = next(
        (table.get("terms", {}) for path, table in tables.items() if path.stem == "terms"), {}
    )
    rules: dict[str, Rule] = {}
    for path, table in tables.items():
        for number, entry in enumerate(table.get("rule", [])):
            name = entry.get("name", f"number {number}")
            try:
                if name in rules:
                    raise ValueError(f"{rules[name].family}.toml has a rule of this name")
                rules[name] = _read_rule(entry, path.stem, shared | table.get("terms", {}))
            except ValueError as error:
                raise ValueError(f"{path.name}, rule {name}: {error}") from error
    return tuple(rules.values())


def try_rules(rules: Iterable[Rule]) -> None:
    """ValueError, which names file, rule and fault, for a pattern that does not compile.

    To compile them all takes as long as to read a hundred documents: a run does it once, where the rules may be others.
    """
    for rule in rules:
        for key in PATTERNS:
            try:
                compile_pattern(getattr(rule, key) or "")
            except re2.error as error:
                raise ValueError(f"{rule.family}.toml, rule {rule.name}: {key!r} does not compile: {error}") from error


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every rule of this project."""
    return read_rules(FOLDER)


class KnownRule(NamedTuple):
    """What people are told of a rule. One that does several kinds of things is told once for each."""

    name: str
    kind: str
    zone: str
    description: str


@cache
def list_rules() -> tuple[KnownRule, ...]:
    """Every rule by name, those that are code too."""
    rules = [KnownRule(rule.name, rule.kind, rule.zone, rule.description) for rule in load_rules()]
    for name, kinds in tomllib.loads(PASSES.read_text("utf-8")).items():
        rules += (KnownRule(name, kind, "anywhere", description) for kind, description in kinds.items())
    return tuple(rules)
