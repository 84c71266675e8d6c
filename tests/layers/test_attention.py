"""Layers of texts: what they refuse, and that the past is what was read before."""

import numpy as np
import pytest

import teachnn as tn

X = np.random.default_rng(0).standard_normal((2, 5, 8)).astype(np.float32)


def attention():
    return tn.CausalSelfAttention.create("a", 8, 2, tn.rng(0))


def test_an_embedding_returns_a_row_for_each_token():
    layer = tn.Embedding.create("e", 6, 3, tn.rng(0))
    y = layer(np.array([[5, 0], [1, 1]]))
    assert y.shape == (2, 2, 3) and (y[0, 0] == layer.W.value[5]).all() and (y[1, 0] == y[1, 1]).all()


@pytest.mark.parametrize("tokens, got", [(np.array([0, 6]), "0 to 6"), (np.array([-1]), "-1 to -1")])
def test_tokens_that_are_not_in_the_table_are_refused(tokens, got):
    with pytest.raises(tn.InputError, match=rf"e \(Embedding\): expected tokens from 0 to 5, got {got}"):
        tn.Embedding.create("e", 6, 3, tn.rng(0))(tokens)


def test_tokens_that_are_floats_are_refused_with_the_cure():
    with pytest.raises(tn.InputTypeError, match="astype"):
        tn.Embedding.create("e", 6, 3, tn.rng(0))(np.array([0.5]))


def test_a_place_never_depends_on_what_comes_after_it():
    layer, other = attention(), X.copy()
    other[:, 3:] = 7
    assert layer(other)[:, :3] == pytest.approx(layer(X)[:, :3], abs=1e-6)
    assert np.abs(layer(other)[:, 3:] - layer(X)[:, 3:]).max() > 0.1


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_a_text_read_in_two_parts_gives_what_the_whole_gives(cut):
    layer = attention()
    first, past = layer(X[:, :cut], ())
    second, both = layer(X[:, cut:], past)
    assert np.concatenate([first, second], axis=1) == pytest.approx(layer(X), abs=1e-6)
    assert past.shape == (2, 2, 2, cut, 4) and both.shape == (2, 2, 2, 5, 4)
    assert (both[:, :, :, :cut] == past).all()


def test_heads_that_do_not_share_the_width_evenly_are_refused():
    with pytest.raises(tn.InputError, match="heads that share the width evenly"):
        tn.CausalSelfAttention.create("a", 8, 3, tn.rng(0))
    with pytest.raises(tn.InputError, match=r"a \(CausalSelfAttention\)"):
        attention()(X[..., :7])
