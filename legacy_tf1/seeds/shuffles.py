"""A shuffle with a repeat right after it: the order of elements that TF 1.15 gave.

TF 1.15 fused the two before it ran them: one generator, started from the shuffle's two seeds, goes on from pass to
pass. Today's kernels start another one in every pass. So the elements flow through a buffer here, block by
block, and NumPy says which leave it. What holds, measured on 1.15.5:

- A draw is the generator's next number modulo the number of elements in the buffer. The element drawn leaves,
  the oldest one takes its place in the order, and the next element of the source comes in last.
- At a draw the buffer is full, or the source has ended: a pass is emptied before the next one takes part.
- Fused are a reshuffling `shuffle` and the `repeat` after it, if nothing but a `repeat(1)`, `take(-1)`, `skip(0)`,
  `prefetch(0)` or options stands between them. A `repeat(1)` is not; `shuffle_and_repeat` always is.
- An iterator that is initialised again starts the generator again.
- `Iterator.make_initializer` does not fuse, nor do iterators over datasets with options that say so.

Other than TF 1.15 it reads ahead of the buffer, by an eighth of it, and by 128 elements where it is small.

Source: tensorflow 1.15 core/kernels/data/shuffle_dataset_op.cc and
core/grappler/optimizers/data/shuffle_and_repeat_fusion.cc.
"""

from __future__ import annotations

import contextlib
import functools
import math

import numpy

from legacy_tf1.seeds import philox
from legacy_tf1.seeds.counting import add, last_id

__all__ = ["fused"]

# elements of more bytes, and those without a fixed shape, go through the buffer as pointers
_SMALL = 2**14
# elements that come in at once: a part of the buffer, not too few for speed, not too many for memory
_PART, _FEWEST, _MOST, _MOST_BYTES = 8, 128, 2**14, 2**24


@contextlib.contextmanager
def fused():
    """Shuffles with a repeat after them in TF 1.15's order, while the block runs."""
    # private: the one function that every `repeat` calls, and the class behind `shuffle_and_repeat`
    from tensorflow.python.data.experimental.ops import shuffle_ops
    from tensorflow.python.data.ops import dataset_ops, iterator_ops, repeat_op
    from tensorflow.python.eager import context
    from tensorflow.python.ops import gen_dataset_ops

    def repeated(repeat, dataset, count, name):
        shuffle, native = _shuffle_before(dataset), repeat(dataset, count, name)
        if shuffle is not None and _number(native._count) not in (0, 1):
            _put_in_order(native, shuffle)
        return native

    def shuffled_and_repeated(init, self, *args, **kwargs):
        init(self, *args, **kwargs)
        if _has_order(self):
            _put_in_order(self, self)

    def iterator(make, dataset, *args, **kwargs):
        return make(dataset if context.executing_eagerly() or _fuses(dataset) else _apart(dataset), *args, **kwargs)

    def initializer(make, self, dataset, *args, **kwargs):
        return make(self, _apart(dataset), *args, **kwargs)  # TF 1.15 does not optimize the dataset here

    def cardinality(count, variant, *args, **kwargs):
        return count(variant if context.executing_eagerly() else _of_today(variant), *args, **kwargs)

    hooks = (
        (repeat_op, "_repeat", repeated),
        (shuffle_ops._ShuffleAndRepeatDataset, "__init__", shuffled_and_repeated),
        (dataset_ops.DatasetV1, "_make_initializable_iterator", iterator),
        (dataset_ops.DatasetV1, "_make_one_shot_iterator", iterator),
        (iterator_ops.Iterator, "make_initializer", initializer),
        (gen_dataset_ops, "dataset_cardinality", cardinality),
    )
    with contextlib.ExitStack() as undo:
        for owner, name, hook in hooks:
            native = getattr(owner, name)
            setattr(owner, name, _hooked(native, hook))
            undo.callback(setattr, owner, name, native)
        yield


def _hooked(native, hook):
    @functools.wraps(native)
    def hooked(*args, **kwargs):
        return hook(native, *args, **kwargs)

    return hooked


def _fuses(dataset) -> bool:
    options = dataset.options().experimental_optimization
    asked = options.shuffle_and_repeat_fusion
    return options.apply_default_optimizations is not False if asked is None else asked


def _shuffle_before(dataset):
    """The seeded, reshuffling shuffle whose elements this dataset hands on; None where there is none."""
    while (inner := _unchanged(dataset)) is not None:
        dataset = inner
    is_shuffle = type(dataset).__name__ == "_ShuffleDataset" and dataset._reshuffle_each_iteration is not False
    return dataset if is_shuffle and _has_order(dataset) else None


# class of a dataset that may change nothing -> the attribute and its value where it does not
_IDLE = {
    "_RepeatDataset": ("_count", 1),
    "_TakeDataset": ("_count", -1),
    "_SkipDataset": ("_count", 0),
    "_PrefetchDataset": ("_buffer_size", 0),
}


def _unchanged(dataset):
    """The dataset that this one hands on as it is; None where it does something to it."""
    if type(dataset).__name__ == "DatasetV1Adapter":
        return dataset._dataset
    if type(dataset).__name__ == "_OptionsDataset":
        return dataset._input_dataset
    attribute, idle = _IDLE.get(type(dataset).__name__, (None, None))
    return dataset._input_dataset if attribute and _number(getattr(dataset, attribute)) == idle else None


def _number(value) -> int | None:
    from tensorflow.python.framework import tensor_util

    value = tensor_util.constant_value(value) if hasattr(value, "dtype") else value
    return None if value is None else int(value)


def _has_order(shuffle) -> bool:
    """Without any seed it is another one in every run, today as in TF 1.15; without a buffer there is an error."""
    size = _number(shuffle._buffer_size)
    return (_number(shuffle._seed), _number(shuffle._seed2)) != (0, 0) and (size is None or size > 0)


def _put_in_order(repeated, shuffle) -> None:
    """Let a dataset of today, which stays one for all who look at it, give its elements in TF 1.15's order.

    The ops that this takes are in a name scope of their own; TF 1.15 did not make them.
    """
    import tensorflow as tf
    from tensorflow.python.data.ops import dataset_ops

    with _uncounted("InOrder"):
        variant = _flow(shuffle, repeated._count)._variant_tensor
    if not tf.executing_eagerly():
        _note(variant.op, repeated._variant_tensor.op)
    dataset_ops.UnaryUnchangedStructureDataset.__init__(repeated, repeated._input_dataset, variant)


@contextlib.contextmanager
def _uncounted(scope: str):
    import tensorflow as tf

    graph = tf.compat.v1.get_default_graph()
    before = last_id(graph)
    with tf.name_scope(scope):
        yield
    add(graph, before - last_id(graph))


_APART = "_tf1_apart"  # attribute of a fused dataset's op: the op of today


def _note(op, native) -> None:
    from tensorflow.core.framework import attr_value_pb2

    op._set_attr(_APART, attr_value_pb2.AttrValue(s=native.name.encode()))


def _apart(dataset):
    """The dataset with every shuffle and repeat in it as today's kernels, which start again in every pass."""
    from tensorflow.python.data.ops import dataset_ops

    variant = _of_today(dataset._variant_tensor)
    if variant is dataset._variant_tensor:
        return dataset
    return dataset_ops.DatasetV1Adapter(dataset_ops._VariantDataset(variant, dataset.element_spec))


def _of_today(variant):
    """The same dataset made from today's kernels; itself where no other ones are behind it."""
    with _uncounted("Apart"):
        return _copied(variant, {})


def _copied(tensor, known: dict):
    import tensorflow as tf

    if tensor.dtype != tf.variant:
        return tensor
    if tensor.name not in known:
        known[tensor.name] = _copy(tensor, known)
    return known[tensor.name]


def _copy(tensor, known: dict):
    op = tensor.op
    if _APART in op.node_def.attr:
        return op.graph.get_operation_by_name(op.get_attr(_APART).decode()).outputs[0]
    inputs = [_copied(one, known) for one in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs)):
        return tensor
    attributes = {name: value for name, value in op.node_def.attr.items() if name != "_class"}
    types, name = [output.dtype for output in op.outputs], op.name.rpartition("/")[2]
    return op.graph.create_op(op.type, inputs, types, name=name, attrs=attributes, op_def=op.op_def).outputs[0]


def _flow(shuffle, count):
    """The dataset: elements, blocks of them, the blocks of all passes, rows that leave the buffer, elements."""
    import tensorflow as tf
    from tensorflow.python.data.util import nest

    source, spec = shuffle._input_dataset, shuffle.element_spec
    plain = _bytes(spec) <= _SMALL
    if plain:
        parts = nest.flatten(spec)
    else:
        source, parts = source.map(_unread(_pointed_to)), [tf.TensorSpec([], tf.variant)]
    blocks = source.batch(_block_size(shuffle._buffer_size, _bytes(spec)))
    blocks = blocks.map(_unread(lambda *block: (*nest.flatten(block), False)))
    end = tf.data.Dataset.from_tensors((*map(_none_of, parts), True))
    passes = blocks.concatenate(end).repeat(count)
    start = tuple(map(_empty_list, parts)), tf.zeros([0], tf.int64), tf.zeros([], tf.int64)
    left = passes.scan(start, _unread(_Buffer(shuffle, parts)))
    rows = left.take_while(_unread(lambda alive, *rows: alive)).map(_unread(lambda alive, *rows: rows)).unbatch()
    if plain:
        return rows.map(_unread(lambda *row: nest.pack_sequence_as(spec, row)))
    return rows.map(_unread(lambda pointer: _element(pointer, spec)))


def _unread(function):
    import tensorflow as tf

    return tf.autograph.experimental.do_not_convert(function)


def _bytes(spec) -> float:
    """The bytes of an element; infinite if it is not made of tensors with a fixed shape."""
    import tensorflow as tf
    from tensorflow.python.data.util import nest

    parts = nest.flatten(spec)
    dense = all(isinstance(part, tf.TensorSpec) and part.shape.is_fully_defined() for part in parts)
    if not parts or not dense or any(part.dtype in (tf.variant, tf.resource) for part in parts):
        return math.inf
    return sum(part.shape.num_elements() * part.dtype.size for part in parts)


def _block_size(buffer_size, size: float):
    import tensorflow as tf

    most = _MOST if size == math.inf else int(min(_MOST, max(_FEWEST, _MOST_BYTES // max(size, 1))))
    return tf.clip_by_value(buffer_size // _PART, _FEWEST, most)


def _pointed_to(*parts):
    import tensorflow as tf

    return tf.experimental.Optional.from_value(parts[0] if len(parts) == 1 else parts)._variant_tensor


def _element(pointer, spec):
    from tensorflow.python.data.ops import optional_ops

    return optional_ops._OptionalImpl(pointer, spec).get_value()


def _empty_list(part):
    import tensorflow as tf

    return tf.raw_ops.EmptyTensorList(element_shape=part.shape, max_num_elements=-1, element_dtype=part.dtype)


def _rows(elements, places, part):
    """`(places, ...)`: some of the elements of a list."""
    import tensorflow as tf

    rows = tf.raw_ops.TensorListGather(
        input_handle=elements, indices=places, element_shape=part.shape, element_dtype=part.dtype
    )
    rows.set_shape([None, *part.shape])
    return rows


def _none_of(part):
    import tensorflow as tf

    return _rows(_empty_list(part), tf.zeros([0], tf.int32), part)


class _Buffer:
    """What `scan` calls for every block of elements: those that leave the buffer now.

    Its state is the elements, one list for every tensor that an element is made of; their order, as places in
    the lists; and how many numbers have been drawn.
    """

    def __init__(self, shuffle, parts):
        self.shuffle, self.parts = shuffle, parts

    def __call__(self, state, block):
        import tensorflow as tf

        (lists, order, drawn), (*block, ended) = state, block
        size, more = tf.size(order), tf.shape(block[0])[0]
        given = order, more, ended, drawn, self.shuffle._buffer_size, self.shuffle._seed, self.shuffle._seed2
        kinds = [tf.int32, tf.int32, tf.int32, tf.int64]
        out, source, target, order = tf.numpy_function(leaving, given, kinds, stateful=False)
        for vector in (out, source, target, order):
            vector.set_shape([None])
        drawn += tf.size(out, tf.int64)
        rows, kept = [], []
        for elements, new, part in zip(lists, block, self.parts):
            elements = _put(elements, new, tf.range(size, size + more))
            rows.append(_rows(elements, out, part))
            elements = _put(elements, _rows(elements, source, part), target)
            kept.append(tf.raw_ops.TensorListResize(input_handle=elements, size=tf.size(order)))
        alive = tf.logical_not(ended & tf.equal(drawn, 0))  # else it would look for elements for ever
        return (tuple(kept), order, drawn), (alive, *rows)


def _put(elements, rows, places):
    import tensorflow as tf

    return tf.raw_ops.TensorListScatterIntoExistingList(input_handle=elements, tensor=rows, indices=places)


def leaving(order, more, ended, drawn, buffer_size, seed, seed2):
    """Which elements leave the buffer when others have come in behind them.

    Args:
        order: `(elements,)` places of the elements in the buffer, the oldest first.
        more: how many have come in, at the places from `len(order)` on.
        ended: the source gives no more in this pass: all leave.
        drawn: how many numbers have been drawn before.
        buffer_size: the most elements that it holds.
        seed: the generator's first seed; `seed2`: its second one.

    Returns:
        The places of the elements that leave, as they do; the places that elements move away from then, so that
        those which stay fill the first places; where they move to; and the new order.
    """
    elements = len(order) + int(more)
    order = [*order.tolist(), *range(len(order), elements)]
    draws = elements if ended else max(0, elements - int(buffer_size) + 1)
    held = numpy.minimum(buffer_size, elements - numpy.arange(draws))
    numbers = philox.numbers(int(seed), int(seed2), int(drawn), draws).astype(numpy.int64)
    out = []
    for oldest, one in enumerate((numpy.arange(draws) + numbers % held).tolist()):
        out.append(order[one])
        order[one] = order[oldest]
    order = numpy.array(order[draws:], numpy.int64)
    late = order >= len(order)
    source, target = order[late], numpy.setdiff1d(numpy.arange(len(order)), order)
    order[late] = target
    return tuple(places.astype(numpy.int32) for places in (numpy.array(out), source, target)) + (order,)
