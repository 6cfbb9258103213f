"""The rows of `moved.py` for Keras 2: by TensorFlow's paths and, as `import keras`, by its own name.

Keras 3 cannot build TF1 graphs, so in the TF1 world `keras` is the library that `tf.keras` is there too. Its
modules were split and renamed since, hence one row for each old module; what has none is looked for in FOLDERS.
"""

from __future__ import annotations

__all__ = ["FOLDERS", "LATE", "MODULES", "NAMES", "ROOTS"]

_API, _SOURCE = "tensorflow.compat.v1.keras", "tf_keras.src"
_OWN = ("keras", "tensorflow.keras")
ROOTS = ("keras", "tensorflow.contrib.keras.python.keras", "tensorflow.python.keras")

_LAYERS = ("advanced_activations", "convolutional", "convolutional_recurrent", "core", "cudnn_recurrent", "embeddings", "local",
           "merge", "noise", "normalization", "pooling", "recurrent", "wrappers")  # fmt: skip
_ENGINE = ("base_layer", "input_layer", "sequential", "topology", "training")
_UTILS = ("data_utils", "generic_utils", "io_utils", "layer_utils", "np_utils", "vis_utils")

# module below a root -> modules of today that have its names
_PATHS: dict[str, tuple[str, ...]] = {
    "backend.tensorflow_backend": (f"{_API}.backend",),
    "engine": (f"{_API}.layers", _API, f"{_API}.utils"),
    **{f"engine.{name}": (f"{_API}.layers", _API, f"{_API}.utils", f"{_SOURCE}.engine.{name}") for name in _ENGINE},
    **{f"layers.{name}": (f"{_API}.layers",) for name in _LAYERS},
    "objectives": (f"{_API}.losses",),
    **{f"utils.{name}": (f"{_API}.utils", f"{_SOURCE}.utils.{name}") for name in _UTILS},
}
_WHOLE = ("backend", "constraints", "layers", "utils")  # what rows or names stand below

# prefix of modules -> where today's module of the same further name is
FOLDERS: dict[str, tuple[str, ...]] = {
    **{root: (_API, _SOURCE) for root in ROOTS},  # the copy left at tensorflow.python.keras fits nothing else
    "tensorflow.contrib.keras": (_API,),
    "tensorflow.contrib.keras.api.keras": (_API,),
    "tensorflow.python.keras.api._v1.keras": (_API,),
}

MODULES: dict[str, tuple[str, ...]] = {
    **{own: (_API,) for own in _OWN},
    **{f"{own}.{name}": (f"{_API}.{name}",) for own in _OWN for name in _WHOLE},
    **{f"{root}.{path}": sources for root in ROOTS for path, sources in _PATHS.items()},
}

NAMES: dict[str, str] = {
    "keras.__version__": "legacy_tf1.old_keras:VERSION",
    "tensorflow.keras.__version__": "legacy_tf1.old_keras:TF_VERSION",
    **{
        f"keras.constraints.{old}": f"{_API}:constraints.{new}"
        for old, new in {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"}.items()
    },
}

# imported on every machine; it needs several GPUs
LATE: dict[str, tuple[str, ...]] = {f"{own}.utils": ("multi_gpu_model",) for own in _OWN}

VERSION = "2.2.4"
TF_VERSION = "2.2.4-tf"
