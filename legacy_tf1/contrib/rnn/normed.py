"""Layer normalization as the recurrent cells of TF1 used it, and the cells built on it.

Source: tensorflow 1.15, contrib/layers/python/layers/layers.py (`layer_norm`) and
contrib/rnn/python/ops/rnn_cell.py, after https://arxiv.org/abs/1607.06450.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import BIAS, KERNEL, LSTMState, LSTMStateTuple, RNNCell, known_width, warn
from legacy_tf1.contrib.rnn.linear import _linear

__all__ = ["LayerNormBasicLSTMCell", "LayerNormLSTMCell", "layer_norm"]


def __dir__():
    return __all__


EPSILON = {tf.float16: 1e-3}  # 1e-12 for every other dtype


def layer_norm(inputs, scope: str, gain: float, shift: float, dtype=None):
    """(batch, units) -> the same, each row with mean 0 and variance 1, times `gamma`, plus `beta`.

    dtype: of both; None is the variable scope's.
    """
    shape = inputs.get_shape()[-1:]
    with tf.variable_scope(scope):
        gamma = tf.get_variable("gamma", shape=shape, initializer=tf.constant_initializer(gain), dtype=dtype)
        beta = tf.get_variable("beta", shape=shape, initializer=tf.constant_initializer(shift), dtype=dtype)
    with tf.variable_scope(scope, reuse=True):
        mean, variance = tf.nn.moments(inputs, [1], keep_dims=True)
        epsilon = EPSILON.get(inputs.dtype.base_dtype, 1e-12)
        return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)


class LayerNormBasicLSTMCell(LSTMState, RNNCell):
    """BasicLSTMCell with each gate and the new c normalized, and dropout on the candidate.

    There is a bias only where there is no normalization, and it starts as the scope's initializer says.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        input_size=None,
        activation=tf.tanh,
        layer_norm=True,
        norm_gain=1.0,
        norm_shift=0.0,
        dropout_keep_prob=1.0,
        dropout_prob_seed=None,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        if input_size is not None:
            warn(self, "the argument input_size has no effect.")
        self._num_units = num_units
        self._forget_bias = forget_bias
        self._activation = activation
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed

    def call(self, inputs, state):
        c, h = state
        joint = tf.concat([inputs, h], 1)
        gates = tf.split(self._linear(joint), 4, axis=1)
        if self._layer_norm:
            names = ("input", "transform", "forget", "output")
            gates = [self._norm(gate, name, joint.dtype) for gate, name in zip(gates, names)]
        i, j, f, o = gates
        candidate = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            candidate = tf.nn.dropout(candidate, self._keep_prob, seed=self._seed)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * candidate
        if self._layer_norm:
            c = self._norm(c, "state", joint.dtype)
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)

    def _norm(self, inp, scope, dtype=tf.float32):
        return layer_norm(inp, scope, self._norm_gain, self._norm_shift, dtype)

    def _linear(self, args):
        columns = 4 * self._num_units
        kernel = tf.get_variable(KERNEL, [args.get_shape()[-1], columns], dtype=args.dtype)
        product = tf.matmul(args, kernel)
        if self._layer_norm:
            return product
        return tf.nn.bias_add(product, tf.get_variable(BIAS, [columns], dtype=args.dtype))


class LayerNormLSTMCell(LSTMState, RNNCell):
    """LSTMCell (peepholes, clipping, projection) with each gate and the new c normalized.

    The bias is made in any case, and added only where there is no normalization.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        forget_bias=1.0,
        activation=None,
        layer_norm=False,
        norm_gain=1.0,
        norm_shift=0.0,
        reuse=None,
    ):
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._forget_bias = forget_bias
        self._activation = activation or tf.tanh
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift

    def call(self, inputs, state):
        c, h = state
        known_width(inputs.get_shape())
        with tf.variable_scope(tf.get_variable_scope(), initializer=self._initializer) as scope:
            i, j, f, o = self._gates([inputs, h])
            w_f, w_i, w_o = self._peepholes(scope, inputs.dtype)
            c = tf.sigmoid(_seen(f + self._forget_bias, w_f, c)) * c + tf.sigmoid(_seen(i, w_i, c)) * self._activation(
                j
            )
            c = self._norm(c, "state") if self._layer_norm else c
            if self._cell_clip is not None:
                c = tf.clip_by_value(c, -self._cell_clip, self._cell_clip)
            h = tf.sigmoid(_seen(o, w_o, c)) * self._activation(c)
            if self._num_proj is not None:
                h = self._project(h)
        return h, LSTMStateTuple(c, h)

    def _gates(self, tensors):
        if not self._layer_norm:
            return tf.split(_linear(tensors, 4 * self._num_units, True), 4, axis=1)
        product = _linear(tensors, 4 * self._num_units, False)
        tf.get_variable(BIAS, [4 * self._num_units], product.dtype, tf.constant_initializer(0.0, product.dtype))
        gates = tf.split(product, 4, axis=1)
        return [self._norm(gate, name) for gate, name in zip(gates, ("input", "transform", "forget", "output"))]

    def _norm(self, tensor, scope):
        return layer_norm(tensor, scope, self._norm_gain, self._norm_shift)

    def _peepholes(self, scope, dtype):
        if not self._use_peepholes:
            return None, None, None
        with tf.variable_scope(scope):
            names = ("w_f_diag", "w_i_diag", "w_o_diag")
            return [tf.get_variable(name, shape=[self._num_units], dtype=dtype) for name in names]

    def _project(self, h):
        with tf.variable_scope("projection"):
            h = _linear(h, self._num_proj, False)
        return h if self._proj_clip is None else tf.clip_by_value(h, -self._proj_clip, self._proj_clip)


def _seen(gate, peephole, c):
    return gate if peephole is None else gate + peephole * c
