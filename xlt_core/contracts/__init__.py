"""What one can add, each as one new file: tasks, strategies, hosts, translators, datasets, pickers, diagnostics."""

from xlt_core.contracts.data import SPLITS, Dataset, Memory
from xlt_core.contracts.diagnostics import (
    Chart,
    Diagnostic,
    Inspects,
    Measured,
    Pieces,
    Series,
    Subject,
    Transfer,
    Values,
)
from xlt_core.contracts.models import (
    ABILITIES,
    Adapts,
    Encodes,
    Generates,
    Host,
    NoHost,
    Scores,
    TokenStates,
    Translator,
    missing,
)
from xlt_core.contracts.pickers import Pick, Picked, Picker, Pool
from xlt_core.contracts.strategies import ACTS_ON, ASKS_FOR, BuiltOn, Setting, Solver, Strategy, no_rows
from xlt_core.contracts.tasks import Task

__all__ = [
    "ABILITIES",
    "ACTS_ON",
    "ASKS_FOR",
    "SPLITS",
    "Adapts",
    "BuiltOn",
    "Chart",
    "Dataset",
    "Diagnostic",
    "Encodes",
    "Generates",
    "Host",
    "Inspects",
    "Measured",
    "Memory",
    "NoHost",
    "Pick",
    "Picked",
    "Picker",
    "Pieces",
    "Pool",
    "Scores",
    "Series",
    "Setting",
    "Solver",
    "Strategy",
    "Subject",
    "Task",
    "TokenStates",
    "Transfer",
    "Translator",
    "Values",
    "missing",
    "no_rows",
]
