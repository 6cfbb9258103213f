"""`tf.contrib.grid_rnn`: cells of several dimensions inside each time step, as in grid LSTMs.

Source: tensorflow 1.15, contrib/grid_rnn/python/ops/grid_rnn_cell.py, after Kalchbrenner, Danihelka and
Graves, "Grid Long Short-Term Memory", arXiv 1507.01526.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.layers import fully_connected, xavier_initializer
from legacy_tf1.contrib.rnn.bases import RNNCell, known_width, warn

__all__ = [
    "Grid1BasicLSTMCell",
    "Grid1BasicRNNCell",
    "Grid1LSTMCell",
    "Grid2BasicLSTMCell",
    "Grid2BasicRNNCell",
    "Grid2GRUCell",
    "Grid2LSTMCell",
    "Grid3LSTMCell",
    "GridRNNCell",
]

_FIRST = {"input_dims": 0, "output_dims": 0, "priority_dims": 0}  # what the ready-made cells have in common


def __dir__():
    return __all__


class GridRNNCell(RNNCell):
    """One cell per dimension: each reads the hidden vectors of all of them, those without priority first.

    Args:
        input_dims: dimensions whose state is replaced by a projection of their share of the input.
        output_dims: dimensions whose hidden vector is put out.
        priority_dims: dimensions that run last and see what the others have just computed.
        non_recurrent_dims: dimensions with a dense layer, activated by `non_recurrent_fn`, and no state.
        tied: one cell for all dimensions.
        cell_fn: number of units -> the cell of a dimension; LSTMCell by default.
        state_is_tuple: one state per recurrent dimension, else all side by side: (batch, all states' width).
        output_is_tuple: one (batch, units) per output dimension, else all side by side.

    Raises:
        ValueError: a dimension is not in [0, num_dims).
        TypeError: what `cell_fn` returned is no RNNCell.
    """

    def __init__(
        self,
        num_units,
        num_dims=1,
        input_dims=None,
        output_dims=None,
        priority_dims=None,
        non_recurrent_dims=None,
        tied=False,
        cell_fn=None,
        non_recurrent_fn=None,
        state_is_tuple=True,
        output_is_tuple=True,
    ):
        super().__init__()
        if not state_is_tuple:
            warn(self, "one concatenated state is slower than a tuple of states.")
        if not output_is_tuple:
            warn(self, "one concatenated output is slower than a tuple of outputs.")
        if num_dims < 1:
            raise ValueError(f"dims must be >= 1: {num_dims}")
        self._num_units, self._num_dims, self._tied = num_units, num_dims, tied
        self._from_input = _dimensions(input_dims, num_dims)
        self._to_output = _dimensions(output_dims, num_dims)
        self._last = _dimensions(priority_dims, num_dims)
        dense = _dimensions(non_recurrent_dims, num_dims)
        self._first = [k for k in range(num_dims) if k not in self._last]
        self._recurrent = [k for k in range(num_dims) if k not in dense]
        self._non_recurrent_fn = non_recurrent_fn or tf.nn.relu
        self._state_is_tuple, self._output_is_tuple = state_is_tuple, output_is_tuple
        if cell_fn is None:
            cell_fn = lambda units: tf.nn.rnn_cell.LSTMCell(units, state_is_tuple=state_is_tuple)  # noqa: E731
        self._cells = [cell_fn(num_units)] * num_dims if tied else [cell_fn(num_units) for _ in range(num_dims)]
        if not isinstance(self._cells[0], RNNCell):
            raise TypeError(f"cell_fn must return an RNNCell instance, saw: {type(self._cells[0])}")

    @property
    def output_size(self):
        size = self._cells[0].output_size
        return (size,) * len(self._to_output) if self._output_is_tuple else size * len(self._to_output)

    @property
    def state_size(self):
        if self._state_is_tuple:
            return (self._cells[0].state_size,) * len(self._recurrent)
        return self._width_of_one_state() * len(self._recurrent)

    def _width_of_one_state(self):
        return sum(tf.nest.flatten(self._cells[0].state_size))

    def __call__(self, inputs, state, scope=None):
        with_c = self._width_of_one_state() > self._num_units  # (c, h), as of an LSTM, not h alone
        c, h = self._read(state, with_c)
        new_h, new_state = {}, {}
        with tf.variable_scope(scope or type(self).__name__):
            self._project(inputs, c, h, with_c)
            self._run(self._first, c, h, new_h, new_state, makes_tied=True)
            self._run(self._last, c, h, new_h, new_state, makes_tied=False)
            outputs = tuple(new_h[k] for k in self._to_output)
            states = tuple(new_state[k] for k in self._recurrent)
            if not self._output_is_tuple:
                outputs = _side_by_side(outputs, inputs.dtype)
            if not self._state_is_tuple:
                states = _side_by_side(tf.nest.flatten(states), inputs.dtype)
        return outputs, states

    def _read(self, state, with_c):
        """{dimension: c}, {dimension: h} of the recurrent dimensions."""
        if self._state_is_tuple:
            if len(state) != len(self._recurrent):
                raise ValueError(f"Expected state as a tuple of {len(self._recurrent)} element")
            parts = list(state)
        else:
            width, units = self._width_of_one_state(), self._num_units
            spans = [(0, units), (units, width - units)] if with_c else [(0, units)]
            cut = [
                [tf.slice(state, [0, k * width + begin], [-1, size]) for begin, size in spans]
                for k in range(len(self._recurrent))
            ]
            parts = cut if with_c else [h for (h,) in cut]
        if not with_c:
            return {}, dict(zip(self._recurrent, parts))
        return (dict(zip(self._recurrent, each)) for each in zip(*parts)) if parts else ({}, {})

    def _project(self, inputs, c, h, with_c):
        """Put projections of the input in the place of the input dimensions' h, and c where there is one."""
        if not self._from_input or known_width(inputs.shape) == 0:
            return
        pieces = tf.split(inputs, len(self._from_input), axis=1)
        shape = [known_width(pieces[0].shape), self._num_units]
        for k, piece in zip(self._from_input, pieces):
            h[k] = tf.matmul(piece, tf.get_variable(f"project_m_{k}", shape, dtype=inputs.dtype))
            if with_c:
                c[k] = tf.matmul(piece, tf.get_variable(f"project_c_{k}", shape, dtype=inputs.dtype))

    def _run(self, dimensions, c, h, new_h, new_state, makes_tied):
        """Run some dimensions, all of them on what was known before the first."""
        if not dimensions:
            return
        known = {**h, **new_h}
        own = known.get(self._num_dims - 1)  # a cell's h is that of the last dimension, its input the others'
        if self._num_dims > 1:
            others = tf.concat([known.get(k) for k in range(self._num_dims - 1)], 1)
        else:
            others = tf.zeros([own.get_shape().as_list()[0], 0], own.dtype)
        for k in dimensions:
            kind = "recurrent" if k in self._recurrent else "non_recurrent"
            with tf.variable_scope(kind if self._tied else f"{kind}/cell_{k}"):
                if self._tied and not (makes_tied and k == dimensions[0]):
                    tf.get_variable_scope().reuse_variables()
                if kind == "non_recurrent":
                    new_h[k] = self._dense(others, own)
                else:
                    new_h[k], new_state[k] = self._cells[k](others, (c[k], own) if k in c else own)

    def _dense(self, others, own):
        scope = tf.get_variable_scope()
        return fully_connected(
            tf.concat([others, own], 1) if self._num_dims > 1 else own,
            self._num_units,
            activation_fn=self._non_recurrent_fn,
            weights_initializer=scope.initializer or xavier_initializer(),
            weights_regularizer=scope.regularizer,
        )


class Grid1BasicRNNCell(GridRNNCell):
    """One dimension of BasicRNNCell."""

    def __init__(self, num_units, state_is_tuple=True, output_is_tuple=True):
        super().__init__(
            num_units, **_FIRST, cell_fn=_basic, state_is_tuple=state_is_tuple, output_is_tuple=output_is_tuple
        )


class Grid2BasicRNNCell(GridRNNCell):
    """Two dimensions of BasicRNNCell; with `non_recurrent_fn` the first is a dense layer."""

    def __init__(self, num_units, tied=False, non_recurrent_fn=None, state_is_tuple=True, output_is_tuple=True):
        super().__init__(
            num_units, 2, **_FIRST, **_dense_first(non_recurrent_fn), tied=tied, cell_fn=_basic,
            state_is_tuple=state_is_tuple, output_is_tuple=output_is_tuple,
        )  # fmt: skip


class Grid1BasicLSTMCell(GridRNNCell):
    """One dimension of BasicLSTMCell."""

    def __init__(self, num_units, forget_bias=1, state_is_tuple=True, output_is_tuple=True):
        super().__init__(
            num_units, **_FIRST, cell_fn=_basic_lstm(forget_bias), state_is_tuple=state_is_tuple,
            output_is_tuple=output_is_tuple,
        )  # fmt: skip


class Grid2BasicLSTMCell(GridRNNCell):
    """Two dimensions of BasicLSTMCell; with `non_recurrent_fn` the first is a dense layer."""

    def __init__(
        self, num_units, tied=False, non_recurrent_fn=None, forget_bias=1, state_is_tuple=True, output_is_tuple=True
    ):
        super().__init__(
            num_units, 2, **_FIRST, **_dense_first(non_recurrent_fn), tied=tied, cell_fn=_basic_lstm(forget_bias),
            state_is_tuple=state_is_tuple, output_is_tuple=output_is_tuple,
        )  # fmt: skip


class Grid1LSTMCell(GridRNNCell):
    """One dimension of LSTMCell."""

    def __init__(self, num_units, use_peepholes=False, forget_bias=1.0, state_is_tuple=True, output_is_tuple=True):
        super().__init__(
            num_units, **_FIRST, cell_fn=_lstm(use_peepholes, forget_bias), state_is_tuple=state_is_tuple,
            output_is_tuple=output_is_tuple,
        )  # fmt: skip


class _GridOfLSTMCells(GridRNNCell):
    _dimensions: int

    def __init__(
        self,
        num_units,
        tied=False,
        non_recurrent_fn=None,
        use_peepholes=False,
        forget_bias=1.0,
        state_is_tuple=True,
        output_is_tuple=True,
    ):
        super().__init__(
            num_units, self._dimensions, **_FIRST, **_dense_first(non_recurrent_fn), tied=tied,
            cell_fn=_lstm(use_peepholes, forget_bias), state_is_tuple=state_is_tuple, output_is_tuple=output_is_tuple,
        )  # fmt: skip


class Grid2LSTMCell(_GridOfLSTMCells):
    """Two dimensions of LSTMCell; with `non_recurrent_fn` the first is a dense layer."""

    _dimensions = 2


class Grid3LSTMCell(_GridOfLSTMCells):
    """Three dimensions of LSTMCell; with `non_recurrent_fn` the first is a dense layer."""

    _dimensions = 3


class Grid2GRUCell(GridRNNCell):
    """Two dimensions of GRUCell; with `non_recurrent_fn` the first is a dense layer."""

    def __init__(self, num_units, tied=False, non_recurrent_fn=None, state_is_tuple=True, output_is_tuple=True):
        super().__init__(
            num_units, 2, **_FIRST, **_dense_first(non_recurrent_fn), tied=tied, cell_fn=tf.nn.rnn_cell.GRUCell,
            state_is_tuple=state_is_tuple, output_is_tuple=output_is_tuple,
        )  # fmt: skip


def _dense_first(non_recurrent_fn):
    return {"non_recurrent_fn": non_recurrent_fn, "non_recurrent_dims": None if non_recurrent_fn is None else 0}


def _basic(units):
    return tf.nn.rnn_cell.BasicRNNCell(units)


def _basic_lstm(forget_bias):
    return lambda units: tf.nn.rnn_cell.BasicLSTMCell(units, forget_bias=forget_bias)


def _lstm(use_peepholes, forget_bias):
    return lambda units: tf.nn.rnn_cell.LSTMCell(units, use_peepholes=use_peepholes, forget_bias=forget_bias)


def _dimensions(given, num_dims) -> list[int]:
    """None, one number or several -> a sorted list."""
    given = [] if given is None else given
    found = sorted(set(given) if isinstance(given, (list, tuple)) else {given})
    if any(k < 0 or k >= num_dims for k in found):
        raise ValueError(f"Invalid dims: {found}. Must be in [0, {num_dims})")
    return found


def _side_by_side(tensors, dtype):
    return tf.concat(tensors, 1) if tensors else tf.zeros([0, 0], dtype)
