"""A TF1 program in graph style: run by TensorFlow 1.15, by `legacy-tf1 run`, or edited by hand for compat.v1."""

from __future__ import print_function

import sys

import numpy as np
import rounds
import tensorflow as tf

name, batch, time_steps, units, cores = sys.argv[1], *map(int, sys.argv[2:6])

x = tf.placeholder(tf.float32, [None, time_steps, 28])
y = tf.placeholder(tf.float32, [None, 10])
if name == "rnn":
    cell, rows = tf.contrib.rnn.BasicRNNCell(units), x
    optimizer = tf.train.RMSPropOptimizer(0.001, 0.9)
else:
    weights = tf.Variable(tf.random_normal([28, units], stddev=0.1))
    rows = tf.reshape(tf.matmul(tf.reshape(x, [-1, 28]), weights), [-1, time_steps, units])
    cell = tf.contrib.rnn.BasicLSTMCell(units, forget_bias=1.0)
    optimizer = tf.train.AdamOptimizer(0.001)
outputs, state = tf.nn.dynamic_rnn(cell, rows, dtype=tf.float32)
last = state if name == "rnn" else state.h
head = tf.Variable(tf.random_normal([units, 10], stddev=0.1))
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=tf.matmul(last, head), labels=y))
train = optimizer.minimize(loss)

threads = tf.ConfigProto(intra_op_parallelism_threads=cores, inter_op_parallelism_threads=cores)
session = tf.Session(config=threads)
session.run(tf.global_variables_initializer())
source = rounds.batches(*rounds.data(batch, time_steps), batch=batch)


def run(steps):
    for _ in range(steps):
        images, labels = next(source)
        session.run(train, {x: images, y: labels})


rounds.serve(run, {"tensorflow": tf.__version__, "numpy": np.__version__})
