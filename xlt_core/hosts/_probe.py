"""Asks a server, on connecting, what it can do: servers accept what they cannot do, and answer as if they had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlt_core.hosts import _echo
from xlt_core.hosts._server import Json, Line, ServerError
from xlt_core.records import InputError

CONTEXT = 2048  # tokens, where the server tells nothing
TEXT, ENDINGS = "The colour of the sky is", (" blue", " green")
PARSED = "labels are read from what the model writes"


@dataclass(frozen=True)
class Probe:
    """What a server can do. context: tokens; chat: it takes turns only, and no plain text; folds: no system turn;
    scores: it gives log-likelihoods; lists: several prompts in one request; tokenizes: it counts tokens;
    notes: what a user should know."""

    model: str
    adapters: tuple[str, ...] = ()
    context: int = CONTEXT
    chat: bool = False
    folds: bool = False
    scores: bool = False
    lists: bool = False
    tokenizes: bool = False
    notes: tuple[str, ...] = ()


def probe(line: Line, address: str, model: str = "") -> Probe:
    """Tries each ability with a request of a few tokens. model: which one, where the server has several.

    Raises InputError where the server cannot be reached, refuses the key, or cannot generate.
    """
    try:
        cards = _cards(line)
        model = model or _base(cards, address)
        chat, folds = _ways(line, model)
    except ServerError as error:
        raise InputError(_refused(error)) from error
    lists, flaw = (False, "takes chat turns only") if chat else _scores(line, model)
    notes = [f"no likelihoods, since the server {flaw}: {PARSED}"] if flaw else []
    tokenizes = not chat and counted(line, address, model, TEXT) is not None
    if not tokenizes:
        notes.append("token counts are estimates, one for two bytes")
    context = _context(cards, model)
    if not context:
        notes.append(f"the server does not tell its context: {CONTEXT} tokens are assumed")
    adapters = tuple(card["id"] for card in cards if card.get("parent"))
    return Probe(model, adapters, context or CONTEXT, chat, folds, not flaw, lists, tokenizes, tuple(notes))


def counted(line: Line, address: str, model: str, text: str) -> int | None:
    """The tokens of a text by vLLM's /tokenize, which lies beside /v1; None where there is none."""
    try:
        answer = line.post(f"{address.removesuffix('/v1')}/tokenize", {"model": model, "prompt": text})
    except ServerError as error:
        if error.status:
            return None
        raise InputError(_refused(error)) from error
    count = answer.get("count")
    return count if isinstance(count, int) and count > 0 else None


def _cards(line: Line) -> list[Json]:
    """What /v1/models lists; [] where the server lists nothing, which some do though they serve a model."""
    try:
        found: Any = line.get("models").get("data")
    except ServerError as error:
        if error.status in (0, 401, 403):
            raise
        return []
    return [card for card in found or () if isinstance(card, dict) and isinstance(card.get("id"), str)]


def _base(cards: list[Json], address: str) -> str:
    """The one model that is no adapter; several names of one model are one."""
    bases = {card.get("root") or card["id"]: card["id"] for card in reversed(cards) if not card.get("parent")}
    if len(bases) == 1:
        return next(iter(bases.values()))
    have = f"serves {len(bases)} models ({', '.join(sorted(bases.values())[:5])})" if bases else "lists no model"
    raise InputError(f"The server {address} {have}; write which one behind its address: {address}#MODEL.")


def _ways(line: Line, model: str) -> tuple[bool, bool]:
    """Whether the server takes chat turns only, and whether it then refuses a system turn."""
    body: Json = {"model": model, "max_tokens": 1, "temperature": 0.0}
    try:
        line.post("completions", body | {"prompt": TEXT})
        return False, False
    except ServerError as error:
        if error.status not in (404, 405, 501):
            raise
    user = {"role": "user", "content": TEXT}
    try:
        line.post("chat/completions", body | {"messages": [{"role": "system", "content": "Be brief."}, user]})
        return True, False
    except ServerError as error:
        if not 400 <= error.status < 500:
            raise
    line.post("chat/completions", body | {"messages": [user]})
    return True, True


def _scores(line: Line, model: str) -> tuple[bool, str]:
    """Whether several prompts go in one request, and what stands against likelihoods; "" where nothing does."""
    texts = [TEXT, *(TEXT + ending for ending in ENDINGS)]
    try:
        _echo.echo(line, model, [TEXT], lists=False)
    except ServerError as error:
        return False, _reason(line, model, error)
    for lists in (True, False):
        try:
            prompt, *wholes = _echo.echo(line, model, texts, lists)
            return lists, _echo.flaw(prompt, wholes)
        except ServerError as error:
            failure = error
    return False, f"gives log-likelihoods for some texts only ({failure})"


def _reason(line: Line, model: str, error: ServerError) -> str:
    """What an echo failed for. A server that ignores the request for it may stumble over max_tokens 0 alone."""
    if error.status != 200:
        try:
            answer = line.post("completions", _echo.request(model, TEXT, tokens=1))
        except ServerError:
            return f"refuses to echo a prompt with log-probabilities (status {error.status})"
        choice = (answer.get("choices") or [{}])[0]
        if choice.get("logprobs"):
            return f"refuses to echo a prompt and nothing more (status {error.status})"
        return "ignores the request for log-probabilities"
    return "ignores the request for log-probabilities" if "gave no" in str(error) else "does not echo the prompt"


def _context(cards: list[Json], model: str) -> int:
    told = [card.get("max_model_len") for card in cards if card["id"] == model]
    return next((tokens for tokens in told if isinstance(tokens, int) and tokens > 0), 0)


def _refused(error: ServerError) -> str:
    if error.status in (401, 403):
        return f"{error} Set XLT_HOST_KEY to the server's key."
    if not error.status:
        return f"{error} Start it, or set XLT_HOST_URL or --model to its address, ending in /v1."
    return f"The server cannot be used: {error}"
