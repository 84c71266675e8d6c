"""The arithmetic: each operation, and next to it how its gradient is computed. Notebook 02.

Read follow, trace, primitive, columns, arithmetic, frame, conv, pool, norm, noise, loss, pick, attention, recurrent.
"""

from teachnn.ops import loss as loss
from teachnn.ops.arithmetic import (
    affine,
    dense,
    leaky_relu,
    log_softmax,
    one_hot,
    relu,
    shift,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from teachnn.ops.attention import attention as attention, attention_weights as attention_weights
from teachnn.ops.classification import right_labels as right_labels
from teachnn.ops.columns import (
    by_columns as by_columns,
    column_sums,
    row_products as row_products,
    row_sums as row_sums,
)
from teachnn.ops.conv import convolve as convolve, convolve_transposed as convolve_transposed, correlate as correlate
from teachnn.ops.frame import crop as crop, pad as pad
from teachnn.ops.noise import gaussian_sample as gaussian_sample, mask as mask
from teachnn.ops.norm import batch_norm as batch_norm, moments as moments, row_norm as row_norm
from teachnn.ops.pick import rows as rows, stack as stack
from teachnn.ops.pool import average_pool as average_pool, max_pool as max_pool
from teachnn.ops.recurrent import gru_gates as gru_gates, gru_state as gru_state
from teachnn.ops.trace import (
    Node as Node,
    box as box,
    differentiate as differentiate,
    getval as getval,
    identity,
    isbox as isbox,
    run_boxed as run_boxed,
    skip_what_gradients_skip as skip_what_gradients_skip,
    stop_gradient,
    tracing as tracing,
)

__all__ = [
    "affine",
    "column_sums",
    "dense",
    "identity",
    "leaky_relu",
    "log_softmax",
    "one_hot",
    "relu",
    "shift",
    "sigmoid",
    "softmax",
    "softplus",
    "stop_gradient",
    "tanh",
]
