"""What the distributions of this package do the same way: how they begin, their parameters, checks and shapes."""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = [
    "NOT_REPARAMETERIZED",
    "REPARAMETERIZED",
    "Density",
    "Elementwise",
    "LogitsAndProbs",
    "check_positive",
    "sigmoid_parameters",
    "softmax_parameters",
]

REPARAMETERIZED = tf.distributions.FULLY_REPARAMETERIZED
NOT_REPARAMETERIZED = tf.distributions.NOT_REPARAMETERIZED


def check_positive(value, validate_args: bool):
    """`value`, refused where it is not positive if the program asked for checks."""
    checks = [tf.assert_positive(value)] if validate_args else []
    with tf.control_dependencies(checks):
        return tf.identity(value)


def sigmoid_parameters(logits, probs, check=lambda probs: probs):
    """(logits, probs) of yes or no, of which the program gave one; `check` sees the probs that it gave.

    Raises:
        ValueError: it gave none or both.
    """
    _check_one(logits, probs)
    if logits is not None:
        logits = tf.convert_to_tensor(logits, name="logits")
        return logits, tf.sigmoid(logits, name="probs")
    probs = check(tf.convert_to_tensor(probs, name="probs"))
    return tf.log(probs) - tf.log1p(-probs), probs


def softmax_parameters(logits, probs, validate_args: bool = False):
    """(logits, probs) of classes, (*batch, classes), of which the program gave one.

    Raises:
        ValueError: it gave none or both.
    """
    _check_one(logits, probs)
    if logits is not None:
        logits = tf.convert_to_tensor(logits, name="logits")
        return logits, tf.nn.softmax(logits, name="probs")
    probs = tf.convert_to_tensor(probs, name="probs")
    if validate_args:
        with tf.control_dependencies([tf.assert_non_negative(probs)]):
            probs = tf.identity(probs)
    return tf.log(probs, name="logits"), probs


def _check_one(logits, probs):
    if (logits is None) == (probs is None):
        raise ValueError("Must pass probs or logits, but not both.")


class Density(tf.distributions.Distribution):
    """A distribution whose `parameters`, the arguments of its constructor, hold validate_args and allow_nan_stats."""

    def __init__(self, dtype, reparameterization_type, parameters: dict, graph_parents: list, name: str):
        super().__init__(
            dtype=dtype,
            reparameterization_type=reparameterization_type,
            validate_args=parameters["validate_args"],
            allow_nan_stats=parameters["allow_nan_stats"],
            parameters=parameters,
            graph_parents=graph_parents,
            name=name,
        )


class LogitsAndProbs:
    """The two attributes of a distribution that keeps its chances both ways."""

    @property
    def logits(self):
        return self._logits

    @property
    def probs(self):
        return self._probs


class Elementwise(Density):
    """A distribution over single numbers, one per entry of its parameters broadcast together.

    `_of` names those parameters' attributes.
    """

    _of: tuple[str, ...] = ()

    def _parts(self):
        return [getattr(self, name) for name in self._of]

    def _batch_shape_tensor(self):
        shape = tf.shape(self._parts()[0])
        for part in self._parts()[1:]:
            shape = tf.broadcast_dynamic_shape(shape, tf.shape(part))
        return shape

    def _batch_shape(self):
        shape = self._parts()[0].shape
        for part in self._parts()[1:]:
            shape = tf.broadcast_static_shape(shape, part.shape)
        return shape

    def _event_shape_tensor(self):
        return tf.constant([], dtype=tf.int32)

    def _event_shape(self):
        return tf.TensorShape([])

    def _full(self, value):
        """`value` in the shape of a draw."""
        return value * tf.ones(self.batch_shape_tensor(), dtype=self.dtype)

    def _uniform(self, n, seed, low=None):
        """Uniform numbers (n, *batch), away from 0 where a logarithm follows."""
        low = self.dtype.as_numpy_dtype(0.0) if low is None else low
        return tf.random_uniform(
            tf.concat([[n], self.batch_shape_tensor()], 0), minval=low, maxval=1.0, dtype=self.dtype, seed=seed
        )
