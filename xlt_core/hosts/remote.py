"""The remote host: any OpenAI-compatible server, vLLM first. `connect` probes it, and gives a host of what it can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from urllib.parse import urlsplit

from xlt_core.engine.plain_prompts import NEXT, continuation, folded, one_begins_another, plain
from xlt_core.formats.outputs import answer_begins
from xlt_core.hosts import _echo, _stream
from xlt_core.hosts._flight import Tell, in_flight
from xlt_core.hosts._probe import Probe, counted, probe
from xlt_core.hosts._server import Json, Line, Server
from xlt_core.records import InputError, Limits, Prompt, Reply

BOUND = 16  # requests in flight for each call; a server queues what it cannot run at once
ADDRESS = re.compile(r"https?://([\w-]+(\.[\w-]+)*|\[[\da-fA-F:.]+\])(:\d+)?(/[\w.~/-]+)?/v1")


def connect(address: str, key: str = "", server: Server | None = None) -> RemoteHost:
    """The host for an address such as http://host:8000/v1, or http://host:8000/v1#MODEL where there are several models.

    server: how it is spoken to, where not by default. Raises InputError where it cannot be used.
    """
    url, _, model = address.strip().partition("#")
    url = url.rstrip("/")
    if not _fits(url):
        raise InputError(f"{url!r} is no server's address; give one such as http://host:8000/v1, ending in /v1.")
    server = server or Server(url, key)
    with Line(server) as line:
        found = probe(line, url, model)
    return KINDS[found.scores, bool(found.adapters)](server, found)


class RemoteHost:
    """A model behind a server, that can generate; several threads may use it at once."""

    def __init__(self, server: Server, found: Probe) -> None:
        self._server, self._found, self._counting = server, found, Line(server)
        self.name, self.revision, self.context = found.model, found.model, found.context

    def describe(self) -> str:
        found = self._found
        adapters = f"adapters {', '.join(found.adapters)}" if found.adapters else "no adapters"
        parts = ["labels by likelihood"] if found.scores else []
        return " · ".join(["remote", self._server.address, self.name, *parts, adapters, *found.notes])

    def identity(self, adapter: str = "") -> str:
        """What answers. A server tells no revision: another model under the same name looks the same."""
        return f"{self._server.address} · {self._model(adapter)} · {'turns' if self._found.chat else 'text'}"

    def render(self, prompt: Prompt) -> str:
        """Plain text; of a server that takes turns only, the turns, since what it makes of them is not known."""
        if not self._found.chat:
            return plain(prompt)
        return "\n".join(f"[{message.role}] {message.text}" for message in self._turns(prompt))

    def count(self, prompt: Prompt) -> int:
        """Tokens by the server's own count where it has one, else one for two bytes."""
        text = self.render(prompt)
        if self._found.tokenizes:
            count = counted(self._counting, self._server.address, self.name, text)
            if count is not None:
                return count
        return _estimate(text)

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while they stream. Greedy at temperature 0, else seeded.

        Raises ServerError when all have ended, if one failed.
        """
        if not prompts:
            return
        model, waiting = self._model(adapter), self._waiting(prompts)
        with Line(self._server) as line:

            def work(index: int, tell: Tell) -> Reply:
                body = self._body(prompts[index], limits) | {"model": model}
                return self._write(line, body, waiting[index], limits, tell)

            yield from in_flight(work, waiting, BOUND)

    def _write(self, line: Line, body: Json, waiting: Reply, limits: Limits, tell: Tell) -> Reply:
        started = perf_counter()

        def reply(written: _stream.Written, final: bool) -> Reply:
            tokens_in = written.tokens_in or _estimate(waiting.sent)
            seconds = perf_counter() - started
            return replace(waiting, text=written.text, tokens_in=tokens_in, tokens_out=written.tokens_out,
                           seconds=seconds, final=final)  # fmt: skip

        written = self._read(line, body, limits, lambda part: tell(reply(part, False)))
        if "stop" in body and answer_begins(f"{written.text}\n") > len(written.text):
            # The server heeded a stop string before the answer began: it is left out, and heeded here.
            open_ended = {name: value for name, value in body.items() if name != "stop"}
            again = self._read(line, open_ended, limits, lambda part: tell(reply(part, False)))
            written = replace(again, tokens_in=written.tokens_in + again.tokens_in,
                              tokens_out=written.tokens_out + again.tokens_out)  # fmt: skip
        return reply(written, True)

    def _read(self, line: Line, body: Json, limits: Limits, tell: Callable[[_stream.Written], None]) -> _stream.Written:
        path = "chat/completions" if self._found.chat else "completions"
        return line.stream(path, body, lambda events: _stream.read(events, limits.stop, tell))

    def _body(self, prompt: Prompt, limits: Limits) -> Json:
        if self._found.chat:
            turns = [{"role": message.role, "content": message.text} for message in self._turns(prompt)]
            asked: Json = {"messages": turns}
        else:
            asked = {"prompt": plain(prompt)}
        stop = [mark for mark in limits.stop if mark]
        return asked | {
            "max_tokens": max(limits.tokens, 1),
            "temperature": limits.temperature,
            "seed": limits.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"stop": stop} if stop else {}),
        }

    def _turns(self, prompt: Prompt) -> Prompt:
        return folded(prompt) if self._found.folds else prompt

    def _waiting(self, prompts: Sequence[Prompt]) -> list[Reply]:
        sent = [self.render(prompt) for prompt in prompts]
        if not all(sent):
            raise InputError("The prompt is empty; write a text.")
        return [Reply("answer", text, "", final=False) for text in sent]

    def _model(self, adapter: str) -> str:
        """The name under which the server runs an adapter, or the base model."""
        if adapter and adapter not in self._found.adapters:
            have = ", ".join(self._found.adapters) or "none"
            raise InputError(f"The server has no adapter {adapter!r} (it has {have}); name one of those.")
        return adapter or self.name


class ScoringHost(RemoteHost):
    """A remote host whose server gives log-likelihoods."""

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) with the log-likelihood (nats) of every choice, and as text the likeliest one; where
        one choice begins another, of all up to the end of the answer (see plain_prompts.one_begins_another).

        tokens_in: the prompt's; tokens_out: those of all choices. Raises ServerError at the end, if one failed.
        """
        if not prompts:
            return
        if not all(choices):
            raise InputError("There is nothing to choose from; give at least one label.")
        model, waiting = self._model(adapter), self._waiting(prompts)
        with Line(self._server) as line:

            def work(index: int, tell: Tell) -> Reply:
                return self._weigh(line, model, waiting[index], choices[index])

            yield from in_flight(work, waiting, BOUND)

    def _weigh(self, line: Line, model: str, waiting: Reply, choices: Sequence[str]) -> Reply:
        started, sent = perf_counter(), waiting.sent
        more = NEXT * one_begins_another(choices)
        texts = [sent, *(sent + continuation(choice) + more for choice in choices)]
        prompt, *wholes = _echo.echo(line, model, texts, self._found.lists)
        if more:
            wholes = [_echo.ended(whole, more) for whole in wholes]
        split, scores = _echo.score(prompt, wholes)
        values = dict(zip(choices, scores, strict=True))
        tokens = sum(len(whole.tokens) - split for whole in wholes)
        likeliest, seconds = max(values, key=values.__getitem__), perf_counter() - started
        return Reply("answer", sent, likeliest, len(prompt.tokens), tokens, seconds, values)


class AdaptingHost(RemoteHost):
    """A remote host whose server has adapters."""

    def adapters(self, language: str) -> tuple[str, ...]:
        """Names that begin with the language's code or have it as a word, such as kin, kin-long, lora-kin."""
        names = [name for name in self._found.adapters if name.startswith(language) or language in _words(name)]
        return tuple(sorted(names, key=lambda name: (name != language, not name.startswith(language), name)))

    def adapted(self, adapter: str) -> RemoteHost:
        """This host, which counts and writes for adapters as for the model. Raises InputError for an unknown one."""
        self._model(adapter)
        return self


class ScoringAdaptingHost(ScoringHost, AdaptingHost):
    """A remote host whose server gives log-likelihoods and has adapters."""


KINDS: dict[tuple[bool, bool], type[RemoteHost]] = {
    (False, False): RemoteHost,
    (True, False): ScoringHost,
    (False, True): AdaptingHost,
    (True, True): ScoringAdaptingHost,
}


def _fits(url: str) -> bool:
    try:
        return bool(ADDRESS.fullmatch(url)) and (urlsplit(url).port or 80) > 0
    except ValueError:  # a port that cannot be
        return False


def _words(name: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", name.lower())


def _estimate(text: str) -> int:
    return len(text.encode()) // 2 + 1
