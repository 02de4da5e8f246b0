"""The suggested models, and which ones may be named on the page."""

from __future__ import annotations

import re

import pytest

from xlt_core import catalog, settings
from xlt_core.cli import lists
from xlt_core.models import names
from xlt_core.models.suggested import suggested, suggestions


def test_every_suggestion_says_what_it_is() -> None:
    for entry in suggestions():
        assert entry.kind in ("model", "translator") and entry.licence and re.fullmatch(r"[\d.]+[MB]", entry.parameters)
        assert entry.id == "pocket" or (names.HUB_ID.fullmatch(entry.id) and float(entry.gigabytes) > 0)
    words = suggested("translator")["facebook/nllb-200-distilled-600M"].describe()
    assert words == "0.6B parameters, a download of 2.5 GB; licence: CC BY-NC 4.0; 196 languages"


@pytest.mark.parametrize(("public", "given", "found"), [
    (False, None, ("any",)), (False, "org/a, org/b", ("org/a", "org/b")), (False, "", ()),
    (True, None, ()), (True, "any", ()), (True, "org/a any", ("org/a",)),
])  # fmt: skip
def test_which_may_be_named_is_a_setting(
    public: bool, given: str | None, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC", public)
    monkeypatch.delenv("XLT_MODELS", raising=False)
    if given is not None:
        monkeypatch.setenv("XLT_MODELS", given)
    assert settings._ids("XLT_MODELS") == found


def test_a_list_offers_what_it_names_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalog.typed("model") and set(suggested("model")) <= set(catalog.models())
    monkeypatch.setattr(catalog, "MODELS", ("org/a",))
    monkeypatch.setattr(catalog, "HOST_URL", "")
    assert catalog.models() == ("pocket", "org/a") and not catalog.typed("model")
    listed = {row["id"]: row for row in lists.models()}
    assert listed["org/a"]["kind"] == "model" and listed["llm"]["kind"] == "translator" and listed["llm"]["note"]
