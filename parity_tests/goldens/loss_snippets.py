"""Small TF1 trainings, each in a few lines, from the graph seed alone: no weight is set from outside.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where `record_losses.py` makes the goldens,
and in the TF1 world, where `test_losses.py` compares. `CASES` maps a name to a function of the
`tensorflow` module that builds a graph and returns its loss, its optimizer and what to feed.
"""

import collections

import numpy as np

try:
    from snippet_table import Snippets
except ImportError:  # a test imports this file as part of its package
    from parity_tests.goldens.snippet_table import Snippets

SEED, STEPS = 7, 100
BATCH, TIME, WIDTH, UNITS, SYMBOLS = 8, 6, 6, 12, 11

CASES = Snippets()
family = CASES.family
case = CASES.enter


# what is fed: a task that a small network can learn


def numbers(*shape):
    return np.random.RandomState(sum(shape)).uniform(-1, 1, shape).astype(np.float32)


def symbols(*shape):
    return np.random.RandomState(sum(shape)).randint(0, SYMBOLS, shape).astype(np.int32)


def sequences(tf):
    """A placeholder (batch, time, width), targets (batch, 3), and the feed."""
    x = tf.placeholder(tf.float32, [None, TIME, WIDTH])
    y = tf.placeholder(tf.float32, [None, 3])
    values = numbers(BATCH, TIME, WIDTH)
    return x, y, {x: values, y: np.eye(3, dtype=np.float32)[(values[:, 0, 0] > 0) + (values[:, -1, 1] > 0) * 1]}


def _with(feed, placeholder, values):
    return dict([*feed.items(), (placeholder, values)])


def classified(tf, last, y):
    """The usual head: a projection and a softmax."""
    w = tf.Variable(tf.random_normal([int(last.shape[-1]), 3]))
    b = tf.Variable(tf.constant(0.1, shape=[3]))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=tf.matmul(last, w) + b, labels=y))


def adam(tf):
    return tf.train.AdamOptimizer(0.001)


# cells and wrappers


def _wrapped(inner="GRUCell", **keeps):
    def make(tf):
        return tf.nn.rnn_cell.DropoutWrapper(getattr(tf.nn.rnn_cell, inner)(UNITS), dtype=tf.float32, **keeps)

    return make


CELLS = {
    "BasicRNNCell": lambda tf: tf.nn.rnn_cell.BasicRNNCell(UNITS),
    "BasicLSTMCell": lambda tf: tf.nn.rnn_cell.BasicLSTMCell(UNITS),
    "LSTMCell": lambda tf: tf.nn.rnn_cell.LSTMCell(UNITS),
    "LSTMCell, all options": lambda tf: tf.nn.rnn_cell.LSTMCell(
        UNITS, use_peepholes=True, cell_clip=1.0, num_proj=7, proj_clip=1.0
    ),
    "GRUCell": lambda tf: tf.nn.rnn_cell.GRUCell(UNITS),
    "MultiRNNCell": lambda tf: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(UNITS) for _ in range(2)]),
    "LayerNormBasicLSTMCell": lambda tf: tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS),
    "LayerNormBasicLSTMCell, dropout": lambda tf: tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS, dropout_keep_prob=0.8),
    "LSTMBlockCell": lambda tf: tf.contrib.rnn.LSTMBlockCell(UNITS),
    "GRUBlockCell": lambda tf: tf.contrib.rnn.GRUBlockCell(UNITS),
    "GRUBlockCellV2": lambda tf: tf.contrib.rnn.GRUBlockCellV2(UNITS),
    "UGRNNCell": lambda tf: tf.contrib.rnn.UGRNNCell(UNITS),
    "IntersectionRNNCell": lambda tf: tf.contrib.rnn.IntersectionRNNCell(UNITS, num_in_proj=UNITS),
    "NASCell": lambda tf: tf.contrib.rnn.NASCell(UNITS),
    "CoupledInputForgetGateLSTMCell": lambda tf: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(UNITS),
    "GLSTMCell": lambda tf: tf.contrib.rnn.GLSTMCell(UNITS, number_of_groups=2),
    "SRUCell": lambda tf: tf.contrib.rnn.SRUCell(UNITS),
    "IndRNNCell": lambda tf: tf.contrib.rnn.IndRNNCell(UNITS),
    "IndyGRUCell": lambda tf: tf.contrib.rnn.IndyGRUCell(UNITS),
    "IndyLSTMCell": lambda tf: tf.contrib.rnn.IndyLSTMCell(UNITS),
    "AttentionCellWrapper": lambda tf: tf.contrib.rnn.AttentionCellWrapper(
        tf.contrib.rnn.GRUCell(UNITS), 3, state_is_tuple=True
    ),
    "HighwayWrapper": lambda tf: tf.contrib.rnn.HighwayWrapper(tf.contrib.rnn.GRUCell(WIDTH)),
    "ResidualWrapper": lambda tf: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.LSTMCell(WIDTH)),
    "InputProjectionWrapper": lambda tf: tf.contrib.rnn.InputProjectionWrapper(tf.contrib.rnn.GRUCell(UNITS), 4),
    "OutputProjectionWrapper": lambda tf: tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.GRUCell(UNITS), 4),
    "DropoutWrapper, variational": _wrapped(
        input_keep_prob=0.8, output_keep_prob=0.7, state_keep_prob=0.9, variational_recurrent=True, input_size=WIDTH
    ),
}


# In which order the iterations of a loop draw, real 1.15 leaves to its scheduler, so that two runs with
# one seed part; only parallel_iterations=1 defines it.
IN_ORDER = {"parallel_iterations": 1}

DROPOUTS = {
    "DropoutWrapper, output": _wrapped(output_keep_prob=0.5),
    "DropoutWrapper, all": _wrapped("LSTMCell", input_keep_prob=0.8, output_keep_prob=0.7, state_keep_prob=0.9),
}


@family(CELLS)
def dynamic_rnn(tf, cell):
    x, y, feed = sequences(tf)
    outputs, _ = tf.nn.dynamic_rnn(cell(tf), x, dtype=tf.float32)
    return classified(tf, outputs[:, -1], y), adam(tf), feed


@family(DROPOUTS)
def dynamic_rnn_in_order(tf, cell):
    x, y, feed = sequences(tf)
    outputs, _ = tf.nn.dynamic_rnn(cell(tf), x, dtype=tf.float32, **IN_ORDER)
    return classified(tf, outputs[:, -1], y), adam(tf), feed


@case
def dynamic_rnn_lengths(tf):
    x, y, feed = sequences(tf)
    lengths = tf.placeholder(tf.int32, [None])
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(UNITS), x, lengths, dtype=tf.float32)
    return classified(tf, state.h, y), adam(tf), _with(feed, lengths, 1 + symbols(BATCH) % TIME)


@case
def phased_lstm(tf):
    x, y, feed = sequences(tf)
    times = tf.placeholder(tf.float32, [None, TIME, 1])
    outputs, _ = tf.nn.dynamic_rnn(tf.contrib.rnn.PhasedLSTMCell(UNITS), (times, x), dtype=tf.float32)
    return classified(tf, outputs[:, -1], y), adam(tf), _with(feed, times, np.cumsum(1 + numbers(BATCH, TIME, 1), 1))


@case
def bidirectional(tf):
    x, y, feed = sequences(tf)
    cells = [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(UNITS), output_keep_prob=0.8) for _ in range(2)]
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x, dtype=tf.float32, **IN_ORDER)
    return classified(tf, tf.concat(outputs, 2)[:, -1], y), adam(tf), feed


@case
def static_bidirectional(tf):
    x, y, feed = sequences(tf)
    cells = [tf.contrib.rnn.LSTMCell(UNITS) for _ in range(2)]
    outputs, _, _ = tf.contrib.rnn.static_bidirectional_rnn(*cells, inputs=tf.unstack(x, TIME, 1), dtype=tf.float32)
    return classified(tf, outputs[-1], y), adam(tf), feed


@case
def block_fused(tf):
    x, y, feed = sequences(tf)
    outputs, _ = tf.contrib.rnn.LSTMBlockFusedCell(UNITS)(tf.transpose(x, [1, 0, 2]), dtype=tf.float32)
    return classified(tf, outputs[-1], y), adam(tf), feed


@case
def own_cell(tf):
    class Leaky(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = UNITS

        def call(self, inputs, state):
            new = 0.5 * state + 0.5 * tf.tanh(tf.layers.dense(tf.concat([inputs, state], 1), UNITS))
            return new, new

    x, y, feed = sequences(tf)
    outputs, _ = tf.nn.dynamic_rnn(Leaky(), x, dtype=tf.float32)
    return classified(tf, outputs[:, -1], y), adam(tf), feed


# optimizers: each one on the same GRU

OPTIMIZERS = {
    "GradientDescent": lambda t: t.GradientDescentOptimizer(0.5),
    "Momentum": lambda t: t.MomentumOptimizer(0.1, 0.9),
    "Nesterov": lambda t: t.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "Adam": lambda t: t.AdamOptimizer(),
    "RMSProp": lambda t: t.RMSPropOptimizer(0.001, 0.9),
    "RMSProp, centered": lambda t: t.RMSPropOptimizer(0.001, 0.9, momentum=0.5, centered=True),
    "Adagrad": lambda t: t.AdagradOptimizer(0.1),
    "AdagradDA": lambda t: t.AdagradDAOptimizer(0.1, t.get_or_create_global_step()),
    "Adadelta": lambda t: t.AdadeltaOptimizer(1.0),
    "Ftrl": lambda t: t.FtrlOptimizer(0.1),
    "ProximalGradientDescent": lambda t: t.ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=0.01),
    "ProximalAdagrad": lambda t: t.ProximalAdagradOptimizer(0.1, l2_regularization_strength=0.01),
}


@family(OPTIMIZERS)
def optimizer(tf, make):
    x, y, feed = sequences(tf)
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    return classified(tf, state, y), make(tf.train), feed


@case
def clipped_and_decayed(tf):
    x, y, feed = sequences(tf)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(UNITS), x, dtype=tf.float32)
    loss, step = classified(tf, outputs[:, -1], y), tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.5, step, 20, 0.8, staircase=True)
    gradients, variables = zip(*tf.train.GradientDescentOptimizer(rate).compute_gradients(loss))
    gradients, _ = tf.clip_by_global_norm(gradients, 0.5)
    train = tf.train.GradientDescentOptimizer(rate).apply_gradients(zip(gradients, variables), global_step=step)
    return loss, train, feed


@case
def moving_average(tf):
    x, y, feed = sequences(tf)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    loss = classified(tf, outputs[:, -1], y)
    train, average = adam(tf).minimize(loss), tf.train.ExponentialMovingAverage(0.9)
    with tf.control_dependencies([train]):
        train = average.apply(tf.trainable_variables())
    noise = tf.random_normal([3])  # made after the gradients of a loop
    return loss + 0.001 * tf.reduce_sum(tf.square(noise)), train, feed


# layers and losses


@case
def dense_layers(tf):
    x, y, feed = sequences(tf)
    hidden = tf.layers.dense(tf.layers.flatten(x), 16, tf.nn.relu)
    hidden = tf.layers.dropout(hidden, 0.4, training=True)
    return classified(tf, tf.layers.batch_normalization(hidden, training=True), y), adam(tf), feed


@case
def convolution_then_rnn(tf):
    x, y, feed = sequences(tf)
    hidden = tf.layers.max_pooling1d(tf.layers.conv1d(x, 8, 3, padding="same", activation=tf.nn.relu), 2, 2)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), hidden, dtype=tf.float32)
    return classified(tf, outputs[:, -1], y), adam(tf), feed


@case
def convolution_2d(tf):
    x, y, feed = sequences(tf)
    hidden = tf.layers.conv2d(tf.expand_dims(x, -1), 6, 3, padding="same", activation=tf.nn.relu)
    hidden = tf.layers.conv2d_transpose(hidden, 2, 2)
    return classified(tf, tf.layers.flatten(tf.layers.average_pooling2d(hidden, 2, 2)), y), adam(tf), feed


@case
def contrib_layers(tf):
    x, y, feed = sequences(tf)
    layers = tf.contrib.layers
    hidden = layers.fully_connected(layers.flatten(x), 16, weights_regularizer=layers.l2_regularizer(0.01))
    hidden = layers.dropout(layers.layer_norm(layers.batch_norm(hidden)), 0.7)
    logits = layers.linear(hidden, 3)
    loss = tf.losses.softmax_cross_entropy(y, logits)
    return loss + tf.losses.get_regularization_loss(), adam(tf), feed


@case
def embedding(tf):
    ids = tf.placeholder(tf.int32, [None, TIME])
    table = tf.Variable(tf.random_uniform([SYMBOLS, WIDTH], -1, 1))
    outputs, _ = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(UNITS), tf.nn.embedding_lookup(table, ids), dtype=tf.float32
    )
    logits = tf.layers.dense(outputs, SYMBOLS)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=ids))
    return loss, adam(tf), {ids: symbols(BATCH, TIME)}


@case
def embedding_of_a_resource(tf):
    ids = tf.placeholder(tf.int32, [None, TIME])
    table = tf.get_variable("table", [SYMBOLS, WIDTH], use_resource=True)
    mean = tf.reduce_mean(tf.nn.embedding_lookup(table, ids), 1)
    loss = tf.losses.sparse_softmax_cross_entropy(ids[:, 0], tf.layers.dense(mean, SYMBOLS))
    return loss, tf.train.AdagradOptimizer(0.5), {ids: symbols(BATCH, TIME)}


@case
def sampled(tf):
    ids = tf.placeholder(tf.int32, [None])
    table = tf.Variable(tf.random_uniform([SYMBOLS, WIDTH], -1.0, 1.0))
    weights = tf.Variable(tf.truncated_normal([SYMBOLS, WIDTH], stddev=0.4))
    hidden, labels = tf.nn.embedding_lookup(table, ids), tf.expand_dims(ids, 1)
    loss = tf.nn.nce_loss(weights, tf.Variable(tf.zeros([SYMBOLS])), labels, hidden, 4, SYMBOLS)
    return tf.reduce_mean(loss), tf.train.GradientDescentOptimizer(0.1), {ids: symbols(BATCH)}


@case
def seq2seq(tf):
    ids = tf.placeholder(tf.int32, [TIME, None])
    legacy = tf.contrib.legacy_seq2seq
    steps = tf.unstack(ids)
    outputs, _ = legacy.embedding_attention_seq2seq(
        steps, steps, tf.contrib.rnn.GRUCell(UNITS), SYMBOLS, SYMBOLS, WIDTH
    )
    loss = legacy.sequence_loss(outputs, steps, [tf.ones_like(step, tf.float32) for step in steps])
    return loss, adam(tf), {ids: symbols(TIME, BATCH)}


@case
def sequence_loss(tf):
    ids = tf.placeholder(tf.int32, [None, TIME])
    inputs = tf.contrib.layers.embed_sequence(ids, SYMBOLS, WIDTH)
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(UNITS), output_keep_prob=0.8) for _ in range(2)]
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32, **IN_ORDER)
    logits = tf.contrib.layers.fully_connected(outputs, SYMBOLS, activation_fn=None)
    weights = tf.ones([BATCH, TIME])
    return tf.contrib.seq2seq.sequence_loss(logits, ids, weights), adam(tf), {ids: symbols(BATCH, TIME)}


@case
def crf(tf):
    x, _, feed = sequences(tf)
    tags = tf.constant(symbols(BATCH, TIME) % 4)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    likelihood, _ = tf.contrib.crf.crf_log_likelihood(tf.layers.dense(outputs, 4), tags, tf.fill([BATCH], TIME))
    return -tf.reduce_mean(likelihood), adam(tf), feed


LOSSES = {
    "mean_squared_error": lambda tf, y, p: tf.losses.mean_squared_error(y, p),
    "sigmoid_cross_entropy": lambda tf, y, p: tf.losses.sigmoid_cross_entropy(y, p),
    "huber": lambda tf, y, p: tf.losses.huber_loss(y, p),
    "hinge": lambda tf, y, p: tf.losses.hinge_loss(y, p),
}


@family(LOSSES)
def losses(tf, loss):
    x, y, feed = sequences(tf)
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    return loss(tf, y, tf.layers.dense(state, 3)), adam(tf), feed


# randomness inside the training


@case
def data_shuffled(tf):
    values = numbers(40, TIME, WIDTH)
    rows = tf.data.Dataset.from_tensor_slices((values, values[:, 0, 0])).shuffle(40).batch(BATCH).repeat()
    x, y = rows.make_one_shot_iterator().get_next()
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(state, 1)[:, 0] - y))
    return loss, adam(tf), {}


@case
def data_shuffled_and_repeated(tf):
    values = numbers(40, TIME, WIDTH)
    rows = tf.data.Dataset.from_tensor_slices((values, values[:, 0, 0])).shuffle(25).repeat().batch(BATCH)
    x, y = rows.make_one_shot_iterator().get_next()
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(tf.layers.dense(state, 1)[:, 0] - y))
    return loss, adam(tf), {}


@case
def random_inputs(tf):
    x = tf.random_normal([BATCH, TIME, WIDTH])
    x += tf.random_uniform([BATCH, TIME, WIDTH], -1, 1) + tf.truncated_normal([BATCH, TIME, WIDTH])
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(UNITS), x, dtype=tf.float32)
    predicted = tf.layers.dense(outputs[:, -1], 1)[:, 0]
    return tf.reduce_mean(tf.square(predicted - tf.reduce_sum(x[:, :, 0], 1))), adam(tf), {}


@case
def adversaries(tf):
    """Two networks and two optimizers, the second built after the gradients of the first."""
    x, _, feed = sequences(tf)
    noise = tf.random_normal([BATCH, TIME, 3])
    with tf.variable_scope("generator"):
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(UNITS), noise, dtype=tf.float32)
        made = tf.layers.dense(outputs, WIDTH)

    def judged(rows, reuse=None):
        with tf.variable_scope("judge", reuse=reuse):
            _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(UNITS), rows, dtype=tf.float32)
            return tf.layers.dense(state.h, 1)

    def cross_entropy(logits, label):
        labels = label * tf.ones_like(logits)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels))

    real, fake = judged(x), judged(made, True)
    judge_loss, loss = cross_entropy(real, 0.9) + cross_entropy(fake, 0.0), cross_entropy(fake, 1.0)
    variables = tf.trainable_variables()
    own = [[v for v in variables if v.name.startswith(name)] for name in ("judge", "generator")]
    trained = [adam(tf).minimize(each, var_list=chosen) for each, chosen in zip((judge_loss, loss), own)]
    return judge_loss + loss, trained, feed


@case
def second_model(tf):
    """A model, its training, a summary and a Saver; then another model in the same graph."""
    x, y, feed = sequences(tf)
    losses, trained = [], []
    for name in ("first", "second"):
        with tf.variable_scope(name):
            cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(UNITS), output_keep_prob=0.8)
            outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, **IN_ORDER)
            losses.append(classified(tf, outputs[:, -1], y))
            trained.append(adam(tf).minimize(losses[-1]))
            tf.summary.scalar("loss", losses[-1])
            tf.train.Saver()
    return losses[0] + losses[1], tf.group(*trained), feed


# measuring


def measure(tf, build):
    """The losses of 100 steps, each taken in the run that also makes the step."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(SEED)
        loss, train, feed = build(tf)
        trains = [train.minimize(loss) if hasattr(train, "minimize") else train]
        trains = trains[0] if isinstance(trains[0], list) else trains  # each in a run of its own
        session.run(tf.global_variables_initializer())
        losses = []
        for _ in range(STEPS):
            losses.append(session.run([loss, trains[0]], feed)[0])
            session.run(trains[1:], feed)
        return np.array(losses, np.float32)


def measure_all(tf, names=None):
    """`{name: losses}` and `{name: what went wrong}`."""
    found, failed = collections.OrderedDict(), collections.OrderedDict()
    for name in CASES if names is None else names:
        try:
            found[name] = measure(tf, CASES[name])
        except Exception as error:  # noqa: B902
            failed[name] = "%s: %s" % (type(error).__name__, error)
    return found, failed
