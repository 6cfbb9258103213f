"""Record `plain_snippets.py` on real TensorFlow 1.15.5: `plain.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_plain.py
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import plain_snippets  # noqa: E402


def main():
    import tensorflow as tf

    logging.getLogger("tensorflow").setLevel(logging.FATAL)
    found = plain_snippets.measure_all(tf)
    failed = {name: value["failed"] for name, value in found.items() if isinstance(value, dict)}
    assert not failed, "\n".join("%s: %s" % each for each in failed.items())
    about = {
        "recipe": "python3.7 parity_tests/goldens/record_plain.py",
        "date": datetime.date.today().isoformat(),
        "versions": {"tensorflow": tf.__version__, "numpy": np.__version__, "python": sys.version.split()[0]},
    }
    rows = ",\n".join("  %s: %s" % (json.dumps(name), json.dumps(value)) for name, value in found.items())
    text = json.dumps(dict(about, found="FOUND"), indent=1).replace('"FOUND"', "{\n%s\n }" % rows)
    (HERE / "plain.json").write_text(text + "\n")
    print(len(found), "snippets")


if __name__ == "__main__":
    main()
