"""The reference: docstrings as they stand, with their products and their names."""

import pytest

from teachnn.jupyter.site.reference import written


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("y = gamma * xhat + beta * 2", r"y = gamma \* xhat + beta \* 2"),
        ("a `x * y` b * c", r"a `x * y` b \* c"),
        ("Text * text.\n\n    code * code\n>>> f(*x)", "Text \\* text.\n\n    code * code\n>>> f(*x)"),
        ("log_variance and mean_", r"log\_variance and mean\_"),
    ],
)
def test_a_star_is_a_product_outside_of_code(docstring, markdown):
    assert written(docstring) == markdown
