"""The attention mechanisms as Keras layers, which TF 1.15 has beside the ones that it exports.
Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py.
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow.compat.v1 as tf
from tf_keras.src.layers.rnn.legacy_cells import _zero_state_tensors

from legacy_tf1.contrib.seq2seq.bahdanau import _bahdanau_score
from legacy_tf1.contrib.seq2seq.luong import _luong_score
from legacy_tf1.contrib.seq2seq.mechanism import (
    AttentionMechanism,
    _maybe_mask_score,
    _prepare_memory,
    hardmax,
    size_of,
)
from legacy_tf1.contrib.seq2seq.monotonic import _noisy, start_at_first

__all__ = ["BahdanauAttentionV2", "BahdanauMonotonicAttentionV2", "LuongAttentionV2", "LuongMonotonicAttentionV2"]


def __dir__():
    return __all__


class _BaseAttentionMechanismV2(AttentionMechanism, tf.keras.layers.Layer):
    """Called twice: with a memory (and lengths) and `setup_memory=True`, then with [query, state] per step.

    Raises:
        TypeError: a layer is no Keras layer, or `probability_fn` cannot be called.
        ValueError: there is no memory yet, or there is one already, or the inputs are too many or too few.
    """

    def __init__(
        self, memory, probability_fn, query_layer=None, memory_layer=None, memory_sequence_length=None, **kwargs
    ):
        for layer, what in ((query_layer, "query_layer"), (memory_layer, "memory_layer")):
            if layer is not None and not isinstance(layer, tf.keras.layers.Layer):
                raise TypeError(f"{what} must be a Keras layer, not {type(layer).__name__}.")
        self.query_layer = query_layer
        self.memory_layer = memory_layer
        if memory_layer is not None:
            kwargs.setdefault("dtype", memory_layer.dtype)
        super().__init__(**kwargs)
        if not callable(probability_fn):
            raise TypeError(f"probability_fn must be a function, not {type(probability_fn).__name__}.")
        self.probability_fn = probability_fn
        self.keys = self.values = self.batch_size = None
        self._memory_initialized = False
        self._check_inner_dims_defined = True
        self.supports_masking = True
        self.score_mask_value = tf.as_dtype(self.dtype).as_numpy_dtype(-np.inf)
        if memory is not None:
            inputs = memory if memory_sequence_length is None else [memory, memory_sequence_length]
            self.values = super().__call__(inputs, setup_memory=True)

    def build(self, input_shape):
        if self._memory_initialized:
            layer, shape = self.query_layer, input_shape[0]
        else:
            layer, shape = self.memory_layer, input_shape[0] if isinstance(input_shape, list) else input_shape
        if layer is not None and not layer.built:
            layer.build(shape)

    def __call__(self, inputs, **kwargs):
        if self._memory_initialized:
            _check_query(inputs)
            if len(inputs) == 2:
                inputs.append(self.values)  # so that Keras knows that the result depends on the memory
        return super().__call__(inputs, **kwargs)

    def call(self, inputs, mask=None, setup_memory=False, **kwargs):
        if setup_memory:
            parts = inputs if isinstance(inputs, list) else [inputs]
            if len(parts) not in (1, 2):
                raise ValueError(f"The inputs are [memory] or [memory, lengths], not {len(parts)} tensors.")
            self._setup_memory(parts[0], parts[1] if len(parts) == 2 else None, mask)
            self.built = False  # the next call has other inputs, and more weights to make
            return self.values
        if not self._memory_initialized:
            raise ValueError("Attention can be asked for only after the memory has been set up.")
        _check_query(inputs)
        return self._calculate_attention(inputs[0], inputs[1])

    def _setup_memory(self, memory, memory_sequence_length=None, memory_mask=None):
        if self._memory_initialized:
            raise ValueError("The memory has been set up before.")
        with tf.name_scope(self.name, "BaseAttentionMechanismInit", tf.nest.flatten(memory)):
            self.values = _prepare_memory(
                memory,
                memory_sequence_length=memory_sequence_length,
                memory_mask=memory_mask,
                check_inner_dims_defined=self._check_inner_dims_defined,
            )
            self.keys = self.values if self.memory_layer is None else self.memory_layer(self.values)
            self.batch_size = size_of(self.keys, 0)
            self._alignments_size = size_of(self.keys, 1)
            if memory_mask is not None:
                self.probability_fn = self._masked(self.probability_fn, memory_mask)
        self._memory_initialized = True

    def _masked(self, function, mask):
        value = self.score_mask_value
        return lambda score, state: function(_maybe_mask_score(score, memory_mask=mask, score_mask_value=value), state)

    def _score(self, query):
        raise NotImplementedError("A mechanism must say how it scores its keys.")

    def _calculate_attention(self, query, state):
        alignments = self.probability_fn(self._score(query), state)
        return alignments, alignments

    def compute_mask(self, inputs, mask=None):
        return None, None

    def get_config(self):
        config = {**super().get_config(), "memory": None}
        for name, layer in (("query_layer", self.query_layer), ("memory_layer", self.memory_layer)):
            if layer is not None:
                config[name] = {"class_name": type(layer).__name__, "config": layer.get_config()}
        return {**config, **{name: self._option(name) for name in self._options}}

    def _option(self, name):
        if name == "kernel_initializer":
            return tf.keras.initializers.serialize(self.kernel_initializer)
        return getattr(self, "probability_fn_name" if name == "probability_fn" else name)

    _options = ()  # the arguments that a subclass adds

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**cls.deserialize_inner_layer_from_config(config, custom_objects=custom_objects))

    def _stateless(self, func_name):
        """The named function, as one that does not look at the state."""
        function = self._process_probability_fn(func_name)
        return lambda score, _: function(score)

    def _process_probability_fn(self, func_name):
        functions = {"softmax": tf.nn.softmax, "hardmax": hardmax}
        if func_name not in functions:
            raise ValueError(f'probability_fn must be "softmax" or "hardmax", not {func_name!r}.')
        return functions[func_name]

    @classmethod
    def deserialize_inner_layer_from_config(cls, config, custom_objects):
        """The config with layers in the place of their configs."""
        made = {
            name: tf.keras.layers.deserialize(config[name], custom_objects=custom_objects)
            for name in ("query_layer", "memory_layer")
            if config.get(name)
        }
        return {**config, **made}

    @property
    def alignments_size(self):
        return self._alignments_size

    @property
    def state_size(self):
        return self._alignments_size

    def initial_alignments(self, batch_size, dtype):
        """Zeros (batch, time)."""
        return _zero_state_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        return self.initial_alignments(batch_size, dtype)


class _Multiplicative:
    """Luong's score, times `attention_g` where `scale` is set."""

    attention_g = None

    def build(self, input_shape):
        super().build(input_shape)
        if self.scale and self.attention_g is None:
            self.attention_g = self.add_weight("attention_g", initializer=tf.ones_initializer, shape=())
        self.built = True

    def _score(self, query):
        return _luong_score(query, self.keys, self.attention_g)


class _Additive:
    """Bahdanau's score, with `attention_g` and `attention_b` where `normalize` is set."""

    attention_v = attention_g = attention_b = None

    def build(self, input_shape):
        super().build(input_shape)
        if self.attention_v is None:
            self.attention_v = self.add_weight(
                "attention_v", [self.units], dtype=self.dtype, initializer=self.kernel_initializer
            )
        self._before_norm()
        if self.normalize and self.attention_g is None and self.attention_b is None:
            length = tf.constant_initializer(math.sqrt(1.0 / self.units))
            self.attention_g = self.add_weight("attention_g", initializer=length, shape=())
            self.attention_b = self.add_weight("attention_b", shape=[self.units], initializer=tf.zeros_initializer())
        self.built = True

    def _before_norm(self):
        """Make what comes before these two."""

    def _score(self, query):
        processed = self.query_layer(query) if self.query_layer else query
        return _bahdanau_score(
            processed, self.keys, self.attention_v, attention_g=self.attention_g, attention_b=self.attention_b
        )


class _Monotonic:
    """The score plus `attention_score_bias`; attention starts at the first place of the memory."""

    attention_score_bias = None

    def _make_bias(self):
        if self.attention_score_bias is None:
            start = tf.constant_initializer(self.score_bias_init, dtype=self.dtype)
            self.attention_score_bias = self.add_weight("attention_score_bias", (), self.dtype, start)

    def _score(self, query):
        return super()._score(query) + self.attention_score_bias

    def initial_alignments(self, batch_size, dtype):
        return start_at_first(batch_size, self._alignments_size, dtype)


class _BaseMonotonicAttentionMechanismV2(_Monotonic, _BaseAttentionMechanismV2):
    """For mechanisms of a script's own."""


def _check_query(inputs):
    if len(inputs) not in (2, 3):
        raise ValueError(f"The inputs are [query, state] and possibly the memory, not {len(inputs)} tensors.")


def _dense(units, name, dtype):
    return tf.keras.layers.Dense(units, name=name, use_bias=False, dtype=dtype)


class LuongAttentionV2(_Multiplicative, _BaseAttentionMechanismV2):
    """LuongAttention as a Keras layer; `probability_fn` is "softmax" or "hardmax"."""

    _options = ("units", "scale", "probability_fn")

    def __init__(
        self,
        units,
        memory,
        memory_sequence_length=None,
        scale=False,
        probability_fn="softmax",
        dtype=None,
        name="LuongAttention",
        **kwargs,
    ):
        dtype = dtype or tf.float32
        self.probability_fn_name = probability_fn
        self.units = units
        self.scale = scale
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=None,
            memory_layer=kwargs.pop("memory_layer", None) or _dense(units, "memory_layer", dtype),
            probability_fn=self._stateless(probability_fn),
            name=name,
            dtype=dtype,
            **kwargs,
        )


class BahdanauAttentionV2(_Additive, _BaseAttentionMechanismV2):
    """BahdanauAttention as a Keras layer; `probability_fn` is "softmax" or "hardmax"."""

    _options = ("units", "normalize", "probability_fn", "kernel_initializer")

    def __init__(
        self,
        units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        probability_fn="softmax",
        kernel_initializer="glorot_uniform",
        dtype=None,
        name="BahdanauAttention",
        **kwargs,
    ):
        dtype = dtype or tf.float32
        self.probability_fn_name = probability_fn
        self.units = units
        self.normalize = normalize
        self.kernel_initializer = tf.keras.initializers.get(kernel_initializer)
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=kwargs.pop("query_layer", None) or _dense(units, "query_layer", dtype),
            memory_layer=kwargs.pop("memory_layer", None) or _dense(units, "memory_layer", dtype),
            probability_fn=self._stateless(probability_fn),
            name=name,
            dtype=dtype,
            **kwargs,
        )


class BahdanauMonotonicAttentionV2(_Monotonic, _Additive, _BaseAttentionMechanismV2):
    """BahdanauMonotonicAttention as a Keras layer."""

    _options = (
        "units", "normalize", "sigmoid_noise", "sigmoid_noise_seed", "score_bias_init", "mode", "kernel_initializer"
    )  # fmt: skip

    def __init__(
        self,
        units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        kernel_initializer="glorot_uniform",
        dtype=None,
        name="BahdanauMonotonicAttention",
        **kwargs,
    ):
        dtype = dtype or tf.float32
        self.units = units
        self.normalize = normalize
        self.sigmoid_noise = sigmoid_noise
        self.sigmoid_noise_seed = sigmoid_noise_seed
        self.score_bias_init = score_bias_init
        self.mode = mode
        self.kernel_initializer = tf.keras.initializers.get(kernel_initializer)
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=kwargs.pop("query_layer", None) or _dense(units, "query_layer", dtype),
            memory_layer=kwargs.pop("memory_layer", None) or _dense(units, "memory_layer", dtype),
            probability_fn=_noisy(sigmoid_noise, mode, sigmoid_noise_seed),
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def _before_norm(self):
        self._make_bias()


class LuongMonotonicAttentionV2(_Monotonic, _Multiplicative, _BaseAttentionMechanismV2):
    """LuongMonotonicAttention as a Keras layer."""

    _options = ("units", "scale", "sigmoid_noise", "sigmoid_noise_seed", "score_bias_init", "mode")

    def __init__(
        self,
        units,
        memory,
        memory_sequence_length=None,
        scale=False,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="LuongMonotonicAttention",
        **kwargs,
    ):
        dtype = dtype or tf.float32
        self.units = units
        self.scale = scale
        self.sigmoid_noise = sigmoid_noise
        self.sigmoid_noise_seed = sigmoid_noise_seed
        self.score_bias_init = score_bias_init
        self.mode = mode
        super().__init__(
            memory=memory,
            memory_sequence_length=memory_sequence_length,
            query_layer=None,
            memory_layer=kwargs.pop("memory_layer", None) or _dense(units, "memory_layer", dtype),
            probability_fn=_noisy(sigmoid_noise, mode, sigmoid_noise_seed),
            name=name,
            dtype=dtype,
            **kwargs,
        )

    def build(self, input_shape):
        super().build(input_shape)
        self._make_bias()
