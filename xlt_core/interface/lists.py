"""The lists: the languages, tasks, strategies, models and datasets that there are, as the command line prints them."""

from __future__ import annotations

from xlt_core.cli import lists
from xlt_core.interface.tables import Rows


def languages() -> Rows:
    """All languages of ISO 639-3, ours first; a row has code, name, autonym, script, direction, family and aliases."""
    return Rows(lists.languages())


def tasks() -> Rows:
    """The tasks: id, title, the kind of answer, and the metrics, the headline first."""
    return Rows(lists.tasks())


def strategies() -> Rows:
    """The strategies: id, title, what it does, what it needs of a host, and its knobs with their defaults."""
    return Rows(lists.strategies())


def models() -> Rows:
    """The models and translators that are bundled or suggested, with size and licence."""
    return Rows(lists.models())


def datasets() -> Rows:
    """The datasets: id, title, licence, address, citation, and the languages of each task."""
    return Rows(lists.datasets())
