"""keras_port.layers against TF1: which layer stands for which TF1 cell, where each weight goes, and how both are run.

    python -m parity_tests.layer_cases FILE DTYPE,DTYPE [CASE...]

runs the cases, or all, on the Keras backend in force and pickles {(case, dtype): {key: array}}, under the keys of
`goldens/layer_snippets.py` and with gradients in TF1's layout, and {case: whether it holds a cell of Keras's own}. `CASES` maps a name to a `Case`.
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

GOLDENS = Path(__file__).parent / "goldens"
sys.path.insert(0, str(GOLDENS))  # as the scripts find each other under Python 3.7

import layer_snippets as snippets  # noqa: E402

GOLDEN = json.loads((GOLDENS / "layers.json").read_text())["cases"]
UNITS, WIDTH = snippets.UNITS, snippets.WIDTH


# where TF1's weights go


@dataclasses.dataclass(frozen=True)
class Row:
    """A TF1 variable: its rows go to the Keras paths in order, its k-th block of columns to block `order[k]` of `of`.

    `add` is a pair (block of the Keras array, number) added to the start weight: a stock layer's forget bias.
    """

    tf1: str
    paths: tuple[str, ...]
    order: tuple[int, ...] = (0,)
    of: int = 1
    add: tuple[int, float] | None = None

    def pieces(self, array, shapes):
        """(path, columns, values) for each row piece and block of the TF1 array."""
        array = array.reshape(-1, array.shape[-1])
        ends = np.cumsum([int(np.prod(shapes[path][:-1])) for path in self.paths])
        assert ends[-1] == len(array), (self, array.shape, shapes)
        for path, rows in zip(self.paths, np.split(array, ends[:-1]), strict=True):
            width = shapes[path][-1] // self.of
            for block, values in zip(self.order, np.split(rows, len(self.order), -1), strict=True):
                yield path, slice(block * width, (block + 1) * width), values


UNUSED = ()  # a TF1 variable that TF1 makes and never uses


def place(rows, fixed: dict, shapes: dict) -> dict:
    """{path: start weights} from {TF1 name: array}; every number on both sides is used once."""
    filled = {path: np.full(shape, np.nan) for path, shape in shapes.items()}
    rest = dict(fixed)
    for row in rows:
        array = rest.pop(row.tf1)
        if row.paths == UNUSED:
            continue
        for path, columns, values in row.pieces(array, shapes):
            part = filled[path][..., columns]
            assert np.isnan(part).all(), (row, path)
            filled[path][..., columns] = values.reshape(part.shape)
        if row.add:
            block, number = row.add
            (path,) = row.paths
            width = shapes[path][-1] // row.of
            filled[path][..., block * width : (block + 1) * width] += number
    left = [path for path, array in filled.items() if np.isnan(array).any()]
    assert not rest and not left, (list(rest), left)
    return filled


def collect(rows, found: dict, shapes: dict, tf1_shapes: dict) -> dict:
    """{TF1 name: gradient} from {path: gradient}: the inverse of `place`."""
    back = {}
    for row in rows:
        if row.paths == UNUSED or any(path not in found for path in row.paths):
            continue
        marks = np.arange(np.prod(tf1_shapes[row.tf1])).reshape(tf1_shapes[row.tf1])
        flat = np.empty(marks.size, next(iter(found.values())).dtype)
        for path, columns, where in row.pieces(marks, shapes):
            flat[where.ravel()] = found[path][..., columns].ravel()
        back[row.tf1] = flat.reshape(marks.shape)
    return back


def copies(scope, layer, **names) -> tuple:
    """Rows that copy: Keras name = TF1 name."""
    return tuple(Row(f"{scope}/{tf1}", (f"{layer}/{ours}",)) for ours, tf1 in names.items())


def joint(scope, layer, order, kernel="kernel", bias="bias", add=None) -> tuple:
    kernels = (f"{layer}/kernel", f"{layer}/recurrent_kernel")
    rows = (Row(f"{scope}/{kernel}", kernels, order, len(order)),)
    return rows + ((Row(f"{scope}/{bias}", (f"{layer}/bias",), order, len(order), add),) if bias else ())


LSTM = (0, 2, 1, 3)  # TF1's i, j, f, o in Keras's i, f, c, o
COUPLED = (1, 0, 2)  # j, f, o in f, c, o


def lstm(scope, layer, *, forget=None, projection=False, peepholes=False) -> tuple:
    """`forget` only for a stock layer, which holds the forget bias in its bias."""
    rows = joint(scope, layer, LSTM, add=None if forget is None else (1, forget))
    if projection:
        rows += copies(scope, layer, projection_kernel="projection/kernel")
    if peepholes:
        rows += copies(scope, layer, **{f"peephole_{gate}": f"w_{gate}_diag" for gate in "ifo"})
    return rows


def norms(scope, layer, **names) -> tuple:
    return sum(
        (copies(scope, layer, **{f"{kind}_{ours}": f"{tf1}/{kind}" for kind in ("gamma", "beta")})
         for ours, tf1 in names.items()), (),
    )  # fmt: skip


GATE_NORMS = {"i": "input", "c": "transform", "f": "forget", "o": "output", "state": "state"}


def gru(scope, layer) -> tuple:
    """TF1's gates r, u and candidate in Keras's z, r, h."""
    kernels, bias = (f"{layer}/kernel", f"{layer}/recurrent_kernel"), (f"{layer}/bias",)
    return (
        Row(f"{scope}/gates/kernel", kernels, (1, 0), 3),
        Row(f"{scope}/candidate/kernel", kernels, (2,), 3),
        Row(f"{scope}/gates/bias", bias, (1, 0), 3),
        Row(f"{scope}/candidate/bias", bias, (2,), 3),
    )


def phased(scope, layer, peepholes) -> tuple:
    rows = copies(scope, layer, period="period", phase="phase", ratio_on="ratio_on")
    for ours, tf1 in (("gates", "mask_gates"), ("candidate", "new_input"), ("output", "output_gate")):
        ends = ["kernel", "recurrent_kernel"] + ["memory_kernel"] * (peepholes and ours != "candidate")
        rows += (Row(f"{scope}/{tf1}/kernel", tuple(f"{layer}/{ours}_{end}" for end in ends)),)
        rows += copies(scope, layer, **{f"{ours}_bias": f"{tf1}/bias"})
    return rows


def attention(scope, layer) -> tuple:
    pairs = {"input": "", "query": "attention/", "output": "attn_output_projection/"}
    rows = copies(scope, layer, window_kernel="attention/attn_w", score="attention/attn_v")
    for ours, tf1 in pairs.items():
        rows += copies(scope, layer, **{f"{ours}_{end}": f"{tf1}{end}" for end in ("kernel", "bias")})
    return rows


# the cases


@dataclasses.dataclass(frozen=True)
class Case:
    """A golden, a function that makes a layer, one that runs it, and the rows between.

    `run(layer, x, lengths, states)` returns the results in TF1's order, `states` being TF1's.
    """

    golden: str
    make: Callable
    run: Callable
    rows: tuple


CASES: dict[str, Case] = {}


def enter(name, make, rows, run, golden=None):
    CASES[name] = Case(golden or name, make, run, rows)


def cell(name, make, rows, golden=None):
    """A cell in a DynamicRNN; `make` gets keras_port.layers, and calls its cell "cell"."""

    def layer(L):
        return L.DynamicRNN(make(L), return_state=True)

    def run(dynamic, x, lengths, states):
        from keras_port.layers import state

        kind = state.kinds(dynamic.cell)
        outputs, *final = dynamic(x, sequence_length=lengths, initial_state=packed(kind, states))
        return [outputs, *state.tf1_leaves(final, kind)]

    enter(name, layer, rows, run, golden)


def stock(name, make, rows, golden):
    """A stock recurrent layer with a mask."""

    def run(layer, x, lengths, states):
        from keras_port.layers import sequence_mask

        mask = sequence_mask(lengths, x.shape[1])
        outputs, *final = layer(x, mask=mask, initial_state=states[::-1])
        return [outputs, *final[::-1]]

    options = dict(return_sequences=True, return_state=True, zero_output_for_mask=True)
    enter(name, lambda L: make(L, options), rows, run, golden)


def packed(kind, leaves) -> list:
    """TF1's flat state (c before h) as ours."""
    leaves = list(leaves)

    def take(kind):
        if isinstance(kind, str):
            return leaves.pop(0)
        parts = {k: take(kind[k]) for k in sorted(range(len(kind)), key=lambda k: kind[k] != "memory")}
        return [parts[k] for k in range(len(kind))]

    return take(kind)


C = {"name": "cell"}
options_of_all = dict(use_peepholes=True, cell_clip=0.5, num_proj=3, proj_clip=0.2)

cell(
    "BasicRNNCell",
    lambda L: L.basic_rnn_cell(UNITS, inputs=WIDTH, **C),
    joint("rnn/basic_rnn_cell", "cell", (0,)),
)
stock(
    "basic_rnn",
    lambda L, o: L.basic_rnn(UNITS, inputs=WIDTH, name="layer", **o),
    joint("rnn/basic_rnn_cell", "simple_rnn_cell", (0,)),
    "BasicRNNCell",
)
cell(
    "BasicLSTMCell",
    lambda L: L.basic_lstm_cell(UNITS, inputs=WIDTH, **C),
    lstm("rnn/basic_lstm_cell", "cell", forget=1.0),
)
stock(
    "basic_lstm",
    lambda L, o: L.basic_lstm(UNITS, inputs=WIDTH, **o),
    lstm("rnn/basic_lstm_cell", "lstm_cell", forget=-0.3),
    "BasicLSTMCell-forget",
)
cell(
    "BasicLSTMCell-forget",
    lambda L: L.LSTMCell(UNITS, -0.3, **C),
    lstm("rnn/basic_lstm_cell", "cell"),
)
cell("GRUCell", lambda L: L.gru_cell(UNITS, inputs=WIDTH, **C), gru("rnn/gru_cell", "cell"))
cell(
    "GRUCell-sigmoid",
    lambda L: L.gru_cell(UNITS, inputs=WIDTH, activation="sigmoid", **C),
    gru("rnn/gru_cell", "cell"),
)
stock("gru", lambda L, o: L.gru(UNITS, inputs=WIDTH, **o), gru("rnn/gru_cell", "gru_cell"), "GRUCell")
cell(
    "LSTMBlockCell",
    lambda L: L.basic_lstm_cell(UNITS, inputs=WIDTH, **C),
    lstm("rnn/lstm_cell", "cell", forget=1.0),
)
cell(
    "LSTMBlockCell-peephole",
    lambda L: L.LSTMCell(UNITS, forget_bias=0.5, use_peepholes=True, **C),
    lstm("rnn/lstm_cell", "cell", peepholes=True),
)
cell("GRUBlockCellV2", lambda L: L.gru_cell(UNITS, inputs=WIDTH, **C), gru("rnn/gru_cell", "cell"))
cell("LSTMCell", lambda L: L.LSTMCell(UNITS, **C), lstm("rnn/lstm_cell", "cell"))
cell(
    "LSTMCell-peepholes",
    lambda L: L.LSTMCell(UNITS, use_peepholes=True, cell_clip=0.3, **C),
    lstm("rnn/lstm_cell", "cell", peepholes=True),
)
cell(
    "LSTMCell-projection",
    lambda L: L.LSTMCell(UNITS, -0.5, num_proj=3, proj_clip=0.2, **C),
    lstm("rnn/lstm_cell", "cell", projection=True),
)
cell(
    "LSTMCell-all",
    lambda L: L.LSTMCell(UNITS, 0.4, **options_of_all, **C),
    lstm("rnn/lstm_cell", "cell", projection=True, peepholes=True),
)
cell(
    "LayerNormBasicLSTMCell",
    lambda L: L.LayerNormLSTMCell(UNITS, 0.3, norm_gain=0.5, norm_shift=0.1, **C),
    joint("rnn/layer_norm_basic_lstm_cell", "cell", LSTM, bias=None)
    + norms("rnn/layer_norm_basic_lstm_cell", "cell", **GATE_NORMS),
)
cell(
    "LayerNormBasicLSTMCell-off",
    lambda L: L.basic_lstm_cell(UNITS, inputs=WIDTH, **C),
    lstm("rnn/layer_norm_basic_lstm_cell", "cell", forget=1.0),
)
cell(
    "LayerNormLSTMCell",
    lambda L: L.LayerNormLSTMCell(UNITS, 0.3, **{**options_of_all, "cell_clip": 0.4}, **C),
    (
        *lstm("rnn/layer_norm_lstm_cell", "cell", projection=True, peepholes=True)[:1],
        *lstm("rnn/layer_norm_lstm_cell", "cell", projection=True, peepholes=True)[2:],
        *norms("rnn/layer_norm_lstm_cell", "cell", **GATE_NORMS),
        Row("rnn/layer_norm_lstm_cell/bias", UNUSED),
    ),
)
coupled = "rnn/coupled_input_forget_gate_lstm_cell"
cell(
    "CoupledInputForgetGateLSTMCell",
    lambda L: L.CoupledInputForgetGateLSTMCell(UNITS, 0.2, **C),
    joint(coupled, "cell", COUPLED, "W_0", "B"),
)
cell(
    "CoupledInputForgetGateLSTMCell-peepholes",
    lambda L: L.CoupledInputForgetGateLSTMCell(UNITS, use_peepholes=True, num_proj=3, proj_clip=0.1, **C),
    joint(coupled, "cell", COUPLED, "W_0", "B")
    + copies(coupled, "cell", peephole_f="W_F_diag", peephole_o="W_O_diag", projection_kernel="W_P_0"),
)
cell(
    "CoupledInputForgetGateLSTMCell-norm",
    lambda L: L.CoupledInputForgetGateLSTMCell(UNITS, layer_norm=True, norm_gain=0.8, **C),
    joint(coupled, "cell", COUPLED, "W_0", None)
    + norms(coupled, "cell", **{ours: tf1 for ours, tf1 in GATE_NORMS.items() if ours != "i"})
    + (Row(f"{coupled}/B", UNUSED),),
)
NAS = {"recurrent_kernel": "recurrent_kernel", "kernel": "kernel"}
cell("NASCell", lambda L: L.NASCell(UNITS, **C), copies("rnn/nas_cell", "cell", **NAS))
cell(
    "NASCell-projection",
    lambda L: L.NASCell(UNITS, 3, use_bias=True, **C),
    copies("rnn/nas_cell", "cell", **NAS, bias="bias", projection_kernel="projection_weights"),
)
cell("UGRNNCell", lambda L: L.UGRNNCell(UNITS, 0.4, **C), joint("rnn/ugrnn_cell", "cell", (0, 1)))
intersection = "rnn/intersection_rnn_cell"
cell(
    "IntersectionRNNCell",
    lambda L: L.IntersectionRNNCell(WIDTH, forget_bias=0.4, **C),
    joint(intersection, "cell", (0, 1, 2, 3)),
)
cell(
    "IntersectionRNNCell-projection",
    lambda L: L.IntersectionRNNCell(UNITS, UNITS, **C),
    joint(intersection, "cell", (0, 1, 2, 3))
    + copies(intersection, "cell", input_kernel="in_projection/kernel", input_bias="in_projection/bias"),
)
cell(
    "PhasedLSTMCell",
    lambda L: L.PhasedLSTMCell(UNITS, leak=0.1, ratio_on=0.6, **C),
    phased("rnn/phased_lstm_cell", "cell", False),
)
cell(
    "PhasedLSTMCell-peepholes",
    lambda L: L.PhasedLSTMCell(UNITS, True, trainable_ratio_on=False, **C),
    phased("rnn/phased_lstm_cell", "cell", True),
)
cell(
    "MultiRNNCell",
    lambda L: L.multi_rnn_cell([L.gru_cell(UNITS, inputs=WIDTH, name="below"), L.LSTMCell(3, name="above")]),
    gru("rnn/multi_rnn_cell/cell_0/gru_cell", "below") + lstm("rnn/multi_rnn_cell/cell_1/lstm_cell", "above"),
)
cell(
    "MultiRNNCell-shared",
    lambda L: L.multi_rnn_cell([L.basic_rnn_cell(WIDTH, inputs=WIDTH, **C)] * 2),
    joint("rnn/multi_rnn_cell/cell_0/basic_rnn_cell", "cell", (0,)),
)
cell(
    "ResidualWrapper",
    lambda L: L.ResidualWrapper(L.gru_cell(WIDTH, inputs=WIDTH, **C)),
    gru("rnn/gru_cell", "cell"),
)
cell(
    "HighwayWrapper",
    lambda L: L.HighwayWrapper(L.gru_cell(WIDTH, inputs=WIDTH, **C), name="highway"),
    gru("rnn/gru_cell", "cell") + copies("rnn", "highway", carry_kernel="carry_w", carry_bias="carry_b"),
)
cell(
    "HighwayWrapper-uncoupled",
    lambda L: L.HighwayWrapper(L.LSTMCell(WIDTH, **C), False, name="highway"),
    lstm("rnn/lstm_cell", "cell")
    + copies("rnn", "highway", carry_kernel="carry_w", carry_bias="carry_b")
    + copies("rnn", "highway", transform_kernel="transform_w", transform_bias="transform_b"),
)
cell(
    "InputProjectionWrapper",
    lambda L: L.InputProjectionWrapper(L.gru_cell(UNITS, inputs=5, **C), 5, "tanh", name="wrapper"),
    gru("rnn/input_projection_wrapper/gru_cell", "cell")
    + copies("rnn/input_projection_wrapper", "wrapper", input_kernel="kernel", input_bias="bias"),
)
cell(
    "OutputProjectionWrapper",
    lambda L: L.OutputProjectionWrapper(L.LSTMCell(UNITS, num_proj=3, **C), 2, "sigmoid", name="wrapper"),
    lstm("rnn/output_projection_wrapper/lstm_cell", "cell", projection=True)
    + copies("rnn/output_projection_wrapper", "wrapper", output_kernel="kernel", output_bias="bias"),
)
cell(
    "AttentionCellWrapper",
    lambda L: L.AttentionCellWrapper(L.gru_cell(UNITS, inputs=WIDTH, **C), 3, name="wrapper"),
    gru("rnn/attention_cell_wrapper/gru_cell", "cell") + attention("rnn/attention_cell_wrapper", "wrapper"),
)
cell(
    "AttentionCellWrapper-lstm",
    lambda L: L.AttentionCellWrapper(
        L.LSTMCell(UNITS, **C), 2, attn_size=3, attn_vec_size=5, input_size=2, name="wrapper"
    ),
    lstm("rnn/attention_cell_wrapper/basic_lstm_cell", "cell") + attention("rnn/attention_cell_wrapper", "wrapper"),
)


# functions


def run_time_major(layer, x, lengths, _):
    from keras import ops

    outputs, h, c = layer(ops.swapaxes(x, 0, 1), sequence_length=lengths)
    return [outputs, c, h]


enter(
    "time_major",
    lambda L: L.DynamicRNN(L.LSTMCell(UNITS, num_proj=2, **C), return_state=True, time_major=True),
    lstm("rnn/lstm_cell", "cell", projection=True),
    run_time_major,
)
enter(
    "no_lengths",
    lambda L: L.DynamicRNN(L.gru_cell(UNITS, inputs=WIDTH, **C), return_state=True),
    gru("rnn/gru_cell", "cell"),
    lambda layer, x, *_: list(layer(x)),
)
enter(
    "static",
    lambda L: L.DynamicRNN(L.gru_cell(UNITS, inputs=WIDTH, **C), return_state=True, unroll=True),
    gru("rnn/gru_cell", "cell"),
    lambda layer, x, lengths, _: list(layer(x, sequence_length=lengths)),
)


def run_bidirectional(layer, x, lengths, states):
    start = None if not states else ([states[0]], states[:0:-1])
    outputs, ahead, back = layer(x, sequence_length=lengths, initial_state=start)
    return [*outputs, *ahead, *back[::-1]]


enter(
    "bidirectional",
    lambda L: L.BidirectionalRNN(
        L.gru_cell(UNITS, inputs=WIDTH, name="fw"), L.LSTMCell(3, name="bw"), return_state=True
    ),
    gru("bidirectional_rnn/fw/gru_cell", "fw") + lstm("bidirectional_rnn/bw/lstm_cell", "bw"),
    run_bidirectional,
)
enter(
    "bidirectional_no_lengths",
    lambda L: L.BidirectionalRNN(
        *(L.gru_cell(UNITS, inputs=WIDTH, name=name) for name in ("fw", "bw")), return_state=True
    ),
    gru("bidirectional_rnn/fw/gru_cell", "fw") + gru("bidirectional_rnn/bw/gru_cell", "bw"),
    lambda layer, x, _, states: run_bidirectional(layer, x, None, states),
)


def make_stack(L):
    import keras

    class Stack(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            cells = [
                [L.LSTMCell(units, name=f"{way}{k}") for way in ("fw", "bw")] for k, units in enumerate((UNITS, 2))
            ]
            self.levels = [L.BidirectionalRNN(*pair, merge_mode="concat", return_state=True) for pair in cells]

        def call(self, x, lengths):
            states = []
            for level in self.levels:
                x, ahead, back = level(x, sequence_length=lengths)
                states.append((ahead[::-1], back[::-1]))
            return x, [state for ways in zip(*states) for way in ways for state in way]

    return Stack()


def run_stack(layer, x, lengths, _):
    outputs, states = layer(x, lengths)
    return [outputs, *states]


STACK = "stack_bidirectional_rnn/cell_{}/bidirectional_rnn/{}/basic_lstm_cell"
enter(
    "stack_bidirectional",
    make_stack,
    sum((lstm(STACK.format(k, way), f"{way}{k}") for k in (0, 1) for way in ("fw", "bw")), ()),
    run_stack,
)
enter(
    "LSTMBlockFusedCell",
    lambda L: L.DynamicRNN(L.basic_lstm_cell(UNITS, inputs=WIDTH, **C), return_state=True),
    lstm("lstm_fused_cell", "cell", forget=0.3),
    lambda layer, x, lengths, _: [layer(x, sequence_length=lengths)[k] for k in (0, 2, 1)],
)


# running


def start_states(golden, dtype):
    shapes = [shape for key, shape in GOLDEN[golden]["layout"] if key.startswith("gradient/state/")]
    return [value.astype(dtype) for value in snippets.states(shapes)]


def measure(name: str, dtype: str) -> dict:
    """{key: array} of one case, under the golden's keys."""
    import keras

    from keras_port import layers

    case = CASES[name]
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    keras.config.set_dtype_policy(dtype)
    variables = GOLDEN[case.golden]["variables"]
    fixed = {tf1: snippets.weights(tf1, shape, k) for k, (tf1, shape) in enumerate(variables)}
    lengths = np.array(snippets.LENGTHS, "int32")

    class Run(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.layer = case.make(layers)

        def build(self, *shapes):  # the layers inside build themselves, as their own callers would have them
            pass

        def call(self, x, *states):
            return case.run(self.layer, x, lengths, list(states))

    run, x, states = Run(), snippets.inputs(case.golden).astype(dtype), start_states(case.golden, dtype)
    run(x, *states)
    by_path = {"/".join(v.path.split("/")[-2:]): v for v in run.weights}
    assert len(by_path) == len(run.weights), [v.path for v in run.weights]
    shapes = {path: tuple(v.shape) for path, v in by_path.items()}
    for path, value in place(case.rows, fixed, shapes).items():
        by_path[path].assign(value.astype(dtype))
    results, gradients = GRADIENTS[keras.backend.backend()](run, [x, *states])
    keys = [*("/".join(v.path.split("/")[-2:]) for v in run.trainable_variables), "inputs"]
    keys += [f"state/{k}" for k in range(len(states))]
    found = dict(zip(keys, gradients, strict=True))
    own = {key: found.pop(key) for key in list(found) if key == "inputs" or key.startswith("state/")}
    found = {**collect(case.rows, found, shapes, dict(variables)), **own}
    STOCK[name] = any(isinstance(layer, _stock_cells()) for layer in run._flatten_layers())
    arrays = {f"result/{k}": value for k, value in enumerate(results)}
    return {**arrays, **{f"gradient/{key}": value for key, value in found.items()}}


STOCK = {}  # which cases hold a cell of Keras's own, filled by `measure`


def _stock_cells():
    import keras

    return keras.layers.SimpleRNNCell, keras.layers.LSTMCell, keras.layers.GRUCell


def loss(results):
    from keras import ops

    # `ops.mean` rounds float64 to float32 on JAX.
    return sum(ops.sum(ops.square(result - 0.25)) / np.prod(result.shape) for result in results)


def tensorflow_gradients(run, tensors):
    import tensorflow as tf

    tensors = [tf.constant(tensor) for tensor in tensors]
    sources = [v.value for v in run.trainable_variables] + tensors
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        results = run(*tensors)
        total = loss(results)
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    return [result.numpy() for result in results], [gradient.numpy() for gradient in gradients]


def jax_gradients(run, tensors):
    import jax

    def compute(trainable, *tensors):
        results, _ = run.stateless_call(trainable, [v.value for v in run.non_trainable_variables], *tensors)
        return loss(results), results

    trainable = [v.value for v in run.trainable_variables]
    gradient = jax.jit(jax.grad(compute, argnums=tuple(range(1 + len(tensors))), has_aux=True))
    gradients, results = gradient(trainable, *tensors)
    return [np.asarray(r) for r in results], [np.asarray(g) for g in (*gradients[0], *gradients[1:])]


def torch_gradients(run, tensors):
    import torch

    tensors = [torch.tensor(tensor, requires_grad=True) for tensor in tensors]
    results = run(*tensors)
    sources = [v.value for v in run.trainable_variables] + tensors
    gradients = torch.autograd.grad(loss(results), sources, allow_unused=True, materialize_grads=True)
    return [r.detach().numpy() for r in results], [g.numpy() for g in gradients]


GRADIENTS = {"tensorflow": tensorflow_gradients, "jax": jax_gradients, "torch": torch_gradients}


def main(path, dtypes, *names):
    """Measure the cases, or all, in each of the dtypes, "float32,float64"."""
    found = {}
    for name in names or CASES:
        for dtype in dtypes.split(","):
            if dtype in snippets.dtypes(CASES[name].golden):
                found[name, dtype] = measure(name, dtype)
    Path(path).write_bytes(pickle.dumps((found, STOCK)))


if __name__ == "__main__":
    main(*sys.argv[1:])
