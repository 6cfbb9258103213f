"""gather_tree: the beams of a search, read backwards from their ends.

One op of contrib's own library in TF 1.15; here it is a loop of TensorFlow's ops.
Source: tensorflow 1.15, contrib/seq2seq/ops/beam_search_ops.cc and kernels/beam_search_ops.cc.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = ["gather_tree"]


def __dir__():
    return __all__


def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name=None):
    """Ids and parents (time, batch, beams), lengths (batch,) -> the ids of whole beams (time, batch, beams).

    A beam ends at its example's length or at its first `end_token`; behind that, all ids are `end_token`.

    Raises:
        TypeError: an argument is not int32.
        ValueError: a rank or a size does not fit.
        tf.errors.InvalidArgumentError: a parent id is no beam, when the graph is run.
    """
    with tf.name_scope(name, "GatherTree", [step_ids, parent_ids, max_sequence_lengths, end_token]):
        step_ids, parent_ids = _int32(step_ids, "step_ids", 3), _int32(parent_ids, "parent_ids", 3)
        lengths = _int32(max_sequence_lengths, "max_sequence_lengths", 1)
        end_token = _int32(end_token, "end_token", 0)
        shape = step_ids.shape.merge_with(parent_ids.shape)
        shape[1:2].assert_is_compatible_with(lengths.shape)
        beams = _followed(step_ids, parent_ids, lengths, end_token)
        ended = tf.cumsum(tf.cast(tf.equal(beams, end_token), tf.int32), axis=0) > 0
        beams = tf.where(ended, tf.fill(tf.shape(beams), end_token), beams)
        beams.set_shape(shape)
        return beams


def _int32(value, name, rank):
    tensor = tf.convert_to_tensor(value, name=name, dtype=None if tf.is_tensor(value) else tf.int32)
    if tensor.dtype != tf.int32:
        raise TypeError(f"{name} of gather_tree must be int32, not {tensor.dtype.name}.")
    tensor.shape.assert_has_rank(rank)
    return tensor


def _followed(step_ids, parent_ids, lengths, end_token):
    """The ids along each beam from its last step to its first; `end_token` behind its example's length."""
    time, batch, width = tf.unstack(tf.shape(step_ids))
    ids, parents = tf.reshape(step_ids, [-1]), tf.reshape(parent_ids, [-1])
    lengths = tf.reshape(tf.minimum(lengths, time), [-1, 1])
    own = tf.tile(tf.reshape(tf.range(width), [1, -1]), [batch, 1])
    ends = tf.fill([batch, width], end_token)
    row = tf.reshape(tf.range(batch), [-1, 1])

    def back(step, beam, found):
        inside = tf.tile(step < lengths, [1, width])
        with tf.control_dependencies([_check(beam, inside, width, step)]):
            # TF 1.15 lets the parent `width` pass, and so reads the first beam of the next row; the last
            # row of all has no parents to follow, so that there is always a next one
            place = tf.clip_by_value((step * batch + row) * width + beam, 0, tf.size(ids) - 1)
        found = found.write(step, tf.where(inside, tf.gather(ids, place), ends))
        return step - 1, tf.where(inside, tf.gather(parents, place), beam), found

    found = tf.TensorArray(tf.int32, size=time, element_shape=[None, None])
    _, _, found = tf.while_loop(lambda step, *_: step >= 0, back, (time - 1, own, found), back_prop=False)
    return found.stack()


def _check(beam, inside, width, step):
    wrong = tf.where(tf.logical_and(inside, tf.logical_or(beam < 0, beam > width)))
    message = "A parent id is no beam: (batch, beam), the step that it was to be read at, and the parent ids are"
    return tf.Assert(tf.equal(tf.shape(wrong)[0], 0), [message, wrong, step, beam], summarize=20)
