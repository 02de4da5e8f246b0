"""The heat map of columns that differ in two knobs or more: a tile each, chance on the scale, a click its prompt."""

from __future__ import annotations

from itertools import product

from xlt_core.findings.colours import colour
from xlt_core.findings.grid import Grid, Tile, grid_of, sentence
from xlt_core.records import Comparison
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import details_html, escape, number, truncated

FAINT, FULL = 6, 62  # percent of the strategy's colour at the lowest and at the highest score


def heat_map_html(comparison: Comparison, metric: str) -> str:
    """The map with its scale and what it says; "" where the columns are no grid."""
    grid = grid_of(comparison, metric)
    if grid is None:
        return ""
    across = list(product(*(grid.values(axis) for axis in range(1, len(grid.axes)))))
    tiles = {tile.values: tile for tile in grid.tiles}
    low, high = _ends(grid)
    heads = "".join(f"<th scope='col'>{_names(grid, values)}</th>" for values in across)
    rows = "".join(
        f"<tr><th scope='row'>{escape(grid.axes[0])}: {escape(first)}</th>"
        + "".join(_tile(tiles.get((first, *values)), grid, low, high) for values in across)
        + "</tr>"
        for first in grid.values(0)
    )
    says = sentence(grid, comparison)
    return (
        f"<figure class='xlt-heat' style='--strategy:{colour(grid.strategy)}'><div class='xlt-table' tabindex='0'>"
        f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{_scale(grid, low, high)}"
        f"<figcaption>{escape(says)}</figcaption></figure>"
    )


def _names(grid: Grid, values: tuple[str, ...]) -> str:
    return "<br>".join(f"{escape(label)}: {escape(value)}" for label, value in zip(grid.axes[1:], values, strict=True))


def _tile(tile: Tile | None, grid: Grid, low: float, high: float) -> str:
    if tile is None:
        return "<td class='xlt-quiet'></td>"
    if tile.score is None:
        return "<td class='xlt-quiet'>...</td>"
    score, clear = tile.score, grid.chance is None or tile.score.low > grid.chance
    known = "" if clear else " <small>not above chance</small>"
    prompt = f"<pre class='xlt-sent' dir='auto' tabindex='0'>{truncated(tile.sent)}</pre>"
    summary = f"<b>{number(score.value)}</b> <small>{number(score.low)} to {number(score.high)}</small>{known}"
    # In the style sheet Gradio drops a shade by a variable: the browser writes such a rule out without it.
    colours = f"color-mix(in srgb, var(--strategy) {_share(score.value, low, high)}%, transparent)"
    shade = f"style='background-color:{colours}'"
    return (
        f"<td class='xlt-heat-tile{'' if clear else ' xlt-heat-low'}' {shade} "
        f"title='{escape(tile.column)}'>{details_html(f'heat/{tile.column}', summary, prompt)}</td>"
    )


def _scale(grid: Grid, low: float, high: float) -> str:
    """The scale of the shades, with chance as a line."""
    line = ""
    if grid.chance is not None and high > low:
        left = min(max((grid.chance - low) / (high - low), 0), 1)
        line = f"<i style='left:{left:.1%}'></i><small style='left:{left:.1%}'>chance {number(grid.chance)}</small>"
    ends = f"<span>{number(low)}</span><span class='xlt-heat-bar'>{line}</span><span>{number(high)}</span>"
    return f"<p class='xlt-heat-scale'>{escape(metrics.title(grid.metric))} {ends}</p>"


def _ends(grid: Grid) -> tuple[float, float]:
    """The least and the greatest of the scores and of chance."""
    values = [tile.score.value for tile in grid.tiles if tile.score]
    values += [] if grid.chance is None else [grid.chance]
    return (min(values), max(values)) if values else (0.0, 1.0)


def _share(value: float, low: float, high: float) -> int:
    return FULL if high <= low else round(FAINT + (FULL - FAINT) * (value - low) / (high - low))
