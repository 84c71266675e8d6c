import hashlib
import re
from dataclasses import FrozenInstanceError
from importlib.resources import files

import numpy as np
import pytest

from teachnn.data import MNIST, idx, mnist, pixels

FOLDER = files("teachnn.data") / "mnist"
COUNTS = {
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
# of the unpacked files, as published all over
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@pytest.mark.parametrize("part", COUNTS)
def test_mnist_has_the_well_known_sizes_and_label_counts(part):
    digits = getattr(mnist(), part)
    count = sum(COUNTS[part])
    assert len(digits) == count
    assert digits.images.shape == (count, 28, 28)
    assert digits.images.dtype == np.uint8
    assert digits.labels.shape == (count,)
    assert digits.labels.dtype == np.int64
    assert np.bincount(digits.labels).tolist() == COUNTS[part]


def test_the_images_are_the_packaged_ones_in_their_order():
    assert np.array_equal(mnist().train.images, idx(FOLDER / "train-images-idx3-ubyte.gz"))
    assert np.array_equal(mnist().test.images, idx(FOLDER / "t10k-images-idx3-ubyte.gz"))


@pytest.mark.parametrize("name", SHA256)
def test_the_data_is_the_published_data_and_the_licence_lists_each_file(name):
    packed, array = (FOLDER / f"{name}.gz").read_bytes(), idx(FOLDER / f"{name}.gz")
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    assert hashlib.sha256(head + array.tobytes()).hexdigest() == SHA256[name]
    rows = re.findall(r"^\| (.+) \| (\d+) \| ([0-9a-f]{64}) \|$", (FOLDER / "LICENSE.md").read_text("utf-8"), re.M)
    assert (f"{name}.gz", str(len(packed)), hashlib.sha256(packed).hexdigest()) in rows
    assert (f"{name}, unpacked", str(len(head) + array.size), SHA256[name]) in rows


def test_mnist_is_read_once():
    assert mnist() is mnist()


def test_what_everybody_shares_cannot_be_written_to():
    for digits in (mnist().train, mnist().test):
        for array in (digits.images, digits.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
    with pytest.raises(FrozenInstanceError):
        mnist().train = mnist().test


def test_digits_say_how_many_they_are():
    assert repr(MNIST(mnist().test, mnist().test).train) == "Digits(10,000 images of 28 x 28)"


def test_pixels_are_the_float32_quotient_by_255_for_every_byte():
    every = np.arange(256, dtype=np.uint8)
    result = pixels(every)
    assert result.dtype == np.float32
    assert np.array_equal(result, (np.arange(256) / 255).astype(np.float32))
    assert (result[0], result[255]) == (0, 1)


@pytest.mark.parametrize("shape", [(), (0,), (2, 28, 28), (2, 3, 4, 1)])
def test_pixels_keep_the_shape(shape):
    result = pixels(np.full(shape, 51, np.uint8))
    assert result.shape == shape
    assert np.all(result == np.float32(0.2))


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "int8"])
def test_pixels_of_another_kind_of_number_are_refused(dtype):
    with pytest.raises(ValueError, match=f"pixels: expected images of dtype uint8, got {dtype};"):
        pixels(np.zeros((1, 2, 2), dtype))
