"""`pivot`: how well a translator knows the language, both ways: chrF++ on parallel sentences, and signs of failure."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from xlt_core.contracts import Chart, Diagnostic, Measured, Series, Subject, Values, missing
from xlt_core.diagnostics._naming import language_name, percent
from xlt_core.records import InputError, Language
from xlt_core.scoring import pivot

WAYS = {"into_english": "into English", "from_english": "from English"}
SIGNS = ("length_ratio", "repetition", "untranslated", "other_script")


class Pivot(Diagnostic):
    """A translator that has one direction only is measured in that one."""

    title = "Translator"
    summary = ("How good the translator is: chrF++ against human translations, and signs of failure that need none. A "
               "poor pivot takes from `translate` what English would have given.")  # fmt: skip
    asks = "translator"

    def unfit(self, subject: Subject) -> str:
        if subject.language.code == subject.english.code:
            return "English needs no translator."
        if subject.translator is None:
            return "No translator is named."
        own, english = subject.language, subject.english
        lacking = [missing(subject.translator, *pair) for pair in ((own, english), (english, own))]
        return lacking[0] if all(lacking) else ""

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        own, english, translator = subject.language, subject.english, subject.translator
        found: dict[str, Any] = {"sentences": len(subject.sentences), "translator": translator.name,
                                 "signature": pivot.chrf_pp_signature()}  # fmt: skip
        for way, source, target, texts, wanted in (
            ("into_english", own, english, subject.own, subject.translated),
            ("from_english", english, own, subject.translated, subject.own),
        ):
            lacks = missing(translator, source, target)
            found[way] = {"refused": lacks} if lacks else (yield from _quality(subject, source, target, texts, wanted))
        return found

    def row(self, values: Values) -> Mapping[str, str]:
        cells = {"translator": values["translator"]}
        for way, title in WAYS.items():
            one = values[way]
            score = one.get("chrf_pp")
            cells[f"chrF++ {title}"] = (
                f"{score['value']:.3f} ({score['low']:.3f} to {score['high']:.3f})" if score else "-"
            )
            if way == "into_english":
                cells |= {name.replace("_", " "): f"{one[name]:.2f}" if name in one else "-" for name in SIGNS}
        return cells

    def says(self, language: str, values: Values) -> str:
        parts = [_said(title, values[way]) for way, title in WAYS.items()]
        return f"{values['translator']} on {language}: {'; '.join(parts)}."

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        languages = tuple(language_name(one.language) for one in found)
        scores = {way: tuple(one.values[way].get("chrf_pp", {}).get("value") for one in found) for way in WAYS}
        series = tuple(Series(title, scores[way]) for way, title in WAYS.items() if any(scores[way]))
        return (Chart("bars", "chrF++ of the translator", "chrF++", series, languages, top=1.0),)


def _said(title: str, one: Mapping[str, Any]) -> str:
    if "refused" in one:
        return f"{title} it has no translation"
    return (f"{title} chrF++ {one['chrf_pp']['value']:.2f}, {percent(one['untranslated'])} of the words left as they "
            f"were, {percent(one['repetition'])} repeated")  # fmt: skip


def _quality(
    subject: Subject, source: Language, target: Language, texts: Sequence[str], wanted: Sequence[str]
) -> Generator[str, None, dict[str, Any]]:  # fmt: skip
    """chrF++ with its 95% interval, and the means of the signs over sentences."""
    made: dict[int, str] = {}
    for index, reply in subject.translator.translate(texts, source, target):
        if reply.final:
            made[index] = reply.text
        yield f"translating {source.name} to {target.name}, {len(made)} of {len(texts)}"
    if len(made) < len(texts):
        raise InputError(f"The translator {subject.translator.name} left sentences out; choose another.")
    translations = [made[index] for index in range(len(texts))]
    signs = [asdict(pivot.signs(text, translation, target.script or "Latn"))
             for text, translation in zip(texts, translations, strict=True)]  # fmt: skip
    return {"chrf_pp": asdict(pivot.chrf_pp(translations, wanted))} | {
        name: fmean(one[name] for one in signs) for name in SIGNS
    }
