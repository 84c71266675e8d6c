"""A GPT stepped token by token: whatever was done, it shows what the whole text at once would give."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import teachnn as tn
from teachnn.models.gpt import GPT
from teachnn_widgets import TextStepper, text_stepper

LETTERS = "0123456789+="


def made(length=10):
    gpt, rng = GPT(12, length, tn.rng(0), width=16, heads=4, blocks=2), tn.rng(1)
    for parameter in gpt.parameters:  # away from the small numbers of a new one
        parameter.value = parameter.value + 0.3 * rng.standard_normal(parameter.shape)
    return gpt


@pytest.fixture
def gpt():
    return made()


@pytest.fixture
def stepper(gpt):
    stepper = TextStepper(gpt, LETTERS, prompt="12+3=")
    yield stepper
    stepper.close()


GPT_OF_ALL = made()
ACTS = st.one_of(
    st.sampled_from(["step", "undo", "restart"]).map(lambda name: (name,)),
    st.tuples(st.just("take"), st.integers(0, 11)),
    st.tuples(st.just("place"), st.integers(-1, 9)),
    st.tuples(st.just("read"), st.text(LETTERS, min_size=1, max_size=9)),
)


@given(st.lists(ACTS, max_size=10))
@settings(max_examples=15, deadline=None)
def test_whatever_is_done_all_that_is_shown_is_what_the_whole_text_gives(acts):
    stepper = TextStepper(GPT_OF_ALL, LETTERS, prompt="12+3=")
    for name, *values in acts:
        if name == "place":
            stepper.place = values[0]
        elif name != "take" or len(stepper.tokens) < 10:
            getattr(stepper, name)(*values)
        tokens = np.array([stepper.tokens])
        at = stepper.place if 0 <= stepper.place < tokens.size else tokens.size - 1
        chances = tn.ops.softmax(GPT_OF_ALL.logits(tokens))[0, at]
        shown = {token: chance for token, _, chance, _ in stepper.likely}
        np.testing.assert_allclose([chances[token] for token in shown], list(shown.values()), atol=1e-3)
        weights = GPT_OF_ALL.attention(tokens)[0, :, :, at, : at + 1]
        np.testing.assert_allclose(stepper.weights, weights, atol=1e-3)
        assert stepper.rows == 16 and len(stepper.cache) == 2 * 2 * 16 * tokens.size * 3
        np.testing.assert_allclose(
            stepper._after(tuple(stepper.tokens)).cache, GPT_OF_ALL.read(tokens)[1][:, :, 0], atol=1e-4
        )
    stepper.close()


def test_a_prompt_is_read_at_once_and_each_token_after_it_alone(stepper, monkeypatch):
    calls = []
    for name in ("read", "next"):
        function = getattr(stepper.gpt, name)
        monkeypatch.setattr(
            stepper.gpt, name, lambda x, *cache, f=function, n=name: calls.append((n, x.size)) or f(x, *cache)
        )
    stepper.step()
    stepper.step()
    stepper.undo()
    stepper.temperature = 0.5
    assert calls == [("next", 1), ("next", 1)]
    stepper.read("1+1=")
    assert calls[2:] == [("read", 4)]


def test_undo_takes_one_token_and_its_column_and_the_prompt_stays(stepper):
    first = stepper.cache
    stepper.take(3)
    assert stepper.text == ["12+3=", "3"] and len(stepper.cache) == len(first) * 6 // 5
    stepper.undo()
    stepper.undo()
    assert stepper.tokens == [1, 2, 10, 3, 11] and stepper.cache == first


def test_another_token_inside_of_the_prompt_goes_on_from_there_and_the_prompt_comes_back(stepper):
    stepper.set_state({"tokens": [1, 2, 7], "place": -1})
    assert stepper.text == ["12", "7"] and stepper.start == 2
    stepper.undo()
    stepper.undo()
    assert stepper.text == ["12", ""]
    stepper.restart()
    assert stepper.text == ["12+3=", ""] and stepper.start == 5


def test_the_page_asks_by_traits(stepper):
    stepper.set_state({"draws": 2})
    assert len(stepper.tokens) == 7
    stepper.set_state({"tokens": stepper.tokens[:5], "place": -1})
    assert stepper.text == ["12+3=", ""]
    stepper.set_state({"prompt": "4+4="})
    assert stepper.names == list("4+4=") and stepper.start == 4
    stepper.set_state({"place": 1})
    assert stepper.said.startswith("After token 2, “+”: ") and np.shape(stepper.weights) == (2, 4, 2)


def test_at_temperature_0_the_most_probable_token_is_always_drawn_as_generate_does(gpt):
    stepper = TextStepper(gpt, LETTERS, prompt="12+3=", temperature=0)
    for _ in range(5):
        stepper.step()
    assert stepper.tokens[5:] == gpt.generate(np.array([[1, 2, 10, 3, 11]]), 5, tn.rng(0), 0).tolist()[0]
    stepper.close()


def test_tokens_are_drawn_with_the_probabilities_that_are_shown(gpt):
    stepper = TextStepper(gpt, LETTERS, prompt="12+3=", temperature=1.5)
    drawn = []
    for _ in range(200):
        stepper.step()
        drawn.append(stepper.tokens[-1])
        stepper.undo()
    for token, _, chance, _ in stepper.likely:
        assert abs(drawn.count(token) / 200 - chance) < 4 * np.sqrt(chance / 200) + 1e-3
    stepper.close()


def test_a_text_that_is_full_stays_as_it_is_and_says_so(stepper):
    stepper.set_state({"draws": 9})
    assert len(stepper.tokens) == 10 and stepper.said.endswith("the text is full.") and not stepper.alert
    with pytest.raises(tn.InputError, match="a text of at most 10 tokens, got 11"):
        stepper.take(1)
    assert len(stepper.tokens) == 10


def test_a_prompt_that_cannot_be_written_is_an_alert_and_what_was_shown_stays(stepper):
    before = stepper.names, stepper.cache
    stepper.set_state({"prompt": "1?"})
    assert "tokens, got '?'" in stepper.alert and (stepper.names, stepper.cache) == before
    stepper.set_state({"prompt": "1+"})
    assert not stepper.alert and stepper.names == ["1", "+"]


def test_the_text_is_read_again_when_training_has_moved_the_parameters(gpt, stepper):
    stepper.step()
    stepper.close()
    before = stepper.likely, stepper.cache
    stepper.beat()
    assert (stepper.likely, stepper.cache) == before
    gpt.train_function(tn.Adam(0.1))(np.array([stepper.tokens]))
    stepper.beat()
    assert stepper.cache != before[1]
    np.testing.assert_allclose(
        stepper._after(tuple(stepper.tokens)).logits, gpt.logits(np.array([stepper.tokens]))[0, -1], atol=1e-4
    )


def test_stepping_changes_no_parameter_and_draws_from_the_generator_that_was_given(gpt, state_of):
    before, texts = state_of(gpt.parameters), []
    for _ in range(2):
        stepper = TextStepper(gpt, LETTERS, prompt="1", rng=tn.rng(3))
        stepper.set_state({"draws": 6})
        texts.append(stepper.tokens)
        stepper.close()
    assert texts[0] == texts[1] and state_of(gpt.parameters) == before


def test_the_still_picture_and_the_line(stepper):
    stepper.step()
    assert stepper.still().size[0] > 900
    assert str(stepper) == f"TextStepper: {''.join(stepper.names)}"


def test_a_vocabulary_of_functions_and_of_more_tokens_than_are_shown(gpt):
    words = [f"w{i}" for i in range(12)]
    decode = lambda tokens: " ".join(words[t] for t in tokens)  # noqa: E731
    stepper = TextStepper(gpt, decode, lambda text: [words.index(w) for w in text.split()], prompt="w1 w2")
    stepper.take(5)
    assert stepper.text == ["w1 w2", " w5"] and stepper.others[0] == 12 - text_stepper.CANDIDATES
    stepper.close()


def test_probabilities_are_softmax_and_at_0_all_is_the_largest():
    logits = np.array([1, 3, 2], np.float32)
    np.testing.assert_allclose(text_stepper.probabilities(logits, 1), tn.ops.softmax(logits), atol=1e-6)
    assert text_stepper.probabilities(logits, 0).tolist() == [0, 1, 0]


def test_what_does_not_fit_is_refused(gpt):
    for arguments, said in [
        ((3, LETTERS), "a GPT, got int"),
        ((gpt, "abc"), "12 texts"),
        ((gpt, LETTERS, None, "1" * 11), "at most 10 tokens, got 11"),
        ((gpt, LETTERS, None, "a"), "tokens, got 'a'"),
    ]:
        with pytest.raises(tn.InputError, match=said):
            TextStepper(*arguments[:3], **({"prompt": arguments[3]} if len(arguments) > 3 else {}))
