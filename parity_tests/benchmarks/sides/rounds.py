"""How a side is timed: it reads a number of steps from standard input and answers with the seconds they took.

Runs under Python 3.7 too, where real TensorFlow 1.15 is a side.
"""

from __future__ import print_function

import json
import os
import sys
import time

import numpy as np

IMAGES = 128 * 40


def data(batch=128, time_steps=28, inputs=28, classes=10):
    """Images (n, time, inputs) and one-hot labels (n, classes), n a multiple of `batch`, the same for every side."""
    n = max(1, IMAGES // batch) * batch
    random = np.random.RandomState(0)
    x = random.rand(n, time_steps, inputs).astype("float32")
    return x, np.eye(classes, dtype="float32")[random.randint(0, classes, n)]


def batches(x, y, batch):
    """Endless pairs of views."""
    while True:
        for first in range(0, len(x), batch):
            yield x[first : first + batch], y[first : first + batch]


def serve(run, versions):
    """Answer until standard input ends.

    Args:
        run: called with a number of steps, makes them.
        versions: package -> version, said before the first answer.
    """
    # a side's own chatter must not stand between the answers
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    began = time.time()
    run(1)
    first = time.time() - began  # tracing and compiling
    run(3)
    print(json.dumps({"versions": versions, "first": first}), file=answers)
    answers.flush()
    for line in sys.stdin:
        steps = int(line)
        wall, cpu = time.time(), time.process_time()
        run(steps)
        print(json.dumps({"wall": time.time() - wall, "cpu": time.process_time() - cpu}), file=answers)
        answers.flush()
