"""A TF1 program for `tf.contrib.learn.monitors` and `Experiment`: it prints every call and every line of the log.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes `monitors.json`, and in the TF1 world.
"""

from __future__ import print_function

import logging
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.contrib import learn
from tensorflow.contrib.learn.python.learn import monitors


class Shown(logging.Handler):
    """Prints what the monitors and the estimator log about values; times and paths are the machine's."""

    KINDS = ("Step ", "Logging Trainable", "Validation", "Saving dict", "Stopping", "Model diverged")

    def emit(self, record):
        if record.getMessage().startswith(self.KINDS):
            print("  log:", record.getMessage())


log = logging.getLogger("tensorflow")
log.handlers, log.propagate = [Shown()], False
tf.logging.set_verbosity(tf.logging.INFO)

UNTIL_NOW = {"check_interval_secs": None}  # looks for a checkpoint at every step, not every few seconds


def line():
    return tf.constant([1.0, 2.0]), tf.constant([2.0, 4.0])


def other_line():
    return tf.constant([1.0, 2.0]), tf.constant([-2.0, -4.0])


def broken_line():
    return tf.constant([float("nan"), 1.0]), tf.constant([1.0, 1.0])


def model(x, y, mode):
    slope = tf.get_variable("slope", [], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean((slope * tf.cast(x, tf.float32) - tf.cast(y, tf.float32)) ** 2, name="cost")
    step = tf.train.get_global_step()
    train = tf.contrib.layers.optimize_loss(loss, step, learning_rate=0.05, optimizer="SGD", summaries=[])
    return slope * tf.cast(x, tf.float32), loss, train


def estimator(save_every=None):
    config = learn.RunConfig(
        tf_random_seed=1, save_checkpoints_steps=save_every, save_checkpoints_secs=None if save_every else 600
    )
    return learn.Estimator(model_fn=model, model_dir=tempfile.mkdtemp(), config=config)


def rounded(values):
    return {key: round(float(value), 5) for key, value in sorted(values.items())}


class Calls(monitors.BaseMonitor):
    def begin(self, max_steps=None):
        print("begin", max_steps)

    def epoch_begin(self, epoch):
        print("epoch", epoch)

    def step_begin(self, step):
        print("step_begin", step)
        return ["slope:0"] if step == 2 else []

    def step_end(self, step, output):
        print("step_end", step, rounded(output))
        return False

    def post_step(self, step, session):
        print("post_step", step)

    def end(self, session=None):
        print("end", session is not None)


class EveryThird(monitors.EveryN):
    def __init__(self, first):
        super(EveryThird, self).__init__(every_n_steps=3, first_n_steps=first)

    def every_n_step_begin(self, step):
        return ["cost:0"]

    def every_n_step_end(self, step, outputs):
        print("every_n_step_end", step, rounded(outputs))
        return False

    def every_n_post_step(self, step, session):
        print("every_n_post_step", step)


print("every call, and on from a checkpoint")
one = estimator()
one.fit(input_fn=line, steps=3, monitors=[Calls()])
one.fit(input_fn=line, steps=1, monitors=[Calls()])

print("every third step")
one = estimator()
one.fit(input_fn=line, steps=10, monitors=[EveryThird(first=2)])
one.fit(input_fn=line, max_steps=13, monitors=[EveryThird(first=1)])

print("values of a variable, and an end by a monitor")
captured = monitors.CaptureVariable("slope:0", every_n=4, first_n=1)
one = estimator()
one.fit(input_fn=line, steps=50, monitors=[captured, monitors.StopAtStep(num_steps=9)])
print(rounded(captured.values), one.get_variable_value("global_step"))

print("what is logged")
watch = [
    monitors.PrintTensor({"loss of the step": "cost:0"}, every_n=2),
    monitors.PrintTensor(["cost:0"], every_n=4),
    monitors.LoggingTrainable(every_n=3),
]
estimator().fit(input_fn=line, steps=6, monitors=watch)

print("validation at every new checkpoint")
watch = monitors.ValidationMonitor(input_fn=line, eval_steps=1, every_n_steps=2, name="v", **UNTIL_NOW)
estimator(save_every=4).fit(input_fn=line, steps=13, monitors=[watch])
print(watch.best_step, watch.best_value, watch.early_stopped)

print("validation that ends the training")
error = {"error": learn.MetricSpec(tf.metrics.mean_absolute_error)}
watch = learn.monitors.ValidationMonitor(
    input_fn=other_line, eval_steps=1, every_n_steps=3, early_stopping_rounds=6, metrics=error, **UNTIL_NOW
)
one = estimator(save_every=3)
one.fit(input_fn=line, steps=60, monitors=[watch])
print(watch.best_step, watch.early_stopped, rounded(watch.best_metrics), one.get_variable_value("global_step"))

print("validation of arrays, for the greatest loss")
x = np.arange(6, dtype="float32").reshape(6, 1)
watch = learn.monitors.ValidationMonitor(
    x, 2 * x, every_n_steps=3, early_stopping_rounds=1000, early_stopping_metric_minimize=False, **UNTIL_NOW
)
learn.SKCompat(estimator(save_every=3)).fit(x, 2 * x, batch_size=6, steps=8, monitors=[watch])
print(watch.best_step, watch.early_stopped)

print("a loss that is not a number")
for fails in (True, False):
    try:
        watch = monitors.NanLoss("cost:0", every_n_steps=1, fail_on_nan_loss=fails)
        estimator().fit(input_fn=broken_line, steps=3, monitors=[watch])
    except RuntimeError as stopped:
        print(type(stopped).__name__, stopped)

print("monitors as hooks")
hook = tf.train.StepCounterHook(output_dir=tempfile.mkdtemp())
kinds = [type(found).__name__ for found in monitors.replace_monitors_with_hooks([Calls(), hook, Calls()], one)]
print(kinds, monitors.replace_monitors_with_hooks(None, one))
print([type(found).__name__ for found in monitors.get_default_monitors(loss_op=tf.no_op())])

for options in (
    {},
    {"min_eval_frequency": 5},
    {"min_eval_frequency": 0},
    {"train_steps_per_iteration": 4, "eval_metrics": error},
):
    print("an experiment with", sorted(options))
    experiment = learn.Experiment(
        estimator(save_every=3), train_input_fn=line, eval_input_fn=line, train_steps=10, eval_steps=1, **options
    )
    found, exports = experiment.train_and_evaluate()
    print(rounded(found), exports)
