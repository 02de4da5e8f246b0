"""The comparison of two runs as HTML: a table and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlt_core import catalog
from xlt_core.findings import conclusions
from xlt_core.findings.sentences import language_name
from xlt_core.findings.tables import Table, probability
from xlt_core.findings.versus import Difference
from xlt_core.records import Score
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import escape, number
from xlt_core.ui.shared.table import table_html

HEADS = ("task", "language", "shots", "column", "items", "first", "second", "first \N{MINUS SIGN} second",
         "95% interval", "p", "p (Holm)", "test")  # fmt: skip
TESTED = (
    "Tested on the items that are in both runs with the same text and gold answer: paired randomization tests "
    "of the headline score, for labels also McNemar's exact test of accuracy, each corrected by Holm's method "
    "over this table. Scores are means over the seeds that both have."
)


def comparison_html(first: str, second: str, found: Sequence[Difference], others: Mapping[str, tuple[str, str]]) -> str:
    """Two runs compared. others: the other fields in which their plans differ, each with both values."""
    differ = "; ".join(f"{name.replace('_', ' ')} ({a} / {b})" for name, (a, b) in others.items())
    also = f"<p>They differ in: {escape(differ)}.</p>" if differ else ""
    sentence = f"<p class='xlt-conclusion'>{escape(conclusions.of_runs(found))}</p>"
    return (
        "<h2 class='xlt-heading'>Two runs</h2>"
        f"<p><b>first</b>: {escape(first)}<br><b>second</b>: {escape(second)}</p>{also}"
        f"{sentence}{table_html(_table(found))}<p class='xlt-quiet'>{TESTED}</p>"
    )


def _table(found: Sequence[Difference]) -> Table:
    rows = tuple(
        (catalog.task(one.task).title, language_name(one.language), _both(*one.shots), _both(*one.column),
         str(one.items), _score(one.first), _score(one.second), number(test.difference),
         f"{number(test.low)} to {number(test.high)}", probability(test.p), probability(test.p_holm),
         f"{test.test}, {metrics.title(test.metric)}")
        for one in found for test in one.tests
    )  # fmt: skip
    return Table("Each column in both runs", HEADS, rows)


def _both(first: object, second: object) -> str:
    return str(first) if first == second else f"{first} / {second}"


def _score(score: Score) -> str:
    return f"{number(score.value)} ({number(score.low)} to {number(score.high)})"
