"""The commands that list what there is: languages, tasks, strategies, models, datasets."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.cli.options import DONE
from xlt_core.cli.printing import aligned, short
from xlt_core.language_table import every
from xlt_core.models.adapted import published_table
from xlt_core.models.suggested import suggestions
from xlt_core.records import InputError

Rows = list[dict[str, object]]


def add(command: argparse.ArgumentParser, name: str) -> None:
    """The options of the list of that name."""
    command.add_argument("--json", action="store_true", help="for machines")
    if name == "models":
        command.add_argument("--probe", metavar="MODEL", help="load a model, and say which way it runs, and why")
    command.set_defaults(run=run, name=name)


def run(options: argparse.Namespace, parts: Parts) -> int:
    if getattr(options, "probe", None) is not None:
        print(f"{options.probe}: {_probe(options.probe, parts)}")
        return DONE
    rows = LISTS[options.name]()
    print(as_json(rows) if options.json else listing(rows))
    return DONE


def _probe(model: str, parts: Parts) -> str:
    """How a model runs. Raises InputError for one that a server runs."""
    host = parts.host(model)
    if not hasattr(host, "ready"):
        raise InputError(f"{model} runs elsewhere; only a model that runs here can be probed.")
    return str(host.ready())


def listing(rows: Sequence[dict[str, object]]) -> str:
    """A list for a reader, a line per entry."""
    return aligned([tuple(rows[0]), *([short(_cell(value)) for value in row.values()] for row in rows)] if rows else [])


def as_json(rows: Rows) -> str:
    """A row a line: thousands are written at once where an indented document takes a quarter of a second."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return str(value["name"]) if "name" in value else "; ".join(f"{k}: {_cell(v)}" for k, v in value.items())
    return " ".join(map(_cell, value)) if isinstance(value, list) else str(value)


def languages() -> Rows:
    """All languages of the world, ours first."""
    return [{**vars(language), "aliases": list(language.aliases)} for language in every()]


def tasks() -> Rows:
    return [{"id": name, "title": task.title, "answer": task.answer_kind, "metrics": list(task.metrics)}
            for name, task in catalog.tasks().items()]  # fmt: skip


def strategies() -> Rows:
    return [{"id": name, "title": kind.title, "summary": kind.summary, "needs": list(kind.needs),
             "paper": kind.paper, "acts_on": list(kind.acts_on), "asks_for": list(kind.asks_for),
             "knobs": [{**asdict(knob), "choices": list(knob.choices)} for knob in catalog.knobs(name)]}
            for name, kind in catalog.strategies().items()]  # fmt: skip


def models() -> Rows:
    """The bundled, the suggested with size and licence, those that the settings name, and public adaptations."""
    suggested = [asdict(entry) for entry in suggestions()]
    here = [("model", name) for name in catalog.models()] + [("translator", name) for name in catalog.translators()]
    known = {(entry["kind"], entry["name"] or entry["id"]) for entry in suggested}
    blank, notes = dict.fromkeys(suggested[0], ""), {catalog.LLM: "the language model translates for itself"}
    named = [{**blank, "id": name, "kind": kind, "note": notes.get(name, "")}
             for kind, name in here if (kind, name) not in known]  # fmt: skip
    adapted = [{**blank, "id": row.id, "kind": "adapted", "licence": row.licence, "note": row.describe()}
               for row in published_table()]  # fmt: skip
    return [*suggested, *named, *adapted]


def datasets() -> Rows:
    return [{"id": name, "title": dataset.title, "licence": dataset.licence, "url": dataset.url,
             "citation": dataset.citation,
             "languages": {task: list(dataset.languages(task)) for task in catalog.tasks()}}
            for name, dataset in catalog.datasets().items()]  # fmt: skip


LISTS: dict[str, Callable[[], Rows]] = {
    "languages": languages, "tasks": tasks, "strategies": strategies, "models": models, "datasets": datasets,
}  # fmt: skip
