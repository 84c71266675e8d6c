"""The commands and options of `teachnn`, with their help."""

from __future__ import annotations

import argparse
from pathlib import Path

from teachnn import __version__
from teachnn.cli.settings import DEFAULTS
from teachnn.cli.vae_data import SIDE
from teachnn.cli.values import folder_option, whole_option


def parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of all, and those of the commands by name."""
    parser = argparse.ArgumentParser(
        "teachnn",
        description="Neural networks as two kinds of function: training functions and test functions.",
        epilog="`teachnn lab --help` shows the options of `lab`, and so on.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"teachnn {__version__}", help="show the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        help="open the course in JupyterLab",
        usage="%(prog)s [-h] [--folder FOLDER] [options of JupyterLab]",
        description="Copy the course's notebooks into a folder of yours and open JupyterLab there, on this machine "
        "alone. Files that are there already stay as they are.",
        epilog="All other options go to JupyterLab, and win over those of teachnn: `teachnn lab --no-browser --port "
        "9999`. In a container, `--ip 0.0.0.0` lets other machines in. What follows `--` is not checked.",
        allow_abbrev=False,
    )
    course = commands.add_parser(
        "course",
        help="copy the course's notebooks, without JupyterLab",
        description="Copy the course's notebooks into a folder of yours, for a hub or Colab. Files that are there "
        "already stay as they are.",
        allow_abbrev=False,
    )
    for command in (lab, course):
        yours = {"type": folder_option, "default": Path("teachnn-course"), "metavar": "FOLDER"}
        command.add_argument("--folder", **yours, help="your copy of the course (default: %(default)s)")
    site = commands.add_parser(
        "site",
        help="write the course as a website",
        description="Run the notebooks of the course, or your own copies, and write them as a website: a page each, "
        "with text, code, what came out, and widgets that live without a kernel; and the reference of the library. "
        "The pages load nothing from elsewhere, and can be opened from the disk. An error in a cell is shown in its "
        "page.",
        allow_abbrev=False,
    )
    site.add_argument(
        "--folder",
        type=folder_option,
        metavar="FOLDER",
        help="your copy of the course (default: the course as it came)",
    )
    site.add_argument(
        "--out",
        type=folder_option,
        default=Path("teachnn-site"),
        metavar="FOLDER",
        help="where to write (default: %(default)s)",
    )
    vae = commands.add_parser(
        "vae",
        help="train a variational autoencoder on MNIST, without a browser",
        description="Train a variational autoencoder on the 60,000 digits of MNIST, or on pictures of your own. The "
        "folder gets manifold.png (15 x 15 pictures, decoded from the first two latent dimensions), samples.png (225 "
        "pictures, decoded from random points), reconstructions.png (test pictures above, their reconstructions "
        "below), vae.safetensors (what was learnt) and vae.json (the settings of the run). Ctrl-C keeps what was "
        "learnt.",
        allow_abbrev=False,
    )
    kept = "with --resume: that of the run"
    for name, least, what in (
        ("latent", 1, f"number of latent dimensions (default: {DEFAULTS['latent']}; {kept})"),
        ("hidden", 1, f"number of hidden units (default: {DEFAULTS['hidden']}; {kept})"),
        ("epochs", 1, f"passes over the training pictures, from the start (default: {DEFAULTS['epochs']}; {kept})"),
        ("seed", 0, f"seed of all random numbers (default: {DEFAULTS['seed']}; {kept})"),
    ):
        vae.add_argument(f"--{name}", type=whole_option(least), metavar="N", help=what)
    vae.add_argument(
        "--data",
        type=folder_option,
        metavar="FOLDER_OR_IDX",
        help="a folder of pictures, or an idx file of bytes, grey or colours (default: the digits of MNIST; "
        f"{kept}). One picture of ten is kept to test with",
    )
    vae.add_argument(
        "--size",
        type=whole_option(1),
        metavar="N",
        help=f"side of the squares that a folder's pictures are made (default: {SIDE}; {kept})",
    )
    vae.add_argument(
        "--out",
        type=folder_option,
        default=Path("teachnn-vae"),
        metavar="FOLDER",
        help="where to write (default: %(default)s)",
    )
    vae.add_argument(
        "--resume",
        action="store_true",
        help="continue the run in the folder, with its settings. Only --epochs may differ: with more, training goes on "
        "longer, at the last learning rate; with fewer, it ends sooner",
    )
    return parser, dict(commands.choices)
