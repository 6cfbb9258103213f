"""`tf.contrib.recurrent`: recurrent networks as one function call, whose backward pass computes every step anew.

Source: tensorflow 1.15, contrib/recurrent/python/ops/recurrent.py and functional_rnn.py. The loops are TensorFlow's
own For op on functions, as there, so a recurrence stays one op of the graph, and one for its gradients.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.framework.function import Defun, get_extra_args
from tensorflow.python.ops.functional_ops import For, If

__all__ = ["Recurrent", "bidirectional_functional_rnn", "functional_rnn"]


def __dir__():
    return __all__


def Recurrent(
    theta,
    state0,
    inputs,
    cell_fn,
    cell_grad=None,
    extras=None,
    max_input_length=None,
    use_tpu=False,
    aligned_end=False,
):
    """(states of all steps, final state) of `state, extras = cell_fn(theta, state, inputs[t])`.

    All structures are nested tuples, lists or dicts of tensors. The states are (time, ...), with zeros for steps
    that did not run.

    Args:
        inputs: each (time, ...).
        cell_grad: (theta, state, inputs[t], extras, gradient of the new state) -> gradients of the first three;
            by default those of `cell_fn`.
        extras: like those that `cell_fn` returns for its gradient.
        max_input_length: how many steps run.
        aligned_end: let those be the last steps, not the first.
    """
    if cell_grad is None and _is_one_step(inputs, max_input_length):
        state, _ = cell_fn(theta, state0, tf.nest.map_structure(lambda x: tf.squeeze(x, axis=0), inputs))
        return tf.nest.map_structure(lambda x: tf.expand_dims(x, axis=0), state), state
    _, found = cell_fn(theta, state0, _step(inputs, 0))
    if extras is None:
        extras = tf.nest.map_structure(tf.zeros_like, found)
    if max_input_length is None:
        max_input_length = tf.reduce_max(_time(inputs))
    forward = _forward(theta, state0, inputs, max_input_length, extras, cell_fn, cell_grad, aligned_end)
    made = _as_list(forward(*_flat(theta, state0, inputs, max_input_length, extras)))
    states, final, _ = _packed(made, state0, state0, extras)
    return states, final


def _is_one_step(inputs, max_input_length) -> bool:
    if not tf.is_tensor(max_input_length):
        return max_input_length == 1
    shapes = [x.shape for x in tf.nest.flatten(inputs)]
    return all(shape.rank is not None and shape.as_list()[0] == 1 for shape in shapes)


def _forward(theta, state0, inputs, max_input_length, extras, cell_fn, cell_grad, aligned_end):
    """The function of (theta, state0, inputs, max_input_length, extras) that runs all steps."""
    inside = (theta, state0, inputs, state0, extras)  # in the loop: with the states and extras of all steps

    @Defun(tf.int32, *_dtypes(*inside))
    def body(t, *flat):
        theta_, state, inputs_, states, all_extras = _packed(flat, *inside)
        new, made = cell_fn(theta_, state, _step(inputs_, t))
        return _flat(theta_, new, inputs_, _written(states, new, t), _written(all_extras, made, t))

    def gradients(op, *d_outputs):
        known = [tf.zeros_like(y) if d is None else d for y, d in zip(op.outputs, d_outputs)]
        d_states, d_final, _ = _packed(known, state0, state0, extras)
        states, _, all_extras = _packed(list(op.outputs), state0, state0, extras)
        theta_, state_, inputs_, length, _ = _packed(list(op.inputs), *whole)
        given = (theta_, state_, inputs_, length, states, all_extras, d_states, d_final)
        backward = _backward(*given, cell_grad or _gradients_of(cell_fn), aligned_end)
        return [*_as_list(backward(*_flat(*given))), *(tf.zeros_like(x) for x in tf.nest.flatten(extras))]

    whole = (theta, state0, inputs, max_input_length, extras)

    @Defun(*_dtypes(*whole), python_grad_func=gradients)
    def forward(*flat):
        theta_, state, inputs_, length, extras_ = _packed(flat, *whole)
        time = _time(inputs_)
        start, end = (time - length, time) if aligned_end else (0, length)
        looped = _flat(theta_, state, inputs_, _zeros(time, state), _zeros(time, extras_))
        _, final, _, states, all_extras = _packed(For(start, end, 1, looped, body), *inside)
        return _flat(states, final, all_extras)

    return forward


def _backward(theta, state0, inputs, length, states, extras, d_states, d_final, cell_grad, aligned_end):
    """The function of the first eight that goes back through all steps, for the gradients of the first four."""
    inside = (theta, state0, inputs, states, extras, d_states, theta, state0, inputs)
    one = (theta, state0, inputs, extras, state0)

    @Defun(*_dtypes(*one))
    def step(*flat):
        found = cell_grad(*_packed(flat, *one))
        if get_extra_args():
            raise ValueError(f"cell_grad may use its arguments only; it uses {get_extra_args()}.")
        return [
            tf.zeros_like(x) if d is None else d
            for x, d in zip(flat, _flat_with_none(found), strict=False)  # `flat` goes on with extras
        ]

    @Defun(*_dtypes(state0, state0))
    def the_first(*both):
        return list(both[: len(both) // 2])

    @Defun(*_dtypes(state0, state0))
    def the_second(*both):
        return list(both[len(both) // 2 :])

    @Defun(tf.int32, *_dtypes(*inside))
    def body(t, *flat):
        theta_, first, inputs_, states_, extras_, d_states_, d_theta, d_state, d_inputs = _packed(flat, *inside)
        before = _step(states_, tf.maximum(0, t - 1))
        before = If(tf.equal(t, 0), _flat(first, before), the_first, the_second)
        d_state = tf.nest.map_structure(tf.add, _step(d_states_, t), d_state)
        arguments = _flat(theta_, _as_list(before), _step(inputs_, t), _step(extras_, t), d_state)
        of_theta, d_state, of_inputs = _packed(_as_list(step(*arguments)), theta, state0, inputs)
        d_theta = tf.nest.map_structure(tf.add, d_theta, of_theta)
        return _flat(
            theta_, first, inputs_, states_, extras_, d_states_, d_theta, d_state, _written(d_inputs, of_inputs, t)
        )

    whole = (theta, state0, inputs, length, states, extras, d_states, d_final)

    @Defun(*_dtypes(*whole))
    def backward(*flat):
        theta_, state, inputs_, length_, states_, extras_, d_states_, d_state = _packed(flat, *whole)
        time = _time(inputs_)
        start, end = (time - 1, time - length_ - 1) if aligned_end else (length_ - 1, -1)
        empty = tf.nest.map_structure(tf.zeros_like, (theta_, inputs_))
        looped = _flat(theta_, state, inputs_, states_, extras_, d_states_, empty[0], d_state, empty[1])
        *_, d_theta, d_state, d_inputs = _packed(For(start, end, -1, looped, body), *inside)
        return _flat(d_theta, d_state, d_inputs, tf.zeros_like(length_))

    return backward


def _gradients_of(cell_fn):
    """The `cell_grad` of a cell: its step once more, and TensorFlow's gradients of it."""

    def cell_grad(theta, state0, inputs, extras, d_state):
        state, _ = cell_fn(theta, state0, inputs)
        return tf.gradients(_flat(state), _flat(theta, state0, inputs), _flat(d_state))

    return cell_grad


def _flat(*structures) -> list:
    return tf.nest.flatten(structures)


def _flat_with_none(gradients) -> list:
    return tf.nest.flatten(tuple(gradients))


def _packed(flat, *structures):
    return tf.nest.pack_sequence_as(structures, list(flat))


def _as_list(made) -> list:
    return list(made) if isinstance(made, (list, tuple)) else [made]


def _dtypes(*structures) -> list[tf.DType]:
    return [tf.convert_to_tensor(x).dtype for x in _flat(*structures)]


def _time(inputs):
    return tf.shape(tf.nest.flatten(inputs)[0])[0]


def _step(structure, t):
    t = tf.convert_to_tensor(t)
    return tf.nest.map_structure(lambda x: tf.gather(x, t), structure)


def _zeros(time, like):
    """(time, ...) of zeros for what is written step by step."""

    def zeros(x):
        return tf.raw_ops.Empty(shape=tf.concat([[time], tf.shape(x)], axis=0), dtype=x.dtype, init=True)

    return tf.nest.map_structure(zeros, like)


def _written(all_steps, new, t):
    """The same memory with row `t` exchanged: nothing else may read it between two steps."""

    def write(whole, x):
        return tf.raw_ops.InplaceUpdate(x=whole, i=[t], v=tf.expand_dims(x, 0))

    return tf.nest.map_structure(write, all_steps, new)


def functional_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    time_major=False,
    scope=None,
    use_tpu=False,
    reverse=False,
):
    """`tf.nn.dynamic_rnn` made of one call of `Recurrent`: (outputs, final state).

    Past a row's length the outputs are zero, and its final state is that of its last step; a row of length 0 ends with
    zeros, not with its first state. With `reverse` the final state is that of the last step for every row.
    """
    with tf.variable_scope(scope or "rnn"):
        if not time_major:
            inputs = tf.nest.map_structure(lambda x: tf.transpose(x, [1, 0, 2]), inputs)
        first = tf.nest.flatten(inputs)[0]
        batch = tf.shape(first)[1]
        if initial_state is None:
            initial_state = cell.zero_state(batch, dtype)
        run, theta, shape, place = _pure(cell, inputs, initial_state)
    longest = None if sequence_length is None else tf.reduce_max(sequence_length)
    if reverse:
        inputs = tf.reverse(inputs, [0])
    # an output that is no part of the state joins it, because Recurrent keeps the states of all steps
    outside = int(place is None)
    state0 = [tf.zeros(shape, _dtypes(initial_state)[0]), initial_state] if outside else initial_state

    def step(theta, state, inputs_t):
        made = run(*_flat(inputs_t), *_flat(state)[outside:], *theta)
        return tf.nest.pack_sequence_as(state0, _as_list(made)), []

    states, final = Recurrent(
        theta, state0, inputs, step, max_input_length=longest, use_tpu=use_tpu, aligned_end=reverse
    )
    states, final = tf.nest.flatten(states), tf.nest.flatten(final)[outside:]
    outputs = states[place or 0]
    if sequence_length is not None and not reverse:
        final = [_last(each, sequence_length) for each in states[outside:]]
    if reverse:
        outputs = tf.reverse(outputs, [0])
    outputs = tf.transpose(outputs, [1, 0, 2])
    outputs.set_shape([shape[0], first.shape[0], shape[1]])
    if sequence_length is not None:
        outputs = _cut(outputs, sequence_length)
    for each, template in zip(final, tf.nest.flatten(initial_state)):
        each.set_shape(template.shape)
    final = tf.nest.pack_sequence_as(initial_state, final)
    return tf.transpose(outputs, [1, 0, 2]) if time_major else outputs, final


def _pure(cell, inputs, initial_state):
    """A cell's step as a function without side effects.

    Returns:
        The function of (inputs, state, theta), theta, the output's shape and its place in the state, or None.
    """
    like = tf.nest.map_structure(lambda x: tf.stop_gradient(tf.gather(x, 0)), inputs)
    templates, found = (like, initial_state), {}

    @Defun(*_dtypes(inputs, initial_state))
    def step(*flat):
        for each, template in zip(flat, _flat(*templates)):
            each.set_shape(template.shape)
        output, state = cell(*_packed(flat, *templates))
        state = tf.nest.flatten(state)
        found["shape"] = output.shape
        found["place"] = next((k for k, each in enumerate(state) if each is output), None)
        return state if found["place"] is not None else [output, *state]

    theta = list(step.captured_inputs)
    step._extra_inputs = []  # from here on theta comes with every call; the traced function stays as it is
    return step, theta, found["shape"], found["place"]


def _within(sequence_length, time, batch, compare):
    """(batch, time): each step's number, compared with its row's length."""
    steps = tf.reshape(tf.tile(tf.range(0, time), [batch]), [batch, time])
    return compare(steps, tf.tile(tf.reshape(sequence_length, [-1, 1]), [1, time]))


def _cut(outputs, sequence_length):
    shape = tf.shape(outputs)
    batch, time, width = shape[0], shape[1], shape[2]
    kept = tf.cast(_within(sequence_length, time, batch, tf.less), outputs.dtype)
    return tf.tile(tf.expand_dims(kept, -1), [1, 1, width]) * outputs


def _last(states, sequence_length):
    """(time, batch, width) -> (batch, width): the state of each row's last step."""
    shape = tf.shape(states)
    time, batch = shape[0], shape[1]
    here = _within(sequence_length, time, batch, lambda step, length: tf.equal(step, length - 1))
    here = tf.transpose(tf.cast(here, states.dtype))
    return tf.reduce_sum(tf.multiply(tf.expand_dims(here, -1), states), 0)


def bidirectional_functional_rnn(
    cell_fw,
    cell_bw,
    inputs,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    sequence_length=None,
    time_major=False,
    use_tpu=False,
    fast_reverse=False,
    scope=None,
):
    """`tf.nn.bidirectional_dynamic_rnn` made of two calls of `functional_rnn`.

    Args:
        fast_reverse: turn whole sequences round, padding included.
    """
    axes = {"seq_axis": 0, "batch_axis": 1} if time_major else {"seq_axis": 1, "batch_axis": 0}

    def turned(x):
        if sequence_length is not None:
            return tf.reverse_sequence(x, sequence_length, **axes)
        if use_tpu:
            raise AssertionError("Bidirectional with variable sequence lengths unsupported on TPU")
        return tf.reverse(x, axis=[axes["seq_axis"]])

    options = {"sequence_length": sequence_length, "dtype": dtype, "time_major": time_major, "use_tpu": use_tpu}
    with tf.variable_scope(scope or "bidirectional_rnn"):
        with tf.variable_scope("fw") as fw:
            output_fw, state_fw = functional_rnn(cell_fw, inputs, initial_state=initial_state_fw, scope=fw, **options)
        with tf.variable_scope("bw") as bw:
            output_bw, state_bw = functional_rnn(
                cell_bw,
                inputs if fast_reverse else turned(inputs),
                initial_state=initial_state_bw,
                scope=bw,
                reverse=fast_reverse,
                **options,
            )
    return (output_fw, output_bw if fast_reverse else turned(output_bw)), (state_fw, state_bw)
