"""The form in which a task is asked, plain or as a cloze, and the words that are written for its labels."""

from __future__ import annotations

from xlt_core.contracts import Setting, Task
from xlt_core.prompting.knobs import read_words
from xlt_core.records import InputError, Language

CLOZE = "cloze"  # the form of a sentence with a gap
TARGET = "target"  # for the published label words of the prompt's language


def asked_as(setting: Setting, form: str, label_words: str, spoken: Language) -> tuple[Task, dict[str, str]]:
    """The task in its form, and words by label: those that are written, or published ones; a cloze has English ones
    where nothing is said. spoken: the prompt's language. Raises InputError where there are no published ones."""
    published = label_words.strip() == TARGET
    language = spoken if published else setting.english
    cloze = setting.task.cloze(language) if form == CLOZE else None
    if label_words.strip() and not published:
        return cloze or setting.task, read_words(label_words)
    own = dict(setting.task.label_words(language))
    if published and not own:
        raise InputError(f"There are no label words for {setting.task.title} in {language.name} ({language.code}); "
                         "write them as label=word, label=word, or leave the knob label_words empty.")  # fmt: skip
    return cloze or setting.task, own if published or cloze else {}
