"""A network's memory: parameters and statistics, how they start, and what reading one means. Notebook 01.

Read parameter, init, scope, derived, in this order.
"""

from teachnn.parameters import init
from teachnn.parameters.derived import Derived
from teachnn.parameters.init import rng
from teachnn.parameters.parameter import (
    Change,
    Parameter,
    Statistic,
    Variable,
    change,
    changing,
    distinct,
    values_of,
)
from teachnn.parameters.scope import Around, Scope, current_scope

__all__ = [
    "Around",
    "Change",
    "Derived",
    "Parameter",
    "Scope",
    "Statistic",
    "Variable",
    "change",
    "changing",
    "current_scope",
    "distinct",
    "init",
    "rng",
    "values_of",
]
