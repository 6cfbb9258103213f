"""Record what the five programs print, and every loss, on real TensorFlow 1.15.5: the golden `logs.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`, and the
embedded digits as IDX files, which any Python with this package writes, and a folder with MNIST's:

    python -c "from keras_port import datasets as d; d.write_idx('digits_idx', d.load('digits'))"
    python3.7 parity_tests/goldens/record_logs.py digits_idx mnist

Each program runs unchanged in a process of its own, with the graph seed 1 and no weight set from
outside, and is stopped at its 103rd training step: so every line is there that it prints over the
first 102. Set from outside is only read_data_sets' validation_size for the digits, which are fewer
than TF1's default of 5000.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import importlib.util
import io
import json
import runpy
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "legacy_tf1" / "scripts"

SEED, STEPS = 1, 102


class Stop(BaseException):
    """Ends a script early."""


class Losses(list):
    """A recorder's sink that keeps the losses."""

    def step(self, index, arrays):
        self.append(float(arrays["loss"]))

    def graph(self, data):
        pass

    def start(self, meta, arrays):
        pass

    end = start


def file(name):
    """A module of `legacy_tf1` by itself: the package's other files need a newer Python."""
    spec = importlib.util.spec_from_file_location(name, str(SCRIPTS.parent / (name + ".py")))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record(name, data, folder):
    """One program on `digits` or `mnist`, in this process."""
    import tensorflow as tf
    from tensorflow.examples.tutorials.mnist import input_data

    recording = file("recording")
    if data == "digits":
        input_data.read_data_sets = functools.partial(input_data.read_data_sets, validation_size=200)
    tf.set_random_seed(SEED)
    losses, printed = Losses(), io.StringIO()
    recorder = recording.Recorder(tf, losses, steps=STEPS, stop=Stop)
    sys.argv = [name, "--data_dir", folder]
    with recording.recording(tf, recorder), contextlib.redirect_stdout(printed), contextlib.suppress(Stop):
        runpy.run_path(str(SCRIPTS / (name + ".py")), run_name="__main__")
    lines = [line for line in printed.getvalue().splitlines() if not line.startswith("Extracting")]
    return {"versions": recording.versions(tf), "lines": lines, "losses": losses}


def main(**folders):
    golden = {}
    for data, folder in folders.items():
        programs = golden.setdefault(data, {})
        for name in sorted(script.stem for script in SCRIPTS.glob("*.py")):
            printed = subprocess.check_output([sys.executable, __file__, data, folder, name]).decode()
            programs[name] = json.loads(printed.splitlines()[-1])
            found = programs[name].pop("versions")
    about = {
        "recipe": "python3.7 parity_tests/goldens/record_logs.py digits_idx mnist",
        "date": datetime.date.today().isoformat(),
        "versions": found,
        "seed": SEED,
        "steps": STEPS,
    }
    (HERE / "logs.json").write_text(json.dumps({"about": about, **golden}, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(record(sys.argv[3], sys.argv[1], sys.argv[2])))
    else:
        main(digits=sys.argv[1], mnist=sys.argv[2])
