"""Which blocks of a page are its main content, and what the others are.

By the rules, a block is left out for the region it stands in (told by tag, class, id and role), for standing outside
the element that holds the article, or for being a list of links. The order of the regions' rules is their priority.
The learned classifier then has its say: it takes what no rule names, and gives back what a rule took by mistake, but
for readers' comments. What a rule and the classifier both leave out goes by the rule's name. It has not learned from
documentation: a page that says that a tool for it made it is believed, but for its furniture. Of what is then main
content, a copy of what stands above is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from flows.ingest.formats.html_blocks import HEADINGS, Block, Page
from flows.ingest.formats.html_classifier import Model, judge
from flows.ingest.formats.html_copies import find_copies
from flows.ingest.formats.html_features import Rules
from flows.ingest.formats.html_regions import ARTICLE_WORDS, REGION_TAGS, Told, is_comments_heading, read_words

Label = str | None
"""The rule that leaves a block out; None for main content."""

CLASSIFIER: Final = "html-block-classifier"
COPY: Final = "html-copy"
KEPT_FROM: Final = 0.5
"""The classifier's score from which a block is main content, named by a rule or not.

It is trained for the F1 of a page that is told from there on; in cross-validation over hosts .4 and .6 do as well.
"""
FEWEST_KEPT: Final = 0.2
"""The share of what the rules keep below which the classifier is not believed."""
FEWEST_BLOCKS: Final = 20
"""Blocks of a page from which the classifier is asked: it has not learned from fragments, as feeds carry them."""
MOST_BLOCKS: Final = 20_000
"""Blocks of a page up to which the classifier is asked: it takes some 5 kB of memory for each."""

_CERTAIN: Final = frozenset(("html-comments", "html-hidden"))
_NEVER_MAIN: Final = frozenset(("html-navigation", "html-header", "html-footer", "html-consent", "html-comments"))
_FURNITURE: Final = frozenset(("html-navigation", "html-footer", "html-form", "html-hidden"))  # of documentation
# What is never long: a class that says so of an article's sections means something else
_SHORT: Final = frozenset(("html-navigation", "html-tags", "html-share", "html-byline", "html-hidden", "html-header"))
_PARAGRAPHS: Final = HEADINGS | {"p", "li", "dd", "dt", "pre", "figcaption"}  # others of an article stand beside them
_LITTLE = 500  # characters of running text before which no heading stands over comments
_LONG = 800  # characters of running text
_SENTENCE = 40  # characters from which a block may be a sentence
_LONGEST_IMPRINT = 200  # characters
_LINKED = 0.5  # share of a block's characters in links from which it is a list of links
_ENDINGS: Final = (".", "!", "?", "…", ":", ";", ",", "”", '"', "’", ")", "»", "。", "！", "？", "।", "؟")


def count_text(page: Page, enough: int) -> int:
    """How many characters of running text a page shows, counted until it is enough."""
    count = 0
    for block in page.blocks:
        count += _measure(page, block)
        if count >= enough:
            break
    return count


def label_blocks(page: Page, model: Model) -> list[tuple[Label, float | None]]:
    """For each block the rule that leaves it out, None where it is main content; the classifier says how sure it is."""
    labels = _judge_blocks(page, model)
    main = [number for number, (label, _) in enumerate(labels) if label is None]
    texts = [page.text[page.blocks[number].start : page.blocks[number].end] for number in main]
    for copy in find_copies(texts):
        for number in main[copy.start : copy.stop]:
            labels[number] = COPY, None
    return labels


def _judge_blocks(page: Page, model: Model) -> list[tuple[Label, float | None]]:
    """The same, copies aside."""
    by_rules, rules = label_by_rules(page)
    if page.is_documentation:
        labels = _label_documentation(page, rules)
        if None in labels:
            return [(label, None) for label in labels]
    if not FEWEST_BLOCKS <= len(page.blocks) <= MOST_BLOCKS:
        return [(label, None) for label in by_rules]
    scores = judge(page, rules, model).tolist()
    labels = [_weigh_label(label, score) for label, score in zip(by_rules, scores, strict=True)]
    if _count_kept(page, labels) < FEWEST_KEPT * _count_kept(page, by_rules):
        return [(label, None) for label in by_rules]
    return [(label, 1 - score if label == CLASSIFIER else None) for label, score in zip(labels, scores, strict=True)]


def _label_documentation(page: Page, rules: Rules) -> list[Label]:
    """The labels of a page that a tool for documentation made: of its `main`, if it has one, only furniture goes.

    Its lists of links and terms are what it is about, and what its classes and ids are called may be, too.
    """
    root = next((number for number, element in enumerate(page.elements) if element.tag == "main"), 0)
    labels: list[Label] = []
    for block in page.blocks:
        region = rules.regions[block.element]
        if root <= block.element < rules.ends[root]:
            is_list = region == "html-sidebar" and block.link_characters > _LINKED * (block.end - block.start)
            labels.append(region if region in _FURNITURE or is_list else None)
        else:
            labels.append(region or "html-outside-article")
    return labels


def _weigh_label(label: Label, score: float) -> Label:
    if score >= KEPT_FROM and label not in _CERTAIN:
        return None
    return label or CLASSIFIER


def _count_kept(page: Page, labels: list[Label]) -> int:
    return sum(block.end - block.start for block, label in zip(page.blocks, labels, strict=True) if label is None)


def label_by_rules(page: Page) -> tuple[list[Label], Rules]:
    """The labels that the rules alone give, and what they say of the elements."""
    amounts = [_measure(page, block) for block in page.blocks]
    ends = _find_ends(page)
    told = {words: read_words(words) for words in {element.words for element in page.elements}}
    regions = _find_regions(page, told, _sum_up(page, amounts, ends))
    good = _leave_out_regions(page, amounts, regions)
    if not any(good):
        regions = [region if region in _NEVER_MAIN else None for region in regions]
        good = _leave_out_regions(page, amounts, regions)
    root = _choose_root(page, told, _sum_up(page, good, ends))
    inside = range(root, ends[root])
    labels: list[Label] = []
    for block in page.blocks:
        region = regions[block.element]
        if region:
            labels.append(region)
        elif block.element not in inside:
            labels.append("html-outside-article")
        elif block.link_characters > _LINKED * (block.end - block.start) and _is_link_list(page, block):
            labels.append("html-link-list")
        else:
            labels.append(None)
    if labels[-1] is None and _is_imprint(page.text[page.blocks[-1].start : page.blocks[-1].end]):
        labels[-1] = "html-footer"
    if not page.is_discussion:
        _leave_out_comments(page, amounts, ends, labels)
    return _leave_out_empty_headings(page, labels), Rules(regions, ends, root)


def _leave_out_comments(page: Page, amounts: list[int], ends: list[int], labels: list[Label]) -> None:
    """Names what stands below a heading over comments: the rest of the largest element that it begins, or a section."""
    before = 0
    last = -1  # the element of the block before
    for number, (block, amount) in enumerate(zip(page.blocks, amounts, strict=True)):
        if (
            before >= _LITTLE
            and block.end - block.start < _SENTENCE
            and is_comments_heading(page.text[block.start : block.end])
        ):
            for other in _find_section(page, ends, number, last):
                labels[other] = "html-comments"
        before += amount
        last = block.element


def _find_section(page: Page, ends: list[int], number: int, last: int) -> Iterator[int]:
    """The blocks that a heading stands over, itself first."""
    blocks, elements = page.blocks, page.elements
    element = blocks[number].element
    tag = elements[element].tag
    while not elements[element].parent <= last < ends[elements[element].parent]:
        element = elements[element].parent
    following = number + 1
    yield number
    if following < len(blocks) and blocks[following].element >= ends[element] and tag in HEADINGS:
        element = elements[element].parent  # it stands beside what it is over
    else:
        tag = ""
    while following < len(blocks) and blocks[following].element < ends[element]:
        own = elements[blocks[following].element].tag
        if tag and own in HEADINGS and own <= tag:
            break
        yield following
        following += 1


def _is_imprint(text: str) -> bool:
    """Whether a page's last block is its footer, though no markup says so: short, with a copyright line."""
    return len(text) <= _LONGEST_IMPRINT and any(
        line.startswith(("©", "(c) ", "Copyright ")) for line in text.split("\n")
    )


def _measure(page: Page, block: Block) -> int:
    """How much running text a block holds, in characters: none in short ones, in headings and where links prevail."""
    length = block.end - block.start
    if length < _SENTENCE or page.elements[block.element].tag in HEADINGS:
        return 0
    if block.link_characters > _LINKED * length:
        return 0
    own = length - block.link_characters
    return own if page.text[block.end - 1] in _ENDINGS or length > 2 * _SENTENCE else own // 4


def _leave_out_regions(page: Page, amounts: list[int], regions: list[Label]) -> list[int]:
    return [amount if regions[block.element] is None else 0 for block, amount in zip(page.blocks, amounts, strict=True)]


def _find_ends(page: Page) -> list[int]:
    """For each element the number of the first one after it that is not in it."""
    ends = list(range(1, len(page.elements) + 1))
    for number in range(len(ends) - 1, 0, -1):
        parent = page.elements[number].parent
        if ends[parent] < ends[number]:
            ends[parent] = ends[number]
    return ends


def _sum_up(page: Page, amounts: list[int], ends: list[int]) -> list[int]:
    """For each element, the amounts of the blocks in it."""
    own = [0] * len(page.elements)
    for block, amount in zip(page.blocks, amounts, strict=True):
        own[block.element] += amount
    sums = list(accumulate(own, initial=0))
    return [sums[end] - before for end, before in zip(ends, sums, strict=False)]


def _find_regions(page: Page, told: Mapping[str, Told], text: Sequence[int]) -> list[Label]:
    """The rule of the region that each element stands in; a region that holds half of the page's text is none."""
    regions: list[Label] = [None]
    in_article = [False]
    half = text[0] / 2
    for number, (tag, words, parent) in enumerate(page.elements[1:], start=1):
        region = regions[parent]
        article = in_article[parent] or tag == "article"
        in_article.append(article)
        if region is None and tag not in ("article", "main"):
            region = REGION_TAGS.get(tag) or told[words].region
            if region == "html-comments" and page.is_discussion:
                region = None
            if region is None and tag == "header" and not article:
                region = "html-header"
            if region is not None:
                too_long = (region in _SHORT and text[number] > _LONG) or (
                    text[number] > half and region != "html-comments"
                )
                quotes = tag == "blockquote" and region == "html-share"  # a post of a social network
                heads = tag in HEADINGS and region not in ("html-hidden", "html-related")
                region = None if too_long or quotes or heads else region
        regions.append(region)
    return regions


def _choose_root(page: Page, told: Mapping[str, Told], sums: Sequence[int]) -> int:
    """The element that holds the article: one that says so and holds enough, else the smallest that holds most text."""
    total = sums[0]
    best = [-1] * len(ARTICLE_WORDS)
    for number, element in enumerate(page.elements):
        article = told[element.words].article
        if article is not None and sums[number] and (best[article] < 0 or sums[number] > sums[best[article]]):
            best[article] = number
    for number in best:
        if number > 0 and sums[number] * 2 > total:
            return number
    root = 0
    for number, element in enumerate(page.elements):
        if element.parent == root and sums[number] * 5 > sums[root] * 4 and element.tag not in _PARAGRAPHS:
            root = number
    return root


def _is_link_list(page: Page, block: Block) -> bool:
    return page.elements[block.element].tag not in HEADINGS


def _leave_out_empty_headings(page: Page, labels: list[Label]) -> list[Label]:
    """Headings with nothing below them but what is left out go with it; a byline stands above what it is of."""
    following: Label = None
    seen = False
    for number in range(len(labels) - 1, -1, -1):
        tag = page.elements[page.blocks[number].element].tag
        if labels[number] == "html-byline":
            continue
        if labels[number] is not None:
            following, seen = labels[number], False
        elif tag not in HEADINGS:
            seen = True
        elif not seen and following:
            labels[number] = following
    return labels
