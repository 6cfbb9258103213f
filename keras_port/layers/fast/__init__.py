"""Keras's SimpleRNN, LSTM and GRU, faster on the CPU: the same layers, weights, options and numbers up to rounding.

What differs is `inner_loop`, where Keras runs the cell over time.

- On TensorFlow the inputs of all steps are multiplied at once or, where that is less work, together with the state; the
  steps are laid out in the graph, or in a loop where they are more than 48; their way back is written out, with one
  product for the weights of all steps; and where two operations can run at once the two halves of the batch are
  independent chains, side by side. What XLA compiles is one loop. The kernel of a linear
  `Dense` before the layer, the one of this package, is joined with the layer's if it widens its inputs: fewer products.
- On PyTorch it is PyTorch's own fused kernel.
- On JAX it is Keras's own loop: laid out, XLA takes half a minute to compile it, and it runs slower.

Keras's own path is also taken with a GPU, where it leads to cuDNN (its kernels for LSTM and GRU; tests have seen the
choice, with a faked GPU, and nobody has measured one), on TensorFlow for an activation other than tanh, sigmoid,
hard_sigmoid, relu, elu and linear, and for more than 48 steps of SimpleRNN or LSTM in a single chain without such a
`Dense`, where it is nearly as fast and keeps less in memory; on PyTorch for masks and what it has no kernel for; for
dropout while training, `unroll=True`, a GRU with `reset_after`, a layer made with `fast=False`, and everywhere with
KERAS_PORT_FAST=0 in the environment.

    dense.py            a linear layer before them
    layers.py           the three layers, and what sends them Keras's way
    over_tensorflow.py  the steps over time in TensorFlow: one chain or two
    laid_out.py         all steps in the graph, and their way back
    looped.py           the same in two loops
    formulas.py         one step of each layer there, and its way back
    products.py         a step's product with a kernel, and its way back
    over_torch.py       PyTorch's kernels
"""

from keras_port.layers.fast.dense import Dense
from keras_port.layers.fast.layers import GRU, LSTM, SimpleRNN, is_fast

__all__ = ["GRU", "LSTM", "Dense", "SimpleRNN", "is_fast"]
