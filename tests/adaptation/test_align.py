"""The objective align: its loss, what it measures and writes, and how it goes on from another adapter."""

from __future__ import annotations

import json

import pytest
import torch
from helpers import adaptations as seam
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core import catalog
from xlt_core.adaptation.adapt import adapt, survey
from xlt_core.adaptation.batches import next_token_loss
from xlt_core.adaptation.contrast import contrastive_loss, shared_sides
from xlt_core.adaptation.folders import average
from xlt_core.adaptation.objective import replay_of
from xlt_core.adaptation.objectives.align import Align
from xlt_core.adaptation.objectives.laft import Laft
from xlt_core.adaptation.records import Base
from xlt_core.models.adapted import objective_in
from xlt_core.records import InputError


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return seam.neox(tmp_path_factory.mktemp("neox"))


@pytest.fixture(scope="module")
def made(tmp_path_factory, base):
    """A folder with text, pairs and, in `out`, an adapter of align; and the last snapshot of its training."""
    folder = tmp_path_factory.mktemp("aligned")
    given = seam.plan(seam.pairs(folder), model=base, objective="align", steps=12, rate=1e-2, held_out=0.2)
    return folder, seam.finished(given, folder / "out")


def test_the_contrast_is_cross_entropy_both_ways_and_leaves_out_what_is_the_same():
    torch.manual_seed(0)
    own, english = torch.randn(3, 5), torch.randn(3, 5)
    logits = torch.nn.functional.cosine_similarity(own[:, None], english[None], dim=-1) / 0.1
    one = -torch.stack([logits[i, i] - logits[i].logsumexp(0) for i in range(3)]).mean()
    other = -torch.stack([logits[i, i] - logits[:, i].logsumexp(0) for i in range(3)]).mean()
    different = torch.eye(3, dtype=torch.bool)
    assert contrastive_loss(own, english, different, 0.1).item() == pytest.approx((one + other).item() / 2, rel=1e-5)
    pairs = torch.tensor([[[1, 2], [3, 4]], [[1, 2], [5, 6]], [[7, 8], [9, 0]]])
    same = shared_sides(pairs)
    assert same.tolist() == [[True, True, False], [True, True, False], [False, False, True]]
    without = contrastive_loss(own[[0, 2]], english[[0, 2]], torch.eye(2, dtype=torch.bool), 0.1)
    twice = contrastive_loss(own[[0, 0, 2]], english[[0, 0, 2]], same, 0.1)
    assert twice.item() != pytest.approx(without.item())  # the third pair meets the first one twice
    assert contrastive_loss(own[:1], english[:1], same[:1, :1], 0.1).item() == 0


@pytest.mark.parametrize("recipe", ["mid-align", "afp"])
def test_steps_bring_sentences_nearer_and_its_parts_add_up(base, tmp_path, recipe):
    objective, given = Align(recipe), seam.plan(seam.pairs(tmp_path), model=base, objective="align", alpha=4, block=128)
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base).float()
    material = objective.read(given)
    prepared = objective.equip(model, Base(given, tokenizer, None, ""), material)
    batch = objective.collate(objective.rows(prepared, objective.split(given, material))[:4])
    learned = (batch["labels"][..., 1:] != -100).sum()
    parts = [{name: whole[at : at + 2] for name, whole in batch.items()} for at in (0, 2)]
    if recipe == "mid-align":
        whole = objective.loss(prepared.model, batch, step=1).item()
        assert whole == pytest.approx(next_token_loss(model, {k: v.flatten(0, 1) for k, v in batch.items()}).item())
        assert sum(objective.loss(prepared.model, part, learned, 1).item() for part in parts) == pytest.approx(whole)
    else:
        assert batch["input_ids"].shape[1] == 3 and (batch["labels"][:, :2] == -100).all()
    optimizer = torch.optim.AdamW([weight for weight in prepared.model.parameters() if weight.requires_grad], 3e-2)
    losses = []
    for _ in range(6):
        losses.append(objective.loss(prepared.model, batch, step=0))
        losses[-1].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1].item() < losses[0].item() - 0.2, losses


def test_the_card_says_how_near_sentences_came(made):
    folder, last = made
    assert set(last.bits) == {"kin", "eng"} and all(len(values) == 2 for values in last.bits.values())
    mean = last.figures["MEXA of Kinyarwanda, mean of tokens: mean of layers"]
    assert len(last.figures) == 4 and 0 <= min(mean) < 1
    card = json.loads((folder / "out" / "adaptation.json").read_text("utf-8"))
    assert card["plan"]["objective"] == "align" and card["plan"]["corpora"] == ["kin"]
    assert [row["language"] for row in card["texts"]] == ["kin", "eng"] and card["texts"][0]["source"] == "pairs.tsv"
    assert str(folder) not in json.dumps(card), "no path of a machine belongs into a card"
    readme = (folder / "out" / "README.md").read_text("utf-8")
    assert "by Align: brings sentences" in readme and f"| {mean[0]:.3f} | {mean[1]:.3f} |" in readme
    assert last.estimate.steps == 12 and last.estimate.tokens > 12 * 4 * 2 and last.estimate.memory > 10**5


def test_its_weights_are_a_choice_of_the_strategy_align_only(made, base):
    folder, _ = made
    assert objective_in(str(folder / "out")) == "align" and catalog.strategies()["align"].objective == "align"
    host = catalog.host(str(base))
    assert host.adapters("kin", "align") == () and host.adapted(str(folder / "out")) is host


def test_an_adapter_is_trained_on_from_another(made, base, tmp_path):
    folder, former = made
    given = seam.plan(folder / "pairs.tsv", model=base, objective="align", knobs={"recipe": "afp"}, steps=1, rank=5,
                      held_out=0.2, start=str(folder / "out"), block=128)  # fmt: skip
    last = seam.finished(given, tmp_path / "more")
    assert last.card["plan"]["rank"] == 2 and last.card["plan"]["start"].startswith("out @ ")
    assert last.bits["kin"][0] == pytest.approx(former.bits["kin"][1], abs=2e-3), "what it learned is there"
    average([folder / "out", tmp_path / "more"], tmp_path / "mean")
    assert objective_in(str(tmp_path / "mean")) == "align"


def test_a_share_of_english_is_replayed_and_a_share_of_none_is_only_measured(base, tmp_path):
    text, english = seam.text(tmp_path), seam.text(tmp_path, "eng", 40)
    tokenizer = AutoTokenizer.from_pretrained(base)

    def rows(share):
        replay = (replay_of(f"eng:{english}:{share}"),) if share is not None else ()
        given = seam.plan(text, model=base, replay=replay, steps=100)
        split = Laft().split(given, Laft().read(given))
        return [row.tolist() for row in Laft().rows(Base(given, tokenizer, None, ""), split)], split

    (without, _), (measured, split), (replayed, _) = rows(None), rows(0), rows(0.5)
    assert measured == without and len(split.held_out["eng"]) == 2
    new = [row for row in replayed if row not in without]
    assert len(replayed) == 400 and 160 < len(new) < 240


@pytest.mark.parametrize(("setting", "said"), [
    ({"knobs": {"recipe": "magic"}}, "knob align.recipe cannot be 'magic'"), ({"language": "eng"}, "than English"),
    ({"replay": (replay_of("eng:pocket:0.2"),)}, "no text to replay"), ({"start": "/nowhere"}, "no adapter '/nowhere'"),
    ({"knobs": {"recipe": "afp"}, "block": 8}, "do not fit in 8 tokens"),
    ({"objective": "laft", "replay": (replay_of("eng:pocket:0.95"),)}, "can be 0 to 0.9"),
    ({"objective": "laft", "replay": (replay_of("kin:pocket:0.1"),)}, "two texts of kin"),
])  # fmt: skip
def test_a_plan_that_is_off_is_one_sentence(made, base, tmp_path, setting, said):
    given = seam.plan(made[0] / "pairs.tsv", model=base, **{"objective": "align"} | setting)
    with pytest.raises(InputError, match=said):
        list(adapt(given, tmp_path / "out"))


def test_the_bundled_world_has_parallel_sentences(base):
    found = survey(seam.plan("world", model=base, objective="align"))
    assert [one.language for one in found.surveys] == ["kin", "eng"] and found.tokens > 0
    with pytest.raises(InputError, match="LANGUAGE:FILE:SHARE"):
        replay_of("eng:file")
