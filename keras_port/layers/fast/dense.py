"""A linear layer before a recurrent one: two products in a row, with nothing between them, are one.

(x A + a) K + k is x (A K) + (a K + k). Where x is narrower than what A makes of it, the product over all rows and steps
is the smaller for it, and what joins the kernels is the size of one step. On TensorFlow the layers of this package do so
behind this Dense; its own outputs are then computed for nobody, and TensorFlow leaves them out.
"""

from __future__ import annotations

import keras

__all__ = ["Dense", "made_of"]

_MADE_OF = "_keras_port_made_of"


@keras.saving.register_keras_serializable(package="keras_port")
class Dense(keras.layers.Dense):
    """keras.layers.Dense; before SimpleRNN, LSTM or GRU of keras_port.layers its kernel is joined with theirs."""

    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        linear = self.activation is keras.activations.linear and self.quantization_mode is None
        if linear and keras.backend.backend() == "tensorflow":
            setattr(outputs, _MADE_OF, (inputs, self.kernel, self.bias))
        return outputs


def made_of(tensor):
    """(inputs, kernel, bias or None) of the Dense that made the tensor; None if something else did, or came between."""
    return getattr(tensor, _MADE_OF, None)
