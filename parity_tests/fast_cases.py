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

__all__ = ["CASES", "LEFT", "measure"]

BATCH, STEPS, INPUTS, UNITS = 4, 5, 3, 6

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
    *((cell, "plain") for cell in CELLS),
    *((cell, "time major, lengths, state") for cell in ("rnn", "basic lstm, joined", "gru", "stack")),
    *((cell, "static, state") for cell in ("rnn", "basic lstm, joined", "stack")),
    *(("lstm", call) for call in CALLS if call not in ("plain", "time major, lengths, state", "static, state")),
    ("gru", "static"),
    *(("shared", call) for call in ("lengths", "static")),
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


def names_for(tf, dtype: str) -> dict:
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
    return dict(tf=tf, C=tf.nn.rnn_cell, UNITS=UNITS, INPUTS=INPUTS, dtype=dtype, x=x, lengths=lengths, z=z,
                scopes=scopes, doubled=doubled)  # fmt: skip


def build(tf, cell: str, call: str, dtype: str) -> tuple[dict, list]:
    """One case in a new default graph: facts that must be equal, and arrays that must be close."""
    tf.reset_default_graph()
    tf.set_random_seed(3)
    names = names_for(tf, dtype)
    names["k"] = eval(cell, names)
    made = eval(call.replace("EVAL", cell), names)
    results = tf.contrib.framework.nest.flatten(made)
    # every number of every result has a share of its own; the first one is used twice
    loss = tf.add_n([tf.reduce_sum(tf.sin(part * (1.0 + k))) for k, part in enumerate([results[0], *results])])
    variables = tf.global_variables()
    gradients = tf.gradients(loss, [names["x"], *variables])
    after = tf.get_seed(None)[1]
    random = np.random.RandomState(1)
    feed = {names["x"]: random.normal(size=(BATCH, STEPS, INPUTS)), names["lengths"]: [0, 5, 2, 4]}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        start = session.run(variables)
        values = session.run([loss, *results, *(g for g in gradients if g is not None)], feed)
    graph = tf.get_default_graph()
    train = tf.group(*(g for g in gradients if g is not None)).name
    run = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [train])
    facts = {
        "variables": [(v.name, v.shape.as_list(), v.trainable) for v in variables],
        "collections": {key: [getattr(i, "name", "") for i in graph.get_collection(key)] for key in graph.collections},
        "start": [value.tobytes() for value in start],
        "seed after": after,
        "shapes": [str(part.shape) for part in results],
        "structure": repr(tf.contrib.framework.nest.map_structure(lambda part: 0, made)),
        "no gradient": [g is None for g in gradients],
    }
    gate = any("legacy_tf1_fast/tuple" in node.name for node in run.node)
    return {**facts, "gate": gate, "ops that run": collections.Counter(node.op for node in run.node)}, values


def measure(tf) -> dict:
    """Both sides of every case; the reasons for what is left; whether everything is taken back."""
    import inspect

    from tensorflow.python.ops import gradients_util, rnn

    from legacy_tf1 import fast
    from legacy_tf1.fast import plan

    def hooks():
        return rnn._dynamic_rnn_loop, inspect.unwrap(rnn.static_rnn).__code__, gradients_util._GradientsHelper

    before, both, left = hooks(), {}, {}
    for number, (cell, call) in enumerate(CASES):
        dtype = "float32" if number % 4 == 0 else "float64"
        ordinary = build(tf, CELLS[cell], CALLS[call], dtype)
        plan.PRODUCT = plan.ROWS = 1
        plan.cores = [lambda: 1, lambda: 2][number % 2]  # every other one in halves
        with contextlib.redirect_stderr(io.StringIO()), fast.swapped() as rows:
            both[cell, call] = dtype, ordinary, build(tf, CELLS[cell], CALLS[call], dtype), rows
    for snippet in LEFT:
        tf.reset_default_graph()
        with contextlib.redirect_stderr(io.StringIO()), fast.swapped() as rows:
            eval(snippet, names_for(tf, "float64"))
        left[snippet] = [row.became for row in rows]
    tf.config.list_physical_devices = lambda kind=None: ["a GPU"]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), fast.swapped():
        untouched = hooks() == before
    return {"both": both, "left": left, "taken back": hooks() == before, "with a GPU": (untouched, said.getvalue())}


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
