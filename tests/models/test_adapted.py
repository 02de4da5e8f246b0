"""The table of public adaptations."""

from __future__ import annotations

import re

from xlt_core import catalog
from xlt_core.cli import printing
from xlt_core.models import adapted

HUB_ID = re.compile(r"[\w-]+/[\w.-]+")


def test_every_row_is_whole_and_names_languages_that_are_known() -> None:
    rows = adapted.published_table()
    assert len({row.id for row in rows}) == len(rows) > 10
    for row in rows:
        assert HUB_ID.fullmatch(row.id) and row.bases and all(HUB_ID.fullmatch(base) for base in row.bases)
        assert row.languages and set(row.languages) <= set(catalog.languages()), row.id
        assert row.kind in ("lora", "full") and row.licence and row.source.startswith("https://")


def test_a_base_gets_what_was_made_from_it_for_the_language() -> None:
    assert adapted.published("huggyllama/llama-7b", "kin") == ("ChrisToukmaji/llama_kinyarwanda_LAFT",)
    assert "Lugha-Llama/Lugha-Llama-8B-wura" in adapted.published("meta-llama/Meta-Llama-3.1-8B", "hau")
    assert not adapted.published("huggyllama/llama-7b", "yor") and not adapted.published("pocket", "kin")


def test_the_list_of_models_names_them() -> None:
    listed = {row["id"]: row for row in printing.models() if row["kind"] == "adapted"}
    assert set(listed) == {row.id for row in adapted.published_table()}
    note = listed["ChrisToukmaji/llama_hausa_LAFT"]["note"]
    assert note == "full weights from huggyllama/llama-7b for hau; the weights of arXiv 2403.06018"
