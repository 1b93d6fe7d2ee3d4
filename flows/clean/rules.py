"""What the rules cut from one text.

Which rules take a line is told in `matchers`.

Where a rule looks is its zone. A line is prose when it has 100 characters, or 40 and ends as a sentence does.
- `head`: the lines before the body. The body begins at the first line of prose, or after the short lines behind it when
  such stand between it and the next prose: a byline may follow a standfirst. At most 12 lines.
- `tail`: the lines after the body: from the end upwards, as long as a line is no prose or is itself taken by a rule
  that looks there. At most 60 lines.
- `ends`: head and tail. `below`: every line but the head's. `anywhere`: every line.
- `opening`: only the beginning of a line, which the first lines of prose are tried for until one has it: the dateline.

Where two rules take a line, the one of the narrower zone does it: head, tail, ends, below, anywhere; then the one that
stands first. Lines of more than 600 characters are prose, whatever they say: only `opening` looks at them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flows.clean.matchers import LONGEST_LINE, Matcher, RuleSet, admit, build_zones, find_matches
from flows.clean.rulebook import Kind, Rule, load_rules
from flows.model import Claim, Cut, Field

LONGEST_HEAD, LONGEST_TAIL = 12, 60
LONGEST_DETOUR = 5
"""How many lines of a block may pass before one that `continues` it."""
LONGEST_WRAPPED = 100
"""A line of a block's opener that goes on in the next line is not longer."""

_FOLD = {"\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "’": "'", "‘": "'", "ʼ": "'", "İ": "I"}
_SENTENCE_END = tuple(".!?…。！？:;\"”»“'’)")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    folded: str
    """What patterns see; `printed` has the same length."""
    printed: str


def _split_lines(text: str) -> list[_Line]:
    """The lines that are not blank."""
    folded = text
    for printed_as, plain in _FOLD.items():
        folded = folded.replace(printed_as, plain)
    lines = []
    start = 0
    for whole in folded.split("\n"):
        line = whole.strip()
        if line:
            at = start + whole.index(line[0]) if whole[0] != line[0] else start
            printed = text[at : at + len(line)]
            if "  " in line and len(line) <= LONGEST_LINE:
                lines.append(_Line(at, at + len(line), " ".join(line.split()), " ".join(printed.split())))
            else:
                lines.append(_Line(at, at + len(line), line, printed))
        start += len(whole) + 1
    return lines


def _is_prose(line: str) -> bool:
    return len(line) >= 100 or (len(line) >= 40 and line.endswith(_SENTENCE_END))


def _find_body(lines: Sequence[_Line]) -> int:
    """The number of lines in the head."""
    prose = [number for number, line in enumerate(lines[: LONGEST_HEAD + 1]) if _is_prose(line.folded)]
    if not prose:
        return min(len(lines), LONGEST_HEAD)
    first = prose[0]
    if len(prose) > 1 and prose[1] > first + 1:
        return prose[1]
    return first


def _find_tail(lines: Sequence[_Line], zones: Sequence[RuleSet]) -> int:
    """The number of lines before the tail."""
    number = len(lines)
    while number > max(0, len(lines) - LONGEST_TAIL):
        line = lines[number - 1].folded
        if _is_prose(line) and not next(find_matches(zones, line), None):
            break
        number -= 1
    return number


def _read_claims(rule: Rule, fields: Sequence[Field], match: Any, line: _Line) -> Iterator[Claim]:
    """What the groups of a match say: `fields` are their names, which may recur in the alternatives of a pattern."""
    for group, field in enumerate(fields, 1):
        start, end = match.span(group)
        if start < end:
            yield Claim(field, line.printed[start:end].strip(), rule.name)


def _join(first: _Line, second: _Line) -> _Line:
    return _Line(first.start, second.end, f"{first.folded} {second.folded}", f"{first.printed} {second.printed}")


def _follow_block(matcher: Matcher, lines: Sequence[_Line], number: int) -> tuple[int, list[Claim]]:
    """The number of the line behind the block's last, when the opener ends before `number`; and its claims."""
    end = number
    claims: list[Claim] = []
    while number < len(lines) and number - end <= LONGEST_DETOUR:
        line = lines[number]
        if len(line.folded) > LONGEST_LINE:
            break
        match = matcher.continues.fullmatch(line.folded)
        number += 1
        if match:
            end = number
            claims += _read_claims(matcher.rule, matcher.continued_fields, match, line)
        elif not (matcher.between and matcher.between.fullmatch(line.folded)):
            break
    return end, claims


def _match_lines(zones: Sequence[RuleSet], lines: Sequence[_Line], number: int) -> tuple[Rule, int, list[Claim]] | None:
    """The rule that takes what begins at a line, the number of the line behind it, and its claims."""
    for matcher, match in find_matches(zones, lines[number].folded):
        claims = list(_read_claims(matcher.rule, matcher.fields, match, lines[number]))
        if not matcher.continues:
            return matcher.rule, number + 1, claims
        end, more = _follow_block(matcher, lines, number + 1)
        if end > number + 1:
            return matcher.rule, end, claims + more
    return None


def _match_wrapped(
    zones: Sequence[RuleSet], lines: Sequence[_Line], number: int
) -> tuple[Rule, int, list[Claim]] | None:
    """The same for a block whose opener goes on in the next line."""
    first = lines[number]
    if number + 2 >= len(lines) or len(first.folded) > LONGEST_WRAPPED or first.folded.endswith(_SENTENCE_END):
        return None
    joined = _join(first, lines[number + 1])
    for matcher, match in find_matches(zones, joined.folded, of_blocks=True):
        if matcher.continues:
            end, more = _follow_block(matcher, lines, number + 2)
            if end > number + 2:
                return matcher.rule, end, [*_read_claims(matcher.rule, matcher.fields, match, joined), *more]
    return None


def _find_opening(zone: RuleSet, lines: Sequence[_Line]) -> tuple[Cut, list[Claim]] | None:
    """The beginning of a line of prose that a rule lifts."""
    for line in lines:
        if _is_prose(line.folded):
            start = line.folded[:LONGEST_LINE]
            for matcher in admit(zone.families, start.encode()):
                match = matcher.pattern.match(start)
                if match and matcher.allows(start) and len(line.printed) == line.end - line.start:
                    cut = Cut(line.start, line.start + match.end(), "", "lift", matcher.rule.name)
                    return cut, list(_read_claims(matcher.rule, matcher.fields, match, line))
    return None


def find_cuts(
    text: str, disabled: frozenset[str] = frozenset(), only: Kind | None = None
) -> tuple[list[Cut], list[Claim]]:
    """What the rules cut from the text of one document, one line a paragraph, and the claims they make of it.

    Cuts are sorted and do not overlap. They span whole lines, without the line ends around them: one cut for a block,
    and for the lines of one rule that only blank lines part. A cut of an opening is the beginning of a line. The rules
    named in `disabled` are left out. With `only` 'remove', what a rule would lift is left; with 'lift', only the rules
    that lift look.
    """
    zones = build_zones(disabled, "lift" if only == "lift" else None)
    lines = _split_lines(text)
    inside, anywhere = [zones["below"], zones["anywhere"]], [zones["anywhere"]]
    head, tail = _find_body(lines), _find_tail(lines, [zones["tail"], zones["ends"], *inside])
    cuts: list[Cut] = []
    claims: list[Claim] = []
    hits: Counter[str] = Counter()
    taken = -1  # the number of the line behind the last cut
    number = 0
    while number < len(lines):
        here = [zones["head"]] * (number < head) + [zones["tail"]] * (number >= tail)
        here += [zones["ends"]] * bool(here) + (anywhere if number < head else inside)
        found = _match_lines(here, lines, number) or _match_wrapped(here, lines, number)
        if not found:
            number += 1
            continue
        rule, end, more = found
        if only not in (None, rule.kind):
            taken, number = -1, end
            continue
        claims += more
        hits[rule.name] += 1
        start = lines[number].start
        if cuts and taken == number and cuts[-1].rule == rule.name:
            start = cuts.pop().start
        cuts.append(Cut(start, lines[end - 1].end, "", rule.kind, rule.name))
        taken = number = end
    too_many = {rule.name for rule in load_rules() if rule.most is not None and hits[rule.name] > rule.most}
    cuts = [cut for cut in cuts if cut.rule not in too_many]
    opening = _find_opening(zones["opening"], lines[: head + 1]) if only != "remove" else None
    if opening and all(opening[0].end <= cut.start or cut.end <= opening[0].start for cut in cuts):
        cuts.append(opening[0])
        claims += opening[1]
        cuts.sort(key=lambda cut: cut.start)
    return cuts, claims
