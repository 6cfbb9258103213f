"""What models and input functions share: a dense layer of two variables, and times or steps as times.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/model_utils.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.timeseries.feature_keys import FilteringResults

__all__ = ["canonicalize_times_or_steps_from_output", "fully_connected", "parameter_switch"]


def fully_connected(inp, inp_size, layer_size, name, activation=tf.nn.relu, dtype=tf.float32):
    """(batch, inp_size) to (batch, layer_size), with the variables `<name>_weight` and `<name>_bias`."""
    weight = tf.get_variable(f"{name}_weight", [inp_size, layer_size], dtype)
    bias = tf.get_variable(f"{name}_bias", [layer_size], initializer=tf.zeros_initializer())
    output = tf.nn.xw_plus_b(inp, weight, bias)
    return output if activation is None else activation(output)


def parameter_switch(parameter_overrides):
    """A function that evaluates a tensor, or what `parameter_overrides` has in its place."""

    def evaluated(parameter):
        # by identity: a dict would ask tensors whether they are equal, which here makes an op
        chosen = next((value for key, value in parameter_overrides.items() if key is parameter), parameter)
        return tf.convert_to_tensor(chosen).eval()

    return evaluated


def canonicalize_times_or_steps_from_output(times, steps, previous_model_output):
    """The times (batch, window) to predict at, given as they are or as a number of steps after the last output.

    Raises:
        ValueError: both or neither are given, or the times are of another batch, or not after the output.
    """
    if (steps is None) == (times is None):
        raise ValueError(
            "Only one of `steps` and `times` may be specified."
            if steps is not None
            else "One of `steps` and `times` must be specified."
        )
    ends = previous_model_output[FilteringResults.TIMES][:, -1:]
    if steps is not None:
        return ends + 1 + np.arange(steps)[None, ...]
    times = np.array(times)
    times = times if times.ndim == 2 else times[None, ...]
    if len(ends) != len(times):
        raise ValueError(
            f"`times` has a batch of {len(times)} where the previous model output has one of {len(ends)}; "
            "they must be the same."
        )
    if not (ends[:, 0] < times[:, 0]).all():
        raise ValueError("Prediction times must be after the corresponding previous model output.")
    return times
