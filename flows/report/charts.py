"""The charts of the page, drawn by Vega-Lite as SVG when the page is written: it needs no script and no network.

Colours are stand-ins, which the page's style sheet gives their light and dark values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert

Rows = Sequence[Mapping[str, Any]]

QUIET, GRID = "#020202", "#030303"
COLOURS = [f"#04040{number}" for number in range(1, 9)]
"""Of the largest seven series, and of what is left over."""
AXIS = {
    "labelColor": QUIET,
    "titleColor": QUIET,
    "gridColor": GRID,
    "domainColor": GRID,
    "tickColor": GRID,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "titlePadding": 14,
    "labelLimit": 220,
}
CONFIG = {"font": "system-ui, sans-serif", "view": {"stroke": None}, "axis": AXIS}


def draw_history(rows: Rows, series: Sequence[str], unit: str) -> str:
    """Stacked bars over time of rows with `time`, `series`, its `place` and `documents`; unit is 'year' or 'month'."""
    scale = {"domain": list(series), "range": COLOURS[: len(series)]}
    time_unit = "utcyear" if unit == "year" else "utcyearmonth"
    encoding: dict[str, Any] = {
        "x": {"field": "time", "type": "temporal", "timeUnit": time_unit, "title": None, "axis": {"labelFlush": False}},
        "y": {"field": "documents", "type": "quantitative", "axis": {"format": ",d"}},
        "color": {"field": "series", "type": "nominal", "legend": None, "scale": scale},
        "order": {"field": "place", "type": "quantitative"},
    }
    return _draw(rows, {"type": "bar"}, encoding, {"width": 740, "height": 240})


def draw_bars(rows: Rows, name: str, measure: str, share: bool = False) -> str:
    """A bar a row, in the order of the rows; a measure that is a share is told in per cent."""
    axis = {"format": "%" if share else ",d", "tickCount": 5}
    encoding = {
        "x": {"field": measure, "type": "quantitative", "axis": axis},
        "y": {"field": name, "type": "nominal", "title": None, "sort": None},
    }
    mark = {"type": "bar", "color": COLOURS[0], "height": {"band": 0.7}}
    # Names are measured in the font of this machine, which may be narrower than the reader's.
    room = {"left": 40, "top": 5, "right": 5, "bottom": 5}
    return _draw(rows, mark, encoding, {"width": 560, "height": {"step": 24}, "padding": room})


def draw_columns(rows: Rows, name: str, measure: str) -> str:
    """A column a row, in the order of the rows."""
    encoding = {
        "x": {"field": name, "type": "nominal", "sort": None, "axis": {"labelAngle": 0}},
        "y": {"field": measure, "type": "quantitative", "axis": {"format": ",d", "tickCount": 5}},
    }
    return _draw(rows, {"type": "bar", "color": COLOURS[0]}, encoding, {"width": 740, "height": 200})


def _draw(rows: Rows, mark: Mapping[str, Any], encoding: Mapping[str, Any], size: Mapping[str, Any]) -> str:
    data = {"values": list(rows)}
    specification = {"data": data, "mark": mark, "encoding": encoding, "background": None, "config": CONFIG, **size}
    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg
