"""What a widget takes along: nothing unasked; with carry=True its functions, and the moved parameters once at rest."""

import base64

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw
from teachnn.models.vae import VAE
from teachnn_widgets import carrying
from teachnn_widgets.pulse import pulse

X = np.random.default_rng(0).random((4, 28, 28), dtype=np.float32)


@pytest.fixture
def vae(monkeypatch):
    monkeypatch.setattr(carrying, "REST", 0.0)
    return VAE(2, tn.rng(0), hidden=8)


def weights(explorer, name):
    """The parameter that the explorer's decoder takes along, as an array."""
    carriage = explorer.carriage
    found = carriage["arrays"][carriage["programs"]["decode"]["arrays"][name]]
    return np.frombuffer(base64.b64decode(found["data"]), "<f2").reshape(found["shape"])


def test_nothing_is_taken_along_unasked(vae):
    explorer = tw.LatentExplorer(vae.decode, vae.encode)
    assert explorer.carriage == {} and "standIn = (" not in explorer.get_state()["_esm"]


def test_functions_are_taken_along_with_the_engine_that_runs_them(vae):
    explorer = tw.LatentExplorer(vae.decode, vae.encode, carry=True)
    assert set(explorer.carriage["programs"]) == {"decode", "encode"}
    W = vae.decoder[0].W
    np.testing.assert_array_equal(weights(explorer, W.name), W.value.astype(np.float16))
    assert "const standIn" not in explorer.get_state()["_esm"]  # it is assigned once more at the end
    assert "standIn = (" in explorer.get_state()["_esm"] and "const OPERATIONS" in explorer.get_state()["_esm"]


def test_what_has_moved_is_taken_along_again_once_it_is_still(vae):
    explorer = tw.LatentExplorer(vae.decode, carry=True)
    pulse.remove(explorer)  # its beats are counted here
    W = vae.decoder[0].W
    before = weights(explorer, W.name)
    vae.train_function(tn.Adam(0.1))(X)
    explorer.beat()  # sees that they have moved
    explorer.beat()  # sees that they are no longer those that it saw last
    np.testing.assert_array_equal(weights(explorer, W.name), before)
    explorer.beat()
    np.testing.assert_array_equal(weights(explorer, W.name), W.value.astype(np.float16))
    carriage = explorer.carriage
    explorer.beat()
    assert explorer.carriage is carriage


def test_a_widget_that_can_be_asked_only_so_much_takes_all_its_answers_along(vae):
    graphs = vae.train_function(tn.Adam()).graph(X), vae.decode.graph(np.zeros((1, 2)))
    two = tw.TwoGraphs(*graphs, carry=True)
    assert two.carriage["table"]["asked"] == ["depth", "function", "selected"] and two.carriage["traits"] == {}


def test_a_view_of_parameters_takes_fewer_looks_along_than_it_keeps(vae):
    view = tw.ParameterView(vae.parameters[:2])
    view._looks = view._looks * 35
    view.take_along()
    looks = view.carriage["traits"]["count"]
    assert looks <= 11 and len(view.carriage["table"]["places"]) == 2 * looks


def test_a_function_that_cannot_be_carried_is_refused(vae):
    with pytest.raises(tn.InputError, match="cumsum"):
        tw.DrawPad(cumulated=lambda x: x.reshape(1, -1).cumsum(axis=1)[:, :5], carry=True)
    with pytest.raises(tn.InputError, match="carry"):
        tw.LatentExplorer(vae.decode, carry="yes")


def test_moved_parameters_that_cannot_be_taken_along_are_an_alert_and_no_error(vae, monkeypatch):
    explorer = tw.LatentExplorer(vae.decode, carry=True)
    pulse.remove(explorer)

    def refuse(widget):
        raise tn.InputError("decode", "a program", "none")

    monkeypatch.setattr(carrying, "carriage", refuse)
    vae.train_function(tn.Adam(0.1))(X)
    for _ in range(3):
        explorer.beat()
    assert "a program" in explorer.alert
