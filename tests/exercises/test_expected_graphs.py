import numpy as np
import pytest

import teachnn as tn

RIGHT = """
objective: x -> Flatten -> h -> bn (train) -> ReLU -> h2 -> ReLU -> out -> cross_entropy -> loss
objective: y -> cross_entropy
classify: x -> Flatten -> h -> bn (test) -> ReLU -> h2 -> ReLU -> out -> softmax -> output
shared: h.W, h.b, bn.*
shared: h2.W h2.b out.?
"""


@pytest.fixture(scope="module")
def pair():
    rng = tn.rng(0)
    net = tn.Sequential(
        tn.Flatten(),
        tn.Dense.create("h", 4, 3, rng),
        tn.BatchNorm.create("bn", 3, mode="train"),
        tn.ReLU(),
        tn.Dense.create("h2", 3, 3, rng),
        tn.ReLU(),
        tn.Dense.create("out", 3, 2, rng),
    )

    def objective(x, y):
        return tn.loss.cross_entropy(net(x), y)

    x, y = np.ones((2, 2, 2)), np.array([0, 1])
    classify = tn.TestFunction(lambda x: tn.ops.softmax(net.at("test")(x)), name="classify")
    return tn.TrainFunction(objective, net.parameters, tn.SGD(0.1)).graph(x, y), classify.graph(x)


def said(expected, *graphs):
    return repr(tn.check.graphs(expected, *graphs)).splitlines()[1:]


def test_a_drawing_that_is_right_is_right(pair):
    verdict = tn.check.graphs(RIGHT, *pair)
    assert verdict, repr(verdict)
    assert repr(verdict) == "As you expected: objective and classify, box by box, and what they share."


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("(train) ", "(test) ", "- objective: bn is in mode train; your drawing says test"),
        ("(train) ", "", "- objective: bn is in mode train; your drawing says no mode"),
        ("h2 -> ReLU -> out -> c", "h2 (train) -> ReLU -> out -> c", "- objective: h2 is the same in both modes; your"),
        ("Flatten -> h -> bn (test)", "h -> bn (test)", "- classify: the function has a box Flatten, your drawing has"),
        ("-> softmax", "-> log -> softmax", "- classify: your drawing has a box log, the function has none"),
        ("objective: y -> cross_entropy", "", "- objective: the function has a box y, your drawing has none"),
        ("y -> cross_entropy", "y -> out", "- objective: the arrow y -> cross_entropy is missing from your drawing"),
        ("y -> cross_entropy", "y -> out", "- objective: the arrow y -> out is not there in the function"),
        ("shared: h.W, h.b", "shared: h.W", "- shared: h.b is used by objective and classify; your list leaves it out"),
        ("out.?", "out.*, c.W", "- shared: no function uses c.W"),
    ],
)
def test_each_difference_is_named(pair, old, new, difference):
    assert old in RIGHT
    found = said(RIGHT.replace(old, new), *pair)
    assert any(line.startswith(difference) for line in found), found


def test_the_second_box_of_a_name_can_be_pointed_at_from_another_line(pair):
    split = RIGHT.replace("h2 -> ReLU -> out -> softmax", "h2\nclassify: h2 -> ReLU#2 -> out -> softmax")
    assert tn.check.graphs(split, *pair)
    found = said(split.replace("#2", ""), *pair)
    assert "- classify: the function has a box ReLU#2, your drawing has none" in found


def test_what_one_function_alone_uses_is_not_shared(pair):
    train, classify = pair
    h = classify.parameters[0]
    part = tn.TestFunction(lambda x: x @ h.value, name="part").graph(np.ones((1, 4)))
    drawing = "objective: x -> loss\npart: x -> matmul -> output\nshared: h.W, h.b"
    assert "- shared: h.b is used by objective alone" in said(drawing, train, part)
    assert not any("h.W" in line for line in said(drawing, train, part))


def test_functions_that_share_nothing_are_said_to_share_none():
    square = tn.TestFunction(lambda x: x**2, name="square").graph([1.0])
    double = tn.TestFunction(lambda x: x * 2, name="double").graph([1.0])
    drawing = "square: x -> power -> output\ndouble: x -> multiply -> output\nshared: none"
    assert tn.check.graphs(drawing, square, double)
    assert tn.check.graphs("square: x -> power -> output", square)
    assert said("square: x -> power -> output", square, double) == ["- double: nothing is drawn of it"]


def test_what_cannot_be_read_or_compared_is_an_error_that_says_what_is_expected(pair):
    with pytest.raises(tn.InputError, match="a line that begins with objective: or classify: or shared:, got test: x"):
        tn.check.graphs("test: x -> y", *pair)
    with pytest.raises(tn.InputError, match="boxes with arrows"):
        tn.check.graphs("classify: x -> -> output", *pair)
    with pytest.raises(tn.InputError, match="boxes with arrows"):
        tn.check.graphs("classify: x -> bn (tset) -> output", *pair)
    with pytest.raises(tn.InputError, match="of different names, got objective and objective"):
        tn.check.graphs(RIGHT, pair[0], pair[0])
    with pytest.raises(tn.InputError, match="got none"):
        tn.check.graphs(RIGHT)
    with pytest.raises(tn.InputTypeError, match="a text"):
        tn.check.graphs({"objective": []}, *pair)
    with pytest.raises(tn.InputTypeError, match="graphs"):
        tn.check.graphs(RIGHT, None)


def test_of_many_differences_the_first_three_are_named(pair):
    found = said("objective: x -> loss\n" + RIGHT[RIGHT.index("classify") :], *pair)
    assert found == [
        "- objective: the function has a box y, your drawing has none",
        "- objective: the function has a box Flatten, your drawing has none",
        "- objective: the function has a box h, your drawing has none",
        "- objective: and 7 more",
    ]
