"""`tokens`: into how many pieces a tokenizer cuts a language, beside English (Petrov et al. 2023, arXiv 2305.15425)."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from xlt_core.contracts import Chart, Diagnostic, Measured, Series, Subject, Values
from xlt_core.diagnostics._naming import language_name, percent
from xlt_core.text import words

PROMPTS = 1000  # that the cost is of
MILLION = 1_000_000


class Tokens(Diagnostic):
    """Counts only: the tokenizer is asked, no weights are loaded."""

    title = "Tokens"
    summary = ("How many tokens the same sentences take in the language and in English: more of them make every prompt "
               "dearer and slower, and leave less room for demonstrations.")  # fmt: skip
    paper = "Petrov et al. 2023, arXiv 2305.15425"
    asks = "tokenizer"

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        yield "cutting the sentences into tokens"
        own, english = (_counted(subject, texts) for texts in (subject.own, subject.translated))
        found: dict[str, Any] = {"sentences": len(subject.sentences), **own, "english": english}
        found |= {"times_english": own["tokens"] / max(english["tokens"], 1), "context": subject.host.context,
                  "shots": subject.shots}  # fmt: skip
        if subject.price:
            found["price"] = subject.price
            for side in (found, found["english"]):
                side["cost"] = side["prompt_tokens"] * PROMPTS * subject.price / MILLION
        return found

    def row(self, values: Values) -> Mapping[str, str]:
        english = values["english"]
        cells = {
            "tokens a word": f"{values['tokens_per_word']:.2f}", "English": f"{english['tokens_per_word']:.2f}",
            "tokens a byte": f"{values['tokens_per_byte']:.3f}", "of English": f"{english['tokens_per_byte']:.3f}",
            "times English": f"{values['times_english']:.2f}", "unknown": str(values["unknown"]),
            "parts of characters": percent(values["broken"]),
            f"context for {values['shots']} shots": percent(values["context_share"]),
        }  # fmt: skip
        if "cost" in values:
            cells[f"{PROMPTS:,} prompts"], cells["in English"] = f"{values['cost']:.4g}", f"{english['cost']:.4g}"
        return cells

    def says(self, language: str, values: Values) -> str:
        said = (f"In {language} the sentences take {values['times_english']:.2f} times the tokens that they take in "
                f"English; {values['shots']} shots and an input of such a length take "
                f"{percent(values['context_share'])} of the context of {values['context']:,} tokens.")  # fmt: skip
        return said + f" {values['unknown']:,} tokens are unknown to the tokenizer." * bool(values["unknown"])

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        languages = list(dict.fromkeys(one.language for one in found))
        times = {(one.language, one.model): one.values["times_english"] for one in found}
        series = tuple(Series(model, tuple(times.get((code, model)) for code in languages))
                       for model in dict.fromkeys(one.model for one in found))  # fmt: skip
        return (Chart("bars", "Tokens, as a multiple of English", "times English", series,
                      tuple(map(language_name, languages)), 1.0, "English"),)  # fmt: skip


def _counted(subject: Subject, texts: Sequence[str]) -> dict[str, Any]:
    """The counts of the texts. broken: a share of the tokens; prompt_tokens: of `shots` demonstrations and an input,
    each a mean sentence; context_share: theirs."""
    pieces = subject.host.pieces(texts)
    tokens, unknown, broken = (sum(getattr(one, name) for one in pieces) for name in ("count", "unknown", "broken"))
    prompt = (subject.shots + 1) * tokens / max(len(texts), 1)
    return {"tokens": tokens, "tokens_per_word": tokens / max(sum(map(words.count, texts)), 1),
            "tokens_per_byte": tokens / max(sum(len(text.encode()) for text in texts), 1), "unknown": unknown,
            "broken": broken / max(tokens, 1), "prompt_tokens": prompt,
            "context_share": prompt / subject.host.context}  # fmt: skip
