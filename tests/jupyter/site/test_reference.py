"""The reference: docstrings as they stand, with their products and their names."""

import pytest

from teachnn.jupyter.site.reference import without_dead_ends, written


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("y = gamma * xhat + beta * 2", r"y = gamma \* xhat + beta \* 2"),
        ("a `x * y` b * c", r"a `x * y` b \* c"),
        ("Text * text.\n\n    code * code\n>>> f(*x)", "Text \\* text.\n\n    code * code\n>>> f(*x)"),
        ("OPERATIONS[type](*inputs)", r"OPERATIONS\[type\](\*inputs)"),
        ("log_variance and mean_", r"log\_variance and mean\_"),
    ],
)
def test_a_star_is_a_product_outside_of_code(docstring, markdown):
    assert written(docstring) == markdown


def test_a_link_to_a_place_that_is_not_there_becomes_its_text():
    page = '<p id="a">1</p> <a href="#a">to a</a> <a href="#b"><code>b</code></a>'
    assert without_dead_ends(page) == '<p id="a">1</p> <a href="#a">to a</a> <code>b</code>'
