"""The rows of `moved.py` for tf.contrib apart from its recurrent packages, and for the tutorials' modules.

The same tables, kept beside the modules that they name: LATE, MODULES and NAMES mean what they mean there.
"""

from __future__ import annotations

__all__ = ["LATE", "MODULES", "NAMES"]

_V1, _PYTHON, _OURS = "tensorflow.compat.v1", "tensorflow.python", "legacy_tf1.contrib"
_CONTRIB = "tensorflow.contrib"
_LAYERS = f"{_OURS}.layers"  # tf-slim, mended


def _paths(root: str, paths: dict[str, str | tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Rows of the modules below `root`; a tuple names several sources."""
    return {
        f"{root}.{path}" if path else root: (source,) if isinstance(source, str) else source
        for path, source in paths.items()
    }


_FRAMEWORK = (f"{_OURS}.framework", _LAYERS, "tf_slim.ops.framework_ops", _V1, f"{_V1}.train")
_LEARN = f"{_OURS}.learn"
_SERIES = f"{_OURS}.timeseries"
_TRAINING = (f"{_OURS}.training", "tf_slim.training.training", "tf_slim.training.evaluation")

MODULES: dict[str, tuple[str, ...]] = {
    **_paths(
        f"{_CONTRIB}.layers",
        {
            "": _LAYERS,
            "python.layers": _LAYERS,
            "python.layers.embedding_ops": f"{_OURS}.embedding_ops",
            "python.layers.encoders": f"{_OURS}.embedding_ops",
            "python.layers.initializers": "tf_slim.layers.initializers",
            "python.layers.layers": "tf_slim.layers.layers",
            "python.layers.normalization": "tf_slim.layers.normalization",
            "python.layers.optimizers": "tf_slim.layers.optimizers",
            "python.layers.rev_block_lib": "tf_slim.layers.rev_block_lib",
            "python.layers.regularizers": "tf_slim.layers.regularizers",
            "python.layers.summaries": "tf_slim.layers.summaries",
            "python.layers.utils": "tf_slim.layers.utils",
            "python.ops.bucketization_op": "tf_slim.layers.bucketization_op",
            "python.ops.sparse_ops": "tf_slim.layers.sparse_ops",
        },
    ),
    **_paths(
        f"{_CONTRIB}.framework",
        {
            "": _FRAMEWORK,
            "python.framework.checkpoint_utils": _FRAMEWORK,
            "python.ops": _FRAMEWORK,
            "python.ops.arg_scope": "tf_slim.ops.arg_scope",
            "python.framework": _FRAMEWORK,
            "python.framework.tensor_util": _FRAMEWORK,
            "python.ops.audio_ops": f"{_PYTHON}.ops.gen_audio_ops",
            "python.ops.checkpoint_ops": _FRAMEWORK,
            "python.ops.ops": "tf_slim.ops.framework_ops",
            "python.ops.script_ops": _FRAMEWORK,
            "python.ops.sort_ops": _FRAMEWORK,
            "python.ops.variables": "tf_slim.ops.variables",
        },
    ),
    **_paths(
        f"{_CONTRIB}.slim",
        {
            "": _LAYERS,
            "nets": "tf_slim.nets",
            "python.slim": _LAYERS,
            **{
                f"python.slim.{name}": f"tf_slim.{name}"
                for name in ("evaluation", "learning", "model_analyzer", "queues", "summaries")
            },
            **{
                f"{folder}.{net}": f"tf_slim.nets.{net}"
                for folder in ("nets", "python.slim.nets")
                for net in (
                    "alexnet", "inception", "inception_v1", "inception_v2", "inception_v3",
                    "overfeat", "resnet_utils", "resnet_v1", "resnet_v2", "vgg",
                )
            },
            **{
                f"python.slim.data.{name}": f"tf_slim.data.{name}"
                for name in (
                    "data_decoder", "data_provider", "dataset", "dataset_data_provider", "parallel_reader",
                    "prefetch_queue", "tfexample_decoder",
                )
            },
        },
    ),
    **_paths(
        f"{_CONTRIB}.losses",
        {
            **dict.fromkeys(("", "python.losses", "python.losses.loss_ops"), "tf_slim.losses"),
            **dict.fromkeys(
                ("metric_learning", "python.metric_learning", "python.metric_learning.metric_loss_ops"),
                "tf_slim.losses.metric_learning",
            ),
        },
    ),
    **_paths(
        f"{_CONTRIB}.metrics",
        {
            **dict.fromkeys(("", "python.ops.metric_ops"), ("tf_slim.metrics", "tf_slim.metrics.metric_ops")),
            **dict.fromkeys(("python.metrics", "python.metrics.classification"), "tf_slim.metrics.classification"),
            "python.ops.confusion_matrix_ops": f"{_PYTHON}.ops.confusion_matrix",
            "python.ops.histogram_ops": "tf_slim.metrics.histogram_ops",
            "python.ops.set_ops": f"{_PYTHON}.ops.sets_impl",
        },
    ),
    **_paths(
        f"{_CONTRIB}.crf", {path: f"{_OURS}.crf" for path in ("", "python.ops.crf")}
    ),
    **_paths(
        f"{_CONTRIB}.cudnn_rnn",
        {path: f"{_OURS}.cudnn_rnn" for path in ("", "python.layers.cudnn_rnn", "python.ops.cudnn_rnn_ops")},
    ),
    **_paths(
        f"{_CONTRIB}.data",
        {
            path: (f"{_OURS}.data", f"{_V1}.data.experimental")
            for path in (
                "", "python.ops",
                *(
                    f"python.ops.{name}"
                    for name in (
                        "batching", "counter", "enumerate_ops", "error_ops", "get_single_element", "grouping",
                        "interleave_ops", "iterator_ops", "parsing_ops", "prefetching_ops", "random_ops", "readers",
                        "resampling", "scan_ops", "shuffle_ops", "sliding", "unique", "writers",
                    )
                ),
            )
        },
    ),
    **_paths(
        f"{_CONTRIB}.learn",
        {
            **dict.fromkeys(("", "python", "python.learn"), (
                _LEARN, *(f"{_LEARN}.{part}" for part in ("estimator", "run_config", "experiment", "graph_actions", "monitors")),
            )),
            **{
                f"{folder}{path}": source
                for folder in ("", "python.learn.")
                for path, source in {
                    "estimators": (f"{_LEARN}.estimator", f"{_LEARN}.run_config"),
                    "estimators.estimator": f"{_LEARN}.estimator",
                    "estimators.model_fn": (f"{_LEARN}.estimator", _LEARN),
                    "estimators.run_config": f"{_LEARN}.run_config",
                    "experiment": f"{_LEARN}.experiment",
                    "graph_actions": f"{_LEARN}.graph_actions",
                    "basic_session_run_hooks": f"{_PYTHON}.training.basic_session_run_hooks",
                    "io": "legacy_tf1.estimators.inputs",
                    "learn_io": "legacy_tf1.estimators.inputs",
                    "learn_io.numpy_io": "legacy_tf1.estimators.inputs",
                    "learn_io.pandas_io": "legacy_tf1.estimators.inputs",
                    "learn_runner": f"{_LEARN}.experiment",
                    "metric_spec": f"{_LEARN}.estimator",
                    "models": f"{_LEARN}.models",
                    "monitored_session": f"{_PYTHON}.training.monitored_session",
                    "monitors": f"{_LEARN}.monitors",
                    "session_run_hook": f"{_PYTHON}.training.session_run_hook",
                    "summary_writer_cache": f"{_PYTHON}.summary.writer.writer_cache",
                }.items()
            },
            **{
                f"{folder}datasets{path}": source
                for folder in ("", "python.learn.")
                for path, source in {
                    "": f"{_LEARN}.datasets",
                    ".base": f"{_LEARN}.base",
                    ".mnist": "legacy_tf1.input_data",
                }.items()
            },
            **{
                f"{folder}preprocessing{path}": f"{_LEARN}.preprocessing"
                for folder in ("", "python.learn.")
                for path in ("", ".text", ".categorical_vocabulary")
            },
        },
    ),
    **_paths(
        f"{_CONTRIB}.estimator",
        {
            "": (f"{_OURS}.estimator", "legacy_tf1.estimators", "legacy_tf1.estimators.experimental"),
            "python.estimator.early_stopping": "legacy_tf1.estimators.experimental",
            "python.estimator.extenders": (f"{_OURS}.estimator.extenders", "legacy_tf1.estimators"),
            "python.estimator.head": f"{_OURS}.estimator.heads",
            "python.estimator.multi_head": f"{_OURS}.estimator.multi",
            "python.estimator.rnn": f"{_OURS}.estimator.rnn",
        },
    ),
    **_paths(
        f"{_CONTRIB}.feature_column",
        {
            "": f"{_OURS}.feature_column",
            "python.feature_column.sequence_feature_column": (
                f"{_OURS}.feature_column",
                f"{_PYTHON}.feature_column.sequence_feature_column",
            ),
        },
    ),
    f"{_CONTRIB}.tpu": ("legacy_tf1.estimators.tpu", f"{_V1}.tpu"),
    **_paths(f"{_CONTRIB}.grid_rnn", {path: f"{_OURS}.grid_rnn" for path in ("", "python.ops.grid_rnn_cell")}),
    **_paths(
        f"{_CONTRIB}.lookup",
        {path: (f"{_OURS}.lookup", f"{_PYTHON}.ops.lookup_ops") for path in ("", "lookup_ops")},
    ),
    **_paths(
        f"{_CONTRIB}.opt",
        {
            **dict.fromkeys(("", "python.training"), f"{_OURS}.opt"),
            **{
                f"python.training.{path}": f"{_OURS}.opt.{home}"
                for path, home in {
                    "adamax": "adams",
                    "lazy_adam_optimizer": "adams",
                    "moving_average_optimizer": "averaging",
                    "nadam_optimizer": "adams",
                    "weight_decay_optimizers": "decay",
                }.items()
            },
        },
    ),
    **_paths(
        f"{_CONTRIB}.predictor",
        {
            path: f"{_OURS}.predictor"
            for path in ("", "predictor", "predictor_factories", "saved_model_predictor")
        },
    ),
    **_paths(
        f"{_CONTRIB}.nn",
        {
            path: f"{_OURS}.nn"
            for path in (
                "", "python.ops.alpha_dropout", "python.ops.cross_entropy", "python.ops.sampling_ops",
                "python.ops.scaled_softplus",
            )
        },
    ),
    **_paths(f"{_CONTRIB}.compiler", {"jit": f"{_PYTHON}.compiler.xla.jit"}),
    f"{_CONTRIB}.stateless": (),
    **_paths(
        f"{_CONTRIB}.recurrent",
        {path: f"{_OURS}.recurrent" for path in ("", "python.ops.recurrent", "python.ops.functional_rnn")},
    ),
    **_paths(
        f"{_CONTRIB}.summary", {path: f"{_PYTHON}.ops.summary_ops_v2" for path in ("", "summary")}
    ),
    f"{_CONTRIB}.eager": (),
    f"{_CONTRIB}.eager.python.tfe": (),
    **_paths(
        f"{_CONTRIB}.timeseries",
        {
            "": _SERIES,
            "saved_model_utils": f"{_SERIES}.saved_model_utils",
            **{
                f"python.timeseries{path}": source
                for path, source in {
                    "": _SERIES,
                    ".ar_model": f"{_SERIES}.ar_model",
                    ".estimators": f"{_SERIES}.estimators",
                    ".feature_keys": f"{_SERIES}.feature_keys",
                    ".head": f"{_SERIES}.head",
                    ".input_pipeline": (f"{_SERIES}.readers", f"{_SERIES}.windows"),
                    ".math_utils": (f"{_SERIES}.statistics", f"{_SERIES}.tables", f"{_SERIES}.densities"),
                    ".model": (f"{_SERIES}.model", f"{_SERIES}.sequential", f"{_SERIES}.feature_keys"),
                    ".model_utils": f"{_SERIES}.model_utils",
                    ".saved_model_utils": f"{_SERIES}.saved_model_utils",
                    ".state_management": f"{_SERIES}.state_management",
                }.items()
            },
        },
    ),
    **_paths(f"{_CONTRIB}.tensorboard", {"plugins.projector": f"{_OURS}.projector"}),
    **_paths(
        f"{_CONTRIB}.training",
        {
            "": _TRAINING,
            "python.training": _TRAINING,
            "python.training.bucket_ops": f"{_OURS}.training.bucket_ops",
            "python.training.evaluation": "tf_slim.training.evaluation",
            "python.training.hparam": f"{_OURS}.training.hparam",
            "python.training.resample": f"{_OURS}.training.resample",
            "python.training.sequence_queueing_state_saver": (
                f"{_OURS}.training.state_saver", f"{_OURS}.training.sequences",
            ),
            "python.training.training": "tf_slim.training.training",
        },
    ),
    **{  # what TensorFlow keeps there is a copy of its own, of which tf.layers knows nothing
        f"{_PYTHON}.layers.{name}": (f"tf_keras.src.legacy_tf_layers.{name}", f"{_PYTHON}.layers.{name}")
        for name in ("base", "convolutional", "core", "normalization", "pooling")
    },
    f"{_PYTHON}.layers.layers": (f"{_V1}.layers",),
    f"{_PYTHON}.ops.losses.loss_reduction": ("tf_keras.src.utils.losses_utils",),
    f"{_PYTHON}.feature_column.feature_column_v2": (
        f"{_PYTHON}.feature_column.feature_column_v2", f"{_PYTHON}.feature_column.feature_column_v2_types",
    ),
    **{
        f"{_PYTHON}.feature_column.{name}": (f"tf_keras.src.feature_column.{name}",)
        for name in ("dense_features", "dense_features_v2")
    },
    f"{_PYTHON}.feature_column.sequence_feature_column": (
        f"{_PYTHON}.feature_column.sequence_feature_column", "tf_keras.src.feature_column.sequence_feature_column",
    ),
    f"{_CONTRIB}.util": (f"{_PYTHON}.framework.tensor_util",),
    "tensorflow.examples.tutorials.mnist.mnist": ("legacy_tf1.mnist_model",),
    "tensorflow.models.rnn.ptb.reader": ("legacy_tf1.ptb_reader",),
}  # fmt: skip

NAMES: dict[str, str] = {
    **{
        f"{_CONTRIB}.framework.{name}": f"{_PYTHON}.{source}:{name}"
        for source, names in {
            "framework.ops": ("prepend_name_scope", "strip_name_scope"),
            "framework.smart_cond": ("smart_case", "smart_cond", "smart_constant_value"),
            "framework.tensor": ("BoundedTensorSpec", "TensorSpec"),
            "ops.data_flow_ops": ("RecordInput",),
            "ops.init_ops": (
                "convolutional_delta_orthogonal", "convolutional_orthogonal_1d",
                "convolutional_orthogonal_2d", "convolutional_orthogonal_3d",
            ),
            "util.deprecation": ("deprecated", "deprecated_arg_values", "deprecated_args"),
        }.items()
        for name in names
    },
    f"{_CONTRIB}.framework.nest": f"{_PYTHON}.util:nest",
    f"{_CONTRIB}.framework.python.ops.arg_scope": "tf_slim.ops.arg_scope:arg_scope",  # of the module that defines it
    **{
        f"{_CONTRIB}.framework.{name}": f"{_PYTHON}.training.checkpoint_ops:_{name}"
        for name in ("load_and_remap_matrix_initializer", "load_embedding_initializer")
    },
    **{  # what has a meaning in a graph
        f"{owner}.{name}": source
        for owner in (f"{_CONTRIB}.eager", f"{_CONTRIB}.eager.python.tfe")
        for name, source in {
            "Checkpoint": f"{_V1}:train.Checkpoint",
            "EagerVariableStore": f"{_PYTHON}.ops.variable_scope:EagerVariableStore",
            "GradientTape": f"{_V1}:GradientTape",
            "TensorSpec": f"{_V1}:TensorSpec",
            "Variable": f"{_PYTHON}.ops.resource_variable_ops:ResourceVariable",
            "custom_gradient": f"{_V1}:custom_gradient",
            "defun": f"{_V1}:function",
            "executing_eagerly": f"{_V1}:executing_eagerly",
            "function": f"{_V1}:function",
            "make_template": f"{_V1}:make_template",
            "py_func": f"{_V1}:py_function",
        }.items()
    },
    f"{_CONTRIB}.metrics.confusion_matrix": f"{_PYTHON}.ops.confusion_matrix:confusion_matrix_v1",
    **{
        f"{_CONTRIB}.metrics.set_{name}": f"{_PYTHON}.ops.sets_impl:set_{name}"
        for name in ("difference", "intersection", "size", "union")
    },
    **{
        f"{_CONTRIB}.util.{name}": f"{_PYTHON}.framework.meta_graph:{name}"
        for name in ("ops_used_by_graph_def", "stripped_op_list_for_graph")
    },
    f"{_CONTRIB}.nn.conv1d_transpose": f"{_V1}:nn.conv1d_transpose",
    f"{_CONTRIB}.nn.nth_element": f"{_PYTHON}.ops.nn_ops:nth_element",
    **{
        f"{_CONTRIB}.stateless.{old}": f"{_V1}:random.{new}"
        for old, new in {
            "stateless_multinomial": "stateless_multinomial",
            "stateless_random_normal": "stateless_normal",
            "stateless_random_uniform": "stateless_uniform",
            "stateless_truncated_normal": "stateless_truncated_normal",
        }.items()
    },
    **{
        f"{_CONTRIB}.learn.{folder}summary_writer_cache.SummaryWriterCache": f"{_V1}:summary.FileWriterCache"
        for folder in ("", "python.learn.")
    },
    f"{_CONTRIB}.util.make_ndarray": f"{_PYTHON}.framework.tensor_util:MakeNdarray",
    f"{_CONTRIB}.data.AUTOTUNE": f"{_V1}:data.experimental.AUTOTUNE",
    f"{_CONTRIB}.data.Dataset": f"{_V1}:data.Dataset",  # TF 1.2 and 1.3
    f"{_CONTRIB}.data.Iterator": f"{_V1}:data.Iterator",
    f"{_CONTRIB}.data.TFRecordDataset": f"{_V1}:data.TFRecordDataset",
    f"{_CONTRIB}.data.TextLineDataset": f"{_V1}:data.TextLineDataset",
}  # fmt: skip

# scripts import these on every machine, and TF 1.15 without a GPU refuses them at the first session.run
LATE: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        f"{_CONTRIB}.cudnn_rnn",
        f"{_CONTRIB}.cudnn_rnn.python.layers.cudnn_rnn",
        f"{_CONTRIB}.cudnn_rnn.python.ops.cudnn_rnn_ops",
    ),
    ("CudnnGRU", "CudnnLSTM", "CudnnRNNRelu", "CudnnRNNTanh"),
)
