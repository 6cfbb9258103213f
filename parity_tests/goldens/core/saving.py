"""tf.train.Saver and its files: names, the `checkpoint` file, formats, meta graphs, readers."""

import os

from core.harness import family, numbers, plain, variables

CASES, snippet = family()


def _model(tf):
    with tf.variable_scope("net"):
        weights = tf.get_variable("w", initializer=tf.constant(numbers(3, 2)))
        tf.get_variable("b", initializer=tf.constant(numbers(2, seed=2)))
    step = tf.train.get_or_create_global_step()
    return weights, step, tf.assign_add(step, 1)


def _text(name):
    with open(name) as file:
        return file.read().replace(os.getcwd(), "CWD")


def _started(tf):
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


@snippet
def save_and_restore(tf):
    weights, step, advance = _model(tf)
    saver = tf.train.Saver()
    session = _started(tf)
    session.run(advance)
    path = saver.save(session, "./model.ckpt", global_step=step)
    wanted = session.run(weights)
    session.run(weights.assign(weights * 0))
    saver.restore(session, path)
    same = (session.run(weights) == wanted).all()
    definition = saver.as_saver_def()
    facts = definition.filename_tensor_name, definition.save_tensor_name, definition.restore_op_name, definition.version
    return path, same, sorted(os.listdir(".")), _text("checkpoint"), facts, saver.last_checkpoints


@snippet
def keep_the_last_two(tf):
    _, _, advance = _model(tf)
    saver = tf.train.Saver(max_to_keep=2)
    session = _started(tf)
    os.mkdir("out")
    paths = [saver.save(session, os.path.join("out", "m"), global_step=k, write_meta_graph=k == 3) for k in range(5)]
    state = tf.train.get_checkpoint_state("out")
    kept = sorted(name for name in os.listdir("out"))
    saver.recover_last_checkpoints(paths[2:])
    saver.set_last_checkpoints_with_time([(paths[4], 1.0)])
    return {
        "paths": paths,
        "files": kept,
        "checkpoint": _text("out/checkpoint"),
        "latest": tf.train.latest_checkpoint("out"),
        "state": [state.model_checkpoint_path, list(state.all_model_checkpoint_paths)],
        "none": [tf.train.latest_checkpoint("nowhere"), tf.train.get_checkpoint_state("nowhere")],
        "exists": [tf.train.checkpoint_exists(paths[4]), tf.train.checkpoint_exists(paths[0])],
        "mtimes": len(tf.train.get_checkpoint_mtimes(paths[3:])),
        "last": saver.last_checkpoints,
    }


@snippet
def absolute_paths(tf):
    _model(tf)
    folder = os.path.join(os.getcwd(), "deep")
    os.makedirs(folder)
    saver = tf.train.Saver(max_to_keep=None)
    session = _started(tf)
    saver.save(session, os.path.join(folder, "m"), latest_filename="newest")
    saver.save(session, os.path.join(folder, "n"), latest_filename="newest", write_state=False)
    last = tf.train.latest_checkpoint(folder, "newest")
    return _text("deep/newest"), last.replace(os.getcwd(), "CWD"), sorted(os.listdir(folder))


@snippet
def some_variables_under_other_names(tf):
    weights, _, _ = _model(tf)
    session = _started(tf)
    tf.train.Saver({"other/w": weights}).save(session, "./part")
    tf.train.Saver([weights]).save(session, "./alone", write_meta_graph=False)
    return [tf.train.list_variables("./" + name) for name in ("part", "alone")], sorted(os.listdir("."))


@snippet
def first_format(tf):
    weights, _, _ = _model(tf)
    saver = tf.train.Saver(write_version=tf.train.SaverDef.V1)
    session = _started(tf)
    path = saver.save(session, "./old", global_step=3)
    session.run(weights.assign(weights * 0))
    saver.restore(session, path)
    reader = tf.train.NewCheckpointReader(path)
    return session.run(weights), sorted(os.listdir(".")), reader.get_variable_to_shape_map(), reader.get_tensor("net/b")


@snippet
def readers(tf):
    _model(tf)
    session = _started(tf)
    tf.train.Saver().save(session, "./m", global_step=1)
    found = []
    for reader in (tf.train.NewCheckpointReader("./m-1"), tf.train.load_checkpoint(".")):
        shapes, types = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
        found.append([sorted(shapes.items()), sorted((name, kind.name) for name, kind in types.items())])
        found.append([reader.has_tensor("net/w"), reader.has_tensor("net"), reader.get_tensor("net/w")])
        found.append(reader.debug_string())
    found.append([tf.train.list_variables("."), tf.train.load_variable("./m-1", "net/b")])
    return found


@snippet
def readers_by_the_inner_path(tf):
    from tensorflow.python import pywrap_tensorflow
    from tensorflow.python.tools.inspect_checkpoint import print_tensors_in_checkpoint_file  # noqa: F401

    _model(tf)
    tf.train.Saver().save(_started(tf), "./m")
    reader = pywrap_tensorflow.NewCheckpointReader("./m")
    return sorted(reader.get_variable_to_shape_map()), reader.get_tensor("global_step")


@snippet
def init_from_checkpoint(tf):
    _model(tf)
    tf.train.Saver().save(_started(tf), "./m")
    with tf.Graph().as_default():
        with tf.variable_scope("new"):
            tf.get_variable("w", [3, 2])
            tf.get_variable("b", [2])
        tf.train.init_from_checkpoint("./m", {"net/": "new/"})
        started = tf.train.warm_start
        session = _started(tf)
        return session.run(tf.global_variables()), callable(started)


@snippet
def meta_graph(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    weights, _, _ = _model(tf)
    y = tf.matmul(x, weights, name="y")
    tf.add_to_collection("outputs", y)
    tf.train.AdamOptimizer().minimize(tf.reduce_sum(y), name="train")
    session = _started(tf)
    tf.train.Saver().save(session, "./m")
    wanted = session.run(y, {x: numbers(2, 3)})
    with tf.Graph().as_default() as graph, tf.Session() as again:
        saver = tf.train.import_meta_graph("./m.meta", clear_devices=True)
        saver.restore(again, tf.train.latest_checkpoint("./"))
        out = graph.get_tensor_by_name("y:0")
        found = again.run(out, {"x:0": numbers(2, 3)})
        again.run("train", {"x:0": numbers(2, 3)})
        names = variables(tf), variables(tf, "trainable_variables")
        same = tf.get_collection("outputs")[0] is out
    return (wanted == found).all(), names, same, graph.get_operation_by_name("net/w").type


@snippet
def meta_graph_into_a_scope(tf):
    _model(tf)
    tf.train.export_meta_graph("m.meta", collection_list=["variables"], as_text=True)
    exported = tf.train.export_meta_graph()
    with tf.Graph().as_default():
        tf.train.import_meta_graph("m.meta", import_scope="old", return_elements=None)
        scoped = variables(tf)
    with tf.Graph().as_default():
        tf.train.import_meta_graph(exported)
        return scoped, variables(tf), sorted(exported.collection_def), exported.meta_info_def.tensorflow_version[:1]


@snippet
def graph_files(tf):
    a = tf.constant(1.0, name="a")
    tf.add(a, 2.0, name="b")
    tf.train.write_graph(tf.get_default_graph(), "graphs", "g.pb", as_text=False)
    tf.train.write_graph(tf.get_default_graph().as_graph_def(), "graphs", "g.pbtxt")
    definition = tf.GraphDef()
    with tf.gfile.GFile("graphs/g.pb", "rb") as file:
        definition.ParseFromString(file.read())
    with tf.Graph().as_default(), tf.Session() as session:
        (b,) = tf.import_graph_def(definition, return_elements=["b:0"])
        (c,) = tf.import_graph_def(definition, {"a:0": tf.constant(5.0)}, return_elements=["b:0"], name="two")
        return b.name, c.name, session.run([b, c]), sorted(os.listdir("graphs"))


@snippet
def frozen_graph(tf):
    weights, _, _ = _model(tf)
    tf.reduce_sum(weights * 2.0, name="out")
    session = _started(tf)
    definition = tf.graph_util.convert_variables_to_constants(session, session.graph_def, ["out"])
    kept = tf.graph_util.extract_sub_graph(session.graph.as_graph_def(), ["net/w"])
    shorter = tf.graph_util.remove_training_nodes(definition)
    with tf.Graph().as_default(), tf.Session() as again:
        tf.import_graph_def(definition, name="")
        return (
            again.run("out:0"),
            sorted(n.name for n in definition.node),
            [n.name for n in kept.node],
            len(shorter.node),
        )


@snippet
def restore_what_is_missing(tf):
    _model(tf)
    tf.train.Saver().save(_started(tf), "./m")
    tf.get_variable("more", [2])
    tf.train.Saver().restore(_started(tf), "./m")


@snippet
def restore_another_shape(tf):
    _model(tf)
    tf.train.Saver().save(_started(tf), "./m")
    with tf.Graph().as_default():
        tf.get_variable("net/w", [5])
        tf.train.Saver().restore(_started(tf), "./m")


@snippet
def restore_from_nowhere(tf):
    _model(tf)
    tf.train.Saver().restore(_started(tf), "./none")


@snippet
def restore_none(tf):
    _model(tf)
    tf.train.Saver().restore(_started(tf), None)


@snippet
def saver_of_no_variables(tf):
    tf.train.Saver()


@snippet
def save_into_a_missing_folder(tf):
    _model(tf)
    path = tf.train.Saver().save(_started(tf), "deep/down/model")
    return path, sorted(os.listdir("deep/down"))


@snippet
def sharded(tf):
    _model(tf)
    saver = tf.train.Saver(sharded=True, name="mine", keep_checkpoint_every_n_hours=1.0, pad_step_number=True)
    path = saver.save(_started(tf), "./m", global_step=2)
    return path, sorted(os.listdir(".")), saver.as_saver_def().restore_op_name


@snippet
def partitioned(tf):
    with tf.variable_scope("p", partitioner=tf.fixed_size_partitioner(2)):
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
    saver = tf.train.Saver()
    session = _started(tf)
    saver.save(session, "./m")
    found = [list(item) for item in tf.train.list_variables("./m")]
    return found, variables(tf), plain(tf, [part.name for part in table]), [v.op.name for v in saver._var_list or []]


@snippet
def checkpoint_state_by_hand(tf):
    tf.train.update_checkpoint_state(".", "./m-3", all_model_checkpoint_paths=["./m-2", "./m-3"])
    first = _text("checkpoint")
    state = tf.train.generate_checkpoint_state_proto(".", "./m-4")
    tf.train.remove_checkpoint("./m-2")
    return first, state.model_checkpoint_path, tf.train.latest_checkpoint(".")


@snippet
def object_checkpoint(tf):
    weights, step, _ = _model(tf)
    checkpoint = tf.train.Checkpoint(weights=weights, step=step)
    session = _started(tf)
    path = checkpoint.save("./obj", session=session)
    session.run(weights.assign(weights * 0))
    status = checkpoint.restore(path)
    status.assert_consumed()
    status.run_restore_ops(session)
    manager = tf.train.CheckpointManager(checkpoint, "managed", 2)
    return path, session.run(weights), tf.train.list_variables(path), manager.latest_checkpoint
