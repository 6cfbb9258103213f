"""Load a checkpoint of TF 1.15.5 into a program's twin and train on: the losses of its next steps.

As a script: `python continue_training.py FOLDER BATCHES.npz`, in a process of the Keras backend that the environment
names; prints one JSON line, program -> losses.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

__all__ = ["batches", "continued"]


def batches(program: str, before: int, after: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The images (128, 28, 28) and labels (128, 10) of the steps after `before`, as TF 1.15.5 drew them."""
    from legacy_tf1.input_data import read_data_sets, use_data

    with use_data("digits"):
        data = read_data_sets("", one_hot=True, validation_size=200, seed=1)
    found = []
    for step in range(before + after):
        x, y = data.train.next_batch(128)
        found.append((x.reshape(-1, 28, 28), y))
        if program == "lstm_zero_state" and (step + 1) % 20 == 0:
            data.test.next_batch(128)  # it shuffles too, with the same generator
    return found[before:]


def continued(program: str, checkpoint, steps) -> list[float]:
    """The loss before each step's update, from the checkpoint's weights, slots and beta powers."""
    import keras

    from keras_port import models
    from keras_port.weights import fill, open_checkpoint

    model = models.load(program).build()
    # XLA fuses and reorders sums, so TensorFlow runs its plain kernels; JAX has only XLA.
    model.jit_compile = keras.backend.backend() == "jax"
    fates = fill(model, open_checkpoint(checkpoint))
    assert not [fate for fate in fates if fate.reason], fates
    losses = []
    for x, y in steps:
        model.reset_metrics()  # the reported loss is a running mean; this makes it this batch's
        losses.append(float(model.train_on_batch(x, y, return_dict=True)["loss"]))
    return losses


def main(files: str, stored: str) -> None:
    from keras_port import models

    found: dict[str, dict] = {}
    with np.load(stored) as arrays:
        for key in arrays.files:
            name, step, part = key.split("|")
            found.setdefault(name, {}).setdefault(int(step), {})[int(part)] = arrays[key]
    steps = {name: [(pair[0], pair[1]) for _, pair in sorted(found[name].items())] for name in models.NAMES}
    losses = {name: continued(name, Path(files) / f"program-{name}", steps[name]) for name in models.NAMES}
    print(json.dumps(losses))


if __name__ == "__main__":
    main(*sys.argv[1:])
