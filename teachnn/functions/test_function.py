"""A test function uses parameters: it computes an output from an input, and changes nothing. Notebook 03.

    classify = TestFunction(lambda x: softmax(test_net(x)))     classify(x) is plain numpy in, plain numpy out

Any thread may call it: it sees the parameters of one whole step even while another thread trains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from teachnn.functions.scopes import TestScope, Unseen
from teachnn.graphs import Graph, as_inputs, check_modes, check_state, graph_of, name_of, outputs_of, owned
from teachnn.parameters import Variable, changing, current_scope, values_of
from teachnn.support import Mode, name_given

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

R = TypeVar("R")


class TestFunction(Generic[R]):
    """One call computes an output from an input, given the parameters. It changes nothing, and any thread may call it.

    function: any Python function of arrays that returns arrays. modes: the modes that its layers may be in; ask for
    ("test", "train") to keep dropout's noise or the batch's statistics on purpose. Floats are taken as float32.
    state: the names of what belongs to one text or series alone, ("cache",) say: it goes in by an input of that name,
    if there is one, and comes out as the last of the outputs. It is drawn as such, and neither saved nor trained.
    Raises ModeError for a layer in another mode, InputError for inputs that do not fit.
    """

    __test__ = False  # pytest: not a class of tests

    def __init__(
        self,
        function: Callable[..., R],
        *,
        modes: Sequence[Mode] = ("test",),
        state: Sequence[str] = (),
        name: str = "",
    ) -> None:
        self.name: str = name_given("TestFunction", name or name_of(function, "test function"))
        self.who: str = f"{self.name} (TestFunction)"
        self.function: Callable[..., R] = function
        self.modes: tuple[Mode, ...] = check_modes(self.who, modes)
        self.state: tuple[str, ...] = check_state(self.who, state)
        self._reads: tuple[Variable, ...] | None = None  # known once it was called

    def __call__(self, *inputs: ArrayLike) -> R:
        """Return function(*inputs)."""
        nested = current_scope().nested(self.who, self.modes)
        if nested is not None:
            return nested.run(self.function, *inputs)
        inputs = as_inputs(self.who, self.function, inputs, finite=True)
        try:
            output = self._read(inputs)
        except Unseen:  # no step may end while it finds out what it reads
            with changing:
                scope = TestScope(self.who, self.modes, None)
                output = scope.run(self.function, *inputs)
                self._reads = tuple(dict.fromkeys((*(self._reads or ()), *scope.read_now)))
        outputs_of(self.who, output, self.state)  # rejects anything but arrays
        return owned(output, inputs)

    def _read(self, inputs: Sequence[Any]) -> R:
        """Return function(*inputs), given its variables as they stand now; raises Unseen if it reads one more."""
        if self._reads is None:
            raise Unseen
        return TestScope(self.who, self.modes, values_of(self._reads)).run(self.function, *inputs)

    def graph(self, *inputs: ArrayLike) -> Graph:
        """Return what the function computes for this input; nothing changes."""
        inputs = as_inputs(self.who, self.function, inputs, finite=True)
        return graph_of(self, self.function, inputs, "test", self.modes, state=self.state)

    def __repr__(self) -> str:
        return f"TestFunction({self.name}, modes={self.modes})"
