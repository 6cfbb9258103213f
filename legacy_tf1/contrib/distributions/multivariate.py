"""Multivariate normal distributions. `loc` is (*batch, k); the scale a matrix (*batch, k, k), or its diagonal.

Source: tensorflow 1.15, contrib/distributions/python/ops/mvn_*.py.
"""

from __future__ import annotations

import math

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.base import REPARAMETERIZED, Density

__all__ = [
    "MultivariateNormalDiag",
    "MultivariateNormalDiagWithSoftplusScale",
    "MultivariateNormalFullCovariance",
    "MultivariateNormalTriL",
]


class MultivariateNormalLinearOperator(Density):
    """loc + scale @ (a vector of normal numbers), the scale being a `tf.linalg.LinearOperator`."""

    def __init__(
        self, loc=None, scale=None, validate_args=False, allow_nan_stats=True, name="MultivariateNormalLinearOperator"
    ):
        parameters = dict(locals())
        if scale is None:
            raise ValueError("Missing required `scale` parameter.")
        if not scale.dtype.is_floating:
            raise TypeError("`scale` parameter must have floating-point dtype.")
        with tf.name_scope(name, values=[loc]) as name:
            self._scale = scale
            self._loc = None if loc is None else tf.convert_to_tensor(loc, name="loc", dtype=scale.dtype)
        super().__init__(scale.dtype, REPARAMETERIZED, parameters, [] if loc is None else [self._loc], name)

    @property
    def loc(self):
        return self._loc

    @property
    def scale(self):
        return self._scale

    def _batch_shape_tensor(self):
        shape = self.scale.batch_shape_tensor()
        return shape if self.loc is None else tf.broadcast_dynamic_shape(shape, tf.shape(self.loc)[:-1])

    def _batch_shape(self):
        shape = self.scale.batch_shape
        return shape if self.loc is None else tf.broadcast_static_shape(shape, self.loc.shape[:-1])

    def _event_shape_tensor(self):
        return tf.expand_dims(self.scale.range_dimension_tensor(), 0)

    def _event_shape(self):
        return tf.TensorShape([self.scale.range_dimension])

    def _shape(self):
        return tf.concat([self.batch_shape_tensor(), self.event_shape_tensor()], 0)

    def _broadcast(self, value):
        value = tf.broadcast_to(value, self._shape())
        value.set_shape(self.batch_shape.concatenate(self.event_shape))
        return value

    def _sample_n(self, n, seed=None):
        noise = tf.random_normal(tf.concat([[n], self._shape()], 0), dtype=self.dtype, seed=seed)
        moved = self.scale.matvec(noise)
        return moved if self.loc is None else moved + self.loc

    def _centred(self, x):
        return x if self.loc is None else x - self.loc

    def _log_prob(self, x):
        size = tf.cast(self.event_shape_tensor()[0], self.dtype)
        squares = tf.reduce_sum(tf.square(self.scale.solvevec(self._centred(x))), axis=-1)
        return -0.5 * squares - 0.5 * size * math.log(2 * math.pi) - self.scale.log_abs_determinant()

    def _entropy(self):
        size = tf.cast(self.event_shape_tensor()[0], self.dtype)
        entropy = 0.5 * size * (1.0 + math.log(2 * math.pi)) + self.scale.log_abs_determinant()
        return entropy * tf.ones(self.batch_shape_tensor(), dtype=self.dtype)

    def _mean(self):
        return self._broadcast(tf.zeros([], dtype=self.dtype) if self.loc is None else self.loc)

    _mode = _mean

    def _covariance(self):
        matrix = self.scale.to_dense()
        return tf.matmul(matrix, matrix, adjoint_b=True)

    # not broadcast to the batch of `loc`, as in TF 1.15
    def _variance(self):
        if isinstance(self.scale, tf.linalg.LinearOperatorDiag):
            return tf.square(self.scale.diag_part())
        return tf.matrix_diag_part(self._covariance())

    def _stddev(self):
        if isinstance(self.scale, tf.linalg.LinearOperatorDiag):
            return tf.abs(self.scale.diag_part())
        return tf.sqrt(self._variance())


@tf.distributions.RegisterKL(MultivariateNormalLinearOperator, MultivariateNormalLinearOperator)
def _kl_normal(a, b, name=None):
    """The divergence of two normals, (*batch)."""
    with tf.name_scope(name, "kl_mvn"):
        size = tf.cast(a.event_shape_tensor()[0], a.dtype)
        ratio = b.scale.solve(a.scale.to_dense())
        spread = tf.reduce_sum(tf.square(ratio), axis=[-2, -1])
        shift = tf.reduce_sum(tf.square(b.scale.solvevec(b.mean() - a.mean())), axis=-1)
        logs = b.scale.log_abs_determinant() - a.scale.log_abs_determinant()
        return logs + 0.5 * (spread + shift - size)


def _diagonal(loc, scale_diag, multiplier, validate_args: bool):
    """The operator of a diagonal, a multiple of the identity, or their sum."""
    if scale_diag is not None:
        diagonal = tf.convert_to_tensor(scale_diag, name="scale_diag")
        if multiplier is not None:
            diagonal = diagonal + tf.convert_to_tensor(multiplier, dtype=diagonal.dtype)[..., None]
    else:
        multiplier = tf.convert_to_tensor(1.0 if multiplier is None else multiplier, dtype=loc.dtype)
        diagonal = multiplier[..., None] * tf.ones([tf.shape(loc)[-1]], dtype=loc.dtype)
        if (size := loc.shape[-1].value) is not None:
            diagonal.set_shape(diagonal.shape[:-1].concatenate([size]))
    if validate_args:
        with tf.control_dependencies([tf.assert_none_equal(diagonal, tf.zeros([], diagonal.dtype))]):
            diagonal = tf.identity(diagonal)
    return tf.linalg.LinearOperatorDiag(diagonal, is_non_singular=True)


class MultivariateNormalDiag(MultivariateNormalLinearOperator):
    """Independent entries: scale_diag (*batch, k), scale_identity_multiplier (*batch), or the sum of both."""

    def __init__(
        self,
        loc=None,
        scale_diag=None,
        scale_identity_multiplier=None,
        validate_args=False,
        allow_nan_stats=True,
        name="MultivariateNormalDiag",
    ):
        parameters = dict(locals())
        if loc is None and scale_diag is None:
            raise ValueError("Must pass at least one of `loc` and `scale_diag`: they give the size of an event.")
        with tf.name_scope(name) as name:
            loc = None if loc is None else tf.convert_to_tensor(loc, name="loc")
            scale = _diagonal(loc, scale_diag, scale_identity_multiplier, validate_args)
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)
        self._parameters = parameters


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """`MultivariateNormalDiag` of softplus(scale_diag)."""

    def __init__(
        self, loc, scale_diag, validate_args=False, allow_nan_stats=True, name="MultivariateNormalDiagWithSoftplusScale"
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[scale_diag]) as name:
            super().__init__(
                loc,
                tf.nn.softplus(scale_diag),
                None,
                validate_args=validate_args,
                allow_nan_stats=allow_nan_stats,
                name=name,
            )
        self._parameters = parameters


class MultivariateNormalTriL(MultivariateNormalLinearOperator):
    """The scale is a lower triangular matrix (*batch, k, k); what is above its diagonal is not looked at."""

    def __init__(
        self, loc=None, scale_tril=None, validate_args=False, allow_nan_stats=True, name="MultivariateNormalTriL"
    ):
        parameters = dict(locals())
        if loc is None and scale_tril is None:
            raise ValueError("Must pass one or both of `loc`, `scale_tril`.")
        with tf.name_scope(name, values=[loc, scale_tril]) as name:
            if scale_tril is None:
                scale = _diagonal(tf.convert_to_tensor(loc), None, None, validate_args)
            else:
                scale = tf.linalg.LinearOperatorLowerTriangular(
                    tf.convert_to_tensor(scale_tril, name="scale_tril"), is_non_singular=True
                )
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)
        self._parameters = parameters


class MultivariateNormalFullCovariance(MultivariateNormalTriL):
    """The covariance itself, a symmetric positive definite matrix (*batch, k, k)."""

    def __init__(
        self,
        loc=None,
        covariance_matrix=None,
        validate_args=False,
        allow_nan_stats=True,
        name="MultivariateNormalFullCovariance",
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[loc, covariance_matrix]) as name:
            root = None if covariance_matrix is None else tf.cholesky(tf.convert_to_tensor(covariance_matrix))
        super().__init__(loc, root, validate_args, allow_nan_stats, name)
        self._parameters = parameters
