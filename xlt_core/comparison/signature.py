"""What results hang on, in a few signs: the same signature stands for the same computation, and any change changes it.

That a result may be used again instead of computed is only right where nothing that made it has changed since: not the
weights, nor the prompt, nor the code that stands between them.
"""

from __future__ import annotations

import inspect
import json
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from xlt_core.catalog import PIVOT, Parts
from xlt_core.contracts import Adapts, Host, Strategy, Translator
from xlt_core.formats.values import plain
from xlt_core.records import Column, Example, Plan
from xlt_core.settings import ROOT

LENGTH = 24  # hexadecimal digits: 96 bits
SESSION = token_hex()
BUILT_ON = re.compile(rb"from xlt_core\.(engine|formats|models|text)\b")  # a change there changes what comes of a part


def signed(*values: Any) -> str:
    """Signs for plain values and records."""
    return sha256(json.dumps(plain(values), sort_keys=True).encode()).hexdigest()[:LENGTH]


def item_key(example: Example) -> str:
    """An example's own signs, its gold answer and its pivot included."""
    return signed(example)


def column_key(plan: Plan, column: Column, parts: Parts, translator: Translator | None) -> str:
    """Signs for a column of a resolved plan: whatever its predictions hang on, but for which items there are.

    translator: that of the column, where it has one. Raises InputError for a column that cannot run.
    """
    strategy, task, host = parts.strategy(column), parts.task(plan.task), parts.host(plan.model)
    ends = parts.language(plan.language), parts.language(PIVOT)
    return signed(
        made_by(task, strategy, host, *([translator] if translator else [])),
        [task.instruction((), language) for language in ends],
        (plan.task, plan.language, plan.data_digest, plan.labels, plan.seed, plan.limits, plan.demonstrations),
        (column.strategy, column.knobs),
        host_identity(host, _adapter(strategy, host, plan.language)),
        translator_identity(translator) if translator else "",
    )


def _adapter(strategy: Strategy, host: Host, language: str) -> str:
    """The adapted weights that a strategy will ask for."""
    if "adapts" not in strategy.needs or not isinstance(host, Adapts):
        return ""
    return getattr(strategy, "adapter", "") or next(iter(host.adapters(language)), "")


def host_identity(host: Host, adapter: str) -> str:
    """What answers: the weights and how they are run. A host tells it by `identity`; else its revision stands for it.

    Raises InputError where there is no such adapter.
    """
    identity = getattr(host, "identity", None)
    return identity(adapter) if identity else f"{host.name} {host.revision} {adapter}"


def translator_identity(translator: Translator) -> str:
    """What translates, told as by a host."""
    identity = getattr(translator, "identity", None)
    return f"{translator.name} {identity() if identity else translator.revision}"


def made_by(*parts: object) -> str:
    """Signs for the code of the parts: the file of each, the helpers beside it, and the folders that they build on."""
    return signed([_source(type(inspect.unwrap(part))) for part in parts])  # type: ignore[arg-type]


def _source(kind: type) -> str:
    try:
        return _code(inspect.getfile(kind))
    except (TypeError, OSError):  # written at a prompt: nothing tells whether it is the same tomorrow
        return f"{SESSION} {id(kind)}"


@lru_cache
def _code(file: str) -> str:
    own = Path(file)
    code = [path.read_bytes() for path in (own, *sorted(own.parent.glob("_*.py")))]
    folders = sorted({match.decode() for text in code for match in BUILT_ON.findall(text)})
    code += [path.read_bytes() for folder in folders for path in sorted(ROOT.glob(f"xlt_core/{folder}/*.py"))]
    return sha256(b"\n".join(code)).hexdigest()[:LENGTH]
