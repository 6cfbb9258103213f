"""BasicDecoder: a cell, and a helper that turns its outputs into samples and next inputs.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/basic_decoder.py.
"""

from __future__ import annotations

import collections

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import assert_like_rnncell
from legacy_tf1.contrib.seq2seq.decoder import Decoder
from legacy_tf1.contrib.seq2seq.helper import Helper

__all__ = ["BasicDecoder", "BasicDecoderOutput"]


def __dir__():
    return __all__


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput", ("rnn_output", "sample_id"))):
    """One step's outputs, behind the output layer where there is one, and its samples."""


class BasicDecoder(Decoder):
    """Feeds the cell what the helper says, from `initial_state` on.

    Raises:
        TypeError: the cell, the helper or the output layer (of tf.layers) is of another kind.
    """

    def __init__(self, cell, helper, initial_state, output_layer=None):
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError(f"helper must be a Helper, not {type(helper)}.")
        if output_layer is not None and not isinstance(output_layer, tf.layers.Layer):
            raise TypeError(f"output_layer must be a layer of tf.layers, not {type(output_layer)}.")
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    def _rnn_output_size(self):
        return output_size(self._cell.output_size, self._output_layer)

    @property
    def output_size(self):
        return BasicDecoderOutput(rnn_output=self._rnn_output_size(), sample_id=self._helper.sample_ids_shape)

    @property
    def output_dtype(self):
        dtype = tf.nest.flatten(self._initial_state)[0].dtype
        outputs = tf.nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BasicDecoderOutput(outputs, self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        return *self._helper.initialize(), self._initial_state

    def step(self, time, inputs, state, name=None):
        with tf.name_scope(name, "BasicDecoderStep", (time, inputs, state)):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished


def output_size(size, layer):
    """The shape of one example's output: the cell's size, or what the output layer makes of it."""
    if layer is None:
        return size
    shapes = tf.nest.map_structure(lambda s: tf.TensorShape([None]).concatenate(s), size)
    return tf.nest.map_structure(lambda s: s[1:], layer.compute_output_shape(shapes))
