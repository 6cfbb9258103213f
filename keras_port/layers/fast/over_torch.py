"""PyTorch's own fused kernels, where it has one: LSTM, and SimpleRNN of tanh or relu, both without a mask."""

from __future__ import annotations

import keras
import torch

from keras_port.layers.fast.dense import product

__all__ = ["keras_compiles", "on_cpu", "over_time"]


def on_cpu() -> bool:
    return True  # its tensors tell, in `over_time`


def keras_compiles() -> bool:
    return False


def over_time(layer, sequences, states, mask):
    """What the layer's `inner_loop` returns, or None where PyTorch has no kernel, or a GPU is to do the work."""
    kernel_of = _kernel(layer)
    if kernel_of is None or mask is not None or not sequences.is_cpu:
        return None
    shown = sequences.retains_grad or bool(sequences._backward_hooks)
    sequences, kernel, bias = product(layer, sequences, shown)
    weights = [kernel.T, layer.tensor("recurrent_kernel").T]
    if bias is not None:
        weights += [bias, torch.zeros_like(bias)]
    first = [state[None] for state in states]
    outputs, *last = kernel_of(
        torch.flip(sequences, [1]) if layer.go_backwards else sequences,
        first if len(first) > 1 else first[0],
        weights,
        bias is not None,
        num_layers=1,
        dropout=0.0,
        train=torch.is_grad_enabled(),
        bidirectional=False,
        batch_first=True,
    )
    return outputs[:, -1], outputs, [state[0] for state in last]


def _kernel(layer):
    activation = layer.activation
    if isinstance(layer, keras.layers.LSTM):
        usual = activation is keras.activations.tanh and layer.recurrent_activation is keras.activations.sigmoid
        return torch.lstm if usual else None
    if isinstance(layer, keras.layers.SimpleRNN):
        return {keras.activations.tanh: torch.rnn_tanh, keras.activations.relu: torch.rnn_relu}.get(activation)
    return None
