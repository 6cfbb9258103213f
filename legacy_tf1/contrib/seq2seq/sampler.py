"""Samplers: the helpers of the Keras decoders, which get their tensors when decoding starts.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/sampler.py.
"""

from __future__ import annotations

import abc

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.seq2seq.helper import _one_tensor
from legacy_tf1.contrib.seq2seq.sampling import (
    _call_sampler,
    _transpose_batch_time,
    _unstack_ta,
    bernoulli_sample,
    categorical_sample,
)
from legacy_tf1.contrib.seq2seq.scheduled import (
    _probability,
    embedded_or_given,
    outputs_or_given,
    sampled_or_none,
)

__all__ = [
    "CustomSampler",
    "GreedyEmbeddingSampler",
    "InferenceSampler",
    "SampleEmbeddingSampler",
    "Sampler",
    "ScheduledEmbeddingTrainingSampler",
    "ScheduledOutputTrainingSampler",
    "TrainingSampler",
    "_call_sampler",
    "bernoulli_sample",
    "categorical_sample",
]


def __dir__():
    return __all__


class Sampler(abc.ABC):
    """What a Keras decoder asks: the first inputs, samples, and the next inputs."""

    @abc.abstractmethod
    def initialize(self, inputs, **kwargs):
        """-> (finished (batch,), first inputs)."""

    @abc.abstractmethod
    def sample(self, time, outputs, state):
        """The samples of this step."""

    @abc.abstractmethod
    def next_inputs(self, time, outputs, state, sample_ids):
        """-> (finished (batch,), next inputs, next state)."""

    @property
    @abc.abstractmethod
    def batch_size(self):
        """A scalar int32 tensor, known after `initialize`."""
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def sample_ids_shape(self):
        """Shape of one example's sample, a TensorShape."""
        raise NotImplementedError

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self):
        """Dtype of the samples."""
        raise NotImplementedError


class _BatchSize:
    """Knows the batch size only after `initialize`."""

    _batch_size = None

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError(f"The batch size of a {type(self).__name__} is known only after initialize().")
        return self._batch_size


class _ScalarIds(_BatchSize):
    """Samples are one int32 per example."""

    @property
    def sample_ids_shape(self):
        return tf.TensorShape([])

    @property
    def sample_ids_dtype(self):
        return tf.int32


class CustomSampler(_BatchSize, Sampler):
    """Three functions in the place of the three methods."""

    def __init__(self, initialize_fn, sample_fn, next_inputs_fn, sample_ids_shape=None, sample_ids_dtype=None):
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._sample_ids_shape = tf.TensorShape(sample_ids_shape or [])
        self._sample_ids_dtype = sample_ids_dtype or tf.int32

    @property
    def sample_ids_shape(self):
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self):
        return self._sample_ids_dtype

    def initialize(self, inputs, **kwargs):
        finished, first = self._initialize_fn(inputs, **kwargs)
        if self._batch_size is None:
            self._batch_size = tf.size(finished)
        return finished, first

    def sample(self, time, outputs, state):
        return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids):
        return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingSampler(_ScalarIds, Sampler):
    """Feeds the given inputs (batch, time, ...), each example for its length; samples are the argmax."""

    def __init__(self, time_major=False):
        self.time_major = time_major

    def initialize(self, inputs, sequence_length=None):
        """Raises ValueError where the lengths are missing or no vector."""
        self.inputs = tf.convert_to_tensor(inputs, name="inputs")
        steps = inputs if self.time_major else tf.nest.map_structure(_transpose_batch_time, inputs)
        self.input_tas = tf.nest.map_structure(_unstack_ta, steps)
        if sequence_length is None:
            raise ValueError("A TrainingSampler needs the sequence_length.")
        self.sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
        if self.sequence_length.get_shape().ndims != 1:
            shape = self.sequence_length.get_shape()
            raise ValueError(f"sequence_length must be a vector, one length per example; its shape is {shape}.")
        self.zero_inputs = tf.nest.map_structure(lambda inp: tf.zeros_like(inp[0, :]), steps)
        self._batch_size = tf.size(self.sequence_length)
        finished = tf.equal(0, self.sequence_length)
        return finished, self._inputs_at(0, tf.reduce_all(finished))

    def sample(self, time, outputs, state):
        return tf.cast(tf.argmax(outputs, axis=-1), tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids):
        time = time + 1
        finished = time >= self.sequence_length
        return finished, self._inputs_at(time, tf.reduce_all(finished)), state

    def _inputs_at(self, time, all_finished):
        def read():
            return tf.nest.map_structure(lambda steps: steps.read(time), self.input_tas)

        return tf.cond(all_finished, lambda: self.zero_inputs, read)


class ScheduledEmbeddingTrainingSampler(TrainingSampler):
    """Where it samples, sample ids are drawn from the outputs and embedded; elsewhere they are -1."""

    def __init__(self, sampling_probability, embedding_fn=None, time_major=False, seed=None, scheduling_seed=None):
        self.embedding_fn = _function_or_none(embedding_fn)
        self.sampling_probability = _probability(sampling_probability)
        self.seed = seed
        self.scheduling_seed = scheduling_seed
        super().__init__(time_major=time_major)

    def initialize(self, inputs, sequence_length=None, embedding=None):
        if self.embedding_fn is None:
            if embedding is None:
                raise ValueError("A ScheduledEmbeddingTrainingSampler without embedding_fn needs an embedding.")
            self.embedding_fn = lambda ids: tf.nn.embedding_lookup(embedding, ids)
        return super().initialize(inputs, sequence_length=sequence_length)

    def sample(self, time, outputs, state):
        return sampled_or_none(
            self.sampling_probability, outputs, self.batch_size, seed=self.seed, scheduling_seed=self.scheduling_seed
        )

    def next_inputs(self, time, outputs, state, sample_ids):
        finished, given, state = super().next_inputs(time, outputs, state, sample_ids)
        return finished, embedded_or_given(finished, given, sample_ids, self.embedding_fn), state


class ScheduledOutputTrainingSampler(TrainingSampler):
    """Where it samples, the last outputs, or `next_inputs_fn` of them, are fed back."""

    def __init__(self, sampling_probability, time_major=False, seed=None, next_inputs_fn=None):
        self.sampling_probability = _probability(sampling_probability)
        self.seed = seed
        self.next_inputs_fn = next_inputs_fn
        super().__init__(time_major=time_major)

    def initialize(self, inputs, sequence_length=None, auxiliary_inputs=None):
        self._auxiliary_input_tas = None
        if auxiliary_inputs is not None:
            inputs, auxiliary_inputs = tf.convert_to_tensor(inputs), tf.convert_to_tensor(auxiliary_inputs)
            inputs = tf.concat((inputs, auxiliary_inputs), -1)
            steps = auxiliary_inputs if self.time_major else _transpose_batch_time(auxiliary_inputs)
            self._auxiliary_input_tas = _unstack_ta(steps)
        return super().initialize(inputs, sequence_length=sequence_length)

    def sample(self, time, outputs, state):
        return bernoulli_sample(probs=self.sampling_probability, sample_shape=self.batch_size, seed=self.seed)

    def next_inputs(self, time, outputs, state, sample_ids):
        finished, given, state = super().next_inputs(time, outputs, state, sample_ids)
        inputs = outputs_or_given(
            finished, given, sample_ids, outputs, time, self.next_inputs_fn, self._auxiliary_input_tas
        )
        return finished, inputs, state


class GreedyEmbeddingSampler(_ScalarIds, Sampler):
    """The argmax of the outputs (batch, symbols) is embedded and fed back, until it is the end token."""

    def __init__(self, embedding_fn=None):
        self.embedding_fn = _function_or_none(embedding_fn)

    def initialize(self, embedding, start_tokens=None, end_token=None):
        """Raises ValueError where `start_tokens` is no vector or `end_token` no scalar."""
        if self.embedding_fn is None:
            self.embedding_fn = lambda ids: tf.nn.embedding_lookup(embedding, ids)
        self.start_tokens = tf.convert_to_tensor(start_tokens, dtype=tf.int32, name="start_tokens")
        self.end_token = tf.convert_to_tensor(end_token, dtype=tf.int32, name="end_token")
        if self.start_tokens.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector, one token per example.")
        self._batch_size = tf.size(start_tokens)
        if self.end_token.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar.")
        self.start_inputs = self.embedding_fn(self.start_tokens)
        return tf.tile([False], [self._batch_size]), self.start_inputs

    def sample(self, time, outputs, state):
        return tf.argmax(_one_tensor(outputs), axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids):
        finished = tf.equal(sample_ids, self.end_token)
        inputs = tf.cond(
            tf.reduce_all(finished), lambda: self.start_inputs, lambda: self.embedding_fn(sample_ids)
        )  # when all are finished, any inputs will do
        return finished, inputs, state


class SampleEmbeddingSampler(GreedyEmbeddingSampler):
    """As GreedyEmbeddingSampler, with samples drawn from softmax(outputs / softmax_temperature)."""

    def __init__(self, embedding_fn=None, softmax_temperature=None, seed=None):
        super().__init__(embedding_fn)
        self.softmax_temperature = softmax_temperature
        self.seed = seed

    def sample(self, time, outputs, state):
        logits = _one_tensor(outputs)
        if self.softmax_temperature is not None:
            logits = logits / self.softmax_temperature
        return categorical_sample(logits=logits, seed=self.seed)


class InferenceSampler(_BatchSize, Sampler):
    """Samples by `sample_fn(outputs)`; they, or `next_inputs_fn` of them, are the next inputs."""

    def __init__(self, sample_fn, sample_shape, sample_dtype, end_fn, next_inputs_fn=None):
        self.sample_fn = sample_fn
        self.sample_shape = tf.TensorShape(sample_shape)
        self.sample_dtype = sample_dtype
        self.end_fn = end_fn
        self.next_inputs_fn = next_inputs_fn

    @property
    def sample_ids_shape(self):
        return self.sample_shape

    @property
    def sample_ids_dtype(self):
        return self.sample_dtype

    def initialize(self, start_inputs):
        self.start_inputs = tf.convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = tf.shape(start_inputs)[0]
        return tf.tile([False], [self._batch_size]), self.start_inputs

    def sample(self, time, outputs, state):
        return self.sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids):
        inputs = sample_ids if self.next_inputs_fn is None else self.next_inputs_fn(sample_ids)
        return self.end_fn(sample_ids), inputs, state


def _function_or_none(function):
    if function is not None and not callable(function):
        raise ValueError(f"embedding_fn must be a function, not {type(function)}.")
    return function
