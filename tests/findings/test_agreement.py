"""Which columns are right together, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

from helpers.comparisons import comparison

from xlt_core.catalog import task
from xlt_core.cli.printing import table
from xlt_core.findings.agreement import agreement, sentence
from xlt_core.records import Comparison, Example, Plan, Prediction, Run
from xlt_core.ui.items.agreement import agreement_html

LABELS = ("health", "sports")


def made(**answers: str) -> Comparison:
    """A column for each keyword: a letter an item, h or s; the gold answers are all health."""
    size = len(next(iter(answers.values())))
    examples = tuple(Example(str(n), {"text": "x"}, "health", LABELS) for n in range(size))
    words = {"h": "health", "s": "sports"}
    runs = tuple(Run(name, name, "done", examples=examples, predictions=tuple(
        Prediction(str(n), words.get(letter), valid=letter in words, error="" if letter in words else "off")
        for n, letter in enumerate(letters))) for name, letters in answers.items())  # fmt: skip
    return Comparison(Plan("topic", "kin"), runs)


def test_the_sets_are_counted_and_said() -> None:
    found = agreement(made(prompt="hhhss", linear="hhshs"), "macro_f1")
    assert found.sets == ((("prompt", "linear"), 2), ((), 1), (("linear",), 1), (("prompt",), 1))
    assert (found.items, found.right, found.reachable) == (5, {"prompt": 3, "linear": 3}, 4)
    assert sentence(found) == (
        "Both are right on 2 of 5 items, none is right on 1, only linear is right on 1, otherwise on 1. The best fixed "
        "column is prompt with 3 right; the best of each item, which nothing can know, would have 4."
    )


def test_items_without_a_result_are_left_out() -> None:
    found = agreement(made(prompt="hh-", linear="hsh"), "macro_f1")
    assert found.items == 2 and found.right == {"prompt": 2, "linear": 1}


def test_columns_that_take_over_others_answers_are_no_sets_of_their_own() -> None:
    found = agreement(made(prompt="hs", linear="sh", ensemble="hh", oracle="hh", majority="hh"), "macro_f1")
    assert list(found.right) == ["prompt", "linear"]
    assert agreement(made(prompt="hs", oracle="hh"), "macro_f1") is None
    running = made(prompt="hs", linear="hh")
    assert agreement(replace(running, runs=(running.runs[0], replace(running.runs[1], state="running"))), "f1") is None


def test_the_picture_and_the_command_line_tell_it() -> None:
    shown = agreement_html(made(prompt="hhhss", linear="hhshs"), "macro_f1")
    assert shown.count("<tr>") == 5 and shown.count("aria-label='right'") == 4 and "width:40.0%" in shown
    assert "none is right on 1" in shown
    many = {f"c{n}": "".join("h" if i >> n & 1 else "s" for i in range(16)) for n in range(4)}
    assert "other sets" in agreement_html(made(**many), "macro_f1")
    assert agreement_html(made(prompt="hs"), "macro_f1") == ""
    assert "right together: " in table(comparison({"prompt": 0.9, "translate": 0.4}), task("topic"))
