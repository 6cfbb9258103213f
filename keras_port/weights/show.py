"""What `keras-port weights` prints: a table on a terminal, plain columns in a pipe, or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from keras_port.weights.cells import OF_KERAS
from keras_port.weights.errors import CheckpointError
from keras_port.weights.transfer import Contents, Fate, describe

_HEADINGS = ("variable", "shape", "dtype", "cell", "Keras layer", "goes to, or why not")


def report(
    contents: Contents,
    fates: list[Fate],
    *,
    as_json: bool = False,
    output: Path | None = None,
    forget_bias: float | None = None,
) -> None:
    """Every variable of a checkpoint with its fate; `output` is the file that was written, `forget_bias` what was asked for."""
    checkpoint = contents.checkpoint
    if as_json:
        about = {"path": str(checkpoint.path), "kind": checkpoint.kind, "output": output and str(output)}
        extra = {"forget_biases": checkpoint.forget_biases, "signatures": checkpoint.signatures}
        print(json.dumps({**about, **extra, "variables": [fate.as_dict() for fate in fates]}, indent=1))
        return
    print(f"{checkpoint.path}: {checkpoint.kind}, {len(checkpoint.variables)} variables")
    instead = "" if forget_bias is None else f"; {forget_bias:g}, as asked for, is taken instead"
    for scope, bias in checkpoint.forget_biases.items():
        print(f"its graph adds {bias:g} to the forget gate of {scope}{instead}")
    for key, sides in checkpoint.signatures.items():
        print(f"signature {key}: {_names(sides['inputs'])} -> {_names(sides['outputs'])}")
    _table(_HEADINGS, [_columns(fate, filled=output is not None) for fate in fates])
    if output:
        used = sum(not fate.reason for fate in fates)
        print(f"{used} of {len(fates)} variables used; the others and the reasons are above")
        print(f"saved {output}")


def written(state: Mapping, kept: Mapping, prefix: Path, *, as_json: bool = False) -> None:
    """What a checkpoint that was written holds."""
    rows = [
        (name, str(tuple(array.shape)), str(array.dtype), "from the model" if name in state else "as in --like")
        for name, array in sorted({**state, **kept}.items())
    ]
    if as_json:
        keys = ("name", "shape", "dtype", "source")
        print(json.dumps({"output": str(prefix), "variables": [dict(zip(keys, row)) for row in rows]}, indent=1))
        return
    _table(("variable", "shape", "dtype", "source"), rows)
    print(f"saved {prefix}; a TF1 program restores it with tf.train.Saver().restore(sess, {str(prefix)!r})")


def needs_model(contents: Contents) -> CheckpointError:
    """A checkpoint says which cells there are, but not how they are connected: the error that asks for a model."""
    from keras_port.weights.programs import PROGRAMS

    weights = set(contents.weights())
    twins = [name for name, rows in PROGRAMS.items() if {n for row in rows for n in row.tf1_names} == weights]
    cells = "".join(f"\n  - {group.scope or '(no scope)'}: {_sketch(contents, group)}" for group in contents.groups)
    hint = f"the names are those of {', '.join(twins)}: try --model with one of them\n" if twins else ""
    return CheckpointError(
        contents.checkpoint.path,
        "a checkpoint does not say how its layers are connected",
        "give --model NAME, a .keras file, or a Python file with a function build() that returns the Keras model; "
        f"{hint}it holds:{cells}",
    )


def _sketch(contents: Contents, group) -> str:
    """`LSTMCell, as LSTM(28)`, with the units that the shapes tell."""
    cell, layer, _ = describe(group)
    units = _units(contents, group, cell)
    sizes = ", ".join(f"{name.rpartition('/')[2]} {contents.shapes[name]}" for name in group.names.values())
    if not units or not layer:
        return f"{cell}, {sizes}"
    name, _, options = layer.partition("(")
    return f"{cell}, as {name}({units}{', ' if options else ''}{options or ')'}, {sizes}"


def _units(contents: Contents, group, cell: str) -> int:
    gates = {"BasicRNNCell": 1, "LSTMCell": 4, "CudnnCompatibleLSTMCell": 4, "LayerNormBasicLSTMCell": 4, "UGRNNCell": 2,
             "CoupledInputForgetGateLSTMCell": 3, "IntersectionRNNCell": 4, "NASCell": 8, "GRUCell": 2,
             "CudnnCompatibleGRUCell": 2, "dense": 1, **OF_KERAS}  # fmt: skip
    name = group.names.get("kernel") or group.names.get("gates_kernel")
    return contents.shapes[name][-1] // gates[cell] if name and cell in gates else 0


def _columns(fate: Fate, *, filled: bool) -> tuple[str, ...]:
    goes = fate.reason if fate.reason else ", ".join(fate.variables)
    if filled and not goes:
        goes = "the optimizer's state"
    return (fate.name, str(tuple(fate.shape)), fate.dtype, fate.cell, fate.layer, goes)


def _names(tensors: Mapping[str, str]) -> str:
    return ", ".join(f"{key} ({tensor})" for key, tensor in tensors.items())


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table

        table = Table(*headings, box=box.SIMPLE_HEAD)
        for row in rows:
            table.add_row(*row)
        Console(markup=False).print(table)
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows)]
    for row in (headings, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
