import os
from pathlib import Path

import pytest
from refusal import refused

from teachnn.support import InputTypeError, path_of, write_whole


@pytest.mark.parametrize("path", [3, b"a", None])
def test_a_path_is_text_or_a_path(path):
    assert path_of("w", "a/b") == path_of("w", Path("a/b")) == Path("a/b")
    with refused("w", "write it as text", InputTypeError):
        path_of("w", path)


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    for data in (b"first", b"second"):
        write_whole(tmp_path / "a.bin", data)
        assert (tmp_path / "a.bin").read_bytes() == data
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("error", [OSError("the disk is full"), KeyboardInterrupt()], ids=["disk", "Ctrl-C"])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there_before_and_nothing_else(step, error, tmp_path, monkeypatch):
    write_whole(tmp_path / "a.bin", b"first")

    def fail(*_):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        write_whole(tmp_path / "a.bin", b"second")
    assert os.listdir(tmp_path) == ["a.bin"] and (tmp_path / "a.bin").read_bytes() == b"first"
