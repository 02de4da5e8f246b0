"""Topic classification: one label out of the example's choices, as in MasakhaNEWS (arXiv 2304.09972) and SIB-200."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line, refuses
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction


class Topic(Task):
    """Read leniently: case, punctuation, markdown and a sentence around the label do not matter."""

    title = "Topic"
    answer_kind = "label"
    metrics = ("macro_f1", "accuracy", "weighted_f1")

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("topic", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nTopic:"

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The one label named. A label alone on the first line wins; two labels, one that is denied ("not sports"), or
        a refusal, cannot be read."""
        line = first_line(text)
        if line in example.choices:
            return line
        if refuses(text):
            return None
        for part in (line, text):
            named = _named(part, example.choices)
            if named:
                (label, *others) = named
                return None if others or _denied(part, label) else label
        return None


def _plain(text: str) -> str:
    """Letters and digits in lower case, one space between words."""
    words = unicodedata.normalize("NFC", text).casefold().replace("_", " ")
    return " ".join(re.findall(r"\w+", words))


def _denied(text: str, label: str) -> bool:
    """Whether the English before the label says that it is not the one ("isn't" is "isn t" here)."""
    return bool(re.search(rf"\b(?:not|t) (?:(?:about|an?|the) )*{re.escape(_plain(label))}(?!\w)", _plain(text)))


def _named(text: str, choices: Sequence[str]) -> set[str]:
    """The choices that stand in the text as whole words; a choice inside a longer one does not count."""
    labels: dict[str, set[str]] = {}
    for choice in choices:
        labels.setdefault(_plain(choice), set()).add(choice)
    plain = sorted(filter(None, labels), key=len, reverse=True)
    if not plain:
        return set()
    pattern = r"(?<!\w)(?:" + "|".join(map(re.escape, plain)) + r")(?!\w)"
    return set().union(*(labels[match] for match in re.findall(pattern, _plain(text))))
