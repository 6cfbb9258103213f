"""Where every TF1 name lives today: one table for modules, one for single names.

To serve another TF1 module, add a row to MODULES; to serve one more name inside a module,
add a row to NAMES. A source is either a module that holds the names under their TF1 spelling
(`"tensorflow.compat.v1"`) or, in NAMES, one object (`"module:attribute"`).

A module without a row is looked for in the FOLDERS of its longest known prefix: `tensorflow.losses`
is `tensorflow.compat.v1.losses`. What is in none of them and what today's TensorFlow still has
(`tensorflow.core.framework.summary_pb2`) is that real module.
"""

from __future__ import annotations

from legacy_tf1 import before_1_0, old_keras
from legacy_tf1.contrib import rows

__all__ = ["FOLDERS", "LATE", "LIBRARIES", "MODULES", "NAMES", "UNSERVED", "UNTIL", "VERSION", "homes"]

VERSION = "1.15.5"

_V1 = "tensorflow.compat.v1"
_OURS = "legacy_tf1.contrib"

# prefix of TF1 modules -> where today's module of the same further name is, tried in this order
FOLDERS: dict[str, tuple[str, ...]] = {
    "tensorflow": (_V1, "tensorflow"),
    "tensorflow.compat": ("tensorflow.compat",),
    "tensorflow.contrib": (),
    "tensorflow.core": ("tensorflow.core",),
    "tensorflow.python": ("tensorflow.python",),
    # `ready` is no package: asking it for a module makes the library importable
    "tensorflow.python.estimator": ("legacy_tf1.estimators.ready", "tensorflow_estimator.python.estimator"),
    "tensorflow.tools": ("tensorflow.tools",),
    **old_keras.FOLDERS,
}

_PYTHON = "tensorflow.python"


def homes(name: str) -> tuple[str, ...]:
    """Where today's module of a TF1 module without a row may be."""
    prefix = max((p for p in FOLDERS if f"{name}.".startswith(f"{p}.")), key=len)
    return tuple(folder + name[len(prefix) :] for folder in FOLDERS[prefix])


def _split(name: str, *parts: str) -> tuple[str, tuple[str, ...]]:
    """A row of an internal module that was split up since: itself, then the modules its names went to."""
    return f"{_PYTHON}.{name}", (f"{_PYTHON}.{name}", *(f"{_PYTHON}.{part}" for part in parts))


# Installed libraries keep the real TensorFlow; these are written for TF1 and see the TF1 world, as a script's modules do
LIBRARIES = frozenset((
    "aocr", "baselines", "cadl", "deepnlp", "edward", "kfac", "magenta", "mesh_tensorflow", "opennmt",
    "prettytensor", "seqtag", "skip_thoughts", "sonnet", "stable_baselines", "tensor2tensor",
    "tensorflow_probability", "tensorforce", "tensorlayer", "tensorpack", "texar", "tflearn", "zhusuan",
))  # fmt: skip
# of those that went on: the first release for another TensorFlow
UNTIL: dict[str, tuple[int, ...]] = {"tensorflow_probability": (0, 9)}

# rooms of contrib of which nothing is served: scripts import them and often use nothing of them, so that the error
# comes where they do
UNSERVED = frozenset((
    "all_reduce", "autograph", "batching", "bayesflow", "bigtable", "boosted_trees", "checkpoint", "cloud",
    "cluster_resolver", "cmake", "constrained_optimization", "copy_graph", "decision_trees", "distribute",
    "factorization", "ffmpeg", "fused_conv", "graph_editor", "hadoop", "hooks", "ignite", "image", "input_pipeline",
    "integrate", "kafka", "kernel_methods", "kinesis", "labeled_tensor", "libsvm", "linear_optimizer",
    "memory_stats", "meta_graph_transform", "mixed_precision", "model_pruning", "nearest_neighbor", "optimizer_v2",
    "periodic_resample", "proto", "quantization", "quantize", "receptive_field", "reduce_slice_ops",
    "remote_fused_graph", "resampler", "rpc", "saved_model", "session_bundle", "solvers", "sparsemax", "specs",
    "staging", "stat_summarizer", "tensor_forest", "tensorrt", "testing", "text", "tfprof",
))  # fmt: skip

# TF1 module -> classes that scripts import on every machine and use on some: refused where one is made
LATE: dict[str, tuple[str, ...]] = {**rows.LATE, **old_keras.LATE}

# TF1 module -> modules of today whose public names it shows, searched in this order
MODULES: dict[str, tuple[str, ...]] = {
    "tensorflow": (_V1,),
    "tensorflow.app": (f"{_V1}.app",),
    "tensorflow.app.flags": (f"{_PYTHON}.platform.flags",),
    "tensorflow.flags": (f"{_PYTHON}.platform.flags",),
    "tensorflow.math": (f"{_V1}.math",),
    f"{_PYTHON}.platform.flags": (f"{_PYTHON}.platform.flags",),
    "tensorflow.compat": ("tensorflow.compat",),
    "tensorflow.compat.v2": ("tensorflow.compat.v2",),
    "tensorflow.contrib": (),
    **{f"tensorflow.contrib.{room}": () for room in UNSERVED},
    **rows.MODULES,
    **old_keras.MODULES,
    "tensorflow.contrib.ctc": ("tensorflow.python.ops.ctc_ops",),  # TF 0.x
    "tensorflow.contrib.ctc.ctc_ops": ("tensorflow.python.ops.ctc_ops",),
    "tensorflow.contrib.deprecated": (),
    **{
        f"tensorflow.contrib.distributions{path}": (f"{_OURS}.distributions",)
        for path in (
            "", ".python.ops",
            *(
                f".python.ops.{name}"
                for name in (
                    "cauchy", "chi2", "deterministic", "geometric", "gumbel", "half_normal", "independent", "logistic",
                    "mixture", "mixture_same_family", "mvn_diag", "mvn_full_covariance", "mvn_tril",
                    "onehot_categorical", "poisson", "relaxed_bernoulli", "relaxed_onehot_categorical",
                )
            ),
        )
    },
    "tensorflow.contrib.legacy_seq2seq": (f"{_OURS}.legacy_seq2seq",),
    "tensorflow.contrib.legacy_seq2seq.python.ops.seq2seq": (f"{_OURS}.legacy_seq2seq",),
    "tensorflow.contrib.rnn": (f"{_OURS}.rnn",),
    "tensorflow.contrib.rnn.python.ops.core_rnn": ("tensorflow.python.ops.rnn",),  # TF 1.0
    "tensorflow.contrib.rnn.python.ops.core_rnn_cell": (f"{_OURS}.rnn.wrappers", f"{_OURS}.rnn.rnn_cell_impl"),
    "tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl": (f"{_OURS}.rnn.wrappers", f"{_OURS}.rnn.rnn_cell_impl"),  # 1.0
    "tensorflow.contrib.rnn.python.ops.fused_rnn_cell": (f"{_OURS}.rnn.fused",),
    "tensorflow.contrib.rnn.python.ops.gru_ops": (f"{_OURS}.rnn.blocks", f"{_OURS}.rnn"),
    "tensorflow.contrib.rnn.python.ops.lstm_ops": (f"{_OURS}.rnn.blocks", f"{_OURS}.rnn"),
    "tensorflow.contrib.rnn.python.ops.rnn": (f"{_OURS}.rnn.bidirectional",),
    "tensorflow.contrib.rnn.python.ops.rnn_cell": (f"{_OURS}.rnn", f"{_OURS}.rnn.normed", f"{_OURS}.rnn.linear"),
    "tensorflow.contrib.seq2seq": (f"{_OURS}.seq2seq",),
    "tensorflow.contrib.seq2seq.python.ops.attention_wrapper": tuple(
        f"{_OURS}.seq2seq.{part}"
        for part in ("attention_wrapper", "mechanism", "bahdanau", "luong", "monotonic", "keras_mechanisms")
    ),
    "tensorflow.contrib.seq2seq.python.ops.basic_decoder": (
        f"{_OURS}.seq2seq.basic_decoder", f"{_OURS}.seq2seq.keras_decoders",
    ),
    "tensorflow.contrib.seq2seq.python.ops.beam_search_decoder": tuple(
        f"{_OURS}.seq2seq.{part}"
        for part in ("beam_search_decoder", "beam_search_step", "beam_scores", "beams", "keras_decoders")
    ),
    "tensorflow.contrib.seq2seq.python.ops.beam_search_ops": (f"{_OURS}.seq2seq.gather_tree",),
    "tensorflow.contrib.seq2seq.python.ops.decoder": (f"{_OURS}.seq2seq.decoder",),
    "tensorflow.contrib.seq2seq.python.ops.helper": (
        f"{_OURS}.seq2seq.helper", f"{_OURS}.seq2seq.scheduled", f"{_OURS}.seq2seq.sampling",
    ),
    "tensorflow.contrib.seq2seq.python.ops.loss": (f"{_OURS}.seq2seq.loss",),
    "tensorflow.contrib.seq2seq.python.ops.sampler": (f"{_OURS}.seq2seq.sampler",),
    "tensorflow.contrib.signal": (f"{_V1}.signal",),
    "tensorflow.estimator": ("legacy_tf1.estimators",),
    **{f"tensorflow.estimator.{name}": (f"legacy_tf1.estimators.{name}",) for name in ("experimental", "export", "inputs", "tpu")},
    "tensorflow.examples.tutorials.mnist.input_data": ("legacy_tf1.input_data",),
    "tensorflow.nn": (f"{_V1}.nn",),
    # TF 0.x showed more here than TF 1.15
    "tensorflow.nn.rnn_cell": (f"{_OURS}.rnn.wrappers", f"{_OURS}.rnn.rnn_cell_impl", f"{_OURS}.rnn.linear"),
    "tensorflow.nn.seq2seq": (f"{_OURS}.legacy_seq2seq",),  # TF 0.12
    "tensorflow.train": (f"{_V1}.train",),
    "tensorflow.models.rnn.linear": (f"{_OURS}.rnn.linear",),  # TF 0.5 to 0.7, as the rest of models.rnn
    "tensorflow.models.rnn.rnn": ("tensorflow.python.ops.rnn",),
    "tensorflow.models.rnn.rnn_cell": (f"{_OURS}.rnn.wrappers", f"{_OURS}.rnn.rnn_cell_impl", f"{_OURS}.rnn.linear"),
    "tensorflow.models.rnn.seq2seq": (f"{_OURS}.legacy_seq2seq",),
    "tensorflow.python": ("tensorflow.python",),
    **{  # its private names and modules too
        f"tensorflow.python.keras.{name}": (f"{_V1}.keras.{name}", f"tf_keras.src.{name}")
        for name in ("backend", "callbacks", "initializers", "layers", "losses", "metrics", "models", "optimizers", "utils")
    },
    "tensorflow.python.ops.nn": ("tensorflow.python.ops.nn", f"{_V1}.nn"),
    "tensorflow.python.ops.nn.rnn_cell": (f"{_OURS}.rnn.rnn_cell_impl",),
    "tensorflow.python.ops.rnn": ("tensorflow.python.ops.rnn",),
    "tensorflow.python.ops.rnn_cell": (f"{_OURS}.rnn.rnn_cell_impl", f"{_OURS}.rnn.wrappers", f"{_OURS}.rnn.linear"),
    "tensorflow.python.ops.rnn_cell_impl": (f"{_OURS}.rnn.rnn_cell_impl",),
    "tensorflow.python.ops.seq2seq": (f"{_OURS}.legacy_seq2seq",),  # TF 0.12
    "tensorflow.python.training.checkpoint_management": ("tensorflow.python.checkpoint.checkpoint_management",),
    "tensorflow.python.training.distribution_strategy_context": ("tensorflow.python.distribute.distribute_lib",),
    **{  # before TF 1.14 it was called checkpointable
        f"{_PYTHON}.training.{folder}.{name}": tuple(f"{_PYTHON}.{part}" for part in parts)
        for folder in ("checkpointable", "tracking")
        for name, parts in {
            "base": ("trackable.base", "checkpoint.restore"),
            "data_structures": ("trackable.data_structures",),
            "graph_view": ("checkpoint.graph_view",),
            "layer_utils": ("trackable.layer_utils",),
            "python_state": ("trackable.python_state",),
            "tracking": ("trackable.autotrackable", "trackable.resource", "trackable.asset"),
            "util": ("checkpoint.checkpoint",),
        }.items()
    },
    "tensorflow.python.training.training_ops": ("tensorflow.python.ops.gen_training_ops",),
    "tensorflow.python.autograph.core.naming": ("tensorflow.python.autograph.pyct.naming",),
    "tensorflow.python.autograph.pyct.compiler": ("tensorflow.python.autograph.pyct.loader",),
    **dict([
        _split("framework.graph_util", "framework.convert_to_constants"),
        _split("framework.graph_util_impl", "framework.convert_to_constants"),
        _split(
            "framework.ops", "framework.tensor", "framework.indexed_slices", "framework.stack",
            "framework.tensor_conversion", "framework.tensor_conversion_registry",
        ),
        _split("ops.array_ops", "ops.array_ops_stack"),
        _split(
            "ops.control_flow_ops", "ops.cond", "ops.while_loop", "ops.control_flow_case",
            "ops.control_flow_switch_case", "ops.control_flow_assert",
        ),
        _split("ops.math_ops", "ops.bincount_ops", "ops.array_ops"),
        _split("ops.nn_ops"),
        _split("ops.random_ops", "ops.random_crop_ops"),
        _split("ops.standard_ops", "ops.array_ops_stack", "ops.variables", "ops.variable_v1"),
        _split("ops.variable_scope", "ops.resource_variables_toggle", "ops.ref_variable"),
        _split("ops.variables", "ops.variable_v1", "ops.ref_variable"),
        _split("pywrap_tensorflow", "training.py_checkpoint_reader", "client.pywrap_tf_session"),
        _split("framework.tensor_shape"),
        _split("saved_model.utils_impl", "saved_model.path_helpers"),
        _split("util.nest"),
        _split("util.tf_inspect"),
        _split("data.ops.dataset_ops", "data.ops.options"),
        _split("data.util.nest"),
    ]),
}  # fmt: skip


def _with_parents(modules: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same with a row for every package above a row: `from PACKAGE import MODULE` must find the row's module."""
    parents = {}
    for name in (*modules, *FOLDERS):
        while (name := name.rpartition(".")[0]) and (name in modules or name not in FOLDERS):
            parents[name] = homes(name) if name.startswith((_PYTHON, *old_keras.ROOTS)) else ()
    return {**parents, **modules}


def _with_twins(table: dict) -> dict:
    """The same with every row a second time below `tensorflow.compat.v1`, where TF 1.15 has the module too.

    No import of `tensorflow.compat.v1.nn.rnn_cell` may reach the real module of that path: it would put
    TensorFlow's own cells, which are not tf-keras's, into `tensorflow.compat.v1.nn` for the whole process.
    """
    elsewhere = ("compat", "contrib", "core", "examples", "models", "python", "tools")
    twins = {
        f"{_V1}{name[len('tensorflow') :]}": row
        for name, row in table.items()
        if name.startswith("tensorflow") and name.partition(".")[2].partition(".")[0] not in elsewhere
    }
    return {**twins, **table}


MODULES = _with_twins(_with_parents(MODULES))

_CELLS = (
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell",
    "LSTMStateTuple", "MultiRNNCell", "RNNCell", "ResidualWrapper",
)  # fmt: skip

# TF1 name -> "module:attribute" of today
NAMES: dict[str, str] = {
    **rows.NAMES,
    **old_keras.NAMES,
    **{f"tensorflow.{old}": f"{_V1}:{new}" for old, new in before_1_0.RENAMED.items()},
    **{f"tensorflow.{name}": f"legacy_tf1.before_1_0:{name}" for name in ("concat", "split")},
    **{
        f"tensorflow.nn.{kind}_cross_entropy_with_logits": f"legacy_tf1.before_1_0:{kind}_cross_entropy_with_logits"
        for kind in ("sigmoid", "softmax", "sparse_softmax")
    },
    **{  # the same before 1.0, by the module's own path
        f"{_PYTHON}.ops.{owner}.{name}": f"legacy_tf1.before_1_0:{name}"
        for owner, names in {
            "array_ops": ("concat", "split"),
            "nn_ops": ("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"),
            "nn": (
                "sigmoid_cross_entropy_with_logits",
                "softmax_cross_entropy_with_logits",
                "sparse_softmax_cross_entropy_with_logits",
            ),
        }.items()
        for name in names
    },
    **{
        f"{owner}.{old}": f"{_V1}:nn.{new}"
        for owner in ("tensorflow.models.rnn.rnn", "tensorflow.python.ops.rnn")
        for old, new in {
            "bidirectional_rnn": "static_bidirectional_rnn",
            "rnn": "static_rnn",
            "state_saving_rnn": "static_state_saving_rnn",
        }.items()
    },
    **{  # before TF 1.2 it had a scope of its own
        f"{owner}.{name}": f"{_OURS}.rnn.linear:linear"
        for owner in (
            "tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl",
            "tensorflow.models.rnn.rnn_cell",
            "tensorflow.nn.rnn_cell",
            "tensorflow.python.ops.rnn_cell",
        )
        for name in ("_linear", "linear")
    },
    **{
        f"tensorflow.models.rnn.seq2seq.{name}": f"legacy_tf1.before_1_0:{name}"
        for name in ("embedding_attention_seq2seq", "embedding_rnn_seq2seq")
    },
    **{
        f"{_PYTHON}.framework.tensor_shape.{name}": f"legacy_tf1.core:{name}" for name in ("matrix", "scalar", "vector")
    },
    f"{_PYTHON}.ops.variable_scope.variable": f"{_V1}:Variable",
    f"{_PYTHON}.ops.rnn_cell_impl._RNNCell": f"{_V1}:nn.rnn_cell.RNNCell",  # TF 1.0 to 1.2
    **{  # what the modules of the cells imported, and what scripts take from there with `import *`
        f"{owner}.{name.rpartition('.')[2]}": f"{_PYTHON}.{name.replace('.', ':')}"
        for owner in (
            "tensorflow.contrib.legacy_seq2seq.python.ops.seq2seq",
            "tensorflow.contrib.rnn.python.ops.core_rnn_cell",
            "tensorflow.contrib.rnn.python.ops.rnn_cell",
            "tensorflow.models.rnn.rnn_cell",
            "tensorflow.python.ops.rnn_cell",
            "tensorflow.python.ops.rnn_cell_impl",
        )
        for name in (
            "framework.constant_op",
            "framework.dtypes",
            "framework.ops",
            "framework.tensor_shape",
            "ops.array_ops",
            "ops.clip_ops",
            "ops.embedding_ops",
            "ops.init_ops",
            "ops.math_ops",
            "ops.nn_ops",
            "ops.rnn",
            "util.nest",
        )
    },
    **{
        f"{_PYTHON}.framework.graph_util.{name}": f"{_V1}:graph_util.{name}"
        for name in ("convert_variables_to_constants",)
    },
    **{
        f"{_PYTHON}.layers.{owner}.{name}": f"{_V1}:layers.{name}"
        for owner in ("layers", "normalization")
        for name in ("BatchNormalization", "batch_normalization")
    },
    **{
        f"tensorflow.contrib.deprecated.{old}": f"{_V1}:{before_1_0.RENAMED[old]}"
        for old in before_1_0.RENAMED
        if "summar" in old
    },
    **{
        f"tensorflow.nn.{name}": f"legacy_tf1.before_1_0:{name}"
        for name in ("ctc_loss", "nce_loss", "sampled_softmax_loss")
    },
    **{
        f"{owner}.ctc_loss": "legacy_tf1.before_1_0:ctc_loss"
        for owner in ("tensorflow.contrib.ctc", "tensorflow.contrib.ctc.ctc_ops", f"{_PYTHON}.ops.ctc_ops")
    },
    **{
        f"{owner}.FLAGS": "legacy_tf1.core:FLAGS"
        for owner in ("tensorflow.app.flags", "tensorflow.flags", f"{_PYTHON}.platform.flags")
    },
    **{f"{owner}.divide": "legacy_tf1.core:divide" for owner in ("tensorflow", "tensorflow.math")},
    **{
        f"tensorflow.compat.v2.{name}": f"legacy_tf1.argspecs:v2_{name}"
        for name in ("ones", "ones_like", "shape", "size", "zeros", "zeros_like")
    },
    "tensorflow.compat.v2.__version__": "legacy_tf1.moved:VERSION",
    "tensorflow.VERSION": "legacy_tf1.moved:VERSION",
    "tensorflow.__version__": "legacy_tf1.moved:VERSION",
    **{f"tensorflow.contrib.rnn.{cell}": f"{_V1}:nn.rnn_cell.{cell}" for cell in _CELLS},
    **{f"tensorflow.nn.rnn_cell.{cell}": f"{_V1}:nn.rnn_cell.{cell}" for cell in _CELLS},
    "tensorflow.contrib.rnn.best_effort_input_batch_size": "tensorflow.python.ops.rnn:_best_effort_input_batch_size",
    "tensorflow.contrib.rnn.static_bidirectional_rnn": f"{_V1}:nn.static_bidirectional_rnn",
    "tensorflow.contrib.rnn.static_rnn": f"{_V1}:nn.static_rnn",
    "tensorflow.contrib.rnn.static_state_saving_rnn": f"{_V1}:nn.static_state_saving_rnn",
    **{
        f"{owner}.is_sequence": "tensorflow.python.util.nest:is_nested"
        for owner in (f"{_PYTHON}.util.nest", f"{_PYTHON}.data.util.nest")
    },
    **{f"{_PYTHON}.util.tf_inspect.{name}": f"legacy_tf1.argspecs:{name}" for name in ("getargspec", "getfullargspec")},
    "tensorflow.contrib.rnn.transpose_batch_time": "tensorflow.python.ops.rnn:_transpose_batch_time",
}

NAMES = _with_twins(NAMES)
