"""Executing the committed notebooks anew, and writing them so that ids and metadata never change by themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from authoring.verify import NOTEBOOKS, impersonal_environment

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
TIMEOUT_S = 600
WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT = ("tags", "nbgrader")  # of a cell's metadata


def renew_notebooks(paths: Sequence[Path]) -> None:
    """Run each notebook from top to bottom in its own folder and write it back normalised.

    It runs as it is compared: without the habits of whoever records it.
    """
    for path in paths:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        client = NotebookClient(notebook, timeout=TIMEOUT_S, resources={"metadata": {"path": str(path.parent)}})
        with TemporaryDirectory() as home:
            client.execute(env=impersonal_environment(os.environ, Path(home)))
        nbformat.write(normalised_notebook(notebook), path)  # type: ignore[no-untyped-call]
        print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells executed")


def normalised_notebook(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what changes from run to run: cells are numbered, and keep tags and what nbgrader needs.

    Of a widget only its HTML and text stay: the number of a model that died with its kernel would hide both from a
    viewer that prefers it.
    """
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {name: cell.metadata[name] for name in KEPT if name in cell.metadata}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            output.get("metadata", {}).clear()
    return notebook


if __name__ == "__main__":
    committed = (path for folder in NOTEBOOKS for path in sorted(Path(folder).glob("*.ipynb")))
    renew_notebooks([Path(name) for name in sys.argv[1:]] or list(committed))
