"""For every graph, how far TF 1.15's count of ops is from today's; kept right at every counted call."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import operator
import sys
import types
import warnings
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from legacy_tf1.late_modules import when_imported
from legacy_tf1.rerouted import rerouted

__all__ = ["Drift", "add", "add_once", "counted", "is_tensor", "last_id", "shape_of"]

Count = int | Callable[[types.SimpleNamespace], int]


@dataclass(frozen=True)
class Drift:
    """How many ops more (or fewer, below zero) TF 1.15 makes in one call of a function.

    Attributes:
        before: ops that TF 1.15 makes ahead of the call's random op, and TF 2.21 does not.
        after: the rest of the difference.
        total: in the place of `after`: the number of ops that TF 1.15 makes in the whole call.

    Each is a number, or a function that computes it from the call's arguments by name; for `after`
    and `total` also from `a.made`, the number of ops that the call made, `a.result`, and `a.inside`,
    the names of the counted calls that this one was made in.
    """

    before: Count = 0
    after: Count = 0
    total: Count | None = None


_offsets: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
# graph -> the ops that TF 1.15 made there once, whichever call needed them first
_shared: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_running: list[str] = []


def last_id(graph) -> int:
    """What `graph._last_id` is in TF 1.15 after the same calls."""
    return _own(graph) + len(_shared.get(graph, ()))


def _own(graph) -> int:
    return graph.version + _offsets.get(graph, 0)


def add_once(graph, key) -> None:
    """TF 1.15 made one op more, if it had not made that one before; no call's `made` holds it."""
    _shared.setdefault(graph, set()).add(key)


def add(graph, ops: int) -> None:
    """TF 1.15 made so many ops more in this graph."""
    if ops:
        _offsets[graph] = _offsets.get(graph, 0) + ops


def is_tensor(value) -> bool:
    from tensorflow.python.framework import tensor_util

    return tensor_util.is_tf_type(value)


def shape_of(value) -> list[int | None] | None:
    """The static shape of a tensor or an array; None where the rank is unknown."""
    import numpy

    if not hasattr(value, "shape"):
        return list(numpy.shape(value))
    shape = value.shape
    return list(shape) if isinstance(shape, tuple) else None if shape.rank is None else shape.as_list()


@contextlib.contextmanager
def counted(drifts: dict[str, Drift]):
    """Correct the count of the default graph at every call of these functions, while the block runs.

    A function is named `module:path`. TensorFlow's modules are there already; those of Keras are counted
    as soon as they are imported, because most scripts never need them.
    """
    late: dict[str, list] = {}
    with contextlib.ExitStack() as undo:
        for name, drift in drifts.items():
            if _module(name) in sys.modules or name.startswith("tensorflow.python.") and ".keras." not in name:
                undo.enter_context(_counted(name, drift))
            else:
                action = functools.partial(lambda each, _: undo.enter_context(_counted(*each)), (name, drift))
                late.setdefault(_module(name), []).append(action)
        undo.enter_context(when_imported(late))
        yield


def _module(name: str) -> str:
    return name.partition(":")[0]


@contextlib.contextmanager
def _counted(name: str, drift: Drift):
    module, path = importlib.import_module(_module(name)), name.partition(":")[2]
    *owners, attribute = path.split(".")
    if not owners:
        with rerouted(inspect.unwrap(getattr(module, attribute)), lambda original: _counting(original, name, drift)):
            yield
        return
    owner = operator.attrgetter(".".join(owners))(module)
    original = vars(owner)[attribute]
    setattr(owner, attribute, functools.wraps(original)(_counting(original, name, drift)))
    try:
        yield
    finally:
        setattr(owner, attribute, original)


def _counting(original, name: str, drift: Drift):
    from tensorflow.python.eager import context
    from tensorflow.python.framework import ops

    signature = inspect.signature(original)

    def counted(*args, **kwargs):
        if context.executing_eagerly():  # there is no graph to count in
            return original(*args, **kwargs)
        graph = ops.get_default_graph()
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = types.SimpleNamespace(**bound.arguments)
        start = _own(graph)
        add(graph, _value(drift.before, arguments, name))
        arguments.inside = tuple(_running)
        _running.append(name)
        try:
            result = original(*args, **kwargs)
        finally:
            _running.pop()
        arguments.made, arguments.result = _own(graph) - start, result
        if drift.total is None:
            add(graph, _value(drift.after, arguments, name))
        else:
            add(graph, _value(drift.total, arguments, name, otherwise=arguments.made) - arguments.made)
        return result

    return counted


def _value(count: Count, arguments, name: str, otherwise: int = 0) -> int:
    """What a row counts. A row that fails at arguments it does not know must not end a program that they suit."""
    if not callable(count):
        return count
    try:
        return count(arguments)
    except Exception as error:  # whatever it was
        call = name.rpartition(":")[2]
        warnings.warn(f"from this {call} on, op seeds may differ from TF 1.15's: {error!r}", stacklevel=3)
        return otherwise
