"""Queue-based input of tf.train, the readers, records and their parsing."""

import numpy as np

from core.harness import family, fetched, keys, numbers, variables

CASES, snippet = family()


def _drained(tf, tensors, most=100, steps=None):
    """Everything the tensors give until the end of the queue (or `steps` times), and the runners' names."""
    coordinator, found = tf.train.Coordinator(), []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        threads = tf.train.start_queue_runners(sess=session, coord=coordinator)
        try:
            while not coordinator.should_stop() and len(found) < (steps or most):
                found.append(session.run(tensors))
        except tf.errors.OutOfRangeError:
            found.append("end")
        finally:
            coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=5)
    runners = [runner.name for runner in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)]
    names = [t.name for t in (tensors if isinstance(tensors, (list, tuple)) else [tensors])]
    return found, runners, names, variables(tf, "local_variables"), keys(tf)


def _lines(name, *lines):
    with open(name, "w") as file:
        file.write("".join(line + "\n" for line in lines))


@snippet
def strings_in_order(tf):
    queue = tf.train.string_input_producer(["a", "b", "c"], num_epochs=2, shuffle=False)
    return _drained(tf, queue.dequeue())


@snippet
def strings_shuffled(tf):
    queue = tf.train.string_input_producer(["a", "b", "c", "d"], shuffle=True, seed=3, name="files")
    return _drained(tf, queue.dequeue(), steps=12)


@snippet
def strings_shuffled_by_the_graph(tf):
    return _drained(tf, tf.train.string_input_producer(["a", "b", "c", "d"], num_epochs=3).dequeue())


@snippet
def no_strings(tf):
    tf.train.string_input_producer([])


@snippet
def ranges(tf):
    queue = tf.train.range_input_producer(5, num_epochs=2, shuffle=True, seed=1)
    return _drained(tf, queue.dequeue())


@snippet
def slices(tf):
    images, labels = tf.constant(numbers(4, 2)), tf.constant([0, 1, 2, 3])
    pair = tf.train.slice_input_producer([images, labels], num_epochs=1, shuffle=True, seed=9)
    return _drained(tf, list(pair))


@snippet
def input_producers(tf):
    queue = tf.train.input_producer(tf.constant(numbers(3, 2)), num_epochs=1, shuffle=False, summary_name="left")
    return _drained(tf, queue.dequeue()), tf.train.limit_epochs(tf.constant(1), 2).name


@snippet
def batches(tf):
    i = tf.train.range_input_producer(7, num_epochs=1, shuffle=False).dequeue()
    x, label = tf.train.batch([i * 2, i], 3, allow_smaller_final_batch=True)
    return _drained(tf, [x, label]), [str(x.shape), str(label.shape)]


@snippet
def batches_of_a_dict(tf):
    i = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue()
    found = tf.train.batch({"a": i, "b": tf.cast(i, tf.float32)}, batch_size=2, num_threads=1, capacity=8)
    return _drained(tf, [found["a"], found["b"]]), sorted(found)


@snippet
def padded_batches(tf):
    i = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
    return _drained(tf, tf.train.batch([tf.fill([i], i)], 2, dynamic_pad=True))


@snippet
def enqueue_many(tf):
    found = tf.train.batch([tf.constant(numbers(4, 2))], 4, enqueue_many=True, shapes=[[2]], shared_name="s", name="b")
    return _drained(tf, found, steps=2)


@snippet
def shuffled_batches(tf):
    i = tf.train.range_input_producer(12, num_epochs=1, shuffle=False).dequeue()
    found = tf.train.shuffle_batch([i], 4, capacity=20, min_after_dequeue=11, seed=5)
    return _drained(tf, found)


@snippet
def shuffled_batches_by_the_graph(tf):
    i = tf.train.range_input_producer(12, num_epochs=1, shuffle=False).dequeue()
    x, y = tf.train.shuffle_batch([i, -i], batch_size=4, num_threads=1, capacity=20, min_after_dequeue=11)
    return _drained(tf, [x, y])


@snippet
def joined_batches(tf):
    parts = [[tf.constant([k], name="part%d" % k)] for k in range(2)]
    found = tf.train.batch_join(parts, 2, capacity=4)
    shuffled = tf.train.shuffle_batch_join(parts, 2, capacity=4, min_after_dequeue=1)
    kept = tf.train.maybe_batch([tf.constant(1)], tf.constant(True), 2)
    return [found.name, shuffled.name, kept.name, str(found.shape)], keys(tf)


@snippet
def text_lines(tf):
    _lines("a.txt", "head", "1,2.5,x", "2,3.5,y")
    _lines("b.txt", "head", "3,,z")
    queue = tf.train.string_input_producer(["a.txt", "b.txt"], num_epochs=1, shuffle=False)
    reader = tf.TextLineReader(skip_header_lines=1)
    key, value = reader.read(queue)
    columns = tf.decode_csv(value, record_defaults=[[0], [0.5], [""]])
    return _drained(tf, [key] + list(columns)), reader.reader_ref.name


@snippet
def several_lines_at_once(tf):
    _lines("a.txt", *"abcde")
    queue = tf.train.string_input_producer(["a.txt"], num_epochs=1)
    reader = tf.TextLineReader()
    keys_, values = reader.read_up_to(queue, 2)
    return _drained(tf, [keys_, values]), reader.supports_serialize


@snippet
def files_that_match(tf):
    _lines("a.txt", "line")
    queue = tf.train.string_input_producer(tf.train.match_filenames_once("*.txt", name="files"), num_epochs=1)
    found = _drained(tf, queue.dequeue())[0]
    return [name for name in found], variables(tf, "local_variables")


@snippet
def whole_files_and_fixed_records(tf):
    with open("r.bin", "wb") as file:
        file.write(bytes(bytearray(range(14))))
    names = ["r.bin"]
    fixed = tf.FixedLengthRecordReader(record_bytes=5, header_bytes=1, footer_bytes=3)
    _, value = fixed.read(tf.train.string_input_producer(names, num_epochs=1, shuffle=False))
    whole = tf.WholeFileReader().read(tf.train.string_input_producer(names, num_epochs=1, name="second"))
    found = _drained(tf, tf.decode_raw(value, tf.uint8))
    return found, [t.name for t in whole], tf.IdentityReader().reader_ref.name


def _example(tf, k):
    train = tf.train
    feature = {
        "id": train.Feature(int64_list=train.Int64List(value=[k])),
        "image": train.Feature(float_list=train.FloatList(value=numbers(4, seed=k))),
        "words": train.Feature(bytes_list=train.BytesList(value=[b"w"] * k)),
    }
    return train.Example(features=train.Features(feature=feature))


def _write(tf, name, count, options=None):
    with tf.python_io.TFRecordWriter(name, options) as writer:
        for k in range(count):
            writer.write(_example(tf, k).SerializeToString())


@snippet
def records(tf):
    _write(tf, "a.tfrecords", 3)
    queue = tf.train.string_input_producer(["a.tfrecords"], num_epochs=1)
    _, serialized = tf.TFRecordReader().read(queue)
    features = tf.parse_single_example(
        serialized,
        features={
            "id": tf.FixedLenFeature([], tf.int64),
            "image": tf.FixedLenFeature([2, 2], tf.float32),
            "missing": tf.FixedLenFeature([1], tf.string, default_value="none"),
            "words": tf.VarLenFeature(tf.string),
        },
    )
    names = sorted(
        (key, value.name if hasattr(value, "name") else value.values.name) for key, value in features.items()
    )
    words = tf.sparse_tensor_to_dense(features["words"], default_value="")
    return _drained(tf, [features["id"], features["image"], features["missing"], words]), names


@snippet
def compressed_records(tf):
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    _write(tf, "a.gz", 3, options)
    read = [tf.train.Example.FromString(r) for r in tf.python_io.tf_record_iterator("a.gz", options)]
    queue = tf.train.string_input_producer(["a.gz"], num_epochs=1)
    _, serialized = tf.TFRecordReader(options=options).read(queue)
    many = tf.parse_example(tf.expand_dims(serialized, 0), {"id": tf.FixedLenFeature([1], tf.int64)})
    return [example.features.feature["id"].int64_list.value[0] for example in read], _drained(tf, many["id"])


@snippet
def sequence_examples(tf):
    train = tf.train
    lists = {
        "tokens": train.FeatureList(feature=[train.Feature(int64_list=train.Int64List(value=[k])) for k in (4, 5, 6)])
    }
    context = train.Features(feature={"length": train.Feature(int64_list=train.Int64List(value=[3]))})
    example = train.SequenceExample(context=context, feature_lists=train.FeatureLists(feature_list=lists))
    context_out, sequence = tf.parse_single_sequence_example(
        example.SerializeToString(),
        context_features={"length": tf.FixedLenFeature([], tf.int64)},
        sequence_features={"tokens": tf.FixedLenSequenceFeature([], tf.int64)},
    )
    tensors = [context_out["length"], sequence["tokens"]]
    return fetched(tf, *tensors), [t.name for t in tensors], str(tensors[1].shape)


@snippet
def queues_by_hand(tf):
    fifo = tf.FIFOQueue(5, [tf.int32, tf.float32], shapes=[[], [2]], name="fifo")
    put = fifo.enqueue([1, [0.5, 1.5]])
    more = fifo.enqueue_many([[2, 3], numbers(2, 2)])
    taken, several, size = fifo.dequeue(), fifo.dequeue_many(2), fifo.size()
    padding = tf.PaddingFIFOQueue(5, tf.int32, shapes=[[None]])
    put_padding = [padding.enqueue([[1]]), padding.enqueue([[1, 2, 3]])]
    padded = padding.dequeue_many(2)
    shuffled = tf.RandomShuffleQueue(10, 0, tf.int32, shapes=[[]], seed=2)
    put_shuffled, drawn = shuffled.enqueue_many([np.arange(8)]), shuffled.dequeue_many(8)
    ranked = tf.PriorityQueue(5, tf.string, shapes=[[]])
    put_ranked, first = [ranked.enqueue((5, "low")), ranked.enqueue((1, "high"))], ranked.dequeue()
    with tf.Session() as session:
        session.run(put)
        session.run(more)
        found = [session.run(size), session.run(taken), session.run(several), session.run(size)]
        for op in put_padding + [put_shuffled] + put_ranked:
            session.run(op)
        found += [session.run(padded), session.run(drawn), session.run(first)]
        session.run(fifo.close(cancel_pending_enqueues=True))
        closed = session.run(fifo.is_closed())
    return found, closed, [fifo.name, put.name, more.name, taken[0].name, several[1].name, size.name]


@snippet
def queue_runner(tf):
    queue = tf.FIFOQueue(10, tf.int32, shapes=[[]], name="q")
    runner = tf.train.QueueRunner(queue, [queue.enqueue(tf.constant(7))] * 2)
    tf.train.add_queue_runner(runner)
    item = queue.dequeue()
    with tf.Session() as session:
        coordinator = tf.train.Coordinator()
        threads = runner.create_threads(session, coord=coordinator, start=True, daemon=True)
        found = [session.run(item) for _ in range(3)]
        coordinator.request_stop()
        session.run(queue.close(cancel_pending_enqueues=True))
        coordinator.join(threads)
    return found, runner.name, len(threads), keys(tf), runner.exceptions_raised
