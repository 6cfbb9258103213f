"""BeamSearchDecoder: the beams of every example are rows of the cell's batch.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/beam_search_decoder.py.
"""

from __future__ import annotations

import collections

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util

from legacy_tf1.contrib.rnn.bases import assert_like_rnncell
from legacy_tf1.contrib.seq2seq.basic_decoder import output_size
from legacy_tf1.contrib.seq2seq.beam_scores import get_attention_probs
from legacy_tf1.contrib.seq2seq.beam_search_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    _beam_search_step,
)
from legacy_tf1.contrib.seq2seq.beams import (
    _check_batch_beam,
    _check_ndims,
    _check_static_batch_beam_maybe,
    gather_tree_from_array,
    warn,
)
from legacy_tf1.contrib.seq2seq.decoder import Decoder
from legacy_tf1.contrib.seq2seq.gather_tree import gather_tree
from legacy_tf1.contrib.seq2seq.sampling import embedding_function

__all__ = ["BeamSearchDecoder", "FinalBeamSearchDecoderOutput"]


def __dir__():
    return __all__


class FinalBeamSearchDecoderOutput(
    collections.namedtuple("FinalBeamDecoderOutput", ["predicted_ids", "beam_search_decoder_output"])
):
    """Whole beams (batch, time, beams), best first, and the outputs of the steps that they were read from."""


class BeamSearchDecoderMixin:
    """The search itself; the two decoders differ in where start tokens and first state come from.

    Raises:
        TypeError: the cell is no cell, or the output layer no layer.
    """

    def __init__(
        self,
        cell,
        beam_width,
        output_layer=None,
        length_penalty_weight=0.0,
        coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
        **kwargs,
    ):
        assert_like_rnncell("cell", cell)
        if output_layer is not None and not isinstance(output_layer, tf.keras.layers.Layer):
            raise TypeError(f"output_layer must be a layer, not {type(output_layer)}.")
        self._cell = cell
        self._output_layer = output_layer
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._start_tokens = None
        self._end_token = None
        self._batch_size = None
        self._beam_width = beam_width
        self._length_penalty_weight = length_penalty_weight
        self._coverage_penalty_weight = coverage_penalty_weight
        super().__init__(**kwargs)

    @property
    def batch_size(self):
        return self._batch_size

    def _rnn_output_size(self):
        return output_size(self._cell.output_size, self._output_layer)

    @property
    def tracks_own_finished(self):
        """True: beams change places, so that only the search knows which of them are finished."""
        return True

    @property
    def output_size(self):
        beams = tf.TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=beams, predicted_ids=beams, parent_ids=beams)

    def finalize(self, outputs, final_state, sequence_lengths):
        """Outputs (time, batch, beams) -> FinalBeamSearchDecoderOutput; the lengths are those of the state."""
        longest = tf.cast(tf.reduce_max(final_state.lengths, axis=1), tf.int32)
        predicted_ids = gather_tree(
            outputs.predicted_ids, outputs.parent_ids, max_sequence_lengths=longest, end_token=self._end_token
        )
        if self._reorder_tensor_arrays:
            cell_state = tf.nest.map_structure(
                lambda t: self._maybe_sort_array_beams(t, outputs.parent_ids, final_state.lengths),
                final_state.cell_state,
            )
            final_state = final_state._replace(cell_state=cell_state)
        return FinalBeamSearchDecoderOutput(
            beam_search_decoder_output=outputs, predicted_ids=predicted_ids
        ), final_state

    def step(self, time, inputs, state, name=None):
        """Inputs (batch, beams, n) -> (outputs, next state, next inputs, finished (batch, beams))."""
        with tf.name_scope(name, "BeamSearchDecoderStep", (time, inputs, state)):
            sizes = self._cell.state_size
            inputs = tf.nest.map_structure(lambda t: self._merge_batch_beams(t, s=t.shape[2:]), inputs)
            cell_state = tf.nest.map_structure(self._maybe_merge_batch_beams, state.cell_state, sizes)
            logits, cell_state = self._cell(inputs, cell_state)
            logits = tf.nest.map_structure(lambda out: self._split_batch_beams(out, out.shape[1:]), logits)
            cell_state = tf.nest.map_structure(self._maybe_split_batch_beams, cell_state, sizes)
            if self._output_layer is not None:
                logits = self._output_layer(logits)
            outputs, state = _beam_search_step(
                time=time,
                logits=logits,
                next_cell_state=cell_state,
                beam_state=state,
                batch_size=self._batch_size,
                beam_width=self._beam_width,
                end_token=self._end_token,
                length_penalty_weight=self._length_penalty_weight,
                coverage_penalty_weight=self._coverage_penalty_weight,
            )
            next_inputs = tf.cond(
                tf.reduce_all(state.finished),
                lambda: self._start_inputs,
                lambda: self._embedding_fn(outputs.predicted_ids),
            )
        return outputs, state, next_inputs, state.finished

    def _merge_batch_beams(self, t, s=None):
        """(batch, beams, *s) -> (batch * beams, *s)."""
        s = _static(s)
        shape = tf.shape(t)
        batch = tensor_util.constant_value(self._batch_size)
        merged = tf.reshape(t, tf.concat(([self._batch_size * self._beam_width], shape[2:]), 0))
        rows = None if batch is None else batch * self._beam_width
        merged.set_shape(tf.TensorShape([rows]).concatenate(s))
        return merged

    def _split_batch_beams(self, t, s=None):
        """(batch * beams, *s) -> (batch, beams, *s).

        Raises:
            ValueError: the rows are not as many as that, as far as the graph knows.
        """
        s = _static(s)
        shape = tf.shape(t)
        split = tf.reshape(t, tf.concat(([self._batch_size, self._beam_width], shape[1:]), 0))
        wanted = tf.TensorShape([tensor_util.constant_value(self._batch_size), self._beam_width]).concatenate(s)
        if not split.shape.is_compatible_with(wanted):
            raise ValueError(
                f"Split into beams, {t.name} has the shape {split.shape}; (batch, beams, ...) is {wanted}. "
                f"The first state must be made with batch_size * beam_width."
            )
        split.set_shape(wanted)
        return split

    def _maybe_split_batch_beams(self, t, s):
        """The same; arrays of steps and scalars stay as they are."""
        if isinstance(t, tf.TensorArray):
            return t
        _check_ndims(t)
        return self._split_batch_beams(t, s) if t.shape.ndims >= 1 else t

    def _maybe_merge_batch_beams(self, t, s):
        """The same; arrays of steps, vectors and scalars stay as they are."""
        if isinstance(t, tf.TensorArray):
            return t
        _check_ndims(t)
        return self._merge_batch_beams(t, s) if t.shape.ndims >= 2 else t

    def _maybe_sort_array_beams(self, t, parent_ids, sequence_length):
        """An array of steps, such as an alignment history, as a tensor in the order of the final beams."""
        if not isinstance(t, tf.TensorArray):
            return t
        shape = t.element_shape
        if shape.ndims is None or shape.ndims < 1:
            warn(f"the array {t.handle.name} stays unordered: its elements' shape is {shape}, not (batch, ...).")
            return t
        batch_size = tensor_util.constant_value(self._batch_size)
        if not _check_static_batch_beam_maybe(shape, batch_size, self._beam_width):
            return t
        t = t.stack()
        with tf.control_dependencies([_check_batch_beam(t, self._batch_size, self._beam_width)]):
            return gather_tree_from_array(t, parent_ids, sequence_length)

    def _start(self, start_tokens, end_token, initial_state):
        """Take what a search starts from; the embedding must be known by now."""
        self._start_tokens = tf.convert_to_tensor(start_tokens, dtype=tf.int32, name="start_tokens")
        if self._start_tokens.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector, one token per example.")
        self._end_token = tf.convert_to_tensor(end_token, dtype=tf.int32, name="end_token")
        if self._end_token.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar.")
        self._batch_size = tf.size(start_tokens)
        self._initial_cell_state = tf.nest.map_structure(
            self._maybe_split_batch_beams, initial_state, self._cell.state_size
        )
        self._start_tokens = tf.tile(tf.expand_dims(self._start_tokens, 1), [1, self._beam_width])
        self._start_inputs = self._embedding_fn(self._start_tokens)
        self._finished = tf.one_hot(
            tf.zeros([self._batch_size], dtype=tf.int32),
            depth=self._beam_width,
            on_value=False,
            off_value=True,
            dtype=tf.bool,
        )

    def _first(self):
        """(finished, inputs, state) before the first step: one beam lives, the others have probability zero."""
        dtype = self._cell_dtype()
        log_probs = tf.one_hot(
            tf.zeros([self._batch_size], dtype=tf.int32),
            depth=self._beam_width,
            on_value=tf.convert_to_tensor(0.0, dtype=dtype),
            off_value=tf.convert_to_tensor(-np.inf, dtype=dtype),
            dtype=dtype,
        )
        attention = get_attention_probs(self._initial_cell_state, self._coverage_penalty_weight)
        state = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=log_probs,
            finished=self._finished,
            lengths=tf.zeros([self._batch_size, self._beam_width], dtype=tf.int64),
            accumulated_attention_probs=() if attention is None else attention,
        )
        return self._finished, self._start_inputs, state

    def _cell_dtype(self):
        return tf.nest.flatten(self._initial_cell_state)[0].dtype

    @property
    def output_dtype(self):
        dtype = self._cell_dtype()
        scores = tf.nest.map_structure(lambda _: dtype, self._rnn_output_size())
        return BeamSearchDecoderOutput(scores=scores, predicted_ids=tf.int32, parent_ids=tf.int32)


class BeamSearchDecoder(BeamSearchDecoderMixin, Decoder):
    """Searches the best sequences; `initial_state` has batch_size * beam_width rows (see `tile_batch`).

    Raises:
        TypeError: the cell is no cell, or the output layer no layer.
        ValueError: `start_tokens` is not a vector, `end_token` not a scalar, or the state has other rows.
    """

    def __init__(
        self,
        cell,
        embedding,
        start_tokens,
        end_token,
        initial_state,
        beam_width,
        output_layer=None,
        length_penalty_weight=0.0,
        coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
    ):
        super().__init__(
            cell,
            beam_width,
            output_layer=output_layer,
            length_penalty_weight=length_penalty_weight,
            coverage_penalty_weight=coverage_penalty_weight,
            reorder_tensor_arrays=reorder_tensor_arrays,
        )
        self._embedding_fn = embedding_function(embedding)
        self._start(start_tokens, end_token, initial_state)

    def initialize(self, name=None):
        return self._first()


def _static(shape):
    """A shape given as a tensor, a number or a list."""
    return tf.TensorShape(tensor_util.constant_value(shape) if tf.is_tensor(shape) else shape)
