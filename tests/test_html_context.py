"""What the scores of a page's blocks say of each other, and that teasers go though they read like prose."""

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from flows.clean.ledger import apply
from flows.ingest.formats.html import read_page
from flows.ingest.formats.html_blocks import Page, find_blocks
from flows.ingest.formats.html_context import CONTEXT, measure_context
from flows.ingest.formats.html_labels import label_by_rules

SENTENCE = "The harbour office counted eleven barges on the river before the fog lifted, and wrote each of them down. "


def measure(markup: str, scores: list[float]) -> tuple[Page, dict[str, list[float]]]:
    """The page of the markup, and the context of its blocks by name."""
    body = LexborHTMLParser(f"<body>{markup}</body>").body
    assert body is not None
    page = find_blocks(body)
    assert len(page.blocks) == len(scores)
    context = measure_context(np.array(scores, dtype=np.float32), page, label_by_rules(page)[1])
    return page, dict(zip(CONTEXT, context.tolist(), strict=True))


def test_a_block_is_told_what_its_element_its_kind_and_its_neighbours_are_taken_for() -> None:
    paragraph = f"<p>{SENTENCE}</p>"
    markup = f"<div class=a>{paragraph}{paragraph}</div><div class=b>{paragraph}</div><div class=b>{paragraph}</div>"
    _, told = measure(markup, [2.0, 4.0, -1.0, -3.0])
    assert told["score"] == [2.0, 4.0, -1.0, -3.0]
    assert told["score of element"] == [2.0, 4.0, -1.0, -3.0]
    assert told["score of parent"] == [3.0, 3.0, -1.0, -3.0]
    assert told["score of grandparent"] == [0.5] * 4
    assert told["score of kind"] == [0.5] * 4
    assert told["score of those like element"] == [3.0, 3.0, -1.0, -3.0]
    assert told["score of those like parent"] == [3.0, 3.0, -2.0, -2.0]
    assert told["score of what is kept"] == [3.0] * 4
    assert told["score against what is kept"] == [-1.0, 1.0, -4.0, -6.0]
    assert told["score of block +1"] == [4.0, -1.0, -3.0, -7.0]
    assert told["score of block -1"] == [-7.0, 2.0, 4.0, -1.0]
    assert told["score of 3 blocks around"] == [0.5] * 4
    assert told["kept before"] == [0.5, 1.0, 1.0, 1.0]
    assert told["kept after"] == [0.5, 0.0, 0.0, 0.0]


def test_a_page_of_one_block_and_one_that_keeps_nothing_have_a_context() -> None:
    _, told = measure(f"<p>{SENTENCE}</p>", [-9.0])
    assert told["score"] == [-7.0]
    assert told["what is kept"] == [0.0]
    assert all(np.isfinite(values).all() for values in told.values())


def test_short_blocks_weigh_little_in_what_their_element_is_taken_for() -> None:
    _, told = measure(f"<div><p>{SENTENCE * 3}</p><p>By Ida</p></div>", [3.0, -3.0])
    assert told["score of parent"][0] == pytest.approx(3.0, abs=0.2)


def test_teasers_below_an_article_go_though_each_reads_like_prose() -> None:
    article = "".join(
        f"<p>{SENTENCE}{number} of them carried grain for the mills upstream.</p>" for number in range(25)
    )
    teasers = "".join(
        f"<div class=card><h3><a href=/{number}>Lock {number} closes for a week</a></h3>"
        f"<p>The lock at mile {number} closes for repairs, so that barges wait below the weir until it opens again.</p>"
        "</div>"
        for number in range(6)
    )
    record = read_page(
        "<html><head><title>Eleven barges counted</title></head><body><main><article>"
        f"<h1>Eleven barges counted</h1>{article}</article></main><div>{teasers}</div></body></html>"
    )
    text = apply(record.text, record.cuts)
    assert text.count("carried grain") == 25
    assert "closes" not in text
