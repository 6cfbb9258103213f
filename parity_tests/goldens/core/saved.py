"""tf.saved_model: writing, signatures, loading; simple_save and what it makes."""

import os

from core.harness import family, numbers

CASES, snippet = family()


def _model(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.get_variable("w", initializer=tf.constant(numbers(3, 2)))
    y = tf.matmul(x, w, name="y")
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return x, y, session


def _files(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


def _signatures(meta_graph):
    return {
        key: [
            signature.method_name,
            sorted((name, info.name, info.dtype) for name, info in signature.inputs.items()),
            sorted((name, info.name, info.dtype) for name, info in signature.outputs.items()),
        ]
        for key, signature in meta_graph.signature_def.items()
    }


def _loaded(tf, tags, folder):
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        meta_graph = tf.saved_model.loader.load(session, tags, folder)
        value = session.run("y:0", {"x:0": numbers(2, 3)})
        return value, _signatures(meta_graph), list(meta_graph.meta_info_def.tags)


@snippet
def simple_save(tf):
    x, y, session = _model(tf)
    tf.saved_model.simple_save(session, "out", inputs={"in": x}, outputs={"out": y})
    possible = tf.saved_model.loader.maybe_saved_model_directory("out"), tf.saved_model.maybe_saved_model_directory(".")
    return _files("out"), _loaded(tf, [tf.saved_model.tag_constants.SERVING], "out"), possible


@snippet
def builder(tf):
    x, y, session = _model(tf)
    saved = tf.saved_model
    info = saved.utils.build_tensor_info(y)
    signature = saved.signature_def_utils.build_signature_def(
        inputs={"images": saved.utils.build_tensor_info(x)},
        outputs={"scores": info},
        method_name=saved.signature_constants.PREDICT_METHOD_NAME,
    )
    utils = saved.signature_def_utils
    predict = utils.predict_signature_def(inputs={"x": x}, outputs={"y": y})
    builder = saved.builder.SavedModelBuilder("out")
    builder.add_meta_graph_and_variables(
        session, ["train", "mine"],
        signature_def_map={"images": signature, saved.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: predict},
        main_op=tf.tables_initializer(), strip_default_attrs=True,
    )  # fmt: skip
    builder.add_meta_graph(["serve"])
    path = builder.save(as_text=False)
    valid = utils.is_valid_signature(predict), utils.is_valid_signature(signature)
    loaded = _loaded(tf, ["train", "mine"], "out")
    got = saved.get_tensor_from_tensor_info(info).name, info.name, saved.contains_saved_model("out")
    return path, _files("out"), loaded, valid, got


@snippet
def legacy_builder_options(tf):
    _, _, session = _model(tf)
    builder = tf.saved_model.Builder("out")
    builder.add_meta_graph_and_variables(
        session,
        [tf.saved_model.SERVING],
        legacy_init_op=tf.group(name="start"),
        clear_devices=True,
        saver=tf.train.Saver(),
    )
    builder.save(as_text=True)
    return _files("out"), _loaded(tf, ["serve"], "out")[0]


@snippet
def other_signatures(tf):
    strings, floats = tf.placeholder(tf.string, [None], "examples"), tf.placeholder(tf.float32, [None, 2], "scores")
    utils = tf.saved_model.signature_def_utils
    found = [
        utils.classification_signature_def(strings, classes=None, scores=floats),
        utils.regression_signature_def(strings, floats),
        utils.predict_signature_def({"a": strings}, {"b": floats}),
    ]
    return [[s.method_name, sorted(s.inputs), sorted(s.outputs)] for s in found]


@snippet
def into_a_folder_that_is_there(tf):
    x, y, session = _model(tf)
    os.makedirs("out/variables")
    tf.saved_model.simple_save(session, "out", {"x": x}, {"y": y})


@snippet
def wrong_tags(tf):
    x, y, session = _model(tf)
    tf.saved_model.simple_save(session, "out", {"x": x}, {"y": y})
    tf.saved_model.load(session, ["none"], "out")


@snippet
def constants(tf):
    saved = tf.saved_model
    names = [name for name in dir(saved.signature_constants) if name.isupper()]
    more = [saved.SERVING, saved.TRAINING, saved.GPU, saved.tag_constants.TPU, saved.ASSETS_KEY, saved.MAIN_OP_KEY]
    more += [saved.constants.SAVED_MODEL_SCHEMA_VERSION, saved.VARIABLES_FILENAME, saved.LEGACY_INIT_OP_KEY]
    return {name: getattr(saved.signature_constants, name) for name in names}, more, saved.main_op.main_op().type
