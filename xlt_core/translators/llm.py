"""Translation by the language model itself, with parallel rows as demonstrations if the dataset has any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from xlt_core.contracts import Host
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import Language, Message, Prompt, Row
from xlt_core.translators._by_host import TranslatesByHost, one_line


class Llm(TranslatesByHost):
    """Asks the plan's own host. rows: texts with their English, shown as demonstrations as far as they fit."""

    name = "llm"

    def __init__(self, host: Host, rows: Sequence[Row] = ()) -> None:
        super().__init__(host)
        self.rows = tuple((one_line(row.text), one_line(row.english)) for row in rows)

    @property
    def revision(self) -> str:
        """Changes with the model and with the demonstrations."""
        return sha256(repr((self.host.name, self.host.revision, self.rows)).encode()).hexdigest()[:12]

    def lacks(self, language: Language) -> bool:
        """No language is refused, whether the model knows it or not."""
        return False

    def prompter(self, source: Language, target: Language) -> Callable[[str], Prompt]:
        """The instruction, the demonstrations, and the text between the languages' names."""
        demonstrations = self._demonstrations(source, target)
        return lambda text: (*demonstrations, _question(text, source, target))

    def read(self, output: str) -> str:
        """The output without thoughts, and without a lead-in such as "Here is the translation:"."""
        return without_lead_in(without_thoughts(output))

    def _demonstrations(self, source: Language, target: Language) -> Prompt:
        """The instruction, and as many demonstrations as leave half of the context free."""
        turns: Prompt = (Message("system", f"Translate from {source.name} to {target.name}."),)
        for row in self.rows:
            text, other = row if source.code != "eng" else row[::-1]
            longer = (*turns, _question(text, source, target), Message("assistant", other))
            if 2 * self.host.count((*longer, _question("", source, target))) <= self.host.context:
                turns = longer
        return turns


def _question(text: str, source: Language, target: Language) -> Message:
    return Message("user", f"{source.name}: {text}\n{target.name}:")
