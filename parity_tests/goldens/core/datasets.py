"""tf.data as TF1 scripts use it: datasets, iterators, what they say of themselves."""

import numpy as np

from core.harness import family, numbers

CASES, snippet = family()


def _drained(tf, next_, session=None, most=50):
    session, found = session or tf.Session(), []
    try:
        while len(found) < most:
            found.append(session.run(next_))
    except tf.errors.OutOfRangeError:
        found.append("end")
    return found


def _once(tf, dataset, most=50):
    iterator = dataset.make_one_shot_iterator()
    next_ = iterator.get_next()
    said = [dataset.output_types, dataset.output_shapes, dataset.output_classes]
    said += [iterator.output_types, iterator.output_shapes, iterator.output_classes]
    names = [t.name for t in tf.data.experimental.get_structure(dataset) and _flat(next_)]
    return _drained(tf, next_, most=most), [_plain(tf, item) for item in said], names


def _flat(value):
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return [item for part in value for item in _flat(part)] if isinstance(value, tuple) else [value]


def _plain(tf, item):
    if isinstance(item, dict):
        return {key: _plain(tf, item[key]) for key in sorted(item)}
    if isinstance(item, tuple):
        return [_plain(tf, part) for part in item]
    return item.name if isinstance(item, tf.DType) else item.__name__ if isinstance(item, type) else str(item)


@snippet
def slices_in_batches(tf):
    dataset = tf.data.Dataset.from_tensor_slices((numbers(5, 2), np.arange(5))).repeat(2).batch(4)
    return _once(tf, dataset)


@snippet
def remainder_dropped(tf):
    return _once(tf, tf.data.Dataset.from_tensor_slices({"x": numbers(5, 2), "y": np.arange(5)}).batch(2, True))


@snippet
def mapped(tf):
    dataset = tf.data.Dataset.range(4).map(lambda x: (x * 2, tf.cast(x, tf.float32)), num_parallel_calls=2).prefetch(1)
    return _once(tf, dataset.filter(lambda x, y: x > 0).skip(1).take(2))


@snippet
def shuffled(tf):
    return _once(tf, tf.data.Dataset.range(10).shuffle(10, seed=4))


@snippet
def shuffled_by_the_graph(tf):
    return _once(tf, tf.data.Dataset.range(10).shuffle(buffer_size=5).batch(3))


@snippet
def shuffled_every_epoch(tf):
    dataset = tf.data.Dataset.range(6).shuffle(6, seed=4, reshuffle_each_iteration=True).batch(6).repeat(3)
    same = tf.data.Dataset.range(6).shuffle(6, seed=4, reshuffle_each_iteration=False).batch(6).repeat(3)
    return _once(tf, dataset), _once(tf, same)


@snippet
def shuffled_then_repeated(tf):
    seeded = tf.data.Dataset.range(6).shuffle(6, seed=4).repeat(3).batch(6)
    return _once(tf, seeded)


@snippet
def shuffled_then_repeated_by_the_graph(tf):
    return _once(tf, tf.data.Dataset.range(6).shuffle(6).repeat(3).batch(6))


@snippet
def padded(tf):
    dataset = tf.data.Dataset.range(1, 6).map(lambda x: (tf.fill([x], x), x))
    first = dataset.padded_batch(2, padded_shapes=([None], []))
    second = dataset.padded_batch(2, ([7], []), padding_values=(tf.constant(-1, tf.int64), tf.constant(0, tf.int64)))
    third = dataset.padded_batch(2, (tf.TensorShape([None]), tf.TensorShape([])), drop_remainder=True)
    return [_once(tf, found) for found in (first, second, third)]


@snippet
def generated(tf):
    def rows():
        for k in range(3):
            yield [k] * (k + 1), k

    dataset = tf.data.Dataset.from_generator(rows, (tf.int32, tf.int64), (tf.TensorShape([None]), tf.TensorShape([])))
    bare = tf.data.Dataset.from_generator(lambda: iter([1, 2]), tf.float32)
    with_args = tf.data.Dataset.from_generator(lambda n: range(n), output_types=tf.int32, args=(3,))
    return _once(tf, dataset), _once(tf, bare), _once(tf, with_args)


@snippet
def zipped(tf):
    first, second = tf.data.Dataset.range(3), tf.data.Dataset.from_tensor_slices(["a", "b", "c", "d"])
    dataset = tf.data.Dataset.zip((first, (second, first)))
    return (
        _once(tf, dataset),
        _once(tf, tf.data.Dataset.zip({"a": first, "b": second})),
        _once(tf, first.concatenate(first)),
    )


@snippet
def text_lines(tf):
    for name in "ab":
        with open(name + ".txt", "w") as file:
            file.write("head\n%s1 x\n%s2 y\n" % (name, name))
    whole = tf.data.TextLineDataset(["a.txt", "b.txt"])
    names = tf.data.Dataset.list_files("*.txt", shuffle=False)
    each = names.flat_map(lambda name: tf.data.TextLineDataset(name).skip(1))
    words = each.map(lambda line: tf.string_split([line]).values)
    woven = names.interleave(tf.data.TextLineDataset, cycle_length=2, block_length=1)
    return [_once(tf, found) for found in (whole, each, words, woven)]


@snippet
def records(tf):
    with tf.python_io.TFRecordWriter("r") as writer:
        for k in range(3):
            feature = {"k": tf.train.Feature(int64_list=tf.train.Int64List(value=[k]))}
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    dataset = tf.data.TFRecordDataset(["r"]).map(
        lambda record: tf.parse_single_example(record, {"k": tf.FixedLenFeature([], tf.int64)})
    )
    with open("f", "wb") as file:
        file.write(b"abcdef")
    return _once(tf, dataset), _once(tf, tf.data.FixedLengthRecordDataset("f", 2))


@snippet
def initializable(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    dataset = tf.data.Dataset.from_tensor_slices(x).batch(2)
    iterator = dataset.make_initializable_iterator()
    again = tf.data.make_initializable_iterator(dataset, shared_name="shared")
    next_ = iterator.get_next(name="rows")
    with tf.Session() as session:
        session.run(iterator.initializer, {x: numbers(3, 2)})
        first = _drained(tf, next_, session)
        session.run(iterator.initializer, {x: numbers(2, 2, seed=1)})
        return first, _drained(tf, next_, session), next_.name, iterator.initializer.name, again.initializer.name


@snippet
def not_initialized(tf):
    next_ = tf.data.Dataset.range(3).make_initializable_iterator().get_next()
    tf.Session().run(next_)


@snippet
def one_shot_over_a_placeholder(tf):
    tf.data.Dataset.from_tensor_slices(tf.placeholder(tf.float32, [3])).make_one_shot_iterator()


@snippet
def one_shot_over_a_variable(tf):
    v = tf.Variable(1.0)
    tf.data.Dataset.range(3).map(lambda x: v).make_one_shot_iterator()


@snippet
def reinitializable(tf):
    train, test = tf.data.Dataset.range(3), tf.data.Dataset.range(10, 12)
    iterator = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
    next_ = iterator.get_next()
    starts = [iterator.make_initializer(dataset) for dataset in (train, test)]
    named = iterator.make_initializer(test, name="start_test")
    with tf.Session() as session:
        found = []
        for start in starts:
            session.run(start)
            found.append(_drained(tf, next_, session))
    return found, next_.name, named.name, starts[0].name


@snippet
def feedable(tf):
    train, test = tf.data.Dataset.range(3), tf.data.Dataset.range(10, 12)
    handle = tf.placeholder(tf.string, shape=[])
    iterator = tf.data.Iterator.from_string_handle(handle, train.output_types, train.output_shapes)
    next_ = iterator.get_next()
    first, second = train.make_one_shot_iterator(), test.make_initializable_iterator()
    with tf.Session() as session:
        handles = session.run([first.string_handle(), second.string_handle("name")])
        session.run(second.initializer)
        return [session.run(next_, {handle: handles[k]}) for k in (0, 1, 0, 1)], next_.name


@snippet
def more_transformations(tf):
    data = tf.data.Dataset
    batched = data.range(6).batch(2)
    experimental = tf.data.experimental
    found = [
        data.from_tensors(numbers(2)).repeat(2),
        data.range(2).flat_map(lambda x: data.from_tensors(x).repeat(2)),
        data.range(5).window(2, 1, drop_remainder=True).flat_map(lambda w: w.batch(2)),
        data.range(6).shard(2, 1).cache(),
        batched.apply(experimental.unbatch()),
        data.range(4).apply(experimental.map_and_batch(lambda x: x + 1, 2)),
        data.range(4).apply(experimental.shuffle_and_repeat(4, 2, seed=3)),
        data.range(3).apply(experimental.enumerate_dataset()),
        data.range(8).apply(experimental.group_by_window(lambda x: x % 2, lambda k, d: d.batch(4), 4)),
        data.range(1, 7).map(lambda x: tf.fill([x], x)).apply(
            experimental.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3, 5], [2, 2, 2])
        ),
        data.range(3).apply(experimental.scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s))),
        data.range(3).map(lambda x: tf.py_func(lambda v: v * 2, [x], tf.int64)),
    ]  # fmt: skip
    return [_once(tf, dataset) for dataset in found]


@snippet
def sparse_elements(tf):
    rows = tf.data.Dataset.range(2).map(lambda x: tf.SparseTensor([[0, x]], [x], [1, 2]))
    next_ = rows.make_one_shot_iterator().get_next()
    said = [rows.output_classes.__name__, str(rows.output_shapes), rows.output_types.name]
    return _drained(tf, next_), said
