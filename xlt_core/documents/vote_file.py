"""Votes as files: CSV, a line for each, and JSON with the sign test beside the scores."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from xlt_core import catalog
from xlt_core.documents.plan_link import shareable
from xlt_core.findings.votes import Ballot, Vote, rows, sentence, sign_test
from xlt_core.formats.values import plain
from xlt_core.records import Comparison, Score


def votes_csv(comparison: Comparison, ballot: Ballot, votes: Sequence[Vote]) -> str:
    """A line for each vote."""
    sheet, made = io.StringIO(), rows(comparison, ballot, votes)
    lines = csv.DictWriter(sheet, list(made[0]) if made else ["item"], lineterminator="\n")
    lines.writeheader()
    lines.writerows(made)
    return sheet.getvalue()


def votes_json(comparison: Comparison, ballot: Ballot, votes: Sequence[Vote]) -> str:
    """The votes, their sign test, and the columns' scores."""
    made: dict[str, Any] = {
        "plan": plain(shareable(comparison.plan)),
        "columns": [ballot.a, ballot.b],
        "sign_test": plain(sign_test(votes)) | {"test": "exact sign test, two-sided, ties left out"},
        "says": sentence(ballot, votes),
        "scores": {name: plain(score) for name, score in scores(comparison, ballot).items()},
        "items": len(ballot.items),
        "left_out": {"same answer": ballot.same, "no answer": ballot.missing},
        "votes": rows(comparison, ballot, votes),
    }
    return json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def scores(comparison: Comparison, ballot: Ballot) -> dict[str, Score]:
    """The headline score of both columns, where they have one."""
    metric = catalog.task(comparison.plan.task).metrics[0]
    found = {run.name: run.scores[metric] for run in comparison.runs if metric in run.scores}
    return {name: found[name] for name in (ballot.a, ballot.b) if name in found}
