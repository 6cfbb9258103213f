"""`tf.contrib.training.weighted_resample` and `resample_at_rate`: rows more or less often, as their rates say.

Source: tensorflow 1.15, contrib/training/python/training/resample.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.training import moving_averages

__all__ = ["resample_at_rate", "weighted_resample"]


def resample_at_rate(inputs, rates, scope=None, seed=None, back_prop=False):
    """A list like `inputs` in which row k stands n times, n drawn from Poisson(rates[k]).

    Args:
        inputs: list of (rows, ...).
        rates: (rows,).
        back_prop: kept for TF1's sake; indices have no gradient.
    """
    with tf.name_scope(scope, default_name="resample_at_rate", values=[*inputs, rates]):
        rates = tf.convert_to_tensor(rates, name="rates")
        counts = tf.cast(tf.random_poisson(rates, (), rates.dtype, seed=seed), tf.int32)
        rows = tf.repeat(tf.range(tf.size(counts)), counts)
        rows = rows if back_prop else tf.stop_gradient(rows)
        return [tf.gather(x, rows) for x in inputs]


def weighted_resample(inputs, weights, overall_rate, scope=None, mean_decay=0.999, seed=None):
    """(a list like `inputs`, the rates): rows as often as their weights, `overall_rate` times as many on average.

    The mean weight is estimated over the runs, in the local variable `estimated_mean`.
    """
    with tf.name_scope(scope, "weighted_resample", inputs) as whole:
        with tf.variable_scope(scope, "estimate_mean", inputs):
            estimated = tf.get_local_variable(
                "estimated_mean", initializer=tf.cast(0, weights.dtype), dtype=weights.dtype
            )
            mean = moving_averages.assign_moving_average(estimated, tf.reduce_mean(weights), mean_decay)
        rates = weights * overall_rate / mean
        rates_of_rows, *rows = resample_at_rate([rates, *inputs], rates, scope=whole, seed=seed)
        return rows, rates_of_rows
