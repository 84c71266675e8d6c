"""One run of a notebook, and the widgets that live in its kernel, ready for a page without one.

The library knows nothing of its widgets. So they are asked where they are: when the last cell has run, one more line
in the same kernel writes down what a page needs to show them as they stand then (teachnn_widgets.page.save_parts).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from teachnn.jupyter.lab import environment
from teachnn.jupyter.saving import VIEW

LIMIT = 600  # seconds that a cell may take
NOTHING = {
    "DATA": "",
    "STYLE": "",
    "SCRIPT": "",
    "POLICY": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
}


def run(notebook: NotebookNode, folder: Path) -> dict[str, str]:
    """Run a notebook, changed in place, in a fresh kernel; return the texts of the widgets' page.

    Where a widget was shown, the output is HTML. An error stays in the notebook as its cell's output, and ends the run.
    """
    client = NotebookClient(
        notebook, timeout=LIMIT, resources={"metadata": {"path": str(folder)}}, store_widget_state=False
    )
    client.reset_execution_trackers()
    with client.setup_kernel(env=environment()), tempfile.TemporaryDirectory() as place:
        for cell in notebook.cells:
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        for i, cell in enumerate(notebook.cells):
            client.allow_errors = True
            client.execute_cell(cell, i)
            if failed(cell):
                break
        models = [output["data"][VIEW]["model_id"] for output in _views(notebook)]
        parts = Path(place) / "parts.json"
        if models:
            ask = f"from teachnn_widgets.page import save_parts; save_parts({str(parts)!r}, {models!r})"
            client.allow_errors = False
            notebook.cells.append(nbformat.v4.new_code_cell(ask))
            client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
            notebook.cells.pop()
        told = json.loads(parts.read_bytes()) if models else {**NOTHING, "sections": {}}
    sections = told.pop("sections")
    for output in _views(notebook):
        data = output["data"]
        if section := sections[data[VIEW]["model_id"]]:
            data.clear()
            data["text/html"] = section
        elif set(data) == {VIEW, "text/plain"}:  # ipywidgets leave no picture, and a long list of their traits
            data["text/plain"] = f"{data['text/plain'].partition('(')[0]}: shown where a kernel runs"
    return told


def failed(cell: NotebookNode) -> str:
    """Return the error that a cell ended in, or an empty text."""
    return next(
        (f"{output.ename}: {output.evalue}" for output in cell.get("outputs", ()) if output.output_type == "error"), ""
    )


def _views(notebook: NotebookNode) -> list[Any]:
    """Return the outputs that show a live widget, without progress bars, which are taken out."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if "%|" not in o.get("data", {}).get("text/plain", "")]
            found += [output for output in cell.outputs if VIEW in output.get("data", {})]
    return found
