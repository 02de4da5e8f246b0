"""The suggested models, and which ones may be named on the page."""

from __future__ import annotations

import re

import pytest

from xlt_core import catalog, language_table, settings
from xlt_core.cli import lists
from xlt_core.models import names
from xlt_core.models.suggested import GATES, suggested, suggestions
from xlt_core.translators import chat_mt


def test_every_suggestion_says_what_it_is() -> None:
    for entry in suggestions():
        assert entry.kind in ("model", "translator") and entry.terms and re.fullmatch(r"[\d.]+[MB]", entry.parameters)
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


def test_the_file_is_of_one_shape() -> None:
    """Every language is one of ours, nothing is named twice, and what could not be checked is blank."""
    ours = set(language_table.languages())
    entries = suggestions()
    assert len({(entry.kind, entry.key) for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.network in ("causal", "seq2seq") and entry.gate in GATES
        assert set(entry.languages.split()) <= ours and (not entry.source or entry.source.startswith("https://"))
        assert "gated" not in entry.note and (entry.licence or entry.note), "what is not known is said"
    assert [(entry.id, entry.kind) for entry in entries[-2:]] == [("pocket", "model"), ("pocket", "translator")]
    assert entries[0].key == "smollm2", "the smallest real model comes first, the bundled ones last"


def test_size_and_licence_come_before_the_gate_and_the_languages() -> None:
    words = suggested("model")["CohereLabs/tiny-aya-base"].describe()
    assert words.startswith("3.35B parameters, a download of 6.7 GB; licence: CC BY-NC 4.0; gated: accept its terms")
    assert words.endswith("70 languages; claims eng fra amh hau ibo mya plt sna swa tha wol xho yor zul")
    assert "licence: see its card" in suggested("model")["Lugha-Llama/Lugha-Llama-8B-wura"].describe()


@pytest.mark.parametrize("family", [
    "google/gemma-3-", "google/gemma-4", "Qwen/Qwen3-", "Qwen/Qwen3.5-", "meta-llama/Llama-3.", "HuggingFaceTB/SmolLM3",
    "swiss-ai/Apertus", "utter-project/EuroLLM", "CohereLabs/tiny-aya", "CohereLabs/aya-expanse",
    "McGill-NLP/AfriqueQwen", "McGill-NLP/AfriqueLlama", "McGill-NLP/AfriqueGemma", "Sunbird/Sunflower",
    "Lugha-Llama/", "NCAIR1/N-ATLaS", "bigscience/mt0-", "CohereLabs/aya-101", "facebook/nllb", "facebook/m2m100",
    "google/madlad400", "AfriNLP/AfriNLLB", "qvac/TranslatePsy-AfriSLM",
])  # fmt: skip
def test_every_family_is_there(family: str) -> None:
    assert any(entry.id.startswith(family) for entry in suggestions())


def test_the_languages_of_a_chat_translator_are_those_of_its_prompts() -> None:
    for name, entry in suggested("translator").items():
        form = chat_mt.form_for(name)
        if form.pattern != chat_mt.ANY_MODEL:
            assert set(entry.languages.split()) == {"eng", *form.languages} and entry.network == "causal"
