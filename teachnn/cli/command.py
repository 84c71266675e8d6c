"""The command `teachnn`: errors about wrong options, and how it ends.

It ends with 0 if all went well, 1 if something failed, 2 for a wrong option, 130 on Ctrl-C, and 141 if nobody reads
its output any more.
"""

from __future__ import annotations

import argparse
import difflib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from teachnn.cli.options import parsers
from teachnn.cli.vae_run import train_vae
from teachnn.jupyter import bring_course, build_site, open_course

FLAGS = ("--no-browser", "--allow-root", "--debug", "-y")  # JupyterLab's options that take no value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path may hold letters that the terminal lacks
    try:
        try:
            return _run(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            if sys.stdout is not None:  # a process may have none
                sys.stdout.flush()  # a closed pipe is noticed here, and not at Python's exit
    except OSError as error:
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left has nowhere to go
        if isinstance(error, BrokenPipeError):  # `| head`: its reader has read enough
            return 141
        cure = "send its output elsewhere"
        print(f"teachnn: expected to write its output, got {error.strerror}; {cure}", file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    parser, commands = parsers()
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    arguments, untouched = arguments[:cut], arguments[cut + 1 :]
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is not None and word not in commands:
        _refuse(parser, f"one of {', '.join(commands)}", word, list(commands), "teachnn --help says what each does")
    options, others = parser.parse_known_args(arguments)
    if options.command == "lab":
        _check_others(commands["lab"], others)
        others += untouched
    elif others or untouched:
        chosen = commands.get(options.command, parser)
        known = ["--version"] if chosen is parser else [f"--{name}" for name in vars(chosen.parse_args([]))]
        _refuse(chosen, "its own options", (others or untouched)[0], known, f"{chosen.prog} --help lists them")
    if options.command is None:
        parser.print_help()
        return 0
    who = commands[options.command].prog
    writes = options.command in ("vae", "site")
    folder, option = (options.out, "--out") if writes else (options.folder, "--folder")
    try:
        if options.command == "lab":
            return open_course(folder, others)
        if options.command == "site":
            return build_site(options.out, options.folder)
        return train_vae(options) if options.command == "vae" else bring_course(folder, who)
    except KeyboardInterrupt:
        print(f"\n{who}: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:
        if options.command == "vae" and options.data and Path(error.filename or "").is_relative_to(options.data):
            option = "--data"
        at = f"{error.filename or folder}: expected to read or write it, got {error.strerror}"
        said = f"{at}; choose another folder with {option}" if error.strerror else error
    except MemoryError:
        said = "expected enough memory, got too little; choose fewer --hidden units, or a smaller --size"
    except ValueError as error:
        said = error
    print(f"{who}: {said}", file=sys.stderr)
    return 1


def _check_others(parser: argparse.ArgumentParser, others: list[str]) -> None:
    """Raise an error for what JupyterLab would misunderstand: a mistyped option of ours, a word without an option."""
    may_be_value = False
    for other in others:
        if not other.startswith("-") and not may_be_value:
            _refuse(parser, "options", other, [], f"for your copy of the course, write --folder {other}")
        if other.startswith("-") and (near := _near(other, ["--folder"])):
            option = other.partition("=")[0]
            _refuse(parser, near, option, [], f"if you mean JupyterLab's, write it after --: teachnn lab -- {other}")
        may_be_value = other.startswith("-") and "=" not in other and other not in FLAGS


def _near(given: str, known: Sequence[str]) -> str:
    """Return the known name that was probably meant, or an empty text."""
    names = {name.lstrip("-"): name for name in known}
    found = difflib.get_close_matches(given.partition("=")[0].lstrip("-").lower(), names, 1)
    return names[found[0]] if found else ""


def _refuse(parser: argparse.ArgumentParser, expected: str, got: str, known: Sequence[str], cure: str) -> NoReturn:
    near = _near(got, known)
    parser.error(f"expected {expected}, got {got!r}; {f'did you mean {near}?' if near else cure}")
