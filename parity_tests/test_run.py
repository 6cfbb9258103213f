"""`legacy-tf1 run`: any script, unmodified, in the TF1 world; libraries stay in theirs."""

from __future__ import annotations

import inspect
import random
import textwrap

import pytest

from legacy_tf1.rerouted import rerouted
from parity_tests.processes import ROOT, python


@pytest.fixture
def run(tmp_path):
    """Write files, run the first one; returns the finished process."""

    def run(files: dict[str, str], *arguments: str, options=(), cwd=None, **environment: str):
        for name, source in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source))
        script = tmp_path / next(iter(files))
        return python("-m", "legacy_tf1", "run", *options, script, *arguments, cwd=cwd or tmp_path, **environment)

    return run


def test_every_import_form_reaches_the_tf1_world(run):
    done = run({
        "main.py": """
            import tensorflow as tf
            import tensorflow.contrib.rnn as rnn_by_path
            import tensorflow.examples.tutorials.mnist.input_data as data_by_path
            from tensorflow.contrib import rnn
            from tensorflow.contrib.rnn import BasicLSTMCell, static_rnn
            from tensorflow.examples.tutorials.mnist import input_data
            from tensorflow.python.framework import ops
            from tensorflow.python.ops import variable_scope
            import importlib
            assert rnn is rnn_by_path is tf.contrib.rnn is importlib.import_module("tensorflow.contrib.rnn")
            assert BasicLSTMCell is tf.nn.rnn_cell.BasicLSTMCell and static_rnn is tf.nn.static_rnn
            assert input_data is data_by_path and callable(input_data.read_data_sets)
            assert ops.get_default_graph() is tf.get_default_graph()
            assert tf.__version__.split(".")[:2] == ["1", "15"]
            def inside():
                import tensorflow
                return tensorflow
            assert inside() is tf
            exec("import tensorflow as again")
            assert again is tf
            names = {}
            exec("from tensorflow.contrib.rnn import *", names)
            assert names["GRUCell"] is tf.contrib.rnn.GRUCell and "BasicRNNCell" in dir(rnn)
            print("all forms")
        """,
    })  # fmt: skip
    assert done.stdout == "all forms\n", done.stderr


def test_a_program_that_is_a_module_or_a_folder(tmp_path):
    """As `python -m pkg.task`, `python -m pkg` and `python pkg`: the package's own `__init__` is of the TF1 world too."""
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("from tensorflow.contrib import rnn\n")
    (package / "cells.py").write_text("from tensorflow.contrib.rnn import GRUCell\n")
    said = "print(cells.GRUCell.__name__, __name__, repr(__package__), sys.argv[1:], sys.path[0])\n"
    (package / "task.py").write_text(f"import sys\nfrom . import cells, rnn\n{said}")
    (package / "__main__.py").write_text(f"import sys\nimport pkg.cells as cells\n{said}")
    expected = f"GRUCell __main__ 'pkg' ['--x', '1'] {tmp_path}\n"
    for name in ("pkg.task", "pkg"):
        done = python("-m", "legacy_tf1", "run", "-m", name, "--x", "1", cwd=tmp_path)
        assert done.stdout == expected, done.stderr
    done = python("-m", "legacy_tf1", "run", "pkg", cwd=tmp_path, PYTHONPATH=f"{ROOT}:{tmp_path}")
    assert done.stdout.startswith("GRUCell __main__ ") and done.stdout.endswith(f"{package}\n"), done.stderr
    done = python("-m", "legacy_tf1", "run", "-m", "pkg.no_such", cwd=tmp_path)
    assert done.returncode == 2 and "no module called pkg.no_such" in done.stderr


def test_modules_by_their_path_are_those_of_tf_1_15(run):
    done = run({
        "main.py": """
            import sys
            import numpy as np
            import tensorflow as tf
            import tensorflow.keras as keras, tensorflow.summary, tensorflow.random
            from tensorflow.layers import dense
            from tensorflow.losses import mean_squared_error
            from tensorflow.summary import FileWriter
            from tensorflow.python.framework import ops, graph_util
            from tensorflow.python.keras.layers import GRU
            from tensorflow.python.keras.preprocessing.sequence import pad_sequences
            from tensorflow.python.layers.normalization import BatchNormalization
            from tensorflow.python.ops import array_ops, control_flow_ops, nn, random_ops, variables
            from tensorflow.python.ops.nn import dynamic_rnn
            from tensorflow.python.ops.rnn_cell_impl import *
            from tensorflow.python.training import checkpoint_management
            from tensorflow.python.util import nest
            assert dense is tf.layers.dense and FileWriter is tf.summary.FileWriter and tensorflow.random.set_random_seed
            assert keras is tf.keras and GRU is tf.keras.layers.GRU and "tf_keras" in tf.keras.layers.LSTM.__module__
            assert ops.Tensor is tf.Tensor and ops.IndexedSlices is tf.IndexedSlices and nest.is_sequence((1,))
            assert dynamic_rnn is tf.nn.dynamic_rnn and nn.rnn_cell.GRUCell is GRUCell is tf.nn.rnn_cell.GRUCell
            assert init_ops.constant_initializer and graph_util.convert_variables_to_constants and random_ops.random_crop
            assert checkpoint_management.latest_checkpoint is tf.train.latest_checkpoint and variables.VariableV1
            x = tf.ones([2, 3])
            y = control_flow_ops.cond(tf.constant(True), lambda: array_ops.stack(array_ops.unstack(x)), lambda: -x)
            _, z = control_flow_ops.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, 2 * v), [0, y])
            with tf.Session() as session:
                np.testing.assert_array_equal(session.run(z), 4 * np.ones([2, 3]))
            real = sys.modules["tensorflow.python.ops.control_flow_ops"]
            assert real is not control_flow_ops and not hasattr(real, "cond")
            print("by path")
        """,
    })  # fmt: skip
    assert done.stdout == "by path\n", done.stderr


def test_the_scripts_own_modules_are_in_the_world_and_libraries_are_not(run):
    done = run({
        "main.py": """
            import sys
            import helper
            from package.inner import cell
            import tensorflow as tf
            assert helper.tf is tf and cell is tf.contrib.rnn.BasicRNNCell
            import keras, tf_keras, tensorflow.compat.v2 as v2
            real = sys.modules["tensorflow"]
            assert real is not tf and real.__version__.startswith("2.") and not hasattr(real, "contrib")
            assert v2.Variable is sys.modules["tensorflow.compat.v2"].Variable
            assert not [name for name in sys.modules if name.startswith(("tensorflow.contrib", "tensorflow.examples"))]
            assert keras.layers.LSTM is tf.keras.layers.LSTM  # Keras 2, as a TF1 script means it
            sys.path.insert(0, __file__.replace("main.py", "site-packages"))
            import newer, tflearn
            assert newer.tf is real and tflearn.tf is tf
            assert newer.core.tf is real and newer.keras is sys.modules["keras"] is not keras
            assert newer.keras.__version__ >= "3" and tflearn.keras is keras
            print("apart")
        """,
        "helper.py": "import tensorflow as tf",
        "package/__init__.py": "",
        "package/inner.py": "from tensorflow.contrib.rnn import BasicRNNCell as cell",
        "site-packages/newer.py": "import keras\nimport tensorflow as tf\nfrom keras.src.backend.tensorflow import core",
        "site-packages/tflearn/__init__.py": "import keras\nimport tensorflow as tf",  # one that is written for TF1
    })  # fmt: skip
    assert done.stdout == "apart\n", done.stderr


def test_as_python_would_run_it(run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = run(
        {
            "main.py": """
                import os, sys, __main__
                print(__name__, sys.argv[1:], os.path.basename(sys.argv[0]), os.path.basename(os.getcwd()))
                print(os.path.samefile(sys.path[0], os.path.dirname(__file__)), __main__.__file__ == __file__)
                sys.exit(7)
            """
        },
        "--steps", "3", "--help", "-x", cwd=elsewhere,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["__main__ ['--steps', '3', '--help', '-x'] main.py elsewhere", "True True"]
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("source", "status", "last"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit('no input')", 1, "no input"),
        ("raise ValueError('mine')", 1, "ValueError: mine"),
        ("x = (", 1, "SyntaxError: '(' was never closed"),
        ("raise KeyboardInterrupt", 130, "interrupted"),
    ],
)
def test_exit_status_and_last_words(run, source, status, last):
    done = run({"main.py": source})
    assert (done.returncode, (done.stderr.splitlines() or [""])[-1]) == (status, last)
    assert "legacy_tf1" not in done.stderr.replace("legacy_tf1/", "")


@pytest.mark.parametrize(("last", "status"), [("", 0), ("sys.exit(3)", 3)])
def test_threads_stay_in_the_tf1_world_to_their_end(run, last, status):
    source = """
        import sys, threading, time
        def late():
            time.sleep(1)
            import tensorflow as tf
            with tf.Graph().as_default() as graph:
                print(tf.__version__, graph.seed, tf.contrib.rnn.GRUCell.__name__)
        threading.Thread(target=lambda: threading.Thread(target=late).start()).start()
    """
    done = run({"main.py": textwrap.dedent(source) + last}, options=("--seed", "5"))
    assert (done.returncode, done.stdout.split()) == (status, ["1.15.5", "5", "GRUCell"]), done.stderr


def test_a_scripts_error_shows_the_scripts_lines_only(run):
    done = run({"main.py": "import tensorflow as tf\n\ndef build():\n    return 1 / 0\n\nbuild()\n"})
    assert 'main.py", line 4, in build' in done.stderr and "run.py" not in done.stderr


@pytest.mark.parametrize(
    ("line", "symbol"),
    [
        ("tf.contrib.ffmpeg.decode_audio", "tf.contrib.ffmpeg.decode_audio"),
        ("tf.no_such_name", "tf.no_such_name"),
        ("import tensorflow.contrib.nowhere", "tensorflow.contrib.nowhere"),
        ("from tensorflow.contrib import nowhere", "nowhere from tensorflow.contrib"),
        (
            "from tensorflow.examples.tutorials.mnist import fully_connected_feed",
            "fully_connected_feed from tensorflow",
        ),
    ],
)
def test_a_missing_symbol_is_named_with_its_line_and_a_remedy(run, line, symbol):
    done = run({"main.py": f"import tensorflow as tf\n\n{line}\n"})
    assert done.returncode == 1
    assert symbol in done.stderr and "main.py, line 3" in done.stderr and "what to do:" in done.stderr
    assert "Traceback" not in done.stderr


def test_scripts_may_probe_for_what_is_missing(run):
    done = run({
        "main.py": """
            import tensorflow as tf
            try:
                from tensorflow.contrib import nowhere
            except ImportError:
                print("import", end=" ")
            print(hasattr(tf, "no_such_name"), getattr(tf.contrib, "nowhere", None))
        """
    })  # fmt: skip
    assert done.stdout == "import False None\n", done.stderr


def test_the_seed_option_decides_every_generator(run):
    source = """
        import random, numpy, tensorflow as tf
        draw = tf.random_normal([2])
        with tf.Session() as session:
            print(session.run(draw), numpy.random.rand(), random.random())
        with tf.Graph().as_default(), tf.Session() as session:
            print(session.run(tf.random_uniform([1])))
    """
    one, same, other = (run({"main.py": source}, options=("--seed", seed)).stdout for seed in ("4", "4", "5"))
    assert one == same != other and len(one.splitlines()) == 2


def test_the_seed_option_decides_eager_mode_too(run):
    """What TensorFlow 1.15.5 prints after `tf.set_random_seed(1)`; and no rule for op seeds speaks up where none counts."""
    source = """
        import tensorflow as tf
        tf.enable_eager_execution(config=tf.ConfigProto(intra_op_parallelism_threads=1))
        w = tf.Variable(tf.random_normal([2, 2]))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.matmul(w, w))
        print(w.numpy().ravel().tolist())
        print(tape.gradient(loss, w).shape, tf.layers.dropout(w, .5, training=True).shape)
    """
    done = run({"main.py": source}, options=("--seed", "1"))
    numbers, shapes = done.stdout.splitlines()
    assert numbers == "[-1.1012202501296997, 1.545751690864563, 0.3836440145969391, -0.8796578645706177]"
    assert shapes == "(2, 2) (2, 2)" and "op seeds may differ" not in done.stderr


def test_dunder_import_with_an_empty_name_gives_the_innermost_module(run):
    source = """
        ops = __import__("tensorflow.python.framework.ops", fromlist=[""])
        print(ops.__name__, __import__("tensorflow.contrib.rnn", fromlist=["", "GRUCell"]).GRUCell.__name__)
    """
    done = run({"main.py": source})
    assert done.stdout == "tensorflow.python.framework.ops GRUCell\n", done.stderr


def test_a_script_that_seeds_before_it_imports_draws_as_under_python(run):
    done = run({
        "main.py": """
            import random, numpy
            random.seed(7), numpy.random.seed(7)
            import tensorflow as tf
            tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 4)  # whose libraries draw while they are imported
            print(random.random(), numpy.random.rand())
        """
    })  # fmt: skip
    assert done.stdout.split() == [str(random.Random(7).random()), "0.07630828937395717"], done.stderr


def test_the_world_is_taken_back():
    done = python("-c", textwrap.dedent("""
        import builtins, importlib, os, sys, warnings
        import legacy_tf1
        assert not {"tensorflow", "keras", "numpy"} & set(sys.modules)
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        import numpy, tensorflow
        from legacy_tf1.world import activate
        from tensorflow.python.eager import context
        def state():
            return (builtins.__import__, importlib.import_module, tuple(sys.meta_path), dict(os.environ), list(warnings.filters),
                    tensorflow.Graph.__init__, context.Context.__init__, numpy.get_printoptions())
        before = state()
        with activate(seed=3) as tf:
            assert tf.__version__.startswith("1.15") and state() != before
        assert state() == before
        print("as before")
    """))  # fmt: skip
    assert done.stdout == "as before\n", done.stderr


@pytest.mark.parametrize("outside", ["0", "1"])
def test_the_world_has_keras_2_and_the_options_of_the_command(outside, run):
    """Whatever the environment says, and whatever a script asks for that activates the world itself."""
    source = """
        import legacy_tf1
        tf = legacy_tf1.activate()
        print(tf.nn.rnn_cell.BasicLSTMCell(2).state_size.c, tf.get_seed(None)[0])
        legacy_tf1.activate(seed=2)
    """
    done = run({"main.py": source}, options=("--seed", "1"), TF_USE_LEGACY_KERAS=outside)
    assert done.stdout == "2 1\n" and "active already, with seed=1" in done.stderr, done.stderr


def test_a_rerouted_function_shows_its_own_arguments():
    def function(a, *, b=1):
        return a + b

    with rerouted(function, lambda original: lambda *given, **named: -original(*given, **named)):
        assert function(2) == -3 and str(inspect.signature(function)) == "(a, *, b=1)"
    assert function(2) == 3 and not vars(function)


def test_a_world_within_a_world_counts_ops_once(run):
    source = """
        import tensorflow as tf
        from legacy_tf1.world import activate
        def seeds():
            tf.reset_default_graph()
            tf.set_random_seed(1)
            tf.random_gamma([2], 1.0), tf.nn.dropout(tf.ones([2]), 0.5), tf.random_normal([2])
            ops = tf.get_default_graph().get_operations()
            return [op.get_attr("seed2") for op in ops if "seed2" in op.op_def.attr.__str__()]
        once = seeds()
        with activate():
            assert seeds() == once, (once, seeds())
        print(len(once))
    """
    done = run({"main.py": source})
    assert done.stdout == "3\n" and "op seeds" not in done.stderr, done.stderr


def test_too_late_is_said(run):
    done = python("-c", "import tensorflow\nfrom legacy_tf1.world import activate\nwith activate(): pass")
    assert "imported before the TF1 world was activated" in done.stderr.splitlines()[-2]


def test_missing_data_names_the_ways_out(run, tmp_path):
    done = python(
        "-m", "legacy_tf1", "run", "lstm_rows", cwd=tmp_path, HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"),
        KERAS_HOME=str(tmp_path / "keras"), KERAS_LEGACY_PORT_MNIST="", https_proxy="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 1 and "--data digits" in done.stderr and "Traceback" not in done.stderr


def test_contrib_layers_slim_and_framework(run):
    """The variable names are those that TF 1.15.5 gave for this very script."""
    done = run({
        "main.py": """
            import tensorflow as tf
            from tensorflow.contrib import framework, layers, slim
            from tensorflow.contrib.layers import l2_regularizer, xavier_initializer
            x = tf.placeholder(tf.float32, [None, 4])
            h = layers.fully_connected(x, 3, weights_initializer=xavier_initializer(), weights_regularizer=l2_regularizer(0.1))
            h = layers.dropout(layers.flatten(layers.linear(layers.batch_norm(h), 2)), 0.5)
            layers.optimize_loss(tf.reduce_mean(h), framework.get_or_create_global_step(), 0.1, "Adam")
            with slim.arg_scope([slim.fully_connected], activation_fn=None):
                slim.fully_connected(x, 2)
            print(*[v.op.name for v in tf.trainable_variables()])
            embedded = layers.embed_sequence([[0, 2], [1, 1]], 3, 5, scope="words")
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                table = session.run("words/embeddings:0")
                print(abs(session.run(embedded) - table[[[0, 2], [1, 1]]]).max(), len(tf.losses.get_regularization_losses()))
        """
    })  # fmt: skip
    names = "fully_connected/weights fully_connected/biases BatchNorm/beta fully_connected_1/weights fully_connected_1/biases"
    assert done.stdout.splitlines() == [f"{names} fully_connected_2/weights fully_connected_2/biases", "0.0 1"], (
        done.stderr
    )


def test_no_count_of_ops_ends_a_program(run):
    """A dtype may be a string; and what a row of the seed rule cannot count is said, not raised."""
    done = run({
        "main.py": """
            import numpy as np
            import tensorflow as tf
            draws = []
            for dtype in (tf.float32, "float32", np.float32):
                with tf.Graph().as_default(), tf.Session() as session:
                    tf.set_random_seed(7)
                    a = tf.random_uniform([2], 0, 1, dtype=dtype)
                    draws.append(session.run([a, tf.random_uniform([2], dtype=dtype)]))
            assert all(np.array_equal(draws[0], other) for other in draws[1:])
            ones = np.ones([2, 2], np.float32)
            print(tf.Session().run(tf.einsum("ij,jk->ik", ones, ones)).sum())  # refused by TF 1.15
        """
    })  # fmt: skip
    assert done.stdout == "8.0\n" and "from this einsum on, op seeds may differ" in done.stderr, done.stderr


def test_whole_floats_are_sizes(run):
    """As TF 1.15.5 took them, and refused others."""
    done = run({
        "main.py": """
            import numpy as np
            import tensorflow as tf
            found = []
            for size in (lambda n: n, lambda n: n * 2 / 2, np.float32):
                with tf.Graph().as_default(), tf.Session() as session:
                    tf.set_random_seed(7)
                    x = tf.placeholder(tf.float32, [None, 5, size(3)])
                    cells = [cell(size(4)) for cell in (tf.nn.rnn_cell.LSTMCell, tf.nn.rnn_cell.GRUCell)]
                    h, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, dtype=tf.float32)
                    y = tf.tensordot(h, tf.get_variable("w", [size(4), 2]), [[2], [0]])
                    session.run(tf.global_variables_initializer())
                    found.append(session.run(y, {x: np.ones([2, 5, 3])}))
            assert np.ptp(found[0]) and all(np.array_equal(found[0], other) for other in found[1:])
            assert tf.Dimension("28").value == 28
            for wrong in (20.5, "many", float("nan")):
                try:
                    tf.TensorShape([wrong])
                except (TypeError, ValueError) as error:
                    print(type(error).__name__)
        """
    })  # fmt: skip
    assert done.stdout.split() == ["ValueError"] * 3, done.stderr
