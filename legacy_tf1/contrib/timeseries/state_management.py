"""State managers: from which state a batch starts.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/state_management.py.
"""

from __future__ import annotations

import abc

import tensorflow.compat.v1 as tf
from tensorflow.python.util import nest

from legacy_tf1.contrib.timeseries.feature_keys import FilteringFeatures, TrainEvalFeatures
from legacy_tf1.contrib.timeseries.model import ModelOutputs
from legacy_tf1.contrib.timeseries.tables import TupleOfTensorsLookup, replicate_state
from legacy_tf1.estimators import exported

__all__ = ["ChainingStateManager", "FilteringOnlyStateManager", "PassthroughStateManager"]

_STATE = FilteringFeatures.STATE_TUPLE


class PassthroughStateManager:
    """Every series of every batch starts from the model's start state."""

    def __init__(self):
        self._input_statistics = None
        self._graph_initialized = False

    def initialize_graph(self, model, input_statistics=None):
        self._graph_initialized = True
        self._input_statistics = input_statistics

    def define_loss(self, model, features, mode):
        """ModelOutputs of a batch.

        Raises:
            ValueError: the features have a state.
        """
        if _STATE in features:
            raise ValueError("Overriding start state is not supported for this model.")
        return model.define_loss(features, mode)


class _OverridableStateManager(PassthroughStateManager):
    """Evaluation may start from a state among the features."""

    @abc.abstractmethod
    def _define_loss_with_saved_state(self, model, features, mode):
        """ModelOutputs of a batch without a state."""

    def define_loss(self, model, features, mode):
        if _STATE not in features:
            return self._define_loss_with_saved_state(model=model, features=features, mode=mode)
        if mode == exported.ModeKeys.TRAIN:
            raise ValueError(f"Training starts from the saved state; leave the feature {_STATE} out.")
        return model.get_batch_loss(features=features, mode=mode, state=features.pop(_STATE))


class FilteringOnlyStateManager(_OverridableStateManager):
    """For models of fixed windows, whose state is the last window: training needs none."""

    def _define_loss_with_saved_state(self, model, features, mode):
        return model.define_loss(features, mode)


class ChainingStateManager(_OverridableStateManager):
    """Windows of one series start where earlier ones ended, in whatever batch that was.

    Args:
        state_saving_interval: a state is kept for every so many steps; over the rest the model imputes.
        checkpoint_state: keep the states in checkpoints, too.
    """

    def __init__(self, state_saving_interval=20, checkpoint_state=False):
        super().__init__()
        self._checkpoint_state = checkpoint_state
        self._state_saving_interval = state_saving_interval
        self._start_state = None
        self._cached_states = None

    def initialize_graph(self, model, input_statistics=None):
        super().initialize_graph(model=model, input_statistics=input_statistics)
        self._start_state = model.get_start_state()
        self._cached_states = TupleOfTensorsLookup(
            key_dtype=tf.int64,
            default_values=self._start_state,
            empty_key=-1,
            deleted_key=-2,
            name="cached_states",
            checkpoint=self._checkpoint_state,
        )

    def _define_loss_with_saved_state(self, model, features, mode):
        if not self._graph_initialized:
            raise ValueError("ChainingStateManager requires initialize_graph() to be called before use.")
        times = features[TrainEvalFeatures.TIMES]
        loss, states, predictions = model.per_step_batch_loss(
            features=features, mode=mode, state=self._states_before(times[:, 0])
        )
        stored = self._store(times, states)
        ends = nest.map_structure(lambda part: part[:, -1], states)
        with tf.control_dependencies([stored]):
            loss = tf.identity(loss)
        # of the last window, with an axis of a batch of one
        last = nest.map_structure(lambda part: part[-1][None], ends)
        predictions["observed"] = features[TrainEvalFeatures.VALUES]
        return ModelOutputs(loss=loss, end_state=last, predictions=predictions, prediction_times=times)

    def _chunk(self, times):
        return times // self._state_saving_interval

    def _states_before(self, times):
        """States (batch, ...) for windows that start at times (batch,).

        The series' first is the model's start state itself, not what the table says of it: gradients reach it.
        """
        chunks = self._chunk(times)
        found = self._cached_states.lookup(tf.cast(chunks, tf.int64))
        first_time = 0 if self._input_statistics is None else self._input_statistics.start_time
        is_first = tf.equal(chunks, self._chunk(first_time))
        start = replicate_state(self._start_state, tf.shape(times)[0])
        chosen = [
            tf.where(is_first, at_start, in_table)
            for at_start, in_table in zip(nest.flatten(start), nest.flatten(found), strict=True)
        ]
        return nest.pack_sequence_as(tuple(found), chosen)

    def _store(self, times, states):
        """Every step's state goes where the next step's window would look, and at least one chunk on."""
        following = tf.concat([times[:, 1:], times[:, -1:] + 1], axis=1)
        at_least = self._chunk(times) + 1
        return self._cached_states.insert(keys=tf.maximum(self._chunk(following), at_least), values=states)
