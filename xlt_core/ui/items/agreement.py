"""The picture of where columns are right together: a row for each set of columns, with dots and a bar of items."""

from __future__ import annotations

from xlt_core.findings.agreement import Agreement, agreement, sentence
from xlt_core.findings.colours import colour
from xlt_core.records import Comparison
from xlt_core.ui.shared.html import escape

MOST = 8  # sets that are drawn; the smaller ones are one row


def agreement_html(comparison: Comparison, metric: str) -> str:
    """The picture with its sentence; "" where fewer than two columns have answers with gold ones."""
    found = agreement(comparison, metric)
    if found is None:
        return ""
    heads = "".join(f"<th scope='col' style='--strategy:{colour(kind)}'>{escape(name)}</th>"
                    for name, kind in found.strategies.items())  # fmt: skip
    rows = "".join(_row(found, names, count) for names, count in found.sets[:MOST])
    rest = sum(count for _, count in found.sets[MOST:])
    if rest:
        rows += f"<tr><td colspan='{len(found.strategies)}'>other sets</td>{_bar(found, rest)}</tr>"
    return (
        f"<figure class='xlt-sets'><div class='xlt-table' tabindex='0'><table><thead><tr>{heads}"
        f"<th scope='col'>items</th></tr></thead><tbody>{rows}</tbody></table></div>"
        f"<figcaption>Which columns are right together. {escape(sentence(found))}</figcaption></figure>"
    )


def _row(found: Agreement, names: tuple[str, ...], count: int) -> str:
    cells = "".join(_dot(name in names, kind) for name, kind in found.strategies.items())
    return f"<tr>{cells}{_bar(found, count)}</tr>"


def _dot(right: bool, kind: str) -> str:
    """Told apart by their form too, and in words to who does not see them."""
    mark, said = ("●", "right") if right else ("○", "wrong")
    dot = f"<span class='xlt-set-{said}' role='img' aria-label='{said}'>{mark}</span>"
    return f"<td style='--strategy:{colour(kind)}'>{dot}</td>"


def _bar(found: Agreement, count: int) -> str:
    return f"<td class='xlt-set-items'><i style='width:{count / found.items:.1%}'></i><b>{count}</b></td>"
