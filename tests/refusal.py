"""How the tests look at an error: its class, who speaks, and the cure; its other words are free."""

from contextlib import contextmanager

import pytest

import teachnn as tn


@contextmanager
def refused(who, cure="", error=tn.InputError):
    """The block raises an error of exactly this class, of the one form `who: expected ..., got ...; cure`.

    cure: words of it. Yields pytest's record of the error.
    """
    with pytest.raises(error) as caught:
        yield caught
    assert caught.type is error
    said, _, cured = str(caught.value).partition("; ")
    assert said.startswith(f"{who}: expected ") and ", got " in said, said
    assert cure in cured, str(caught.value)
