"""How an adaptation is shown: what its text holds, how far it is, its loss curve, what was learned and forgotten."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go

from xlt_core import catalog
from xlt_core.adaptation.records import Estimate, Snapshot, Survey
from xlt_core.findings.colours import colour
from xlt_core.formats.durations import duration
from xlt_core.jobs import Job
from xlt_core.ui.compare.chart import FONT, GREY
from xlt_core.ui.shared.html import escape

STATES = {"done": "Finished", "failed": "Failed", "stopped": "Stopped"}


def estimate_html(estimate: Estimate) -> str:
    """What the texts hold, and how long the training will take here."""
    steps = "1 step" if estimate.steps == 1 else f"{estimate.steps:,} steps"
    takes = (f"<p class='xlt-conclusion'>{steps} on {estimate.parameters:,} parameters will take about "
             f"{duration(estimate.seconds)} here, by a first step that was measured.</p>")  # fmt: skip
    return "".join(map(survey_html, estimate.surveys)) + takes


def survey_html(survey: Survey) -> str:
    """What the text of one language holds."""
    read = "" if survey.whole else ", as much as this run reads"
    looks = "not told: no library here knows it" if survey.foreign is None else f"{survey.foreign:.0%} of the documents"
    rows = {
        "Documents": f"{survey.documents:,} ({_size(survey.size)}{read})",
        "Tokens": f"{survey.tokens:,}, {survey.tokens_per_word:.2f} a word",
        "Dropped": f"{survey.duplicates:,} duplicates, {survey.short:,} too short",
        "Looks like another language": looks,
    }
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows.items())
    return f"<h3 class='xlt-group'>Text in {escape(_name(survey.language))}</h3><dl class='xlt-rates'>{cells}</dl>"


def progress_html(job: Job[Snapshot]) -> str:
    """How far the training is, and how it ended."""
    now = job.last or Snapshot("beginning")
    doing = STATES.get(job.state, now.doing.capitalize())
    words = [f"step {now.step} of {now.steps}"] if now.steps else []
    words += [f"loss {now.losses[-1][1]:.3f}"] if now.losses else []
    if job.state == "running":
        words += [f"learning rate {now.rate:.1e}"] if now.rate else []
        words += [f"{duration(now.left)} left"] if now.left else []
    said = "".join(f"<p class='xlt-note'>{escape(note)}</p>" for note in now.notes)
    bar = f"<progress value='{now.step}' max='{now.steps}'></progress>" if now.steps else ""
    return (f"<h2 class='xlt-heading'>{escape(job.name)} <small>{escape(doing)}</small></h2>"
            f"<div class='xlt-progress' id='adapting' data-state='{job.state}' style='--strategy:{colour('laft')}'>"
            f"{escape(' · '.join(words))}{bar}</div>{said}")  # fmt: skip


def place_html(folder: Path) -> str:
    """Where the adapter lies."""
    return (f"<p class='xlt-note'>It lies in <code>{escape(folder)}</code> with a card whose licence is yours to fill "
            "in; it is among the choices of laft for this model.</p>")  # fmt: skip


def outcome_html(now: Snapshot) -> str:
    """Bits per byte before and after, and in a sentence what was learned and what was forgotten."""
    if not now.bits:
        return ""
    rows = "".join(_row(code, values) for code, values in now.bits.items())
    head = "".join(f"<th scope='col'>{word}</th>" for word in ("Held-out text", "Before", "After", "Change"))
    ended = all(len(values) == 2 for values in now.bits.values())
    said = "; ".join(_change(code, *values) for code, values in now.bits.items()) if ended else ""
    sentence = f"<p class='xlt-conclusion'>{escape(said[:1].upper() + said[1:])}.</p>" if said else ""
    return (f"<h3 class='xlt-group'>Bits per byte <small>less is better</small></h3><div class='xlt-plain'><table>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{sentence}")  # fmt: skip


def curve(now: Snapshot) -> go.Figure:
    """The training loss by step."""
    steps, losses = zip(*now.losses, strict=True)
    line = go.Scatter(x=steps, y=losses, mode="lines+markers", line={"color": colour("laft"), "width": 2},
                      marker={"size": 5}, hovertemplate="step %{x}: %{y:.3f}<extra></extra>")  # fmt: skip
    figure = go.Figure([line])
    figure.update_layout(height=270, margin={"l": 10, "r": 20, "t": 20, "b": 44}, paper_bgcolor="rgba(0,0,0,0)",
                         plot_bgcolor="rgba(0,0,0,0)", font={"family": FONT, "size": 13, "color": GREY},
                         showlegend=False, dragmode=False)  # fmt: skip
    grid = {"gridcolor": "rgba(128,128,128,.22)", "zeroline": False}
    figure.update_xaxes(range=[0, now.steps], title={"text": "Step", "font": {"size": 13}}, **grid)
    figure.update_yaxes(title={"text": "Loss, nats a token", "font": {"size": 13}}, automargin=True, **grid)
    return figure


def _row(code: str, values: tuple[float, ...]) -> str:
    before, after = values[0], values[1] if len(values) > 1 else None
    name = f"{_name(code)}, news of the bundled world" if code == "eng" else _name(code)
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
