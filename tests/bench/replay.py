"""Draws what replayed English saves from being forgotten, and what it costs, from the cards of adapted weights.

Usage: python tests/bench/replay.py --out assets/replay.png FOLDER ... (which `adapt --replay eng:FILE:SHARE` wrote, of
one language; the table of docs/adapting.md is printed; Chromium draws the picture)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright

from xlt_core.findings.colours import FONT, GREY, colour
from xlt_core.language_table import by_code
from xlt_core.models.adapted import read_card

WIDTH, HEIGHT = 640, 400
CHROMIUM = "/usr/bin/chromium"


def share(card: Mapping[str, Any]) -> float:
    return sum(one["share"] for one in card["plan"]["replay"])


def table(cards: list[Mapping[str, Any]], language: str) -> str:
    """Bits per byte of held-out text by share of English."""
    rows = [f"| share of English | {by_code(language).name} | English |", "|---|---|---|"]
    bits = cards[0]["bits_per_byte"]
    rows.append(f"| before | {bits[language]['before']:.3f} | {bits['eng']['before']:.3f} |")
    for card in cards:
        bits = card["bits_per_byte"]
        rows.append(f"| {share(card):g} | {bits[language]['after']:.3f} | {bits['eng']['after']:.3f} |")
    return "\n".join(rows)


def figure(cards: list[Mapping[str, Any]], language: str) -> go.Figure:
    """Bits per byte of the language across, of English upwards: a point for each share, and one for before."""
    after = [(card["bits_per_byte"][language]["after"], card["bits_per_byte"]["eng"]["after"]) for card in cards]
    before = cards[0]["bits_per_byte"][language]["before"], cards[0]["bits_per_byte"]["eng"]["before"]
    xs, ys = zip(*after, strict=True)
    line = go.Scatter(x=xs, y=ys, mode="lines+markers+text", text=[f"{share(card):.0%} English" for card in cards],
                      textposition="top right", line={"color": colour("laft")}, marker={"size": 11})  # fmt: skip
    first = go.Scatter(x=[before[0]], y=[before[1]], mode="markers+text", text=["before"], textposition="top left",
                       marker={"size": 11, "color": GREY})  # fmt: skip
    made = go.Figure([line, first])
    made.update_layout(width=WIDTH, height=HEIGHT, showlegend=False, template="plotly_white", font={"family": FONT},
                       margin={"l": 70, "r": 20, "t": 20, "b": 60})  # fmt: skip
    made.update_xaxes(title=f"Bits per byte of {by_code(language).name} (less: more was learned)")
    made.update_yaxes(title="Bits per byte of English (more: forgotten)")
    return made


def draw(made: go.Figure, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page = Path(folder) / "figure.html"
        made.write_html(page, include_plotlyjs=True)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": made.layout.width, "height": made.layout.height})
        shown.goto(page.as_uri())
        shown.wait_for_selector(".main-svg")
        shown.locator(".plotly-graph-div").screenshot(path=out)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    cards = sorted((dict(read_card(folder)) for folder in options.folders), key=share)
    language = cards[0]["plan"]["corpora"][0]
    print(table(cards, language))
    draw(figure(cards, language), options.out)


if __name__ == "__main__":
    main()
