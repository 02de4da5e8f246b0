"""The scores as evaluate.Metrics over scikit-learn, seqeval, rouge-score and sacrebleu; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import datasets
import evaluate

from xlt_core.records import Answer, Span
from xlt_core.scoring.metrics import (
    LABEL,
    NUMBER,
    SHORT,
    SPANS,
    TEXT,
    TRANSLATION,
    Answers,
    Golds,
    family_of,
    with_kinds,
)
from xlt_core.scoring.qa_scores import normalised
from xlt_core.scoring.text_scores import tokens
from xlt_core.text.answers import alternatives
from xlt_core.text.forms import canonical
from xlt_core.text.numbers import number_of

NO_LABEL = "\0no label"


class _Metric(evaluate.Metric):
    source: ClassVar[str]

    def _feature(self) -> datasets.Value | datasets.Sequence:
        return datasets.Value("string")

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.__doc__ or "",
            citation=self.source,
            inputs_description="predictions and references of the same length",
            features=datasets.Features({"predictions": self._feature(), "references": self._feature()}),
        )


class AccuracyF1(_Metric):
    """Accuracy, macro and weighted F1 of labels; NO_LABEL as a prediction is wrong and no class of its own."""

    source = "Pedregosa et al. 2011, Scikit-learn: Machine Learning in Python"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from sklearn.metrics import accuracy_score, f1_score

        labels = sorted({*predictions, *references} - {NO_LABEL})

        def f1(average: str) -> float:
            return float(f1_score(references, predictions, labels=labels, average=average, zero_division=0))

        accuracy = float(accuracy_score(references, predictions))
        return {"macro_f1": f1("macro"), "accuracy": accuracy, "weighted_f1": f1("weighted")}


class EntityF1(_Metric):
    """Entity-level micro precision, recall and F1, and F1 per kind, of IOB2 tags per character."""

    source = "Nakayama 2018, seqeval"

    def _feature(self) -> datasets.Sequence:
        return datasets.Sequence(datasets.Value("string"))

    def _compute(self, predictions: list[list[str]], references: list[list[str]]) -> dict[str, float]:
        from seqeval.metrics import classification_report
        from seqeval.metrics.sequence_labeling import get_entities

        wanted, found = get_entities(references), get_entities(predictions)
        if not wanted and not found:
            return {}
        report = classification_report(references, predictions, output_dict=True, zero_division=0)
        micro = report["micro avg"]
        scores = {"f1": micro["f1-score"]}
        scores |= {"precision": micro["precision"]} if found else {}
        scores |= {"recall": micro["recall"], "word_accuracy": micro["recall"]} if wanted else {}
        scores |= {f"f1_{kind}": report[kind]["f1-score"] for kind in sorted({kind for kind, *_ in wanted})}
        return {name: float(value) for name, value in scores.items()}


class _Tokenizer:
    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


class Rouge(_Metric):
    """Mean F-measures of ROUGE-1, ROUGE-2 and ROUGE-L, without stemming, over tokens of any script."""

    source = "Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from rouge_score.rouge_scorer import RougeScorer

        keys = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
        scorer = RougeScorer(list(keys.values()), tokenizer=_Tokenizer())
        items = [scorer.score(gold, answer) for gold, answer in zip(references, predictions, strict=True)]
        return {name: sum(float(item[key].fmeasure) for item in items) / len(items) for name, key in keys.items()}


class ChrF(_Metric):
    """Corpus-level chrF2, in 0..1."""

    source = "Popović 2015, chrF: character n-gram F-score for automatic MT evaluation"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from sacrebleu.metrics import CHRF

        return {"chrf": CHRF().corpus_score(predictions, [references]).score / 100}


class Translations(_Metric):
    """Corpus-level chrF++ and BLEU, in 0..1, and BLEU's length ratio."""

    source = "Popović 2017, chrF++; Papineni et al. 2002, BLEU; Post 2018, sacreBLEU"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from sacrebleu.metrics import BLEU, CHRF

        chrf = CHRF(word_order=2).corpus_score(predictions, [references]).score / 100
        bleu = BLEU().corpus_score(predictions, [references])
        ratio = {"length_ratio": bleu.ratio} if bleu.ref_len else {}
        return {"chrf_pp": chrf, "bleu": bleu.score / 100} | ratio


class NumberMatch(_Metric):
    """The share of answers whose number is the gold one."""

    source = "Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from sklearn.metrics import accuracy_score

        sides = ([number_of(text) or none for text in side] for side, none in ((references, "x"), (predictions, "")))
        return {"number_match": float(accuracy_score(*sides))}


class _Normalised:
    def tokenize(self, text: str) -> list[str]:
        return normalised(text)


class ShortAnswers(_Metric):
    """SQuAD's F1, which is ROUGE-1's of the normalised words, and exact match: the best over the gold answers."""

    source = "Rajpurkar et al. 2016, SQuAD: 100,000+ Questions for Machine Comprehension of Text"

    def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
        from rouge_score.rouge_scorer import RougeScorer

        scorer, f1, exact = RougeScorer(["rouge1"], tokenizer=_Normalised()), 0.0, 0
        for gold, answer in zip(references, predictions, strict=True):
            each = alternatives(gold) or ("",)
            same = any(normalised(one) == normalised(answer) for one in each)
            exact += same
            f1 += 1.0 if same else max(float(scorer.score(one, answer)["rouge1"].fmeasure) for one in each)
        return {"qa_f1": f1 / len(references), "exact_match": exact / len(references)}


def tags(length: int, spans: Sequence[Span]) -> list[str]:
    """IOB2 tags, one per character. Of overlapping spans, which IOB2 cannot say, the later one wins."""
    result = ["O"] * length
    for span in sorted(spans, key=lambda span: span.start):
        result[span.start : span.end] = [f"B-{span.kind}"] + [f"I-{span.kind}"] * (span.end - span.start - 1)
    return result


def reference(names: Sequence[str], golds: Golds, answers: Answers, texts: Sequence[str]) -> dict[str, float]:
    """The scores as the libraries compute them; those undefined are left out. texts: the sources."""
    scores: dict[str, float] = {}
    names = with_kinds(names, golds)
    for family in sorted({family_of(name) for name in names}) if golds else ():
        filled = [MISSING[family] if answer is None else answer for answer in answers]
        references, predictions = [*map(_canonical, golds)], [*map(_canonical, filled)]
        if family == SPANS:
            sides = zip(texts, golds, predictions, strict=True)
            lengths = [max([len(text), *(span.end for span in (*gold, *answer))]) for text, gold, answer in sides]
            references, predictions = ([*map(tags, lengths, side)] for side in (references, predictions))
        for metric in METRICS[family]:
            scores |= metric(keep_in_memory=True).compute(predictions=predictions, references=references)
    return {name: scores[name] for name in names if name in scores}


def _canonical(answer: Answer) -> Answer:
    """Equivalent texts, labels and kinds in one spelling: the libraries compare characters."""
    if isinstance(answer, str):
        return canonical(answer)
    return tuple(replace(span, kind=canonical(span.kind)) for span in answer)


MISSING: dict[str, Answer] = {LABEL: NO_LABEL, SPANS: (), TEXT: "", TRANSLATION: "", NUMBER: "", SHORT: ""}
METRICS: dict[str, tuple[type[_Metric], ...]] = {
    LABEL: (AccuracyF1,), SPANS: (EntityF1,), TEXT: (Rouge, ChrF), TRANSLATION: (Translations,), NUMBER: (NumberMatch,),
    SHORT: (ShortAnswers,),
}  # fmt: skip
