"""A lexicon that a translator fills: it is asked for each new word once, and an item has the calls that it took."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlt_core.contracts import Pick, Picked, Setting, Translator
from xlt_core.prompting.calls import reason
from xlt_core.prompting.shown import shown
from xlt_core.prompting.word_lists import Entry
from xlt_core.records import Example, InputError, Reply, Span
from xlt_core.text.forms import key
from xlt_core.text.words import words

PURPOSE = "translate word"


@dataclass(frozen=True)
class Learner:
    """known: what was asked, by the key; a word without another translation is kept as a kind that nobody wants."""

    translator: Translator
    setting: Setting
    kinds: tuple[str, ...]
    known: dict[str, Entry] = field(default_factory=dict)

    def learn(self, examples: Sequence[Example]) -> Generator[Reply, None, Mapping[str, Reply]]:
        """Has all new words translated in one call. Yields its replies; returns the final ones by the words' keys."""
        wanted = {key(text): (text, kind) for example in examples for text, kind in self._asked(example)}
        new = [(name, *pair) for name, pair in wanted.items() if name not in self.known]
        ends = self.setting.shown_in or self.setting.language, self.setting.english
        replies: dict[str, Reply] = {}
        for index, reply in self.translator.translate([text for _, text, _ in new], *ends) if new else ():
            name, text, kind = new[index]
            yield replace(reply, purpose=PURPOSE)
            if reply.final:
                replies[name] = replace(reply, purpose=PURPOSE)
                target = reply.text.strip().strip(".")
                if text[:1].islower():  # some translators take a single word for a sentence
                    target = target[:1].lower() + target[1:]
                same = not target or key(target) == name or target.startswith("*")
                self.known[name] = Entry(text, target or text, "" if same else kind)
        return replies

    def picking(self, inputs: bool) -> Pick:
        """The setting's pick, which learns the words of what it shows and (inputs) of the items first."""

        def pick(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
            found = list(shown(self.setting, examples))
            texts = {index: [*picked.rows, *([examples[index]] if inputs else [])] for index, picked in found}
            try:
                replies = _final(self.learn([text for each in texts.values() for text in each]))
            except InputError:
                raise
            except Exception as error:
                yield from ((index, Picked(error=picked.error or reason(error))) for index, picked in found)
                return
            for index, picked in found:
                own = {key(text) for each in texts[index] for text, _ in self._asked(each)} & replies.keys()
                yield index, replace(picked, replies=(*picked.replies, *(replies.pop(name) for name in sorted(own))))

        return pick

    def _asked(self, example: Example) -> list[tuple[str, str]]:
        """What of a text is to be translated, with its kind."""
        spans = [span.text for span in example.answer or () if isinstance(span, Span)]
        named = [(text, "entity") for text in spans if "entity" in self.kinds]
        single = [(word, "word") for word in words(example.text) if "word" in self.kinds and not word.isdigit()]
        return single + named


def _final(work: Generator[Reply, None, Mapping[str, Reply]]) -> dict[str, Reply]:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return dict(end.value)
