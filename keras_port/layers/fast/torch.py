"""PyTorch's own fused kernels, for the layers that it has: SimpleRNN of tanh or relu, and LSTM."""

from __future__ import annotations

import keras
import torch

_TANH, _SIGMOID, _RELU = keras.activations.tanh, keras.activations.sigmoid, keras.activations.relu


def over_time(layer, sequences, states):
    """What `inner_loop` returns, or None for a layer that PyTorch has no kernel for."""
    kernel_of = _kernel(layer)
    if kernel_of is None or not sequences.is_cpu:
        return None
    weights = [layer._weight(name).T for name in ("kernel", "recurrent_kernel")]
    if layer.use_bias:
        bias = layer._weight("bias")
        weights += [bias, torch.zeros_like(bias)]
    x = torch.flip(sequences, [1]) if layer.go_backwards else sequences
    first = [state[None] for state in states]
    outputs, *last = kernel_of(
        x,
        tuple(first) if len(first) > 1 else first[0],
        weights,
        layer.use_bias,
        num_layers=1,
        dropout=0.0,
        train=torch.is_grad_enabled(),
        bidirectional=False,
        batch_first=True,
    )
    return outputs[:, -1], outputs, [state[0] for state in last]


def _kernel(layer):
    if isinstance(layer, keras.layers.LSTM):
        fits = layer.activation is _TANH and layer.recurrent_activation is _SIGMOID
        return torch.lstm if fits else None
    if isinstance(layer, keras.layers.SimpleRNN):
        return {_TANH: torch.rnn_tanh, _RELU: torch.rnn_relu}.get(layer.activation)
    return None
