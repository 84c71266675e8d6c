"""Tokens and what they read: a text is cut into them and put together again, or refused."""

import pytest
from hypothesis import given, strategies as st

import teachnn as tn
from teachnn_widgets.vocabulary import Vocabulary

WORDS = ("the", " cat", " c", "a", "t", " ", "\n")


def test_the_longest_token_that_fits_is_taken():
    words = Vocabulary("who", 7, WORDS)
    assert words.encode("the cat\n") == [0, 1, 6] and words.encode("the cta") == [0, 2, 4, 3]
    assert [words.seen(token) for token in (1, 5, 6)] == ["␣cat", "␣", "↵"]


def test_words_that_end_in_a_space_can_be_typed_without_the_last_one():
    words = Vocabulary("who", 3, ["the ", "cat ", "sat "])
    assert words.encode("the cat ") == words.encode("the cat") == [0, 1]
    with pytest.raises(tn.InputError, match="got 'thecat'"):
        words.encode("thecat")


@given(st.text("0123456789+=", min_size=1))
def test_a_text_of_characters_is_cut_and_put_together_again(text):
    letters = Vocabulary("who", 12, "0123456789+=")
    tokens = letters.encode(text)
    assert len(tokens) == len(text) and letters.decode(tokens) == text


def test_functions_may_cut_and_put_together():
    words = Vocabulary("who", 3, lambda tokens: " ".join("abc"[t] for t in tokens), lambda text: map_of(text))
    assert words.texts == ("a", "b", "c") and words.decode(words.encode("b c")) == "b c"


def map_of(text):
    return ["abc".index(word) for word in text.split()]


@pytest.mark.parametrize(
    ("size", "texts", "encode", "said"),
    [
        (3, "ab", None, "3 texts, one for each token, got 2, 2 of them different"),
        (2, "aa", None, "got 2, 1 of them different"),
        (2, ["a", ""], None, "got 2, 2 of them different"),
        (2, [1, 2], None, "the texts of tokens"),
        (2, str, None, "encode beside decode"),
        (2, "ab", 3, "a function as encode"),
        (2, lambda tokens: 3, list, "decode"),
    ],
)
def test_what_is_no_vocabulary_is_refused(size, texts, encode, said):
    with pytest.raises(tn.InputError, match=said):
        Vocabulary("who", size, texts, encode)


@pytest.mark.parametrize(
    ("text", "said"), [("", "one token or more"), ("the dog", "got ' dog'|got 'dog'")], ids=["nothing", "unknown"]
)
def test_a_text_that_the_tokens_cannot_write_is_refused(text, said):
    with pytest.raises(tn.InputError, match=said):
        Vocabulary("who", 7, WORDS).encode(text)


@pytest.mark.parametrize("tokens", [[], [3], [-1], [0.5], [[0]], "a"])
def test_tokens_that_are_not_of_the_vocabulary_are_refused(tokens):
    with pytest.raises(tn.InputError):
        Vocabulary("who", 3, "abc", lambda text: tokens).encode("a")
