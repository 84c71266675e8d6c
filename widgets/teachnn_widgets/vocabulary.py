"""Tokens and what they read: the text of each, and how a text is cut into them. Notebook 13."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from teachnn.support import InputError, InputTypeError, array, instance, items

SEEN = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥"})  # what cannot be seen, as something that can


class Vocabulary:
    """The texts of tokens 0 to size - 1.

    texts: one for each token, where a string has one for each of its characters; or a function, tokens -> text.
    encode: a function, text -> tokens; without one the longest token that fits is taken, from left to right, and the
    last one needs no space at its end.
    Raises InputError for another number of texts, for two that are the same, and for a function alone.
    """

    def __init__(self, who: str, size: int, texts: Sequence[str] | Callable, encode: Callable | None = None):
        self.who, self.size, self._encode = who, size, encode
        if encode is not None and not callable(encode):
            raise InputTypeError(who, "a function as encode", type(encode).__name__)
        if callable(texts):
            if encode is None:
                raise InputError(who, "encode beside decode", "decode alone", f"{who}(gpt, decode, encode=encode)")
            self.decode = texts
            self.texts = items(who, [texts([token]) for token in range(size)], str, "decode(tokens), a text")
        else:
            self.texts = items(who, texts, str, "the texts of tokens", f'{who}(gpt, ["the", "cat", ...])')
            self.decode = lambda tokens: "".join(self.texts[token] for token in tokens)
            if len(self.texts) != size or (encode is None and len({*self.texts, ""}) != size + 1):
                got = f"{len(self.texts)}, {len(set(self.texts))} of them different"
                raise InputError(who, f"{size} texts, one for each token", got, "as many as GPT(vocabulary=...)")
        self._longest_first = sorted(range(size), key=lambda token: -len(self.texts[token]))

    def seen(self, token: int) -> str:
        """Return what a token reads, its spaces made visible."""
        return self.texts[token].translate(SEEN)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text; raises InputError if it is empty, or has what no token reads."""
        if not instance(self.who, "a text as prompt", text, str):
            raise InputError(self.who, "a prompt of one token or more", "none")
        tokens = self._cut(text) if self._encode is None else self._encode(text)
        return self.checked(tokens)

    def checked(self, tokens) -> list[int]:
        """Return tokens as plain numbers; raises InputError unless they are whole numbers of this vocabulary."""
        row = array(self.who, "tokens", tokens, "T")
        if row.dtype.kind not in "iu" or not 0 <= row.min() <= row.max() < self.size:
            raise InputError(self.who, f"tokens from 0 to {self.size - 1}", str(row.tolist()))
        return row.tolist()

    def _cut(self, text: str) -> list[int]:
        tokens, place = [], 0
        while place < len(text):
            rest = text[place:]
            fitting = (token for token in self._longest_first if rest.startswith(self.texts[token]))
            last = (token for token in self._longest_first if rest == self.texts[token].rstrip())
            token = next(fitting, next(last, None))
            if token is None:
                raise InputError(self.who, "a prompt of the vocabulary's tokens", repr(rest[:12]))
            tokens.append(token)
            place += len(self.texts[token])
        return tokens
