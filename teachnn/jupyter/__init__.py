"""The course in JupyterLab: `teachnn lab`, stills kept in saved and exported notebooks, prompt sliders.

`saving` and `websocket` are loaded by Jupyter's server, `exporting` by nbconvert, by name.
"""

from teachnn.jupyter.lab import bring_course, command, copy_course, course, environment, open_course

__all__ = [
    "bring_course",
    "command",
    "copy_course",
    "course",
    "environment",
    "open_course",
]
