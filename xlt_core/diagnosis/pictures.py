"""The pictures of a diagnosis as HTML that needs no style sheet: curves as SVG, bars as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from xlt_core.contracts import Chart, Series

PAINTS = ("#3f7fcb", "#c8741c", "#2f8f83", "#9560c4", "#b5527d", "#7a7f2b", "#6a7c94")
WIDTH, HEIGHT = 360, 200  # of curves, in pixels at the width of a phone
LEFT, RIGHT, TOP, BOTTOM = 30, 10, 8, 34
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
SIZE = "font-size:11px"
FAINT = "stroke-dasharray='4 3' opacity='0.7'"
CELL = "border:0;padding:2px 6px 2px 0;font-weight:400;font-size:13px"
GREY, PALE = "rgba(128,128,128,.3)", "rgba(128,128,128,.16)"


def picture_html(chart: Chart) -> str:
    """The picture with its title, and a legend where it has several series."""
    drawn = _curves(chart) if chart.kind == "curves" else _bars(chart)
    legend = _legend(chart)
    title = f"<figcaption style='font-weight:600;margin-bottom:6px'>{escape(chart.title)}</figcaption>"
    return f"<figure class='xlt-picture' style='margin:0 0 18px;max-width:560px'>{title}{drawn}{legend}</figure>"


def _curves(chart: Chart) -> str:
    steps = max((len(one.values) for one in chart.series), default=1) - 1
    top = chart.top or max((value for one in chart.series for value in one.values), default=1.0) or 1.0
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(step: float, value: float) -> str:
        return f"{LEFT + across * step / max(steps, 1):.1f},{TOP + down * (1 - value / top):.1f}"

    lines = "".join(
        f"<polyline points='{' '.join(place(*point) for point in enumerate(one.values))}' fill='none' "
        f"stroke='{paint}' stroke-width='2' {FAINT * one.faint}><title>{escape(one.name)}</title></polyline>"
        for one, paint in _painted(chart.series)
    )
    level = "" if chart.line is None else _level(place(0, chart.line), place(max(steps, 1), chart.line))
    ends = "".join(_text(place(step, 0), f"{step}", "middle", 14) for step in sorted({0, steps // 2, steps}))
    axis = f"{_text(place(max(steps, 1) / 2, 0), chart.unit, 'middle', 29)}{ends}"
    grid = "".join(_grid(place(0, top * tick), place(max(steps, 1), top * tick), f"{top * tick:g}") for tick in TICKS)
    told = escape(_told(chart), quote=True)
    return (f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='100%' role='img' aria-label='{told}' fill='currentColor'>"
            f"{grid}{axis}{level}{lines}</svg>")  # fmt: skip


def _grid(start: str, end: str, label: str) -> str:
    (x, y), (to, _) = start.split(","), end.split(",")
    return (
        f"<line x1='{x}' x2='{to}' y1='{y}' y2='{y}' stroke='{GREY}'/>"
        f"<text x='{float(x) - 5:.1f}' y='{float(y) + 4:.1f}' text-anchor='end' style='{SIZE}'>{label}</text>"
    )


def _level(start: str, end: str) -> str:
    (x, y), (to, _) = start.split(","), end.split(",")
    return f"<line x1='{x}' x2='{to}' y1='{y}' y2='{y}' stroke='currentColor' stroke-dasharray='2 3'/>"


def _text(place: str, text: str, anchor: str, below: int) -> str:
    x, y = place.split(",")
    said = escape(text)
    return f"<text x='{x}' y='{float(y) + below:.1f}' text-anchor='{anchor}' style='{SIZE}'>{said}</text>"


def _bars(chart: Chart) -> str:
    """A row for each bar, its name only before the first of a group."""
    level = [] if chart.line is None else [chart.line]
    top = chart.top or max([*level, *(value or 0 for one in chart.series for value in one.values)], default=1.0) or 1.0
    rows = "".join(_bar_rows(chart, top))
    unit = f"<th scope='col' style='text-align:left;{CELL}'>{escape(chart.unit)}</th>"
    head = f"<thead><tr><td style='{CELL}'></td>{unit}</tr></thead>"
    return f"<table style='width:100%;border-collapse:collapse;border:0'>{head}<tbody>{rows}</tbody></table>"


def _bar_rows(chart: Chart, top: float) -> Iterator[str]:
    for place, name in enumerate(chart.names):
        for number, (one, paint) in enumerate(_painted(chart.series)):
            value = one.values[place]
            mark = "" if chart.line is None else _mark(chart.line / top, chart.line_name)
            filled = f"<div style='width:{min((value or 0) / top, 1):.1%};height:13px;background:{paint}'></div>"
            bar = f"<div style='flex:1;position:relative;height:13px;background:{PALE}'>{filled}{mark}</div>"
            head, said = escape(name) if number == 0 else "", "-" if value is None else f"{value:.2f}"
            yield (f"<tr><th scope='row' style='text-align:left;width:34%;{CELL}'>{head}</th><td style='{CELL}'>"
                   f"<div style='display:flex;gap:8px;align-items:center' title='{escape(one.name, quote=True)}'>{bar}"
                   f"<span style='min-width:3em;text-align:right'>{said}</span></div></td></tr>")  # fmt: skip


def _mark(share: float, name: str) -> str:
    said = escape(name, quote=True)
    return (f"<div title='{said}' style='position:absolute;top:-2px;bottom:-2px;left:{min(share, 1):.1%};"
            "border-left:2px dotted currentColor'></div>")  # fmt: skip


def _legend(chart: Chart) -> str:
    """The series by colour, where there are several or they are curves, and the level to compare with."""
    shown = _painted(chart.series) if len(chart.series) > 1 or chart.kind == "curves" else []
    entries = [
        (f"width:14px;height:3px;background:{paint};opacity:{0.6 if one.faint else 1}", one.name)
        for one, paint in shown
    ]
    if chart.line is not None:
        entries.append(("width:14px;border-top:2px dotted currentColor", f"{chart.line_name} {chart.line:.3g}"))
    items = "".join(
        f"<li style='display:inline-block;margin:0 14px 2px 0;list-style:none'><span aria-hidden='true' style='display:"
        f"inline-block;vertical-align:middle;margin-right:5px;{style}'></span>{escape(name)}</li>"
        for style, name in entries
    )
    return f"<ul style='padding:0;margin:2px 0 0;font-size:13px'>{items}</ul>" if items else ""


def _painted(series: Sequence[Series]) -> list[tuple[Series, str]]:
    """Each series with its colour; what is faint has that of the next one, which it is beside."""
    painted, number = [], 0
    for one in series:
        painted.append((one, PAINTS[number % len(PAINTS)]))
        number += not one.faint
    return painted


def _told(chart: Chart) -> str:
    """The curves for whoever does not see them."""
    peaks = [f"{one.name} at most {max(one.values):.2f} at {one.values.index(max(one.values))}"
             for one in chart.series if one.values]  # fmt: skip
    level = "" if chart.line is None else f"; {chart.line_name} {chart.line:.3f}"
    return f"{chart.title}: {', '.join(peaks)}{level}"
