"""How a recorder writes its JSON: where the numbers come from, then a table with one row a line.

Runs under Python 3.7 beside real TensorFlow 1.15.5, as the recorders do.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path

import numpy as np

__all__ = ["about", "write"]


def about(tf, recorder, *arguments):
    """The recipe of a golden, which is a recorder's file and its arguments, the date and the versions."""
    return {
        "recipe": " ".join(["python3.7 parity_tests/goldens/" + Path(recorder).name] + list(arguments)),
        "date": datetime.date.today().isoformat(),
        "versions": {"tensorflow": tf.__version__, "numpy": np.__version__, "python": sys.version.split()[0]},
    }


def write(path, head, name, rows, sort_keys=False, **layout):
    """`head` and below it, as `name`, the dict `rows`; `layout` is how json is to lay out the head."""
    lines = ",\n".join("  %s: %s" % (json.dumps(k), json.dumps(row, sort_keys=sort_keys)) for k, row in rows.items())
    text = json.dumps(dict(head, **{name: "ROWS"}), **(layout or {"indent": 1}))
    path.write_text(text.replace('"ROWS"', "{\n%s\n }" % lines) + "\n")
