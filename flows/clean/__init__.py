"""Cleaning: one record's text becomes clean text, and a ledger of edits that undoes to the original.

The order matters: marks of the markup first, so that rules see words; repairs before rules, so that they see them spelt
right; page furniture before wraps, so that a sentence runs on across a page; joins across what rules took; the source's
template last, since it is told by whole paragraphs.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from flows.clean.furniture import find_furniture
from flows.clean.head import find_head
from flows.clean.layout import find_joins, find_spaces, find_wraps
from flows.clean.ledger import apply, compose, squeeze
from flows.clean.lines import find_noise
from flows.clean.repair import find_repairs
from flows.clean.rules import find_cuts
from flows.clean.templates import RULE, Span, Templates, find_templates, list_paragraphs
from flows.describe.choose import choose_source, choose_title
from flows.model import Claim, Cut, Record

Found = tuple[Iterable[Cut], Iterable[Claim]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be cut."""

    disabled_rules: frozenset[str] = frozenset()
    line_noise_threshold: float | None = None
    """The score from which the line classifier removes what no rule names; not at all when None."""
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
    """Rules that did not act, since together they would have removed more than the policy allows."""


def clean(record: Record, claims: Sequence[Claim] = (), policy: Policy = Policy()) -> Cleaned:
    """Takes a record through every pass. `claims` are those that others than the record make of it."""
    cleaned = _clean(record, claims, policy, frozenset())
    excess = _find_excess(record, cleaned, policy.largest_removed_share)
    return _clean(record, claims, policy, excess) if excess else cleaned


def _clean(record: Record, claims: Sequence[Claim], policy: Policy, suspended: frozenset[str]) -> Cleaned:
    said = (*claims, *record.claims)
    title = choose_title(said)
    text = record.text
    edits: list[Cut] = []
    disabled = policy.disabled_rules
    threshold = policy.line_noise_threshold

    passes: tuple[Callable[[str], Found], ...] = (
        lambda _: (record.cuts, ()),
        lambda text: (find_repairs(text), ()),
        lambda text: (find_furniture(text), ()),
        lambda text: (find_wraps(text), ()),
        lambda text: find_cuts(text, disabled, "remove"),  # or a line above the date would pass for the title
        lambda text: find_head(text, title),
        lambda text: find_cuts(text, disabled, "lift"),
        lambda text: (find_noise(text, threshold) if threshold is not None else (), ()),
        lambda text: (find_joins(text), ()),
        lambda text: (find_repairs(text), ()),  # what was apart may have come together: a letter and its accent
        lambda text: (find_spaces(text), ()),
    )
    for find in passes:
        cuts, lifted = find(text)
        cuts = [cut for cut in cuts if cut.rule not in disabled and cut.rule not in suspended]
        said = (*said, *lifted)
        if cuts:
            edits = compose(edits, cuts)
            text = apply(text, cuts)
    paragraphs = list_paragraphs(text)
    template = [] if RULE in disabled | suspended else _find_template(text, paragraphs, said, policy)
    if template:
        edits = compose(edits, template)
        text = apply(text, template)
        spaces = list(find_spaces(text))
        edits, text = compose(edits, spaces), apply(text, spaces)
    return Cleaned(text, edits, said, paragraphs, {cut.start for cut in template}, tuple(sorted(suspended)))


def _find_template(text: str, paragraphs: Sequence[Span], claims: Sequence[Claim], policy: Policy) -> list[Cut]:
    source = choose_source(claims) if policy.templates else None
    return find_templates(text, paragraphs, policy.templates.get(source, {})) if source else []


def _find_excess(record: Record, cleaned: Cleaned, largest: float) -> frozenset[str]:
    """The rules that remove, where they take more than that share of what the reader gave as the main content.

    What the reader itself leaves out counts where it leaves nothing: most of a page may be navigation.
    """
    removed = [cut for cut in cleaned.edits if cut.kind == "remove"]
    if not removed:
        return frozenset()
    by_reader = [cut for cut in record.cuts if cut.kind == "remove"]
    main = squeeze(apply(record.text, by_reader))
    if main:
        rules = {cut.rule for cut in by_reader}
        removed = [cut for cut in removed if cut.rule not in rules]
    taken = sum(len(squeeze(record.text[cut.start : cut.end])) for cut in removed)
    return frozenset(cut.rule for cut in removed) if taken > largest * len(main or record.text) else frozenset()
