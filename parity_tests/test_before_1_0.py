"""Code of TensorFlow 0.x, and the same calls in TF 1.x's form, side by side."""

from __future__ import annotations

import textwrap

from parity_tests.processes import python

SCRIPT = """
    import numpy as np
    import tensorflow as tf
    from legacy_tf1.before_1_0 import RENAMED

    a = tf.constant(np.arange(6.0).reshape(2, 3))
    y = tf.constant([[0.0, 1, 0], [1, 0, 0]], tf.float64)
    c = tf.constant([1, 0])
    pairs = [
        (tf.concat(1, [a, a]), tf.concat([a, a], 1)),
        (tf.concat(concat_dim=0, values=[a, a]), tf.concat(values=[a, a], axis=0)),
        (tf.concat(1, values=[a, a]), tf.concat([a, a], axis=1)),
        (tf.split(1, 3, a), tf.split(a, 3, 1)),
        (tf.split(1, 3, value=a), tf.split(a, 3, axis=1)),
        (tf.split(1, num_split=3, value=a), tf.split(value=a, num_or_size_splits=3, axis=1)),
        (tf.split(split_dim=1, num_split=3, value=a), tf.split(value=a, num_or_size_splits=3, axis=1)),
        (tf.split(a, [1, 2], 1), tf.split(a, [1, 2], axis=1)),
        (tf.pack([a, a]), tf.stack([a, a])),
        (tf.unpack(a), tf.unstack(a)),
        (tf.mul(a, a), a * a), (tf.sub(a, 1.0), a - 1.0), (tf.neg(a), -a), (tf.inv(a + 1), 1 / (a + 1)),
        (tf.nn.softmax_cross_entropy_with_logits(a, y), tf.nn.softmax_cross_entropy_with_logits(logits=a, labels=y)),
        (tf.nn.sparse_softmax_cross_entropy_with_logits(a, c), tf.nn.sparse_softmax_cross_entropy_with_logits(labels=c, logits=a)),
        (tf.nn.sigmoid_cross_entropy_with_logits(a, y), tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=a)),
        (tf.select(a > 2, a, -a), tf.where(a > 2, a, -a)),
    ]
    with tf.Session() as session:
        for old, new in pairs:
            for one, other in zip(*session.run([old, new])):
                np.testing.assert_array_equal(one, other)
    for name in RENAMED:
        found = tf
        for part in name.split("."):
            found = getattr(found, part)
    summary = tf.merge_summary([tf.scalar_summary("loss", tf.reduce_sum(a))])
    x = [tf.ones([2, 3])] * 2
    outputs, state = tf.nn.rnn(tf.nn.rnn_cell.GRUCell(4), x, dtype=tf.float32)
    assert len(outputs) == 2 and tf.all_variables() == tf.global_variables()
    print(len(pairs), "pairs")
"""


def test_old_calls_compute_what_the_new_ones_do(tmp_path):
    (tmp_path / "main.py").write_text(textwrap.dedent(SCRIPT))
    done = python("-m", "legacy_tf1", "run", "main.py", cwd=tmp_path)
    assert done.stdout == "18 pairs\n", done.stderr


MODELS_RNN = """
    import numpy as np
    import tensorflow as tf
    from tensorflow.contrib.ctc import ctc_ops
    from tensorflow.models.rnn import linear, rnn, rnn_cell, seq2seq
    from tensorflow.models.rnn.ptb import reader

    train, valid, test, words = reader.ptb_raw_data("corpus")
    assert (train, valid, test, words) == ([0, 1, 2, 0], [1, 2], [2], 3)  # b is the commonest, `<` stands before `a`
    batches = list(reader.ptb_iterator(range(11), 2, 2))
    assert [(x.tolist(), y.tolist()) for x, y in batches] == [
        ([[0, 1], [5, 6]], [[1, 2], [6, 7]]), ([[2, 3], [7, 8]], [[3, 4], [8, 9]])]

    cell = rnn_cell.BasicLSTMCell(4, state_is_tuple=False)
    inputs = tf.split(1, 2, tf.ones([3, 2]))
    outputs, state = rnn.rnn(cell, inputs, dtype=tf.float32)
    forward, backward = (rnn_cell.GRUCell(4) for _ in range(2))
    both, _, _ = rnn.bidirectional_rnn(forward, backward, inputs, dtype=tf.float32)
    loss = seq2seq.sequence_loss_by_example([outputs[-1]], [tf.zeros([3], tf.int32)], [tf.ones([3])])
    biased = linear.linear([inputs[0], outputs[0]], 5, True, bias_start=2.0, scope="own")
    bias = [v for v in tf.all_variables() if v.name == "own/bias:0"]

    w, b, x, c = tf.ones([5, 4]), tf.zeros([5]), tf.ones([3, 4]), tf.zeros([3, 1], tf.int64)
    ids = tf.SparseTensor([[0, 0]], [1], [1, 1])
    logits = tf.random_normal([6, 1, 4], seed=1)
    pairs = [
        (tf.nn.sampled_softmax_loss(w, b, x, c, 2, 5, sampled_values=s), tf.nn.sampled_softmax_loss(w, b, c, x, 2, 5, sampled_values=s))
        for s in [tf.nn.log_uniform_candidate_sampler(c, 1, 2, True, 5, seed=1)]
    ] + [(ctc_loss(logits, ids, [6]), tf.nn.ctc_loss(ids, logits, [6])) for ctc_loss in (tf.nn.ctc_loss, ctc_ops.ctc_loss)]

    keep = tf.placeholder(tf.float32)
    dropped = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4), output_keep_prob=keep)
    stack = rnn_cell.MultiRNNCell([dropped] * 2)
    ends = [tf.zeros([3], tf.int32)] * 3
    losses = seq2seq.model_with_buckets(
        ends, ends, ends, [tf.ones([3])] * 3, [(1, 2), (2, 3)],
        lambda e, d: seq2seq.embedding_rnn_seq2seq(e, d, stack, 4, 4),
        softmax_loss_function=lambda inputs, targets: tf.nn.sparse_softmax_cross_entropy_with_logits(inputs, targets),
    )[1]
    with tf.Session() as session:
        session.run(tf.initialize_all_variables())
        for old, new in pairs:
            np.testing.assert_array_equal(*session.run([old, new]))
        np.testing.assert_array_equal(session.run(bias), [[2.0] * 5])
        print(session.run(biased).shape, len(both), session.run(loss).shape, np.shape(session.run(losses, {keep: 0.5})))
"""


def test_models_rnn_of_tensorflow_0_5(tmp_path):
    (tmp_path / "corpus").mkdir()
    for part, text in {"train": "b \n a b", "valid": "<eos> a", "test": "a zzz"}.items():
        (tmp_path / "corpus" / f"ptb.{part}.txt").write_text(text)
    (tmp_path / "main.py").write_text(textwrap.dedent(MODELS_RNN))
    done = python("-m", "legacy_tf1", "run", "main.py", cwd=tmp_path)
    assert done.stdout == "(3, 5) 2 (3,) (2,)\n", done.stderr
