"""Signatures: hashes of all that a result depends on, so that a result is used again only where nothing has changed.

A result depends on the weights, the prompt, the settings, and the code in between.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from xlt_core.catalog import PIVOT, Parts
from xlt_core.contracts import Adapts, Host, NoHost, Strategy, Translator
from xlt_core.formats.values import plain
from xlt_core.records import Column, Example, Plan
from xlt_core.settings import ROOT

LENGTH = 24  # hexadecimal digits: 96 bits
SESSION = token_hex()  # stands for code whose file is not known
FOLDERS = (
    "baselines",
    "engine",
    "formats",
    "models",
    "pivoting",
    "prompting",
    "text",
)  # that tasks, strategies, hosts and translators build on
IMPORTS = re.compile(rf"^\s*from xlt_core\.({'|'.join(FOLDERS)})\b".encode(), re.MULTILINE)


def signature_of(*values: Any) -> str:
    """The hash of plain values and records."""
    return sha256(json.dumps(plain(values), sort_keys=True).encode()).hexdigest()[:LENGTH]


def item_key(example: Example) -> str:
    """The hash of an example, its gold answer and its pivot included."""
    return signature_of(example)


def column_key(
    plan: Plan, column: Column, parts: Parts, translator: Translator | None, more: Sequence[object] = ()
) -> str:
    """The hash of all that the predictions of a resolved plan's column depend on, the items aside.

    translator: that of the column, where it has one; more: what it depends on besides. Raises InputError for a column
    that cannot run.
    """
    strategy, task = parts.strategy(column), parts.task(plan.task)
    host = parts.host(plan.model) if strategy.needs else NoHost()
    ends = parts.language(plan.language), parts.language(PIVOT)
    return signature_of(
        code_signature(task, strategy, host, *([translator] if translator else [])),
        [task.instruction((), language) for language in ends],
        (plan.task, plan.language, plan.data_digest, plan.labels, plan.seed, plan.limits, plan.demonstrations),
        (column.strategy, column.knobs),
        host_identity(host, _adapter(strategy, host, plan.language)),
        translator_identity(translator) if translator else "",
        *more,
        *filter(None, [strategy.identity()]),
    )


def _adapter(strategy: Strategy, host: Host, language: str) -> str:
    """The name of the adapted weights that the strategy will use; "" for none."""
    if "adapts" not in strategy.needs or not isinstance(host, Adapts):
        return ""
    return getattr(strategy, "adapter", "") or next(iter(strategy.adapters(host, language)), "")


def host_identity(host: Host, adapter: str) -> str:
    """The weights and how they are run, by the host's own `identity` where it has one, else by its revision.

    Raises InputError where there is no such adapter.
    """
    identity = getattr(host, "identity", None)
    return identity(adapter) if identity else f"{host.name} {host.revision} {adapter}"


def translator_identity(translator: Translator) -> str:
    """The same of a translator."""
    identity = getattr(translator, "identity", None)
    return f"{translator.name} {identity() if identity else translator.revision}"


def code_signature(*parts: object) -> str:
    """The hash of the parts' code: the file of each, the helpers beside it, and the folders that these import."""
    return signature_of([_source(type(inspect.unwrap(part))) for part in parts])  # type: ignore[arg-type]


def _source(kind: type) -> str:
    try:
        return _code(inspect.getfile(kind))
    except (TypeError, OSError):  # written at a prompt: nothing tells whether it is the same tomorrow
        return f"{SESSION} {id(kind)}"


@lru_cache
def _code(file: str) -> str:
    own = Path(file)
    code = [path.read_bytes() for path in (own, *sorted(own.parent.glob("_*.py")))]
    folders = sorted(_folders_imported(code))
    return sha256(b"\n".join([*code, *(text for folder in folders for text in _sources(folder))])).hexdigest()[:LENGTH]


def _folders_imported(code: Iterable[bytes]) -> set[str]:
    """The FOLDERS that the code imports, and those that these import in turn."""
    found: set[str] = set()
    ahead = [*code]
    while ahead:
        for folder in {match.decode() for match in IMPORTS.findall(ahead.pop())} - found:
            found.add(folder)
            ahead += _sources(folder)
    return found


@lru_cache
def _sources(folder: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(ROOT.glob(f"xlt_core/{folder}/*.py")))
