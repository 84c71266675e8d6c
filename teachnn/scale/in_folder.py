"""The rows of a sweep in a folder, a file each: what is done stays done when the sweep is stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from teachnn.support import write_whole


class RowsInFolder:
    """A folder with a file for each row that is done, named after its setting."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder: Path = folder

    def row(self, setting: dict[str, Any]) -> dict[str, Any] | None:
        """Return the row of a setting, if it is there; a file that is damaged counts as none."""
        try:
            row = json.loads(self._path(setting).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return row if isinstance(row, dict) else None

    def keep(self, setting: dict[str, Any], row: dict[str, Any]) -> None:
        """Write a row: all of it or nothing."""
        write_whole(self._path(setting), json.dumps(row).encode())

    def _path(self, setting: dict[str, Any]) -> Path:
        text = json.dumps(setting, sort_keys=True, default=repr)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"
