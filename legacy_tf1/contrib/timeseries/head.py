"""Heads: what `tf.estimator.Estimator` gets of a model to train, evaluate, predict and export.

Features are times (batch, window) and, except in prediction, values (batch, window, features); variables of the
model are below `model/`, those of its statistics below `input_statistics/`.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries/head.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.util import nest

from legacy_tf1.contrib.estimator.heads import library
from legacy_tf1.contrib.timeseries.feature_keys import (
    FilteringResults,
    PredictionFeatures,
    PredictionResults,
    SavedModelLabels,
    State,
    TrainEvalFeatures,
)
from legacy_tf1.estimators import exported

from tensorflow_estimator.python.estimator.canned import metric_keys  # isort: skip

__all__ = ["OneShotPredictionHead", "TimeSeriesRegressionHead", "state_to_dictionary"]

_TIMES, _VALUES, _STATE = TrainEvalFeatures.TIMES, TrainEvalFeatures.VALUES, State.STATE_TUPLE
_LOSS, _LOSS_MEAN = metric_keys.MetricKeys.LOSS, metric_keys.MetricKeys.LOSS_MEAN


def state_to_dictionary(state_tuple):
    """{prefix and number: part} of a nest."""
    return {f"{State.STATE_PREFIX}_{number:02d}": part for number, part in enumerate(nest.flatten(state_tuple))}


class TimeSeriesRegressionHead(library._Head):
    """Of a model, its state manager and its optimizer; evaluation returns the last batch's predictions, too."""

    def __init__(self, model, state_manager, optimizer, input_statistics_generator=None, name=None):
        self.model = model
        self.state_manager = state_manager
        self.optimizer = optimizer
        self.input_statistics_generator = input_statistics_generator
        self._name = name

    name = property(lambda self: self._name)
    logits_dimension = property(lambda self: 1)

    def create_loss(self, features, mode, logits=None, labels=None):
        """The model's ModelOutputs; their loss is summarized."""
        outputs = self.state_manager.define_loss(self.model, features, mode)
        tf.summary.scalar(library._summary_key(self._name, _LOSS), outputs.loss)
        return outputs

    def create_estimator_spec(self, features, mode, labels=None):
        """The EstimatorSpec of a mode; features with a flat state in prediction are those of an export.

        Raises:
            ValueError: there are labels, or a feature is missing or has the wrong shape.
        """
        modes = exported.ModeKeys
        with tf.name_scope(self._name, "head"):
            if labels is not None and labels != {}:
                raise ValueError(f"The model takes no labels. Pass '{_TIMES}' and '{_VALUES}' as features.")
            features = {name: self._converted(name, value) for name, value in features.items()}
            statistics = None
            if self.input_statistics_generator is not None:
                statistics = self.input_statistics_generator.initialize_graph(
                    features, update_statistics=mode == modes.TRAIN
                )
            self.model.initialize_graph(input_statistics=statistics)
            features, is_export = self._with_state(features)
            if mode in (modes.TRAIN, modes.EVAL):
                _check_train_eval(features, self.model)
            elif mode == modes.PREDICT:
                self._check_predict_features(features)
            else:
                raise ValueError(f"Unknown mode '{mode}' passed to model_fn.")
            self.state_manager.initialize_graph(model=self.model, input_statistics=statistics)
            predict = self._serving_ops if is_export else self._predict_ops
            build = {modes.TRAIN: self._train_ops, modes.EVAL: self._evaluate_ops, modes.PREDICT: predict}[mode]
            return build(features)

    def _train_ops(self, features):
        mode = exported.ModeKeys.TRAIN
        with tf.variable_scope("model", use_resource=True):
            loss = self.create_loss(features, mode).loss
        train_op = self.optimizer.minimize(loss, global_step=tf.train.get_global_step())
        return exported.EstimatorSpec(loss=loss, mode=mode, train_op=train_op)

    def _evaluate_ops(self, features):
        mode = exported.ModeKeys.EVAL
        with tf.variable_scope("model", use_resource=True):
            outputs = self.create_loss(features, mode)
        metrics = {name: _last_seen(name, value) for name, value in outputs.predictions.items()}
        metrics[FilteringResults.TIMES] = _last_seen(FilteringResults.TIMES, outputs.prediction_times)
        metrics[FilteringResults.STATE_TUPLE] = _last_seen_nest(FilteringResults.STATE_TUPLE, outputs.end_state)
        metrics[_LOSS_MEAN] = tf.metrics.mean(outputs.loss, name="average_loss")
        return exported.EstimatorSpec(
            loss=outputs.loss, mode=mode, eval_metric_ops=metrics, predictions=outputs.predictions
        )

    def _predict_ops(self, features):
        with tf.variable_scope("model", use_resource=True):
            predictions = self.model.predict(features=features)
        predictions[PredictionResults.TIMES] = features[PredictionFeatures.TIMES]
        return exported.EstimatorSpec(predictions=predictions, mode=exported.ModeKeys.PREDICT)

    def _serving_ops(self, features):
        """Three signatures: predictions from a state, the state after observations, and that from the start state."""
        mode, output = exported.ModeKeys.EVAL, exported.export.PredictOutput
        with tf.variable_scope("model", use_resource=True):
            predictions = self.model.predict(features=features)
        with tf.variable_scope("model", reuse=True):
            filtered = self.create_loss(features, mode)
        with tf.variable_scope("model", reuse=True):
            # not through the state manager: the state is not to come from training
            stateless = {name: value for name, value in features.items() if not name.startswith(State.STATE_PREFIX)}
            cold = self.model.define_loss(features=stateless, mode=mode)
        return _served(
            {
                SavedModelLabels.PREDICT: output(predictions),
                SavedModelLabels.FILTER: output(state_to_dictionary(filtered.end_state)),
                SavedModelLabels.COLD_START_FILTER: _StatelessOutput(state_to_dictionary(cold.end_state)),
            }
        )

    def _converted(self, name, value):
        if name == _TIMES:
            return tf.cast(value, tf.int64)
        if name == _VALUES:
            return tf.cast(value, self.model.dtype)
        if name == _STATE:
            return value  # a nest
        return tf.convert_to_tensor_or_sparse_tensor(value)

    def _with_state(self, features):
        """(features with a flat state as one tuple, whether there was one)."""
        prefix = f"{State.STATE_PREFIX}_"
        numbers = {
            name: int(name[len(prefix) :])
            for name in features
            if name.startswith(prefix) and name[len(prefix) :].isdecimal()
        }
        if not numbers:
            return features, False
        flat = [features[name] for name in sorted(numbers, key=numbers.get)]
        others = {name: value for name, value in features.items() if name not in numbers}
        return {**others, _STATE: nest.pack_sequence_as(self.model.get_start_state(), flat)}, True

    _predict_needs = (_TIMES, _STATE)
    _of_other_shapes = frozenset([_STATE])

    def _check_predict_features(self, features):
        _check_there(features, self._predict_needs, "prediction")
        _check_times(features)
        _check_prefixes(features, ignore=self._of_other_shapes)


class OneShotPredictionHead(TimeSeriesRegressionHead):
    """Its export keeps no state: it takes the observations and the later times to predict at, all at once.

    values are (batch, observed, features), times and exogenous features (batch, observed + predicted, ...).
    """

    _predict_needs = (_TIMES, _VALUES, _STATE)
    _of_other_shapes = frozenset([_STATE, _VALUES])

    def _evaluate_ops(self, features):
        spec = super()._evaluate_ops(features)
        del spec.eval_metric_ops[_STATE]
        return spec

    def _serving_ops(self, features):
        with tf.variable_scope("model", use_resource=True):
            # a length that shapes do not show: models refuse too short a window where they see one
            observed = tf.placeholder_with_default(tf.shape(features[_VALUES])[1], [])
            known, wanted = {_VALUES: features[_VALUES]}, {}
            for name, value in features.items():
                if name not in (_STATE, _VALUES):
                    known[name], wanted[name] = value[:, :observed], value[:, observed:]
            wanted[_STATE] = self.model.define_loss(features=known, mode=exported.ModeKeys.EVAL).end_state
        with tf.variable_scope("model", reuse=True):
            predictions = self.model.predict(features=wanted)
        return _served({SavedModelLabels.PREDICT: _StatelessOutput(predictions)})


class _StatelessOutput(exported.export.PredictOutput):
    """A signature that takes no state, though the export has placeholders for one."""

    def as_signature_def(self, receiver_tensors):
        return super().as_signature_def(
            {name: tensor for name, tensor in receiver_tensors.items() if not name.startswith(State.STATE_PREFIX)}
        )


def _served(outputs):
    # an EstimatorSpec of prediction has to have predictions
    return exported.EstimatorSpec(mode=exported.ModeKeys.PREDICT, export_outputs=outputs, predictions={})


def _last_seen(name, tensor):
    """A metric that is `tensor` as of the last batch: (value, update op)."""
    kept = tf.Variable(
        tf.zeros([], tensor.dtype),
        name=f"{name}_identity_metric",
        collections=[tf.GraphKeys.LOCAL_VARIABLES],
        validate_shape=False,
        use_resource=False,  # another shape may be assigned to it
    )
    update = tf.assign(kept, tensor, validate_shape=False)
    kept.set_shape(tensor.shape)
    return kept.value(), update


def _last_seen_nest(name, tensors):
    pairs = [_last_seen(f"{name}_{number}", tensor) for number, tensor in enumerate(nest.flatten(tensors))]
    return nest.pack_sequence_as(tensors, [value for value, _ in pairs]), tf.group(*(update for _, update in pairs))


def _check_there(features, names, purpose):
    for name in names:
        if name not in features:
            raise ValueError(f"Expected a '{name}' feature for {purpose}.")


def _check_times(features):
    shape = features[_TIMES].shape
    if not shape.is_compatible_with([None, None]):
        raise ValueError(f"Expected shape (batch dimension, window size) for feature '{_TIMES}' (got shape {shape})")


def _check_train_eval(features, model):
    _check_there(features, (_TIMES, _VALUES), "training/evaluation")
    _check_times(features)
    shape = features[_VALUES].shape
    if not shape.is_compatible_with([None, None, model.num_features]):
        raise ValueError(
            f"Expected shape (batch dimension, window size, {model.num_features}) for feature '{_VALUES}', since the "
            f"model was configured with num_features={model.num_features} (got shape {shape})"
        )
    _check_prefixes(features, ignore=[_STATE])


def _check_prefixes(features, ignore):
    """Every feature is (batch, window, ...) with the batch and the window of the times."""
    times = features[_TIMES].shape
    for name, value in features.items():
        shape = None if name in ignore else value.shape
        if shape is None or shape.ndims is None:
            continue
        if shape.ndims < 2 or not shape[:2].is_compatible_with(times):
            raise ValueError(
                f"Features must have shape (batch dimension, window size, ...), with the batch and the window of "
                f"'{_TIMES}', which has shape {times}; feature '{name}' has shape {shape}."
            )
