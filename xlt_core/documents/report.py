"""One self-contained HTML file of what comparisons show: figures with their captions, tables, settings, commands."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from xlt_core.documents import shared_result
from xlt_core.findings import sentences
from xlt_core.findings.findings import find
from xlt_core.formats import files
from xlt_core.records import Comparison, InputError
from xlt_core.settings import ASSETS

# Nothing may be fetched, whatever stands in the texts.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def html(comparisons: Sequence[Comparison], title: str = "", command: str = "") -> str:
    """The report. command: the line that made all of the comparisons, where one did.

    Raises InputError where no column has a score.
    """
    from plotly.offline import get_plotlyjs

    from xlt_core.documents.report_sections import SECTIONS, ReportPage, made_by

    found = find(comparisons)
    if not found.cells:
        raise InputError("There is nothing to report: no finished column has items with gold answers.")
    page = ReportPage(found, comparisons)
    body = "\n".join(section(page) for section in SECTIONS) + made_by(command)
    title = title or f"{sentences.listed(list(found.columns))}: what {len(comparisons)} comparisons show"
    data = "".join(
        f"<script type='application/json' id='{name}'>{text}</script>" for name, text in page.figures_by_id.items()
    )
    style, script = ((ASSETS / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta http-equiv='Content-Security-Policy' content=\"{POLICY}\">"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><style>{style}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}<noscript><p>The figures need JavaScript; the tables hold all numbers."
        f"</p></noscript>{data}{shared_result.embedded(comparisons)}<script>{get_plotlyjs()}</script>"
        f"<script>{script}</script></body></html>\n"
    )


def write(path: Path, comparisons: Sequence[Comparison], title: str = "", command: str = "") -> None:
    """Writes the report. Raises InputError where it cannot be."""
    files.write(path, html(comparisons, title, command))
