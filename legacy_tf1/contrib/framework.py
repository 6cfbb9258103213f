"""`tf.contrib.framework`: its helpers that neither tf-slim nor TensorFlow has under TF 1.15's names today.

Source: tensorflow 1.15, contrib/framework/python.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.ops import confusion_matrix
from tensorflow.python.util import nest

__all__ = [
    "get_placeholders",
    "init_from_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "py_func",
    "remove_squeezable_dimensions",
]


def __dir__():
    return __all__


def load_checkpoint(filepattern):
    """A reader of a checkpoint, or of the newest one of a folder."""
    return tf.train.load_checkpoint(filepattern)


def load_variable(checkpoint_dir, name):
    """The value of a variable in a checkpoint."""
    return tf.train.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir):
    """(name, shape) of every variable in a checkpoint."""
    return tf.train.list_variables(checkpoint_dir)


def init_from_checkpoint(checkpoint_dir, assignment_map):
    """Let variables start from a checkpoint's values."""
    return tf.train.init_from_checkpoint(checkpoint_dir, assignment_map)


def get_placeholders(graph):
    """The outputs of all placeholders of a graph.

    Raises:
        TypeError: it is no graph.
    """
    if not isinstance(graph, tf.Graph):
        raise TypeError(f"Input graph needs to be a Graph: {graph}")
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def remove_squeezable_dimensions(predictions, labels, name=None):
    """(predictions, labels), of which the one with one dimension more loses its last."""
    labels, predictions = confusion_matrix.remove_squeezable_dimensions(labels, predictions, name=name)
    return predictions, labels


def py_func(func, args=(), kwargs=None, output_types=None, output_shapes=None, stateful=True, name=None):
    """A Python function of NumPy arrays as an op; arguments and results may be nested structures.

    Args:
        output_types, output_shapes: structures of the result's types and shapes, or functions that give
            them for the arguments.

    Raises:
        TypeError: `args` is no list, or `kwargs` no dictionary.
    """
    kwargs = {} if kwargs is None else kwargs
    if not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
        raise TypeError(f"args must be a list and kwargs a dict, not {args} and {kwargs}")
    if callable(output_types) and not isinstance(output_types, tf.DType):
        output_types = output_types(*args, **kwargs)
    if callable(output_shapes):
        output_shapes = output_shapes(*args, **kwargs)
    given = (args, kwargs)

    def call(*values):
        by_position, by_keyword = nest.pack_sequence_as(given, values)
        return nest.flatten(func(*by_position, **by_keyword))

    outputs = tf.py_func(call, nest.flatten(given), nest.flatten(output_types), stateful=stateful, name=name)
    if output_shapes is not None:
        for output, shape in zip(outputs, nest.flatten_up_to(output_types, output_shapes)):
            output.set_shape(shape)
    return nest.pack_sequence_as(output_types, outputs)
