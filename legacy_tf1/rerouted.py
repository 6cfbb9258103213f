"""Exchange what a function does, inside of the function: TensorFlow, tf-keras and scripts hold it under many names."""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Callable

__all__ = ["rerouted"]


@contextlib.contextmanager
def rerouted(function: types.FunctionType, make: Callable):
    """Within, it does what `make(original)` does, and still shows the signature that it had; once at a time."""
    before = function.__code__, function.__kwdefaults__, dict(function.__dict__)
    original = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    function.__signature__ = inspect.signature(original)
    function.__code__, function.__kwdefaults__ = _through.__code__, {"_made": make(original)}
    try:
        yield
    finally:
        function.__code__, function.__kwdefaults__, function.__dict__ = before


def _through(*args, _made, **kwargs):
    return _made(*args, **kwargs)
