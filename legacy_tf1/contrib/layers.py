"""tf.contrib.layers, contrib.slim and the variable helpers of contrib.framework: tf-slim's own code.

tf-slim 1.1 asks TensorFlow's modules for names that have since moved away, and for layers of which TensorFlow
keeps a copy that nothing else uses. It is handed copies of those modules, with tf-keras's layers, the ones
that tf.layers is; TensorFlow's own stay as they are.

What never moved to tf-slim stands in `embedding_ops`.
"""

from __future__ import annotations

import sys
import types

import tensorflow as _real
from tf_keras.src import legacy_tf_layers as _keras_layers
from tf_keras.src.legacy_tf_layers import convolutional, core, normalization, pooling  # noqa: F401
from tf_slim import *  # noqa: F403  (the module shows tf-slim's names)
from tf_slim.layers import *  # noqa: F403

from legacy_tf1.contrib.embedding_ops import (  # noqa: F401
    bow_encoder,
    embed_sequence,
    embedding_lookup_unique,
    safe_embedding_lookup_sparse,
)

# what tf-slim asks of TensorFlow's own modules, by the name it imports each under, and what is to be found there
_MENDED = {
    "ops": lambda: {"Tensor": _real.Tensor, "IndexedSlices": _real.IndexedSlices},
    "variable_scope": lambda: {"variable": _real.compat.v1.Variable},
    "convolutional_layers": lambda: vars(_keras_layers.convolutional),
    "core_layers": lambda: vars(_keras_layers.core),
    "normalization_layers": lambda: vars(_keras_layers.normalization),
    "pooling_layers": lambda: vars(_keras_layers.pooling),
}


def _mend() -> None:
    for attribute, names in _MENDED.items():
        for name, module in list(sys.modules.items()):
            original = getattr(module, attribute, None) if name.startswith("tf_slim") else None
            if isinstance(original, types.ModuleType):
                mended = types.ModuleType(original.__name__)
                mended.__dict__.update(vars(original), **names())
                setattr(module, attribute, mended)


_mend()
