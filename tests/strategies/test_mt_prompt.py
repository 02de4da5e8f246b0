"""Several pivots of a text: each is answered once, and the answers are fused by mean, by votes or by likeness."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from helpers.small_hosts import KINDS, Dictionary, Generating, Scoring, prepared, setting, shown, solved, topic

from xlt_core import catalog
from xlt_core.pivoting.fusing import fused
from xlt_core.records import Example, InputError, Prediction, Reply, Span
from xlt_core.settings import POCKET
from xlt_core.strategies.mt_prompt import ManyPivots
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.topic import Topic
from xlt_core.translators import _beam_search
from xlt_core.translators.seq2seq import Seq2Seq


class Ranked(Dictionary):
    """Its second translation is of health, its third of sports, twice."""

    def ranked(self, number: int) -> list[Dictionary]:
        words = (self.words["yaje"], "health", "sports sports")[:number]
        return [replace(self, words=self.words | {"yaje": word}) for word in words]


def test_each_pivot_is_answered_and_the_log_probabilities_are_averaged() -> None:
    translator = Ranked()
    given = setting(Topic(), Scoring(), translator=translator)
    made = solved(ManyPivots(), given, topic("1", "Musa yaje"))["1"]
    sent = [reply.sent.rpartition("Text: ")[2] for reply in made.replies if reply.purpose == "answer"]
    assert sent == ["Musa came\nTopic:", "Musa health\nTopic:", "Musa sports sports\nTopic:"]
    assert made.answer == "sports" and made.notes == ("the pivots lead to 2 different answers",)
    last = made.replies[-1]
    assert (last.purpose, last.text) == ("fuse", "sports") and last.choices["sports"] > last.choices["health"]
    assert translator.calls[0] == ["Aline yafunguye ibitaro", "Kato yatsinze umukino"] and translator.beams == [3] * 4
    assert shown(ManyPivots(), given, topic("1", "Musa yaje")).endswith("Text: Musa came\nTopic:")


def test_human_english_is_one_more_pivot() -> None:
    given = setting(Topic(), Scoring(), (), translator=Ranked())
    paired = topic("1", "Musa yaje", pivot="all about health health health").blanked()
    made = solved(ManyPivots(pivots=1, human=True), given, paired, topic("2", "sports"))
    assert made["1"].answer == "health" and made["2"].answer == "sports"


def choice(name: str, **shares: float) -> Prediction:
    choices = {label: log(share) for label, share in shares.items()}
    return Prediction(name, max(shares, key=shares.__getitem__), (Reply("answer", name, "", choices=choices),), True)


def test_mean_and_votes() -> None:
    given = [choice("a", x=0.6, y=0.4), choice("b", x=0.6, y=0.4), choice("c", x=0.05, y=0.95)]
    assert fused("1", given, by_mean=True).answer == "y" and fused("1", given, by_mean=False).answer == "x"
    assert sum(
        map(lambda p: 2.718281828**p, fused("1", given[:1], True).replies[-1].choices.values())
    ) == pytest.approx(1)
    failed = Prediction("d", error="the cable is out")
    assert fused("1", [failed, given[2]], True).answer == "y"
    assert fused("1", [failed, failed], True).error == "the cable is out"
    assert fused("1", [Prediction("e")], False).valid is False
    texts = [
        Prediction(str(n), text, valid=True) for n, text in enumerate(("a hospital", "hospital opened", "the hospital"))
    ]
    assert fused("1", texts, False).answer in ("a hospital", "the hospital")


def test_entities_that_half_of_the_pivots_name() -> None:
    aline, huye, other = Span("Aline", "PER", 0, 5), Span("Huye", "LOC", 13, 17), Span("Aline yaje", "LOC", 0, 10)
    given = [
        Prediction(str(n), spans, valid=True) for n, spans in enumerate([(aline, huye), (other, huye), (aline,), ()])
    ]
    assert fused("1", given, False).answer == (aline, huye)
    asked = Example("1", {"text": "Aline yaje i Huye"}, None, KINDS)
    host = Generating(lambda prompt: "PER: Aline $$ LOC: Huye")
    made = solved(ManyPivots(), setting(Ner(), host, (), translator=Ranked()), asked)["1"]
    assert [span.text for span in made.answer or ()] == ["Aline", "Huye"]


def test_a_translator_with_one_translation_is_refused() -> None:
    with pytest.raises(InputError, match="The translator dictionary has one translation for a text"):
        prepared(ManyPivots(), setting(Topic(), Scoring()))
    assert solved(ManyPivots(pivots=1), setting(Topic(), Scoring()), topic("1", "sports"))["1"].answer == "sports"


def test_one_search_of_the_bundled_translator_gives_the_translations_of_all_ranks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pocket, (kin, english) = Seq2Seq(POCKET / "translator"), map(catalog.language, ("kin", "eng"))
    texts = [item.text for item in catalog.dataset("world").load("topic", "kin", "test")[:2]]
    searches, search = [], _beam_search._beam_search
    monkeypatch.setattr(_beam_search, "_beam_search", lambda *given: searches.append(given) or search(*given))

    def translated(translator: Seq2Seq) -> list[str]:
        found = {index: reply for index, reply in translator.translate(texts, kin, english, beams=3) if reply.final}
        return [found[index].text for index in range(len(texts))]

    best, *others = map(translated, pocket.ranked(3))
    assert len(searches) == 1 and best == translated(pocket)
    assert all(len(set(ranks)) == 3 for ranks in zip(best, *others, strict=True))
