"""Exported models in a session: filter observations, then predict.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/saved_model_utils.py.
"""

from __future__ import annotations

from legacy_tf1.contrib.timeseries.feature_keys import FilteringResults, PredictionResults, SavedModelLabels
from legacy_tf1.contrib.timeseries.head import state_to_dictionary
from legacy_tf1.contrib.timeseries.model_utils import canonicalize_times_or_steps_from_output
from legacy_tf1.contrib.timeseries.readers import canonical

__all__ = ["cold_start_filter", "filter_continuation", "predict_continuation"]


def predict_continuation(continue_from, signatures, session, steps=None, times=None, exogenous_features=None):
    """{name: (batch, window, ...)} after an evaluation or after filtering.

    Args:
        continue_from: what `estimator.evaluate`, `cold_start_filter` or `filter_continuation` returned.
        signatures: what `tf.saved_model.loader.load` returned, for the same model.
        session: the one that it was loaded into.
        steps: so many after the last time; or
        times: (batch, window) or (window,), which ones.
        exogenous_features: {name: (batch, window, ...)} at these times.

    Raises:
        ValueError: both or neither of steps and times are given, or the times do not fit.
    """
    times = canonicalize_times_or_steps_from_output(times, steps, continue_from)
    features = {PredictionResults.TIMES: times, **(exogenous_features or {})}
    return _run(SavedModelLabels.PREDICT, signatures, session, features, continue_from)


def cold_start_filter(signatures, session, features):
    """The state after `features`, arrays as for NumpyReader or of a whole batch, from the model's start state."""
    return _run(SavedModelLabels.COLD_START_FILTER, signatures, session, _canonical(features), {})


def filter_continuation(continue_from, signatures, session, features):
    """The state after `features`, from that of an evaluation or of earlier filtering."""
    return _run(SavedModelLabels.FILTER, signatures, session, _canonical(features), continue_from)


def _canonical(features):
    return canonical(features, require_single_batch=False)


def _run(label, signatures, session, features, continue_from):
    """What a signature computes, and the times; the state is a tuple after an evaluation, else flat."""
    signature, find = signatures.signature_def[label], session.graph.as_graph_element
    state = continue_from
    if FilteringResults.STATE_TUPLE in continue_from:
        state = state_to_dictionary(continue_from[FilteringResults.STATE_TUPLE])
    feeds = {find(signature.inputs[name].name): value for name, value in {**state, **features}.items()}
    output = session.run({name: find(tensor.name) for name, tensor in signature.outputs.items()}, feeds)
    output[FilteringResults.TIMES] = features[FilteringResults.TIMES]
    return output
