"""The features of a page's blocks, measured.

Nothing here was learned but the weights of words that `measure_blocks` is given.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Final

import numpy as np

from flows.forest import Matrix
from flows.ingest.formats.html_blocks import HEADINGS, Page
from flows.ingest.formats.html_features import (
    BESIDE,
    LINEAGE,
    NEAR,
    OWNED,
    OWNERS,
    ROWS,
    TAGS,
    WITHIN,
    Blocks,
    Numbers,
    Rules,
    Table,
    Truths,
    number_kinds,
    sum_subtrees,
)
from flows.ingest.formats.html_kernels import count_shapes, count_since, find_shared_depth, gather_within, weigh_lineage
from flows.ingest.formats.html_words import (
    SHAPES,
    SHORT,
    find_runs,
    fold_text,
    list_class_words,
    list_text_words,
    load_shapes,
    split_words,
    weigh_terms,
)

_OTHER_HEADINGS: Final = sorted(HEADINGS.difference(TAGS))
_TAG_NUMBERS: Final = {tag: number for number, tag in enumerate((*TAGS, *_OTHER_HEADINGS))}
_IS_HEADING: Final = np.array([tag in HEADINGS for tag in (*_TAG_NUMBERS, "")])  # the last is for all other tags
_IS: Final = [f"is {tag}" for tag in TAGS]
_FAR: Final = 30
_LIKE_TITLE: Final = 0.2
_LIKE_DESCRIPTION: Final = 0.4
_WORDY: Final = ("words", "first word", "share in title", "share of title")
_NEAR_ROWS: Final = [ROWS[name] for name in NEAR]
_UPPER, _LOWER, _MARK, _STOP, _CLAUSE = map(SHAPES.index, ("upper", "lower", "mark", "stop", "clause"))
_WITHIN_BITS: Final = {tag: 1 << number for number, tag in enumerate(WITHIN)}


def _shift(values: Matrix, step: int) -> Matrix:
    """The values of the blocks `step` further on; -1 where there is none."""
    moved = np.full_like(values, -1)
    if step > 0:
        moved[:, :-step] = values[:, step:]
    else:
        moved[:, -step:] = values[:, :step]
    return moved


def _count_until(where: Truths) -> tuple[Numbers, Matrix]:
    """For each block the next one from it on that is so, their number for none, and in how many blocks that will be."""
    last, since = count_since(where[::-1].copy(), _FAR)
    return len(where) - 1 - last[::-1], since[::-1]


def _measure_shape(page: Page, table: Table) -> Blocks:
    """The features of each block's own text and links, but for its words."""
    count = len(page.blocks)
    numbers = np.fromiter(chain.from_iterable(page.blocks), dtype=np.int64, count=5 * count)
    starts, ends, element, link_characters, links = numbers.reshape(count, 5).T.copy()
    lengths = (ends - starts).astype(np.float32)
    link_share = (link_characters / lengths).astype(np.float32)
    codes = np.frombuffer(page.text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    shapes = load_shapes()
    counts = count_shapes(codes, shapes, starts, ends, len(SHAPES))
    first, last, before = shapes[np.minimum(codes[[starts, ends - 1, ends - 2]], len(shapes) - 1)]
    # A quotation mark or a bracket may follow the full stop
    last = np.where((last == _MARK) & (lengths > 1), before, last)
    tags = np.array([_TAG_NUMBERS.get(tag, -1) for tag, _, _ in page.elements])[element]
    heading = _IS_HEADING[tags]
    runs = (link_share < 0.5) & ~heading & ((lengths > 120) | ((lengths > 40) & (last == _STOP)))
    prose = np.where(runs, lengths * (1 - link_share), 0).astype(np.float32)
    table["length"] = np.log1p(lengths)
    table["link share"] = link_share
    table["links"] = links
    table[[f"{name} share" for name in SHAPES]] = counts / lengths
    table["ends stop"] = last == _STOP
    table["ends clause"] = last == _CLAUSE
    table["starts upper"] = first == _UPPER
    table["starts lower"] = first == _LOWER
    table["prose"] = np.log1p(prose)
    table["heading"] = heading
    table[_IS] = tags == np.arange(len(TAGS))[:, None]
    return Blocks(element, lengths, link_share, tags, heading, prose)


def _measure_words(page: Page, folded: str, rules: Rules, words: Mapping[str, float], table: Table) -> Matrix:
    """The features of each block's words, which are returned, too; `folded` is the page's text."""
    title = set(split_words(fold_text(page.title)))
    texts = [folded[block.start : block.end] for block in page.blocks]
    measured = np.zeros((len(_WORDY), len(texts)), dtype=np.float32)
    # The markup of a region tells enough
    read = [number for number, block in enumerate(page.blocks) if rules.regions[block.element] is None]
    weights: list[float] = []
    firsts: list[float] = []
    for number in read:
        own, terms = list_text_words(texts[number])
        weights.append(weigh_terms(terms, words))
        firsts.append(words.get(terms[0], 0.0) if terms else 0.0)
        if len(texts[number]) <= SHORT and not title.isdisjoint(own):
            distinct = {*own}
            common = len(distinct & title)
            measured[2:, number] = common / len(distinct), common / len(title)
    measured[:2, read] = weights, firsts
    table[_WORDY] = measured
    times = Counter(texts)
    table["repeated"] = [*map(times.__getitem__, texts)]
    return measured


def _measure_descriptions(page: Page, folded: str, blocks: Blocks, table: Table) -> int:
    """The features of what each block has of the page's descriptions; returned is the one with most, -1 for none."""
    starts = [block.start for block in page.blocks]
    shares = np.zeros((2, len(starts)), dtype=np.float32)
    for description in page.descriptions:
        runs, places = find_runs(description, folded)
        if places:
            found = np.bincount(np.searchsorted(starts, places, side="right") - 1, minlength=len(starts))
            characters = len(description) / runs
            shares = np.maximum(shares, np.minimum(1, (found / runs, found * characters / blocks.lengths)))
    table["share of description", "share in description"] = shares
    most = int(shares[0].argmax())
    return most if shares[0, most] >= _LIKE_DESCRIPTION else -1


def _measure_lineage(
    page: Page, rules: Rules, classes: Mapping[str, float], blocks: Blocks, table: Table
) -> tuple[Matrix, Numbers]:
    """The features of the elements that each block stands in; returned are the elements' depths and parents."""
    elements, element, prose, lengths = page.elements, blocks.element, blocks.prose, blocks.lengths
    kinds_known, numbers = number_kinds(elements)
    kind_weights = [weigh_terms(list_class_words(*kind), classes) for kind in kinds_known]
    parents = np.array([parent for _, _, parent in elements])
    parents[0] = 0
    is_article = np.array([tag == "article" for tag, _ in kinds_known])[numbers]
    within = gather_within(parents, np.array([_WITHIN_BITS.get(tag, 0) for tag, _ in kinds_known])[numbers])
    lineage = weigh_lineage(parents, np.array(kind_weights, dtype=np.float64)[numbers], is_article).astype(np.float32)
    depth = lineage[0]
    table[LINEAGE] = lineage[:, element]
    table[[f"within {tag}" for tag in WITHIN]] = within[element] >> np.arange(len(WITHIN))[:, None] & 1
    kinds = numbers[element]
    table["alike"] = np.log1p(np.bincount(kinds)[kinds])
    table["alike prose"] = np.log1p(np.bincount(kinds, prose)[kinds])
    ruled = {rule: classes.get(f"={rule}", 0.0) for rule in {*rules.regions, None}}
    in_article = (element >= rules.root) & (element < rules.ends[rules.root])
    region = np.array([ruled[region] for region in rules.regions])[element]
    table["rule"] = region + np.where(in_article, 0, classes.get("=outside", 0.0))
    table["in article"] = in_article
    table["depth in article"] = np.where(in_article, depth[element] - depth[rules.root], -1)
    sums = sum_subtrees(element, (prose, lengths, lengths * blocks.link_share, None), rules.ends)
    all_prose = max(1.0, float(prose.sum()))
    shares = np.array(
        (np.log1p(sums[0]), sums[0] / all_prose, sums[2] / np.maximum(1, sums[1]), *np.log1p(sums[:0:-2]))
    )
    for whose, owner in zip(OWNERS, (element, parents[element], parents[parents[element]]), strict=True):
        table[[f"{what} of {whose}" for what in OWNED]] = shares[:, owner]
    table["prose share of article"] = sums[0, rules.root] / all_prose
    return depth, parents


def _measure_place(
    rules: Rules, words: Matrix, description: int, depth: Matrix, parents: Numbers, blocks: Blocks, table: Table
) -> None:
    """The features of each block's place among the others; `description` is the block that has most of one."""
    prose, element = blocks.prose, blocks.element
    count = len(element)
    numbers = np.arange(count)
    all_prose = max(1.0, float(prose.sum()))
    so_far = np.cumsum(prose)
    table["position"] = numbers / count
    table["prose before"] = (so_far - prose) / all_prose
    table["prose after"] = (all_prose - so_far) / all_prose
    table["prose of page"] = np.log1p(all_prose)
    last_prose, table["blocks since prose"] = count_since(prose > 0, _FAR)
    next_prose, table["blocks until prose"] = _count_until(prose > 0)
    is_h1 = blocks.tags == _TAG_NUMBERS["h1"]
    _, table["blocks since h1"] = count_since(is_h1, _FAR)
    table["h1 before"] = np.cumsum(is_h1)
    last_heading, table["blocks since heading"] = count_since(blocks.heading, _FAR)
    _, table["blocks until heading"] = _count_until(blocks.heading)
    table["words of heading", "first word of heading"] = np.where(last_heading < 0, 0, words[:2, last_heading])
    own_depth, parent = depth[element], parents[element]
    table["depth against prose"] = own_depth - float((own_depth * prose).sum()) / all_prose
    table["same element as prose before"] = parent == parent[np.maximum(0, last_prose)]
    table["same element as prose after"] = parent == parent[np.minimum(count - 1, next_prose)]
    likeness = words[2] * words[3] * np.where(blocks.heading, 1.5, 1)
    title = int(likeness.argmax()) if likeness.max() > _LIKE_TITLE else -1
    for name, place in (("title", title), ("description", description)):
        table[f"blocks since {name}"] = np.clip(numbers - place, -_FAR, _FAR) if place >= 0 else -_FAR - 1
    ends = np.array(rules.ends)
    middle = min(count - 1, int(np.searchsorted(so_far, all_prose / 2)))
    for name, place in (("title", title), ("middle of prose", middle), ("description", description)):
        if place < 0:
            table[f"steps up to {name}"] = table[f"depth shared with {name}"] = -1
        else:
            shared = find_shared_depth(parents, ends, depth, element, element[place])
            table[f"steps up to {name}"] = own_depth - shared
            table[f"depth shared with {name}"] = own_depth[place] - shared


def measure_blocks(page: Page, rules: Rules, classes: Mapping[str, float], words: Mapping[str, float]) -> Matrix:
    """The `FEATURES` of a page's blocks, of which there is at least one."""
    table = Table(len(page.blocks))
    blocks = _measure_shape(page, table)
    folded = fold_text(page.text)
    weights = _measure_words(page, folded, rules, words, table)
    description = _measure_descriptions(page, folded, blocks, table)
    depth, parents = _measure_lineage(page, rules, classes, blocks, table)
    _measure_place(rules, weights, description, depth, parents, blocks, table)
    near = table.matrix[_NEAR_ROWS]
    return np.concatenate([table.matrix, *(_shift(near, step) for step in BESIDE)])
