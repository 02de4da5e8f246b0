"""What one visitor may ask of the page: only what is offered, only so much, and of files only their own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from xlt_core import catalog
from xlt_core.documents import document
from xlt_core.records import Column, Comparison, InputError, Plan, Row
from xlt_core.ui.compare import share
from xlt_core.ui.fields import own_data, sources
from xlt_core.ui.shared import downloads, limits

TOPIC = Plan("topic", "kin")


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page where nothing can be typed, as a public one is."""
    monkeypatch.setattr(catalog, "MODELS", ("org/listed",))
    monkeypatch.setattr(catalog, "TRANSLATORS", ())
    monkeypatch.setattr(catalog, "HOST_URL", "")


@pytest.mark.parametrize(("change", "words"), [
    ({"model": "/etc"}, "model '/etc' is not offered here; choose one of pocket, org/listed."),
    ({"model": "http://10.0.0.1/v1"}, "is not offered"),
    ({"translator": "org/name"}, "is not offered"),
    ({"dataset": "/etc/passwd"}, "dataset '/etc/passwd' is not offered"),
    ({"dataset": "/tmp/other.csv"}, "dataset '/tmp/other.csv' is not offered"),
    ({"dataset": "hub:/etc"}, "'/etc' is no id of a dataset of the Hub; write org/name"),
    ({"dataset": "hub:xlt_core/world:x?text=a"}, "'xlt_core/world' is no id"),
    ({"split": "secret"}, "split 'secret' is not offered"),
    ({"columns": (Column("laft", "laft", {"adapter": "../adapter"}),)}, "adapter '../adapter' is not offered"),
    ({"columns": (Column("c", "codeswitch", {"dictionary": "/x/own.csv"}),)}, "dictionary cannot name a file here"),
    ({"columns": ()}, "No strategy"), ({"samples": 10**6}, "Between 1 and 300 items"),
    ({"inputs": (Row("x" * 10_000_000),)}, "The input is 10,000,000 characters long"),
    ({"demonstrations": (Row("a", "b"), Row("x" * 60_000, "b"))}, "Demonstration 2 is 60,000"),
])  # fmt: skip
def test_a_visitor_gets_only_what_is_offered(change: dict[str, object], words: str, listed: None) -> None:
    with pytest.raises(InputError) as raised:
        limits.check_offered(replace(TOPIC, **change), uploaded="/tmp/mine.csv")
    assert words in str(raised.value) and "/tmp/mine.csv" not in str(raised.value)


def test_what_is_listed_and_ones_own_file_may_be_named(listed: None) -> None:
    plan = replace(TOPIC, model="org/listed", dataset="/tmp/mine.csv")
    assert limits.check_offered(plan, uploaded="/tmp/mine.csv") == plan


def test_where_any_may_be_typed_still_no_path_is_a_dataset() -> None:
    assert catalog.typed("model")
    free = replace(TOPIC, model="org/name", translator="~/models/mine")
    assert limits.check_offered(free) == free
    with pytest.raises(InputError, match="not offered"):
        limits.check_offered(replace(TOPIC, dataset="/etc/hosts.csv"))


def test_what_goes_out_names_a_file_and_not_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,answer\nAmakuru,good\nInkuru,bad\n", encoding="utf-8")
    plan = replace(TOPIC, dataset=str(path), shots=0, demonstrations=(), samples=2)
    comparison = Comparison(plan, ())
    page, files = share.text_html(comparison), [share.file_content(comparison, ending) for ending in (".json", ".csv")]
    assert document.decode(page.split("?plan=")[1].split("'")[0]).dataset == "mine.csv"
    assert "--dataset mine.csv" in page and "it needs mine.csv" in page
    assert all(str(tmp_path) not in text for text in (page, *files))


def test_what_is_downloaded_stands_once_and_not_for_ever(tmp_path: Path) -> None:
    with gr.Blocks():
        button = gr.DownloadButton("The file")
    button.GRADIO_CACHE = str(tmp_path)
    first = Path(downloads.write_file(button, "x.csv", "id"))
    assert (first.name, first.read_text("utf-8")) == ("x.csv", "id")
    assert button.move_resource_to_block_cache(str(first)) == str(first), "Gradio makes no second copy"
    second = Path(downloads.write_file(button, "x.csv", b"id"))
    assert first.exists() and second.exists()
    os.utime(first.parent, (0, 0))
    third = Path(downloads.write_file(button, "x.csv", "id"))
    assert not first.parent.exists() and second.exists() and third.exists()


def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    assert own_data.problem(replace(TOPIC, dataset=own_data.OWN_FILE)).startswith("Drop your file")
    path.write_text("text,answer\nAmakuru,good\nInkuru,\n", encoding="utf-8")
    assert own_data.problem(replace(TOPIC, dataset=str(path))).startswith("Line 3 of mine.csv has no answer")
    path.write_bytes(b"text,answer\n\xff,good\n")
    assert own_data.problem(replace(TOPIC, dataset=str(path))) == "mine.csv is not in UTF-8; save it so."
    path.write_text("text,answer,split\nAmakuru,good,train\n", encoding="utf-8")
    assert sources.with_existing_split(replace(TOPIC, dataset=str(path))).split == "train"
    path.write_text("x" * 6_000_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.csv is larger than 5 MB"):
        own_data.check_upload(str(path))
