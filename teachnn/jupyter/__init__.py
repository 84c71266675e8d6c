"""The course in JupyterLab: `teachnn lab`, stills kept in saved notebooks, prompt sliders.

`saving` and `websocket` are loaded by Jupyter's server, by name.
"""

from teachnn.jupyter.lab import command, course, environment, open_course

__all__ = [
    "command",
    "course",
    "environment",
    "open_course",
]
