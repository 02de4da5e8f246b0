"""A chat model as translator: how it is asked, which models are asked how, and a tiny one at work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.small_hosts import ENGLISH, KINYARWANDA, Generating
from helpers.tiny_models import CHAT, make_model

from xlt_core import catalog
from xlt_core.catalog import PARTS
from xlt_core.comparison import compare
from xlt_core.contracts import missing
from xlt_core.hosts.local import LocalHost
from xlt_core.models.suggested import suggested
from xlt_core.records import Column, InputError, Limits, Plan, Row
from xlt_core.settings import ASSETS
from xlt_core.translators import chat_mt
from xlt_core.translators.chat_mt import ChatMt, form_for, model_of, prompt_forms

AFRISLM = "qvac/TranslatePsy-AfriSLM-0.8B"
XHOSA, BASQUE = catalog.language("xho"), catalog.language("eus")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("chat") / "tiny", chat=CHAT)


def test_every_row_of_the_table_can_be_asked() -> None:
    forms = prompt_forms()
    assert forms[-1].pattern == chat_mt.ANY_MODEL and len({form.pattern for form in forms}) == len(forms)
    for form in forms:
        *_, question = form.prompt("{text} {}", KINYARWANDA, ENGLISH)
        assert "{text} {}" in question.text and form.source and form.note
        assert all(catalog.language(code).code == code for code in (*form.languages, *dict(form.names)))
    with (ASSETS / "chat_prompts.csv").open(encoding="utf-8", newline="") as file:
        assert "\r" not in file.read()


def test_afrislm_is_asked_as_it_was_trained() -> None:
    system, question = form_for(AFRISLM).prompt("Molo.", XHOSA, ENGLISH)
    assert system.text.startswith("You are a professional Xhosa to English translator. \nYour goal is to accurately ")
    assert system.text.endswith(
        "Produce only the English translation, without any additional explanations or commentary. "
    )
    assert question.text == "Please translate the following Xhosa text into English: Molo..\n\nTranslation:"
    assert XHOSA.name == "isiXhosa", "the model calls it by another name than the page"


@pytest.mark.parametrize(("name", "model"), [
    ("chat-mt:smollm2", "smollm2"), ("chat-mt:http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
    (AFRISLM, AFRISLM), ("chat-mt:" + AFRISLM, AFRISLM), (f"models/{AFRISLM.lower()}", f"models/{AFRISLM.lower()}"),
    ("pocket", ""), ("facebook/nllb-200-distilled-600M", ""), ("apertium:http://x", ""),
])  # fmt: skip
def test_a_name_says_whether_a_model_is_asked(name: str, model: str) -> None:
    assert model_of(name) == model


def test_a_family_knows_its_languages() -> None:
    translator = ChatMt(AFRISLM, AFRISLM, Generating())
    assert not translator.lacks(KINYARWANDA) and not translator.lacks(ENGLISH) and translator.lacks(BASQUE)
    assert "does not know Basque (eus)" in missing(translator, BASQUE, ENGLISH)
    with pytest.raises(InputError, match="does not know Basque"):
        list(translator.translate(["Kaixo."], BASQUE, ENGLISH))
    assert not ChatMt("chat-mt:x", "x", Generating()).lacks(BASQUE)


def test_lines_are_translated_in_one_batch_and_once() -> None:
    host = Generating(lambda prompt: prompt[-1].text.rsplit("\n", 1)[-1].upper())
    translator = ChatMt("chat-mt:x", "x", host)
    made = {
        index: reply for index, reply in translator.translate(["rimwe\nkabiri", " ", "gatatu"], KINYARWANDA, ENGLISH)
    }
    assert [made[index].text for index in range(3)] == ["RIMWE\nKABIRI", " ", "GATATU"] and host.batches == [3]
    assert "user: Translate this text from Kinyarwanda to English:\nrimwe" in made[0].sent
    list(translator.translate(["gatatu"], KINYARWANDA, ENGLISH))
    assert host.batches == [3], "what was translated is not asked again"
    with pytest.raises(InputError, match="does not search with beams"):
        list(translator.translate(["a"], KINYARWANDA, ENGLISH, 2))


def test_its_revision_is_the_models_and_the_forms() -> None:
    other = Generating()
    other.revision = "other"
    kinds = [ChatMt("a", "a", Generating()), ChatMt("a", "a", other), ChatMt("a", AFRISLM, Generating())]
    assert len({kind.revision for kind in kinds}) == 3 and kinds[0].revision == ChatMt("b", "b", Generating()).revision


def test_a_tiny_chat_model_gets_its_turns_and_can_be_stopped(tiny: Path) -> None:
    host = LocalHost(tiny, device="cpu")
    host.ready()
    translator = ChatMt("chat-mt:tiny", "tiny", host)
    sent = host.render(translator.prompter(KINYARWANDA, ENGLISH)("Bite se?"))
    assert sent.endswith("Bite se?\n<|assistant|>\n") and "Answer with the translation alone." in sent
    host._engine.stream_interval = 0.0
    work = translator.translate(["Bite se?", "Yego."], KINYARWANDA, ENGLISH)
    _, partial = next(work)
    work.close()
    assert not partial.final
    (*_, (_, whole)) = translator.translate(["Bite se?"], KINYARWANDA, ENGLISH)
    (*_, (_, alone)) = host.generate([translator.prompter(KINYARWANDA, ENGLISH)("Bite se?")], limits=Limits(tokens=60))
    assert whole.final and whole.sent == sent and alone.text.startswith(whole.text)
    assert translator.identity().startswith("cpu · ") and translator.revision in translator.identity()


def test_the_catalog_makes_it_and_a_comparison_runs(tiny: Path) -> None:
    name = f"chat-mt:{tiny}"
    assert isinstance(catalog.translator(name), ChatMt) and catalog.translator(name) is catalog.translator(name)
    plan = Plan("topic", "kin", (Column("translate", "translate"),), translator=name, shots=0, limits=Limits(4),
                inputs=(Row("Ikipe yatsinze."), Row("Ibitaro.")), demonstrations=())  # fmt: skip
    *_, last = compare.compare(plan, replace(PARTS))
    (run,) = last.runs
    assert run.state == "done" and run.predictions[0].replies[0].sent.endswith("<|assistant|>\n")


@pytest.mark.parametrize(("name", "reason"), [
    ("chat-mt:", "^Name the model that translates, as in chat-mt:smollm2.$"),
    ("chat-mt:no such model", "^There is no model 'no such model'"),
])  # fmt: skip
def test_a_model_that_is_not_there_is_one_sentence(name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        catalog.translator(name)


def test_the_suggested_ones_are_asked_so() -> None:
    named = [name for name in suggested("translator") if "AfriSLM" in name]
    assert all(model_of(name) == name for name in named)
