"""Decoder and BaseDecoder, the interfaces of all decoders, and dynamic_decode, the loop that runs one.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/decoder.py.
"""

from __future__ import annotations

import abc

import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util
from tensorflow.python.ops import control_flow_util
from tf_keras.src.layers.rnn.legacy_cells import _zero_state_tensors

from legacy_tf1.contrib.seq2seq.sampling import _transpose_batch_time

__all__ = ["Decoder", "dynamic_decode"]


def __dir__():
    return __all__


class Decoder(abc.ABC):
    """What dynamic_decode asks: sizes and dtypes of the outputs, the first inputs, and a step."""

    @property
    def batch_size(self):
        """A scalar int32 tensor."""
        raise NotImplementedError

    @property
    def output_size(self):
        """The shapes of one example's outputs: TensorShapes or numbers, nested as the outputs are."""
        raise NotImplementedError

    @property
    def output_dtype(self):
        """The dtypes of the outputs, nested as they are."""
        raise NotImplementedError

    @abc.abstractmethod
    def initialize(self, name=None):
        """-> (finished (batch,), first inputs, first state)."""
        raise NotImplementedError

    @abc.abstractmethod
    def step(self, time, inputs, state, name=None):
        """-> (outputs, next state, next inputs, finished (batch,))."""
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        """What the loop's outputs (time, batch, ...) and last state become; by default they stay as they are."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        """Whether `finished` of a step is the whole truth; if not, an example once finished stays so."""
        return False


class BaseDecoder(tf.keras.layers.Layer):
    """A decoder that is a Keras layer: its tensors come with the call, the options of the loop with the object."""

    def __init__(
        self,
        output_time_major=False,
        impute_finished=False,
        maximum_iterations=None,
        parallel_iterations=32,
        swap_memory=False,
        **kwargs,
    ):
        self.output_time_major = output_time_major
        self.impute_finished = impute_finished
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self.swap_memory = swap_memory
        super().__init__(**kwargs)

    def call(self, inputs, initial_state=None, **kwargs):
        """What dynamic_decode returns; further arguments go to `initialize`."""
        return self._decode(inputs, {**kwargs, "initial_state": initial_state})

    def _decode(self, inputs, options):
        return dynamic_decode(
            self,
            output_time_major=self.output_time_major,
            impute_finished=self.impute_finished,
            maximum_iterations=self.maximum_iterations,
            parallel_iterations=self.parallel_iterations,
            swap_memory=self.swap_memory,
            decoder_init_input=inputs,
            decoder_init_kwargs=options,
        )

    @property
    def batch_size(self):
        raise NotImplementedError

    @property
    def output_size(self):
        raise NotImplementedError

    @property
    def output_dtype(self):
        raise NotImplementedError

    def initialize(self, inputs, initial_state=None, **kwargs):
        raise NotImplementedError

    def step(self, time, inputs, state):
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        return False


def dynamic_decode(
    decoder,
    output_time_major=False,
    impute_finished=False,
    maximum_iterations=None,
    parallel_iterations=32,
    swap_memory=False,
    scope=None,
    **kwargs,
):
    """Step the decoder until every example is finished -> (outputs, last state, lengths (batch,)).

    Outputs are (batch, time, ...), or (time, batch, ...) with `output_time_major`. With `impute_finished`, an
    example that is finished puts out zeros and keeps its state.

    Raises:
        TypeError: `decoder` is no Decoder.
        ValueError: `maximum_iterations` is not a scalar, or is missing under XLA.
    """
    if not isinstance(decoder, (Decoder, BaseDecoder)):
        raise TypeError(f"dynamic_decode runs a Decoder, not {type(decoder)}.")
    with tf.variable_scope(scope, "decoder") as variables:
        surrounding = tf.get_default_graph()._get_control_flow_context()
        if control_flow_util.GetContainingWhileContext(surrounding) is None and variables.caching_device is None:
            # each variable is read once per run, not once per step; in a loop around this one it may change
            variables.set_caching_device(lambda op: op.device)
        if maximum_iterations is not None:
            maximum_iterations = tf.convert_to_tensor(maximum_iterations, dtype=tf.int32, name="maximum_iterations")
            if maximum_iterations.get_shape().ndims != 0:
                raise ValueError("maximum_iterations must be a scalar.")
        xla = control_flow_util.GetContainingXLAContext(surrounding) is not None
        first = _first(decoder, maximum_iterations, xla, kwargs)
        arrays, state, lengths = _loop(
            decoder, first, impute_finished, maximum_iterations, parallel_iterations, swap_memory
        )
        outputs = tf.nest.map_structure(lambda array: array.stack(), arrays)
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass
        if not output_time_major:
            outputs = tf.nest.map_structure(_transpose_batch_time, outputs)
    return outputs, state, lengths


def _first(decoder, maximum_iterations, xla, options):
    """The outputs of a finished example, and the loop's variables before the first step."""
    if isinstance(decoder, Decoder):
        finished, inputs, state = decoder.initialize()
    else:  # a Keras layer, whose tensors come with the call
        given, more = options.pop("decoder_init_input", None), options.pop("decoder_init_kwargs", {})
        finished, inputs, state = decoder.initialize(given, **more)
    zeros = _create_zero_outputs(decoder.output_size, decoder.output_dtype, decoder.batch_size)
    if xla and maximum_iterations is None:
        raise ValueError("Under XLA, dynamic_decode needs maximum_iterations.")
    if maximum_iterations is not None:
        finished = tf.logical_or(finished, 0 >= maximum_iterations)
    lengths = tf.zeros_like(finished, dtype=tf.int32)
    time = tf.constant(0, dtype=tf.int32)

    def array(size, dtype):
        return tf.TensorArray(
            dtype=dtype,
            size=maximum_iterations if xla else 0,
            dynamic_size=not xla,
            element_shape=_element_shape(decoder.batch_size, size),
        )

    arrays = tf.nest.map_structure(array, decoder.output_size, decoder.output_dtype)
    return zeros, (time, arrays, state, inputs, finished, lengths)


def _element_shape(batch_size, size):
    if not isinstance(size, tf.TensorShape) or size.ndims == 0:
        return None
    batch_size = tensor_util.constant_value(tf.convert_to_tensor(batch_size, name="batch_size"))
    return tf.TensorShape([batch_size]).concatenate(size)


def _loop(decoder, first, impute_finished, maximum_iterations, parallel_iterations, swap_memory):
    zeros, variables = first

    def going(time, arrays, state, inputs, finished, lengths):
        return tf.logical_not(tf.reduce_all(finished))

    def body(time, arrays, state, inputs, finished, lengths):
        outputs, next_state, next_inputs, next_finished = decoder.step(time, inputs, state)
        if not decoder.tracks_own_finished:
            next_finished = tf.logical_or(next_finished, finished)
        next_lengths = tf.where(tf.logical_not(finished), tf.fill(tf.shape(lengths), time + 1), lengths)
        for before, after in ((state, next_state), (arrays, outputs), (inputs, next_inputs)):
            tf.nest.assert_same_structure(before, after)
        if impute_finished:
            outputs = tf.nest.map_structure(lambda out, zero: tf.where(finished, zero, out), outputs, zeros)
            next_state = tf.nest.map_structure(lambda new, old: _kept(finished, old, new), next_state, state)
        arrays = tf.nest.map_structure(lambda array, out: array.write(time, out), arrays, outputs)
        return time + 1, arrays, next_state, next_inputs, next_finished, next_lengths

    _, arrays, state, _, _, lengths = tf.while_loop(
        going,
        body,
        loop_vars=variables,
        parallel_iterations=parallel_iterations,
        maximum_iterations=maximum_iterations,
        swap_memory=swap_memory,
    )
    return arrays, state, lengths


def _kept(finished, old, new):
    """The old state of finished examples; arrays and scalars belong to no example and always go on."""
    if isinstance(old, tf.TensorArray):
        return new
    new.set_shape(old.shape)
    return new if new.shape.ndims == 0 else tf.where(finished, old, new)


def _create_zero_outputs(size, dtype, batch_size):
    return tf.nest.map_structure(lambda s, d: _zero_state_tensors(s, batch_size, d), size, dtype)
