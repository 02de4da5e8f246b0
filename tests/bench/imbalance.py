"""Draws the study of cloned languages from its points, and prints the rows of its table in docs/benchmarks.md.

Usage: python tests/bench/imbalance.py [POINTS.json] FIGURE.png (Chromium draws the picture)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import plotly.graph_objects as go

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from replay import draw

from xlt_core.findings.colours import COLOURS, FONT, GREY
from xlt_core.settings import ASSETS

LINES = (("beside", "beside English", "solid"), ("alone", "alone", "dot"), ("batched", "alone, whole batches", "dash"))
PAINTS = (COLOURS["prompt"], COLOURS["translate"], COLOURS["laft"], COLOURS["linear"])


def row(point: dict) -> str:
    """A row of the table."""
    bits = " | ".join(f"{point[key]:.3f}" for key in ("beside", "alone", "batched", "english"))
    return f"| {point['language']} | {point['share']:.1%} | {point['tokens']:,} | {bits} |"


def figure(points: list[dict]) -> go.Figure:
    """Bits per byte of a language against its share: the three ways of training as three kinds of lines."""
    chart = go.Figure()
    for code, paint in zip(dict.fromkeys(point["language"] for point in points), PAINTS, strict=False):
        own = [point for point in points if point["language"] == code]
        for key, said, dash in LINES:
            chart.add_scatter(x=[point["share"] for point in own], y=[point[key] for point in own],
                              name=f"{code}, {said}", mode="lines+markers", marker={"size": 8, "color": paint},
                              line={"color": paint, "dash": dash, "width": 2})  # fmt: skip
    chart.update_xaxes(type="log", title="share of the text", tickformat=".1%", gridcolor="rgba(128,128,128,.22)",
                       tickvals=sorted({point["share"] for point in points}))  # fmt: skip
    chart.update_yaxes(title="bits per byte of new text", rangemode="tozero", gridcolor="rgba(128,128,128,.22)")
    chart.update_layout(height=420, width=760, paper_bgcolor="white", plot_bgcolor="white",
                        font={"family": FONT, "size": 14, "color": GREY}, margin={"t": 20, "r": 20})  # fmt: skip
    return chart


if __name__ == "__main__":
    *given, out = sys.argv[1:]
    path = Path(given[0]) if given else ASSETS / "imbalance.json"
    points = json.loads(path.read_text(encoding="utf-8"))["points"]
    print(*map(row, points), sep="\n")
    draw(figure(points), Path(out))
