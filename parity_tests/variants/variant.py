"""What a row of the table is, and the two ways in which most rows run a cell over time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

__all__ = ["STEPS", "UNITS", "USUAL", "WIDTH", "Variant", "cell", "lengths_of", "stock"]

UNITS, WIDTH = 8, 7  # a power of two, and the pixels of a row: every fourth of an image's 28
USUAL, STEPS = 20, 300  # training steps without an option, and with --full


@dataclasses.dataclass(frozen=True)
class Variant:
    """One row: a small classifier of image rows in TF1, and the same in Keras.

    Both functions get (batch, 7, 7) rows and return tensors (batch, any width); what follows, a linear layer
    to ten classes and the cross-entropy, is the same for all rows.

    Attributes:
        tf1: `tf1(tf, rows)`, `tf` being TF 1.15's module.
        keras: `keras(layers, rows)`, `layers` being keras_port.layers.
        train: `train(tf, step, dtype)` makes TF1's optimizer; `step` is the global step.
        optimizer: `optimizer(optimizers)` makes Keras's, `optimizers` being keras_port.optimizers.
        depth: recurrent layers on top of each other, which a rounding error passes through.
        forget_bias: of a stock Keras LSTM, where it is not TF1's default.
        dtypes: in which TF1 runs it; its block cells and its phased cell know float32 only.
    """

    name: str
    tf1: Callable
    keras: Callable
    train: Callable = lambda tf, step, dtype: tf.train.AdamOptimizer(0.01)
    optimizer: Callable = lambda optimizers: optimizers.Adam(0.01)
    depth: int = 1
    forget_bias: float | None = None
    dtypes: tuple[str, ...] = ("float32", "float64")


def cell(name: str, tf1: Callable, keras: Callable, *, masked: bool = False, **options) -> Variant:
    """A cell in tf.nn.dynamic_rnn and in DynamicRNN; `masked` rows end at lengths of their own, 0 to 7."""

    def of_tf1(tf, rows):
        lengths = lengths_of(tf, rows) if masked else None
        outputs, state = tf.nn.dynamic_rnn(tf1(tf), rows, sequence_length=lengths, dtype=rows.dtype)
        return [tf.reduce_sum(outputs, 1), *tf.contrib.framework.nest.flatten(state)]

    def of_keras(layers, rows):
        from keras import ops

        from keras_port.layers import state

        layer = layers.DynamicRNN(keras(layers), return_state=True, name="rnn")
        outputs, *final = layer(rows, sequence_length=lengths_of(ops, rows) if masked else None)
        return [ops.sum(outputs, axis=1), *state.tf1_leaves(final, state.kinds(layer.cell))]

    return Variant(name, of_tf1, of_keras, **options)


def stock(name: str, tf1: Callable, keras: Callable, **options) -> Variant:
    """A cell in tf.nn.dynamic_rnn and one of Keras's own layers, whose last output is its state h."""

    def of_keras(layers, rows):
        from keras import ops

        outputs, *final = keras(layers, dict(return_sequences=True, return_state=True, name="rnn"))(rows)
        return [ops.sum(outputs, axis=1), *final[::-1]]

    return Variant(name, cell(name, tf1, None).tf1, of_keras, **options)


def lengths_of(library, rows):
    """(batch,) lengths from 0 to 7: how many pixels of an image's middle column are bright.

    Args:
        library: TF 1.15's module or keras.ops; the names agree.
    """
    count = getattr(library, "reduce_sum", None) or library.sum
    return count(library.cast(rows[:, :, WIDTH // 2] > 0, "int32"), axis=1)
