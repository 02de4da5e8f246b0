"""Makes training rows of documents: packed or one a row, and drawn from several languages by temperature."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TEMPERATURE = 0.3  # the exponent of multilingual adaptation: 1 follows the texts' sizes, 0 draws all alike
BATCH = 256  # documents tokenized at once


def shares(sizes: Sequence[int]) -> list[float]:
    """The share of rows that each language gets: p ∝ (n/N)^0.3, so that the small ones are not drowned."""
    weights = [(size / sum(sizes)) ** TEMPERATURE for size in sizes]
    return [weight / sum(weights) for weight in weights]


def drawn(pools: Sequence[Sequence[np.ndarray]], weights: Sequence[float], count: int, seed: int) -> list[np.ndarray]:
    """`count` rows: each from a language by its weight, a language's rows in turn and, when all were had, again."""
    rng = random.Random(seed)
    endless = [_shuffled(pool, rng) for pool in pools]
    return [next(endless[which]) for which in rng.choices(range(len(pools)), weights, k=count)]


def _shuffled(pool: Sequence[np.ndarray], rng: random.Random) -> Iterator[np.ndarray]:
    order = list(range(len(pool)))
    while True:
        rng.shuffle(order)
        yield from (pool[index] for index in order)


def packed(
    tokenizer: PreTrainedTokenizerBase, documents: Sequence[str], length: int, most: int
) -> Sequence[np.ndarray]:
    """At most `most` rows of `length` tokens: the documents one after the other, each begun as a prompt is."""
    found, have = [], 0
    for ids in _encoded(tokenizer, documents):
        found.append(ids)
        have += len(ids)
        if have >= length * most:
            break
    if have < length:  # little text fills its one row by being read again
        found = list(islice(cycle(found), len(found) * (1 + length // have)))
    whole = np.concatenate(found)
    return whole[: len(whole) // length * length].reshape(-1, length)


def unpacked(
    tokenizer: PreTrainedTokenizerBase, documents: Sequence[str], length: int, most: int
) -> Sequence[np.ndarray]:
    """At most `most` rows of a document each; a longer document is cut into several."""
    pieces = (ids[at : at + length] for ids in _encoded(tokenizer, documents) for at in range(0, len(ids), length))
    return list(islice((piece for piece in pieces if len(piece) > 1), most))


def _encoded(tokenizer: PreTrainedTokenizerBase, documents: Sequence[str]) -> Iterator[np.ndarray]:
    for at in range(0, len(documents), BATCH):
        texts = [f"{text}\n" for text in documents[at : at + BATCH]]
        yield from (np.asarray(ids, dtype=np.int32) for ids in tokenizer(texts, verbose=False)["input_ids"])
