"""A glossary: shown with the texts that have its terms, and the share of these that an output keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.small_hosts import Generating, prepared, setting
from helpers.small_parts import parts

from xlt_core import catalog
from xlt_core.comparison import compare
from xlt_core.comparison.selection import select
from xlt_core.records import Column, Example, InputError, Plan
from xlt_core.scoring.term_scores import terms_kept
from xlt_core.strategies.prompt import InLanguage

TERMS = (("ikipe", "team"), ("Umukino wa nyuma", "final"), ("amategeko", "law"))


@pytest.mark.parametrize(("source", "output", "share"), [
    ("Ikipe yatsinze.", "The team won.", 1.0), ("Ikipe yatsinze.", "The teams won.", 0.0),
    ("IKIPE yageze ku mukino wa nyuma; umukino wa\u00a0nyuma", "A TEAM lost the final.", 1.0),
    ("umukino wa nyuma w'ikipe", "the final", 0.5), ("Amakipe yatsinze.", "The team won.", None),
    ("Amategeko n'ikipe", "", 0.0),
])  # fmt: skip
def test_a_term_is_kept_where_its_translation_stands_as_whole_words(source, output, share) -> None:  # type: ignore[no-untyped-def]
    found = terms_kept(TERMS, [source], [output])
    assert (found.value if found else None) == share and (found is None or found.low <= found.value <= found.high)


def test_terms_are_counted_over_all_items() -> None:
    sources = ["ikipe n'amategeko", "ikipe", "nta jambo"]
    found = terms_kept(TERMS, sources, ["team", "no", "law"])
    assert found and found.value == pytest.approx(1 / 3) and found.high < 1


def test_each_turn_shows_the_terms_that_its_text_has(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("ikipe\tteam\namategeko\tlaw\n", "utf-8")
    task = catalog.task("translation")
    shown = Example("d", {"text": "Amategeko arahari"}, "There are laws")
    solver, _ = prepared(InLanguage(glossary=str(path)), setting(task, Generating(), (shown,)))
    sent = solver.reader.render(solver.preview(Example("1", {"text": "Ikipe n'amategeko"}))[0])
    assert "user: Terms: amategeko = law\nText: Amategeko arahari" in sent
    assert "user: Terms: ikipe = team; amategeko = law\nText: Ikipe n'amategeko" in sent
    with pytest.raises(InputError, match="The glossary cannot be read at 'ikipe'"):
        prepared(InLanguage(glossary="ikipe"), setting(task, Generating(), ()))
    assert "A glossary is for tasks that are translation, not Topic" in InLanguage(glossary="a=b").unfit(
        catalog.task("topic")
    )


def test_all_columns_are_scored_on_the_terms_of_one() -> None:
    given = replace(parts(Generating(lambda prompt: "the team")), dataset=lambda name: catalog.dataset("world"))
    first = given.dataset("world").load("translation", "kin", "test")[0].text.split()[0]
    columns = (Column("glossary", "prompt", {"glossary": f"{first}=team"}), Column("plain", "prompt"))
    selection = select(Plan("translation", "kin", columns, shots=0, samples=40), given)
    *_, last = compare.run(selection, given)
    assert [run.scores["terms_kept"].value for run in last.runs] == [1.0, 1.0]
    sent = [run.predictions[0].replies[-1].sent for run in last.runs if run.examples[0].text.startswith(first)]
    assert all(("Terms: " in text) == (number == 0) for number, text in enumerate(sent))
