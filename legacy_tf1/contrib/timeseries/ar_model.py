"""`ARModel`: the next values from a window of earlier ones and from where in its periods each time is.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/ar_model.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.timeseries.ar_networks import FlatPredictionModel, LSTMPredictionModel
from legacy_tf1.contrib.timeseries.densities import cauchy_log_prob, normal_log_prob
from legacy_tf1.contrib.timeseries.feature_keys import PredictionFeatures, TrainEvalFeatures
from legacy_tf1.contrib.timeseries.model import ModelOutputs, TimeSeriesModel
from legacy_tf1.estimators import exported

__all__ = ["ARModel", "AnomalyMixtureARModel", "FlatPredictionModel", "LSTMPredictionModel"]

_TIMES, _VALUES, _STATE = TrainEvalFeatures.TIMES, TrainEvalFeatures.VALUES, PredictionFeatures.STATE_TUPLE


class ARModel(TimeSeriesModel):
    """Predicts `output_window_size` values from `input_window_size` ones before them, which may be none.

    Its state is the last input window: times (batch, window), scaled values (batch, window, features), exogenous
    features (batch, window, exogenous size).

    Args:
        periodicities: the length of a period, or several, in units of time; None is none.
        prediction_model_factory: of num_features, input_window_size and output_window_size; makes what the module
            `ar_networks` describes.
        num_time_buckets: a period is cut into so many parts, each of which is a feature of every time: how far
            the time is into it, and 0 for times elsewhere.
        loss: NORMAL_LIKELIHOOD_LOSS, for which the variance is predicted too, or SQUARED_LOSS.
    """

    SQUARED_LOSS = "squared_loss"
    NORMAL_LIKELIHOOD_LOSS = "normal_likelihood_loss"

    def __init__(
        self,
        periodicities,
        input_window_size,
        output_window_size,
        num_features,
        prediction_model_factory=FlatPredictionModel,
        num_time_buckets=10,
        loss=NORMAL_LIKELIHOOD_LOSS,
        exogenous_feature_columns=None,
    ):
        self._model_factory = prediction_model_factory
        self.input_window_size = input_window_size
        self.output_window_size = output_window_size
        self.window_size = input_window_size + output_window_size
        self.loss = loss
        super().__init__(num_features=num_features, exogenous_feature_columns=exogenous_feature_columns)
        self.exogenous_size = 0
        if exogenous_feature_columns is not None:
            self.exogenous_size = self._get_exogenous_embedding_shape()[-1]
        self._buckets = int(num_time_buckets)
        if not isinstance(periodicities, (list, tuple)):
            periodicities = [periodicities] if periodicities else []
        self._periodicities = [int(period) for period in periodicities]
        assert self._buckets > 0, "num_time_buckets must be positive"
        assert all(period > 0 for period in self._periodicities), "periodicities must be positive"
        assert self._periodicities or input_window_size, "give periodicities or a positive input_window_size"
        assert output_window_size > 0, "output_window_size must be positive"

    def initialize_graph(self, input_statistics=None):
        super().initialize_graph(input_statistics=input_statistics)
        self._model_instance = self._model_factory(
            num_features=self.num_features,
            input_window_size=self.input_window_size,
            output_window_size=self.output_window_size,
        )

    def get_start_state(self):
        window = self.input_window_size
        return (
            tf.zeros([window], tf.int64),
            tf.zeros([window, self.num_features], self.dtype),
            tf.zeros([window, self.exogenous_size], self.dtype),
        )

    def prediction_ops(self, times, values, exogenous_regressors):
        """{"mean", "covariance"}, (batch, output window, features) each, in scaled units.

        times and exogenous_regressors are of both windows, values of the input window.
        """
        batch, windows = tf.shape(times)[0], (self.input_window_size, self.output_window_size)
        inputs, outputs = [], []
        if self._periodicities:
            size = self._buckets * len(self._periodicities)
            _, of_time = self._compute_time_features(times)
            parts = tf.split(tf.reshape(of_time, [batch, self.window_size, size]), windows, axis=1)
            inputs.append(parts[0])
            outputs.append(parts[1])
        if self.input_window_size:
            values = tf.slice(values, [0, 0, 0], [-1, self.input_window_size, -1])
            inputs.append(tf.reshape(values, [batch, self.input_window_size, self.num_features]))
        if self.exogenous_size:
            parts = tf.split(exogenous_regressors, windows, axis=1)
            inputs.append(parts[0])
            outputs.append(parts[1])
        known = len(self._periodicities) * self._buckets + self.exogenous_size
        inputs = tf.concat(inputs, axis=2)
        outputs = tf.concat(outputs, axis=2) if outputs else tf.zeros([batch, windows[1], 0], self.dtype)
        inputs.set_shape([times.shape[0], windows[0], known + (self.num_features if windows[0] else 0)])
        outputs.set_shape([times.shape[0], windows[1], known])
        # the slash: not below the scope around it, which in the loops of prediction and evaluation is another
        with tf.variable_scope("model/", use_resource=True):
            predictions = self._model_instance(inputs, outputs)
        for prediction in predictions.values():
            prediction.set_shape([None, self.output_window_size, self.num_features])
        return predictions

    def _compute_time_features(self, time):
        """For times (batch, window): (time in periods, how far into each part of each period).

        Shapes (batch, window, 1, periods) and (batch, window, periods, buckets). The former is not used; it is made
        because the seeds of later ops count it.
        """
        periods = tf.constant(self._periodicities, shape=[1, 1, len(self._periodicities), 1], dtype=time.dtype)
        time = tf.reshape(time, [tf.shape(time)[0], -1, 1, 1])
        in_periods = time / self._periodicities
        place = tf.cast(time % periods, self.dtype) * self._buckets / tf.cast(periods, self.dtype)
        starts = tf.reshape(tf.range(self._buckets, dtype=self.dtype), [1, 1, 1, self._buckets])
        into = tf.nn.relu(place - starts)
        return in_periods, tf.where_v2(into < 1.0, into, tf.zeros_like(into))

    def loss_op(self, targets, prediction_ops):
        """The mean loss of predictions of targets (batch, output window, features)."""
        mean = prediction_ops["mean"]
        if self.loss == ARModel.NORMAL_LIKELIHOOD_LOSS:
            sigma = tf.sqrt(tf.maximum(prediction_ops["covariance"], 1e-5))
            total = -tf.reduce_sum(normal_log_prob(targets, sigma, mean))
        else:
            assert self.loss == ARModel.SQUARED_LOSS, self.loss
            total = tf.reduce_sum(tf.squared_difference(mean, targets))
        return total / tf.cast(tf.reduce_prod(tf.shape(targets)), total.dtype)

    def _process_exogenous_features(self, times, features):
        """As in every model, but (batch, window, 0) where there are none."""
        embedded = super()._process_exogenous_features(times=times, features=features)
        return tf.zeros(tf.concat([tf.shape(times), tf.constant([0])], axis=0)) if embedded is None else embedded

    def get_batch_loss(self, features, mode, state):
        """ModelOutputs; training takes windows of `window_size`, evaluation longer ones, too.

        Longer ones are evaluated from their end backwards, by output windows that do not overlap.

        Raises:
            ValueError: the window is not that long, or the mode is neither of the two.
        """
        features = {name: tf.convert_to_tensor(value) for name, value in features.items()}
        others = {name: value for name, value in features.items() if name not in (_TIMES, _VALUES, _STATE)}
        exogenous = self._process_exogenous_features(times=features[_TIMES], features=others)
        if mode == exported.ModeKeys.TRAIN:
            return self._process_window(features, mode, exogenous)
        if mode == exported.ModeKeys.EVAL:
            return self._evaluate(features, mode, exogenous, state)
        raise ValueError(f"Unknown mode '{mode}' passed to get_batch_loss.")

    def _process_window(self, features, mode, exogenous_regressors):
        """ModelOutputs of one window of `window_size`."""
        times, observed = tf.cast(features[_TIMES], tf.int64), tf.cast(features[_VALUES], self.dtype)
        exogenous = tf.cast(exogenous_regressors, self.dtype)
        if not times.shape.is_compatible_with([None, self.window_size]):
            raise ValueError(
                f"ARModel with input_window_size={self.input_window_size} and output_window_size="
                f"{self.output_window_size} expects feature '{_TIMES}' to have shape (batch_size, {self.window_size}), "
                f"but got shape {times.shape}. With RandomWindowInputFn, set window_size={self.window_size}, or change "
                "the two sizes of the model."
            )
        window = self.input_window_size
        values = self._scale_data(observed)
        predicted = self.prediction_ops(times, values[:, :window, :] if window > 0 else None, exogenous)
        targets = tf.slice(values, [0, window, 0], [-1, -1, -1])
        mean, covariance = predicted["mean"], predicted["covariance"]
        if mode == exported.ModeKeys.EVAL and self.loss == ARModel.SQUARED_LOSS:
            # reported in the data's own units; training goes on in scaled ones
            loss = self.loss_op(self._scale_back_data(targets), {"mean": self._scale_back_data(mean)})
        else:
            loss = self.loss_op(targets, predicted)
        return ModelOutputs(
            loss=loss,
            end_state=(times[:, -window:], values[:, -window:, :], exogenous[:, -window:, :]),
            predictions={
                "mean": self._scale_back_data(mean),
                "covariance": self._scale_back_variance(covariance),
                "observed": observed[:, -self.output_window_size :],
            },
            prediction_times=times[:, -self.output_window_size :],
        )

    def _evaluate(self, features, mode, exogenous, state):
        times, step = features[_TIMES], self.output_window_size
        length = times.shape.with_rank(2)[1].value
        if length is not None and length < self.window_size:
            raise ValueError(
                f"ARModel evaluates windows of at least input_window_size + output_window_size = {self.input_window_size}"
                f" + {step}, but feature '{_TIMES}' has shape {times.shape}."
            )
        count = (tf.shape(times)[1] - self.input_window_size) // step
        cropped = {name: value[:, -(count * step + self.input_window_size) :] for name, value in features.items()}

        def window(number, *kept):
            span = slice(number * step, number * step + self.window_size)
            part = {name: value[:, span] for name, value in cropped.items()}
            # as in TF 1.15, the exogenous features are not cropped
            outputs = self._process_window(part, mode, exogenous[:, span])
            found = outputs.loss, outputs.predictions["mean"], outputs.predictions["covariance"]
            return number + 1, *(array.write(number, each) for array, each in zip(kept, found, strict=True))

        arrays = [tf.TensorArray(self.dtype, count) for _ in range(3)]
        _, losses, means, covariances = tf.while_loop(lambda number, *_: number < count, window, [0, *arrays])
        values = tf.cast(cropped[_VALUES], self.dtype)
        shape = [tf.shape(times)[0], step * count, self.num_features]
        return ModelOutputs(
            loss=tf.reduce_mean(losses.stack(), axis=0),
            end_state=self._state_after(state, times, values, exogenous),
            predictions={
                "mean": _joined(means, shape),
                "covariance": _joined(covariances, shape),
                "observed": values[:, -(step * count) :],
            },
            prediction_times=times[:, -(step * count) :],
        )

    def _state_after(self, state, times, values, exogenous):
        """The last input window; where the data is shorter, it begins with the end of the state before."""
        window = self.input_window_size
        if not window:
            return state
        seen = tf.cast(times, tf.int64), self._scale_data(values), exogenous
        ends = [tf.concat([old, new], axis=1)[:, -window:] for old, new in zip(state, seen, strict=True)]
        for end, shape in zip(ends, ((), (self.num_features,), (self.exogenous_size,)), strict=True):
            end.set_shape([None, window, *shape])
        return tuple(ends)

    def predict(self, features):
        """{"mean", "covariance"} at any number of times, output window by output window, each from the one before."""
        if not self._graph_initialized:
            self.initialize_graph()
        times = tf.cast(tf.convert_to_tensor(features[PredictionFeatures.TIMES]), tf.int32)
        others = {name: value for name, value in features.items() if name not in (_TIMES, _VALUES, _STATE)}
        exogenous = self._process_exogenous_features(times=times, features=others)
        with tf.control_dependencies([tf.assert_equal(tf.shape(times)[1], tf.shape(exogenous)[1])]):
            exogenous = tf.identity(exogenous)
        step, wanted = self.output_window_size, tf.shape(times)[1]
        count = (wanted + step - 1) // step
        padding = [0, count * step - wanted]
        times = tf.pad(times, [[0, 0], padding])
        exogenous = tf.pad(exogenous, [[0, 0], padding, [0, 0]])
        old_times, old_values, old_exogenous = self._last_window(features[_STATE], tf.shape(times)[0])
        start = [
            tf.concat([old_times, times[:, :step]], 1),
            old_values,
            tf.concat([old_exogenous, exogenous[:, :step]], 1),
        ]

        def window(number, now, values, regressors, means, covariances):
            predicted = self.prediction_ops(now, values, regressors)
            mean = predicted["mean"]
            # there is none after the last
            following = step * tf.minimum(number + 1, count - 1)
            moved = [
                tf.concat([old[:, step:], new], 1)
                for old, new in (
                    (now, times[:, following : following + step]),
                    (tf.concat([values, mean], 1), mean[:, :0]),
                    (regressors, exogenous[:, following : following + step]),
                )
            ]
            for new, old in zip(moved, (now, values, regressors), strict=True):
                new.set_shape(old.shape)
            return (
                number + 1,
                *moved,
                means.write(number, mean),
                covariances.write(number, predicted["covariance"]),
            )

        arrays = [tf.TensorArray(self.dtype, count) for _ in range(2)]
        *_, means, covariances = tf.while_loop(lambda number, *_: number < count, window, [0, *start, *arrays])
        shape = [tf.shape(times)[0], count * step, self.num_features]
        mean = _joined(means, shape)[:, :wanted]
        covariance = tf.ones_like(mean) if self.loss == self.SQUARED_LOSS else _joined(covariances, shape)[:, :wanted]
        return {"mean": self._scale_back_data(mean), "covariance": self._scale_back_variance(covariance)}

    def _last_window(self, state, batch):
        """(times, values, exogenous features) of the last input window in a state of at least that length."""
        window, (times, values, exogenous) = self.input_window_size, state
        if not window:
            sizes = (), (self.num_features,), (self.exogenous_size,)
            types = tf.int32, self.dtype, self.dtype
            return [tf.zeros([batch, 0, *size], dtype) for size, dtype in zip(sizes, types, strict=True)]
        times = tf.cast(tf.convert_to_tensor(times), tf.int32)
        values = tf.convert_to_tensor(values, self.dtype)
        exogenous = tf.convert_to_tensor(exogenous, self.dtype)
        steps = tf.shape(values)[1]
        checks = [tf.assert_greater_equal(steps, window), tf.assert_equal(steps, tf.shape(times)[1])]
        with tf.control_dependencies(checks):
            return times[:, -window:], values[:, -window:, :], exogenous[:, -window:, :]


class AnomalyMixtureARModel(ARModel):
    """An ARModel whose loss takes each target for an anomaly with a given probability.

    Anomalies have a wide normal or a Cauchy distribution around the prediction; its width is trained.
    """

    GAUSSIAN_ANOMALY = "gaussian"
    CAUCHY_ANOMALY = "cauchy"

    def __init__(
        self,
        periodicities,
        anomaly_prior_probability,
        input_window_size,
        output_window_size,
        num_features,
        prediction_model_factory=FlatPredictionModel,
        anomaly_distribution=GAUSSIAN_ANOMALY,
        num_time_buckets=10,
        exogenous_feature_columns=None,
    ):
        assert 0.0 < anomaly_prior_probability < 1.0, "anomaly_prior_probability must be between 0 and 1"
        assert anomaly_distribution in (self.GAUSSIAN_ANOMALY, self.CAUCHY_ANOMALY), "no such anomaly_distribution"
        self._anomaly_prior_probability = anomaly_prior_probability
        self._anomaly_distribution = anomaly_distribution
        super().__init__(
            periodicities=periodicities,
            input_window_size=input_window_size,
            output_window_size=output_window_size,
            num_features=num_features,
            prediction_model_factory=prediction_model_factory,
            num_time_buckets=num_time_buckets,
            loss=ARModel.NORMAL_LIKELIHOOD_LOSS,
            exogenous_feature_columns=exogenous_feature_columns,
        )

    def prediction_ops(self, times, values, exogenous_regressors):
        """As in an ARModel, and "anomaly_params", the variance or the scale of anomalies."""
        predictions = super().prediction_ops(times, values, exogenous_regressors)
        log = tf.get_variable("anomaly_log_param", [], self.dtype, tf.zeros_initializer())
        return {**predictions, "anomaly_params": tf.exp(log)}

    def loss_op(self, targets, prediction_ops):
        mean, width = prediction_ops["mean"], prediction_ops["anomaly_params"]
        usual = normal_log_prob(targets, tf.sqrt(tf.maximum(prediction_ops["covariance"], 1e-5)), mean)
        usual += tf.log(1 - self._anomaly_prior_probability)
        if self._anomaly_distribution == self.GAUSSIAN_ANOMALY:
            anomaly = normal_log_prob(targets, tf.sqrt(tf.maximum(width, 1e-5)), mean)
        else:
            anomaly = cauchy_log_prob(targets, width, mean)
        anomaly += tf.log(self._anomaly_prior_probability)
        smaller, larger = tf.minimum(usual, anomaly), tf.maximum(usual, anomaly)
        total = -tf.reduce_sum(larger + tf.log(1 + tf.exp(smaller - larger)))
        return total / tf.cast(tf.reduce_prod(tf.shape(targets)), self.dtype)


def _joined(windows, shape):
    """(batch, all steps, features) from an array of (batch, window, features)."""
    return tf.reshape(tf.transpose(windows.stack(), [1, 0, 2, 3]), shape)
