"""What a user should know of a column before its first answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from xlt_core.contracts import Setting, Task
from xlt_core.prompting.calibration import NONE
from xlt_core.prompting.forms import CLOZE


class Knobs(Protocol):
    """Those of few-shot prompting that the remarks are on."""

    @property
    def calibration(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def instruction(self) -> str: ...
    @property
    def instruction_language(self) -> str: ...


def remarks(knobs: Knobs, setting: Setting, asked: Task, wanted: bool, scored: bool) -> Iterator[str]:
    """asked: the task in the form in which it is asked; wanted, scored: whether likelihoods are, and are to be had."""
    task = setting.task
    if wanted and not scored:
        yield "this host gives no likelihoods: labels are read from what the model writes"
    if knobs.calibration != NONE and task.answer_kind == "label" and not scored:
        yield "nothing is calibrated: that takes likelihoods"
    if knobs.form == CLOZE and asked is task:
        yield f"{task.title} has no cloze form: it is asked in the plain one"
    if knobs.instruction_language == "target" and not knobs.instruction.strip():
        own, english = (task.instruction((), language) for language in (setting.language, setting.english))
        if own == english and setting.language.code != setting.english.code:
            yield f"there is no instruction in {setting.language.name}: it is in English"
