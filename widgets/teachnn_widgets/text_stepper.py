"""A small GPT at work, one token at a time: what may come next, what each head looks at, what the cache holds.

A prompt is read at once; each token after it is read alone, beside the cache. Notebook 13.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
import traitlets as t
from PIL import Image

import teachnn as tn
from teachnn.models.gpt import GPT
from teachnn.support import InputError, check_generator, instance, number
from teachnn_widgets.base import Widget
from teachnn_widgets.numbers import colours
from teachnn_widgets.stills import text_figure
from teachnn_widgets.vocabulary import Vocabulary
from teachnn_widgets.watched import Watched

CANDIDATES = 10  # tokens that are shown with their probabilities
HOTTEST = 2.0  # the highest temperature of the slider


class State(NamedTuple):
    """What a GPT knows after a text."""

    logits: np.ndarray  # (vocabulary,), of what comes next
    cache: np.ndarray  # (blocks, 2, heads, T, width / heads)
    weights: np.ndarray  # (blocks, heads, T): what the last token looks at


class TextStepper(Widget):
    """A GPT that writes under your hands: `TextStepper(gpt, "0123456789+=.", prompt="12+34=")`.

    gpt: a teachnn.models.gpt.GPT. vocabulary: the text of each token (a string: a token for each character), or a
    function, tokens -> text; then encode, text -> tokens, is wanted too. rng: draws the tokens. tokens: the text as it
    stands. place: from which of its tokens all is seen, -1 for the last. The text follows the parameters while another
    thread trains them. Raises InputError for a prompt that the vocabulary cannot write or that is too long.
    """

    parts = ("tabs",)
    constants: ClassVar = {"HOTTEST": HOTTEST}

    prompt = t.Unicode().tag(sync=True)
    tokens = t.List(t.Int()).tag(sync=True)
    place = t.Int(-1).tag(sync=True)
    temperature = t.Float(1.0).tag(sync=True)
    draws = t.Int(0, help="tokens that the page asked for").tag(sync=True)
    first = t.List(t.Int(), help="the tokens of the prompt").tag(sync=True)
    start = t.Int(help="how many of them the text begins with").tag(sync=True)
    length = t.Int(help="tokens of a text, at most").tag(sync=True)
    names = t.List(t.Unicode(), help="of each token of the text").tag(sync=True)
    text = t.List(t.Unicode(), help="the prompt, and what follows it").tag(sync=True)
    likely = t.List(help="token, name, probability, and that at temperature 1, the most probable first").tag(sync=True)
    others = t.List(help="how many other tokens there are, and their probability").tag(sync=True)
    weights = t.List(help="of each block and head: what the token at the place looks at").tag(sync=True)
    cache = t.Bytes(help="keys, then values of each block, as colours").tag(sync=True)
    rows = t.Int(help="rows of the keys' picture").tag(sync=True)
    said = t.Unicode(help="what is seen now").tag(sync=True)

    def __init__(
        self,
        gpt: GPT,
        vocabulary: Sequence[str] | Callable,
        encode: Callable | None = None,
        *,
        prompt: str = "",
        temperature: float = 1.0,
        rng: np.random.Generator | None = None,
    ):
        who = "TextStepper"
        self.gpt = instance(who, "a GPT", gpt, GPT, 'TextStepper(gpt, "0123456789+=.")')
        self.vocabulary = Vocabulary(who, gpt.tokens.W.shape[0], vocabulary, encode)
        self.rng = tn.rng(0) if rng is None else check_generator(who, rng)
        prompt = self.vocabulary.texts[0] if prompt == "" else prompt
        tokens = self._fitting(self.vocabulary.encode(prompt))
        temperature = number(who, "temperature", temperature, ">= 0")
        self._known: dict[tuple[int, ...], State] = {}  # of the text and of its beginnings
        self._watched = Watched(gpt.parameters)
        super().__init__(prompt=prompt, tokens=tokens, first=tokens, temperature=temperature, length=gpt.length)
        self._show()
        self.observe(lambda change: self._show(), ["tokens", "first", "place", "temperature"])
        self.observe(lambda change: self._typed(change.new), "prompt")
        self.observe(lambda change: [self.step() for _ in range(change.new - change.old)], "draws")
        self.follow()

    def read(self, prompt: str) -> None:
        """Begin anew with a prompt, which is read at once."""
        tokens = self._fitting(self.vocabulary.encode(prompt))
        with self.lock, self.hold_sync():
            self.prompt, self.first, self.place, self.tokens = prompt, tokens, -1, tokens

    def step(self) -> None:
        """Draw the token that comes next; a text that is full stays as it is."""
        with self.lock, self.alerting():
            if len(self.tokens) < self.length:
                chances = probabilities(self._after(tuple(self.tokens)).logits, self.temperature)
                self.take(int(self.rng.choice(len(chances), p=chances)))

    def take(self, token: int) -> None:
        """Put a token of your own choice behind the text."""
        with self.lock, self.hold_sync():
            self.place, self.tokens = -1, self._fitting([*self.tokens, token])

    def undo(self) -> None:
        """Take the last token away, and its column of the cache; the prompt stays."""
        with self.lock, self.hold_sync():
            self.place, self.tokens = -1, self.tokens[: max(self.start, len(self.tokens) - 1)]

    def restart(self) -> None:
        """Go back to the prompt."""
        with self.lock, self.hold_sync():
            self.place, self.tokens = -1, self.first

    def _typed(self, prompt: str) -> None:
        with self.lock, self.alerting():
            self.read(prompt)

    def beat(self) -> None:
        """Read the text again if the parameters have moved: what a cache holds was made with those of before."""
        if self._watched.look():
            self._known = {}
            self._show()

    def _fitting(self, tokens: list[int]) -> list[int]:
        tokens = self.vocabulary.checked(tokens)
        if len(tokens) > self.gpt.length:
            raise InputError("TextStepper", f"a text of at most {self.gpt.length} tokens", str(len(tokens)))
        return tokens

    def _after(self, text: tuple[int, ...]) -> State:
        """Return what is known after a text: its last token alone is read if all before it was read already."""
        if text not in self._known:
            before = self._known.get(text[:-1])
            if before is None:
                logits, cache = self.gpt.read(np.array([text]))
            else:
                logits, cache = self.gpt.next(np.array(text[-1:]), before.cache[:, :, None])
            weights = self.gpt.attention(np.array([text]))[0, :, :, -1]
            self._known[text] = State(logits[0], cache[:, :, 0], weights)
        return self._known[text]

    def _show(self) -> None:
        with self.lock, self.alerting():
            if self._watched.look():
                self._known = {}
            text = tuple(self._fitting(self.tokens))
            number("TextStepper", "temperature", self.temperature, ">= 0")
            self._known = {known: state for known, state in self._known.items() if text[: len(known)] == known}
            end = self._after(text)
            place = self.place if 0 <= self.place < len(text) else len(text) - 1
            seen = self._after(text[: place + 1])
            chances, own = (probabilities(seen.logits, warmth) for warmth in (self.temperature, 1.0))
            best = np.argsort(-seen.logits, kind="stable")[:CANDIDATES].tolist()
            likely = [[i, self.vocabulary.seen(i), round(float(chances[i]), 4), round(float(own[i]), 4)] for i in best]
            keys_and_values = end.cache.transpose(0, 1, 2, 4, 3).reshape(*end.cache.shape[:2], -1, len(text))
            pictures = [colours(matrix) for both in keys_and_values for matrix in both]
            same = [a == b for a, b in zip(text, self.first, strict=False)]
            start = (*same, False).index(False)
            prompt = self.vocabulary.decode(list(text[:start]))
            whole = self.vocabulary.decode(list(text))
            with self.hold_sync():
                self.names = [self.vocabulary.seen(token) for token in text]
                self.start, self.text = start, [prompt, whole.removeprefix(prompt)]
                self.likely = likely
                self.others = [len(chances) - len(best), round(max(0.0, 1 - float(chances[best].sum())), 4)]
                self.weights = np.round(seen.weights.astype(float), 3).tolist()
                self.cache, self.rows = np.stack(pictures).tobytes(), len(pictures[0])
                self.said = self._sentence(place, likely[0], seen, end)

    def _sentence(self, place: int, first: list, seen: State, end: State) -> str:
        """Return what is seen now: what comes next, where one head looks, and what the cache holds."""
        block, head, most = np.unravel_index(seen.weights.argmax(), seen.weights.shape)
        name, of, share = self.names[place], self.names[most], seen.weights.max()
        said = f"After token {place + 1}, “{name}”: “{first[1]}” comes next with probability {first[2]:.2f}. "
        said += f"Head {head + 1} of block {block + 1} takes {share:.0%} from token {most + 1}, “{of}”. "
        columns, numbers = len(self.names), end.cache.size // len(self.names)
        said += f"The cache holds {columns} column{'s' * (columns > 1)} of {numbers} numbers, "
        said += f"{end.cache.nbytes / 1024:.1f} KB"
        return said + (": the text is full." if columns == self.length else "; the next token adds one.")

    def still(self) -> Image.Image:
        """Return what comes next, where the heads look, and the cache, as a figure."""
        pictures = np.frombuffer(self.cache, np.uint8).reshape(-1, len(self.names), 3)
        return text_figure(self.names, self.likely, np.array(self.weights), pictures)

    def __str__(self) -> str:
        return f"TextStepper: {''.join(self.names)}"


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(logits / temperature) in float64; at 0 all of it is the largest logit's."""
    if temperature == 0:
        return np.eye(len(logits))[logits.argmax()]
    powers = np.exp((logits.astype(np.float64) - logits.max()) / temperature)
    return powers / powers.sum()
