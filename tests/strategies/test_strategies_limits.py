"""What does not fit, fails, or is off: the context, failing items, bad knobs and demonstrations, missing adapters."""

from __future__ import annotations

import pytest
from helpers.small_hosts import ENGLISH, SHOWN, Adapting, Generating, Scoring, prepared, setting, solved, topic

from xlt_core.contracts import Strategy
from xlt_core.records import Example, InputError, Language, Limits, Prompt, Reply
from xlt_core.strategies.laft import Adapted
from xlt_core.strategies.prompt import InLanguage
from xlt_core.strategies.translate import Translated
from xlt_core.tasks.topic import Topic


def test_demonstrations_go_first_from_the_far_end() -> None:
    host = Scoring(context=1000)
    rows = [topic(f"d{n}", f"row{n} " + "word " * 8, "health") for n in range(8)]
    given = setting(Topic(), host, rows)
    full = host.count(prepared(InLanguage(), given)[0].preview(topic("1", "x"))[0]) + 8
    for context, kept in ((full, 8), (full - 1, 7), (full - 50, 4)):
        host.context, host.counts = context, 0
        prompt, notes, _ = prepared(InLanguage(), given)[0].preview(topic("1", "x"))
        assert host.counts <= 5
        assert host.count(prompt) + 8 <= context
        assert [m.text.split()[1] for m in prompt if m.role == "user"][:-1] == [f"row{n}" for n in range(8 - kept, 8)]
        dropped = f"{8 - kept} demonstration{'s' if kept < 7 else ''} dropped to fit the model's {context} tokens"
        assert notes == ((dropped,) if kept < 8 else ())


def test_then_the_text_is_cut() -> None:
    host = Scoring(context=60)
    prompt, notes, _ = prepared(InLanguage(), setting(Topic(), host))[0].preview(topic("1", "word " * 500))
    assert [message.role for message in prompt] == ["system", "user"]
    assert 50 <= host.count(prompt) + 8 <= 60
    assert prompt[-1].text.startswith("Text: word word")
    assert notes[0] == "2 demonstrations dropped to fit the model's 60 tokens"
    assert notes[1].startswith("text cut to its first ") and notes[1].endswith(
        " characters to fit the model's 60 tokens"
    )


def test_ten_megabytes_are_cut_with_few_counts() -> None:
    for strategy in (InLanguage(), Translated()):
        host = Scoring(context=60)
        answer = solved(strategy, setting(Topic(), host), topic("1", "sports " * 1_500_000))["1"]
        assert answer.answer == "sports" and any(note.startswith("text cut") for note in answer.notes)
        assert host.counts < 40


def test_all_items_share_the_demonstrations_where_they_fit() -> None:
    answers = solved(
        InLanguage(), setting(Topic(), Scoring(context=60)), *[topic(str(n), "x " * n) for n in (1, 2, 3, 50)]
    )
    kept = {id: answer.replies[0].sent.count("assistant") for id, answer in answers.items()}
    assert kept == {"1": 2, "2": 2, "3": 2, "50": 0}


def test_an_instruction_that_leaves_no_room() -> None:
    solver, _ = prepared(InLanguage(instruction="word " * 60), setting(Topic(), Scoring(context=60)))
    with pytest.raises(InputError, match="leaves no room"):
        solver.preview(topic("1", "x"))


def test_a_failing_item_harms_no_other() -> None:
    def write(prompt: Prompt) -> str:
        if "bad" in prompt[-1].text:
            raise RuntimeError("out of memory")
        return "sports"

    rows = [topic(str(n), "bad" if n in (2, 3) else "good") for n in range(6)]
    answers = solved(InLanguage(), setting(Topic(), Generating(write)), *rows, topic("empty", " \n"))
    assert {id: answer.error for id, answer in answers.items() if answer.error} == {
        "2": "out of memory",
        "3": "out of memory",
        "empty": "The text is empty; write one.",
    }
    assert all(answer.answer == "sports" for answer in answers.values() if not answer.error)


def test_a_host_that_is_down_fails_the_column() -> None:
    def write(prompt: Prompt) -> str:
        raise ConnectionError("no route")

    solver, _ = prepared(InLanguage(), setting(Topic(), Generating(write)))
    with pytest.raises(ConnectionError):
        list(solver([topic(str(n), "x") for n in range(5)]))
    assert solved(InLanguage(), setting(Topic(), Generating(write)), topic("1", "x"))["1"].error == "no route"


def test_stop_closes_the_host() -> None:
    closed = []

    class Closing(Generating):
        def generate(self, prompts, adapter="", limits=Limits()):
            try:
                yield 0, Reply("", "", "x", final=False)
                yield 0, Reply("", "", "x")
            finally:
                closed.append(True)

    solver, _ = prepared(InLanguage(), setting(Topic(), Closing()))
    running = solver([topic("1", "x")])
    next(running)
    running.close()
    assert closed == [True]


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (InLanguage(order="sideways"), "order cannot be 'sideways'; choose one of shuffled, as edited"),
        (InLanguage(normalise="yes"), "normalise cannot be 'yes'"),
        (InLanguage(label_words="health"), "Label words cannot be read at 'health'"),
        (InLanguage(label_words="health="), "Label words cannot be read"),
        (InLanguage(label_words="weather=ikirere"), "weather, which is no label here; the labels are health, sports"),
        (InLanguage(label_words="health=x, sports=X"), "same word"),
        (Translated(pivot="nobody"), "pivot cannot be"),
    ],
)
def test_bad_knobs(strategy: Strategy, message: str) -> None:
    with pytest.raises(InputError, match=message):
        prepared(strategy, setting(Topic(), Adapting()))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (topic("d", "x", None), "Demonstration 3 has no answer"),
        (topic("d", "x", " "), "Demonstration 3 has no answer"),
        (topic("d", " ", "health"), "Demonstration 3 has no text"),
        (topic("d", "x", "weather"), "Demonstration 3 has 'weather', which is none of health, sports"),
    ],
)
def test_bad_demonstrations(row: Example, message: str) -> None:
    for strategy in (InLanguage(), Translated(), Adapted()):
        with pytest.raises(InputError, match=message):
            prepared(strategy, setting(Topic(), Adapting(), (*SHOWN, row)))


def test_no_labels_and_no_room() -> None:
    solver, _ = prepared(InLanguage(), setting(Topic(), Scoring(), ()))
    with pytest.raises(InputError, match="no label to choose from"):
        solver.preview(Example("1", {"text": "x"}))
    with pytest.raises(InputError, match="output limit of 8 tokens"):
        prepared(InLanguage(), setting(Topic(), Scoring(context=8)))


def test_the_adapter_is_the_first_or_the_one_named() -> None:
    for adapter, used in (("", "kin-1"), ("kin-2", "kin-2"), ("folder/mine", "folder/mine")):
        host = Adapting()
        assert solved(Adapted(adapter=adapter), setting(Topic(), host), topic("1", "sports"))["1"].answer == "sports"
        assert host.adapter == used
    host = Adapting()
    solved(InLanguage(), setting(Topic(), host), topic("1", "x"))
    assert host.adapter == ""


@pytest.mark.parametrize("language", [Language("lug", "Luganda"), ENGLISH])
def test_no_adapter_for_the_language(language: Language) -> None:
    with pytest.raises(
        InputError, match=f"There is no model adapted to {language.name} by laft: train one on the page Adapt"
    ):
        prepared(Adapted(), setting(Topic(), Adapting(), language=language))
