"""Translation by the language model itself, which is shown parallel rows where the dataset has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from xlt_core.contracts import Generates, Host
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import InputError, Language, Limits, Message, Prompt, Reply, Row
from xlt_core.translators._sentences import Draft, pieces

LEAST_ROOM = 8  # tokens
LONGER = 3  # times as many tokens as its source a translation may have: tokenizers cut other languages smaller


class Llm:
    """Asks a host to translate, line by line. rows: texts with their English, shown as far as they fit."""

    name = "llm"

    def __init__(self, host: Host, rows: Sequence[Row] = ()) -> None:
        self.host, self.rows = host, tuple((_line(row.text), _line(row.english)) for row in rows)
        self._memory: dict[tuple[str, str, str], Reply] = {}

    @property
    def revision(self) -> str:
        """Changes with the model and with the rows that it is shown."""
        return sha256(repr((self.host.name, self.host.revision, self.rows)).encode()).hexdigest()[:12]

    def lacks(self, language: Language) -> bool:
        """Any language can be asked for; how well the model knows it shows in what comes back."""
        return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while the model writes. A reply's `sent` is all that the model was sent,
        for one line after the other. Raises InputError for beams, and for a host that cannot translate."""
        if beams != 1:
            raise InputError("The translator llm does not search with beams; leave translate.beams at 1.")
        if not isinstance(self.host, Generates):
            raise InputError("The translator llm needs a model that generates; choose another translator.")
        waiting: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            known = self._memory.get((text, source.code, target.code))
            if known or not text.strip():
                yield index, known or Reply("translate", text, text)
            else:
                waiting.setdefault(text, []).append(index)
        for text, reply in self._replies(list(waiting), source, target) if waiting else ():
            if reply.final:
                self._memory[text, source.code, target.code] = reply
            yield from ((index, reply) for index in waiting[text])

    def _replies(self, texts: Sequence[str], source: Language, target: Language) -> Iterator[tuple[str, Reply]]:
        context, begin = self.host.context, self._begin(source, target)

        def prompt(text: str) -> Prompt:
            return (*begin, _question(_line(text), source, target))

        def size(text: str) -> int:
            return self.host.count(prompt(text)) - fixed

        fixed = self.host.count(prompt(""))
        room = (context - fixed) // (1 + LONGER)
        if room < LEAST_ROOM:
            raise InputError(f"The model's {context} tokens have no room for a translation; choose another translator.")
        drafts = [Draft(text, list(pieces(text, source, size, room, lines=True))) for text in texts]
        places = [(draft, number) for draft in drafts for number in range(len(draft.pieces))]
        prompts = [prompt(draft.pieces[number].text) for draft, number in places]
        longest = max((self.host.count(asked) for asked in prompts), default=fixed)
        most = min(LONGER * (longest - fixed) + 4 * LEAST_ROOM, context - longest)
        for place, reply in self.host.generate(prompts, limits=Limits(tokens=most)):
            draft, number = places[place]
            draft.made[number] = replace(reply, text=without_lead_in(without_thoughts(reply.text)))
            yield draft.text, draft.reply("\n\n".join(draft.made[n].sent for n in sorted(draft.made)))

    def _begin(self, source: Language, target: Language) -> Prompt:
        """The instruction, and as many rows as leave half of the context."""
        begin: Prompt = (Message("system", f"Translate from {source.name} to {target.name}."),)
        for row in self.rows:
            text, other = row if source.code != "eng" else row[::-1]
            longer = (*begin, _question(text, source, target), Message("assistant", other))
            if 2 * self.host.count((*longer, _question("", source, target))) <= self.host.context:
                begin = longer
        return begin


def _question(text: str, source: Language, target: Language) -> Message:
    return Message("user", f"{source.name}: {text}\n{target.name}:")


def _line(text: str) -> str:
    """The text in one line."""
    return " ".join(text.split())
