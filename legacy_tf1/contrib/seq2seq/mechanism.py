"""What all attention mechanisms share: the memory, its mask, and the alignments before the first step.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf
from tf_keras.src.layers.rnn.legacy_cells import _zero_state_tensors

__all__ = ["AttentionMechanism", "hardmax"]


def __dir__():
    return __all__


class AttentionMechanism:
    """What AttentionWrapper asks of every mechanism."""

    @property
    def alignments_size(self):
        """Length of the memory: an int, or a tensor where the graph does not know it."""
        raise NotImplementedError

    @property
    def state_size(self):
        """Size of the state that a mechanism carries from step to step."""
        raise NotImplementedError


class _BaseAttentionMechanism(AttentionMechanism):
    """Keys and values made of a memory (batch, time, ...), masked behind each example's length.

    Args:
        query_layer: a tf.layers layer that the mechanism may apply to its queries, or None.
        memory_layer: a tf.layers layer that makes the keys.
        probability_fn: (score, state) -> probabilities.
        custom_key_value_fn: (keys, values) -> (keys, values).

    Raises:
        TypeError: a layer is no layer, or `probability_fn` cannot be called.
        ValueError: an inner size of the memory is not known while the graph is built.
    """

    def __init__(
        self,
        query_layer,
        memory,
        probability_fn,
        memory_sequence_length=None,
        memory_layer=None,
        check_inner_dims_defined=True,
        score_mask_value=None,
        custom_key_value_fn=None,
        name=None,
    ):
        for layer, what in ((query_layer, "query_layer"), (memory_layer, "memory_layer")):
            if layer is not None and not isinstance(layer, tf.layers.Layer):
                raise TypeError(f"{what} must be a layer of tf.layers, not {type(layer).__name__}.")
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        self.dtype = memory_layer.dtype
        if not callable(probability_fn):
            raise TypeError(f"probability_fn must be a function, not {type(probability_fn).__name__}.")
        if score_mask_value is None:
            score_mask_value = tf.as_dtype(self.dtype).as_numpy_dtype(-np.inf)

        def probabilities(score, state):
            score = _maybe_mask_score(
                score, memory_sequence_length=memory_sequence_length, score_mask_value=score_mask_value
            )
            return probability_fn(score, state)

        self._probability_fn = probabilities
        with tf.name_scope(name, "BaseAttentionMechanismInit", tf.nest.flatten(memory)):
            self._values = _prepare_memory(
                memory,
                memory_sequence_length=memory_sequence_length,
                check_inner_dims_defined=check_inner_dims_defined,
            )
            self._keys = self.memory_layer(self._values) if self.memory_layer else self._values
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = size_of(self._keys, 0)
            self._alignments_size = size_of(self._keys, 1)

    @property
    def memory_layer(self):
        return self._memory_layer

    @property
    def query_layer(self):
        return self._query_layer

    @property
    def values(self):
        return self._values

    @property
    def keys(self):
        return self._keys

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def alignments_size(self):
        return self._alignments_size

    @property
    def state_size(self):
        return self._alignments_size

    def initial_alignments(self, batch_size, dtype):
        """Zeros (batch, time)."""
        return _zero_state_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        """The state before the first step: the first alignments."""
        return self.initial_alignments(batch_size, dtype)


def hardmax(logits, name=None):
    """One where the last axis has its (first) maximum, zero elsewhere."""
    with tf.name_scope(name, "Hardmax", [logits]):
        logits = tf.convert_to_tensor(logits, name="logits")
        depth = tf.compat.dimension_value(logits.get_shape()[-1])
        depth = tf.shape(logits)[-1] if depth is None else depth
        return tf.one_hot(tf.argmax(logits, -1), depth, dtype=logits.dtype)


def size_of(tensor, axis):
    """The static size of an axis, or a tensor with the dynamic one."""
    return tf.compat.dimension_value(tensor.shape[axis]) or tf.shape(tensor)[axis]


def _prepare_memory(memory, memory_sequence_length=None, memory_mask=None, check_inner_dims_defined=True):
    """The memory as tensors, with zeros where its lengths or its mask (batch, time) end."""
    memory = tf.nest.map_structure(lambda m: tf.convert_to_tensor(m, name="memory"), memory)
    _check_one_of(memory_sequence_length, memory_mask)
    if memory_sequence_length is not None:
        memory_sequence_length = tf.convert_to_tensor(memory_sequence_length, name="memory_sequence_length")
    if check_inner_dims_defined:
        for tensor in tf.nest.flatten(memory):
            if not tensor.get_shape()[2:].is_fully_defined():
                shape = tensor.get_shape()
                raise ValueError(
                    f"Behind batch and time, the memory {tensor.name} must have a known shape, not {shape}."
                )
    if memory_sequence_length is None and memory_mask is None:
        return memory
    first = tf.nest.flatten(memory)[0]
    if memory_sequence_length is None:
        mask = tf.cast(memory_mask, dtype=first.dtype)
    else:
        mask = tf.sequence_mask(memory_sequence_length, maxlen=tf.shape(first)[1], dtype=first.dtype)
    return tf.nest.map_structure(lambda m: _masked(m, mask), memory)


def _masked(tensor, mask):
    rank = tensor.get_shape().ndims
    rank = tf.rank(tensor) if rank is None else rank
    inner = tf.ones(rank - 2, dtype=tf.int32)
    return tensor * tf.reshape(mask, tf.concat((tf.shape(mask), inner), 0))


def _maybe_mask_score(score, memory_sequence_length=None, memory_mask=None, score_mask_value=None):
    """The score (batch, time), with `score_mask_value` where the memory has ended."""
    if memory_sequence_length is None and memory_mask is None:
        return score
    _check_one_of(memory_sequence_length, memory_mask)
    if memory_sequence_length is not None:
        positive = tf.assert_positive(memory_sequence_length, message="A memory_sequence_length is not positive.")
        with tf.control_dependencies([positive]):
            memory_mask = tf.sequence_mask(memory_sequence_length, maxlen=tf.shape(score)[1])
    return tf.where(memory_mask, score, score_mask_value * tf.ones_like(score))


def _check_one_of(memory_sequence_length, memory_mask):
    if memory_sequence_length is not None and memory_mask is not None:
        raise ValueError("The memory takes lengths or a mask, not both.")


def dense(units, name, dtype):
    """A linear map without bias, whose variable is NAME/kernel."""
    return tf.layers.Dense(units, name=name, use_bias=False, dtype=dtype)
