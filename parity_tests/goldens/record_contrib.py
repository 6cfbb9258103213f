"""Record `contrib_snippets.py` on real TensorFlow 1.15.5: `contrib.npz` and `contrib.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_contrib.py

`contrib.npz` holds one float32 vector per graph; `contrib.json` how each vector is cut up, the facts of
graphs and plain snippets, the import forms that TF 1.15.5 refuses, the versions, the date and this recipe.
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

import contrib_snippets  # noqa: E402
import golden_file  # noqa: E402
import import_forms  # noqa: E402
from cell_snippets import pack  # noqa: E402


def main():
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.FATAL)
    facts, arrays = contrib_snippets.measure_all(tf)
    failed = {name: fact["failed"] for name, fact in facts.items() if "failed" in fact}
    assert not failed, "\n".join("%s: %s" % each for each in failed.items())
    np.savez_compressed(str(HERE / "contrib.npz"), **pack(facts, {k: v for k, v in arrays.items() if v}))
    about = dict(golden_file.about(tf, __file__), refused_imports=import_forms.refused())
    golden_file.write(HERE / "contrib.json", about, "facts", facts, sort_keys=True)
    print(len(facts), "snippets;", about["refused_imports"])


if __name__ == "__main__":
    main()
