"""What may stand behind an option of `teachnn`: a path, a whole number."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def folder_option(text: str) -> Path:
    """Return the path of a folder or a file; raises an error for no text, and for the home of nobody."""
    if not text:
        raise argparse.ArgumentTypeError("expected a folder, got ''; write . for this one")
    try:
        return Path(text).expanduser()  # the shell does so too, but not after "--folder="
    except RuntimeError:
        cure = f"write ./{text} for a folder of this name"
        raise argparse.ArgumentTypeError(f"expected a folder, got {text!r}, a home that is unknown; {cure}") from None


def whole_option(least: int) -> Callable[[str], int]:
    """Return what reads a whole number >= least; it raises an error for any other text."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= least):
            digits = " of at most 18 digits" if len(text) > 18 else ""
            raise argparse.ArgumentTypeError(f"expected a whole number >= {least}{digits}, got {text!r}")
        return int(text)

    return number
