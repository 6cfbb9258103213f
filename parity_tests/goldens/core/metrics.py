"""tf.metrics: values, updates, local variables and their names, collections."""

from core.harness import family, fetched, keys, numbers, variables

CASES, snippet = family()


def _stream(tf, metric, *args, **options):
    """Run the update three times; batch k of an argument is its row k."""
    step = tf.placeholder(tf.int32, [])
    given = [tf.constant(arg)[step] if hasattr(arg, "shape") else arg for arg in args]
    value, update = metric(*given, **options)
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        updates = [session.run(update, {step: k}) for k in range(3)]
        values = session.run([value, value], {step: 0})[0]
    tensors = list(value) + list(update) if isinstance(value, tuple) else [value, update]
    names = [t.name for t in tensors]
    return updates, values, names, variables(tf, "local_variables"), variables(tf), keys(tf)


def _flags(seed):
    return numbers(3, 6, seed=seed) > 0


def _ids(seed):
    return (numbers(3, 6, seed=seed) * 1.5 + 1.5).astype("int32")


def _case(metric, *args, **options):
    def run(tf):
        return _stream(tf, getattr(tf.metrics, metric), *args, **options)

    run.__name__ = metric if metric not in CASES else metric + "_more"
    snippet(run)


def _unit(seed):
    return (numbers(3, 6, seed=seed) + 1) / 2


_case("accuracy", _ids(1), _ids(2))
_case("accuracy", _ids(1), _ids(2), weights=numbers(6) > 0, name="acc", metrics_collections=["mine"])
_case("mean", numbers(3, 6))
_case("mean", numbers(3, 6), weights=numbers(6) > 0, updates_collections="updates", name="m")
_case("mean_tensor", numbers(3, 6))
_case("precision", _flags(1), _flags(2))
_case("precision", _flags(1), _flags(2), weights=numbers(6) > 0, name="p")
_case("recall", _flags(1), _flags(2))
_case("auc", _flags(1), _unit(2))
_case("auc", _flags(1), _unit(2), num_thresholds=20, curve="PR", summation_method="careful_interpolation")
_case("mean_squared_error", numbers(3, 6, seed=1), numbers(3, 6, seed=2))
_case("root_mean_squared_error", numbers(3, 6, seed=1), numbers(3, 6, seed=2))
_case("mean_absolute_error", numbers(3, 6, seed=1), numbers(3, 6, seed=2))
_case("mean_relative_error", numbers(3, 6, seed=1), numbers(3, 6, seed=2), normalizer=[1.0, 2, 3, 4, 5, 6])
_case("mean_cosine_distance", numbers(3, 6, seed=1), numbers(3, 6, seed=2), dim=0)
_case("mean_iou", _ids(1), _ids(2), num_classes=3)
_case("mean_per_class_accuracy", _ids(1), _ids(2), num_classes=3)
_case("percentage_below", numbers(3, 6), threshold=0.2)
_case("true_positives", _flags(1), _flags(2))
_case("false_positives", _flags(1), _flags(2))
_case("true_negatives", _flags(1), _flags(2))
_case("false_negatives", _flags(1), _flags(2))
_case("true_positives_at_thresholds", _flags(1), _unit(2), thresholds=[0.2, 0.5])
_case("precision_at_thresholds", _flags(1), _unit(2), thresholds=[0.2, 0.5])
_case("recall_at_thresholds", _flags(1), _unit(2), thresholds=[0.2, 0.5])
_case("sensitivity_at_specificity", _flags(1), _unit(2), specificity=0.5)
_case("specificity_at_sensitivity", _flags(1), _unit(2), sensitivity=0.5)
_case("recall_at_k", _ids(1)[:, :4, None].astype("int64"), numbers(3, 4, 5), k=2)
_case("precision_at_k", _ids(1)[:, :4, None].astype("int64"), numbers(3, 4, 5), k=2)
_case("average_precision_at_k", _ids(1)[:, :4, None].astype("int64"), numbers(3, 4, 5), k=2)


@snippet
def resetting(tf):
    value, update = tf.metrics.mean(tf.constant([1.0, 3.0]), name="my_metric")
    mine = tf.get_collection(tf.GraphKeys.LOCAL_VARIABLES, scope="my_metric")
    reset = tf.variables_initializer(mine)
    with tf.variable_scope("eval"):
        tf.metrics.accuracy([1, 2], [1, 1])
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        first = session.run([update, value])
        session.run(reset)
        return first, session.run([value] + mine), variables(tf, "local_variables"), variables(tf, "metric_variables")


@snippet
def uninitialized(tf):
    value, _ = tf.metrics.mean([1.0])
    with tf.Session() as session:
        session.run(value)


@snippet
def confusion_matrix(tf):
    return fetched(
        tf,
        tf.confusion_matrix([0, 1, 2], [0, 2, 2]),
        tf.confusion_matrix([0, 1], [1, 1], num_classes=3, weights=[1, 2]),
    )
