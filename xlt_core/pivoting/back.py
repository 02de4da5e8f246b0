"""Back-translation: the machine's pivot translated back, which shows what was lost where nobody knows the English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlt_core.pivoting.crossing import Crossed, Crossing
from xlt_core.prompting.calls import attempt, reason
from xlt_core.records import Reply

PURPOSE = "translate pivot back"


def back_translated(crossing: Crossing, entered: Mapping[int, Crossed]) -> Iterator[tuple[int, Crossed]]:
    """Yields each item that a machine took to English, with one more call; before it, partial ones. One that fails
    has a note: the item itself can be answered all the same."""
    setting, machine = crossing.setting, [(index, one) for index, one in sorted(entered.items()) if one.replies]
    translator, texts = setting.translator, [crossing.crossed_text(one.english) for _, one in machine if one.english]
    if translator is None or not texts or not crossing.can_return:
        return
    ends = setting.english, setting.language
    outcomes = attempt(
        lambda part: translator.translate([texts[i] for i in part], *ends, beams=crossing.beams), len(texts)
    )
    for position, outcome in outcomes:
        index, one = machine[position]
        if isinstance(outcome, Reply):
            yield index, replace(one, replies=(*one.replies, replace(outcome, purpose=PURPOSE)))
        else:
            yield index, replace(one, notes=(*one.notes, f"the pivot was not translated back: {reason(outcome)}"))
