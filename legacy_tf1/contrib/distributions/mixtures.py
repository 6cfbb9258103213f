"""Mixtures, and a batch of distributions taken as one event.

Source: tensorflow 1.15, contrib/distributions/python/ops/{mixture,mixture_same_family,independent}.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.base import NOT_REPARAMETERIZED, Density

__all__ = ["Independent", "Mixture", "MixtureSameFamily"]


class _Mixed(Density):
    """Weights (*batch, components) over components, whose statistics `_stacked` gives along an axis of their own."""

    def _weights(self):
        return tf.nn.softmax(self._mixing.logits)

    def _event_dims(self) -> int:
        return self.event_shape.ndims

    def _component_axis(self) -> int:
        return -1 - self._event_dims()

    def _averaged(self, values):
        weights = self._weights()
        for _ in range(self._event_dims()):
            weights = weights[..., None]
        return tf.reduce_sum(weights * values, axis=self._component_axis())

    def _mean(self):
        return self._averaged(self._stacked("mean"))

    def _variance(self):
        means = self._stacked("mean")
        centre = tf.expand_dims(self._averaged(means), self._component_axis())
        return self._averaged(self._stacked("variance") + tf.squared_difference(means, centre))

    def _log_prob(self, x):
        return tf.reduce_logsumexp(tf.nn.log_softmax(self._mixing.logits) + self._log_densities(x), axis=-1)

    def _chosen(self, n, draws, seed):
        """One of the draws (n, *batch, components, *event) per place of the batch."""
        classes = self._mixing.sample(n, seed=seed)
        mask = tf.one_hot(classes, tf.shape(self._mixing.logits)[-1], dtype=draws.dtype)
        for _ in range(self._event_dims()):
            mask = mask[..., None]
        return tf.reduce_sum(draws * mask, axis=self._component_axis())


class Mixture(_Mixed):
    """Different distributions, all of one event shape, and a `Categorical` that chooses among them."""

    def __init__(
        self, cat, components, validate_args=False, allow_nan_stats=True, use_static_graph=False, name="Mixture"
    ):
        parameters = dict(locals())
        if not isinstance(cat, tf.distributions.Categorical):
            raise TypeError(f"cat must be a Categorical distribution, but saw: {cat}")
        if not components:
            raise ValueError("components must be a non-empty list or tuple")
        if not all(isinstance(each, tf.distributions.Distribution) for each in components):
            raise TypeError(f"all entries in components must be Distribution instances but saw: {components}")
        if len({each.dtype for each in components}) > 1:
            raise TypeError(f"All components must have the same dtype, but saw: {[e.dtype for e in components]}")
        self._mixing, self._components = cat, list(components)
        super().__init__(components[0].dtype, NOT_REPARAMETERIZED, parameters, [cat.logits], name)

    @property
    def cat(self):
        return self._mixing

    @property
    def components(self):
        return self._components

    @property
    def num_components(self):
        return len(self._components)

    def _batch_shape_tensor(self):
        return self.cat.batch_shape_tensor()

    def _batch_shape(self):
        return self.cat.batch_shape

    def _event_shape_tensor(self):
        return self.components[0].event_shape_tensor()

    def _event_shape(self):
        return self.components[0].event_shape

    def _stacked(self, statistic: str):
        return tf.stack([getattr(each, statistic)() for each in self.components], axis=self._component_axis())

    def _log_densities(self, x):
        return tf.stack([each.log_prob(x) for each in self.components], axis=-1)

    def _sample_n(self, n, seed=None):
        draws = [each.sample(n, seed=None if seed is None else seed + i) for i, each in enumerate(self.components, 1)]
        return self._chosen(n, tf.stack(draws, axis=self._component_axis()), seed)

    def entropy_lower_bound(self, name="entropy_lower_bound"):
        """The weighted sum of the components' entropies, (*batch)."""
        with tf.name_scope(name):
            entropies = tf.stack([each.entropy() for each in self.components], axis=-1)
            return tf.reduce_sum(self._weights() * entropies, axis=-1)


class MixtureSameFamily(_Mixed):
    """A batch of one distribution, mixed along the last axis of its batch."""

    def __init__(
        self,
        mixture_distribution,
        components_distribution,
        validate_args=False,
        allow_nan_stats=True,
        name="MixtureSameFamily",
    ):
        parameters = dict(locals())
        if not mixture_distribution.dtype.is_integer:
            raise ValueError("`mixture_distribution.dtype` is not over integers")
        if mixture_distribution.event_shape.ndims not in (0, None):
            raise ValueError("`mixture_distribution` must have scalar `event_dim`s")
        self._mixing, self._components = mixture_distribution, components_distribution
        super().__init__(components_distribution.dtype, NOT_REPARAMETERIZED, parameters, [], name)

    @property
    def mixture_distribution(self):
        return self._mixing

    @property
    def components_distribution(self):
        return self._components

    def _batch_shape_tensor(self):
        return self._components.batch_shape_tensor()[:-1]

    def _batch_shape(self):
        return self._components.batch_shape[:-1]

    def _event_shape_tensor(self):
        return self._components.event_shape_tensor()

    def _event_shape(self):
        return self._components.event_shape

    def _stacked(self, statistic: str):
        return getattr(self._components, statistic)()

    def _log_densities(self, x):
        return self._components.log_prob(tf.expand_dims(x, self._component_axis()))

    def _covariance(self):
        if self._event_dims() != 1:
            raise NotImplementedError("covariance is not implemented for events that are no vectors")
        means, weights = self._stacked("mean"), self._weights()[..., None, None]
        apart = means - tf.expand_dims(self._averaged(means), -2)
        spread = apart[..., None] * apart[..., None, :]
        return tf.reduce_sum(weights * (self._stacked("covariance") + spread), axis=-3)

    def _cdf(self, x):
        inside = self._components.cdf(tf.expand_dims(x, self._component_axis()))
        return tf.reduce_sum(inside * self._weights(), axis=-1)

    def _sample_n(self, n, seed=None):
        return self._chosen(n, self._components.sample(n, seed=seed), None if seed is None else seed + 1)


class Independent(tf.distributions.Distribution):
    """The last `reinterpreted_batch_ndims` axes of a distribution's batch as part of its event; by default all but one."""

    def __init__(self, distribution, reinterpreted_batch_ndims=None, validate_args=False, name=None):
        parameters = dict(locals())
        batch = distribution.batch_shape.ndims
        count = max(0, batch - 1) if reinterpreted_batch_ndims is None else int(reinterpreted_batch_ndims)
        if count > batch:
            raise ValueError(f"reinterpreted_batch_ndims({count}) cannot exceed distribution.batch_ndims({batch})")
        self._distribution, self._count = distribution, count
        super().__init__(
            dtype=distribution.dtype,
            reparameterization_type=distribution.reparameterization_type,
            validate_args=validate_args,
            allow_nan_stats=distribution.allow_nan_stats,
            parameters=parameters,
            name=name or f"Independent{distribution.name}",
        )

    @property
    def distribution(self):
        return self._distribution

    @property
    def reinterpreted_batch_ndims(self):
        return self._count

    def _edge(self) -> int:
        return self._distribution.batch_shape.ndims - self._count

    def _batch_shape_tensor(self):
        return self._distribution.batch_shape_tensor()[: self._edge()]

    def _batch_shape(self):
        return self._distribution.batch_shape[: self._edge()]

    def _event_shape_tensor(self):
        inner = self._distribution
        return tf.concat([inner.batch_shape_tensor()[self._edge() :], inner.event_shape_tensor()], 0)

    def _event_shape(self):
        return self._distribution.batch_shape[self._edge() :].concatenate(self._distribution.event_shape)

    def _summed(self, value):
        return tf.reduce_sum(value, axis=list(range(-self._count, 0))) if self._count else value

    def _sample_n(self, n, seed=None):
        return self._distribution.sample(n, seed=seed)

    def _log_prob(self, x):
        return self._summed(self._distribution.log_prob(x))

    def _entropy(self):
        return self._summed(self._distribution.entropy())

    def _mean(self):
        return self._distribution.mean()

    def _variance(self):
        return self._distribution.variance()

    def _stddev(self):
        return self._distribution.stddev()

    def _mode(self):
        return self._distribution.mode()


@tf.distributions.RegisterKL(Independent, Independent)
def _kl_independent(a, b, name=None):
    if a.event_shape.as_list() != b.event_shape.as_list():
        raise ValueError("KL(a || b) of Independent distributions of different event shapes is not defined")
    with tf.name_scope(name, "kl_independent"):
        return a._summed(tf.distributions.kl_divergence(a.distribution, b.distribution))
