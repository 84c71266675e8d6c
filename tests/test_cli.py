"""The command: pictures soon, one line for what goes wrong, and nothing learnt is lost."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import teachnn as tn
from teachnn import cli
from teachnn.data.digits import MNIST, Digits
from teachnn.models.vae import VAE

FILES = ["manifold.png", "reconstructions.png", "samples.png", "vae.safetensors"]
STEPS = 8  # in one epoch of the few digits


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    """Let the command find 800 digits to train on and 100 to test with."""
    whole = tn.data.mnist()
    few = MNIST(*(Digits(d.images[:n], d.labels[:n]) for d, n in ((whole.train, 800), (whole.test, 100))))
    monkeypatch.setattr("teachnn.cli.data.mnist", lambda: few)
    return few


@pytest.fixture
def vae(capsys):
    """Return a function that runs `teachnn vae` and returns its exit code and what it wrote to stdout and stderr."""

    def run(folder, *options, epochs=2):
        code = cli.main(["vae", "--hidden", "8", "--epochs", str(epochs), "--out", str(folder), *options])
        return code, *capsys.readouterr()

    return run


def loaded(folder, vae):
    tn.load(folder / "vae.safetensors", vae.parameters)
    return vae


def interrupt_step(monkeypatch, number):
    """Let a Ctrl-C come inside the objective of that step of the next run."""
    objective, calls = VAE.objective, []

    def interrupted(self, x):
        calls.append(x)
        terms = objective(self, x)
        if len(calls) == number:
            raise KeyboardInterrupt
        return terms

    monkeypatch.setattr(VAE, "objective", interrupted)


# A run


def test_a_run_writes_three_pictures_and_a_checkpoint_and_says_so(vae, tmp_path):
    code, out, err = vae(tmp_path / "new" / "folder")
    assert (code, err) == (0, "")
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == FILES
    for name, size in (
        ("manifold.png", (15 * 28 * 2, 15 * 28 * 2)),
        ("samples.png", (15 * 28 * 2, 15 * 28 * 2)),
        ("reconstructions.png", (15 * 28 * 2, 2 * 28 * 2)),
    ):
        with Image.open(tmp_path / "new" / "folder" / name) as picture:
            assert (picture.format, picture.size, picture.mode) == ("PNG", size, "L")
            assert np.asarray(picture).std() > 1
    lines = out.splitlines()
    assert lines[0] == "VAE 784-8-2-8-784, 2 epochs, seed 0."
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "epoch 1/2",
        "test bound after epoch 1",
        "epoch 2/2",
        "test bound after epoch 2",
        "test bound",
        f"Wrote manifold.png, samples.png, reconstructions.png and vae.safetensors to {tmp_path / 'new' / 'folder'}.",
    ]
    assert "\r" not in out and "\x1b" not in out


def test_the_test_bound_is_the_sum_of_its_two_terms_and_that_of_the_checkpoint(vae, tmp_path, few_digits):
    _, out, _ = vae(tmp_path)
    number = r"(\d+\.\d\d)"
    pattern = rf"^test bound: {number} nats an image = reconstruction {number} \+ KL {number}$"
    total, reconstruction, kl = map(float, re.search(pattern, out, re.MULTILINE).groups())
    assert total == pytest.approx(reconstruction + kl, abs=0.011)
    model = loaded(tmp_path, VAE(2, tn.rng(9), 8))
    terms = model.test_bound(tn.data.pixels(few_digits.test.images), seed=0)
    assert [f"{value:.2f}" for value in terms.values()] == [f"{reconstruction:.2f}", f"{kl:.2f}"]


def test_the_pictures_are_those_of_the_checkpoint(vae, tmp_path, few_digits):
    vae(tmp_path, "--latent", "3")
    model, test = loaded(tmp_path, VAE(3, tn.rng(9), 8)), tn.data.pixels(few_digits.test.images[:15])
    expected = {
        "manifold.png": tn.images.manifold(model.decode, dimensions=3, scale=2),
        "samples.png": tn.images.grid(model.sample(225, tn.rng(0)), columns=15, scale=2),
        "reconstructions.png": tn.images.grid([*test, *model.reconstruct(test)], columns=15, scale=2),
    }
    for name, picture in expected.items():
        with Image.open(tmp_path / name) as written:
            assert np.array_equal(np.asarray(written), np.asarray(picture))


def test_the_seed_decides_every_bit(vae, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        vae(tmp_path / name, "--seed", str(seed))
    a, b, c = ([(tmp_path / name / file).read_bytes() for file in FILES] for name in "abc")
    assert a == b and all(one != other for one, other in zip(a, c, strict=True))


def test_the_first_picture_comes_before_the_first_epoch_ends(vae, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(cli, "FIRST_PICTURE", 0.0)
    draw = cli._draw
    monkeypatch.setattr(cli, "_draw", lambda *a: drawn.append((tmp_path / "vae.safetensors").exists()) or draw(*a))
    vae(tmp_path, epochs=1)
    assert drawn == [False, True]


@pytest.mark.parametrize("latent", [1, 5])
def test_any_number_of_latent_dimensions_has_a_picture(latent, vae, tmp_path):
    code, out, _ = vae(tmp_path, "--latent", str(latent), epochs=1)
    assert code == 0 and f"VAE 784-8-{latent}-8-784, 1 epochs" in out and (tmp_path / "manifold.png").exists()


# Going on


def test_a_second_run_in_the_same_folder_is_refused_and_changes_nothing(vae, tmp_path):
    vae(tmp_path)
    before = [(tmp_path / name).read_bytes() for name in FILES]
    code, _, err = vae(tmp_path, "--seed", "3")
    assert code == 1 and err == (
        f"teachnn vae: {tmp_path / 'vae.safetensors'}: expected no earlier run here, got one; --resume goes on, "
        "--out starts elsewhere\n"
    )
    assert [(tmp_path / name).read_bytes() for name in FILES] == before


@pytest.mark.parametrize(
    "step",
    [
        3,
        STEPS + 2,
        2 * STEPS,
        STEPS + 1,
    ],
)
def test_ctrl_c_keeps_what_was_learnt_and_resume_ends_in_the_same_bits(step, vae, tmp_path, monkeypatch):
    vae(tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupt_step(patch, step)
        code, out, err = vae(tmp_path / "broken")
    assert (code, err) == (130, "")
    assert f"\nStopped after step {step - 1}. What was learnt is in {tmp_path / 'broken'}; --resume goes on" in out
    assert re.search(r"^test bound so far: \d+\.\d\d nats an image = ", out, re.MULTILINE)
    assert sorted(p.name for p in (tmp_path / "broken").iterdir()) == FILES
    code, out, _ = vae(tmp_path / "broken", "--resume", "--seed", "0")
    assert code == 0 and f"Going on after step {step - 1} of " in out
    for name in FILES:
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_that_is_done_has_nothing_left_to_resume(vae, tmp_path):
    vae(tmp_path)
    before = (tmp_path / "vae.safetensors").read_bytes()
    code, out, _ = vae(tmp_path, "--resume")
    assert code == 0 and "Going on after step 16 of" in out and "epoch" not in out.splitlines()[2]
    assert (tmp_path / "vae.safetensors").read_bytes() == before


def test_more_epochs_go_on_after_the_last_one(vae, tmp_path):
    vae(tmp_path)
    code, out, _ = vae(tmp_path, "--resume", epochs=3)
    assert code == 0 and "epoch 3/3: " in out and "epoch 2/3" not in out


# What goes wrong


def fails(result):
    """Return the one line on stderr of a run that failed without a traceback."""
    code, _, err = result
    assert code == 1 and err.startswith("teachnn vae: ") and err.count("\n") == 1 and err.endswith("\n")
    return err


def test_a_file_in_place_of_the_folder_is_named(vae, tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert f"{folder}: expected a folder to write to, got " in fails(vae(folder))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("method", ["mkdir", "touch"])
def test_a_folder_that_cannot_be_written_is_named_before_anything_is_trained(method, vae, tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, method, denied)
    monkeypatch.setattr(VAE, "objective", denied)
    err = fails(vae(tmp_path))
    assert err == (
        f"teachnn vae: {tmp_path}: expected a folder to write to, got Permission denied; choose another with --out\n"
    )


def test_a_disk_that_is_full_ends_the_run_in_one_line(vae, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device" in fails(vae(tmp_path))
    assert not list(tmp_path.iterdir())


def test_resume_without_a_checkpoint_or_with_one_that_does_not_fit_is_refused(vae, tmp_path):
    assert "vae.safetensors: expected a file, got nothing there" in fails(vae(tmp_path / "a", "--resume"))
    vae(tmp_path / "b")
    before = (tmp_path / "b" / "vae.safetensors").read_bytes()
    err = fails(vae(tmp_path / "b", "--resume", "--hidden", "9"))
    assert "expected the same names and shapes, got enc.h.W: shape (784, 8)" in err
    assert (tmp_path / "b" / "vae.safetensors").read_bytes() == before
    (tmp_path / "b" / "vae.safetensors").write_bytes(before[:-1])
    assert "got a damaged or foreign one" in fails(vae(tmp_path / "b", "--resume"))


def test_a_negative_seed_is_refused_in_one_line(vae, tmp_path):
    assert "rng: expected a whole seed >= 0, got -1" in fails(vae(tmp_path, "--seed", "-1"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "the following arguments are required: command"),
        (["train"], "invalid choice: 'train'"),
        (["vae", "--latent", "0"], "argument --latent: expected a whole number >= 1, got '0'"),
        (["vae", "--hidden", "many"], "argument --hidden: expected a whole number >= 1, got 'many'"),
        (["vae", "--epochs", "1.5"], "argument --epochs: expected a whole number >= 1, got '1.5'"),
        (["vae", "--epochs", "-3"], "argument --epochs: expected a whole number >= 1, got '-3'"),
        (["vae", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["vae", "--out"], "argument --out: expected one argument"),
        (["vae", "--no-browser"], "unrecognized arguments: --no-browser"),
    ],
)
def test_bad_options_are_argparse_errors(arguments, text, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2 and text in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_lab_gets_its_folder_and_hands_on_what_it_does_not_know(monkeypatch):
    got = []
    monkeypatch.setattr("teachnn.jupyter.open_course", lambda *arguments: got.append(arguments) or 7)
    assert cli.main(["lab"]) == 7
    assert cli.main(["lab", "--no-browser", "--folder", "mine", "--port", "9999", "--ServerApp.x=1"]) == 7
    assert got == [
        (Path("teachnn-course"), []),
        (Path("mine"), ["--no-browser", "--port", "9999", "--ServerApp.x=1"]),
    ]


# For real


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_a_real_run_draws_while_it_trains_and_a_real_ctrl_c_keeps_every_step(tmp_path, monkeypatch, state_of):
    command = [sys.executable, "-m", "teachnn.cli", "vae", "--hidden", "64", "--epochs", "1000", "--out", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(Path(tn.__file__).parents[1])}
    start = time.monotonic()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in a shell's background ignores Ctrl-C
    try:
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        while not (tmp_path / "manifold.png").exists():
            assert process.poll() is None and time.monotonic() - start < 100
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130 and err == "" and "\r" not in out
    assert sorted(p.name for p in tmp_path.iterdir()) == FILES
    steps = int(re.search(r"^Stopped after step ([\d,]+)\. ", out, re.MULTILINE)[1].replace(",", ""))
    assert steps > 0
    monkeypatch.undo()  # all digits again: the same steps, undisturbed
    generators, found = [tn.rng(0), tn.rng(1)], [tn.rng(5), tn.rng(6)]
    model, broken = VAE(2, generators[0], 64), VAE(2, found[0], 64)
    batches = tn.data.batches(tn.data.mnist().train.images, size=100, rng=generators[1])
    rate = tn.schedule.Linear(2e-3, 2e-5, 1000 * len(batches))
    train, there = (some.train_function(tn.Adam(rate)) for some in (model, broken))
    while train.steps < steps:
        for batch in batches:
            train(*batch)
            if train.steps == steps:
                break
    tn.load(tmp_path / "vae.safetensors", broken.parameters, there, dict(zip(("noise", "order"), found, strict=True)))
    assert state_of((), there, found) == state_of((), train, generators)


def test_ctrl_c_before_the_first_step_is_one_line_and_no_traceback(monkeypatch, tmp_path, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("teachnn.cli.data.mnist", interrupted)
    assert cli.main(["vae", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "\nteachnn vae: stopped.\n"
