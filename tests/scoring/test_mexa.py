"""MEXA against a slow computation that reads the paper's definition, pair by pair, with ties."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from xlt_core.records import InputError
from xlt_core.scoring.mexa import by_layer, chance, cosine_similarities, mexa


def slow(table: list[list[float]]) -> float:
    """Counts the sentences whose own similarity exceeds each other one in its row and in its column."""
    count, size = 0, len(table)
    for one in range(size):
        beaten = 0
        for other in range(size):
            if other != one:
                beaten += table[one][one] > table[one][other]
                beaten += table[one][one] > table[other][one]
        count += beaten == 2 * (size - 1)
    return count / size


def test_it_is_the_papers_definition_on_random_tables_with_ties():
    dice = random.Random(0)
    for size in [2, 3, 4, 5, 8, 13] * 40:
        table = [[dice.randrange(-3, 4) / 4 + 2 * (row == column and dice.random() < 0.5) for column in range(size)]
                 for row in range(size)]  # fmt: skip
        assert mexa(np.array(table)) == slow(table)


def test_a_tie_is_no_alignment_and_one_sentence_is_refused():
    assert mexa(np.eye(3)) == 1 and mexa(np.ones((3, 3))) == 0
    assert mexa(np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1.0]])) == pytest.approx(1 / 3)
    with pytest.raises(InputError, match="two pairs or more"):
        mexa(np.ones((1, 1)))


def test_by_layer_it_is_that_of_scipys_cosines_also_where_sentences_recur():
    dice = np.random.default_rng(1)
    english = dice.normal(size=(4, 12, 7)).astype(np.float32)
    own = (english + dice.normal(scale=0.8, size=english.shape)).astype(np.float32)
    for states in (own, english):
        states[:, 5] = states[:, 3]  # the same sentence twice ties with itself
    expected = [slow([[1 - cosine(e.astype(float), o.astype(float)) for o in own[layer]] for e in english[layer]])
                for layer in range(4)]  # fmt: skip
    assert by_layer(own, english) == tuple(expected) and 0.1 < max(expected) < 1
    assert not cosine_similarities(np.zeros((2, 3)), np.ones((2, 3))).any()


def test_unrelated_vectors_reach_chance():
    dice = np.random.default_rng(2)
    found = [mexa(dice.normal(size=(10, 10))) for _ in range(4000)]
    assert np.mean(found) == pytest.approx(chance(10), abs=0.005) and chance(10) == 1 / 19
