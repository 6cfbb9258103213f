"""TF1's cells of all ages: what their variables are called, and the rows into each Keras cell.

LEAVES  role -> how a variable of that role ends, from TF 0.12 to 1.15
CELLS   a TF1 cell: its scopes, the roles it has
ROWS    (TF1 cell, Keras class) -> the function that makes the rows

A cell of keras_port.layers adds its forget bias at run time, as TF1 does, so
nothing is added to its weights; a stock Keras LSTM keeps it inside the bias.

Source: tensorflow 1.15 python/ops/rnn_cell_impl.py; contrib/rnn/python/ops/
rnn_cell.py, lstm_ops.py, gru_ops.py; contrib/cudnn_rnn/python/ops/
cudnn_rnn_ops.py; keras/layers/recurrent.py; the older names: contrib/rnn/python/tools/checkpoint_convert.py
and the same files in tags v0.12.0 and v1.0.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from keras_port.weights.rows import COPY, LSTM_FORGET, LSTM_GATES, Row, Transform, gate_bias, joint_kernel, reorder

_NORMED = {"i": "input", "c": "transform", "f": "forget", "o": "output", "state": "state"}
_PHASED = {"gates": "mask_gates", "candidate": "new_input", "output": "output_gate"}

#                     TF 1.2 to 1.15              TF 1.0, 1.1               TF 0.12
LEAVES: dict[str, tuple[str, ...]] = {
    "gates_kernel": ("gates/kernel", "w_ru", "gates/weights", "Gates/Linear/Matrix"),
    "gates_bias": ("gates/bias", "b_ru", "gates/biases", "Gates/Linear/Bias"),
    "candidate_kernel": ("candidate/kernel", "w_c", "candidate/weights", "Candidate/Linear/Matrix"),
    "candidate_bias": ("candidate/bias", "b_c", "candidate/biases", "Candidate/Linear/Bias"),
    "hidden_kernel": ("candidate/hidden_projection/kernel",),
    "hidden_bias": ("candidate/hidden_projection/bias",),
    "input_kernel": ("candidate/input_projection/kernel", "in_projection/kernel", "in_projection/weights"),
    "input_bias": ("candidate/input_projection/bias", "in_projection/bias", "in_projection/biases"),
    "projection_kernel": ("projection/kernel", "projection_weights", "projection/weights", "W_P_0"),
    "peephole_i": ("w_i_diag", "W_I_diag"),
    "peephole_f": ("w_f_diag", "W_F_diag"),
    "peephole_o": ("w_o_diag", "W_O_diag"),
    **{f"gamma_{gate}": (f"{name}/gamma",) for gate, name in _NORMED.items()},
    **{f"beta_{gate}": (f"{name}/beta",) for gate, name in _NORMED.items()},
    "carry_kernel": ("carry_w",),
    "carry_bias": ("carry_b",),
    "transform_kernel": ("transform_w",),
    "transform_bias": ("transform_b",),
    "window_kernel": ("attention/attn_w",),
    "score": ("attention/attn_v",),
    "query_kernel": ("attention/kernel", "attention/weights"),
    "query_bias": ("attention/bias", "attention/biases"),
    "output_kernel": ("attn_output_projection/kernel", "attn_output_projection/weights"),
    "output_bias": ("attn_output_projection/bias", "attn_output_projection/biases"),
    **{
        f"phased_{ours}_{end}": tuple(f"{name}/{leaf}" for leaf in leaves)
        for ours, name in _PHASED.items()
        for end, leaves in (("kernel", ("kernel", "weights")), ("bias", ("bias", "biases")))
    },
    "period": ("period",),
    "phase": ("phase",),
    "ratio_on": ("ratio_on",),
    "opaque": ("opaque_kernel",),
    "recurrent_kernel": ("recurrent_kernel", "recurrent_weights"),
    "embedding": ("embedding", "embeddings"),
    "kernel": ("kernel", "weights", "Linear/Matrix", "Matrix", "W_0", "W", "w"),
    "bias": ("bias", "biases", "Linear/Bias", "Bias", "B", "b"),
    "gamma": ("gamma",),
    "beta": ("beta",),
    "moving_mean": ("moving_mean",),
    "moving_variance": ("moving_variance",),
}


@dataclass(frozen=True)
class Cell:
    """A TF1 cell or layer.

    Attributes:
        name: as a table shows it.
        scopes: how the last part of its scope may begin; empty where only its roles tell.
        needs, may: the roles that it has, and those that it may have.
        forget_bias: TF1's default, or None where it has none.
        idle: roles that TF1 makes variables for and never uses, where there is layer normalization.
        gates: how many times the units its recurrent kernel is wide, where that tells it from other cells; else 0.
    """

    name: str
    scopes: tuple[str, ...]
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    forget_bias: float | None = None
    idle: tuple[str, ...] = ()
    gates: int = 0


_PLAIN = ("kernel", "bias")
_PEEPHOLES = ("peephole_i", "peephole_f", "peephole_o")
_NORMS = tuple(f"{what}_{gate}" for gate in _NORMED for what in ("gamma", "beta"))
_ATTENTION = ("window_kernel", "score", "query_kernel", "query_bias", "output_kernel", "output_bias")
_RHYTHM = (*(f"phased_{ours}_{end}" for ours in _PHASED for end in _PLAIN), "period", "phase", "ratio_on")
_LSTM_SCOPES = (
    "basic_lstm_cell", "lstm_cell", "BasicLSTMCell", "LSTMCell", "lstm_fused_cell", "lstm_block_wrapper",
    "lstm_block_cell", "LSTMBlockCell",
)  # fmt: skip

_OWN_KERNELS = ("kernel", "recurrent_kernel")
# tf.keras's own recurrent layers: their gates, which Keras 3 has in the same order
OF_KERAS = {"tf.keras SimpleRNN": 1, "tf.keras GRU": 3, "tf.keras LSTM": 4}

# A cell that is told by its scope stands before those that any scope may have.
CELLS: tuple[Cell, ...] = (
    Cell("BasicRNNCell", ("basic_rnn_cell", "BasicRNNCell"), _PLAIN),
    Cell("LSTMCell", _LSTM_SCOPES, _PLAIN, (*_PEEPHOLES, "projection_kernel"), 1.0),
    Cell("CudnnCompatibleLSTMCell", ("cudnn_compatible_lstm_cell",), _PLAIN, (), 0.0),
    Cell("CoupledInputForgetGateLSTMCell", ("coupled_input_forget_gate_lstm_cell",), ("kernel",),
         ("bias", *_PEEPHOLES, "projection_kernel", *_NORMS), 1.0, ("bias",)),
    Cell("LayerNormLSTMCell", ("layer_norm_lstm_cell",), ("kernel",),
         ("bias", *_PEEPHOLES, "projection_kernel", *_NORMS), 1.0, ("bias",)),
    Cell("InputProjectionWrapper", ("input_projection_wrapper",), _PLAIN),
    Cell("OutputProjectionWrapper", ("output_projection_wrapper",), _PLAIN),
    Cell("HighwayWrapper", (), ("carry_kernel", "carry_bias"), ("transform_kernel", "transform_bias")),
    Cell("AttentionCellWrapper", ("attention_cell_wrapper",), (*_PLAIN, *_ATTENTION)),
    Cell("PhasedLSTMCell", (), _RHYTHM),
    Cell("UGRNNCell", ("ugrnn_cell", "UGRNNCell"), _PLAIN, (), 1.0),
    Cell("IntersectionRNNCell", ("intersection_rnn_cell",), _PLAIN, ("input_kernel", "input_bias"), 1.0),
    Cell("NASCell", (), _OWN_KERNELS, ("bias", "projection_kernel"), gates=8),
    *(Cell(name, (), _OWN_KERNELS, ("bias",), gates=gates) for name, gates in OF_KERAS.items()),
    Cell("LayerNormBasicLSTMCell", ("layer_norm_basic_lstm_cell",), ("kernel",), ("bias", *_NORMS), 1.0),
    Cell("CudnnCompatibleGRUCell", (), ("gates_kernel", "gates_bias", "input_kernel", "input_bias", "hidden_kernel",
                                        "hidden_bias")),
    Cell("GRUCell", (), ("gates_kernel", "gates_bias", "candidate_kernel", "candidate_bias")),
    Cell("opaque cuDNN parameters", (), ("opaque",)),
    Cell("batch normalization", (), ("moving_mean", "moving_variance"), ("gamma", "beta")),
    Cell("dense", (), ("kernel",), ("bias",)),
    Cell("embedding", (), ("embedding",)),
)  # fmt: skip
BY_NAME = {cell.name: cell for cell in CELLS}
# What a scope of any other name with a kernel and a bias may be, besides a dense layer.
CUSTOM_NAMED = ("LSTMCell", "BasicRNNCell", "UGRNNCell")

Names = Mapping[str, str]  # role -> TF1 name; or Keras variable's name -> its path
Shapes = Mapping[str, tuple[int, ...]]  # Keras path -> shape, as far as known


def copied(*pairs: tuple[str, str]):
    """Rows that change nothing, for the (role, Keras name) that are there."""

    def make(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
        return [Row(names[role], (keras[own],), COPY) for role, own in pairs if role in names and own in keras]

    return make


def joint(order: tuple[int, ...], *, shifted: int | None = None):
    """Rows of one kernel for input and state, and of the bias, where they are there."""

    def make(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
        outputs = shapes.get(keras["recurrent_kernel"], (None,))[0]
        kernel = joint_kernel(order, recurrent=outputs)
        rows = [Row(names["kernel"], (keras["kernel"], keras["recurrent_kernel"]), kernel)]
        if "bias" in names and "bias" in keras:
            rows.append(Row(names["bias"], (keras["bias"],), gate_bias(order, shifted=shifted, by=forget_bias)))
        return rows + _EXTRAS(names, keras, forget_bias, shapes)

    return make


_EXTRAS = copied(*((name, name) for name in (*_PEEPHOLES, "projection_kernel", *_NORMS, "input_kernel", "input_bias")))


def gru(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
    """TF1's gates r, u and candidate, Keras's z, r, h in one kernel."""
    return [
        Row((names["gates_kernel"], names["candidate_kernel"]), (keras["kernel"], keras["recurrent_kernel"]), GRU_KERNEL),
        Row((names["gates_bias"], names["candidate_bias"]), (keras["bias"],), GRU_BIAS),
    ]  # fmt: skip


def cudnn_gru(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
    """CudnnCompatibleGRUCell: reset after the matmul, two biases for the candidate."""
    kernels = ("gates_kernel", "input_kernel", "hidden_kernel")
    biases = ("gates_bias", "input_bias", "hidden_bias")
    return [
        Row(tuple(names[role] for role in kernels), (keras["kernel"], keras["recurrent_kernel"]), CUDNN_GRU_KERNEL),
        Row(tuple(names[role] for role in biases), (keras["bias"],), CUDNN_GRU_BIAS),
    ]


def _gru_kernel_split(gates, candidate):
    units = candidate.shape[1]
    whole = np.concatenate([reorder(gates, (1, 0)), candidate], axis=1)
    return whole[:-units], whole[-units:]


def _gru_kernel_join(kernel, recurrent):
    whole = np.concatenate([kernel, recurrent])
    units = recurrent.shape[0]
    return reorder(whole[:, : 2 * units], (1, 0)), whole[:, 2 * units :]


def _gru_bias_join(bias):
    units = bias.shape[0] // 3
    return reorder(bias[: 2 * units], (1, 0)), bias[2 * units :]


GRU_KERNEL = Transform(
    split=_gru_kernel_split,
    join=_gru_kernel_join,
    tf1_shape=lambda kernel, recurrent: (
        (kernel[0] + recurrent[0], 2 * recurrent[0]),
        (kernel[0] + recurrent[0], recurrent[0]),
    ),
)
GRU_BIAS = Transform(
    split=lambda gates, candidate: (np.concatenate([reorder(gates, (1, 0)), candidate]),),
    join=_gru_bias_join,
    tf1_shape=lambda shape: ((shape[0] // 3 * 2,), (shape[0] // 3,)),
)


def _cudnn_kernel_split(gates, of_input, of_hidden):
    units = of_hidden.shape[0]
    gates = reorder(gates, (1, 0))
    return np.concatenate([gates[:-units], of_input], axis=1), np.concatenate([gates[-units:], of_hidden], axis=1)


def _cudnn_kernel_join(kernel, recurrent):
    two = 2 * recurrent.shape[0]
    gates = np.concatenate([kernel[:, :two], recurrent[:, :two]])
    return reorder(gates, (1, 0)), kernel[:, two:], recurrent[:, two:]


def _cudnn_bias_split(gates, of_input, of_hidden):
    gates = reorder(gates, (1, 0))
    return (np.stack([np.concatenate([gates, of_input]), np.concatenate([np.zeros_like(gates), of_hidden])]),)


def _cudnn_bias_join(bias):
    two = bias.shape[1] // 3 * 2
    return reorder(bias[0, :two] + bias[1, :two], (1, 0)), bias[0, two:], bias[1, two:]


CUDNN_GRU_KERNEL = Transform(
    split=_cudnn_kernel_split,
    join=_cudnn_kernel_join,
    tf1_shape=lambda kernel, recurrent: (
        (kernel[0] + recurrent[0], 2 * recurrent[0]),
        (kernel[0], recurrent[0]),
        (recurrent[0], recurrent[0]),
    ),
)
CUDNN_GRU_BIAS = Transform(
    split=_cudnn_bias_split,
    join=_cudnn_bias_join,
    tf1_shape=lambda shape: ((shape[1] // 3 * 2,), (shape[1] // 3,), (shape[1] // 3,)),
    weights_only="Keras keeps two biases for its gates z, r where TF1 has one, and trains both",
)


def attention(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
    """AttentionCellWrapper; TF1 keeps its window's kernel as that of a 1 x 1 convolution."""
    outside = copied(("kernel", "input_kernel"), ("bias", "input_bias"), *((n, n) for n in _ATTENTION[1:]))
    return [Row(names["window_kernel"], (keras["window_kernel"],), ONE_BY_ONE), *outside(names, keras, 0.0, shapes)]


ONE_BY_ONE = Transform(
    split=lambda array: (array[0, 0],),
    join=lambda kernel: kernel[None, None],
    tf1_shape=lambda shape: (1, 1, *shape),
)


def phased(names: Names, keras: Names, forget_bias: float, shapes: Shapes) -> list[Row]:
    """PhasedLSTMCell: each group's kernel has the rows of the inputs, the state and, with peepholes, the memory."""
    rows = copied(*((n, n) for n in ("period", "phase", "ratio_on")))(names, keras, 0.0, shapes)
    for ours in _PHASED:
        kernels = [f"{ours}_{part}" for part in ("kernel", "recurrent_kernel", "memory_kernel")]
        paths = tuple(keras[name] for name in kernels if name in keras)
        rows.append(Row(names[f"phased_{ours}_kernel"], paths, stacked(tuple(shapes[path][0] for path in paths))))
        rows.append(Row(names[f"phased_{ours}_bias"], (keras[f"{ours}_bias"],), COPY))
    return rows


def stacked(sizes: tuple[int, ...]) -> Transform:
    """One kernel (sum of sizes, columns) <-> one per size, by rows."""
    return Transform(
        split=lambda array: tuple(np.split(array, np.cumsum(sizes)[:-1])),
        join=lambda *kernels: np.concatenate(kernels),
        tf1_shape=lambda *found: (sum(shape[0] for shape in found), found[0][1]),
    )


_LAYER = copied(("kernel", "kernel"), ("bias", "bias"))
_RECURRENT = copied(*((name, name) for name in (*_OWN_KERNELS, "bias", "projection_kernel")))
_OURS = "keras_port>"  # how Keras's registry calls our classes
_IFCO, _FCO = LSTM_GATES, (1, 0, 2)
_NORM = copied(*((role, role) for role in ("gamma", "beta", "moving_mean", "moving_variance")))

ROWS = {
    ("BasicRNNCell", "SimpleRNNCell"): joint((0,)),
    ("LSTMCell", "LSTMCell"): joint(_IFCO, shifted=LSTM_FORGET),
    ("LSTMCell", _OURS + "LSTMCell"): joint(_IFCO),
    ("CudnnCompatibleLSTMCell", "LSTMCell"): joint(_IFCO, shifted=LSTM_FORGET),
    ("LayerNormBasicLSTMCell", _OURS + "LayerNormLSTMCell"): joint(_IFCO),
    ("LayerNormBasicLSTMCell", "LSTMCell"): joint(_IFCO, shifted=LSTM_FORGET),  # layer_norm=False
    ("LayerNormLSTMCell", _OURS + "LayerNormLSTMCell"): joint(_IFCO),
    ("LayerNormLSTMCell", _OURS + "LSTMCell"): joint(_IFCO),
    ("LayerNormLSTMCell", "LSTMCell"): joint(_IFCO, shifted=LSTM_FORGET),
    ("InputProjectionWrapper", _OURS + "InputProjectionWrapper"): copied(
        ("kernel", "input_kernel"), ("bias", "input_bias")
    ),
    ("OutputProjectionWrapper", _OURS + "OutputProjectionWrapper"): copied(
        ("kernel", "output_kernel"), ("bias", "output_bias")
    ),
    ("HighwayWrapper", _OURS + "HighwayWrapper"): copied(
        *((name, name) for name in ("carry_kernel", "carry_bias", "transform_kernel", "transform_bias"))
    ),
    ("AttentionCellWrapper", _OURS + "AttentionCellWrapper"): attention,
    ("PhasedLSTMCell", _OURS + "PhasedLSTMCell"): phased,
    ("CoupledInputForgetGateLSTMCell", _OURS + "CoupledInputForgetGateLSTMCell"): joint(_FCO),
    ("UGRNNCell", _OURS + "UGRNNCell"): joint((0, 1)),
    ("IntersectionRNNCell", _OURS + "IntersectionRNNCell"): joint((0, 1, 2, 3)),
    ("NASCell", _OURS + "NASCell"): _RECURRENT,
    **{(name, f"{name.rpartition(' ')[2]}Cell"): _RECURRENT for name in OF_KERAS},
    ("GRUCell", "GRUCell"): gru,
    ("CudnnCompatibleGRUCell", "GRUCell"): cudnn_gru,
    ("embedding", "Embedding"): copied(("embedding", "embeddings")),
    ("batch normalization", "BatchNormalization"): _NORM,
    **{("dense", layer): _LAYER for layer in ("Dense", "Conv1D", "Conv2D", "Conv3D")},
}
KERAS_CLASSES = {keras for _, keras in ROWS}


def lstm_cell(scope: str, layer: str, *, forget_bias: float = 1.0, age: str = "1.2") -> list[Row]:
    """The rows of a TF1 LSTMCell or LSTMBlockCell in `scope` and a Keras LSTM; `age` as in AGES."""
    kernel, bias = AGES[age]
    names = {"kernel": f"{scope}/{kernel}", "bias": f"{scope}/{bias}"}
    return joint(_IFCO, shifted=LSTM_FORGET)(names, _in_layer(layer), forget_bias, {})


def gru_cell(scope: str, layer: str, *, age: str = "1.2") -> list[Row]:
    """The rows of a TF1 GRUCell or GRUBlockCellV2 in `scope` and a Keras GRU(reset_after=False)."""
    kernel, bias = AGES[age]
    parts = ("Gates", "Candidate") if age == "0.12" else ("gates", "candidate")
    names = {}
    for role, part in zip(("gates", "candidate"), parts, strict=True):
        names |= {f"{role}_kernel": f"{scope}/{part}/{kernel}", f"{role}_bias": f"{scope}/{part}/{bias}"}
    return gru(names, _in_layer(layer), 0.0, {})


# since that version: what kernel and bias are called
AGES = {"1.2": ("kernel", "bias"), "1.0": ("weights", "biases"), "0.12": ("Linear/Matrix", "Linear/Bias")}


def _in_layer(layer: str) -> Names:
    return {name: f"{layer}/{name}" for name in ("kernel", "recurrent_kernel", "bias")}
