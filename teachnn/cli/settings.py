"""The settings of a run of `teachnn vae`, in a file beside its checkpoint, so that --resume can go on with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from teachnn.support import InputError, instance, is_whole, write_whole

DEFAULTS = {"latent": 2, "hidden": 400, "epochs": 10, "seed": 0}  # the settings that are options
PICTURES = ("data", "size")  # options too, that most runs do without
FIXED = ("latent", "hidden", "seed", *PICTURES)  # what a run keeps to its end; its epochs may grow or shrink


@dataclass(frozen=True)
class Settings:
    """The settings of a run; the learning rate falls over the first `rate_epochs` epochs, and then stays.

    data: a folder or a file of pictures, None for the digits; size: the side of a folder's pictures, None: the usual.
    """

    latent: int
    hidden: int
    epochs: int
    rate_epochs: int
    seed: int
    batch_size: int
    data: str | None = None
    size: int | None = None

    def write(self, path: Path) -> None:
        """Write them to a file, whole or not at all."""
        write_whole(path, f"{json.dumps(_written(self), indent=2)}\n".encode())


def _written(settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in asdict(settings).items() if value is not None}


def begun(options: Mapping[str, Any]) -> Settings:
    """Return the settings of a new run with these options; defaults stand for those that are not given."""
    given = {**DEFAULTS, **options}
    batch_size = 100 if given.get("data") is None else 32  # pictures of one's own are few
    return Settings(**given, rate_epochs=given["epochs"], batch_size=batch_size)


def resumed(path: Path, options: Mapping[str, Any]) -> Settings:
    """Return the settings in the file, but as many epochs as the options say.

    Raises InputError if an option differs from what the run must keep, or if the file is missing or damaged. A run
    without a file (older versions wrote none) goes on if the options give all settings.
    """
    every = ", ".join(f"--{name}" for name in DEFAULTS)
    if not path.exists():
        if DEFAULTS.keys() <= options.keys():
            return begun(options)
        cure = f"to go on, give all of {every} as they were then"
        raise InputError(str(path), "the settings of the run", "no file (older versions of teachnn wrote none)", cure)
    kept = _read(path, f"remove this file, and give all of {every} as they were")
    wrong = [name for name in FIXED if options.get(name, getattr(kept, name)) != getattr(kept, name)]
    if wrong:
        expected, got = (
            ", ".join(f"--{name} {values[name]}" if name in values else f"no --{name}" for name in wrong)
            for values in (_written(kept), options)
        )
        raise InputError(
            str(path), f"{expected} as in this run", got, "leave it out, or begin another run with another --out"
        )
    return replace(kept, epochs=options.get("epochs", kept.epochs))


def _read(path: Path, cure: str) -> Settings:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    names = [field.name for field in fields(Settings) if field.name not in PICTURES]
    if not isinstance(found, dict) or sorted(found.keys() - PICTURES) != sorted(names):
        raise InputError(str(path), f"the settings {', '.join(names)}", "a damaged or foreign file", cure)
    for name, value in found.items():
        if name == "data":
            instance(str(path), "a path as data", value, str, cure)
            continue
        least = int(name != "seed")
        if not is_whole(value) or value < least:
            raise InputError(str(path), f"a whole number >= {least} as {name}", repr(value), cure)
    return Settings(**found)
