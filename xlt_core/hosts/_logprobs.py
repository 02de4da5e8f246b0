"""Log-likelihoods from echoed prompts, in the format of vLLM's completions: tokens, text_offset, token_logprobs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Any

from xlt_core.hosts._server import Json, ServerError, Session

TOLERANCE = 0.2  # nats; how much a token's log-probability may differ between two batches of 16-bit floats


@dataclass(frozen=True)
class EchoedText:
    """A text as the server's model sees it. tokens: each with its offset in the text; logprobs: the log-probability
    (nats) of each token after those before it, 0 for the first, which follows nothing."""

    tokens: tuple[tuple[str, int], ...]
    logprobs: tuple[float, ...]


def echo(session: Session, model: str, texts: Sequence[str], prompt_lists: bool) -> list[EchoedText]:
    """The texts with their log-probabilities. prompt_lists: all in one request. Raises ServerError if it gets none."""
    if not prompt_lists and len(texts) > 1:
        return [echoed for text in texts for echoed in echo(session, model, [text], prompt_lists=False)]
    answer = session.post("completions", echo_request(model, texts if prompt_lists else texts[0]))
    choices = sorted(answer.get("choices") or (), key=lambda choice: choice.get("index", 0))
    if len(choices) != len(texts):
        raise ServerError(f"The server gave {len(choices)} answers to {len(texts)} prompts.", 200)
    return [_parse(choice, text) for choice, text in zip(choices, texts, strict=True)]


def echo_request(model: str, prompt: str | Sequence[str], max_tokens: int = 0) -> Json:
    """The body of a request for an echo with log-probabilities, and so many new tokens."""
    prompts = prompt if isinstance(prompt, str) else list(prompt)
    return {
        "model": model,
        "prompt": prompts,
        "echo": True,
        "logprobs": 1,
        "max_tokens": max_tokens,
        "temperature": 0.0,
    }


def log_likelihoods(prompt: EchoedText, wholes: Sequence[EchoedText]) -> tuple[int, list[float]]:
    """How many tokens all wholes share with the prompt, and the log-likelihood of each whole from there on.

    If the tokenizer joins the end of the prompt with the start of a choice, all choices are scored from before the
    joint. Offsets are compared too, since different tokens may have the same text.
    """
    split = max(min(_shared_tokens(prompt, whole) for whole in wholes), 1)
    return split, [sum(whole.logprobs[split:]) for whole in wholes]


def up_to_first_after(whole: EchoedText, behind: str) -> EchoedText:
    """The tokens of a text and the first one after it, given the echo of the text with `behind` appended.

    Offsets are counted from the end: some servers count the token that starts every text, which is not in it.
    """
    token, offset = whole.tokens[-1]
    boundary = offset + len(token) - len(behind)
    count = sum(1 for _, start in whole.tokens if start <= boundary)
    return EchoedText(whole.tokens[:count], whole.logprobs[:count])


def find_flaw(prompt: EchoedText, wholes: Sequence[EchoedText]) -> str:
    """Why these cannot be the log-probabilities of texts that continue one prompt; "" if they can."""
    split = log_likelihoods(prompt, wholes)[0]
    if any(split >= len(whole.tokens) for whole in wholes):
        return "echoes tokens that do not cover the text"
    if any(logprob > 1e-3 for whole in wholes for logprob in whole.logprobs):
        return "gives log-probabilities above zero"
    if any(_equal(one.logprobs[split:], other.logprobs[split:]) for one, other in pairwise(wholes)):
        return "gives every text the same log-probabilities"
    if any(
        abs(a - b) > TOLERANCE
        for whole in wholes
        for a, b in zip(prompt.logprobs[:split], whole.logprobs, strict=False)
    ):
        return "gives log-probabilities that do not add up"
    return ""


def _equal(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


def _shared_tokens(prompt: EchoedText, whole: EchoedText) -> int:
    pairs = zip(prompt.tokens, whole.tokens, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _parse(choice: Json, sent: str) -> EchoedText:
    found: Any = choice.get("logprobs")
    if not found or not found.get("token_logprobs"):
        raise ServerError("The server gave no log-probabilities.", 200)
    if choice.get("text") != sent:
        raise ServerError("The server did not echo the prompt, and nothing but it.", 200)
    tokens, offsets, logprobs = (found.get(key) or () for key in ("tokens", "text_offset", "token_logprobs"))
    if not len(tokens) == len(offsets) == len(logprobs):
        raise ServerError("The server's tokens, offsets and log-probabilities differ in number.", 200)
    if not all(isinstance(logprob, int | float) and math.isfinite(logprob) for logprob in logprobs[1:]):
        raise ServerError("The server left out the log-probability of a token.", 200)
    return EchoedText(tuple(zip(tokens, offsets, strict=True)), (logprobs[0] or 0.0, *logprobs[1:]))
