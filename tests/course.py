"""Run notebooks of the course as a reader would, and store what came out: `python -m tests.course 03 12`, or all.

What depends on the machine, the time or a live kernel is not stored: widgets leave their still pictures.
"""

from __future__ import annotations

import itertools
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors.coalescestreams import CoalesceStreamsPreprocessor

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = [path for folder in (FOLDER, FOLDER / "beyond") for path in sorted(folder.glob("*.ipynb"))]
VIEW = "application/vnd.jupyter.widget-view+json"
CHECK = re.compile(r'tn\.check\.exercise\("(.+?)", (.+)\)')
SOLUTION = re.compile(r"<details>.*?```python\n(.*?)```.*?</details>", re.S)


@dataclass(frozen=True)
class Exercise:
    """An exercise of a notebook: its number, the sources of stub and solution, the answer's name, what comes before.

    That is what the notebook imports, and the solutions of the exercises before.
    """

    number: str
    before: str
    stub: str
    solution: str
    answer: str


def exercises(notebook) -> Iterator[Exercise]:
    """Find them: a cell with the stub, the cell that checks it, and the first folded solution below."""
    codes = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    known = notebook.cells[codes[0]].source
    for before, here in itertools.pairwise(codes):
        found = CHECK.fullmatch(notebook.cells[here].source.strip())
        if found:
            solution = SOLUTION.search(notebook.cells[here + 1].source)
            assert solution, f"exercise {found[1]} has no solution below it"
            yield Exercise(found[1], known, notebook.cells[before].source, solution[1], found[2])
            known += "\n" + solution[1]


def run(path: Path):
    """Return the notebook as it is after a run in a fresh kernel."""
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
    client.record_timing = client.store_widget_state = False
    client.execute()
    return tidied(notebook)


def tidied(notebook):
    """Take away progress bars and what belongs to a kernel that is gone; lines come in one piece, however they came."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                data = output.get("data", {})
                # ipywidgets leave no picture, and a long list of their traits
                if set(data) == {VIEW, "text/plain"}:
                    data["text/plain"] = f"{data['text/plain'].partition('(')[0]}: shown where a kernel runs"
                for kind in (VIEW, "image/jpeg"):  # a picture is there as PNG too
                    data.pop(kind, None)
            cell.outputs = [o for o in cell.outputs if "%|" not in o.get("data", {}).get("text/plain", "")]
    return CoalesceStreamsPreprocessor().preprocess(notebook, {})[0]


def main(numbers: list[str]) -> None:
    """Run the notebooks that begin with these numbers, or all, and store them."""
    for path in PATHS:
        if not numbers or path.name.startswith(tuple(numbers)):
            start = time.perf_counter()
            notebook = run(path)
            nbformat.write(notebook, path)
            print(f"{path.name}: {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
