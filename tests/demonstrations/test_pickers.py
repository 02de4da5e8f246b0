"""Every picker: its contract, what it picks, and that the scored split's answers change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.flipped_gold import Flipped
from helpers.small_hosts import ENGLISH, KINYARWANDA, LABELS, Dictionary
from helpers.small_parts import SMALL, parts, plan

from xlt_core import catalog
from xlt_core.comparison.compare import compare
from xlt_core.comparison.preview import preview
from xlt_core.comparison.selection import draw, select
from xlt_core.contracts import Picker, Pool
from xlt_core.records import Example, InputError, Row

PER_ITEM = sorted(name for name, picker in catalog.pickers().items() if picker.per_item)
WORDS = ["umukino watangiye", "abakinnyi batsinze umukino", "ibitaro byuzuye", "umuganga mu bitaro", "inka zirisha"]


def row(number: int, text: str, label: str = "health", pivot: str = "") -> Example:
    english = Example(f"r{number}", {"text": pivot}, label, LABELS) if pivot else None
    return Example(f"r{number}", {"text": text}, label, LABELS, english)


def pool(rows: list[Example], shots: int = 2, **changes: object) -> Pool:
    return replace(Pool(tuple(rows), shots, 0, KINYARWANDA, KINYARWANDA, ENGLISH, Dictionary()), **changes)


def picked(name: str, given: Pool, text: str) -> list[str]:
    ((_, found),) = catalog.picker(name).prepare(given)([Example("x", {"text": text}, None, LABELS)])
    return [example.text for example in found.rows]


def end(**changes: object):
    *_, last = compare(replace(plan("votes", "linear", "prompt"), **changes), parts())
    return last


@pytest.mark.parametrize("name", sorted(catalog.pickers()))
def test_a_picker_keeps_the_contract(name):
    picker = catalog.picker(name)
    assert isinstance(picker, Picker) and picker.title and picker.summary
    rows = [row(i, f"{text} {i}", LABELS[i % 2], f"word {i}") for i, text in enumerate(WORDS * 2)]
    if not picker.per_item:
        ordered = picker.order(rows, 3)
        assert sorted(e.id for e in ordered) == sorted(e.id for e in rows) and ordered == picker.order(rows, 3)
        assert ordered != picker.order(rows, 4)
        return
    items = [Example(f"i{n}", {"text": text}, None, LABELS) for n, text in enumerate(WORDS)]
    found = dict(picker.prepare(pool(rows, 3))(items))
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert all(len(one.rows) == 3 and {e.id for e in one.rows} <= {e.id for e in rows} for one in found.values())


@pytest.mark.parametrize("name", ["similar", "bm25", "diverse", "spread"])
def test_the_nearest_row_stands_last(name):
    rows = [row(i, text, LABELS[i % 2]) for i, text in enumerate(WORDS)]
    assert picked(name, pool(rows), "abaganga mu bitaro by'umuganga")[-1] == "umuganga mu bitaro"


def test_characters_find_inflected_words_and_whole_words_do_not():
    rows = [row(0, "inka zirisha"), row(1, "batsinze"), row(2, "byuzuye")]
    assert picked("similar", pool(rows, 1), "abatsinze") == ["batsinze"]
    assert picked("bm25", pool(rows, 1), "batsinze cyane") == ["batsinze"]
    assert picked("bm25", pool(rows, 1), "abatsinze") == ["inka zirisha"]  # none is nearer: the first


def test_a_rare_word_counts_more():
    rows = [row(0, "mu nzu"), row(1, "mu mujyi"), row(2, "mu kirere"), row(3, "ibitaro byiza")]
    assert picked("bm25", pool(rows, 1), "mu mu ibitaro") == ["ibitaro byiza"]


def test_diverse_leaves_out_a_near_copy():
    rows = [row(0, "umukino warangiye neza"), row(1, "umukino warangiye nezaa"), row(2, "ibitaro byuzuye")]
    text = "umukino warangiye neza, ibitaro byuzuye"
    assert picked("similar", pool(rows[:2]), text) == ["umukino warangiye nezaa", "umukino warangiye neza"]
    text = "umukino warangiye neza rwose, ibitaro"
    assert "ibitaro byuzuye" not in picked("similar", pool(rows), text)
    assert picked("diverse", pool(rows), text) == ["ibitaro byuzuye", "umukino warangiye neza"]


def test_spread_shows_each_label():
    rows = [row(i, f"umukino {i}", "sports") for i in range(5)] + [row(9, "ibitaro", "health")]
    assert "ibitaro" in picked("spread", pool(rows), "umukino mwiza")
    assert "ibitaro" not in picked("similar", pool(rows), "umukino mwiza")


def test_what_is_nearest_in_english_is_found_by_the_translation():
    rows = [row(0, "aaa", pivot="a football match"), row(1, "bbb", pivot="a hospital was opened")]
    picker = catalog.picker("translated-similar")
    ((_, found),) = picker.prepare(pool(rows, 1))([Example("x", {"text": "yafunguye ibitaro"}, None, LABELS)])
    assert [e.text for e in found.rows] == ["bbb"]
    assert [(r.purpose, r.text) for r in found.replies] == [("translate to pick", "opened hospital")]
    ((_, found),) = picker.prepare(pool(rows, 1))([Example("x", {"text": "broken"}, None, LABELS)])
    assert "the translator broke" in found.error
    with pytest.raises(InputError, match="demonstrations-language eng"):
        picker.prepare(pool([row(0, "aaa")], 1))


@pytest.mark.parametrize("name", PER_ITEM)
def test_the_answers_of_the_scored_split_change_nothing(name):
    asked = replace(plan("votes", "linear", "prompt", "translate"), demonstrations_from=name, samples=20)
    flipped = Flipped()
    sides = [[*compare(asked, p)][-1] for p in (parts(), replace(parts(), dataset=lambda name: flipped))]
    assert len({e.answer for e in sides[0].runs[0].examples}) == 2
    for ours, theirs in zip(*(side.runs for side in sides), strict=True):
        assert ours.state == theirs.state == "done"
        answers = [{p.id: (p.answer, p.replies[-1].sent) for p in run.predictions} for run in (ours, theirs)]
        assert len(answers[0]) == 20 and answers[0] == answers[1]


def test_each_item_has_demonstrations_of_its_own_and_the_preview_shows_them():
    last = end(demonstrations_from="similar", shots=2)
    prompts = {p.id: p.replies[0].sent for p in last.runs[2].predictions}
    assert len({text.rpartition("user:")[0] for text in prompts.values()}) > 1
    assert last.plan.demonstrations is None and last.plan.shots == 2
    *_, shown = preview(last.plan, parts())
    first = last.runs[2].examples[0]
    assert shown["prompt"].text == prompts[first.id] and shown["votes"].notes[-1] == "no language model is asked"
    test = {example.text for example in SMALL.load("topic", "kin", "test")}
    assert not any(f"Text: {text}\nTopic:\nassistant" in prompt for text in test for prompt in prompts.values())


def test_translate_shows_the_picked_rows_in_english():
    *_, last = compare(replace(plan("translate"), demonstrations_from="similar", shots=2), parts())
    (run,) = last.runs
    assert run.state == "done" and not run.preparation
    purposes = [[r.purpose for r in p.replies] for p in run.predictions]
    assert all(one[0] == "translate input" and one[-1] == "answer" for one in purposes)
    translated = [r.sent for p in run.predictions for r in p.replies if r.purpose == "translate demonstration"]
    assert translated and len(translated) == len(set(translated))  # each row once
    assert all("opened hospital" in p.replies[-1].sent or "won match" in p.replies[-1].sent for p in run.predictions)


def test_english_rows_are_shown_as_they_are():
    given = replace(plan("prompt", "translate"), demonstrations_language="eng")
    *_, last = compare(given, parts())
    assert [run.state for run in last.runs] == ["done", "done"] and not last.runs[1].preparation
    assert last.plan.demonstrations_language == "eng"


def test_the_same_plan_selects_the_same_and_says_how_in_few_words():
    usual = select(plan(), parts()).plan
    assert usual.demonstrations == draw(plan(), parts()) and usual.demonstrations_from == "balanced"
    uniform = select(replace(plan(), demonstrations_from="random"), parts()).plan
    assert uniform.demonstrations != usual.demonstrations and select(uniform, parts()).plan == uniform
    similar = select(replace(plan(), demonstrations_from="similar", demonstrations_language="kin"), parts()).plan
    assert similar.demonstrations_language == "" and select(similar, parts()).plan == similar
    assert draw(replace(plan(), demonstrations_from="similar"), parts()) == ()
    assert select(replace(plan(), demonstrations_from="similar", shots=0), parts()).plan.demonstrations == ()


def test_what_cannot_be_picked_is_said():
    with pytest.raises(InputError, match="There is no picker of demonstrations 'nearest'"):
        select(replace(plan(), demonstrations_from="nearest"), parts())
    with pytest.raises(InputError, match="leave them out"):
        select(replace(plan(), demonstrations_from="similar", demonstrations=(Row("a", "health"),)), parts())
    last = end(demonstrations_from="similar", shots=50)
    assert {run.state for run in last.runs} == {"failed"} and "lower the shots" in last.runs[2].note


def test_signatures_change_with_the_picker():
    from xlt_core.comparison.compare import signatures

    made = [signatures(select(replace(plan("prompt"), demonstrations_from=name), parts()), parts())
            for name in ("balanced", "random", "similar", "bm25")]  # fmt: skip
    assert len(set(made)) == 4
