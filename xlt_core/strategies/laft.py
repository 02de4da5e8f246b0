"""`laft`: the prompt of `prompt`, to weights adapted on text of the language (Toukmaji 2024, arXiv 2403.06018)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from xlt_core.contracts import Adapts, Setting, Solver
from xlt_core.prompting.fewshot import knob
from xlt_core.prompting.glossary import Glossed
from xlt_core.records import InputError, Reply


@dataclass(frozen=True)
class Adapted(Glossed):
    """Few-shot prompting of a model that was adapted to the language without labels."""

    title = "LAFT"
    summary = "Demonstrations and input stay in the language; a model adapted to the language answers."
    needs = ("generates", "adapts")
    paper = "Toukmaji 2024, arXiv 2403.06018"
    acts_on, asks_for = ("weights",), ("labels", "raw text")

    adapter: str = knob(
        "", "Adapted model", "A name, a LoRA folder or a Hub id; left empty, the first one for the language."
    )

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        adapter = self._adapter(setting)
        return (yield from self.glossed(setting, adapter))

    def _adapter(self, setting: Setting) -> str:
        language, host = setting.language, setting.host
        names = host.adapters(language.code, self.objective) if isinstance(host, Adapts) else ()
        if self.adapter:
            return self.adapter  # the host knows more than it lists: folders, the Hub; it refuses what it cannot have
        if not names:
            raise InputError(
                f"There is no adapted model for {language.name}: train one on the "
                f"page Adapt or with the command adapt (--language {language.code}), or choose another language."
            )
        return names[0]
