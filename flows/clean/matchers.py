"""Which rules take a line: their patterns, compiled when a line first needs them, by the zone where they look.

What a pattern sees is one line without the white space around it: runs of white space are one space, curly apostrophes
straight, and the Turkish İ is I, since ignoring case does not make it i. A pattern must match the whole line. For rules
of kind 'remove' a line may hold its phrase several times, with `ORNAMENT` between and around: so
`Share | Tweet | Email` needs no more than a pattern of one of them. Of a line that holds phrases of several rules, the
rule that takes its beginning takes it all. Lines of more than 600 characters are prose, whatever they say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import groupby
from typing import Any, get_args

from flows.clean.gates import Gate, build_gate
from flows.clean.rulebook import GROUP, LONGEST_CALL, Kind, Rule, Zone, compile_pattern, load_rules
from flows.model import Field

ORNAMENT = (
    r"[\s!#&()*,./:;\[\]^_{|}\\~+=<>·•∙†¶…›‹«»?¿¡\-"
    r"\x{2010}-\x{2015}\x{2190}-\x{21FF}\x{2300}-\x{23FF}\x{25A0}-\x{27BF}\x{2B00}-\x{2BFF}\x{FE0F}\x{1F300}-\x{1FAFF}]"
)
LONGEST_LINE = 600
MOST_TRIES = 1000
"""Pieces of a line that are tried for phrases of several rules: a line that needs more is none that anybody wrote."""


class Matcher:
    """A rule with its patterns, each compiled when a line first needs it: most rules never see a line of most texts."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.fields: list[Field] = GROUP.findall(rule.pattern)
        self.continued_fields: list[Field] = GROUP.findall(rule.continues or "")

    @cached_property
    def pattern(self) -> Any:
        if self.rule.kind == "lift":
            return compile_pattern(f"(?i:{self.rule.pattern})")
        return compile_pattern(f"(?i:{_widen(self.rule.pattern)})", longest=True)

    @cached_property
    def unless(self) -> Any:
        return compile_pattern(f"(?i:{self.rule.unless})") if self.rule.unless else None

    @cached_property
    def only_with(self) -> Any:
        return compile_pattern(f"(?i:{self.rule.only_with})") if self.rule.only_with else None

    def allows(self, line: str) -> bool:
        """Whether nothing in the line forbids what its pattern takes."""
        return not (self.unless and self.unless.search(line)) and bool(
            self.only_with is None or self.only_with.search(line)
        )

    @cached_property
    def continues(self) -> Any:
        return compile_pattern(f"(?i:{_ornament(self.rule.continues)})") if self.rule.continues else None

    @cached_property
    def between(self) -> Any:
        return compile_pattern(f"(?i:{_ornament(self.rule.between)})") if self.rule.between else None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that look somewhere, by family."""

    families: tuple["Family", ...]
    families_of_blocks: tuple["Family", ...]
    for_long_lines: "RuleSet | None" = None
    """Those that look at lines longer than a call: where they are few, long lines pass quickly."""


@dataclass(frozen=True, slots=True)
class Family:
    gate: Gate
    matchers: tuple[Matcher, ...]


def _widen(phrase: str) -> str:
    """The pattern of a line that is one phrase or several, with ornament around each."""
    return f"{ORNAMENT}*(?:(?:{phrase})(?:{ORNAMENT}+|$))+"


def _ornament(line: str) -> str:
    return f"{ORNAMENT}*(?:{line}){ORNAMENT}*"


def _build_zone(rules: Sequence[Rule]) -> RuleSet:
    families = tuple(_build_family(list(family)) for _, family in groupby(rules, lambda rule: rule.family))
    of_blocks = tuple(family for family in families if any(matcher.rule.continues for matcher in family.matchers))
    return RuleSet(families, of_blocks)


def _build_family(rules: Sequence[Rule]) -> Family:
    return Family(
        build_gate([GROUP.sub("(?:", rule.pattern) for rule in rules], f"{ORNAMENT}*"), tuple(map(Matcher, rules))
    )


@cache
def build_zones(disabled: frozenset[str], only: Kind | None = None) -> dict[str, RuleSet]:
    rules = [rule for rule in load_rules() if rule.name not in disabled and only in (None, rule.kind)]
    zones = {}
    for zone in get_args(Zone):
        here = [rule for rule in rules if rule.zone == zone]
        long = [rule for rule in here if rule.longest > LONGEST_CALL]
        zones[zone] = replace(_build_zone(here), for_long_lines=_build_zone(long) if long else None)
    return zones


def find_matches(zones: Sequence[RuleSet], line: str, of_blocks: bool = False) -> Iterator[tuple[Matcher, Any]]:
    """The rules that take the line, in the order of the zones and their own, each with its match.

    With `of_blocks` only those that take blocks.
    """
    if len(line) > LONGEST_LINE:
        return
    encoded = line.encode()
    for rules in zones:
        zone = rules.for_long_lines if len(line) > LONGEST_CALL else rules
        if zone is None:
            continue
        admitted = [
            matcher
            for matcher in admit(zone.families_of_blocks if of_blocks else zone.families, encoded)
            if len(line) <= matcher.rule.longest
        ]
        found = [(matcher, match) for matcher in admitted if (match := matcher.pattern.fullmatch(line))]
        if not found:
            begun = list(_begin((matcher for matcher in admitted if not matcher.rule.continues), line))
            found = begun if begun and _are_phrases(zone, line, begun) else []
        for matcher, match in found:
            if matcher.allows(line):
                yield matcher, match


def admit(families: Sequence[Family], line: bytes) -> Iterator[Matcher]:
    """The rules whose pattern may take the line, or its beginning."""
    for family in families:
        if family.gate.admits(line):
            yield from family.matchers


def _begin(matchers: Iterable[Matcher], line: str) -> Iterator[tuple[Matcher, Any]]:
    """The rules of kind 'remove' that take the beginning of a line, each with its match."""
    for matcher in matchers:
        if matcher.rule.kind == "remove" and (match := matcher.pattern.match(line)):
            yield matcher, match


def _are_phrases(zone: RuleSet, line: str, begun: list[tuple[Matcher, Any]]) -> bool:
    """Whether the line is phrases of several rules with ornament between, the first of a rule that has begun it.

    A pattern of them all would tell, too, but to compile those of all zones takes as long as to clean a thousand texts.
    """
    runs = [match.span() for match in compile_pattern(f"{ORNAMENT}+").finditer(line)]
    # A phrase may end in ornament of its own, and the next begin so.
    ends = sorted({len(line), *(end for start, last in runs for end in (start + 1, start + 2, last) if end <= last)})
    reached = [0]
    tries = 0
    for place in reached:
        rest = line[place:]
        for matcher, match in _begin(admit(zone.families, rest.encode()), rest) if place else begun:
            longest = place + match.end()
            for end in ends:
                if place < end <= longest and end not in reached:
                    tries += 1
                    if matcher.pattern.fullmatch(line[place:end]):
                        reached.append(end)
            if tries > MOST_TRIES:
                return False
    return len(line) in reached
