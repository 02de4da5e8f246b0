"""Thoughts before the answer: how they are asked for and shown, who writes them, and where the answer is read."""

from __future__ import annotations

from dataclasses import replace

from helpers.small_hosts import KINDS, SHOWN, Generating, Scoring, prepared, setting, shown, solved, topic

from xlt_core.records import Example, Prompt, Reply, Span
from xlt_core.strategies.reason import Reasoned
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

ROWS = (
    replace(SHOWN[0], texts={"text": SHOWN[0].text, "reasoning": "A hospital is\nabout health."}),
    topic("d2", "Kato yatsinze umukino", "sports", pivot="Kato won the match"),
)
PROMPT = """\
system: Read the news text and name its topic, one of: health, sports. Think step by step in English. \
Then write "The answer is:" and the answer.
user: Text: Aline yafunguye ibitaro
Topic:
assistant: A hospital is about health.
The answer is: health
user: Text: Kato yatsinze umukino
Topic:
assistant: The answer is: sports
user: Text: Musa yaje
Topic:"""


def test_demonstrations_are_shown_with_the_reasoning_that_they_have() -> None:
    given = setting(Topic(), Scoring(), ROWS)
    assert shown(Reasoned(), given, topic("1", "Musa yaje")) == PROMPT
    assert prepared(Reasoned(), given)[1] == ["1 demonstration without a reasoning: the answer alone is shown"]
    assert "step by step in Kinyarwanda. Then" in shown(Reasoned(language="target"), given, topic("1", "x"))
    translated = shown(Reasoned(language="English after a translation"), given, topic("1", "x"))
    assert "First translate the text to English. Think step by step in English." in translated
    assert "assistant: English: Kato won the match\nThe answer is: sports" in translated


def test_the_model_writes_the_reasoning_that_is_missing_and_that_is_said() -> None:
    def write(prompt: Prompt) -> str:
        return "Because of the match.\nMore" if prompt[-1].text.endswith("Reasoning:") else "The answer is: sports"

    given = setting(Topic(), Generating(write), ROWS)
    solver, said = prepared(Reasoned(written=True), given)
    sent = [step.sent for step in said if isinstance(step, Reply) and step.final]
    assert sent == [
        "system: Explain in one sentence in English why the answer is right.\n"
        "user: Text: Kato yatsinze umukino\nTopic: sports\nReasoning:"
    ]
    assert said[-1] == "the model wrote the reasoning of 1 demonstration, told the answer"
    prompt, _, _ = solver.preview(topic("1", "x"))
    assert prompt[4].text == "Because of the match.\nThe answer is: sports"


def test_the_answer_is_read_behind_the_mark_for_every_kind() -> None:
    def told(output: str) -> Generating:
        return Generating(lambda prompt: output)

    made = solved(Reasoned(), setting(Topic(), told("It may be sports.\nThe answer is: health"), ()), topic("1", "x"))
    assert made["1"].answer == "health"
    made = solved(Reasoned(), setting(Topic(), told("It is about sports."), ()), topic("1", "x"))
    assert (made["1"].answer, made["1"].valid) == (None, False)
    asked = Example("1", {"text": "Aline yaje i Huye"}, None, KINDS)
    made = solved(Reasoned(), setting(Ner(), told("Aline is a name. The answer is: PER: Aline"), ()), asked)
    assert made["1"].answer == (Span("Aline", "PER", 0, 5),)
    made = solved(Reasoned(), setting(Summary(), told("Short.\nThe answer is: Aline yaje"), ()), asked)
    assert made["1"].answer == "Aline yaje"


def test_thoughts_end_where_another_item_begins() -> None:
    class Limited(Generating):
        def generate(self, prompts, adapter="", limits=None):
            self.limits = limits
            return super().generate(prompts, adapter, limits)

    host = Limited(lambda prompt: "The answer is: health")
    solved(Reasoned(tokens=100), setting(Topic(), host, ()), topic("1", "x"))
    assert host.limits.stop == ("\n\nText:", "\nText:") and host.limits.tokens == 100
