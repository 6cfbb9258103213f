"""`tf.contrib.timeseries`: readers, windows, and estimators of recurrent and autoregressive models.

Structural models (state space models with a Kalman filter) are not served.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries.
"""

from __future__ import annotations

from legacy_tf1.contrib.timeseries.ar_model import (
    AnomalyMixtureARModel,
    ARModel,
    FlatPredictionModel,
    LSTMPredictionModel,
)
from legacy_tf1.contrib.timeseries.estimators import ARRegressor, LSTMAutoRegressor, TimeSeriesRegressor
from legacy_tf1.contrib.timeseries.feature_keys import (
    FilteringFeatures,
    FilteringResults,
    PredictionFeatures,
    PredictionResults,
    SavedModelLabels,
    State,
    Times,
    TrainEvalFeatures,
    Values,
)
from legacy_tf1.contrib.timeseries.head import OneShotPredictionHead, TimeSeriesRegressionHead, state_to_dictionary
from legacy_tf1.contrib.timeseries.readers import (
    CSVReader,
    NumpyReader,
    ReaderBaseTimeSeriesParser,
    TFExampleReader,
    TimeSeriesReader,
)
from legacy_tf1.contrib.timeseries.windows import (
    RandomWindowInputFn,
    TimeSeriesInputFn,
    WholeDatasetInputFn,
    predict_continuation_input_fn,
)

__all__ = [
    "ARModel",
    "ARRegressor",
    "AnomalyMixtureARModel",
    "CSVReader",
    "FilteringFeatures",
    "FilteringResults",
    "FlatPredictionModel",
    "LSTMAutoRegressor",
    "LSTMPredictionModel",
    "NumpyReader",
    "OneShotPredictionHead",
    "PredictionFeatures",
    "PredictionResults",
    "RandomWindowInputFn",
    "ReaderBaseTimeSeriesParser",
    "SavedModelLabels",
    "State",
    "TFExampleReader",
    "TimeSeriesInputFn",
    "TimeSeriesReader",
    "TimeSeriesRegressionHead",
    "TimeSeriesRegressor",
    "Times",
    "TrainEvalFeatures",
    "Values",
    "WholeDatasetInputFn",
    "predict_continuation_input_fn",
    "state_to_dictionary",
]
