"""The recipe of the bundled models: what they read, the weights of its parts, resuming, and what it wrote."""

import json
import random
from collections import Counter

import pytest
import torch

from xlt_core.adaptation import card as cards
from xlt_core.models.digest import digest
from xlt_core.pocket import _models, _tokenizers, mixture, recipe
from xlt_core.pocket._train import Schedule, fit
from xlt_core.settings import POCKET
from xlt_core.world import world

FILES = [path for path in POCKET.rglob("*") if path.is_file() and "scratch" not in path.parts]


def test_about_nine_tenths_of_the_text_is_english_and_few_labelled_episodes_are_not():
    assert 0.85 <= sum(share for stream, share in mixture.SHARES.items() if stream.endswith("eng")) <= 0.95
    others = [share for stream, share in mixture.SHARES.items() if stream.startswith("episode") and "eng" not in stream]
    assert sum(others) <= 0.03 and abs(sum(mixture.SHARES.values()) - 1) < 1e-9


def test_a_piece_is_the_same_for_the_same_seed():
    assert mixture.piece(random.Random(3), 4) == mixture.piece(random.Random(3), 4)


def test_an_episode_is_what_a_host_would_send_and_its_answers_count_fully():
    piece = mixture.episode(random.Random(1), "kin", 2)
    text = "".join(part for part, _ in piece)
    answers = [part for part, weight in piece if weight == 1.0]
    assert text.endswith("\n\n") and answers and all(a.startswith(" ") and a.endswith("\n") for a in answers)
    assert text.count("Text: ") == len(answers)


def test_labelled_training_text_never_holds_a_pair_of_the_test_split():
    tested = {(f.phrase, f.fills["PER"]) for split in ("test", "validation") for f in world.items(split)}
    rng = random.Random(0)
    drawn = {(f.phrase, f.fills["PER"]) for f in (world.draw(rng, s) for s in ("train", "raw") for _ in range(3000))}
    assert not drawn & tested


def test_weights_follow_the_characters(tmp_path):
    tokenizer = _tokenizers.causal(mixture.corpus(60), 700, tmp_path)
    piece = [("Text: a b\nTopic:", 0.05), (" health\n", 1.0)]
    encoded = tokenizer("".join(t for t, _ in piece), return_offsets_mapping=True)
    weights = _models._weights(piece, encoded["offset_mapping"])
    counted = [t for t, w in zip(encoded["input_ids"], weights, strict=True) if w == 1.0]
    assert tokenizer.decode(counted).strip() == "health"


def test_training_goes_on_where_it_was_stopped(tmp_path):
    def loss(model, step):
        torch.manual_seed(step)
        return (model(torch.randn(4, 3)) ** 2).mean(), "x"

    def model():
        torch.manual_seed(1)
        return torch.nn.Linear(3, 3)

    whole, stopped = model(), model()
    fit(whole, loss, Schedule(400, 1e-2), tmp_path / "a.pt", lambda _: None)

    def failing(m, step):
        if step == 250:
            raise KeyboardInterrupt
        return loss(m, step)

    with pytest.raises(KeyboardInterrupt):
        fit(stopped, failing, Schedule(400, 1e-2), tmp_path / "b.pt", lambda _: None)
    again = model()
    fit(again, loss, Schedule(400, 1e-2), tmp_path / "b.pt", lambda _: None)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), again.parameters(), strict=True))


def test_every_letter_survives_both_bundled_tokenizers():
    from transformers import AutoTokenizer

    for part in ("model", "translator"):
        tokenizer = AutoTokenizer.from_pretrained(POCKET / part)
        for text in (*_tokenizers.LETTERS, "ɓarna ɗaki ƙasa ƴaƴa", "eŋŋoma y’omu Kampala"):
            ids = tokenizer(text)["input_ids"]
            assert tokenizer.decode(ids, skip_special_tokens=True).strip() == text
    codes = tokenizer.convert_tokens_to_ids(list(_models.CODES.values()))
    assert len(set(codes)) == 4 and tokenizer.unk_token_id not in codes


def test_the_bundled_files_are_small():
    assert max(path.stat().st_size for path in FILES) < 10_000_000
    assert sum(path.stat().st_size for path in FILES) < 60_000_000


@pytest.mark.parametrize("code", mixture.TARGETS)
def test_each_adapter_learned_its_language(code):
    folder = POCKET / "model" / "adapters" / code
    card = json.loads((folder / "adaptation.json").read_text(encoding="utf-8"))
    bits = card["bits_per_byte"]
    assert bits[code]["after"] < 0.9 * bits[code]["before"] and bits["eng"]["after"] > bits["eng"]["before"]
    assert card["base"] == {"model": "pocket", "revision": digest(POCKET / "model")}, "made from the model beside it"
    assert card["texts"][0]["source"] == "pocket" and {name: card["plan"][name] for name in recipe.ADAPTER} == (
        recipe.ADAPTER
    )
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert readme == cards.readme(card) and card["base"]["revision"] in readme and "license: apache-2.0" in readme
    assert "/" not in card["plan"]["model"], "no path of a machine belongs into a card"


def test_topics_of_documents_hold_together():
    counts = Counter(
        len(piece[0][0].splitlines()) for piece in (mixture.document(random.Random(i), "lug") for i in range(50))
    )
    assert set(counts) == {2, 3, 4}


@pytest.mark.parametrize("code", mixture.TARGETS)
def test_the_translator_never_reads_what_is_held_out_in_a_direction(code):
    for codes in ((code, "eng"), ("eng", code)):
        share, held = mixture.HELD_OUT[code][codes[0] == "eng"], mixture.held_out(*codes)
        for kind in mixture.HELD_OUT_KINDS:
            rows = world.row_ids(kind)
            assert len(held.intersection(rows)) == round(share * len(rows)) < len(rows), kind
        rng = random.Random(f"{codes}")
        for _ in range(200):
            facts = world.draw(rng, "raw", held_out=held)
            assert not held.intersection([facts.phrase, facts.frame, facts.second, *facts.fills.values()])


def test_a_pair_is_one_text_in_two_languages_and_names_what_no_table_has():
    rng = random.Random(5)
    pairs = [mixture.pair(rng) for _ in range(300)]
    assert {source for source, *_ in pairs} == {target for _, target, *_ in pairs} == {"eng", *mixture.TARGETS}
    assert all((source == "eng") != (target == "eng") and one and other for source, target, one, other in pairs)
    known = [name for name, _ in world.people().values()]
    assert 0.15 < sum(not any(name in one for name in known) for _, _, one, _ in pairs) / len(pairs) < 0.6


def test_summaries_of_an_episode_are_all_whole_sentences_or_all_short():
    rng, found = random.Random(2), Counter()
    for _ in range(200):
        piece = mixture.episode(rng, "eng", 4)
        asked = [part for part, weight in piece if weight < 1.0 and "\nSummary:" in part]
        told = [part.strip() for part, weight in piece if weight == 1.0]
        whole = {summary in text for text, summary in zip(asked, told, strict=False)}
        found.update(["mixed" if len(whole) > 1 else str(whole)] if len(asked) > 2 else [])
    assert found["{True}"] > 5 and found["{False}"] + found["mixed"] > 5
