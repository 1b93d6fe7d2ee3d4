"""Cleaning: one record's text becomes clean text, and a ledger of edits that undoes to the original.

The order matters: marks of the markup first, so that rules see words; repairs before rules, so that they see them spelt
right; page furniture before wraps, so that a sentence runs on across a page; joins across what rules took; the source's
template last, since it is told by whole paragraphs.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from flows.clean.furniture import find_furniture
from flows.clean.head import find_head
from flows.clean.layout import find_joins, find_wraps
from flows.clean.ledger import apply, compose, squeeze
from flows.clean.lines import find_noise, has_prose
from flows.clean.repair import find_repairs, spell_surrogates
from flows.clean.rules import find_cuts
from flows.clean.spaces import find_spaces
from flows.clean.templates import RULE, Span, Templates, find_templates, list_paragraphs, write_cuts
from flows.clean.verbatim import hide, leave, move
from flows.clean.wording import RULE as WORDING_RULE
from flows.clean.wording import find_worded
from flows.describe.choose import choose_source, choose_title, list_persons
from flows.model import Claim, Cut, Record

WEB_PAGE = "title-element"
"""The origin of a claim that only a web page makes."""
WORDED = frozenset(("title", "authors", "source"))
"""The fields whose claims are in words."""
FEWEST_CHARACTERS = 20
"""White space aside: fewer are no main content of a page."""

Found = tuple[Iterable[Cut], Iterable[Claim]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be cut."""

    disabled_rules: frozenset[str] = frozenset()
    wording_threshold: float = 1.0
    """The score from which the wording classifier removes a line that no rule names; not at all when it is 1."""
    line_noise_threshold: float = 1.0
    """The same of the line classifier, which looks only at prose that the reader has left as it was: without markup."""
    largest_removed_share: float = 1.0
    """Of the text; a document of which rules would remove more keeps it whole."""
    templates: Templates = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean text, the edits of the original that give it (white space too), and all claims, those lifted among them."""

    text: str
    edits: list[Cut]
    claims: tuple[Claim, ...]
    paragraphs: list[Span]
    """Of the text as it was before the source's template was cut from it."""
    template: AbstractSet[int]
    """Where the paragraphs start that were cut."""
    suspended_rules: tuple[str, ...] = ()
    """Rules that did not act, since together they would have removed more than the policy allows. Whether the template
    is among them makes no difference to the paragraphs: what is learned does not depend on what was learned before."""


def clean(record: Record, claims: Sequence[Claim] = (), policy: Policy = Policy()) -> Cleaned:
    """Takes a record through every pass. `claims` are those that others than the record make of it."""
    said = tuple(map(_repair_claim, (*claims, *record.claims)))
    cleaned = _apply_passes(record, said, policy, frozenset())
    excess = _find_excess(record, cleaned.edits, policy.largest_removed_share)
    if excess:
        unlearned = replace(policy, wording_threshold=1.0, line_noise_threshold=1.0)  # nor take what rules have left
        return _apply_passes(record, said, unlearned, excess)
    whole = _cut_template(cleaned, policy)
    if whole is not cleaned and _find_excess(record, whole.edits, policy.largest_removed_share):
        return replace(cleaned, suspended_rules=(RULE,))
    return whole


def _repair_claim(claim: Claim) -> Claim:
    """The claim with its words repaired as the text is: markup has the damage of the text that it stands around."""
    if claim.value.isascii():
        return claim
    value = spell_surrogates(claim.value)
    return replace(claim, value=apply(value, find_repairs(value)) if claim.field in WORDED else value)


def _apply_passes(record: Record, said: tuple[Claim, ...], policy: Policy, suspended: frozenset[str]) -> Cleaned:
    title = choose_title(said)
    persons = list_persons(said) if any(claim.origin == WEB_PAGE for claim in said) else None
    text = record.text
    edits: list[Cut] = []
    disabled = policy.disabled_rules
    worded = policy.wording_threshold if WORDING_RULE not in disabled else 1.0
    noise = policy.line_noise_threshold if not record.cuts else 1.0  # markup has told what the lines are

    verbatim = record.verbatim

    def outside(find: Callable[[str], Found]) -> Callable[[str], Found]:
        """The same pass, which sees nothing of what stands as it was typed, and leaves it."""

        def find_outside(text: str) -> Found:
            cuts, lifted = find(hide(text, verbatim) if verbatim else text)
            return (leave(cuts, verbatim) if verbatim else cuts), lifted

        return find_outside

    passes: tuple[Callable[[str], Found], ...] = (
        lambda _: (record.cuts, ()),
        lambda text: (find_repairs(text), ()),
        outside(lambda text: (find_furniture(text), ())),
        outside(lambda text: (find_wraps(text), ())),
        outside(lambda text: find_cuts(text, disabled, "remove")),  # or a line above the date would pass for the title
        outside(lambda text: find_head(text, title, persons, worded)),
        outside(lambda text: find_cuts(text, disabled, "lift")),
        outside(lambda text: (find_worded(text, worded) if worded < 1 else (), ())),
        outside(lambda text: (find_noise(text, noise) if noise < 1 and has_prose(text) else (), ())),
        outside(lambda text: (find_joins(text), ())),
        lambda text: (find_repairs(text), ()),  # what was apart may have come together: a letter and its accent
        lambda text: (find_spaces(text, verbatim), ()),
    )
    for find in passes:
        cuts, lifted = find(text)
        cuts = [cut for cut in cuts if cut.rule not in disabled and cut.rule not in suspended]
        said = (*said, *lifted)
        if cuts:
            edits = compose(edits, cuts)
            text = apply(text, cuts)
            verbatim = move(verbatim, cuts)
    return Cleaned(text, edits, said, list_paragraphs(text), frozenset(), tuple(sorted(suspended)))


def _cut_template(cleaned: Cleaned, policy: Policy) -> Cleaned:
    """The same without its source's template: the paragraphs that stay are as they were."""
    if not policy.templates or RULE in policy.disabled_rules:
        return cleaned
    known = policy.templates.get(choose_source(cleaned.claims) or "", frozenset())
    taken = find_templates(cleaned.text, cleaned.paragraphs, known) if known else []
    if not taken:
        return cleaned
    cuts = [cut for span in taken for cut in write_cuts(span)]
    text, edits = apply(cleaned.text, cuts), compose(cleaned.edits, cuts)
    return replace(cleaned, text=text, edits=edits, template={span.start for span in taken})


def _find_excess(record: Record, edits: Sequence[Cut], largest: float) -> frozenset[str]:
    """The rules that remove, where they take more than that share of what the reader gave as the main content.

    What the reader itself leaves out counts where it leaves next to nothing: most of a page may be navigation.
    """
    removed = [cut for cut in edits if cut.kind == "remove"]
    if not removed:
        return frozenset()
    by_reader = [cut for cut in record.cuts if cut.kind == "remove"]
    whole = len(squeeze(apply(record.text, by_reader)))
    if by_reader and whole < FEWEST_CHARACTERS:
        whole = len(squeeze(record.text))
    else:
        rules = {cut.rule for cut in by_reader}
        removed = [cut for cut in removed if cut.rule not in rules]
    taken = sum(len(squeeze(record.text[cut.start : cut.end])) for cut in removed)
    return frozenset(cut.rule for cut in removed) if taken > largest * whole else frozenset()
