"""DynamicRNN and BidirectionalRNN: tf.nn.dynamic_rnn and tf.nn.bidirectional_dynamic_rnn as Keras layers.

Past the end of a row outputs are zero and the state is copied through, so that
the final state is the one after the row's last step. This is keras.layers.RNN
with a right-padded mask and `zero_output_for_mask`; run backwards, the padding
comes first and leaves the first state as it is, which is what TF1's
reverse_sequence achieves.

Source: tensorflow 1.15 python/ops/rnn.py.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers import state
from keras_port.layers.dropout import DropoutWrapper


def sequence_mask(sequence_length, time):
    """(batch,) lengths -> (batch, time) bool: the mask that Keras's recurrent layers take."""
    lengths = ops.reshape(ops.cast(sequence_length, "int32"), (-1, 1))
    return ops.arange(time, dtype="int32") < lengths


@keras.saving.register_keras_serializable(package="keras_port")
class DynamicRNN(keras.layers.Layer):
    """A cell over time: (batch, time, inputs) -> (batch, time, units).

    With `time_major` the first two axes are swapped in inputs and outputs.
    With `return_state` the call returns (outputs, *state), the state's parts
    in Keras's order ([h, c]), nested where the cell's state is.

    Call arguments beside the sequences:
        sequence_length: (batch,), the number of steps of each row.
        initial_state: as the returned state; None is zeros.
        keep_prob: a number or a tensor (batch,), for cells whose keep
            probability is "fed" (see DropoutWrapper).
        mask: bool, laid out as the sequences are, so (time, batch) with
            `time_major`, as a Masking layer before this one makes it; True
            where a row has a step. `sequence_length` goes before it.
    """

    def __init__(self, cell, *, return_state=False, time_major=False, go_backwards=False, unroll=False, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell
        self.return_state = return_state
        self.time_major = time_major
        self.go_backwards = go_backwards
        self.unroll = unroll
        self.supports_masking = True
        self.rnn = keras.layers.RNN(
            cell,
            return_sequences=True,
            return_state=True,
            go_backwards=go_backwards,
            unroll=unroll,
            zero_output_for_mask=True,
            dtype=self.dtype_policy,
            name="rnn",
        )

    def build(self, sequences_shape):
        self.rnn.build(self._swapped(sequences_shape))
        self.built = True

    def call(self, sequences, sequence_length=None, initial_state=None, keep_prob=None, mask=None, training=False):
        sequences = self._batch_major(sequences)
        mask = None if mask is None else self._batch_major(mask)
        if sequence_length is not None:
            mask = sequence_mask(sequence_length, ops.shape(sequences)[1])
        if initial_state is not None:
            fresh = state.initial(self.cell, ops.shape(sequences)[0])
            initial_state = state.completed(initial_state, fresh, state.kinds(self.cell))
        with _fed(self.cell, keep_prob):
            outputs, *final = self.rnn(sequences, initial_state=initial_state, mask=mask, training=training)
        outputs = self._batch_major(self._in_time_order(outputs, mask))
        return (outputs, *state.visible(final, state.kinds(self.cell))) if self.return_state else outputs

    def _in_time_order(self, outputs, mask):
        """What stood at a step stands there again, and padding is zero.

        (Unrolled loops of Keras leave the padding as it is on JAX.)
        """
        if self.go_backwards:
            outputs = ops.flip(outputs, axis=1)
        if mask is None or not self.unroll:
            return outputs
        return ops.where(ops.expand_dims(mask, -1), outputs, ops.zeros_like(outputs))

    def _batch_major(self, x):
        return ops.swapaxes(x, 0, 1) if self.time_major else x

    def _swapped(self, shape):
        return (shape[1], shape[0], *shape[2:]) if self.time_major else tuple(shape)

    def compute_output_spec(self, sequences, *args, **options):
        outputs = (*sequences.shape[:2], state.width(self.cell))
        batch = sequences.shape[1 if self.time_major else 0]
        sizes = state.visible(_nested_sizes(self.cell), state.kinds(self.cell))

        def spec(size):
            if isinstance(size, list):
                return [spec(inner) for inner in size]
            return keras.KerasTensor((batch, size), dtype=self.compute_dtype)

        first = keras.KerasTensor(outputs, dtype=self.compute_dtype)
        return (first, *spec(sizes)) if self.return_state else first

    def compute_mask(self, sequences, mask=None):
        return (mask, *[None for _ in state.sizes(self.cell)]) if self.return_state else mask

    def get_config(self):
        names = ("return_state", "time_major", "go_backwards", "unroll")
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        cell = keras.saving.deserialize_keras_object(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)


def _nested_sizes(cell) -> list:
    """The cell's state size, nested as its kinds are."""

    def nested(size, kind):
        if isinstance(kind, str):
            return size
        return [nested(s, k) for s, k in zip(state.listed(size), kind, strict=True)]

    return nested(state.sizes(cell), state.kinds(cell))


class _fed:
    """While it lasts, the cell's DropoutWrappers see the fed keep probability."""

    def __init__(self, cell, keep_prob):
        self.wrappers = [found for found in state.cells_in(cell) if isinstance(found, DropoutWrapper)]
        if keep_prob is not None and not isinstance(keep_prob, (int, float)):
            keep_prob = ops.convert_to_tensor(keep_prob)
            keep_prob = ops.reshape(keep_prob, (-1, 1)) if len(keep_prob.shape) else keep_prob
        self.keep_prob = keep_prob

    def __enter__(self):
        for wrapper in self.wrappers:
            wrapper.fed = self.keep_prob

    def __exit__(self, *_):
        for wrapper in self.wrappers:
            wrapper.fed = None


@keras.saving.register_keras_serializable(package="keras_port")
class BidirectionalRNN(keras.layers.Layer):
    """One cell forwards and one backwards, each row from its own end.

    Returns the two outputs as TF1 does, or, with merge_mode "concat", side by
    side; with `return_state` then [forward state], [backward state].
    `initial_state` is such a pair of states.
    """

    def __init__(self, forward_cell, backward_cell, *, merge_mode=None, return_state=False, time_major=False, **kwargs):
        super().__init__(**kwargs)
        if merge_mode not in (None, "concat"):
            raise ValueError(f"BidirectionalRNN: merge_mode is {merge_mode!r}, but must be None or 'concat'")
        self.forward_cell = forward_cell
        self.backward_cell = backward_cell
        self.merge_mode = merge_mode
        self.return_state = return_state
        self.time_major = time_major
        self.supports_masking = True
        options = {"return_state": True, "time_major": time_major, "dtype": self.dtype_policy}
        self.forward_layer = DynamicRNN(forward_cell, name="forward", **options)
        self.backward_layer = DynamicRNN(backward_cell, name="backward", go_backwards=True, **options)

    def build(self, sequences_shape):
        self.forward_layer.build(sequences_shape)
        self.backward_layer.build(sequences_shape)
        self.built = True

    def call(self, sequences, sequence_length=None, initial_state=None, keep_prob=None, mask=None, training=False):
        starts = (None, None) if initial_state is None else initial_state
        given = {"sequence_length": sequence_length, "keep_prob": keep_prob, "mask": mask, "training": training}
        (ahead, *ahead_state), (back, *back_state) = (
            direction(sequences, initial_state=start, **given)
            for direction, start in zip((self.forward_layer, self.backward_layer), starts, strict=True)
        )
        outputs = (ahead, back) if self.merge_mode is None else ops.concatenate([ahead, back], axis=-1)
        return (outputs, ahead_state, back_state) if self.return_state else outputs

    def compute_output_spec(self, sequences, *args, **options):
        (ahead, *ahead_state), (back, *back_state) = (
            direction.compute_output_spec(sequences) for direction in (self.forward_layer, self.backward_layer)
        )
        outputs = ahead, back
        if self.merge_mode == "concat":
            shape = (*ahead.shape[:-1], ahead.shape[-1] + back.shape[-1])
            outputs = keras.KerasTensor(shape, dtype=self.compute_dtype)
        return (outputs, ahead_state, back_state) if self.return_state else outputs

    def compute_mask(self, sequences, mask=None):
        return None

    def get_config(self):
        names = ("merge_mode", "return_state", "time_major")
        cells = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in _CELLS}
        return {**super().get_config(), **cells, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        cells = [keras.saving.deserialize_keras_object(config.pop(name), custom_objects) for name in _CELLS]
        return cls(*cells, **config)


_CELLS = ("forward_cell", "backward_cell")
