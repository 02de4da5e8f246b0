"""Predictions of entities as tokens with tags, a token a line and an empty line between sentences (CoNLL)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlt_core.records import Example, InputError, Prediction, Reply, Span
from xlt_core.text.search import Spelling, spelled

TAG = re.compile(r"[oO]|[BIESbies]-\S+")


@dataclass(frozen=True)
class Sentence:
    """line_name: such as "Line 7 of x.conll", where it begins."""

    line_name: str
    tokens: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def letters(self) -> str:
        return _letters("".join(self.tokens), folded=True)


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
        pairs = [(example, by_text.get(_letters(example.text, folded=True))) for example in examples]
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
        found = next((example for example in left if _letters(example.text, folded=True) == sentence.letters), None)
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


def _token(cells: Sequence[str], line_name: str) -> tuple[str, str]:
    if cells[1:] and not TAG.fullmatch(cells[-1]):
        raise InputError(f"{line_name} has {cells[-1][:40]!r} as its tag; write such as O, B-PER or I-PER.")
    token = '"' if cells[0] == '""""' else cells[0]  # a quotation mark as spreadsheets write it
    return token, cells[-1] if cells[1:] else "O"


def _prediction(example: Example, sentence: Sentence) -> Prediction:
    from seqeval.metrics.sequence_labeling import get_entities

    places, way = _places(example, sentence)
    kinds = {choice.upper(): choice for choice in example.choices}
    spans = []
    for kind, first, last in get_entities([tag.upper() for tag in sentence.tags]):
        start, end = places[first][0], places[last][1]
        spans.append(Span(example.text[start:end], kinds.get(kind, kind), start, end, way))
    written = " ".join(f"{token}/{tag}" for token, tag in zip(sentence.tokens, sentence.tags, strict=True))
    return Prediction(example.id, tuple(spans), (Reply("answer", "", written),), True)


def _places(example: Example, sentence: Sentence) -> tuple[list[tuple[int, int]], str]:
    """Where each token stands in the text, and how that was found; equivalent characters are the same.

    Raises InputError where a token does not stand there, or some of the text is left.
    """
    # Only where the letters differ otherwise: folding hides what a sentence of another item may differ by.
    folded = _letters(example.text) != "".join(map(_letters, sentence.tokens))
    there, places, at, end = _spelling(example.text, folded), [], 0, 0
    for token in sentence.tokens:
        letters = _letters(token, folded)
        if not there.text.startswith(letters, at):
            raise _Misfit(example, sentence).of_token(token, there, at)
        of_token = there.characters[at : at + len(letters)]
        if of_token:
            start, end = of_token[0][0], of_token[-1][1]
        else:  # one of the spaces that the data has as a token
            start = max(end, example.text.find(token, end))
            end = start + len(token)
        places.append((start, end))
        at += len(letters)
    if at < len(there.text):
        raise _Misfit(example, sentence).of_rest(there, at)
    return places, "found by folding" if folded else ""


def _spelling(text: str, folded: bool) -> Spelling:
    """Without spaces, which the tokens do not tell."""
    spelling = spelled(text, folded=folded)
    return spelling.rewritten(["" if letter.isspace() else letter for letter in spelling.text])


def _letters(text: str, folded: bool = False) -> str:
    return _spelling(text, folded).text


@dataclass(frozen=True)
class _Misfit:
    """A sentence that is not that of the item."""

    example: Example
    sentence: Sentence

    def of_token(self, token: str, there: Spelling, at: int) -> InputError:
        found = self._rest(there, at) or "the end of the text"
        return InputError(f"The sentence of {_begin(self.sentence)} has the token {token[:40]!r} where the item "
                          f"{self.example.id!r} has {found!r}; the tokens must be those of the data.")  # fmt: skip

    def of_rest(self, there: Spelling, at: int) -> InputError:
        return InputError(f"The sentence of {_begin(self.sentence)} ends before {self._rest(there, at)!r} of the item "
                          f"{self.example.id!r}; the tokens must be those of the data.")  # fmt: skip

    def _rest(self, there: Spelling, at: int) -> str:
        return self.example.text[there.characters[at][0] :].strip()[:40] if at < len(there.text) else ""


def _begin(sentence: Sentence) -> str:
    return sentence.line_name[0].lower() + sentence.line_name[1:]
