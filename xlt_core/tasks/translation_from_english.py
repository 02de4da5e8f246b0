"""Translation from English, scored by chrF++ (Popović 2017), as in MAFAND-MT (Adelani et al. 2022, 2205.02022)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.tasks._translation import Translating


@dataclass(frozen=True)
class TranslationFromEnglish(Translating):
    """The sentence is in English, the answer in the language."""

    title = "Translation from English"
    into_english = False
