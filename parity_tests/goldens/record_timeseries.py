"""Record `timeseries_snippets.py` on real TensorFlow 1.15.5: `timeseries.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_timeseries.py

The file holds what every snippet found, with the versions, the date and this recipe.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import golden_file  # noqa: E402
import timeseries_snippets  # noqa: E402


def main():
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.FATAL)
    found = timeseries_snippets.measure_all(tf)
    failed = {name: each["failed"] for name, each in found.items() if isinstance(each, dict) and "failed" in each}
    assert not failed, "\n".join("%s: %s" % each for each in failed.items())
    golden_file.write(HERE / "timeseries.json", golden_file.about(tf, __file__), "found", found, sort_keys=True)
    print(len(found), "snippets")


if __name__ == "__main__":
    main()
