"""`legacy-tf1 run --fast`: the restructured loops against the ordinary ones, and what must not change."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from legacy_tf1.fast.report import table
from parity_tests.cases import PROGRAMS
from parity_tests.fast_cases import APART, BEFORE, CASES, LEFT
from parity_tests.processes import ROOT, python
from parity_tests.trace import part

GOLDENS = Path(__file__).parent / "goldens"

# The same formula with its products added in another order: sums of at most 13 products through at most 5 steps.
# Measured: 4e-15 in float64 and 1.1e-6 in float32, of the array's largest number.
BOUND = {"float64": 1e-13, "float32": 1e-5}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """What `fast_cases.py` measures, in a process of its own."""
    path = tmp_path_factory.mktemp("fast") / "cases.pickle"
    done = python("-m", "parity_tests.fast_cases", path, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return pickle.loads(path.read_bytes())


@pytest.mark.parametrize("case", [*CASES, *BEFORE], ids=": ".join)
def test_the_same_numbers_variables_and_seeds(cases, case):
    """Values and gradients are close; start values, names, collections, shapes and the next op seed are equal."""
    dtype, (facts, ordinary), (fast_facts, fast), rows = cases["both"][case]
    assert rows and all(row.changed or "peepholes" in row.became for row in rows)
    assert len(fast) == len(ordinary)
    for got, wanted in zip(fast, ordinary, strict=True):
        assert got.dtype == wanted.dtype and got.shape == wanted.shape
        scale = max(1.0, np.abs(wanted).max(initial=0.0))
        assert np.abs(got - wanted).max(initial=0.0) <= BOUND[dtype] * scale
    runs, ran_before = fast_facts["ran"], facts["ran"]
    assert {**fast_facts, "ran": None} == {**facts, "ran": None}
    # no gradient before all of them: an optimizer would write a kernel that another one still reads
    assert runs["gate"] and all(runs["gate"]) and not ran_before["gate"]
    if all(row.changed for row in rows):
        assert "Enter" not in runs["ops"]  # the ordinary loop is in the graph and idle
        assert "Enter" in ran_before["ops"] or runs["ops"]["BiasAdd"] < ran_before["ops"]["BiasAdd"]


@pytest.mark.parametrize("case", BEFORE, ids=": ".join)
def test_a_linear_layer_before_a_loop_is_joined_with_it(cases, case):
    """Training then makes nothing as wide as the loop's inputs, unless somebody else reads them."""
    _, (ordinary, _), (fast, _), rows = cases["both"][case]
    assert all("joined with the layer before" in row.became for row in rows if row.changed)
    assert ordinary["ran"]["wide"] and fast["ran"]["wide"] == (BEFORE[case] == "read")


@pytest.mark.parametrize("snippet", APART)
def test_what_is_no_linear_layer_that_widens_stays_apart(cases, snippet):
    (became,) = cases["left"][snippet]
    assert "steps laid out" in became and "joined" not in became


@pytest.mark.parametrize("snippet", LEFT)
def test_what_is_not_understood_stays_as_it_is(cases, snippet):
    assert set(cases["left"][snippet]) == {f"left: {LEFT[snippet]}"}


def test_chains_of_both_kinds_were_measured(cases):
    became = [row.became for _, _, _, rows in cases["both"].values() for row in rows]
    became = [text for text in became if not text.startswith("left")]
    assert len(set(became)) == 4 and min(map(became.count, set(became))) > 5


def test_no_value_is_fed_that_would_not_reach_the_loop(cases):
    assert "may not be fed" in cases["fed"]


def test_the_hooks_are_taken_back(cases):
    assert cases["taken back"]


def test_with_a_gpu_nothing_changes(cases):
    untouched, said = cases["with a GPU"]
    assert untouched and "--fast is for the CPU" in said


SEEDS = """
import contextlib, io, json, logging, sys
from legacy_tf1 import fast
from parity_tests.goldens import record_op_seeds as recorder
with recorder.tf1() as tf:
    logging.getLogger("tensorflow").setLevel(logging.FATAL)
    with contextlib.redirect_stderr(io.StringIO()), fast.swapped() as rows:
        found = recorder.each(tf, recorder.seeds_after, json.load(sys.stdin))
print(json.dumps([found, sum(row.changed for row in rows)]))
"""


def test_op_seeds_are_still_those_of_tf_1_15():
    """Of whole models with their gradients, and of every cell and call: the count of ops is the ordinary one."""
    golden = json.loads((GOLDENS / "op_seeds.json").read_text())["seeds"]
    plain = [name for name in golden if "_rnn(" in name and "Wrapper" not in name]
    chosen = [name for name in plain if "minimize" in name or "gradients" in name][::2] + plain[::30]
    done = python("-W", "ignore", "-c", SEEDS.replace("json.load(sys.stdin)", repr(chosen)), cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found, changed = json.loads(done.stdout.splitlines()[-1])
    assert changed > 8 and found == {name: golden[name] for name in chosen}


TRAINING = """
import io, json, os, sys
import numpy as np
os.environ["TF_USE_LEGACY_KERAS"] = "1"
from legacy_tf1 import fast, run
from parity_tests.cases import Case
from parity_tests.engines import legacy
from parity_tests.trace import frames

ordinary, changed, losses = run.run_script, {}, {}

def restructured(path, *arguments):
    with fast.swapped() as rows:
        try:
            ordinary(path, *arguments)
        finally:
            changed[path.stem] = [row.changed for row in rows]

run.run_script = restructured
for program, weights in json.loads(sys.argv[1]).items():
    wire = io.BytesIO()
    legacy.trace(Case(program, steps=12, seed=1, data="digits"), wire, dict(np.load(weights)))
    wire.seek(0)
    losses[program] = [float(frame.arrays["loss"]) for frame in frames(wire) if frame.kind == "step"]
print(json.dumps([changed, losses]))
"""


def test_the_programs_print_tf_1_15s_losses(tmp_path):
    """From the goldens' weights, on their batches; the bounds are those of test_programs.py."""
    goldens, weights = {}, {}
    for program in PROGRAMS:
        with np.load(GOLDENS / "programs" / f"{program}.npz") as file:
            goldens[program] = {name: file[name] for name in file.files}
        weights[program] = str(tmp_path / f"{program}.npz")
        np.savez(weights[program], **part(goldens[program], "start"))
    done = python("-c", TRAINING, json.dumps(weights), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    changed, losses = json.loads(done.stdout.splitlines()[-1])
    assert changed == {program: [True] for program in PROGRAMS}
    for program, golden in goldens.items():
        apart = np.abs(np.array(losses[program]) / golden["loss"][:12].astype(float) - 1)
        assert len(apart) == 12 and apart[0] <= 2e-7 and apart.max() <= 1e-5, program


SCRIPT = """\
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 5, 3])
outputs, state = tf.nn.dynamic_rnn(tf.contrib.rnn.BasicLSTMCell(4), x, dtype=tf.float32)
tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True), outputs, dtype=tf.float32)
tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.GRUCell(2), x, dtype=tf.float32)
print(state.h.shape, outputs.name)
raise SystemExit(3)
"""

TABLE = """\
fast: 3 of 4 recurrent loops changed
  line       call                       cell           units  steps  became
  main.py:3  dynamic_rnn                BasicLSTMCell  4      5      steps laid out, inputs in one product
  main.py:4  dynamic_rnn                LSTMCell       4      5      left: LSTMCell with peepholes
  main.py:5  bidirectional_dynamic_rnn  GRUCell        2      5      steps laid out, inputs in one product
  main.py:5  bidirectional_dynamic_rnn  GRUCell        2      5      steps laid out, inputs in one product
"""


def test_the_table_says_what_changed(tmp_path):
    (tmp_path / "main.py").write_text(SCRIPT)
    done = python("-m", "legacy_tf1", "run", "--fast", "main.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "(?, 4) rnn/transpose_1:0\n")
    assert TABLE in done.stderr


def test_a_script_without_loops():
    assert table([]) == "fast: the script asked for no recurrent loop"
