"""Finds out what a server can do by trying, since servers accept requests that they cannot fulfil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlt_core.hosts import _logprobs
from xlt_core.hosts._server import Json, ServerError, Session
from xlt_core.records import InputError

DEFAULT_CONTEXT = 2048  # tokens, if the server does not name its context
TEXT, CONTINUATIONS = "The colour of the sky is", (" blue", " green")
PARSED_LABELS = "labels are read from what the model writes"


@dataclass(frozen=True)
class Probe:
    """What a server can do. context: in tokens; chat_only: it takes turns and no plain text; refuses_system: it takes
    no system turn; gives_logprobs: for the text of a prompt; prompt_lists: it takes several prompts in one request;
    counts_tokens: it has an endpoint for that; notes: what a user should know."""

    model: str
    adapters: tuple[str, ...] = ()
    context: int = DEFAULT_CONTEXT
    chat_only: bool = False
    refuses_system: bool = False
    gives_logprobs: bool = False
    prompt_lists: bool = False
    counts_tokens: bool = False
    notes: tuple[str, ...] = ()


def probe(session: Session, address: str, model: str = "") -> Probe:
    """Tries each ability with a request of a few tokens. model: which one, if the server has several.

    Raises InputError if the server cannot be reached, refuses the key, or cannot generate.
    """
    try:
        cards = _cards(session)
        model = model or _only_base_model(cards, address)
        chat_only, refuses_system = _chat_abilities(session, model)
    except ServerError as error:
        raise InputError(_explain(error)) from error
    prompt_lists, flaw = (False, "takes chat turns only") if chat_only else _logprob_abilities(session, model)
    notes = [f"no likelihoods, since the server {flaw}: {PARSED_LABELS}"] if flaw else []
    counts_tokens = not chat_only and count_tokens(session, address, model, TEXT) is not None
    if not counts_tokens:
        notes.append("token counts are estimates, one for two bytes")
    context = _context(cards, model)
    if not context:
        notes.append(f"the server does not tell its context: {DEFAULT_CONTEXT} tokens are assumed")
    adapters = tuple(card["id"] for card in cards if card.get("parent"))
    return Probe(
        model,
        adapters,
        context or DEFAULT_CONTEXT,
        chat_only,
        refuses_system,
        not flaw,
        prompt_lists,
        counts_tokens,
        tuple(notes),
    )


def count_tokens(session: Session, address: str, model: str, text: str) -> int | None:
    """The tokens of a text by vLLM's /tokenize, which is next to /v1; None if there is none."""
    try:
        answer = session.post(f"{address.removesuffix('/v1')}/tokenize", {"model": model, "prompt": text})
    except ServerError as error:
        if error.status:
            return None
        raise InputError(_explain(error)) from error
    count = answer.get("count")
    return count if isinstance(count, int) and count > 0 else None


def _cards(session: Session) -> list[Json]:
    """What /v1/models lists; [] for a server that lists nothing, as some do although they serve a model."""
    try:
        found: Any = session.get("models").get("data")
    except ServerError as error:
        if error.status in (0, 401, 403):
            raise
        return []
    return [card for card in found or () if isinstance(card, dict) and isinstance(card.get("id"), str)]


def _only_base_model(cards: list[Json], address: str) -> str:
    """The only model that is no adapter; several names of one model count once."""
    bases = {card.get("root") or card["id"]: card["id"] for card in reversed(cards) if not card.get("parent")}
    if len(bases) == 1:
        return next(iter(bases.values()))
    offer = f"serves {len(bases)} models ({', '.join(sorted(bases.values())[:5])})" if bases else "lists no model"
    raise InputError(f"The server {address} {offer}; write which one behind its address: {address}#MODEL.")


def _chat_abilities(session: Session, model: str) -> tuple[bool, bool]:
    """Whether the server takes chat turns only, and if so whether it refuses a system turn."""
    body: Json = {"model": model, "max_tokens": 1, "temperature": 0.0}
    try:
        session.post("completions", body | {"prompt": TEXT})
        return False, False
    except ServerError as error:
        if error.status not in (404, 405, 501):
            raise
    user = {"role": "user", "content": TEXT}
    try:
        session.post("chat/completions", body | {"messages": [{"role": "system", "content": "Be brief."}, user]})
        return True, False
    except ServerError as error:
        if not 400 <= error.status < 500:
            raise
    session.post("chat/completions", body | {"messages": [user]})
    return True, True


def _logprob_abilities(session: Session, model: str) -> tuple[bool, str]:
    """Whether the server takes several prompts in one request, and why its log-probabilities are of no use, or ""."""
    texts = [TEXT, *(TEXT + continuation for continuation in CONTINUATIONS)]
    try:
        _logprobs.echo(session, model, [TEXT], prompt_lists=False)
    except ServerError as error:
        return False, _why_no_echo(session, model, error)
    for prompt_lists in (True, False):
        try:
            prompt, *wholes = _logprobs.echo(session, model, texts, prompt_lists)
            return prompt_lists, _logprobs.find_flaw(prompt, wholes)
        except ServerError as error:
            failure = error
    return False, f"gives log-likelihoods for some texts only ({failure})"


def _why_no_echo(session: Session, model: str, error: ServerError) -> str:
    """Why an echo failed. A server that ignores the request for one may refuse only that max_tokens is 0."""
    if error.status != 200:
        try:
            answer = session.post("completions", _logprobs.echo_request(model, TEXT, max_tokens=1))
        except ServerError:
            return f"refuses to echo a prompt with log-probabilities (status {error.status})"
        choice = (answer.get("choices") or [{}])[0]
        if choice.get("logprobs"):
            return f"refuses to echo a prompt and nothing more (status {error.status})"
        return "ignores the request for log-probabilities"
    return "ignores the request for log-probabilities" if "gave no" in str(error) else "does not echo the prompt"


def _context(cards: list[Json], model: str) -> int:
    contexts = [card.get("max_model_len") for card in cards if card["id"] == model]
    return next((tokens for tokens in contexts if isinstance(tokens, int) and tokens > 0), 0)


def _explain(error: ServerError) -> str:
    if error.status in (401, 403):
        return f"{error} Set XLT_HOST_KEY to the server's key."
    if not error.status:
        return f"{error} Start it, or set XLT_HOST_URL or --model to its address, ending in /v1."
    return f"The server cannot be used: {error}"
