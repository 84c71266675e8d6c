"""The README is a promise: its picture is what the library draws today, and its example runs."""

import re
from pathlib import Path

import numpy as np
import pytest

import teachnn as tn
from teachnn.models.vae import VAE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def picture() -> tn.Drawing:
    vae = VAE(latent=2, rng=tn.rng(0), hidden=256)
    x, z = np.zeros((100, 28, 28)), np.zeros((225, 2))
    return tn.draw(vae.train_function(tn.Adam()).graph(x), vae.decode.graph(z))


def test_the_picture_is_what_the_library_draws():
    drawn = (ROOT / "notebooks" / "two_functions.svg").read_text(encoding="utf-8")
    assert drawn == picture().svg, "draw it anew: python tests/test_readme.py"


def test_the_words_below_the_picture_are_those_that_print_gives():
    assert str(picture()) in README.splitlines()


def test_the_example_runs_and_learns(capsys):
    (code,) = re.findall(r"```python\n(import teachnn as tn.*?)```", README, re.S)
    exec(compile(code, "README.md", "exec"), {})
    accuracy = float(capsys.readouterr().out.splitlines()[-1])
    assert accuracy > 0.93


@pytest.mark.parametrize("ending", ["teachnn lab", "python -m pytest"])
def test_two_commands_do_all_the_set_up(ending):
    (command,) = re.findall(rf"```sh\n(.*{ending})\n```", README)
    assert command.startswith("python3 -m venv .venv && . .venv/bin/activate && pip install ")


def test_ci_runs_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text()
    assert "grep 'python -m pytest$' README.md" in script and len(re.findall(r"python -m pytest$", README, re.M)) == 1


if __name__ == "__main__":
    picture().save(ROOT / "notebooks" / "two_functions.svg")
