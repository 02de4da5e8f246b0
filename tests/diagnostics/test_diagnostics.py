"""Each diagnostic on a small subject, and its table, sentence and pictures."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from helpers.small_diagnosis import PAIRS, measured, subject
from helpers.small_hosts import ENGLISH, Dictionary
from scipy.stats import spearmanr

from xlt_core import catalog
from xlt_core.contracts import Diagnostic, Measured, Transfer
from xlt_core.diagnosis.pictures import picture_html
from xlt_core.diagnostics import _distances
from xlt_core.scoring.rank_correlation import rank_correlation

GIVEN = {"translator": Dictionary(known=("kin", "eng")), "adapter": "own", "price": 2.0,
         "languages": (catalog.language("lug"), ENGLISH),
         "in_language": lambda code: tuple(f"{code} {own}" for own, _ in PAIRS),
         "transfers": lambda: (Transfer("lug", "topic", "small", 0.5, 40),)}  # fmt: skip


@pytest.mark.parametrize("name", sorted(catalog.diagnostics()))
def test_a_diagnostic_keeps_the_contract(name):
    one, given = catalog.diagnostic(name), subject(**GIVEN)
    assert isinstance(one, Diagnostic) and one.title and one.summary
    assert one.unfit(given) == ""
    values = measured(one, given)
    assert all(isinstance(cell, str) and cell for cell in one.row(values).values())
    assert one.says("Kinyarwanda", values).endswith(".")
    found = [Measured(name, "kin", model, values) for model in ("a", "<b>")]
    for chart in one.charts(found):
        html = picture_html(chart)
        assert "<b>" not in html and "nan" not in html
        assert all(len(series.values) == len(chart.names or series.values) for series in chart.series)


def test_mexa_is_that_of_the_states_and_reads_a_sentence_once():
    pairs = (*PAIRS, PAIRS[0])  # which then ties with itself: neither of the two is aligned
    given = subject(sentences=pairs, adapter="own")
    values = measured(catalog.diagnostic("mexa"), given)
    assert values["chance"] == 1 / 9 and values["sentences"] == 5
    assert all(
        len(values[kind]["by_layer"]) == 3 and max(values[kind]["by_layer"]) <= 0.6 for kind in ("weighted", "last")
    )
    assert values["weighted"]["mean"] == pytest.approx(np.mean(values["weighted"]["by_layer"]))
    assert values["weighted"]["max"] == values["weighted"]["by_layer"][values["weighted"]["layer"]]
    assert values["adapter"]["name"] == "own" and sorted(set(given.host.reads)) == sorted(given.host.reads)
    english = measured(catalog.diagnostic("mexa"), subject(sentences=tuple((e, e) for _, e in PAIRS)))
    assert english["weighted"]["by_layer"] == [1, 1, 1]


def test_tokens_are_counted_beside_english():
    values = measured(catalog.diagnostic("tokens"), subject(shots=3, price=10.0))
    assert (values["tokens"], values["english"]["tokens"], values["unknown"]) == (6, 6, 1)
    assert values["tokens_per_word"] == 1 and values["times_english"] == 1
    assert values["prompt_tokens"] == 4 * 6 / 4 and values["context_share"] == 0.06
    assert values["cost"] == pytest.approx(6 * 1000 * 10 / 1e6)
    assert values["tokens_per_byte"] == pytest.approx(6 / sum(len(own.encode()) for own, _ in PAIRS))
    assert "cost" not in measured(catalog.diagnostic("tokens"), subject())


def test_bits_are_over_bytes_beside_english_and_the_family():
    given = subject(**GIVEN, language=catalog.language("kin"))
    values = measured(catalog.diagnostic("bits"), given)
    found = [values["bits_per_byte"], values["english"], values["related"]["lug"]]
    assert found == pytest.approx([1 / math.log(2)] * 3)
    assert values["adapter"]["bits_per_byte"] == pytest.approx(0.5 / math.log(2))
    size = [sum(len(pair[side].encode()) for pair in PAIRS) for side in (0, 1)]
    assert values["times_english"] == pytest.approx(size[0] / size[1])


def test_a_translator_is_measured_both_ways_or_in_the_one_that_it_has():
    one = catalog.diagnostic("pivot")
    values = measured(one, subject(translator=Dictionary()))
    assert values["into_english"]["chrf_pp"]["value"] > 0.9 and values["into_english"]["untranslated"] == 0.25  # ƙ
    single = Dictionary()
    single.missing = lambda source, target: "" if target.code == "eng" else "It has no such pair."
    values = measured(one, subject(translator=single))
    assert values["from_english"] == {"refused": "It has no such pair."} and "has no translation" in one.says(
        "x", values
    )
    assert "needs no translator" in one.unfit(subject(language=ENGLISH))
    assert "does not know" in one.unfit(subject(translator=Dictionary(known=("eng",))))


def test_distances_are_those_of_uriel_plus():
    """As its own `new_distance` gives them, to four decimals."""
    kin, swa, hau, eng = map(catalog.language, ("kin", "swa", "hau", "eng"))
    known = {swa: (0.5096, 0.006, 0.2468, 0.4467), hau: (1.0, 0.11, 0.552, 0.467), eng: (1.0, 0.2595, 0.6351, 0.5182)}
    for other, values in known.items():
        assert _distances.distances(kin, other) == pytest.approx(
            dict(zip(_distances.KINDS, values, strict=True)), abs=1e-4
        )
    assert _distances.nearest(kin, [eng, hau, swa]) == ["swa", "hau", "eng"]


def test_sources_are_ranked_also_without_the_database(monkeypatch):
    one = catalog.diagnostic("sources")
    given = subject(**GIVEN | {"languages": tuple(map(catalog.language, ("eng", "lug", "hau")))},
                    language=catalog.language("kin"))  # fmt: skip
    values = measured(one, given)
    ranked = {row["code"]: row for row in values["ranked"]}
    assert next(iter(ranked)) == "run" and [*ranked][-1] == "eng" and "URIEL+" in values["database"]
    assert ranked["lug"]["transfer"]["score"] == 0.5 and values["correlation"] is None
    assert 0 < ranked["lug"]["trigrams"] <= 1
    monkeypatch.setattr(_distances, "source", lambda: "")
    monkeypatch.setattr(_distances, "_tables", dict)
    values = measured(one, given)
    first = values["ranked"][0]
    assert (first["same_family"], first["same_script"], first["distance"]) == (True, True, None)


def test_the_rank_correlation_is_scipys_with_its_interval():
    dice = np.random.default_rng(0)
    x = [round(value, 1) for value in dice.normal(size=12)]
    y = [a + round(value, 1) for a, value in zip(x, dice.normal(size=12), strict=True)]
    found = rank_correlation(x, y)
    assert found.rho == pytest.approx(spearmanr(x, y).statistic) and found.low < found.rho < found.high
    assert rank_correlation(x[:3], y[:3]) is None and rank_correlation([1, 1, 1, 1], y[:4]) is None
    assert all(rank_correlation(x[a:b], y[a:b]).low >= -1 for a, b in combinations((0, 5, 12), 2))
