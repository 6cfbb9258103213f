"""Record every case of `cell_snippets.py` on real TensorFlow 1.15.5: `cells.npz` and `cells.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_cells.py

`cells.npz` holds one float32 vector per case; `cells.json` how each vector is cut up, the variables
(name, shape, trainable, start value where it is one number), the op counts, the exceptions of the
cases that must fail, the versions, the date and this recipe.
"""

from __future__ import annotations

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


def main():
    import tensorflow as tf

    facts, arrays, errors = cell_snippets.measure_all(tf)
    failed = {name: fact["failed"] for name, fact in facts.items() if "failed" in fact}
    not_raised = [name for name, error in errors.items() if error is None]
    assert not failed and not not_raised, (failed, not_raised)
    np.savez_compressed(str(HERE / "cells.npz"), **cell_snippets.pack(facts, arrays))
    about = dict(golden_file.about(tf, __file__), errors=errors)
    golden_file.write(HERE / "cells.json", about, "cases", facts, sort_keys=True)
    print(len(facts), "cases,", len(errors), "errors")


if __name__ == "__main__":
    main()
