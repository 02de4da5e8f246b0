"""Entities come back by alignment of words and by markers in the text: what is asked, found, lost and refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from helpers.small_hosts import KINDS, Dictionary, Generating, prepared, setting, solved

from xlt_core.contracts import TokenStates
from xlt_core.pivoting.markers import marked, paired
from xlt_core.records import Example, InputError, Language, Span
from xlt_core.strategies.translate import Translated
from xlt_core.tasks.ner import Ner

TEXT = "Mbere Aline yaje i Huye"
OUTPUT = "PER: Aline $$ DATE: Monday $$ LOC: Huye"


class Reading(Generating):
    """A host whose states are one and the same for a word and its translation."""

    meanings = ("monday mbere", "aline", "came yaje", "i in", "huye butare")

    def states(self, texts: Sequence[str]) -> Iterator[tuple[int, TokenStates]]:
        for index, text in enumerate(texts):
            places, position = [], 0
            for word in text.split():
                position = text.index(word, position)
                places.append((position, position + len(word)))
                position += len(word)
            rows = [[float(text[a:b].lower() in meaning.split()) for meaning in self.meanings] for a, b in places]
            yield index, TokenStates(tuple(places), rows)


def spans_of(projection: str, output: str = OUTPUT, text: str = TEXT, **words: str) -> list[tuple[str, str, int, str]]:
    translator = Dictionary(words=Dictionary().words | words)
    given = setting(Ner(), Reading(lambda prompt: output), (), translator=translator)
    made = solved(Translated(projection=projection), given, Example("1", {"text": text}, None, KINDS))["1"]
    return [(span.text, span.kind, span.start, span.way) for span in made.answer or ()]


def test_by_alignment_of_words() -> None:
    assert spans_of("align") == [
        ("Mbere", "DATE", 0, "aligned"), ("Aline", "PER", 6, "exact"), ("Huye", "LOC", 19, "exact"),
    ]  # fmt: skip
    assert spans_of("align", "LOC: Butare", "Aline yaje", yaje="came Butare") == []
    found = spans_of("align", "LOC: Butare $$ PER: Aline", "Aline yaje i Huye", Huye="Butare")
    assert found == [("Aline", "PER", 0, "exact"), ("Huye", "LOC", 13, "aligned")]


def test_by_markers_in_the_text_that_is_translated_back() -> None:
    class Marking(Dictionary):
        def translate(self, texts, source, target, beams=1):
            plain = [text.replace("[", "[ ").replace("]", " ]") for text in texts]
            yield from super().translate(plain, source, target, beams)

    translator = Marking()
    given = setting(Ner(), Generating(lambda prompt: OUTPUT), (), translator=translator)
    made = solved(Translated(projection="markers"), given, Example("1", {"text": TEXT}, None, KINDS))["1"]
    assert [(span.text, span.way) for span in made.answer or ()] == [
        ("Mbere", "translated"), ("Aline", "exact"), ("Huye", "exact")
    ]  # fmt: skip
    assert translator.calls[-1] == ["[ Monday ] [ Aline ] came i [ Huye ]"]


def test_markers_are_paired_by_likeness_and_then_in_order() -> None:
    english = Example("1", {"text": "x"}, pivot=Example("1", {"text": "On Monday [a] Uwase of Banki ya Kigali"}))
    text = english.pivot.text if english.pivot else ""
    entities = [Span(word, "X", text.index(word), text.index(word) + len(word)) for word in ("Monday", "Uwase")]
    assert marked(english, entities) == "On [Monday] (a) [Uwase] of Banki ya Kigali"
    assert paired(entities, ["Uwase", "ku wa mbere"]) == {"Uwase": "Uwase", "Monday": "ku wa mbere"}
    assert paired(entities, ["Uwase"]) == {"Uwase": "Uwase"}
    assert paired(entities, []) == {}


def test_what_cannot_be_is_one_sentence() -> None:
    with pytest.raises(InputError, match="reads a model that runs here; choose match or markers"):
        prepared(Translated(projection="align"), setting(Ner(), Generating(), ()))

    class OneWay(Dictionary):
        def missing(self, source: Language, target: Language) -> str:
            return "no way back." if target.code == "kin" else ""

    with pytest.raises(InputError, match="by markers needs a way back from English"):
        prepared(Translated(projection="markers"), setting(Ner(), Generating(), (), translator=OneWay()))
    assert prepared(Translated(projection="align"), setting(Ner(), Reading(), (), translator=OneWay()))[1] == []
