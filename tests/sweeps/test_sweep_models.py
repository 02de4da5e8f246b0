"""Sweeps along models and translators: no answer twice, one that cannot be had fails alone, and all are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import SMALL

from xlt_core.__main__ import main
from xlt_core.catalog import PARTS, Parts
from xlt_core.contracts import Strategy
from xlt_core.findings.findings import find
from xlt_core.models.suggested import near_name
from xlt_core.records import Column, InputError
from xlt_core.store.store import Store
from xlt_core.sweeps import shared_memory
from xlt_core.sweeps.estimate import Clock, Rates
from xlt_core.sweeps.sweep import Grid, cells, columns_asked, command, grid_of, sweep

GRID = Grid(("topic",), ("kin",), shots=(0, 2), samples=8).along(("small", "large"), ("plain", "rules"))
NAMES = ["prompt", "translate", "laft"]


class Sized(Adapting):
    """The larger it is, the more labels it has right."""

    def __init__(self, name: str, parameters: int) -> None:
        super().__init__(write=lambda prompt: "none")
        self.name = self.revision = name
        self.parameters, self.bytes_needed, self.asked = parameters, 4 * parameters, 0

    def score(self, prompts, choices, adapter=""):
        for index, reply in super().score(prompts, choices, adapter):
            self.asked += 1
            right = "health" if "ibitaro" in prompts[index][-1].text or self.parameters < 1000 else "sports"
            yield index, replace(reply, choices={word: float(word == right) for word in reply.choices})


def parts(*absent: str) -> tuple[Parts, dict[str, Sized]]:
    """Two hosts and two translators, but for those that are absent."""
    hosts = {name: Sized(name, size) for name, size in (("small", 100), ("large", 1000)) if name not in absent}
    translators = {name: Dictionary(name) for name in ("plain", "rules") if name not in absent}

    def find(kind: str, known: dict):
        def of(name: str):
            if name not in known:
                raise InputError(f"There is no {kind} {name!r}.")
            return known[name]

        return of

    found = replace(PARTS, dataset=lambda name: SMALL, host=find("model", hosts),
                    translator=find("translator", translators))  # fmt: skip
    return found, hosts


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def last(snapshots):
    return list(snapshots)[-1]


def asked(made):
    return [(c.plan.model, c.plan.translator, c.plan.shots, [column.name for column in c.plan.columns]) for c in made]


def test_a_translator_touches_only_what_translates_and_a_model_only_what_asks_one():
    made = asked(cells(GRID, parts()[0]))
    assert made == [(model, translator, shots, NAMES if translator == "plain" else ["translate"])
                    for model in ("small", "large") for translator in ("plain", "rules")
                    for shots in (0, 2)]  # fmt: skip
    own = (Column("prompt", "prompt"), Column("large", "prompt", model="large"),
           Column("rules", "translate", translator="rules"))  # fmt: skip
    made = asked(cells(replace(GRID, columns=own, shots=(0,)), parts()[0]))
    assert made == [("small", "rules", 0, ["prompt", "large", "rules"]), ("large", "rules", 0, ["prompt", "rules"])]
    assert [len(columns) for columns in columns_asked(GRID)] == [3, 1, 3, 1]


def test_a_baseline_without_a_model_is_in_one_cell_only():
    @dataclass(frozen=True)
    class Majority(Strategy):
        needs = ()

    found = replace(parts()[0], strategy=lambda c: Majority() if c.strategy == "majority" else PARTS.strategy(c))
    own = (Column("prompt", "prompt"), Column("majority", "majority"))
    made = asked(cells(replace(GRID, columns=own, shots=(0,)), found))
    assert made == [("small", "plain", 0, ["prompt", "majority"]), ("large", "plain", 0, ["prompt"])]


def test_one_model_or_translator_is_the_grid_without_the_axis():
    plain = Grid(("topic",), ("kin",))
    assert plain.along(("large",), ()) == replace(plain, model="large") and plain.along((), ()) == plain
    with pytest.raises(InputError, match="model small is given twice"):
        cells(GRID.along(("small", "small"), ()), parts()[0])


@pytest.mark.parametrize(("absent", "failed"), [
    ("small", {("small", "plain"): ["prompt", "translate", "laft"], ("small", "rules"): ["translate"]}),
    ("large", {("large", "plain"): ["prompt", "translate", "laft"], ("large", "rules"): ["translate"]}),
    ("plain", {("small", "plain"): ["translate"], ("large", "plain"): ["translate"]}),
    ("rules", {("small", "rules"): ["translate"], ("large", "rules"): ["translate"]}),
])  # fmt: skip
def test_what_cannot_be_had_fails_its_own_cells_and_is_tried_again(store, absent, failed):
    first = last(sweep(GRID, store, parts(absent)[0]))
    lost = [cell for cell in first.cells if cell.state == "failed"]
    assert {(c.plan.model, c.plan.translator): [d.name for d in c.plan.columns] for c in lost} == failed
    assert all(f"'{absent}'" in cell.note for cell in lost)
    assert first.count("done") == len(first.cells) - len(lost) and first.done == first.total
    again = last(sweep(GRID, store, parts()[0]))
    assert {cell.state for cell in again.cells} == {"done"} and again.run == first.run
    with pytest.raises(InputError, match="There is no model"):
        cells(GRID, parts("small", "large")[0])


def test_more_models_compute_only_what_is_new(store):
    last(sweep(GRID.along(("small",), ("plain", "rules")), store, parts()[0]))
    found, hosts = parts()
    end = last(sweep(GRID, store, found))
    assert {cell.state for cell in end.cells} == {"done"} and not hosts["small"].asked and hosts["large"].asked
    found, hosts = parts()
    last(sweep(GRID, store, found))
    assert not hosts["large"].asked
    assert grid_of(store.run(end.run).plan) == GRID


def test_findings_compare_models_and_translators_as_columns(store):
    run = last(sweep(GRID, store, parts()[0])).run
    comparisons = list(store.comparisons(run))
    found = find(comparisons)
    assert len(found.conditions) == 1 and (found.conditions[0].model, found.conditions[0].translator) == (
        "small, large", "plain, rules")  # fmt: skip
    assert list(found.columns) == [
        "prompt (small)", "prompt (large)", "translate (small, plain)", "translate (small, rules)",
        "translate (large, plain)", "translate (large, rules)", "laft (small)", "laft (large)",
    ]  # fmt: skip
    test = found.contrast(found.conditions[0], 0, "prompt (large)", "prompt (small)")
    assert test is not None and test.difference > 0
    sizes = {one.column: one.parameters for one in found.averages}
    assert sizes["prompt (small)"] == 100 and sizes["prompt (large)"] == 1000
    assert find(find_again := comparisons[:2]).columns.keys() == {*NAMES} and len(find_again) == 2  # of one model each


def test_the_line_that_runs_the_grid_names_the_axes(capsys, tmp_path):
    line = command(GRID, str(tmp_path / "out"))
    assert "--models small,large --translators plain,rules" in line and "--model " not in line
    status = main(line.split()[3:], parts("large")[0])
    out, err = capsys.readouterr()
    assert (
        status == 1
        and "topic in kin, 0 shots, seed 0, large, plain failed: There is no model 'large'. (so did 3" in err
    )
    assert "translate (plain)" in out and "4 of 8 cells failed" in err
    names = sorted(path.name for path in (tmp_path / "out").glob("*.json"))
    assert names[0] == "001-topic-kin-0-shots-seed-0-small-plain.json" and len(names) == 4
    document = json.loads((tmp_path / "out" / names[0]).read_text("utf-8"))
    assert document["runs"][0]["parameters"] == 100
    assert main([*line.split()[3:], "--model", "small"], parts()[0]) == 2
    assert "--model or --models" in capsys.readouterr().err


def test_the_estimate_says_how_models_share_the_memory(store, monkeypatch):
    found, _ = parts()
    plans = [cell.plan for cell in cells(GRID, found)]
    monkeypatch.setattr(shared_memory, "_device", lambda: "cpu")
    for free, said in ((10_000, "all fit at once"), (4_100, "one after the other"), (1_000, "large will not fit")):
        monkeypatch.setattr(shared_memory, "free_bytes", lambda device, used, free=free: free)
        assert said in shared_memory.shared_memory(plans, found)
    shots = list(sweep(GRID, store, found))
    assert "will not fit" in shots[-1].estimate.memory
    assert not shared_memory.shared_memory(plans[:2], found)


def test_each_model_is_measured_and_costs_what_it_costs(store):
    from xlt_core.sweeps.estimate import measure
    from xlt_core.sweeps.local import Local

    found, hosts = parts()
    plans = [cell.plan for cell in cells(replace(GRID, shots=(0,)), found)]
    rates: Rates = last(measure(plans, Local(), found, store))
    assert {kind[:2] for kind in rates.found} == {(m, t) for m in ("small", "large") for t in ("plain", "rules")}
    assert hosts["small"].asked and hosts["large"].asked and Clock(rates, dict(enumerate(plans))).left({}) is not None


@pytest.mark.parametrize(("name", "said"), [
    ("smolm2", "smollm2"), ("SmolLM2-135M", "smollm2"), ("google/gema-3-270m", "google/gemma-3-270m"),
    ("Qwen/Qwen3-0.6B", ""), ("pocket", ""), ("my/own-thing", ""),
])  # fmt: skip
def test_a_misspelt_model_has_a_near_name(name, said):
    assert near_name(name) == (f" (did you mean {said}?)" if said else "")
