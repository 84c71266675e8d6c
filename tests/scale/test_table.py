"""The rows of a sweep: printed, averaged, drawn, written to a file."""

import csv

import numpy as np
import pytest

import teachnn as tn

ROWS = tn.scale.Rows(
    [
        *({"rate": rate, "seed": seed, "loss": rate + seed / 10} for rate in (0.5, 1.0) for seed in range(3)),
        {"rate": 2.0, "seed": 0, "error": "ValueError: bad"},
    ],
    ["rate", "seed"],
)


def test_rows_print_themselves_with_every_name_once():
    lines = str(ROWS).splitlines()
    assert lines[0].split() == ["rate", "seed", "loss", "error"] and len(lines) == 8
    assert lines[-1].split() == ["2", "0", "–", "ValueError:", "bad"]


def test_many_rows_print_some_and_say_how_many_more():
    many = tn.scale.Rows(({"i": i} for i in range(100)), ["i"])
    assert str(many).splitlines()[-1] == "... and 70 more rows"


def test_a_mean_over_seeds_has_its_spread_and_leaves_failures_out():
    means = ROWS.mean("loss", "rate")
    assert [row["rate"] for row in means] == [0.5, 1.0] and means[0]["count"] == 3
    assert means[1]["loss"] == pytest.approx(1.1) and means[1]["std"] == pytest.approx(0.1)


def test_a_column_holds_nan_where_a_row_has_nothing():
    assert np.isnan(ROWS.column("loss")[-1]) and len(ROWS.failed) == 1
    with pytest.raises(tn.InputError, match="one of rate, seed, loss, error"):
        ROWS.column("accuracy")


def test_a_file_of_comma_separated_values_holds_all_of_it(tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 and rows[0] == {"rate": "0.5", "seed": "0", "loss": "0.5", "error": ""}


def test_a_plot_shows_the_mean_of_each_value_with_its_spread():
    (axes,) = ROWS.plot("rate", "loss").axes
    assert axes.lines[0].get_xdata().tolist() == [0.5, 1.0]
    assert axes.lines[0].get_ydata() == pytest.approx([0.6, 1.1])
    assert axes.get_xlabel() == "rate"
    (axes,) = ROWS.plot("rate", "loss", by="seed").axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["seed 0", "seed 1", "seed 2"]
