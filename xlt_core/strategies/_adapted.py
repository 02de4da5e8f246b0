"""What strategies share that prompt adapted weights: which weights, by the objective that made them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from xlt_core.contracts import Adapts, Setting, Solver
from xlt_core.prompting.fewshot import knob
from xlt_core.prompting.glossary import Glossed
from xlt_core.records import InputError, Reply


@dataclass(frozen=True)
class OnAdapted(Glossed):
    """Few-shot prompting of weights that were adapted to the language by the strategy's objective."""

    needs = ("generates", "adapts")
    acts_on = ("weights",)

    adapter: str = knob(
        "", "Adapted model", "A name, a LoRA folder or a Hub id; left empty, the first one for the language."
    )

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        adapter = self._adapter(setting)
        host, language = setting.host, setting.language
        if not self.adapter and isinstance(host, Adapts) and not host.adapters(language.code, self.objective):
            yield f"{adapter} was trained in another language than {language.name}"
        return (yield from self.glossed(setting, adapter))

    def _adapter(self, setting: Setting) -> str:
        language, host = setting.language, setting.host
        if self.adapter:
            return self.adapter  # the host knows more than it lists: folders, the Hub; it refuses what it cannot have
        names = self.adapters(host, language.code)
        if not names:
            raise InputError(
                f"There is no model adapted to {language.name} by {self.objective}: train one on the "
                f"page Adapt or with the command adapt (--language {language.code}), or choose another language."
            )
        return names[0]
