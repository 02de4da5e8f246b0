"""The language model as its own translator: what it is asked, what it is shown, and what is made of its answers."""

from __future__ import annotations

import pytest
from helpers.small_hosts import ENGLISH, KINYARWANDA, Adapting, Generating
from helpers.small_parts import SMALL, parts, plan

from xlt_core import catalog
from xlt_core.comparison.compare import compare, demonstrations_of, examples_of, resolve
from xlt_core.records import InputError, Prompt, Row
from xlt_core.translators.llm import Llm

ROWS = (Row("Umuganga yaje.", english="The doctor came."), Row("Imvura\nyaguye.", english="It rained."))


def shouted(prompt: Prompt) -> str:
    """The text that is to be translated, in capitals."""
    return prompt[-1].text.split(": ", 1)[1].split("\n")[0].upper()


def replies(translator: Llm, *texts: str, back: bool = False) -> dict[int, list]:
    ends = (ENGLISH, KINYARWANDA) if back else (KINYARWANDA, ENGLISH)
    found: dict[int, list] = {}
    for index, reply in translator.translate(texts, *ends):
        found.setdefault(index, []).append(reply)
    return found


def test_it_is_asked_in_turns_and_shown_the_rows_in_the_direction_of_the_text() -> None:
    host = Generating(shouted)
    (_, into), (_, out) = (replies(Llm(host, ROWS), "Bite se?", back=back)[0] for back in (False, True))
    assert into.sent == (
        "system: Translate from Kinyarwanda to English.\n"
        "user: Kinyarwanda: Umuganga yaje.\nEnglish:\nassistant: The doctor came.\n"
        "user: Kinyarwanda: Imvura yaguye.\nEnglish:\nassistant: It rained.\n"
        "user: Kinyarwanda: Bite se?\nEnglish:"
    )
    assert (
        into.text == "BITE SE?" and "user: English: It rained.\nKinyarwanda:\nassistant: Imvura yaguye.\n" in out.sent
    )
    assert replies(Llm(host), "Bite?")[0][-1].sent.startswith("system: Translate from Kinyarwanda to English.\nuser: K")


@pytest.mark.parametrize(
    "before", ["<think>Doctor?</think>\n", "Here is the translation:\n\n", "Sure! Here's the sentence: "]
)
def test_what_stands_before_a_translation_is_no_part_of_it(before: str) -> None:
    made = replies(Llm(Generating(lambda prompt: before + shouted(prompt))), "Bite se?")
    assert made[0][-1].text == "BITE SE?"


def test_lines_are_translated_one_by_one_and_streamed() -> None:
    made = replies(Llm(Generating(shouted)), "rimwe kabiri\n\ngatatu. kane")[0]
    assert [(reply.text, reply.final) for reply in made] == [
        ("GATATU.", False),
        ("GATATU. KANE", False),
        ("RIMWE\n\nGATATU. KANE", False),
        ("RIMWE KABIRI\n\nGATATU. KANE", True),
    ]
    assert [sent.splitlines()[-2:] for sent in made[-1].sent.split("\n\n")] == [
        ["user: Kinyarwanda: rimwe kabiri", "English:"],
        ["user: Kinyarwanda: gatatu. kane", "English:"],
    ]


def test_nothing_is_asked_twice_and_nothing_for_an_empty_text() -> None:
    host = Generating(shouted)
    translator = Llm(host)
    made = replies(translator, "a", " ", "a", "b")
    assert [made[index][-1].text for index in range(4)] == ["A", " ", "A", "B"]
    assert replies(translator, "b")[0][-1].text == "B" and host.batches == [2]
    assert replies(translator, "b", back=True)[0][-1].text == "B" and host.batches == [2, 1]


@pytest.mark.parametrize("context", [60, 100, 300])
def test_every_prompt_leaves_room_for_its_translation(context: int) -> None:
    host = Generating(shouted, context=context)
    asked: list[tuple[int, int]] = []
    generate = host.generate

    def watched(prompts, adapter="", limits=None):
        asked.extend((host.count(prompt), limits.tokens) for prompt in prompts)
        return generate(prompts, adapter, limits)

    host.generate = watched
    words = [f"ijambo{n}" for n in range(200)]
    text = replies(Llm(host, ROWS * 20), " ".join(words))[0][-1].text
    assert text == " ".join(words).upper()
    assert all(tokens + most <= context and most >= tokens / 8 for tokens, most in asked)


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(InputError, match="llm does not search with beams"):
        list(Llm(Generating()).translate(["a"], KINYARWANDA, ENGLISH, 2))
    with pytest.raises(InputError, match="have no room for a translation"):
        replies(Llm(Generating(context=20)), "a")
    mute = type("Mute", (), {"name": "mute", "revision": "1", "context": 100})()
    with pytest.raises(InputError, match="needs a model that generates"):
        replies(Llm(mute), "a")


def test_its_revision_is_the_models_and_the_rows() -> None:
    other = Generating()
    other.revision = "other"
    kinds = [Llm(Generating()), Llm(other), Llm(Generating(), ROWS), Llm(Generating(), ROWS[:1])]
    assert len({kind.revision for kind in kinds}) == 4 and Llm(Generating(), ROWS).revision == kinds[2].revision
    assert not kinds[0].lacks(catalog.language("bbj"))


@pytest.mark.parametrize("split", ["test", "train"])
def test_a_comparison_shows_it_rows_that_are_no_items_and_no_demonstrations(split: str) -> None:
    host = Adapting(shouted)
    given = plan("prompt", "translate", task="summary", translator="llm", shots=2, samples=4, split=split)
    *_, last = compare(given, parts(host))
    run = last.runs[1]
    assert run.state == "done" and len(run.predictions) == 4
    item = run.predictions[0].replies[0]
    assert item.purpose == "translate input" and item.sent.count("assistant: ") == 4
    resolved = resolve(given, parts(host))
    plain = [*examples_of(resolved, parts(host)), *demonstrations_of(resolved, parts(host))]
    shown = {turn.split("\n")[0] for turn in item.sent.split("user: Kinyarwanda: ")[1:-1]}
    train = {example.text: example.pivot.text for example in SMALL.load("summary", "kin", "train")}
    assert len(shown) == 4 and shown <= set(train) and not shown & {example.text for example in plain}
    assert all(f"{text}\nEnglish:\nassistant: {train[text]}\n" in item.sent for text in shown)
    assert run.predictions[0].answer and run.predictions[0].replies[-1].purpose == "translate answer back"


def test_typed_texts_in_a_language_without_rows_are_translated_without_any() -> None:
    given = plan("translate", task="topic", translator="llm", language="yor", inputs=(Row("Bawo ni"),), shots=0)
    *_, last = compare(given, parts(Adapting(shouted)))
    assert last.runs[0].state == "done" and "assistant" not in last.runs[0].predictions[0].replies[0].sent
