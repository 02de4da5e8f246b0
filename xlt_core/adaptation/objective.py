"""What a model is adapted by: the class that each file of objectives/ extends, and the look-up by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xlt_core import catalog
from xlt_core.adaptation.corpus import MOST_CHARACTERS, Corpus, Replay, Text, read
from xlt_core.adaptation.packing import drawn, packed, shares, unpacked
from xlt_core.adaptation.records import Adaptation, Base, rate_of
from xlt_core.catalog_tools import Knob, coerced, knobs, pick, scan
from xlt_core.records import InputError
from xlt_core.world import world

if TYPE_CHECKING:
    import torch

    from xlt_core.adaptation.trainer import Progress, Run

CHARACTERS_PER_TOKEN = 8  # more than any tokenizer makes of a text; so much of a stream is read for one pass
MOST_HELD_OUT = 200  # documents of a language; more would hardly change what they measure
ENGLISH = 100  # documents that show what was forgotten
SOURCES = {"text": "corpus", "pairs": "parallel", "rows": "dataset"}  # how that is named which an objective reads


@dataclass(frozen=True)
class Material:
    """What an objective learns from. texts: by language, which the card names; more: what only the objective reads."""

    texts: tuple[Text, ...]
    more: Any = None


@dataclass(frozen=True)
class Split:
    """Material in two. learned: what rows are made of; held_out: documents by language, for bits per byte; more: what
    else is held out, for `Objective.measure`."""

    learned: Any
    held_out: Mapping[str, Sequence[str]]
    more: Any = None


class Objective:
    """What a model is adapted by: a frozen dataclass whose fields are its knobs. By default, next-token prediction.

    reads: what a corpus of it is (text: documents; pairs: parallel sentences; rows: a task's train rows); methods:
    what of METHODS it can train, or one of its own; cycle: how many steps follow one another before the same kind of
    step comes again; unit: of the loss; reading: what is done meanwhile, for the page.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    paper: ClassVar[str] = ""
    reads: ClassVar[Literal["text", "pairs", "rows"]] = "text"
    methods: ClassVar[tuple[str, ...]] = ("lora", "full")
    cycle: ClassVar[int] = 1
    unit: ClassVar[str] = "nats a token"
    reading: ClassVar[str] = "reading the text"

    def told(self) -> str:
        """The title and what it does, to go on a sentence with."""
        return f"{self.title}: {self.summary[0].lower()}{self.summary[1:].rstrip('.')}"

    def check(self, plan: Adaptation) -> None:
        """Raises InputError for a plan that this objective cannot train."""

    def read(self, plan: Adaptation) -> Material:
        """Reads the corpora, and what is replayed. Raises InputError."""
        return Material(tuple(read_texts(plan, [*plan.corpora, *plan.replay])))

    def split(self, plan: Adaptation, material: Material) -> Split:
        """Holds out a share of the documents of each language by the seed; English ones beside them."""
        learned, held_out = [], {}
        for text in material.texts:
            kept, rest = halves(text.documents, plan)
            held_out[text.language.code] = kept
            learned.append(replace(text, documents=tuple(rest)))
        held_out.setdefault("eng", english())
        return Split(learned, held_out)

    def rate(self, plan: Adaptation, parameters: int) -> float:
        """The learning rate where none is given. parameters: of the model."""
        return rate_of(plan.method, parameters)

    def equip(self, model: Any, base: Base, material: Material) -> Base:
        """The base with what is trained: a model with a new adapter or, for all weights, as it is. base: without a
        model; its tokenizer may be changed, too."""
        from xlt_core.adaptation.lora import with_lora

        return replace(base, model=with_lora(model, base.plan) if base.plan.method == "lora" else model)

    def rows(self, base: Base, split: Split) -> Sequence[Any]:
        """plan.steps times plan.rows rows, of which each step takes plan.rows."""
        plan, texts = base.plan, split.learned
        replayed = [one.share for one in plan.replay]
        own = shares([text.size for text in texts[: len(plan.corpora)]])
        count, weights = plan.steps * plan.rows, [*(share * (1 - sum(replayed)) for share in own), *replayed]
        make = packed if plan.packed else unpacked
        needed = [round(count * weight) + 1 for weight in weights]  # none of what is only measured
        pools = [make(base.tokenizer, text.documents, plan.block, most)
                 for text, most in zip(texts, needed, strict=True)]  # fmt: skip
        return drawn(pools, weights, count, plan.seed)

    def collate(self, rows: Sequence[Any]) -> dict[str, torch.Tensor]:
        """Rows as a batch: tensors whose first dimension is the rows; `labels` are the tokens that are learned."""
        from xlt_core.adaptation import batches

        return batches.collate(rows)

    def loss(self, model: Any, batch: Mapping[str, torch.Tensor], count: Any = None, step: int = 0) -> torch.Tensor:
        """The loss of a batch, or of a part of it: parts can be added up. count: labels in the whole batch, those of
        the batch where left out; step: counted from 0."""
        from xlt_core.adaptation import batches

        return batches.next_token_loss(model, batch, count)

    def measure(self, base: Base, split: Split) -> dict[str, float]:
        """Figures by name beside bits per byte, measured before and after."""
        return {}

    def before(self, base: Base) -> AbstractContextManager[Base]:
        """The base as it computed before it was equipped, for the first measurement."""
        return nullcontext(base)

    def written(self, base: Base) -> Base:
        """The base as it is written, when it is trained."""
        return base

    def fit(self, base: Base, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
        """Trains base.model in place, from the run's last checkpoint on; returns whether it came to its end."""
        from xlt_core.adaptation import trainer

        return trainer.fit(base, self, rows, run, progress)


def objectives() -> Mapping[str, type[Objective]]:
    """Objectives, as classes, by id: the file's name, with hyphens."""
    return {name.replace("_", "-"): kind for name, kind in scan("adaptation.objectives", Objective).items()}


def objective_knobs(name: str) -> tuple[Knob, ...]:
    """The knobs of an objective, in the order of its fields. Raises InputError."""
    return knobs(pick("objective", objectives(), name))


def with_method(plan: Adaptation) -> Adaptation:
    """The plan with its objective's own method, where that has but one and another was not asked for. Raises
    InputError."""
    methods = pick("objective", objectives(), plan.objective).methods
    asked = plan.method != Adaptation(()).method
    return plan if asked or len(methods) > 1 else replace(plan, method=methods[0])


def objective_of(plan: Adaptation) -> Objective:
    """The plan's objective with its knobs, which may be given as text. Raises InputError for what is off."""
    known = {knob.name: knob for knob in objective_knobs(plan.objective)}
    given = {name: coerced(plan.objective, pick(f"knob of {plan.objective}", known, name), value)
             for name, value in plan.knobs.items()}  # fmt: skip
    found = objectives()[plan.objective](**given)
    if plan.method not in found.methods:
        raise InputError(f"The objective {plan.objective} cannot train with the method {plan.method}; choose "
                         f"{' or '.join(found.methods)}.")  # fmt: skip
    if plan.replay and found.reads != "text":
        raise InputError(f"The objective {plan.objective} takes no text to replay; leave out --replay.")
    found.check(plan)
    return found


def sources_of(
    objective: str, languages: Sequence[str], **given: Sequence[str] | None
) -> list[tuple[str, str]]:  # fmt: skip
    """Each language with its source, as the objective reads it. given: by the names in SOURCES. Raises InputError."""
    name = SOURCES[pick("objective", objectives(), objective).reads]
    if any(sources for other, sources in given.items() if other != name):
        raise InputError(f"The objective {objective} learns from what {name} names; give that instead.")
    if len(languages) != len(given[name] or ()):
        raise InputError(f"Give each language its {name}, in the same order.")
    return list(zip(languages, given[name] or (), strict=True))


@cache
def english() -> tuple[str, ...]:
    """English documents that show what was forgotten."""
    return tuple(islice(world.documents("eng", seed=3), ENGLISH))


def replay_of(text: str) -> Replay:
    """What LANGUAGE:SOURCE:SHARE says. Raises InputError."""
    language, _, rest = text.partition(":")
    source, _, share = rest.rpartition(":")
    try:
        return Replay(catalog.language(language).code, source, float(share))
    except ValueError:
        raise InputError(
            f"The replay {text!r} is off; write LANGUAGE:FILE:SHARE, such as eng:english.txt:0.2."
        ) from None


def read_texts(plan: Adaptation, corpora: Sequence[Corpus]) -> list[Text]:
    """The documents of the corpora, of a stream as many as the plan needs. Raises InputError."""
    wanted = plan.tokens or plan.steps * plan.rows * (plan.block or 512)
    most = min(MOST_CHARACTERS, round(wanted * CHARACTERS_PER_TOKEN / (1 - plan.held_out)))
    limits = [most if corpus.source.startswith("hub:") else MOST_CHARACTERS for corpus in corpora]
    return [read(corpus.source, catalog.language(corpus.language), limit)
            for corpus, limit in zip(corpora, limits, strict=True)]  # fmt: skip


def halves(documents: Sequence[Any], plan: Adaptation, least: int = 1) -> tuple[list[Any], list[Any]]:
    """Those that are held out, at least `least`, and those that are learned from, by the plan's seed."""
    import torch

    order = torch.randperm(len(documents), generator=torch.Generator().manual_seed(plan.seed)).tolist()
    kept = min(max(least, round(len(order) * plan.held_out)), MOST_HELD_OUT)
    return [documents[at] for at in order[:kept]], [documents[at] for at in order[kept:]]
