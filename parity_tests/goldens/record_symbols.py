"""Record the public names of TensorFlow 1.15.5, module by module: `symbols.json`.

Runs under Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python parity_tests/goldens/record_symbols.py

Written are all modules of the public API, `tf.contrib` included, each with its names, and for functions
and classes of the packages in WITH_ARGUMENTS the names of their arguments. Left out are tf.compat.v1 and tf.compat.v2 (the
API again), tf.raw_ops, tf.pywrap_tensorflow, and what lies deeper in contrib than its packages' own modules.
"""

import datetime
import inspect
import json
import os
import platform
import types
from collections import deque

FUTURE = {"absolute_import", "division", "print_function"}
LEFT_OUT = ("compat.v1", "compat.v2", "contrib.keras.api", "contrib.quantization", "pywrap_tensorflow", "raw_ops")
# of these, modules other than tf's own API are public too
PUBLIC = (
    "tensorflow_core._api.v1",
    "tensorflow._api.v1",
    "tensorflow_core.python.keras.api",
    "tensorflow.python.keras.api",
    "tensorflow_estimator.python.estimator.api",
)
DEEP = ("contrib.keras.", "contrib.learn.datasets.")
WITH_ARGUMENTS = (
    "crf", "cudnn_rnn", "data", "framework", "grid_rnn", "layers", "learn", "legacy_seq2seq", "lookup", "losses", "metrics",
    "nn", "opt", "predictor", "rnn", "seq2seq", "slim", "training",
)  # fmt: skip


def main():
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity("ERROR")
    modules, aliases, arguments = walk(tf)
    about = dict(
        versions=dict(python=platform.python_version(), tensorflow=tf.VERSION),
        date=datetime.date.today().isoformat(),
        recipe="python parity_tests/goldens/record_symbols.py",
    )
    golden = dict(about=about, aliases=aliases, modules=modules, arguments=arguments)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "symbols.json"), "w") as file:
        file.write(json.dumps(golden, indent=0, sort_keys=True, separators=(",", ":")) + "\n")


def walk(tf):
    """`({module: names}, {alias: module}, {name: arguments})`, all without the leading `tensorflow.`."""
    modules, aliases, arguments, seen = {}, {}, {}, {}
    todo = deque([("", tf)])
    while todo:  # breadth first: the shortest path to a module is its name
        path, module = todo.popleft()
        names = []
        for name in sorted(set(dir(module)) - FUTURE):
            if name.startswith("_"):
                continue
            full = (path + "." + name).lstrip(".")
            value = getattr(module, name, None)
            if not isinstance(value, types.ModuleType):
                if type(value).__name__ != "_Feature" and value is not None:
                    names.append(name)
                    if full.startswith("contrib.") and full.split(".")[1] in WITH_ARGUMENTS:
                        note_arguments(arguments, full, value)
            elif is_public(full, module, value):
                if id(value) in seen:
                    aliases[full] = seen[id(value)]
                else:
                    seen[id(value)] = full
                    todo.append((full, value))
        modules[path] = " ".join(names)
    return modules, aliases, arguments


def is_public(full, parent, module):
    if full in LEFT_OUT or full.endswith(".python"):
        return False
    if full == "contrib" or full.count(".") == 1 and full.startswith("contrib."):
        return "contrib" in module.__name__
    if full.count(".") > 2 and full.startswith("contrib.") and not full.startswith(DEEP):
        return False
    if full.startswith("contrib."):  # only what the package itself brings along
        package = ".".join(full.split(".")[:2])
        return "." + package + "." in module.__name__ + "." and "pb2" not in full and not full.endswith(".ops")
    return module.__name__.startswith(PUBLIC) or full in ("app.flags", "flags")


def note_arguments(arguments, full, value):
    target = value.__init__ if isinstance(value, type) else value
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    arguments[full] = " ".join(marks.get(p.kind, "") + p.name for p in parameters if p.name != "self")


if __name__ == "__main__":
    main()
