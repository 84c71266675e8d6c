"""The command: pictures soon, one line for what goes wrong, and nothing learnt is lost."""

import errno
import io
import json
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
from teachnn.cli import vae_data, vae_run
from teachnn.cli.settings import begun
from teachnn.data.digits import MNIST, Digits
from teachnn.jupyter import course
from teachnn.models.vae import VAE

FILES = ["manifold.png", "reconstructions.png", "samples.png", "vae.json", "vae.safetensors"]
STEPS = 8  # in one epoch of the few digits


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    """Let the command find 800 digits to train on and 100 to test with."""
    whole = tn.data.mnist()
    few = MNIST(*(Digits(d.images[:n], d.labels[:n]) for d, n in ((whole.train, 800), (whole.test, 100))))
    monkeypatch.setattr("teachnn.data.mnist", lambda: few)
    return few


@pytest.fixture
def vae(capsys):
    """Return a function that runs `teachnn vae` and returns its exit code and what it wrote to stdout and stderr."""

    def run(folder, *options, epochs=2):
        begin = [] if "--resume" in options else ["--hidden", "8", "--epochs", str(epochs)]
        code = cli.main(["vae", *begin, "--out", str(folder), *options])
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
    model = loaded(tmp_path, VAE(2, tn.rng(9), hidden=8))
    terms = model.test_bound(tn.data.pixels(few_digits.test.images), seed=0)
    assert [f"{value:.2f}" for value in terms.values()] == [f"{reconstruction:.2f}", f"{kl:.2f}"]


def test_the_pictures_are_those_of_the_checkpoint(vae, tmp_path, few_digits):
    vae(tmp_path, "--latent", "3")
    model, test = loaded(tmp_path, VAE(3, tn.rng(9), hidden=8)), tn.data.pixels(few_digits.test.images[:15])
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
    monkeypatch.setattr(vae_run, "FIRST_PICTURE", 0.0)
    draw = vae_run._draw
    monkeypatch.setattr(vae_run, "_draw", lambda *a: drawn.append((tmp_path / "vae.safetensors").exists()) or draw(*a))
    vae(tmp_path, epochs=1)
    assert drawn == [False, True]


@pytest.mark.parametrize("latent", [1, 5])
def test_any_number_of_latent_dimensions_has_a_picture(latent, vae, tmp_path):
    code, out, _ = vae(tmp_path, "--latent", str(latent), epochs=1)
    assert code == 0 and f"VAE 784-8-{latent}-8-784, 1 epoch, seed 0." in out and (tmp_path / "manifold.png").exists()


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
    code, out, _ = vae(tmp_path / "broken", "--resume")
    assert code == 0 and f"Going on after step {step - 1} of " in out
    for name in FILES:
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_that_is_done_says_so_and_changes_nothing(vae, tmp_path):
    vae(tmp_path)
    before = (tmp_path / "vae.safetensors").read_bytes()
    code, out, _ = vae(tmp_path, "--resume")
    assert code == 0 and "Going on after step 16 of" in out and "2 epochs done already; more --epochs go on." in out
    assert "epoch 1/2" not in out and "epoch 2/2" not in out
    assert (tmp_path / "vae.safetensors").read_bytes() == before


# The settings of a run


def settings(folder):
    return json.loads((folder / "vae.json").read_text(encoding="utf-8"))


def rates(monkeypatch):
    """Return the list of the learning rates that the schedule gives to the steps from now on."""
    given, rate = [], tn.schedule.Linear.__call__

    def noted(self, t):
        given.append(rate(self, t))
        return given[-1]

    monkeypatch.setattr(tn.schedule.Linear, "__call__", noted)
    return given


def test_a_run_writes_its_settings_before_its_first_checkpoint(vae, tmp_path, monkeypatch):
    monkeypatch.setattr(vae_run, "save", lambda path, *_: settings(path.parent)["seed"] == 3 or pytest.fail("too late"))
    vae(tmp_path, "--latent", "3", "--seed", "3")
    expected = {"latent": 3, "hidden": 8, "epochs": 2, "rate_epochs": 2, "seed": 3, "batch_size": 100}
    assert settings(tmp_path) == expected


@pytest.mark.parametrize("option", [("--latent", "3"), ("--hidden", "9"), ("--seed", "9")])
def test_resume_without_options_takes_the_settings_of_the_run(option, vae, tmp_path, monkeypatch):
    vae(tmp_path / "whole", *option)
    with monkeypatch.context() as patch:
        interrupt_step(patch, STEPS + 3)
        vae(tmp_path / "broken", *option)
    for options in ([], option):
        assert vae(tmp_path / "broken", "--resume", *options)[0] == 0
        for name in FILES:
            assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_resume_with_another_setting_is_refused_and_changes_nothing(vae, tmp_path):
    vae(tmp_path)
    before = [(tmp_path / name).read_bytes() for name in FILES]
    cure = "leave it out, or begin another run with another --out"
    for options, expected in (
        (["--seed", "9"], "--seed 0"),
        (["--latent", "3"], "--latent 2"),
        (["--hidden", "9", "--seed", "1", "--latent", "2"], "--hidden 8, --seed 0"),
    ):
        got = {"--seed 0": "--seed 9", "--latent 2": "--latent 3"}.get(expected, "--hidden 9, --seed 1")
        said = f"teachnn vae: {tmp_path / 'vae.json'}: expected {expected} as in this run, got {got}; {cure}\n"
        assert vae(tmp_path, "--resume", *options) == (1, "", said)
    assert [(tmp_path / name).read_bytes() for name in FILES] == before


def test_more_epochs_go_on_at_the_last_rate_and_say_so(vae, tmp_path, monkeypatch):
    vae(tmp_path, epochs=1)
    given = rates(monkeypatch)
    code, out, _ = vae(tmp_path, "--resume", "--epochs", "2")
    assert code == 0 and "epoch 2/2: " in out and "epoch 1/2" not in out
    assert "The learning rate falls over 1 epoch, as when this run began, and then stays at 2e-05." in out
    assert len(given) >= STEPS and given == pytest.approx([2e-5] * len(given), rel=1e-9)
    assert settings(tmp_path) | {"epochs": 2, "rate_epochs": 1} == settings(tmp_path)
    code, out, _ = vae(tmp_path, "--resume")
    assert code == 0 and "2 epochs done already" in out


def test_fewer_epochs_end_sooner_at_the_rates_of_the_run(vae, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt_step(patch, 3)
        vae(tmp_path, epochs=3)
    given = rates(monkeypatch)
    code, out, _ = vae(tmp_path, "--resume", "--epochs", "1")
    assert code == 0 and "epoch 1/1" in out and "falls over 3 epochs" in out
    assert set(given) <= {tn.schedule.Linear(2e-3, 2e-5, 3 * STEPS)(t) for t in range(STEPS)}


def test_a_run_of_an_older_version_goes_on_if_it_is_told_all_settings(vae, tmp_path, monkeypatch):
    vae(tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupt_step(patch, 5)
        vae(tmp_path / "old")
    (tmp_path / "old" / "vae.json").unlink()
    cure = "to go on, give all of --latent, --hidden, --epochs, --seed as they were then"
    said = f"expected the settings of the run, got no file (older versions of teachnn wrote none); {cure}"
    assert said in fails(vae(tmp_path / "old", "--resume", "--hidden", "8"))
    every = ["--latent", "2", "--hidden", "8", "--epochs", "2", "--seed", "0"]
    assert vae(tmp_path / "old", "--resume", *every)[0] == 0
    for name in FILES:
        assert (tmp_path / "old" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


GOOD = {"latent": 2, "hidden": 8, "epochs": 2, "rate_epochs": 2, "seed": 0, "batch_size": 100}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "got a damaged or foreign file"),
        (b"\xff\xfe", "got a damaged or foreign file"),
        (b"[" * 100_000, "got a damaged or foreign file"),
        (b"[]", "got a damaged or foreign file"),
        (b'{"latent": 2}', "got a damaged or foreign file"),
        (json.dumps(GOOD | {"more": 1}).encode(), "got a damaged or foreign file"),
        (json.dumps(GOOD | {"seed": True}).encode(), "expected a whole number >= 0 as seed, got True"),
        (json.dumps(GOOD | {"epochs": 0}).encode(), "expected a whole number >= 1 as epochs, got 0"),
        (json.dumps(GOOD | {"hidden": "8"}).encode(), "expected a whole number >= 1 as hidden, got '8'"),
        (json.dumps(GOOD | {"data": 3}).encode(), "expected a path as data, got int"),
        (json.dumps(GOOD | {"size": 0}).encode(), "expected a whole number >= 1 as size, got 0"),
        (json.dumps(GOOD | {"latent": 2.0}).encode(), "expected a whole number >= 1 as latent, got 2.0"),
    ],
)
def test_damaged_settings_are_refused_with_the_cure(content, said, vae, tmp_path):
    vae(tmp_path, epochs=1)
    (tmp_path / "vae.json").write_bytes(content)
    err = fails(vae(tmp_path, "--resume"))
    assert f"{tmp_path / 'vae.json'}: expected " in err and said in err
    assert err.endswith("; remove this file, and give all of --latent, --hidden, --epochs, --seed as they were\n")


def test_settings_that_cannot_be_written_leave_those_that_were_there(vae, tmp_path, monkeypatch):
    vae(tmp_path, epochs=1)
    before = [(tmp_path / name).read_bytes() for name in FILES]

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left on device; choose another folder with --out" in fails(
        vae(tmp_path, "--resume", "--epochs", "2")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert [(tmp_path / name).read_bytes() for name in FILES] == before


# Pictures of one's own


@pytest.fixture
def photos(tmp_path):
    """Return a folder of 40 pictures of one colour each, in two classes."""
    folder = tmp_path / "photos"
    for i in range(40):
        (folder / f"class{i % 2}").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), (i * 6, 255 - i * 6, 128)).save(folder / f"class{i % 2}" / f"{i:02}.png")
    return folder


def seen(path):
    """Return the pixels of a picture, and whether any of them is not grey."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture).astype(int)
    return pixels, pixels.ndim == 3 and np.ptp(pixels, axis=2).max() > 20


@pytest.mark.parametrize(("size", "kind"), [(9, "VAE"), (40, "ConvolutionalVAE")])
def test_a_folder_of_pictures_is_learnt_and_drawn_in_colours(size, kind, vae, photos, tmp_path):
    out = tmp_path / "out"
    code, said, err = vae(out, "--data", str(photos), "--size", str(size))
    assert code == 0 and err == ""
    pixels = 3 * size * size
    assert f"\n{kind} {pixels}-8-2-8-{pixels}, 2 epochs, seed 0.\n" in f"\n{said}"
    assert f"36 pictures of {size} x {size} x 3 to train with and 4 to test with, of {photos}." in said
    reconstructions, coloured = seen(out / "reconstructions.png")
    assert coloured and reconstructions.shape[1] == 4 * size * (2 if size <= 32 else 1)
    assert seen(out / "manifold.png")[0].ndim == seen(out / "samples.png")[0].ndim == 3
    assert settings(out) == GOOD | {"data": str(photos), "size": size, "batch_size": 32}


def test_a_folder_without_a_size_has_the_usual_one_and_resume_goes_on_with_both(vae, photos, tmp_path, monkeypatch):
    relative = os.path.relpath(photos, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "64 x 64 x 3" in vae(tmp_path / "whole", "--data", relative)[1]
    with monkeypatch.context() as patch:
        interrupt_step(patch, 3)
        vae(tmp_path / "broken", "--data", relative)
    monkeypatch.chdir("/")
    assert vae(tmp_path / "broken", "--resume")[0] == 0
    for name in FILES:
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert "expected no --size as in this run, got --size 9" in fails(
        vae(tmp_path / "broken", "--resume", "--size", "9")
    )
    assert "got --data /elsewhere" in fails(vae(tmp_path / "broken", "--resume", "--data", "/elsewhere"))


@pytest.mark.parametrize("shape", [(20, 5, 6), (20, 5, 6, 3)])
def test_an_idx_file_of_grey_pictures_or_of_colours_is_learnt(shape, vae, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    head = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    (tmp_path / "a.idx").write_bytes(head + images.tobytes())
    code, said, _ = vae(tmp_path / "out", "--data", str(tmp_path / "a.idx"))
    assert code == 0 and f"18 pictures of {' x '.join(map(str, shape[1:]))} to train with and 2 to test with" in said
    assert seen(tmp_path / "out" / "reconstructions.png")[1] == (len(shape) == 4)
    err = fails(vae(tmp_path / "other", "--data", str(tmp_path / "a.idx"), "--size", "9"))
    assert "--size: expected a folder as --data, got the file" in err


def test_data_that_hold_no_pictures_are_refused_in_one_line_and_nothing_is_begun(vae, photos, tmp_path):
    labels = tmp_path / "labels.idx"
    labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]))
    single = tmp_path / "single"
    single.mkdir()
    Image.new("L", (5, 5)).save(single / "a.png")
    (photos / "class0" / "00.png").write_bytes(b"no picture")
    for data, said in (
        (
            labels,
            "expected pictures: bytes of shape (N, height, width) or (N, height, width, 3), got uint8 of shape (2,)",
        ),
        (single, "expected at least two pictures, one to train with and one to test with, got 1"),
        (photos, "00.png (pictures): expected a picture, got a damaged file"),
        (tmp_path / "none", "none, which does not exist"),
    ):
        assert said in fails(vae(tmp_path / "out", "--data", str(data)))
    assert not (tmp_path / "out" / "vae.json").exists()


def test_the_pictures_to_test_with_are_never_trained_with(photos):
    options = {"data": str(photos), "size": 4}
    train, test = vae_data.pictures_of(begun(options))
    again = vae_data.pictures_of(begun(options))
    assert len(train) == 36 and len(test) == 4 and train.dtype == np.uint8 and test.dtype == np.float32
    assert np.array_equal(train, again[0]) and np.array_equal(test, again[1])
    known = {tuple(picture[0, 0]) for picture in train}
    assert not known & {tuple(np.round(255 * picture[0, 0]).astype(int)) for picture in test} and len(known) == 36
    other = vae_data.pictures_of(begun(options | {"seed": 1}))
    assert not np.array_equal(test, other[1])


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


def test_resume_without_a_checkpoint_makes_no_folder(vae, tmp_path):
    cure = "leave out --resume to begin one, or name its folder with --out"
    err = fails(vae(tmp_path / "mistyped", "--resume"))
    assert f"vae.safetensors: expected a run to go on with, got nothing there; {cure}" in err
    assert not list(tmp_path.iterdir())


def test_resume_with_a_checkpoint_that_does_not_fit_is_refused(vae, tmp_path):
    vae(tmp_path)
    before = (tmp_path / "vae.safetensors").read_bytes()
    (tmp_path / "vae.json").write_text(json.dumps(GOOD | {"hidden": 9}), encoding="utf-8")
    err = fails(vae(tmp_path, "--resume"))
    assert "expected the same names and shapes, got enc.h.W: shape (784, 8)" in err
    assert (tmp_path / "vae.safetensors").read_bytes() == before
    (tmp_path / "vae.safetensors").write_bytes(before[:-1])
    assert "got a damaged or foreign one" in fails(vae(tmp_path, "--resume"))


def test_a_picture_that_cannot_be_written_is_named_and_what_was_learnt_is_kept(vae, tmp_path):
    (tmp_path / "manifold.png").mkdir()
    err = fails(vae(tmp_path))
    assert f"teachnn vae: {tmp_path / 'manifold.png'}: expected to read or write it, got " in err
    assert err.endswith("; choose another folder with --out\n") and (tmp_path / "vae.safetensors").exists()


def test_too_little_memory_is_one_line(vae, tmp_path, monkeypatch):
    def too_large(*_):
        raise MemoryError

    monkeypatch.setattr("teachnn.data.pixels", too_large)
    assert "expected enough memory, got too little; choose fewer --hidden units" in fails(vae(tmp_path))


# Options


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["train"],
            "teachnn: error: expected one of lab, course, site, vae, got 'train'; teachnn --help says what each does",
        ),
        (["labb"], "teachnn: error: expected one of lab, course, site, vae, got 'labb'; did you mean lab?"),
        (["--verison"], "teachnn: error: expected its own options, got '--verison'; did you mean --version?"),
        (["vae", "--latent", "0"], "argument --latent: expected a whole number >= 1, got '0'"),
        (["vae", "--hidden", "many"], "argument --hidden: expected a whole number >= 1, got 'many'"),
        (["vae", "--hidden", "²"], "argument --hidden: expected a whole number >= 1, got '²'"),
        (["vae", "--hidden", ""], "argument --hidden: expected a whole number >= 1, got ''"),
        (
            ["vae", "--hidden", "9" * 5000],
            "argument --hidden: expected a whole number >= 1 of at most 18 digits, got '99",
        ),
        (["vae", "--epochs", "1.5"], "argument --epochs: expected a whole number >= 1, got '1.5'"),
        (["vae", "--epochs", "-3"], "argument --epochs: expected a whole number >= 1, got '-3'"),
        (["vae", "--seed", "x"], "argument --seed: expected a whole number >= 0, got 'x'"),
        (["vae", "--seed", "-1"], "argument --seed: expected a whole number >= 0, got '-1'"),
        (["vae", "--out"], "argument --out: expected one argument"),
        (["vae", "--out="], "argument --out: expected a folder, got ''; write . for this one"),
        (["vae", "--out=~nobody-at-all/x"], "got '~nobody-at-all/x', a home that is unknown; write ./~nobody-at-all/x"),
        (["vae", "--data="], "argument --data: expected a folder, got ''"),
        (["vae", "--size", "0"], "argument --size: expected a whole number >= 1, got '0'"),
        (["vae", "--no-browser"], "expected its own options, got '--no-browser'; teachnn vae --help lists them"),
        (
            ["vae", "--epoch", "3"],
            "teachnn vae: error: expected its own options, got '--epoch'; did you mean --epochs?",
        ),
        (["vae", "--Latnet=3"], "expected its own options, got '--Latnet=3'; did you mean --latent?"),
        (["vae", "--res"], "expected its own options, got '--res'; did you mean --resume?"),
        (["vae", "--", "x"], "expected its own options, got 'x'; teachnn vae --help lists them"),
        (["course", "mine"], "expected its own options, got 'mine'; teachnn course --help lists them"),
        (["course", "--folder="], "argument --folder: expected a folder, got ''"),
        (["lab", "--foldr", "x"], "teachnn lab: error: expected --folder, got '--foldr'; if you mean JupyterLab's"),
        (["lab", "--foldr=x"], "got '--foldr'; if you mean JupyterLab's, write it after --: teachnn lab -- --foldr=x"),
        (["lab", "--fold", "x"], "expected --folder, got '--fold'"),
        (["lab", "-Folder", "x"], "expected --folder, got '-Folder'"),
        (["lab", "mine"], "expected options, got 'mine'; for your copy of the course, write --folder mine"),
        (["lab", "--port", "9999", "mine"], "expected options, got 'mine'"),
        (["lab", "--no-browser", "mine"], "expected options, got 'mine'"),
        (["lab", "--port=9999", "mine"], "expected options, got 'mine'"),
    ],
)
def test_bad_options_are_refused_with_the_cure_before_anything_is_done(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2 and said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_alone_it_shows_its_help(capsys):
    assert cli.main([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: teachnn ") and err == ""
    assert all(name in out for name in ("lab", "course", "site", "vae"))


def test_the_version_is_said_in_one_place(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0 and capsys.readouterr().out == f"teachnn {tn.__version__}\n"
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in project and not re.search("^version", project, re.MULTILINE)
    assert '[tool.hatch.version]\npath = "teachnn/__init__.py"' in project


@pytest.mark.parametrize("command", ["lab", "course", "site", "vae"])
def test_every_option_has_a_help_text(command, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0 and out.startswith(f"usage: teachnn {command} ")
    assert not re.search(r"^  --\w+( \w+)?\n  -", out, re.MULTILINE)


def test_lab_gets_its_folder_and_hands_on_what_it_does_not_know(monkeypatch):
    got = []
    monkeypatch.setattr("teachnn.cli.command.open_course", lambda *arguments: got.append(arguments) or 7)
    assert cli.main(["lab"]) == 7
    assert cli.main(["lab", "--no-browser", "--folder", "mine", "--port", "9999", "--ServerApp.x=1"]) == 7
    assert cli.main(["lab", "--ip=0.0.0.0", "--ServerApp.x", "1", "--", "--foldr", "x"]) == 7
    assert got == [
        (Path("teachnn-course"), []),
        (Path("mine"), ["--no-browser", "--port", "9999", "--ServerApp.x=1"]),
        (Path("teachnn-course"), ["--ip=0.0.0.0", "--ServerApp.x", "1", "--foldr", "x"]),
    ]


def test_a_tilde_means_the_home_in_every_folder_option(vae, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    got = []
    monkeypatch.setattr("teachnn.cli.command.open_course", lambda folder, others: got.append(folder) or 0)
    for options in (["--folder=~/ein Kurs"], ["--folder", "~/ein Kurs"]):
        assert cli.main(["lab", *options]) == 0
    assert got == 2 * [tmp_path / "ein Kurs"]
    assert cli.main(["course", "--folder=~/ein Kurs"]) == 0 and (tmp_path / "ein Kurs" / "00_welcome.ipynb").exists()
    assert vae("~/ü", epochs=1)[0] == 0 and (tmp_path / "ü" / "vae.safetensors").exists()


def test_course_copies_the_notebooks_and_starts_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)
    folder = tmp_path / "mein Kurs ü"
    (folder / "00_welcome.ipynb").mkdir(parents=True)
    assert cli.main(["course", "--folder", str(folder)]) == 0
    count = len(course()) - 1
    said = f"The course is in {folder.resolve()}: {count} files copied, 1 of yours left as they were.\n"
    assert capsys.readouterr() == (said, "") and (folder / "10_vae.ipynb").is_file()


def test_course_names_a_folder_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert cli.main(["course", "--folder", str(tmp_path / "file")]) == 1
    expected = f"{tmp_path / 'file'}: expected a folder to write to, got File exists; choose another with --folder"
    assert capsys.readouterr() == ("", f"teachnn course: {expected}\n")


def test_a_site_is_written_where_it_is_to_be_and_of_the_folder_that_is_named(monkeypatch):
    got = []
    monkeypatch.setattr("teachnn.cli.command.build_site", lambda *arguments: got.append(arguments) or 3)
    assert cli.main(["site"]) == 3 and cli.main(["site", "--out", "there", "--folder", "mine"]) == 3
    assert got == [(Path("teachnn-site"), None), (Path("there"), Path("mine"))]


def test_a_site_that_cannot_be_written_names_the_option(monkeypatch, tmp_path, capsys):
    def refused(out, folder):
        raise PermissionError(errno.EACCES, "Permission denied", str(out))

    monkeypatch.setattr("teachnn.cli.command.build_site", refused)
    assert cli.main(["site", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("got Permission denied; choose another folder with --out\n")


@pytest.mark.parametrize(("command", "function"), [("lab", "open_course"), ("course", "bring_course")])
def test_ctrl_c_while_the_course_is_copied_is_one_line(command, function, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"teachnn.cli.command.{function}", interrupted)
    assert cli.main([command]) == 130
    assert capsys.readouterr() == ("", f"\nteachnn {command}: stopped.\n")


def test_a_folder_that_vanishes_is_one_line(monkeypatch, capsys):
    def vanished(*_):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr("teachnn.cli.command.open_course", vanished)
    assert cli.main(["lab", "--folder", "mine"]) == 1
    expected = "mine: expected to read or write it, got No such file or directory; choose another folder with --folder"
    assert capsys.readouterr().err == f"teachnn lab: {expected}\n"


def test_a_path_that_the_terminal_cannot_write_is_shown_in_escapes(tmp_path, monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, encoding="ascii"))
    assert cli.main(["course", "--folder", str(tmp_path / "ü")]) == 0
    assert f"\\xfc: {len(course())} files copied".encode() in out.getvalue()


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
    model, broken = VAE(2, generators[0], hidden=64), VAE(2, found[0], hidden=64)
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

    monkeypatch.setattr("teachnn.data.mnist", interrupted)
    assert cli.main(["vae", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "\nteachnn vae: stopped.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
@pytest.mark.parametrize("arguments", [["--help"], ["vae", "--help"], ["--version"], ["course", "--folder", "mine"]])
def test_output_that_nobody_reads_ends_the_command_quietly(arguments, tmp_path):
    assert unread(arguments, tmp_path) == (141, "")


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_run_that_nobody_reads_keeps_what_was_learnt(tmp_path):
    assert unread(["vae", "--hidden", "8", "--epochs", "2", "--out", "mine"], tmp_path) == (141, "")
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == FILES
    with pytest.raises(tn.CheckpointError, match="expected the same names"):  # it is whole
        tn.load(tmp_path / "mine" / "vae.safetensors", [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="asks Linux for a full disk")
def test_output_that_cannot_be_written_is_one_line(tmp_path):
    with open("/dev/full", "wb") as full:
        code, err = process(["--help"], tmp_path, full)
    said = "teachnn: expected to write its output, got No space left on device; send its output elsewhere\n"
    assert (code, err) == (1, said)


def unread(arguments, folder):
    """Run the command with a pipe as output that is closed at its other end; return its exit code and its stderr."""
    there, here = os.pipe()
    os.close(there)
    with open(here, "wb") as out:
        return process(arguments, folder, out)


def process(arguments, folder, out):
    """Run the command in a process of its own; return its exit code and its stderr."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    env["PYTHONPATH"] = str(Path(tn.__file__).parents[1])
    command = [sys.executable, "-m", "teachnn.cli", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, stdout=out, stderr=subprocess.PIPE, text=True, timeout=100)
    return done.returncode, done.stderr
