"""A training as HTML and figures: the survey of its texts, its progress, its loss curve and its result."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go

from xlt_core import catalog
from xlt_core.adaptation.records import Estimate, Snapshot, Survey
from xlt_core.findings.colours import FONT, GREY, colour
from xlt_core.formats.durations import duration
from xlt_core.jobs import Job
from xlt_core.ui.shared.html import escape

STATES = {"done": "Finished", "failed": "Failed", "stopped": "Stopped"}


def estimate_html(estimate: Estimate) -> str:
    """The survey of the texts, and the estimated time of the training."""
    steps = "1 step" if estimate.steps == 1 else f"{estimate.steps:,} steps"
    needs = f"{duration(estimate.seconds)}, and {estimate.memory / 1e9:.1f} GB for weights and one step,"
    takes = (f"<p class='xlt-conclusion'>{steps}, {estimate.tokens:,} tokens, on {estimate.parameters:,} parameters "
             f"will take about {needs} here, from a measured first step.</p>")  # fmt: skip
    return "".join(map(survey_html, estimate.surveys)) + takes


def survey_html(survey: Survey) -> str:
    """The survey of the text of one language."""
    read = "" if survey.whole else ", as much as this run reads"
    foreign = (
        "unknown: no library here knows it" if survey.foreign is None else f"{survey.foreign:.0%} of the documents"
    )
    rows = {
        "Documents": f"{survey.documents:,} ({_size(survey.size)}{read})",
        "Tokens": f"{survey.tokens:,}, {survey.tokens_per_word:.2f} a word",
        "Dropped": f"{survey.duplicates:,} duplicates, {survey.short:,} too short",
        "Looks like another language": foreign,
    }
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows.items())
    return f"<h3 class='xlt-group'>Text in {escape(_name(survey.language))}</h3><dl class='xlt-rates'>{cells}</dl>"


def progress_html(job: Job[Snapshot]) -> str:
    """The progress of the training, or how it ended."""
    snapshot = job.last or Snapshot("beginning")
    doing = STATES.get(job.state, snapshot.doing.capitalize())
    parts = [f"step {snapshot.step} of {snapshot.steps}"] if snapshot.steps else []
    parts += [f"loss {snapshot.losses[-1][1]:.3f}"] if snapshot.losses else []
    if job.state == "running":
        parts += [f"learning rate {snapshot.rate:.1e}"] if snapshot.rate else []
        parts += [f"{duration(snapshot.left)} left"] if snapshot.left else []
    notes = "".join(f"<p class='xlt-note'>{escape(note)}</p>" for note in snapshot.notes)
    bar = f"<progress value='{snapshot.step}' max='{snapshot.steps}'></progress>" if snapshot.steps else ""
    return (f"<h2 class='xlt-heading'>{escape(job.name)} <small>{escape(doing)}</small></h2>"
            f"<div class='xlt-progress' id='adapting' data-state='{job.state}' style='--strategy:{colour('laft')}'>"
            f"{escape(' · '.join(parts))}{bar}</div>{notes}")  # fmt: skip


def folder_html(folder: Path) -> str:
    """The folder of the adapted weights."""
    return (f"<p class='xlt-note'>It is saved in <code>{escape(folder)}</code> with a card whose licence is yours to "
            "fill in; it can be chosen as the adapter of its strategy for this model.</p>")  # fmt: skip


def outcome_html(snapshot: Snapshot) -> str:
    """Bits per byte before and after the training, and a sentence on what was learned and forgotten."""
    if not snapshot.bits:
        return _figures_html(snapshot)
    read = {survey.language for survey in snapshot.surveys}
    rows = "".join(_row(code, values, code not in read) for code, values in snapshot.bits.items())
    head = "".join(f"<th scope='col'>{word}</th>" for word in ("Held-out text", "Before", "After", "Change"))
    ended = all(len(values) == 2 for values in snapshot.bits.values())
    changes = "; ".join(_change(code, *values) for code, values in snapshot.bits.items()) if ended else ""
    sentence = f"<p class='xlt-conclusion'>{escape(changes[:1].upper() + changes[1:])}.</p>" if changes else ""
    return (f"<h3 class='xlt-group'>Bits per byte <small>less is better</small></h3><div class='xlt-plain'><table>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{sentence}"
            f"{_figures_html(snapshot)}")  # fmt: skip


def _figures_html(snapshot: Snapshot) -> str:
    """What else the objective measures, before and after."""
    rows = "".join(_cells(name, *values) for name, values in snapshot.figures.items())
    head = "".join(f"<th scope='col'>{word}</th>" for word in ("Of what is held out", "Before", "After", "Change"))
    table = f"<div class='xlt-plain'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    return table if rows else ""


def curve(snapshot: Snapshot) -> go.Figure:
    """The training loss by step."""
    steps, losses = zip(*snapshot.losses, strict=True)
    line = go.Scatter(x=steps, y=losses, mode="lines+markers", line={"color": colour("laft"), "width": 2},
                      marker={"size": 5}, hovertemplate="step %{x}: %{y:.3f}<extra></extra>")  # fmt: skip
    figure = go.Figure([line])
    figure.update_layout(height=270, margin={"l": 10, "r": 20, "t": 20, "b": 44}, paper_bgcolor="rgba(0,0,0,0)",
                         plot_bgcolor="rgba(0,0,0,0)", font={"family": FONT, "size": 13, "color": GREY},
                         showlegend=False, dragmode=False)  # fmt: skip
    grid = {"gridcolor": "rgba(128,128,128,.22)", "zeroline": False}
    figure.update_xaxes(range=[0, snapshot.steps], title={"text": "Step", "font": {"size": 13}}, **grid)
    figure.update_yaxes(title={"text": "Loss, nats a token", "font": {"size": 13}}, automargin=True, **grid)
    return figure


def _row(code: str, values: tuple[float, ...], bundled: bool) -> str:
    """bundled: whether the text is none of the training's own."""
    return _cells(f"{_name(code)}, news of the bundled world" if bundled else _name(code), *values)


def _cells(name: str, before: float, after: float | None = None) -> str:
    change = "" if after is None else f"{after - before:+.3f}".replace("-", "\N{MINUS SIGN}")
    cells = (f"{before:.3f}", "" if after is None else f"{after:.3f}", change)
    return f"<tr><th scope='row'>{escape(name)}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _change(code: str, before: float, after: float) -> str:
    name, share = _name(code), abs(after - before) / before
    if code != "eng":
        return f"{name} takes {share:.1%} {'fewer' if after < before else 'more'} bits than before"
    return f"{name} takes {share:.1%} more: so much was forgotten" if after > before else f"no {name} was forgotten"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def _name(code: str) -> str:
    return catalog.language(code).name
