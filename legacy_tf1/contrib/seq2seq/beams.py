"""Beams as rows: tiling a batch, taking rows of other beams, putting arrays of steps in the order of the search.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/beam_search_decoder.py.
"""

from __future__ import annotations

import logging

import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util

from legacy_tf1.contrib.seq2seq.gather_tree import gather_tree

__all__ = ["gather_tree_from_array", "tile_batch"]


def __dir__():
    return __all__


def tile_batch(t, multiplier, name=None):
    """Every example `multiplier` times in a row: (batch, ...) -> (batch * multiplier, ...), also nested.

    Raises:
        ValueError: the rank of a tensor is not known, or it is a scalar.
    """
    with tf.name_scope(name, "tile_batch", tf.nest.flatten(t) + [multiplier]):
        return tf.nest.map_structure(lambda tensor: _tile_batch(tensor, multiplier), t)


def _tile_batch(t, multiplier):
    t = tf.convert_to_tensor(t, name="t")
    shape = tf.shape(t)
    if t.shape.ndims is None or t.shape.ndims < 1:
        raise ValueError(f"tile_batch needs tensors with a batch axis and of known rank; {t} has the shape {t.shape}.")
    times = [1] * (t.shape.ndims + 1)
    times[1] = multiplier
    batch = tf.compat.dimension_value(t.shape[0])
    tiled = tf.tile(tf.expand_dims(t, 1), times)
    tiled = tf.reshape(tiled, tf.concat(([shape[0] * multiplier], shape[1:]), 0))
    tiled.set_shape(tf.TensorShape([None if batch is None else batch * multiplier]).concatenate(t.shape[1:]))
    return tiled


def gather_tree_from_array(t, parent_ids, sequence_length):
    """Steps (time, batch * beams, ...) or (time, batch, beams, ...), each put to the beam that it ended in.

    Parents are (time, batch, beams), lengths (batch, beams); what lies behind a beam's length stays in place.
    """
    time, batch, width = (tf.compat.dimension_value(parent_ids.shape[k]) or tf.shape(parent_ids)[k] for k in range(3))
    own = tf.expand_dims(tf.expand_dims(tf.range(width), 0), 0)
    own = tf.tile(own, [time, batch, 1])
    longest = tf.cast(tf.reduce_max(sequence_length, axis=1), tf.int32)
    beam = gather_tree(step_ids=own, parent_ids=parent_ids, max_sequence_lengths=longest, end_token=width + 1)
    inside = tf.transpose(tf.sequence_mask(sequence_length, maxlen=time), perm=[2, 0, 1])
    beam = tf.where(inside, x=beam, y=own)
    step = tf.tile(tf.reshape(tf.range(time), [-1, 1, 1]), [1, batch, width])
    example = tf.tile(tf.reshape(tf.range(batch), [-1, 1, 1]), [1, time, width])
    example = tf.transpose(example, perm=[1, 0, 2])
    places = tf.stack([step, example, beam], -1)
    shape = tf.shape(t)
    ordered = tf.gather_nd(tf.reshape(t, [time, batch, width, -1]), places)
    return tf.reshape(ordered, shape)


def _tensor_gather_helper(gather_indices, gather_from, batch_size, range_size, gather_shape, name=None):
    """Of each example's `range_size` rows, those in `gather_indices` (batch, beams).

    `gather_shape` is what all the rows are reshaped to before they are taken.
    """
    with tf.name_scope(name, "tensor_gather_helper"):
        first = tf.expand_dims(tf.range(batch_size) * range_size, 1)
        places = tf.reshape(gather_indices + first, [-1])
        rows = tf.gather(tf.reshape(gather_from, gather_shape), places)
        shape = tf.shape(gather_from)[: 1 + len(gather_shape)]
        batch = tf.TensorShape([tensor_util.constant_value(batch_size)])
        rows = tf.reshape(rows, shape, name="output")
        rows.set_shape(batch.concatenate(gather_from.shape[1 : 1 + len(gather_shape)]))
        return rows


def _maybe_tensor_gather_helper(gather_indices, gather_from, batch_size, range_size, gather_shape):
    """As above; arrays of steps, and tensors that have no axis for the beams, stay as they are."""
    if isinstance(gather_from, tf.TensorArray):
        return gather_from
    _check_ndims(gather_from)
    if gather_from.shape.ndims < len(gather_shape):
        return gather_from
    return _tensor_gather_helper(
        gather_indices=gather_indices,
        gather_from=gather_from,
        batch_size=batch_size,
        range_size=range_size,
        gather_shape=gather_shape,
    )


def _check_ndims(t):
    if t.shape.ndims is None:
        raise ValueError(f"The rank of {t} must be known while the graph is built.")


_TURN_OFF = "reorder_tensor_arrays=False turns the reordering of arrays off."


def _check_static_batch_beam_maybe(shape, batch_size, beam_width):
    """Whether elements of this shape can be (batch, beams, ...), as far as the graph knows; warns if not."""
    rows = shape.dims[0].value
    if batch_size is None or rows is None:
        return True
    joint = rows == batch_size * beam_width
    columns = shape.dims[1].value if shape.ndims >= 2 else None
    if joint and (columns is None or (rows == batch_size and columns == beam_width)):
        return True
    wanted = tf.TensorShape([batch_size, beam_width, None])
    warn(f"an array with elements of shape {shape} stays unordered: they cannot be reshaped to {wanted}. {_TURN_OFF}")
    return False


def _check_batch_beam(t, batch_size, beam_width):
    """An op that fails where (time, ...) elements are not (batch * beams, ...) or (batch, beams, ...)."""
    message = f"The elements of {t.name} cannot be reshaped to (batch, beams, ...). {_TURN_OFF}"
    shape = tf.shape(t)
    fits = tf.equal(shape[1], batch_size * beam_width)
    if t.shape.ndims != 2:
        split = tf.logical_and(tf.equal(shape[1], batch_size), tf.equal(shape[2], beam_width))
        fits = tf.logical_or(fits, split)
    return tf.Assert(fits, [message])


def warn(message):
    """TF1 warned through its own logger, where a script may have silenced it."""
    logging.getLogger("tensorflow").warning("BeamSearchDecoder: %s", message)
