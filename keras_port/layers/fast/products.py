"""A step's product with a recurrent kernel, for all steps at once where that can be, and its way back.

The inputs' share of the gates does not depend on the states. Either it is made for all steps in one product and every step
adds it to its own: the share then is that. Or a step multiplies inputs and state together, with both kernels in one: the
share is the step's inputs, and the kernel has rows for them before those for the state. Which of the two it is can be seen
from the kernel.
"""

from __future__ import annotations

import tensorflow as tf

__all__ = ["cut", "of_kernel", "of_share", "rows_of", "times"]


def cut(arrays) -> tuple:
    """The kernels and the shares: one of each for every product."""
    half = len(arrays) // 2
    return arrays[:half], arrays[half:]


def times(share, state, kernel):
    """The gates' sums, (batch, columns)."""
    if kernel.shape[0] == state.shape[-1]:
        return share + state @ kernel
    return tf.concat([share, state], 1) @ kernel


def rows_of(kernel, units: int) -> tuple:
    """A kernel's rows for the inputs, None where it has none, and for the state."""
    if kernel.shape[0] == units:
        return None, kernel
    return kernel[:-units], kernel[-units:]


def of_kernel(shares, states, sums, rows):
    """A kernel's gradient over all steps.

    Args:
        shares, states: what it was multiplied with, (time, batch, ...); the shares only where it has `rows` for them.
        sums: the gradients of the gates' sums.
    """
    of_states = tf.matmul(_flat(states), _flat(sums), transpose_a=True)
    if rows is None:
        return of_states
    # not with both in one tensor, which would have to be kept or put together: that takes as long as it saves
    return tf.concat([tf.matmul(_flat(shares), _flat(sums), transpose_a=True), of_states], 0)


def of_share(sums, rows):
    """The shares' gradients, (time, batch, ...): from those of the gates' sums and the kernel's rows for the inputs."""
    if rows is None:
        return sums
    shares = tf.matmul(_flat(sums), rows, transpose_b=True)
    return tf.reshape(shares, [*tf.unstack(tf.shape(sums)[:2]), rows.shape[0]])


def _flat(tensor):
    return tf.reshape(tensor, [-1, tensor.shape[-1]])
