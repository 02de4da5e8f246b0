"""What is found in comparisons whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.comparisons import comparison, grid

from xlt_core.findings.details import INVALID, confusions, survivals
from xlt_core.findings.findings import find
from xlt_core.records import Comparison, Prediction, Run, Span
from xlt_core.scoring.corrections import holm, signed_rank
from xlt_core.scoring.item_answers import common_items
from xlt_core.scoring.metrics import measure
from xlt_core.scoring.significance import MCNEMAR

FAR = {"prompt": 0.4, "translate": 0.9, "laft": 0.4}
LANGUAGES = ("kin", "hau", "lug", "yor", "swa", "ibo")


def test_a_cell_is_the_mean_over_seeds():
    made = grid(FAR, ["kin"], shots=(2,), seeds=(0, 1, 2))
    (condition,) = find(made).conditions
    cell = find(made).cell(condition, 2, "prompt")
    marked = [common_items(one.runs[0])[0] for one in made]
    values = [measure(["macro_f1"], one.golds, one.answers)["macro_f1"].value for one in marked]
    assert list(cell.by_seed.values()) == pytest.approx(values) and list(cell.by_seed) == [0, 1, 2]
    assert cell.score.value == pytest.approx(np.mean(values))
    assert cell.score.low < cell.score.value < cell.score.high
    assert cell.items == 42 and cell.errors == 0 and cell.valid == 1.0


def test_costs_are_per_word_and_per_item():
    found = find([comparison(FAR, items=10)])
    costs = [(c.tokens_per_word, c.seconds_per_item) for c in found.cells if c.shots == 0]
    assert costs == [pytest.approx((11 * condition / 7, 0.1 * condition)) for condition in (1, 2, 3)]
    bare = comparison(FAR, items=3)
    runs = [replace(r, predictions=tuple(replace(p, replies=()) for p in r.predictions)) for r in bare.runs]
    assert {(c.tokens_per_word, c.seconds_per_item) for c in find([replace(bare, runs=tuple(runs))]).cells} == {
        (None,) * 2
    }


def test_the_leader_is_decisive_where_each_other_is_behind():
    found = find(grid(FAR, ["kin"]))
    (overall,) = [leader for leader in found.leaders if leader.shots is None]
    assert (overall.column, overall.decisive, overall.undecided, overall.tied) == ("translate", True, (), ())
    assert overall.columns[0] == "translate"
    close = find(grid({"prompt": 0.6, "translate": 0.61}, ["kin"], items=20))
    assert all(not leader.decisive and len(leader.undecided) == 1 for leader in close.leaders)
    alone = find(grid({"prompt": 0.6}, ["kin"]))
    assert all(not leader.decisive and leader.columns == ("prompt",) for leader in alone.leaders)


def test_columns_with_the_same_answers_are_level():
    one = comparison({"prompt": 0.6})
    two = replace(one, runs=(*one.runs, replace(one.runs[0], name="laft", strategy="laft")))
    leader = find([two]).leaders[0]
    assert (leader.tied, leader.decisive) == (("laft",), False)
    assert find([two]).contrasts[0].test.p == 1.0


def test_a_test_reads_either_way_round():
    found = find(grid(FAR, ["kin"]))
    (condition,) = found.conditions
    one, other = (
        found.contrast(condition, 2, "prompt", "translate"),
        found.contrast(condition, 2, "translate", "prompt"),
    )
    assert one.difference == -other.difference < 0 and (one.low, one.high) == (-other.high, -other.low)
    assert found.contrast(condition, 2, "prompt", "translate", MCNEMAR).metric == "accuracy"
    assert found.contrast(condition, 2, "prompt", "nobody") is None


def test_the_tests_are_corrected_over_their_table():
    found = find(grid(FAR, LANGUAGES, items=30))
    rows = [c.test for c in found.contrasts if c.shots is not None and c.test.metric == "macro_f1"]
    assert len(rows) == 6 * 2 * 3 and [test.p_holm for test in rows] == pytest.approx(holm([test.p for test in rows]))
    means = [c.test for c in found.contrasts if c.shots is None and c.test.metric == "macro_f1"]
    assert [test.p_holm for test in means] == pytest.approx(holm([test.p for test in means])) and len(means) == 18
    # So many tests leave no room for p-values as coarse as 2,000 swaps give.
    assert min(test.p for test in rows) < 1 / 2001


def test_the_signed_rank_test_is_over_languages_and_tasks():
    found = find(grid(FAR, LANGUAGES[:3], tasks=("topic", "ner")))
    row = next(a for a in found.aggregates if (a.shots, a.a, a.b) == (2, "prompt", "translate"))
    moved = [found.contrast(condition, 2, "prompt", "translate").difference for condition in found.conditions]
    assert row.p == signed_rank(moved) == 0.03125 and (row.conditions, row.ahead, row.behind) == (6, 0, 6)
    assert row.difference == pytest.approx(np.mean(moved)) and row.p_holm >= row.p
    assert not find(grid(FAR, ["kin"])).aggregates


def test_averages_are_over_the_places_that_have_everything():
    made = grid(FAR, LANGUAGES[:3])
    lame = [
        replace(one, runs=one.runs[:2]) if (one.plan.language, one.plan.shots) == ("lug", 2) else one for one in made
    ]
    found = find(lame)
    assert {condition.language for condition in found.complete} == {"kin", "hau"} and len(found.conditions) == 3
    mean = next(a for a in found.averages if (a.shots, a.column) == (0, "translate"))
    cells = [found.cell(condition, 0, "translate").score for condition in found.complete]
    assert mean.score.value == pytest.approx(np.mean([score.value for score in cells]))
    assert mean.score.high - mean.score.low < np.mean([score.high - score.low for score in cells])


def test_a_column_that_few_places_have_does_not_take_the_averages_away():
    made = [*grid(FAR, LANGUAGES[:3]), *grid({**FAR, "rare": 0.5}, ["yor"])]
    found = find(made)
    assert len(found.complete) == 4 and {one.column for one in found.averages} == set(FAR)


def test_what_failed_is_listed_and_not_scored():
    one = comparison(FAR)
    failed = replace(one.runs[2], state="failed", note="no adapter")
    found = find([replace(one, runs=(*one.runs[:2], failed))])
    assert [(m.column, m.state, m.reason) for m in found.missing] == [("laft", "failed", "no adapter")]
    assert {cell.column for cell in found.cells} == {"prompt", "translate"}
    assert list(found.columns) == ["prompt", "translate", "laft"]
    assert {average.column for average in found.averages} == {"prompt", "translate"}


def test_seeds_that_one_column_lacks_count_for_none():
    made = grid(FAR, ["kin"], shots=(2,), seeds=(0, 1))
    made[1] = replace(made[1], runs=made[1].runs[:2])
    assert {tuple(cell.by_seed) for cell in find(made).cells} == {(0,)}


def test_the_later_of_two_with_the_same_setting_counts():
    first, second = comparison({"prompt": 0.0}), comparison({"prompt": 1.0})
    assert find([first, second]).cells[0].score.value == 1.0
    assert find([second, first]).cells[0].score.value < 0.5


def test_datasets_are_places_of_their_own_and_models_on_the_same_items_are_columns():
    made = [comparison(FAR), comparison(FAR, model="other"), comparison(FAR, dataset="sib200")]
    found = find(made)
    assert len(found.conditions) == 2 and list(found.columns)[:2] == ["prompt (pocket)", "prompt (other)"]
    assert len(find([made[0], replace(made[1], plan=replace(made[1].plan, split="train"))]).columns) == 3


def test_chance_and_majority_are_for_labels():
    found = find([comparison(FAR), comparison(FAR, task="ner")])
    topic, ner = (next(b for p, b in found.baselines.items() if p.task == task) for task in ("topic", "ner"))
    assert 0.2 < topic.chance < 0.45 and 0.1 < topic.majority < 0.4
    assert (ner.chance, ner.majority) == (None, None)


def test_nothing_at_all_is_found_in_nothing():
    found = find([])
    assert (found.conditions, found.cells, found.leaders, found.averages) == ((), (), (), ())
    assert find([Comparison(comparison(FAR).plan, (Run("prompt", "prompt", "done"),))]).cells == ()


def test_confusions_count_every_answer_over_seeds():
    made = grid({"prompt": 0.5}, ["kin"], shots=(2,), seeds=(0, 1))
    broken = made[0].runs[0]
    broken = replace(broken, predictions=(Prediction(broken.examples[0].id), *broken.predictions[1:]))
    made[0] = replace(made[0], runs=(broken,))
    (found,) = confusions(made, 2)
    assert found.items == 80 and found.counts[broken.examples[0].answer, INVALID] == 1
    assert found.labels == ("health", "politics", "sports")
    gold, answer, most = found.mistakes[0]
    assert gold != answer and most == max(n for (g, a), n in found.counts.items() if g != a)
    assert confusions(made, 0) == [] and confusions([comparison(FAR, task="ner", shots=2)], 2) == []


def test_survivals_follow_the_way_of_each_entity():
    one = comparison({"prompt": 1.0, "translate": 1.0}, task="ner", items=4)
    person, place = one.runs[1].examples[0].answer
    answers = [(replace(person, way="exact"), replace(place, way="translated, fuzzy")), (replace(person, way="fuzzy"),),
               (Span("Huye", "LOC", -1, -1, "lost on the way back"),), ()]  # fmt: skip
    predictions = [
        Prediction(e.id, answer, valid=True) for e, answer in zip(one.runs[1].examples, answers, strict=True)
    ]
    made = replace(one, runs=(one.runs[0], replace(one.runs[1], predictions=tuple(predictions))))
    location, people = survivals([made], 0)
    assert (location.kind, location.gold, location.survived, location.lost) == ("LOC", 4, 1, 1)
    assert location.right == {"exact": 0, "fuzzy": 0, "translated": 1, "aligned": 0}
    assert (people.kind, people.survived, people.right["fuzzy"]) == ("PER", 2, 1)
    assert {one.column for one in survivals([made], 0)} == {"translate"}
