"""tf.contrib.layers, contrib.slim and the variable helpers of contrib.framework: tf-slim's own code.

tf-slim 1.1 asks TensorFlow's modules for names that have since moved away, and for layers of which TensorFlow
keeps a copy that nothing else uses. It is handed copies of those modules, with tf-keras's layers, the ones
that tf.layers is; TensorFlow's own stay as they are. `modules` mends every part of tf-slim that it loads, since
scripts reach some of them by their own paths (`tensorflow.contrib.layers.python.layers.optimizers`) and first.

What never moved to tf-slim stands in `embedding_ops`.
"""

from __future__ import annotations

import sys
import types

import tensorflow.compat.v1 as _v1
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

_MARK = "__legacy_tf1_mended__"

# what tf-slim asks of TensorFlow's own modules, by the name it imports each under, and what is to be found there
_MENDED = {
    "array_ops": lambda: {name: getattr(_v1, name) for name in ("stack", "unstack")},
    "control_flow_ops": lambda: {name: getattr(_v1, name) for name in ("Assert", "case", "cond", "while_loop")},
    "framework_ops": lambda: {"Tensor": _v1.Tensor},
    "ops": lambda: {"Tensor": _v1.Tensor, "IndexedSlices": _v1.IndexedSlices},
    "variable_scope": lambda: {
        "variable": _v1.Variable,
        "resource_variables_enabled": _v1.resource_variables_enabled,
    },
    "convolutional_layers": lambda: vars(_keras_layers.convolutional),
    "core_layers": lambda: vars(_keras_layers.core),
    "normalization_layers": lambda: vars(_keras_layers.normalization),
    "pooling_layers": lambda: vars(_keras_layers.pooling),
}


def mend() -> None:
    """Hand the mended copies to every part of tf-slim that is loaded and has none yet."""
    for part in [module for name, module in list(sys.modules.items()) if name.startswith("tf_slim")]:
        for attribute, names in _MENDED.items():
            original = getattr(part, attribute, None)
            if isinstance(original, types.ModuleType) and not hasattr(original, _MARK):
                mended = types.ModuleType(original.__name__)
                mended.__dict__.update(vars(original), **names(), **{_MARK: True})
                setattr(part, attribute, mended)


mend()
