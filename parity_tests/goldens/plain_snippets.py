"""Distributions, sequence columns and heads: what they compute at fixed points, in a few lines each.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1 world of
today, where `test_distributions.py` compares. Each function returns nested lists of numbers and texts.
"""

import collections

import numpy as np

SNIPPETS = collections.OrderedDict()


def snippet(function):
    SNIPPETS[function.__name__] = function
    return function


def numbers(*shape, **options):
    """Fixed float32 numbers in [-1, 1)."""
    return np.random.RandomState(options.get("seed", 7)).uniform(-1, 1, shape).astype(np.float32)


def attempt(action):
    """What an action gives, or its exception's class."""
    try:
        return action()
    except Exception as error:  # noqa: B902
        return type(error).__name__


STATISTICS = ("mean", "stddev", "variance", "mode", "entropy", "covariance")


def facts(tf, made, points, others=()):
    """Shapes, statistics, densities at the points; the statistics that there are not by their exception."""
    tensors = [("log_prob", made.log_prob(points)), ("prob", made.prob(points))]
    found = [str(made.batch_shape), str(made.event_shape), made.dtype.name]
    for name in STATISTICS + tuple(others):
        value = attempt(getattr(made, name) if name in STATISTICS else lambda name=name: getattr(made, name)(points))
        if isinstance(value, str):
            found.append([name, value])
        else:
            tensors.append((name, value))
    with tf.Session() as session:
        values = session.run([tensor for _, tensor in tensors])
        drawn = session.run(made.sample([3, 2], seed=1))
        gradient = tf.gradients(tensors[0][1], points) if points.dtype.is_floating else [None]
        slope = None if gradient[0] is None else session.run(gradient[0]).tolist()
    values = [[name, value.tolist()] for (name, _), value in zip(tensors, values)]
    return [found, values, [list(drawn.shape), drawn.dtype.name], slope]


def ours(tf):
    return tf.contrib.distributions


LOC, SCALE, POINTS = numbers(2, 3), np.abs(numbers(2, 3, seed=8)) + 0.3, numbers(2, 3, seed=9)


def tril():
    root = np.tril(numbers(2, 3, 3, seed=3))
    return root + 2 * np.eye(3, dtype=np.float32)


@snippet
def normal_diag(tf):
    d, points = ours(tf), tf.constant(POINTS)
    return [
        facts(tf, d.MultivariateNormalDiag(LOC, SCALE), points),
        facts(tf, d.MultivariateNormalDiag(LOC), points),
        facts(tf, d.MultivariateNormalDiag(scale_diag=SCALE), points),
        facts(tf, d.MultivariateNormalDiag(LOC, scale_identity_multiplier=0.5), points),
        facts(tf, d.MultivariateNormalDiag(LOC, SCALE, [0.5, 1.0]), points),
        facts(tf, d.MultivariateNormalDiag(LOC, SCALE[0]), points),
        facts(tf, d.MultivariateNormalDiagWithSoftplusScale(LOC, POINTS), points),
        attempt(lambda: d.MultivariateNormalDiag()),
    ]


@snippet
def normal_matrix(tf):
    d, points = ours(tf), tf.constant(POINTS)
    covariance = np.matmul(tril(), tril().transpose(0, 2, 1))
    return [
        facts(tf, d.MultivariateNormalTriL(LOC, tril()), points),
        facts(tf, d.MultivariateNormalTriL(LOC[0], tril()), points),
        facts(tf, d.MultivariateNormalFullCovariance(LOC, covariance), points),
    ]


@snippet
def divergences(tf):
    d = ours(tf)
    pairs = [
        (d.MultivariateNormalDiag(LOC, SCALE), d.MultivariateNormalDiag(POINTS, SCALE[::-1])),
        (d.MultivariateNormalTriL(LOC, tril()), d.MultivariateNormalDiag(POINTS, SCALE)),
        (d.OneHotCategorical(logits=LOC), d.OneHotCategorical(logits=POINTS)),
        (d.Independent(d.Normal(LOC, SCALE)), d.Independent(d.Normal(POINTS, SCALE[::-1]))),
        (d.Normal(LOC, SCALE), d.NormalWithSoftplusScale(POINTS, SCALE)),
    ]
    with tf.Session() as session:
        return [session.run(d.kl_divergence(a, b)).tolist() for a, b in pairs]


@snippet
def own_divergence(tf):
    """A subclass may register its own, as policies do."""
    d = ours(tf)

    class Own(d.MultivariateNormalDiag):
        pass

    d.RegisterKL(Own, Own)(lambda a, b, name=None: tf.constant(5.0))
    with tf.Session() as session:
        return session.run(d.kl_divergence(Own(LOC, SCALE), Own(POINTS, SCALE))).tolist()


@snippet
def one_hot(tf):
    d, hot = ours(tf), tf.constant([[0, 1, 0], [0, 0, 1]])
    simplex = tf.nn.softmax(tf.constant(POINTS))
    return [
        facts(tf, d.OneHotCategorical(logits=LOC), hot),
        facts(tf, d.OneHotCategorical(probs=[[0.2, 0.3, 0.5]], dtype=tf.float32), tf.to_float(hot)),
        facts(tf, d.RelaxedOneHotCategorical(0.5, logits=LOC), simplex),
        facts(tf, d.RelaxedOneHotCategorical(2.0, probs=[0.2, 0.3, 0.5]), simplex),
        facts(tf, d.ExpRelaxedOneHotCategorical(0.7, logits=LOC), tf.log(simplex)),
        attempt(lambda: d.OneHotCategorical()),
    ]


@snippet
def single_numbers(tf):
    d, points = ours(tf), tf.constant(POINTS)
    inside = tf.constant(np.abs(POINTS))
    counts = tf.constant([[0.0, 1.0, 4.0], [2.0, 3.0, 7.0]])
    tails = ("cdf", "log_cdf", "survival_function")
    return [
        facts(tf, d.Logistic(LOC, SCALE), points, tails + ("log_survival_function",)),
        facts(tf, d.Cauchy(LOC, SCALE), points, tails),
        facts(tf, d.HalfNormal(SCALE), inside, tails),
        facts(tf, d.RelaxedBernoulli(0.6, logits=LOC), inside),
        facts(tf, d.Poisson(SCALE * 3), counts, ("cdf",)),
        facts(tf, d.Poisson(log_rate=LOC), counts, ("cdf",)),
        facts(tf, d.Geometric(logits=LOC), counts, ("cdf",)),
        facts(tf, d.Geometric(probs=np.abs(LOC)), counts, ("cdf",)),
        facts(tf, d.Deterministic(LOC), tf.constant(LOC), ("cdf",)),
        facts(tf, d.Deterministic(LOC, atol=0.5), points, ("cdf",)),
        attempt(lambda: d.Poisson()),
        attempt(lambda: d.Poisson(rate=3)),
        attempt(lambda: d.Geometric(logits=LOC, probs=LOC)),
    ]


@snippet
def softplus_first(tf):
    d, points, inside = ours(tf), tf.constant(POINTS), tf.constant(np.abs(POINTS))
    found = [
        facts(tf, d.NormalWithSoftplusScale(LOC, POINTS), points),
        facts(tf, d.LaplaceWithSoftplusScale(LOC, POINTS), points),
        facts(tf, d.ExponentialWithSoftplusRate(LOC), inside),
        facts(tf, d.GammaWithSoftplusConcentrationRate(LOC, POINTS), inside),
        facts(tf, d.BetaWithSoftplusConcentration(LOC + 2, LOC + 3), inside),
        facts(tf, d.StudentTWithAbsDfSoftplusScale(SCALE * 4 + 1, LOC, POINTS), points),
        facts(tf, d.Chi2(SCALE * 5), inside),
    ]
    with tf.Session() as session:
        numbers_ = np.array([1e-9, 1e-3, 0.5, 3.0, 40.0, 500.0], np.float32)
        return found + [session.run(d.softplus_inverse(numbers_)).tolist()]


@snippet
def mixtures(tf):
    d, points = ours(tf), tf.constant(POINTS[:, 0])
    which = d.Categorical(logits=LOC)
    parts = [d.Normal(LOC[:, k], SCALE[:, k]) for k in range(2)] + [d.Logistic(LOC[:, 2], SCALE[:, 2])]
    vectors = [d.MultivariateNormalDiag(LOC + k, SCALE) for k in range(3)]
    means = np.stack([LOC, LOC + 1, LOC - 1], 1)
    with tf.Session() as session:
        bound = session.run(d.Mixture(which, parts).entropy_lower_bound()).tolist()
    return [
        facts(tf, d.Mixture(which, parts), points),
        facts(tf, d.Mixture(which, vectors), tf.constant(POINTS)),
        facts(tf, d.MixtureSameFamily(which, d.Normal(LOC, SCALE)), points, ("cdf",)),
        facts(
            tf, d.MixtureSameFamily(which, d.MultivariateNormalDiag(means, np.abs(means) + 0.1)), tf.constant(POINTS)
        ),
        bound,
        attempt(lambda: d.Mixture(parts[0], parts)),
        attempt(lambda: d.Mixture(which, [])),
        attempt(lambda: d.MixtureSameFamily(parts[0], parts[1])),
    ]


@snippet
def independent(tf):
    d, points = ours(tf), tf.constant(POINTS)
    return [
        facts(tf, d.Independent(d.Normal(LOC, SCALE)), points),
        facts(tf, d.Independent(d.Normal(LOC, SCALE), 2), points),
        facts(tf, d.Independent(d.Bernoulli(logits=LOC), 1), tf.constant([[0, 1, 1], [1, 0, 1]])),
        attempt(lambda: d.Independent(d.Normal(LOC, SCALE), 3)),
    ]


# sequence columns


def sparse(tf, values):
    return tf.SparseTensor([[0, 0], [0, 1], [0, 2], [1, 0], [2, 0], [2, 1]], tf.constant(values), [3, 3])


def features(tf):
    return {
        "word": sparse(tf, ["a", "b", "c", "d", "a", "z"]),
        "id": sparse(tf, np.array([3, 1, 0, 2, 2, 9])),
        "size": sparse(tf, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        "age": tf.constant([[0.5], [0.25], [1.0]]),
    }


def columns(tf):
    sequence, table = tf.contrib.feature_column, tf.constant_initializer(np.linspace(-1, 1, 12).reshape(4, 3))
    word = sequence.sequence_categorical_column_with_vocabulary_list("word", ["a", "b", "c", "d"], num_oov_buckets=0)
    number = sequence.sequence_categorical_column_with_identity("id", 4, default_value=0)
    return [
        tf.feature_column.embedding_column(word, 3, initializer=table),
        tf.feature_column.indicator_column(number),
        sequence.sequence_numeric_column("size"),
    ]


@snippet
def sequence_columns(tf):
    sequence = tf.contrib.feature_column
    with tf.variable_scope("model"):
        inputs, lengths = sequence.sequence_input_layer(features(tf), columns(tf))
    refused = attempt(lambda: sequence.sequence_input_layer(features(tf), [tf.feature_column.numeric_column("age")]))
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        values = [session.run(each).tolist() for each in (inputs, lengths)]
    return [values, [v.name for v in tf.trainable_variables()], refused]


# heads


def head_facts(tf, head, logits, labels):
    """Loss, predictions, exports and metrics of a head at fixed logits."""
    found, modes = [], tf.estimator.ModeKeys
    for mode in (modes.EVAL, modes.PREDICT, modes.TRAIN):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.train.create_global_step()
            weight = tf.get_variable("w", [], initializer=tf.ones_initializer())
            optimizer = tf.contrib.estimator.clip_gradients_by_norm(tf.train.GradientDescentOptimizer(0.5), 0.1)
            spec = head.create_estimator_spec(
                features={"x": tf.constant([[1.0]])},
                mode=mode,
                logits=tf.constant(logits) * weight,
                labels=None if mode == modes.PREDICT else labels(tf),
                train_op_fn=lambda loss, optimizer=optimizer: optimizer.minimize(loss, tf.train.get_global_step()),
            )
            session.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])
            values = {} if mode == modes.TRAIN else {str(k): v for k, v in spec.predictions.items()}
            if spec.loss is not None:
                values["loss"] = spec.loss
            if mode == modes.EVAL:
                session.run([update for _, update in spec.eval_metric_ops.values()])
                values.update({name: value for name, (value, _) in spec.eval_metric_ops.items()})
            if mode == modes.PREDICT:
                found.append(sorted(spec.export_outputs))
            found.append([[name, plain(session.run(value))] for name, value in sorted(values.items())])
            if mode == modes.TRAIN:
                session.run(spec.train_op)
                found.append([plain(session.run(weight)), int(session.run(tf.train.get_global_step()))])
    return found


def plain(value):
    value = np.asarray(value)
    return value.astype(str).tolist() if value.dtype.kind in "OS" else value.tolist()


LOGITS = numbers(4, 3, seed=5) * 2


@snippet
def heads(tf):
    e = tf.contrib.estimator
    classes = lambda tf: tf.constant([[0], [2], [1], [2]])  # noqa: E731
    binary = lambda tf: tf.constant([[0.0], [1.0], [1.0], [0.0]])  # noqa: E731
    counts = lambda tf: tf.constant([[0.0], [2.0], [1.0], [4.0]])  # noqa: E731
    shares = lambda tf: tf.constant([[0.1], [0.9], [0.5], [1.0]])  # noqa: E731
    several = lambda tf: {"a": binary(tf), "b": classes(tf), "c": counts(tf)}  # noqa: E731
    one = LOGITS[:, :1]
    parts = lambda: [  # noqa: E731
        e.binary_classification_head(name="a"),
        e.multi_class_head(3, name="b"),
        e.poisson_regression_head(name="c"),
    ]
    five = np.concatenate([LOGITS, LOGITS[:, :2]], 1)
    total = tf.losses.Reduction.SUM
    return [
        head_facts(tf, e.multi_class_head(3), LOGITS, classes),
        head_facts(tf, e.multi_class_head(3, loss_reduction=total, name="n"), LOGITS, classes),
        head_facts(tf, e.binary_classification_head(thresholds=[0.4]), one, binary),
        head_facts(tf, e.regression_head(), one, counts),
        head_facts(tf, e.regression_head(inverse_link_fn=tf.exp, name="n"), one, counts),
        head_facts(tf, e.poisson_regression_head(compute_full_loss=False), one, counts),
        head_facts(tf, e.logistic_regression_head(), one, shares),
        head_facts(tf, e.multi_head(parts()), five, several),
        head_facts(tf, e.multi_head(parts(), [1.0, 0.5, 2.0]), five, several),
        attempt(lambda: e.multi_class_head(2)),
        attempt(lambda: e.multi_head([])),
        attempt(lambda: e.multi_head([e.regression_head()])),
        attempt(lambda: e.multi_head(parts(), [1.0])),
    ]


@snippet
def recurrent_estimators(tf):
    """The variables, the metrics, and whether four steps lower the loss; start values are each version's own."""
    e, found = tf.contrib.estimator, []
    label = {3: [[0], [1], [2]], 2: [[0], [1], [1]]}
    for options in (
        {"num_units": [4], "cell_type": "lstm", "n_classes": 3},
        {"num_units": [4, 3], "cell_type": "gru"},
        {"rnn_cell_fn": lambda mode: tf.nn.rnn_cell.BasicRNNCell(4, name="own"), "n_classes": 3},
        {"num_units": [4]},
    ):
        made = e.RNNClassifier(columns(tf), [tf.feature_column.numeric_column("age")], **options)
        input_fn = lambda options=options: (features(tf), tf.constant(label[options.get("n_classes", 2)]))  # noqa: E731
        made.train(input_fn, steps=1)
        before = made.evaluate(input_fn, steps=1)
        made.train(input_fn, steps=12)
        after = made.evaluate(input_fn, steps=1)
        names = [name for name in made.get_variable_names() if "Adagrad" not in name]
        prediction = next(made.predict(lambda: features(tf)))
        found.append(
            [
                [[name, list(np.shape(made.get_variable_value(name)))] for name in sorted(names)],
                sorted(before),
                bool(after["loss"] < before["loss"]),
                [[name, list(np.shape(value))] for name, value in sorted(prediction.items())],
            ]
        )
    cell = lambda mode: None  # noqa: E731
    found.append(attempt(lambda: e.RNNClassifier(columns(tf), num_units=[3], rnn_cell_fn=cell)))
    found.append(
        attempt(lambda: e.RNNEstimator(e.regression_head(), columns(tf), num_units=[3], return_sequences=True))
    )
    return found


def measure_all(tf, names=None):
    """{name: what it returns}; a snippet that fails gives {"failed": why}."""
    found = collections.OrderedDict()
    for name in SNIPPETS if names is None else names:
        try:
            with tf.Graph().as_default():
                found[name] = SNIPPETS[name](tf)
        except Exception as error:  # noqa: B902
            found[name] = {"failed": "%s: %s" % (type(error).__name__, str(error)[:300])}
    return found
