"""What one calls from Python: compare, sweep, score, adapt, each over the same functions as the command of its name."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields
from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from xlt_core.formats.files import check_folder
from xlt_core.formats.rows import text_of
from xlt_core.formats.values import plain
from xlt_core.interface.arguments import takes
from xlt_core.interface.diagnosis import Diagnose, DiagnosisResult
from xlt_core.interface.options import Adapt, Compare, Missing, Score, Sweep, checked, each, listed, paths, rooted
from xlt_core.interface.progress import progress
from xlt_core.interface.results import AdaptationResult, ComparisonResult, Result, SweepResult
from xlt_core.records import Comparison, InputError, Plan

if TYPE_CHECKING:
    from xlt_core.adaptation.records import Adaptation
    from xlt_core.store.store import Store
    from xlt_core.sweeps.sweep import Grid, Snapshot


@takes(Compare)
def compare(options: Compare) -> ComparisonResult:
    """Compares strategies on the same items; what was computed before is taken from the store.

    task, language: such as "topic" and "kin"; strategies: names, or Columns; samples: items of the split, or texts of
    your own, as dicts by field where the task has several;
    shots: demonstrations, drawn by the seed, or demonstrations of your own: (text, answer) pairs or a file;
    set: knobs, such as {"translate.pivot": "human"}; plan: a whole plan, or a file with one, in place of all others.
    A column that fails is shown as failed. Raises InputError for a call that is off.

        xlt.compare(task="topic", language="kin", samples=20, shots=2)
    """
    from xlt_core.comparison.compare import run
    from xlt_core.comparison.selection import select
    from xlt_core.store.compare_stored import compare_stored

    parts, store = rooted(options.parts, options.data_root), _store()
    selection = select(options.planned(), parts)
    now = Comparison(selection.plan, ())
    with (closing(compare_stored(selection, store, parts) if store else run(selection, parts)) as work,
          progress(options.progress) as show):  # fmt: skip
        for now in work:
            done = sum(prediction.final for run in now.runs for prediction in run.predictions)
            busy = ", ".join(run.name for run in now.runs if run.state == "running")
            show(done, sum(len(run.examples) for run in now.runs), busy)
    return ComparisonResult((now,))


@takes(Sweep)
def sweep(options: Sweep) -> SweepResult:
    """Compares over every task in every language with each model, translator, number of shots and seed.

    out: a folder that keeps what is computed (else the app's store does); the same call goes on where it was stopped.
    What cannot be combined is left out, and said in the result's notes. Raises InputError for a grid that is off.

        xlt.sweep(tasks=["topic", "ner"], languages=["kin", "hau"], shots=[0, 4], samples=20)
    """
    from xlt_core.store.store import Store
    from xlt_core.sweeps.sweep import sweep as cells_of

    grid, parts = _grid(options), rooted(options.parts, options.data_root)
    if options.out is not None:
        check_folder(Path(options.out).expanduser())
    store = Store(Path(options.out).expanduser() / "store.sqlite") if options.out is not None else _store(needed=True)
    snapshot = None
    with closing(cells_of(grid, store, parts)) as work, progress(options.progress) as show:
        for snapshot in work:
            show(snapshot.done, snapshot.total, snapshot.state)
    return SweepResult(tuple(store.comparisons(snapshot.run)), tuple(_notes(snapshot)))


@takes(Score)
def score(options: Score) -> ComparisonResult:
    """Scores outputs that were recorded elsewhere on a whole split: a column for each file.

    predictions: .jsonl, .csv or .tsv files with the columns id and output, for entities also tokens with tags.
    missing: items without an output refuse the file ("error"), count as "wrong", or are left out ("skip").
    join: a result, or its .json file, to add the columns to. Raises InputError that names what does not fit.

        xlt.score(task="topic", language="kin", predictions="outputs.csv")
    """
    from xlt_core.documents import outputs

    files, missing = paths(options.predictions, "predictions"), options.missing
    if missing not in get_args(Missing):
        raise InputError(f"missing must be one of {', '.join(get_args(Missing))}, not {str(missing)[:40]!r}.")
    if options.join is None:
        if not options.task or not options.language:
            raise InputError("Give task and language, or join.")
        plan = checked(Plan, {"task": options.task, "language": options.language, "columns": [],
                              "dataset": options.dataset, "split": options.split,
                              "labels": listed(options.labels, "labels")})  # fmt: skip
        return ComparisonResult((outputs.score(plan, files, rooted(options.parts, options.data_root), missing),))
    if options.task or options.language:
        raise InputError("join has its own task and language; leave out task and language.")
    comparison = _joined(options.join)
    for path in files:
        comparison = outputs.joined(comparison, path, missing=missing)
    return ComparisonResult((comparison,))


@takes(Adapt)
def adapt(options: Adapt) -> AdaptationResult:
    """Adapts a model to plain text of a language: the weights that laft answers with.

    corpus: a .txt, .jsonl or .parquet file, hub:ID of a dataset, or "pocket" for news of the bundled world; of several
    languages, as many. out: where to write, else a new folder that laft finds by the language. Stopped, the same call
    with out and resume=True goes on. objective="align" takes parallel sentences in place of corpus, a file or a
    dataset. replay: English text that a share of the training is on, so that it is not forgotten. Raises InputError.

        weights = xlt.adapt(language="kin", corpus="news.txt", steps=200)
        xlt.compare(task="topic", language="kin", strategies="prompt,laft", adapter=weights.folder)
        xlt.adapt(language="kin", parallel="pairs.tsv", objective="align", start=weights.folder)
    """
    from xlt_core.adaptation.adapt import adapt as train
    from xlt_core.adaptation.folders import folder_for
    from xlt_core.models.memory import keep_freed_memory

    plan = _training(options)
    keep_freed_memory()
    folder = Path(options.out).expanduser() if options.out is not None else folder_for(plan, options.resume)
    with closing(train(plan, folder, options.resume)) as work, progress(options.progress) as show:
        for snapshot in work:
            show(snapshot.step, snapshot.steps, snapshot.doing)
    return AdaptationResult(
        folder, snapshot.card or {}, snapshot.bits, snapshot.losses, snapshot.notes, snapshot.figures
    )


@takes(Diagnose)
def diagnose(options: Diagnose) -> DiagnosisResult:
    """Measures a language, a model and a translator on parallel sentences, before you choose.

    only: of mexa, tokens, bits, sources, pivot, else all; parallel: "sib200", "udhr", "ntrex", "world" or a file of
    two columns. What cannot be measured is told in the result's notes. Raises InputError for a call that is off.

        xlt.diagnose(language="kin,hau", model="smollm2", parallel="sib200", only="tokens,mexa")
    """
    from xlt_core.diagnosis.diagnose import diagnose as measure
    from xlt_core.diagnosis.transfer import stored

    work = measure(options.request(), rooted(options.parts, options.data_root), stored())
    with closing(work), progress(options.progress) as show:
        for snapshot in work:
            show(snapshot.done, snapshot.total, snapshot.doing)
    return DiagnosisResult(snapshot)


def _store(needed: bool = False) -> Store | None:
    """The app's store; None, with a warning, where it cannot be used and need not be."""
    from xlt_core.store.store import Store

    try:
        store = Store()
    except InputError as error:
        if needed:
            raise
        warnings.warn(f"{error} Nothing is kept.", stacklevel=3)
        return None
    if store.message:
        warnings.warn(store.message, stacklevel=3)
    return store


def _grid(options: Sweep) -> Grid:
    from xlt_core.sweeps.sweep import Grid

    same = ("split", "model", "translator", "samples", "demonstrations_from", "demonstrations_language")
    lists = {name: listed(getattr(options, name), name) for name in ("tasks", "languages", "shots", "seeds", "labels")}
    for name, several in (("model", options.models), ("translator", options.translators)):
        if listed(several, f"{name}s") and getattr(options, name) != getattr(Sweep, name):
            raise InputError(f"Give {name} or {name}s, not both.")
    axes = {name: listed(getattr(options, name), name) for name in ("models", "translators")}
    grid = checked(Grid, {**{name: getattr(options, name) for name in same}, **lists, **axes,
                          "columns": options.columns, "datasets": listed(options.dataset, "dataset")})  # fmt: skip
    return grid.along(grid.models, grid.translators)


def _notes(snapshot: Snapshot) -> Iterator[str]:
    """What was left out, once for all numbers of shots and seeds, and what failed, once for each reason."""
    from xlt_core.sweeps.titles import failures, left_out

    yield from left_out(snapshot.cells)
    for title, note, others in failures(snapshot.cells):
        yield f"Failed, {title}: {note}{f' (so did {others} more)' * bool(others)}"


def _joined(given: Any) -> Comparison:
    """The comparison to join: of a result, or of a file."""
    from xlt_core.documents.document import read_document

    if isinstance(given, Result | Comparison):
        return given.comparisons[0] if isinstance(given, Result) else given
    (path,) = paths([given], "join")
    try:
        return read_document(json.loads(text_of(path)))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON: {error}.") from None


def _training(options: Adapt) -> Adaptation:
    from xlt_core.adaptation.objective import replay_of, sources_of
    from xlt_core.adaptation.records import Adaptation

    given = {name: [str(path) for path in each(getattr(options, name), name)]
             for name in ("corpus", "parallel", "dataset")}  # fmt: skip
    pairs = sources_of(options.objective, listed(options.language, "language"), **given)
    corpora = [{"language": code, "source": source} for code, source in pairs]
    own = {"start": fspath(options.start), "data_root": [*map(str, paths(options.data_root, "data_root"))],
           "replay": [plain(replay_of(text)) for text in each(options.replay, "replay")]}  # fmt: skip
    same = {field.name for field in fields(Adaptation)} & {field.name for field in fields(options)}
    if not isinstance(options.set or {}, Mapping):
        raise InputError('set must be a dict such as {"recipe": "afp"}.')
    values = {name: getattr(options, name) for name in same}
    rows = {name: getattr(options, name) for name in ("task", "samples") if getattr(options, name)}
    return checked(Adaptation, {**values, **own, "corpora": corpora, "knobs": {**rows, **(options.set or {})}})
