"""Relatives of Adam: AdaMax, Nadam, and Adam that leaves rows without a gradient alone.

Sources: tensorflow 1.15, contrib/opt/python/training/adamax.py, nadam_optimizer.py, lazy_adam_optimizer.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.ops import gen_training_ops as training_ops
from tensorflow.python.ops import resource_variable_ops

__all__ = ["AdaMaxOptimizer", "LazyAdamOptimizer", "NadamOptimizer"]


class _Adam(tf.train.AdamOptimizer):
    """Adam, with what the rules below need of it in a variable's own type."""

    def _in_type_of(self, var, *values):
        return [tf.cast(value, var.dtype.base_dtype) for value in values]

    def _moments(self, var):
        return self.get_slot(var, "m"), self.get_slot(var, "v")

    def _rate(self, var):
        """(learning rate with both bias corrections, beta1, beta2, epsilon)."""
        powers = self._in_type_of(var, *self._get_beta_accumulators())
        lr, beta1, beta2, epsilon = self._in_type_of(var, self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        return lr * tf.sqrt(1 - powers[1]) / (1 - powers[0]), beta1, beta2, epsilon

    def _apply_sparse(self, grad, var):
        return self._on_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad, var, indices):
        return self._on_rows(grad, var, indices)

    def _put(self, var, indices, rows):
        """The variable's value once the rows are replaced."""
        return self._scattered(tf.scatter_update, resource_variable_ops.resource_scatter_update, var, indices, rows)

    def _added(self, var, indices, rows):
        """The variable's value once the rows are added to it."""
        return self._scattered(tf.scatter_add, resource_variable_ops.resource_scatter_add, var, indices, rows)

    def _taken(self, var, indices, rows):
        """The variable's value once the rows are taken off it."""
        return self._scattered(tf.scatter_sub, resource_variable_ops.resource_scatter_sub, var, indices, rows)

    def _scattered(self, of_reference, of_resource, var, indices, rows):
        if not isinstance(var, resource_variable_ops.BaseResourceVariable):
            return of_reference(var, indices, rows, use_locking=self._use_locking)
        with tf.control_dependencies([of_resource(var.handle, indices, rows)]):
            return var.value()


class AdaMaxOptimizer(_Adam):
    """`v <- max(beta2 * v, |g|)`, `w <- w - learning_rate / (1 - beta1**t) * m / (v + epsilon)`.

    Where the gradient is sparse, only the rows it names change, moments included.
    """

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="AdaMax"
    ):  # fmt: skip
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self):
        return self._get_non_slot_variable("beta1_power", graph=tf.get_default_graph())

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda var: var.name)
        self._create_non_slot_variable(initial_value=self._beta1, name="beta1_power", colocate_with=first)
        for var in var_list:
            for slot in ("m", "v"):
                self._zeros_slot(var, slot, self._name)

    def _numbers(self, var):
        return self._in_type_of(
            var, self._get_beta_accumulators(), self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t
        )

    def _apply_dense(self, grad, var):
        numbers = self._numbers(var)
        apply = training_ops.apply_ada_max(var, *self._moments(var), *numbers, grad, use_locking=self._use_locking)
        return apply.op

    def _resource_apply_dense(self, grad, var):
        m, v = self._moments(var)
        return training_ops.resource_apply_ada_max(
            var.handle, m.handle, v.handle, *self._numbers(var), grad, use_locking=self._use_locking
        )

    def _on_rows(self, grad, var, indices):
        power, lr, beta1, beta2, epsilon = self._numbers(var)
        m, v = self._moments(var)
        m_rows = tf.gather(m, indices) * beta1 + grad * (1 - beta1)
        v_rows = tf.maximum(tf.gather(v, indices) * beta2, tf.abs(grad))
        step = -lr / (1 - power) * (m_rows / (v_rows + epsilon))
        with tf.control_dependencies([m_rows, v_rows, step]):
            updates = [self._put(m, indices, m_rows), self._put(v, indices, v_rows), self._added(var, indices, step)]
        return tf.group(*updates)

    def _finish(self, update_ops, name_scope):
        with tf.control_dependencies(update_ops):
            power = self._get_beta_accumulators()
            with tf.colocate_with(power):
                update = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return tf.group(*update_ops, update, name=name_scope)


class NadamOptimizer(_Adam):
    """Adam whose step looks ahead: `beta1 * m + (1 - beta1) * g` in the place of m."""

    def _numbers(self, var):
        powers = self._get_beta_accumulators()
        return self._in_type_of(var, *powers, self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)

    def _apply_dense(self, grad, var):
        apply = training_ops.apply_adam(
            var, *self._moments(var), *self._numbers(var), grad, use_locking=self._use_locking, use_nesterov=True
        )
        return apply.op

    def _resource_apply_dense(self, grad, var):
        m, v = self._moments(var)
        return training_ops.resource_apply_adam(
            var.handle,
            m.handle,
            v.handle,
            *self._numbers(var),
            grad,
            use_locking=self._use_locking,
            use_nesterov=True,
        )

    def _on_rows(self, grad, var, indices):
        lr, beta1, beta2, epsilon = self._rate(var)
        m, v = self._moments(var)
        scaled = grad * (1 - beta1)
        with tf.control_dependencies([m.assign(m * beta1, use_locking=self._use_locking)]):
            m_new = self._added(m, indices, scaled)
        with tf.control_dependencies([v.assign(v * beta2, use_locking=self._use_locking)]):
            v_new = self._added(v, indices, grad * grad * (1 - beta2))
        ahead = scaled + beta1 * tf.gather(m_new, indices)
        step = -lr * ahead / (tf.sqrt(tf.gather(v_new, indices)) + epsilon)
        return tf.group(self._added(var, indices, step), ahead, v_new)


class LazyAdamOptimizer(_Adam):
    """Adam; where the gradient is sparse, rows that it does not name keep their moments and weights."""

    def _on_rows(self, grad, var, indices):
        lr, beta1, beta2, epsilon = self._rate(var)
        m, v = self._moments(var)
        m_new = self._put(m, indices, beta1 * tf.gather(m, indices) + (1 - beta1) * grad)
        v_new = self._put(v, indices, beta2 * tf.gather(v, indices) + (1 - beta2) * tf.square(grad))
        m_rows, v_rows = tf.gather(m_new, indices), tf.gather(v_new, indices)
        step = lr * m_rows / (tf.sqrt(v_rows) + epsilon)
        return tf.group(self._taken(var, indices, step), m_new, v_new)
