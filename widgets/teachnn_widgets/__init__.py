"""Live widgets for JupyterLab: see the parameters that a training function and a test function share, as they move.

    import teachnn_widgets as tw

Each widget is a small Python model beside a plain ES module and a stylesheet of the same name; `base` says what they
have in common. Nothing is loaded from a network.
"""

from teachnn_widgets.draw_pad import DrawPad
from teachnn_widgets.latent_explorer import LatentExplorer
from teachnn_widgets.live_paths import LivePaths
from teachnn_widgets.mode_lens import ModeLens
from teachnn_widgets.moving_picture import MovingPicture
from teachnn_widgets.page import save_page
from teachnn_widgets.parameter_view import ParameterView
from teachnn_widgets.text_stepper import TextStepper
from teachnn_widgets.training_cockpit import TrainingCockpit
from teachnn_widgets.two_graphs import TwoGraphs

__all__ = [
    "DrawPad",
    "LatentExplorer",
    "LivePaths",
    "ModeLens",
    "MovingPicture",
    "ParameterView",
    "TextStepper",
    "TrainingCockpit",
    "TwoGraphs",
    "save_page",
]
