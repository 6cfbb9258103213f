"""TF1's recurrent cells in Keras 3: stock layers where they compute the same, cells of our own where not.

| TF1                                          | here                              | what it is               |
|----------------------------------------------|-----------------------------------|--------------------------|
| BasicRNNCell                                 | basic_rnn, basic_rnn_cell         | keras SimpleRNN(Cell)    |
| BasicLSTMCell, LSTMBlockCell, LSTMBlockFusedCell, CudnnCompatibleLSTMCell, | basic_lstm, basic_lstm_cell | keras LSTM(Cell) |
|   and LSTMCell without its options           |                                   |                          |
| GRUCell, GRUBlockCell, GRUBlockCellV2        | gru, gru_cell                     | keras GRU(Cell), reset_after=False |
| LSTMCell, LSTMBlockCell with peepholes, clipping or projection | LSTMCell        | a cell of our own        |
| LayerNormBasicLSTMCell, LayerNormLSTMCell    | LayerNormLSTMCell                 | a cell of our own        |
| CoupledInputForgetGateLSTMCell               | CoupledInputForgetGateLSTMCell    | a cell of our own        |
| NASCell, UGRNNCell, IntersectionRNNCell, PhasedLSTMCell | the same names         | cells of our own         |
| MultiRNNCell                                 | multi_rnn_cell                    | keras StackedRNNCells    |
| DropoutWrapper, ResidualWrapper, HighwayWrapper, AttentionCellWrapper, | the same names | cells around a cell |
|   InputProjectionWrapper, OutputProjectionWrapper |                              |                          |
| dynamic_rnn, static_rnn                      | DynamicRNN                        | keras RNN with sequence_length, time_major |
| bidirectional_dynamic_rnn, static_bidirectional_rnn | BidirectionalRNN           | two DynamicRNNs          |

`basic_rnn`, `basic_lstm` and `gru` make the classes `SimpleRNN`, `LSTM` and `GRU` of keras_port.layers.fast: Keras's
layers with a faster loop on the CPU. `fast=False`, or KERAS_PORT_FAST=0 in the environment, is Keras's own loop. `Dense`
is Keras's too; without an activation right before one of these, the two make their products as one.

Conventions, the same for stock and own cells:

- Gates stand in Keras's order: LSTM i, f, c, o; GRU z, r, h. A state is [h, c] where TF1 has (c, h).
- Variables carry Keras's names: `kernel` (inputs, gates * units), `recurrent_kernel` (outputs, gates * units),
  `bias`; beside them `peephole_i`, `peephole_f`, `peephole_o` (units,), `projection_kernel` (units, num_proj), and
  for layer normalization `gamma_i`, `beta_i`, ... of the gates i, f, c, o and `gamma_state`, `beta_state`.
- Forget bias. A stock layer has none, so `basic_lstm` starts f's part of the *bias* at `forget_bias`, and loading
  TF1 weights adds it there. A cell of our own takes `forget_bias` as TF1 does, adds it at run time, and keeps its
  variables as TF1 keeps them: loading adds nothing. Rules that look at a weight itself (Ftrl, AdagradDA, the proximal
  ones, any penalty) see a stock layer's bias with the forget bias in it and pull it to zero, which TF1's do not: with
  those, take LSTMCell in place of `basic_lstm`.
"""

from __future__ import annotations

from keras_port.layers.attention import AttentionCellWrapper
from keras_port.layers.coupled import CoupledInputForgetGateLSTMCell
from keras_port.layers.dropout import FED, DropoutWrapper
from keras_port.layers.dynamic import BidirectionalRNN, DynamicRNN, sequence_mask
from keras_port.layers.fast import GRU, LSTM, Dense, SimpleRNN
from keras_port.layers.gated import IntersectionRNNCell, NASCell, UGRNNCell
from keras_port.layers.initializers import joint_glorot, joint_glorot_gru
from keras_port.layers.layer_norm_lstm import LayerNormLSTMCell
from keras_port.layers.lstm import LSTMCell
from keras_port.layers.phased import PhasedLSTMCell
from keras_port.layers.stock import (
    basic_lstm,
    basic_lstm_cell,
    basic_rnn,
    basic_rnn_cell,
    gru,
    gru_cell,
    multi_rnn_cell,
)
from keras_port.layers.wrappers import (
    HighwayWrapper,
    InputProjectionWrapper,
    OutputProjectionWrapper,
    ResidualWrapper,
)

__all__ = [
    "FED",
    "GRU",
    "LSTM",
    "AttentionCellWrapper",
    "BidirectionalRNN",
    "CoupledInputForgetGateLSTMCell",
    "Dense",
    "DropoutWrapper",
    "DynamicRNN",
    "HighwayWrapper",
    "InputProjectionWrapper",
    "IntersectionRNNCell",
    "LSTMCell",
    "LayerNormLSTMCell",
    "NASCell",
    "OutputProjectionWrapper",
    "PhasedLSTMCell",
    "ResidualWrapper",
    "SimpleRNN",
    "UGRNNCell",
    "basic_lstm",
    "basic_lstm_cell",
    "basic_rnn",
    "basic_rnn_cell",
    "gru",
    "gru_cell",
    "joint_glorot",
    "joint_glorot_gru",
    "multi_rnn_cell",
    "sequence_mask",
]
