"""Runs a notebook from top to bottom; called as a script with its path, it writes the notebook with its outputs."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

# Nothing is kept among the user's own, and figures are data alone, without the 5 MB of the library that draws them.
APART = {"XLT_STORE": ":memory:", "PLOTLY_RENDERER": "plotly_mimetype", "JUPYTER_PREFER_ENV_PATH": "1"}


def execute(path: Path) -> NotebookNode:
    """The notebook with fresh outputs, run in its own folder. Raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as own:
        folders = dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), own)
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False,
                                resources={"metadata": {"path": str(path.parent)}})  # fmt: skip
        return client.execute(env={**os.environ, **APART, **folders})


def write(path: Path) -> None:
    """Writes the notebook with fresh outputs, without what only shows while it runs."""
    notebook = execute(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.language_info = {"name": "python"}  # whatever the version that it ran on
    nbformat.write(notebook, path)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
