"""Training a model on batches of a dataset, with progress and a safe ending."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import keras
import numpy as np

from keras_port import datasets, models
from keras_port.devices import several

REPORT_EVERY = 100  # steps between two lines in a log
TEST_BATCH = 400  # all of the digits' test images and a 25th of MNIST's; each number of devices divides it


def train(
    name: str,
    *,
    data: str = "digits",
    steps: int | None = None,
    seed: int = 0,
    dtype: str = "float32",
    devices: int = 1,
    output: Path | None = None,
) -> bool:
    """Train the model `name`, print its test accuracy, save it if asked to.

    Returns False if Ctrl-C ended the training; what was learned until then
    is tested and saved all the same. Raises DataError, DeviceError,
    OSError if the file cannot be written, or, once it is written,
    BrokenPipeError if nobody reads any more what is printed.
    """
    keras.utils.set_random_seed(seed)
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)  # kept from the first layer on, else
    with several(devices):
        return _train(name, datasets.load(data), steps, seed, dtype, output)


def _train(name, dataset, steps, seed, dtype, output) -> bool:
    module = models.load(name)
    if len(dataset.train) < module.BATCH_SIZE:
        raise datasets.DataError(
            f"{dataset.origin} {name} trains on batches of {module.BATCH_SIZE} images, and the training images that are "
            "not set aside for validation do not fill one; give a directory with more of them."
        )
    model = module.build()
    print(f"{name}: {model.count_params():,} weights, {dtype}, seed {seed}")

    source = Batches(dataset.train, module.BATCH_SIZE, steps or module.STEPS, seed=seed, dtype=dtype)
    done = _fit(model, source)
    if output:
        save(model, output)
    if done < len(source):
        print(f"\nstopped after {done} of {len(source)} steps")
    if output:
        print(f"saved {output}")
    test = dataset.test
    _, accuracy = model.evaluate(test.x(dtype), test.y(dtype), batch_size=TEST_BATCH, verbose=0)
    print(f"test accuracy {accuracy:.4f} on all {len(test)} test images")
    return done == len(source)


class Batches(keras.utils.PyDataset):
    """`steps` batches, always full: images (size, 28, 28) and labels (size, 10).

    The images are shuffled anew for every pass; a pass ends where no full
    batch is left. Batches have numbers, because under a strategy Keras starts
    its input more than once: of a generator it would lose some.
    """

    def __init__(self, split, size: int, steps: int, *, seed: int, dtype: str):
        super().__init__()
        self.x, self.y = split.x(dtype), split.y(dtype)
        self.size, self.steps = size, steps
        self.per_pass = len(self.x) // size
        random = np.random.default_rng(seed)
        self.orders = [random.permutation(len(self.x)) for _ in range(-(-steps // self.per_pass))]

    def __len__(self):
        return self.steps

    def __getitem__(self, step):
        number, within = divmod(step, self.per_pass)
        chosen = self.orders[number][within * self.size : (within + 1) * self.size]
        return self.x[chosen], self.y[chosen]


def save(model: keras.Model, path: Path) -> None:
    """Save as a .keras file, whole or not at all."""
    partial = path.with_name(f".{path.stem}.{os.getpid()}.keras")
    try:
        model.save(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _fit(model: keras.Model, source: Batches) -> int:
    """model.fit, once through the batches; the steps done, fewer if Ctrl-C or a closed pipe ended it."""
    report = _progress(model, len(source))
    model.make_variables(*source[0])
    try:
        model.fit(
            source,
            shuffle=False,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=report)],
        )
    except (KeyboardInterrupt, BrokenPipeError):
        if not model.optimizer.iterations.numpy():
            raise  # nothing was learned, so nothing is worth keeping
    return int(model.optimizer.iterations.numpy())


def _progress(model: keras.Model, steps: int):
    """A callback: one moving line on a terminal, a line per 100 steps in a log.

    Loss and accuracy are means over the steps since the last full hundred.
    """
    live = sys.stdout.isatty()
    began = time.perf_counter()

    def report(batch, logs):
        done = batch + 1
        whole = done % REPORT_EVERY == 0 or done == steps
        if whole or (live and done % 5 == 0):
            rate = done / (time.perf_counter() - began)
            line = (
                f"step {done:>5}/{steps}  loss {logs['loss']:.4f}  accuracy {logs['accuracy']:.4f}  {rate:.0f} steps/s"
            )
            print(f"\r{line}" if live else line, end="" if live else "\n", flush=True)
        if live and done == steps:
            print()
        if whole:
            model.reset_metrics()

    return report
