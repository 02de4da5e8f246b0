"""The command `adapt`: adapts a model to a language's text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core import settings
from xlt_core.cli.options import DONE
from xlt_core.formats.durations import duration
from xlt_core.models.memory import keep_freed_memory
from xlt_core.records import InputError

if TYPE_CHECKING:
    from xlt_core.adaptation.records import Adaptation, Estimate, Snapshot, Survey
    from xlt_core.catalog import Parts

HELP = "adapt a model to a language's text"
KNOBS = ("steps", "tokens", "rate", "rank", "alpha", "targets", "rows", "block", "held_out", "seed")


def add(command: argparse.ArgumentParser) -> None:
    from xlt_core.adaptation.objective import objectives
    from xlt_core.adaptation.records import METHODS, Adaptation

    fresh = Adaptation(())
    command.add_argument("--language", action="append", required=True, help="repeat it, with --corpus, for several")
    command.add_argument("--corpus", action="append", metavar="FILE|hub:ID|pocket",
                         help="text: .txt, .jsonl, .parquet, hub:ID[:CONFIG][:COLUMN], or pocket")  # fmt: skip
    command.add_argument("--parallel", action="append", metavar="FILE|DATASET",
                         help="in place of --corpus, sentences with their English, for --objective align")  # fmt: skip
    command.add_argument("--dataset", action="append", metavar="ID|FILE",
                         help="in place of --corpus, train rows of a task: soft, instruct, dpo, distil")  # fmt: skip
    command.add_argument("--task", help="of the rows of --dataset (default: topic)")
    command.add_argument("--samples", help="how many rows of --dataset are learned from (default: 64)")
    command.add_argument("--data-root", action="append", default=[], metavar="DIR",
                         help="a clone of the repository of such a dataset; repeatable")  # fmt: skip
    command.add_argument("--replay", action="append", default=[], metavar="LANGUAGE:FILE:SHARE",
                         help="text not to be forgotten, and its share, such as eng:en.txt:0.2")  # fmt: skip
    command.add_argument("--from", dest="start", default="", metavar="ADAPTER", help="an adapter to train on")
    command.add_argument(
        "--model",
        default=fresh.model,
        help="pocket, smollm2, a Hugging Face id, a folder or a .gguf file (default: pocket)",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help=f"default: a new folder in {settings.ADAPTERS}")
    command.add_argument("--objective", default=fresh.objective, metavar="NAME",
                         help=f"what is learned by: {', '.join(objectives())} (default: %(default)s)")  # fmt: skip
    command.add_argument("--set", action="append", metavar="KNOB=VALUE", help="a setting of the objective; repeatable")
    command.add_argument("--method", choices=METHODS, default=fresh.method, help="default: %(default)s")
    helps = {
        "steps": "default: %(default)s", "tokens": "to read, in place of --steps",
        "rate": "peak learning rate (default: by the method and the model's size)", "rank": "default: %(default)s",
        "alpha": "default: twice the rank", "rows": "of text a step (default: %(default)s)",
        "targets": "all-linear, attention or names of modules (default: %(default)s)",
        "block": "tokens a row (default: 512, or what the model takes)",
        "held_out": "share of the text that measures the outcome (default: %(default)s)",
        "seed": "default: %(default)s",
    }  # fmt: skip
    for name in KNOBS:
        value = getattr(fresh, name)
        command.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=helps[name])
    command.add_argument("--unpacked", action="store_true", help="one document a row")
    command.add_argument("--average", action="store_true", help="write the mean of the run's checkpoints")
    command.add_argument(
        "--survey", action="store_true", help="only say what the text holds, and how long it will take"
    )
    command.add_argument("--resume", action="store_true", help="go on where an earlier call stopped")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.adaptation.adapt import adapt, survey
    from xlt_core.adaptation.folders import folder_for

    plan = _plan(options)
    if options.survey:
        print("\n".join(estimate_lines(survey(plan))))
        return DONE
    keep_freed_memory()
    out = options.out or folder_for(plan, options.resume)
    said: set[str] = set()
    try:
        for snapshot in adapt(plan, out, options.resume):
            for what, line in progress_lines(snapshot):
                if what not in said:
                    print(line, file=sys.stderr, flush=True)
                    said.add(what)
            if snapshot.card:
                print(f"{out}: use it with `compare --adapter {out}`")
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"The same call with --out {out} --resume goes on.") from None
    return DONE


def _plan(options: argparse.Namespace) -> Adaptation:
    from xlt_core import catalog
    from xlt_core.adaptation.corpus import Corpus
    from xlt_core.adaptation.objective import replay_of, sources_of
    from xlt_core.adaptation.records import Adaptation

    given = {name: getattr(options, name) for name in ("corpus", "parallel", "dataset")}
    pairs = sources_of(options.objective, options.language, **given)
    corpora = tuple(Corpus(catalog.language(language).code, source) for language, source in pairs)
    knobs = {name: getattr(options, name) for name in KNOBS}
    own = {name: getattr(options, name) for name in ("task", "samples") if getattr(options, name) is not None}
    return Adaptation(corpora, options.model, options.method, packed=not options.unpacked, average=options.average,
                      objective=options.objective, knobs=own | dict(map(_knob, options.set or ())),
                      start=options.start, replay=tuple(map(replay_of, options.replay)),
                      data_root=tuple(options.data_root), **knobs)  # fmt: skip


def _knob(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals or not name:
        raise InputError(f"--set {setting} is off; write it as KNOB=VALUE.")
    return name, value


def progress_lines(now: Snapshot) -> Iterator[tuple[str, str]]:
    """The lines to print up to a snapshot, each under a name that stays the same in later snapshots."""
    for survey in now.surveys:
        yield survey.language, corpus_line(survey)
    if now.estimate:
        yield "estimate", cost_line(now.estimate)
    for index, when in enumerate(("before", "after")):
        bits = {code: values[index] for code, values in now.bits.items() if len(values) > index}
        if bits:
            yield when, f"bits per byte {when}: {_listed(bits)}"
        figures = {name: values[index] for name, values in now.figures.items() if len(values) > index}
        if figures:
            yield f"figures {when}", f"{when}: {_listed(figures)}"
    every = max(1, now.steps // 10)
    for step, loss in now.losses:
        if step % every == 0:
            left = f"  {duration(now.left)} left" if now.left and step == now.losses[-1][0] else ""
            yield f"step {step}", f"step {step}/{now.steps}  loss {loss:.3f}{left}"
    yield from zip(now.notes, now.notes, strict=True)


def estimate_lines(estimate: Estimate) -> Iterator[str]:
    """The lines that tell what the texts hold and how long training will take."""
    yield from map(corpus_line, estimate.surveys)
    yield cost_line(estimate)


def cost_line(estimate: Estimate) -> str:
    """The line that tells what the training will take."""
    return (f"{estimate.steps} steps, {estimate.tokens:,} tokens, on {estimate.parameters:,} parameters will take "
            f"about {duration(estimate.seconds)}, and {estimate.memory / 1e9:.1f} GB for weights and one step, "
            "by a first step here.")  # fmt: skip


def corpus_line(survey: Survey) -> str:
    """The line that tells what one text holds."""
    dropped = f"{survey.duplicates:,} duplicates and {survey.short:,} too short dropped"
    strange = "" if survey.foreign is None else f"; {survey.foreign:.0%} look like another language"
    part = "" if survey.whole else " (as much as this run reads)"
    return (f"{survey.language}: {survey.documents:,} documents{part}, {survey.tokens:,} tokens, "
            f"{survey.tokens_per_word:.2f} a word; {dropped}{strange}")  # fmt: skip


def _listed(bits: dict[str, float]) -> str:
    return ", ".join(f"{code} {value:.3f}" for code, value in bits.items())
