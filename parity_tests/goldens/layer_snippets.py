"""TF1's cells over rows of several lengths, from a state that is not zero, in float32 and float64.

Runs under Python 3.7 with real TensorFlow 1.15.5, where `record_layers.py` makes the goldens of
`test_layers.py`; the Keras side takes from here the inputs, the start weights and the names of the cases.
`CELLS` maps a name to a function of (tf.contrib.rnn, tf) that makes a cell, `FUNCTIONS` to one that runs
a recurrent function itself.
"""

import collections

import cell_snippets
import numpy as np
from cell_snippets import flat, numbers, weights

BATCH, TIME, WIDTH, UNITS = 3, 5, 3, 4
LENGTHS = [TIME, 2, 0]
FLOAT32_ONLY = ("Block", "Phased")  # the block ops, and a cell that casts to float32


def layer_norm_lstm(rnn, tf):
    cell = cell_snippets.module(tf, "contrib.rnn.python.ops.rnn_cell").LayerNormLSTMCell
    return cell(
        UNITS, layer_norm=True, use_peepholes=True, cell_clip=0.4, norm_gain=0.7, num_proj=3, proj_clip=0.2,
        forget_bias=0.3,
    )  # fmt: skip


def lstm_with_all(rnn, tf):
    return rnn.LSTMCell(UNITS, use_peepholes=True, cell_clip=0.5, num_proj=3, proj_clip=0.2, forget_bias=0.4)


CELLS = collections.OrderedDict(
    [
        ("BasicRNNCell", lambda rnn, tf: rnn.BasicRNNCell(UNITS)),
        ("BasicLSTMCell", lambda rnn, tf: rnn.BasicLSTMCell(UNITS)),
        ("BasicLSTMCell-forget", lambda rnn, tf: rnn.BasicLSTMCell(UNITS, forget_bias=-0.3)),
        ("GRUCell", lambda rnn, tf: rnn.GRUCell(UNITS)),
        ("GRUCell-sigmoid", lambda rnn, tf: rnn.GRUCell(UNITS, activation=tf.sigmoid)),
        ("LSTMBlockCell", lambda rnn, tf: rnn.LSTMBlockCell(UNITS)),
        (
            "LSTMBlockCell-peephole",
            lambda rnn, tf: rnn.LSTMBlockCell(UNITS, forget_bias=0.5, use_peephole=True),
        ),
        ("GRUBlockCellV2", lambda rnn, tf: rnn.GRUBlockCellV2(UNITS)),
        ("LSTMCell", lambda rnn, tf: rnn.LSTMCell(UNITS)),
        ("LSTMCell-peepholes", lambda rnn, tf: rnn.LSTMCell(UNITS, use_peepholes=True, cell_clip=0.3)),
        ("LSTMCell-projection", lambda rnn, tf: rnn.LSTMCell(UNITS, num_proj=3, proj_clip=0.2, forget_bias=-0.5)),
        ("LSTMCell-all", lstm_with_all),
        (
            "LayerNormBasicLSTMCell",
            lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS, forget_bias=0.3, norm_gain=0.5, norm_shift=0.1),
        ),
        ("LayerNormBasicLSTMCell-off", lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS, layer_norm=False)),
        ("LayerNormLSTMCell", layer_norm_lstm),
        ("CoupledInputForgetGateLSTMCell", lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, forget_bias=0.2)),
        (
            "CoupledInputForgetGateLSTMCell-peepholes",
            lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, use_peepholes=True, num_proj=3, proj_clip=0.1),
        ),
        (
            "CoupledInputForgetGateLSTMCell-norm",
            lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, layer_norm=True, norm_gain=0.8),
        ),
        ("NASCell", lambda rnn, tf: rnn.NASCell(UNITS)),
        ("NASCell-projection", lambda rnn, tf: rnn.NASCell(UNITS, num_proj=3, use_bias=True)),
        ("UGRNNCell", lambda rnn, tf: rnn.UGRNNCell(UNITS, forget_bias=0.4)),
        ("IntersectionRNNCell", lambda rnn, tf: rnn.IntersectionRNNCell(WIDTH, forget_bias=0.4)),
        ("IntersectionRNNCell-projection", lambda rnn, tf: rnn.IntersectionRNNCell(UNITS, num_in_proj=UNITS)),
        ("PhasedLSTMCell", lambda rnn, tf: rnn.PhasedLSTMCell(UNITS, leak=0.1, ratio_on=0.6)),
        (
            "PhasedLSTMCell-peepholes",
            lambda rnn, tf: rnn.PhasedLSTMCell(UNITS, use_peepholes=True, trainable_ratio_on=False),
        ),
        ("MultiRNNCell", lambda rnn, tf: rnn.MultiRNNCell([rnn.GRUCell(UNITS), rnn.LSTMCell(3)])),
        ("MultiRNNCell-shared", lambda rnn, tf: rnn.MultiRNNCell([rnn.BasicRNNCell(WIDTH)] * 2)),
        ("ResidualWrapper", lambda rnn, tf: rnn.ResidualWrapper(rnn.GRUCell(WIDTH))),
        ("HighwayWrapper", lambda rnn, tf: rnn.HighwayWrapper(rnn.GRUCell(WIDTH))),
        ("HighwayWrapper-uncoupled", lambda rnn, tf: rnn.HighwayWrapper(rnn.LSTMCell(WIDTH), False)),
        (
            "InputProjectionWrapper",
            lambda rnn, tf: rnn.InputProjectionWrapper(rnn.GRUCell(UNITS), 5, activation=tf.tanh),
        ),
        (
            "OutputProjectionWrapper",
            lambda rnn, tf: rnn.OutputProjectionWrapper(rnn.LSTMCell(UNITS, num_proj=3), 2, activation=tf.sigmoid),
        ),
        ("AttentionCellWrapper", lambda rnn, tf: rnn.AttentionCellWrapper(rnn.GRUCell(UNITS), 3)),
        (
            "AttentionCellWrapper-lstm",
            lambda rnn, tf: rnn.AttentionCellWrapper(
                rnn.BasicLSTMCell(UNITS), 2, attn_size=3, attn_vec_size=5, input_size=2
            ),
        ),
    ]
)


def inputs(name):
    """(batch, time, width); a phased cell's first column is the time."""
    x = numbers(BATCH, TIME, WIDTH)
    if name.startswith("Phased"):
        x[..., 0] = np.cumsum(np.abs(x[..., 0]), 1) * 4
    return x


def states(shapes):
    """A first state for each (batch, size)."""
    return [numbers(*shape, seed=50 + k) for k, shape in enumerate(shapes)]


def dynamic(tf, name, x):
    cell = CELLS[name](tf.contrib.rnn, tf)
    nest = tf.contrib.framework.nest
    first = [tf.constant(value, x.dtype) for value in states([(BATCH, size) for size in nest.flatten(cell.state_size)])]
    fed = (x[..., :1], x[..., 1:]) if name.startswith("Phased") else x
    start = nest.pack_sequence_as(cell.state_size, first)
    return tf.nn.dynamic_rnn(cell, fed, sequence_length=LENGTHS, initial_state=start), first


def time_major(tf, x):
    cell = tf.nn.rnn_cell.LSTMCell(UNITS, num_proj=2)
    x = tf.transpose(x, [1, 0, 2])
    return tf.nn.dynamic_rnn(cell, x, sequence_length=LENGTHS, dtype=x.dtype, time_major=True), []


def no_lengths(tf, x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=x.dtype), []


def static(tf, x):
    outputs, state = tf.nn.static_rnn(
        tf.nn.rnn_cell.GRUCell(UNITS), tf.unstack(x, axis=1), sequence_length=LENGTHS, dtype=x.dtype
    )
    return (tf.stack(outputs, axis=1), state), []


def bidirectional(tf, x):
    cells = tf.nn.rnn_cell.GRUCell(UNITS), tf.nn.rnn_cell.LSTMCell(3)
    first = [tf.constant(value, x.dtype) for value in states([(BATCH, UNITS), (BATCH, 3), (BATCH, 3)])]
    starts = {"initial_state_fw": first[0], "initial_state_bw": tf.nn.rnn_cell.LSTMStateTuple(*first[1:])}
    return tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, sequence_length=LENGTHS, **starts), first


def bidirectional_no_lengths(tf, x):
    cells = tf.nn.rnn_cell.GRUCell(UNITS), tf.nn.rnn_cell.GRUCell(UNITS)
    return tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, dtype=x.dtype), []


def stack_bidirectional(tf, x):
    cells = [[tf.nn.rnn_cell.BasicLSTMCell(units) for units in (UNITS, 2)] for _ in range(2)]
    return tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        cells[0], cells[1], x, sequence_length=LENGTHS, dtype=x.dtype
    ), []


def fused_lengths(tf, x):
    cell = tf.contrib.rnn.LSTMBlockFusedCell(UNITS, forget_bias=0.3)
    outputs, state = cell(tf.transpose(x, [1, 0, 2]), dtype=x.dtype, sequence_length=tf.constant(LENGTHS))
    return (tf.transpose(outputs, [1, 0, 2]), state), []


FUNCTIONS = collections.OrderedDict(
    [
        ("time_major", time_major),
        ("no_lengths", no_lengths),
        ("static", static),
        ("bidirectional", bidirectional),
        ("bidirectional_no_lengths", bidirectional_no_lengths),
        ("stack_bidirectional", stack_bidirectional),
        ("LSTMBlockFusedCell", fused_lengths),
    ]
)
CASES = list(CELLS) + list(FUNCTIONS)


def dtypes(name):
    return ("float32",) if any(part in name for part in FLOAT32_ONLY) else ("float32", "float64")


def measure(tf, name, dtype):
    """Facts (each variable's name and shape) and arrays: the results in TF1's order, the gradients.

    The loss is the sum over the results of mean((result - 0.25)**2).
    """
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(inputs(name), dtype)
        with tf.variable_scope(tf.get_variable_scope(), dtype=dtype):
            results, first = dynamic(tf, name, x) if name in CELLS else FUNCTIONS[name](tf, x)
        results = flat(tf, results)
        variables = tf.global_variables()
        loss = tf.add_n([tf.reduce_mean(tf.square(result - 0.25)) for result in results])
        wanted = [(variable.op.name, variable) for variable in tf.trainable_variables()]
        wanted += [("inputs", x)] + [("state/%d" % k, tensor) for k, tensor in enumerate(first)]
        gradients = tf.gradients(loss, [tensor for _, tensor in wanted])
        shapes = [variable.shape.as_list() for variable in variables]
        fixed = [weights(v.op.name, shape, k) for k, (v, shape) in enumerate(zip(variables, shapes))]
        session.run([v.initializer for v in variables], {v.initializer.inputs[1]: w for v, w in zip(variables, fixed)})
        arrays = collections.OrderedDict(("result/%d" % k, value) for k, value in enumerate(session.run(results)))
        for (key, _), gradient in zip(wanted, gradients):
            if gradient is not None:
                arrays["gradient/" + key] = session.run(tf.convert_to_tensor(gradient))
        return [[v.op.name, shape] for v, shape in zip(variables, shapes)], arrays
