"""A linear layer before a recurrent one: two products in a row, with nothing between them, are one.

(x A + a) K + k is x (A K) + (a K + k). Where x is narrower than what A makes of it, the product over all rows and steps
is the smaller for it, on the way back too, and joining the kernels costs no more than one step does. The outputs of the
Dense itself are then computed for nobody; TensorFlow's functions leave them out. So it is not done where somebody may look
at them or change them: in TensorFlow's eager mode, and on PyTorch with a gradient or a hook asked for or a change in place.
"""

from __future__ import annotations

import contextlib

import keras
from keras import ops

__all__ = ["Dense", "product"]

_MADE_OF = "_keras_port_made_of"


@keras.saving.register_keras_serializable(package="keras_port")
class Dense(keras.layers.Dense):
    """keras.layers.Dense; right before SimpleRNN, LSTM or GRU of keras_port.layers its kernel is joined with theirs.

    There is then no gradient with respect to its outputs within a function of TensorFlow's, and on PyTorch unless
    `retain_grad` or a hook comes before that layer is called; `fast=False` there gives it.
    """

    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        if self.activation is keras.activations.linear and self.quantization_mode is None:
            # JAX's arrays take none; in PyTorch's inference mode nobody counts changes
            with contextlib.suppress(AttributeError, RuntimeError):
                setattr(outputs, _MADE_OF, ((inputs, self.kernel, self.bias), _version(outputs)))
        return outputs


def product(layer, sequences, shown: bool) -> tuple:
    """What is multiplied, (batch, time, inputs), with which kernel, and the bias or None: a Dense before it included.

    Args:
        sequences: (batch, time, inputs of the layer).
        shown: whether somebody else may look at them, so that no Dense is included.
    """
    kernel, bias = layer.tensor("kernel"), layer.tensor("bias") if layer.use_bias else None
    before, version = getattr(sequences, _MADE_OF, (None, None))
    if before is None or shown or version != _version(sequences) or before[1].shape[0] >= before[1].shape[1]:
        return sequences, kernel, bias
    inputs, first, first_bias = (None if x is None else ops.cast(x, layer.compute_dtype) for x in before)
    if first_bias is not None:
        through = (first_bias[None] @ kernel)[0]
        bias = through if bias is None else bias + through
    return inputs, first @ kernel, bias


def _version(array) -> int | None:
    """How often PyTorch has changed it in place."""
    return getattr(array, "_version", None)
