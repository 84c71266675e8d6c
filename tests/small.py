"""A small classifier with everything that a step moves, and what is looked at after one."""

import threading

import autograd.numpy as anp
import numpy as np
from autograd.tracer import trace_stack

import teachnn as tn
from teachnn.ops import tracing
from teachnn.parameters import changing

X = np.random.default_rng(0).standard_normal((16, 5)).astype(np.float32)
Y = np.arange(16) % 3


class Small:
    """A classifier with everything that a step moves: parameters, statistics, noise, the optimizer's memory."""

    def __init__(self, seed=0):
        self.rng = tn.rng(seed)
        self.net = tn.Sequential(
            tn.Dense.create("h", 5, 8, self.rng),
            tn.BatchNorm.create("bn", 8, mode="train"),
            tn.ReLU(),
            tn.Dropout(0.5, self.rng, mode="train"),
            tn.Dense.create("out", 8, 3, self.rng),
        )
        self.test_net = self.net.at("test")
        self.train = tn.TrainFunction(self.objective, self.net.parameters, tn.Adam(1e-2))
        self.classify = tn.TestFunction(lambda x: tn.ops.softmax(self.test_net(x)), name="classify")

    def objective(self, x, y):
        return {"error": tn.loss.cross_entropy(self.net(x), y), "size": 0.01 * anp.sum(self.net[0].W.value ** 2)}


def at_rest():
    """Whether nobody holds a lock, seen from another thread, and autograd's stack is empty."""
    free = []

    def look():
        for lock in (tracing, changing):
            free.append(lock.acquire(timeout=1))
            if free[-1]:
                lock.release()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return all(free) and trace_stack.top == -1
