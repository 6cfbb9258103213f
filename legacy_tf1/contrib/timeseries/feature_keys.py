"""The names of features, results and signatures of time series.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/feature_keys.py.
"""

from __future__ import annotations

__all__ = [
    "FilteringFeatures",
    "FilteringResults",
    "PredictionFeatures",
    "PredictionResults",
    "SavedModelLabels",
    "State",
    "Times",
    "TrainEvalFeatures",
    "Values",
]


class State:
    """A model's state: as one tuple, or flat, each part under the prefix and its number."""

    STATE_TUPLE = "start_tuple"
    STATE_PREFIX = "model_state"


class Times:
    """Integers that grow, one a step."""

    TIMES = "times"


class Values:
    """What was observed at each time, one number or several."""

    VALUES = "values"


class TrainEvalFeatures(Times, Values):
    """Features in training and evaluation."""


class PredictionFeatures(Times, State):
    """Features in prediction."""


class FilteringFeatures(Times, Values, State):
    """Features where a state is carried on over new observations."""


class PredictionResults(Times):
    """What predicting returns beside the model's own predictions."""


class FilteringResults(Times, State):
    """What evaluating returns beside the model's own predictions."""


class SavedModelLabels:
    """The signatures of an exported model."""

    PREDICT = "serving_default"
    FILTER = "filter"
    COLD_START_FILTER = "cold_start_filter"
