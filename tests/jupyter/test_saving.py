"""What a notebook keeps of its widgets when it is saved: the live view with its state, or else the picture."""

import copy
import json
import os
from pathlib import Path

import pytest

from teachnn.jupyter import lab, saving
from teachnn.jupyter.saving import STATE, VIEW, keep_stills

VIEWED = {VIEW: {"model_id": "a"}, "image/png": "iVBORw0", "text/plain": "Lamp"}


def notebook(data=VIEWED, state=None):
    """Return Jupyter's model of a notebook with one output, and the saved state of some widgets."""
    metadata = {} if state is None else {"widgets": {STATE: {"state": state}}}
    outputs = [{"output_type": "stream", "text": "said"}, {"output_type": "display_data", "data": dict(data)}]
    cells = [{"cell_type": "markdown", "source": ""}, {"cell_type": "code", "outputs": outputs}]
    return {"type": "notebook", "content": {"nbformat": 4, "metadata": metadata, "cells": cells}}


def kept(model):
    keep_stills(model=model, path="x.ipynb", contents_manager=None)  # as Jupyter calls it
    return list(model["content"]["cells"][1]["outputs"][1]["data"])


@pytest.mark.parametrize("state", [None, {}, {"another": {}}])
def test_a_view_whose_widget_is_not_saved_gives_way_to_its_picture(state):
    assert kept(notebook(state=state)) == ["image/png", "text/plain"]


def test_a_view_whose_widget_is_saved_stays():
    assert kept(notebook(state={"a": {}})) == list(VIEWED)


def test_a_view_that_has_no_picture_stays():
    assert kept(notebook({VIEW: {"model_id": "a"}, "text/plain": "IntSlider(value=0)"})) == [VIEW, "text/plain"]


def test_pictures_that_are_no_widgets_stay():
    assert kept(notebook({"image/svg+xml": "<svg/>", "text/plain": "a figure"})) == ["image/svg+xml", "text/plain"]


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "format": "text", "content": json.dumps(notebook()["content"])},
        {"type": "file", "format": "base64", "content": "AAAA", "chunk": 1},
        {"type": "directory"},
        {"type": "notebook", "content": {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [{"outputs": []}]}]}},
        {"type": "notebook", "content": {"nbformat": 2, "worksheets": []}},
    ],
    ids=["text", "chunk", "directory", "format 3", "format 2"],
)
def test_all_else_is_saved_as_it_is(model):
    before = copy.deepcopy(model)
    keep_stills(model=model, path="x", contents_manager=None)
    assert model == before


# In Jupyter's server


@pytest.fixture
def manager(tmp_path):
    """Return the manager of a server's files, with a hook of the user's own, once the extension is loaded."""
    managers = pytest.importorskip("jupyter_server.services.contents.largefilemanager")

    def own(model, **kwargs):
        model["content"]["metadata"]["own"] = "was called"

    class Server:
        contents_manager = managers.LargeFileManager(root_dir=str(tmp_path))

    Server.contents_manager.pre_save_hook = own
    saving._load_jupyter_server_extension(Server)
    return Server.contents_manager


def test_a_users_own_hook_runs_too(manager, tmp_path):
    model = notebook()
    cells = model["content"]["cells"]
    model["content"] |= {
        "nbformat_minor": 4,
        "cells": [cells[1] | {"metadata": {}, "source": "", "execution_count": 1}],
    }
    cells[1]["outputs"][0]["name"], cells[1]["outputs"][1]["metadata"] = "stdout", {}
    manager.save(model, "x.ipynb")
    written = json.loads((tmp_path / "x.ipynb").read_text())
    assert written["metadata"]["own"] == "was called"
    assert list(written["cells"][0]["outputs"][1]["data"]) == ["image/png", "text/plain"]


def test_teachnn_lab_hands_the_extension_over_and_the_server_finds_it():
    extensions = pytest.importorskip("jupyter_server.extension.manager")
    config = (
        Path(lab.environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]) / "jupyter_server_config.d" / "teachnn.json"
    )
    enabled = json.loads(config.read_text())["ServerApp"]["jpserver_extensions"]
    assert enabled == {"teachnn.jupyter.saving": True}
    assert extensions.ExtensionPackage(name="teachnn.jupyter.saving").validate()


def test_jupyter_finds_the_extension_by_the_modules_name():
    assert saving._jupyter_server_extension_points() == [{"module": "teachnn.jupyter.saving"}]
