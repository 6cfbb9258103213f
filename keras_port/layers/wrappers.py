"""ResidualWrapper, HighwayWrapper, InputProjectionWrapper, OutputProjectionWrapper.

Source: tensorflow 1.15 python/ops/rnn_cell_wrapper_impl.py, contrib/rnn/python/ops/rnn_cell.py (highway) and
core_rnn_cell.py (projections). Its projections start at TF1's default, glorot uniform.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers.wide import activated, matmul
from keras_port.layers.wrapper import CellWrapper


@keras.saving.register_keras_serializable(package="keras_port")
class ResidualWrapper(CellWrapper):
    """inputs + outputs, or `residual_fn(inputs, outputs)`, a registered function."""

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self.residual_fn = residual_fn

    def build(self, input_shape):
        super().build(input_shape)
        if self.residual_fn is None:
            _require_same_width(self, input_shape)

    def call(self, inputs, states, training=False):
        outputs, states = self.inner(inputs, states, training)
        return (inputs + outputs if self.residual_fn is None else self.residual_fn(inputs, outputs)), states

    def get_config(self):
        function = keras.saving.serialize_keras_object(self.residual_fn) if self.residual_fn else None
        return {**super().get_config(), "residual_fn": function}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if config.get("residual_fn"):
            config["residual_fn"] = keras.saving.deserialize_keras_object(config["residual_fn"], custom_objects)
        return super().from_config(config, custom_objects)


@keras.saving.register_keras_serializable(package="keras_port")
class HighwayWrapper(CellWrapper):
    """inputs * carry + outputs * transform, both gates computed from the inputs.

    `transform` is 1 - carry where the gates are coupled. Weights `carry_kernel`,
    `carry_bias` and, uncoupled, `transform_kernel`, `transform_bias`.
    """

    arguments = ("couple_carry_transform_gates", "carry_bias_init")

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0, **kwargs):
        super().__init__(cell, **kwargs)
        self.couple_carry_transform_gates = couple_carry_transform_gates
        self.carry_bias_init = carry_bias_init

    def build(self, input_shape):
        self.build_cell(input_shape)
        width = _require_same_width(self, input_shape)
        starts = {"carry": self.carry_bias_init}
        if not self.couple_carry_transform_gates:
            starts["transform"] = -self.carry_bias_init
        self.gates = {name: add_linear(self, name, width, width, start) for name, start in starts.items()}
        self.built = True

    def call(self, inputs, states, training=False):
        outputs, states = self.inner(inputs, states, training)
        gates = {name: ops.sigmoid(linear(inputs, weights)) for name, weights in self.gates.items()}
        carry = gates["carry"]
        return inputs * carry + outputs * gates.get("transform", 1 - carry), states


class _Projection(CellWrapper):
    def __init__(self, cell, size, activation=None, **kwargs):
        super().__init__(cell, **kwargs)
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{type(self).__name__}: {size} is no width: it must be a whole number above zero")
        self.size = size
        self.activation = keras.activations.get(activation)

    def get_config(self):
        own = {"size": self.size, "activation": keras.activations.serialize(self.activation)}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="keras_port")
class InputProjectionWrapper(_Projection):
    """act(inputs @ input_kernel + input_bias) of width `size`, then the cell."""

    def build(self, input_shape):
        self.weights_in = add_linear(self, "input", input_shape[-1], self.size)
        self.build_cell((*input_shape[:-1], self.size))
        self.built = True

    def call(self, inputs, states, training=False):
        return self.inner(activated(self.activation, linear(inputs, self.weights_in)), states, training)


@keras.saving.register_keras_serializable(package="keras_port")
class OutputProjectionWrapper(_Projection):
    """act(outputs @ output_kernel + output_bias) of width `size`; the state is the cell's."""

    @property
    def output_size(self):
        return self.size

    def build(self, input_shape):
        self.build_cell(input_shape)
        self.weights_out = add_linear(self, "output", super().output_size, self.size)
        self.built = True

    def call(self, inputs, states, training=False):
        outputs, states = self.inner(inputs, states, training)
        return activated(self.activation, linear(outputs, self.weights_out)), states


def add_linear(layer, name: str, rows: int, columns: int, start: float = 0.0) -> tuple:
    """Weights NAME_kernel (rows, columns) and NAME_bias (columns,) of a layer."""
    kernel = layer.add_weight(shape=(rows, columns), initializer="glorot_uniform", name=f"{name}_kernel")
    start = keras.initializers.Constant(start)
    return kernel, layer.add_weight(shape=(columns,), initializer=start, name=f"{name}_bias")


def linear(x, weights):
    kernel, bias = weights
    return matmul(x, kernel) + bias


def _require_same_width(wrapper, input_shape) -> int:
    if input_shape[-1] != wrapper.output_size:
        raise ValueError(
            f"{type(wrapper).__name__}: inputs of width {input_shape[-1]} and outputs of width {wrapper.output_size} "
            "cannot be added"
        )
    return wrapper.output_size
