"""Estimators of time series: any model, or an autoregressive one, linear, with layers or with LSTMs.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/estimators.py.
"""

from __future__ import annotations

import functools

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.timeseries import ar_model, serving, state_management
from legacy_tf1.contrib.timeseries.head import OneShotPredictionHead, TimeSeriesRegressionHead
from legacy_tf1.contrib.timeseries.statistics import InputStatisticsFromMiniBatch
from legacy_tf1.estimators import exported

from tensorflow_estimator.python.estimator.canned import optimizers  # isort: skip

__all__ = ["ARRegressor", "LSTMAutoRegressor", "TimeSeriesRegressor"]


class TimeSeriesRegressor(exported.Estimator):
    """An estimator of a TimeSeriesModel.

    Args:
        state_manager: PassthroughStateManager() by default, FilteringOnlyStateManager() for an ARModel.
        optimizer: Adam with a rate of 0.02 by default.
        head_type: TimeSeriesRegressionHead or a kind of it.
    """

    def __init__(
        self,
        model,
        state_manager=None,
        optimizer=None,
        model_dir=None,
        config=None,
        head_type=TimeSeriesRegressionHead,
    ):
        if state_manager is None and isinstance(model, ar_model.ARModel):
            state_manager = state_management.FilteringOnlyStateManager()
        self._model = model
        head = head_type(
            model=model,
            state_manager=state_manager or state_management.PassthroughStateManager(),
            optimizer=optimizer or tf.train.AdamOptimizer(0.02),
            input_statistics_generator=InputStatisticsFromMiniBatch(dtype=model.dtype, num_features=model.num_features),
        )
        super().__init__(model_fn=head.create_estimator_spec, model_dir=model_dir, config=config)

    def build_raw_serving_input_receiver_fn(self, default_batch_size=None, default_series_length=None):
        """For `export_savedmodel`: the model takes arrays, of that batch and length where they are given."""
        return functools.partial(serving.raw_arrays, self._model, default_batch_size, default_series_length)

    def build_one_shot_parsing_serving_input_receiver_fn(
        self,
        filtering_length,
        prediction_length,
        default_batch_size=None,
        values_input_dtype=None,
        truncate_values=False,
    ):
        """For `export_savedmodel` with OneShotPredictionHead: the model takes serialized `tf.train.Example`s.

        Args:
            filtering_length: so many values are observed.
            prediction_length: so many are predicted; times and exogenous features are there for all of them.
            default_batch_size: the only batch size that the model then takes.
            values_input_dtype: of the values in the examples, float32 by default.
            truncate_values: examples have values for all steps, of which the first are used.
        """
        return functools.partial(
            serving.parsed_examples,
            self._model,
            filtering_length,
            prediction_length,
            default_batch_size,
            values_input_dtype,
            truncate_values,
        )


class ARRegressor(TimeSeriesRegressor):
    """An estimator of an ARModel, or with `anomaly_prior_probability` of an AnomalyMixtureARModel.

    Windows of training are input_window_size + output_window_size long. The optimizer is Adagrad with a rate of
    0.1 by default.

    Raises:
        ValueError: a distribution of anomalies without their probability, or anomalies with another loss than the
            normal likelihood.
    """

    def __init__(
        self,
        periodicities,
        input_window_size,
        output_window_size,
        num_features,
        exogenous_feature_columns=None,
        num_time_buckets=10,
        loss=ar_model.ARModel.NORMAL_LIKELIHOOD_LOSS,
        hidden_layer_sizes=None,
        anomaly_prior_probability=None,
        anomaly_distribution=None,
        optimizer=None,
        model_dir=None,
        config=None,
    ):
        options = {
            "periodicities": periodicities,
            "input_window_size": input_window_size,
            "output_window_size": output_window_size,
            "num_features": num_features,
            "prediction_model_factory": functools.partial(
                ar_model.FlatPredictionModel, hidden_layer_sizes=hidden_layer_sizes
            ),
            "exogenous_feature_columns": exogenous_feature_columns,
            "num_time_buckets": num_time_buckets,
        }
        if anomaly_prior_probability is None:
            if anomaly_distribution is not None:
                raise ValueError("anomaly_prior_probability is required if anomaly_distribution is specified.")
            model = ar_model.ARModel(loss=loss, **options)
        elif loss != ar_model.ARModel.NORMAL_LIKELIHOOD_LOSS:
            raise ValueError("With anomalies, ARRegressor takes no other loss than ARModel.NORMAL_LIKELIHOOD_LOSS.")
        else:
            model = ar_model.AnomalyMixtureARModel(
                anomaly_prior_probability=anomaly_prior_probability,
                anomaly_distribution=anomaly_distribution or ar_model.AnomalyMixtureARModel.GAUSSIAN_ANOMALY,
                **options,
            )
        super().__init__(
            model=model,
            state_manager=state_management.FilteringOnlyStateManager(),
            optimizer=optimizer or tf.train.AdagradOptimizer(0.1),
            model_dir=model_dir,
            config=config,
        )


class LSTMAutoRegressor(TimeSeriesRegressor):
    """An estimator of an ARModel whose predictions an encoding and a decoding LSTM make.

    `num_timesteps` are the model's time buckets; the optimizer is a name or an optimizer, Adam with a rate of 0.01
    by default.
    """

    def __init__(
        self,
        periodicities,
        input_window_size,
        output_window_size,
        model_dir=None,
        num_features=1,
        extra_feature_columns=None,
        num_timesteps=10,
        loss=ar_model.ARModel.NORMAL_LIKELIHOOD_LOSS,
        num_units=128,
        optimizer="Adam",
        config=None,
    ):
        model = ar_model.ARModel(
            periodicities=periodicities,
            input_window_size=input_window_size,
            output_window_size=output_window_size,
            num_features=num_features,
            exogenous_feature_columns=extra_feature_columns,
            num_time_buckets=num_timesteps,
            loss=loss,
            prediction_model_factory=functools.partial(ar_model.LSTMPredictionModel, num_units=num_units),
        )
        super().__init__(
            model=model,
            state_manager=state_management.FilteringOnlyStateManager(),
            optimizer=optimizers.get_optimizer_instance(optimizer, learning_rate=0.01),
            model_dir=model_dir,
            config=config,
            head_type=OneShotPredictionHead,
        )
