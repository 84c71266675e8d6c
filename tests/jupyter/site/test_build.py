"""A site of a folder: which pages it has, in which order, and what is said while it is built."""

import importlib.util

import nbformat
import pytest
from bs4 import BeautifulSoup

from teachnn.jupyter import build_site, site
from teachnn.jupyter.site import build as building


def notebook(title, *sources):
    cells = [nbformat.v4.new_markdown_cell(f"# {title}"), *map(nbformat.v4.new_code_cell, sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def beside(page):
    """Where the links to the lessons before and after lead."""
    return {a["rel"][0]: a["href"] for a in BeautifulSoup(page, "html.parser").select("a[rel]")}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A learner's folder; the first page and the reference, which take long, are left to the long tests."""
    monkeypatch.setattr(building, "first_page", lambda lessons, others, epochs: building.text(f"# First\n\n{lessons}"))
    monkeypatch.setattr(building, "write_reference", lambda out: [])
    (tmp_path / "mine" / "beyond").mkdir(parents=True)
    files = {
        "01_one.ipynb": notebook("01 · One"),
        "beyond/11_more.ipynb": notebook("11 · More"),
        "maths.ipynb": notebook("Maths"),
        "glossary.md": "# Glossary",
        "data.csv": "1,2",
    }
    for name, content in files.items():
        (tmp_path / "mine" / name).write_text(content, "utf-8")
    return tmp_path / "mine"


def test_each_notebook_and_each_text_has_a_page_where_it_lies(folder, tmp_path, capsys):
    assert build_site(tmp_path / "out", folder) == 0
    pages = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert pages == {"index.html", "01_one.html", "beyond/11_more.html", "maths.html", "glossary.html"}
    said = capsys.readouterr().out
    assert "01_one.html: 0.00 MB, " in said and str((tmp_path / "out").resolve()) in said


def test_lessons_lead_to_one_another_and_come_first(folder, tmp_path):
    build_site(tmp_path / "out", folder)
    one, more = ((tmp_path / "out" / name).read_text("utf-8") for name in ("01_one.html", "beyond/11_more.html"))
    assert beside(one) == {"next": "beyond/11_more.html"} and beside(more) == {"prev": "../01_one.html"}
    assert list(building.sources_in(folder))[:2] == ["01_one.ipynb", "beyond/11_more.ipynb"]


def test_a_cell_that_fails_is_named_and_its_page_is_written(folder, tmp_path, capsys):
    (folder / "01_one.ipynb").write_text(notebook("01 · One", "1 / 0"), "utf-8")
    assert build_site(tmp_path / "out", folder) == 1
    assert "01_one.ipynb: cell 2 ended in ZeroDivisionError: division by zero" in capsys.readouterr().err
    assert "ZeroDivisionError" in (tmp_path / "out" / "01_one.html").read_text("utf-8")


def test_a_folder_without_notebooks_is_refused(folder, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert build_site(tmp_path / "out", tmp_path / "empty") == 1
    assert "expected notebooks, got none" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_without_its_packages_it_says_what_to_install(folder, tmp_path, monkeypatch, capsys):
    there = importlib.util.find_spec
    monkeypatch.setattr(site.importlib.util, "find_spec", lambda name: None if name == "pdoc" else there(name))
    assert build_site(tmp_path / "out", folder) == 1
    assert "expected pdoc, got none; pip install 'teachnn[site]'" in capsys.readouterr().err
