"""A small GPT: one token at a time is the whole text at once, at every place, however it was read."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.models.gpt import GPT


def made(seed=0, length=16):
    gpt = GPT(11, length, tn.rng(seed), width=16, heads=4, blocks=2)
    rng = tn.rng(seed + 1)
    for parameter in gpt.parameters:  # away from the small numbers of a new one
        parameter.value = parameter.value + 0.3 * rng.standard_normal(parameter.shape)
    return gpt


GPTS = {seed: made(seed) for seed in range(3)}


@given(st.sampled_from(sorted(GPTS)), st.integers(1, 4), st.integers(2, 16), st.data())
@settings(max_examples=40, deadline=None)
def test_cached_and_uncached_logits_agree_at_every_place(seed, texts, length, data):
    gpt = GPTS[seed]
    tokens = np.random.default_rng(data.draw(st.integers(0, 999))).integers(0, 11, (texts, length))
    whole = gpt.logits(tokens)
    cut = data.draw(st.integers(1, length))
    logits, cache = gpt.read(tokens[:, :cut])
    np.testing.assert_allclose(logits, whole[:, cut - 1], atol=1e-5)
    for t in range(cut, length):
        logits, cache = gpt.next(tokens[:, t], cache)
        np.testing.assert_allclose(logits, whole[:, t], atol=1e-5)
    assert cache.shape == (2, 2, texts, 4, length, 4)


def test_next_changes_none_of_its_inputs_and_a_cache_can_be_gone_on_from_twice():
    gpt, token = GPTS[0], np.array([3, 4])
    _, cache = gpt.read(np.array([[1, 2], [5, 6]]))
    before = cache.tobytes()
    (one, longer), (same, _) = gpt.next(token, cache), gpt.next(token, cache)
    assert cache.tobytes() == before and token.tolist() == [3, 4] and one.tobytes() == same.tobytes()
    assert not np.shares_memory(longer, cache) and longer.shape[4] == 3


def test_a_cache_is_drawn_as_a_state_that_goes_in_and_comes_out():
    gpt = GPTS[0]
    _, cache = gpt.read(np.array([[1, 2]]))
    ends = {f.name: [n.kind for n in f.graph(*x).nodes if n.type == "state"]
            for f, x in ((gpt.read, [np.array([[1, 2]])]), (gpt.next, [np.array([3]), cache]))}  # fmt: skip
    assert ends == {"read": ["output"], "next": ["input", "output"]}


@pytest.mark.parametrize(
    "part", [np.s_[:1], np.s_[0], np.s_[:, :1], np.s_[:, :, :0], np.s_[..., :2], np.s_[:, :, :, :2]]
)
def test_a_cache_of_another_shape_is_refused(part):
    gpt = GPTS[0]
    _, cache = gpt.read(np.array([[1, 2], [5, 6]]))
    with pytest.raises(tn.InputError, match=r"expected (a cache|past|at least one)"):
        gpt.next(np.array([3, 4]), cache[part])


def test_dropout_is_in_the_training_function_alone():
    gpt, tokens = GPT(11, 8, tn.rng(0), width=16, heads=2, blocks=2, dropout=0.3), np.arange(9)[None]
    train = gpt.train_function(tn.SGD(1e-3))
    _, cache = gpt.read(tokens[:, :3])
    modes = lambda graph: {node.mode for node in graph.collapse(2).nodes if node.type == "Dropout"}  # noqa: E731
    assert modes(train.graph(tokens)) == {"train"}
    assert modes(gpt.logits.graph(tokens[:, :8])) == modes(gpt.next.graph(tokens[0, 3:4], cache)) == {"test"}
    assert train(tokens).loss != train(tokens).loss
    whole = gpt.logits(tokens[:, :8])
    assert whole.tobytes() == gpt.logits(tokens[:, :8]).tobytes()
    assert gpt.read(tokens[:, :8])[0] == pytest.approx(whole[:, -1], abs=1e-5)
    assert tn.shared_parameters(train.graph(tokens), gpt.logits.graph(tokens[:, :8])) == gpt.parameters


@pytest.mark.parametrize("T", [1, 5])
def test_attention_shows_what_each_place_takes_from_those_before_it(T):
    gpt, tokens = GPTS[0], np.random.default_rng(0).integers(0, 11, (3, T))
    weights = gpt.attention(tokens)
    assert weights.shape == (3, 2, 4, T, T)
    assert weights.sum(axis=-1) == pytest.approx(1, abs=1e-5) and not np.triu(weights, 1).any()


def test_attention_is_that_by_which_the_cached_function_computes():
    gpt, tokens = GPTS[1], np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    _, cache = gpt.read(tokens)
    values = cache[:, 1].swapaxes(0, 1)  # (N, blocks, heads, T, d)
    taken = gpt.attention(tokens) @ values
    block, x = gpt.blocks[0], gpt.tokens(tokens) + gpt.places(np.arange(4))
    by_heads = taken[:, 0].swapaxes(1, 2).reshape(2, 4, 16)
    y = by_heads @ block.attention.W_out.value + block.attention.b_out.value
    np.testing.assert_allclose(y, block.attention(block.norm1(x)), atol=1e-5)


def test_read_and_next_answer_each_text_by_itself():
    gpt, tokens = GPTS[2], np.random.default_rng(0).integers(0, 11, (3, 6))
    logits, cache = gpt.read(tokens[:, :5])
    later, longer = gpt.next(tokens[:, 5], cache)
    for i in range(3):
        own, kept = gpt.read(tokens[i : i + 1, :5])
        np.testing.assert_allclose(logits[i], own[0], atol=1e-5)
        np.testing.assert_allclose(cache[:, :, i], kept[:, :, 0], atol=1e-5)
        own, kept = gpt.next(tokens[i : i + 1, 5], kept)
        np.testing.assert_allclose(later[i], own[0], atol=1e-5)
        np.testing.assert_allclose(longer[:, :, i], kept[:, :, 0], atol=1e-5)


def test_the_table_of_tokens_is_one_parameter_used_at_both_ends():
    gpt = GPTS[0]
    assert [p.name for p in gpt.parameters].count("tokens.W") == 1
    graph = gpt.train_function(tn.Adam()).graph(np.zeros((2, 5), int)).collapse(0)
    uses = [node for node in graph.nodes if gpt.tokens.W in node.parameters]
    assert len(uses) == 2


def test_training_learns_a_text_by_heart_and_generate_writes_it():
    gpt = GPT(11, 16, tn.rng(0), width=16, heads=4, blocks=1)
    text = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 8, 6, 4, 2, 0, 1, 3, 5, 7]])
    train = gpt.train_function(tn.Adam(1e-2))
    for _ in range(150):
        result = train(text)
    assert result.loss < 0.1
    assert gpt.generate(text[:, :3], 7, tn.rng(0), temperature=0).tolist() == text[:, 3:].tolist()


def test_what_is_drawn_follows_the_probabilities_and_the_generator():
    gpt, prompt = GPTS[1], np.ones((4000, 1), int)
    drawn = gpt.generate(prompt, 1, tn.rng(0))[:, 0]
    p = np.exp(gpt.logits(prompt[:1])[0, 0])
    assert np.bincount(drawn, minlength=11) / 4000 == pytest.approx(p / p.sum(), abs=0.04)
    assert (gpt.generate(prompt[:5], 4, tn.rng(3)) == gpt.generate(prompt[:5], 4, tn.rng(3))).all()


def test_a_text_that_is_too_long_is_refused():
    gpt = GPTS[0]
    with pytest.raises(tn.InputError, match="at most 16"):
        gpt.logits(np.zeros((1, 17), int))
    with pytest.raises(tn.InputError, match="at most 16"):
        gpt.generate(np.zeros((1, 10), int), 8, tn.rng(0))
    assert gpt.generate(np.zeros((1, 10), int), 7, tn.rng(0)).shape == (1, 7)


def test_it_travels_as_a_program():
    gpt, tokens = GPTS[0], np.array([[1, 2, 3], [4, 5, 6]])
    program = tn.export.program(gpt.logits, tokens)
    np.testing.assert_allclose(program(tokens[:1]), gpt.logits(tokens[:1]), atol=1e-5)
    logits, cache = tn.export.program(gpt.read, tokens)(tokens)
    np.testing.assert_allclose(logits, gpt.read(tokens)[0], atol=1e-5)
    assert cache.shape == gpt.read(tokens)[1].shape
