"""`tensorflow.examples.tutorials.mnist.mnist`: the two-layer network of the MNIST tutorial.

Source: tensorflow 1.x, examples/tutorials/mnist/mnist.py (in the source tree of 1.15, no longer in its wheel).
"""

from __future__ import annotations

import math

import tensorflow.compat.v1 as tf

__all__ = ["IMAGE_PIXELS", "IMAGE_SIZE", "NUM_CLASSES", "evaluation", "inference", "loss", "training"]

NUM_CLASSES = 10
IMAGE_SIZE = 28
IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE


def __dir__():
    return __all__


def inference(images, hidden1_units, hidden2_units):
    """Logits (batch, 10) of images (batch, 784): two layers of relu, then a linear one."""
    values = images
    sizes = [IMAGE_PIXELS, hidden1_units, hidden2_units, NUM_CLASSES]
    for scope, rows, columns in zip(("hidden1", "hidden2", "softmax_linear"), sizes, sizes[1:]):
        with tf.name_scope(scope):
            start = tf.truncated_normal([rows, columns], stddev=1.0 / math.sqrt(float(rows)))
            weights = tf.Variable(start, name="weights")
            biases = tf.Variable(tf.zeros([columns]), name="biases")
            values = tf.matmul(values, weights) + biases
            if scope != "softmax_linear":
                values = tf.nn.relu(values)
    return values


def loss(logits, labels):
    """The mean softmax cross-entropy against labels (batch,)."""
    return tf.losses.sparse_softmax_cross_entropy(labels=tf.to_int64(labels), logits=logits)


def training(loss, learning_rate):
    """One step of gradient descent; it counts up a variable `global_step`, and the loss becomes a summary."""
    tf.summary.scalar("loss", loss)
    optimizer = tf.train.GradientDescentOptimizer(learning_rate)
    global_step = tf.Variable(0, name="global_step", trainable=False)
    return optimizer.minimize(loss, global_step=global_step)


def evaluation(logits, labels):
    """How many of the batch are predicted right."""
    return tf.reduce_sum(tf.cast(tf.nn.in_top_k(logits, labels, 1), tf.int32))
