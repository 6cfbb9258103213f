"""Arrays into a checkpoint V2 that tf.train.Saver restores, whole or not at all.

The files are written beside their final place. Then the index of a checkpoint
that is replaced is removed, and the new files are renamed, the data before
the index and the index before `checkpoint`: whatever interrupts this, no
reader finds an index without its own data. Interrupted in between, a
replaced checkpoint has no index any more, which readers say.

Source: see bundle.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from keras_port.weights.checkpoint import crc32c, sstable, tensors
from keras_port.weights.checkpoint.bundle import shard_file
from keras_port.weights.checkpoint.wire import put, put_fixed32

_HEADER = put(1, 1) + put(3, put(1, 1))  # one data file, little-endian, version 1


def write_checkpoint(prefix, arrays: Mapping[str, np.ndarray], *, overwrite: bool = False) -> list[Path]:
    """Write PREFIX.index, PREFIX.data-00000-of-00001 and the folder's `checkpoint` file.

    That file then names this checkpoint as the latest, whatever it named
    before, as after tf.train.Saver.save; other checkpoints in the folder stay.

    Returns the files. Raises FileExistsError for an index or data file that is
    there already unless `overwrite`, ValueError for a name or dtype that TF1 has not, and OSError.
    """
    prefix = Path(prefix)
    index, data = index_and_data(arrays)
    data_file, index_file = shard_file(prefix, 0, 1), prefix.with_name(prefix.name + ".index")
    contents = {data_file: data, index_file: index, prefix.with_name("checkpoint"): _state(prefix.name)}
    there = [file for file in (data_file, index_file) if file.exists()]
    if there and not overwrite:
        raise FileExistsError(f"{there[0]} is there already")
    partial = {file: file.with_name(f".{file.name}.{os.getpid()}.partial") for file in contents}
    try:
        for file, temporary in partial.items():
            temporary.write_bytes(contents[file])
        index_file.unlink(missing_ok=True)
        for file, temporary in partial.items():
            os.replace(temporary, file)
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)
    return list(contents)


def index_and_data(arrays: Mapping[str, np.ndarray]) -> tuple[bytes, bytes]:
    """The bytes of the index and of the only data file."""
    entries, data = [(b"", _HEADER)], bytearray()
    for name in sorted(arrays, key=lambda name: name.encode("utf-8")):
        array = np.asarray(arrays[name])
        if not name or name.startswith("\0") or array.dtype.name not in tensors.NUMBERS:
            raise ValueError(f"{name!r}: an array of {array.dtype} under this name cannot be in a TF1 checkpoint")
        raw = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        entries.append((name.encode("utf-8"), _entry(array, len(data), raw)))
        data += raw
    return sstable.write(entries), bytes(data)


def _entry(array: np.ndarray, offset: int, raw: bytes) -> bytes:
    shape = b"".join(put(2, put(1, size)) for size in array.shape)
    fields = put(1, tensors.NUMBERS[array.dtype.name]) + put(2, shape)
    if offset:
        fields += put(4, offset)
    return fields + put(5, len(raw)) + put_fixed32(6, crc32c.masked(raw))


def _state(name: str) -> bytes:
    """The text of the `checkpoint` file, which tf.train.latest_checkpoint reads."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'model_checkpoint_path: "{quoted}"\nall_model_checkpoint_paths: "{quoted}"\n'.encode()
