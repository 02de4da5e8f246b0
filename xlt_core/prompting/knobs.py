"""Checks a strategy's knobs and the demonstrations that it is given, before any model runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Literal, get_args, get_origin, get_type_hints

from xlt_core.contracts import Setting, Strategy, Task
from xlt_core.records import Example, InputError
from xlt_core.text.forms import key


def check_knobs(strategy: Strategy) -> None:
    """Raises InputError where a knob's value is not of its annotated type or choices."""
    hints = _hints(type(strategy))
    for knob in fields(strategy):  # type: ignore[arg-type]
        value, hint = getattr(strategy, knob.name), hints[knob.name]
        allowed = get_args(hint) if get_origin(hint) is Literal else ()
        if allowed and value not in allowed:
            raise InputError(f"{knob.name} cannot be {value!r}; choose one of {', '.join(map(str, allowed))}.")
        if not allowed and not isinstance(value, (int, float) if hint is float else hint):
            raise InputError(f"{knob.name} cannot be {value!r}; give a {hint.__name__}.")
        least, most = knob.metadata.get("range") or (value, value)
        if not least <= value <= most:
            raise InputError(f"{knob.name} cannot be {value!r}; give {least} to {most}.")


_hints = cache(get_type_hints)  # each change of the page's form checks all strategies


def read_words(text: str) -> dict[str, str]:
    """Label to word, from "health=ubuzima, sports=siporo". Raises InputError where a part is not LABEL=WORD."""
    words: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        label, _, word = (side.strip() for side in part.partition("="))
        if not label or not word or label in words:
            raise InputError(
                f"Label words cannot be read at {part.strip()!r}; write label=word, label=word, each label once."
            )
        words[label] = " ".join(word.split())
    return words


def check_words(words: Mapping[str, str], choices: tuple[str, ...]) -> None:
    """Raises InputError where words are given for labels that there are not, or two labels would look the same."""
    unknown = [label for label in words if label not in choices]
    if unknown and choices:
        raise InputError(
            f"Label words name {', '.join(unknown)}, which is no label here; the labels are {', '.join(choices)}."
        )
    written = [key(words.get(choice, choice)) for choice in choices]
    if words and len(set(written)) < len(written):
        raise InputError("Two labels have the same word; give each label a word of its own.")


def check_choices(kind: str, example: Example) -> None:
    """Raises InputError where there is nothing to choose from."""
    if kind in ("label", "spans") and not any(choice.strip() for choice in example.choices):
        raise InputError("There is no label to choose from; give at least one.")


def check_setting(setting: Setting) -> None:
    """Raises InputError, naming the row, for a demonstration that cannot be shown, and for an output limit too high."""
    if not 0 < setting.limits.tokens < setting.host.context:
        raise InputError(
            f"The output limit of {setting.limits.tokens} tokens leaves no room for a prompt in the model's "
            f"{setting.host.context}; lower it."
        )
    for number, example in enumerate(setting.demonstrations, 1):
        fault = _fault(setting.task, example)
        if fault:
            raise InputError(f"Demonstration {number} {fault}")


def _fault(task: Task, example: Example) -> str:
    """What is wrong with a demonstration, or ""."""
    answer, kind, lacking = example.answer, task.answer_kind, task.lacking(example.texts)
    if lacking:
        return f"has no {lacking}; write one or remove the row."
    if answer is None or (kind != "spans" and not str(answer).strip()):
        return "has no answer; write one or remove the row."
    named = {"label": (answer,), "spans": tuple(getattr(span, "kind", "") for span in answer)}.get(kind, ())
    wrong = [name for name in named if name not in example.choices]
    return f"has {wrong[0]!r}, which is none of {', '.join(example.choices) or 'no labels'}." if wrong else ""
