"""The map of the strategies for the tab About: where each acts, what it asks for, and its paper."""

from __future__ import annotations

import re

from xlt_core import catalog
from xlt_core.contracts import ACTS_ON, ASKS_FOR
from xlt_core.findings.colours import colour, ordered
from xlt_core.ui.shared.html import escape

SURVEY = "2404.04925"
ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")


def strategy_map_html() -> str:
    """A row for each strategy, drawn from its class."""
    heads = "".join(f"<th scope='col'>{escape(word)}</th>" for word in (*ACTS_ON, *ASKS_FOR))
    rows = "".join(_row(name) for name in ordered(catalog.strategies()))
    return (
        "<h2 class='xlt-group'>Where each strategy acts, and what it asks for</h2>"
        "<div class='xlt-table xlt-map' tabindex='0'><table><thead>"
        f"<tr><td></td><th colspan='{len(ACTS_ON)}'>acts on</th>"
        f"<th colspan='{len(ASKS_FOR)}'>asks for</th><td></td></tr>"
        f"<tr><th scope='col'>strategy</th>{heads}<th scope='col'>source</th></tr></thead><tbody>{rows}</tbody></table>"
        f"</div><p class='xlt-quiet'>The places are those of the survey {_linked(f'arXiv {SURVEY}')}.</p>"
    )


def _row(name: str) -> str:
    kind = catalog.strategies()[name]
    marks = "".join(_mark(word, word in kind.acts_on) for word in ACTS_ON)
    marks += "".join(_mark(word, word in kind.asks_for) for word in ASKS_FOR)
    return (
        f"<tr style='--strategy:{colour(name)}'><th scope='row'>{escape(name)}</th>{marks}"
        f"<td data-head='source'>{_linked(kind.paper)}</td></tr>"
    )


def _mark(word: str, there: bool) -> str:
    return f"<td data-head='{escape(word)}'>{'<b>yes</b>' if there else ''}</td>"


def _linked(paper: str) -> str:
    """A paper with its arXiv number as a link."""
    link = r"<a href='https://arxiv.org/abs/\1' rel='noopener'>arXiv \1</a>"
    return ARXIV.sub(link, escape(paper))
