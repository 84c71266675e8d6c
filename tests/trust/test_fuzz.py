"""Damaged files of every kind that the library reads: a right answer or a clear refusal, in little memory."""

import gzip
import struct
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load as arrays_in

import teachnn as tn
from teachnn.data.celeba import celeba
from teachnn.support import InputError

FILES = [200, pytest.param(4_000, marks=pytest.mark.long)]
HUGE = [
    b"9" * 30,
    b"9" * 5000,
    b"-1",
    b"18446744073709551615",
    b"\xff" * 8,
    b"\x00",
    b"\n\n",
    b"../",
    b"\xc3\x28",
    b"1e400",
]


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with one to three faults, half of them near the start, where headers are."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        size = len(changed) if rng.random() < 0.5 else min(len(changed), 64)
        at, other = (int(rng.integers(max(1, n))) for n in (size, len(changed)))
        fault = rng.integers(7)
        if fault < 2 and changed:
            changed[at] ^= 1 << int(rng.integers(8))
        elif fault == 2:
            del changed[at:]
        elif fault == 3:
            changed[at:at] = HUGE[rng.integers(len(HUGE))]
        elif fault == 4:
            changed[at : at + 8] = changed[other : other + 8]  # a piece of elsewhere
        elif fault == 5:
            changed[at:at] = rng.bytes(rng.integers(1, 40))
        else:
            del changed[at : at + int(rng.integers(1, 12))]
    return bytes(changed)


@pytest.fixture
def in_little_memory():
    """Fail unless the test's peak is below 3 MB, though files of 30 KB may claim exabytes."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6


@pytest.mark.parametrize("count", FILES)
def test_a_damaged_checkpoint_is_refused_with_nothing_changed_or_loads_what_it_says(
    count, tmp_path, in_little_memory, state_of
):
    rng, path, outcomes = tn.rng(0), tmp_path / "net.safetensors", Counter()
    net = tn.Sequential(tn.Dense.create("h", 6, 8, rng), tn.BatchNorm.create("bn", 8, mode="train"))
    variables = net.parameters + net.statistics
    train = tn.TrainFunction(lambda x: (net(x) ** 2).mean(), net.parameters, tn.Adam())
    train(rng.standard_normal((5, 6)))
    noise = {"noise": rng}
    tn.save(path, variables, train, noise)
    whole, plain = path.read_bytes(), tmp_path / "plain.safetensors"
    tn.save(plain, variables)
    tests = (
        (whole, lambda: tn.load(path, variables, train, noise)),
        (plain.read_bytes(), lambda: tn.load(path, variables)),
    )
    chance, start = np.random.default_rng(1), state_of(variables, train, [rng])
    for i in range(count):
        content, load = tests[i % 2]
        path.write_bytes(mutated(content, chance))
        try:
            load()
        except tn.CheckpointError as error:
            assert str(error).startswith(f"{path}: expected ") and ", got " in str(error)
            assert state_of(variables, train, [rng]) == start
            outcomes["refused"] += 1
        else:
            found = arrays_in(path.read_bytes())
            assert all(np.array_equal(v.value, found[v.name]) for v in variables)
            if b'"teachnn"' in path.read_bytes():  # then a checksum is in it; else it is a file of another program
                assert state_of(variables, train, [rng]) == start
            start = state_of(variables, train, [rng])
            outcomes["loaded"] += 1
    assert outcomes["refused"] > 0.9 * count


@pytest.mark.parametrize("count", FILES)
def test_a_damaged_idx_file_is_refused_or_gives_the_array_that_it_says(count, tmp_path, in_little_memory):
    chance, path, outcomes = np.random.default_rng(2), tmp_path / "file", Counter()
    array = chance.integers(0, 255, (5, 4, 3), np.uint8)
    content = bytes([0, 0, 8, 3]) + struct.pack(">3I", *array.shape) + array.tobytes()
    for i in range(count):
        damaged = [lambda: mutated(content, chance), lambda: mutated(gzip.compress(content), chance),
                   lambda: gzip.compress(mutated(content, chance))][i % 3]()  # fmt: skip
        path.write_bytes(damaged)
        try:
            found = tn.data.idx(path)
        except InputError as error:
            assert "(idx): expected " in str(error)
            outcomes["refused"] += 1
        else:
            data = gzip.decompress(damaged) if damaged[:2] == b"\x1f\x8b" else damaged
            assert found.shape == struct.unpack_from(f">{data[3]}I", data, 4)
            assert (
                found.tobytes()
                == np.frombuffer(data[4 + 4 * data[3] :], found.dtype.newbyteorder(">")).astype(found.dtype).tobytes()
            )
            outcomes["loaded"] += 1
    assert min(outcomes["refused"], outcomes["loaded"]) > 0.02 * count


@pytest.mark.parametrize("count", FILES)
def test_a_damaged_list_of_celeba_is_refused_or_gives_what_it_says(count, tmp_path, in_little_memory):
    chance, outcomes = np.random.default_rng(3), Counter()
    (tmp_path / "img_align_celeba").mkdir()
    files = [f"{i:06}.jpg" for i in range(1, 5)]
    for file in files:
        Image.new("RGB", (8, 10)).save(tmp_path / "img_align_celeba" / file)
    lists = {
        "list_attr_celeba.txt": "4\nBald Smiling\n" + "".join(f"{file} 1 -1\n" for file in files),
        "identity_CelebA.txt": "".join(f"{file} {i}\n" for i, file in enumerate(files)),
        "list_bbox_celeba.txt": "4\nimage_id x_1 y_1 width height\n" + "".join(f"{file} 1 2 3 4\n" for file in files),
    }
    for i in range(count):
        for name, text in lists.items():
            (tmp_path / name).write_text(text)
        name = list(lists)[i % 3]
        (tmp_path / name).write_bytes(mutated(lists[name].encode(), chance))
        try:
            faces = celeba(tmp_path)
        except (InputError, FileNotFoundError) as error:
            assert ": expected " in str(error) and ", got " in str(error)
            outcomes["refused"] += 1
        else:
            assert faces.images.shape == (4, 64, 64, 1) and faces.attributes.shape == (4, len(faces.names))
            assert (
                faces.identities.dtype.kind == "i"
                and faces.boxes.dtype == np.float32
                and np.isfinite(faces.boxes).all()
            )
            outcomes["loaded"] += 1
    assert outcomes["refused"] > 0.5 * count and outcomes["loaded"] > 0.01 * count
