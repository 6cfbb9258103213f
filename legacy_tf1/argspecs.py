"""The arguments that `tensorflow.python.util.tf_inspect` reports of TensorFlow's functions: those of TF 1.15.

Libraries of those days compare them with the arguments of functions of their own. Today's functions
have annotations and further arguments. What a caller wrote is reported as it is.

To correct one more function, add a row to SINCE or to DEFAULTS.
Source: tensorflow 1.15 python/util/tf_inspect.py; `parity_tests/goldens/core/signatures.json` has the answers.
"""

from __future__ import annotations

import functools
import importlib
import inspect

from tensorflow.compat import v2 as _v2
from tensorflow.python.framework import dtypes
from tensorflow.python.util import tf_decorator, tf_inspect

__all__ = ["DEFAULTS", "SIGNED", "SINCE", "getargspec", "getfullargspec"]

# argument that came after TF 1.15 -> functions that have it
SINCE: dict[str, tuple[str, ...]] = {
    "alg": ("stateless_random_normal", "stateless_random_uniform", "stateless_truncated_normal"),
    "align": ("matrix_diag", "matrix_diag_part", "matrix_set_diag"),
    "allow_fast_lookup": ("embedding_lookup_sparse", "safe_embedding_lookup_sparse"),
    "axis": ("dequantize", "linspace_nd", "quantize", "quantize_and_dequantize", "quantize_v2"),
    "bad_indices_policy": ("gather_nd", "scatter_nd", "tensor_scatter_add", "tensor_scatter_sub"),
    "beta": ("swish",),
    "blank_index": ("ctc_greedy_decoder",),
    "dct_method": ("adjust_jpeg_quality",),
    "defaults": ("build_signature_def",),
    "dtype": ("dequantize",),
    "ensure_minimum_range": ("quantize", "quantize_v2"),
    "exponential_avg_factor": ("fused_batch_norm",),
    "fallback_to_while_loop": ("vectorized_map",),
    "fn_output_signature": ("map_fn",),
    "grad_a": ("matmul",),
    "grad_b": ("matmul",),
    "index_type": ("top_k",),
    "layout": ("fill", "ones", "ones_like_v2", "zeros", "zeros_like_v2"),
    "narrow_range": ("dequantize", "quantize", "quantize_v2"),
    "options": ("load", "save"),
    "output_type": ("matmul",),
    "perturb_singular": ("tridiagonal_solve",),
    "return_index_map": ("ssim",),
    "save_graph_def": ("MonitoredTrainingSession",),
    "separator": ("sparse_cross",),
    "sparse_gradient": ("sparse_segment_mean", "sparse_segment_sqrt_n", "sparse_segment_sum"),
    "stateful": ("numpy_function",),
    "use_safe_embedding_lookup": ("embedding_column", "shared_embedding_columns"),
    "warn": ("vectorized_map",),
}  # fmt: skip
# function -> argument -> TF 1.15's default
DEFAULTS: dict[str, dict[str, object]] = {
    **dict.fromkeys(("shape", "shape_v2", "size", "size_v2"), {"out_type": dtypes.int32}),
}
# functions of tf.compat.v2 of which libraries make functions with the same signature
SIGNED = ("ones", "ones_like", "shape", "size", "zeros", "zeros_like")


def getfullargspec(obj):
    """`inspect.getfullargspec` of what a decorator of TensorFlow's stands for."""
    target = _today(obj)
    spec = tf_inspect.getfullargspec(target)
    return _as_in_tf1(target, spec) if _of_tensorflow(target) else spec


def getargspec(obj):
    """The same as (args, varargs, keywords, defaults)."""
    target = _today(obj)
    spec = tf_inspect.getargspec(target)
    if not _of_tensorflow(target):
        return spec
    full = _as_in_tf1(target, inspect.FullArgSpec(*spec, [], None, {}))
    return spec._replace(args=full.args, defaults=full.defaults)


def _as_in_tf1(target, spec: inspect.FullArgSpec) -> inspect.FullArgSpec:
    name = getattr(_unwrapped(target), "__name__", "")
    required = len(spec.args) - len(spec.defaults or ())
    given = dict(zip(spec.args[required:], spec.defaults or (), strict=True))
    args = [one for one in spec.args if name not in SINCE.get(one, ())]
    defaults = {**{one: value for one, value in given.items() if one in args}, **DEFAULTS.get(name, {})}
    return spec._replace(args=args, defaults=tuple(defaults.values()) or None, annotations={})


def _today(obj):
    """TensorFlow's function in the place of ours that takes the arguments of TF 0.x too."""
    if getattr(obj, "__module__", None) != "legacy_tf1.before_1_0":
        return obj
    v1 = importlib.import_module("tensorflow.compat.v1")
    return getattr(v1, obj.__name__, None) or getattr(v1.nn, obj.__name__)


def _of_tensorflow(obj) -> bool:
    return str(getattr(_unwrapped(obj), "__module__", "")).partition(".")[0] in ("legacy_tf1", "tensorflow")


def _unwrapped(obj):
    return tf_decorator.unwrap(obj)[1]


def _signed(function):
    """The function with the signature of TF 1.15, for what asks Python and not `tf_inspect`."""

    @functools.wraps(function)
    def signed(*arguments, **named):
        return function(*arguments, **named)

    spec = getfullargspec(function)
    required = [inspect.Parameter.empty] * (len(spec.args) - len(spec.defaults or ()))
    signed.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
            for name, default in zip(spec.args, (*required, *(spec.defaults or ())), strict=True)
        ]
    )
    return signed


globals().update({f"v2_{name}": _signed(getattr(_v2, name)) for name in SIGNED})
