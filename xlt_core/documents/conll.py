"""Predictions of entities as tokens with tags, a token a line and an empty line between sentences (CoNLL)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlt_core.records import Example, InputError, Prediction, Reply, Span

TAG = re.compile(r"[oO]|[BIESbies]-\S+")


@dataclass(frozen=True)
class Sentence:
    """place: such as "Line 7 of x.conll", where it begins."""

    place: str
    tokens: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def letters(self) -> str:
        return "".join("".join(self.tokens).split())


def predictions_of(
    examples: Sequence[Example], name: str, text: str, whole: bool, partial: bool = False
) -> list[Prediction]:
    """The sentences' entities as predictions for the examples, whose texts they must be.

    whole: sentence by sentence, and no other; else each example finds its own. partial: an example without a sentence
    is left out. Raises InputError that names the first token, sentence or item that does not fit.
    """
    if not re.search(r"[ \t][oOBIESbies](-\S+)?[ \t]*$", text, re.MULTILINE):
        raise InputError(
            f"{name} has no tags; write a token and its tag in each line, and an empty line after a sentence."
        )
    sentences = list(_sentences(name, text))
    if not whole:
        by_text = {sentence.letters: sentence for sentence in sentences}
        pairs = [(example, by_text.get("".join(example.text.split()))) for example in examples]
        lost = next((example for example, sentence in pairs if sentence is None), None)
        if lost and not partial:
            raise InputError(f"{name} has no sentence with the tokens of the item {lost.id!r}: {lost.text[:60]!r}.")
        return [_prediction(example, sentence) for example, sentence in pairs if sentence]
    if partial:
        examples = list(_with_sentence(examples, sentences))
    made = [_prediction(*pair) for pair in zip(examples, sentences, strict=False)]
    if len(sentences) != len(examples):
        count = len(examples)
        first = (f"the item {examples[len(sentences)].id!r} has none" if len(sentences) < count
                 else f"that of {_begin(sentences[count])} is too many")  # fmt: skip
        raise InputError(f"{name} has {len(sentences)} sentences and the data {len(examples)} items: {first}.")
    return made


def _with_sentence(examples: Sequence[Example], sentences: Sequence[Sentence]) -> Iterator[Example]:
    """The examples that have a sentence, in order. Raises InputError for a sentence that no further example has."""
    left = iter(examples)
    for sentence in sentences:
        found = next((example for example in left if "".join(example.text.split()) == sentence.letters), None)
        if not found:
            raise InputError(f"The sentence of {_begin(sentence)} is no further item of these data; "
                             "give sentences of the data, in their order.")  # fmt: skip
        yield found


def _sentences(name: str, text: str) -> Iterator[Sentence]:
    """The last column is the tag that counts, so that a column of gold tags may stand before it.

    As in the data, a line with nothing but a token is outside of entities.
    """
    lines: list[tuple[int, str, str]] = []
    # Only real line ends: a token may be one of the characters that Unicode counts as such.
    for number, line in enumerate([*re.split(r"\r?\n", text), ""], 1):
        cells = re.split(r"[ \t]+", line.strip(" \t"))
        if cells == [""]:
            if lines:
                yield Sentence(f"Line {lines[0][0]} of {name}", tuple(c[1] for c in lines), tuple(c[2] for c in lines))
            lines = []
        elif cells[0] != "-DOCSTART-":
            lines.append((number, *_token(cells, f"Line {number} of {name}")))


def _token(cells: Sequence[str], place: str) -> tuple[str, str]:
    if cells[1:] and not TAG.fullmatch(cells[-1]):
        raise InputError(f"{place} has {cells[-1][:40]!r} as its tag; write such as O, B-PER or I-PER.")
    token = '"' if cells[0] == '""""' else cells[0]  # a quotation mark as spreadsheets write it
    return token, cells[-1] if cells[1:] else "O"


def _prediction(example: Example, sentence: Sentence) -> Prediction:
    from seqeval.metrics.sequence_labeling import get_entities

    places = _places(example, sentence)
    kinds = {choice.upper(): choice for choice in example.choices}
    spans = []
    for kind, first, last in get_entities([tag.upper() for tag in sentence.tags]):
        start, end = places[first][0], places[last][1]
        spans.append(Span(example.text[start:end], kinds.get(kind, kind), start, end))
    written = " ".join(f"{token}/{tag}" for token, tag in zip(sentence.tokens, sentence.tags, strict=True))
    return Prediction(example.id, tuple(spans), (Reply("answer", "", written),), True)


def _places(example: Example, sentence: Sentence) -> list[tuple[int, int]]:
    """Where each token stands in the text. Raises InputError where one does not, or some of the text is left."""
    places, end = [], 0
    for token in sentence.tokens:
        start = end
        while not example.text.startswith(token, start) and example.text[start : start + 1].isspace():
            start += 1
        if not example.text.startswith(token, start):
            there = example.text[start : start + 40] or "the end of the text"
            raise InputError(f"The sentence of {_begin(sentence)} has the token {token[:40]!r} where the item "
                             f"{example.id!r} has {there!r}; the tokens must be those of the data.")  # fmt: skip
        end = start + len(token)
        places.append((start, end))
    if example.text[end:].strip():
        left = example.text[end:].strip()[:40]
        raise InputError(f"The sentence of {_begin(sentence)} ends before {left!r} of the item {example.id!r}; "
                         "the tokens must be those of the data.")  # fmt: skip
    return places


def _begin(sentence: Sentence) -> str:
    return sentence.place[0].lower() + sentence.place[1:]
