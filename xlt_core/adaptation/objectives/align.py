"""`align`: contrast on parallel sentences, in turn with predicting them (arXiv 2502.14830, arXiv 2311.08089)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xlt_core.adaptation.objective import Material, Objective, Split, halves
from xlt_core.adaptation.packing import drawn, shares
from xlt_core.adaptation.pairs import Pairs, read_pairs, sides
from xlt_core.adaptation.records import Adaptation, Base
from xlt_core.prompting.fewshot import knob
from xlt_core.records import InputError

if TYPE_CHECKING:
    import torch

EMBEDDINGS = {"weighted": "mean of tokens", "last": "last token"}
INSTRUCTED = 1.5  # the weight of AFP's second loss, beside 1 for the contrast


@dataclass(frozen=True)
class Align(Objective):
    """Sentences brought near to their English. mid-align (Liu & Niehues 2025): the middle layer, the mean over tokens,
    temperature 0.1, a step of contrast and one of next-token prediction in turn. afp (Li et al. 2024): the first block,
    the last token, 0.05, and in each step a request in one language answered in the other. That paper takes translated
    instruction data for it; here the request is to translate, since parallel sentences hold nothing else."""

    title = "Align"
    summary = "Brings sentences of the language near to their English inside the model, by contrast."
    paper = "Liu & Niehues 2025, arXiv 2502.14830; Li et al. 2024, arXiv 2311.08089"
    reads = "pairs"
    cycle = 2
    unit = "nats, contrast and prediction together"

    recipe: Literal["mid-align", "afp"] = knob(
        "mid-align", "Recipe", "mid-align: the middle layer and plain text in turn; afp: the first block and requests."
    )
    source_split: str = knob("train", "Split", "Of a dataset: which of its sentences to learn from.")

    def check(self, plan: Adaptation) -> None:
        if any(corpus.language == "eng" for corpus in plan.corpora):
            raise InputError("Sentences are brought near to their English; choose another language than English.")

    def read(self, plan: Adaptation) -> Material:
        pairs = read_pairs(plan, self.source_split)
        return Material(sides(pairs, plan), pairs)

    def split(self, plan: Adaptation, material: Material) -> Split:
        """Holds out a share of the English sentences, with all that are translations of them."""
        kept = set(halves(material.texts[-1].documents, plan, 2)[0])
        learned = [Pairs(one.language, tuple(row for row in one.rows if row[1] not in kept)) for one in material.more]
        tested = [Pairs(one.language, tuple(row for row in one.rows if row[1] in kept)) for one in material.more]
        held_out = {one.language.code: [row[0] for row in one.rows] for one in tested}
        english = dict.fromkeys(row[1] for one in tested for row in one.rows)
        return Split(learned, held_out | {"eng": [*english]}, tested)

    def equip(self, model: Any, base: Base, material: Material) -> Base:
        """As others. Raises InputError under several processes, each of which would contrast its own share alone."""
        from xlt_core.adaptation.trainer import processes

        if processes().num_processes > 1:
            raise InputError("The objective align trains in one process; start it without accelerate launch.")
        return super().equip(model, base, material)

    def rows(self, base: Base, split: Split) -> Sequence[Any]:
        """Rows of (own, English) tokens; by the recipe afp (own, English, request and answer, the request alone)."""
        plan, weights = base.plan, shares([len(one.rows) for one in split.learned])
        pools = [self._pool(base, one) for one in split.learned]
        return drawn(pools, weights, plan.steps * plan.rows, plan.seed)

    def _pool(self, base: Base, pairs: Pairs) -> list[tuple[np.ndarray, ...]]:
        length = base.plan.block

        def tokens(texts: Sequence[str]) -> list[np.ndarray]:
            return [np.asarray(ids[:length], dtype=np.int32)
                    for ids in base.tokenizer(list(texts), verbose=False)["input_ids"]]  # fmt: skip

        own, english = (tokens([f"{row[side]}\n" for row in pairs.rows]) for side in (0, 1))
        if self.recipe == "mid-align":
            return list(zip(own, english, strict=True))
        requests = [_request(row, pairs.language.name, index % 2 == 0) for index, row in enumerate(pairs.rows)]
        heads, wholes = tokens([head for head, _ in requests]), tokens([head + answer for head, answer in requests])
        rows = [row for row in zip(own, english, wholes, heads, strict=True) if len(row[2]) > len(row[3])]
        if not rows:
            raise InputError(f"A request and its answer do not fit in {length} tokens; take longer rows (block).")
        return rows

    def collate(self, rows: Sequence[Any]) -> dict[str, torch.Tensor]:
        """input_ids, attention_mask, labels: (rows, 2, tokens), or with requests (rows, 3, tokens)."""
        from xlt_core.adaptation import batches

        asked = len(rows[0]) == 4
        flat = batches.collate([ids for row in rows for ids in row[:3]])
        batch = {name: tensor.unflatten(0, (len(rows), 3 if asked else 2)) for name, tensor in flat.items()}
        if asked:
            batch["labels"][:, :2] = -100
            for index, row in enumerate(rows):
                batch["labels"][index, 2, : len(row[3])] = -100
        return batch

    def loss(self, model: Any, batch: Mapping[str, torch.Tensor], count: Any = None, step: int = 0) -> torch.Tensor:
        from xlt_core.adaptation import batches

        learned = (batch["labels"][..., 1:] != -100).sum()
        count = learned if count is None else count
        contrasted = self._contrast(model, batch) * (learned / count) if self.recipe == "afp" or step % 2 == 0 else 0
        if self.recipe == "afp":
            return contrasted + INSTRUCTED * batches.next_token_loss(model, _side(batch, 2), count)
        if step % 2 == 0:
            return contrasted
        return sum(batches.next_token_loss(model, _side(batch, side), count) for side in (0, 1))

    def _contrast(self, model: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        from xlt_core.adaptation import contrast

        layer, temperature = {"mid-align": (-1, 0.1), "afp": (1, 0.05)}[self.recipe]
        sides = (_side(batch, side) for side in (0, 1))
        own, english = (contrast.sentence_vectors(model, side["input_ids"], side["attention_mask"], layer,
                                                  self.recipe == "afp") for side in sides)  # fmt: skip
        return contrast.contrastive_loss(own, english, contrast.shared_sides(batch["input_ids"][:, :2]), temperature)

    def measure(self, base: Base, split: Split) -> dict[str, float]:
        """MEXA of the pairs that are held out: over the layers their mean, and the best one."""
        from xlt_core.probing.sentence_states import sentence_states, stacked
        from xlt_core.scoring.mexa import by_layer

        figures = {}
        for pairs in split.more:
            own, english = (sentence_states(base.model, base.tokenizer, [row[side] for row in pairs.rows])
                            for side in (0, 1))  # fmt: skip
            for kind, told in EMBEDDINGS.items():
                layers = by_layer(stacked(own, kind), stacked(english, kind))
                name = f"MEXA of {pairs.language.name}, {told}"
                figures |= {f"{name}: mean of layers": sum(layers) / len(layers), f"{name}: best layer": max(layers)}
        return figures


def _side(batch: Mapping[str, torch.Tensor], side: int) -> dict[str, torch.Tensor]:
    """One side of all pairs, as long as its longest sentence: English is the shorter one by half."""
    longest = int(batch["attention_mask"][:, side].sum(1).max())
    return {name: tensor[:, side, :longest] for name, tensor in batch.items()}


def _request(row: tuple[str, str], name: str, to_english: bool) -> tuple[str, str]:
    """A request to translate, and its answer; one way or the other."""
    source, target, into = (row[0], row[1], "English") if to_english else (row[1], row[0], name)
    return f"Translate into {into}: {source}\n{into}: ", f"{target}\n"
