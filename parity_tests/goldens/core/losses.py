"""tf.losses, and the cross-entropies of tf.nn."""

from core.harness import family, fetched, keys, numbers

CASES, snippet = family()


def _inputs(tf):
    labels = (numbers(4, 3, seed=1) > 0).astype("float32")
    return tf.constant(labels), tf.constant(numbers(4, 3, seed=2))


def _report(tf, *losses):
    collected = [loss.name for loss in tf.losses.get_losses()]
    return [loss.name for loss in losses], fetched(tf, *losses), collected, keys(tf)


def _each_weighting(tf, loss, labels, predictions, per_row=False, **options):
    reductions = tf.losses.Reduction
    rows = tf.constant([0.0, 1.0, 2.0, 0.5])
    losses = [loss(labels, predictions, **options)]
    losses += [loss(labels, predictions, 0.5, **options)]
    losses += [loss(labels, predictions, weights=rows if per_row else rows[:, None], scope="mine", **options)]
    for reduction in reductions.all():
        losses.append(loss(labels, predictions, weights=2.0, reduction=reduction, **options))
    losses.append(loss(labels, predictions, loss_collection=None, **options))
    losses.append(loss(labels, predictions, weights=0.0, **options))
    return _report(tf, *losses)


@snippet
def absolute_difference(tf):
    return _each_weighting(tf, tf.losses.absolute_difference, *_inputs(tf))


@snippet
def cosine_distance(tf):
    labels, predictions = _inputs(tf)
    return _report(
        tf,
        tf.losses.cosine_distance(labels, predictions, axis=1),
        tf.losses.cosine_distance(labels, predictions, dim=1, weights=tf.constant([[1.0], [2.0], [0.0], [1.0]])),
        tf.losses.cosine_distance(labels, predictions, 1, reduction=tf.losses.Reduction.NONE),
    )


@snippet
def hinge_loss(tf):
    return _each_weighting(tf, tf.losses.hinge_loss, *_inputs(tf))


@snippet
def huber_loss(tf):
    labels, predictions = _inputs(tf)
    found = _each_weighting(tf, tf.losses.huber_loss, labels, predictions)
    return found, fetched(tf, tf.losses.huber_loss(labels, predictions, delta=0.3))


@snippet
def log_loss(tf):
    labels, predictions = _inputs(tf)
    return _each_weighting(tf, tf.losses.log_loss, labels, tf.sigmoid(predictions), epsilon=1e-6)


@snippet
def mean_squared_error(tf):
    return _each_weighting(tf, tf.losses.mean_squared_error, *_inputs(tf))


@snippet
def mean_pairwise_squared_error(tf):
    labels, predictions = _inputs(tf)
    loss = tf.losses.mean_pairwise_squared_error
    weights = tf.constant([[0.0], [1.0], [2.0], [0.5]])
    return _report(tf, loss(labels, predictions), loss(labels, predictions, weights=weights, scope="mine"))


@snippet
def sigmoid_cross_entropy(tf):
    labels, logits = _inputs(tf)
    found = _each_weighting(tf, tf.losses.sigmoid_cross_entropy, labels, logits)
    smooth = tf.losses.sigmoid_cross_entropy(multi_class_labels=labels, logits=logits, label_smoothing=0.1)
    return found, fetched(tf, smooth)


@snippet
def softmax_cross_entropy(tf):
    logits = _inputs(tf)[1]
    labels = tf.one_hot([0, 2, 1, 1], 3)
    found = _each_weighting(tf, tf.losses.softmax_cross_entropy, labels, logits, per_row=True)
    smooth = tf.losses.softmax_cross_entropy(onehot_labels=labels, logits=logits, label_smoothing=0.1)
    return found, fetched(tf, smooth)


@snippet
def sparse_softmax_cross_entropy(tf):
    logits, labels = _inputs(tf)[1], tf.constant([0, 2, 1, 1])
    found = _each_weighting(tf, tf.losses.sparse_softmax_cross_entropy, labels, logits, per_row=True)
    return found, fetched(tf, tf.losses.sparse_softmax_cross_entropy(labels[:, None], logits))


@snippet
def compute_weighted_loss(tf):
    x = tf.constant(numbers(4, 3))
    weights = tf.constant([[1.0], [0.0], [0.0], [3.0]])
    return _report(tf, tf.losses.compute_weighted_loss(x), tf.losses.compute_weighted_loss(x, weights, scope="w"))


@snippet
def weights_of_a_wrong_shape(tf):
    tf.losses.mean_squared_error(*_inputs(tf), weights=tf.constant([1.0, 2.0]))


@snippet
def total_loss(tf):
    labels, predictions = _inputs(tf)
    with tf.variable_scope("net", regularizer=lambda w: 0.1 * tf.reduce_sum(tf.square(w))):
        table = tf.get_variable("table", [3, 2])
        with tf.variable_scope("inner"):
            tf.get_variable("bias", [2])
    tf.losses.mean_squared_error(labels, predictions)
    with tf.variable_scope("head"):
        tf.losses.absolute_difference(labels, predictions, 0.3)
    tf.losses.add_loss(tf.reduce_sum(predictions), loss_collection=tf.GraphKeys.LOSSES)
    tf.add_to_collection("losses", tf.constant(1.0))
    totals = [
        tf.losses.get_total_loss(),
        tf.losses.get_total_loss(add_regularization_losses=False, name="bare"),
        tf.losses.get_regularization_loss(),
    ]
    scoped = [loss.name for loss in tf.losses.get_losses(scope="head")]
    regular = [loss.name for loss in tf.losses.get_regularization_losses("net/inner")]
    return _report(tf, *totals), scoped, regular, table.name


@snippet
def no_losses(tf):
    tf.losses.get_total_loss()


@snippet
def cross_entropies(tf):
    labels, logits = _inputs(tf)
    ids = tf.constant([0, 2, 1, 1])
    found = [
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits),
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=0, name="mine"),
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits),
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, dim=0),
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits),
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids[None], logits=logits[None], name="rows"),
        tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits),
        tf.nn.weighted_cross_entropy_with_logits(labels=labels, logits=logits, pos_weight=2.0),
        tf.nn.weighted_cross_entropy_with_logits(targets=labels, logits=logits, pos_weight=2.0),
        tf.nn.log_poisson_loss(labels, logits),
        tf.nn.l2_loss(logits),
    ]
    gradients = tf.gradients([tf.reduce_sum(loss) for loss in found[2:7]], logits)
    return [loss.name for loss in found], fetched(tf, *(found + gradients))


@snippet
def sampled_losses(tf):
    weights, biases = tf.constant(numbers(6, 4, seed=3)), tf.constant(numbers(6, seed=4))
    inputs, labels = tf.constant(numbers(3, 4)), tf.constant([[0], [3], [5]], tf.int64)
    candidates = (tf.constant([1, 2, 5], tf.int64), tf.constant([[0.5], [0.2], [0.1]]), tf.constant([0.3, 0.4, 0.2]))
    found = [
        tf.nn.sampled_softmax_loss(weights, biases, labels, inputs, 3, 6, sampled_values=candidates),
        tf.nn.nce_loss(weights, biases, labels, inputs, 3, 6, sampled_values=candidates),
        tf.nn.nce_loss(
            weights=[weights], biases=biases, inputs=inputs, labels=labels, num_sampled=3, num_classes=6, name="mine",
            sampled_values=candidates, remove_accidental_hits=True, partition_strategy="div",
        ),
        tf.nn.sampled_softmax_loss(weights, biases, labels, inputs, 3, 6),
        tf.nn.nce_loss(weights, biases, labels, inputs, 3, 6),
    ]  # fmt: skip
    drawn = tf.nn.log_uniform_candidate_sampler(labels, 1, 3, True, 6)
    uniform = tf.nn.uniform_candidate_sampler(labels, 1, 3, True, 6)
    learned = tf.nn.learned_unigram_candidate_sampler(labels, 1, 3, True, 6, seed=4)
    fixed = tf.nn.fixed_unigram_candidate_sampler(labels, 1, 3, False, 6, unigrams=[1, 2, 3, 4, 5, 6])
    return [loss.name for loss in found], fetched(tf, *(found + list(drawn + uniform + learned + fixed)))
