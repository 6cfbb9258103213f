"""tf.gfile, tf.python_io, tf.flags, tf.app, tf.logging, tf.resource_loader: the parts beside the graph."""

import contextlib
import io
import logging
import os
import sys

from core.harness import family

CASES, snippet = family()


@snippet
def gfile(tf):
    gfile = tf.gfile
    gfile.MakeDirs("a/b/c")
    gfile.MkDir("a/d")
    with gfile.Open("a/one.txt", "w") as file:
        file.write("first\nsecond\n")
    with gfile.GFile("a/one.txt", "a") as file:
        file.write("third")
    with gfile.FastGFile("a/one.txt", "rb") as file:
        raw = file.read()
    with gfile.GFile("a/one.txt") as file:
        parts = [file.readline(), file.tell(), file.size(), file.read(3), file.seek(offset=0), file.readlines()]
        name, mode = file.name, file.mode
    lines = [line for line in gfile.GFile("a/one.txt", "r")]
    gfile.Copy("a/one.txt", "a/two.txt")
    gfile.Rename("a/two.txt", "a/b/three.txt", overwrite=True)
    walked = sorted([at, sorted(down), sorted(names)] for at, down, names in gfile.Walk("a"))
    upward = [at for at, _, _ in gfile.Walk("a", in_order=False)][-1]
    found = {
        "read": [raw, parts, name, mode, lines],
        "walk": [walked, upward],
        "list": [sorted(gfile.ListDirectory("a")), sorted(gfile.Glob("a/*.txt")), sorted(gfile.Glob(["a/*", "a/b/*"]))],
        "is": [gfile.Exists("a"), gfile.Exists("z"), gfile.IsDirectory("a"), gfile.IsDirectory("a/one.txt")],
        "stat": [gfile.Stat("a/one.txt").length],
    }
    gfile.Remove("a/one.txt")
    gfile.DeleteRecursively("a/b")
    return found, sorted(gfile.ListDirectory("a"))


@snippet
def gfile_of_a_missing_file(tf):
    tf.gfile.Open("none").read()


@snippet
def gfile_lists_a_missing_folder(tf):
    tf.gfile.ListDirectory("none")


@snippet
def gfile_copies_over_a_file(tf):
    for name in "ab":
        tf.gfile.Open(name, "w").write("x")
    tf.gfile.Copy("a", "b")


@snippet
def gfile_removes_nothing(tf):
    tf.gfile.Remove("none")


@snippet
def file_io(tf):
    from tensorflow.python.lib.io import file_io

    file_io.write_string_to_file("x", "text")
    found = file_io.read_file_to_string("x"), file_io.get_matching_files("*"), file_io.file_exists("x")
    file_io.recursive_create_dir("a/b")
    file_io.create_dir("c")
    file_io.delete_recursively("a")
    file_io.FileIO("y", mode="w").write("z")
    return found, sorted(file_io.list_directory(".")), file_io.is_directory("c")


@snippet
def read_and_write_in_the_graph(tf):
    write = tf.write_file("out.txt", "text")
    with tf.Session() as session:
        session.run(write)
        return session.run([tf.read_file("out.txt"), tf.matching_files("*.txt")]), write.name


@snippet
def python_io(tf):
    with tf.python_io.TFRecordWriter("r") as writer:
        writer.write(b"one")
        writer.write(b"two")
        writer.flush()
    fast = tf.python_io.TFRecordOptions(compression_type=tf.python_io.TFRecordCompressionType.ZLIB)
    writer = tf.python_io.TFRecordWriter("z", options=fast)
    writer.write(b"three")
    writer.close()
    kinds = tf.python_io.TFRecordCompressionType
    found = list(tf.python_io.tf_record_iterator(path="r")), list(tf.python_io.tf_record_iterator("z", fast))
    return found, [kinds.NONE, kinds.ZLIB, kinds.GZIP], os.path.getsize("r")


def _define(tf):
    flags = tf.flags
    flags.DEFINE_integer("t_batch", 32, "how many")
    flags.DEFINE_float("t_rate", 0.1, "how fast")
    flags.DEFINE_string("t_name", "lstm", "which")
    flags.DEFINE_string("t_path", None, "where")
    flags.DEFINE_boolean("t_train", True, "whether")
    flags.DEFINE_bool("t_test", False, "whether")
    flags.DEFINE_list("t_sizes", ["1", "2"], "sizes")
    flags.DEFINE_enum("t_cell", "gru", ["gru", "lstm"], "cell")
    flags.DEFINE_multi_integer("t_many", [1], "several")
    flags.DEFINE_integer("t_bounded", 3, "bounded", lower_bound=0)
    return flags.FLAGS


@snippet
def flags(tf):
    values = _define(tf)
    rest = values(["prog", "--t_batch=64", "--t_rate", "0.5", "--not_train", "--t_test", "left", "over"])
    found = {name: getattr(values, name) for name in sorted(values.flag_values_dict()) if name.startswith("t_")}
    values.t_batch = 128
    inner = values.__flags
    by_item = values["t_rate"].value, values.t_batch, "t_name" in values, "t_none" in values
    _undefine(values)
    return rest, found, by_item, "t_batch" in inner, inner["t_name"].value if "t_name" in inner else None


def _undefine(values):
    for name in [name for name in values if name.startswith("t_")]:
        delattr(values, name)


@snippet
def flags_that_parse_themselves(tf):
    before, sys.argv = sys.argv, ["prog", "--t_batch=5", "--not_train"]  # `no` before the name: t_train
    try:
        values = _define(tf)
        first = values.t_batch
        parsed = {key: value.value for key, value in sorted(values.__flags.items()) if key.startswith("t_")}
        return first, parsed
    finally:
        sys.argv = before
        _undefine(values)


@snippet
def wrong_flag(tf):
    values = _define(tf)
    try:
        values(["prog", "--t_batch=many"])
    finally:
        _undefine(values)


@snippet
def unknown_flag(tf):
    tf.flags.FLAGS(["prog", "--t_unheard=1"])


@snippet
def a_flag_twice(tf):
    values = _define(tf)
    try:
        tf.flags.DEFINE_integer("t_batch", 3, "again")
    finally:
        _undefine(values)


@snippet
def required_flags(tf):
    values = _define(tf)
    tf.flags.mark_flag_as_required("t_path")
    try:
        values(["prog"])
    finally:
        _undefine(values)


@snippet
def app_run(tf):
    values, before, seen = _define(tf), sys.argv, []
    sys.argv = ["prog", "--t_batch=9", "--not_train", "x"]
    values.unparse_flags()
    try:
        tf.app.run(main=lambda argv: seen.extend([argv, values.t_batch]))
    except SystemExit as end:
        seen.append(["exit", end.code])
    finally:
        sys.argv = before
        _undefine(values)
    return seen


@snippet
def app_run_with_arguments(tf):
    seen = []
    try:
        tf.app.run(lambda argv: seen.append(argv) or 3, argv=["a", "b"])
    except SystemExit as end:
        seen.append(["exit", end.code])
    return seen


@contextlib.contextmanager
def _heard(tf):
    logger, stream = logging.getLogger("tensorflow"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    level = tf.logging.get_verbosity()
    logger.addHandler(handler)
    try:
        yield stream
    finally:
        logger.removeHandler(handler)
        tf.logging.set_verbosity(level)


@snippet
def log_lines(tf):
    with _heard(tf) as stream:
        tf.logging.set_verbosity(tf.logging.INFO)
        tf.logging.info("step %d loss %.2f", 3, 0.5)
        tf.logging.warn("warned")
        tf.logging.warning("warned again %s", "x")
        tf.logging.error("an error")
        tf.logging.fatal("the end")
        tf.logging.debug("not shown")
        tf.logging.vlog(1, "nor this")
        tf.logging.log(tf.logging.INFO, "by level %d", 1)
        for k in range(5):
            tf.logging.log_every_n(tf.logging.INFO, "every %d", 2, k)
            tf.logging.log_first_n(tf.logging.INFO, "first %d", 2, k)
            tf.logging.log_if(tf.logging.INFO, "if %d", k == 3, k)
        tf.logging.set_verbosity(tf.logging.ERROR)
        tf.logging.info("too quiet")
    levels = [tf.logging.DEBUG, tf.logging.INFO, tf.logging.WARN, tf.logging.ERROR, tf.logging.FATAL]
    lines = [line for line in stream.getvalue().splitlines() if line and "deprecated" not in line]
    return lines, levels, callable(tf.logging.TaskLevelStatusMessage)
