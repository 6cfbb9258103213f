"""tf.train: optimizers, slots, decays, moving averages, the global step."""

from core.harness import family, fetched, keys, numbers, variables

CASES, snippet = family()


def _problem(tf):
    """A loss of a dense and an embedded variable, both in a scope."""
    with tf.variable_scope("net"):
        weights = tf.get_variable("w", initializer=tf.constant(numbers(3, 2)))
        table = tf.get_variable("table", initializer=tf.constant(numbers(5, 2, seed=3)))
        unused = tf.get_variable("unused", [2])
    rows = tf.nn.embedding_lookup(table, [1, 3, 1])
    return tf.reduce_sum(tf.square(tf.matmul(tf.constant(numbers(3, 3, seed=5)), weights) - rows)), unused


OPTIMIZERS = {
    "Adadelta": lambda tf: tf.train.AdadeltaOptimizer(0.5),
    "Adagrad": lambda tf: tf.train.AdagradOptimizer(0.1),
    "AdagradDA": lambda tf: tf.train.AdagradDAOptimizer(
        0.1, tf.train.get_or_create_global_step(), l1_regularization_strength=0.001
    ),
    "Adam": lambda tf: tf.train.AdamOptimizer(),
    "Adam_named": lambda tf: tf.train.AdamOptimizer(learning_rate=tf.constant(0.01), beta1=0.5, name="Mine"),
    "Ftrl": lambda tf: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
    "GradientDescent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "GradientDescent_of_a_callable": lambda tf: tf.train.GradientDescentOptimizer(lambda: 0.1),
    "Momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9),
    "Momentum_nesterov": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "ProximalAdagrad": lambda tf: tf.train.ProximalAdagradOptimizer(0.1, l2_regularization_strength=0.01),
    "ProximalGradientDescent": lambda tf: tf.train.ProximalGradientDescentOptimizer(0.1),
    "RMSProp": lambda tf: tf.train.RMSPropOptimizer(0.01),
    "RMSProp_centered": lambda tf: tf.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True),
}


def _optimizer_case(title, make):
    def run(tf):
        loss, unused = _problem(tf)
        step = tf.train.get_or_create_global_step()
        optimizer = make(tf)
        with tf.variable_scope("training"):
            train = optimizer.minimize(loss, global_step=step)
        pairs = optimizer.compute_gradients(loss)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            losses = [session.run([loss, train])[0] for _ in range(5)]
            values = session.run([v for v in tf.global_variables() if v is not unused])
        return {
            "losses": losses,
            "variables": variables(tf),
            "slots": optimizer.get_slot_names(),
            "of the optimizer": [v.name for v in optimizer.variables()],
            "train": train.name,
            "name": optimizer.get_name(),
            "gradients": [(None if g is None else g.name if hasattr(g, "name") else str(g), v.name) for g, v in pairs],
            "values": [value for value in values if value.shape != (2,)],
            "collections": keys(tf),
        }

    run.__name__ = title
    snippet(run)


for title in sorted(OPTIMIZERS):
    _optimizer_case(title, OPTIMIZERS[title])


@snippet
def clipped_gradients(tf):
    loss, _ = _problem(tf)
    step = tf.Variable(0, name="global_step", trainable=False)
    optimizer = tf.train.AdamOptimizer(0.01)
    gradients, over = zip(*optimizer.compute_gradients(loss, var_list=tf.trainable_variables("net/[wt]")))
    clipped, norm = tf.clip_by_global_norm(gradients, 0.5)
    train = optimizer.apply_gradients(zip(clipped, over), global_step=step, name="train_op")
    slot = optimizer.get_slot(over[0], "m")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = [session.run([train, loss, norm])[1:] for _ in range(4)]
        return found, session.run([step, slot]), slot.name, train.name, [g.name for g in clipped]


@snippet
def gradients_through_aggregation(tf):
    loss, _ = _problem(tf)
    optimizer = tf.train.GradientDescentOptimizer(0.1, use_locking=True)
    pairs = optimizer.compute_gradients(
        loss, gate_gradients=optimizer.GATE_OP, colocate_gradients_with_ops=True, grad_loss=tf.constant(2.0),
        aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE,
    )  # fmt: skip
    train = optimizer.apply_gradients([(-g, v) for g, v in pairs if g is not None and "w" in v.name])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run([loss, train])[0] for _ in range(3)], train.name


@snippet
def two_optimizers(tf):
    loss, _ = _problem(tf)
    first = tf.train.AdamOptimizer().minimize(loss, var_list=tf.trainable_variables("net/w"))
    second = tf.train.AdamOptimizer(name="Adam").minimize(-loss, var_list=[tf.trainable_variables()[1]])
    return first.name, second.name, variables(tf)


@snippet
def nothing_to_train(tf):
    tf.train.AdamOptimizer().minimize(tf.constant(1.0))


@snippet
def no_gradient_at_all(tf):
    tf.Variable(1.0)
    tf.train.AdamOptimizer().minimize(tf.constant(1.0))


@snippet
def decays(tf):
    step = tf.placeholder(tf.int32, [])
    train = tf.train
    rates = [
        train.exponential_decay(0.1, step, 7, 0.96),
        train.exponential_decay(learning_rate=0.1, global_step=step, decay_steps=7, decay_rate=0.9, staircase=True),
        train.natural_exp_decay(0.1, step, 7, 0.5, name="natural"),
        train.inverse_time_decay(0.1, step, 7, 0.5, staircase=True),
        train.polynomial_decay(0.1, step, 20),
        train.polynomial_decay(0.1, step, 20, end_learning_rate=0.01, power=2.0, cycle=True),
        train.piecewise_constant(step, [5, 20], [0.1, 0.01, 0.001]),
        train.piecewise_constant(x=step, boundaries=[5, 20], values=[1.0, 0.5, 0.1], name="pieces"),
        train.cosine_decay(0.1, step, 30, alpha=0.1),
        train.cosine_decay_restarts(0.1, step, 10),
        train.linear_cosine_decay(0.1, step, 30),
    ]
    with tf.Session() as session:
        return [session.run(rates, {step: at}) for at in (0, 1, 6, 7, 20, 31)], [rate.name for rate in rates]


@snippet
def a_decay_and_its_step(tf):
    loss, _ = _problem(tf)
    step = tf.Variable(0, trainable=False)
    rate = tf.train.exponential_decay(0.1, step, 2, 0.5, staircase=True)
    train = tf.train.MomentumOptimizer(rate, 0.9).minimize(loss, global_step=step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run([train, rate, loss, step])[1:] for _ in range(5)], variables(tf)


@snippet
def moving_average(tf):
    loss, _ = _problem(tf)
    step = tf.train.get_or_create_global_step()
    average = tf.train.ExponentialMovingAverage(0.9, step)
    scalar = tf.reduce_mean(tf.constant(numbers(3)), name="scalar")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    with tf.control_dependencies([train]):
        apply = average.apply(tf.trainable_variables()[:2] + [scalar])
    restore = average.variables_to_restore()
    everything = average.variables_to_restore(tf.global_variables())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(apply)
        values = session.run([average.average(v) for v in tf.trainable_variables()[:2]] + [average.average(scalar)])
    return {
        "values": values,
        "variables": variables(tf),
        "restore": {name: v.name for name, v in restore.items()},
        "everything": sorted(everything),
        "names": [average.average_name(v) for v in tf.trainable_variables()[:2]] + [average.average_name(scalar)],
        "collections": keys(tf),
        "apply": apply.name,
        "moving": [v.name for v in tf.moving_average_variables()],
    }


@snippet
def moving_average_with_zero_debias(tf):
    value = tf.Variable(5.0, name="v")
    average = tf.train.ExponentialMovingAverage(0.9, zero_debias=True, name="shadow")
    apply = average.apply([value + 1.0, value])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(2):
            session.run(apply)
        return session.run(tf.global_variables()), variables(tf)


@snippet
def global_steps(tf):
    before = tf.train.get_global_step()
    step = tf.train.create_global_step()
    again = tf.train.get_or_create_global_step()
    increased = tf.assign_add(step, 1)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(increased)
        at = tf.train.global_step(session, step)
    tf.train.assert_global_step(step)
    return before is None, step is again, step.name, step.dtype.name, at, keys(tf), tf.train.get_global_step().name


@snippet
def a_second_global_step(tf):
    tf.train.create_global_step()
    tf.train.create_global_step()


@snippet
def conditional_accumulator(tf):
    accumulator = tf.ConditionalAccumulator(tf.float32, shape=[2])
    add = accumulator.apply_grad(tf.constant([1.0, 3.0]))
    with tf.control_dependencies([add]):
        return fetched(tf, accumulator.take_grad(1)), accumulator.name
