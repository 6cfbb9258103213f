"""Control flow, variable scopes, collections, names, sessions: how a TF1 graph is put together."""

import numpy as np

from core.harness import family, fetched, keys, numbers, variables

CASES, snippet = family()


def _report(tf, *outputs):
    return fetched(tf, *outputs), [t.name for t in outputs], [str(t.shape) for t in outputs], variables(tf)


@snippet
def loops(tf):
    i, total = tf.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1, s + tf.cast(i, tf.float32)), [0, 0.0])
    grown = tf.while_loop(
        lambda x: tf.shape(x)[0] < 4, lambda x: tf.concat([x, x[:1]], 0), [tf.ones([1, 2])],
        shape_invariants=[tf.TensorShape([None, 2])],
    )  # fmt: skip
    limited = tf.while_loop(lambda i: True, lambda i: i + 1, [0], maximum_iterations=3, name="limited")
    single = tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [0], return_same_structure=True)
    w = tf.constant(numbers(2, 2))
    _, product = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.matmul(x, w)), [0, tf.eye(2)])
    return _report(tf, i, total, grown, limited, single[0], product, tf.gradients(product, w)[0])


@snippet
def conditions(tf):
    x, y = tf.constant(2.0), tf.constant(5.0)
    found = [
        tf.cond(x < y, lambda: x + 1.0, lambda: y - 1.0),
        tf.cond(pred=x > y, true_fn=lambda: x, false_fn=lambda: y, name="pick"),
        tf.cond(x > y, fn1=lambda: x, fn2=lambda: y),
        tf.case([(x < y, lambda: tf.constant(1)), (x > y, lambda: tf.constant(2))], default=lambda: tf.constant(3)),
        tf.case({x < 0.0: lambda: tf.constant(1)}, default=lambda: tf.constant(3), exclusive=True),
        tf.where([True, False], [1, 2], [3, 4]),
        tf.where([True, False, True]),
    ]
    both = tf.cond(x < y, lambda: (x, [y]), lambda: (y, [x]))
    strict = tf.cond(x < y, lambda: [x], lambda: [y], strict=True)
    gradient = tf.gradients(found[0], x)[0]
    return _report(tf, *(found + [both[0], both[1][0], strict[0], gradient]))


@snippet
def a_condition_on_a_python_value(tf):
    tf.cond(True, lambda: tf.constant(1), lambda: tf.constant(2))


@snippet
def maps_and_scans(tf):
    x = tf.constant(numbers(3, 2))
    found = [
        tf.map_fn(lambda row: row * 2.0, x),
        tf.map_fn(lambda pair: tf.reduce_sum(pair[0]) + pair[1], (x, x[:, 0]), dtype=tf.float32),
        tf.scan(lambda a, row: a + row, x),
        tf.scan(lambda a, row: a + row, x, initializer=tf.ones([2]), reverse=True),
        tf.scan(lambda a, row: (a[0] + row[0], a[1] * 2.0), (x, x), (tf.zeros([2]), tf.ones([2])))[1],
        tf.foldl(lambda a, row: a * row, x),
        tf.foldr(lambda a, row: a - row, x, initializer=tf.zeros([2]), parallel_iterations=1, name="right"),
    ]
    return _report(tf, *(found + tf.gradients(found[2], x)))


@snippet
def tensor_arrays(tf):
    array = tf.TensorArray(tf.float32, size=3, dynamic_size=True, clear_after_read=False, element_shape=[2])
    array = array.unstack(tf.constant(numbers(3, 2))).write(3, [1.0, 2.0])
    pieces = tf.TensorArray(tf.float32, 2, infer_shape=False).split(tf.constant(numbers(5)), [2, 3])
    found = [array.read(1), array.stack(name="all"), array.gather([0, 3]), array.size(), pieces.concat()]
    other = tf.TensorArray(dtype=tf.int32, size=2, tensor_array_name="ta").scatter([1, 0], [[5], [6]])
    return _report(tf, *(found + [other.concat()])), array.dtype.name


@snippet
def functional_ops(tf):
    stop = tf.constant(2.0)
    with tf.control_dependencies([tf.assert_equal(stop, 2.0), tf.Assert(stop > 1.0, [stop])]):
        x = tf.identity(stop)
    grouped = tf.group(x, stop)
    pair = tf.tuple([x, stop * 2.0], name="pair")
    with tf.device("/cpu:0"), tf.name_scope("scope", values=[x]) as scope:
        inner = tf.py_func(lambda v: v + np.float32(1), [x], tf.float32)
    printed = tf.Print(inner, [inner], "value: ", first_n=1, summarize=3)
    return _report(tf, x, pair[0], pair[1], inner, printed), grouped.name, scope, tf.no_op(name="nothing").name


@snippet
def get_variable(tf):
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.5), dtype=tf.float64) as a:
        first = tf.get_variable("v", [2])
        with tf.variable_scope("b", regularizer=lambda v: tf.reduce_sum(v)):
            second = tf.get_variable(
                "v", shape=(2, 1), dtype=tf.float32, trainable=False, collections=["mine", "variables"]
            )
            third = tf.get_variable("w", initializer=lambda: tf.zeros([3]))
    with tf.variable_scope(a, reuse=True):
        again = tf.get_variable("v", [2])
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE) as scope:
        made = [tf.get_variable("auto", [1]), tf.get_variable("auto", [1])]
        scope.set_initializer(tf.ones_initializer())
        ones = tf.get_variable("ones", [2], tf.float32)
    with tf.variable_scope("", reuse=tf.AUTO_REUSE):
        top = tf.get_variable("a/v", [2], dtype=tf.float64)
    local = tf.get_local_variable("local", [2], initializer=tf.zeros_initializer())
    facts = [again is first, made[0] is made[1], top is first, scope.name, scope.original_name_scope, scope.reuse]
    kinds = [v.dtype.name for v in (first, second, third)] + [v.op.type for v in (first, local)]
    return facts, kinds, _report(tf, first, second, third, ones), keys(tf), variables(tf, "local_variables")


@snippet
def scopes_and_names(tf):
    names = []
    with tf.variable_scope("s"):
        names += [tf.add(1, 2, name="x").name, tf.get_variable("v", [1]).name, tf.Variable(1.0, name="w").name]
        with tf.name_scope("n"):
            names += [tf.get_variable("u", [1]).name, tf.Variable(1.0).name, tf.constant(1).name]
    with tf.variable_scope("s"):
        names += [tf.add(1, 2, name="x").name, tf.get_variable("t", [1]).name]
        names.append(tf.get_variable_scope().name)
    with tf.variable_scope(None, default_name="d") as first, tf.variable_scope(None, "e"):
        names += [first.name, tf.get_variable("v", [1]).name]
    with tf.variable_scope(None, default_name="d") as second:
        names.append(second.name)
    with tf.variable_scope("s/inner", auxiliary_name_scope=False):
        names.append(tf.constant(0, name="c").name)
    with tf.name_scope("n"), tf.name_scope(None), tf.name_scope("m/"):
        names.append(tf.constant(0).name)
    with tf.variable_op_scope([names], None, "old") as scope:
        names.append(scope.name)
    with tf.name_scope("given", "default", [tf.constant(1.0)]) as text:
        names += [text, tf.get_default_graph().unique_name("u"), tf.get_default_graph().get_name_scope()]
    return names, [v.name for v in tf.trainable_variables("s/")], [v.name for v in tf.global_variables(scope="s")]


@snippet
def wrong_reuse(tf):
    with tf.variable_scope("a", reuse=True):
        tf.get_variable("v", [1])


@snippet
def wrong_shape_when_reused(tf):
    tf.get_variable("v", [1])
    tf.get_variable_scope().reuse_variables()
    tf.get_variable("v", [2])


@snippet
def twice(tf):
    tf.get_variable("v", [1])
    tf.get_variable("v", [1])


@snippet
def partitioners(tf):
    makes = [
        tf.fixed_size_partitioner(3),
        tf.fixed_size_partitioner(2, axis=1),
        tf.variable_axis_size_partitioner(64),
        tf.min_max_variable_partitioner(max_partitions=2, min_slice_size=16),
    ]
    shapes = []
    for k, make in enumerate(makes):
        with tf.variable_scope("p%d" % k, partitioner=make):
            whole = tf.get_variable("v", [6, 4])
            shapes.append([part.shape.as_list() for part in whole])
            total = tf.convert_to_tensor(whole)
            shapes.append([total.name, str(total.shape), type(whole).__name__])
    pieces = tf.create_partitioned_variables([4, 2], [2, 1], tf.zeros_initializer(), name="made")
    return shapes, variables(tf), [v.name for v in pieces]


@snippet
def variables_and_their_methods(tf):
    v = tf.Variable(numbers(2, 2), name="v", dtype=tf.float32)
    w = tf.Variable(tf.zeros([2, 2]), trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES], validate_shape=True)
    twice = tf.Variable(v.initialized_value() * 2.0, name="twice")
    free = tf.Variable(0.0, expected_shape=None, validate_shape=False)
    found = [
        v.assign(numbers(2, 2, seed=1)), v.assign_add(tf.ones([2, 2])), v.assign_sub(tf.ones([2, 2])),
        tf.scatter_update(v, [0], [[9.0, 9.0]]), tf.scatter_add(v, [1], [[1.0, 1.0]]), tf.scatter_sub(v, 0, [1.0, 1.0]),
        tf.assign(v, numbers(2, 2)), tf.assign_add(v, numbers(2, 2)), tf.assign_sub(v, numbers(2, 2)),
        tf.identity(v), v[0] + 1.0, v.value(), v.read_value(),
    ]  # fmt: skip
    with tf.Session() as session:
        before = session.run(tf.report_uninitialized_variables())
        session.run([tf.initialize_all_variables(), tf.initialize_local_variables()])
        session.run(tf.initialize_variables([v]))
        values = [session.run(tensor) for tensor in found]
        v.load(numbers(2, 2, seed=9), session)
        values += [v.eval(session), session.run(twice), session.run(tf.is_variable_initialized(w))]
    facts = [
        v.op.type,
        v.initializer.name,
        v.initial_value.name,
        v.device,
        v.graph is tf.get_default_graph(),
        free.name,
    ]
    return before, values, [t.name for t in found], facts, variables(tf), keys(tf), str(v), repr(w)


@snippet
def collections_and_graphs(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    b = tf.add(a, 2.0, name="b")
    tf.add_to_collection("c", a)
    tf.add_to_collections(["c", "d"], b)
    reference = tf.get_collection_ref("e")
    reference.append(5)
    facts = [
        [t.name for t in tf.get_collection("c")], [t.name for t in tf.get_collection("c", scope="b")],
        sorted(graph.get_all_collection_keys()), tf.get_collection("e"), [op.name for op in graph.get_operations()],
        graph.get_tensor_by_name("b:0") is b, graph.get_operation_by_name("a") is a.op, graph.is_feedable(a),
        graph.as_graph_element("b:0").name, [t.name for t in b.op.inputs], b.op.type, b.op.node_def.name, b.dtype.name,
        a.consumers()[0].name, str(a), repr(b), str(a.op.get_attr("dtype")), graph.version, graph.seed,
    ]  # fmt: skip
    with graph.gradient_override_map({"Square": "Identity"}):
        c = tf.square(a)
    with graph.colocate_with(a), graph.control_dependencies([b]):
        d = tf.identity(c)
    graph.clear_collection("c")
    graph.finalize()
    try:
        tf.constant(1)
    except RuntimeError as error:
        facts.append(str(error))
    return facts, tf.get_collection("c"), d.name, [op.name for op in d.op.control_inputs]


GRAPH_KEYS = (
    "ACTIVATIONS ASSET_FILEPATHS BIASES CONCATENATED_VARIABLES COND_CONTEXT EVAL_STEP GLOBAL_STEP GLOBAL_VARIABLES INIT_OP"
    " LOCAL_INIT_OP LOCAL_RESOURCES LOCAL_VARIABLES LOSSES METRIC_VARIABLES MODEL_VARIABLES MOVING_AVERAGE_VARIABLES"
    " QUEUE_RUNNERS READY_FOR_LOCAL_INIT_OP READY_OP REGULARIZATION_LOSSES RESOURCES SAVEABLE_OBJECTS SAVERS SUMMARIES"
    " SUMMARY_OP TABLE_INITIALIZERS TRAINABLE_RESOURCE_VARIABLES TRAINABLE_VARIABLES TRAIN_OP UPDATE_OPS VARIABLES WEIGHTS"
    " WHILE_CONTEXT"
)


@snippet
def graph_keys(tf):
    return [getattr(tf.GraphKeys, key) for key in GRAPH_KEYS.split()]


@snippet
def gradients(tf):
    x, w = tf.constant(numbers(2, 3)), tf.Variable(numbers(3, 2), name="w")
    y = tf.matmul(x, w)
    found = tf.gradients(y, [x, w], grad_ys=tf.ones_like(y) * 2.0, name="mine")
    found += tf.gradients([y, y * 2.0], w, colocate_gradients_with_ops=True, gate_gradients=True)
    column = tf.constant(numbers(3))
    found += tf.hessians(tf.reduce_sum(column * tf.square(column)), column)
    found += tf.gradients(y + tf.stop_gradient(y), w, stop_gradients=[x])
    none = tf.gradients(y, tf.constant(1.0)), tf.gradients(y, [tf.constant(1.0)], unconnected_gradients="zero")[0].name

    @tf.RegisterGradient("TimesSeven")
    def times_seven(op, gradient):
        return gradient * 7.0

    with tf.get_default_graph().gradient_override_map({"Identity": "TimesSeven"}):
        z = tf.identity(w)

    @tf.custom_gradient
    def doubled(v):
        return v * 2.0, lambda upstream: upstream * 5.0

    found += tf.gradients(z, w) + tf.gradients(doubled(x), x)
    clipped, norm = tf.clip_by_global_norm(found[:2], 1.0)
    found += clipped + [norm, tf.clip_by_norm(x, 0.5), tf.clip_by_average_norm(x, 0.1), tf.global_norm([x, x])]
    return _report(tf, *found), none


@snippet
def devices_and_config(tf):
    config = tf.ConfigProto(intra_op_parallelism_threads=1, device_count={"GPU": 0})
    config.gpu_options.allow_growth = True
    config.gpu_options.per_process_gpu_memory_fraction = 0.3
    options = tf.GPUOptions(per_process_gpu_memory_fraction=0.333)
    with tf.device("/gpu:0"):
        a = tf.constant(1.0)
    with tf.device(lambda op: "/cpu:0"):
        b = tf.constant(2.0)
    with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(ps_tasks=2)):
        v = tf.get_variable("v", [2])
    placed = tf.ConfigProto(allow_soft_placement=True, gpu_options=options)
    with tf.Session(config=placed) as session:
        return session.run(a + b), a.device, b.device, v.device, str(config), tf.test.is_gpu_available()
