"""TF1 variables into Keras models and back, by explicit rows.

    checkpoint/   TF1's files, read and written without TensorFlow
    rows.py       one Row per TF1 variable: where it goes, and how
    cells.py      the rows of TF1's cells, under the names of all ages
    programs.py   the rows of the five programs
    state.py      load, dump: weights, optimizer slots, beta powers, step
    names.py      what a checkpoint's names say
    match.py      which cell belongs to which layer
    transfer.py   fill a model from a checkpoint, and back
    command.py    `keras-port weights`; show.py: what it prints
    errors.py     WeightError, CheckpointError

Importing this package loads nothing; NumPy comes with the first thing asked for,
Keras only where a Keras model is made or read.
"""

from __future__ import annotations

import importlib

_WHERE = {
    "PROGRAMS": "programs",
    "CheckpointError": "errors",
    "Row": "rows",
    "State": "state",
    "WeightError": "errors",
    "basic_lstm_cell": "rows",
    "basic_rnn_cell": "rows",
    "dense": "rows",
    "dump_state": "state",
    "fill": "transfer",
    "gradients_to_tf1": "state",
    "gru_cell": "cells",
    "load_state": "state",
    "lstm_cell": "cells",
    "open_checkpoint": "checkpoint",
    "rows_like": "transfer",
    "tf1_state": "transfer",
    "write_checkpoint": "checkpoint",
}
__all__ = list(_WHERE)


def __getattr__(name: str):
    """Import what is asked for from its module."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
