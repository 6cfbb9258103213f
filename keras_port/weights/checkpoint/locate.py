"""From what someone names to a Checkpoint: a prefix, a file of it, a folder, a graph."""

from __future__ import annotations

import re
from pathlib import Path

from keras_port.weights.checkpoint import bundle, graphs, sliced, sstable
from keras_port.weights.checkpoint.contents import Checkpoint
from keras_port.weights.checkpoint.wire import PARSING
from keras_port.weights.errors import CheckpointError

_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}$")
_GIVE = "give a checkpoint's prefix (such as model.ckpt-1000), a SavedModel's folder or a frozen graph (.pb)"

# how other files begin, what they are, what to do with them
_OTHERS = (
    (b"\x89HDF", "an HDF5 file of Keras, not a TF1 checkpoint", "load it with Keras itself"),
    (b"PK\x03\x04", "a zip file (.keras, .npz), not a TF1 checkpoint", "load it with Keras or NumPy itself"),
    (b"\x93NUMPY", "a NumPy file, not a TF1 checkpoint", "load it with NumPy itself"),
    (b"\x80", "a pickle, which is a program and is never executed here", "save the weights with tf.train.Saver"),
    (b"(dp", "a pickle, which is a program and is never executed here", "save the weights with tf.train.Saver"),
    (b"(lp", "a pickle, which is a program and is never executed here", "save the weights with tf.train.Saver"),
    (b"\x1f\x8b", "compressed", "unpack it first"),
)


def open_checkpoint(path) -> Checkpoint:
    """The checkpoint that `path` names, listed but not yet read.

    `path` is the prefix that tf.train.Saver printed, one of its files, a V1
    file, a folder with a `checkpoint` file (its latest is taken), a
    SavedModel's folder, or a frozen graph. Raises CheckpointError.
    """
    path = Path(path)
    try:
        return _open(path)
    except OSError as error:
        raise CheckpointError(path, f"it cannot be read: {error.strerror}", _GIVE) from error


def _open(path: Path) -> Checkpoint:
    if path.is_dir():
        return _folder(path)
    prefix = _prefix(path)
    if prefix.with_name(prefix.name + ".index").is_file():
        return _with_graph(bundle.read(prefix), prefix)
    shards = sorted(path.parent.glob(f"{_literal(path.name)}-?????-of-?????"))
    if not path.is_file() and shards:
        return _with_graph(sliced.read(path, shards), path)
    data_files = sorted(prefix.parent.glob(f"{_literal(prefix.name)}.data-*"))
    if data_files:
        index = prefix.with_name(prefix.name + ".index")
        raise CheckpointError(index, f"it is missing, but {data_files[0].name} is there", bundle.COPY_AGAIN)
    if not path.is_file():
        near = sorted({_prefix(file).name for file in path.parent.glob(f"{_literal(path.name)}*")})
        hint = f"did you mean {', '.join(near[:4])}? Otherwise " if near else ""
        raise CheckpointError(path, "there is no such checkpoint", hint + _GIVE)
    return _file(path)


def _file(path: Path) -> Checkpoint:
    """A single file that is no part of a V2 checkpoint."""
    if path.name == "saved_model.pb":
        return _saved_model(path.parent)
    if path.name == "checkpoint":
        return _open(_latest(path))
    with path.open("rb") as opened:
        start = opened.read(8)
        opened.seek(0, 2)
        opened.seek(max(0, opened.tell() - 48))
        end = opened.read()
    if sstable.is_table(end):
        return _with_graph(sliced.read(path, [path]), path)
    if path.suffix == ".meta":
        raise CheckpointError(path, "a .meta file holds the graph but no weights", "its .index and .data are needed")
    for magic, what, remedy in _OTHERS:
        if start.startswith(magic):
            raise CheckpointError(path, f"this is {what}", remedy)
    if path.suffix in (".pbtxt", ".txt", ".json", ".py"):
        raise CheckpointError(path, "a text file, which holds no weights that can be read here", _GIVE)
    if path.suffix == ".pb":
        return graphs.frozen(path)
    raise CheckpointError(path, "not a TF1 checkpoint, or the end of one is missing", _GIVE)


def _folder(path: Path) -> Checkpoint:
    if (path / "saved_model.pb").is_file() or (path / "saved_model.pbtxt").is_file():
        return _saved_model(path)
    if (path / "checkpoint").is_file():
        return _open(_latest(path / "checkpoint"))
    found = sorted(file.name.removesuffix(".index") for file in path.glob("*.index"))
    if len(found) == 1:
        return _open(path / found[0])
    if found:
        raise CheckpointError(path, f"there are {len(found)} checkpoints in it", f"name one: {', '.join(found)}")
    raise CheckpointError(path, "this folder holds no checkpoint", _GIVE)


def _latest(file: Path) -> Path:
    """The newest checkpoint that a `checkpoint` file names; folders may have moved since."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        text = ""
    named = re.search(r'^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"', text, re.MULTILINE)
    if not named:
        raise CheckpointError(file, "it names no checkpoint", "give the checkpoint's prefix itself")
    name = re.sub(r"\\(.)", r"\1", named[1])
    for candidate in (file.parent / name, file.parent / Path(name).name):
        if candidate.name != file.name and list(candidate.parent.glob(f"{_literal(candidate.name)}*")):
            return candidate
    raise CheckpointError(file, f"it names {name!r}, which is not there", "give the checkpoint's prefix itself")


def _saved_model(folder: Path) -> Checkpoint:
    file = folder / "saved_model.pb"
    if not file.is_file():
        raise CheckpointError(folder / "saved_model.pbtxt", "a SavedModel in text form", "save it as saved_model.pb")
    nodes, signatures = graphs.saved_model(file)
    prefix = folder / "variables" / "variables"
    if not prefix.with_name("variables.index").is_file():
        raise CheckpointError(prefix.with_name("variables.index"), "it is missing", "copy the SavedModel again")
    found = bundle.read(prefix)
    found.path, found.kind = folder, "SavedModel"
    found.signatures, found.forget_biases = signatures, graphs.forget_biases(nodes)
    return found


def _with_graph(found: Checkpoint, prefix: Path) -> Checkpoint:
    """Add what the `.meta` file knows, where there is one; it is never needed."""
    meta = prefix.with_name(prefix.name + ".meta")
    if meta.is_file():
        try:
            nodes, found.signatures = graphs.meta_graph(meta.read_bytes())
            found.forget_biases = graphs.forget_biases(nodes)
        except PARSING as error:
            raise CheckpointError(
                meta, f"it is no whole MetaGraphDef: {error}", "copy it again, or take it away: it is not needed"
            ) from error
    return found


def _prefix(path: Path) -> Path:
    """The prefix of a checkpoint's file, or the path itself."""
    name = _SHARD.sub("", path.name)
    for suffix in (".index", ".meta"):
        name = name.removesuffix(suffix)
    return path.with_name(name) if name else path


def _literal(name: str) -> str:
    """A name in which glob's signs stand for themselves."""
    return re.sub(r"([\[\]*?])", r"[\1]", name)
