"""What a command puts around the import of TensorFlow: it takes a quarter less time without Python's garbage collector.

The import makes half a million objects, hardly any of them garbage; looking through them again and again takes 0.6 to 1 of
its 3 to 4 processor seconds.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys

__all__ = ["quiet", "without_collector", "without_sklearn"]


@contextlib.contextmanager
def without_collector():
    """Python's garbage collector rests."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def without_sklearn():
    """Keras, imported within, finds no scikit-learn for `keras.wrappers`; with SciPy that is 0.7 of its 3 processor seconds.

    For processes without code of a user's, who may want those wrappers.
    """
    is_there = "sklearn" in sys.modules
    if not is_there:
        sys.modules["sklearn"] = None
    try:
        yield
    finally:
        if not is_there:
            del sys.modules["sklearn"]


@contextlib.contextmanager
def quiet():
    """No standard error: TensorFlow's start-up notes pass every log level. The collector rests as well."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        with without_collector():
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
