"""A table of text as HTML."""

from __future__ import annotations

from xlt_core.findings.tables import Table
from xlt_core.ui.shared.html import escape


def table_html(table: Table) -> str:
    """The table; where it is wider than the page, it scrolls."""
    heads = "".join(f"<th scope='col'>{escape(head)}</th>" for head in table.heads)
    rows = "".join(f"<tr>{_cells(table, number)}</tr>" for number in range(len(table.rows)))
    return (
        f"<div class='xlt-numbers' tabindex='0'><table><caption>{escape(table.title)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(table: Table, row: int) -> str:
    texts = (f"<b>{escape(text)}</b>" if (row, column) in table.bold else escape(text)
             for column, text in enumerate(table.rows[row]))  # fmt: skip
    return "".join(f"<td>{text}</td>" for text in texts)
