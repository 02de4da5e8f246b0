"""The steps of one answer as HTML: every call with what was sent and what came back, the verdict, and the notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlt_core.formats.swaps import swapped
from xlt_core.records import Example, Language, Prediction, Reply
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import details_html, escape, language_attributes, number, seconds, truncated

CallLanguages = Mapping[str, tuple[Language | None, Language | None]]


def call_languages(strategy: str, language: Language | None) -> CallLanguages:
    """The language of the text that a call sends and of the text that it returns, by the purpose of the call."""
    from xlt_core import catalog

    english = catalog.by_code(catalog.PIVOT)
    kind = catalog.strategies().get(strategy)
    prompt = {"English": english, "both": None}.get(kind.asks_in if kind else "", language)
    to_english = dict.fromkeys(("translate demonstration", "translate input"), (language, english))
    home = dict.fromkeys(("translate answer back", "translate pivot back"), (english, language))
    return {**to_english, **home, "answer": (prompt, prompt)}


def steps_html(
    name: str, item: str, replies: tuple[Reply, ...], languages: CallLanguages, summary: str = "Every step",
    notes: Sequence[str] = (),
) -> str:  # fmt: skip
    """A closed <details> with every call: the exact text that was sent and the text that came back. notes: tell which
    words were swapped in what was sent; they are underlined."""
    if not replies:
        return ""
    calls = "1 call" if len(replies) == 1 else f"{len(replies)} calls"
    return details_html(
        f"{name}/{item}/{summary}", f"{summary} <small>{calls}</small>", open_steps_html(replies, languages, notes)
    )


def open_steps_html(replies: tuple[Reply, ...], languages: CallLanguages, notes: Sequence[str] = ()) -> str:
    """The calls as a list, one after the other."""
    marks = swapped(notes)
    steps = "".join(_step(index, reply, languages, marks) for index, reply in enumerate(replies, 1))
    return f"<ol class='xlt-steps'>{steps}</ol>"


def verdict_html(task_metric: str, example: Example, prediction: Prediction, known: bool = True) -> str:
    """Whether the answer equals the gold answer, and whether the output is valid. known: whether the models know such
    texts; of others, no output is called valid."""
    if prediction.error:
        return f"<p class='xlt-reason'>No result: {escape(prediction.error)}</p>"
    if not prediction.final:
        return "<p class='xlt-verdict'><span class='xlt-quiet'>still writing</span></p>"
    valid = _badge("valid output", "good") if known else _badge("outside the model's world", "middle")
    valid = valid if prediction.valid else _badge("not readable", "bad")
    return f"<p class='xlt-verdict'>{_correctness(task_metric, example, prediction)}{valid}</p>"


def notes_html(notes: tuple[str, ...]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in dict.fromkeys(notes))
    return f"<ul class='xlt-notes'>{items}</ul>" if items else ""


def _step(index: int, reply: Reply, languages: CallLanguages, marks: Sequence[str]) -> str:
    sent_in, back_in = languages.get(reply.purpose.partition(":")[0], (None, None))
    costs = f"{reply.tokens_in:,} in · {reply.tokens_out:,} out · {seconds(reply.seconds)}"
    scores = "".join(
        f"<tr><td {language_attributes(None)}>{escape(choice)}</td><td>{value:.2f}</td></tr>"
        for choice, value in sorted(reply.choices.items(), key=lambda pair: -pair[1])
    )
    table = f"<table><caption>log-likelihood of each choice</caption>{scores}</table>" if scores else ""
    back = f"<pre class='xlt-back' {language_attributes(back_in)}>{truncated(reply.text)}</pre>" if reply.text else ""
    note = f" <span class='xlt-tag'>{escape(reply.note)}</span>" if reply.note else ""
    head = f"<p><b>{escape(reply.purpose or f'step {index}')}</b>{note} <small>{costs}</small></p>"
    came = f"<p class='xlt-label'>came back</p>{back}{table}"
    return f"<li>{head}<p class='xlt-label'>sent</p>{sent_html(reply.sent, sent_in, marks)}{came}</li>"


def sent_html(text: str, language: Language | None, marks: Sequence[str] = ()) -> str:
    """What was sent. marks: words to underline wherever they stand."""
    shown = truncated(text)
    if marks:
        words = "|".join(re.escape(escape(word)) for word in marks)
        shown = re.sub(rf"(?<![\w&])({words})(?!\w)", r"<u class='xlt-swapped'>\1</u>", shown)
    return f"<pre class='xlt-sent' {language_attributes(language)} tabindex='0'>{shown}</pre>"


def _correctness(metric: str, example: Example, prediction: Prediction) -> str:
    if example.answer is None:
        return ""
    score = metrics.item_score(metric, example.answer, prediction.answer)
    if isinstance(example.answer, str) and metrics.family_of(metric) == "label":
        return _badge("right", "good") if score == 1 else _badge("wrong", "bad")
    kind = "good" if score >= 0.995 else "middle" if score > 0 else "bad"
    name = metrics.title("rouge_l") if metrics.family_of(metric) == "text" else metrics.title(metric)
    return _badge("right" if score >= 0.995 else f"{name} {number(score)}", kind)


def _badge(text: str, kind: str) -> str:
    return f"<span class='xlt-badge xlt-{kind}'>{escape(text)}</span>"
