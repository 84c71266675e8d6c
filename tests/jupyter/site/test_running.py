"""One run of a notebook for the site: what a page gets of widgets of ours, of others, and of a cell that fails."""

import json
from pathlib import Path

import nbformat
import pytest

from teachnn.jupyter.site.running import NOTHING, failed, run

WIDGETS = """
import numpy as np, teachnn as tn, teachnn_widgets as tw
from teachnn.models.vae import VAE
vae = VAE(2, tn.rng(0), hidden=4)
tw.LatentExplorer(vae.decode)
"""
BOXES = """
import ipywidgets as ipw
ipw.HBox([ipw.FloatSlider(), tw.ParameterView(vae.parameters)])
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A notebook that was run, and the texts of its page."""
    sources = WIDGETS, BOXES, "ipw.FloatSlider()", "print(vae.latent)", "1 / 0", "print('not reached')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.cells[3].outputs = [nbformat.v4.new_output("stream", text="old")]
    folder = tmp_path_factory.mktemp("run")
    texts = run(notebook, folder)
    assert list(Path(folder).iterdir()) == []
    return notebook, texts


def test_a_widget_stands_in_its_place_with_what_answers_it(ran):
    notebook, texts = ran
    assert notebook.cells[0].outputs[0].data == {"text/html": '<section data-widget="0"></section>'}
    first, second = json.loads(texts["DATA"])["widgets"]
    assert first["kind"] == "LatentExplorer" and set(first["programs"]) == {"decode"}
    assert second["kind"] == "ParameterView" and "ParameterView" in texts["SCRIPT"]


def test_a_box_shows_the_widgets_in_it_and_what_has_no_picture_says_where_it_is_shown(ran):
    notebook, _ = ran
    assert notebook.cells[1].outputs[0].data == {"text/html": '<section data-widget="1"></section>'}
    assert notebook.cells[2].outputs[0].data["text/plain"] == "FloatSlider: shown where a kernel runs"


def test_what_was_stored_before_is_run_anew(ran):
    notebook, _ = ran
    assert notebook.cells[3].outputs[0].text == "2\n" and len(notebook.cells) == 6


def test_an_error_ends_the_run_and_is_named(ran):
    notebook, _ = ran
    assert failed(notebook.cells[4]) == "ZeroDivisionError: division by zero" and not failed(notebook.cells[3])
    assert notebook.cells[5].outputs == []


def test_without_widgets_a_page_has_no_script(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    assert run(notebook, tmp_path) == NOTHING and notebook.cells[0].outputs[0].data["text/plain"] == "2"
