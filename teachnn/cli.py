"""The command `teachnn`: `teachnn lab` opens the course, `teachnn vae` trains a VAE without a browser."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from teachnn import data, images
from teachnn.functions import Adam, CheckpointError, TrainFunction, load, save, schedule
from teachnn.models.vae import VAE
from teachnn.parameters import rng
from teachnn.support import Array

FIRST_PICTURE = 2.0  # seconds of training before the first picture is drawn


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser("teachnn", description="Neural networks as two kinds of function.")
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="open the course in JupyterLab", description=_lab.__doc__)
    lab.add_argument("--folder", type=Path, default=Path("teachnn-course"), help="your copy (default: %(default)s)")
    vae = commands.add_parser("vae", help="train a VAE on MNIST, without a browser", description=_vae.__doc__)
    vae.add_argument("--latent", type=_count, default=2, help="latent dimensions (default: %(default)s)")
    vae.add_argument("--hidden", type=_count, default=400, help="hidden units (default: %(default)s)")
    vae.add_argument("--epochs", type=_count, default=10, help="times through all digits (default: %(default)s)")
    vae.add_argument("--seed", type=int, default=0, help="of all random numbers (default: %(default)s)")
    vae.add_argument("--out", type=Path, default=Path("teachnn-vae"), help="where to write (default: %(default)s)")
    vae.add_argument("--resume", action="store_true", help="go on from the checkpoint in the folder")
    options, others = parser.parse_known_args(arguments)
    if options.command == "lab":
        return _lab(options.folder, others)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return _vae(options)
    except (CheckpointError, OSError, ValueError) as error:
        print(f"teachnn vae: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the first step, or after the last
        print("\nteachnn vae: stopped.", file=sys.stderr)
        return 130


def _lab(folder: Path, others: list[str]) -> int:
    """Copy the course's notebooks into a folder of yours, where nothing is overwritten, and open JupyterLab there.

    Further arguments go to JupyterLab: `teachnn lab --no-browser --port 9999`.
    """
    from teachnn.jupyter import open_course

    return open_course(folder, others)


def _vae(options: argparse.Namespace) -> int:
    """Train a variational autoencoder on the 60,000 digits of MNIST and write what it learnt.

    Into the folder come manifold.png (15 x 15 digits decoded from the first two latent dimensions), samples.png (225
    digits decoded from points of the prior), reconstructions.png (test digits above, what the VAE makes of them below)
    and vae.safetensors. Ctrl-C keeps what was learnt.
    """
    folder, checkpoint = options.out, options.out / "vae.safetensors"
    _make_writable(folder)
    generators = {"noise": rng(options.seed), "order": rng(options.seed + 1)}
    vae = VAE(options.latent, generators["noise"], options.hidden)
    digits = data.mnist()
    batches = data.batches(digits.train.images, size=100, rng=generators["order"])
    test = data.pixels(digits.test.images)
    train = vae.train_function(Adam(schedule.Linear(2e-3, 2e-5, options.epochs * len(batches))))
    if options.resume:
        load(checkpoint, vae.parameters, train, generators)
        print(f"Going on after step {train.steps:,} of {checkpoint}.")
    elif checkpoint.exists():
        raise ValueError(
            f"{checkpoint}: expected no earlier run here, got one; --resume goes on, --out starts elsewhere"
        )
    drawn = _FirstPicture(vae, test, folder)
    print(
        f"VAE 784-{options.hidden}-{options.latent}-{options.hidden}-784, {options.epochs} epochs, seed {options.seed}."
    )

    def report(epoch: int) -> dict[str, float]:
        terms = vae.test_bound(test, seed=options.seed)
        print(f"test bound after epoch {epoch}: {_nats(terms)}", flush=True)
        _write(vae, test, folder, train, generators)
        return terms

    try:
        train.fit(batches, options.epochs, each_epoch=report, each_step=drawn, resume=options.resume)
    except KeyboardInterrupt:
        _write(vae, test, folder, train, generators)
        print(f"\nStopped after step {train.steps:,}. What was learnt is in {folder}; --resume goes on from there.")
        print(f"test bound so far: {_nats(vae.test_bound(test, seed=options.seed))}")
        return 130
    print(f"test bound: {_nats(vae.test_bound(test, seed=options.seed))}")
    print(f"Wrote manifold.png, samples.png, reconstructions.png and vae.safetensors to {folder}.")
    return 0


class _FirstPicture:
    """After two seconds, draw what there is to see, once."""

    def __init__(self, vae: VAE, test: Array, folder: Path) -> None:
        self.vae, self.test, self.folder, self.start = vae, test, folder, time.perf_counter()

    def __call__(self, result: Any) -> None:
        if self.start and time.perf_counter() - self.start > FIRST_PICTURE:
            _draw(self.vae, self.test, self.folder)
            self.start = 0.0


def _draw(vae: VAE, test: Array, folder: Path) -> None:
    images.manifold(vae.decode, dimensions=vae.latent, scale=2).save(folder / "manifold.png")
    images.grid(vae.sample(225, rng(0)), columns=15, scale=2).save(folder / "samples.png")
    shown = [*test[:15], *vae.reconstruct(test[:15])]
    images.grid(shown, columns=15, scale=2).save(folder / "reconstructions.png")


def _write(vae: VAE, test: Array, folder: Path, train: TrainFunction, generators: dict) -> None:
    save(folder / "vae.safetensors", vae.parameters, train, generators)
    _draw(vae, test, folder)


def _nats(terms: dict[str, float]) -> str:
    parts = " + ".join(f"{name} {value:.2f}" for name, value in terms.items())
    return f"{sum(terms.values()):.2f} nats an image = {parts}"


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".teachnn-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OSError(
            f"{folder}: expected a folder to write to, got {error.strerror}; choose another with --out"
        ) from None


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number >= 1, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
