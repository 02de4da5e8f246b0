"""The language model as its own translator, shown the demonstrations that have their English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Generates, Host
from xlt_core.formats.lines import first_line, one_line
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.prompting.fit import fit
from xlt_core.records import Example, InputError, Language, Limits, Message, Prompt, Reply

SHARE = 3  # the share of the context that a translation may take is one third


@dataclass(frozen=True)
class OwnTranslator:
    """Fulfils the contract of a translator by the host itself. rows: texts with their English as pivot, shown as far as
    they fit; tokens: of a translation at most."""

    host: Host
    rows: tuple[Example, ...] = ()
    tokens: int = 256
    name: str = "the model itself"

    @property
    def revision(self) -> str:
        return self.host.revision

    def lacks(self, language: Language) -> bool:
        """No language is refused, whether the model knows it or not."""
        return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while the model writes."""
        if not isinstance(self.host, Generates):
            raise InputError("To translate for itself, the model must generate; choose another model.")
        full = [(index, text) for index, text in enumerate(texts) if text.strip()]
        yield from ((index, Reply("translate", text, text)) for index, text in enumerate(texts) if not text.strip())
        prompts = [self.prompt(text, source, target) for _, text in full]
        for at, reply in self.host.generate(prompts, limits=Limits(tokens=self._room)) if prompts else ():
            yield full[at][0], replace(reply, text=read(reply.text)) if reply.final else reply

    def prompt(self, text: str, source: Language, target: Language) -> Prompt:
        """The instruction, parallel rows, and the text between the languages' names; cut to what fits."""

        def build(rows: Sequence[Example], asked: Example) -> Prompt:
            turns = [Message("system", f"Translate from {source.name} to {target.name}.")]
            for row in rows:
                pair = (row.text, row.pivot.text if row.pivot else "")
                one, other = pair if source.code != "eng" else pair[::-1]
                turns += [_question(one, source, target), Message("assistant", one_line(other).strip())]
            return (*turns, _question(asked.text, source, target))

        return fit(self.host, build, self.rows, Example("", {"text": text}), self._room)[0]

    @property
    def _room(self) -> int:
        return max(1, min(self.tokens, self.host.context // SHARE))


def read(output: str) -> str:
    """The translation in an output: its first line, without thoughts or a lead-in."""
    return first_line(without_lead_in(without_thoughts(output)))


def _question(text: str, source: Language, target: Language) -> Message:
    return Message("user", f"{source.name}: {one_line(text).strip()}\n{target.name}:")
