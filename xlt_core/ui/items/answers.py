"""The answer of a column as HTML: bars for labels, marked entities in the source text, else plain text."""

from __future__ import annotations

from math import exp

from xlt_core.records import Answer, Example, Language, Prediction, Reply, Span
from xlt_core.text.forms import canonical
from xlt_core.ui.shared.html import escape, language_attributes, truncated


def answer_html(example: Example, prediction: Prediction, language: Language | None) -> str:
    """The answer of one column to one example."""
    scored = choice_probabilities(prediction)
    if scored:
        return _bars(scored, prediction.answer, example.answer)
    if isinstance(prediction.answer, tuple):
        return spans_html(example.text, prediction.answer, language)
    if isinstance(prediction.answer, str):
        return f"<p class='xlt-text' {language_attributes(language)}>{truncated(prediction.answer)}</p>"
    return _unread(prediction, language)


def spans_html(text: str, spans: tuple[Span, ...], language: Language | None) -> str:
    """The source text with its entities marked; of two that overlap, only the first is."""
    pieces, position = [], 0
    for span in sorted(filter(lambda span: span.located, spans), key=lambda span: (span.start, -span.end)):
        if span.start < position or span.end > len(text):
            continue
        pieces += [escape(text[position : span.start]), _mark(text[span.start : span.end], span)]
        position = span.end
    below = "" if spans else "<p class='xlt-quiet'>No entities found.</p>"
    unlocated = tuple(span for span in spans if not span.located)
    if unlocated:
        below = f"<p class='xlt-quiet'>Named, but not found in the text:{_listed(unlocated, language)}</p>"
    return (
        f"<p class='xlt-text' {language_attributes(language)}>{''.join(pieces)}{truncated(text[position:])}</p>{below}"
    )


def answer_text(answer: Answer | None) -> str:
    """An answer in one line of plain text, for tables."""
    if answer is None:
        return "not readable"
    if isinstance(answer, str):
        return answer
    return (
        ", ".join(f"{span.text} ({span.kind}{'' if span.located else ', not in the text'})" for span in answer)
        or "none"
    )


def gold_html(example: Example, language: Language | None) -> str:
    """The gold answer on a line of its own; "" where there is none."""
    if example.answer is None:
        return ""
    if isinstance(example.answer, tuple):
        gold = _listed(example.answer, language)
    else:
        gold = f" <span {language_attributes(language)}>{truncated(example.answer)}</span>"
    return f"<div class='xlt-gold'><span class='xlt-tag'>gold</span>{gold}</div>"


def choice_probabilities(prediction: Prediction) -> dict[str, float]:
    """The probability of every choice, largest first, from the last call that scored choices; {} where none did."""
    log_likelihoods = next((dict(reply.choices) for reply in reversed(prediction.replies) if reply.choices), {})
    if not log_likelihoods:
        return {}
    top = max(log_likelihoods.values())
    weights = {choice: exp(value - top) for choice, value in log_likelihoods.items()}
    total = sum(weights.values())
    return {choice: weights[choice] / total for choice in sorted(weights, key=weights.__getitem__, reverse=True)}


def last_reply(prediction: Prediction) -> Reply | None:
    return prediction.replies[-1] if prediction.replies else None


def _bars(shares: dict[str, float], answer: Answer | None, gold: Answer | None) -> str:
    return f"<ol class='xlt-bars'>{''.join(_bar(c, p, _is(c, answer), _is(c, gold)) for c, p in shares.items())}</ol>"


def _is(choice: str, answer: Answer | None) -> bool:
    return isinstance(answer, str) and canonical(choice) == canonical(answer)


def _bar(choice: str, share: float, chosen: bool, gold: bool) -> str:
    name = f"<b>{escape(choice)}</b>" if chosen else escape(choice)
    mark = "<span class='xlt-tag'>gold</span>" if gold else ""
    return (
        f"<li class='{'xlt-chosen' if chosen else ''}'><span class='xlt-bar-name'>{name}{mark}</span>"
        f"<span class='xlt-bar-track'><span style='width:{share:.1%}'></span></span>"
        f"<span class='xlt-bar-share'>{share:.0%}</span></li>"
    )


def _mark(text: str, span: Span) -> str:
    kind, way = escape(span.kind), f" title='{escape(span.way)}'" if span.way else ""
    return f"<mark class='xlt-entity' data-kind='{kind}'{way}>{escape(text)}<small>{kind}</small></mark>"


def _listed(spans: tuple[Span, ...], language: Language | None) -> str:
    items = " ".join(_mark(span.text, span) for span in spans)
    return f" <span class='xlt-text' {language_attributes(language)}>{items or 'none'}</span>"


def _unread(prediction: Prediction, language: Language | None) -> str:
    reply = last_reply(prediction)
    if reply is None or not reply.text:
        return "<p class='xlt-quiet'>Nothing has come back yet.</p>" if not prediction.final else ""
    return f"<p class='xlt-text xlt-raw' {language_attributes(language)}>{truncated(reply.text)}</p>"
