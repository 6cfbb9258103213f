"""The random draws of the helpers, each from one random op, and sequences as arrays of steps.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/helper.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.ops.rnn import _transpose_batch_time  # noqa: F401  (TF1 shows it under this name too)

__all__ = ["bernoulli_sample", "categorical_sample"]


def __dir__():
    return __all__


def bernoulli_sample(probs=None, logits=None, dtype=tf.int32, sample_shape=(), seed=None):
    """Ones with probability `probs`, or sigmoid(logits): sample_shape + the shape of the probabilities."""
    if probs is None:
        probs = tf.sigmoid(logits, name="probs")
    else:
        probs = tf.convert_to_tensor(probs, name="probs")
    shape = tf.shape(probs)

    def draw(count):
        uniform = tf.random_uniform(tf.concat([[count], shape], 0), seed=seed, dtype=probs.dtype)
        return tf.cast(tf.less(uniform, probs), dtype)

    return _call_sampler(draw, sample_shape)


def categorical_sample(logits, dtype=tf.int32, sample_shape=(), seed=None):
    """Symbols with the probabilities softmax(logits (..., symbols)): sample_shape + the leading axes."""
    logits = tf.convert_to_tensor(logits, name="logits")
    symbols, shape = tf.shape(logits)[-1], tf.shape(logits)[:-1]

    def draw(count):
        rows = logits if logits.shape.ndims == 2 else tf.reshape(logits, [-1, symbols])
        wide = tf.int64 if logits.dtype.size > 4 else tf.int32
        drawn = tf.multinomial(rows, count, seed=seed, output_dtype=wide)
        return tf.cast(tf.reshape(tf.transpose(drawn), tf.concat([[count], shape], 0)), dtype)

    return _call_sampler(draw, sample_shape)


def _call_sampler(sample_n_fn, sample_shape, name=None):
    """Draw as many samples as `sample_shape` (a vector, or a scalar) has places, and give them that shape."""
    with tf.name_scope(name, "call_sampler", values=[sample_shape]):
        sample_shape = tf.convert_to_tensor(sample_shape, dtype=tf.int32, name="sample_shape")
        scalar = tf.cast(tf.equal(tf.rank(sample_shape), 0), tf.int32)
        vector = tf.pad(tf.shape(sample_shape), paddings=[[scalar, 0]], constant_values=1)
        sample_shape = tf.reshape(sample_shape, vector)
        samples = sample_n_fn(tf.reduce_prod(sample_shape))
        return tf.reshape(samples, tf.concat([sample_shape, tf.shape(samples)[1:]], 0))


def _unstack_ta(inp):
    """(time, batch, ...) -> an array of its steps."""
    steps = tf.TensorArray(dtype=inp.dtype, size=tf.shape(inp)[0], element_shape=inp.get_shape()[1:])
    return steps.unstack(inp)


def embedding_function(embedding):
    """A callable as it is, a table as the lookup of its rows."""
    return embedding if callable(embedding) else lambda ids: tf.nn.embedding_lookup(embedding, ids)
