"""`SequentialTimeSeriesModel`: models that go through a window step by step, as recurrent ones do.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/model.py.
"""

from __future__ import annotations

import abc

import tensorflow.compat.v1 as tf
from tensorflow.python.util import nest

from legacy_tf1.contrib.timeseries.feature_keys import PredictionFeatures, TrainEvalFeatures
from legacy_tf1.contrib.timeseries.model import ModelOutputs, TimeSeriesModel

__all__ = ["SequentialTimeSeriesModel"]

_TIMES, _VALUES, _STATE = TrainEvalFeatures.TIMES, TrainEvalFeatures.VALUES, PredictionFeatures.STATE_TUPLE


class SequentialTimeSeriesModel(TimeSeriesModel):
    """A model in four steps, each from a state to a state, that subclasses write.

    At every time `_imputation_step` comes first, over the gap before it; then `_exogenous_input_step`, where there are
    exogenous features; then `_prediction_step`; then, where there is an observation, `_filtering_step`.

    Args:
        train_output_names: what `_filtering_step` returns beside `loss`.
        predict_output_names: what `_prediction_step` returns.
        num_features: of the series.
        normalize_features: the steps get scaled values, and `_scale_back_predictions` scales what they predict back.
        exogenous_update_condition: of times (batch,) and {name: (batch, ...)}, says (batch,) which series take the
            exogenous step.
        static_unrolling_window_size_threshold: windows of up to so many steps are laid out in the graph.
    """

    def __init__(
        self,
        train_output_names,
        predict_output_names,
        num_features,
        normalize_features=False,
        dtype=tf.float32,
        exogenous_feature_columns=None,
        exogenous_update_condition=None,
        static_unrolling_window_size_threshold=None,
    ):
        super().__init__(num_features=num_features, dtype=dtype, exogenous_feature_columns=exogenous_feature_columns)
        self._exogenous_update_condition = exogenous_update_condition
        self._train_output_names = train_output_names
        self._predict_output_names = predict_output_names
        self._normalize_features = normalize_features
        self._static_unrolling_window_size_threshold = static_unrolling_window_size_threshold

    def _scale_back_predictions(self, predictions):
        """{name: (batch, window, ...)} as the data is scaled."""
        raise NotImplementedError(
            "With normalize_features=True a SequentialTimeSeriesModel needs a method _scale_back_predictions."
        )

    @abc.abstractmethod
    def _filtering_step(self, current_times, current_values, state, predictions):
        """(state, outputs) after values (batch, features) at times (batch,); outputs["loss"] is (batch,)."""

    @abc.abstractmethod
    def _prediction_step(self, current_times, state):
        """(state, {name: (batch, ...)}) at times (batch,)."""

    @abc.abstractmethod
    def _imputation_step(self, current_times, state):
        """The state just before times (batch,)."""

    @abc.abstractmethod
    def _exogenous_input_step(self, current_times, current_exogenous_regressors, state):
        """The state after regressors (batch, exogenous size) at times (batch,)."""

    def _loss_additions(self, times, values, mode):
        """What is added to the mean loss of a window, such as a regularization."""
        return 0.0

    def _window_initializer(self, times, state):
        """Called before each window."""

    def get_batch_loss(self, features, mode, state):
        loss, states, outputs = self.per_step_batch_loss(features, mode, state)
        outputs["observed"] = features[_VALUES]
        return ModelOutputs(
            loss=loss,
            end_state=nest.map_structure(lambda part: part[:, -1], states),
            predictions=outputs,
            prediction_times=features[_TIMES],
        )

    def per_step_batch_loss(self, features, mode, state):
        """(mean loss, states (batch, window, ...) after each step, {name: (batch, window, ...)})."""
        self._check_graph_initialized()
        times = tf.cast(features[_TIMES], tf.int64)
        values = tf.cast(features[_VALUES], self.dtype)
        if self._normalize_features:
            values = self._scale_data(values)
        exogenous_step = self._exogenous_steps(times, features, (_TIMES, _VALUES))

        def step(number, current_times, state):
            current_values = values[:, number, :]
            state = exogenous_step(number, current_times, state)
            state, predictions = self._prediction_step(current_times=current_times, state=state)
            return self._filtering_step(
                current_times=current_times, current_values=current_values, state=state, predictions=predictions
            )

        names = ["loss"] + self._train_output_names
        states, outputs = self._state_update_loop(times, state, step, names)
        losses = outputs.pop("loss")
        losses.set_shape(times.shape)
        loss = tf.reduce_sum(losses) / tf.cast(tf.reduce_prod(tf.shape(times)), self.dtype)
        loss += self._loss_additions(times, values, mode)
        return loss, states, self._scaled_back(outputs)

    def predict(self, features):
        times = tf.convert_to_tensor(features[PredictionFeatures.TIMES], tf.int64)
        state = features[_STATE]
        exogenous_step = self._exogenous_steps(times, features, (_TIMES, _STATE))

        def step(number, current_times, state):
            state = exogenous_step(number, current_times, state)
            return self._prediction_step(current_times=current_times, state=state)

        _, predictions = self._state_update_loop(times, state, step, self._predict_output_names)
        return self._scaled_back(predictions)

    def _scaled_back(self, predictions):
        return self._scale_back_predictions(predictions) if self._normalize_features else predictions

    def _exogenous_steps(self, times, features, others):
        """A function of (number of the step, times (batch,), state): the state after the exogenous features, if any."""
        regressors = self._process_exogenous_features(
            times=times, features={name: value for name, value in features.items() if name not in others}
        )
        if regressors is None:
            return lambda number, current_times, state: state
        raw = {name: value for name, value in features.items() if name not in (_TIMES, _VALUES, _STATE)}

        def step(number, current_times, state):
            updated = self._exogenous_input_step(
                current_times=current_times, current_exogenous_regressors=regressors[:, number, :], state=state
            )
            if self._exogenous_update_condition is None:
                return updated
            current = {name: value[:, number] for name, value in raw.items()}
            chosen = [
                tf.where(self._exogenous_update_condition(times=current_times, features=current), new, old)
                for new, old in zip(nest.flatten(updated), nest.flatten(state), strict=True)
            ]
            return nest.pack_sequence_as(state, chosen)

        return step

    def _state_update_loop(self, times, state, state_update_fn, outputs):
        """(states (batch, window, ...) after each step, {name: (batch, window, ...)}).

        `state_update_fn` is of (number of the step, times (batch,), state) and returns (state, {name: (batch, ...)})
        with the names of `outputs`.
        """
        times = tf.convert_to_tensor(times, tf.int64)
        steps = times.shape[1].value
        most = self._static_unrolling_window_size_threshold
        unroll = most is not None and steps is not None and steps <= most
        self._window_initializer(times, state)

        def step(number, state, kept_states, kept_outputs, reuse=False):
            with tf.variable_scope("state_update_step", reuse=reuse):
                current_times = times[:, number]
                before = self._imputation_step(current_times=current_times, state=state)
                after, found = state_update_fn(number, current_times, before)
                if set(found) != set(outputs):
                    raise AssertionError(f"a step returned {sorted(found)} where {sorted(outputs)} were announced")
                kept_outputs = [
                    kept.write(number, found[name]) for name, kept in zip(outputs, kept_outputs, strict=True)
                ]
                after = nest.flatten(after)
                kept_states = list(kept_states)
                for place, (new, old) in enumerate(zip(after, nest.flatten(before), strict=True)):
                    new.set_shape(old.shape)  # the loop wants to know that it stays the same
                    kept_states[place] = kept_states[place].write(number, new)
                return number + 1, nest.pack_sequence_as(before, after), kept_states, kept_outputs

        window = tf.shape(times)[1]
        types = [[part.dtype for part in nest.flatten(state)], [self.dtype for _ in outputs]]
        start = [
            tf.zeros([], tf.int32),
            state,
            *([_Written() if unroll else tf.TensorArray(dtype, window) for dtype in kind] for kind in types),
        ]
        if unroll:
            _, _, kept_states, kept_outputs = _unrolled(step, start, steps)
        else:
            _, _, kept_states, kept_outputs = tf.while_loop(lambda number, *_: tf.less(number, window), step, start)
        found = {name: _by_batch(kept) for name, kept in zip(outputs, kept_outputs, strict=True)}
        return nest.pack_sequence_as(state, [_by_batch(kept) for kept in kept_states]), found


class _Written:
    """A list with the one method of a TensorArray that the loop calls."""

    def __init__(self):
        self.values = []

    def write(self, number, value):
        self.values.append(value)
        return self


def _unrolled(step, state, steps):
    for number in range(steps):
        state = step(tf.constant(number, tf.int32), *state[1:], reuse=number > 0)
    return state


def _by_batch(kept):
    """(batch, window, ...) from what was written at each step."""
    if isinstance(kept, _Written):
        return tf.stack(kept.values, axis=1)
    stacked = kept.stack()
    return tf.transpose(stacked, tf.concat([[1, 0], tf.range(2, tf.rank(stacked))], 0))
