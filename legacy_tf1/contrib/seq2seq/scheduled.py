"""Scheduled sampling: at each step, some examples are fed their own last sample or output.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/helper.py, after https://arxiv.org/abs/1506.03099.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.seq2seq.helper import TrainingHelper
from legacy_tf1.contrib.seq2seq.sampling import (
    _transpose_batch_time,
    _unstack_ta,
    bernoulli_sample,
    categorical_sample,
    embedding_function,
)

__all__ = ["ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper"]


def __dir__():
    return __all__


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Where it samples, sample ids are drawn from the outputs and embedded; elsewhere they are -1.

    Raises:
        ValueError: `sampling_probability` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        embedding,
        sampling_probability,
        time_major=False,
        seed=None,
        scheduling_seed=None,
        name=None,
    ):
        with tf.name_scope(name, "ScheduledEmbeddingSamplingWrapper", [embedding, sampling_probability]):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _probability(sampling_probability)
            self._seed = seed
            self._scheduling_seed = scheduling_seed
            super().__init__(inputs=inputs, sequence_length=sequence_length, time_major=time_major, name=name)

    def initialize(self, name=None):
        return super().initialize(name=name)

    def sample(self, time, outputs, state, name=None):
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs, state]):
            return sampled_or_none(
                self._sampling_probability,
                outputs,
                self.batch_size,
                seed=self._seed,
                scheduling_seed=self._scheduling_seed,
            )

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, given, state = super().next_inputs(time=time, outputs=outputs, state=state, name=name)
            return finished, embedded_or_given(finished, given, sample_ids, self._embedding_fn), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Where it samples (sample id True), the last outputs, or `next_inputs_fn` of them, are fed back.

    `auxiliary_inputs` are appended to the inputs and to what is fed back.

    Raises:
        ValueError: `sampling_probability` is neither a scalar nor a vector.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        sampling_probability,
        time_major=False,
        seed=None,
        next_inputs_fn=None,
        auxiliary_inputs=None,
        name=None,
    ):
        with tf.name_scope(name, "ScheduledOutputTrainingHelper", [inputs, auxiliary_inputs, sampling_probability]):
            self._sampling_probability = _probability(sampling_probability)
            self._auxiliary_input_tas = None
            if auxiliary_inputs is not None:
                inputs = tf.convert_to_tensor(inputs, name="inputs")
                auxiliary_inputs = tf.convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = tf.concat((inputs, auxiliary_inputs), -1)
                steps = auxiliary_inputs if time_major else _transpose_batch_time(auxiliary_inputs)
                self._auxiliary_input_tas = _unstack_ta(steps)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn
            super().__init__(inputs=inputs, sequence_length=sequence_length, time_major=time_major, name=name)

    def initialize(self, name=None):
        return super().initialize(name=name)

    def sample(self, time, outputs, state, name=None):
        with tf.name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return bernoulli_sample(probs=self._sampling_probability, sample_shape=self.batch_size, seed=self._seed)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with tf.name_scope(name, "ScheduledOutputTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, given, state = super().next_inputs(time=time, outputs=outputs, state=state, name=name)
            inputs = outputs_or_given(
                finished, given, sample_ids, outputs, time, self._next_inputs_fn, self._auxiliary_input_tas
            )
            return finished, inputs, state


def sampled_or_none(probability, outputs, batch_size, seed, scheduling_seed):
    """Symbols drawn from the outputs (batch, symbols) with the given probability, else -1: (batch,)."""
    sampled = bernoulli_sample(probs=probability, dtype=tf.bool, sample_shape=batch_size, seed=scheduling_seed)
    drawn = categorical_sample(logits=outputs, seed=seed)
    return tf.where(sampled, drawn, tf.raw_ops.Fill(dims=[batch_size], value=-1))


def embedded_or_given(finished, given, sample_ids, embedding_fn):
    """The embeddings of the samples; the given inputs where the sample is -1."""

    def mixed():
        sampled = tf.cast(tf.where(sample_ids > -1), tf.int32)
        others = tf.cast(tf.where(sample_ids <= -1), tf.int32)
        ids, rest = tf.gather_nd(sample_ids, sampled), tf.gather_nd(given, others)
        return _mix(sampled, embedding_fn(ids), others, rest, given)

    return tf.cond(tf.reduce_all(finished), lambda: given, mixed)


def outputs_or_given(finished, given, sample_ids, outputs, time, next_inputs_fn, auxiliary):
    """The outputs, or `next_inputs_fn` of them, with the auxiliary inputs of the next step behind them.

    The given inputs where the sample is not one.
    """
    chosen = tf.cast(sample_ids, tf.bool)

    def mixed():
        if next_inputs_fn is None:
            return tf.where(chosen, _with_auxiliary(outputs, auxiliary, time), given)
        sampled = tf.cast(tf.where(chosen), tf.int32)
        others = tf.cast(tf.where(tf.logical_not(chosen)), tf.int32)
        own, rest = tf.gather_nd(outputs, sampled), tf.gather_nd(given, others)
        own = _with_auxiliary(next_inputs_fn(own), auxiliary, time, sampled)
        return _mix(sampled, own, others, rest, given)

    all_finished = tf.reduce_all(finished)
    nothing = tf.logical_not(tf.reduce_any(chosen))
    return tf.cond(tf.logical_or(all_finished, nothing), lambda: given, mixed)


def _with_auxiliary(outputs, auxiliary, time, examples=None):
    if auxiliary is None:
        return outputs
    more = auxiliary.read(time + 1)
    if examples is not None:
        more = tf.gather_nd(more, examples)
    return tf.nest.map_structure(lambda own, added: tf.concat((own, added), -1), outputs, more)


def _probability(probability):
    probability = tf.convert_to_tensor(probability, name="sampling_probability")
    if probability.get_shape().ndims not in (0, 1):
        shape = probability.get_shape()
        raise ValueError(f"sampling_probability must be a scalar or a vector; its shape is {shape}.")
    return probability


def _mix(sampled, own, others, rest, given):
    """The rows `own` in the places `sampled`, the rows `rest` in the places `others`."""
    shape = tf.shape(given)
    own = tf.scatter_nd(indices=sampled, updates=own, shape=shape)
    return own + tf.scatter_nd(indices=others, updates=rest, shape=shape)
