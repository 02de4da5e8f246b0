"""`mexa`: how far sentences lie beside their English in a model, layer by layer (arXiv 2410.05873)."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlt_core.contracts import Chart, Diagnostic, Measured, Series, Subject, Values
from xlt_core.diagnostics._naming import names, percent
from xlt_core.scoring.mexa import by_layer, chance

if TYPE_CHECKING:
    from xlt_core.probing.sentence_states import SentenceStates

EMBEDDINGS = {"weighted": "mean over tokens, weighted by position", "last": "last token"}
TOPS = (0.2, 0.4, 1.0)  # of the scale: the same for both pictures, and low where all curves are


class Mexa(Diagnostic):
    """MEXA of Kargaran et al. 2024, over all layers, that of the input embeddings among them."""

    title = "Alignment with English"
    summary = (
        "MEXA: the share of sentences that lie nearer to their own English than to any other sentence. A language that "
        "no layer brings near to English gains little from what the model knows in English."
    )
    paper = "Kargaran et al. 2024, arXiv 2410.05873"
    asks = "model"

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        count = len(subject.sentences)
        found: dict[str, Any] = {"sentences": count, "chance": chance(max(count, 1))}
        found |= yield from _aligned(subject, "")
        if subject.adapter:
            found["adapter"] = {"name": subject.adapter} | (yield from _aligned(subject, subject.adapter))
        return found

    def row(self, values: Values) -> Mapping[str, str]:
        cells = {"MEXA mean": values["weighted"]["mean"], "max": values["weighted"]["max"],
                 "last token mean": values["last"]["mean"], "last token max": values["last"]["max"]}  # fmt: skip
        if "adapter" in values:
            own = values["adapter"]["weighted"]
            cells |= {"mean with the adapter": own["mean"], "max with the adapter": own["max"]}
        return {head: f"{value:.3f}" for head, value in (cells | {"chance": values["chance"]}).items()}

    def says(self, language: str, values: Values) -> str:
        own = values["weighted"]
        said = (f"{percent(own['max'])} of the {values['sentences']} sentences in {language} lie nearest to their own "
                f"English at the best layer ({own['layer']} of {len(own['by_layer']) - 1}), {percent(own['mean'])} on "
                f"average over the layers; chance is {percent(values['chance'])}.")  # fmt: skip
        if "adapter" in values:
            after = values["adapter"]["weighted"]
            said += f" With the adapter: {percent(after['max'])} and {percent(after['mean'])}."
        return said

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        level, drawn = found[0].values["chance"], {kind: tuple(_lines(found, kind)) for kind in EMBEDDINGS}
        most = max(max(line.values) for lines in drawn.values() for line in lines)
        top = next(top for top in TOPS if top >= most)
        return tuple(Chart("curves", f"MEXA by layer, {title}", "layer", drawn[kind], line=level,
                           line_name="chance", top=top)
                     for kind, title in EMBEDDINGS.items())  # fmt: skip


def _lines(found: Sequence[Measured], kind: str) -> Sequence[Series]:
    """A line each; with an adapter the line without it beside, faint."""
    lines = []
    for name, one in zip(names(found), found, strict=True):
        after = one.values.get("adapter")
        lines.append(Series(name, tuple(one.values[kind]["by_layer"]), faint=after is not None))
        lines += [Series(f"{name}, adapted", tuple(after[kind]["by_layer"]))] if after else []
    return lines


def _aligned(subject: Subject, adapter: str) -> Generator[str, None, dict[str, Any]]:
    """MEXA by each embedding: of every layer, the mean, the greatest and its layer."""
    from xlt_core.probing.sentence_states import stacked

    own = yield from _states(subject, subject.own, adapter)
    english = yield from _states(subject, subject.translated, adapter)
    found = {}
    for kind in EMBEDDINGS:
        layers = by_layer(stacked(own, kind), stacked(english, kind))
        best = max(layers)
        found[kind] = {"by_layer": list(layers), "mean": sum(layers) / len(layers), "max": best,
                       "layer": layers.index(best)}  # fmt: skip
    return found


def _states(subject: Subject, texts: tuple[str, ...], adapter: str) -> Generator[str, None, list[SentenceStates]]:
    """The states of each text; one that recurs is read once, so that it ties with itself."""
    key = ("states", subject.model, adapter, texts)
    if key not in subject.memo:
        distinct, found = list(dict.fromkeys(texts)), {}
        for batch in subject.host.sentence_states(distinct, adapter):
            found |= {distinct[index]: states for index, states in batch}
            yield f"reading sentences, {len(found)} of {len(distinct)}" if found else "loading the model"
        subject.memo[key] = [found[text] for text in texts]
    return subject.memo[key]
