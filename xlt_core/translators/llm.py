"""Translation by the language model itself, with parallel rows as demonstrations if the dataset has any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from xlt_core.contracts import Generates, Host
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import InputError, Language, Limits, Message, Prompt, Reply, Row
from xlt_core.translators._sentences import Draft, split

MIN_TOKENS = 8  # of a piece
MAX_LENGTH_RATIO = 3  # tokens of a translation to those of its source, at most: other languages take more tokens


class Llm:
    """Asks a host to translate, line by line. rows: texts with their English, shown as demonstrations as far as
    they fit."""

    name = "llm"

    def __init__(self, host: Host, rows: Sequence[Row] = ()) -> None:
        self.host, self.rows = host, tuple((_one_line(row.text), _one_line(row.english)) for row in rows)
        self._translations: dict[tuple[str, str, str], Reply] = {}

    @property
    def revision(self) -> str:
        """Changes with the model and with the demonstrations."""
        return sha256(repr((self.host.name, self.host.revision, self.rows)).encode()).hexdigest()[:12]

    def lacks(self, language: Language) -> bool:
        """No language is refused, whether the model knows it or not."""
        return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while the model generates. A reply's `sent` holds the prompts of all
        lines of the text. Raises InputError for beams, and for a host that cannot generate."""
        if beams != 1:
            raise InputError("The translator llm does not search with beams; leave translate.beams at 1.")
        if not isinstance(self.host, Generates):
            raise InputError("The translator llm needs a model that generates; choose another translator.")
        pending: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            cached = self._translations.get((text, source.code, target.code))
            if cached or not text.strip():
                yield index, cached or Reply("translate", text, text)
            else:
                pending.setdefault(text, []).append(index)
        for text, reply in self._replies(list(pending), source, target) if pending else ():
            if reply.final:
                self._translations[text, source.code, target.code] = reply
            yield from ((index, reply) for index in pending[text])

    def _replies(self, texts: Sequence[str], source: Language, target: Language) -> Iterator[tuple[str, Reply]]:
        context, demonstrations = self.host.context, self._demonstrations(source, target)

        def prompt(text: str) -> Prompt:
            return (*demonstrations, _question(_one_line(text), source, target))

        def count(text: str) -> int:
            return self.host.count(prompt(text)) - fixed

        fixed = self.host.count(prompt(""))
        max_tokens = (context - fixed) // (1 + MAX_LENGTH_RATIO)
        if max_tokens < MIN_TOKENS:
            raise InputError(f"The model's {context} tokens have no room for a translation; choose another translator.")
        drafts = [Draft(text, list(split(text, source, count, max_tokens, keep_lines=True))) for text in texts]
        positions = [(draft, number) for draft in drafts for number in range(len(draft.pieces))]
        prompts = [prompt(draft.pieces[number].text) for draft, number in positions]
        longest = max((self.host.count(each) for each in prompts), default=fixed)
        answer_tokens = min(MAX_LENGTH_RATIO * (longest - fixed) + 4 * MIN_TOKENS, context - longest)
        for index, reply in self.host.generate(prompts, limits=Limits(tokens=answer_tokens)):
            draft, number = positions[index]
            draft.replies[number] = replace(reply, text=without_lead_in(without_thoughts(reply.text)))
            yield draft.text, draft.reply("\n\n".join(draft.replies[n].sent for n in sorted(draft.replies)))

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


def _one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())
