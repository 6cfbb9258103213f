"""Keras's own layers and cells, set up to compute what TF1's cells compute.

Each helper takes `units` and the width of the `inputs`, from which TF1's
initial limits follow; everything else goes to the class. A helper called
`..._cell` makes Keras's cell, for multi_rnn_cell, wrappers and DynamicRNN; the
others make Keras's layer with a faster loop, see keras_port.layers.fast.

Source: tensorflow 1.15 python/ops/rnn_cell_impl.py; contrib/rnn/python/ops/lstm_ops.py and gru_ops.py for the
block cells, which compute the same in one op.
"""

from __future__ import annotations

import keras

from keras_port.layers.fast import GRU, LSTM, SimpleRNN
from keras_port.layers.initializers import joint_glorot, joint_glorot_gru
from keras_port.layers.wide import tanh


def basic_rnn(units, *, inputs, **options) -> SimpleRNN:
    """BasicRNNCell over time: h = act(x W + h U + b)."""
    return _made(SimpleRNN, units, joint_glorot(inputs=inputs, units=units), options)


def basic_rnn_cell(units, *, inputs, **options) -> keras.layers.SimpleRNNCell:
    """BasicRNNCell."""
    return _made(keras.layers.SimpleRNNCell, units, joint_glorot(inputs=inputs, units=units), options)


def basic_lstm(units, *, inputs, forget_bias=1.0, **options) -> LSTM:
    """BasicLSTMCell over time; also LSTMCell, LSTMBlockCell, LSTMBlockFusedCell without their options."""
    return _made(LSTM, units, _lstm(inputs, units, forget_bias), options)


def basic_lstm_cell(units, *, inputs, forget_bias=1.0, **options) -> keras.layers.LSTMCell:
    """BasicLSTMCell; also LSTMCell and LSTMBlockCell without their options."""
    return _made(keras.layers.LSTMCell, units, _lstm(inputs, units, forget_bias), options)


def gru(units, *, inputs, **options) -> GRU:
    """GRUCell, GRUBlockCell, GRUBlockCellV2 over time."""
    return _made(GRU, units, _gru(inputs, units), options)


def gru_cell(units, *, inputs, **options) -> keras.layers.GRUCell:
    """GRUCell, GRUBlockCell, GRUBlockCellV2."""
    return _made(keras.layers.GRUCell, units, _gru(inputs, units), options)


def multi_rnn_cell(cells):
    """MultiRNNCell: the cells on top of each other. A cell that stands there twice shares its weights."""
    # Keras's StackedRNNCells returns the state of a single cell unnested, and a masked loop then fails.
    return keras.layers.StackedRNNCells(list(cells)) if len(cells) > 1 else cells[0]


def _made(kind, units, ours, options):
    if keras.backend.backend() == "jax" and keras.dtype_policies.get(options.get("dtype")).compute_dtype == "float64":
        ours["activation"] = tanh  # Keras's rounds to float32 there
    # An option of the caller's wins over ours.
    return kind(units, **{**ours, **options})


def _lstm(inputs, units, forget_bias) -> dict:
    return {
        **joint_glorot(inputs=inputs, units=units, gates=4),
        "recurrent_activation": "sigmoid",
        "unit_forget_bias": False,  # that would be 1 and nothing else
        "bias_initializer": GateBias([0.0, forget_bias, 0.0, 0.0]),
    }


def _gru(inputs, units) -> dict:
    return {
        **joint_glorot_gru(inputs=inputs, units=units),
        "recurrent_activation": "sigmoid",
        "reset_after": False,
        "bias_initializer": GateBias([1.0, 1.0, 0.0]),  # z, r, h: TF1's gates start open
    }


@keras.saving.register_keras_serializable(package="keras_port")
class GateBias(keras.initializers.Initializer):
    """One start value per gate, for a bias (gates * units,)."""

    def __init__(self, starts):
        self.starts = list(starts)

    def __call__(self, shape, dtype=None):
        (columns,) = shape
        return keras.ops.repeat(keras.ops.convert_to_tensor(self.starts, dtype), columns // len(self.starts))

    def get_config(self):
        return {"starts": self.starts}
