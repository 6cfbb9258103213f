"""Record `seq2seq_snippets.py` on real TensorFlow 1.15.5: `seq2seq.npz` and `seq2seq.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_seq2seq.py [START_OF_A_CASE ...]

With starts of names, those cases are recorded anew and the others stay as they are. `seq2seq.npz` holds one vector of floats and one of whole numbers per case and dtype; `seq2seq.json` how they
are cut up, the variables (name, shape, trainable, digest of the start value), the id that the graph had
reached, the exceptions of the cases that must fail, every signature, the versions, the date and this recipe.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import cell_snippets  # noqa: E402
import golden_file  # noqa: E402
import seq2seq_snippets  # noqa: E402


def main(chosen):
    import tensorflow as tf

    old, packed = {"cases": {}}, {}
    if chosen:
        old = json.loads((HERE / "seq2seq.json").read_text())
        with np.load(str(HERE / "seq2seq.npz")) as file:
            packed = {key: file[key] for key in file.files}
    runs = seq2seq_snippets.runs()
    facts, arrays = seq2seq_snippets.measure_all(tf, [run for run in runs if not chosen or run.startswith(chosen)])
    for run in seq2seq_snippets.TRAININGS:
        if not chosen or run.startswith(chosen):
            facts[run], arrays[run] = seq2seq_snippets.train(tf, getattr(tf, run.split("@")[1]))
    errors = {name: cell_snippets.failure(tf, build) for name, build in seq2seq_snippets.ERRORS.items()}
    failed = {name: fact["failed"] for name, fact in facts.items() if "failed" in fact}
    not_raised = [name for name, error in errors.items() if error is None]
    assert not failed and not not_raised, (failed, not_raised)
    for run, found in arrays.items():
        facts[run]["layout"] = [[key, list(value.shape), value.dtype.name] for key, value in found.items()]
        for kind, kinds, dtype in (("floats", "f", run.split("@")[1]), ("ints", "iub", "int32")):
            values = [value.ravel() for value in found.values() if value.dtype.kind in kinds]
            if values:
                packed[run + "/" + kind] = np.concatenate(values).astype(dtype)
    facts = {run: facts.get(run) or old["cases"][run] for run in runs + seq2seq_snippets.TRAININGS}
    known = {run + kind for run in facts for kind in ("/floats", "/ints")}
    np.savez_compressed(str(HERE / "seq2seq.npz"), **{key: packed[key] for key in sorted(packed) if key in known})
    about = dict(
        golden_file.about(tf, __file__),
        errors=errors,
        names=[name for name in dir(tf.contrib.seq2seq) if not name.startswith("_")],
        signatures=seq2seq_snippets.described(tf),
    )
    golden_file.write(HERE / "seq2seq.json", about, "cases", facts, sort_keys=True, separators=(",", ":"))
    print(len(arrays), "cases,", len(errors), "errors")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
