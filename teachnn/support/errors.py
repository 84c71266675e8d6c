"""What an error says: who found it, what was expected, what came, and the cure."""

from __future__ import annotations

from typing import Any


class InputError(ValueError):
    """An input that does not fit: wrong shape, wrong kind of numbers, nothing at all, or NaN.

    >>> print(InputError("h (Dense)", "x of shape (N, 784)", "(128, 28, 28)", "put tn.Flatten() before it"))
    h (Dense): expected x of shape (N, 784), got (128, 28, 28); put tn.Flatten() before it
    """

    def __init__(self, who: str, expected: str, got: str, cure: str = "", origin: str = "") -> None:
        self.parts: tuple[str, str, str, str, str] = (who, expected, got, cure, origin)
        super().__init__(
            f"{who}: expected {expected}, got {got}"
            + (f", from {origin}" if origin else "")
            + (f"; {cure}" if cure else "")
        )

    def __reduce__(self) -> tuple[type[InputError], tuple[str, ...]]:
        return type(self), self.parts

    def coming_from(self, origin: str) -> InputError:
        """Return the same error, which also names the layer that computed the input, if it does not yet."""
        who, expected, got, cure, known = self.parts
        return type(self)(who, expected, got, cure, known or origin)


class InputTypeError(InputError, TypeError):
    """An input of the wrong type altogether: text for a number, a layer for its parameters."""


class named:  # read as a word: with named(layer)
    """Let an error that names nobody yet, as one from inside an operation, name `speaker`, which has a `who`."""

    __slots__ = ("speaker",)

    def __init__(self, speaker: Any) -> None:
        self.speaker = speaker  # each call of a layer comes here: the name is made up only for an error

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError) and not error.parts[0]:
            raise type(error)(self.speaker.who, *error.parts[1:]) from None


class ModeError(ValueError):
    """A train-mode layer inside a test function."""
