"""`tf.contrib.predictor`: a SavedModel as a function from a dict of arrays to a dict of arrays.

Source: tensorflow 1.15, contrib/predictor/saved_model_predictor.py.
"""

from __future__ import annotations

import logging

import tensorflow.compat.v1 as tf

__all__ = ["from_saved_model"]

_SERVING = "serving_default"


def __dir__():
    return __all__


class Predictor:
    """A graph, a session in it, and the tensors that are fed and fetched by a name each."""

    graph = property(lambda self: self._graph)
    session = property(lambda self: self._session)
    feed_tensors = property(lambda self: self._feed_tensors)
    fetch_tensors = property(lambda self: self._fetch_tensors)

    def __repr__(self):
        return f"{type(self).__name__} with feed tensors {self.feed_tensors} and fetch_tensors {self.fetch_tensors}"

    def __call__(self, input_dict):
        """What the fetched tensors are, by name, for the inputs by name; None feeds nothing.

        Raises:
            ValueError: an input has a name that is not fed.
        """
        unexpected = set(input_dict) - set(self.feed_tensors)
        if unexpected:
            raise ValueError(f"Got unexpected keys in input_dict: {unexpected}\nexpected: {set(self.feed_tensors)}")
        feeds = {self.feed_tensors[name]: value for name, value in input_dict.items() if value is not None}
        return self.session.run(self.fetch_tensors, feeds)


class SavedModelPredictor(Predictor):
    """A Predictor over a signature of a SavedModel, or over tensors that the caller names."""

    def __init__(
        self,
        export_dir,
        signature_def_key=None,
        signature_def=None,
        input_names=None,
        output_names=None,
        tags=None,
        graph=None,
        config=None,
    ):
        _check_arguments(signature_def_key, signature_def, input_names, output_names)
        self._graph = graph or tf.Graph()
        with self._graph.as_default():
            self._session = tf.Session(config=config)
            model = tf.saved_model.loader.load(self._session, (tags or "serve").split(","), export_dir)
        if input_names is None:
            signature = signature_def or _signature(model, signature_def_key or _SERVING)
            input_names = {name: tensor.name for name, tensor in signature.inputs.items()}
            output_names = {name: tensor.name for name, tensor in signature.outputs.items()}
        find = self._graph.get_tensor_by_name
        self._feed_tensors = {name: find(tensor) for name, tensor in input_names.items()}
        self._fetch_tensors = {name: find(tensor) for name, tensor in output_names.items()}


def from_saved_model(
    export_dir,
    signature_def_key=None,
    signature_def=None,
    input_names=None,
    output_names=None,
    tags=None,
    graph=None,
    config=None,
):
    """A SavedModelPredictor.

    Args:
        export_dir: the SavedModel's folder.
        signature_def_key: name of the signature; `serving_default` where neither it, nor a
            signature, nor tensor names are given.
        input_names: with output_names: {name of one's own: tensor name}.
        tags: names the graph of the model, with commas between them.

    Raises:
        ValueError: more than one of the three was given, only one of input_names and output_names,
            or the model has no such signature.
    """
    return SavedModelPredictor(
        export_dir, signature_def_key, signature_def, input_names, output_names, tags, graph, config
    )


def _check_arguments(signature_def_key, signature_def, input_names, output_names):
    if (input_names is None) != (output_names is None):
        raise ValueError("input_names and output_names must both be specified or both be unspecified.")
    if sum(given is not None for given in (signature_def_key, signature_def, input_names)) > 1:
        raise ValueError(
            "You must specify at most one of signature_def_key OR signature_def OR (input_names AND output_names)."
        )


def _signature(model, key):
    older = f"default_input_alternative:{key}"  # as tf.contrib.learn's Estimators named them
    if key in model.signature_def:
        return model.signature_def[key]
    if older in model.signature_def:
        logging.warning('Could not find signature def "%s". Using "%s" instead', key, older)
        return model.signature_def[older]
    raise ValueError(f'Got signature_def_key "{key}". Available signatures are {list(model.signature_def)}.')
