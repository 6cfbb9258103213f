"""Record core TF1 on real TensorFlow 1.15.5: `core/FAMILY.json`, `core/signatures.json` and the checkpoints.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_core.py [FAMILY ...]

One file per family of `core/`: what each snippet found, one line per snippet, all digits; the versions, the
date and this recipe. `signatures.json` holds every public name of core TF 1.15 and its parameters.
`checkpoints` (see core/checkpoints.py) writes the files that the other world reads, and the losses after them.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import golden_file  # noqa: E402
from core import FAMILIES, checkpoints, harness, signatures  # noqa: E402


def main(wanted):
    import tensorflow as tf

    tf.logging.set_verbosity(tf.logging.ERROR)
    for name in wanted or FAMILIES + ("signatures", "checkpoints"):
        if name == "signatures":
            found = signatures.record(tf)
        elif name == "checkpoints":
            found = checkpoints.record(tf, HERE / "core")
        else:
            found = harness.measure_all(tf, importlib.import_module("core." + name).CASES)
        golden_file.write(HERE / "core" / (name + ".json"), golden_file.about(tf, __file__, name), "found", found)
        print(name, len(found))


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
