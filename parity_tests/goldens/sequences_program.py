"""A TF1 program for `tf.contrib.training`'s sequences with states and its resampling: it prints what comes out.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes `sequences.json`, and in the TF1 world.
"""

from __future__ import print_function

import tensorflow as tf

tf.set_random_seed(1)
count = tf.Variable(0, trainable=False, name="count")
sparse = tf.SparseTensor([[0, 0], [1, 2], [4, 1]], [1.0, 2.0, 3.0], [5, 3])
context = tf.SparseTensor([[1]], [7.0], [4])
batch = tf.contrib.training.batch_sequences_with_states(
    tf.as_string(count.assign_add(1)),
    {"sparse": sparse, "dense": tf.reshape(tf.range(10.0), [5, 2])},
    {"plain": tf.constant(3.0), "sparse": context},
    tf.constant(5),
    {"h": tf.zeros([2])},
    num_unroll=2,
    batch_size=1,
    num_threads=1,
    capacity=4,
)
saved = batch.save_state("h", batch.state("h") + 1)
wanted = [batch.sequence, batch.length, batch.state("h"), batch.sequences["dense"], batch.context["plain"]]
sparse_ones = [batch.sequences["sparse"], batch.context["sparse"]]

rate = tf.constant([0.5, 2.0, 3.0, 0.0])
resampled = tf.contrib.training.resample_at_rate([tf.range(4), tf.range(4.0) * 10], rate, seed=5)
weighted = tf.contrib.training.weighted_resample([tf.range(4)], tf.constant([1.0, 1.0, 2.0, 4.0]), 2.0, seed=6)

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coordinator)
    for _ in range(4):
        values, (sequence, other), _ = session.run([wanted, sparse_ones, saved])
        print(*[value.tolist() for value in values])
        for found in (sequence, other):
            print(" ", found.indices.tolist(), found.values.tolist(), found.dense_shape.tolist())
    for _ in range(4):
        print([values.tolist() for values in session.run(resampled)])
    for _ in range(4):
        (values,), rates = session.run(weighted)
        print(values.tolist(), rates.tolist())
    coordinator.request_stop()
