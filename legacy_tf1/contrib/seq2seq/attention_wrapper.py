"""AttentionWrapper: a cell that attends to one or several memories at every step.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py.
"""

from __future__ import annotations

import collections

import tensorflow.compat.v1 as tf
from tf_keras.src.layers.rnn.legacy_cells import _zero_state_tensors

from legacy_tf1.contrib.rnn.bases import RNNCell, assert_like_rnncell
from legacy_tf1.contrib.seq2seq.keras_mechanisms import _BaseAttentionMechanismV2
from legacy_tf1.contrib.seq2seq.mechanism import AttentionMechanism, dense, size_of
from legacy_tf1.contrib.seq2seq.shapes import with_same_shape

__all__ = ["AttentionWrapper", "AttentionWrapperState"]


def __dir__():
    return __all__


_FIELDS = ("cell_state", "attention", "time", "alignments", "alignment_history", "attention_state")

_MISFIT = (
    "The batch of the memory is not the batch of %s. Under a BeamSearchDecoder, memory and first states must be "
    "tiled with tf.contrib.seq2seq.tile_batch(..., multiplier=beam_width), and zero_state takes "
    "batch_size * beam_width. In AttentionWrapper "
)


class AttentionWrapperState(collections.namedtuple("AttentionWrapperState", _FIELDS)):
    """The wrapped cell's state, the last attention (batch, units), the step, and what each mechanism keeps."""

    def clone(self, **kwargs):
        """A copy with other fields: `zero_state(...).clone(cell_state=encoder_state)`.

        Raises:
            ValueError: a new tensor has another shape than the one it replaces.
        """

        def checked(old, new):
            if isinstance(old, tf.Tensor) and isinstance(new, tf.Tensor):
                return with_same_shape(old, new)
            return new

        return tf.nest.map_structure(checked, self, self._replace(**kwargs))


def _compute_attention(attention_mechanism, cell_output, attention_state, attention_layer):
    """-> (attention (batch, units), alignments (batch, time), the mechanism's next state)."""
    if isinstance(attention_mechanism, _BaseAttentionMechanismV2):
        alignments, next_state = attention_mechanism([cell_output, attention_state])
    else:
        alignments, next_state = attention_mechanism(cell_output, state=attention_state)
    context = tf.matmul(tf.expand_dims(alignments, 1), attention_mechanism.values)
    context = tf.squeeze(context, [1])
    if attention_layer is not None:
        context = attention_layer(tf.concat([cell_output, context], 1))
    return context, alignments, next_state


class AttentionWrapper(RNNCell):
    """One step: inputs and last attention make the cell's input, its output is the query of every mechanism.

    The attention is the context, or a linear map of output and context where `attention_layer_size` (or
    `attention_layer`) is given: one number (or layer) per mechanism. Several mechanisms come as a list, and
    their attentions are put side by side.

    Raises:
        TypeError: the cell, a mechanism or `cell_input_fn` is of another kind.
        ValueError: sizes or layers are not one per mechanism, or both are given.
    """

    def __init__(
        self,
        cell,
        attention_mechanism,
        attention_layer_size=None,
        alignment_history=False,
        cell_input_fn=None,
        output_attention=True,
        initial_cell_state=None,
        name=None,
        attention_layer=None,
        attention_fn=None,
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        mechanisms = attention_mechanism if self._is_multi else (attention_mechanism,)
        for mechanism in mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(f"attention_mechanism must be an AttentionMechanism, not {type(mechanism).__name__}.")
        if cell_input_fn is None:
            cell_input_fn = _inputs_and_attention
        elif not callable(cell_input_fn):
            raise TypeError(f"cell_input_fn must be a function, not {type(cell_input_fn).__name__}.")
        if attention_layer_size is not None and attention_layer is not None:
            raise ValueError("attention_layer_size and attention_layer exclude each other.")
        self._attention_layers, self._attention_layer_size = _layers(
            cell, mechanisms, attention_layer_size, attention_layer
        )
        self._attention_fn = attention_fn or _compute_attention
        self._cell = cell
        self._attention_mechanisms = mechanisms
        self._cell_input_fn = cell_input_fn
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        with tf.name_scope(name, "AttentionWrapperInit"):
            if initial_cell_state is not None:
                batch_size = size_of(tf.nest.flatten(initial_cell_state)[-1], 0)
                message = _MISFIT % "initial_cell_state" + self._base_name
                initial_cell_state = self._checked(batch_size, message, initial_cell_state, "check_initial_cell_state")
            self._initial_cell_state = initial_cell_state

    def _batch_size_checks(self, batch_size, error_message):
        return [
            tf.assert_equal(batch_size, mechanism.batch_size, message=error_message)
            for mechanism in self._attention_mechanisms
        ]

    def _checked(self, batch_size, message, tensors, name):
        """The tensors, which can be computed only where the batch sizes agree."""
        with tf.control_dependencies(self._batch_size_checks(batch_size, message)):
            return tf.nest.map_structure(lambda tensor: tf.identity(tensor, name=name), tensors)

    def _item_or_tuple(self, seq):
        """One entry per mechanism as a tuple; the entry itself where the mechanism came alone."""
        entries = tuple(seq)
        return entries if self._is_multi else entries[0]

    def _per_mechanism(self, field):
        return field if self._is_multi else [field]

    @property
    def output_size(self):
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        lengths = [mechanism.alignments_size for mechanism in self._attention_mechanisms]
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=tf.TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(lengths),
            attention_state=self._item_or_tuple(mechanism.state_size for mechanism in self._attention_mechanisms),
            alignment_history=self._item_or_tuple(length if self._alignment_history else () for length in lengths),
        )

    def zero_state(self, batch_size, dtype):
        with tf.name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            message = _MISFIT % "zero_state" + self._base_name
            cell_state = self._checked(batch_size, message, cell_state, "checked_cell_state")
            mechanisms = self._attention_mechanisms
            alignments = [mechanism.initial_alignments(batch_size, dtype) for mechanism in mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state,
                time=tf.zeros([], dtype=tf.int32),
                attention=_zero_state_tensors(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                attention_state=self._item_or_tuple(
                    mechanism.initial_state(batch_size, dtype) for mechanism in mechanisms
                ),
                alignment_history=self._item_or_tuple(
                    _history(dtype, first) if self._alignment_history else () for first in alignments
                ),
            )

    def call(self, inputs, state):
        """Inputs (batch, n) -> (attention or cell output, next state).

        Raises:
            TypeError: the state is no AttentionWrapperState.
        """
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(f"The state must be an AttentionWrapperState, not {type(state)}.")
        cell_output, cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        message = _MISFIT % "the cell's output" + self.name
        cell_output = self._checked(size_of(cell_output, 0), message, cell_output, "checked_cell_output")
        attentions, alignments, states, histories = [], [], [], []
        for k, mechanism in enumerate(self._attention_mechanisms):
            attention, alignment, next_state = self._attention_fn(
                mechanism,
                cell_output,
                self._per_mechanism(state.attention_state)[k],
                self._attention_layers[k] if self._attention_layers else None,
            )
            history = ()
            if self._alignment_history:
                history = self._per_mechanism(state.alignment_history)[k].write(state.time, alignment)
            attentions.append(attention)
            alignments.append(alignment)
            states.append(next_state)
            histories.append(history)
        attention = tf.concat(attentions, 1)
        next_state = AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._item_or_tuple(states),
            alignments=self._item_or_tuple(alignments),
            alignment_history=self._item_or_tuple(histories),
        )
        return attention if self._output_attention else cell_output, next_state


def _inputs_and_attention(inputs, attention):
    return tf.concat([inputs, attention], -1)


def _history(dtype, alignments):
    return tf.TensorArray(dtype, size=0, dynamic_size=True, element_shape=alignments.shape)


def _layers(cell, mechanisms, sizes, layers):
    """One attention layer per mechanism, or None; and the width of all attentions together."""
    if sizes is not None:
        sizes = tuple(sizes) if isinstance(sizes, (list, tuple)) else (sizes,)
        _check_count("attention_layer_size", sizes, mechanisms)
        made = (dense(size, "attention_layer", mechanism.dtype) for size, mechanism in zip(sizes, mechanisms))
        return tuple(made), sum(sizes)
    widths = [tf.compat.dimension_value(mechanism.values.shape[-1]) for mechanism in mechanisms]
    if layers is None:
        return None, sum(widths)
    layers = tuple(layers) if isinstance(layers, (list, tuple)) else (layers,)
    _check_count("attention_layer", layers, mechanisms)
    shapes = [layer.compute_output_shape([None, cell.output_size + width]) for layer, width in zip(layers, widths)]
    return layers, sum(tf.compat.dimension_value(shape[-1]) for shape in shapes)


def _check_count(what, given, mechanisms):
    if len(given) != len(mechanisms):
        raise ValueError(f"{what} has {len(given)} entries for {len(mechanisms)} attention mechanisms.")
