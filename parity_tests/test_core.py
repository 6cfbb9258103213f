"""Core TF1 (tf.layers, losses, metrics, train, summary, data, flags, gfile, saved_model, ...) against TF 1.15.5.

Every snippet of `goldens/core/` runs in one process of the TF1 world and is compared with what real TensorFlow
1.15.5 found: values, names of tensors and variables, shapes, collections, files, exceptions. So are the parameters
of every public function and method, and checkpoints that one world wrote and the other carried on from.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from legacy_tf1 import exactness
from parity_tests.processes import python

GOLDENS = Path(__file__).parent / "goldens"
sys.path.insert(0, str(GOLDENS))  # the snippets find each other as `core` under Python 3.7 too
from core import FAMILIES, signatures  # noqa: E402

# Relative to the largest number of an array; what floor is right for an array of zeros is one of 1e-3. Two float32
# programs with other kernels part by 1.5e-7 forward and 1e-6 in gradients (SEMANTICS); these go a few steps further.
TOLERANCE = 3e-6

SNIPPETS = [f"{family}/{name}" for family in FAMILIES for name in importlib.import_module(f"core.{family}").CASES]

_NAME = "the op that computes the result is called otherwise; the values agree"
_EXTRA = "TF 2.21 calls the regularizer once more, to see whether it gives a loss, so later names count on"


def _same(reason: str, *places: str) -> dict[str, str]:
    return dict.fromkeys(places, reason)


# snippet -> {where in what it found: why it differs}; an entry that no longer differs fails the suite
KNOWN: dict[str, dict[str, str]] = {
    "arrays/reductions": _same(_NAME, *(f"/1/{k}" for k in range(35, 42))),  # reduce_logsumexp
    "arrays/counted": _same(_NAME, "/1/5", "/1/7"),  # accumulate_n, bincount
    "arrays/products": _same(_NAME, "/1/3", "/1/4", "/1/5", "/1/72", "/1/73"),  # tensordot, einsum, linspace
    "arrays/sparse": _same(_NAME, "/1/32"),  # sparse_transpose
    "arrays/images": _same(_NAME, "/1/14", "/1/34", "/1/35"),  # per_image_standardization, decode_image, ssim
    "arrays/random_with_seeds": _same(_NAME, "/1/1"),  # random_uniform from the ints 0 to 1
    "graphs/tensor_arrays": _same("TF 2.21 knows the shape that TF 1.15 leaves open", "/0/2/5"),
    "graphs/collections_and_graphs": _same("tf.add makes the op that TF 1.15 had in reserve for it", "/0/10"),
    "layers/conv1d": _same(_NAME, "/names/3"),
    "layers/flatten": _same(_NAME, "/0/2/0"),
    "layers/dropout": _same(_NAME, "/names/1", "/names/3", "/names/4"),
    "losses/total_loss": _same(_EXTRA, "/0/2/2", "/0/2/3"),
    "queues/records": _same(_NAME, "/0/2", "/1"),
    "queues/compressed_records": _same(_NAME, "/1/2"),
    "queues/sequence_examples": _same(_NAME, "/1"),
    "recurrent/dropouts": _same(_NAME, "/1"),
    "saving/meta_graph_into_a_scope": _same("a meta graph says which TensorFlow wrote it", "/3"),
}

_OLD_ORDER = "takes the order from before TF 1.0 too; labels and logits come by name, as TF 1.15 insists"
_WRAPPED = "says by name what TF 1.15 hid behind *args"
_DEFAULT = "the default is written otherwise and means the same"
_NAME_MOVED = "a new argument stands before `name`, which nobody gives by position"

# what differs in parameters beside `exactness.ARGUMENTS` and `exactness.NAME_MOVED`; stale entries fail the suite
PARAMETERS: dict[str, str] = {
    "Graph.get_operations": "was Python, is native: called with nothing, as before",
    "data.Dataset.interleave": _DEFAULT,
    "data.Dataset.shuffle": _DEFAULT,
    "flags.UnrecognizedFlagError": _DEFAULT,
    "layers.Layer.add_update": "updates that depend on the inputs of a layer are told apart by the graph now",
    "math.top_k": _NAME_MOVED,
    "nn.rnn_cell.DeviceWrapper": _WRAPPED,
    "nn.rnn_cell.DropoutWrapper": _WRAPPED,
    "nn.rnn_cell.ResidualWrapper": _WRAPPED,
    "nn.sigmoid_cross_entropy_with_logits": _OLD_ORDER,
    "nn.softmax_cross_entropy_with_logits": _OLD_ORDER,
    "nn.sparse_softmax_cross_entropy_with_logits": _OLD_ORDER,
    "shape": _DEFAULT,
    "size": _DEFAULT,
    "tensor_scatter_nd_sub": _NAME_MOVED,
}

_ON_TENSORS = "is set on each tensor, not on the class: every tensor has it"
# public names that are gone; stale entries fail the suite
GONE: dict[str, str] = {
    "Operation.traceback_with_start_lines": "for TensorFlow's own error messages",
    **{f"Tensor.{name}": _ON_TENSORS for name in ("consumers", "device", "graph", "op", "value_index")},
    "config.experimental_list_devices": "an experiment; it is called config.list_logical_devices",
    "data.Options.experimental_stateful_whitelist": "an experiment without a successor",
    "data.Options.experimental_stats": "an experiment without a successor",
    "train.LooperThread.isAlive": "Python 3.9 removed it from its threads: is_alive",
}

PROGRAM = """
import importlib, json, pickle, sys
from pathlib import Path
from legacy_tf1.world import activate
here = Path(sys.argv[1])
sys.path.insert(0, str(here.parent))
from core import checkpoints, harness, signatures
found = {}
with activate() as tf:
    for wanted in sys.argv[3:]:
        family, _, name = wanted.partition("/")
        if family == "signatures":
            found["signatures"] = signatures.read(tf, json.loads((here / "signatures.json").read_text())["found"])
        elif family == "checkpoints":
            found["checkpoints"] = checkpoints.measure(tf, here)
        else:
            case = importlib.import_module("core." + family).CASES[name]
            found[wanted] = harness.measure(tf, case)
with open(sys.argv[2], "wb") as file:
    pickle.dump(found, file)
"""


def golden(name: str) -> dict:
    return json.loads((GOLDENS / "core" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """{snippet: what the TF1 world finds}, for the snippets that pytest has selected."""
    items = [item for item in request.session.items if item.path == request.path]
    calls = [item.callspec.params for item in items if hasattr(item, "callspec")]
    wanted = [parameters["snippet"] for parameters in calls if "snippet" in parameters]
    wanted += [table for table in ("signatures", "checkpoints") if any(table[:-1] in item.name for item in items)]
    path = tmp_path_factory.mktemp("core") / "today.pickle"
    done = python("-c", PROGRAM, GOLDENS / "core", path, *wanted, timeout=550)
    assert done.returncode == 0, done.stderr
    return pickle.loads(path.read_bytes())


@pytest.mark.parametrize("family", (*FAMILIES, "signatures", "checkpoints"))
def test_the_golden_is_of_real_tf1(family):
    recorded = golden(family)
    assert recorded["versions"]["tensorflow"] == "1.15.5"
    if family in FAMILIES:
        assert list(recorded["found"]) == list(importlib.import_module(f"core.{family}").CASES)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_as_tf1(snippet, today):
    family, _, name = snippet.partition("/")
    known = KNOWN.get(snippet, {})
    found = differences(golden(family)["found"][name], today[snippet])
    assert [
        line for line in found if not line.startswith(tuple(f"{place}{end}" for place in known for end in ":/"))
    ] == []
    assert [place for place in known if not any(line.startswith((f"{place}:", f"{place}/")) for line in found)] == []


def differences(then, now, place="") -> list[str]:
    """One line per place where today's finding is another: `place: in TF1 ..., now ...`."""
    if isinstance(then, dict) and "raised" in then:  # the words of an error are not part of the API
        then, now = then["raised"], now.get("raised", now) if isinstance(now, dict) else now
    arrays = _array(then), _array(now)
    if arrays[0] is not None and arrays[1] is not None:
        return [] if _agree(*arrays) else [_line(place, then, now)]
    if isinstance(then, dict) and isinstance(now, dict) and then.keys() == now.keys():
        return [line for key in then for line in differences(then[key], now[key], f"{place}/{key}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [line for k in range(len(then)) for line in differences(then[k], now[k], f"{place}/{k}")]
    return [] if then == now and type(then) is type(now) else [_line(place, then, now)]


def _array(value):
    """A finding of nothing but numbers as one array, else None."""
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
        return np.asarray(value, np.float64)
    rows = [_array(item) for item in value] if isinstance(value, list) and value else [None]
    if any(row is None or row.shape != rows[0].shape for row in rows):
        return None
    return np.stack(rows)


def _agree(then, now) -> bool:
    if then.shape != now.shape or (np.isnan(then) != np.isnan(now)).any():
        return False
    finite = np.isfinite(then)
    scale = max(np.abs(then[finite]).max(initial=0), 1e-3)
    return bool((then[~finite] == now[~finite])[~np.isnan(then[~finite])].all()) and bool(
        (np.abs(then[finite] - now[finite]) <= TOLERANCE * scale).all()
    )


def _line(place, then, now) -> str:
    return f"{place}: in TF1 {str(then)[:300]}, now {str(now)[:300]}"


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([1.0, 2.0], [1.0, 2.00001]),
        ([1.0, 2.0], [1.0]),
        ([1.0, float("nan")], [1.0, 2.0]),
        ([1.0, 2.0], [1.0, float("nan")]),
        (float("inf"), float("-inf")),
        (True, 1),
        ("w:0", "w_1:0"),
        ({"a": 1}, {"b": 1}),
        ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 4.0]]),
        ({"raised": "ValueError", "saying": "x"}, {"raised": "TypeError", "saying": "x"}),
        ({"raised": "ValueError", "saying": "x"}, 3.0),
        (None, "None"),
    ],
)
def test_wrong_findings_are_told(then, now):
    assert differences(then, then) == [] and len(differences(then, now)) == 1


def test_signatures_as_tf1(today):
    """Every call that TF 1.15's signatures allow means the same; what does not has a reason."""
    then, now = golden("signatures")["found"], today["signatures"]
    listed = {*exactness.ARGUMENTS, *exactness.NAME_MOVED, *PARAMETERS}
    changed = {}
    for name in then.keys() & now.keys():
        first = then[name][2:] if isinstance(then[name], str) else name  # the name that it is an alias of
        if rows := signatures.differences(then[first], now[name]):
            changed[name] = changed[first] = rows
            listed |= {name, first} if listed & {name, first} else set()
    assert then.keys() - now.keys() == GONE.keys()
    assert {name: rows for name, rows in changed.items() if name not in listed} == {}
    assert PARAMETERS.keys() - changed.keys() == set()


@pytest.mark.parametrize(
    ("then", "now", "rows"),
    [
        (["a", "b=1"], ["a", "b=1.0", "new=None"], []),
        (["a", "b"], ["a=None", "b=None"], []),
        (["a", "b=1"], ["a", "b=2"], ["b=1, now b=2"]),
        (["a", "b"], ["b", "a"], ["a elsewhere", "b elsewhere"]),
        (["a", "dim=0"], ["a"], ["no dim"]),
        (["a", "dim=0"], ["a", "**kwargs"], []),
        (["a"], ["a", "b"], ["asks for b"]),
        (["a"], None, ["was callable"]),
    ],
)
def test_changed_parameters_are_told(then, now, rows):
    assert signatures.differences(then, now) == rows


def test_a_checkpoint_of_tf1_goes_on_here(today):
    recorded, found = golden("checkpoints")["found"], today["checkpoints"]
    assert found["names in then"] == recorded["names"]
    assert differences(recorded["after"], found["after then"]) == []
    assert differences(recorded["after"], found["after then's meta graph"]) == []


def test_a_checkpoint_of_today_goes_on_in_tf1(today):
    """`now/` is what today's world writes, and TF 1.15.5 went on from it with today's losses."""
    recorded, found = golden("checkpoints")["found"], today["checkpoints"]
    assert found["names written"] == recorded["names"]
    assert differences([recorded["before"], recorded["after"]], found["written"]) == []
    assert differences(recorded["after now"], found["written"][1]) == []
    assert found["values as in now"]


FLAGS_AND_LOG = """
import tensorflow as tf
from tensorflow.python.platform import flags
tf.app.flags.DEFINE_integer("batch", 3, "")
FLAGS = tf.flags.FLAGS
FLAGS._parse_flags()
assert FLAGS is tf.app.flags.FLAGS is flags.FLAGS and FLAGS.batch == FLAGS["batch"].value == 5 and "batch" in FLAGS
FLAGS.batch = 9
assert FLAGS.__flags["batch"].value == 9 and tf.get_logger().level <= tf.logging.get_verbosity() == tf.logging.WARN
tf.to_float(1)  # deprecated
tf.logging.warn("mine")
tf.logging.info("not asked for")
tf.logging.set_verbosity(tf.logging.INFO)
tf.logging.info("asked for")
tf.app.run(lambda _: print(FLAGS.batch, tf.divide(7, 2)))  # it parses the command line anew
"""


def test_flags_and_log_lines_of_a_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(FLAGS_AND_LOG)
    done = python(
        "-m", "legacy_tf1", "run", script, "--batch=5", "--unheard-of"
    )  # as app.run, it lets pass what is no flag
    assert done.stdout == "5 3.5\n", done.stderr
    said = [line for line in done.stderr.splitlines() if ":tensorflow:" in line or "updating" in line]
    assert said == ["WARNING:tensorflow:mine", "INFO:tensorflow:asked for"]
