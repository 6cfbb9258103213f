"""Logarithms of densities.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/math_utils.py.
"""

from __future__ import annotations

import math

import tensorflow.compat.v1 as tf

__all__ = ["cauchy_log_prob", "normal_log_prob"]


def normal_log_prob(loc, scale, x):
    """Of a normal distribution, except that `log(scale)` counts half, as in TF 1.15."""
    z = (x - loc) / scale
    return -0.5 * (tf.square(z) + math.log(2.0 * math.pi) + tf.log(scale))


def cauchy_log_prob(loc, scale, x):
    """Of a Cauchy distribution."""
    z = (x - loc) / scale
    return -math.log(math.pi) - tf.log(scale) - tf.log1p(tf.square(z))
