"""The study of cloned languages: what its models read, and the result that is committed."""

import json

import pytest

from xlt_core import __main__
from xlt_core.pocket import imbalance
from xlt_core.settings import ASSETS, ROOT


def test_the_same_text_is_read_beside_english_and_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(imbalance, "NEW_TEXTS", 4)
    monkeypatch.setattr(imbalance, "TOKENIZER_TEXTS", 120)
    read = []
    monkeypatch.setattr(imbalance, "fit", lambda model, loss, *_: read.append((model, loss(model, 0)[0].item())))
    out = tmp_path / "points.json"
    given = ["--languages", "clone,hau", "--shares", "0.1", "--steps", "1", "--out", str(out)]
    assert __main__.main(["imbalance", *given]) == 0
    points = json.loads(out.read_text())["points"]
    assert [point["language"] for point in points] == ["clone", "hau"]
    assert all(point["tokens"] == 4 * imbalance.LENGTH and point["beside"] > 0 for point in points)
    sizes = [model.config.vocab_size for model, _ in read]
    assert sizes == [2 * imbalance.PIECES] * 3 + [imbalance.PIECES] * 3, "a clone has token ids of its own"
    assert "| clone | 10.0% |" in capsys.readouterr().out


def test_a_clone_is_the_same_text_in_other_ids():
    class Tokenizer:
        bos_token_id = 1

        def __len__(self):
            return 9

        def __call__(self, texts, **options):
            return {"input_ids": [[1, 5, 8] for _ in texts]}

    assert imbalance._Cloned(Tokenizer())(["x"])["input_ids"] == [[1, 14, 17]]


@pytest.mark.parametrize("given", [["--shares", "1"], ["--shares", "0.001"], ["--languages", "fra"], ["--shares", "x"]])
def test_a_call_that_is_off_says_what_to_change(given, capsys):
    assert __main__.main(["imbalance", *given]) == 2
    assert "choose one" in (said := capsys.readouterr().err) or "such as" in said


def test_the_table_is_that_of_the_committed_points():
    points = json.loads((ASSETS / "imbalance.json").read_text("utf-8"))["points"]
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    for point in points:
        bits = " | ".join(f"{point[key]:.3f}" for key in ("beside", "alone", "batched", "english"))
        assert f"| {point['language']} | {point['share']:.1%} | {point['tokens']:,} | {bits} |" in page
        assert point["alone"] < point["beside"] < point["batched"]
    assert [point["share"] for point in points] == [*imbalance.SHARES] * 2
