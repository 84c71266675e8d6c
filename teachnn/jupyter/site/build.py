"""From one run of the notebooks to a folder of pages, which any web server shows, or a browser from the disk."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from teachnn.jupyter.lab import copy_course
from teachnn.jupyter.site.first import first_page
from teachnn.jupyter.site.lesson import page, page_of, text, title_of
from teachnn.jupyter.site.reference import write_reference
from teachnn.jupyter.site.running import NOTHING, failed, run
from teachnn.support import write_whole

EPOCHS = 3  # of the first page's VAE
LINKS = ("Course", "index.html"), ("Reference", "reference/index.html")


def build(out: Path, folder: Path | None = None, epochs: int = EPOCHS) -> int:
    """Run the course, or the notebooks in `folder`, and write the site into `out`; return the exit code.

    A cell that fails ends its notebook's run, and its page shows the error; the exit code is then 1.
    """
    with tempfile.TemporaryDirectory() as own:
        if folder is None:
            folder = Path(own)
            copy_course(folder)  # a notebook may write beside itself
        sources = sources_in(folder)
        if not sources:
            print(f"teachnn site: {folder}: expected notebooks, got none; teachnn course brings them", file=sys.stderr)
            return 1
        return _build_from(out, folder, sources, epochs)


def sources_in(folder: Path) -> dict[str, NotebookNode]:
    """Return the notebooks and texts of a course by their path in it, lessons first, in the order of their names."""
    paths = [path for place in (folder, folder / "beyond") for path in place.glob("*.*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths if path.suffix in (".ipynb", ".md")}
    ordered = sorted(names, key=lambda name: (not Path(name).name[0].isdigit(), Path(name).suffix, Path(name).name))
    return {name: _read(names[name]) for name in ordered}


def _read(path: Path) -> NotebookNode:
    return nbformat.read(path, 4) if path.suffix == ".ipynb" else text(path.read_text("utf-8"))


def _build_from(out: Path, folder: Path, sources: dict[str, NotebookNode], epochs: int) -> int:
    pages = [(title_of(notebook), page_of(name)) for name, notebook in sources.items()]
    lessons = [each for name, each in zip(sources, pages, strict=True) if Path(name).name[0].isdigit()]
    others = [each for each in pages if each not in lessons]
    code = 0
    first = first_page(lessons, [*others, ("The reference of the library", "reference/index.html")], epochs)
    for name, notebook in {"index.ipynb": first, **sources}.items():
        began = time.perf_counter()
        has_code = any(cell.cell_type == "code" for cell in notebook.cells)
        widgets = run(notebook, (folder / name).parent) if has_code else NOTHING
        around = _around(
            page_of(name), lessons, [*LINKS, *((title, at) for title, at in others if at == "glossary.html")]
        )
        _write(out / page_of(name), page(notebook, widgets, **around), began)
        for number, cell in enumerate(notebook.cells, 1):
            if error := failed(cell):
                print(f"teachnn site: {name}: cell {number} ended in {error}", file=sys.stderr, flush=True)
                code = 1
    began = time.perf_counter()
    written = write_reference(out)
    print(f"reference: {len(written)} pages, {time.perf_counter() - began:.1f} s", flush=True)
    print(f"The site is in {out.resolve()}: open index.html, or give the folder to a web server.")
    return code


def _around(name: str, lessons: Sequence[tuple[str, str]], links: Sequence[tuple[str, str]]) -> dict:
    """Return what stands around a page: the way to the site's root, its links, the lessons before and after."""
    places = [at for _, at in lessons]
    here = places.index(name) if name in places else None
    beside = lambda i: lessons[i] if here is not None and 0 <= i < len(lessons) else None  # noqa: E731
    before, following = (beside(here + step) if here is not None else None for step in (-1, 1))
    return {"root": "../" * name.count("/"), "links": links, "before": before, "next": following}


def _write(path: Path, html: str, began: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, html.encode())
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {time.perf_counter() - began:.1f} s", flush=True)
