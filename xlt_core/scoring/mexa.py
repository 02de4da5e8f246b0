"""MEXA: how far sentences lie beside their English in a model (Kargaran et al. 2024, arXiv 2410.05873)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlt_core.records import InputError
from xlt_core.scoring.resampling import Array

FEWEST = 2  # sentences; one has nothing to be told from
DECIMALS = 12  # of a similarity, so that equal sentences tie whatever the order in which a product was summed


def mexa(similarities: Array) -> float:
    """The share of sentences whose similarity to their own translation is strictly greater than to every other
    sentence's, and that of the translation to every other one. similarities: (n, n), pairs on the diagonal.

    Raises InputError for fewer than two sentences.
    """
    count = len(similarities)
    if count < FEWEST:
        raise InputError("MEXA compares sentences with each other; give two pairs or more.")
    own = np.diagonal(similarities)
    others = np.where(np.eye(count, dtype=bool), -np.inf, similarities)
    return float(np.mean((own > others.max(0)) & (own > others.max(1))))


def chance(count: int) -> float:
    """What MEXA is of n unrelated vectors: the own similarity is the greatest of 2n - 1."""
    return 1 / (2 * count - 1)


def cosine_similarities(rows: Array, columns: Array) -> Array:
    """(n, width) and (m, width) -> (n, m), in 64 bits; 0 for a vector of zeros."""
    return np.round(_normalized(rows) @ _normalized(columns).T, DECIMALS)


def by_layer(own: Sequence[Array], english: Sequence[Array]) -> tuple[float, ...]:
    """MEXA of each layer. own, english: for each layer the embeddings of the same sentences, (n, width)."""
    return tuple(mexa(cosine_similarities(e, o)) for o, e in zip(own, english, strict=True))


def _normalized(vectors: Array) -> Array:
    vectors = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
