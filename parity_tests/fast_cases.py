"""Recurrent loops as scripts write them, built twice in one process of the TF1 world: as always, and restructured.

`python fast_cases.py OUT.pickle` writes what both computed; `test_fast_legacy.py` compares them.
"""

from __future__ import annotations

import collections
import contextlib
import io
import pickle
import sys

import numpy as np

__all__ = ["APART", "BEFORE", "CASES", "LEFT", "measure"]

BATCH, STEPS, INPUTS, UNITS, WIDE = 4, 5, 3, 6, 8

CELLS = {
    "rnn": "C.BasicRNNCell(UNITS)",
    "rnn relu": "C.BasicRNNCell(UNITS, activation=tf.nn.relu)",
    "basic lstm": "C.BasicLSTMCell(UNITS)",
    "basic lstm, other bias": "C.BasicLSTMCell(UNITS, forget_bias=0.3, activation='sigmoid')",
    "basic lstm, joined": "C.BasicLSTMCell(UNITS, state_is_tuple=False)",
    "lstm": "tf.contrib.rnn.LSTMCell(UNITS, initializer=tf.orthogonal_initializer())",
    "gru": "C.GRUCell(UNITS, bias_initializer=tf.constant_initializer(0.2))",
    "stack": "C.MultiRNNCell([C.GRUCell(UNITS), C.BasicLSTMCell(UNITS), C.BasicRNNCell(UNITS + 1)])",
    "shared": "C.MultiRNNCell([C.BasicLSTMCell(INPUTS)] * 2)",
    "wide": "C.MultiRNNCell([C.BasicLSTMCell(WIDE)] * 2)",
}

# how the cell `k` is called on `x`, (batch, time, inputs) of unknown batch; `lengths` feeds one, `z(k)` is a first state
CALLS = {
    "plain": "tf.nn.dynamic_rnn(k, x, dtype=dtype)",
    "lengths": "tf.nn.dynamic_rnn(k, x, sequence_length=lengths, dtype=dtype)",
    "time major, lengths, state": "tf.nn.dynamic_rnn(k, tf.transpose(x, [1, 0, 2]), lengths, z(k), time_major=True)",
    "both ways": "tf.nn.bidirectional_dynamic_rnn(k, k, x, lengths, dtype=dtype)",
    "twice": "(tf.nn.dynamic_rnn(k, x, dtype=dtype, scope='a'), tf.nn.dynamic_rnn(k, x[:, 1:], dtype=dtype, scope='a'))",
    "reused": "[tf.nn.dynamic_rnn(EVAL, x, dtype=dtype) for s in scopes('r')]",
    "static": "tf.nn.static_rnn(k, tf.unstack(x, axis=1), dtype=dtype)",
    "static, state": "tf.nn.static_rnn(k, tf.unstack(x, axis=1), z(k))",
    "static, both ways": "tf.nn.static_bidirectional_rnn(k, EVAL, tf.unstack(x, axis=1), dtype=dtype)",
    "resource": "[tf.nn.dynamic_rnn(k, x, dtype=dtype) for s in scopes('r', use_resource=True)][-1]",
    "regularized": "[tf.nn.static_rnn(k, tf.unstack(x, axis=1), dtype=dtype) for s in scopes('r', regularizer=tf.nn.l2_loss)][0]",
    "one output": "tf.nn.static_rnn(k, tf.unstack(x, axis=1), dtype=dtype)[0][1]",
    "memory only": "tf.nn.dynamic_rnn(k, x, lengths, dtype=dtype)[1][0]",
}

# (cell, call): every cell with some calls, every call with some cells
CASES = [
    *((cell, "plain") for cell in CELLS if cell != "wide"),
    *((cell, "time major, lengths, state") for cell in ("rnn", "basic lstm, joined", "gru", "stack")),
    *((cell, "static, state") for cell in ("rnn", "basic lstm, joined", "stack")),
    *(("lstm", call) for call in CALLS if call not in ("plain", "time major, lengths, state", "static, state")),
    ("gru", "static"),
    *(("shared", call) for call in ("lengths", "static")),
]

# What stands before the loop of a cell and is joined with it: "free" where a training step then makes nothing as wide as
# the loop's inputs, "read" where somebody else reads that. `linear` is a product, a sum and two shapes; `wide` asks for the
# gradient of what it is given; `run` is a call of a new cell.
BEFORE = {
    ("basic lstm", "run(linear(x))"): "free",
    ("gru", "run(linear(x, add=False))"): "free",
    ("rnn", "tf.nn.dynamic_rnn(k, wide(tf.layers.dense(x, WIDE)), initial_state=z(k))"): "free",
    ("stack", "tf.nn.dynamic_rnn(k, linear(x), lengths, z(k))"): "read",
    ("gru", "tf.nn.dynamic_rnn(k, tf.transpose(linear(x), [1, 0, 2]), initial_state=z(k), time_major=True)"): "free",
    ("wide", "run(wide(bias() + tf.identity(linear(x, add=False))))"): "read",
    ("basic lstm, joined", "run(linear(x)), kernels[0]"): "free",
    ("lstm", "run(linear(x)), tf.matmul(kernels[0], kernels[0], transpose_b=True)"): "free",
    ("lstm", "run(linear(x)), wides[0]"): "read",
    ("rnn", "run(linear(x)), wides[0].op.inputs[0].op.inputs[0]"): "read",
    ("rnn", "run(linear(tf.gather(tf.Variable(np.eye(3)[:2], dtype=dtype), tf.cast(x[:, :, 0] > 0, tf.int32))))"): "read",
    ("gru", "[(run(tf.reshape(a, [-1, STEPS, 4])), run(linear(a), scope='b')) for a in [flat_linear(x, 4)]]"): "read",
    ("gru", "run(linear(run(linear(x))[0]), scope='a')"): "read",
    ("rnn", "[run(tf.reverse(linear(x, add=False) + bias(), [1]), scope=s) for s in 'ab']"): "free",
    ("rnn", "[run(flat + bias(), scope=s) for flat in [linear(x, add=False)] for s in 'ab']"): "free",
    ("lstm", "tf.nn.bidirectional_dynamic_rnn(k, k, linear(x), dtype=dtype)"): "free",
    ("gru", "tf.nn.bidirectional_dynamic_rnn(k, new(), linear(x), lengths, dtype=dtype)"): "read",
    ("gru", "tf.nn.bidirectional_dynamic_rnn(k, C.LSTMCell(2, use_peepholes=True), linear(x), dtype=dtype)"): "read",
    ("lstm", "tf.nn.static_rnn(k, tf.unstack(linear(x), axis=1), dtype=dtype)"): "free",
    ("gru", "tf.nn.static_rnn(k, tf.split(flat_linear(tf.transpose(x, [1, 0, 2])), STEPS), z(k))"): "free",
    ("rnn", "tf.nn.static_bidirectional_rnn(k, new(), tf.unstack(linear(x), axis=1), dtype=dtype)"): "free",
    ("rnn", "[(tf.nn.static_rnn(k, s, dtype=dtype), s[2]) for s in [tf.unstack(linear(x), axis=1)]]"): "read",
}  # fmt: skip

# what is no linear layer that widens, or none to do without
APART = [
    "tf.nn.static_rnn(k, tf.unstack(linear(x), axis=1)[:-1], dtype=dtype)",
    "run(linear(x, 2))",
    "run(tf.nn.tanh(linear(x)))",
    "run(linear(x) + bias())",
    "run(tf.transpose(linear(x, STEPS), [0, 2, 1]))",
    "run(tf.reverse(linear(x), [-1]))",
    "run(watched(linear(x)))",
    "run(turned(linear(x)))",
]

# what stays as it is, and why
LEFT = {
    "tf.nn.dynamic_rnn(C.LSTMCell(3, use_peepholes=True), x, dtype=dtype)": "LSTMCell with peepholes",
    "tf.nn.dynamic_rnn(C.LSTMCell(3, num_proj=2), x, dtype=dtype)": "LSTMCell with a projection",
    "tf.nn.dynamic_rnn(C.LSTMCell(3, cell_clip=1.0), x, dtype=dtype)": "LSTMCell with clipping",
    "tf.nn.dynamic_rnn(C.GRUCell(3, activation=tf.nn.softmax), x, dtype=dtype)": "GRUCell with activation softmax",
    "tf.nn.dynamic_rnn(C.LSTMCell(3, forget_bias=tf.ones([], dtype)), x, dtype=dtype)":
        "LSTMCell with a forget bias that is no number",
    "tf.nn.dynamic_rnn(C.DropoutWrapper(C.GRUCell(3), 0.5), x, dtype=dtype)": "DropoutWrapper is no plain cell",
    "tf.nn.dynamic_rnn(type('Own', (C.GRUCell,), {})(3), x, dtype=dtype)": "Own is no plain cell",
    "tf.nn.dynamic_rnn(C.MultiRNNCell([C.GRUCell(3)] * 2, state_is_tuple=False), x, dtype=dtype)":
        "its states are one tensor (state_is_tuple=False)",
    "tf.nn.dynamic_rnn(C.GRUCell(3), tf.placeholder(dtype, [2, None, 3]), dtype=dtype)":
        "the number of steps is not known",
    "tf.nn.dynamic_rnn(C.GRUCell(3), tf.zeros([2, 201, 3]), dtype=tf.float32)": "more than 200 steps",
    "tf.nn.dynamic_rnn(C.MultiRNNCell([C.GRUCell(3)] * 3), tf.zeros([2, 67, 3]), dtype=tf.float32)":
        "more than 200 steps, all cells together",
    "tf.nn.dynamic_rnn(C.GRUCell(3), tf.zeros([2, 3, 3], tf.float16), dtype=tf.float16)":
        "its inputs are not vectors of floats",
    "tf.cond(tf.constant(True), lambda: tf.nn.dynamic_rnn(C.GRUCell(3), x, dtype=dtype)[1], lambda: tf.zeros([2, 3], dtype))":
        "inside a loop or a condition",
    "tf.nn.static_rnn(C.GRUCell(3), tf.unstack(x, axis=1), dtype=dtype, sequence_length=lengths)":
        "static_rnn with sequence_length",
    "[tf.nn.dynamic_rnn(C.GRUCell(3), x, dtype=dtype) for s in scopes('r', partitioner=tf.fixed_size_partitioner(2))]":
        "its weights are put together in every step",
    "[tf.nn.dynamic_rnn(C.GRUCell(3), x, dtype=dtype) for s in scopes('r', custom_getter=doubled)]":
        "its weights are put together in every step",
}  # fmt: skip


def names_for(tf, dtype: str, cell: str = "") -> dict:
    """What a snippet sees."""
    random = np.random.RandomState(0)

    def z(cell):
        flat = [random.normal(size=(BATCH, size)) for size in tf.contrib.framework.nest.flatten(cell.state_size)]
        return tf.contrib.framework.nest.pack_sequence_as(cell.state_size, [tf.constant(a, dtype) for a in flat])

    def scopes(name, **options):
        for reuse in (False, True):
            with tf.variable_scope(name, reuse=reuse, **options):
                yield reuse

    def doubled(getter, *args, **kwargs):
        return 2 * getter(*args, **kwargs)

    x = tf.placeholder(dtype, [None, STEPS, INPUTS], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    names = dict(tf=tf, C=tf.nn.rnn_cell, np=np, UNITS=UNITS, INPUTS=INPUTS, WIDE=WIDE, STEPS=STEPS, BATCH=BATCH,
                 dtype=dtype, x=x, lengths=lengths, z=z, scopes=scopes, doubled=doubled)  # fmt: skip
    names["new"] = lambda: eval(cell, names)
    names["k"] = names["new"]() if cell else None
    return {**names, **names_before(tf, dtype, names["new"])}


def names_before(tf, dtype: str, new) -> dict:
    """What a snippet may put before a loop; `kernels` and `wides` are those that it made."""
    kernels, wides = [], []

    def run(inputs, **options):
        return tf.nn.dynamic_rnn(new(), inputs, dtype=dtype, **options)

    def wide(tensor):
        wides.append(tensor)
        return tensor

    def bias():
        return tf.Variable(tf.random_normal([WIDE], dtype=dtype))

    def flat_linear(x, size=WIDE, add=True):
        narrow = x.shape.as_list()[-1]
        kernels.append(tf.Variable(tf.random_normal([narrow, size], dtype=dtype)))
        made = tf.matmul(x if x.shape.rank == 2 else tf.reshape(x, [-1, narrow]), kernels[-1])
        return made + tf.Variable(tf.random_normal([size], dtype=dtype)) if add else made

    def linear(x, size=WIDE, add=True):
        return wide(tf.reshape(flat_linear(x, size, add), [-1, STEPS, size]))

    def watched(tensor):
        with tf.control_dependencies([tf.assert_greater(tf.shape(tensor)[0], 0)]):
            return tf.identity(tensor)

    def turned(tensor):
        with tf.get_default_graph().gradient_override_map({"Identity": "Neg"}):
            return tf.identity(tensor)

    return dict(run=run, wide=wide, bias=bias, flat_linear=flat_linear, linear=linear, watched=watched, turned=turned,
                kernels=kernels, wides=wides)  # fmt: skip


def build(tf, cell: str, call: str, dtype: str) -> tuple[dict, list]:
    """One case in a new default graph: facts that must be equal, and arrays that must be close."""
    tf.reset_default_graph()
    tf.set_random_seed(3)
    names = names_for(tf, dtype, cell)
    made = eval(call, names)
    results = tf.contrib.framework.nest.flatten(made)
    # every number of every result has a share of its own; the first one is used twice
    loss = tf.add_n([tf.reduce_sum(tf.sin(part * (1.0 + k))) for k, part in enumerate([results[0], *results])])
    variables = tf.global_variables()
    trained = []
    if names["kernels"] or names["wides"]:  # by an optimizer alone, which holds all gradients of an op back
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        trained = [gradient for gradient, _ in optimizer.compute_gradients(loss, variables)]
    gradients = [*trained, *tf.gradients(loss, [names["x"], *names["wides"], *variables])]
    after = tf.get_seed(None)[1]
    gradients = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
    random = np.random.RandomState(1)
    feed = {names["x"]: random.normal(size=(BATCH, STEPS, INPUTS)), names["lengths"]: [0, 5, 2, 4]}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        start = session.run(variables)
        values = session.run([loss, *results, *(g for g in gradients if g is not None)], feed)
    graph = tf.get_default_graph()
    train = tf.group(*(g for g in trained or gradients if g is not None)).name
    run = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [train])
    replaced = stand_ins(
        graph, tf.graph_util.extract_sub_graph(graph.as_graph_def(), [g.op.name for g in gradients if g is not None])
    )
    products = [graph.get_operation_by_name(node.name) for node in run.node if node.op == "MatMul"]
    shapes = [tensor.shape.as_list() for op in products for tensor in (*op.inputs, *op.outputs)]
    facts = {
        "variables": [(v.name, v.shape.as_list(), v.trainable) for v in variables],
        "collections": {key: [getattr(i, "name", "") for i in graph.get_collection(key)] for key in graph.collections},
        "start": [value.tobytes() for value in start],
        "seed after": after,
        "shapes": [str(part.shape) for part in results],
        "structure": repr(tf.contrib.framework.nest.map_structure(lambda part: 0, made)),
        "no gradient": [g is None for g in gradients],
    }
    gate = [op.inputs[0].op.name.startswith("legacy_tf1_fast/tuple") for op in replaced]
    ran = {"ops": collections.Counter(node.op for node in run.node), "wide": [None, WIDE] in shapes, "gate": gate}
    return {**facts, "ran": ran}, values


def stand_ins(graph, run) -> list:
    """The ops by which new gradients come to those who read them."""
    ops = [graph.get_operation_by_name(node.name) for node in run.node]
    own = [op for op in ops if op.name.startswith("legacy_tf1_fast/Identity") and op._gradient_function is None]
    readers = {
        tensor.op for op in ops if "legacy_tf1_fast/" not in op.name or op.type == "AddN" for tensor in op.inputs
    }
    return [op for op in own if op in readers]


def measure(tf) -> dict:
    """Both sides of every case; the reasons for what is left; whether everything is taken back."""
    import inspect

    from tensorflow.python.ops import gradients_util, rnn

    from legacy_tf1 import fast
    from legacy_tf1.fast import plan

    def hooks():
        return rnn._dynamic_rnn_loop, inspect.unwrap(rnn.static_rnn).__code__, gradients_util._GradientsHelper

    before, both, left = hooks(), {}, {}
    for number, (cell, call) in enumerate([*CASES, *BEFORE]):
        dtype = "float32" if number % 4 == 0 else "float64"
        case = CELLS[cell], CALLS.get(call, call).replace("EVAL", CELLS[cell]), dtype
        ordinary = build(tf, *case)
        plan.PRODUCT = plan.ROWS = 1
        plan.cores = [lambda: 1, lambda: 2][number % 2]  # every other one in halves
        with contextlib.redirect_stderr(io.StringIO()), fast.swapped() as rows:
            both[cell, call] = dtype, ordinary, build(tf, *case), rows
    for snippet in [*LEFT, *APART]:
        tf.reset_default_graph()
        with contextlib.redirect_stderr(io.StringIO()), fast.swapped() as rows:
            eval(snippet, names_for(tf, "float64", CELLS["rnn"]))
        left[snippet] = [row.became for row in rows]
    fed = feed_between(tf, fast)
    tf.config.list_physical_devices = lambda kind=None: ["a GPU"]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), fast.swapped():
        untouched = hooks() == before
    gpu = untouched, said.getvalue()
    return {"both": both, "left": left, "fed": fed, "taken back": hooks() == before, "with a GPU": gpu}


def feed_between(tf, fast) -> str:
    """What a session says to a value in the place of what a joined layer makes."""
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [None, STEPS, INPUTS])
    with contextlib.redirect_stderr(io.StringIO()), fast.swapped():
        wide = tf.layers.dense(x, 9)
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), wide, dtype=tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        try:
            session.run(outputs, {wide: np.zeros((BATCH, STEPS, 9))})
        except ValueError as error:
            return str(error)
    return ""


def main(path: str) -> None:
    import logging

    from legacy_tf1.world import activate

    with activate(seed=1) as tf:
        logging.getLogger("tensorflow").setLevel(logging.FATAL)
        found = measure(tf)
    with open(path, "wb") as file:
        pickle.dump(found, file)


if __name__ == "__main__":
    main(sys.argv[1])
