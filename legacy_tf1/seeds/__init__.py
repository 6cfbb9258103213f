"""TF 1.15's rule for op seeds, put back: the number of ops made so far in the graph.

TF 1.15 gives a random op without a seed of its own `graph._last_id` for a seed
(`python/framework/random_seed.py`); TF 2.21 counts the random ops of the graph instead. So the
same script with the same `tf.set_random_seed` starts from other weights. Inside `rule()` the op
seed is the id that TF 1.15 would have reached: the ops that TF 2.21 made, and for every call
that makes a different number of ops in the two versions, the difference.
"""

from __future__ import annotations

import contextlib

from legacy_tf1.seeds.counting import Drift, add, counted, last_id
from legacy_tf1.seeds.forward import FORWARD
from legacy_tf1.seeds.gradients import GRADIENTS, synchronized
from legacy_tf1.seeds.loops import drawing_in_order
from legacy_tf1.seeds.shuffles import fused

__all__ = ["DRIFTS", "Drift", "last_id", "rule"]

# TF 2.21's function -> the difference
DRIFTS: dict[str, Drift] = {**FORWARD, **GRADIENTS}


@contextlib.contextmanager
def rule():
    """Op seeds as in TF 1.15, for every caller of `random_seed.get_seed`, while the block runs."""
    from tensorflow.python.framework import random_seed

    # private, because the public get_seed is bound by name in many modules, and each of them reads
    # this one dictionary for the next op seed
    native, random_seed._graph_to_seed_dict = random_seed._graph_to_seed_dict, _Ids()
    try:
        with _refusals_counted(), drawing_in_order(), fused(), synchronized(), counted(DRIFTS):
            yield
    finally:
        random_seed._graph_to_seed_dict = native


class _Ids(dict):
    """In the place of TF 2.21's `{graph: next op seed}`: the seed is the graph's last id."""

    def setdefault(self, graph, first):
        return last_id(graph)

    def __getitem__(self, graph):
        return last_id(graph)

    def __setitem__(self, graph, seed):
        pass


@contextlib.contextmanager
def _refusals_counted():
    """In TF 1.15 an op takes its id before it is checked: one that is refused uses up an id too."""
    from tensorflow.python.framework import ops

    native = ops._create_c_op  # private: the step of `create_op` that refuses

    def create(graph, *args, **kwargs):
        try:
            return native(graph, *args, **kwargs)
        except Exception:
            add(graph, 1)
            raise

    ops._create_c_op = create
    try:
        yield
    finally:
        ops._create_c_op = native
