"""What scripts use of tf.contrib apart from its recurrent packages, each in a few lines, and how it is measured.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1
world of today, where `test_contrib.py` compares. GRAPHS builds graphs and returns the float tensors it
computes; PLAIN returns facts: numbers, texts, lists.
"""

import collections
import hashlib
import json
import os
import sys
import tempfile

import numpy as np

try:
    from snippet_table import Snippets
except ImportError:  # a test imports this file as part of its package
    from parity_tests.goldens.snippet_table import Snippets

SEED, STEPS, RATE = 7, 3, 0.2

GRAPHS = Snippets()
PLAIN = Snippets()
family = GRAPHS.family
graph = GRAPHS.enter
plain = PLAIN.enter


def numbers(*shape, **options):
    """Fixed float32 numbers in [-1, 1)."""
    random = np.random.RandomState(options.get("seed", 7))
    return random.uniform(-1, 1, shape).astype(np.float32)


def rows(tf, batch=4, width=5):
    return tf.constant(numbers(batch, width))


def images(tf):
    return tf.constant(numbers(2, 6, 6, 3))


def ids(tf):
    return tf.constant([[3, 1, 0, 4], [0, 0, 0, 0], [2, 2, 5, 1]])


# tf.contrib.layers: dense layers

LAYERS = {
    "fully_connected": lambda L, x: L.fully_connected(x, 3),
    "without_bias": lambda L, x: L.fully_connected(x, 3, activation_fn=None, biases_initializer=None),
    "normalized": lambda L, x: L.fully_connected(x, 3, normalizer_fn=L.batch_norm, normalizer_params={"scale": True}),
    "layer_normed": lambda L, x: L.fully_connected(x, 3, normalizer_fn=L.layer_norm),
    "regularized": lambda L, x: L.fully_connected(x, 3, weights_regularizer=L.l2_regularizer(0.1), scope="out"),
    "not_trainable": lambda L, x: [L.fully_connected(x, 3, trainable=False), L.linear(x, 2)],
    "rank_3": lambda L, x: L.fully_connected(x[None], 3),
    "linear": lambda L, x: L.linear(x, 3),
    "relu": lambda L, x: L.relu(x, 3, scope="a"),
    "relu6": lambda L, x: L.relu6(x, 3),
    "elu": lambda L, x: L.elu(x, 3),
    "stack": lambda L, x: L.stack(x, L.fully_connected, [3, 4, 2], scope="fc"),
    "stack_of_arguments": lambda L, x: L.stack(x, L.fully_connected, [(3, None), (2, None)]),
    "repeat": lambda L, x: L.repeat(x, 2, L.fully_connected, 3, scope="same"),
    "layer_norm": lambda L, x: L.layer_norm(x),
    "layer_norm_begin": lambda L, x: L.layer_norm(x[None], begin_norm_axis=2, scale=False),
    "batch_norm": lambda L, x: L.batch_norm(x, decay=0.9),
    "batch_norm_infer": lambda L, x: L.batch_norm(x, is_training=False, scale=True, center=False),
    "batch_norm_now": lambda L, x: L.batch_norm(x, updates_collections=None, scope="bn"),
    "bias_add": lambda L, x: L.bias_add(x),
    "unit_norm": lambda L, x: L.unit_norm(x, 1),
    "maxout": lambda L, x: L.maxout(x[:, :4], 2),
    "flatten": lambda L, x: L.fully_connected(L.flatten(x[:, None]), 2),
    "dropout": lambda L, x: L.fully_connected(L.dropout(x, 0.5), 2),
    "dropout_off": lambda L, x: L.dropout(x, 0.5, is_training=False),
    "legacy_fully_connected": lambda L, x: L.legacy_fully_connected(x, 3),
}


@family(LAYERS)
def layers(tf, layer):
    return layer(tf.contrib.layers, rows(tf))


IMAGE_LAYERS = {
    "conv2d": lambda L, x: L.conv2d(x, 4, 3),
    "conv2d_strided": lambda L, x: L.conv2d(x, 4, [3, 2], stride=2, padding="VALID", normalizer_fn=L.batch_norm),
    "conv1d": lambda L, x: L.conv1d(x[0], 4, 3),
    "conv2d_transpose": lambda L, x: L.conv2d_transpose(x, 2, 3, stride=2),
    "separable_conv2d": lambda L, x: L.separable_conv2d(x, 4, 3, 1),
    "max_pool2d": lambda L, x: L.max_pool2d(x, 2),
    "avg_pool2d": lambda L, x: L.avg_pool2d(x, [3, 3], stride=1, padding="SAME"),
    "instance_norm": lambda L, x: L.instance_norm(x),
    "group_norm": lambda L, x: L.group_norm(x, groups=3),
    "fused_batch_norm": lambda L, x: L.batch_norm(x, fused=True, scale=True),
    "batch_norm_conv": lambda L, x: L.batch_norm(x),
    "spatial_softmax": lambda L, x: L.spatial_softmax(x),
    "flatten_conv": lambda L, x: L.linear(L.flatten(L.max_pool2d(L.conv2d(x, 2, 3), 2)), 2),
}


@family(IMAGE_LAYERS)
def image_layers(tf, layer):
    return layer(tf.contrib.layers, images(tf))


@graph
def arg_scope_and_reuse(tf):
    layers, slim = tf.contrib.layers, tf.contrib.slim
    with slim.arg_scope([layers.fully_connected], activation_fn=tf.nn.tanh, weights_regularizer=slim.l2_regularizer(0.1)):
        with tf.variable_scope("net"):
            first = slim.fully_connected(rows(tf), 3, scope="fc")
        with tf.variable_scope("net", reuse=True):
            second = slim.fully_connected(-rows(tf), 3, scope="fc")
    return [first, second] + tf.losses.get_regularization_losses()


INITIALIZERS = {
    "xavier": lambda L: L.xavier_initializer(),
    "xavier_normal": lambda L: L.xavier_initializer(uniform=False),
    "xavier_seeded": lambda L: L.xavier_initializer(seed=3),
    "xavier_conv2d": lambda L: L.xavier_initializer_conv2d(),
    "scaling": lambda L: L.variance_scaling_initializer(),
    "scaling_out": lambda L: L.variance_scaling_initializer(factor=1.0, mode="FAN_OUT", uniform=True),
    "scaling_avg": lambda L: L.variance_scaling_initializer(mode="FAN_AVG"),
}


@family(INITIALIZERS)
def initializers(tf, initializer):
    """Two variables, so that the ops which the first one made count as well."""
    made = initializer(tf.contrib.layers)
    return [tf.get_variable(name, [4, 3], initializer=made) for name in "ab"]


REGULARIZERS = {
    "l1": lambda L: L.l1_regularizer(0.1),
    "l2": lambda L: L.l2_regularizer(0.2),
    "l1_l2": lambda L: L.l1_l2_regularizer(0.1, 0.2),
    "sum": lambda L: L.sum_regularizer([L.l1_regularizer(0.1), L.l2_regularizer(0.3)]),
}


@family(REGULARIZERS)
def regularizers(tf, regularizer):
    made = regularizer(tf.contrib.layers)
    weights = [tf.get_variable(name, [3, 2], regularizer=made) for name in "ab"]
    return [tf.contrib.layers.apply_regularization(made, weights)] + tf.losses.get_regularization_losses()


EMBEDDINGS = {
    "embed_sequence": lambda tf, L: L.embed_sequence(ids(tf), 6, 3),
    "embed_sequence_unique": lambda tf, L: L.embed_sequence(ids(tf), 6, 3, unique=True, scope="words"),
    "bow_encoder": lambda tf, L: L.bow_encoder(ids(tf), 6, 3),
    "bow_encoder_dense": lambda tf, L: L.bow_encoder(ids(tf), 6, 3, sparse_lookup=False),
    "one_hot_encoding": lambda tf, L: L.linear(L.one_hot_encoding(ids(tf)[0], 6), 2),
    "one_hot_of_2": lambda tf, L: L.one_hot_encoding(ids(tf)[0], 6, on_value=2.0, off_value=0.5),
    "embedding_lookup_unique": lambda tf, L: L.embedding_lookup_unique(tf.get_variable("e", [6, 3]), ids(tf)),
    "safe_lookup": lambda tf, L: L.safe_embedding_lookup_sparse([tf.get_variable("e", [6, 3])], sparse_ids(tf)),
    "safe_lookup_sum": lambda tf, L: L.safe_embedding_lookup_sparse(
        [tf.get_variable("e", [6, 3])], sparse_ids(tf), combiner="sum", default_id=2
    ),
}


def sparse_ids(tf):
    places = np.array([[0, 0], [0, 1], [2, 0], [3, 0]], np.int64)
    return tf.SparseTensor(tf.constant(places), tf.constant([4, 1, -1, 5], tf.int64), tf.constant([4, 2], tf.int64))


@family(EMBEDDINGS)
def embeddings(tf, build):
    return build(tf, tf.contrib.layers)


@graph
def embed_sequence_reused(tf):
    embed = tf.contrib.layers.embed_sequence
    return [embed(ids(tf), 6, 3, scope="e"), embed(ids(tf) + 0, reuse=True, scope="e")]


# optimize_loss: the loss returned by the train op, step by step, comes from `train` of the measurement


def _optimized(tf, **options):
    step = tf.train.get_or_create_global_step()
    weights = tf.get_variable("w", [5, 2])
    bias = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(tf.matmul(rows(tf), weights) + bias - 0.5))
    options = dict(dict(learning_rate=0.1, optimizer="SGD"), **options)
    train = tf.contrib.layers.optimize_loss(loss, step, **options)
    return {"train": train, "summaries": [op.op.name for op in tf.get_collection(tf.GraphKeys.SUMMARIES)]}


def _adaptive(tf):
    return sys.modules[tf.contrib.layers.optimize_loss.__module__].adaptive_clipping_fn()


OPTIMIZED = {
    "SGD": {},
    "Adam": {"optimizer": "Adam"},
    "Adagrad": {"optimizer": "Adagrad"},
    "Ftrl": {"optimizer": "Ftrl"},
    "Momentum": {"optimizer": lambda tf: lambda rate: tf.train.MomentumOptimizer(rate, 0.9)},
    "RMSProp": {"optimizer": "RMSProp"},
    "class": {"optimizer": lambda tf: tf.train.AdamOptimizer},
    "instance": {"optimizer": lambda tf: tf.train.AdamOptimizer(0.05), "learning_rate": None},
    "without_rate": {"optimizer": lambda tf: lambda: tf.train.GradientDescentOptimizer(0.3), "learning_rate": None},
    "clipped": {"clip_gradients": 0.1},
    "adaptive": {"clip_gradients": lambda tf: _adaptive(tf)},
    "decayed": {"learning_rate_decay_fn": lambda tf: lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5)},
    "noise": {"gradient_noise_scale": 0.1},
    "multiplied": {"gradient_multipliers": {"b": 3.0}},
    "all_summaries": {
        "summaries": ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"],
        "clip_gradients": 1.0,
    },
    "named": {"name": "train", "increment_global_step": False},
}


@family(OPTIMIZED)
def optimize_loss(tf, options):
    made = {key: value(tf) if callable(value) else value for key, value in options.items()}
    return _optimized(tf, **made)


# tf.contrib.crf


def crf_inputs(tf, steps=5, index=np.int32, known=True):
    scores = numbers(3, steps, 4)
    tags = np.random.RandomState(3).randint(0, 4, (3, steps)).astype(index)
    if not known:
        shapeless = tf.placeholder_with_default(scores, [None, None, 4])
        return shapeless, tf.placeholder_with_default(tags, [None, None]), tf.constant([0, min(2, steps), steps])
    return tf.constant(scores), tf.constant(tags), tf.constant([0, min(2, steps), steps])


CRF = {"5": {}, "1": {"steps": 1}, "2": {"steps": 2}, "int64": {"index": np.int64}, "unknown": {"known": False}}


@family(CRF)
def crf_log_likelihood(tf, options):
    crf = tf.contrib.crf
    inputs, tags, lengths = crf_inputs(tf, **options)
    likelihood, transitions = crf.crf_log_likelihood(inputs, tags, lengths)
    return [
        likelihood,
        transitions,
        crf.crf_sequence_score(inputs, tags, lengths, transitions),
        crf.crf_log_norm(inputs, lengths, transitions),
        crf.crf_unary_score(tags, lengths, inputs),
        crf.crf_binary_score(tags, lengths, transitions),
    ]


@family({"5": {}, "1": {"steps": 1}, "unknown": {"known": False}})
def crf_multitag(tf, options):
    inputs, tags, lengths = crf_inputs(tf, **options)
    bitmap = tf.logical_or(tf.cast(tf.one_hot(tags, 4), tf.bool), tf.constant([True, False, False, False]))
    transitions = tf.get_variable("transitions", [4, 4])
    lengths = tf.maximum(lengths, 1)  # of no step the norm is 0, and 0 has no gradient
    return tf.contrib.crf.crf_multitag_sequence_score(inputs, bitmap, lengths, transitions)


@family({"5": {}, "1": {"steps": 1}, "unknown": {"known": False}})
def crf_decode(tf, options):
    inputs, _, lengths = crf_inputs(tf, **options)
    transitions = tf.get_variable("transitions", [4, 4])
    tags, score = tf.contrib.crf.crf_decode(inputs, transitions, tf.maximum(lengths, 1))
    return [tf.to_float(tags), score]


@graph
def crf_cells(tf):
    crf, transitions = tf.contrib.crf, tf.get_variable("transitions", [4, 4])
    x, state = tf.constant(numbers(3, 4)), tf.constant(numbers(3, 4, seed=2))
    forward, decode = crf.CrfForwardRnnCell(transitions), crf.CrfDecodeForwardRnnCell(transitions)
    pointers, best = decode(x, state)
    back, _ = crf.CrfDecodeBackwardRnnCell(4)(pointers, tf.constant([[1], [3], [0]]))
    assert (forward.state_size, forward.output_size, decode.state_size, decode.output_size) == (4, 4, 4, 4)
    return [forward(x, state)[0], tf.to_float(pointers), best, tf.to_float(back)]


@plain
def viterbi_decode(tf):
    tags, score = tf.contrib.crf.viterbi_decode(numbers(6, 4), numbers(4, 4, seed=2))
    return {"tags": [int(tag) for tag in tags], "score": float(score), "type": type(tags).__name__}


# cells of cuDNN's kind


@family({name: name for name in ("CudnnCompatibleLSTMCell", "CudnnCompatibleGRUCell")})
def cudnn(tf, name):
    cell = getattr(tf.contrib.cudnn_rnn, name)(4)
    return tf.nn.dynamic_rnn(cell, tf.constant(numbers(2, 3, 5)), dtype=tf.float32)[0]


# tf.contrib.losses, metrics, opt, training

LOSSES = {
    "absolute_difference": lambda L, p, t: L.absolute_difference(p, t),
    "mean_squared_error": lambda L, p, t: L.mean_squared_error(p, t, weights=0.5),
    "mean_pairwise_squared_error": lambda L, p, t: L.mean_pairwise_squared_error(p, t),
    "softmax_cross_entropy": lambda L, p, t: L.softmax_cross_entropy(p, t, label_smoothing=0.1),
    "sigmoid_cross_entropy": lambda L, p, t: L.sigmoid_cross_entropy(p, t),
    "hinge_loss": lambda L, p, t: L.hinge_loss(p, t),
    "get_total_loss": lambda L, p, t: [L.mean_squared_error(p, t), L.get_total_loss()],
}


@family(LOSSES)
def losses(tf, loss):
    predicted = tf.contrib.layers.linear(rows(tf), 3)
    return loss(tf.contrib.losses, predicted, tf.constant(np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]))


OPTIMIZERS = {
    "AdaMaxOptimizer": lambda opt: opt.AdaMaxOptimizer(0.1),
    "AdamWOptimizer": lambda opt: opt.AdamWOptimizer(0.01, 0.1),
    "LazyAdamOptimizer": lambda opt: opt.LazyAdamOptimizer(0.1),
    "MomentumWOptimizer": lambda opt: opt.MomentumWOptimizer(0.01, 0.1, 0.9),
    "NadamOptimizer": lambda opt: opt.NadamOptimizer(0.1),
}


def _trained_by(tf, optimizer, use_resource):
    """A dense gradient, and one of an embedding of which some rows get none and one gets two; both are fixed,

    because rules that decay weights do so before, beside or after a gradient is computed from them."""
    with tf.variable_scope("", use_resource=use_resource):
        table, weights = tf.get_variable("e", [6, 3]), tf.get_variable("w", [3, 2])
    sparse = tf.IndexedSlices(tf.constant(numbers(4, 3)), tf.constant([3, 1, 3, 5]), tf.constant([6, 3]))
    return {
        "train": optimizer.apply_gradients([(sparse, table), (tf.constant(numbers(3, 2)), weights)]),
        "loss": tf.constant(0.0),
    }


@family(OPTIMIZERS)
def optimizers(tf, make):
    return _trained_by(tf, make(tf.contrib.opt), False)


@family(OPTIMIZERS)
def optimizers_of_resources(tf, make):
    return _trained_by(tf, make(tf.contrib.opt), True)


@graph
def moving_average_optimizer(tf):
    optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.3), 0.5)
    found = _trained_by(tf, optimizer, False)
    saver = optimizer.swapping_saver()
    found["swapped"] = sorted([name, variable.op.name] for name, variable in saver._var_list.items() if name[0] in "ew")
    return found


@graph
def extended_optimizer(tf):
    base = tf.contrib.opt.extend_with_decoupled_weight_decay(tf.train.RMSPropOptimizer)
    return _trained_by(tf, base(0.02, learning_rate=0.01), False)


@graph
def create_train_op(tf):
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_mean(tf.square(tf.contrib.layers.linear(rows(tf), 2) - 0.5))
    optimizer = tf.train.GradientDescentOptimizer(0.2)
    clip = tf.contrib.training.clip_gradient_norms_fn(0.1)
    return {"train": tf.contrib.training.create_train_op(loss, optimizer, step, transform_grads_fn=clip)}


@plain
def metrics(tf):
    m = tf.contrib.metrics
    labels, predicted = tf.constant([1, 0, 1, 1, 0]), tf.constant([1, 1, 0, 1, 0])
    scores = tf.constant([0.9, 0.6, 0.3, 0.8, 0.1])
    found = collections.OrderedDict(
        accuracy=[m.accuracy(predicted, labels)],
        confusion=[m.confusion_matrix(labels, predicted)],
        streaming_accuracy=m.streaming_accuracy(predicted, labels),
        streaming_mean=m.streaming_mean(scores),
        streaming_precision=m.streaming_precision(predicted, labels),
        streaming_recall=m.streaming_recall(predicted, labels),
        streaming_auc=m.streaming_auc(scores, labels),
        f1_score=m.f1_score(labels, scores),
        streaming_mse=m.streaming_mean_squared_error(scores, tf.to_float(labels)),
        set_size=[m.set_size(m.set_intersection(tf.constant([[1, 2, 3]]), tf.constant([[2, 3, 9]])))],
    )
    return {key: computed(tf, values[::-1])[::-1] for key, values in found.items()}


def computed(tf, tensors):
    """The tensors' values, one after the other, in a session of their own."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])
        return [text(session.run(tensor)) for tensor in tensors]


def text(value):
    """An array as what JSON holds."""
    value = np.asarray(value)
    if value.dtype.kind in "SO":
        return [each.decode() for each in value.ravel().tolist()]
    return value.tolist()


# tf.contrib.lookup, data, queues


@plain
def lookup(tf):
    table, words = tf.contrib.lookup, tf.constant(["b", "x", "a"])
    names = tf.constant(["a", "b", "c"])
    path = os.path.join(tempfile.mkdtemp(), "words")
    with open(path, "w") as file:
        file.write("a\nb\nc\n")
    hashed = table.HashTable(table.KeyValueTensorInitializer(["a", "b"], tf.constant([5, 6], tf.int64)), -7)
    mutable = table.MutableHashTable(tf.string, tf.int64, -1)
    with tf.control_dependencies([mutable.insert(words, tf.constant([1, 2, 3], tf.int64))]):
        grown = mutable.lookup(tf.constant(["a", "q", "x"]))
    dense = table.MutableDenseHashTable(tf.int64, tf.int64, default_value=-1, empty_key=-9, deleted_key=-8)
    with tf.control_dependencies([dense.insert(tf.constant([3, 4], tf.int64), tf.constant([30, 40], tf.int64))]):
        densely = dense.lookup(tf.constant([4, 5], tf.int64))
    return computed(
        tf,
        [
            table.index_table_from_tensor(names).lookup(words),
            table.index_table_from_tensor(mapping=names, num_oov_buckets=3, default_value=-2).lookup(words),
            table.index_table_from_file(path, num_oov_buckets=1).lookup(words),
            table.index_to_string_table_from_tensor(mapping=names, default_value="?").lookup(
                tf.constant([1, 9], tf.int64)
            ),
            table.index_to_string_table_from_file(path).lookup(tf.constant([1, 9], tf.int64)),
            table.string_to_index_table_from_tensor(mapping=names).lookup(words),
            table.string_to_index_table_from_file(path).lookup(words),
            table.string_to_index(words, names),
            table.index_to_string(tf.constant([2, 9], tf.int64), names),
            hashed.lookup(words),
            hashed.size(),
            grown,
            densely,
        ],
    )


@plain
def data(tf):
    d, numbers_ = tf.contrib.data, tf.data.Dataset.range
    window = lambda key, part: part.batch(3)  # noqa: E731
    datasets = [
        numbers_(7).apply(d.batch_and_drop_remainder(3)),
        numbers_(4).map(lambda n: tf.range(n)).apply(d.padded_batch_and_drop_remainder(3, [None])),
        numbers_(9).apply(d.group_by_window(lambda n: n % 2, window, 3)),
        numbers_(5).apply(d.map_and_batch(lambda n: n * n, 2)),
        numbers_(6).batch(2).apply(d.unbatch()),
        numbers_(6).apply(d.sliding_window_batch(3, window_shift=2)),
        numbers_(6).apply(d.sliding_window_batch(2, stride=1, window_stride=2)),
        numbers_(3).apply(d.enumerate_dataset(5)).map(lambda i, n: tf.stack([i, n])),
        numbers_(5).apply(d.scan(tf.constant(0, tf.int64), lambda total, n: (total + n, total + n))),
        numbers_(3).apply(d.parallel_interleave(lambda n: numbers_(n), cycle_length=1)),
        numbers_(9).map(lambda n: tf.range(n)).apply(
            d.bucket_by_sequence_length(lambda row: tf.shape(row)[0], [3, 6], [2, 2, 2])
        ),
        tf.data.Dataset.from_tensors(tf.constant([3, 3, 4])).apply(d.unbatch()).apply(d.unique()),
        d.Counter(2, 3).take(3),
    ]
    reducer = d.Reducer(lambda _: tf.constant(0, tf.int64), lambda total, n: total + n, lambda total: total)
    with tf.Session() as session:
        found = [drained(tf, session, dataset) for dataset in datasets]
        found.append(text(session.run(d.reduce_dataset(numbers_(5), reducer))))
        found.append(text(session.run(d.get_single_element(numbers_(1)))))
    return found


def drained(tf, session, dataset):
    following, found = dataset.make_one_shot_iterator().get_next(), []
    while True:
        try:
            found.append(text(session.run(following)))
        except tf.errors.OutOfRangeError:
            return found


@plain
def bucket_by_sequence_length(tf):
    """Every batch that comes out, sorted: how the queues' threads interleave is left to chance."""
    length = tf.train.range_input_producer(9, num_epochs=1, shuffle=False).dequeue()
    sequence = {"row": tf.range(length), "square": length * length}
    lengths, batch = tf.contrib.training.bucket_by_sequence_length(
        length, sequence, 2, [3, 6], capacity=8, dynamic_pad=True, allow_smaller_final_batch=True
    )
    names = [lengths.name, batch["row"].name, batch["square"].name, str(batch["row"].shape), str(lengths.shape)]
    return {"names": names, "batches": sorted(queued(tf, [lengths, batch["row"], batch["square"]]))}


@plain
def bucket(tf):
    number = tf.train.range_input_producer(12, num_epochs=1, shuffle=False).dequeue()
    which, batch = tf.contrib.training.bucket([number, -number], number % 3, [2, 3, 4], 3)
    names = [queue.name for queue in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)]
    return {"names": names, "shapes": str(batch[0].shape), "batches": sorted(queued(tf, [which] + batch))}


def queued(tf, tensors):
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        try:
            while True:
                found.append([text(value) for value in session.run(tensors)])
        except tf.errors.OutOfRangeError:
            coordinator.request_stop()
        coordinator.join(threads)
    return found


# HParams


def attempt(action):
    """What an action gives, or the name of its exception."""
    try:
        return str(action())
    except Exception as error:  # noqa: B902
        return type(error).__name__


def _hparams(tf):
    return tf.contrib.training.HParams(rate=0.1, units=3, sizes=[3, 5], cell="lstm", deep=True, nothing=None)


@plain
def hparams_values(tf):
    h = _hparams(tf)
    found = [str(h), repr(h), sorted(h.values().items(), key=str), h.to_json(sort_keys=True), "rate" in h, "no" in h]
    h.add_hparam("more", ["a", "b"])
    h.del_hparam("units")
    h.set_hparam("rate", 2)
    h.override_from_dict({"cell": "gru", "sizes": [1, 2, 3]})
    h.parse_json('{"rate": 0.25, "deep": false}')
    return [str(each) for each in found + [h, h.get("rate"), h.get("no", 5), h.get("rate", 1.0), h.rate, h.sizes]]


@plain
def hparams_parsed(tf):
    texts = [
        "rate=0.3", "rate=3", "units=4,cell=gru", "sizes=[1,2, 4]", "sizes=[]", "deep=false", "deep=0", "deep=2",
        "deep=maybe", "units=3.5", "units=x", "units=4,units=5", "no=3", "rate", "rate=", "cell=", "sizes=3",
        "sizes[0]=9", "units=[3]", "sizes[1]=[2]", "rate=1e-3, units=7", "units =8", "=3", "cell=a b", "",
    ]  # fmt: skip
    return [attempt(lambda each=each: _hparams(tf).parse(each)) for each in texts]


@plain
def hparams_parse_values(tf):
    parse = tf.contrib.training.parse_values
    types = {"a": int, "b": float, "c": str, "d": bool}
    texts = [
        "a=5,b=[1,2],c=x", "a[1]=3,a[2]=4", "a[1]=3,a[1]=4", "a=[1,2],a[0]=1", "a[0]=1,a=3", "d=True,b=-.5e2",
        "z=3,a=1", "c=[x, y],d=[true,false]",
    ]  # fmt: skip
    return [
        attempt(lambda each=each, known=known: sorted(parse(each, types, ignore_unknown=known).items()))
        for each in texts
        for known in (False, True)
    ]


@plain
def hparams_refused(tf):
    actions = [
        lambda h: h.set_hparam("units", 3.5), lambda h: h.set_hparam("units", True), lambda h: h.set_hparam("cell", 3),
        lambda h: h.set_hparam("rate", "a"), lambda h: h.set_hparam("sizes", 3), lambda h: h.set_hparam("rate", [3.0]),
        lambda h: h.set_hparam("no", 3), lambda h: h.set_hparam("deep", 1), lambda h: h.set_hparam("nothing", 9),
        lambda h: h.add_hparam("rate", 3), lambda h: h.add_hparam("parse", 3), lambda h: h.add_hparam("list", []),
        lambda h: h.get("rate", "x"), lambda h: h.get("sizes", 3), lambda h: h.get("sizes", [3]), lambda h: h.missing,
        lambda h: h.del_hparam("missing"), lambda h: h.set_hparam("sizes", (1, 2)),
    ]  # fmt: skip
    return [attempt(lambda each=each: each(_hparams(tf))) for each in actions]


@plain
def hparams_message(tf):
    HParams = tf.contrib.training.HParams
    h = HParams(rate=0.5, units=3, sizes=[3, 5], cell="lstm", deep=True, names=["a", "b"], parts=[0.5, 0.25])
    message = h.to_proto()
    back = HParams.from_proto(message)
    written = [message.hparam[name].SerializeToString().decode("latin1") for name in sorted(message.hparam)]
    return [str(sorted(message.hparam)), written, str(sorted(back.values().items()))]


# tf.contrib.learn


@plain
def vocabulary_processor(tf):
    texts = ["The cat sat on the mat", "TensorFlow-1 isn't a HTMLParser, is it?", "a cat, a mat, a 'cat'", ""]
    learn = tf.contrib.learn.preprocessing
    found = []
    for options in ({}, {"min_frequency": 1}, {"tokenizer_fn": lambda lines: (line.split(" ") for line in lines)}):
        processor = learn.VocabularyProcessor(5, **options)
        found.append([row.tolist() for row in processor.fit_transform(texts)])
        found.append([row.tolist() for row in processor.transform(["a new cat sat"])])
        found.append([len(processor.vocabulary_), sorted(processor.vocabulary_._mapping.items())])
        found.append(list(processor.reverse(processor.transform(texts))))
    path = os.path.join(tempfile.mkdtemp(), "vocabulary")
    processor = learn.VocabularyProcessor(4).fit(texts)
    processor.save(path)
    found.append([row.tolist() for row in learn.VocabularyProcessor.restore(path).transform(texts)])
    return found


@plain
def categorical_vocabulary(tf):
    vocabulary = tf.contrib.learn.preprocessing.CategoricalVocabulary(unknown_token="?")
    for word in "b a b c a b d 3".split() + [3, 3]:
        vocabulary.add(word)
    found = [[vocabulary.get(word) for word in ("a", "b", "c", "?", 3)], vocabulary.reverse(2), len(vocabulary)]
    vocabulary.trim(1)
    vocabulary.freeze()
    found += [[vocabulary.get(word) for word in ("a", "b", "c", 3)], vocabulary.reverse(1), len(vocabulary)]
    return found + [attempt(lambda: tf.contrib.learn.preprocessing.CategoricalVocabulary("?", False).reverse(0))]


@plain
def byte_processor(tf):
    processor = tf.contrib.learn.preprocessing.ByteProcessor(6)
    rows_ = list(processor.fit_transform(["abc", u"na\u00efvet\u00e9", b"raw", ""]))
    return [[row.tolist() for row in rows_], [str(row.dtype) for row in rows_], list(processor.reverse(rows_))]


@plain
def learn_graph_actions(tf):
    learn, path = tf.contrib.learn, os.path.join(tempfile.mkdtemp(), "model")
    with tf.Graph().as_default():
        x, v = tf.placeholder(tf.float32, [2]), tf.get_variable("v", initializer=[1.0, 2.0])
        y, q = x * v + 1, tf.train.range_input_producer(3, shuffle=False).dequeue()
        with tf.Session() as session:
            session.run(v.assign([3.0, 4.0]))
            tf.train.Saver().save(session, path)
        found = [
            learn.run_n({"y": y}, feed_dict={x: [1, 2]}, n=2),
            learn.run_n({"q": q, "v": v}, n=4),
            learn.run_n({"v": v}, None, path),
            learn.run_n({"y": y}, n=0),
            learn.run_n({"both": [v, 2 * v], "under": {"v": v}}, n=1),
            learn.run_feeds({"y": y}, [{x: [1, 2]}, {x: [0, 0]}]),
            learn.infer(path, {"y": y}, {x: [1, 2]}),
        ]
        found += [attempt(lambda: learn.run_n({})), attempt(lambda: learn.run_feeds({"y": y}, []))]
    return json.loads(json.dumps(found, default=lambda value: value.tolist()))


@plain
def iris(tf):
    found = tf.contrib.learn.datasets.load_dataset("iris")
    digest = hashlib.sha256(np.ascontiguousarray(found.data, "<f8").tobytes()).hexdigest()
    return [digest, found.target.tolist(), str(found.data.dtype), str(found.target.dtype), list(found._fields)]


@plain
def csv_files(tf):
    base = tf.contrib.learn.datasets.base
    folder = tempfile.mkdtemp()
    path, bare = os.path.join(folder, "with.csv"), os.path.join(folder, "without.csv")
    with open(path, "w") as file:
        file.write("3,2,a,b\n1,2.5,0\n3,4.5,1\n5,6.5,2\n")
    with open(bare, "w") as file:
        file.write("1,2.5,0\n3,4.5,1\n5,6.5,2\n")
    base.shrink_csv(bare, 2)
    small = os.path.join(folder, "without_small.csv")
    return [
        [each.tolist() for each in base.load_csv_with_header(path, np.int64, np.float32)],
        [each.tolist() for each in base.load_csv_with_header(path, np.float32, np.float32, target_column=0)],
        [each.tolist() for each in base.load_csv_without_header(bare, np.int64, np.float32)],
        open(small).read().split(),
        base.maybe_download("with.csv", folder, "http://no.such.host/") == path,
    ]


# tf.contrib.predictor, projector, framework


@plain
def predictor(tf):
    folder = os.path.join(tempfile.mkdtemp(), "model")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        y = tf.add(x, 1.0, name="y")
        tf.saved_model.simple_save(session, folder, {"in": x}, {"out": y})
    load = tf.contrib.predictor.from_saved_model
    predict = load(folder)
    by_tensor = load(folder, input_names={"a": "x:0"}, output_names={"b": "y:0"})
    return [
        predict({"in": [[1.0, 2.0]]})["out"].tolist(),
        by_tensor({"a": [[3.0, 4.0]]})["b"].tolist(),
        sorted(predict.feed_tensors) + sorted(predict.fetch_tensors),
        repr(predict)[:60],
        attempt(lambda: predict({"no": 3})),
        attempt(lambda: load(folder, input_names={"a": "x:0"})),
        attempt(lambda: load(folder, signature_def_key="a", input_names={}, output_names={})),
        isinstance(predict.session, tf.Session) and predict.graph is predict.session.graph,
    ]


@plain
def projector(tf):
    projector, folder = tf.contrib.tensorboard.plugins.projector, tempfile.mkdtemp()
    config = projector.ProjectorConfig()
    config.model_checkpoint_path = "model.ckpt"
    embedding = config.embeddings.add()
    embedding.tensor_name = "embeddings"
    embedding.metadata_path = "words.tsv"
    embedding.sprite.image_path = "sprite.png"
    embedding.sprite.single_image_dim.extend([28, 28])
    projector.visualize_embeddings(tf.summary.FileWriter(folder), config)
    with open(os.path.join(folder, "projector_config.pbtxt")) as file:
        return [file.read(), config.SerializeToString().decode("latin1")]


@plain
def framework(tf):
    f = tf.contrib.framework
    x = tf.placeholder(tf.float32, [2], name="x")
    step = f.get_or_create_global_step()
    added = f.py_func(
        lambda a, b: {"sum": a + b, "same": a},
        [x],
        {"b": tf.constant([1.0, 2.0])},
        {"sum": tf.float32, "same": tf.float32},
        {"sum": [2], "same": [2]},
    )
    with tf.variable_scope("a"):
        f.model_variable("v", [2])
        f.local_variable(tf.constant(3.0), name="l")
    with tf.Session() as session:
        found = session.run(added, {x: [5.0, 6.0]})
    return [
        [found[key].tolist() for key in sorted(found)],
        str(added["sum"].shape),
        [v.name for v in f.get_variables()],
        [v.name for v in f.get_model_variables("a")],
        [v.name for v in f.get_variables_by_name("v")],
        [v.name for v in f.get_local_variables()],
        [v.name for v in f.filter_variables(f.get_variables(), include_patterns=["a/"])],
        [p.name for p in f.get_placeholders(tf.get_default_graph())],
        step.name,
        f.nest.flatten([1, (2, 3)]),
        text(computed(tf, [f.smart_cond(True, lambda: tf.constant(1), lambda: tf.constant(2))])[0]),
        f.prepend_name_scope("a", "b"),
    ]


@plain
def layer_collections(tf):
    """What layers put into the graph's collections, and the summaries of it."""
    layers = tf.contrib.layers
    with tf.variable_scope("net"):
        y = layers.fully_connected(rows(tf), 3, weights_regularizer=layers.l2_regularizer(0.1), outputs_collections="o")
        layers.batch_norm(y)
    layers.summarize_activation(y)
    layers.summarize_tensor(tf.constant(1.0, name="scalar"))
    layers.summarize_tensors([y])
    layers.summarize_collection(tf.GraphKeys.WEIGHTS)
    layers.summarize_activations()
    graph = tf.get_default_graph()
    return {
        str(key): [getattr(item, "name", str(item)) for item in graph.get_collection(key)]
        for key in sorted(map(str, graph.get_all_collection_keys()))
    }


@plain
def optimizer_tables(tf):
    layers = tf.contrib.layers
    return [sorted(layers.OPTIMIZER_CLS_NAMES), layers.OPTIMIZER_SUMMARIES]


# measuring


def measure_all(tf, names=None):
    """{name: facts}, {name: arrays}; a snippet that fails has the fact `failed`."""
    facts, arrays = collections.OrderedDict(), collections.OrderedDict()
    for name in list(GRAPHS) + list(PLAIN) if names is None else names:
        found = arrays[name] = collections.OrderedDict()
        try:
            with tf.Graph().as_default():
                tf.set_random_seed(SEED)
                facts[name] = measure(tf, GRAPHS[name], found) if name in GRAPHS else {"is": PLAIN[name](tf)}
        except Exception as error:  # noqa: B902
            facts[name] = {"failed": "%s: %s" % (type(error).__name__, str(error)[:300])}
    return facts, arrays


def next_op_seed(tf):
    """The op seed that a random op gets, made now."""
    tf.random_normal([1])
    made = [op for op in tf.get_default_graph().get_operations() if op.type == "RandomStandardNormal"]
    return made[-1].get_attr("seed2")


def measure(tf, build, arrays):
    """Build a graph, start it from its own seeded weights, and train it.

    Facts: the variables (name, shape, trainable, hash of the start value), the op seed that a random op
    made after it gets, the other facts that the snippet returned. Arrays: what the snippet's tensors are,
    their gradients, the loss of each step.
    """
    built = build(tf)
    built = dict(built) if isinstance(built, dict) else {"tensors": built}
    tensors = built.pop("tensors", [])
    tensors = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
    train, loss = built.pop("train", None), built.pop("loss", None)
    facts = dict(built, seed=next_op_seed(tf))
    wanted = collections.OrderedDict(("tensor/%d" % k, tensor) for k, tensor in enumerate(tensors))
    trained = tf.trainable_variables()
    if train is None:
        loss = tf.add_n([tf.reduce_mean(tf.square(tensor - 0.25)) for tensor in tensors])
        found = zip(trained, tf.gradients(loss, trained))
        wanted.update(("gradient/" + v.name, tf.convert_to_tensor(g)) for v, g in found if g is not None)
        train = tf.train.GradientDescentOptimizer(RATE).minimize(loss) if len(wanted) > len(tensors) else loss
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        variables = tf.global_variables()
        starts = session.run(variables)
        facts["variables"] = [
            [v.name, list(value.shape), v in trained, hashlib.sha256(value.tobytes()).hexdigest()[:16]]
            for v, value in zip(variables, starts)
        ]
        arrays.update(session.run(wanted))
        losses = [session.run([train if loss is None else loss, train])[0] for _ in range(STEPS + 1)]
        arrays["losses"] = np.array(losses, np.float32)
        ends = zip(variables, session.run(variables))
        arrays.update(("end/" + v.name, value) for v, value in ends if value.dtype == np.float32)
    return facts
