"""Record every case of `checkpoint_snippets.py`, and the five programs in mid-training, on real TensorFlow 1.15.5.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`, and the embedded digits as IDX
files, which any Python with this package writes:

    python -c "from keras_port import datasets as d; d.write_idx('digits_idx', d.load('digits'))"
    python3.7 parity_tests/goldens/record_checkpoints.py digits_idx

`checkpoints.tar.xz` holds the files, one folder per case; `checkpoints.npz` what TF 1.15.5 computed and what its
variables were, as CASE|NAME; `checkpoints.json` the versions, the date and this recipe.

The programs run unchanged, in processes of their own, for 30 steps; then everything is saved, and the losses of the
next 20 steps are kept. So that the files stay small, each number of the larger programs' state is first rounded to 5
significant bits, and training goes on from there; `lstm_rows` stays as it is.

    python3.7 parity_tests/goldens/record_checkpoints.py digits_idx written FOLDER

restores FOLDER/model.ckpt, which `keras-port weights --to-tf1` wrote, into `lstm_rows` after its 30 steps instead, and
keeps the losses that follow and the files themselves, in `checkpoints_written.npz`.

    python3.7 parity_tests/goldens/record_checkpoints.py added

records the cases of `checkpoint_snippets.py` that the goldens lack, dated one by one, and leaves the others as they are.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

HERE = Path(__file__).resolve().parent
ABOUT = HERE / "checkpoints.json"
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import checkpoint_snippets  # noqa: E402

SEED, BEFORE, AFTER = 1, 30, 20
BITS = 5


def rounded(array):
    """float32 numbers with 5 significant bits: the other 19 are zero."""
    bits = np.ascontiguousarray(array).view(np.uint32)
    drop = 24 - BITS
    return ((bits + np.uint32(1 << (drop - 1))) >> np.uint32(drop) << np.uint32(drop)).view(np.float32)


class Losses:
    """A recorder's sink that keeps the losses."""

    def __init__(self):
        self.losses = []

    def step(self, index, arrays):
        self.losses.append(arrays["loss"])

    def graph(self, data):
        pass

    start = end = lambda self, meta, arrays: None


def train(name, digits, at_30):
    """Run a program for 50 steps; `at_30(tf, session)` is called between step 30 and step 31. Returns the losses."""
    import builtins

    import tensorflow as tf
    from tensorflow.examples.tutorials.mnist import input_data

    from legacy_tf1 import run
    from legacy_tf1.recording import Recorder, recording, versions

    input_data.read_data_sets = functools.partial(input_data.read_data_sets, validation_size=200)
    tf.set_random_seed(SEED)
    sink = Losses()
    recorder = Recorder(tf, sink, steps=BEFORE + AFTER, stop=run.Stop, detailed=0)

    def observe(index, call, plan, feed_dict):
        if index == BEFORE - 1:
            at_30(tf, recorder._session)
        return {}

    recorder.observe = observe
    with recording(tf, recorder):
        run.run_script(run.find(name), ["--data_dir", digits], builtins)
    return np.array(sink.losses), versions(tf)


def save(name, folder, tf, session):
    with session.graph.as_default():
        if name != "lstm_rows":
            for variable in (v for v in tf.global_variables() if v.shape.ndims):
                variable.load(rounded(session.run(variable)), session)
        tf.train.Saver().save(session, str(folder / "model.ckpt"), global_step=BEFORE, write_meta_graph=False)


def program(name, digits, folder):
    folder.mkdir()
    losses, versions = train(name, digits, functools.partial(save, name, folder))
    np.save(str(folder / "losses.npy"), losses)
    print(json.dumps(versions))


def written(digits, folder):
    """The losses after restoring what this package wrote."""

    def restore(tf, session):
        with session.graph.as_default():
            tf.train.Saver().restore(session, tf.train.latest_checkpoint(folder))

    losses, versions = train("lstm_rows", digits, restore)
    files = {path.name: np.frombuffer(path.read_bytes(), np.uint8) for path in sorted(Path(folder).iterdir())}
    np.savez_compressed(str(HERE / "checkpoints_written.npz"), losses=losses, **files)
    print(losses[BEFORE:])


def _plain(array):
    return array.astype(np.float32) if array.dtype.kind == "V" or "bfloat16" in str(array.dtype) else array


def all_snippets(root, left_out=()):
    import tensorflow as tf

    arrays = {}
    for name in [name for name in checkpoint_snippets.CASES if name not in left_out]:
        folder = root / name
        folder.mkdir()
        with tf.Graph().as_default():
            found = checkpoint_snippets.CASES[name](tf, folder)
        arrays.update((name + "|" + key, _plain(np.asarray(array))) for key, array in found.items())
        print(name)
    return arrays


def main(digits):
    from legacy_tf1.run import BUILT_IN

    with tempfile.TemporaryDirectory() as temporary:
        root, versions = Path(temporary), None
        arrays = all_snippets(root)
        for name in BUILT_IN:
            folder = root / ("program-" + name)
            printed = subprocess.check_output([sys.executable, __file__, digits, name, str(folder)]).decode()
            versions = json.loads(printed.splitlines()[-1])
            arrays["program-" + name + "|losses"] = np.load(str(folder / "losses.npy"))
            (folder / "losses.npy").unlink()
            print(name)
        keep(root, arrays)
    about = {
        "recipe": "python3.7 parity_tests/goldens/record_checkpoints.py digits_idx",
        "date": datetime.date.today().isoformat(),
        "versions": versions,
        "seed": SEED,
        "before": BEFORE,
        "after": AFTER,
        "data": "digits",
        "cases": list(checkpoint_snippets.CASES),
    }
    ABOUT.write_text(json.dumps(about, indent=1) + "\n")


def add():
    about = json.loads(ABOUT.read_text())
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        with tarfile.open(str(HERE / "checkpoints.tar.xz")) as archive:
            archive.extractall(temporary)
        with np.load(str(HERE / "checkpoints.npz")) as stored:
            arrays = dict(stored)
        arrays.update(all_snippets(root, left_out=about["cases"]))
        keep(root, arrays)
    new = [name for name in checkpoint_snippets.CASES if name not in about["cases"]]
    about.setdefault("added", {}).update(dict.fromkeys(new, datetime.date.today().isoformat()))
    about["cases"] = list(checkpoint_snippets.CASES)
    ABOUT.write_text(json.dumps(about, indent=1) + "\n")


def keep(root, arrays):
    np.savez_compressed(str(HERE / "checkpoints.npz"), **arrays)
    with tarfile.open(str(HERE / "checkpoints.tar.xz"), "w:xz", preset=9) as archive:
        for folder in sorted(root.iterdir()):
            archive.add(str(folder), folder.name, filter=_anonymous)


def _anonymous(entry):
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    if sys.argv[1:] == ["added"]:
        add()
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    elif sys.argv[2] == "written":
        written(sys.argv[1], sys.argv[3])
    else:
        program(sys.argv[2], sys.argv[1], Path(sys.argv[3]))
