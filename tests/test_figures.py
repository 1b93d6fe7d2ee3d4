"""The quality gate: no figure falls below its floor, or rises above its ceiling."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.figures import PARTS, README, TABLE, Figure, read_rows, write_rows
from tests.conftest import ROOT

BOUNDS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "figures.toml").read_text("utf-8"))


@pytest.mark.parametrize("part", PARTS)
def test_no_figure_goes_beyond_its_bound(part: str) -> None:
    bounds = BOUNDS[part]
    figures = {figure.what: figure for figure in PARTS[part](bounds.get("limit"), False)}
    assert figures.keys() == bounds["bounds"].keys()
    beyond = {
        what: (figures[what].ours, bound)
        for what, bound in bounds["bounds"].items()
        if (figures[what].ours > bound if figures[what].less else figures[what].ours < bound)
    }
    assert beyond == {}


def test_the_table_names_the_best_of_the_others() -> None:
    more = Figure("title exact", 0.9, {"one 1.0": 0.5, "two 2.0": 0.7})
    less = Figure("date invented", 0.1, {"one 1.0": 0.5, "two 2.0": 0.7}, less=True)
    assert list(write_rows("metadata", [more, less, Figure("left", 0.0)])) == [
        "| title exact | 0.900 | 0.700 (two 2.0) | `metadata` |",
        "| date invented | 0.100 | 0.500 (one 1.0) | `metadata` |",
        "| left | 0.000 |  | `metadata` |",
    ]


def test_rows_of_parts_that_are_not_measured_again_stay() -> None:
    readme = README.read_text("utf-8")
    table = TABLE.search(readme)
    assert table
    assert [row for part in PARTS for row in read_rows(readme, part)] == table[0].splitlines()[2:]


def test_the_table_of_the_readme_is_one_that_the_benchmark_writes() -> None:
    found = TABLE.search((ROOT / "README.md").read_text("utf-8"))
    assert found
    rows = [line.strip("| ").split(" | ") for line in found[0].splitlines()[2:]]
    told = {(cells[0], cells[-1].strip("`")) for cells in rows}
    for part in PARTS:
        for what in BOUNDS[part]["bounds"]:
            assert (what, part) in told
