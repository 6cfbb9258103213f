"""How a snippet of core TF1 is run and what is kept of it: plain facts that JSON holds with all digits.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1 world
of today. A snippet is a function of the `tensorflow` module; it gets a graph, a seed and an empty working
directory of its own, and returns whatever it found: numbers, arrays, names, tensors (their names and values
of today's session), lists and dicts of these.
"""

import collections
import os
import shutil
import tempfile

import numpy as np

SEED = 7


def numbers(*shape, **options):
    """Fixed float32 numbers in [-1, 1)."""
    random = np.random.RandomState(options.get("seed", 7))
    return random.uniform(-1, 1, shape).astype(np.float32)


def family():
    """A table of snippets, and the decorator that enters one under its own name."""
    table = collections.OrderedDict()

    def snippet(function):
        table[function.__name__] = function
        return function

    return table, snippet


def measure_all(tf, table, only=None):
    """{snippet: what it found}; an exception is kept as its type and first words."""
    return collections.OrderedDict((name, measure(tf, run)) for name, run in table.items() if not only or name in only)


def measure(tf, snippet):
    before, folder = os.getcwd(), tempfile.mkdtemp()
    os.chdir(folder)
    try:
        with tf.Graph().as_default():
            tf.set_random_seed(SEED)
            np.random.seed(SEED)
            return plain(tf, snippet(tf))
    except Exception as error:  # an exception is a finding too: TF 1.15 raises it, or only today does
        return {"raised": type(error).__name__, "saying": str(error).split("\n")[0][:200]}
    finally:
        os.chdir(before)
        shutil.rmtree(folder)


def plain(tf, value):
    """What JSON can hold: arrays and numbers as lists of repr-exact floats, bytes as text, names of ops."""
    if isinstance(value, dict):
        return collections.OrderedDict((str(key), plain(tf, value[key])) for key in value)
    if isinstance(value, (list, tuple, set)) and not isinstance(value, tf.TensorShape):
        return [plain(tf, item) for item in (sorted(value) if isinstance(value, set) else value)]
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(tf, value.tolist()) if value.dtype != np.float32 else _exact(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tf.SparseTensorValue):
        return plain(tf, list(value))
    if isinstance(value, tf.DType):
        return value.name
    if hasattr(value, "op") or hasattr(value, "node_def"):
        return value.name
    return str(value)


def _exact(value):
    # nine digits give a float32 back
    return [_exact(row) for row in value] if value.ndim else float("%.9g" % value)


def fetched(tf, *values, **options):
    """Values of the tensors, in a session of their own with all variables initialised."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])
        found = session.run(list(values), options.get("feed"))
    return found if len(found) > 1 else found[0]


def variables(tf, *collections_):
    """`name shape` of every variable, in the order of making."""
    found = [v for key in collections_ or ("variables",) for v in tf.get_collection(key)]
    return ["%s %s" % (v.name, v.shape) for v in found]


def keys(tf):
    """The graph's collections: how many items each holds."""
    graph = tf.get_default_graph()
    return {key: len(tf.get_collection(key)) for key in sorted(map(str, graph.get_all_collection_keys()))}
