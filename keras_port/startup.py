"""What a command puts around the import of TensorFlow and Keras, which takes 3 to 4 processor seconds.

It makes half a million objects, hardly any of them garbage; Python's garbage collector looks through them again and again
for 0.6 to 1 second. Another 0.7 go to scikit-learn and SciPy, which Keras imports for `keras.wrappers`.
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
    """Keras, imported within, finds no scikit-learn, and `keras.wrappers` stays without it.

    So it is for a command's own process, in which no code of a user's runs.
    """
    is_there = "sklearn" in sys.modules
    if not is_there:
        sys.modules["sklearn"] = None
    try:
        yield
    finally:
        if not is_there and sys.modules.get("sklearn", ...) is None:
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
