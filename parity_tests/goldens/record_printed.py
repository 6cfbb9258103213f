"""Record what the programs of PRINTED print on real TensorFlow 1.15.5: a golden beside each of them.

    python3.7 parity_tests/goldens/record_printed.py

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`, and for `libraries`
`pandas==0.25.3 matplotlib==3.5.3 scikit-learn==1.0.2 scipy==1.7.3`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRINTED = ("libraries", "monitors", "sequences")  # NAME_program.py -> NAME.json


def main():
    import tensorflow as tf
    from golden_file import about

    for name in PRINTED:
        program = HERE / (name + "_program.py")
        printed = subprocess.check_output([sys.executable, str(program)], stderr=subprocess.DEVNULL).decode()
        golden = {"about": about(tf, __file__), "lines": printed.splitlines()}
        (HERE / (name + ".json")).write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
