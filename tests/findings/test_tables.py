"""Tables of findings, in Markdown and in LaTeX."""

from dataclasses import replace

from helpers.comparisons import comparison, grid

from xlt_core.findings.findings import find
from xlt_core.findings.pivots import INPUT, column_pivots
from xlt_core.findings.tables import Table, aggregates, cells, contrasts, escape, latex, markdown, pivots, summary
from xlt_core.records import Reply

FAR = {"prompt": 0.4, "translate": 0.95}
FOUND = find(grid(FAR, ["kin", "hau"]))


def test_the_summary_has_a_row_per_place_and_sets_off_decisive_leads():
    table = summary(FOUND, 2)
    assert table.heads == ("task", "language", "prompt", "translate") and len(table.rows) == 2
    score = FOUND.cell(FOUND.conditions[0], 2, "translate").score
    assert table.rows[0][3] == f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f})"
    assert table.bold == {(0, 3), (1, 3)}
    assert not summary(find(grid({"prompt": 0.6, "translate": 0.61}, ["kin"], items=10))).bold


def test_a_missing_cell_is_a_dash():
    made = grid(FAR, ["kin", "hau"])
    lame = [replace(one, runs=one.runs[:1]) if one.plan.language == "hau" else one for one in made]
    assert summary(find(lame)).rows[0][3] == "-" and summary(find(lame)).rows[0][1] == "Hausa"


def test_each_table_has_as_many_cells_in_every_row():
    for table in (summary(FOUND), cells(FOUND), contrasts(FOUND), aggregates(FOUND)):
        assert table.rows and {len(row) for row in table.rows} == {len(table.heads)}
    assert len(cells(FOUND).rows) == 2 * 3 * 2 and len(contrasts(FOUND).rows) == 2 * 3 * 2
    assert {row[-1] for row in contrasts(FOUND).rows} == {"paired randomization", "McNemar exact"}


def test_markdown_escapes_what_would_end_a_cell():
    table = Table("t", ("a|b", "c"), (("x\ny", "1"), ("z", "2")), frozenset({(1, 1)}))
    assert markdown(table).splitlines() == ["| a\\|b | c |", "| --- | --- |", "| x y | 1 |", "| z | **2** |"]


def test_latex_uses_booktabs_and_escapes():
    text = latex(Table("50% & more", ("a_b", "c"), (("$x$ \\ {y}", "~^#"),), frozenset({(0, 0)})))
    assert [r"\toprule" in text, r"\midrule" in text, r"\bottomrule" in text, r"\caption{50\% \& more}" in text] == [
        True
    ] * 4
    assert r"\textbf{\$x\$ \textbackslash{} \{y\}} & \textasciitilde{}\textasciicircum{}\# \\" in text
    assert escape("a \u2212 b") == "a $-$ b" and text.count(r"\begin") == text.count(r"\end") == 2
    assert latex(summary(find([comparison(FAR)]))).count("&") == 3 * 2


def test_the_pivot_has_a_row_per_column_that_goes_by_it():
    made = comparison(FAR)
    crossed = [
        replace(p, replies=(Reply(INPUT, "x", "Aline went to Huye"), *p.replies)) for p in made.runs[1].predictions
    ]
    made = replace(made, runs=(made.runs[0], replace(made.runs[1], predictions=tuple(crossed))))
    table = pivots(column_pivots([made], 0), find([made]))
    assert [row[2:5] for row in table.rows] == [("translate", "40", "-")] and len(table.rows[0]) == len(table.heads)
    assert table.rows[0][6:] == ("0%", "33%", "0%", "-")
