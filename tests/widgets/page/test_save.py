"""A page: one file, that holds no more than it must, and lets nothing in."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.fractalnet import FractalNet
from teachnn.models.vae import VAE

X = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)


@pytest.fixture
def vae():
    return VAE(2, tn.rng(0), hidden=8)


def data(path):
    return json.loads(re.search('<script type="application/json" id="page">(.*?)</script>', path.read_text("utf-8"))[1])


def test_a_page_holds_each_widget_and_its_functions(vae, tmp_path):
    tw.save_page(tmp_path / "p.html", tw.LatentExplorer(vae.decode, vae.encode), tw.DrawPad(encode=vae.encode))
    explorer, pad = data(tmp_path / "p.html")["widgets"]
    assert explorer["kind"] == "LatentExplorer" and set(explorer["programs"]) == {"decode", "encode"}
    assert pad["kind"] == "DrawPad" and set(pad["programs"]) == {"encode"}
    assert list(tmp_path.iterdir()) == [tmp_path / "p.html"]


def test_a_widget_that_is_shown_twice_has_two_views_of_one_model(vae, tmp_path):
    explorer = tw.LatentExplorer(vae.decode)
    tw.save_page(tmp_path / "p.html", explorer, explorer)
    assert len(data(tmp_path / "p.html")["widgets"]) == 1
    assert (tmp_path / "p.html").read_text("utf-8").count('<section data-widget="0">') == 2


def test_the_policy_allows_this_script_alone(vae, tmp_path):
    tw.save_page(tmp_path / "p.html", tw.LatentExplorer(vae.decode))
    page = (tmp_path / "p.html").read_text("utf-8")
    policy = re.search('Content-Security-Policy" content="(.*?)"', page)[1]
    script = re.search(r"<script>(.*)</script>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and policy.startswith("default-src 'none'")
    assert not re.search(r"\beval\(|new Function|https?://(?!www\.w3\.org)", page)


def test_names_are_escaped(tmp_path):
    evil = "</script><script>alert(1)</script>"
    W, b = tn.Parameter(f"{evil}.W", np.ones((784, 3))), tn.Parameter(f"{evil}.b", np.zeros(3))
    dense = tn.Sequential(tn.Flatten(), tn.Dense(W, b))
    pad = tw.DrawPad(**{evil: tn.TestFunction(dense, name=evil)})
    tw.save_page(tmp_path / "p.html", pad, tw.ParameterView(dense.parameters), title=evil)
    page = (tmp_path / "p.html").read_text("utf-8")
    assert evil not in page and page.count("<script") == 2 and "&lt;/script&gt;" in page
    assert list(data(tmp_path / "p.html")["widgets"][0]["programs"]) == [evil]


def test_a_widget_that_can_be_asked_only_so_much_takes_all_answers_along_and_stands_as_it_stood(tmp_path):
    net = FractalNet.create(tn.rng(0), 2, (2, 2))
    paths = tw.LivePaths(net, X)
    paths.batch = 3
    before = paths.get_state()
    tw.save_page(tmp_path / "p.html", paths)
    assert paths.get_state() == before
    (entry,) = data(tmp_path / "p.html")["widgets"]
    table = entry["table"]
    assert len(table["places"]) == len(paths.functions) * paths.batches
    for function, batch in (("training", 5), ("whole net", 1), ("column 2", 9)):
        paths.function, paths.batch = function, batch
        place = table["places"][json.dumps([function, batch], separators=(",", ":"))]
        assert {name: table["values"][at] for name, at in place.items()} == {
            "said": paths.said,
            "drawing": paths.drawing,
        }


def test_two_graphs_take_every_drawing_and_every_inspection_along(vae, tmp_path):
    graphs = vae.train_function(tn.Adam()).graph(X), vae.decode.graph(np.zeros((1, 2))), vae.encode.graph(X)
    two = tw.TwoGraphs(*graphs)
    before = two.get_state()
    tw.save_page(tmp_path / "p.html", two)
    assert two.get_state() == before
    table = data(tmp_path / "p.html")["widgets"][0]["table"]
    shown = {tuple(json.loads(key)[:2]) for key in table["places"]}
    assert shown == {(depth, function) for depth in range(two.deepest + 1) for function in range(3)}
    two.function = 1
    two.selected = next(key for key, variables in two._variables.items() if len(variables) == 2)
    place = table["places"][json.dumps([two.depth, 1, two.selected], separators=(",", ":"))]
    assert table["values"][place["drawing"]] == two.drawing
    assert [item["name"] for item in table["values"][place["inspection"]]] == [i["name"] for i in two.inspection]


def test_a_view_of_parameters_takes_a_few_looks_along(vae, tmp_path):
    view = tw.ParameterView(vae.parameters[:2])
    view._looks = view._looks * 35
    tw.save_page(tmp_path / "p.html", view)
    (entry,) = data(tmp_path / "p.html")["widgets"]
    looks = entry["traits"]["count"]
    assert 5 <= looks <= 11 and len(entry["table"]["places"]) == 2 * looks


def test_what_cannot_be_carried_is_a_picture_with_a_sentence_that_says_why(vae, tmp_path):
    noisy = tw.DrawPad(cumulated=lambda x: x.reshape(1, -1).cumsum(axis=1)[:, :5])
    tw.save_page(tmp_path / "p.html", noisy)
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "page-still" in page and "cumsum" in page and data(tmp_path / "p.html")["widgets"] == []


def test_float16_halves_the_parameters(vae, tmp_path):
    explorer = tw.LatentExplorer(vae.decode)
    for half in (False, True):
        tw.save_page(tmp_path / f"{half}.html", explorer, half=half)
    store, halved = (data(tmp_path / f"{half}.html")["arrays"].values() for half in (False, True))
    assert sum(len(a["data"]) for a in halved) < 0.51 * sum(len(a["data"]) for a in store)


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(tn.InputError, match="one widget or more"):
        tw.save_page(tmp_path / "p.html")
    with pytest.raises(tn.InputTypeError, match="widgets"):
        tw.save_page(tmp_path / "p.html", "explorer")
    assert not list(tmp_path.iterdir())
