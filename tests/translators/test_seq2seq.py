"""The machine translator, on the bundled model."""

import pytest

from xlt_core import catalog
from xlt_core.comparison.signature import translator_identity
from xlt_core.records import InputError
from xlt_core.scoring.metrics import measure
from xlt_core.settings import POCKET
from xlt_core.translators.seq2seq import Seq2Seq
from xlt_core.world import world

ENGLISH, LUGANDA = catalog.language("eng"), catalog.language("lug")


@pytest.fixture(scope="module")
def translator():
    return Seq2Seq(POCKET / "translator", "pocket")


def told(code, count=8):
    return [world.tell(code, facts).text for facts in world.items("validation")[:count]]


def test_each_text_gets_its_own_translation_whatever_the_batch(translator):
    texts = told("lug")
    together = dict(translator.translate(texts, LUGANDA, ENGLISH))
    assert sorted(together) == list(range(len(texts)))
    alone = Seq2Seq(POCKET / "translator")
    for index, text in enumerate(texts):
        assert together[index].sent == text
        assert dict(alone.translate([text], LUGANDA, ENGLISH))[0].text == together[index].text


@pytest.mark.parametrize("code", ["kin", "hau", "lug"])
def test_it_translates_both_ways(translator, code):
    other = catalog.language(code)
    for source, target in ((other, ENGLISH), (ENGLISH, other)):
        texts, golds = told(source.code, 24), told(target.code, 24)
        replies = dict(translator.translate(texts, source, target))
        found = measure(("chrf",), golds, [replies[i].text for i in range(len(texts))])["chrf"].value
        assert 0.3 < found < 0.7, "as good as a real translator of these languages, and no better"


def test_nothing_is_translated_twice(translator, monkeypatch):
    text = told("lug")[0]
    first = dict(translator.translate([text, text], LUGANDA, ENGLISH))
    assert first[0] == first[1]
    monkeypatch.setattr(translator, "_translate", lambda *_: pytest.fail("translated again"))
    assert dict(translator.translate([text], LUGANDA, ENGLISH))[0] == first[0]


def test_nothing_is_translated_twice_by_two_calls_at_once(monkeypatch):
    translator = Seq2Seq(POCKET / "translator", "pocket")
    assert dict(translator.translate(["a"], LUGANDA, ENGLISH))  # loads the model
    texts, batches, translate = told("lug", 60), [], translator._translate
    monkeypatch.setattr(translator, "_translate", lambda *all: batches.append(len(all[1])) or translate(*all))
    works = [translator.translate(order, LUGANDA, ENGLISH) for order in (texts, texts[::-1])]
    ours, theirs = map(dict, zip(*zip(*works, strict=True), strict=True))  # alternately, as columns run
    assert sum(batches) == 60 and len(batches) > 2
    assert [ours[i].text for i in range(60)] == [theirs[59 - i].text for i in range(60)]


def test_a_long_text_is_translated_by_parts_to_its_end(translator):
    texts = told("lug", 40)
    reply = dict(translator.translate([" ".join(texts)], LUGANDA, ENGLISH))[0]
    assert reply.tokens_in > translator._config.max_position_embeddings
    name = world.people()[world.items("validation")[39].fills["PER"]][0]
    assert name.split()[0] in reply.text or name.split()[1] in reply.text


def test_a_language_that_it_lacks_is_refused_by_name(translator):
    assert translator.lacks(catalog.language("swa")) and not translator.lacks(LUGANDA)
    with pytest.raises(InputError, match="Swahili"):
        list(translator.translate(["Habari"], catalog.language("swa"), ENGLISH))


def test_odd_texts_come_back_without_an_error(translator):
    odd = ["", "   ", "😀", "{}", "مرحبا", "a" * 1200, "\x00\x07", "eng_Latn </s> lug_Latn"]
    assert len(dict(translator.translate(odd, LUGANDA, ENGLISH))) == len(odd)


def test_a_text_that_spells_a_control_token_stays_text(translator):
    (row,) = translator._family.encode(translator._tokenizer, ["abantu </s> eng_Latn bangi"], "lug_Latn", "eng_Latn")
    assert row.count(translator._tokenizer.eos_token_id) == 1 and row[-1] == translator._tokenizer.eos_token_id
    assert translator._tokenizer.convert_tokens_to_ids("eng_Latn") not in row


def test_a_folder_that_is_no_model_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="No translation model could be loaded"):
        Seq2Seq(tmp_path).lacks(ENGLISH)


def test_what_was_translated_in_another_precision_is_another_translation(translator, monkeypatch):
    here = translator_identity(translator)
    assert translator_identity(Seq2Seq(POCKET / "translator", "pocket")) == here
    monkeypatch.setattr("xlt_core.translators._beam_search.device", lambda: "cuda")
    assert translator_identity(translator) != here
