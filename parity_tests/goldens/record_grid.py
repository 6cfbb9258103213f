"""Record `grid_snippets.py` on real TensorFlow 1.15.5: `grid.npz` and `grid.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_grid.py

`grid.npz` holds one float32 vector per graph; `grid.json` how each vector is cut up, the facts of the graphs,
the exceptions of the snippets that must fail, the versions, the date and this recipe.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import golden_file  # noqa: E402
import grid_snippets  # noqa: E402
from cell_snippets import pack  # noqa: E402


def main():
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.FATAL)
    facts, arrays, errors = grid_snippets.measure_all(tf)
    failed = {name: fact["failed"] for name, fact in facts.items() if "failed" in fact}
    not_raised = [name for name, error in errors.items() if error is None]
    assert not failed and not not_raised, "\n".join("%s: %s" % each for each in failed.items()) + str(not_raised)
    np.savez_compressed(str(HERE / "grid.npz"), **pack(facts, arrays))
    about = dict(golden_file.about(tf, __file__), errors=errors)
    golden_file.write(HERE / "grid.json", about, "facts", facts, sort_keys=True)
    print(len(facts), "snippets,", len(errors), "errors")


if __name__ == "__main__":
    main()
