"""Scripts in Python 2, names that Python and NumPy removed, and notebooks."""

from __future__ import annotations

import importlib.util
import json
import textwrap

import pytest

from legacy_tf1 import python2, restored
from legacy_tf1.world import world_builtins
from parity_tests.processes import python


def run(path, *arguments):
    return python("-m", "legacy_tf1", "run", path, *arguments, cwd=path.parent)


def test_a_python_2_program_and_its_python_2_module(tmp_path):
    (tmp_path / "reader.py").write_text(
        "import cPickle, StringIO\n\ndef batches(d):\n    for k, v in d.iteritems():\n\tyield k, v / 2\n"
    )
    script = tmp_path / "main.py"
    script.write_text(
        "import tensorflow as tf\nimport reader\n"
        "for i in xrange(2):\n\tprint 'step', i, 7 / 2, -7 / 2, 7 / 2.0\n"
        "n = 9\nn /= 2\nprint n, dict(reader.batches({'a': 5})), range(3), map(abs, [-1])\n"
        "x = tf.constant(7) / tf.constant(2)\nprint tf.Session().run(x), tf.Session().run(tf.constant(7.) / 2)\n"
    )
    before = script.read_bytes()
    done = run(script)
    assert done.stdout.splitlines() == ["step 0 3 -4 3.5", "step 1 3 -4 3.5", "4 {'a': 2} [0, 1, 2] [1]", "3 3.5"], (
        done.stderr
    )
    assert "main.py is Python 2 (line 4" in done.stderr and script.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from __future__ import division\nx = 7 / 2\nprint x", 3.5),
        ("x = 7 / 2", 3.5),  # Python 3 stays Python 3
        ("x = 7 / 2\nprint x", 3),
        ("import numpy\nx = int((numpy.arange(8) / 2)[7])\nprint x", 3),
        ("x = y = [7, 7.0]\ny[0] /= 2\nx[1] /= 2\nprint x\nx = x == [3, 3.5]", True),
        ("n, x = 3, [0, 7]\nx[n / 2] /= 2\nprint x\nx = x == [0, 3]", True),
        ("class A: n = 7\nA.n /= 2\nx = A.n\nprint x", 3),
        ("import numpy\nx = y = numpy.ones(2)\ny /= 2\nprint x\nx = float(x[0])", 0.5),  # the array where it stands
        ("x = iter([8, 9])\ny = [7, 7]\ny[next(x) - 8] /= 2\nx = next(x)\nprint x", 9),
        ("x = u'a' 'b'\nprint x", "ab"),
        ("try:\n    x = 1\nexcept Exception, e:\n    pass", 1),
    ],
)
def test_division_and_syntax(source, expected):
    names = {"__builtins__": {**vars(world_builtins()), "__import__": __import__}}
    exec(python2.compile_source(source.encode(), "s.py"), names)
    assert names["x"] == expected and type(names["x"]) is type(expected)


def test_what_is_neither_keeps_python_3s_error():
    with pytest.raises(SyntaxError, match="was never closed"):
        python2.compile_source(b"x = (", "s.py")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("for i in xrange(3):\n    print(i)", "line 1: xrange"),
        ("def f():\n    return unicode('x')", "line 2: unicode"),
        ("import urllib2", "line 1: import urllib2"),
        ("try:\n    raw_input()\nexcept KeyboardInterrupt:\n    pass", "line 2: raw_input"),
        ("try:\n    xrange\nexcept NameError:\n    xrange = range", None),
        ("try:\n    import cPickle\nexcept ImportError:\n    import pickle as cPickle", None),
        ("import sys\nif sys.version_info[0] < 3:\n    text = unicode", None),
        ("from six.moves import xrange\nxrange(3)", None),
        ("def reload(x): return x\nreload(1)", None),
    ],
)
def test_python_2_without_a_print_statement(source, reason):
    assert python2.reason_to_convert(source.encode(), "s.py") == reason


def test_what_objects_and_arrays_could_do(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent("""
            # -*- coding: utf-8 -*-
            import json, math, random, string, sys, threading
            import numpy as np
            reload(sys)
            sys.setdefaultencoding("utf-8")
            ragged = np.array([[1, 2], [3]])
            assert ragged.dtype == object and np.array([300, -1], dtype=np.uint8).tolist() == [44, 255]
            assert np.array([1.0, 2.0]).tolist() == [1.0, 2.0] and isinstance(np.asarray([1]), np.ndarray)
            one = np.array([2.6])
            assert (int(one), float(one), "%.2f" % one, "%d %s" % (one, "a")) == (2, 2.6, "2.60", "2 a")
            row = np.zeros(2); row[1] = one; row[0:1] = one
            kept = {}; kept["k"] = one
            assert row.tolist() == [2.6, 2.6] and kept["k"] is one and math.exp(one * 0) == 1
            try: int(np.array([1, 2]))
            except TypeError: pass
            else: raise AssertionError
            array = np.arange(3, dtype=np.uint8)
            array.itemset(0, 9)
            assert array.tostring() == b"\\x09\\x01\\x02" and array.ptp() == 8 and np.fromstring(b"\\x01", np.uint8) == [1]
            cut = [slice(0, 1)] * 2
            square = np.arange(4).reshape(2, 2)
            square[cut] = 7
            assert square[cut] == 7 == square[[slice(None), 0]][0] and square[[1, 0]][0, 0] == 2
            d = {"a": 1}
            assert d.has_key("a") and list(d.iteritems()) == [("a", 1)] and not threading.Thread().isAlive()
            assert json.loads("[1]", encoding="utf-8") == [1] and random.sample({1}, 1) == [1] and cmp(1, 2) == -1
            assert string.letters[:2] == "ab" and string.join(["a", "b"], "-") == "a-b" and u"x".decode("utf-8") == "x"
            assert "before" in open("main.py", "rU").read()
            try: raise ValueError("why")
            except ValueError as error: assert error.message == "why"
            try: d.tostring()
            except AttributeError as error: assert "no attribute 'tostring'" in str(error)
            print("as before")
        """)
    )
    done = run(script)
    assert done.stdout == "as before\n", done.stderr


def test_removed_names_are_for_scripts_only(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent("""
            import collections, inspect, sys, time, importlib
            import numpy as np
            import numpy.random as npr
            from collections import Iterable, OrderedDict
            from numpy import float as old_float
            assert np.float is old_float is float and np.bool is bool and np.Inf == np.inf == -np.NINF
            assert np.zeros(2, np.int).dtype == np.int_ and np.random is npr and np.linalg.norm([3, 4]) == 5
            assert issubclass(list, Iterable) and collections.Mapping and isinstance(time.clock(), float)
            assert inspect.getargspec(lambda a, b=1: 0).args == ["a", "b"] and OrderedDict
            assert np.product([2, 3]) == 6 and np.asscalar(np.array([4])) == 4 and np.in1d([1, 2], [2]).tolist() == [False, True]
            assert np.cast["float32"]([1]).dtype == "float32" and np.lib.pad([1], 1, "constant").tolist() == [0, 1, 0]
            assert np.asfarray([1], np.int32).dtype == "float64" and np.asfarray([1], "float32").dtype == "float32"
            np.warnings.filterwarnings("ignore", category=np.VisibleDeprecationWarning)
            assert np.reshape([1, 2], newshape=[2, 1]).shape == (2, 1) and np.histogram([1, 2], 2, normed=True)[0].sum() == 2
            assert np.percentile([1, 2, 3, 4], 40, interpolation="lower") == 2
            assert np.vstack(map(np.atleast_1d, [1, 2])).shape == (2, 1) and np.hstack(x for x in ([1], [2])).shape == (2,)
            whole = np.ones(3)
            assert np.array(whole, copy=False) is whole and np.array(whole, "float32", copy=False).dtype == "float32"
            real = sys.modules["numpy"]
            assert not hasattr(real, "float") and not hasattr(sys.modules["time"], "clock")
            assert not hasattr(sys.modules["collections"], "Iterable") and isinstance(np.ones(1), real.ndarray)
            print("restored")
        """)
    )
    done = run(script)
    assert done.stdout == "restored\n", done.stderr


def test_an_array_of_tensors_is_one_of_objects(tmp_path):
    """As in NumPy 1.18 with TensorFlow 1.15.5, whose tensors were nothing that NumPy knew."""
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent("""
            import numpy as np
            import tensorflow as tf
            t = tf.constant([[1.0, 2.0]]) + 0
            print(np.array([t, t]).shape, np.array([[t] * 3] * 2).shape, np.asarray([t]).dtype, np.array(t).shape)
        """)
    )
    done = run(script)
    assert done.stdout == "(2,) (2, 3) object ()\n", done.stderr


def test_modules_that_are_gone_and_files_loaded_by_their_path(tmp_path):
    """What a script loads by its path is of the TF1 world, as what it imports is."""
    (tmp_path / "part.py").write_text("from tensorflow.contrib.rnn import BasicLSTMCell as cell\n")
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent("""
            import cgi, imp, importlib.util, os, pipes
            import xml.etree.cElementTree as ET
            from xml.etree import ElementInclude, ElementTree  # a module that nobody has imported yet
            import keras_preprocessing.text
            from keras_preprocessing.sequence import pad_sequences
            from tensorflow.contrib.rnn import BasicLSTMCell
            path = __file__.replace("main.py", "part.py")
            spec = importlib.util.spec_from_file_location("b", path)
            b = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(b)
            found = imp.load_source("a", path), b, imp.load_module("c", *imp.find_module("part")), imp.reload(__import__("part"))
            assert all(module.cell is BasicLSTMCell for module in found) and imp.new_module("d").__name__ == "d"
            assert (cgi.escape("<"), pipes.quote("a b"), os.errno.EPERM, os.getcwdu()) == ("&lt;", "'a b'", 1, os.getcwd())
            assert ET.fromstring("<a><b/></a>")[0].tag == "b" and keras_preprocessing.text.Tokenizer
            assert pad_sequences([[1], [1, 2]]).tolist() == [[0, 1], [1, 2]]
            print("loaded")
        """)
    )
    done = run(script)
    assert done.stdout == "loaded\n", done.stderr


def test_keras_by_its_own_name_is_the_one_of_tf_keras(tmp_path):
    """Keras 2's modules, names and arguments; the losses are those of the same script with `tensorflow.keras`.

    Losses by TensorFlow 1.15.5 with its tf.keras; Keras 2.2.5 on that TensorFlow gives 0.717206 0.710182 0.704922.
    """
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent("""
            import importlib, sys
            import keras, keras.layers.core
            import numpy as np
            import tensorflow as tf
            from keras import backend as K
            from keras.backend.tensorflow_backend import set_session
            from keras.constraints import maxnorm
            from keras.engine.topology import Layer
            from keras.layers.recurrent import LSTM
            from keras.models import Sequential
            from keras.utils import multi_gpu_model, np_utils

            class Scale(Layer):
                def call(self, x):
                    return K.tanh(x) * 2

            set_session(tf.Session())
            model = Sequential()
            model.add(LSTM(4, input_shape=(5, 3)))
            model.add(Scale())
            model.add(keras.layers.core.Dense(2, activation="softmax", kernel_constraint=maxnorm(9)))
            model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.SGD(lr=0.05), metrics=["accuracy"])
            model.set_weights([np.cos(np.arange(w.size)).reshape(w.shape) for w in model.get_weights()])
            x = np.sin(np.arange(8 * 5 * 3)).reshape(8, 5, 3)
            y = np_utils.to_categorical(np.arange(8) % 2)
            losses = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"]
            classes = model.predict_proba(x).argmax(1).tolist()
            assert model.predict_classes(x).tolist() == classes and importlib.import_module("keras.layers").LSTM is LSTM
            assert tf.keras.layers.LSTM is LSTM and keras.__version__ == "2.2.4" and tf.keras.__version__ == "2.2.4-tf"
            assert "keras" not in sys.modules or int(sys.modules["keras"].__version__.split(".")[0]) >= 3
            print(*("%.6f" % loss for loss in losses), sum(classes))
        """)
    )
    done = run(script)
    assert done.stdout == "0.717210 0.710179 0.704918 0\n", done.stderr


def test_every_restored_name_exists():
    for name in restored.REMOVED:
        if importlib.util.find_spec(name.partition(".")[0]) is None:
            continue  # Pillow need not be here
        for removed in restored.REMOVED[name]:
            assert getattr(restored.module(name), removed, restored) is not restored


def test_a_notebook_runs_cell_by_cell(tmp_path):
    cells = [
        (
            "code",
            ["%matplotlib inline\n", "!pip install tensorflow\n", "import tensorflow as tf\n", "sess = tf.Session()"],
        ),
        ("markdown", ["# not code"]),
        ("code", ["if True:\n", "    %timeit pass\n", "%time x = sess.run(tf.constant(3))\n", "x + 1"]),
        ("code", ["import numpy as np"]),
        ("code", ["print(float(np.ones([1, 1])))  # an array as a number, in another cell than the import"]),
        ("code", ["y = x  # three?\n", "z = ('%d b'\n", "  % 7)\n", "print(y, z)"]),
        ("code", ["tf.nn.rnn?\n", "s = '''What?\n", "%d! ''' % (\n", "y)\n", "print(s)"]),
        ("code", ["tf.no_such_name"]),
    ]
    notebook = {"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4}
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(notebook))
    done = run(path)
    assert done.stdout == "4\n1.0\n3 7 b\nWhat?\n3! \n" and done.returncode == 1
    assert "note: " in done.stderr and "left out: !pip install tensorflow" in done.stderr
    assert "lesson.ipynb[cell 7], line 1: tf.no_such_name is not available" in done.stderr
    path.write_text("{}")
    assert "is not a notebook" in run(path).stderr


def test_a_notebook_of_python_2_with_cells_of_other_languages(tmp_path):
    cells = [
        ["from IPython.display import clear_output, display\n", "get_ipython().magic('matplotlib inline')"],
        ["%%bash\n", "ls | grep x"],
        ["files = !ls\n", "print len(files), 3 / 2\n", "display('shown')"],
    ]
    notebook = {"worksheets": [{"cells": [{"cell_type": "code", "input": source} for source in cells]}]}
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(notebook))
    done = run(path)
    assert done.stdout == "0 1\nshown\n", done.stderr


def test_an_argument_that_pandas_does_not_know_is_an_error():
    """In the words of pandas 0.25.3 and 1.3.5."""
    from legacy_tf1.old_pandas.functions import to_timedelta

    with pytest.raises(TypeError, match=r"^to_timedelta\(\) got an unexpected keyword argument 'unti'$"):
        to_timedelta([1], unti="s")
    assert to_timedelta(["x", "1s"], None, "coerce").isna().tolist() == [True, False]
