"""Calibrated likelihood: takes out of each label's likelihood what it gets whatever the text.

Contextual calibration (Zhao et al. 2021, arXiv 2102.09690) divides by the labels' mean probabilities for inputs without
content, under the same instruction and demonstrations. PMI (domain-conditional pointwise mutual information, Holtzman
et al. 2021, arXiv 2104.08315) divides by the label's own likelihood behind the question's cue alone, such as "Topic:".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from xlt_core.records import Example, Message, Prompt, Reply

NONE, PMI = "none", "pmi"
CONTENT_FREE = ("N/A", "[MASK]", "")  # the three of Zhao et al., whose probabilities are averaged


Build = Callable[[Example], tuple[Prompt, object]]  # the prompt for an example, first


def bare_prompts(kind: str, cue: str, example: Example, build: Build) -> tuple[Prompt, ...]:
    """The prompts that tell what the example's labels get whatever the text. cue: the question's end."""
    if kind == PMI:
        return ((Message("user", cue),),)
    return tuple(build(replace(example, texts=dict.fromkeys(example.texts, word)))[0] for word in CONTENT_FREE)


def calibrating(replies: Iterable[tuple[int, Reply]]) -> tuple[Reply, ...]:
    """The final replies to the bare prompts, in the order of these."""
    return tuple(replace(r, purpose="calibrate") for _, r in sorted(replies, key=lambda pair: pair[0]) if r.final)


def baseline(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What to take from each label's log-likelihood, by its log-likelihoods for the bare prompts: the one that there
    is, or the logarithm of its mean probability among the labels."""
    if len(scores) == 1:
        return dict(scores[0])
    shares = [_shares(one) for one in scores]
    return {label: math.log(sum(one[label] for one in shares) / len(shares)) for label in scores[0]}


def _shares(scores: Mapping[str, float]) -> dict[str, float]:
    """The labels' probabilities, which sum to 1, none of them 0."""
    top = max(scores.values())
    weights = {label: max(math.exp(score - top), 1e-300) for label, score in scores.items()}
    return {label: weight / sum(weights.values()) for label, weight in weights.items()}
