"""tf.contrib.timeseries: models trained for a few steps on a tiny series, evaluated, continued, exported.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the golden, and in the TF1 world of
today, where `test_timeseries.py` compares. A snippet returns numbers, texts, lists and dicts.

Windows come from queues in threads, and what a shuffling queue gives depends on when it is asked. It does not where
one thread fills a queue that must be full before it gives anything: `one_by_one`.
"""

import collections
import importlib
import operator
import tempfile

import numpy as np

try:
    from snippet_table import Snippets
except ImportError:  # a test imports this file as part of its package
    from parity_tests.goldens.snippet_table import Snippets

STEPS, SEED = 3, 4
TIMES = np.arange(24)
SERIES = (np.sin(TIMES / 3.0) + TIMES / 20.0).astype(np.float32)
PAIR = np.stack([SERIES, SERIES**2], 1)
WAVE = np.cos(TIMES).astype(np.float32)[:, None]
ONES = np.ones([1, 7, 1], np.float32)

SNIPPETS = Snippets()
family = SNIPPETS.family
snippet = SNIPPETS.enter


def plain(value):
    """Arrays as lists of all the digits that float32 has, tuples as lists."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype == np.float32:
        return np.reshape([float("%.9g" % each) for each in value.ravel()], value.shape).tolist()
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def inner(tf, name):
    """A module that the package does not show."""
    path = "contrib.timeseries.python.timeseries." + name
    try:
        return importlib.import_module("tensorflow." + path)
    except ImportError:  # these lines are not a script, so the TF1 world's import hook leaves them alone
        return operator.attrgetter(path)(tf)


def one_by_one(tf, reader, window):
    return tf.contrib.timeseries.RandomWindowInputFn(
        reader,
        window_size=window,
        batch_size=1,
        queue_capacity_multiplier=2,
        shuffle_min_after_dequeue_multiplier=1,
        num_threads=1,
        shuffle_seed=3,
    )


def watch(tf, found):
    """A hook that collects the loss of every step and the op seeds of the graph."""

    class Watch(tf.train.SessionRunHook):
        def begin(self):
            operations = tf.get_default_graph().get_operations()
            self.loss = next(
                op.inputs[1] for op in operations if op.type == "ScalarSummary" and op.name.endswith("/loss")
            )
            seeded = [op for op in operations if op.type in ("RandomUniform", "RandomUniformInt")]
            found["seeds"] = [[op.name, op.get_attr("seed2")] for op in seeded]

        def before_run(self, context):
            return tf.train.SessionRunArgs(self.loss)

        def after_run(self, context, values):
            found.setdefault("losses", []).append(float(values.results))

    return Watch()


def fit(tf, estimator, data, window, later=None):
    """What an estimator finds: losses, its evaluation, its predictions, its variables."""
    series, found = tf.contrib.timeseries, {}
    reader = series.NumpyReader(data)
    estimator.train(one_by_one(tf, reader, window), steps=STEPS, hooks=[watch(tf, found)])
    evaluation = estimator.evaluate(series.WholeDatasetInputFn(reader), steps=1)
    found["evaluation"] = plain(evaluation)
    if "start_tuple" in evaluation:
        later = {name: value[:, :5] for name, value in (later or {}).items()}
        after = series.predict_continuation_input_fn(evaluation, steps=5, exogenous_features=later)
        found["predictions"] = [plain(each) for each in estimator.predict(after)]
    found["variables"] = {name: plain(estimator.get_variable_value(name)) for name in estimator.get_variable_names()}
    return found


def config(tf):
    return tf.estimator.RunConfig(tf_random_seed=SEED)


# models that go step by step


def lstm(tf, units=4, features=2, normalize=False, **options):
    """The recurrent model of TensorFlow's example, smaller: the state is the last time and value and the cell's."""

    class Model(inner(tf, "model").SequentialTimeSeriesModel):
        def initialize_graph(self, input_statistics=None):
            super(Model, self).initialize_graph(input_statistics=input_statistics)
            self.cell = tf.nn.rnn_cell.LSTMCell(num_units=units)
            self.run = tf.make_template("lstm_cell", self.cell, create_scope_now_=True)
            self.dense = tf.make_template(
                "dense_out", lambda inputs: tf.layers.dense(inputs, self.num_features), create_scope_now_=True
            )

        def get_start_state(self):
            cell = [tf.squeeze(part, axis=0) for part in self.cell.zero_state(1, self.dtype)]
            return tf.zeros([], tf.int64), tf.zeros([self.num_features], self.dtype), cell

        def scaled(self, values):
            return values if normalize else self._scale_data(values)

        def _filtering_step(self, current_times, current_values, state, predictions):
            time, prediction, cell = state
            with tf.control_dependencies([tf.assert_equal(current_times, time)]):
                values = self.scaled(current_values)
                predictions["loss"] = tf.reduce_mean((prediction - values) ** 2, axis=-1)
            return (current_times, values, cell), predictions

        def _prediction_step(self, current_times, state):
            _, previous, cell = state
            output, cell = self.run(inputs=previous, state=cell)
            following = self.dense(output)
            mean = following if normalize else self._scale_back_data(following)
            return (current_times, following, cell), {"mean": mean}

        def _imputation_step(self, current_times, state):
            return state

        def _exogenous_input_step(self, current_times, current_exogenous_regressors, state):
            time, previous, cell = state
            return time, previous + tf.reduce_sum(current_exogenous_regressors, axis=1, keepdims=True), cell

        def _scale_back_predictions(self, predictions):
            return {"mean": self._scale_back_data(predictions["mean"])}

        def _loss_additions(self, times, values, mode):
            return 0.01 * tf.reduce_mean(values**2) if normalize else 0.0

    return Model(["mean"], ["mean"], num_features=features, normalize_features=normalize, **options)


def recurrent(tf, model, manager=None):
    estimators, optimizer = inner(tf, "estimators"), tf.train.AdamOptimizer(0.01)
    return estimators.TimeSeriesRegressor(model, state_manager=manager, optimizer=optimizer, config=config(tf))


@family(
    {
        "default": (lambda m: None, {}),
        "unrolled": (
            lambda m: m.PassthroughStateManager(),
            {"normalize": True, "static_unrolling_window_size_threshold": 8},
        ),
        "chained": (lambda m: m.ChainingStateManager(state_saving_interval=5, checkpoint_state=True), {}),
    }
)
def sequential(tf, row):
    manager, options = row
    found = fit(
        tf,
        recurrent(tf, lstm(tf, **options), manager(inner(tf, "state_management"))),
        {"times": TIMES, "values": PAIR},
        8,
    )
    # buckets that were never used hold what was in memory
    found["variables"] = {name: v for name, v in found["variables"].items() if not name.startswith("cached_states")}
    return found


@snippet
def exogenous(tf):
    model = lstm(
        tf,
        exogenous_feature_columns=[tf.feature_column.numeric_column("e")],
        exogenous_update_condition=lambda times, features: features["e"][:, 0] > 0,
    )
    return fit(tf, recurrent(tf, model), {"times": TIMES, "values": PAIR, "e": WAVE}, 8, {"e": ONES})


# models of fixed windows


def regressor(tf, **options):
    arguments = dict(periodicities=9, input_window_size=5, output_window_size=3, num_features=1, config=config(tf))
    arguments.update(options)
    return tf.contrib.timeseries.ARRegressor(**arguments)


@family(
    {
        "normal": {},
        "squared": {
            "loss": "squared_loss",
            "num_features": 2,
            "periodicities": [9, 4],
            "input_window_size": 3,
            "output_window_size": 5,
        },
        "of_times": {"input_window_size": 0, "output_window_size": 8},
        "gaussian": {"anomaly_prior_probability": 0.1, "anomaly_distribution": "gaussian"},
        "cauchy": {"anomaly_prior_probability": 0.1, "anomaly_distribution": "cauchy"},
    }
)
def autoregressive(tf, options):
    values = PAIR if options.get("num_features") == 2 else SERIES
    return fit(tf, regressor(tf, **options), {"times": TIMES, "values": values}, 8)


@snippet
def autoregressive_hidden(tf):
    model = regressor(
        tf,
        periodicities=None,
        hidden_layer_sizes=[4, 3],
        exogenous_feature_columns=[tf.feature_column.numeric_column("e")],
    )
    return fit(tf, model, {"times": TIMES, "values": SERIES, "e": WAVE}, 8, {"e": ONES})


@snippet
def autoregressive_lstm(tf):
    model = inner(tf, "estimators").LSTMAutoRegressor(9, 5, 3, num_units=3, config=config(tf))
    found = fit(tf, model, {"times": TIMES, "values": SERIES}, 8)
    exported = model.export_savedmodel(tempfile.mkdtemp(), model.build_one_shot_parsing_serving_input_receiver_fn(5, 3))
    row = tf.train.Example()
    row.features.feature["times"].int64_list.value.extend(range(8))
    row.features.feature["values"].float_list.value.extend(SERIES[:5].tolist())
    with tf.Graph().as_default(), tf.Session() as session:
        signature = tf.saved_model.loader.load(session, ["serve"], exported).signature_def["serving_default"]
        outputs = {name: tensor.name for name, tensor in signature.outputs.items()}
        found["served"] = plain(session.run(outputs, {signature.inputs["examples"].name: [row.SerializeToString()]}))
        found["inputs"] = sorted(signature.inputs)
    return found


# exported models


@family(
    {
        "sequential": lambda tf: recurrent(
            tf, lstm(tf, features=1), inner(tf, "state_management").ChainingStateManager()
        ),
        "autoregressive": regressor,
    }
)
def exported(tf, make):
    series, estimator = tf.contrib.timeseries, make(tf)
    data = {"times": TIMES, "values": SERIES}
    reader = series.NumpyReader(data)
    estimator.train(one_by_one(tf, reader, 8), steps=1)
    evaluation = estimator.evaluate(series.WholeDatasetInputFn(reader), steps=1)
    folder = estimator.export_savedmodel(tempfile.mkdtemp(), estimator.build_raw_serving_input_receiver_fn())
    utils, found = series.saved_model_utils, []
    with tf.Graph().as_default(), tf.Session() as session:
        model = tf.saved_model.loader.load(session, ["serve"], folder)
        found.append({name: [sorted(s.inputs), sorted(s.outputs)] for name, s in model.signature_def.items()})
        found.append(utils.predict_continuation(evaluation, model, session, steps=4))
        state = utils.cold_start_filter(model, session, {name: value[:12] for name, value in data.items()})
        found.append(state)
        state = utils.filter_continuation(state, model, session, {name: value[12:] for name, value in data.items()})
        found.append(state)
        found.append(utils.predict_continuation(state, model, session, times=[24, 25, 27]))
    return plain(found)


# readers and windows


def run(tf, features, times=1):
    with tf.train.MonitoredSession() as session:
        return [plain(session.run(features)) for _ in range(times)]


def csv(text):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
        file.write(text)
    return file.name


@snippet
def csv_reader(tf):
    series = tf.contrib.timeseries
    names = (series.TrainEvalFeatures.TIMES,) + (series.TrainEvalFeatures.VALUES,) * 2 + ("word",)
    types = (tf.int64, tf.float32, tf.float32, tf.string)
    rows = csv("time,a,b,word\n1,.5,2,x\n2,1.5,4,y\n4,,6,z\n")
    reader = series.CSVReader([rows], names, types, skip_header_lines=1)
    whole, few = reader.read_full(), series.CSVReader(csv("0,1\n1,2\n2,3\n"), read_num_records_hint=2).read()
    # once: how often a second run reaches the limit of epochs before it is reset depends on the threads
    (found,) = run(tf, whole)
    found["word"] = [[word.decode() for word in row] for row in found["word"]]
    return [found, run(tf, few)]


@snippet
def numpy_reader(tf):
    reader = tf.contrib.timeseries.NumpyReader({"times": TIMES[:5], "values": SERIES[:5], "e": WAVE[:5]}, 3)
    return [run(tf, reader.read_full(), 2), run(tf, reader.read(), 3)]


@snippet
def random_windows(tf):
    """Threads and jitter: not which windows, but what all of them are like."""
    reader = tf.contrib.timeseries.NumpyReader({"times": TIMES, "values": TIMES})
    features, labels = tf.contrib.timeseries.RandomWindowInputFn(reader, window_size=5, batch_size=3)()
    batches = [(np.array(each["times"]), np.array(each["values"])) for each in run(tf, features, 60)]
    return [
        labels,
        [str(features[name].shape) for name in ("times", "values")],
        all((np.diff(times, axis=1) == 1).all() for times, _ in batches),
        all((values[..., 0] == times).all() for times, values in batches),
        len({int(start) for times, _ in batches for start in times[:, 0]}) > 10,
    ]


@snippet
def windows_in_turn(tf):
    tf.set_random_seed(SEED)
    features, _ = one_by_one(tf, tf.contrib.timeseries.NumpyReader({"times": TIMES, "values": SERIES}), 4)()
    return run(tf, features["times"], 8)


@snippet
def refusals(tf):
    """The kinds of error that wrong data raises."""
    series = tf.contrib.timeseries
    after = {"times": np.array([[1, 2]]), "start_tuple": ()}
    good = {"times": TIMES, "values": SERIES}

    def train(features, **options):
        tensors = {name: tf.constant(value) for name, value in features.items()}
        return regressor(tf, **options).train(lambda: (tensors, None), steps=1)

    attempts = [
        lambda: series.NumpyReader({"times": TIMES}),
        lambda: series.NumpyReader({"times": TIMES, "values": SERIES[1:]}),
        lambda: series.NumpyReader({"times": [TIMES, TIMES], "values": [SERIES, SERIES]}),
        lambda: series.NumpyReader({"times": TIMES, "values": PAIR[..., None]}),
        lambda: series.RandomWindowInputFn(series.NumpyReader(good), window_size=25, batch_size=1),
        lambda: series.CSVReader("x.csv", ("times",)),
        lambda: series.CSVReader("x.csv", ("times", "times", "values")),
        lambda: series.CSVReader("x.csv", column_dtypes=(tf.int64,)),
        lambda: series.predict_continuation_input_fn(after),
        lambda: series.predict_continuation_input_fn(after, steps=1, times=[3]),
        lambda: series.predict_continuation_input_fn(after, times=[2]),
        lambda: series.predict_continuation_input_fn(after, times=[[3], [3]]),
        lambda: regressor(tf, anomaly_distribution="cauchy"),
        lambda: regressor(tf, anomaly_prior_probability=0.1, loss="squared_loss"),
        lambda: regressor(tf, periodicities=None, input_window_size=0),
        lambda: train({"times": TIMES[None, :7], "values": SERIES[None, :7, None]}),
        lambda: train({"times": TIMES[None, :8], "values": PAIR[None, :8]}),
        lambda: train({"times": TIMES[None, :8]}),
        lambda: train({"times": TIMES[:8], "values": SERIES[:8, None]}),
    ]
    kinds = []
    for attempt in attempts:
        try:
            with tf.Graph().as_default():
                attempt()
            kinds.append(None)
        except (AssertionError, TypeError, ValueError) as error:
            kinds.append(type(error).__name__)
    return kinds


def measure_all(tf, names=None):
    """{snippet: what it returned, or {"failed": what went wrong}}."""
    found = collections.OrderedDict()
    for name in SNIPPETS if names is None else names:
        try:
            with tf.Graph().as_default():
                found[name] = SNIPPETS[name](tf)
        except Exception as error:
            found[name] = {"failed": "%s: %s" % (type(error).__name__, error)}
    return found
