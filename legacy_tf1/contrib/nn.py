"""`tf.contrib.nn`: what never came to tf.nn.

Source: tensorflow 1.15, contrib/nn/python/ops.
"""

from __future__ import annotations

import numbers

import tensorflow.compat.v1 as tf
from tensorflow.python.framework.tensor_util import constant_value
from tensorflow.python.ops.embedding_ops import _embedding_lookup_and_transform
from tensorflow.python.ops.nn_impl import _compute_sampled_logits

__all__ = [
    "alpha_dropout",
    "deprecated_flipped_sigmoid_cross_entropy_with_logits",
    "deprecated_flipped_softmax_cross_entropy_with_logits",
    "deprecated_flipped_sparse_softmax_cross_entropy_with_logits",
    "rank_sampled_softmax_loss",
    "sampled_sparse_softmax_loss",
    "scaled_softplus",
]

_DROPPED = -1.7580993408473766  # what selu goes to for small numbers: minus its scale times its alpha


def __dir__():
    return __all__


def alpha_dropout(x, keep_prob, noise_shape=None, seed=None, name=None):
    """Dropout for selu: mean 0 and variance 1 stay.

    Raises:
        ValueError: `keep_prob` is not in (0, 1].
    """
    with tf.name_scope(name, "alpha_dropout", [x]):
        x = tf.convert_to_tensor(x, name="x")
        if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1.0:
            raise ValueError(f"keep_prob must be a scalar tensor or a float in the range (0, 1], got {keep_prob:g}")
        keep_prob = tf.convert_to_tensor(keep_prob, dtype=x.dtype, name="keep_prob")
        keep_prob.get_shape().assert_has_rank(0)
        if constant_value(keep_prob) == 1:
            return x
        drawn = tf.random_uniform(tf.shape(x) if noise_shape is None else noise_shape, seed=seed, dtype=x.dtype)
        kept = tf.cast(tf.greater_equal(drawn, 1 - keep_prob), x.dtype)
        x = x * kept + _DROPPED * (1 - kept)
        scale = (keep_prob + keep_prob * (1 - keep_prob) * _DROPPED**2) ** (-0.5)
        shift = -scale * _DROPPED * (1 - keep_prob)
        return scale * x + shift


def scaled_softplus(x, alpha, clip=None, name=None):
    """`alpha * softplus(x / alpha)`, at most `clip`."""
    with tf.name_scope(name, "scaled_softplus", [x, alpha] + ([] if clip is None else [clip])):
        x = tf.convert_to_tensor(x, name="x")
        alpha = tf.convert_to_tensor(alpha, dtype=x.dtype, name="alpha")
        y = alpha * tf.nn.softplus(x / alpha)
        return y if clip is None else tf.minimum(y, tf.convert_to_tensor(clip, dtype=x.dtype, name="clip"))


def deprecated_flipped_softmax_cross_entropy_with_logits(logits, labels, dim=-1, name=None):
    """`tf.nn.softmax_cross_entropy_with_logits` with the arguments in the order of TF 0.x."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def deprecated_flipped_sparse_softmax_cross_entropy_with_logits(logits, labels, name=None):
    """`tf.nn.sparse_softmax_cross_entropy_with_logits` with the arguments in the order of TF 0.x."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def deprecated_flipped_sigmoid_cross_entropy_with_logits(logits, targets, name=None):
    """`tf.nn.sigmoid_cross_entropy_with_logits` with the arguments in the order of TF 0.x."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name=name)


def sampled_sparse_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    sampled_values=None,
    remove_accidental_hits=True,
    partition_strategy="mod",
    name="sampled_sparse_softmax_loss",
):
    """(batch,): `tf.nn.sampled_softmax_loss` of one label, (batch, 1), by the sparse cross entropy."""
    logits, _ = _compute_sampled_logits(
        weights=weights, biases=biases, labels=labels, inputs=inputs, num_sampled=num_sampled, num_classes=num_classes,
        num_true=1, sampled_values=sampled_values, subtract_log_q=True, remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy, name=name,
    )  # fmt: skip
    first = tf.zeros([tf.shape(logits)[0], 1], dtype=tf.int64)  # the true class stands before the sampled ones
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.squeeze(first), logits=logits)


def rank_sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_resampled,
    num_classes,
    num_true,
    sampled_values,
    resampling_temperature,
    remove_accidental_hits,
    partition_strategy,
    name=None,
):
    """(batch,): `tf.nn.sampled_softmax_loss` over those of the sampled classes that the batch ranks highest.

    Raises:
        ValueError: not num_resampled < num_sampled <= num_classes, or another strategy than "div" and "mod".
    """
    if num_sampled > num_classes:
        raise ValueError(f"num_sampled ({num_sampled}) cannot be greater than num_classes ({num_classes})")
    if num_sampled <= num_resampled:
        raise ValueError(f"num_resampled ({num_resampled}) must be less than num_sampled ({num_sampled})")
    if partition_strategy not in ("div", "mod"):
        raise ValueError(f"unsupported partition_strategy ({partition_strategy})")
    values = [weights, biases, labels, inputs, sampled_values, resampling_temperature]
    with tf.name_scope(name, "rank_sampled_softmax_loss", values) as scope:
        if not sampled_values:
            sampled_values = tf.nn.learned_unigram_candidate_sampler(
                true_classes=labels, num_true=num_true, num_sampled=num_sampled, unique=True, range_max=num_classes
            )
        return tf.nn.sampled_softmax_loss(
            weights=weights, biases=biases, labels=labels, inputs=inputs, num_sampled=num_resampled,
            num_classes=num_classes, num_true=num_true,
            sampled_values=_highest(
                weights, biases, inputs, sampled_values, num_resampled, resampling_temperature, partition_strategy
            ),
            remove_accidental_hits=remove_accidental_hits, partition_strategy=partition_strategy, name=scope,
        )  # fmt: skip


def _highest(weights, biases, inputs, sampled_values, count, temperature, partition_strategy):
    """The `sampled_values` of the classes with the largest logits, summed over the batch after exp."""
    sampled, true_count, sampled_count = map(tf.stop_gradient, sampled_values)
    sampled = tf.cast(sampled, tf.int64)
    inputs = inputs / temperature

    def rank(embeddings):
        return tf.reduce_logsumexp(tf.matmul(embeddings, inputs, transpose_b=True), axis=1)

    logits = _embedding_lookup_and_transform(weights, sampled, partition_strategy, transform_fn=rank)
    biases = tf.reshape(tf.nn.embedding_lookup(biases, sampled, partition_strategy), [-1])
    _, best = tf.nn.top_k(logits + biases / temperature, k=count, sorted=False)
    return tf.gather(sampled, indices=best), true_count, tf.gather(sampled_count, indices=best)
