"""`bits`: bits per byte of a language by a model, beside English and related languages: has it read any of it?"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from xlt_core.contracts import Chart, Diagnostic, Measured, Series, Subject, Values
from xlt_core.diagnostics._distances import nearest
from xlt_core.diagnostics._naming import language_name, names
from xlt_core.records import InputError

RELATED = 2  # languages of the family, the nearest first


class Bits(Diagnostic):
    """The same sentences in each language, each read on its own."""

    title = "Bits per byte"
    summary = ("How hard the text is for the model to predict; less is better. A language that the model has not read "
               "takes several times the bits of English for the same sentences.")  # fmt: skip
    asks = "model"

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        own = yield from _bits(subject, subject.own, subject.language.name)
        english = yield from _bits(subject, subject.translated, subject.english.name)
        sizes = [sum(len(text.encode()) for text in texts) for texts in (subject.own, subject.translated)]
        found: dict[str, Any] = {"sentences": len(subject.sentences), "bits_per_byte": own, "english": english,
                                 "times_english": own * sizes[0] / (english * sizes[1]), "related": {}}  # fmt: skip
        for code in _related(subject):
            texts: tuple[str, ...] = ()
            with suppress(InputError):  # such as one whose file is not here
                texts = subject.in_language(code)
            if texts:
                found["related"][code] = yield from _bits(subject, texts, language_name(code))
        if subject.adapter:
            after = yield from _bits(subject, subject.own, f"{subject.language.name}, adapted", subject.adapter)
            found["adapter"] = {"name": subject.adapter, "bits_per_byte": after}
        return found

    def row(self, values: Values) -> Mapping[str, str]:
        related = ", ".join(f"{code} {value:.2f}" for code, value in values["related"].items())
        cells = {"bits per byte": f"{values['bits_per_byte']:.3f}", "English": f"{values['english']:.3f}",
                 "bits, times English": f"{values['times_english']:.2f}", "related": related or "-"}  # fmt: skip
        if "adapter" in values:
            cells["with the adapter"] = f"{values['adapter']['bits_per_byte']:.3f}"
        return cells

    def says(self, language: str, values: Values) -> str:
        said = (f"The sentences in {language} take {values['bits_per_byte']:.2f} bits a byte, "
                f"{values['times_english']:.1f} times the bits of the same sentences in English")  # fmt: skip
        related = [f"{value:.2f} in {language_name(code)}" for code, value in values["related"].items()]
        return said + (f"; a byte takes {' and '.join(related)}." if related else ".")

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        bars = {name: one.values["bits_per_byte"] for name, one in zip(names(found), found, strict=True)}
        for name, one in zip(names(found), found, strict=True):
            own = name.removeprefix(language_name(one.language))  # the model, where there are several
            bars |= {f"{name}, adapted": one.values["adapter"]["bits_per_byte"]} if "adapter" in one.values else {}
            bars |= {f"{language_name(code)}{own}": value for code, value in one.values["related"].items()}
            bars[f"English{own}"] = one.values["english"]
        return (Chart("bars", "Bits per byte, less is better", "bits per byte",
                      (Series("bits per byte", tuple(bars.values())),), tuple(bars)),)  # fmt: skip


def _related(subject: Subject) -> list[str]:
    """Codes of the nearest languages of the family with the same sentences."""
    own, family = subject.language, subject.language.family
    kin = [one for one in subject.languages if family and one.family == family and one.code not in (own.code, "eng")]
    return nearest(own, kin)[:RELATED]


def _bits(subject: Subject, texts: tuple[str, ...], name: str, adapter: str = "") -> Generator[str, None, float]:
    from xlt_core.probing.bits_per_byte import bits

    key = ("bits", subject.model, adapter, texts)
    if key not in subject.memo:
        nats = 0.0
        for part in subject.host.nats(texts, adapter):
            nats += part
            yield f"reading {name}" if nats else "loading the model"
        subject.memo[key] = bits(nats, texts)
    return subject.memo[key]
