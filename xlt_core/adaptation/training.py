"""The training behind adapt: transformers.Trainer and peft, also under `accelerate launch`."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from xlt_core.adaptation import average, lora
from xlt_core.adaptation import card as cards
from xlt_core.adaptation.corpus import Text
from xlt_core.adaptation.objective import Material, Objective, Split
from xlt_core.adaptation.records import Adaptation, Base, Estimate, Snapshot, Survey
from xlt_core.adaptation.step_cost import step_cost
from xlt_core.adaptation.survey import size, surveys
from xlt_core.adaptation.texts import HUB
from xlt_core.adaptation.trainer import CHECKPOINTS, Progress, Run, memory_told, processes
from xlt_core.models import pretrained
from xlt_core.models.adapted import read_card, source_of
from xlt_core.probing.bits_per_byte import bits_per_byte
from xlt_core.records import InputError
from xlt_core.settings import POCKET

BLOCK = 512  # tokens a row where none is given


@dataclass(frozen=True)
class Work:
    """What `train` is given. asked: the plan before it was checked, to resume by; path: of the base model; report:
    takes each snapshot; stop: is set to end early."""

    plan: Adaptation
    asked: Mapping[str, Any]
    path: str
    objective: Objective
    material: Material
    out: Path
    resume: bool
    report: Callable[[Snapshot], None]
    stop: Event


@memory_told()
def train(work: Work) -> None:
    """Trains and writes work.out: weights, adaptation.json and README.md."""
    plan, report, main = work.plan, work.report, processes().is_main_process
    torch.manual_seed(plan.seed)
    report(Snapshot("loading the model"))
    objective, texts = work.objective, work.material.texts
    base = _base(plan, work.path, objective, work.material)
    plan = base.plan
    split = objective.split(plan, work.material)
    run = Run(work.out / "checkpoints", _identity(base, texts), work.resume, main)
    if run.finished:
        report(Snapshot("finished before", plan.steps, plan.steps, card=read_card(work.out)))
        return
    doing = "going on" if run.before else "timing a first step"
    first = Snapshot(doing, 0, plan.steps, surveys=surveys(base.tokenizer, texts))
    shown = Progress(first, report, work.stop)
    report(first)
    if not run.before:
        shown.told(_estimate(objective, base, split, first.surveys))
    if work.stop.is_set():
        return
    with objective.before(base) as former:
        before = run.before or _measured(objective, former, split)
    run.begin(before, work.asked)
    shown.measured(before)
    if work.stop.is_set() or not objective.fit(base, objective.rows(base, split), run, shown):
        return
    shown.say("measuring the model after")
    base = objective.written(base)
    if main:
        _save(base, run, work.out)
    processes().wait_for_everyone()
    shown.measured(_measured(objective, _outcome(base, work.out), split))
    if main:
        card = cards.write(work.out, _facts(base, work, shown.now))
        shutil.rmtree(run.folder, ignore_errors=True)
        report(replace(shown.now, doing="done", left=0.0, card=card))


@memory_told()
def measure(plan: Adaptation, path: str, objective: Objective, material: Material) -> Estimate:
    """Loads the model, and times a step and the reading of held-out text."""
    base = _base(plan, path, objective, material)
    split = objective.split(base.plan, material)
    return _estimate(objective, base, split, surveys(base.tokenizer, material.texts))


def _estimate(objective: Objective, base: Base, split: Split, held: tuple[Survey, ...]) -> Estimate:
    plan = base.plan
    some = {code: documents[:5] for code, documents in split.held_out.items()}
    began = time.perf_counter()
    _bits(base.model, base.tokenizer, some)
    share = sum(map(size, split.held_out.values())) / max(sum(map(size, some.values())), 1)
    reading = 2 * (time.perf_counter() - began) * share
    rows = objective.rows(replace(base, plan=replace(plan, steps=1)), split)
    cost = step_cost(base.model, objective, rows[: plan.rows])
    trained = sum(weight.numel() for weight in base.model.parameters() if weight.requires_grad)
    return Estimate(held, plan.steps, plan.steps * cost.seconds + reading, trained, plan.steps * cost.tokens,
                    cost.memory)  # fmt: skip


def _base(plan: Adaptation, path: str, objective: Objective, material: Material) -> Base:
    on_gpu = torch.cuda.is_available()
    dtype = torch.bfloat16 if on_gpu and plan.method == "lora" else torch.float32
    if pretrained.load(AutoConfig, path, "language model").is_encoder_decoder:
        raise InputError(
            f"The model {plan.model} has an encoder and a decoder, and adapt trains models that continue a text; "
            "choose a causal model, such as smollm2."
        )
    tokenizer = pretrained.load(AutoTokenizer, path, "language model")
    model = pretrained.load(AutoModelForCausalLM, path, "language model", dtype=dtype)
    revision = pretrained.revision(path, model)
    model.to(processes().device if on_gpu else "cpu")
    plan = _chosen(plan, model, tokenizer, path, objective)
    if plan.start:
        plan = lora.begun(replace(plan, start=source_of(plan.start, plan.model, revision, path)))
    return objective.equip(model, Base(plan, tokenizer, None, revision), material)


def _chosen(
    plan: Adaptation, model: Any, tokenizer: PreTrainedTokenizerBase, path: str, objective: Objective
) -> Adaptation:
    """The plan with what was left open; a card travels, and a machine's folders do not."""
    claimed = getattr(model.config.get_text_config(decoder=True), "max_position_embeddings", None) or BLOCK
    longest = min(claimed, tokenizer.model_max_length)
    if plan.block > longest:
        raise InputError(f"The model reads {longest} tokens at most; a row of {plan.block} is too long for it.")
    block = plan.block or min(BLOCK, longest)
    steps = -(-plan.tokens // (plan.rows * block)) if plan.tokens else plan.steps
    rate = plan.rate or float(f"{objective.rate(plan, model.num_parameters()):.1g}")
    name = _named(path)
    alpha = plan.alpha or 2 * plan.rank
    return replace(plan, model=name, block=block, steps=steps, tokens=0, rate=rate, alpha=alpha)


def _bits(model: Any, tokenizer: PreTrainedTokenizerBase, held_out: Mapping[str, Sequence[str]]) -> dict[str, float]:
    return {code: round(bits_per_byte(model, tokenizer, documents), 4) for code, documents in held_out.items()}


def _measured(objective: Objective, base: Base, split: Split) -> dict[str, dict[str, float]]:
    figures = {name: round(value, 4) for name, value in objective.measure(base, split).items()}
    return {"bits": _bits(base.model, base.tokenizer, split.held_out), "figures": figures}


def _identity(base: Base, texts: Sequence[Text]) -> dict[str, Any]:
    """What must be the same for a run to go on."""
    plan = asdict(base.plan) | {"corpora": [corpus.language for corpus in base.plan.corpora], "data_root": []}
    plan["replay"] = [{"language": one.language, "share": one.share} for one in base.plan.replay]
    plan["start"] = lora.named(base.plan.start)
    return json.loads(json.dumps({"plan": plan, "base": base.revision, "text": [text.digest() for text in texts]}))


def _named(path: str) -> str:
    """What a model is called in a card, which travels: a machine's folders do not."""
    folder = Path(path)
    if folder.is_file():
        return folder.name
    if not folder.is_dir():
        return path
    return "pocket" if folder.resolve() == (POCKET / "model").resolve() else folder.resolve().name


def _save(base: Base, run: Run, out: Path) -> None:
    """Writes the weights: those at the end, or the mean of the checkpoints."""
    plan, checkpoints = base.plan, run.checkpoints()
    if plan.average and plan.method == "lora":
        step = -(-len(checkpoints) // CHECKPOINTS)
        average.average(checkpoints[::-step][::-1], out, plan.model)
        return
    if plan.average:
        average.average_weights(checkpoints, base.model)
    if plan.method != "full":
        base.model.peft_config["default"].base_model_name_or_path = plan.model
    # No layer of embeddings is adapted; peft would ask the Hub whether it was.
    options = {"save_embedding_layers": False} if plan.method != "full" else {}
    base.model.to(torch.bfloat16).save_pretrained(out, **options)
    if plan.method == "full":
        base.tokenizer.save_pretrained(out)


def _outcome(base: Base, out: Path) -> Base:
    """The model as whoever loads what was written will have it."""
    if base.plan.average and base.plan.method == "lora":
        base.model.load_adapter(str(out), "average")
        base.model.set_adapter("average")
    return base


def _facts(base: Base, work: Work, end: Snapshot) -> dict[str, Any]:
    identity = _identity(base, work.material.texts)
    texts = [
        {"language": text.language.code, "source": _source(text.source),
         "documents": len(text.documents), "bytes": text.size, "duplicates": text.duplicates, "short": text.short,
         "sha256": digest, "file_sha256": text.file}
        for text, digest in zip(work.material.texts, identity["text"], strict=True)
    ]  # fmt: skip
    bits = {code: {"before": before, "after": after} for code, (before, after) in end.bits.items()}
    figures = {name: {"before": before, "after": after} for name, (before, after) in end.figures.items()}
    return {"plan": identity["plan"], "base": {"model": base.plan.model, "revision": base.revision}, "texts": texts,
            "bits_per_byte": bits, "figures": figures, "losses": [list(point) for point in end.losses],
            "notes": list(end.notes), "by": work.objective.told(), "unit": work.objective.unit,
            "licence": ""}  # fmt: skip


def _source(source: str) -> str:
    return source if source.startswith(HUB) else Path(source).name
