"""A TF1 program in graph style: run by TensorFlow 1.15, by `legacy-tf1 run`, or edited by hand for compat.v1."""

from __future__ import print_function

import rounds
import tensorflow as tf

job = rounds.job()

x = tf.placeholder(tf.float32, [None, job.time, 28])
y = tf.placeholder(tf.float32, [None, 10])
if job.cell == "rnn":
    cell, rows = tf.contrib.rnn.BasicRNNCell(job.units), x
    optimizer = tf.train.RMSPropOptimizer(0.001, 0.9)
else:
    weights = tf.Variable(tf.random_normal([28, job.units], stddev=0.1))
    rows = tf.reshape(tf.matmul(tf.reshape(x, [-1, 28]), weights), [-1, job.time, job.units])
    cell = tf.contrib.rnn.BasicLSTMCell(job.units, forget_bias=1.0)
    optimizer = tf.train.AdamOptimizer(0.001)
outputs, state = tf.nn.dynamic_rnn(cell, rows, dtype=tf.float32)
last = state if job.cell == "rnn" else state.h
head = tf.Variable(tf.random_normal([job.units, 10], stddev=0.1))
logits = tf.matmul(last, head)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
wanted = optimizer.minimize(loss) if job.task == "train" else logits

threads = tf.ConfigProto(intra_op_parallelism_threads=job.cores, inter_op_parallelism_threads=job.cores)
session = tf.Session(config=threads)
session.run(tf.global_variables_initializer())
source = rounds.batches(*rounds.data(job), batch=job.batch)


def run(steps):
    for _ in range(steps):
        images, labels = next(source)
        session.run(wanted, {x: images, y: labels} if job.task == "train" else {x: images})


rounds.serve(run, {"tf.__version__": tf.__version__})
