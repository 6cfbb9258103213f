"""`tf.estimator`: the library tensorflow-estimator 2.15, its last release, on today's TensorFlow.

TensorFlow 2.16 cut the tie to it: a registry of exported names and a few modules that only TPUs and
parameter servers need are gone, and without them the library does not import. It is given stand-ins while
it is imported, and TensorFlow is left as it was.
Source: tensorflow-estimator 2.15 and 1.15, python/estimator.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import types

from tensorflow.python.util import tf_export

from legacy_tf1.errors import LegacyError

__all__ = ["exported"]

_PARAMETERS = (
    "AdagradParameters", "AdamParameters", "FtrlParameters", "MomentumParameters", "ProximalAdagradParameters",
    "RMSPropParameters", "StochasticGradientDescentParameters",
)  # fmt: skip


def _one_process_only(*args, **kwargs):
    raise LegacyError(
        "training across several processes is not available",
        remedy="leave train_distribute, eval_distribute and TF_CONFIG out: the estimator then trains in this process",
    )


# module of TensorFlow that is gone -> the names that the library asks it for
_GONE = {
    "tensorflow.python.distribute.estimator_training": {
        "should_run_distribute_coordinator": lambda config: False,
        **dict.fromkeys(
            ("estimator_evaluate", "estimator_train", "init_run_config", "train_and_evaluate"), _one_process_only
        ),
    },
    "tensorflow.python.tpu.session_support": {},
    "tensorflow.python.tpu.tpu_embedding": {
        name: type(name, (), {"__init__": _one_process_only}) for name in _PARAMETERS
    },
    "tensorflow.python.tpu.tpu_embedding_gradient": {},
}


@contextlib.contextmanager
def _stand_ins():
    registries = tf_export.API_ATTRS, tf_export.API_ATTRS_V1
    owners = {name: importlib.import_module(name.rpartition(".")[0]) for name in _GONE}
    tf_export.ESTIMATOR_API_NAME = "estimator"
    for registry in registries:
        registry["estimator"] = type(registry["tensorflow"])("_estimator_api_names", "_estimator_api_constants")
    for name, names in _GONE.items():
        module = types.ModuleType(name)
        module.__dict__.update(names)
        sys.modules[name] = module
        setattr(owners[name], name.rpartition(".")[2], module)
    try:
        yield
    finally:
        del tf_export.ESTIMATOR_API_NAME
        for registry in registries:
            del registry["estimator"]
        for name, owner in owners.items():
            del sys.modules[name]
            delattr(owner, name.rpartition(".")[2])


with _stand_ins():
    exported = importlib.import_module("tensorflow_estimator._api.v1.estimator")


def __getattr__(name: str):
    return getattr(exported, name)


def __dir__():
    return [name for name in dir(exported) if not name.startswith("_")]
