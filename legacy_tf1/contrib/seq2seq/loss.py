"""sequence_loss: the weighted cross entropy of a batch of sequences.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/loss.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = ["SequenceLoss", "sequence_loss"]


def __dir__():
    return __all__


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    sum_over_timesteps=False,
    sum_over_batch=False,
    softmax_loss_function=None,
    name=None,
):
    """Logits (batch, time, symbols), targets and weights (batch, time) -> a loss.

    Averages divide by the sum of the weights; sums divide by the number of weights that are not zero. What is
    neither averaged nor summed over stays an axis of the result. Division by zero gives zero.

    Raises:
        ValueError: a rank is another one, or an axis is to be averaged and summed over at once.
    """
    for tensor, rank, what in ((logits, 3, "logits"), (targets, 2, "targets"), (weights, 2, "weights")):
        if len(tensor.get_shape()) != rank:
            raise ValueError(f"{what} must have {rank} axes, batch and time first; the shape is {tensor.get_shape()}.")
    for average, total, axis in (
        (average_across_timesteps, sum_over_timesteps, "timesteps"),
        (average_across_batch, sum_over_batch, "batch"),
    ):
        if average and total:
            raise ValueError(f"average_across_{axis} and sum_over_{axis} exclude each other.")
    with tf.name_scope(name, "sequence_loss", [logits, targets, weights]):
        losses = _weighted_losses(logits, targets, weights, softmax_loss_function)
        if average_across_timesteps and average_across_batch:
            return _mean(losses, weights)
        if sum_over_timesteps and sum_over_batch:
            return _sum(losses, weights)
        losses = tf.reshape(losses, tf.shape(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            return _mean(losses, weights, [0] if average_across_batch else [1])
        if sum_over_timesteps or sum_over_batch:
            return _sum(losses, weights, [0] if sum_over_batch else [1])
        return losses


def _weighted_losses(logits, targets, weights, function):
    """One number per step of each example: (batch * time,)."""
    symbols = tf.shape(logits)[2]
    logits, targets = tf.reshape(logits, [-1, symbols]), tf.reshape(targets, [-1])
    function = function or tf.nn.sparse_softmax_cross_entropy_with_logits
    return function(labels=targets, logits=logits) * tf.reshape(weights, [-1])


def _mean(losses, weights, axis=None):
    total = tf.reduce_sum(losses, axis=axis)
    return tf.div_no_nan(total, tf.reduce_sum(weights, axis=axis))


def _sum(losses, weights, axis=None):
    total = tf.reduce_sum(losses, axis=axis)
    return tf.div_no_nan(total, tf.cast(tf.count_nonzero(weights, axis=axis), total.dtype))


class SequenceLoss(tf.keras.losses.Loss):
    """`sequence_loss` as a loss of a Keras model; `sample_weight` are the weights (batch, time)."""

    def __init__(
        self,
        average_across_timesteps=False,
        average_across_batch=False,
        sum_over_timesteps=True,
        sum_over_batch=True,
        softmax_loss_function=None,
        name=None,
    ):
        super().__init__(name=name)
        self.average_across_timesteps = average_across_timesteps
        self.average_across_batch = average_across_batch
        self.sum_over_timesteps = sum_over_timesteps
        self.sum_over_batch = sum_over_batch
        self.softmax_loss_function = softmax_loss_function

    def __call__(self, y_true, y_pred, sample_weight=None):
        return sequence_loss(
            y_pred,
            y_true,
            sample_weight,
            average_across_timesteps=self.average_across_timesteps,
            average_across_batch=self.average_across_batch,
            sum_over_timesteps=self.sum_over_timesteps,
            sum_over_batch=self.sum_over_batch,
            softmax_loss_function=self.softmax_loss_function,
            name=self.name,
        )

    def call(self, y_true, y_pred):
        """Nothing: the whole computation needs the weights, which only `__call__` is given."""
