"""The quality gate: no figure falls below its floor, or rises above its ceiling."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.figures import PARTS, README, TABLE, Figure, read_rows, write_rows
from tests.conftest import ROOT

BOUNDS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "figures.toml").read_text("utf-8"))


def read_bounds(part: str) -> dict[tuple[str, str], float]:
    """By what is measured, and of what, its bound."""
    bounds: dict[str, dict[str, float] | float] = BOUNDS[part]["bounds"]
    return {
        (what, of): bound
        for what, given in bounds.items()
        for of, bound in (given if isinstance(given, dict) else {"": given}).items()
    }


@pytest.mark.parametrize("part", PARTS)
def test_no_figure_goes_beyond_its_bound(part: str) -> None:
    bounds = read_bounds(part)
    figures = {(figure.what, figure.of): figure for figure in PARTS[part](BOUNDS[part].get("limit"), False)}
    assert figures.keys() == bounds.keys()
    beyond = {
        key: (figures[key].ours, bound)
        for key, bound in bounds.items()
        if (figures[key].ours > bound if figures[key].less else figures[key].ours < bound)
    }
    assert beyond == {}


def test_the_table_names_the_best_of_the_others() -> None:
    title = Figure("told", 0.9, {"one 1.0": 0.5, "two 2.0": 0.7}, of="title")
    dates = Figure("told", 0.8, {"one 1.0": 0.6, "two 2.0": 0.4}, of="date")
    less = Figure("invented", 0.1, {"one 1.0": 0.5, "two 2.0": 0.7}, less=True)
    assert list(write_rows("metadata", [title, less, dates, Figure("left", 0.0)])) == [
        "| told | title 0.900, date 0.800 | title 0.700 (two 2.0), date 0.600 (one 1.0) | `metadata` |",
        "| invented | 0.100 | 0.500 (one 1.0) | `metadata` |",
        "| left | 0.000 |  | `metadata` |",
    ]


def test_a_peer_that_is_the_best_in_all_of_a_row_is_named_once() -> None:
    figures = [Figure("found", 0.7, {"one": 0.5}, of="en"), Figure("found", 0.6, {"one": 0.3, "two": 0.2}, of="de")]
    assert list(write_rows("lines", figures)) == ["| found | en 0.700, de 0.600 | en 0.500, de 0.300 (one) | `lines` |"]


def test_rows_of_parts_that_are_not_measured_again_stay() -> None:
    readme = README.read_text("utf-8")
    table = TABLE.search(readme)
    assert table
    assert [row for part in PARTS for row in read_rows(readme, part)] == table[0].splitlines()[2:]


def test_the_table_of_the_readme_is_one_that_the_benchmark_writes() -> None:
    found = TABLE.search((ROOT / "README.md").read_text("utf-8"))
    assert found
    rows = {(cells[0], cells[-1].strip("`")): cells[1] for cells in map(split_row, found[0].splitlines()[2:])}
    for part in PARTS:
        for what, of in read_bounds(part):
            assert re.search(rf"(?:^|, ){re.escape(f'{of} '.lstrip())}\d+\.\d{{3}}(?:,|$)", rows[what, part])


def split_row(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split(" | ")]
