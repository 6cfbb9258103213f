"""How exactly a TF1 name is served: one table of what differs from TensorFlow 1.15.

A name that no row speaks of is exact: the same values, gradients, variable names, arguments and, with a
seed, the same random numbers, up to the rounding of float32. To own up to a difference, add a row: a full
TF1 name, or the name of a module or class whose whole content it holds for, and what a person would
notice. Names are relative to `tensorflow`.
"""

from __future__ import annotations

from legacy_tf1.contrib.distributions import DENSITIES
from legacy_tf1.moved import UNSERVED

__all__ = ["APPROXIMATE", "ARGUMENTS", "NAME_MOVED", "SEEDS_AFTER", "SEEDS_AFTER_GRADIENT", "difference"]

# these make more or fewer ops than in TF 1.15: {name: why}; the values they compute are the same
SEEDS_AFTER: dict[str, str] = {
    "feature_column.linear_model": "its variables were resources",
}
# as above, but only where their gradient is taken
SEEDS_AFTER_GRADIENT: dict[str, str] = {
    "clip_by_global_norm": "the gradient is another formula today",
    **{
        f"contrib.seq2seq.{name}": "the layer of the memory leaves out reshapes that change nothing"
        for name in ("BahdanauAttention", "BahdanauMonotonicAttention", "LuongAttention", "LuongMonotonicAttention")
    },
    "contrib.seq2seq.ScheduledEmbeddingTrainingHelper": "the gradient of gather_nd is another formula today",
    "contrib.seq2seq.ScheduledOutputTrainingHelper": "the gradient of gather_nd is another formula today",
    "einsum": "the gradient is another formula today",
    "hessians": "the gradient is another formula today",
    "nn.swish": "the gradient is another formula today",
    "unsorted_segment_sum": "the gradient is another formula today",
}

# name in the tables above -> other names of the same function
_ALIASES: dict[str, tuple[str, ...]] = {
    "einsum": ("linalg.einsum",),
    "unsorted_segment_sum": ("math.unsorted_segment_sum",),
}

# these call an argument by another name, or take their arguments in another order: {name: how}
ARGUMENTS: dict[str, str] = {
    "Operation": "scripts cannot make one by hand",
    "OptionalSpec": "value_structure is called element_spec",
    "RaggedTensor": "scripts cannot make one by hand: use its from_* methods",
    "Tensor": "scripts cannot make one by hand",
    "autograph.experimental.set_loop_options": "there is no back_prop",
    "config.experimental.set_virtual_device_configuration": "virtual_devices is called logical_devices",
    "data.experimental.OptionalStructure": "value_structure is called element_spec",
    "errors.UnknownError": "there is no error_code",
    **dict.fromkeys(
        ("contrib.eager.defun", "contrib.eager.function", "function"),
        "autograph's options follow after jit_compile and reduce_retracing",
    ),
    "numpy_function": "name follows after stateful",
    "random.experimental.create_rng_state": "algorithm is called alg",
}

# a new argument stands before the last one, `name`, which nobody gives by position
NAME_MOVED = (
    "image.adjust_jpeg_quality",
    "matmul",
    "nn.top_k",
    "scatter_nd",
    "tensor_scatter_add",
    "tensor_scatter_sub",
)

_KERAS = "it is the tf-keras of today, not the Keras 2.2.4 of TF 1.15, and has not been compared with that one"
_LATER_SEEDS = (
    "with a seed, random ops made after it may draw other numbers: the number of its ops has not been compared"
)
_TPU = "without a TPU only: use_tpu=False"
_UNKNOWN_RANK = (
    "an input of unknown rank may be a batch, too: with a seed, random ops made for it and after it draw other numbers"
)
_SUMMARY = "summaries carry the name scope in their tag, as since TF 1.0"

# TF1 name, or prefix of names -> what differs; add a row here for anything that the tables above do not hold
APPROXIMATE: dict[str, str] = {
    **{
        alias: f"same values; with a seed, random ops made after {what} draw other numbers ({why})"
        for rows, what in ((SEEDS_AFTER, "it"), (SEEDS_AFTER_GRADIENT, "its gradients"))
        for name, why in rows.items()
        for alias in (name, *_ALIASES.get(name, ()))
    },
    **{name: f"{how}; the rest is as in TF 1.15" for name, how in ARGUMENTS.items()},
    "audio_summary": _SUMMARY,
    "histogram_summary": _SUMMARY,
    "image_summary": _SUMMARY,
    "scalar_summary": _SUMMARY,
    "contrib.lookup.HashTable": "sessions do not share it, whatever shared_name says",
    "train.export_meta_graph": "TF 1.15 cannot read back a graph with gradients: ops have attributes that it does not know;"
    " a seeded shuffle with a repeat runs in this process only",
    "contrib.predictor.from_saved_model": "a signature that the model lacks is an error; TF 1.15 then fed nothing",
    "contrib.learn.Estimator": "x and y are arrays, not iterators; there is no export_savedmodel",
    "contrib.learn.Experiment": "it exports nothing",
    "contrib.learn.learn_runner": "it runs in this process only",
    **{
        f"contrib.estimator.{name}": "seeded start values are its own, and its optimizer's slots lack the part t_0 of their names"
        for name in ("RNNClassifier", "RNNEstimator")
    },
    **{
        f"contrib.distributions.{name}": "seeded draws after making or drawing from one are its own; it has no attributes of bijectors"
        for name in DENSITIES
    },
    "contrib.feature_column.sequence_input_layer": "seeded start values of its columns are its own",
    **{f"contrib.{room}": "it can be imported, and nothing of it is served" for room in UNSERVED},
    **{f"image.{name}": _UNKNOWN_RANK for name in ("rot90", "transpose", "transpose_image")},
    **{f"image.{prefix}flip_{way}": _UNKNOWN_RANK for prefix in ("", "random_") for way in ("left_right", "up_down")},
    "nn.embedding_lookup_sparse": "with weights, a row that has none, or whose weights sum to 0, gives 0, not nan",
    "contrib.nn": _LATER_SEEDS,
    **{f"contrib.training.{name}": _LATER_SEEDS for name in ("resample_at_rate", "weighted_resample")},
    "contrib.timeseries": "with an embedding column as exogenous feature, seeded start values are its own",
    "contrib.tpu": _TPU,
    "estimator.tpu": _TPU,
    "contrib.keras": _KERAS,
    "keras": _KERAS,
    "batch_matmul": "its arguments adj_x and adj_y are called adjoint_a and adjoint_b",
}


def difference(name: str) -> str | None:
    """What differs from TF 1.15 in `tensorflow.NAME`; None where nothing is known to."""
    parts = name.removeprefix("tensorflow.").split(".")
    for depth in range(len(parts), 0, -1):
        if found := APPROXIMATE.get(".".join(parts[:depth])):
            return found
    return None
