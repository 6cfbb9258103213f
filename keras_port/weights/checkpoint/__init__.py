"""TF1 checkpoints as files: read and written without TensorFlow.

    locate.py     open_checkpoint: a path -> Checkpoint
    contents.py   Checkpoint, Stored
    bundle.py     V2: .index and .data files, also inside a SavedModel
    sliced.py     V1: one sorted table
    graphs.py     frozen graphs, signatures, forget biases
    write.py      write_checkpoint: V2
    tensors.py, sstable.py, snappy.py, crc32c.py, wire.py   the formats below

Nothing in a file is ever executed: pickles are refused, graphs only read.
"""

from __future__ import annotations

from keras_port.weights.checkpoint.contents import Checkpoint, Stored
from keras_port.weights.checkpoint.locate import open_checkpoint
from keras_port.weights.checkpoint.write import write_checkpoint

__all__ = ["Checkpoint", "Stored", "open_checkpoint", "write_checkpoint"]
