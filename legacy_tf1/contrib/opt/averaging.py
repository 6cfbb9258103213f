"""An optimizer that keeps moving averages of the weights, and a saver that writes those.

Source: tensorflow 1.15, contrib/opt/python/training/moving_average_optimizer.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = ["MovingAverageOptimizer"]


class MovingAverageOptimizer(tf.train.Optimizer):
    """Trains with `opt` and averages what it trains.

    Args:
        opt: the optimizer.
        average_decay, num_updates: as for tf.train.ExponentialMovingAverage.
        sequential_update: average after the update, not beside it.
    """

    def __init__(self, opt, average_decay=0.9999, num_updates=None, sequential_update=True):
        self._optimizer = opt
        self._ema = tf.train.ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._sequential_update = sequential_update
        self._twins = None  # variable name <-> name of its average

    def compute_gradients(self, *args, **kwargs):
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        grads_and_vars = list(grads_and_vars)
        train = self._optimizer.apply_gradients(grads_and_vars, global_step=global_step, name=name)
        trained = [var for grad, var in grads_and_vars if grad is not None]
        with tf.control_dependencies([train] if self._sequential_update else []):
            averaged = self._ema.apply(trained)
        pairs = [(var.op.name, self._ema.average(var).op.name) for var in trained]
        self._twins = dict(pairs + [(average, var) for var, average in pairs])
        return tf.group(train, averaged, name="train_with_avg")

    def swapping_saver(self, var_list=None, name="swapping_saver", **kwargs):
        """A Saver that writes each average under the name of its variable, and the other way round.

        Args:
            var_list: the variables, as for tf.train.Saver; all that there are now, where it is None.

        Raises:
            RuntimeError: nothing was minimized yet.
            ValueError: `var_list` holds a variable without its average.
        """
        if self._twins is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the swapping_saver")
        variables = tf.global_variables() if var_list is None else var_list
        if not isinstance(variables, dict):
            variables = {var.op.name: var for var in variables}
        return tf.train.Saver({key: self._twin(key, variables) for key in variables}, name=name, **kwargs)

    def _twin(self, key, variables):
        name = self._twins.get(key, key)
        if name not in variables:
            raise ValueError(
                f"Variable to swap {name} is not part of variables to save. This breaks MovingAverageOptimizer."
            )
        return variables[name]
