"""Who is timed: one row per side. To add one, add a row; a new kind of program is a file beside this one."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["LIMIT", "SIDES", "Side", "edited_by_hand"]

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
_LEGACY_KERAS = {"TF_USE_LEGACY_KERAS": "1"}
LIMIT = "matrix products only"


@dataclass(frozen=True)
class Side:
    """One row.

    Attributes:
        program: a function of (the folder for edited scripts, TF 1.15's Python) that gives the command up to the
            workload's arguments.
        after: the arguments behind the workload's.
        needs: the packages without which the side sits out.
        tasks: the tasks it has something to say about.
        extra: runs only when asked for by name.
    """

    name: str
    program: Callable[[Path, str | None], list[str]]
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    tasks: tuple[str, ...] = ("train", "infer")
    extra: bool = False

    @property
    def installed(self) -> bool:
        return all(importlib.util.find_spec(package) for package in self.needs)


def edited_by_hand(folder: Path) -> Path:
    """The TF1 program as its author would make it run on compat.v1."""
    source = (FOLDER / "tf1.py").read_text(encoding="utf-8")
    changes = {
        "import tensorflow as tf": "import tensorflow.compat.v1 as tf\n\ntf.disable_v2_behavior()",
        "tf.contrib.rnn.": "tf.nn.rnn_cell.",
    }
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new)
    path = folder / "edited.py"
    path.write_text(source, encoding="utf-8")
    return path


def _script(name: str):
    return lambda folder, tf1: [sys.executable, str(FOLDER / name)]


def _keras(name: str, make: str, how: str, backend: str = "tensorflow", **options) -> Side:
    """`how` is the way of calling it; a side that trains with `fit` predicts with predict_on_batch."""
    tasks = {"fit": ("train", "infer"), "train_on_batch": ("train",)}.get(how, ("infer",))
    needs = (backend, *(("tf2onnx", "onnxruntime") if how == "onnx" else ()))
    return Side(name, _script("keras_side.py"), (make, how), needs, {"KERAS_BACKEND": backend}, tasks, **options)


SIDES: dict[str, Side] = {
    side.name: side
    for side in (
        Side("TensorFlow 1.15", lambda folder, tf1: [tf1, str(FOLDER / "tf1.py")] if tf1 else []),
        Side("compat.v1, edited by hand", lambda folder, tf1: [sys.executable, str(edited_by_hand(folder))],
             environment=_LEGACY_KERAS),
        Side("legacy-tf1 run", lambda folder, tf1: [sys.executable, "-m", "legacy_tf1", "run", str(FOLDER / "tf1.py")]),
        Side("legacy-tf1 run --fast",
             lambda folder, tf1: [sys.executable, "-m", "legacy_tf1", "run", "--fast", str(FOLDER / "tf1.py")]),
        _keras("keras_port", "port", "fit"),
        _keras("keras_port, predict", "port", "predict"),
        _keras("keras_port, SavedModel", "port", "saved_model"),
        _keras("keras_port, ONNX", "port", "onnx"),
        _keras("Keras", "stock", "fit"),
        _keras("Keras, train_on_batch", "stock", "train_on_batch"),
        _keras("Keras, predict", "stock", "predict"),
        _keras("Keras, unroll=True", "unrolled", "fit", extra=True),
        _keras("keras_port on JAX", "port", "fit", "jax"),
        _keras("Keras on JAX", "stock", "fit", "jax", extra=True),  # minutes for a round: its loop is slow on a CPU
        _keras("keras_port on PyTorch", "port", "fit", "torch"),
        _keras("Keras on PyTorch", "stock", "fit", "torch"),
        Side("PyTorch", _script("pytorch.py"), needs=("torch",)),
        Side(LIMIT, _script("limit.py"), needs=("torch",)),
    )
}  # fmt: skip


def environment(side: Side, cores: int) -> dict[str, str]:
    """As many threads as cores for every library that a side may use."""
    threads = {name: str(cores) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    paths = [str(FOLDER), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}
    return {**os.environ, **threads, **quiet, **side.environment, "PYTHONPATH": os.pathsep.join(paths)}
