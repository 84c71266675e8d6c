"""A saved notebook shows a still picture of each widget whose state is not saved with it, never an empty place.

A widget's output holds two forms: the live view, and a picture. JupyterLab shows the live one, which needs the widget's
state; that is saved with the notebook, but dropped when the notebook is opened and saved again without being run. So
this extension of Jupyter's server looks at each notebook before it is saved, and leaves a view without a state out.
A hook of the user's own, `c.ContentsManager.pre_save_hook`, runs as before. It is enabled where the package is
installed (`jupyter server extension disable teachnn.jupyter.saving` turns it off), and by `teachnn lab` in any case.
"""

from collections.abc import Container
from typing import Any

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"


def keep_stills(model: dict[str, Any], **kwargs: Any) -> None:
    """Leave out of a notebook that is about to be saved what it could not show: the live view of a widget not in it.

    model: Jupyter's model of a file's contents, changed in place. Left alone: files that are no notebooks, notebooks
    of a format before 4, which hold no widgets, and views that have no picture (image/...) beside them.
    """
    if model.get("type") != "notebook":
        return
    notebook = model["content"]
    drop_views(notebook, notebook.get("metadata", {}).get("widgets", {}).get(STATE, {}).get("state", {}))


def drop_views(notebook: dict[str, Any], kept: Container[str] = ()) -> None:
    """Leave out of a notebook, in place, each live view that has a picture beside it, but those of models `kept`."""
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            pictured = any(kind.startswith("image/") for kind in data)
            if pictured and VIEW in data and data[VIEW].get("model_id") not in kept:
                del data[VIEW]


def _jupyter_server_extension_points() -> list[dict]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.contents_manager.register_pre_save_hook(keep_stills)
