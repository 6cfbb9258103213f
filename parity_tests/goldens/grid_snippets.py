"""tf.contrib's rarer recurrent packages, in a few lines each: grid_rnn and recurrent.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1
world of today, where `test_grid.py` compares. `GRAPHS` maps a name to a function that builds a graph and
returns the float tensors it computes; `ERRORS` to one that must fail.
"""

import collections

import numpy as np

try:
    from snippet_table import Snippets
except ImportError:  # a test imports this file as part of its package
    from parity_tests.goldens.snippet_table import Snippets

try:
    import contrib_snippets
except ImportError:  # the test imports this file as part of its package
    from parity_tests.goldens import contrib_snippets

BATCH, TIME, WIDTH, UNITS = 2, 4, 4, 3

GRAPHS = Snippets()
ERRORS = Snippets()
family = GRAPHS.family
graph = GRAPHS.enter
error = ERRORS.enter
numbers = contrib_snippets.numbers


def flat(result):
    """Every tensor in nested tuples and lists, in order."""
    if isinstance(result, (list, tuple)):
        return [tensor for part in result for tensor in flat(part)]
    return [result]


def sequence(tf, width=WIDTH):
    """(batch, time, width)."""
    return tf.constant(numbers(BATCH, TIME, width))


def start(tf, cell, batch=BATCH):
    """A first state that is not zero."""
    nest = tf.contrib.framework.nest
    states = [tf.constant(numbers(batch, int(n), seed=50 + k)) for k, n in enumerate(nest.flatten(cell.state_size))]
    return nest.pack_sequence_as(cell.state_size, states)


# tf.contrib.grid_rnn

GRIDS = collections.OrderedDict([
    ("1rnn", lambda tf, g: g.Grid1BasicRNNCell(UNITS)),
    ("2rnn", lambda tf, g: g.Grid2BasicRNNCell(UNITS)),
    ("1basic_forget", lambda tf, g: g.Grid1BasicLSTMCell(UNITS, 0.3)),
    ("2basic_tied", lambda tf, g: g.Grid2BasicLSTMCell(UNITS, True)),
    ("1lstm", lambda tf, g: g.Grid1LSTMCell(UNITS, use_peepholes=True)),
    ("2lstm", lambda tf, g: g.Grid2LSTMCell(UNITS)),
    ("2lstm_peepholes", lambda tf, g: g.Grid2LSTMCell(UNITS, use_peepholes=True, forget_bias=0.2)),
    ("3lstm", lambda tf, g: g.Grid3LSTMCell(UNITS, use_peepholes=True)),
    ("3lstm_tied", lambda tf, g: g.Grid3LSTMCell(UNITS, tied=True)),
    ("2gru", lambda tf, g: g.Grid2GRUCell(UNITS)),
    ("own_two_inputs", lambda tf, g: g.GridRNNCell(UNITS, 3, [0, 2], [2, 1], priority_dims=[1, 2])),
    (
        "own_gru",
        lambda tf, g: g.GridRNNCell(UNITS, 3, [1], [0, 2], [2], cell_fn=lambda n: tf.nn.rnn_cell.GRUCell(num_units=n)),
    ),
])  # fmt: skip


@family(GRIDS)
def grid_dynamic(tf, make):
    cell = make(tf, tf.contrib.grid_rnn)
    return flat(tf.nn.dynamic_rnn(cell, sequence(tf), initial_state=start(tf, cell)))


@family({name: GRIDS[name] for name in ("1rnn", "2basic_tied", "2gru")})
def grid_static(tf, make):
    steps = tf.unstack(sequence(tf), axis=1)
    return flat(tf.nn.static_rnn(make(tf, tf.contrib.grid_rnn), steps, dtype=tf.float32))


JOINT = {
    "1basic": lambda g, **how: g.Grid1BasicLSTMCell(UNITS, **how),
    "3lstm": lambda g, **how: g.Grid3LSTMCell(UNITS, use_peepholes=True, **how),
}


@family(JOINT)
def grid_joint(tf, make):
    """State and output side by side; the state of the second is a tuple again."""
    results = []
    for name, how in (("a", {"state_is_tuple": False}), ("b", {})):
        with tf.variable_scope(name):
            cell = make(tf.contrib.grid_rnn, output_is_tuple=False, **how)
            results += flat(tf.nn.dynamic_rnn(cell, sequence(tf), initial_state=start(tf, cell)))
    return results


DENSE = {
    "2basic": lambda tf, g: g.Grid2BasicLSTMCell(UNITS, non_recurrent_fn=tf.nn.sigmoid),
    "3lstm": lambda tf, g: g.Grid3LSTMCell(UNITS, non_recurrent_fn=tf.nn.tanh, forget_bias=0.5),
    "2gru": lambda tf, g: g.Grid2GRUCell(UNITS, non_recurrent_fn=tf.nn.tanh),
    "own": lambda tf, g: g.GridRNNCell(UNITS, 3, [0, 1], [1], [1], [1]),
}


@family(DENSE)
def grid_dense(tf, make):
    """A dimension without a state; TF 1.15 needs the scope's initializer for it, and no loop for a regularizer."""
    initializer = tf.random_uniform_initializer(-0.5, 0.5)
    with tf.variable_scope("root", initializer=initializer):
        cell = make(tf, tf.contrib.grid_rnn)
        found = flat(tf.nn.dynamic_rnn(cell, sequence(tf), initial_state=start(tf, cell)))
    with tf.variable_scope("other", initializer=initializer, regularizer=tf.contrib.layers.l2_regularizer(0.1)):
        steps = tf.unstack(sequence(tf)[:, :2], axis=1)
        found += flat(tf.nn.static_rnn(make(tf, tf.contrib.grid_rnn), steps, dtype=tf.float32))
    return found + tf.losses.get_regularization_losses()


@graph
def grid_stack(tf):
    """Two layers of the same class, the second called with a scope's name."""
    grid = tf.contrib.grid_rnn
    first, second = grid.Grid2BasicLSTMCell(UNITS, output_is_tuple=False), grid.Grid2GRUCell(2)
    cell = tf.nn.rnn_cell.MultiRNNCell([first, second])
    found = tf.nn.dynamic_rnn(cell, sequence(tf), dtype=tf.float32, sequence_length=[2, TIME])
    return flat(found) + flat(first(tf.constant(numbers(BATCH, WIDTH)), first.zero_state(BATCH, tf.float32), "again"))


@error
def grid_no_dimension(tf):
    tf.contrib.grid_rnn.GridRNNCell(UNITS, 0)


@error
def grid_dimension_out_of_range(tf):
    tf.contrib.grid_rnn.GridRNNCell(UNITS, 2, input_dims=2)


@error
def grid_no_cell(tf):
    tf.contrib.grid_rnn.GridRNNCell(UNITS, 2, cell_fn=lambda units: units)


@error
def grid_states_missing(tf):
    cell = tf.contrib.grid_rnn.Grid2GRUCell(UNITS)
    cell(tf.constant(numbers(BATCH, WIDTH)), (tf.zeros([BATCH, UNITS]),))


@error
def grid_tied_and_dense(tf):
    cell = tf.contrib.grid_rnn.Grid2GRUCell(UNITS, tied=True, non_recurrent_fn=tf.tanh)
    with tf.variable_scope("root", initializer=tf.zeros_initializer()):
        tf.nn.dynamic_rnn(cell, sequence(tf), dtype=tf.float32)


# tf.contrib.recurrent


def lengths(tf):
    return tf.constant([TIME - 2, TIME - 1])


FUNCTIONAL = collections.OrderedDict([
    ("lstm", lambda tf: (tf.nn.rnn_cell.LSTMCell(UNITS, use_peepholes=True), {})),
    ("gru", lambda tf: (tf.nn.rnn_cell.GRUCell(UNITS), {})),
    ("lengths", lambda tf: (tf.nn.rnn_cell.BasicLSTMCell(UNITS), {"sequence_length": lengths(tf)})),
    ("empty_row", lambda tf: (tf.nn.rnn_cell.GRUCell(UNITS), {"sequence_length": tf.constant([0, 3])})),
    ("time_major", lambda tf: (tf.nn.rnn_cell.BasicRNNCell(WIDTH), {"time_major": True, "scope": "mine"})),
    ("reverse", lambda tf: (tf.nn.rnn_cell.BasicLSTMCell(UNITS), {"reverse": True})),
    (
        "reverse_lengths",
        lambda tf: (tf.nn.rnn_cell.BasicLSTMCell(UNITS), {"reverse": True, "sequence_length": lengths(tf)}),
    ),
    ("projected", lambda tf: (tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(UNITS), 2), {})),
    (
        "two",
        lambda tf: (
            tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(UNITS), tf.nn.rnn_cell.GRUCell(2)]),
            {"sequence_length": lengths(tf)},
        ),
    ),
])  # fmt: skip


@family(FUNCTIONAL)
def functional(tf, make):
    cell, options = make(tf)
    batch = TIME if "time_major" in options else BATCH
    inputs = tf.get_variable("inputs", [BATCH, TIME, WIDTH])
    weights = tf.get_variable("start", [])
    nest = tf.contrib.framework.nest
    state = nest.map_structure(lambda each: each * weights, start(tf, cell, batch))
    return flat(tf.contrib.recurrent.functional_rnn(cell, inputs, initial_state=state, **options))


@graph
def functional_zero_state(tf):
    return flat(tf.contrib.recurrent.functional_rnn(tf.nn.rnn_cell.GRUCell(UNITS), sequence(tf), dtype=tf.float32))


@family({"plain": {}, "lengths": {"sequence_length": [2, 4]}, "fast": {"fast_reverse": True}})
def functional_bidirectional(tf, options):
    cells = tf.nn.rnn_cell.GRUCell(UNITS), tf.nn.rnn_cell.BasicLSTMCell(2)
    return flat(
        tf.contrib.recurrent.bidirectional_functional_rnn(
            cells[0], cells[1], tf.get_variable("inputs", [BATCH, TIME, WIDTH]), dtype=tf.float32, **options
        )
    )


def elman(tf, theta, state, inputs):
    """A cell as Recurrent takes it, with dicts for structures; the extra is what its gradient needs."""
    total = tf.matmul(tf.concat([inputs["x"], state["h"]], 1), theta["w"])
    return {"h": tf.tanh(total), "sum": state["sum"] + tf.reduce_mean(total, 1)}, {"total": total}


def elman_grad(tf, theta, state, inputs, extras, d_state):
    """Not the gradient: half of it for theta, so that it is seen to be used."""
    d_total = d_state["h"] * (1 - tf.square(tf.tanh(extras["total"]))) + tf.expand_dims(d_state["sum"], 1) / UNITS
    joint = tf.concat([inputs["x"], state["h"]], 1)
    d_joint = tf.matmul(d_total, theta["w"], transpose_b=True)
    return (
        {"w": 0.5 * tf.matmul(joint, d_total, transpose_a=True)},
        {"h": d_joint[:, WIDTH:], "sum": d_state["sum"]},
        {"x": d_joint[:, :WIDTH]},
    )


RECURRENT = {
    "plain": {},
    "length": {"max_input_length": 3},
    "aligned_end": {"max_input_length": 3, "aligned_end": True},
    "one": {"max_input_length": 1},
    "own_gradient": {"cell_grad": elman_grad},
}


@family(RECURRENT)
def recurrent(tf, options):
    theta = {"w": tf.get_variable("w", [WIDTH + UNITS, UNITS])}
    state = {"h": tf.get_variable("h", [BATCH, UNITS]), "sum": tf.get_variable("sum", [BATCH])}
    inputs = {"x": tf.get_variable("x", [1 if options.get("max_input_length") == 1 else TIME, BATCH, WIDTH])}
    options = dict(options)
    if "cell_grad" in options:
        options["cell_grad"] = lambda *args: elman_grad(tf, *args)
    if options.get("max_input_length", 1) != 1:
        options["max_input_length"] = tf.constant(options["max_input_length"])
    found = tf.contrib.recurrent.Recurrent(theta, state, inputs, lambda *args: elman(tf, *args), **options)
    return [part[key] for part in found for key in ("h", "sum")]


# tf.contrib.training: sequences in segments, their states kept in between


def segments(tf, rows=4, **options):
    """Sequences of 5 and 6 steps in segments of 3, two at a time, without end."""
    row = tf.train.range_input_producer(rows, shuffle=False).dequeue()
    length = 5 + tf.mod(row, 2)
    x = tf.reshape(tf.cast(row, tf.float32) + 0.1 * tf.range(0.0, tf.cast(2 * length, tf.float32)), [-1, 2])
    x.set_shape([None, 2])
    sequences = {"x": x, "y": tf.cast(tf.range(length), tf.float32)}
    context = {"c": tf.cast(tf.stack([row, row + 1]), tf.float32)}
    states = {"c": tf.constant([0.1, 0.2, 0.3]), "h": tf.constant(numbers(3))}
    options = dict(dict(num_unroll=3, batch_size=2, num_threads=1, capacity=2), **options)
    return tf.contrib.training.batch_sequences_with_states(
        tf.as_string(row), sequences, context, options.pop("input_length", length), states, **options
    )


SEGMENTS = collections.OrderedDict([
    ("plain", {}),
])  # fmt: skip


def state_saving(tf, options):
    """Facts: the variables with their start values, and what the first batches hold."""
    batch = segments(tf, **options)
    unroll = options.get("num_unroll", 3)
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    steps = tf.unstack(batch.sequences["x"], num=unroll, axis=1)
    outputs, state = tf.nn.static_state_saving_rnn(cell, steps, batch, ("c", "h"), sequence_length=batch.length)
    texts = [batch.key, batch.next_key]
    whole = [batch.length, batch.total_length, batch.sequence, batch.sequence_count, batch.batch_size]
    fetches = texts + whole + [batch.context["c"], batch.sequences["x"], batch.sequences["y"]]
    fetches += [batch.state("c"), batch.state("h")] + outputs + [state[0]]
    saver = [op.name for op in tf.get_default_graph().get_operations() if "Barrier" in op.type]
    facts = {"seed": contrib_snippets.next_op_seed(tf), "ops": saver, "batches": []}
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        facts["variables"] = [[v.name, digits(session.run(v))] for v in tf.global_variables()]
        coordinator = tf.train.Coordinator()
        tf.train.start_queue_runners(session, coordinator)
        for _ in range(6):
            values = session.run(fetches)
            texts = [[text.decode() for text in each] for each in values[:2]]
            facts["batches"].append(texts + [[list(np.shape(value)), digits(value)] for value in values[2:]])
        coordinator.request_stop()
    return facts


def digits(values):
    return [float(np.float32(value)) for value in np.ravel(values)]


FACTS = collections.OrderedDict(
    ("segments/" + name, lambda tf, options=options: state_saving(tf, options)) for name, options in SEGMENTS.items()
)


@error
def segments_capacity(tf):
    segments(tf, capacity=1)


@error
def segments_unroll(tf):
    segments(tf, num_unroll=3.0)


@error
def segments_no_state(tf):
    saver = tf.contrib.training.SequenceQueueingStateSaver
    saver(1, 2, tf.constant(2), tf.constant("a"), {"x": tf.zeros([2])}, {}, {})


@error
def segments_colon(tf):
    saver = tf.contrib.training.SequenceQueueingStateSaver
    saver(1, 2, tf.constant(2), tf.constant("a"), {"x:0": tf.zeros([2])}, {}, {"s": tf.zeros([1])})


@error
def segments_key(tf):
    saver = tf.contrib.training.SequenceQueueingStateSaver
    saver(1, 2, tf.constant(2), tf.constant(3), {"x": tf.zeros([2])}, {}, {"s": tf.zeros([1])})


@error
def segments_unknown_state(tf):
    segments(tf).save_state("other", tf.zeros([2, 3]))


# measuring


def measure_all(tf, names=None):
    """{name: facts}, {name: arrays}, {name: exception}; a snippet that fails has the fact `failed`."""
    facts, arrays = collections.OrderedDict(), collections.OrderedDict()
    for name in list(GRAPHS) + list(FACTS) if names is None else names:
        try:
            with tf.Graph().as_default():
                tf.set_random_seed(contrib_snippets.SEED)
                if name in FACTS:
                    facts[name] = FACTS[name](tf)
                    continue
                arrays[name] = collections.OrderedDict()
                facts[name] = contrib_snippets.measure(tf, GRAPHS[name], arrays[name])
        except Exception as failure:  # noqa: B902
            facts[name] = {"failed": "%s: %s" % (type(failure).__name__, str(failure)[:300])}
    return facts, arrays, {name: raised(tf, build) for name, build in ERRORS.items()}


def raised(tf, build):
    """The name of the exception that building raises, or None."""
    with tf.Graph().as_default():
        try:
            build(tf)
        except Exception as failure:  # noqa: B902
            return type(failure).__name__
    return None
