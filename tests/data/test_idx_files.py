import gzip
import pathlib
import struct
import tracemalloc

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, strategies as st

from teachnn.data import idx

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}
MIB = 1 << 20


def as_idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, CODES[array.dtype.name], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def header(code: int, *sizes: int) -> bytes:
    return bytes([0, 0, code, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)


@pytest.fixture
def read(tmp_path):
    def read(content: bytes) -> np.ndarray:
        (tmp_path / "file").write_bytes(content)
        return idx(tmp_path / "file")

    return read


@pytest.fixture(scope="module")
def a_file(tmp_path_factory) -> pathlib.Path:
    return tmp_path_factory.mktemp("idx") / "file"


def peak(function, *arguments) -> int:
    """The most memory in use at once while the function runs, in bytes, its refusal included."""
    tracemalloc.start()
    try:
        function(*arguments)
    except ValueError:
        pass
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


@given(
    array=st.sampled_from(list(CODES)).flatmap(
        lambda name: arrays.arrays(name, arrays.array_shapes(max_dims=5, min_side=0, max_side=5))
    ),
    packed=st.booleans(),
)
def test_what_is_written_is_read_back_to_the_bit(a_file, array, packed):
    content = as_idx(array)
    a_file.write_bytes(gzip.compress(content) if packed else content)
    result = idx(a_file)
    assert result.shape == array.shape
    assert result.dtype == array.dtype
    assert result.dtype.isnative
    assert result.tobytes() == array.tobytes()


def test_numbers_are_read_with_the_most_significant_byte_first(read):
    assert read(b"\0\0\x0b\x01\0\0\0\x02" + b"\x01\x02\xff\xfe").tolist() == [258, -2]


def test_a_name_may_be_text_and_may_lie_about_gzip(tmp_path):
    (tmp_path / "plain.gz").write_bytes(as_idx(np.arange(3, dtype=np.int32)))
    (tmp_path / "packed").write_bytes(gzip.compress(as_idx(np.arange(4, dtype=np.int32))))
    assert idx(str(tmp_path / "plain.gz")).tolist() == [0, 1, 2]
    assert idx(tmp_path / "packed").tolist() == [0, 1, 2, 3]


def test_a_gzip_file_in_several_parts_is_read_as_one(read):
    content = as_idx(np.arange(10, dtype=np.uint8))
    assert read(gzip.compress(content[:9]) + gzip.compress(content[9:])).tolist() == list(range(10))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "expected an idx file, which starts with bytes 00 00, got an empty file;"),
        (b"\0\0\x08", "starts with bytes 00 00, got bytes 00 00 08;"),
        (b"\x89PNG\r\n", "starts with bytes 00 00, got bytes 89 50 4e 47;"),
        (header(0x0A, 1) + b"\0", "expected a type code among 08, 09, 0b, 0c, 0d, 0e, got 0a;"),
        (header(0x08) + b"\0", "expected 1 to 64 dimensions, got 0;"),
        (header(0x08, *[1] * 65) + b"\0", "expected 1 to 64 dimensions, got 65;"),
        (header(0x08, 1, 2)[:-1], "expected 2 sizes of 4 bytes, got 7 bytes;"),
        (header(0x0C, 2, 3) + bytes(23), r"expected 24 bytes of int32 for shape \(2, 3\), got 23; the file is damaged"),
        (header(0x0C, 2, 3) + bytes(25), r"expected 24 bytes of int32 for shape \(2, 3\), got more;"),
        (header(0x0E, *[2**32 - 1] * 64), "for shape .* got 0;"),
        (header(0x08, 0, *[2**32 - 1] * 8), "expected sizes that fit into memory, got shape"),
    ],
    ids=[
        *("empty", "three bytes", "picture", "type", "no dimensions", "65 dimensions", "short header"),
        *("short data", "long data", "huge claim", "huge and empty"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_malformed_file_is_refused_by_name(read, content, text, pack):
    with pytest.raises(ValueError, match=rf"file \(idx\): .*{text}"):
        read(pack(content))


@pytest.mark.parametrize("damage", ["truncated", "checksum", "flipped", "trailing"])
def test_a_damaged_gzip_file_is_refused_by_name(read, damage):
    whole = gzip.compress(as_idx(np.arange(200, dtype=np.uint8)))
    content = {
        "truncated": whole[:-9],
        "checksum": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "flipped": whole[:10] + bytes([whole[10] ^ 0xFF]) + whole[11:],
        "trailing": whole + b"more",
    }[damage]
    with pytest.raises(
        ValueError, match=r"file \(idx\): expected a whole gzip file, got a damaged one \(.+\); .*again"
    ):
        read(content)


def test_a_folder_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"idx: expected an idx file, got the folder .*; name a file in it"):
        idx(tmp_path)


def test_a_missing_file_is_refused_with_the_place_where_it_was_sought(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="expected an idx file, got nowhere, which does not exist") as refused:
        idx("nowhere")
    assert str(tmp_path / "nowhere") in str(refused.value)


@pytest.mark.parametrize("path", [None, 0, b"bytes"])
def test_what_is_no_path_is_refused_by_type(path):
    with pytest.raises(TypeError, match=f"idx: expected the path of a file, got {type(path).__name__}"):
        idx(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_header_that_claims_too_much_costs_no_memory(read, pack):
    assert peak(read, pack(header(0x0E, 2**31, 2**31) + bytes(1000))) < MIB


def test_more_data_than_the_header_claims_is_not_unpacked(read):
    assert peak(read, gzip.compress(header(0x08, 10) + bytes(50 * MIB))) < MIB


def test_the_memory_used_is_a_small_multiple_of_the_data(read):
    content = as_idx(np.zeros(MIB, np.float64))
    assert peak(read, gzip.compress(content)) < 3 * len(content)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.integers(1, 3)):
        # half of the mutations fall on the header, where they tell
        at = int(rng.integers(len(changed) if rng.random() < 0.5 else min(len(changed), 20)))
        kind = rng.integers(4)
        if kind < 2:
            changed[at] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            changed[at:at] = rng.bytes(rng.integers(1, 9))
        else:
            del changed[at + 1 :]
    return bytes(changed)


def test_a_mutated_file_gives_an_array_of_the_written_shape_or_a_value_error(read):
    rng = np.random.default_rng(0)
    outcomes = {"array": 0, "refused": 0}
    tracemalloc.start()
    try:
        for round in range(600):
            array = rng.integers(0, 100, (3, 4, 5)).astype(list(CODES)[round % 6])
            content = as_idx(array)
            # mutated before it is packed, or as it lies on the disk
            content = gzip.compress(mutated(content, rng)) if round % 3 == 0 else mutated(content, rng)
            if round % 3 == 1:
                content = mutated(gzip.compress(as_idx(array)), rng)
            try:
                result = read(content)
            except ValueError as error:
                assert "(idx): expected " in str(error)
                outcomes["refused"] += 1
            else:
                unpacked = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
                sizes = struct.unpack_from(f">{unpacked[3]}I", unpacked, 4)
                assert result.shape == sizes
                assert CODES[result.dtype.name] == unpacked[2]
                assert 4 + 4 * len(sizes) + result.nbytes == len(unpacked)
                outcomes["array"] += 1
        assert tracemalloc.get_traced_memory()[1] < 2 * MIB
    finally:
        tracemalloc.stop()
    assert min(outcomes.values()) > 50
