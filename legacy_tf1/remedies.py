"""What a person does instead of a TF1 name that is not served: one table of prefixes, of which the longest counts."""

from __future__ import annotations

__all__ = ["REMEDIES"]

_CONTRIB = "tensorflow.contrib"
_ESTIMATOR = "use the one of the same kind in tf.estimator, or write a model_fn for tf.estimator.Estimator"
_FEATURES = "build the input with tf.placeholder, tf.one_hot and tf.nn.embedding_lookup"
_GPU = (
    "it ran on a GPU only; CudnnCompatibleLSTMCell and CudnnCompatibleGRUCell with tf.nn.dynamic_rnn compute the same"
)

# prefix of TF1 names -> what to do
REMEDIES: dict[str, str] = {
    **{
        f"{_CONTRIB}.layers.{name}": _FEATURES
        for name in (
            "bucketized_column", "check_feature_columns", "create_feature_spec_for_parsing", "crossed_column",
            "embedding_column", "feature_column", "infer_real_valued_columns", "input_from_feature_columns",
            "joint_weighted_sum_from_feature_columns", "make_place_holder_tensors_for_base_features",
            "multi_class_target", "one_hot_column", "parse_feature_columns_from_examples",
            "parse_feature_columns_from_sequence_examples", "real_valued_column", "regression_target",
            "scattered_embedding_column", "sequence_input_from_feature_columns", "shared_embedding_columns",
            "sparse_column_with_hash_bucket", "sparse_column_with_integerized_feature", "sparse_column_with_keys",
            "sparse_column_with_vocabulary_file", "transform_features", "weighted_sparse_column",
            "weighted_sum_from_feature_columns",
        )
    },
    f"{_CONTRIB}.learn": _ESTIMATOR,
    f"{_CONTRIB}.learn.datasets": "load the files with NumPy, or scikit-learn's data set of that name",
    f"{_CONTRIB}.estimator": _ESTIMATOR,
    f"{_CONTRIB}.predictor": "export the estimator, and take tf.contrib.predictor.from_saved_model",
    f"{_CONTRIB}.cudnn_rnn": _GPU,
    f"{_CONTRIB}.eager": "eager programs of TF 1 run outside the TF1 world: tf.GradientTape, tf.function, tf.Variable",
    f"{_CONTRIB}.data": "use what tf.data offers in its place",
    f"{_CONTRIB}.distributions": "install tensorflow-probability for it, or write the density in TensorFlow",
    f"{_CONTRIB}.opt": "use an optimizer of tf.train, or one of the Adam family that is served",
    f"{_CONTRIB}.training": "feed the batches with feed_dict, or use tf.data",
    f"{_CONTRIB}.timeseries": (
        "structural models and their Kalman filter are not served; fit the series with ARRegressor or with an LSTM in "
        "a SequentialTimeSeriesModel, or with UnobservedComponents of the package statsmodels"
    ),
    f"{_CONTRIB}.image": "use tf.image",
    f"{_CONTRIB}.stat_summarizer": "use tf.profiler or RunMetadata",
    "tensorflow.models": "copy the module of tensorflow/models beside your script",
    "tensorflow.contrib": (
        "tf.contrib ended with TensorFlow 1.15 and this part of it is not served; "
        "use the tf.* name that does the same, or leave this call out"
    ),
    "keras": "take what TF 1.15's tf.keras has for it; it is of another Keras 2, or of Keras 1, which called some things otherwise",
    "tensorflow": "look for the name in the TensorFlow 1.15 API; it may come from a library of its own",
}  # fmt: skip
