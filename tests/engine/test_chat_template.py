"""What chat templates do with a prompt shows on a trial: a text that is dropped, a thought left open, an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.tiny_models import CHAT, THINKING, make_model, make_tokenizer

from xlt_core.engine.chat_template import closing
from xlt_core.engine.tokenization import PromptTokenizer
from xlt_core.hosts.local import LocalHost
from xlt_core.records import InputError, Message

PARTS = (
    "{% for m in messages %}<|{{ m.role }}|>\n{% for p in m.content %}{{ p.text }}{% endfor %}\n{% endfor %}"
    "<|assistant|>\n"
)
TYPED = PARTS.replace("{{ p.text }}", "{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}")
EITHER = PARTS.replace("{% for p", "{% if m.content is string %}{{ m.content }}{% else %}{% for p").replace(
    "{% endfor %}\n", "{% endfor %}{% endif %}\n", 1
)
STRICT = PARTS.replace("{{ p.text }}", "{{ p['text'] + '' }}")  # an error for a string
SHOTS = (
    Message("system", "Give the topic."),
    Message("user", "Text: abayizi"),
    Message("assistant", "health"),
    Message("user", "Text: ɗalibai"),
)


@pytest.mark.parametrize("template", [PARTS, TYPED, EITHER, STRICT], ids=["parts", "typed", "either", "strict"])
def test_every_text_reaches_a_model_whose_template_takes_content_in_parts(template: str) -> None:
    text = PromptTokenizer(make_tokenizer(template))
    sent = text.render(SHOTS)
    assert [sent.count(message.text) for message in SHOTS] == [1, 1, 1, 1]
    assert all(text.ends(("a", "ab")))


@pytest.mark.parametrize("end", ["<think>", "<think>\n", "<think>\n\n", "<thinking>\n", "<seed:think>"])
def test_a_thought_that_the_generation_prompt_opens_is_closed_before_the_answer(end: str) -> None:
    open_thought = CHAT.replace("<|assistant|>\n{%", f"<|assistant|>\n{end}{{%")
    tokenizer = make_tokenizer(open_thought)
    tag = end.strip()
    sent = PromptTokenizer(tokenizer).render(SHOTS[1:])
    assert sent.endswith(f"ɗalibai\n<|assistant|>\n{tag}\n\n</{tag[1:]}\n\n")


def test_labels_are_scored_behind_the_thought(tmp_path: Path) -> None:
    host = LocalHost(make_model(tmp_path, CHAT.replace("<|assistant|>\n{%", "<|assistant|>\n<think>{%")), device="cpu")
    *_, (_, reply) = host.score([SHOTS[1:]], [("health", "sports")])
    assert reply.sent.endswith("<|assistant|>\n<think>\n\n</think>\n\n")
    assert reply.tokens_in == len(host._tokenizer.encode([reply.sent])[0])


@pytest.mark.parametrize(
    ("generation_prompt", "closed"),
    [
        ("<|assistant|>\n", ""),
        ("<|assistant|>\n<think>\n\n</think>\n\n", ""),
        ("</s><|assistant|>\n<think>\nLet me see. ", "</think>\n\n"),
        ("[THINK]", "[/THINK]"),
        ("<|START_THINKING|><|END_THINKING|>", ""),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<|channel>thought\n", "<channel|>"),
        ("</think>", ""),
    ],
)
def test_what_closes_a_thought(generation_prompt: str, closed: str) -> None:
    assert closing(generation_prompt) == closed


def test_a_model_that_can_be_told_not_to_think_is_told_so() -> None:
    assert PromptTokenizer(make_tokenizer(THINKING)).render(SHOTS).endswith("<|assistant|>\n<think>\n\n</think>\n\n")


def test_the_opening_of_a_thought_in_a_text_opens_none() -> None:
    asked = (Message("user", "What does <think> do? <think>"),)
    assert PromptTokenizer(make_tokenizer(CHAT)).render(asked).endswith("<think>\n<|assistant|>\n")


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ raise_exception('never') }}", "refuses this prompt; choose another model, or mend it (never)."),
        ("{{ 1 + messages }}", "(unsupported operand type(s) for +: 'int' and 'list')."),
        ("{{ 1 / 0 }}", "(division by zero)."),
        ("{{ messages[7].content.x }}", "(list object has no element 7)."),
        ("{% for %}", "refuses this prompt"),
        ("{{ messages | nothing }}", "(No filter named 'nothing')."),
        ("{{ strftime_now(3) }}", "refuses this prompt"),
        ("<|user|>\n", "leaves out the text of a question; choose another model, or mend it."),
    ],
)
def test_a_template_that_cannot_be_used_is_one_sentence_when_the_model_is_described(
    tmp_path: Path, template: str, reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        LocalHost(make_model(tmp_path, template, layers=1), device="cpu")
    said = str(caught.value)
    assert said.startswith(f"The chat template of {tmp_path} ") and reason in said and "\n" not in said


def test_demonstrations_that_a_template_would_drop_are_refused() -> None:
    text = PromptTokenizer(make_tokenizer("{{ messages[-1].content }}"))
    assert text.render(SHOTS[1:2]) == "Text: abayizi"
    with pytest.raises(InputError, match=r"leaves out earlier turns; choose no demonstrations \(shots 0\)"):
        text.render(SHOTS)
    assert text.ends(("a", "ab")) == [[1], [1]]


def test_an_error_on_one_prompt_alone_is_a_sentence() -> None:
    picky = CHAT.replace("{{ bos_token }}", "{% if '%' in messages[0].content %}{{ 1 + messages }}{% endif %}")
    text = PromptTokenizer(make_tokenizer(picky))
    assert text.render(SHOTS)
    with pytest.raises(InputError, match=r"refuses this prompt; .*unsupported operand"):
        text.render((Message("user", "100 %"),))
