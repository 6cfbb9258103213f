"""tf.contrib apart from its recurrent packages in the TF1 world, against TF 1.15.5, and every form of import.

Every snippet of `goldens/contrib_snippets.py` and every line of `goldens/import_forms.py` runs once, in one
process of its own world, and is compared with what real TensorFlow 1.15.5 recorded: variables and their seeded
start values bit for bit, the op seeds that follow, outputs, gradients, losses, facts, exceptions.
"""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

from parity_tests import recorded
from parity_tests.goldens import contrib_snippets, import_forms
from parity_tests.processes import python
from parity_tests.recorded import differences

GOLDEN = json.loads((recorded.GOLDENS / "contrib.json").read_text())

# Relative to the largest number of an array; an array of zeros is measured against 1e-3. The two versions sum in
# another order: a few units of 2**-24 per op, of which a training step passes through a few dozen.
TOLERANCE = {"tensor": 1e-6, "gradient": 1e-5, "losses": 1e-5, "end": 1e-5}


@pytest.fixture(scope="module")
def golden():
    """{snippet: {key: array}} of TF 1.15.5."""
    return recorded.arrays("contrib", GOLDEN["facts"])


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """(facts, arrays, refused imports) of the TF1 world, for the snippets that pytest has selected."""
    return recorded.today(request, tmp_path_factory, measure, (*contrib_snippets.GRAPHS, *contrib_snippets.PLAIN))


def measure(tf, names):
    """What the snippets find, and the forms of import that are refused."""
    from legacy_tf1.world import world_builtins

    builtins, refused = world_builtins(), {}
    for form in import_forms.FORMS:
        try:
            exec(form, {"tf": tf, "__builtins__": builtins})
        except Exception as error:
            refused[form] = f"{type(error).__name__}: {error}"
    return *contrib_snippets.measure_all(tf, names), refused


def test_the_golden_is_of_these_snippets_and_of_real_tf1():
    assert list(GOLDEN["facts"]) == [*contrib_snippets.GRAPHS, *contrib_snippets.PLAIN]
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize("name", contrib_snippets.GRAPHS)
def test_graphs_as_in_tf1(name, golden, today):
    facts, then = today[0][name], dict(GOLDEN["facts"][name])
    then.pop("layout")
    assert "failed" not in facts, f"{name}: {facts['failed']}"
    assert {key: value for key, value in facts.items() if key != "seed"} == {
        key: value for key, value in then.items() if key != "seed"
    }
    assert differences(today[1][name], golden[name], TOLERANCE) == []


# more or fewer ops for the same values: the seeds of ops made later differ from TF 1.15's
OTHER_SEEDS: dict[str, str] = {
    f"optimizers_of_resources/{rule}Optimizer": "a gather from a resource variable made a copy"
    for rule in ("AdaMax", "AdamW", "LazyAdam", "MomentumW")
}


@pytest.mark.parametrize("name", contrib_snippets.GRAPHS)
def test_as_many_ops_as_in_tf1(name, today):
    same = today[0][name]["seed"] == GOLDEN["facts"][name]["seed"]
    assert same == (name not in OTHER_SEEDS), (today[0][name]["seed"], GOLDEN["facts"][name]["seed"])


@pytest.mark.parametrize("name", contrib_snippets.PLAIN)
def test_facts_as_in_tf1(name, today):
    facts = today[0][name]
    assert "failed" not in facts, f"{name}: {facts['failed']}"
    assert alike(json.loads(json.dumps(facts["is"])), GOLDEN["facts"][name]["is"])


@pytest.mark.parametrize("form", import_forms.FORMS)
def test_import_forms(form, today):
    assert form not in today[2], today[2][form]


def test_the_import_forms_that_tf_1_15_refuses_are_older():
    older = re.compile(
        r"models\.rnn|ops\.seq2seq|_linear|tutorials\.mnist.*mnist|contrib\.data import Dataset|python\.keras"
    )
    assert [form for form in GOLDEN["refused_imports"] if not older.search(form)] == []


def alike(a, b) -> bool:
    """Equal, floats up to the rounding of float32."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-6)
    return type(a) is type(b) and a == b


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """What the script below prints as JSON: TF 1.15's wheel lacks these modules, so NumPy is the reference."""
    folder = tmp_path_factory.mktemp("tutorial")
    for split, lines in {"train": "a b b c \n b a d \n", "valid": "b x a \n", "test": "d d \n"}.items():
        (folder / f"ptb.{split}.txt").write_text(lines)
    script = folder / "script.py"
    script.write_text(TUTORIAL)
    done = python("-m", "legacy_tf1", "run", script, folder, "--seed", "3")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


TUTORIAL = """
import json, sys
import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import mnist
from tensorflow.models.rnn.ptb import reader
import tensorflow.compat.v1.nn.rnn_cell as by_path

images, labels = tf.constant(np.random.rand(5, mnist.IMAGE_PIXELS).astype("f")), tf.constant([1, 2, 3, 4, 5])
logits = mnist.inference(images, 6, 4)
loss = mnist.loss(logits, labels)
names = [v.name for v in tf.trainable_variables()]
weights = tf.trainable_variables()
train = mnist.training(loss, 0.01)
right = mnist.evaluation(logits, labels)
raw = reader.ptb_raw_data(sys.argv[1])
words = list(range(23))
x, y = reader.ptb_producer(words, 2, 3)
missing = {}
for name in ("contrib.layers.real_valued_column", "contrib.learn.DNNClassifier", "contrib.cudnn_rnn.CudnnLSTM",
             "contrib.eager.enable_eager_execution"):
    try:
        found = tf
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        missing[name] = str(error)
real = sys.modules["tensorflow"].compat.v1.nn.rnn_cell.GRUCell.__module__
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    values = session.run([images, logits, loss, right] + weights)
    before = session.run(loss)
    session.run(train)
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coordinator)
    produced = [[part.tolist() for part in session.run([x, y])] for _ in range(4)]
    coordinator.request_stop()
    coordinator.join(threads)
    print(json.dumps({
        "names": names, "values": [np.asarray(v).tolist() for v in values], "step": int(session.run("global_step:0")),
        "raw": raw, "produced": produced, "before": float(before), "after": float(session.run(loss)),
        "iterated": [[part.tolist() for part in pair] for pair in reader.ptb_iterator(words, 2, 3)],
        "missing": missing, "cells": [real, by_path.GRUCell.__module__],
    }))
"""


def test_the_tutorials_network(tutorial):
    images, logits, loss, right, *weights = map(np.array, tutorial["values"])
    hidden = np.maximum(np.maximum(images @ weights[0] + weights[1], 0) @ weights[2] + weights[3], 0)
    expected = hidden @ weights[4] + weights[5]
    assert np.allclose(logits, expected, atol=1e-5)
    entropy = np.log(np.exp(expected).sum(1)) - expected[np.arange(5), np.arange(1, 6)]
    assert math.isclose(loss, entropy.mean(), rel_tol=1e-5)
    assert right == (expected[np.arange(5), np.arange(1, 6)] >= expected.max(1)).sum()  # a tie counts as right
    scopes = ("hidden1", "hidden2", "softmax_linear")
    assert tutorial["names"] == [f"{scope}/{name}:0" for scope in scopes for name in ("weights", "biases")]
    assert tutorial["step"] == 1 and tutorial["after"] < tutorial["before"]


def test_the_penn_treebank_reader(tutorial):
    # by frequency, then by the alphabet: b 3, <eos> 2, a 2, c 1, d 1
    train, valid, test, size = tutorial["raw"]
    assert (train, valid, test, size) == ([2, 0, 0, 3, 1, 0, 2, 4, 1], [0, 2, 1], [4, 4, 1], 5)
    rows = np.arange(22).reshape(2, 11)
    pairs = [[rows[:, i : i + 3].tolist(), rows[:, i + 1 : i + 4].tolist()] for i in (0, 3, 6)]
    assert tutorial["iterated"] == pairs and tutorial["produced"] == [*pairs, pairs[0]]


def test_what_is_not_served_says_what_to_do(tutorial):
    words = {
        "contrib.layers.real_valued_column": "tf.one_hot",
        "contrib.learn.DNNClassifier": "tf.estimator",
        "contrib.cudnn_rnn.CudnnLSTM": "CudnnCompatibleLSTMCell",
        "contrib.eager.enable_eager_execution": "GradientTape",
    }
    assert tutorial["missing"].keys() == words.keys()
    for name, word in words.items():
        assert "script.py, line" in tutorial["missing"][name] and word in tutorial["missing"][name]


def test_an_import_by_path_leaves_the_real_cells_in_place(tutorial):
    """The real `tensorflow.compat.v1.nn.rnn_cell`, once imported, would show TensorFlow's own cells everywhere."""
    assert all(module.startswith("tf_keras.") for module in tutorial["cells"])


SLIM_BY_PATHS = """
import json
from tensorflow.contrib.framework.python.ops import variables
from tensorflow.contrib.layers.python.layers import optimizers, utils
from tensorflow.contrib.training.python.training import training
from tensorflow.contrib.metrics.python.ops import metric_ops
from tensorflow.contrib.losses.python.metric_learning import metric_loss_ops
import tensorflow as tf

step, local = variables.global_variable(3, name="step"), variables.local_variable(1.0, name="here")
weight = tf.get_variable("weight", initializer=[2.0, -1.0])
loss = tf.reduce_sum(weight ** 2)
train = optimizers.optimize_loss(loss, step, 0.1, "SGD", clip_gradients=1.0, summaries=["loss", "gradients"])
slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([0]))
clipped = training.clip_gradient_norms([(slices, weight)], 1.0)[0][0]
once = training.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1), global_step=None)
scores, labels = [[0.1, 0.7, 0.2], [0.6, 0.3, 0.1]], tf.constant([[2], [0]], tf.int64)
rate, update = metric_ops.streaming_sparse_average_precision_at_k(scores, labels, 2)
covariance, seen = metric_ops.streaming_covariance([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
points = tf.constant([[0.0, 1.0], [0.2, 0.9], [1.0, 0.0]])
near = metric_loss_ops.cluster_loss(tf.constant([0, 0, 1]), points, 1.0)
branch = utils.smart_cond(tf.placeholder_with_default(True, []), lambda: tf.constant(1), lambda: tf.constant(2))
with tf.Session() as session:
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    print(json.dumps([
        [v.name for v in tf.global_variables()][:2] + [v.name for v in tf.local_variables()][:1],
        [float(x) for x in session.run([train, update, seen, near, branch, local])],
        session.run(clipped).values.tolist(), session.run(weight).tolist(), int(session.run(step)),
        float(session.run(once)), session.run(weight).tolist(),
    ]))
"""


def test_parts_of_slim_that_a_script_imports_first_and_by_their_own_paths(tmp_path):
    (tmp_path / "script.py").write_text(SLIM_BY_PATHS)
    done = python("-m", "legacy_tf1", "run", tmp_path / "script.py")
    assert done.returncode == 0, done.stderr
    then = [  # what TF 1.15.5 prints for this script
        ["step:0", "weight:0", "here:0"],
        [5.0, 0.75, 0.5, 0.0, 1.0, 1.0],
        [[0.6000000238418579, 0.800000011920929]],
        [1.9105572700500488, -0.9552786350250244],
        4,
        4.562786102294922,
        [1.528445839881897, -0.7642229199409485],
    ]
    assert alike(json.loads(done.stdout), then), done.stdout


ASKED_OF_TENSORFLOW = """
import ast, inspect, pkgutil, types
from legacy_tf1 import modules
from legacy_tf1.world import activate

def asked(tree):
    for node in ast.walk(tree):
        path = []
        while isinstance(node, ast.Attribute):
            path, node = [node.attr, *path], node.value
        if path and isinstance(node, ast.Name):
            yield node.id, path

with activate():
    import tf_slim
    for part in pkgutil.walk_packages(tf_slim.__path__, "tf_slim."):
        if not part.name.endswith(("_test", "test_utils")):
            module = modules._load(part.name)
            for name, path in asked(ast.parse(inspect.getsource(module))):
                found = getattr(module, name, None)
                while path and isinstance(found, types.ModuleType):
                    if not hasattr(found, path[0]):
                        print(part.name, name, *path)
                        break
                    found = getattr(found, path.pop(0))
"""


def test_every_name_that_slim_asks_of_tensorflow_is_there():
    done = python("-c", ASKED_OF_TENSORFLOW)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr + done.stdout
