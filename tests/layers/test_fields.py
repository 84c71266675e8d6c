import dataclasses
from collections import namedtuple

import numpy as np
import pytest

import teachnn as tn


def test_a_layer_is_a_class_of_fields_and_a_forward():
    class Scale(tn.Layer):
        gain: tn.Parameter
        times: int = 1

        def forward(self, x):
            return x * self.gain.value * self.times

    gain = tn.Parameter("s.gain", [2.0])
    scale = Scale(gain, times=3)
    assert scale.parameters == (gain,) and scale.name == "s" and scale(np.ones(1, np.float32)) == 6
    assert repr(scale) == "s (Scale): gain (1,), times=3; 1 number"
    with pytest.raises(tn.InputError, match=r"^Scale: expected a Parameter as gain, got 3$"):
        Scale(3)  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError, match=r"^Scale: expected a layer that stays as it was made"):
        scale.times = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del scale.gain


def test_a_decorator_that_makes_it_a_dataclass_once_more_does_no_harm():
    @dataclasses.dataclass(frozen=True, eq=False)
    class Scale(tn.Layer):
        gain: tn.Parameter

    assert Scale(W := tn.Parameter("s.gain", [1.0])).parameters == (W,)


def test_a_class_that_is_made_again_by_a_cell_run_again_is_the_same_to_a_field():
    def cell():
        class Scale(tn.Layer):
            gain: tn.Parameter

        return Scale

    class Outer(tn.Layer):
        inner: cell()

    assert Outer(cell()(tn.Parameter("s.gain", [1.0]))).parameters[0].name == "s.gain"
    with pytest.raises(tn.InputError, match="expected a Scale as inner, got"):
        Outer(tn.ReLU())


def test_what_a_layer_holds_outside_of_its_fields_is_refused_with_the_cure():
    class Torchlike(tn.Layer):
        def __init__(self):
            self.W = tn.Parameter("W", [1.0])

    with pytest.raises(dataclasses.FrozenInstanceError, match=r"a new W; declare it as a field .* W: tn\.Parameter"):
        Torchlike()

    class Forced(tn.Layer):
        def __init__(self):
            object.__setattr__(self, "name", "f")
            object.__setattr__(self, "W", tn.Parameter("W", [1.0]))

    with pytest.raises(tn.InputError, match=r"^f \(Forced\): .* got W outside of them; declare it: W: tn\.Parameter"):
        Forced().parameters  # noqa: B018
    with pytest.raises(TypeError, match=r"^OfTheClass: .* got W outside; declare a field, W: tn\.Parameter"):

        class OfTheClass(tn.Layer):
            W = tn.Parameter("W", [1.0])


def test_a_layer_without_fields_of_its_own_is_a_layer():
    class Square(tn.Layer):
        def forward(self, x):
            return self.expect(x) ** 2

    assert Square()(np.array([3.0])) == 9 and Square().name == "Square"


def test_layers_in_dicts_and_named_tuples_are_found_and_switched():
    Pair = namedtuple("Pair", "first second")

    class Bag(tn.Layer):
        pair: Pair
        named: dict

    a, b, c = [tn.BatchNorm.create(name, 2, mode="train") for name in "abc"]
    bag = Bag(Pair(a, b), {"c": c})
    test = bag.at("test")
    assert [p.name for p in bag.parameters] == ["a.gamma", "a.beta", "b.gamma", "b.beta", "c.gamma", "c.beta"]
    assert test.pair.second.mode == test.named["c"].mode == "test" and test.pair.second.gamma is bag.pair.second.gamma
