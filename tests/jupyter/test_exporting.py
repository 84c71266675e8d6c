"""What an exported notebook shows of its widgets, offline: the picture."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter, WebPDFExporter
from traitlets.config import Config

from teachnn.jupyter import lab
from teachnn.jupyter.saving import STATE, VIEW

CONFIG = Path(lab.__file__).parent / "jupyter_nbconvert_config.json"
PNG = "iVBORw0KGgo="
SVG = '<!-- TwoGraphs -->\n<svg xmlns="http://www.w3.org/2000/svg" class="teachnn"></svg>'

PICTURES = f"data:image/png;base64,{PNG}", f"data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}"


@pytest.fixture
def notebook(tmp_path):
    """Return a saved notebook of three widgets, whose states are saved too; the last has no picture."""
    bundles = [
        {VIEW: {"model_id": "a"}, "image/png": PNG, "text/plain": "LatentExplorer"},
        {VIEW: {"model_id": "b"}, "image/svg+xml": SVG, "text/plain": "TwoGraphs"},
        {VIEW: {"model_id": "c"}, "text/plain": "IntSlider(value=0)"},
    ]
    outputs = [nbformat.v4.new_output("display_data", data) for data in bundles]
    model = {"model_module": "anywidget", "model_module_version": "1", "model_name": "AnyModel", "state": {}}
    states = {STATE: {"state": dict.fromkeys("abc", model), "version_major": 2, "version_minor": 0}}
    cells = [nbformat.v4.new_code_cell("widgets", outputs=outputs)]
    path = tmp_path / "widgets.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": states}), path)
    return path


def test_an_export_shows_the_picture_of_each_widget_that_has_one(notebook):
    exporter = HTMLExporter(config=Config(json.loads(CONFIG.read_text())))
    page, _ = exporter.from_filename(notebook)
    assert all(picture in page for picture in PICTURES)
    views = page.split(f'<script type="{VIEW}">')[1:]
    assert [json.loads(view.partition("</script>")[0])["model_id"] for view in views] == ["c"]


def test_a_pdf_made_by_way_of_html_shows_the_pictures_too(notebook, monkeypatch):
    monkeypatch.setattr(WebPDFExporter, "run_playwright", lambda self, html: html)  # what a browser would print
    exporter = WebPDFExporter(config=Config(json.loads(CONFIG.read_text())))
    page, _ = exporter.from_filename(str(notebook))
    assert all(picture in page for picture in PICTURES)


def test_whoever_installs_the_package_has_it_without_an_option(notebook):
    installed = Path(sys.prefix) / "etc" / "jupyter"
    if not (installed / CONFIG.name).is_file():
        pytest.skip("run from a checkout that is not installed")
    assert json.loads((installed / CONFIG.name).read_text()) == json.loads(CONFIG.read_text())
    assert (installed / "jupyter_server_config.d" / "teachnn.json").is_file()
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--stdout", str(notebook)]  # as a user calls it
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(picture in page for picture in PICTURES)


def test_what_the_configurations_name_can_be_imported():
    from teachnn.jupyter.exporting import Stills

    assert json.loads(CONFIG.read_text()) == {
        "HTMLExporter": {"preprocessors": [f"{Stills.__module__}.{Stills.__name__}"]}
    }
