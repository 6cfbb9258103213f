"""A small LSTM with Adam, saved in the middle of its training by one world and carried on by the other.

`then/` was written by TF 1.15.5, `now/` by the TF1 world of today, which needs this line before record_core.py
carries on from `now/` on TF 1.15.5:

    legacy-tf1 run parity_tests/goldens/core/write_now.py

The start weights are fixed numbers, so both worlds train the same model.
"""

import gzip
import os
import shutil
import tempfile
from collections import OrderedDict

import numpy as np

from core.harness import numbers

BATCH, TIME, WIDTH, UNITS, CLASSES = 4, 5, 3, 8, 3
BEFORE, AFTER = 7, 5  # steps before the file is written, and after it is read


def build(tf):
    """The placeholders, the loss, the training op and the global step; weights from fixed numbers."""
    x = tf.placeholder(tf.float32, [None, TIME, WIDTH], name="x")
    y = tf.placeholder(tf.int32, [None], name="y")
    with tf.variable_scope("model", initializer=_initializer(tf)):
        cells = [tf.nn.rnn_cell.LSTMCell(UNITS, use_peepholes=True), tf.nn.rnn_cell.GRUCell(UNITS)]
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, dtype=tf.float32)
        logits = tf.layers.dense(tf.layers.batch_normalization(outputs[:, -1], training=True), CLASSES, name="logits")
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.05, step, 3, 0.9, staircase=True)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step)
    average = tf.train.ExponentialMovingAverage(0.9)
    with tf.control_dependencies([train]):
        train = average.apply(tf.trainable_variables("model/rnn"))
    return x, y, loss, train


def _initializer(tf):
    def initial(shape, dtype=None, partition_info=None, **_):
        shape = [int(size) for size in shape]
        return tf.constant(numbers(*shape, seed=sum(shape)) * 0.5)

    return initial


def batch(step):
    return numbers(BATCH, TIME, WIDTH, seed=100 + step), np.arange(step, step + BATCH) % CLASSES


def train(session, tensors, steps):
    """The losses of these steps, each before its update."""
    x, y, loss, update = tensors
    found = []
    for step in steps:
        rows, labels = batch(step)
        found.append(session.run([loss, update], {x: rows, y: labels})[0])
    return [float("%.9g" % loss) for loss in found]


def write(tf, folder):
    """Train for the first steps and save: the losses on the way, and those that follow."""
    shutil.rmtree(str(folder), ignore_errors=True)
    os.makedirs(str(folder))
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = build(tf)
        saver = tf.train.Saver(save_relative_paths=True)
        session.run(tf.global_variables_initializer())
        before = train(session, tensors, range(BEFORE))
        saver.save(session, os.path.join(str(folder), "model"), global_step=tf.train.get_global_step())
        meta = os.path.join(str(folder), "model-%d.meta" % BEFORE)
        with open(meta, "rb") as file, gzip.GzipFile(meta + ".gz", "wb", 9, mtime=0) as packed:
            packed.write(file.read())  # most of it are names
        os.remove(meta)
        return [before, train(session, tensors, range(BEFORE, BEFORE + AFTER))]


def carry_on(tf, folder):
    """The losses after restoring the newest file of the folder."""
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = build(tf)
        tf.train.Saver().restore(session, tf.train.latest_checkpoint(str(folder)))
        return train(session, tensors, range(BEFORE, BEFORE + AFTER))


def carry_on_from_the_meta_graph(tf, folder):
    """As above, from the `.meta` file alone: no line of the model is run."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        path, copy = tf.train.latest_checkpoint(str(folder)), os.path.join(tempfile.mkdtemp(), "model.meta")
        with gzip.open(path + ".meta.gz", "rb") as packed, open(copy, "wb") as file:
            file.write(packed.read())
        tf.train.import_meta_graph(copy).restore(session, path)
        shutil.rmtree(os.path.dirname(copy))
        names = "x:0", "y:0", "sparse_softmax_cross_entropy_loss/value:0"
        update = graph.get_operation_by_name("ExponentialMovingAverage")
        return train(
            session, [graph.get_tensor_by_name(name) for name in names] + [update], range(BEFORE, BEFORE + AFTER)
        )


def content(tf, folder):
    """{variable: array} of the newest file of the folder."""
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(str(folder)))
    return OrderedDict((name, reader.get_tensor(name)) for name in sorted(reader.get_variable_to_shape_map()))


def record(tf, here):
    """What record_core.py keeps: written by 1.15.5, and carried on by 1.15.5 from what today wrote."""
    before, after = write(tf, here / "then")
    found = OrderedDict(before=before, after=after)
    found["names"] = [[name, list(value.shape)] for name, value in content(tf, here / "then").items()]
    found["after now"] = carry_on(tf, here / "now")
    return found


def measure(tf, here):
    """What test_core.py compares: both files read, the model trained and written once more."""
    then, now, fresh = content(tf, here / "then"), content(tf, here / "now"), tempfile.mkdtemp()
    found = {
        "names in then": [[name, list(value.shape)] for name, value in then.items()],
        "after then": carry_on(tf, here / "then"),
        "after then's meta graph": carry_on_from_the_meta_graph(tf, here / "then"),
        "written": write(tf, fresh),
    }
    written = content(tf, fresh)
    shutil.rmtree(fresh)
    found["names written"] = [[name, list(value.shape)] for name, value in written.items()]
    close = [np.allclose(value, now[name], rtol=1e-5, atol=1e-6) for name, value in written.items()]
    found["values as in now"] = all(close)  # another machine's kernels round otherwise
    return found
