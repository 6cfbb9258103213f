"""`keras-port weights`: inspect a checkpoint, turn it into a .keras file, or write one back.

    keras-port weights model.ckpt-1000                                    a table, nothing written
    keras-port weights model.ckpt-1000 --model lstm_rows -o OUT.keras     a built-in twin, filled
    keras-port weights model.ckpt-1000 --model mine.py -o OUT.keras       the model that build() returns, filled
    keras-port weights --to-tf1 OUT.keras -o restored/model.ckpt          back into a checkpoint

Arguments are checked before NumPy, Keras or TensorFlow is imported.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
import sys
from pathlib import Path

from keras_port import models
from keras_port.startup import quiet

EXIT_FAILED = 1
_LARGEST = 3.4e38  # of float32


def add_parser(commands) -> None:
    """The sub-command and its arguments."""
    weights = commands.add_parser(
        "weights",
        help="TF1 checkpoints: inspect, turn into Keras models, write back",
        description="Without -o: a table of the checkpoint's variables, the cells they form and the Keras layers these "
        "belong to. With -o: a Keras model with the checkpoint's weights and, if it is compiled with an optimizer of "
        "keras_port, its training state. With --to-tf1: a TF1 checkpoint with a Keras model's weights and state.",
    )
    weights.add_argument(
        "checkpoint",
        nargs="?",
        metavar="CHECKPOINT",
        help="a checkpoint's prefix (model.ckpt-1000), its folder, a SavedModel's folder or a frozen graph (.pb)",
    )
    weights.add_argument(
        "--model",
        type=_model,
        metavar="MODEL",
        help=f"the Keras model: {', '.join(models.NAMES)}; a .keras file; or a Python file with a function build() "
        "that returns it, and, if names and shapes do not tell, a list ROWS of keras_port.weights.Row",
    )
    weights.add_argument("-o", "--output", type=Path, metavar="OUT", help="FILE.keras; with --to-tf1 a prefix")
    weights.add_argument(
        "--to-tf1", type=_keras_file, metavar="FILE.keras", help="write this model as a TF1 checkpoint"
    )
    weights.add_argument(
        "--like",
        metavar="CHECKPOINT",
        help="with --to-tf1: take the variables' names from this one, and whatever the model has not",
    )
    weights.add_argument(
        "--forget-bias",
        type=_number,
        metavar="X",
        help="the TF1 program's forget_bias; it is not in a checkpoint, only in its graph (.meta). Default: the "
        "graph's, else TF1's own default",
    )
    weights.add_argument("--averages", action="store_true", help="take the moving averages (EMA) of the weights")
    weights.add_argument("--weights-only", action="store_true", help="leave the optimizer's state and the step")
    weights.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="NAME",
        help="a weight that no layer takes may be left out; a pattern such as 'decoder/*' too; may be repeated",
    )
    weights.add_argument("--json", action="store_true", help="print JSON instead of a table")
    weights.add_argument("--overwrite", action="store_true", help="replace an existing output")
    weights.set_defaults(usage_error=weights.error)


def run(arguments: argparse.Namespace) -> int:
    """0 if it succeeded, 1 if not; wrong usage ends the process with 2. Raises OSError."""
    _check(arguments)
    from keras_port.weights.errors import CheckpointError, WeightError

    try:
        if arguments.to_tf1:
            return _write_back(arguments)
        return _fill(arguments) if arguments.output else _inspect(arguments)
    except (CheckpointError, WeightError) as error:
        print(f"keras-port: {error}", file=sys.stderr)
        return EXIT_FAILED


def _check(arguments: argparse.Namespace) -> None:
    """What goes together, and where the output goes."""
    wrong, output = arguments.usage_error, arguments.output
    given = {"--averages": arguments.averages, "--weights-only": arguments.weights_only, "--skip": arguments.skip}
    of_filling = [option for option, value in given.items() if value]
    if bool(arguments.checkpoint) == bool(arguments.to_tf1):
        wrong("give a CHECKPOINT, or --to-tf1 FILE.keras")
    if arguments.to_tf1:
        if not output:
            wrong("--to-tf1 needs -o PREFIX")
        if arguments.like and arguments.model:
            wrong("--like and --model both name the variables; give one of them")
        if arguments.model and arguments.model.endswith(".keras"):
            wrong(f"--model {arguments.model}: a .keras file has no TF1 names; give a Python file with ROWS, or --like")
        if of_filling:
            wrong(f"{of_filling[0]} goes with a CHECKPOINT that fills a model, not with --to-tf1")
        if output.is_dir() or not output.name:
            wrong(f"-o {output}: a directory; give a prefix in it, such as {output / 'model.ckpt'}")
        taken = [output.with_name(output.name + end) for end in (".index", ".data-00000-of-00001")]
    else:
        if arguments.like:
            wrong("--like goes with --to-tf1")
        if arguments.model and not output:
            wrong("--model goes with -o; without both, the checkpoint is inspected")
        if arguments.forget_bias is not None:
            of_filling.append("--forget-bias")
        if arguments.overwrite:
            of_filling.append("--overwrite")
        if of_filling and not output:
            wrong(f"{of_filling[0]} goes with -o; without it, the checkpoint is inspected")
        if output and output.suffix != ".keras":
            wrong(f"-o {output}: the name must end in .keras")
        if output and output.is_dir():
            wrong(f"-o {output}: a directory")
        taken = [output] if output else []
    if output and not output.parent.is_dir():
        wrong(f"-o {output}: there is no directory {str(output.parent)!r}")
    if output and not os.access(output.parent, os.W_OK):
        wrong(f"-o {output}: cannot write into {str(output.parent)!r}")
    for file in taken:
        if file.exists() and not arguments.overwrite:
            wrong(f"{file} is there already; --overwrite replaces it")


def _inspect(arguments: argparse.Namespace) -> int:
    from keras_port.weights import show
    from keras_port.weights.checkpoint import open_checkpoint
    from keras_port.weights.transfer import guess, sort_out

    contents = sort_out(open_checkpoint(arguments.checkpoint))
    show.report(contents, guess(contents), as_json=arguments.json)
    return 0


def _fill(arguments: argparse.Namespace) -> int:
    from keras_port.weights import show
    from keras_port.weights.checkpoint import open_checkpoint
    from keras_port.weights.transfer import fill, sort_out

    checkpoint = open_checkpoint(arguments.checkpoint)
    contents = sort_out(checkpoint)
    checkpoint.arrays()  # a damaged file is found before Keras is loaded
    if not arguments.model:
        raise show.needs_model(contents)
    model, rows = _build(arguments)
    fates = fill(
        model,
        checkpoint,
        rows=rows,
        forget_bias=arguments.forget_bias,
        averages=arguments.averages,
        weights_only=arguments.weights_only,
        skip=arguments.skip,
    )
    with quiet():
        from keras_port.training import save
    save(model, arguments.output)
    show.report(contents, fates, as_json=arguments.json, output=arguments.output, forget_bias=arguments.forget_bias)
    return 0


def _write_back(arguments: argparse.Namespace) -> int:
    from keras_port.weights import show
    from keras_port.weights.checkpoint import open_checkpoint, write_checkpoint
    from keras_port.weights.errors import CheckpointError
    from keras_port.weights.programs import PROGRAMS
    from keras_port.weights.rows import with_forget_bias
    from keras_port.weights.transfer import rows_like, tf1_state, untouched

    like = open_checkpoint(arguments.like) if arguments.like else None
    model = _load(arguments.to_tf1)
    rows = _rows_of(arguments.model)
    if rows is None and like:
        rows = rows_like(model, like, arguments.forget_bias)
    if rows is None and not arguments.model:
        rows = PROGRAMS.get(model.name)
    if rows is None:
        raise CheckpointError(
            arguments.to_tf1,
            f"how TF1 calls the variables of the model {model.name!r} is not known",
            "give --like CHECKPOINT of the TF1 program, or --model with a Python file that has ROWS",
        )
    state = tf1_state(model, with_forget_bias(rows, arguments.forget_bias, {}))
    kept = untouched(state, like) if like else {}
    write_checkpoint(arguments.output, state | kept, overwrite=arguments.overwrite)
    show.written(state, kept, arguments.output, as_json=arguments.json)
    return 0


def _build(arguments: argparse.Namespace):
    """The model of --model, and its rows if it says them."""
    what, rows = arguments.model, None
    if what in models.NAMES:
        from keras_port.weights.programs import PROGRAMS

        with quiet():
            model = models.load(what).build()
        rows = PROGRAMS[what]
    elif what.endswith(".keras"):
        model = _load(Path(what))
    else:
        with quiet():
            import keras  # noqa: F401
        model, rows = _built(Path(what))
    return model, rows


def _built(path: Path):
    """The model that a Python file's build() returns, and its ROWS."""
    import keras

    from keras_port.weights.errors import CheckpointError

    build, rows = _script(path)
    try:
        inspect.signature(build).bind()
    except TypeError as error:
        problem = f"build() cannot be called without arguments: {error}"
        raise CheckpointError(_place(path, "build"), problem, "give each argument a default") from error
    model = build()
    if not isinstance(model, keras.Model):
        problem = f"build() returns {type(model).__name__}, not a Keras model"
        raise CheckpointError(_place(path, "build"), problem, "let it return the model to fill")
    return model, rows


def _rows_of(what: str | None):
    """The rows that --model stands for, where only the names are wanted."""
    if what is None or what.endswith(".keras"):
        return None
    if what in models.NAMES:
        from keras_port.weights.programs import PROGRAMS

        return PROGRAMS[what]
    return _script(Path(what))[1]


def _load(path: Path):
    """A .keras file, in safe mode: a Lambda in it is not executed."""
    from keras_port.weights.errors import CheckpointError

    with quiet():
        import keras

        from keras_port import feeding, layers, optimizers  # noqa: F401  (their classes register themselves)
    try:
        return keras.saving.load_model(path, safe_mode=True)
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CheckpointError(path, f"Keras cannot load it: {first}", "save the model again") from error


def _script(path: Path):
    """The function build of a Python file, and its ROWS or None."""
    import runpy

    from keras_port.weights.errors import CheckpointError
    from keras_port.weights.rows import Row

    found = runpy.run_path(str(path), run_name="__keras_port__")
    rows = found.get("ROWS")
    if rows is not None and not (isinstance(rows, (list, tuple)) and all(isinstance(row, Row) for row in rows)):
        remedy = "give the Row of each variable, or leave ROWS out where names and shapes tell"
        raise CheckpointError(_place(path, "ROWS"), "ROWS is no list of keras_port.weights.Row", remedy)
    return found["build"], rows


def _place(path: Path, name: str) -> str:
    """`mine.py, line 3`: where a Python file defines a name, the last time that it does."""
    lines = path.read_text("utf-8", "replace").splitlines()
    found = [number for number, line in enumerate(lines, 1) if re.match(rf"(def )?{name}\b", line)]
    return f"{path}, line {found[-1]}" if found else str(path)


def _model(text: str) -> str:
    if text in models.NAMES or (text.endswith(".keras") and Path(text).is_file()):
        return text
    if not text.endswith(".py") or not Path(text).is_file():
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither one of {', '.join(models.NAMES)}, nor a .keras or .py file that exists"
        )
    try:
        tree = ast.parse(Path(text).read_bytes())
    except SyntaxError as error:
        raise argparse.ArgumentTypeError(f"{text}, line {error.lineno}: {error.msg}") from error
    if not any(isinstance(node, ast.FunctionDef) and node.name == "build" for node in tree.body):
        raise argparse.ArgumentTypeError(
            f"{text} has no function build() that returns a Keras model; a TF1 script cannot be given here"
        )
    return text


def _number(text: str) -> float:
    try:
        if abs(number := float(text)) < _LARGEST:  # which NaN is not
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")


def _keras_file(text: str) -> Path:
    if not text.endswith(".keras") or not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is not a .keras file that exists")
    return Path(text)
