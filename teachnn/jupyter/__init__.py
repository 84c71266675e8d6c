"""The course in JupyterLab, `teachnn lab`, and as a website, `teachnn site`; stills in notebooks, prompt sliders.

`saving` and `websocket` are loaded by Jupyter's server, `exporting` by nbconvert, by name.
"""

from teachnn.jupyter.lab import bring_course, command, copy_course, course, environment, open_course
from teachnn.jupyter.site import build_site

__all__ = [
    "bring_course",
    "build_site",
    "command",
    "copy_course",
    "course",
    "environment",
    "open_course",
]
