"""A file holds everything of one instant, is whole or is refused, and a run goes on from it to the very same bits."""

import errno
import json
import os
import random
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import teachnn as tn
from teachnn.models.vae import VAE

KINDS = [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]
X = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
Y = np.arange(50) % 3


class Run:
    """A classifier with all that a checkpoint holds; its order comes from the noise's generator, or its own."""

    def __init__(self, seed=0, kind=np.random.PCG64, shared=True, optimizer=tn.Adam):
        self.noise = np.random.Generator(kind(seed))
        self.order = self.noise if shared else np.random.Generator(kind(seed + 1))
        self.generators = {"noise": self.noise, "order": self.order}
        net = tn.Sequential(
            tn.Dense.create("h", 4, 6, tn.rng(seed)),
            tn.BatchNorm.create("bn", 6, mode="train"),
            tn.Dropout(0.3, self.noise, mode="train"),
            tn.Dense.create("out", 6, 3, tn.rng(seed + 2)),
        )
        self.net, self.variables, self.objective_calls, self.stop_in = net, net.parameters + net.statistics, 0, 0
        self.train = tn.TrainFunction(self.objective, net.parameters, optimizer(tn.schedule.Linear(1e-2, 1e-3, 12)))
        self.batches = tn.data.batches(X, Y, size=16, rng=self.order)  # 4 a pass

    def objective(self, x, y):
        scores = self.net(x)  # the noise of this step is drawn
        self.objective_calls += 1
        if self.objective_calls == self.stop_in:
            raise KeyboardInterrupt
        return tn.loss.cross_entropy(scores, y)

    def fit(self, **options):
        self.train.fit(self.batches, epochs=3, progress=False, **options)

    def save(self, path):
        tn.save(path, self.variables, self.train, self.generators)
        return path

    def load(self, path, **options):
        return tn.load(path, self.variables, self.train, self.generators, **options)


@pytest.fixture
def bits(state_of):
    def bits(run):
        plain = lambda value: value.tolist() if isinstance(value, np.ndarray) else str(value)  # noqa: E731
        return [
            *state_of(run.variables, run.train, run.generators.values()),
            json.dumps(run.train.position, default=plain),
        ]

    return bits


@pytest.fixture
def refused(bits):
    """Return a function that loads a file it expects to be refused, in one line of text, and nothing changed."""

    def refused(path, run=None, load=None):
        run = run or Run(seed=7)
        before = bits(run)
        with pytest.raises(tn.CheckpointError) as caught:
            (load or run.load)(path)
        assert bits(run) == before
        text = str(caught.value)
        assert text.startswith(f"{path}: expected ") and ", got " in text and "\n" not in text
        return text

    return refused


@pytest.fixture
def saved(tmp_path):
    """A run in the middle of its second epoch, and its file."""
    run = Run()
    run.stop_in = 7
    with pytest.raises(KeyboardInterrupt):
        run.fit()
    return run, run.save(tmp_path / "run.safetensors")


# There and back


def test_what_is_loaded_is_what_was_saved_to_the_bit(saved, bits):
    run, path = saved
    other = Run(seed=5)
    assert bits(other) != bits(run)
    assert other.load(path) == [] and bits(other) == bits(run)


def test_the_optimizers_memory_and_the_statistics_are_in_it_and_not_trivial(saved):
    run, path = saved
    arrays = load_file(path)
    assert set(arrays) == {v.name for v in run.variables} | {f"optimizer.{name}" for name in run.train.memory}
    for name, array in [*((v.name, v.value) for v in run.variables), *run.train.memory.items()]:
        kept = arrays.get(name, arrays.get(f"optimizer.{name}"))
        assert kept.tobytes() == array.tobytes() and kept.shape == array.shape and kept.dtype == np.float32
        assert kept.any()


@pytest.mark.parametrize("value", [2.5, np.zeros((0, 3)), np.arange(6.0).reshape(1, 2, 3), np.ones((4, 3)).T])
def test_every_shape_survives(value, tmp_path):
    one, other = tn.Parameter("p", value), tn.Parameter("p", np.asarray(value) - 1)
    tn.save(tmp_path / "p", [one])
    assert tn.load(tmp_path / "p", [other]) == []
    assert other.value.tobytes() == one.value.tobytes() and other.shape == np.shape(value)
    assert load_file(tmp_path / "p")["p"].shape == np.shape(value)


def test_a_layer_may_be_called_optimizer(tmp_path):
    one, other = tn.Parameter("optimizer.W", [1.0, 2.0]), tn.Parameter("optimizer.W", [0.0, 0.0])
    tn.save(tmp_path / "p", [one])
    assert tn.load(tmp_path / "p", [other]) == [] and other.value.tolist() == [1, 2]


def test_a_file_of_another_program_with_the_same_names_can_be_loaded(tmp_path):
    save_file({"W": np.float32([[1, 2]])}, tmp_path / "foreign")
    W = tn.Parameter("W", [[0, 0]])
    assert tn.load(tmp_path / "foreign", [W]) == [] and W.value.tolist() == [[1, 2]]


def test_parameters_alone_can_be_read_from_the_file_of_a_whole_run(saved):
    run, path = saved
    other = Run(seed=5)
    noise = other.noise.bit_generator.state
    assert tn.load(path, other.variables) == []
    assert [v.value.tobytes() for v in other.variables] == [v.value.tobytes() for v in run.variables]
    assert other.train.steps == 0 and other.noise.bit_generator.state == noise


def test_what_is_loaded_is_read_only_and_training_goes_on_from_it(saved):
    run, path = saved
    other = Run(seed=5)
    other.load(path)
    with pytest.raises(ValueError, match="read-only"):
        other.variables[0].value[:] = 0
    assert other.train(X, Y) == run.train(X, Y)


def test_the_same_state_is_written_as_the_same_bytes(saved, tmp_path):
    run, path = saved
    again = Run(seed=5)
    again.load(path)
    assert {some.save(tmp_path / "again").read_bytes() for some in (run, again) * 4} == {path.read_bytes()}


@pytest.mark.parametrize("kind", [*KINDS, np.random.PCG64DXSM])
def test_every_generator_of_numpy_survives(kind, tmp_path):
    one, other = np.random.Generator(kind(1)), np.random.Generator(kind(2))
    one.random(1001), one.integers(9, dtype=np.int32)  # half of a 64-bit number is left over
    tn.save(tmp_path / "g", [], generators={"g": one})
    tn.load(tmp_path / "g", [], generators={"g": other})
    assert other.integers(9, size=50, dtype=np.int32).tolist() == one.integers(9, size=50, dtype=np.int32).tolist()
    assert other.random(50).tolist() == one.random(50).tolist()


# A run that goes on


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shared", [True, False], ids=["one generator", "two generators"])
@pytest.mark.parametrize(
    "how",
    [
        "after step 5",
        "in step 7",
        "after epoch 2",
        "in step 5",
    ],
)
def test_a_run_that_is_broken_off_saved_and_taken_up_by_new_objects_ends_in_the_same_bits(
    kind, shared, how, tmp_path, bits
):
    whole, broken, again = Run(0, kind, shared), Run(0, kind, shared), Run(99, kind, shared)
    whole.fit()

    def stop(_):
        raise KeyboardInterrupt

    options = {}
    if how == "after step 5":
        options["each_step"] = lambda result: stop(result) if result.step == 5 else None
    elif how == "after epoch 2":
        options["each_epoch"] = lambda epoch: stop(epoch) if epoch == 2 else None
    else:
        broken.stop_in = int(how[-1])
    with pytest.raises(KeyboardInterrupt):
        broken.fit(**options)
    assert broken.train.steps == {"after step 5": 5, "in step 7": 6, "after epoch 2": 8, "in step 5": 4}[how]
    broken.save(tmp_path / "run")
    again.load(tmp_path / "run")
    again.fit(resume=True)
    assert again.train.steps == 12 and bits(again) == bits(whole)


def test_a_vae_goes_on_to_the_same_bits(tmp_path, state_of):
    pictures = tn.data.mnist().train.images[:60]

    def make(seed):
        rng = tn.rng(seed)
        vae = VAE(2, rng, hidden=8)
        return vae, vae.train_function(tn.Adam(1e-3)), tn.data.batches(pictures, size=20, rng=rng)

    def stop(result):
        if result.step == 5:
            raise KeyboardInterrupt

    whole, train, batches = make(0)
    train.fit(batches, epochs=3, progress=False)
    broken, broken_train, batches = make(0)
    with pytest.raises(KeyboardInterrupt):
        broken_train.fit(batches, epochs=3, progress=False, each_step=stop)
    tn.save(tmp_path / "vae", broken.parameters, broken_train, {"rng": broken.rng})
    again, again_train, batches = make(1)
    tn.load(tmp_path / "vae", again.parameters, again_train, {"rng": again.rng})
    again_train.fit(batches, epochs=3, progress=False, resume=True)
    assert state_of((), again_train, [again.rng]) == state_of((), train, [whole.rng])


def test_a_save_or_a_load_on_another_thread_waits_for_the_end_of_a_step(saved, tmp_path, bits):
    run, path = saved
    reference, inside, go_on = Run(), threading.Event(), threading.Event()
    reference.load(path)
    reference.train(X, Y)
    objective = run.train.objective

    def slow(x, y):
        inside.set()
        assert go_on.wait(30)
        return objective(x, y)

    run.train.objective = slow
    for work in (lambda: run.save(tmp_path / "between"), lambda: run.load(path)):
        run.load(path)
        inside.clear(), go_on.clear()
        stepping, working = threading.Thread(target=run.train, args=(X, Y)), threading.Thread(target=work)
        stepping.start()
        assert inside.wait(30)
        working.start()
        working.join(0.05)
        assert working.is_alive()
        go_on.set()
        stepping.join()
        working.join()
    again = Run(seed=5)
    again.load(tmp_path / "between")
    assert bits(again) == bits(reference)
    again.load(path)
    assert bits(run) == bits(again)


# What is refused


def test_all_names_that_do_not_fit_are_listed(saved, refused):
    _, path = saved
    other = Run(seed=7)
    wide, extra = tn.Parameter("out.b", np.zeros(4)), tn.Parameter("extra.W", np.zeros(2))
    variables = [*[v for v in other.variables if v.name not in ("out.b", "h.W", "bn.mean")], wide, extra]
    text = refused(path, other, lambda path: tn.load(path, variables, other.train, other.generators))
    for part in (
        "out.b: shape (3,) and dtype float32 for shape (4,) and dtype float32",
        "extra.W: missing",
        "h.W: unexpected",
        "bn.mean: unexpected",
        "strict=False takes what fits",
    ):
        assert part in text
    assert text.count(": missing") == 1 and text.count(": unexpected") == 2 and text.count(": shape") == 1
    assert not wide.value.any() and not extra.value.any()


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros((2, 3), np.float32), "W: shape (2, 3) and dtype float32 for shape (3, 2)"),
        (np.zeros(6, np.float32), "W: shape (6,) and dtype float32 for shape (3, 2)"),
        (np.zeros((3, 2), np.float64), "W: shape (3, 2) and dtype float64 for shape (3, 2) and dtype float32"),
        (np.zeros((3, 2), np.float16), "dtype float16 for"),
        (np.zeros((3, 2), np.int32), "dtype int32 for"),
        (np.float32([[0, 0], [0, np.nan], [0, 0]]), "W: NaN or infinity"),
        (np.float32([[0, 0], [0, 0], [0, -np.inf]]), "W: NaN or infinity"),
    ],
)
def test_other_shapes_other_numbers_and_nan_are_refused(array, text, tmp_path):
    save_file({"W": array, "b": np.ones(2, np.float32)}, tmp_path / "f")
    W, b = tn.Parameter("W", np.ones((3, 2))), tn.Parameter("b", np.zeros(2))
    with pytest.raises(tn.CheckpointError) as caught:
        tn.load(tmp_path / "f", [b, W])
    assert text in str(caught.value) and W.value.all() and not b.value.any()
    assert tn.load(tmp_path / "f", [b, W], strict=False) == ["W"]
    assert W.value.all() and b.value.all()


def test_without_strict_what_fits_is_taken_and_the_rest_is_named(saved):
    run, path = saved
    h, out = tn.Dense.create("h", 4, 6, tn.rng(8)), tn.Dense.create("out", 6, 9, tn.rng(8))
    new = tn.Parameter("new", [1.0])
    before = out.W.value
    skipped = tn.load(path, [*h.parameters, *out.parameters, new], strict=False)
    assert sorted(skipped) == sorted(["out.W", "out.b", "new", "bn.gamma", "bn.beta", "bn.mean", "bn.variance"])
    assert h.W.value.tobytes() == run.net[0].W.value.tobytes()
    assert h.b.value.tobytes() == run.net[0].b.value.tobytes()
    assert out.W.value is before and new.value.tolist() == [1]


def _nan_in_the_memory(path):
    run = Run()
    run.train(X, Y)
    memory = {name: array.copy() for name, array in run.train.memory.items()}
    memory["squares.out.b"][1] = np.nan
    for target, name, value in run.train.as_it_was(1, 0, memory, None):
        setattr(target, name, value)
    run.save(path)


def _foreign(path, run, train=True, generators=True):
    tn.save(path, run.variables, run.train if train else None, run.generators if generators else None)


def _header(path, change):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.dumps(change(json.loads(data[8 : 8 + length]))).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data[8 + length :])


def _claim(header):
    header["out.b"]["data_offsets"][1] += 4000
    header["out.b"]["shape"] = [1003]
    return header


def _bfloat(header):
    header["out.b"] |= {"dtype": "BF16", "shape": [6]}
    return header


def _text(header):
    header["__metadata__"]["teachnn"] = header["__metadata__"]["teachnn"].replace('"steps": 6', '"steps": 9')
    return header


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda path: path.unlink(), "expected a file, got nothing there"),
        (lambda path: path.unlink() or path.mkdir(), "expected a file, got a folder"),
        (lambda path: path.write_bytes(b""), "got a damaged or foreign one"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)), "got a damaged or foreign one"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\0"), "got a damaged or foreign one"),
        (lambda path: path.write_bytes(struct.pack("<Q", 2**63) + b"{}"), "got a damaged or foreign one"),
        (lambda path: path.write_bytes(struct.pack("<Q", 2) + b"[]"), "got a damaged or foreign one"),
        (lambda path: _header(path, _claim), "got a damaged or foreign one"),
        (lambda path: _header(path, _bfloat), "expected "),  # some packages teach numpy this dtype
        (lambda path: _header(path, _text), "expected the checksum that was saved, got another; the file is damaged"),
        (_nan_in_the_memory, "expected the optimizer's memory for each parameter, got none of optimizer.squares.out.b"),
        (lambda path: _foreign(path, Run(optimizer=tn.Momentum)), "expected the training state of Adam, got Momentum"),
        (lambda path: _foreign(path, Run(), train=False), "expected the training state of Adam, got none"),
        (lambda path: _foreign(path, Run(), generators=False), "expected the state of the generator noise, got none"),
        (
            lambda path: _foreign(path, Run(kind=np.random.MT19937)),
            "expected a PCG64 state for the generator noise, got another",
        ),
    ],
)
def test_a_file_that_cannot_be_gone_on_from_is_refused_in_one_line(spoil, text, saved, refused):
    _, path = saved
    spoil(path)
    assert text in refused(path)


def test_a_file_that_was_cut_off_anywhere_is_refused(saved, refused):
    _, path = saved
    data = path.read_bytes()
    for length in [*range(0, len(data), 64), len(data) - 1]:
        path.write_bytes(data[:length])
        refused(path)


def test_flipped_bits_are_refused_or_change_nothing_of_what_is_loaded(saved, bits):
    run, path = saved
    data, chance, header = path.read_bytes(), random.Random(0), 8 + struct.unpack("<Q", path.read_bytes()[:8])[0]
    expected, refusals = bits(run), 0
    for i in range(400):
        spoilt = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 16])):
            spoilt[chance.randrange(header if i % 2 else len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        other = Run(seed=7)
        before = bits(other)
        try:
            other.load(path)
            assert bits(other) == expected
        except tn.CheckpointError:
            assert bits(other) == before
            refusals += 1
    assert refusals > 350


def test_two_variables_of_one_name_are_refused(tmp_path):
    two = [tn.Parameter("W", [1.0]), tn.Parameter("W", [2.0])]
    with pytest.raises(ValueError, match="two different variables called 'W'"):
        tn.save(tmp_path / "f", two)
    assert not list(tmp_path.iterdir())
    tn.save(tmp_path / "f", two[:1])
    with pytest.raises(ValueError, match="two different variables called 'W'"):
        tn.load(tmp_path / "f", two)


# Whole or not at all


class _Disk:
    """A file that takes half of what is written to it."""

    def __init__(self, file, error):
        self.file, self.error = file, error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        self.file.write(data[: len(data) // 2])
        raise self.error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["write", "fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_and_no_other(place, error, saved, monkeypatch, bits):
    run, path = saved
    old, expected = path.read_bytes(), bits(run)

    def fail(*_):
        raise error

    with monkeypatch.context() as patch:
        if place == "write":
            open_it = Path.open
            patch.setattr(Path, "open", lambda self, *args, **kwargs: _Disk(open_it(self, *args, **kwargs), error))
        else:
            patch.setattr(os, place, fail)
        run.train(X, Y)
        with pytest.raises(type(error)):
            run.save(path)
    assert path.read_bytes() == old and list(path.parent.iterdir()) == [path]
    again = Run(seed=5)
    again.load(path)
    assert bits(again) == expected


def test_the_disk_has_the_data_before_the_file_has_its_name(saved, monkeypatch):
    run, path = saved
    did, fsync, replace = [], os.fsync, os.replace

    def synced(number):
        did.append(("fsync", os.fstat(number).st_ino, os.fstat(number).st_size))
        fsync(number)

    def replaced(source, target):
        did.append(("replace", os.stat(source).st_ino, os.stat(source).st_size))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    run.save(path)
    inode, size = path.stat().st_ino, path.stat().st_size
    assert did == [("fsync", inode, size), ("replace", inode, size)]


def test_a_folder_of_that_name_is_left_alone(saved, tmp_path):
    run, _ = saved
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    for target in (tmp_path / "folder", tmp_path / "nowhere" / "file"):
        with pytest.raises(OSError):
            run.save(target)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no umask there")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_who_may_read_the_file_follows_the_umask(umask, mode, saved):
    run, path = saved
    path.unlink()
    old = os.umask(umask)
    try:
        run.save(path)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == mode


def test_threads_that_save_to_one_file_at_once_leave_a_whole_one(tmp_path):
    path, errors = tmp_path / "f", []

    def work(number):
        try:
            for _ in range(20):
                tn.save(path, [tn.Parameter("W", np.full(20_000, number))])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    W = tn.Parameter("W", np.zeros(20_000))
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            tn.load(path, [W])
    assert not errors and list(tmp_path.iterdir()) == [path]
    assert len(set(tn.load(path, [W]) or W.value.tolist())) == 1


NURSERY = """
import os, random, signal, sys, time
import numpy as np
import teachnn as tn

path, chance = sys.argv[1], random.Random(0)
folder = os.path.dirname(path)
W = tn.Parameter("W", np.zeros(200_000))
for child in range(int(sys.argv[2])):
    tn.save(path, [W])
    first = os.stat(path).st_ino
    pid = os.fork()
    if pid == 0:
        for i in range(10**9):
            W.value = np.full(200_000, i % 1000)
            tn.save(path, [W])
    while os.stat(path).st_ino == first:
        time.sleep(1e-4)
    if child % 2:
        time.sleep(chance.uniform(0, 0.01))
    else:
        while not any(f".{pid}." in name for name in os.listdir(folder)):
            pass  # until it is in the middle of a save
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    tn.load(path, [W])
    assert len(set(W.value.tolist())) == 1
print(len(os.listdir(folder)) - 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kills", ["15", pytest.param("400", marks=pytest.mark.long)])
def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(kills, tmp_path):
    root = str(Path(tn.__file__).parents[1])
    command = [sys.executable, "-W", "ignore", "-c", NURSERY, str(tmp_path / "f"), kills]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0, "no child was killed in the middle of a save"
