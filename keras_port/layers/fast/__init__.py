"""Keras's SimpleRNN, LSTM and GRU, faster on the CPU: the same layers, weights, options and numbers up to rounding.

What differs is `inner_loop`, where Keras runs the cell over time:

- the input projections of all steps are one product, made before the loop;
- up to `loop.UNROLLED` steps are laid out in the graph, longer sequences in blocks of `loop.BLOCK` steps inside a loop;
- on TensorFlow with two threads or more, the two halves of the batch are independent chains, which run side by side;
- on PyTorch it is PyTorch's own fused kernel.

Keras's own path is taken with a GPU (cuDNN), with dropout while training, with `unroll=True`, with `reset_after` in a
GRU, with a number of steps that is not known, and wherever the layer is made with `fast=False`, or everywhere with
the environment variable KERAS_PORT_FAST=0.

    layers.py   the three layers, and what sends them Keras's way
    loop.py     a step over time, on TensorFlow and JAX
    torch.py    PyTorch's kernels
"""

from keras_port.layers.fast.layers import GRU, LSTM, SimpleRNN

__all__ = ["GRU", "LSTM", "SimpleRNN"]
