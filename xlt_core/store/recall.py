"""A host and a translator that ask nothing twice: identical calls are answered from the store, across runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from xlt_core.catalog import Parts
from xlt_core.comparison.signature import code_signature, host_identity, signature_of, translator_identity
from xlt_core.contracts import Host, Translator
from xlt_core.records import Language, Limits, Prompt, Reply

Replies = Iterator[tuple[int, Reply]]
Call = Callable[[list[int]], Replies]


class Calls(Protocol):
    """Where replies are remembered."""

    def recall(self, keys: Sequence[str]) -> Mapping[str, Reply]: ...

    def remember(self, key: str, reply: Reply) -> None: ...


def recalling(parts: Parts, calls: Calls) -> Parts:
    """The parts, with hosts and translators that answer from memory what was asked before."""
    return replace(
        parts,
        host=lambda name: RecallingHost(parts.host(name), calls),
        translator=lambda name: RecallingTranslator(parts.translator(name), calls),
    )


class RecallingHost:
    """A host in front of another one, which can all that the other can."""

    def __init__(self, host: Host, calls: Calls) -> None:
        self.__wrapped__, self._calls = host, calls
        # The contracts' abilities are read from what an object has of its own.
        own = {"generate": self._generate, "score": self._score}
        for ability in ("generate", "score", "adapters", "adapted"):
            if hasattr(host, ability):
                setattr(self, ability, own.get(ability) or getattr(host, ability))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def _generate(self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()) -> Replies:
        host = self.__wrapped__
        counted = limits if limits.temperature else replace(limits, seed=0)  # without chance the seed changes nothing
        return self._through(
            [(prompt, counted) for prompt in prompts],
            adapter,
            lambda part: host.generate([prompts[i] for i in part], adapter, limits),
        )

    def _score(self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = "") -> Replies:
        host = self.__wrapped__
        return self._through(
            [*zip(prompts, choices, strict=True)],
            adapter,
            lambda part: host.score([prompts[i] for i in part], [choices[i] for i in part], adapter),
        )

    def _through(self, asked: list[tuple[Prompt, Any]], adapter: str, call: Call) -> Replies:
        host = self.__wrapped__
        reader = host.adapted(adapter) if adapter and hasattr(host, "adapted") else host
        start = signature_of(code_signature(host), host_identity(host, adapter))
        keys = [signature_of(start, *one) for one in asked]
        yield from _through(self._calls, keys, lambda i: reader.render(asked[i][0]), call)


class RecallingTranslator:
    """A translator in front of another one."""

    def __init__(self, translator: Translator, calls: Calls) -> None:
        self.__wrapped__, self._calls = translator, calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def translate(self, texts: Sequence[str], source: Language, target: Language, beams: int = 1) -> Replies:
        inner = self.__wrapped__
        start = signature_of(code_signature(inner), translator_identity(inner), source.code, target.code, beams)
        keys = [signature_of(start, text) for text in texts]
        yield from _through(
            self._calls, keys, texts.__getitem__,
            lambda part: inner.translate([texts[i] for i in part], source, target, beams))  # fmt: skip


def _through(calls: Calls, keys: list[str], sent: Callable[[int], str], call: Call) -> Replies:
    """What is remembered first, then the answers to the rest as they come; what is asked twice at once is asked once.

    sent: the text of a call by its index, which needs no storing.
    """
    known, rest = calls.recall(keys), {}
    for index, key in enumerate(keys):
        if key in known:
            yield index, replace(known[key], sent=sent(index))
        else:
            rest.setdefault(key, []).append(index)
    asked = [indices[0] for indices in rest.values()]
    for position, reply in call(asked) if asked else ():
        key = keys[asked[position]]
        if reply.final:
            calls.remember(key, replace(reply, sent=""))
        for index in rest[key]:
            yield index, reply
