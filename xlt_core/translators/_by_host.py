"""Translation by a language model on a host: line by line, in batches, each text once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from xlt_core.contracts import Generates, Host
from xlt_core.records import InputError, Language, Limits, Prompt, Reply
from xlt_core.translators._sentences import Draft, split

MIN_TOKENS = 8  # of a piece
MAX_LENGTH_RATIO = 3  # tokens of a translation to those of its source, at most: other languages take more tokens


class TranslatesByHost:
    """A translator that asks a host. One that extends it says what is asked, and names itself."""

    name: str

    def __init__(self, host: Host) -> None:
        self.host = host
        self._translations: dict[tuple[str, str, str], Reply] = {}

    @property
    def parameters(self) -> int | None:
        """Of the model that translates; None where the host does not tell."""
        return getattr(self.host, "parameters", None)

    def prompter(self, source: Language, target: Language) -> Callable[[str], Prompt]:
        """What makes the prompt for a text of one line."""
        raise NotImplementedError

    def read(self, output: str) -> str:
        """The translation in an output."""
        raise NotImplementedError

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while the model generates. A reply's `sent` holds the prompts of all
        lines of the text. Raises InputError for beams, and for a host that cannot generate."""
        if beams != 1:
            raise InputError(f"The translator {self.name} does not search with beams; leave translate.beams at 1.")
        if not isinstance(self.host, Generates):
            raise InputError(f"The translator {self.name} needs a model that generates; choose another translator.")
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
        context, asked = self.host.context, self.prompter(source, target)

        def prompt(text: str) -> Prompt:
            return asked(one_line(text))

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
            draft.replies[number] = replace(reply, text=self.read(reply.text))
            yield draft.text, draft.reply("\n\n".join(draft.replies[n].sent for n in sorted(draft.replies)))


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())
