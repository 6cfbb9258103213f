"""tf.contrib.layers, contrib.slim and the variable helpers of contrib.framework: tf-slim's own code.

tf-slim 1.1 asks TensorFlow's `framework.ops` for two classes that have since moved away.
It is handed a copy of that module with them in it; TensorFlow's own stays as it is.

What never moved to tf-slim stands in `embedding_ops`.
"""

from __future__ import annotations

import sys
import types

import tensorflow as _real
from tensorflow.python.framework import ops as _ops
from tf_slim import *  # noqa: F403  (the module shows tf-slim's names)
from tf_slim.layers import *  # noqa: F403

from legacy_tf1.contrib.embedding_ops import (  # noqa: F401
    bow_encoder,
    embed_sequence,
    embedding_lookup_unique,
    safe_embedding_lookup_sparse,
)


def _mend() -> None:
    mended = types.ModuleType(_ops.__name__)
    mended.__dict__.update(vars(_ops))
    mended.Tensor, mended.IndexedSlices = _real.Tensor, _real.IndexedSlices
    for name, module in list(sys.modules.items()):
        if name.startswith("tf_slim") and getattr(module, "ops", None) is _ops:
            module.ops = mended


_mend()
