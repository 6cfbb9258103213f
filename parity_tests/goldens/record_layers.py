"""Record every case of `layer_snippets.py` on real TensorFlow 1.15.5: `layers.npz` and `layers.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_layers.py

`layers.npz` holds one vector per case and dtype; `layers.json` how each vector is cut up, the variables
(name, shape), the versions, the date and this recipe.
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

import golden_file  # noqa: E402
import layer_snippets  # noqa: E402


def main():
    import tensorflow as tf

    packed, cases = {}, {}
    for name in layer_snippets.CASES:
        for dtype in layer_snippets.dtypes(name):
            variables, arrays = layer_snippets.measure(tf, name, dtype)
            assert all(value.dtype == dtype for value in arrays.values()), (name, dtype)
            packed[name + "/" + dtype] = np.concatenate([value.ravel() for value in arrays.values()])
            layout = [[key, list(value.shape)] for key, value in arrays.items()]
            cases[name] = {"variables": variables, "layout": layout}
    np.savez_compressed(str(HERE / "layers.npz"), **packed)
    golden_file.write(HERE / "layers.json", golden_file.about(tf, __file__), "cases", cases)
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
