"""Calibrated likelihoods against the arithmetic of Zhao et al. 2021 and Holtzman et al. 2021, on a biased host."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pytest
from helpers.small_parts import parts

from xlt_core.comparison.compare import compare
from xlt_core.prompting.calibration import baseline
from xlt_core.prompting.fewshot import FewShot
from xlt_core.records import Column, Plan, Prompt, Reply

# What the labels get for a text without content (Zhao's three alike), behind the cue alone, and for the texts.
BARE = {"health": 0.8, "sports": 0.2}
CUE = {"health": 0.5, "sports": 0.05}
TEXTS = {"ibitaro": {"health": 0.9, "sports": 0.1}, "umukino": {"health": 0.7, "sports": 0.3}}


class Biased:
    """Prefers health whatever the text, and counts its calls."""

    name = revision = "biased"
    context = 500

    def __init__(self) -> None:
        self.asked: list[str] = []

    def describe(self) -> str:
        return self.name

    def count(self, prompt: Prompt) -> int:
        return len(self.render(prompt).split())

    def render(self, prompt: Prompt) -> str:
        return "\n".join(message.text for message in prompt)

    def generate(self, prompts: Sequence[Prompt], *_: object) -> Iterator[tuple[int, Reply]]:
        yield from ((i, Reply("generate", self.render(prompt), "health")) for i, prompt in enumerate(prompts))

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        for i, prompt in enumerate(prompts):
            last = prompt[-1].text
            self.asked.append(last)
            known = next((shares for word, shares in TEXTS.items() if word in last), CUE if last == "Topic:" else BARE)
            likelihoods = {choice: math.log(known[choice]) for choice in choices[i]}
            yield i, Reply("score", self.render(prompt), "", 5, 1, choices=likelihoods)


def answers(host: Biased, **knobs: str | bool) -> list:
    plan = Plan("topic", "kin", (Column("c", "prompt", knobs),), dataset="small", samples=8, shots=2)
    *_, end = compare(plan, parts(host))
    assert end.runs[0].state == "done", end.runs[0].note
    return sorted(end.runs[0].predictions, key=lambda prediction: prediction.id)


def test_the_bias_of_the_prompt_is_divided_out() -> None:
    host = Biased()
    assert {prediction.answer for prediction in answers(host)} == {"health"}
    found = answers(host, calibration="contextual")
    assert {p.answer for p in found if "umukino" in p.replies[-1].sent.splitlines()[-2]} == {"sports"}
    assert {p.answer for p in found if "ibitaro" in p.replies[-1].sent.splitlines()[-2]} == {"health"}
    (one,) = [p for p in found if len(p.replies) > 1]
    assert [reply.purpose for reply in one.replies] == ["calibrate"] * 3 + ["answer"]
    assert [r.sent.splitlines()[-2] for r in one.replies[:3]] == ["Text: N/A", "Text: [MASK]", "Text: "]
    assert all(r.sent.count("Topic:") == 3 for r in one.replies[:3]), "under the same demonstrations"
    sports = next(p for p in found if p.answer == "sports").replies[-1].choices
    assert sports == pytest.approx({"health": math.log(0.7 / 0.8), "sports": math.log(0.3 / 0.2)})


def test_pmi_divides_by_the_likelihood_behind_the_cue_alone() -> None:
    found = answers(Biased(), calibration="pmi")
    (one,) = [p for p in found if len(p.replies) > 1]
    assert [reply.sent for reply in one.replies[:1]] == ["Topic:"]
    sports = next(p for p in found if "umukino" in p.replies[-1].sent.splitlines()[-2]).replies[-1].choices
    assert sports == pytest.approx({"health": math.log(0.7 / 0.5), "sports": math.log(0.3 / 0.05)})


def test_a_label_is_asked_once_whatever_the_number_of_items() -> None:
    host = Biased()
    answers(host, calibration="contextual")
    assert len(host.asked) == 8 + 3


def test_normalised_likelihoods_are_calibrated_as_they_are_compared() -> None:
    found = answers(Biased(), calibration="pmi", normalise="bytes")
    made = next(p for p in found if "umukino" in p.replies[-1].sent.splitlines()[-2]).replies[-1].choices
    assert made == pytest.approx({"health": math.log(0.7 / 0.5) / 6, "sports": math.log(0.3 / 0.05) / 6})


def test_what_is_written_freely_is_not_calibrated_and_it_says_so() -> None:
    plan = Plan("topic", "kin", (Column("c", "prompt", {"scoring": "generate", "calibration": "pmi"}),), samples=2)
    *_, end = compare(plan, parts(Biased()))
    assert end.runs[0].state == "done" and "nothing is calibrated" in end.runs[0].note


def test_the_mean_is_of_probabilities_and_no_likelihood_is_too_small() -> None:
    scores = [{"a": math.log(0.9), "b": math.log(0.1)}, {"a": math.log(0.5), "b": math.log(0.5)}, {"a": 0.0, "b": -9e9}]
    assert baseline(scores) == pytest.approx({"a": math.log(0.8), "b": math.log(0.2)})
    assert baseline(scores[:1]) == scores[0]
    assert FewShot().calibration == "none"
