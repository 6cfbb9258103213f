"""`legacy_tf1.activate()` for notebooks and the prompt; TensorFlow, Keras and tf-keras stay as they are."""

from __future__ import annotations

import json
import subprocess
import textwrap

import pytest

from parity_tests.processes import python, start

LIBRARY = "import tensorflow\ndef late():\n    import tensorflow as again\n    return again\n"


@pytest.fixture
def run(tmp_path):
    """Run a program in a folder that holds the person's own modules and an installed library."""
    (tmp_path / "own.py").write_text("import tensorflow as tf\nfrom tensorflow.contrib.rnn import GRUCell\n")
    library = tmp_path / "site-packages" / "library.py"
    library.parent.mkdir()
    library.write_text(LIBRARY)

    def run(source: str):
        (tmp_path / "main.py").write_text(textwrap.dedent(source))
        search = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(library.parent)!r}]"
        return python("-c", f"{search}; import runpy; runpy.run_path('main.py', run_name='__main__')", cwd=tmp_path)

    return run


def test_one_call_and_every_import_that_follows(run):
    done = run("""
        import sys
        import legacy_tf1
        tf = legacy_tf1.activate(seed=7)
        import tensorflow, own, library, importlib, numpy as np
        from tensorflow.contrib import rnn
        assert tensorflow is tf is own.tf is legacy_tf1.activate(seed=7) and rnn.GRUCell is own.GRUCell
        real = sys.modules["tensorflow"]
        assert real is not tf and library.tensorflow is library.late() is real and not hasattr(real, "contrib")
        assert importlib.import_module("tensorflow.contrib.rnn") is rnn and np.float is float
        with tf.Session() as session:
            print(session.run(tf.ones([2])), tf.get_seed(None)[0])
        for wrong in (lambda: tf.no_such_name, lambda: legacy_tf1.activate(seed=8)):
            try:
                wrong()
            except legacy_tf1.errors.LegacyError as error:
                print(error.describe().splitlines()[0])
    """)
    assert done.stdout.splitlines() == [
        "[1. 1.] 7",
        "main.py, line 13: tf.no_such_name is not available",
        "the TF1 world is active already, with seed=7 and native_seeds=False",
    ], done.stderr
    assert done.stderr == ""


PROMPT = """
import legacy_tf1
tf = legacy_tf1.activate()
from tensorflow.contrib import rnn
40 + 2
_ + 1
def build():
    import tensorflow.contrib.layers as layers
    return layers.fully_connected.__name__

build()
import tensorflow; tensorflow is tf
tf.contrib.ffmpeg.decode_audio
"""


def test_at_the_prompt():
    process = start("-i", "-q", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaints = process.communicate(PROMPT, timeout=120)
    assert said.splitlines() == ["42", "43", "'fully_connected'", "True"], complaints
    assert "<stdin>, line 1: tf.contrib.ffmpeg.decode_audio is not available" in complaints and "deprecated" not in complaints


CELLS = (
    "import legacy_tf1\ntf = legacy_tf1.activate()\nimport tensorflow.contrib.rnn as rnn\n",  # one cell, all of it
    "import tensorflow as again\nassert again is tf and rnn.GRUCell",
    "def cell():\n    from tensorflow.contrib.rnn import BasicLSTMCell\n    return BasicLSTMCell(3)\ncell()",
)


def test_in_cells_that_share_the_namespace_of_main():
    """As the kernels of notebooks run them: each cell compiled and executed whole, in a module called `__main__`."""
    done = python("-c", textwrap.dedent(f"""
        import code, sys, types
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        shell = code.InteractiveInterpreter(main.__dict__)
        for cell in {CELLS!r}:
            assert not shell.runsource(cell, "<cell>", "exec")
        print(main.tf.VERSION)
    """))  # fmt: skip
    assert (done.stdout, done.stderr) == ("1.15.5\n", "")


def test_in_ipython(tmp_path):
    pytest.importorskip("IPython")
    (tmp_path / "script.py").write_text("import tensorflow as tf\nprint('script', tf.VERSION)\n")
    cells = (*CELLS, "%reset -f", "import tensorflow as tf\nprint(tf.VERSION)", "%run script.py")
    done = python("-c", textwrap.dedent(f"""
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        for cell in {cells!r}:
            shell.run_cell(cell).raise_error()
    """), cwd=tmp_path, IPYTHONDIR=str(tmp_path / "ipython"))  # fmt: skip
    assert done.returncode == 0 and done.stdout.splitlines()[-2:] == ["1.15.5", "script 1.15.5"], done.stderr


def test_too_late_is_said_and_importing_costs_nothing():
    done = python("-c", "import tensorflow, legacy_tf1\nlegacy_tf1.activate()")
    assert "LegacyError: TensorFlow was imported before the TF1 world was activated" in done.stderr
    assert "restart the kernel" in done.stderr.splitlines()[-1]
    done = python("-X", "importtime", "-c", "import legacy_tf1")
    cost = [line.split("|")[1] for line in done.stderr.splitlines() if line.endswith("| legacy_tf1")]
    assert int(cost[0]) < 100_000 and "| numpy" not in done.stderr  # microseconds


# what the switch to TF1 mode, `tf.compat.v1.disable_v2_behavior()`, leaves behind: it holds for the process
SWITCHED = {
    "tensorflow.python.data.ops.dataset_ops.Dataset",
    "tensorflow.python.eager.context.default_execution_mode",
    "tensorflow.python.framework.tensor.Tensor._USE_EQUALITY",
    "tensorflow.python.framework.tensor_shape._TENSORSHAPE_V2_OVERRIDE",
    "tensorflow.python.ops.control_flow_util.ENABLE_CONTROL_FLOW_V2",
    "tensorflow.python.ops.resource_variables_toggle._DEFAULT_USE_RESOURCE",
}

UNTOUCHED = """
import importlib, json, os, sys
os.environ["TF_USE_LEGACY_KERAS"] = "1"
sys.path.insert(0, {library!r})
import keras, numpy, tensorflow, tf_keras
from tensorflow.python.eager import context
from tensorflow.python.framework import ops, tensor
MODULES = [
    "keras", "keras.layers", "keras.ops", "numpy", "tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v1.layers",
    "tensorflow.compat.v1.losses", "tensorflow.compat.v1.nn", "tensorflow.compat.v1.nn.rnn_cell",
    "tensorflow.compat.v1.train", "tensorflow.compat.v2", "tensorflow.data", "tensorflow.nn",
    "tensorflow.python.framework.ops", "tensorflow.python.framework.random_seed", "tensorflow.python.ops.array_ops",
    "tensorflow.python.ops.control_flow_ops", "tensorflow.python.ops.gradients_impl", "tensorflow.python.ops.math_ops",
    "tensorflow.python.ops.nn_ops", "tensorflow.python.ops.random_ops", "tensorflow.python.ops.rnn",
    "tensorflow.python.ops.tensor_array_ops", "tensorflow.python.ops.while_v2", "tensorflow.python.ops.variable_scope",
    "tensorflow.python.client.session", "tensorflow.python.eager.context", "tensorflow.python.framework.tensor_shape",
    "tensorflow.python.ops.control_flow_util", "tensorflow.python.ops.resource_variables_toggle",
    "tensorflow.python.training.optimizer", "tensorflow.python.data.ops.dataset_ops",
    "tf_keras", "tf_keras.layers", "tf_keras.src.layers.rnn.legacy_cells",
]
CLASSES = [ops.Graph, ops.Operation, tensor.Tensor, tensorflow.compat.v1.Session, tensorflow.compat.v1.train.Optimizer]
CLASSES += [tensorflow.compat.v1.nn.rnn_cell.BasicLSTMCell, keras.Layer, tf_keras.layers.Layer]

def reach(name):
    if name.startswith("tensorflow.compat.v1.nn."):
        return tensorflow.compat.v1.nn.rnn_cell
    return importlib.import_module(name)

context.context()  # TensorFlow makes it, and its lazy names, when first asked for
for name in MODULES:
    module = reach(name)
    for attribute in dir(module):
        if not attribute.startswith("_"):
            dir(getattr(module, attribute, None))

def state():
    owners = {{name: reach(name) for name in MODULES}} | {{f"{{c.__module__}}.{{c.__name__}}": c for c in CLASSES}}
    found = {{}}
    for owner, value in owners.items():
        for name, attribute in list(vars(value).items()):
            function = getattr(attribute, "__wrapped__", attribute)
            code = getattr(function, "__code__", None), getattr(attribute, "__defaults__", None), getattr(function, "__kwdefaults__", None)
            found[f"{{owner}}.{{name}}"] = attribute, code  # kept alive, so that identity means something
    return found

def changed(before, after):
    same = lambda a, b: a[0] is b[0] and a[1] == b[1] or isinstance(a[0], (bool, int, dict)) and a == b
    names = [name for name in before.keys() | after.keys() if name not in before or name not in after or not same(before[name], after[name])]
    return sorted(name for name in names if not name.endswith(".__warningregistry__"))

untouched, real = state(), sys.modules["tensorflow"]
real.compat.v1.disable_v2_behavior()
before = state()
from legacy_tf1.world import activate, world_builtins
during = []
for options in (dict(seed=1), dict(native_seeds=True)):
    with activate(**options) as tf:
        import library
        names = dict(__builtins__=world_builtins(), __name__="script")
        exec({program!r}, names)
        assert names["tf"] is tf and library.tensorflow is library.late() is real is sys.modules["tensorflow"]
        assert sys.modules["keras"] is keras and sys.modules["tf_keras"] is tf_keras
        tf.reset_default_graph()
        during.append(changed(before, state()))
print(json.dumps([changed(untouched, before), *during, changed(before, state())]))
"""
PROGRAM = """
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 4, 3])
outputs, state = tf.nn.dynamic_rnn(tf.contrib.rnn.LayerNormBasicLSTMCell(5), x, dtype=tf.float32)
logits = tf.contrib.layers.fully_connected(tf.layers.dropout(outputs[:, -1], 0.5), 2)
train = tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(logits)))
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    session.run(train, {x: [[[1.0] * 3] * 4]})
"""


def test_tensorflow_keras_and_tf_keras_are_untouched(tmp_path):
    """Every attribute of their modules and classes is the very object that it was, and functions have their code.

    While a program runs, the hooks of the seed rule are in place, and nothing at all without the rule.
    """
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "library.py").write_text(LIBRARY)
    done = python("-c", UNTOUCHED.format(library=str(tmp_path / "site-packages"), program=PROGRAM))
    assert done.returncode == 0, done.stderr
    switched, ruled, native, after = json.loads(done.stdout.splitlines()[-1])
    assert set(switched) == SWITCHED
    assert "tensorflow.python.framework.random_seed._graph_to_seed_dict" in ruled
    assert native == after == []
