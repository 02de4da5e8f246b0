"""New pieces for a BPE tokenizer: its merges are continued on text of a language, and its own come first as before."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from xlt_core.models import pretrained
from xlt_core.records import InputError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LEAST = 2  # times that a new piece must occur
WORD = re.compile("\u2581*[^\u2581]+")  # the mark stands for a space where a tokenizer does not cut text into words
Pair = tuple[str, str]


@dataclass(frozen=True)
class Wider:
    """A tokenizer with new pieces. new: the old tokens that stand for each new piece, by its token, in order."""

    tokenizer: PreTrainedTokenizerBase
    new: Mapping[int, tuple[int, ...]]


def widened(tokenizer: PreTrainedTokenizerBase, documents: Iterable[str], pieces: int) -> Wider:
    """The tokenizer with up to so many pieces more, the most frequent ones in the documents. Raises InputError for a
    tokenizer that is no BPE."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    state = json.loads(backend.to_str()) if backend is not None else {}
    if state.get("model", {}).get("type") != "BPE":
        raise InputError("This model's tokenizer is no BPE, whose merges can be continued; choose another model.")
    vocabulary: dict[str, int] = state["model"]["vocab"]
    counts = Counter(word for document in documents for word in _words(backend, document))
    words = {word: [token.value for token in backend.model.tokenize(word)] for word in counts}
    made: dict[str, tuple[int, ...]] = {}
    first = max([*vocabulary.values(), *(token["id"] for token in state["added_tokens"])]) + 1
    for left, right in merges([(words[word], count) for word, count in counts.items()]):
        if len(made) == pieces:
            break
        if left + right not in vocabulary:
            made[left + right] = tuple(made.get(left, (vocabulary[left],)) + made.get(right, (vocabulary[right],)))
            vocabulary[left + right] = first + len(made) - 1
        state["model"]["merges"].append([left, right])
    return Wider(_loaded(tokenizer, state), {vocabulary[piece]: old for piece, old in made.items()})


def merges(words: Sequence[tuple[Sequence[str], int]]) -> Iterator[Pair]:
    """The pairs of neighbouring tokens, the most frequent first; each is joined before the next is sought. words: the
    tokens of each word, and how often it occurs."""
    tokens = [list(word) for word, _ in words]
    counts, places = Counter[Pair](), defaultdict[Pair, set[int]](set)
    for index, (word, count) in enumerate(words):
        for pair in pairwise(word):
            counts[pair] += count
            places[pair].add(index)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapify(queue)
    while queue:
        count, pair = heappop(queue)
        if -count != counts[pair]:  # it was counted anew, and stands further behind too
            continue
        if -count < LEAST:
            return
        yield pair
        changed: set[Pair] = set()
        for index in sorted(places.pop(pair)):
            before, tokens[index] = tokens[index], _joined(tokens[index], pair)
            for one, sign in ((before, -1), (tokens[index], 1)):
                for neighbours in pairwise(one):
                    counts[neighbours] += sign * words[index][1]
                    changed.add(neighbours)
                    places[neighbours].add(index)
        for neighbours in changed - {pair}:
            heappush(queue, (-counts[neighbours], neighbours))


def _joined(word: Sequence[str], pair: Pair) -> list[str]:
    made: list[str] = []
    for token in word:
        if made and (made[-1], token) == pair:
            made[-1] += token
        else:
            made.append(token)
    return made


def _words(backend: Any, document: str) -> Iterator[str]:
    """What the tokenizer's model is given: words, spelt as its pieces are."""
    text = backend.normalizer.normalize_str(document) if backend.normalizer else document
    cut = backend.pre_tokenizer.pre_tokenize_str(text) if backend.pre_tokenizer else [(text, ())]
    for part, _ in cut:
        yield from WORD.findall(part)


def _loaded(tokenizer: PreTrainedTokenizerBase, state: Mapping[str, Any]) -> PreTrainedTokenizerBase:
    """The tokenizer with another state of its library."""
    from transformers import AutoTokenizer

    with TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        Path(folder, "tokenizer.json").write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        return pretrained.load(AutoTokenizer, folder, "tokenizer")
