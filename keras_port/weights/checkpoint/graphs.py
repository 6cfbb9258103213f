"""GraphDefs: frozen graphs, SavedModels' signatures, and the forget biases that only a graph knows.

Source: tensorflow 1.15 core/framework/graph.proto, node_def.proto and
attr_value.proto; core/protobuf/meta_graph.proto and saved_model.proto.
"""

from __future__ import annotations

import dataclasses
import re
import struct
from pathlib import Path

from keras_port.weights.checkpoint import tensors, wire
from keras_port.weights.checkpoint.contents import Checkpoint, Stored, unreadable
from keras_port.weights.checkpoint.wire import PARSING, WireError
from keras_port.weights.errors import CheckpointError

_READS = re.compile(r"/(read|Read/ReadVariableOp(_\d+)?|ReadVariableOp(_\d+)?)$")


@dataclasses.dataclass(frozen=True)
class Node:
    """A NodeDef; `attributes` are AttrValues, not yet parsed."""

    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, bytes]


def nodes(graph: bytes) -> dict[str, Node]:
    """The nodes of a GraphDef by name, control inputs left out. Raises WireError."""
    found = {}
    for data in wire.message(graph).get(1, ()):
        fields = wire.message(data)
        inputs = tuple(name.decode("utf-8") for name in fields.get(3, ()) if not name.startswith(b"^"))
        found[wire.text(fields, 1)] = Node(wire.text(fields, 2), inputs, wire.mapping(fields, 5))
    if not found:
        raise WireError("there is no node in it")
    return found


def frozen(path: Path) -> Checkpoint:
    """The variables of a frozen graph: its Const nodes that are read as variables were. Raises CheckpointError."""
    try:
        graph = nodes(path.read_bytes())
        variables = _constants(path, graph)
        biases = forget_biases(graph)
    except PARSING as error:
        raise CheckpointError(
            path,
            f"it is no whole GraphDef: {error}",
            "give a checkpoint's prefix, a SavedModel's folder or a frozen graph (.pb)",
        ) from error
    if not variables:
        holds = sum(node.op in ("Variable", "VariableV2", "VarHandleOp") for node in graph.values())
        remedy = f"its {holds} variables are in a checkpoint: give that" if holds else "freeze the graph first"
        raise CheckpointError(path, "no weight is frozen in this graph", remedy)
    return Checkpoint(path, "frozen graph", variables, biases)


def _constants(path: Path, graph: dict[str, Node]) -> dict[str, Stored]:
    constants = {name: node for name, node in graph.items() if node.op == "Const"}
    read = {node.inputs[0] for name, node in graph.items() if node.inputs and _READS.search(name)}
    # Tools that strip a graph take the Identity away: then any floating-point array counts.
    chosen = constants.keys() & read or {
        name for name, node in constants.items() if _described(node)[0].startswith(("float", "bfloat")) and _rank(node)
    }
    variables = {}
    for name in sorted(chosen):
        dtype, shape = _described(constants[name])
        if dtype in tensors.UNREADABLE.values():
            variables[name] = unreadable(path, name, dtype, shape)
        else:
            variables[name] = Stored(dtype, shape, _reader(path, name, constants[name]))
    return variables


def _value(node: Node) -> bytes:
    return wire.last(wire.message(node.attributes.get("value", b"")), 8, b"")


def _described(node: Node) -> tuple[str, tuple[int, ...]]:
    found = wire.message(_value(node))
    return tensors.dtype_name(wire.last(found, 1, 0)), tensors.shape(wire.last(found, 2, b""))


def _rank(node: Node) -> int:
    return len(_described(node)[1])


def _reader(path: Path, name: str, node: Node):
    def read_constant():
        try:
            return tensors.tensor(_value(node))
        except WireError as error:
            raise CheckpointError(path, f"{name} is damaged: {error}", "copy the file again") from error

    return read_constant


def meta_graph(data: bytes) -> tuple[dict[str, Node], dict[str, dict]]:
    """Nodes and signatures of a MetaGraphDef (a `.meta` file). Raises WireError."""
    found = wire.message(data)
    signatures = {key: _signature(value) for key, value in wire.mapping(found, 5).items()}
    return nodes(wire.last(found, 2, b"")), signatures


def saved_model(path: Path) -> tuple[dict[str, Node], dict[str, dict]]:
    """Nodes and signatures of saved_model.pb's first MetaGraphDef. Raises CheckpointError."""
    try:
        graphs = wire.message(path.read_bytes()).get(2, ())
        if not graphs:
            raise WireError("there is no graph in it")
        return meta_graph(graphs[0])
    except PARSING as error:
        raise CheckpointError(path, f"it is no whole SavedModel: {error}", "copy its folder again") from error


def _signature(data: bytes) -> dict[str, dict[str, str]]:
    found = wire.message(data)
    return {
        side: {key: wire.text(wire.message(info), 1) for key, info in wire.mapping(found, number).items()}
        for side, number in (("inputs", 1), ("outputs", 2))
    }


def forget_biases(graph: dict[str, Node]) -> dict[str, float]:
    """Scope of a cell's variables -> the constant that its graph adds to the forget gate.

    In i, j, f, o the forget gate is the third output of the split; a block
    cell has an attribute.
    """
    found = {}
    for name, node in graph.items():
        if node.op in ("LSTMBlockCell", "BlockLSTM") and "forget_bias" in node.attributes:
            raw = wire.last(wire.message(node.attributes["forget_bias"]), 4, b"\0\0\0\0")
            found[_scope(graph, name, node)] = float(struct.unpack("<f", raw)[0])
        if node.op not in ("Add", "AddV2") or len(node.inputs) != 2:
            continue
        gate, constant = node.inputs
        split = graph.get(gate.removesuffix(":2")) if gate.endswith(":2") else None
        source = graph.get(constant)
        if split and split.op == "Split" and source and source.op == "Const" and _rank(source) == 0:
            gates = graph.get(split.inputs[-1]) if split.inputs else None
            biased = gates if gates and gates.op in ("BiasAdd", "Add", "AddV2") else None
            found[_scope(graph, name, biased)] = float(tensors.tensor(_value(source)))
    return found


# What stands between a variable and the operation of a loop that uses it; of a variable in parts, the first is followed.
_PASSES = ("Identity", "Enter", "RefEnter", "ReadVariableOp", "Switch", "RefSwitch", "ConcatV2")


def _scope(graph: dict[str, Node], name: str, biased: Node | None) -> str:
    """The scope of the variable that is the last input of `biased`; without one, that of the operation `name`.

    They differ in a loop: `rnn/while/rnn/multi_rnn_cell/cell_0/lstm_cell/add`
    is of the cell `rnn/multi_rnn_cell/cell_0/lstm_cell`.
    """
    bias = biased.inputs[-1] if biased and biased.inputs else ""
    for _ in graph:  # as many steps at most: a damaged graph may lead in a circle
        node = graph.get(bias.partition(":")[0])
        if node is None or node.op not in _PASSES or not node.inputs:
            break
        bias = node.inputs[0]
    if node and node.op in ("Variable", "VariableV2", "VarHandleOp", "Const"):
        return re.sub(r"(^|/)(Linear/)?[^/]*(/part_\d+)?$", "", bias.partition(":")[0])
    scope = re.sub(r"(^|/)while(_\d+)?(?=/)", r"\1", name.rpartition("/")[0])
    return scope.replace("//", "/").strip("/")
