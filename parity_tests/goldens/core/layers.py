"""tf.layers: functions, classes, names, reuse, update ops."""

from core.harness import family, fetched, keys, numbers, variables

CASES, snippet = family()


def _report(tf, *outputs):
    found = fetched(tf, *outputs)
    return {
        "names": [out.name for out in outputs],
        "shapes": [str(out.shape) for out in outputs],
        "values": found,
        "variables": variables(tf),
        "trainable": variables(tf, "trainable_variables"),
        "collections": keys(tf),
    }


@snippet
def dense(tf):
    x = tf.constant(numbers(3, 5))
    first = tf.layers.dense(x, 4)
    second = tf.layers.dense(first, 2, tf.nn.relu, name="out", use_bias=False)
    third = tf.layers.dense(x, units=2, activation=tf.nn.tanh, kernel_initializer=tf.constant_initializer(0.1))
    return _report(tf, first, second, third)


@snippet
def dense_of_rank_3(tf):
    x = tf.constant(numbers(2, 3, 5))
    return _report(tf, tf.layers.dense(x, 4), tf.layers.dense(x, 4, activation=tf.nn.softmax, trainable=False))


@snippet
def dense_regularized(tf):
    x = tf.constant(numbers(3, 5))

    def regularizer(weights):
        return 0.1 * tf.reduce_sum(tf.square(weights))

    y = tf.layers.dense(
        x, 4, kernel_regularizer=regularizer, bias_regularizer=regularizer, activity_regularizer=regularizer
    )
    losses = tf.losses.get_regularization_losses()
    total = tf.losses.get_regularization_loss()
    return _report(tf, y, total), [loss.name for loss in losses]


@snippet
def dense_constrained(tf):
    x = tf.constant(numbers(3, 5))
    y = tf.layers.dense(x, 4, kernel_constraint=lambda w: tf.clip_by_value(w, -0.01, 0.01), name="d")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        return session.run(tf.trainable_variables())


@snippet
def dense_reuse(tf):
    x = tf.constant(numbers(3, 5))
    with tf.variable_scope("model"):
        first = tf.layers.dense(x, 4, name="fc")
    with tf.variable_scope("model", reuse=True):
        second = tf.layers.dense(x, 4, name="fc")
    third = tf.layers.dense(x, 4, name="model/fc", reuse=True)
    with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
        fourth = tf.layers.dense(x, 4, name="other")
        fifth = tf.layers.dense(x, 4, name="other")
    with tf.name_scope("outer"):
        sixth = tf.layers.dense(x, 4, name="sixth")
    return _report(tf, first, second, third, fourth, fifth, sixth)


@snippet
def dense_twice_under_one_name(tf):
    x = tf.constant(numbers(3, 5))
    tf.layers.dense(x, 4, name="fc")
    tf.layers.dense(x, 4, name="fc")


@snippet
def dense_of_unknown_width(tf):
    tf.layers.dense(tf.placeholder(tf.float32, [3, None]), 4)


@snippet
def dense_class(tf):
    x = tf.constant(numbers(3, 5))
    layer = tf.layers.Dense(4, activation=tf.nn.sigmoid, name="mine")
    first, second = layer(x), layer.apply(x)
    other = tf.layers.Dense(4, _scope="scoped", _reuse=False)
    third = other(x)
    facts = [layer.name, layer.scope_name, layer.units, layer.built, layer.trainable, layer.dtype, layer.use_bias]
    weights = [[v.name for v in group] for group in (layer.weights, layer.variables, layer.trainable_weights)]
    shape = layer.compute_output_shape(tf.TensorShape([None, 5])).as_list()
    return (
        _report(tf, first, second, third),
        facts,
        weights,
        shape,
        layer.kernel.name,
        layer.bias.name,
        other.scope_name,
    )


@snippet
def custom_layer(tf):
    class Scale(tf.layers.Layer):
        def __init__(self, start, **options):
            super(Scale, self).__init__(**options)
            self.start = start

        def build(self, shape):
            self.factor = self.add_variable("factor", [int(shape[-1])], initializer=tf.constant_initializer(self.start))
            self.count = self.add_weight(
                name="count", shape=[], trainable=False, initializer=tf.zeros_initializer(), dtype=tf.float32
            )
            super(Scale, self).build(shape)

        def call(self, inputs):
            return inputs * self.factor

    x = tf.constant(numbers(3, 5))
    layer = Scale(2.0)
    return _report(tf, layer(x), layer(x), Scale(3.0, name="other")(x)), layer.input_spec is None, layer.losses


@snippet
def conv1d(tf):
    x = tf.constant(numbers(2, 8, 3))
    return _report(
        tf,
        tf.layers.conv1d(x, 4, 3),
        tf.layers.conv1d(x, filters=4, kernel_size=2, strides=2, padding="same", activation=tf.nn.relu, name="c"),
        tf.layers.conv1d(x, 4, 3, dilation_rate=2, padding="SAME"),
        tf.layers.Conv1D(2, 3, use_bias=False)(x),
    )


@snippet
def conv2d(tf):
    x = tf.constant(numbers(2, 6, 6, 3))
    return _report(
        tf,
        tf.layers.conv2d(x, 4, [3, 3]),
        tf.layers.conv2d(inputs=x, filters=4, kernel_size=5, strides=(2, 2), padding="same", activation=tf.nn.relu),
        tf.layers.conv2d(x, 4, 3, dilation_rate=2, bias_initializer=tf.ones_initializer(), name="d"),
        tf.layers.Conv2D(2, 3)(x),
        tf.layers.conv2d_transpose(x, 2, 3, strides=2, padding="same"),
        tf.layers.separable_conv2d(x, 2, 3, depth_multiplier=2),
    )


@snippet
def conv3d(tf):
    x = tf.constant(numbers(1, 4, 4, 4, 2))
    return _report(tf, tf.layers.conv3d(x, 2, 2), tf.layers.conv3d_transpose(x, 2, 2), tf.layers.max_pooling3d(x, 2, 2))


@snippet
def pooling(tf):
    rows, images = tf.constant(numbers(2, 8, 3)), tf.constant(numbers(2, 6, 6, 3))
    return _report(
        tf,
        tf.layers.max_pooling1d(rows, 2, 2),
        tf.layers.average_pooling1d(rows, 3, 2, padding="same"),
        tf.layers.max_pooling2d(inputs=images, pool_size=[2, 2], strides=2),
        tf.layers.average_pooling2d(images, 2, 1, "same", name="pool"),
        tf.layers.MaxPooling2D(2, 2)(images),
        tf.layers.AveragePooling1D(2, 2)(rows),
        tf.layers.flatten(images),
        tf.layers.Flatten()(rows),
    )


@snippet
def pooling_channels_first(tf):
    rows = tf.constant(numbers(2, 3, 8))
    return tf.layers.max_pooling1d(rows, 2, 2, data_format="channels_first").shape.as_list()


@snippet
def flatten(tf):
    unknown = tf.placeholder(tf.float32, [None, 4, 2])
    y = tf.layers.flatten(unknown)
    z = tf.layers.flatten(tf.placeholder(tf.float32, [None, None, 2]), name="f")
    w = tf.layers.flatten(tf.constant(numbers(3)))
    return [(t.name, str(t.shape)) for t in (y, z, w)], fetched(tf, y, feed={unknown: numbers(2, 4, 2)})


@snippet
def dropout(tf):
    x = tf.ones([4, 6])
    switch = tf.placeholder_with_default(True, [])
    off = tf.layers.dropout(x, 0.4)
    on = tf.layers.dropout(x, rate=0.4, training=True)
    switched = tf.layers.dropout(x, 0.5, training=switch, seed=3, name="drop")
    rows = tf.layers.dropout(x, 0.5, noise_shape=[4, 1], training=True)
    layer = tf.layers.Dropout(0.3, seed=5)
    return _report(tf, off, on, switched, rows, layer(x, training=True), layer.apply(x))


@snippet
def batch_normalization(tf):
    x = tf.constant(numbers(6, 4))
    y = tf.layers.batch_normalization(x, training=True)
    z = tf.layers.batch_normalization(
        x, axis=1, momentum=0.9, epsilon=0.01, center=False, scale=False, training=False, name="plain"
    )
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    loss = tf.reduce_sum(tf.square(y)) + tf.reduce_sum(z)
    with tf.control_dependencies(updates):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        session.run(train)
        values = session.run(tf.global_variables() + [y])
    return values, variables(tf), variables(tf, "trainable_variables"), [u.name for u in updates], y.name, z.name


@snippet
def batch_normalization_of_images(tf):
    x = tf.constant(numbers(2, 3, 3, 4))
    training = tf.placeholder(tf.bool)
    y = tf.layers.batch_normalization(x, training=training)
    layer = tf.layers.BatchNormalization(fused=False, momentum=0.5)
    z = layer(x, training=True)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        learning = session.run([y, z] + updates, {training: True})[:2]
        resting = session.run(y, {training: False})
        return learning, resting, session.run(tf.global_variables()), variables(tf), len(updates), len(layer.updates)


@snippet
def batch_normalization_renorm(tf):
    x = tf.constant(numbers(6, 4))
    y = tf.layers.batch_normalization(x, training=True, renorm=True)
    return fetched(tf, y), variables(tf)


@snippet
def under_a_custom_getter(tf):
    asked = []

    def custom(getter, name, *args, **kwargs):
        asked.append(name)
        return getter(name, *args, **kwargs)

    x = tf.constant(numbers(3, 5))
    with tf.variable_scope("net", custom_getter=custom, initializer=tf.constant_initializer(0.2)):
        y = tf.layers.dense(x, 4)
    return asked, _report(tf, y)


@snippet
def under_a_partitioner(tf):
    x = tf.constant(numbers(3, 6))
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(2)):
        y = tf.layers.dense(x, 4)
    return _report(tf, y)


@snippet
def a_layer_in_a_while_loop(tf):
    def body(i, x):
        return i + 1, tf.layers.dense(x, 4, name="step", reuse=tf.AUTO_REUSE)

    _, y = tf.while_loop(lambda i, x: i < 3, body, [0, tf.constant(numbers(2, 4))])
    gradient = tf.gradients(y, tf.trainable_variables())
    return _report(tf, y, *gradient)
