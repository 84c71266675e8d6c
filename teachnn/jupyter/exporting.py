"""An exported notebook shows a still picture of each widget: no kernel stands behind a page, and often no network.

nbconvert would leave an empty place, for a live view that a script from the network is to fill. It loads this
preprocessor by name, from a configuration that comes with the package; HTML, slides and PDF by way of HTML have it.
"""

from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from teachnn.jupyter.saving import drop_views


class Stills(Preprocessor):
    """Leave out the live view of a widget wherever a picture of it stands beside it."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook, changed in place, and what nbconvert hands on."""
        drop_views(nb)
        return nb, resources
