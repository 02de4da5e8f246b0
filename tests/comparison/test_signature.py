"""A signature changes with the code that a part is built on."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlt_core.comparison import signature
from xlt_core.records import Column


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A signature's code as it would be with one line more in a file of a folder."""

    def change(folder: str) -> None:
        for name in signature.FOLDERS:
            (tmp_path / "xlt_core" / name).mkdir(parents=True)
            for path in (signature.ROOT / "xlt_core" / name).glob("*.py"):
                (tmp_path / "xlt_core" / name / path.name).write_bytes(path.read_bytes())
        with next((tmp_path / "xlt_core" / folder).glob("*.py")).open("a") as file:
            file.write("# changed\n")
        monkeypatch.setattr(signature, "ROOT", tmp_path)
        forget()

    def forget() -> None:
        signature._code.cache_clear()
        signature._sources.cache_clear()

    forget()
    yield change
    forget()


@pytest.mark.parametrize(("folder", "names"), [
    ("text", {"task", "strategy", "host"}), ("formats", {"task", "strategy", "host"}), ("engine", {"host"}),
    ("models", {"host", "translator"}),
])  # fmt: skip
def test_a_change_in_a_folder_changes_the_parts_that_import_it(changed, folder: str, names: set[str]) -> None:
    from xlt_core import catalog

    parts = {"task": catalog.task("topic"), "strategy": catalog.strategy(Column("prompt", "prompt")),
             "host": catalog.host("pocket"), "translator": catalog.translator("pocket")}  # fmt: skip
    before = {name: signature.code_signature(part) for name, part in parts.items()}
    changed(folder)
    after = {name: signature.code_signature(part) for name, part in parts.items()}
    assert {name for name in parts if before[name] != after[name]} == names


def test_the_folders_that_a_folder_imports_count_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sources = {"engine": (b"    from xlt_core.formats.rows import clean",), "formats": (b"",)}
    monkeypatch.setattr(signature, "_sources", sources.__getitem__)
    assert signature._folders_imported([b"from xlt_core.engine import x"]) == {"engine", "formats"}
    assert signature._folders_imported([b"from xlt_core.records import x"]) == set()
