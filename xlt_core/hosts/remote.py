"""The remote host: any OpenAI-compatible server, such as vLLM. `connect` finds out which kind of host it can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from urllib.parse import urlsplit

from xlt_core.engine.plain_prompts import NEXT, continuation, merge_system_turn, plain_text
from xlt_core.formats.outputs import answer_begins, one_begins_another
from xlt_core.hosts import _logprobs, _stream
from xlt_core.hosts._concurrent import Report, run_concurrently
from xlt_core.hosts._probe import Probe, count_tokens, probe
from xlt_core.hosts._server import Json, Server, Session
from xlt_core.language_table import other_scripts
from xlt_core.records import InputError, Limits, Prompt, Reply

MAX_CONCURRENT = 16  # requests of a call at once; a server queues those that it cannot run yet
ADDRESS = re.compile(r"https?://([\w-]+(\.[\w-]+)*|\[[\da-fA-F:.]+\])(:\d+)?(/[\w.~/-]+)?/v1")


def connect(address: str, key: str = "", server: Server | None = None) -> RemoteHost:
    """The host for an address such as http://host:8000/v1, or http://host:8000/v1#MODEL if it has several.

    server: with other options than the default ones. Raises InputError if it cannot be used.
    """
    url, _, model = address.strip().partition("#")
    url = url.rstrip("/")
    if not _is_address(url):
        raise InputError(f"{url!r} is no server's address; give one such as http://host:8000/v1, ending in /v1.")
    server = server or Server(url, key)
    with Session(server) as session:
        abilities = probe(session, url, model)
    return KINDS[abilities.gives_logprobs, bool(abilities.adapters)](server, abilities)


class RemoteHost:
    """A model behind a server that generates; several threads may use it at once."""

    def __init__(self, server: Server, abilities: Probe) -> None:
        self._server, self._abilities, self._counting = server, abilities, Session(server)
        self.name, self.revision, self.context = abilities.model, abilities.model, abilities.context

    def describe(self) -> str:
        able = self._abilities
        adapters = f"adapters {', '.join(able.adapters)}" if able.adapters else "no adapters"
        parts = ["labels by likelihood"] if able.gives_logprobs else []
        return " · ".join(["remote", self._server.address, self.name, *parts, adapters, *able.notes])

    def identity(self, adapter: str = "") -> str:
        """What answers. A server names no revision: another model under the same name looks the same."""
        return (
            f"{self._server.address} · {self._model_name(adapter)} · {'turns' if self._abilities.chat_only else 'text'}"
        )

    def render(self, prompt: Prompt) -> str:
        """Plain text; for a server that takes chat turns only, the turns, since its chat template is not known."""
        if not self._abilities.chat_only:
            return plain_text(prompt)
        return "\n".join(f"[{message.role}] {message.text}" for message in self._turns(prompt))

    def count(self, prompt: Prompt) -> int:
        """Tokens by the server's own count if it has one, else one for two bytes."""
        text = self.render(prompt)
        if self._abilities.counts_tokens:
            count = count_tokens(self._counting, self._server.address, self.name, text)
            if count is not None:
                return count
        return _estimate_tokens(text)

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while they stream. Greedy at temperature 0, else seeded.

        Raises ServerError when all have ended, if one failed.
        """
        if not prompts:
            return
        model, pending = self._model_name(adapter), self._pending(prompts)
        with Session(self._server) as session:

            def work(index: int, report: Report) -> Reply:
                body = self._body(prompts[index], limits) | {"model": model}
                return self._generate_one(session, body, pending[index], limits, report)

            yield from run_concurrently(work, pending, MAX_CONCURRENT)

    def _generate_one(self, session: Session, body: Json, pending: Reply, limits: Limits, report: Report) -> Reply:
        started = perf_counter()

        def reply(generated: _stream.Generated, final: bool) -> Reply:
            tokens_in = generated.tokens_in or _estimate_tokens(pending.sent)
            seconds = perf_counter() - started
            return replace(pending, text=generated.text, tokens_in=tokens_in, tokens_out=generated.tokens_out,
                           seconds=seconds, final=final)  # fmt: skip

        stream = partial(self._read, session, limits=limits, report=lambda piece: report(reply(piece, False)))
        generated = stream(body)
        if "stop" in body and answer_begins(f"{generated.text}\n") > len(generated.text):
            # The server heeded a stop string before the answer began: it is left out, and heeded here.
            again = stream({name: value for name, value in body.items() if name != "stop"})
            generated = replace(again, tokens_in=generated.tokens_in + again.tokens_in,
                                tokens_out=generated.tokens_out + again.tokens_out)  # fmt: skip
        return reply(generated, True)

    def _read(
        self, session: Session, body: Json, limits: Limits, report: Callable[[_stream.Generated], None]
    ) -> _stream.Generated:
        path = "chat/completions" if self._abilities.chat_only else "completions"
        return session.stream(path, body, lambda events: _stream.read_stream(events, limits.stop, report))

    def _body(self, prompt: Prompt, limits: Limits) -> Json:
        if self._abilities.chat_only:
            turns = [{"role": message.role, "content": message.text} for message in self._turns(prompt)]
            body: Json = {"messages": turns}
        else:
            body = {"prompt": plain_text(prompt)}
        stop = [mark for mark in limits.stop if mark]
        return body | {
            "max_tokens": max(limits.tokens, 1),
            "temperature": limits.temperature,
            "seed": limits.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
            **({"stop": stop} if stop else {}),
        }

    def _turns(self, prompt: Prompt) -> Prompt:
        return merge_system_turn(prompt) if self._abilities.refuses_system else prompt

    def _pending(self, prompts: Sequence[Prompt]) -> list[Reply]:
        sent = [self.render(prompt) for prompt in prompts]
        if not all(sent):
            raise InputError("The prompt is empty; write a text.")
        return [Reply("answer", text, "", final=False) for text in sent]

    def _model_name(self, adapter: str) -> str:
        """The name under which the server runs an adapter, or the base model."""
        if adapter and adapter not in self._abilities.adapters:
            names = ", ".join(self._abilities.adapters) or "none"
            raise InputError(f"The server has no adapter {adapter!r} (it has {names}); name one of those.")
        return adapter or self.name


class ScoringHost(RemoteHost):
    """A remote host whose server gives log-likelihoods."""

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) with the log-likelihood (nats) of every choice, and as text the likeliest one; where
        one choice begins another, of all up to the end of the answer (see formats.outputs.one_begins_another).

        tokens_in: the prompt's; tokens_out: those of all choices. Raises ServerError at the end, if one failed.
        """
        if not prompts:
            return
        if not all(choices):
            raise InputError("There is nothing to choose from; give at least one label.")
        model, pending = self._model_name(adapter), self._pending(prompts)
        with Session(self._server) as session:

            def work(index: int, report: Report) -> Reply:
                return self._score_one(session, model, pending[index], choices[index])

            yield from run_concurrently(work, pending, MAX_CONCURRENT)

    def _score_one(self, session: Session, model: str, pending: Reply, choices: Sequence[str]) -> Reply:
        started, sent = perf_counter(), pending.sent
        behind = NEXT * one_begins_another(choices)
        texts = [sent, *(sent + continuation(choice) + behind for choice in choices)]
        prompt, *wholes = _logprobs.echo(session, model, texts, self._abilities.prompt_lists)
        if behind:
            wholes = [_logprobs.up_to_first_after(whole, behind) for whole in wholes]
        split, scores = _logprobs.log_likelihoods(prompt, wholes)
        values = dict(zip(choices, scores, strict=True))
        tokens = sum(len(whole.tokens) - split for whole in wholes)
        likeliest, seconds = max(values, key=values.__getitem__), perf_counter() - started
        return Reply("answer", sent, likeliest, len(prompt.tokens), tokens, seconds, values)


class AdaptingHost(RemoteHost):
    """A remote host whose server has adapters."""

    def adapters(self, language: str, objective: str = "laft") -> tuple[str, ...]:
        """Names that begin with the language's code or have it as a word, such as kin, kin-long, lora-kin; of another
        objective than laft those that have its name as a word, too, such as kin-align."""
        others = other_scripts(language)
        names = [name for name in self._abilities.adapters
                 if (name.startswith(language) or _is_word(language, name))
                 and not any(_is_word(code, name) for code in others)
                 and (objective == "laft" or _is_word(objective, name))]  # fmt: skip
        return tuple(sorted(names, key=lambda name: (name != language, not name.startswith(language), name)))

    def adapted(self, adapter: str) -> RemoteHost:
        """This host, which renders and counts for adapters as for the model. Raises InputError for an unknown one."""
        self._model_name(adapter)
        return self


class ScoringAdaptingHost(ScoringHost, AdaptingHost):
    """A remote host whose server gives log-likelihoods and has adapters."""


KINDS: dict[tuple[bool, bool], type[RemoteHost]] = {
    (False, False): RemoteHost,
    (True, False): ScoringHost,
    (False, True): AdaptingHost,
    (True, True): ScoringAdaptingHost,
}


def _is_address(url: str) -> bool:
    try:
        return bool(ADDRESS.fullmatch(url)) and (urlsplit(url).port or 80) > 0
    except ValueError:  # an impossible port
        return False


def _is_word(code: str, name: str) -> bool:
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(code)}(?![a-z0-9])", name, re.IGNORECASE))


def _estimate_tokens(text: str) -> int:
    return len(text.encode()) // 2 + 1
