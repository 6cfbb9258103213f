"""A row of the table of variants as a TF1 program: a small classifier of handwritten digits."""

import argparse

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

from parity_tests.variants import VARIANTS

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("variant", choices=sorted(VARIANTS), metavar="VARIANT", help=", ".join(VARIANTS))
parser.add_argument("--data_dir", default="MNIST_data", help="folder of the four MNIST files")
parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
parser.add_argument("--steps", type=int, default=300)
options = parser.parse_args()

batch_size = 128
dtype = tf.as_dtype(options.dtype)
variant = VARIANTS[options.variant]
mnist = input_data.read_data_sets(options.data_dir, one_hot=True)

x = tf.placeholder(dtype, [None, 28, 28])
y = tf.placeholder(dtype, [None, 10])
step = tf.train.get_or_create_global_step()

# every fourth row and pixel; around zero, so that no row of an image is nothing but zeros
rows = x[:, 2::4, 2::4] - 0.5
with tf.variable_scope(tf.get_variable_scope(), dtype=dtype):
    features = tf.concat(variant.tf1(tf, rows), 1)
    with tf.variable_scope("logits"):
        kernel = tf.get_variable("kernel", [features.shape[1], 10])
        bias = tf.get_variable("bias", [10], initializer=tf.zeros_initializer())
logits = tf.matmul(features, kernel) + bias

cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
train = variant.train(tf, step, dtype).minimize(cost, global_step=step)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for number in range(options.steps):
        batch_x, batch_y = mnist.train.next_batch(batch_size)
        feed = {x: batch_x.reshape([batch_size, 28, 28]), y: batch_y}
        sess.run(train, feed_dict=feed)
        if number % 100 == 99:
            print(number, sess.run(cost, feed_dict=feed))
