"""How a side is timed: it reads a number of steps from standard input and answers with the seconds they took.

Runs under Python 3.7 too, where real TensorFlow 1.15 is a side.
"""

from __future__ import print_function

import collections
import json
import os
import resource
import sys
import time

import numpy as np

# As many as MNIST has for training: Keras's `fit` makes its input pipeline anew for every epoch and, on TensorFlow, waits
# some 0.2 s for the old one's tuning thread to end.
IMAGES = 128 * 468

Job = collections.namedtuple("Job", "task cell batch time units cores rest")


def job():
    """What the command line asks for: task, cell, batch, time, units, cores, and the side's own arguments."""
    return Job(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7]), rest=sys.argv[7:])


def data(job, inputs=28, classes=10):
    """Images (n, time, inputs) and one-hot labels (n, classes), n a multiple of the batch, alike for every side.

    Long sequences get fewer images, so that they stay within 256 MiB.
    """
    most = min(IMAGES, 2**26 // (job.time * inputs))
    n = max(1, most // job.batch) * job.batch
    random = np.random.RandomState(0)
    x = random.rand(n, job.time, inputs).astype("float32")
    return x, np.eye(classes, dtype="float32")[random.randint(0, classes, n)]


def batches(x, y, batch):
    """Endless pairs of views."""
    while True:
        for first in range(0, len(x), batch):
            yield x[first : first + batch], y[first : first + batch]


def memory(forget=False):
    """The most memory this process has used since it was last told to forget, in MiB."""
    try:
        if forget:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        with open("/proc/self/status") as file:
            (peak,) = (line.split()[1] for line in file if line.startswith("VmHWM:"))
        return int(peak) / 2.0**10
    except OSError:  # only Linux can forget; elsewhere it is the most since the start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2.0**20 if sys.platform == "darwin" else 2.0**10)


def serve(run, versions):
    """Answer until standard input ends.

    Args:
        run: called with a number of steps, makes them.
        versions: package -> version, said before the first answer.
    """
    # a side's own chatter must not stand between the answers
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**said):
        print(json.dumps(said), file=answers)
        answers.flush()

    before, began = memory(forget=True), time.time()
    run(1)
    first = time.time() - began  # tracing and compiling
    run(3)
    answer(versions=versions, first=first)
    for line in sys.stdin:
        wall, cpu = time.time(), time.process_time()
        run(int(line))
        answer(wall=time.time() - wall, cpu=time.process_time() - cpu, memory=memory() - before)
