"""The sentences, over what is decisive, what is not, ties, one column and gaps."""

from dataclasses import replace

import pytest
from helpers.comparisons import comparison, grid

from xlt_core.findings import sentences as words
from xlt_core.findings.details import Confusion, Survival, pareto_front
from xlt_core.findings.findings import find
from xlt_core.findings.records import Aggregate, Average
from xlt_core.records import Run, Score

FAR = {"prompt": 0.4, "translate": 0.95, "laft": 0.4}


def level(one):
    """With laft as a copy of the first column."""
    return replace(one, runs=(*one.runs, replace(one.runs[0], name="laft", strategy="laft")))


def test_numbers_have_a_true_minus_and_no_minus_zero():
    assert [words.number(value) for value in (0.514, -0.3, -0.001, 1)] == ["0.51", "\u22120.30", "0.00", "1.00"]
    assert words.p_value(0.0004) == "p < 0.001" and words.p_value(0.0312) == "p = 0.031"
    assert words.listed(["a", "b", "c"]) == "a, b and c" and words.listed(["a"], "or") == "a" and words.listed([]) == ""
    assert [words.shots_of(k) for k in ([0, 2, 4], [1], [None])] == [
        "0, 2 and 4 shots",
        "1 shot",
        "the mean over shots",
    ]


def test_a_place_is_called_by_what_tells_it_apart():
    found = find([comparison(FAR), comparison(FAR, task="ner")])
    assert [words.title_of(condition, found) for condition in found.conditions] == [
        "Entities in Kinyarwanda",
        "Topic in Kinyarwanda",
    ]
    two = find([comparison(FAR), comparison(FAR, dataset="sib200")])
    assert [words.title_of(condition, two) for condition in two.conditions] == [
        "Topic (sib200) in Kinyarwanda", "Topic (world) in Kinyarwanda"]  # fmt: skip


def test_the_lead_is_said_with_its_size():
    found = find(grid(FAR, ["kin"]))
    said = words.lead(found, found.leaders[0])
    assert said.startswith("translate (0.9") and "it is ahead of" in said and "chance" not in said
    assert "prompt by 0." in said and "laft by 0." in said
    close = find(grid({"prompt": 0.6, "translate": 0.62, "laft": 0.02}, ["kin"], seeds=(0,)))
    said = words.lead(close, close.leaders[0])
    assert "it is ahead of laft by" in said and "may be chance" in said
    two = find(grid({"prompt": 0.6, "translate": 0.62}, ["kin"], seeds=(0,)))
    assert "scores highest: its lead over" in words.lead(two, two.leaders[0])


def test_a_lead_that_is_none_is_not_claimed():
    tie = find([level(comparison({"prompt": 0.9}))])
    assert words.lead(tie, tie.leaders[0]).startswith("prompt and laft are level at 0.")
    assert words.where_best(tie) == "Of the pairs of task and language, in 1 of 1 the best are level."
    alone = find([comparison({"prompt": 0.6})])
    assert "nothing to compare" in words.lead(alone, alone.leaders[0])
    assert words.where_best(alone).startswith("Nothing is compared")
    assert words.over_shots(alone, alone.conditions[0]) == words.lead(alone, alone.leaders[0])


def test_shots_are_told_with_leaders_and_trend():
    found = find(grid(FAR, ["kin"], shots=(0, 2, 4)))
    said = words.over_shots(found, found.conditions[0])
    assert said.startswith("translate scores highest at every number of shots, decisively at each. From 0 to 4 shots: ")
    assert said.count("prompt") == said.count("laft") == 1
    changing = [
        *grid(FAR, ["kin"], shots=(0,)),
        *grid({"prompt": 0.95, "translate": 0.4, "laft": 0.3}, ["kin"], shots=(8,)),
    ]
    said = words.over_shots(find(changing), found.conditions[0])
    assert "prompt scores highest at 8 shots" in said and "translate scores highest at 0 shots" in said
    doubtful = find(grid({"prompt": 0.6, "translate": 0.61}, ["kin"], shots=(0, 2), items=20))
    assert "but nowhere decisively" in words.over_shots(doubtful, doubtful.conditions[0])
    ties = find([level(comparison({"prompt": 0.9}, shots=shots)) for shots in (0, 2)])
    assert words.over_shots(ties, ties.conditions[0]).startswith("At 0 and 2 shots the best are level.")
    alone = find(grid({"prompt": 0.6}, ["kin"]))
    assert words.over_shots(alone, alone.conditions[0]).startswith("From 0 to 2 shots: prompt ")


def test_a_gap_in_the_grid_is_said():
    made = grid(FAR, ["kin", "hau"])
    lame = [replace(one, runs=one.runs[:1]) if one.plan.language == "hau" else one for one in made]
    found = find(lame)
    assert words.where_best(found) == (
        "Of the pairs of task and language, translate scores highest in 1 of 1, decisively in 1. "
        "In 1 more, only one column has a score."
    )
    hausa = next(condition for condition in found.conditions if condition.language == "hau")
    assert "no column is shown to be above chance" in words.over_shots(found, hausa)
    assert [condition.language for condition in found.complete] == ["kin"]
    halves = [one.runs[:2] if one.plan.language == "hau" else one.runs[2:] for one in made]
    apart = find([replace(one, runs=runs) for one, runs in zip(made, halves, strict=True)])
    assert not apart.averages and words.costs(apart, "tokens_per_word").startswith(
        "There are no places where every column"
    )


@pytest.mark.parametrize(("aggregate", "sentence"), [
    (Aggregate(4, "prompt", "laft", 9, -0.2, 0, 9, 0.004, 0.012),
     "laft scores higher than prompt in 9 of 9 pairs of task and language (mean difference 0.20, p = 0.004, p = 0.012 "
     "after correction)."),
    (Aggregate(4, "prompt", "laft", 3, 0.2, 3, 0, 0.25, 0.75),
     "prompt scores higher than laft in 3 of 3 pairs of task and language (mean difference 0.20). Whether other tasks "
     "and languages would show the same cannot be concluded from so few: p is never under 0.250 here; it takes 6 "
     "pairs."),
    (Aggregate(4, "prompt", "laft", 6, 0.2, 6, 0, 0.03125, 0.09375, 3),
     "prompt scores higher than laft in 6 of 6 pairs of task and language (mean difference 0.20). Whether other tasks "
     "and languages would show the same cannot be concluded from so few: p is never under 0.094 here; it takes 7 "
     "pairs."),
    (Aggregate(4, "prompt", "laft", 7, 0.2, 5, 2, 0.3, None),
     "prompt scores higher than laft in 5 of 7 pairs of task and language (mean difference 0.20, p = 0.300). This may "
     "be chance."),
    (Aggregate(4, "prompt", "laft", 9, 0.0, 0, 0, None, 1.0), "prompt and laft score the same in all 9."),
])  # fmt: skip
def test_pairs_over_places(aggregate, sentence):
    assert words.over_conditions(aggregate) == sentence


def average(column, shots, score, seconds):
    return Average(shots, column, Score(score, score, score), None, seconds)


def test_the_front_is_what_no_other_beats():
    rows = (("a", 0.5, 1.0), ("b", 0.4, 2.0), ("c", 0.9, 3.0), ("d", 0.9, 4.0), ("e", 0.3, 1.0))
    points = [average(column, 0, score, seconds) for column, score, seconds in rows]
    assert [one.column for one in pareto_front(points, "seconds_per_item")] == ["a", "c"]
    assert pareto_front([], "seconds_per_item") == []


def test_costs_name_the_best_the_cheapest_and_the_idle():
    found = find(grid({"prompt": 0.4, "translate": 0.95, "laft": 0.3}, ["kin", "hau"], shots=(0,)))
    said = words.costs(found, "seconds_per_item")
    assert "is that of translate at 0 shots (0.2 s an item); the cheapest is prompt at 0 shots (0.1 s an item)" in said
    assert said.endswith("For laft there is always another that scores as high for no more.")
    one = find(grid({"prompt": 0.4}, ["kin"], shots=(0,)))
    assert words.costs(one, "tokens_per_word").endswith("prompt at 0 shots (1.57 tokens a word).")
    assert words.amount(0.0123, "seconds_per_item") == "12.3 ms an item"


def test_outputs_that_could_not_be_read_are_told_apart():
    one = comparison(FAR, items=10)
    broken = replace(
        one.runs[0], predictions=tuple(replace(p, valid=i < 4) for i, p in enumerate(one.runs[0].predictions))
    )
    said = words.readable(find([replace(one, runs=(broken, *one.runs[1:]))]).cells)
    assert said == "Not all outputs could be read: 40% of those of prompt at 0 shots."
    assert words.readable(find([one]).cells) == "All outputs could be read."
    few = [replace(c, valid=0.98) for c in find([one]).cells]
    assert words.readable(few) == "At least 98% of each column's outputs could be read."
    assert words.readable([replace(c, valid=0.998) for c in few]) == (
        "At least 99% of each column's outputs could be read.")  # fmt: skip
    assert words.readable(()) == "No output was read."


def test_the_most_frequent_mistake_is_named():
    condition = find([comparison(FAR)]).conditions[0]
    counts = {("a", "a"): 5, ("a", "b"): 3, ("b", "a"): 1, ("b", "(not readable)"): 4}
    assert words.confused(Confusion(condition, 0, "prompt", "prompt", ("a", "b"), counts)) == (
        "prompt most often says b where a is right (3 of 8); 4 of 13 answers could not be read.")  # fmt: skip
    right = Confusion(condition, 0, "prompt", "prompt", ("a",), {("a", "a"): 5})
    assert words.confused(right) == "prompt takes no label for another."


def test_what_survives_is_counted():
    condition = find([comparison(FAR)]).conditions[0]
    rows = [Survival(condition, 0, "translate", "PER", 10, {"exact": 8, "fuzzy": 1, "translated": 0}, 0),
            Survival(condition, 0, "translate", "DATE", 10, {"exact": 0, "fuzzy": 0, "translated": 4}, 2)]  # fmt: skip
    assert words.survived(rows) == (
        "Of 20 entities 13 (65%) come out right by way of English: 8 as written, 1 nearly as written and 4 translated "
        "back. Worst fares DATE (40%), best PER (90%). 2 that the model named in English could not be found again in "
        "the text."
    )
    assert "Worst" not in words.survived(rows[:1])
    assert words.survived([replace(rows[0], gold=0)]) == "There are no entities to follow."


def test_nothing_finished_says_nothing_wrong():
    empty = find([replace(comparison(FAR), runs=(Run("prompt", "prompt", "failed", "out of memory"),))])
    assert words.where_best(empty).startswith("Nothing is compared") and empty.missing[0].reason == "out of memory"
