"""A step that a person has edited, and parts that give it, and all that was computed before, in place of a new call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xlt_core.catalog import PIVOT, Parts
from xlt_core.contracts import ABILITIES, Host, Translator, missing
from xlt_core.formats.rows import same
from xlt_core.records import InputError, Language, Limits, Prompt, Reply

BY_HAND = "written by hand"
INTO, BACK, ASK = "into English", "back", "ask"  # what a call is for: two ways of translation, and the model


@dataclass(frozen=True)
class Edit:
    """A call, by its purpose and what it was sent, and the text that it is to return."""

    purpose: str
    sent: str
    text: str


@dataclass
class KnownCalls:
    """The replies that were given before, and the edit. used: whether the edited call has come up again."""

    edit: Edit
    replies: Mapping[tuple[str, str], Reply] = field(default_factory=dict)
    used: bool = False

    @classmethod
    def of(cls, edit: Edit, replies: Iterable[Reply]) -> KnownCalls:
        """What the language model translates is known as its call, too."""
        known = [(side, reply) for reply in replies for side in {kind_of(reply.purpose), ASK}]
        return cls(edit, {(side, reply.sent): reply for side, reply in known})

    def translation(self, side: str, text: str) -> Reply | None:
        """The reply to a translator's call; a language model is sent more than the text."""
        edited = self.edit.sent == text or (text.strip() and text in self.edit.sent)
        if edited and kind_of(self.edit.purpose) == side:
            return self._edited(text)
        return self.replies.get((side, text))

    def answer(self, sent: str) -> Reply | None:
        """The reply to a call of the model."""
        return self._edited(sent) if sent == self.edit.sent else self.replies.get((ASK, sent))

    def label(self, sent: str, labels: Sequence[str]) -> Reply | None:
        """The edited label as the reply to a call that scores labels. Raises InputError where it is none of them."""
        if sent != self.edit.sent:
            return None
        wanted = same(self.edit.text)
        if wanted not in map(same, labels):
            said, offered = self.edit.text.strip()[:80], ", ".join(labels)
            raise InputError(f"The edited answer {said!r} is none of the labels; write one of {offered}.")
        chosen = {label: 0.0 if same(label) == wanted else UNCHOSEN for label in labels}
        return replace(self._edited(sent), choices=chosen)

    def _edited(self, sent: str) -> Reply:
        self.used = True
        return Reply(self.edit.purpose, sent, self.edit.text.strip(), note=BY_HAND)


UNCHOSEN = -1e3  # log-likelihood of the labels that a person did not write


def kind_of(purpose: str) -> str:
    """INTO, BACK or ASK, by the purpose of a call."""
    return ASK if not purpose.startswith("translate") else BACK if purpose.endswith("back") else INTO


def edited_parts(parts: Parts, calls: KnownCalls) -> Parts:
    """The parts, whose translators and hosts first look among the known calls."""
    return replace(
        parts,
        host=lambda name: edited_host(parts.host(name), calls),
        translator=lambda name: KnownTranslations(parts.translator(name), calls),
    )


class _Wrapper:
    """Passes on all that it does not have itself."""

    def __init__(self, inner: Any, calls: KnownCalls) -> None:
        self.inner, self.calls = inner, calls
        self.name, self.revision = inner.name, inner.revision

    def __getattr__(self, name: str) -> Any:
        if name == "inner":  # not set yet, as in a copy
            raise AttributeError(name)
        return getattr(self.inner, name)


class KnownTranslations(_Wrapper):
    """A translator that is asked only for what is not known."""

    inner: Translator

    def lacks(self, language: Language) -> bool:
        return self.inner.lacks(language)

    def missing(self, source: Language, target: Language) -> str:
        return missing(self.inner, source, target)

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        side = INTO if target.code == PIVOT else BACK
        known = [self.calls.translation(side, text) for text in texts]
        yield from _joined(known, lambda left: self.inner.translate([texts[i] for i in left], source, target, beams))


class _Host(_Wrapper):
    inner: Any

    @property
    def context(self) -> int:
        return self.inner.context

    def describe(self) -> str:
        return self.inner.describe()

    def count(self, prompt: Prompt) -> int:
        return self.inner.count(prompt)

    def render(self, prompt: Prompt) -> str:
        return self.inner.render(prompt)

    def sent(self, prompt: Prompt, adapter: str) -> str:
        return (self.inner.adapted(adapter) if adapter else self.inner).render(prompt)


class _Generates:
    def generate(
        self: Any, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        known = [self.calls.answer(self.sent(prompt, adapter)) for prompt in prompts]
        yield from _joined(known, lambda left: self.inner.generate([prompts[i] for i in left], adapter, limits))


class _Scores:
    def score(
        self: Any, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        asked = zip(prompts, choices, strict=True)
        known = [self.calls.label(self.sent(prompt, adapter), labels) for prompt, labels in asked]
        yield from _joined(known, lambda left: self.inner.score([prompts[i] for i in left], [choices[i] for i in left],
                                                                adapter))  # fmt: skip


class _Adapts:
    def adapters(self: Any, language: str, objective: str = "laft") -> tuple[str, ...]:
        return self.inner.adapters(language, objective)

    def adapted(self: Any, adapter: str) -> Host:
        return self.inner.adapted(adapter)


def edited_host(host: Host, calls: KnownCalls) -> Host:
    """The host, with the abilities that it has, asked only for what is not known."""
    own = {"generates": _Generates, "scores": _Scores, "adapts": _Adapts}
    bases = tuple(kind for name, kind in own.items() if isinstance(host, ABILITIES[name]))
    return type("KnownAnswers", (_Host, *bases), {})(host, calls)


def _joined(
    known: Sequence[Reply | None], ask: Callable[[list[int]], Iterator[tuple[int, Reply]]]
) -> Iterator[tuple[int, Reply]]:
    """What is known, then the replies to what is left."""
    yield from ((index, reply) for index, reply in enumerate(known) if reply)
    left = [index for index, reply in enumerate(known) if reply is None]
    for position, reply in ask(left) if left else ():
        yield left[position], reply
