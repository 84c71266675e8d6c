import numpy as np
import pytest
from refusal import refused

import teachnn as tn
from teachnn.support import InputTypeError


def test_a_derived_array_keeps_its_kind_of_number_and_knows_the_parameters_it_was_made_from():
    W, gamma = tn.Parameter("W", [[0.5, -1.0]]), tn.Parameter("gamma", [2.0, 3.0])
    half = tn.Derived("half", W.value * gamma.value, [W, gamma])
    eight = tn.Derived("eight", np.array([[64, -127]], np.int8), [half, W])
    assert half.value.dtype == np.float32 and eight.value.dtype == np.int8
    assert eight.made_from == (W, gamma) and not eight.value.flags.writeable
    W.value = W.value + 1
    assert half.value.tolist() == [[1.0, -3.0]]  # it does not follow


def test_a_derived_array_stays_as_it_was_made():
    half = tn.Derived("half", [1.0], [tn.Parameter("W", [2.0])])
    with pytest.raises(RuntimeError, match=r"half \(Derived\): expected to stay as it was made"):
        half.value = [3.0]
    with refused("half (Derived)", error=InputTypeError):
        tn.Derived("half", [1.0], ["W"])
    with refused("half (Derived)"):
        tn.Derived("half", [np.nan], [])


def test_no_optimizer_takes_a_derived_array():
    half = tn.Derived("half", [1.0], [tn.Parameter("W", [2.0])])
    with pytest.raises(tn.InputTypeError, match="Parameters to move"):
        tn.TrainFunction(lambda x: (half.value * x).sum(), [half], tn.SGD())
