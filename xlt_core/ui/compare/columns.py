"""The columns as HTML: each strategy's answer to one input with all its calls, or its scores on a sample."""

from __future__ import annotations

from collections.abc import Mapping

from xlt_core.comparison.coverage import strangers
from xlt_core.findings.colours import colour
from xlt_core.formats.swaps import swapped
from xlt_core.records import Comparison, Language, Run, Score
from xlt_core.scoring import metrics
from xlt_core.text.words import count
from xlt_core.ui.items import pivots
from xlt_core.ui.items.answers import answer_html, gold_html
from xlt_core.ui.items.steps import call_languages, notes_html, sent_html, steps_html, verdict_html
from xlt_core.ui.shared.html import escape, number, seconds

MAX_STEPS = 20  # calls of a column that failed


def columns_html(comparison: Comparison, language: Language | None, titles: Mapping[str, str]) -> str:
    """One column for each run. titles: the title of each strategy."""
    cells = "".join(
        _column(comparison, run, language, titles.get(run.strategy, run.strategy)) for run in comparison.runs
    )
    return f"<div class='xlt-columns' data-count='{len(comparison.runs)}'>{cells}</div>"


def previews_html(previews: Mapping[str, object], strategies: Mapping[str, str], language: Language | None) -> str:
    """Each column's exact prompt and its number of tokens. previews, strategies: by column name."""
    cells = []
    for name, preview in previews.items():
        if preview.error:
            body = f"<p class='xlt-reason'>{escape(preview.error)}</p>"
        else:
            count = f"<p class='xlt-costs'><b>{preview.tokens:,}</b> tokens would be sent</p>"
            languages = call_languages(strategies.get(name, name), language)
            sent = sent_html(preview.text, languages["answer"][0], swapped(preview.notes))
            steps = steps_html(name, "preview", preview.replies, languages)
            body = f"{count}{notes_html(preview.notes)}{sent}{steps}"
        cells.append(_frame(name, strategies.get(name, name), "", "preview", body))
    return f"<div class='xlt-columns' data-count='{len(cells)}'>{''.join(cells)}</div>"


def tokens_per_word(run: Run) -> float | None:
    """Tokens per word of the final prompts, by the model's tokenizer; None before the first call."""
    finals = [prediction.replies[-1] for prediction in run.predictions if prediction.replies]
    words = sum(count(reply.sent) for reply in finals)
    return sum(reply.tokens_in for reply in finals) / words if words else None


def _column(comparison: Comparison, run: Run, language: Language | None, title: str) -> str:
    metric = headline(run, comparison)
    if run.state == "failed":
        steps = steps_html(run.name, "all", run.replies[:MAX_STEPS], call_languages(run.strategy, language))
        body = f"<p class='xlt-reason'>{escape(run.note or 'This column failed.')}</p>{steps}"
    elif single(comparison):
        body = _single(run, metric, language, strangers(comparison.plan, run))
    else:
        body = _many(run, metric, language, strangers(comparison.plan, run))
        body += pivots.column_html(run, metric, comparison.plan.seed)
    note = f"<p class='xlt-note'>{escape(run.note)}</p>" if run.note and run.state != "failed" else ""
    return _frame(run.name, run.strategy, title, run.state, body + note)


def single(comparison: Comparison) -> bool:
    """Whether the comparison is of one typed or picked input."""
    return len(comparison.plan.inputs) == 1


def headline(run: Run, comparison: Comparison) -> str:
    """The name of the headline score: the run's first score, else the task's."""
    from xlt_core import catalog

    return next(iter(run.scores), "") or catalog.task(comparison.plan.task).metrics[0]


def _frame(name: str, strategy: str, title: str, state: str, body: str) -> str:
    head = f"<h3>{escape(name)}</h3><span class='xlt-state'>{escape(state)}</span>"
    sub = f"<p class='xlt-sub'>{escape(title)}</p>" if title and title.lower() != name.lower() else ""
    return (
        f"<section class='xlt-column' data-strategy='{escape(strategy)}' data-state='{escape(state)}' "
        f"style='--strategy:{colour(strategy)}' aria-label='{escape(name)}'>"
        f"<header>{head}</header>{sub}{body}</section>"
    )


def _single(run: Run, metric: str, language: Language | None, outside: int) -> str:
    if not run.examples:
        return _not_answered(run, language)
    example, prediction = run.examples[0], next(iter(run.predictions), None)
    if prediction is None:
        return _not_answered(run, language)
    parts = [
        verdict_html(metric, example, prediction, known=not outside),
        answer_html(example, prediction, language),
        gold_html(example, language),
        notes_html(prediction.notes),
        _costs(run),
        pivots.item_html(f"{run.name}/item", example, prediction),
        steps_html(
            run.name, "item", run.replies, call_languages(run.strategy, language), notes=(run.note, *prediction.notes)
        ),
    ]
    return "".join(parts)


def _many(run: Run, metric: str, language: Language | None, outside: int) -> str:
    done = sum(prediction.final for prediction in run.predictions)
    bar = f"<progress max='{max(len(run.examples), 1)}' value='{done}'></progress>" if run.state == "running" else ""
    parts = [
        f"<p class='xlt-progress'>{done} of {len(run.examples)} items{bar}</p>",
        _waiting_for(run),
        _score(metric, run.scores.get(metric)),
        _rates(run, metric, outside),
        _costs(run),
        steps_html(run.name, "all", run.preparation, call_languages(run.strategy, language), "Preparation"),
    ]
    return "".join(parts)


def _not_answered(run: Run, language: Language | None) -> str:
    text = "Waiting for its turn." if run.state == "waiting" else "Getting ready."
    steps = steps_html(run.name, "item", run.preparation, call_languages(run.strategy, language))
    return f"<p class='xlt-quiet'>{text}</p>{steps}"


def _waiting_for(run: Run) -> str:
    """What a running column waits for, such as a download with its progress."""
    calls = [prediction.replies[-1] for prediction in run.predictions if prediction.replies and not prediction.final]
    note = next((reply.note for reply in calls if reply.note and not reply.final), "")
    return f"<p class='xlt-waits' role='status'>{escape(note)}</p>" if note else ""


def _score(metric: str, score: Score | None) -> str:
    if score is None:
        return "<p class='xlt-quiet'>No score yet.</p>"
    interval = f"{number(score.low)} to {number(score.high)}"
    return (
        f"<p class='xlt-score'><b>{number(score.value)}</b> {escape(metrics.title(metric))}"
        f"<small>95% interval {interval}</small></p>"
    )


def _rates(run: Run, metric: str, outside: int) -> str:
    """outside: how many items the column's models do not know."""
    rows = [
        (metrics.title(name), f"{number(score.value)} ({number(score.low)} to {number(score.high)})")
        for name, score in run.scores.items()
        if name != metric
    ]
    if run.valid is not None:
        rows.insert(0, ("readable outputs" if outside else "valid outputs", f"{run.valid:.0%}"))
    if outside:
        rows.insert(0, ("items outside the model's world", f"{outside} of {len(run.examples)}"))
    if run.errors:
        rows.insert(0, ("items without a result", f"{run.errors}, left out of the scores"))
    rate = tokens_per_word(run)
    if rate is not None:
        rows.append(("tokens per word sent", f"{rate:.1f}"))
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    return f"<dl class='xlt-rates'>{cells}</dl>" if rows else ""


def _costs(run: Run) -> str:
    sent, made = sum(r.tokens_in for r in run.replies), sum(r.tokens_out for r in run.replies)
    took = sum(reply.seconds for reply in run.replies)
    how = {"likelihood": " · scored by likelihood", "generated": " · read from the text"}.get(run.scoring, "")
    how += " · computed before" * (0 < len(run.predictions) <= run.recalled)
    return (
        f"<p class='xlt-costs'><b>{sent:,}</b> tokens in · <b>{made:,}</b> out · "
        f"<b>{seconds(took)}</b><span class='xlt-quiet'>{how}</span></p>"
    )
