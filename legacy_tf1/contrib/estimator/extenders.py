"""Optimizers with a step of the program's own between computing gradients and applying them.

Source: tensorflow-estimator 1.15, contrib/estimator/python/estimator/extenders.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = ["clip_gradients_by_norm"]


def clip_gradients_by_norm(optimizer, clip_norm):
    """`optimizer`, its gradients clipped to a global norm before it applies them."""

    def clip(grads_and_vars):
        gradients, variables = zip(*grads_and_vars, strict=True)
        return list(zip(tf.clip_by_global_norm(gradients, clip_norm)[0], variables, strict=True))

    return _Transformed(optimizer, clip, name=f"ClipByNorm{optimizer.get_name()}")


class _Transformed(tf.train.Optimizer):
    """`optimizer`, but that `transform` changes its pairs of gradient and variable before they are applied."""

    def __init__(self, optimizer, transform, name=None):
        super().__init__(use_locking=False, name=name or optimizer.get_name())
        self._optimizer, self._transform = optimizer, transform

    def compute_gradients(self, *args, **kwargs):
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        return self._optimizer.apply_gradients(self._transform(grads_and_vars), global_step, name)

    def get_slot(self, *args, **kwargs):
        return self._optimizer.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs):
        return self._optimizer.get_slot_names(*args, **kwargs)

    def variables(self):
        return self._optimizer.variables()
