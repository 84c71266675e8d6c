"""The course as a website: `teachnn site`. Read running, lesson, first, reference, build.

Its packages (`pip install 'teachnn[site]'`) are imported when a site is built, and not before.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

NEEDED = ("nbclient", "nbconvert", "latex2mathml", "pdoc", "teachnn_widgets")


def build_site(out: Path, folder: Path | None = None) -> int:
    """Run the course, or the notebooks in `folder`, and write the site into `out`; return the exit code."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        print(f"teachnn site: expected {', '.join(missing)}, got none; pip install 'teachnn[site]'", file=sys.stderr)
        return 1
    from teachnn.jupyter.site.build import build

    return build(out, folder)
