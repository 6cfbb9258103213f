"""tf.estimator and tf.contrib.learn's estimators: training, evaluation, prediction, input functions, exports."""

import functools
import os

import numpy as np

from core.harness import family, fetched, numbers, variables

CASES, snippet = family()

WORDS = np.random.RandomState(3).randint(0, 20, (32, 5))
CLASSES = np.random.RandomState(4).randint(0, 3, 32)
SERIES = numbers(40, 4, 3)
SUMS = SERIES.sum((1, 2))[:, None]


def _model(tf, features, labels, mode, params):
    training = mode == tf.estimator.ModeKeys.TRAIN
    words = tf.contrib.layers.embed_sequence(features["words"], 20, 6)
    cell = tf.nn.rnn_cell.GRUCell(params["units"])
    cell = tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=0.7 if training else 1.0)
    _, state = tf.nn.dynamic_rnn(cell, words, dtype=tf.float32)
    logits = tf.layers.dense(state, 3)
    found = {"class": tf.argmax(logits, 1), "logits": logits}
    if mode == tf.estimator.ModeKeys.PREDICT:
        output = tf.estimator.export.PredictOutput(found)
        return tf.estimator.EstimatorSpec(mode, predictions=found, export_outputs={"serving_default": output})
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    train = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    metrics = {"accuracy": tf.metrics.accuracy(labels, found["class"])}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train, eval_metric_ops=metrics)


def _estimator(tf, **options):
    config = tf.estimator.RunConfig(tf_random_seed=5, model_dir="model", **options)
    return tf.estimator.Estimator(functools.partial(_model, tf), config=config, params={"units": 7})


def _input(tf, epochs=None):
    return tf.estimator.inputs.numpy_input_fn({"words": WORDS}, CLASSES, batch_size=8, num_epochs=epochs, shuffle=False)


@snippet
def estimator(tf):
    model = _estimator(tf)
    model.train(_input(tf), steps=3)
    model.train(_input(tf), max_steps=5)
    evaluated = model.evaluate(_input(tf, 1))
    predicted = list(model.predict(_input(tf, 1), predict_keys=["logits"]))
    names = model.get_variable_names()
    return (
        sorted(evaluated.items()),
        predicted[:4],
        names,
        model.get_variable_value("dense/bias"),
        model.latest_checkpoint(),
    )


@snippet
def train_and_evaluate(tf):
    model = _estimator(tf, save_checkpoints_steps=2, save_summary_steps=1)

    def batches():
        return tf.data.Dataset.from_tensor_slices(({"words": WORDS}, CLASSES)).batch(8).repeat()

    train = tf.estimator.TrainSpec(batches, max_steps=4)
    found, _ = tf.estimator.train_and_evaluate(model, train, tf.estimator.EvalSpec(batches, steps=3, throttle_secs=0))
    return sorted(found.items()), sorted(name for name in os.listdir("model") if name.endswith(".index"))


@snippet
def export(tf):
    model = _estimator(tf)
    model.train(_input(tf), steps=1)
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"words": tf.placeholder(tf.int64, [None, 5])})
    folder = model.export_savedmodel("exported", receiver)
    answer = tf.contrib.predictor.from_saved_model(folder.decode())({"words": WORDS[:3]})
    return sorted(answer), answer["logits"]


@snippet
def ready_made(tf):
    column = tf.feature_column.numeric_column("x", shape=(3,))
    config = tf.estimator.RunConfig(tf_random_seed=5)
    model = tf.estimator.DNNClassifier([6], [column], n_classes=3, config=config)
    arrays = {"x": SERIES[:32, 0]}
    model.train(tf.estimator.inputs.numpy_input_fn(arrays, CLASSES, 8, None, False), steps=3)
    return sorted(model.evaluate(tf.estimator.inputs.numpy_input_fn(arrays, CLASSES, 8, 1, False)).items())


@snippet
def run_config(tf):
    config = tf.estimator.RunConfig(save_checkpoints_steps=9)
    learned = tf.contrib.learn.RunConfig(tf_random_seed=3, save_checkpoints_secs=4, num_cores=2)
    fields = "save_checkpoints_secs save_checkpoints_steps tf_random_seed keep_checkpoint_max is_chief master"
    found = [
        [getattr(one, field) for field in fields.split()] for one in (config, learned, tf.contrib.learn.RunConfig())
    ]
    return found, isinstance(learned, tf.estimator.RunConfig), config.replace(model_dir="m").model_dir


def _series(tf, features, labels, mode, params):
    outputs, _ = tf.nn.dynamic_rnn(tf.contrib.rnn.LSTMCell(params["units"]), features, dtype=tf.float32)
    last = tf.nn.dropout(outputs[:, -1], 0.8)
    predictions, loss = tf.contrib.learn.models.linear_regression(last, labels)
    step = tf.contrib.framework.get_global_step()
    train = tf.contrib.layers.optimize_loss(loss, step, optimizer="Adagrad", learning_rate=0.1)
    return tf.contrib.learn.ModelFnOps(mode, {"sum": predictions}, loss, train)


def _learner(tf, **options):
    config = tf.contrib.learn.RunConfig(tf_random_seed=5)
    return tf.contrib.learn.Estimator(functools.partial(_series, tf), config=config, params={"units": 6}, **options)


@snippet
def learn_estimator(tf):
    model = _learner(tf, model_dir="model")
    model.fit(SERIES, SUMS, batch_size=16, steps=5)  # the third batch is a short one
    metric = tf.contrib.learn.MetricSpec(tf.contrib.metrics.streaming_mean_absolute_error, prediction_key="sum")
    found = model.evaluate(SERIES, SUMS, batch_size=16, metrics={"error": metric})
    predicted = [row["sum"] for row in model.predict(SERIES[:3])]
    return sorted(found.items()), predicted, sorted(model.get_variable_names())


@snippet
def learn_input_functions(tf):
    model = _learner(tf)

    def constant():
        return tf.constant(SERIES), tf.constant(SUMS)

    model.fit(input_fn=constant, max_steps=2)
    model.fit(input_fn=constant, max_steps=2)
    found = model.evaluate(input_fn=constant, steps=1)
    return sorted(found.items()), list(model.predict(input_fn=constant))[:2]


@snippet
def learn_for_scikit(tf):
    def model(x, y):
        y = tf.one_hot(y, 3, 1, 0)
        found, loss = tf.contrib.learn.models.logistic_regression_zero_init(x, y)
        step = tf.train.get_global_step()
        return (
            {"class": tf.argmax(found, 1), "p": found},
            loss,
            tf.contrib.layers.optimize_loss(loss, step, 0.1, "Adam"),
        )

    config = tf.contrib.learn.RunConfig(tf_random_seed=5)
    learner = tf.contrib.learn.SKCompat(tf.contrib.learn.Estimator(model, config=config))
    learner.fit(SERIES[:32, 0], CLASSES, batch_size=12, steps=4)
    return learner.predict(SERIES[:5, 0]), sorted(learner.score(SERIES[:32, 0], CLASSES).items())


@snippet
def learn_experiment(tf):
    def experiment(run_config, hparams):
        model = tf.contrib.learn.Estimator(
            functools.partial(_series, tf), config=run_config, params={"units": hparams.units}
        )

        def constant():
            return tf.constant(SERIES), tf.constant(SUMS)

        return tf.contrib.learn.Experiment(model, constant, constant, train_steps=3, eval_steps=1)

    config = tf.contrib.learn.RunConfig(tf_random_seed=5, model_dir="model")
    options = tf.contrib.training.HParams(units=4)
    found, _ = tf.contrib.learn.learn_runner.run(experiment, run_config=config, hparams=options)
    return sorted(found.items())


@snippet
def learn_models(tf):
    x = tf.constant(SERIES[:, 0])
    flat = tf.contrib.learn.models.linear_regression(x, tf.constant(SUMS[:, 0]), init_mean=0.1, init_stddev=0.5)
    with tf.variable_scope("second"):
        wide = tf.contrib.learn.models.linear_regression(x, tf.constant(SERIES[:, 1]))
    classes = tf.one_hot(tf.constant(np.resize(CLASSES, 40)), 3)
    tf.constant([1.0, 2.0, 3.0], name="class_weight")
    weighted = tf.contrib.learn.models.logistic_regression(x, classes)  # finds it by its name
    return fetched(tf, *(flat + wide + weighted)), variables(tf), [tensor.name for tensor in flat + wide + weighted]


@snippet
def learn_before_training(tf):
    return _learner(tf).evaluate(SERIES, SUMS)


@snippet
def learn_without_a_loss(tf):
    return tf.contrib.learn.ModelFnOps("train", predictions=tf.zeros([2]), train_op=tf.no_op())


@snippet
def learn_with_two_ends(tf):
    return _learner(tf).fit(SERIES, SUMS, steps=1, max_steps=2)
