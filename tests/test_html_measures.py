"""What is measured of a page's blocks against what its markup says that it is about."""

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from flows.ingest.formats.html_blocks import find_blocks
from flows.ingest.formats.html_features import FEATURES
from flows.ingest.formats.html_labels import label_by_rules
from flows.ingest.formats.html_measures import measure_blocks

STANDFIRST = "The harbour office has counted eleven barges on the river since the fog of 1931 lifted again"
BODY = (
    "<div><p>The weather is fair and the ferry runs</p></div>"
    f"<article><h1>Barges</h1><p>{STANDFIRST}, and more may come.</p><p>Each of them carries grain.</p></article>"
)


def measure(head: str) -> dict[str, list[float]]:
    """The features of the body's four blocks by name."""
    body = LexborHTMLParser(f"<head>{head}</head><body>{BODY}</body>").body
    assert body is not None
    page = find_blocks(body)
    table = measure_blocks(page, label_by_rules(page)[1], {}, {})
    return dict(zip(FEATURES, table.tolist(), strict=True))


@pytest.mark.parametrize("description", [STANDFIRST, STANDFIRST.upper(), f"{STANDFIRST} …"])
@pytest.mark.parametrize("name", ["name='description'", "property='og:description'", "name='Description'"])
def test_the_block_that_a_description_repeats_is_told_and_how_the_others_stand_to_it(
    name: str, description: str
) -> None:
    told = measure(f'<meta {name} content="{description}">')
    assert told["share of description"] == [0, 0, 1, 0]
    assert told["share in description"][2] == pytest.approx(0.85, abs=0.1)
    assert told["blocks since description"] == [-2, -1, 0, 1]
    assert told["depth shared with description"][1:] == [1, 0, 1]
    assert told["depth shared with description"][0] > 1


@pytest.mark.parametrize("head", [
    "",
    "<meta name='description'>",
    "<meta name='description' content=''>",
    "<meta name='description' content='Barges'>",
    "<meta name='description' content='All that you ever wanted to know about barges, rivers and their harbours'>",
    "<meta name='keywords' content='The harbour office has counted eleven barges on the river'>",
])  # fmt: skip
def test_a_description_that_no_block_repeats_tells_nothing(head: str) -> None:
    told = measure(head)
    assert told["share of description"] == told["share in description"] == [0] * 4
    assert told["steps up to description"] == [-1] * 4
    assert all(np.isfinite(values).all() for values in told.values())
