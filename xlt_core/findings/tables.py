"""Findings as tables of text, and those in Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlt_core.findings.pivots import ColumnPivot
from xlt_core.findings.records import Cell, Condition, Findings
from xlt_core.findings.sentences import language_name, number, task_title
from xlt_core.records import PairedTest, Score
from xlt_core.scoring import metrics

LATEX = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
         "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
         "|": r"\textbar{}", "\N{MINUS SIGN}": r"$-$"}  # fmt: skip
PIVOT_HEADS = ("items", "chrF++", "length ratio", "repetition", "untranslated", "other script", "back-translation")


@dataclass(frozen=True)
class Table:
    """Cells as text. bold: the (row, column) of cells to set off."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]] = frozenset()


def summary(found: Findings, shots: int | None = None) -> Table:
    """A row per condition, a column per strategy: score and 95% interval; bold where it is decisively the best."""
    leaders = {one.condition: one for one in found.leaders if one.shots == shots}
    rows, bold = [], set()
    for condition in leaders:
        cells = [found.cell(condition, shots, name) for name in found.columns]
        rows.append((task_title(condition, found), language_name(condition.language), *map(interval, cells)))
        if leaders[condition].decisive:
            bold.add((len(rows) - 1, 2 + list(found.columns).index(leaders[condition].column)))
    what = "mean over shots" if shots is None else f"{shots} shots"
    return Table(f"Scores with 95% intervals, {what}; bold: decisively the best",
                 ("task", "language", *found.columns), tuple(rows), frozenset(bold))  # fmt: skip


def cells(found: Findings) -> Table:
    """A row per cell, all of its figures."""
    heads = ("task", "language", "shots", "column", "metric", "score", "by seed", "items", "no result", "readable",
             "tokens a word", "seconds an item", "parameters")  # fmt: skip
    rows = [(*_setting(cell.condition, cell.shots, found), cell.column, metrics.title(cell.metric), interval(cell),
             ", ".join(f"{seed}: {number(value)}" for seed, value in cell.by_seed.items()), str(cell.items),
             str(cell.errors), _share(cell.valid), _figure(cell.tokens_per_word), _figure(cell.seconds_per_item),
             "-" if cell.parameters is None else f"{cell.parameters:,.0f}")
            for cell in found.cells]  # fmt: skip
    return Table("All cells", heads, tuple(rows))


def contrasts(found: Findings) -> Table:
    """A row per paired test."""
    difference = "a \N{MINUS SIGN} b"
    heads = ("task", "language", "shots", "a", "b", "metric", difference, "95% interval", "p", "p (Holm)", "test")
    rows = [(*_setting(one.condition, one.shots, found), *_test(one.test)) for one in found.contrasts]
    return Table("Paired tests on the same items", heads, tuple(rows))


def _test(test: PairedTest) -> tuple[str, ...]:
    span = f"{number(test.low, 3)} to {number(test.high, 3)}"
    return (test.a, test.b, metrics.title(test.metric), number(test.difference, 3), span, probability(test.p),
            probability(test.p_holm), test.test)  # fmt: skip


def aggregates(found: Findings) -> Table:
    """A row per pair of columns and number of shots: the tests over conditions."""
    heads = ("shots", "a", "b", "pairs", "a higher", "b higher", "mean difference", "p", "p (Holm)")
    rows = [("mean" if one.shots is None else str(one.shots), one.a, one.b, str(one.conditions), str(one.ahead),
             str(one.behind), number(one.difference, 3), probability(one.p), probability(one.p_holm))
            for one in found.aggregates]  # fmt: skip
    return Table("Wilcoxon's signed-rank test over pairs of task and language", heads, tuple(rows))


def pivots(rows: Iterable[tuple[Condition, str, ColumnPivot]], found: Findings) -> Table:
    """A row per condition and column that a machine takes to English."""
    heads = ("task", "language", "column", *PIVOT_HEADS)
    made = [(task_title(condition, found), language_name(condition.language), column, *pivot_cells(one))
            for condition, column, one in rows]  # fmt: skip
    return Table("The machine's pivot", heads, tuple(made))


def pivot_cells(one: ColumnPivot) -> tuple[str, ...]:
    """A column's pivots as cells under PIVOT_HEADS."""
    signs, back = one.signs, one.back_chrf_pp
    shares = (signs.repetition, signs.untranslated, signs.other_script)
    return (str(one.items), score_text(one.chrf_pp), number(signs.length_ratio), *map(_share, shares),
            "-" if back is None else number(back))  # fmt: skip


def markdown(table: Table) -> str:
    """The table in Markdown."""

    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"

    rows = [[f"**{cell}**" if (r, c) in table.bold else cell for c, cell in enumerate(row)]
            for r, row in enumerate(table.rows)]  # fmt: skip
    return "\n".join([line(table.heads), line("---" for _ in table.heads), *map(line, rows)]) + "\n"


def latex(table: Table) -> str:
    r"""The table in LaTeX, for \usepackage{booktabs}; what a text holds of TeX's own characters is escaped."""

    def line(cells: Iterable[str]) -> str:
        return f"{' & '.join(cells)} \\\\"

    rows = [[rf"\textbf{{{escape(cell)}}}" if (r, c) in table.bold else escape(cell) for c, cell in enumerate(row)]
            for r, row in enumerate(table.rows)]  # fmt: skip
    begin = [r"\begin{table}", r"\centering", rf"\caption{{{escape(table.title)}}}",
             rf"\begin{{tabular}}{{{'l' * len(table.heads)}}}", r"\toprule"]  # fmt: skip
    body = [line(map(escape, table.heads)), r"\midrule", *map(line, rows), r"\bottomrule"]
    return "\n".join([*begin, *body, r"\end{tabular}", r"\end{table}"]) + "\n"


def escape(text: str) -> str:
    """Text as it may stand in LaTeX."""
    return "".join(LATEX.get(character, character) for character in text)


def interval(cell: Cell | None) -> str:
    """A score with its interval, or a dash."""
    return score_text(cell.score if cell else None)


def score_text(score: Score | None) -> str:
    """Likewise a score."""
    return "-" if score is None else f"{number(score.value)} ({number(score.low)} to {number(score.high)})"


def probability(p: float | None) -> str:
    return "-" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _setting(condition: Condition, shots: int | None, found: Findings) -> tuple[str, str, str]:
    return task_title(condition, found), language_name(condition.language), "mean" if shots is None else str(shots)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
