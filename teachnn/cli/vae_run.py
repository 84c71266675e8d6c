"""A VAE trained on MNIST from the command line; what was learnt is kept however it ends. Notebook 10."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from teachnn import data, images
from teachnn.cli.settings import DEFAULTS, PICTURES, Settings, begun, resumed
from teachnn.cli.vae_data import pictures_of
from teachnn.functions import Adam, TrainFunction, load, save, schedule
from teachnn.models.convolutional_vae import ConvolutionalVAE
from teachnn.models.vae import VAE
from teachnn.parameters import rng
from teachnn.support import InputError

FIRST_PICTURE = 2.0  # seconds of training before the first picture is drawn
MOST_DENSE = 4096  # numbers in a picture, up to which dense layers learn as much in less time
RATES = 2e-3, 2e-5  # the learning rate at the first step and at the last


def train_vae(options: argparse.Namespace) -> int:
    """Train a variational autoencoder, write pictures and a checkpoint into `options.out`; return the exit code.

    Raises ValueError if the folder and the options do not fit, OSError if it cannot be read or written.
    """
    folder, checkpoint = options.out, options.out / "vae.safetensors"
    settings = _settings(checkpoint, options)
    _make_writable(folder)
    generators = {"noise": rng(settings.seed), "order": rng(settings.seed + 1)}
    pictures, test = pictures_of(settings)
    kind = VAE if test[0].size <= MOST_DENSE else ConvolutionalVAE
    vae = kind(settings.latent, generators["noise"], hidden=settings.hidden, shape=test.shape[1:])
    batches = data.batches(pictures, size=settings.batch_size, rng=generators["order"])
    train = vae.train_function(Adam(schedule.Linear(*RATES, settings.rate_epochs * len(batches))))
    if options.resume:
        load(checkpoint, vae.parameters, train, generators)
        print(f"Going on after step {train.steps:,} of {checkpoint}.")
    settings.write(checkpoint.with_suffix(".json"))  # before the checkpoint, which is of no use without
    drawn = _FirstPicture(vae, test, folder)
    pixels = test[0].size
    units = f"{pixels}-{settings.hidden}-{settings.latent}-{settings.hidden}-{pixels}"
    print(f"{kind.__name__} {units}, {_epochs(settings.epochs)}, seed {settings.seed}.")
    if settings.data is not None:
        size = " x ".join(map(str, vae.shape))
        print(f"{len(pictures):,} pictures of {size} to train with and {len(test):,} to test with, of {settings.data}.")
    if settings.epochs != settings.rate_epochs:
        falls = f"falls over {_epochs(settings.rate_epochs)}, as when this run began"
        print(f"The learning rate {falls}, and then stays at {RATES[1]:g}.")
    if train.position and train.position[0] >= settings.epochs:
        print(f"{_epochs(train.position[0])} done already; more --epochs go on.")

    def report(epoch: int) -> dict[str, float]:
        terms = vae.test_bound(test, seed=settings.seed)
        _write(vae, test, folder, train, generators)
        print(f"test bound after epoch {epoch}: {_nats(terms)}", flush=True)
        return terms

    try:
        train.fit(batches, settings.epochs, each_epoch=report, each_step=drawn, resume=options.resume)
    except OSError:  # nobody reads the output any more, or its disk is full
        _write(vae, test, folder, train, generators)
        raise
    except KeyboardInterrupt:
        _write(vae, test, folder, train, generators)
        print(f"\nStopped after step {train.steps:,}. What was learnt is in {folder}; --resume goes on from there.")
        print(f"test bound so far: {_nats(vae.test_bound(test, seed=settings.seed))}")
        return 130
    print(f"test bound: {_nats(vae.test_bound(test, seed=settings.seed))}")
    print(f"Wrote manifold.png, samples.png, reconstructions.png and vae.safetensors to {folder}.")
    return 0


def _settings(checkpoint: Path, options: argparse.Namespace) -> Settings:
    """Return the settings of a run that begins or goes on, before anything is written."""
    names = (*DEFAULTS, *PICTURES)
    given = {name: value for name, value in vars(options).items() if name in names and value is not None}
    if "data" in given:
        given["data"] = str(given["data"].resolve())
    if not options.resume:
        if checkpoint.exists():
            cure = "--resume goes on, --out starts elsewhere"
            raise InputError(str(checkpoint), "no earlier run here", "one", cure)
        return begun(given)
    if not checkpoint.exists():
        cure = "leave out --resume to begin one, or name its folder with --out"
        raise InputError(str(checkpoint), "a run to go on with", "nothing there", cure)
    return resumed(checkpoint.with_suffix(".json"), given)


class _FirstPicture:
    """After two seconds, draw what there is to see, once."""

    def __init__(self, vae: VAE, test, folder: Path):
        self.vae, self.test, self.folder, self.start = vae, test, folder, time.perf_counter()

    def __call__(self, result) -> None:
        if self.start and time.perf_counter() - self.start > FIRST_PICTURE:
            _draw(self.vae, self.test, self.folder)
            self.start = 0.0


def _draw(vae: VAE, test, folder: Path) -> None:
    scale = 2 if max(vae.shape[:2]) <= 32 else 1
    images.manifold(vae.decode, dimensions=vae.latent, scale=scale).save(folder / "manifold.png")
    images.grid(vae.sample(225, rng(0)), columns=15, scale=scale).save(folder / "samples.png")
    shown = [*test[:15], *vae.reconstruct(test[:15])]
    images.grid(shown, columns=len(shown) // 2, scale=scale).save(folder / "reconstructions.png")


def _write(vae: VAE, test, folder: Path, train: TrainFunction, generators: dict) -> None:
    save(folder / "vae.safetensors", vae.parameters, train, generators)
    _draw(vae, test, folder)


def _nats(terms: dict[str, float]) -> str:
    parts = " + ".join(f"{name} {value:.2f}" for name, value in terms.items())
    return f"{sum(terms.values()):.2f} nats an image = {parts}"


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


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
