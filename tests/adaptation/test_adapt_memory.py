"""Adapting where memory runs out: smaller parts of a step, or a sentence."""

from __future__ import annotations

import pytest
import torch
from helpers import adaptations as seam

from xlt_core.adaptation import batches, trainer, training
from xlt_core.adaptation.adapt import adapt, survey
from xlt_core.records import InputError


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return seam.neox(tmp_path_factory.mktemp("neox"))


def test_memory_that_runs_out_halves_what_is_computed_at_once_and_nothing_else(tmp_path, base, monkeypatch):
    given = seam.plan(seam.text(tmp_path), model=base, steps=4, packed=False)
    undisturbed = seam.finished(given, tmp_path / "a")
    step, sizes = trainer._Trainer.compute_loss, []

    def compute(self, model, inputs, *args, **named):
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return step(self, model, inputs, *args, **named)

    monkeypatch.setattr(trainer._Trainer, "compute_loss", compute)
    last = seam.finished(given, tmp_path / "b")
    assert sizes[:3] == [4, 2, 1] and sizes[3:] == [1] * 15
    assert last.notes[-1] == "Memory ran out: each step is now computed in parts of 1 rows." and len(last.notes) == 2
    assert [loss for _, loss in last.losses] == pytest.approx([loss for _, loss in undisturbed.losses], abs=2e-3)
    assert last.bits["kin"] == pytest.approx(undisturbed.bits["kin"], abs=1e-3)


def test_memory_that_does_not_suffice_for_a_row_is_one_sentence(tmp_path, base, monkeypatch):
    def compute(*args, **named):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(trainer._Trainer, "compute_loss", compute)
    with pytest.raises(InputError, match="take fewer rows a step, shorter rows or a smaller model"):
        list(adapt(seam.plan(seam.text(tmp_path), model=base), tmp_path / "out"))


@pytest.mark.parametrize("work", [lambda given, out: list(adapt(given, out)), lambda given, out: survey(given)])
def test_memory_that_does_not_suffice_for_measuring_is_one_sentence(tmp_path, base, monkeypatch, work):
    def compute(*args):
        raise RuntimeError("could not create a primitive")

    monkeypatch.setattr(training, "bits_per_byte", compute)
    with pytest.raises(InputError, match="The model ran out of memory"):
        work(seam.plan(seam.text(tmp_path), model=base), tmp_path / "out")


def test_a_survey_measures_in_halves_where_memory_runs_out(tmp_path, base, monkeypatch):
    sizes, collate = [], batches.collate

    def small(rows):
        sizes.append(len(rows))
        if len(rows) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return collate(rows)

    monkeypatch.setattr(batches, "collate", small)
    assert survey(seam.plan(seam.text(tmp_path), model=base)).seconds > 0 and sizes == [4, 2, 1]
