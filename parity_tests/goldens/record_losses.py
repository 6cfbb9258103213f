"""Record every case of `loss_snippets.py` on real TensorFlow 1.15.5: `losses.npz` and `losses.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_losses.py

`losses.npz` holds one float32 vector per case, the losses of its first 100 steps; `losses.json` the
versions, the date and this recipe.
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

import golden_file  # noqa: E402
import loss_snippets  # noqa: E402


def main():
    import tensorflow as tf

    found, failed = loss_snippets.measure_all(tf)
    assert not failed, json.dumps(failed, indent=1)
    np.savez_compressed(str(HERE / "losses.npz"), **found)
    about = dict(golden_file.about(tf, __file__), graph_seed=loss_snippets.SEED, steps=loss_snippets.STEPS)
    (HERE / "losses.json").write_text(json.dumps(about, indent=1) + "\n")
    print(len(found), "cases")


if __name__ == "__main__":
    main()
