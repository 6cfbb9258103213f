"""Arrays that are fed to a model function batch by batch, as `tf.contrib.learn` does it.

Shuffled batches follow `numpy.random.RandomState(42)`, so that every run sees the same ones.
Source: tensorflow 1.15, contrib/learn/python/learn/learn_io/data_feeder.py.
"""

from __future__ import annotations

import numpy
import tensorflow as tf

from legacy_tf1.errors import LegacyError

__all__ = ["Feeder"]


class Feeder:
    """Placeholders for features and labels, and the batches for them.

    Args:
        x: features, `(examples, ...)`: an array, a pandas frame, or a dict of arrays.
        y: labels of the same form; None for a prediction.
        batch_size: examples per batch; None feeds all of them at once.
        shuffle: whether every epoch has an order of its own.
        epochs: how many epochs there are; None goes on for ever.

    Raises:
        LegacyError: `x` or `y` is an iterator.
    """

    def __init__(self, x, y, batch_size: int | None, *, shuffle: bool, epochs: int | None):
        self._x, self._y = _arrays(x), None if y is None else _arrays(y)
        self._examples = len(next(iter(self._x.values())))
        self._size = batch_size or self._examples
        self._shuffle, self._epochs, self._epoch, self._offset = shuffle, epochs, 0, 0
        self._random = numpy.random.RandomState(42)
        self._order = self._new_order()

    def input_builder(self):
        """Make the placeholders: features, and labels or None."""
        self._features = {key: _placeholder(a, a.shape[1:] or (1,), _name("input", key)) for key, a in self._x.items()}
        self._labels = {
            key: _placeholder(a, _label_shape(a), _name("output", key)) for key, a in (self._y or {}).items()
        }
        return _unwrapped(self._features), _unwrapped(self._labels) if self._labels else None

    def feed(self) -> dict:
        """The next batch.

        Raises:
            StopIteration: there is none; a monitored session ends by it.
        """
        if self._epochs is not None and self._epoch >= self._epochs:
            raise StopIteration
        rows = self._order[self._offset : self._offset + self._size]
        self._offset += self._size
        if self._offset >= self._examples:
            self._order, self._offset, self._epoch = self._new_order(), 0, self._epoch + 1
        batch = {
            self._features[key]: a[rows].reshape(len(rows), 1) if a.ndim == 1 else a[rows] for key, a in self._x.items()
        }
        for key, label in self._labels.items():
            batch[label] = self._y[key][rows].reshape(len(rows), *_label_shape(self._y[key]))
        return batch

    def _new_order(self):
        return self._random.permutation(self._examples) if self._shuffle else numpy.arange(self._examples)


def _arrays(data) -> dict:
    """A dict of arrays; a single array has the key None."""
    if hasattr(data, "__next__"):
        raise LegacyError(
            "iterators as x and y are not available",
            remedy="give arrays, or an input_fn that returns what a tf.data.Dataset yields",
        )
    if not isinstance(data, dict):
        data = {None: data}
    return {key: numpy.asarray(value) for key, value in data.items()}


def _placeholder(array, shape, name):
    return tf.compat.v1.placeholder(tf.as_dtype(array.dtype), [None, *shape], name=name)


def _label_shape(array) -> tuple[int, ...]:
    return array.shape[2:] if array.shape[1:2] == (1,) else array.shape[1:]


def _name(kind: str, key) -> str:
    return kind if key is None else f"{kind}_{key}"


def _unwrapped(tensors: dict):
    return tensors[None] if None in tensors else tensors
