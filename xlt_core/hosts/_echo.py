"""Log-likelihoods from echoed prompts, in the form of vLLM's completions: tokens, text_offset, token_logprobs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from xlt_core.hosts._server import Json, Line, ServerError

UNLIKE = 0.2  # nats; what the same token's log-likelihood may differ by in two batches of 16-bit floats


@dataclass(frozen=True)
class Echoed:
    """A text as the server's model sees it. tokens: each with the offset at which the server says it begins;
    logs: the log-likelihood (nats) of each token after those before it, 0 for the first, which follows nothing."""

    tokens: tuple[tuple[str, int], ...]
    logs: tuple[float, ...]


def echo(line: Line, model: str, texts: Sequence[str], lists: bool) -> list[Echoed]:
    """The texts, echoed with their log-likelihoods. lists: all in one request. Raises ServerError where none come."""
    if not lists and len(texts) > 1:
        return [echoed for text in texts for echoed in echo(line, model, [text], lists=False)]
    answer = line.post("completions", request(model, texts if lists else texts[0]))
    choices = sorted(answer.get("choices") or (), key=lambda choice: choice.get("index", 0))
    if len(choices) != len(texts):
        raise ServerError(f"The server gave {len(choices)} answers to {len(texts)} prompts.", 200)
    return [_read(choice, text) for choice, text in zip(choices, texts, strict=True)]


def request(model: str, prompt: str | Sequence[str], tokens: int = 0) -> Json:
    """The request for an echo with log-likelihoods, and `tokens` new ones."""
    prompts = prompt if isinstance(prompt, str) else list(prompt)
    return {
        "model": model,
        "prompt": prompts,
        "echo": True,
        "logprobs": 1,
        "max_tokens": tokens,
        "temperature": 0.0,
    }


def score(prompt: Echoed, wholes: Sequence[Echoed]) -> tuple[int, list[float]]:
    """Where the wholes leave the prompt, in tokens, and the log-likelihood of each from there on.

    Where a tokenizer joins the prompt's end with a choice's beginning, all choices are scored from before it.
    Offsets take part, since two different tokens may read alike.
    """
    split = max(min(_shared(prompt, whole) for whole in wholes), 1)
    return split, [sum(whole.logs[split:]) for whole in wholes]


def ended(whole: Echoed, more: str) -> Echoed:
    """The tokens of the text and the first one behind it, of an echo of the text with more behind it.

    Offsets are counted from the end: some servers count the token that begins every text, which is not in it.
    """
    token, offset = whole.tokens[-1]
    boundary = offset + len(token) - len(more)
    count = sum(1 for _, start in whole.tokens if start <= boundary)
    return Echoed(whole.tokens[:count], whole.logs[:count])


def flaw(prompt: Echoed, wholes: Sequence[Echoed]) -> str:
    """Why the log-likelihoods of different wholes of one prompt cannot be such; "" where they can."""
    split = score(prompt, wholes)[0]
    if any(split >= len(whole.tokens) for whole in wholes):
        return "echoes tokens that do not cover the text"
    if any(log > 1e-3 for whole in wholes for log in whole.logs):
        return "gives log-probabilities above zero"
    if any(_equal(one.logs[split:], other.logs[split:]) for one, other in pairwise(wholes)):
        return "gives every text the same log-probabilities"
    if any(abs(a - b) > UNLIKE for whole in wholes for a, b in zip(prompt.logs[:split], whole.logs, strict=False)):
        return "gives log-probabilities that do not add up"
    return ""


def _equal(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


def _shared(prompt: Echoed, whole: Echoed) -> int:
    pairs = zip(prompt.tokens, whole.tokens, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _read(choice: Json, sent: str) -> Echoed:
    found: Any = choice.get("logprobs")
    if not found or not found.get("token_logprobs"):
        raise ServerError("The server gave no log-probabilities.", 200)
    if choice.get("text") != sent:
        raise ServerError("The server did not echo the prompt, and nothing but it.", 200)
    tokens, offsets, logs = (found.get(key) or () for key in ("tokens", "text_offset", "token_logprobs"))
    if not len(tokens) == len(offsets) == len(logs):
        raise ServerError("The server's tokens, offsets and log-probabilities differ in number.", 200)
    if not all(isinstance(log, int | float) and math.isfinite(log) for log in logs[1:]):
        raise ServerError("The server left out the log-probability of a token.", 200)
    return Echoed(tuple(zip(tokens, offsets, strict=True)), (logs[0] or 0.0, *logs[1:]))
