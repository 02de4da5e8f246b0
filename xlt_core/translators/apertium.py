"""Rule-based machine translation by Apertium: the program where it is installed, or an apertium-apy server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Protocol

from xlt_core.records import InputError, Language, Reply
from xlt_core.translators._apertium import ENGLISH, package, pair, segments
from xlt_core.translators._apertium_program import Program
from xlt_core.translators._apertium_server import Server

NAME = "apertium"
WORKERS = 2  # texts at once
BEAT = 0.2  # seconds at most between two things to show
PATIENCE = 3  # texts that may fail, as long as none has succeeded
LISTED = 5.0  # seconds for which the list of pairs is taken to hold
REMEMBERED = 50_000


class Session(Protocol):
    """One call's way to whoever translates."""

    def __call__(self, segments: Sequence[str]) -> list[str]: ...

    def close(self) -> None:
        """Ends what is at work, at once."""


class Apertium:
    """Translates what it has a pair for. at: the program, or a server."""

    def __init__(self, name: str, at: Program | Server) -> None:
        self.name, self._at = name, at
        self._listed: tuple[float, frozenset[str]] = (0.0, frozenset())
        self._memory: dict[tuple[str, str], str] = {}

    @property
    def revision(self) -> str:
        """The version, and the pairs from and to English."""
        return self._at.revision(sorted(name for name in self._pairs() if {"en", "eng"} & set(name.split("-"))))

    def lacks(self, language: Language) -> bool:
        """Whether there is no pair from the language to English."""
        return language.code != "eng" and not pair(language, ENGLISH, self._pairs())

    def missing(self, source: Language, target: Language) -> str:
        """Why it cannot translate so, in a sentence; "" where it can."""
        if pair(source, target, self._pairs()):
            return ""
        wanted = package(source, target)
        which = f"from {source.name} to {target.name}"
        if isinstance(self._at, Server):
            return f"The apertium-apy server at {self._at.address} has no pair {which}; choose another translator."
        if wanted and self._at.absent:
            return f"{self._at.absent}; install it with its pair {which}: `apt install {wanted}`."
        if wanted:
            return f"Apertium's pair {which} is not installed here: `apt install {wanted}`."
        return f"There is no Debian package with an Apertium pair {which}; choose another translator."

    @property
    def parameters(self) -> int:
        """None: it translates by rules."""
        return 0

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) as texts end, and partial replies meanwhile. A text that fails keeps none of the
        others: their replies come first, then its HostError. Raises InputError for a pair that there is not."""
        if beams != 1:
            raise InputError("The translator apertium does not search with beams; leave translate.beams at 1.")
        why_not = self.missing(source, target)
        if why_not:
            raise InputError(why_not)
        name = pair(source, target, self._pairs())
        waiting: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            waiting.setdefault(text, []).append(index)
        for text, reply in self._replies(list(waiting), name):
            yield from ((index, reply) for index in waiting[text])

    def _replies(self, texts: Sequence[str], name: str) -> Iterator[tuple[str, Reply]]:
        note = f"{self._at.version()}, pair {name}"
        fresh = []
        for text in texts:
            if (text, name) in self._memory:
                yield text, Reply("translate", text, self._memory[text, name], note=note)
            elif all(part.kept for part in segments(text)):
                yield text, Reply("translate", text, text)
            else:
                fresh.append(text)
        for text, made, seconds in self._made(fresh, name) if fresh else ():
            if made is not None:
                self._remember(text, name, made)
            yield text, Reply("translate", text, made or "", seconds=seconds, final=made is not None,
                              note="" if made is None else note)  # fmt: skip

    def _made(self, texts: Sequence[str], name: str) -> Iterator[tuple[str, str | None, float]]:
        """Each text with its translation and seconds; meanwhile, with None, one that is at work. Raises at the end
        what one of them raised, or as soon as several have failed and none has not."""
        session, pool = self._at.session(name), ThreadPoolExecutor(WORKERS)
        failed: list[BaseException] = []
        try:
            asked = {pool.submit(_translated, session, text): text for text in texts}
            pending = set(asked)
            while pending:
                done, pending = wait(pending, BEAT, FIRST_COMPLETED)
                failed += filter(None, (future.exception() for future in done))
                yield from ((asked[future], *future.result()) for future in done if not future.exception())
                if len(failed) >= PATIENCE and len(failed) + len(pending) == len(texts):
                    break
                if not done:
                    yield asked[next(iter(pending))], None, 0.0
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            session.close()
        if failed:
            raise failed[0]

    def _remember(self, text: str, name: str, made: str) -> None:
        if len(self._memory) >= REMEMBERED:
            self._memory.clear()
        self._memory[text, name] = made

    def _pairs(self) -> frozenset[str]:
        until, pairs = self._listed
        if time.monotonic() >= until:
            pairs = self._at.pairs()
            self._listed = (time.monotonic() + LISTED, pairs)
        return pairs


def _translated(session: Session, text: str) -> tuple[str, float]:
    """The text with each segment that may be translated in its place, and the seconds that it took."""
    started, parts = time.perf_counter(), segments(text)
    made = iter(session([part.text for part in parts if not part.kept]))
    return "".join(part.text if part.kept else next(made) for part in parts), time.perf_counter() - started


def connect(name: str) -> Apertium:
    """The translator `apertium`, or `apertium:ADDRESS`. Raises InputError for what is no address."""
    address = name.removeprefix(NAME).removeprefix(":")
    if address and not address.startswith(("http://", "https://")):
        raise InputError(f"{address[:80]!r} is no address of an apertium-apy server; give apertium:http://HOST:PORT.")
    return Apertium(name, Server(address) if address else Program())
