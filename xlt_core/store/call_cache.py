"""A cache of model calls: hosts and translators that answer identical calls from the store, across runs."""

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


class CallCache(Protocol):
    """Where replies are cached, by a key of the call."""

    def cached_replies(self, keys: Sequence[str]) -> Mapping[str, Reply]: ...

    def cache_reply(self, key: str, reply: Reply) -> None: ...


def with_call_cache(parts: Parts, cache: CallCache) -> Parts:
    """The parts, with hosts and translators that answer repeated calls from the cache."""
    return replace(
        parts,
        host=lambda name: CachingHost(parts.host(name), cache),
        translator=lambda name: CachingTranslator(parts.translator(name), cache),
    )


class CachingHost:
    """A host with a cache of its calls; it has the abilities of the host that it wraps."""

    def __init__(self, host: Host, cache: CallCache) -> None:
        self.__wrapped__, self._cache = host, cache
        # The contracts' abilities are read from what an object has of its own.
        own = {"generate": self._generate, "score": self._score}
        for ability in ("generate", "score", "adapters", "adapted", "states"):
            if hasattr(host, ability):
                setattr(self, ability, own.get(ability) or getattr(host, ability))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def _generate(self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()) -> Replies:
        host = self.__wrapped__
        counted = limits if limits.temperature else replace(limits, seed=0)  # without chance the seed changes nothing
        return self._cached(
            [(prompt, counted) for prompt in prompts],
            adapter,
            lambda part: host.generate([prompts[i] for i in part], adapter, limits),
        )

    def _score(self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = "") -> Replies:
        host = self.__wrapped__
        return self._cached(
            [*zip(prompts, choices, strict=True)],
            adapter,
            lambda part: host.score([prompts[i] for i in part], [choices[i] for i in part], adapter),
        )

    def _cached(self, asked: list[tuple[Prompt, Any]], adapter: str, call: Call) -> Replies:
        host = self.__wrapped__
        reader = host.adapted(adapter) if adapter and hasattr(host, "adapted") else host
        start = signature_of(code_signature(host), host_identity(host, adapter))
        keys = [signature_of(start, *one) for one in asked]
        yield from _cached(self._cache, keys, lambda i: reader.render(asked[i][0]), call)


class CachingTranslator:
    """A translator with a cache of its calls."""

    def __init__(self, translator: Translator, cache: CallCache) -> None:
        self.__wrapped__, self._cache = translator, cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def translate(self, texts: Sequence[str], source: Language, target: Language, beams: int = 1) -> Replies:
        inner = self.__wrapped__
        start = signature_of(code_signature(inner), translator_identity(inner), source.code, target.code, beams)
        keys = [signature_of(start, text) for text in texts]
        yield from _cached(
            self._cache, keys, texts.__getitem__,
            lambda part: inner.translate([texts[i] for i in part], source, target, beams))  # fmt: skip


def _cached(cache: CallCache, keys: list[str], sent: Callable[[int], str], call: Call) -> Replies:
    """Cached replies first, then those to the other calls as they come; a call that is made twice is asked once.

    sent: the text of a call by its index; it is not stored.
    """
    known, rest = cache.cached_replies(keys), {}
    for index, key in enumerate(keys):
        if key in known:
            yield index, replace(known[key], sent=sent(index))
        else:
            rest.setdefault(key, []).append(index)
    asked = [indices[0] for indices in rest.values()]
    for position, reply in call(asked) if asked else ():
        key = keys[asked[position]]
        if reply.final:
            cache.cache_reply(key, replace(reply, sent=""))
        for index in rest[key]:
            yield index, reply
