"""What one can add, each as one new file: tasks, strategies, hosts, translators, datasets, pickers."""

from xlt_core.contracts.data import SPLITS, Dataset, Memory
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
    "Dataset",
    "Encodes",
    "Generates",
    "Host",
    "Memory",
    "NoHost",
    "Pick",
    "Picked",
    "Picker",
    "Pool",
    "Scores",
    "Setting",
    "Solver",
    "Strategy",
    "Task",
    "TokenStates",
    "Translator",
    "missing",
    "no_rows",
]
