"""Translation to English, scored by chrF++ (Popović 2017), as in MAFAND-MT (Adelani et al. 2022, arXiv 2205.02022)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.tasks._translation import Translating


@dataclass(frozen=True)
class Translation(Translating):
    """The sentence is in the language, the answer in English."""

    title = "Translation to English"
