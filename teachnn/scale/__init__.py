"""Many machines: the same job for many settings, and one training function whose gradients come from many workers.

Both run on Dask (`pip install 'teachnn[scale]'`): on this machine's cores, or on the client that you hand over.
Read sending, cluster, table, in_folder, sweep; then shard and parallel; cost says when it pays.
"""

import importlib.util

if importlib.util.find_spec("distributed") is None:
    raise ImportError("tn.scale: expected the package distributed, got none; pip install 'teachnn[scale]'")

from teachnn.scale.cost import StepCost
from teachnn.scale.parallel import DataParallel
from teachnn.scale.sweep import grid, sweep
from teachnn.scale.table import Rows

__all__ = ["DataParallel", "Rows", "StepCost", "grid", "sweep"]
