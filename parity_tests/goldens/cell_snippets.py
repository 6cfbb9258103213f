"""Recurrent cells, wrappers and functions of TF1, each in a few lines, and how one of them is measured.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1
world of today, where `test_cells.py` compares. `CASES` maps a name to a function of the `tensorflow`
module that builds a graph and returns whatever tensors it computes; `ERRORS` to one that must fail.
"""

import collections
import importlib
import operator

import numpy as np

try:
    from snippet_table import Snippets
except ImportError:  # a test imports this file as part of its package
    from parity_tests.goldens.snippet_table import Snippets

BATCH, TIME, WIDTH, UNITS, SYMBOLS = 2, 4, 3, 4, 6
STEPS, RATE = 3, 0.2

CASES = Snippets()
ERRORS = Snippets()
family = CASES.family
error = ERRORS.enter


def case(*tags):
    """Enter a function under its own name, or one entry per (name, arguments) for a family."""

    def enter(function):
        CASES["/".join((function.__name__,) + tags)] = function
        return function

    return enter


# inputs


def numbers(*shape, **options):
    """Fixed float32 numbers in [-1, 1)."""
    random = np.random.RandomState(options.get("seed", 7))
    return random.uniform(-1, 1, shape).astype(np.float32)


def sequence(tf, width=WIDTH, batch=BATCH):
    """(batch, time, width)."""
    return tf.constant(numbers(batch, TIME, width))


def steps(tf, width=WIDTH):
    """A list of (batch, width), one per step."""
    return tf.unstack(sequence(tf, width), axis=1)


def ids(tf, seed=3, length=TIME):
    """A list of (batch,) symbols, one per step."""
    drawn = np.random.RandomState(seed).randint(0, SYMBOLS, (length, BATCH)).astype(np.int32)
    return [tf.constant(row) for row in drawn]


def lengths(tf):
    return tf.constant([2, TIME])


def start(tf, cell, batch=BATCH):
    """A first state that is not zero."""
    nest = tf.contrib.framework.nest if not hasattr(tf, "nest") else tf.nest
    sizes = nest.flatten(cell.state_size)
    states = [tf.constant(numbers(batch, int(size), seed=50 + k)) for k, size in enumerate(sizes)]
    return nest.pack_sequence_as(cell.state_size, states)


def module(tf, path):
    """A module that real TF 1.15 does not show as an attribute of `tf`."""
    try:
        return importlib.import_module("tensorflow." + path)
    except ImportError:  # these lines are not a script, so the TF1 world's import hook leaves them alone
        return operator.attrgetter(path)(tf)


# cells: dynamic_rnn over a sequence, from a state that is not zero

CELLS = collections.OrderedDict(
    [
        ("BasicRNNCell", lambda rnn, tf: rnn.BasicRNNCell(UNITS)),
        ("BasicRNNCell-relu", lambda rnn, tf: rnn.BasicRNNCell(UNITS, activation=tf.nn.relu, name="mine")),
        ("BasicLSTMCell", lambda rnn, tf: rnn.BasicLSTMCell(UNITS)),
        ("BasicLSTMCell-forget0", lambda rnn, tf: rnn.BasicLSTMCell(UNITS, forget_bias=0.0)),
        ("BasicLSTMCell-joint", lambda rnn, tf: rnn.BasicLSTMCell(UNITS, state_is_tuple=False)),
        ("LSTMCell", lambda rnn, tf: rnn.LSTMCell(UNITS)),
        ("LSTMCell-peepholes", lambda rnn, tf: rnn.LSTMCell(UNITS, use_peepholes=True, cell_clip=0.3)),
        ("LSTMCell-projection", lambda rnn, tf: rnn.LSTMCell(UNITS, num_proj=3, proj_clip=0.2)),
        ("LSTMCell-joint", lambda rnn, tf: rnn.LSTMCell(UNITS, num_proj=3, state_is_tuple=False)),
        ("LSTMCell-shards", lambda rnn, tf: rnn.LSTMCell(UNITS, num_unit_shards=2, num_proj=4, num_proj_shards=2)),
        ("GRUCell", lambda rnn, tf: rnn.GRUCell(UNITS)),
        ("GRUCell-sigmoid", lambda rnn, tf: rnn.GRUCell(UNITS, activation=tf.sigmoid)),
        ("LSTMBlockCell", lambda rnn, tf: rnn.LSTMBlockCell(UNITS)),
        (
            "LSTMBlockCell-peephole",
            lambda rnn, tf: rnn.LSTMBlockCell(UNITS, forget_bias=0.5, use_peephole=True, cell_clip=0.4),
        ),
        ("GRUBlockCell", lambda rnn, tf: rnn.GRUBlockCell(UNITS)),
        ("GRUBlockCell-cell_size", lambda rnn, tf: rnn.GRUBlockCell(cell_size=UNITS)),
        ("GRUBlockCellV2", lambda rnn, tf: rnn.GRUBlockCellV2(UNITS)),
        ("LayerNormBasicLSTMCell", lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS)),
        (
            "LayerNormBasicLSTMCell-gain",
            lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS, forget_bias=0.3, norm_gain=0.5, norm_shift=0.1),
        ),
        ("LayerNormBasicLSTMCell-off", lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS, layer_norm=False)),
        (
            "LayerNormBasicLSTMCell-dropout",
            lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS, dropout_keep_prob=0.6, dropout_prob_seed=5),
        ),
        ("NASCell", lambda rnn, tf: rnn.NASCell(UNITS)),
        ("NASCell-projection", lambda rnn, tf: rnn.NASCell(UNITS, num_proj=3, use_bias=True)),
        ("UGRNNCell", lambda rnn, tf: rnn.UGRNNCell(UNITS)),
        ("IntersectionRNNCell", lambda rnn, tf: rnn.IntersectionRNNCell(WIDTH)),
        ("IntersectionRNNCell-projection", lambda rnn, tf: rnn.IntersectionRNNCell(UNITS, num_in_proj=UNITS)),
        ("CoupledInputForgetGateLSTMCell", lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS)),
        (
            "CoupledInputForgetGateLSTMCell-peepholes",
            lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, use_peepholes=True, num_proj=3, proj_clip=0.1),
        ),
        (
            "CoupledInputForgetGateLSTMCell-norm",
            lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, layer_norm=True, state_is_tuple=False),
        ),
        (
            "CoupledInputForgetGateLSTMCell-shards",
            lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, num_unit_shards=3, forget_bias=0.2),
        ),
        ("GLSTMCell", lambda rnn, tf: rnn.GLSTMCell(UNITS)),
        ("SRUCell", lambda rnn, tf: rnn.SRUCell(UNITS)),
        ("IndRNNCell", lambda rnn, tf: rnn.IndRNNCell(UNITS)),
        ("IndyGRUCell", lambda rnn, tf: rnn.IndyGRUCell(UNITS)),
        ("IndyLSTMCell", lambda rnn, tf: rnn.IndyLSTMCell(UNITS)),
        ("TimeFreqLSTMCell", lambda rnn, tf: rnn.TimeFreqLSTMCell(UNITS, feature_size=3)),
        (
            "TimeFreqLSTMCell-peepholes",
            lambda rnn, tf: rnn.TimeFreqLSTMCell(UNITS, use_peepholes=True, cell_clip=0.2, feature_size=3),
        ),
        ("MultiRNNCell", lambda rnn, tf: rnn.MultiRNNCell([rnn.GRUCell(UNITS), rnn.LSTMCell(3)])),
        ("MultiRNNCell-shared", lambda rnn, tf: rnn.MultiRNNCell([rnn.BasicRNNCell(WIDTH)] * 2)),
        (
            "MultiRNNCell-joint",
            lambda rnn, tf: rnn.MultiRNNCell(
                [rnn.BasicLSTMCell(UNITS, state_is_tuple=False), rnn.GRUCell(3)], state_is_tuple=False
            ),
        ),
        (
            "DropoutWrapper",
            lambda rnn, tf: rnn.DropoutWrapper(
                rnn.BasicLSTMCell(UNITS), input_keep_prob=0.7, output_keep_prob=0.6, state_keep_prob=0.8, seed=3
            ),
        ),
        (
            "DropoutWrapper-variational",
            lambda rnn, tf: rnn.DropoutWrapper(
                rnn.GRUCell(UNITS),
                0.7,
                0.6,
                0.8,
                variational_recurrent=True,
                input_size=WIDTH,
                dtype=tf.float32,
                seed=3,
            ),
        ),
        (
            "DropoutWrapper-tensor",
            lambda rnn, tf: rnn.DropoutWrapper(rnn.GRUCell(UNITS), output_keep_prob=tf.constant(0.5), seed=9),
        ),
        ("ResidualWrapper", lambda rnn, tf: rnn.ResidualWrapper(rnn.GRUCell(WIDTH))),
        (
            "ResidualWrapper-fn",
            lambda rnn, tf: rnn.ResidualWrapper(rnn.GRUCell(UNITS), residual_fn=lambda i, o: o * tf.reduce_sum(i)),
        ),
        ("DeviceWrapper", lambda rnn, tf: rnn.DeviceWrapper(rnn.LSTMCell(UNITS), "/cpu:0")),
        ("HighwayWrapper", lambda rnn, tf: rnn.HighwayWrapper(rnn.GRUCell(WIDTH))),
        (
            "HighwayWrapper-uncoupled",
            lambda rnn, tf: rnn.HighwayWrapper(rnn.BasicLSTMCell(WIDTH), False, carry_bias_init=0.4),
        ),
        ("InputProjectionWrapper", lambda rnn, tf: rnn.InputProjectionWrapper(rnn.GRUCell(UNITS), 5)),
        (
            "InputProjectionWrapper-relu",
            lambda rnn, tf: rnn.InputProjectionWrapper(rnn.LSTMCell(UNITS), 5, activation=tf.nn.relu),
        ),
        ("OutputProjectionWrapper", lambda rnn, tf: rnn.OutputProjectionWrapper(rnn.LSTMCell(UNITS), 2)),
        (
            "OutputProjectionWrapper-sigmoid",
            lambda rnn, tf: rnn.OutputProjectionWrapper(rnn.GRUCell(UNITS), 2, activation=tf.sigmoid),
        ),
        ("AttentionCellWrapper", lambda rnn, tf: rnn.AttentionCellWrapper(rnn.GRUCell(UNITS), 3)),
        (
            "AttentionCellWrapper-lstm",
            lambda rnn, tf: rnn.AttentionCellWrapper(
                rnn.BasicLSTMCell(UNITS), 2, attn_size=3, attn_vec_size=5, input_size=2
            ),
        ),
        (
            "AttentionCellWrapper-joint",
            lambda rnn, tf: rnn.AttentionCellWrapper(rnn.GRUCell(UNITS), 2, state_is_tuple=False),
        ),
    ]
)


# With parallel iterations, the steps of a loop race for the draws of one random op, in TF 1.15 too.
DROPOUT = collections.OrderedDict((name, make) for name, make in CELLS.items() if "ropout" in name)


@family(CELLS)
def dynamic(tf, make):
    cell = make(tf.contrib.rnn, tf)
    parallel = 1 if make in DROPOUT.values() else None
    return tf.nn.dynamic_rnn(cell, sequence(tf), initial_state=start(tf, cell), parallel_iterations=parallel)


@family(DROPOUT)
def static_dropout(tf, make):
    return tf.nn.static_rnn(make(tf.contrib.rnn, tf), steps(tf), dtype=tf.float32)


@family({name: CELLS[name] for name in ("BasicLSTMCell", "LayerNormBasicLSTMCell", "NASCell", "UGRNNCell", "SRUCell")})
def static(tf, make):
    return tf.nn.static_rnn(make(tf.contrib.rnn, tf), steps(tf), dtype=tf.float32)


NORMED = {
    "basic": lambda rnn, tf: rnn.LayerNormBasicLSTMCell(UNITS),
    "coupled": lambda rnn, tf: rnn.CoupledInputForgetGateLSTMCell(UNITS, layer_norm=True),
}


@family(NORMED)
def faint(tf, make):
    """One step on inputs so small that the epsilon of the normalization is seen."""
    cell = make(tf.contrib.rnn, tf)
    return cell(tf.constant(numbers(BATCH, WIDTH) * 1e-5), cell.zero_state(BATCH, tf.float32))


@family(
    {
        "plain": dict(),
        "norm": dict(layer_norm=True, use_peepholes=True, cell_clip=0.4, norm_gain=0.7),
        "projection": dict(use_peepholes=True, num_proj=3, proj_clip=0.2, forget_bias=0.3),
    }
)
def layer_norm_lstm(tf, options):
    cell = module(tf, "contrib.rnn.python.ops.rnn_cell").LayerNormLSTMCell(UNITS, **options)
    return tf.nn.dynamic_rnn(cell, sequence(tf), dtype=tf.float32)


@family({name: CELLS[name] for name in ("BasicLSTMCell", "GRUCell", "LayerNormBasicLSTMCell", "NASCell", "UGRNNCell")})
def double(tf, make):
    cell = make(tf.contrib.rnn, tf)
    return tf.nn.dynamic_rnn(cell, tf.constant(numbers(BATCH, TIME, WIDTH).astype(np.float64)), dtype=tf.float64)


@family(
    {
        name: CELLS[name]
        for name in (
            "LSTMBlockCell",
            "GRUBlockCellV2",
            "GLSTMCell",
            "AttentionCellWrapper",
            "SRUCell",
            "DropoutWrapper",
        )
    }
)
def unknown_batch(tf, make):
    """Twice over inputs of unknown batch size, the second time with the first one's variables."""
    inputs = tf.placeholder_with_default(sequence(tf), [None, TIME, WIDTH])
    results = []
    for reuse in (None, True):
        with tf.variable_scope("model", reuse=reuse):
            cell = make(tf.contrib.rnn, tf)
            results.append(tf.nn.dynamic_rnn(cell, inputs * 2, dtype=tf.float32, parallel_iterations=1))
    return results


@case()
def dynamic_lengths(tf):
    cell = tf.nn.rnn_cell.LSTMCell(UNITS)
    return tf.nn.dynamic_rnn(cell, sequence(tf), sequence_length=lengths(tf), dtype=tf.float32)


@case()
def static_lengths(tf):
    cell = tf.contrib.rnn.GRUBlockCellV2(UNITS)
    return tf.contrib.rnn.static_rnn(cell, steps(tf), sequence_length=lengths(tf), dtype=tf.float32)


@case()
def phased(tf):
    cell = tf.contrib.rnn.PhasedLSTMCell(UNITS)
    time = tf.constant(np.cumsum(np.abs(numbers(BATCH, TIME, 1)), 1) * 4)
    return tf.nn.dynamic_rnn(cell, (time, sequence(tf)), dtype=tf.float32)


@case()
def phased_peepholes(tf):
    cell = tf.contrib.rnn.PhasedLSTMCell(
        UNITS, use_peepholes=True, leak=0.1, ratio_on=0.6, trainable_ratio_on=False, period_init_max=5.0
    )
    time = tf.constant(np.cumsum(np.abs(numbers(BATCH, TIME, 1)), 1).astype(np.float64))
    return tf.nn.dynamic_rnn(cell, (time, sequence(tf)), dtype=tf.float32)


@case()
def grouped(tf):
    cell = tf.contrib.rnn.GLSTMCell(6, number_of_groups=2, num_proj=4, forget_bias=0.5)
    return tf.nn.dynamic_rnn(cell, sequence(tf, 4), dtype=tf.float32)


GRIDS = {
    "plain": dict(num_frequency_blocks=[3]),
    "peepholes": dict(num_frequency_blocks=[3], use_peepholes=True, cell_clip=0.3),
    "shared": dict(num_frequency_blocks=[3], use_peepholes=True, share_time_frequency_weights=True),
    "coupled": dict(num_frequency_blocks=[3], couple_input_forget_gates=True, use_peepholes=True),
    "blocks": dict(num_frequency_blocks=[1, 2], start_freqindex_list=[0, 2], end_freqindex_list=[2, 5]),
}


@family(dict(GRIDS, joint=dict(num_frequency_blocks=[3], state_is_tuple=False)))
def grid(tf, options):
    cell = tf.contrib.rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1, forget_bias=0.5, **options)
    width = 5 if "start_freqindex_list" in options else 4
    return tf.nn.dynamic_rnn(cell, sequence(tf, width), initial_state=start(tf, cell))


@family(dict(GRIDS, offset=dict(num_frequency_blocks=[3], backward_slice_offset=1)))
def grid_bidirectional(tf, options):
    cell = tf.contrib.rnn.BidirectionalGridLSTMCell(3, feature_size=2, frequency_skip=1, **options)
    width = 5 if "start_freqindex_list" in options else 4
    return tf.nn.dynamic_rnn(cell, sequence(tf, width), initial_state=start(tf, cell))


@family({"1d": ("Conv1DLSTMCell", [4, 2], [3]), "2d": ("Conv2DLSTMCell", [4, 3, 2], [3, 2])})
def convolution(tf, row):
    name, shape, kernel = row
    cell = getattr(tf.contrib.rnn, name)(input_shape=shape, output_channels=2, kernel_shape=kernel, forget_bias=0.5)
    return tf.nn.dynamic_rnn(cell, tf.constant(numbers(BATCH, TIME, *shape)), dtype=tf.float32)


@case()
def convolution_3d_step(tf):
    cell = tf.contrib.rnn.Conv3DLSTMCell(
        input_shape=[3, 2, 2, 1], output_channels=2, kernel_shape=[2, 2, 1], use_bias=False, skip_connection=True
    )
    state = tf.nn.rnn_cell.LSTMStateTuple(*[tf.constant(numbers(BATCH, 3, 2, 2, 2, seed=seed)) for seed in (1, 2)])
    return cell(tf.constant(numbers(BATCH, 3, 2, 2, 1)), state)


@case()
def embedding(tf):
    cell = tf.contrib.rnn.EmbeddingWrapper(tf.contrib.rnn.GRUCell(UNITS), SYMBOLS, 3)
    return tf.nn.static_rnn(cell, ids(tf), dtype=tf.float32)


@case()
def compiled(tf):
    cell = tf.contrib.rnn.CompiledWrapper(tf.contrib.rnn.GRUCell(UNITS))
    return tf.nn.static_rnn(cell, steps(tf), dtype=tf.float32)


# cells that take the whole sequence


def time_major(tf):
    return tf.transpose(sequence(tf), [1, 0, 2])


@family(
    {
        "plain": (dict(), dict()),
        "peephole": (dict(use_peephole=True, forget_bias=0.3, cell_clip=0.5), dict()),
        "lengths": (dict(), dict(sequence_length=True)),
    }
)
def block_fused(tf, options):
    made, called = options
    cell = tf.contrib.rnn.LSTMBlockFusedCell(UNITS, **made)
    if called:
        return cell(time_major(tf), dtype=tf.float32, sequence_length=lengths(tf))
    state = (tf.constant(numbers(BATCH, UNITS, seed=1)), tf.constant(numbers(BATCH, UNITS, seed=2)))
    return cell(time_major(tf), initial_state=state)


@family({"static": False, "dynamic": True})
def fused_adaptor(tf, dynamic):
    cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.BasicRNNCell(UNITS), use_dynamic_rnn=dynamic)
    return cell(time_major(tf), dtype=tf.float32), cell(steps(tf), dtype=tf.float32, scope="listed")


@family({"plain": False, "lengths": True})
def fused_reversed(tf, with_lengths):
    cell = tf.contrib.rnn.TimeReversedFusedRNN(tf.contrib.rnn.LSTMBlockFusedCell(UNITS))
    return cell(time_major(tf), dtype=tf.float32, sequence_length=lengths(tf) if with_lengths else None)


# functions


@case()
def bidirectional_dynamic(tf):
    cells = tf.nn.rnn_cell.GRUCell(UNITS), tf.nn.rnn_cell.BasicLSTMCell(3)
    return tf.nn.bidirectional_dynamic_rnn(*cells, inputs=sequence(tf), sequence_length=lengths(tf), dtype=tf.float32)


@case()
def bidirectional_static(tf):
    cells = tf.contrib.rnn.BasicLSTMCell(UNITS), tf.contrib.rnn.BasicLSTMCell(UNITS)
    return tf.contrib.rnn.static_bidirectional_rnn(cells[0], cells[1], steps(tf), dtype=tf.float32)


@case()
def stack_static(tf):
    rnn = tf.contrib.rnn
    cells = [[rnn.GRUCell(units) for units in (UNITS, 3)] for _ in range(2)]
    states = [[tf.constant(numbers(BATCH, units)) for units in (UNITS, 3)] for _ in range(2)]
    return rnn.stack_bidirectional_rnn(
        cells[0], cells[1], steps(tf), initial_states_fw=states[0], initial_states_bw=states[1], dtype=tf.float32
    )


@case()
def stack_dynamic(tf):
    rnn = tf.contrib.rnn
    cells = [[rnn.BasicLSTMCell(units) for units in (UNITS, 3)] for _ in range(2)]
    return rnn.stack_bidirectional_dynamic_rnn(
        cells[0], cells[1], sequence(tf), sequence_length=lengths(tf), dtype=tf.float32, scope="stack"
    )


class Saver(object):
    """The state saver of static_state_saving_rnn."""

    def __init__(self, tf, units):
        self.tf, self.saved = tf, {}
        self.first = {name: tf.constant(numbers(BATCH, units, seed=k)) for k, name in enumerate(("c", "h"))}

    def state(self, name):
        return self.first[name]

    def save_state(self, name, value):
        self.saved[name] = value
        return self.tf.identity(value)


@case()
def state_saving(tf):
    cell = tf.contrib.rnn.BasicLSTMCell(UNITS)
    return tf.contrib.rnn.static_state_saving_rnn(cell, steps(tf), Saver(tf, UNITS), ("c", "h"))


@case()
def raw(tf):
    cell = tf.nn.rnn_cell.GRUCell(UNITS)
    rows = tf.TensorArray(tf.float32, TIME).unstack(time_major(tf))

    def loop(time, output, state, loop_state):
        done = time >= lengths(tf)
        inputs = tf.cond(tf.reduce_all(done), lambda: tf.zeros([BATCH, WIDTH]), lambda: rows.read(time))
        return done, inputs, cell.zero_state(BATCH, tf.float32) if output is None else state, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop)
    return outputs.stack(), state


@case()
def helpers(tf):
    rnn = tf.contrib.rnn
    return rnn.transpose_batch_time(sequence(tf)), tf.constant(float(rnn.best_effort_input_batch_size(steps(tf))))


@case()
def zero_states(tf):
    rnn = tf.contrib.rnn
    cell = rnn.MultiRNNCell(
        [rnn.OutputProjectionWrapper(rnn.GRUCell(3), 2), rnn.NASCell(2), rnn.HighwayWrapper(rnn.GRUCell(2))]
    )
    return cell.zero_state(BATCH, tf.float32), cell.zero_state(tf.constant(BATCH), tf.float32)


# a script's own cells


@case()
def own_call(tf):
    class Leaky(tf.contrib.rnn.RNNCell):
        def __init__(self, units):
            self._units = units  # without super().__init__, as scripts often did

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__):
                weight = tf.get_variable("W", [WIDTH + self._units, self._units])
                new = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), weight))
            return new, 0.5 * state + 0.5 * new

    return tf.nn.dynamic_rnn(Leaky(UNITS), sequence(tf), dtype=tf.float32)


@case()
def own_build(tf):
    class Plain(tf.contrib.rnn.LayerRNNCell):
        def __init__(self, units, reuse=None, name=None):
            super(Plain, self).__init__(_reuse=reuse, name=name)
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def build(self, inputs_shape):
            width = inputs_shape[1].value
            self._kernel = self.add_variable("kernel", shape=[width + self._units, self._units])
            self._bias = self.add_variable("bias", [self._units], initializer=tf.zeros_initializer(dtype=self.dtype))
            self.built = True

        def call(self, inputs, state):
            new = tf.nn.elu(tf.matmul(tf.concat([inputs, state], 1), self._kernel) + self._bias)
            return new, new

    return tf.nn.dynamic_rnn(tf.contrib.rnn.MultiRNNCell([Plain(UNITS), Plain(3)]), sequence(tf), dtype=tf.float32)


@case()
def own_layers(tf):
    class Dense(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return tf.nn.rnn_cell.LSTMStateTuple(UNITS, 2)

        @property
        def output_size(self):
            return 2

        def call(self, inputs, state):
            a = tf.layers.dense(tf.concat([inputs, state.h], 1), UNITS, activation=tf.tanh, name="a")
            b = tf.layers.dense(a + state.c, 2, name="b")
            return b, tf.nn.rnn_cell.LSTMStateTuple(a, b)

    return tf.nn.dynamic_rnn(Dense(), sequence(tf), dtype=tf.float32)


@case()
def own_linear(tf):
    core = module(tf, "contrib.rnn.python.ops.core_rnn_cell")
    _linear, _Linear = core._linear, core._Linear
    x, h = tf.constant(numbers(BATCH, 3)), tf.constant(numbers(BATCH, 2, seed=1))
    with tf.variable_scope("one"):
        first = _linear([x, h], UNITS, True, bias_initializer=tf.constant_initializer(0.5))
    with tf.variable_scope("two"):
        second = _linear(x, UNITS, False)
    with tf.variable_scope("three"):
        third = _Linear([x, h], UNITS, True)
    return first, second, third([x, h]), third([x + 1, h])


# tf.contrib.legacy_seq2seq


@family({"plain": False, "loop": True})
def seq2seq_rnn_decoder(tf, loop):
    cell = tf.contrib.rnn.GRUCell(WIDTH)
    return tf.contrib.legacy_seq2seq.rnn_decoder(
        steps(tf), start(tf, cell), cell, loop_function=(lambda previous, i: previous * i) if loop else None
    )


@family({"gru": lambda rnn: rnn.GRUCell(UNITS), "lstm": lambda rnn: rnn.MultiRNNCell([rnn.BasicLSTMCell(UNITS)] * 1)})
def seq2seq_basic(tf, make):
    return tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(steps(tf), steps(tf, 2), make(tf.contrib.rnn))


@case()
def seq2seq_tied(tf):
    return tf.contrib.legacy_seq2seq.tied_rnn_seq2seq(steps(tf), steps(tf), tf.contrib.rnn.BasicLSTMCell(UNITS))


def feeds(tf):
    return {"taught": False, "fed": True, "tensor": tf.constant(True)}


FEEDS = {name: name for name in ("taught", "fed", "tensor")}


@family(FEEDS)
def seq2seq_embedding(tf, feed):
    return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        ids(tf), ids(tf, 4), tf.contrib.rnn.BasicLSTMCell(UNITS), SYMBOLS, SYMBOLS, 3, feed_previous=feeds(tf)[feed]
    )


@case()
def seq2seq_embedding_projection(tf):
    projection = tf.get_variable("proj_w", [UNITS, SYMBOLS]), tf.get_variable("proj_b", [SYMBOLS])
    return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        ids(tf),
        ids(tf, 4),
        tf.contrib.rnn.GRUCell(UNITS),
        SYMBOLS,
        SYMBOLS,
        3,
        output_projection=projection,
        feed_previous=True,
        dtype=tf.float32,
    )


@family(FEEDS)
def seq2seq_embedding_tied(tf, feed):
    return tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(
        ids(tf), ids(tf, 4), tf.contrib.rnn.GRUCell(UNITS), SYMBOLS, 3, feed_previous=feeds(tf)[feed]
    )


@family(FEEDS)
def seq2seq_attention(tf, feed):
    return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        ids(tf), ids(tf, 4), tf.contrib.rnn.GRUCell(UNITS), SYMBOLS, SYMBOLS, 3, feed_previous=feeds(tf)[feed]
    )


@case()
def seq2seq_attention_heads(tf):
    return tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        ids(tf),
        ids(tf, 4),
        tf.contrib.rnn.BasicLSTMCell(UNITS),
        SYMBOLS,
        SYMBOLS,
        3,
        num_heads=2,
        initial_state_attention=True,
    )


@case()
def seq2seq_attention_decoder(tf):
    cell = tf.contrib.rnn.GRUCell(UNITS)
    return tf.contrib.legacy_seq2seq.attention_decoder(
        steps(tf),
        start(tf, cell),
        sequence(tf, 5),
        cell,
        output_size=2,
        loop_function=lambda previous, i: tf.tile(previous[:, :1], [1, WIDTH]),
    )


@case()
def seq2seq_unknown_batch(tf):
    sources, targets = ([tf.placeholder_with_default(step, [None]) for step in ids(tf, seed)] for seed in (3, 4))
    cell = tf.contrib.rnn.GRUCell(UNITS)
    seq2seq = tf.contrib.legacy_seq2seq
    attended = seq2seq.embedding_attention_seq2seq(sources, targets, cell, SYMBOLS, SYMBOLS, 3)
    cell = tf.contrib.rnn.GRUCell(UNITS)
    tied = seq2seq.embedding_tied_rnn_seq2seq(sources, targets, cell, SYMBOLS, 3, feed_previous=tf.constant(False))
    return attended, tied


@family({"taught": False, "tensor": True})
def seq2seq_one2many(tf, tensor):
    rnn = tf.contrib.rnn
    names = ["a", "b"]
    inputs = collections.OrderedDict((name, ids(tf, seed)) for seed, name in enumerate(names))
    return tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(
        ids(tf),
        inputs,
        rnn.GRUCell(UNITS),
        {name: rnn.GRUCell(UNITS) for name in names},
        SYMBOLS,
        {name: SYMBOLS for name in names},
        3,
        feed_previous=tf.constant(True) if tensor else False,
    )


def judged(tf, time=TIME):
    """Logits from a variable, targets and weights: three lists."""
    table = tf.get_variable("table", [time, BATCH, SYMBOLS])
    weights = [tf.constant(row) for row in np.abs(numbers(time, BATCH))]
    return tf.unstack(table), ids(tf, 5, time), weights


@family(
    {
        "mean": dict(),
        "sum": dict(average_across_timesteps=False),
        "whole": dict(average_across_batch=False),
        "function": dict(softmax_loss_function=lambda labels, logits: logits[:, 0] * 2),
    }
)
def seq2seq_loss(tf, options):
    return tf.contrib.legacy_seq2seq.sequence_loss(*judged(tf), **options)


@family({"mean": dict(), "sum": dict(average_across_timesteps=False)})
def seq2seq_loss_by_example(tf, options):
    logits, targets, weights = judged(tf)
    zero = [weight * tf.constant([1.0, 0.0]) for weight in weights]  # a row whose weights are all zero
    return tf.contrib.legacy_seq2seq.sequence_loss_by_example(logits, targets, zero, **options)


@family({"scalar": False, "by_example": True})
def seq2seq_buckets(tf, by_example):
    seq2seq = tf.contrib.legacy_seq2seq

    def model(sources, targets):  # TF1 cannot copy a cell that has been called, so each bucket has its own
        return seq2seq.embedding_rnn_seq2seq(sources, targets, tf.contrib.rnn.GRUCell(UNITS), SYMBOLS, SYMBOLS, 3)

    weights = [tf.constant(row) for row in np.abs(numbers(TIME, BATCH))]
    return seq2seq.model_with_buckets(
        ids(tf), ids(tf, 4), ids(tf, 5), weights, [(2, 3), (3, 4)], model, per_example_loss=by_example
    )


# what must fail


@error
def not_a_cell(tf):
    tf.contrib.rnn.InputProjectionWrapper(object(), 3)


@error
def gru_block_without_size(tf):
    tf.contrib.rnn.GRUBlockCell()


@error
def gru_block_with_two_sizes(tf):
    tf.contrib.rnn.GRUBlockCell(3, cell_size=3)


@error
def no_classes(tf):
    tf.contrib.rnn.EmbeddingWrapper(tf.contrib.rnn.GRUCell(3), 0, 3)


@error
def no_outputs(tf):
    tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.GRUCell(3), 0)


@error
def attention_of_no_length(tf):
    tf.contrib.rnn.AttentionCellWrapper(tf.contrib.rnn.GRUCell(3), 0)


@error
def attention_tuple_in_joint_state(tf):
    tf.contrib.rnn.AttentionCellWrapper(tf.contrib.rnn.BasicLSTMCell(3), 2, state_is_tuple=False)


@error
def intersection_without_projection(tf):
    tf.nn.static_rnn(tf.contrib.rnn.IntersectionRNNCell(UNITS), steps(tf), dtype=tf.float32)


@error
def unknown_width(tf):
    inputs = tf.placeholder(tf.float32, [BATCH, None])
    tf.contrib.rnn.UGRNNCell(3)(inputs, tf.zeros([BATCH, 3]))


@error
def block_unknown_width(tf):
    inputs = tf.placeholder(tf.float32, [BATCH, None])
    tf.contrib.rnn.LSTMBlockCell(3)(inputs, (tf.zeros([BATCH, 3]),) * 2)


@error
def fused_without_dtype(tf):
    tf.contrib.rnn.LSTMBlockFusedCell(3)(time_major(tf))


@error
def highway_of_other_width(tf):
    tf.nn.static_rnn(tf.contrib.rnn.HighwayWrapper(tf.contrib.rnn.GRUCell(UNITS)), steps(tf), dtype=tf.float32)


@error
def multi_of_no_list(tf):
    tf.contrib.rnn.MultiRNNCell(tf.contrib.rnn.GRUCell(3))


@error
def dropout_out_of_range(tf):
    tf.contrib.rnn.DropoutWrapper(tf.contrib.rnn.GRUCell(3), 1.5)


@error
def groups_do_not_divide(tf):
    tf.contrib.rnn.GLSTMCell(5, number_of_groups=2)


@error
def grid_without_blocks(tf):
    tf.contrib.rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1)


@error
def grid_of_other_blocks(tf):
    cell = tf.contrib.rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[2])
    tf.nn.dynamic_rnn(cell, sequence(tf, 4), dtype=tf.float32)


@error
def stack_of_no_list(tf):
    cell = tf.contrib.rnn.GRUCell(3)
    tf.contrib.rnn.stack_bidirectional_dynamic_rnn(cell, [cell], sequence(tf), dtype=tf.float32)


@error
def stack_of_other_depth(tf):
    cells = [tf.contrib.rnn.GRUCell(3) for _ in range(3)]
    tf.contrib.rnn.stack_bidirectional_rnn(cells[:1], cells[1:], steps(tf), dtype=tf.float32)


@error
def too_many_shards(tf):
    cell = tf.contrib.rnn.CoupledInputForgetGateLSTMCell(2, num_unit_shards=9)
    tf.nn.static_rnn(cell, steps(tf), dtype=tf.float32)


@error
def losses_of_other_length(tf):
    logits, targets, weights = judged(tf)
    tf.contrib.legacy_seq2seq.sequence_loss(logits, targets[:2], weights)


@error
def short_bucket(tf):
    tf.contrib.legacy_seq2seq.model_with_buckets(ids(tf), ids(tf), ids(tf), steps(tf), [(9, 9)], None)


@error
def attention_without_inputs(tf):
    cell = tf.contrib.rnn.GRUCell(UNITS)
    tf.contrib.legacy_seq2seq.attention_decoder([], start(tf, cell), sequence(tf), cell)


@error
def attention_without_heads(tf):
    cell = tf.contrib.rnn.GRUCell(UNITS)
    tf.contrib.legacy_seq2seq.attention_decoder(steps(tf), start(tf, cell), sequence(tf), cell, num_heads=0)


@error
def one2many_of_other_names(tf):
    cell = tf.contrib.rnn.GRUCell(3)
    tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(ids(tf), {"a": ids(tf)}, cell, {"b": cell}, 2, {"a": 2}, 2)


@error
def cell_again_without_reuse(tf):
    for _ in range(2):
        tf.nn.dynamic_rnn(tf.contrib.rnn.NASCell(3), sequence(tf), dtype=tf.float32)


# measuring


def measure(tf, build):
    """Build one case in a graph of its own, give every variable fixed weights, and train it a little.

    Returns facts (variables: name, shape, trainable, the start value where it is one number; counts of
    the forward graph's op types) and arrays (every float tensor the case returned, the gradients, losses).
    """
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(11)
        tensors = flat(tf, build(tf))
        operations = graph.get_operations()
        facts = {"ops": dict(collections.Counter(operation.type for operation in operations))}
        loss = tf.add_n([tf.reduce_mean(tf.square(tensor - 0.25)) for tensor in tensors])
        variables, trained = tf.global_variables(), tf.trainable_variables()
        gradients = tf.gradients(loss, trained)
        known = [(v, g) for v, g in zip(trained, gradients) if g is not None]
        train = tf.train.GradientDescentOptimizer(RATE).minimize(loss) if known else tf.no_op()
        session.run(tf.global_variables_initializer())
        starts = session.run(variables)
        facts["variables"] = [describe(v, value, v in trained) for v, value in zip(variables, starts)]
        facts["without_gradient"] = [v.name for v, g in zip(trained, gradients) if g is None]
        fixed = {
            v.initializer.inputs[1]: weights(v.op.name, value.shape, k)
            for k, (v, value) in enumerate(zip(variables, starts))
        }
        session.run([v.initializer for v in variables], fixed)
        arrays = collections.OrderedDict()
        wanted = {"tensor/%d" % k: tensor for k, tensor in enumerate(tensors)}
        wanted.update(("gradient/" + v.name, tf.convert_to_tensor(g)) for v, g in known)
        computed = session.run(wanted)
        arrays.update((key, computed[key]) for key in sorted(computed))
        losses = [session.run([loss, train])[0] for _ in range(STEPS + 1)]
        arrays["losses"] = np.array(losses)
        return facts, arrays


def flat(tf, result):
    """Every tensor in nested tuples, lists and dicts, in order."""
    if isinstance(result, dict):
        return [tensor for key in sorted(result) for tensor in flat(tf, result[key])]
    if isinstance(result, (list, tuple)):
        return [tensor for part in result for tensor in flat(tf, part)]
    return [result]


def describe(variable, value, trainable):
    one = value.size > 1 and bool(np.all(value == value.flat[0]))
    return [variable.name, list(value.shape), bool(trainable), float(value.flat[0]) if one else None]


def weights(name, shape, index):
    """Fixed weights for a variable; the rhythm of a phased cell must be positive."""
    value = np.random.RandomState(100 + index).uniform(-0.6, 0.6, shape).astype(np.float32)
    if name.endswith("/period"):
        return np.abs(value) * 4 + 1
    return np.abs(value) if name.endswith(("/phase", "/ratio_on")) else value


def failure(tf, build):
    """The name of the exception that building raises, or None."""
    with tf.Graph().as_default():
        try:
            build(tf)
        except Exception as error:  # noqa: B902
            return type(error).__name__
    return None


def measure_all(tf, names=None):
    """{name: facts}, {name: arrays}, {name: exception}; a case that cannot be built has the fact `failed`."""
    facts, arrays = collections.OrderedDict(), collections.OrderedDict()
    for name in CASES if names is None else names:
        try:
            facts[name], arrays[name] = measure(tf, CASES[name])
        except Exception as error:  # noqa: B902
            facts[name], arrays[name] = {"failed": "%s: %s" % (type(error).__name__, error)}, {}
    return facts, arrays, {name: failure(tf, build) for name, build in ERRORS.items()}


def pack(facts, arrays):
    """Each case's arrays as one vector; where each of them lies stands in its facts."""
    packed = {}
    for name, found in arrays.items():
        facts[name]["layout"] = [[key, list(value.shape)] for key, value in found.items()]
        values = [np.asarray(value, np.float32).ravel() for value in found.values()]
        packed[name] = np.concatenate(values) if values else np.zeros(0, np.float32)
    return packed


def unpack(facts, packed):
    """The inverse of `pack`, for one case: {key: array}."""
    arrays, begin = collections.OrderedDict(), 0
    for key, shape in facts["layout"]:
        size = int(np.prod(shape))
        arrays[key] = packed[begin : begin + size].reshape(shape)
        begin += size
    return arrays
